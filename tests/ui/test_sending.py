"""One click sends to a real sandbox and says what came of it; what must be held back or asked about is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from composer.sandbox import SANDBOX_STORE_ID
from composer.sandbox.process import set_faults, world
from composer.storage.database import StorageError
from composer.storage.secrets import SANDBOX_SECRET, Secret
from composer.storage.stores import Kind, Store
from composer.ui.compose.properties import PropertyTable
from composer.ui.desk import Desk
from composer.ui.frame import HISTORY, SETTINGS
from composer.ui.live_question import LiveQuestion
from composer.ui.widgets.json_editor import JsonEditor
from composer.ui.widgets.pieces import Section
from composer.ui.window import MainWindow
from tests.support.hands import OpenWindow, entry, fill, focused, press, read

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
STORE_ID = "64e5a8a1c0ffee0000004ee7"


@pytest.fixture
def opened(open_window: Callable[[], OpenWindow]) -> OpenWindow:
    return open_window()


@pytest.fixture
def window(opened: OpenWindow) -> MainWindow:
    return opened.window


@pytest.fixture
def desk(opened: OpenWindow) -> Desk:
    return opened.desk


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def answer(window: MainWindow, qtbot: QtBot) -> Any:
    """Click Send and wait for the outcome."""
    with qtbot.waitSignal(window.sending.finished, timeout=30_000) as sent:
        click(qtbot, window.compose.send_button)
    return sent.args[0]


def button(window: MainWindow, words: str) -> QPushButton:
    return next(each for each in window.findChildren(QPushButton) if each.isVisible() and each.text() == words)


def choose(window: MainWindow, store: Store) -> None:
    """Choose a store in the badge's menu."""
    window.show_stores()
    action = next(each for each in window.store_bar.badge.menu().actions() if each.text().startswith(store.name))
    action.trigger()


def held(desk: Desk) -> Any:
    return world(desk.sandbox.origin, SANDBOX_STORE_ID)["events"]


def test_one_click_on_first_start_sends_the_starter_event_for_real(
    window: MainWindow, desk: Desk, qtbot: QtBot
) -> None:
    wire = window.composition.wire()
    sent = answer(window, qtbot)
    assert sent.outcome.status == 202
    assert window.compose.response.status.text() == "Queued (202)"
    assert "Queued (202)" in window.compose.response.sentence.text()
    assert [each["event"]["eventName"] for each in held(desk)] == ["Order Placed"]
    full = desk.history.entry(sent.entry)
    assert full is not None
    assert full.body.decode() == wire
    click(qtbot, button(window, "Show in History"))
    assert window._stack.currentWidget() is window._places[HISTORY]


def test_ctrl_enter_sends_from_inside_any_widget(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    places: list[Callable[[], Any]] = [
        lambda: entry(window, "/eventName").setFocus(),
        window.compose.json.editor.setFocus,
        lambda: window.compose.form.focus_on("/data/Order Id"),
        window.compose.checks.list.setFocus,
    ]
    for number, go in enumerate(places, 1):
        go()
        with qtbot.waitSignal(window.sending.finished, timeout=30_000):
            press(qtbot, Qt.Key.Key_Return, CONTROL)
        assert len(held(desk)) == number
        assert window.composition.error is None


def test_what_is_sent_is_byte_for_byte_what_is_shown(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    text = '{ "eventName":"Odd  é😀","customer":{"email":"a@shop.test"},\n\n "value" : 12.00, "x": [ ] }'
    window.compose.json.take(text)
    sent = answer(window, qtbot)
    assert sent.outcome.status == 202
    assert window.compose.json.editor.text() == text
    assert desk.history.page()[0].event_name == "Odd  é😀"


def test_an_event_with_errors_is_held_back_and_the_focus_goes_to_the_first(
    window: MainWindow, desk: Desk, qtbot: QtBot
) -> None:
    fill(qtbot, entry(window, "/customer/email"), "ann")
    assert "Held back by 1 error" in read(window.compose)
    click(qtbot, window.compose.send_button)
    assert focused() is entry(window, "/customer/email")
    assert not window.sending.is_under_way
    assert desk.history.page() == []


def test_broken_json_is_held_back_and_the_focus_goes_to_the_place(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    window.compose.json.take('{\n  "a": oops\n}')
    entry(window, "/eventName").setFocus()
    press(qtbot, Qt.Key.Key_Return, CONTROL)
    assert window.compose.json.editor.hasFocus()
    assert window.compose.json.editor.textCursor().blockNumber() == 1
    assert desk.history.page() == []


@pytest.mark.parametrize("way", ["button", "keys"])
def test_send_anyway_shows_the_server_s_refusal(window: MainWindow, desk: Desk, qtbot: QtBot, way: str) -> None:
    fill(qtbot, entry(window, "/customer/email"), "ann")
    with qtbot.waitSignal(window.sending.finished, timeout=30_000) as sent:
        if way == "button":
            click(qtbot, window.compose.anyway_button)
        else:
            press(qtbot, Qt.Key.Key_Return, CONTROL | SHIFT)
    assert sent.args[0].outcome.status == 400
    assert "400" in window.compose.response.status.text()
    assert "email" in window.compose.response.sentence.text()
    assert desk.history.page()[0].sent_anyway


def test_even_broken_json_can_be_sent_on_purpose(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    window.compose.json.take('{"eventName": "A",')
    with qtbot.waitSignal(window.sending.finished, timeout=30_000) as sent:
        press(qtbot, Qt.Key.Key_Return, CONTROL | SHIFT)
    assert sent.args[0].outcome.status == 400


def test_send_anyway_is_offered_only_where_something_holds_it_back(window: MainWindow, qtbot: QtBot) -> None:
    assert not window.compose.anyway_button.isVisible()
    fill(qtbot, entry(window, "/eventName"), "")
    assert window.compose.anyway_button.isVisible()


def test_a_hanging_server_shows_itself_and_can_be_cancelled(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    desk.start_sandbox()
    set_faults(desk.sandbox.origin, [{"kind": "hang"}])
    with qtbot.waitSignal(window.sending.finished, timeout=30_000) as sent:
        click(qtbot, window.compose.send_button)
        assert not window.compose.send_button.isEnabled()
        assert window.compose.response.sentence.text().startswith("Sending…")
        window.send()  # a second Ctrl+Enter
        window.send(anyway=True)
        assert window.store_bar.store is not None
        window.sending.send(window.store_bar.store, {}, "{}", [], anyway=True)
        qtbot.waitUntil(lambda: button_shows(window, "Cancel"), timeout=10_000)
        click(qtbot, button(window, "Cancel"))
    assert sent.args[0].outcome.kind.value in ("cancelled", "no-answer")
    assert len(desk.history.page()) == 1
    assert window.compose.send_button.isEnabled()
    assert not button_shows(window, "Cancel")


def button_shows(window: MainWindow, words: str) -> bool:
    return any(each.isVisible() and each.text() == words for each in window.findChildren(QPushButton))


@pytest.mark.parametrize(
    ("fault", "status", "sentence"),
    [
        ({"kind": "rate-limit", "retryAfter": 7}, "Too many requests (429)", "Wait 7 seconds"),
        ({"kind": "status", "status": 503}, "Server error (503)", "may or may not have been taken"),
        ({"kind": "html"}, "Server error (502)", "may or may not have been taken"),
        ({"kind": "reset"}, "No answer", "may"),
    ],
)
def test_a_failing_server_is_told_in_words(
    window: MainWindow, desk: Desk, qtbot: QtBot, fault: dict[str, Any], status: str, sentence: str
) -> None:
    desk.start_sandbox()
    set_faults(desk.sandbox.origin, [fault])
    answer(window, qtbot)
    assert window.compose.response.status.text() == status
    assert sentence in window.compose.response.sentence.text()
    assert status in window.compose.response.accessibleName()


def test_a_store_that_is_not_there_is_told_in_words(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    choose(window, desk.stores.add("Nobody", Kind.SANDBOX, "http://127.0.0.1:9/v2.2", STORE_ID))
    answer(window, qtbot)
    assert window.compose.response.status.text() == "Not connected"
    assert window.compose.response.status.property("chip") == "bad"
    assert "not" in window.compose.response.sentence.text()


def test_a_store_without_a_key_leads_to_the_settings(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    choose(window, desk.stores.add("Staging", Kind.TEST, "https://api.example.invalid/v2.2", STORE_ID))
    with qtbot.waitSignal(window.sending.key_needed, timeout=30_000):
        click(qtbot, window.compose.send_button)
    assert "The event was not sent" in window.notice.text
    assert window.compose.response.status.text() == "Not sent"
    assert desk.history.page() == []
    click(qtbot, button(window, "Open Settings"))
    assert window._stack.currentWidget() is window._places[SETTINGS]
    assert window.notice.text == ""


class TestLive:
    """A live store is different."""

    @pytest.fixture
    def live(self, window: MainWindow, desk: Desk) -> Store:
        store = desk.stores.add("Shop & <b>Sons</b>", Kind.LIVE, desk.start_sandbox(), SANDBOX_STORE_ID)
        desk.secrets.hold(store, Secret(SANDBOX_SECRET.reveal()))
        choose_by_row(window, store)
        return store

    @pytest.fixture(autouse=True)
    def to_a_test_person(self, desk: Desk, live: Store) -> None:
        desk.people.add(live, ["stewart@example.com"])

    def test_it_is_red_and_the_button_names_it(self, window: MainWindow, live: Store) -> None:
        assert window.store_bar.badge.property("kind") == "live"
        assert "LIVE" in window.store_bar.badge.text()
        assert window.compose.send_button.property("look") == "danger"
        assert window.compose.send_button.accessibleName() == f"Send to {live.name}"
        assert window.compose.send_button.text() == "Send to Shop && <b>Sons</b>"

    def test_cancel_sends_nothing_and_the_next_time_it_asks_again(
        self, window: MainWindow, desk: Desk, live: Store, qtbot: QtBot
    ) -> None:
        for _ in range(2):
            click(qtbot, window.compose.send_button)
            asked = question(window, qtbot)
            assert "stewart@example.com" in asked.whom.text()
            assert live.name in asked.question.text()
            click(qtbot, asked.cancel)
        assert not window.sending.is_under_way
        assert desk.history.page() == []

    def test_yes_sends_and_is_not_asked_again_for_this_store(
        self, window: MainWindow, desk: Desk, live: Store, qtbot: QtBot
    ) -> None:
        click(qtbot, window.compose.send_button)
        with qtbot.waitSignal(window.sending.finished, timeout=30_000):
            click(qtbot, question(window, qtbot).go)
        assert answer(window, qtbot).outcome.status == 202
        choose_by_row(window, desk.stores.all()[0])
        choose_by_row(window, live)
        click(qtbot, window.compose.send_button)
        click(qtbot, question(window, qtbot).cancel)
        assert desk.history.count() == 2

    @pytest.mark.usefixtures("live")
    def test_names_in_the_question_are_never_taken_for_html(self, window: MainWindow, qtbot: QtBot) -> None:
        window.compose.json.take(json.dumps({"eventName": "A", "customer": {"id": "<img src=x>"}}))
        click(qtbot, window.compose.send_button)
        asked = question(window, qtbot)
        assert {each.textFormat() for each in asked.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
        assert "<img src=x>" in asked.whom.text()
        assert all("& " not in each.text().replace("&&", "") for each in asked.findChildren(QAbstractButton))
        click(qtbot, asked.cancel)


def question(window: MainWindow, qtbot: QtBot) -> LiveQuestion:
    """The question that comes now."""
    qtbot.waitUntil(lambda: bool(window.findChildren(LiveQuestion)))
    return window.findChildren(LiveQuestion)[-1]


def choose_by_row(window: MainWindow, store: Store) -> None:
    window.show_stores()
    at = [each.id for each in window.store_bar.stores].index(store.id)
    window.store_bar.badge.menu().actions()[at].trigger()


def test_closing_while_an_event_is_on_its_way_leaves_its_row(
    opened: OpenWindow, qtbot: QtBot, open_window: Callable[[], OpenWindow]
) -> None:
    opened.desk.start_sandbox()
    set_faults(opened.desk.sandbox.origin, [{"kind": "hang"}])
    click(qtbot, opened.window.compose.send_button)
    qtbot.waitUntil(lambda: bool(opened.desk.history.page()), timeout=20_000)
    opened.close()
    again = open_window()
    (entry_left,) = again.desk.history.page()
    assert entry_left.kind in ("cancelled", "no-answer")


def test_broken_extra_holds_the_event_back_until_it_can_be_read(window: MainWindow, qtbot: QtBot) -> None:
    section = next(each for each in window.findChildren(Section) if each.toggle.accessibleName() == "$extra")
    section.open()
    editor = next(each for each in section.findChildren(JsonEditor))
    fill(qtbot, editor, '{"a": ')
    assert [each.code for each in window.composition.errors] == ["broken-json"]
    click(qtbot, window.compose.send_button)
    assert not window.sending.is_under_way
    assert focused() is editor
    qtbot.keyClicks(editor, "1}")
    assert not window.composition.errors
    assert answer(window, qtbot).outcome.status == 202


def test_a_property_half_named_is_in_the_event_that_is_sent(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    window.compose.form.focus_on("/data/Category")
    table = next(each for each in window.findChildren(PropertyTable) if each.accessibleName() == "Data")
    table.setCurrentIndex(table.model().index(table.model().rowCount() - 1, 0))
    qtbot.keyClicks(focused(), "Gift")
    with qtbot.waitSignal(window.sending.finished, timeout=30_000):
        qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    assert "Gift" in json.loads(desk.history.entry(1).body)["data"]  # type: ignore[union-attr]


def test_what_is_sent_was_checked_even_when_the_checks_were_late(window: MainWindow, qtbot: QtBot) -> None:
    window.composition._check = None  # as in the first moments after the start
    window.compose.json.take("{}")
    assert not window.composition.errors
    click(qtbot, window.compose.send_button)
    assert window.composition.errors
    assert not window.sending.is_under_way


def test_a_long_text_still_being_read_is_not_overtaken(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    long = json.dumps({"eventName": "Long", "customer": {"email": "a@shop.test"}, "data": {"x": ["y"] * 200_000}})
    window.compose.json.take(long)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_N, Qt.Key.Key_Z):
        qtbot.keyClick(window, key, CONTROL)
    window.send(anyway=True)
    assert not window.sending.is_under_way
    qtbot.waitUntil(window.compose.isEnabled, timeout=20_000)
    assert window.composition.get("/eventName") == "Long"
    assert desk.history.count() == 0


def test_broken_json_sent_anyway_is_nobody_s_in_the_history(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    window.composition.type_text('{"eventName": ')
    with qtbot.waitSignal(window.sending.finished, timeout=30_000):
        click(qtbot, window.compose.anyway_button)
    (entry_of_it,) = desk.history.page()
    assert (entry_of_it.event_name, entry_of_it.customer) == ("", "")
    assert desk.history.entry(1).body == b'{"eventName": '  # type: ignore[union-attr]


def test_a_live_store_that_became_another_is_asked_about_anew(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    url = desk.start_sandbox()
    live = desk.stores.add("Acme", Kind.LIVE, url, SANDBOX_STORE_ID)
    desk.people.add(live, ["stewart@example.com"])
    desk.secrets.hold(live, Secret(SANDBOX_SECRET.reveal()))
    choose(window, live)
    click(qtbot, window.compose.send_button)
    with qtbot.waitSignal(window.sending.finished, timeout=30_000):
        click(qtbot, question(window, qtbot).go)
    assert answer(window, qtbot).outcome.status == 202
    desk.stores.change(live, "Acme two", Kind.LIVE, url, STORE_ID[::-1])
    desk.settings.put("store", live.id)
    window.show_stores()
    click(qtbot, window.compose.send_button)
    asked = question(window, qtbot)
    assert "“Acme two”" in asked.question.text()
    click(qtbot, asked.cancel)


def test_a_broken_cell_holds_the_event_back(window: MainWindow, qtbot: QtBot) -> None:
    window.compose.json.take('{"eventName": "A", "customer": {"email": "a@shop.test"}, "data": {"a": {"x": 1}}}')
    window.compose.form.focus_on("/data/a")
    qtbot.keyClick(focused(), Qt.Key.Key_End)
    qtbot.keyClick(focused(), Qt.Key.Key_Backspace)
    assert "broken-json" in {each.code for each in window.composition.errors}
    qtbot.keyClicks(focused(), "}")
    assert "broken-json" not in {each.code for each in window.composition.errors}


def test_what_was_half_typed_does_not_go_over_into_the_next_event(window: MainWindow, qtbot: QtBot) -> None:
    section = next(each for each in window.findChildren(Section) if each.toggle.accessibleName() == "$extra")
    section.open()
    editor = next(each for each in section.findChildren(JsonEditor))
    fill(qtbot, editor, '{"a')
    assert window.composition.errors
    window.compose.json.take('{"eventName": "B", "customer": {"email": "a@shop.test"}}')
    assert not window.composition.errors
    assert editor.text() == ""


def test_a_close_that_was_taken_back_leaves_the_window_at_work(
    window: MainWindow, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_name: str, _text: str) -> None:
        raise StorageError("The disk is full.")

    asked: list[str] = []
    fill(qtbot, entry(window, "/eventName"), "Kept")
    with monkeypatch.context() as faulty:
        faulty.setattr(desk.drafts, "save", full)
        faulty.setattr("composer.ui.questions.may_lose_draft", lambda _parent, reason: bool(asked.append(reason)))
        window.close()
    assert asked == ["The disk is full."]
    assert window.isVisible()
    assert answer(window, qtbot).outcome.status == 202
