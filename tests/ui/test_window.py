"""The window keeps what is typed, goes back over all of it, and works from the keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from composer.paths import resource
from composer.storage.database import StorageError
from composer.storage.drafts import Drafts
from composer.storage.stores import Kind
from composer.ui.desk import Desk
from composer.ui.frame import BULK, COMPOSE, HISTORY, SANDBOX, SETTINGS, TEMPLATES
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.window import MainWindow
from tests.support.hands import OpenWindow, entry, fill, focused, paste, press, read, type_in_focus

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Open = Callable[[], OpenWindow]
LARGE = json.dumps(
    {"eventName": "Large", "customer": {"email": "a@shop.test"}, "data": {f"p{at}": "x" * 90_000 for at in range(54)}}
)


def undo(qtbot: QtBot) -> None:
    press(qtbot, Qt.Key.Key_Z, CONTROL)


def redo(qtbot: QtBot) -> None:
    press(qtbot, Qt.Key.Key_Z, CONTROL | SHIFT)


def payload(window: MainWindow) -> Any:
    return json.loads(window.compose.json.editor.text())


class TestDraft:
    """Nothing typed is lost."""

    def test_the_first_start_has_the_starter_event_with_the_keyboard_in_its_name(self, window: MainWindow) -> None:
        starter = resource("starter.json").read_text("utf-8")
        assert json.loads(window.composition.wire()) == json.loads(starter)
        assert window.composition.findings == []
        assert focused() is entry(window, "/eventName")
        assert not window.composition.can_undo

    @pytest.mark.parametrize(
        "text",
        [
            '{"eventName": "Kept", "customer": {}}',
            '{\n "eventName": "broken,\n "x": ',
            "",
            "no json at all",
            '{ "a":1,\n\n\n "b" : [ ] }',
            '{"a": "😀 \u00a0 \u2028 שלום"}',
        ],
    )
    def test_a_new_window_shows_the_same_text(self, open_window: Open, qtbot: QtBot, text: str) -> None:
        first = open_window()
        editor = first.window.compose.json.editor
        editor.setFocus()
        editor.selectAll()
        paste(qtbot, editor, text) if text else qtbot.keyClick(editor, Qt.Key.Key_Delete)
        assert editor.text() == text
        first.close()
        second = open_window().window
        assert second.compose.json.editor.text() == text
        assert not second.composition.can_undo

    def test_a_draft_is_on_the_disk_soon_after_the_last_key(self, open_window: Open, qtbot: QtBot) -> None:
        opened = open_window()
        fill(qtbot, entry(opened.window, "/eventName"), "Crash now")
        qtbot.waitUntil(lambda: "Draft saved" in read(opened.window), timeout=5000)
        assert json.loads(opened.desk.drafts.load(opened.desk.draft) or "")["eventName"] == "Crash now"
        fill(qtbot, entry(opened.window, "/eventName"), "B")
        assert "Draft saved" not in read(opened.window)

    def test_a_draft_of_5_mb_comes_back_whole(self, open_window: Open, qtbot: QtBot) -> None:
        first = open_window()
        with qtbot.waitSignal(first.window.composition.changed, timeout=20_000):
            first.window.compose.json.take(LARGE)
        wire = first.window.composition.wire()
        assert json.loads(wire) == json.loads(LARGE)
        first.close()
        second = open_window().window
        assert second.composition.wire() == wire
        assert entry(second, "/eventName").text() == "Large"
        qtbot.waitUntil(lambda: not second.composition._is_judging, timeout=20_000)

    def test_a_long_draft_that_is_broken_comes_back(self, open_window: Open, tmp_path: Path) -> None:
        broken = '{"a": "' + "x" * 300_000
        desk = Desk(tmp_path / "event-composer")
        desk.drafts.save(desk.draft, broken)
        desk.close()
        window = open_window().window
        assert window.composition.wire() == broken
        assert window.composition.error is not None

    def test_closing_before_a_long_draft_is_read_does_not_lose_it(
        self, theme: Theme, tmp_path: Path, qtbot: QtBot
    ) -> None:
        desk, jobs = Desk(tmp_path / "event-composer"), Jobs()
        desk.drafts.save(desk.draft, LARGE)
        opened = OpenWindow(MainWindow(desk, theme, jobs), desk, jobs)
        with qtbot.waitSignal(opened.window.opened):
            opened.window.show()
        opened.window.close()
        assert desk.drafts.load(desk.draft) == LARGE
        opened.close()

    def test_a_draft_that_can_not_be_read_is_told_and_not_written_over(
        self, theme: Theme, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk, jobs = Desk(tmp_path / "event-composer"), Jobs()
        desk.drafts.save(desk.draft, '{"eventName": "Precious"}')

        def fail(*_: object) -> str:
            raise StorageError("The disk does not answer.")

        with monkeypatch.context() as patched:
            patched.setattr(Drafts, "load", fail)
            opened = OpenWindow(MainWindow(desk, theme, jobs), desk, jobs)
            with qtbot.waitSignal(opened.window.opened):
                opened.window.show()
        assert opened.window.notice.text == "The disk does not answer."
        opened.window.close()
        assert desk.drafts.load(desk.draft) == '{"eventName": "Precious"}'
        opened.close()

    def test_size_split_and_store_survive(self, open_window: Open) -> None:
        first = open_window()
        first.window.resize(960, 700)  # no larger than the screen of the tests allows
        first.window.compose.split.setSizes([500, 400])
        sizes = first.window.compose.split.sizes()
        store = first.desk.stores.add("Local", Kind.SANDBOX, "http://127.0.0.1:9/v2.2", "s1")
        first.window.show_stores()
        first.window.store_bar.badge.menu().actions()[1].trigger()
        first.close()
        second = open_window().window
        assert (second.width(), second.height()) == (960, 700)
        assert second.compose.split.sizes() == sizes
        assert second.store_bar.store is not None
        assert second.store_bar.store.id == store.id

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("compose split", ["a", None]),
            ("window", "\ud800"),
            ("store", "x"),
            ("templates folder", 5),
            ("finder used", {"a": 1}),
            ("counter", "x"),
            ("variable-values", {"last": [1, [1, "a", "{"]], "defaults": 3}),
        ],
    )
    def test_a_strange_setting_costs_only_itself(
        self, open_window: Open, tmp_path: Path, qtbot: QtBot, name: str, value: Any
    ) -> None:
        desk = Desk(tmp_path / "event-composer")
        desk.settings.put(name, value)
        desk.close()
        window = open_window().window
        window.compose.json.take('{"eventName": "A", "data": {"a": "{{b}}", "c": "{{$counter}}"}}')
        window.jobs.finish_ordered()
        window.toggle_finder()
        for place in (BULK, HISTORY, TEMPLATES, SANDBOX, SETTINGS, COMPOSE):
            window.go_to(place)
        qtbot.waitUntil(lambda: window.composition.is_settled)
        assert window.notice.text == ""


class TestUndo:
    """One way back over form, table and JSON."""

    def test_it_goes_back_over_everything_in_order_and_forth_again(self, window: MainWindow, qtbot: QtBot) -> None:
        states = [window.composition.wire()]

        def did() -> None:
            states.append(window.composition.wire())
            assert states[-1] != states[-2]

        qtbot.mouseClick(entry(window, "/eventName"), Qt.MouseButton.LeftButton)
        type_in_focus(qtbot, "X")
        did()
        window.compose.form.focus_on("/data/Order Id")
        type_in_focus(qtbot, "Y")
        did()
        editor = window.compose.json.editor
        editor.setFocus()
        editor.select(len(editor.text()), len(editor.text()))
        type_in_focus(qtbot, " ")
        did()
        entry(window, "/customer/firstName").setFocus()
        type_in_focus(qtbot, "Z")
        did()
        for state in reversed(states[:-1]):
            undo(qtbot)
            assert window.composition.wire() == window.compose.json.editor.text() == state
        for state in states[1:]:
            redo(qtbot)
            assert window.composition.wire() == window.compose.json.editor.text() == state

    @pytest.mark.parametrize("where", ["field", "cell", "type", "json", "extra", "checks"])
    def test_its_keys_work_from_inside_any_widget(self, window: MainWindow, qtbot: QtBot, where: str) -> None:
        window.compose.json.take('{"eventName": "A", "customer": {}, "data": {"a": "x", "$extra": {"b": 1}}}')
        before = window.composition.wire()
        fill(qtbot, entry(window, "/customer/firstName"), "Z")
        after = window.composition.wire()
        if where == "field":
            entry(window, "/eventName").setFocus()
        elif where == "cell":
            window.compose.form.focus_on("/data/a")
        elif where == "type":
            window.compose.form.focus_on("/data/a")
            press(qtbot, Qt.Key.Key_Backtab, SHIFT)
        elif where == "json":
            window.compose.json.editor.setFocus()
        elif where == "extra":
            window.compose.form.focus_on("/data/$extra")
        else:
            window.compose.checks.list.setFocus()
        undo(qtbot)
        assert window.composition.wire() == before
        redo(qtbot)
        assert window.composition.wire() == after

    def test_undo_beyond_the_beginning_does_nothing(self, window: MainWindow, qtbot: QtBot) -> None:
        before = window.composition.wire()
        undo(qtbot)
        redo(qtbot)
        assert window.composition.wire() == before

    def test_elsewhere_nothing_is_undone_unseen(self, window: MainWindow, qtbot: QtBot) -> None:
        fill(qtbot, entry(window, "/customer/lastName"), "abc")
        after = window.composition.wire()
        press(qtbot, Qt.Key.Key_3, CONTROL)
        undo(qtbot)
        assert window.composition.wire() == after
        press(qtbot, Qt.Key.Key_1, CONTROL)
        undo(qtbot)
        assert window.composition.wire() != after

    def test_what_was_typed_in_the_field_with_the_keyboard_goes_too(self, window: MainWindow, qtbot: QtBot) -> None:
        field = entry(window, "/customer/lastName")
        fill(qtbot, field, "abc")
        undo(qtbot)
        assert field.text() == "Thompson"
        redo(qtbot)
        assert field.text() == "abc"

    def test_a_new_event_can_be_undone(self, window: MainWindow, qtbot: QtBot) -> None:
        before = window.composition.wire()
        press(qtbot, Qt.Key.Key_N, CONTROL)
        assert payload(window) == {"eventName": "", "customer": {}}
        assert focused() is entry(window, "/eventName")
        assert entry(window, "/customer/email").text() == ""
        undo(qtbot)
        assert window.composition.wire() == before
        assert entry(window, "/customer/email").text() == "stewart@example.com"


class TestKeyboard:
    """Everything without a mouse."""

    @pytest.mark.parametrize(
        ("key", "place"),
        [
            (Qt.Key.Key_2, BULK),
            (Qt.Key.Key_3, HISTORY),
            (Qt.Key.Key_4, TEMPLATES),
            (Qt.Key.Key_5, SANDBOX),
            (Qt.Key.Key_6, SETTINGS),
            (Qt.Key.Key_1, COMPOSE),
        ],
    )
    def test_control_and_a_number_switch_places(
        self, window: MainWindow, qtbot: QtBot, key: Qt.Key, place: int
    ) -> None:
        press(qtbot, key, CONTROL)
        assert window._stack.currentWidget() is window._places[place]
        assert [each.isChecked() for each in window._frame.buttons].index(True) == place

    def test_coming_back_the_keyboard_is_where_it_was(self, window: MainWindow, qtbot: QtBot) -> None:
        entry(window, "/customer/phoneNumber").setFocus()
        press(qtbot, Qt.Key.Key_6, CONTROL)
        press(qtbot, Qt.Key.Key_1, CONTROL)
        assert focused() is entry(window, "/customer/phoneNumber")

    def test_f6_goes_round_the_panes_both_ways(self, window: MainWindow, qtbot: QtBot) -> None:
        fill(qtbot, entry(window, "/customer/email"), "ann")
        compose = window.compose
        round_ = [compose.json.editor, compose.checks.list, compose.send_button, entry(window, "/eventName")]
        for pane in round_:
            press(qtbot, Qt.Key.Key_F6)
            assert focused() is pane
        for pane in reversed(round_[:-1]):
            press(qtbot, Qt.Key.Key_F6, SHIFT)
            assert focused() is pane

    def test_in_the_smallest_window_the_buttons_that_send_are_whole(self, window: MainWindow, qtbot: QtBot) -> None:
        window.resize(window.minimumSize())
        fill(qtbot, entry(window, "/customer/email"), "ann")
        compose = window.compose
        qtbot.waitUntil(compose.anyway_button.isVisible)
        assert "Held back by 1 error" in compose.send_button.toolTip()
        for each in (compose.send_button, compose.anyway_button):
            qtbot.waitUntil(lambda each=each: each.width() >= each.sizeHint().width())  # type: ignore[misc]

    def test_f6_goes_round_the_panes_of_the_place_that_is_seen(self, window: MainWindow, qtbot: QtBot) -> None:
        window.send()
        qtbot.waitUntil(lambda: not window.sending.is_under_way)
        history = window.history
        qtbot.waitUntil(lambda: history.detail.tabs.isVisible() and history.activity.chart.isVisible())
        history.pane.table.setFocus()
        for pane in (history.detail.tabs, history.filters.words, history.activity.chart, history.pane.table):
            press(qtbot, Qt.Key.Key_F6)
            assert focused() is pane
        templates = window.templates
        qtbot.waitUntil(lambda: bool(templates.model.lines))
        for pane in (templates.search_box, templates.list):  # nothing is chosen: there is nothing at the right
            press(qtbot, Qt.Key.Key_F6, SHIFT)
            assert focused() is pane
        settings = window.go_to(SETTINGS)
        press(qtbot, Qt.Key.Key_F6, SHIFT)
        assert focused() is settings.looking.switch  # type: ignore[attr-defined]
        press(qtbot, Qt.Key.Key_F6, SHIFT)
        assert focused() is settings.keeping.days.tick  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("place", "first"),
        [
            (COMPOSE, "New ▾"),
            (HISTORY, "Search the history"),
            (TEMPLATES, "New folder"),
            (SETTINGS, "Appearance: Like the system"),
        ],
    )
    def test_tab_comes_from_the_names_of_the_places_to_the_first_control_of_the_one_that_is_seen(
        self, window: MainWindow, qtbot: QtBot, place: int, first: str
    ) -> None:
        window.send()
        qtbot.waitUntil(lambda: not window.sending.is_under_way)
        window.go_to(place)
        window.store_bar.badge.setFocus()
        for _ in range(4):
            is_place = focused() in window._frame.buttons
            press(qtbot, Qt.Key.Key_Tab)
            if is_place and focused() not in window._frame.buttons:
                break
        now = focused()
        assert first == (now.accessibleName() or (now.text() if isinstance(now, QPushButton) else ""))

    def test_tab_reaches_all_there_is_and_comes_round(self, window: MainWindow, qtbot: QtBot) -> None:
        entry(window, "/eventName").setFocus()
        seen = []
        for _ in range(120):
            press(qtbot, Qt.Key.Key_Tab)
            seen.append(focused())
            if focused() is entry(window, "/eventName"):
                break
        assert seen[-1] is entry(window, "/eventName"), "Tab never comes round"
        assert {window.compose.send_button, window.compose.json.editor, window.store_bar.badge} <= set(seen)

    def test_all_that_takes_the_keyboard_has_a_name(self, window: MainWindow, qtbot: QtBot) -> None:
        entry(window, "/eventName").setFocus()
        nameless = []
        for _ in range(120):
            press(qtbot, Qt.Key.Key_Tab)
            widget = focused()
            if not (widget.accessibleName() or getattr(widget, "text", str)()):
                nameless.append(widget)
            if widget is entry(window, "/eventName"):
                break
        assert nameless == []


class TestFiles:
    """Events in JSON files."""

    def test_an_event_is_opened_and_saved_byte_for_byte(
        self, window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = '{ "eventName":"From a file é",\n "customer": {} }'
        (tmp_path / "in.json").write_text(given, "utf-8")
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "in.json"), ""))
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out.json"), ""))
        press(qtbot, Qt.Key.Key_O, CONTROL | SHIFT)
        assert entry(window, "/eventName").text() == "From a file é"
        window.traffic.save_file()
        assert (tmp_path / "out.json").read_bytes() == given.encode()
        assert "Saved as out.json" in read(window)

    @pytest.mark.parametrize(
        ("content", "sentence"), [(b"\xff\xfe\x00{", "is not UTF-8 text"), (None, "can't be read")]
    )
    def test_what_is_no_file_of_text_is_told_and_the_draft_stays(
        self, window: MainWindow, tmp_path: Path, content: bytes | None, sentence: str
    ) -> None:
        before = window.composition.wire()
        if content is not None:
            (tmp_path / "odd.json").write_bytes(content)
        window.compose.drafting.open(tmp_path / "odd.json")
        assert sentence in window.notice.text
        assert window.composition.wire() == before

    def test_a_cancelled_dialog_does_nothing(
        self, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = window.composition.wire()
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
        press(qtbot, Qt.Key.Key_O, CONTROL | SHIFT)
        window.traffic.save_file()
        assert window.composition.wire() == before
        assert window.notice.text == ""


class TestNotice:
    """The notice line."""

    def test_it_says_its_sentence_until_it_is_closed(self, window: MainWindow, qtbot: QtBot) -> None:
        assert window.notice.text == ""
        window.notice.say("bad", "Something <b>happened</b>.")
        assert window.notice.text == "Something <b>happened</b>."
        close = next(each for each in window.notice.findChildren(QPushButton) if "Close" in each.accessibleName())
        qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
        assert window.notice.text == ""

    def test_its_button_acts_once_and_an_old_one_is_gone(self, window: MainWindow, qtbot: QtBot) -> None:
        acted: list[int] = []
        window.notice.say("caution", "Do it?", "Do it", lambda: acted.append(1))
        doing = next(each for each in window.notice.findChildren(QPushButton) if each.text() == "Do it")
        qtbot.mouseClick(doing, Qt.MouseButton.LeftButton)
        assert acted == [1]
        assert window.notice.text == ""
        window.notice.say("bad", "Else.")
        assert not doing.isVisible()


class TestStoreBar:
    """Where it will go."""

    def test_it_stands_on_the_sandbox_that_needs_no_key(self, window: MainWindow) -> None:
        words = read(window.store_bar)
        assert "no key needed" in words
        assert window.store_bar.badge.property("kind") == "sandbox"
        assert window.store_bar.badge.accessibleName().startswith("Store: ")
        assert window.compose.send_button.accessibleName().startswith("Send to ")

    def test_the_menu_offers_all_stores_and_their_settings(self, open_window: Open, qtbot: QtBot) -> None:
        opened = open_window()
        opened.desk.stores.add("A & B", Kind.TEST, "https://api.example.invalid/v2.2", "s1")
        opened.window.show_stores()
        actions = opened.window.store_bar.badge.menu().actions()
        assert [each.text() for each in actions if each.text()][1:] == ["A && B  (test)", "Stores and keys…"]
        assert [each.isChecked() for each in actions[:2]] == [True, False]
        actions[1].trigger()
        assert "TEST" in opened.window.store_bar.badge.text()
        assert "A && B" in opened.window.store_bar.badge.text()
        qtbot.waitUntil(lambda: "keyring unavailable" in read(opened.window.store_bar), timeout=10_000)
        opened.window.store_bar.badge.menu().actions()[-1].trigger()
        assert opened.window._stack.currentWidget() is opened.window._places[SETTINGS]

    def test_a_very_long_name_is_cut_and_whole_for_screen_readers(self, open_window: Open) -> None:
        opened = open_window()
        name = "N" * 200
        opened.desk.stores.add(name, Kind.SANDBOX, "http://127.0.0.1:9/v2.2", "s" * 100)
        opened.window.show_stores()
        opened.window.store_bar.badge.menu().actions()[1].trigger()
        assert "…" in opened.window.store_bar.badge.text()
        assert name in opened.window.store_bar.badge.accessibleName()
        assert opened.window.minimumSizeHint().width() <= 960
