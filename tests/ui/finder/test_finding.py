"""What the finder finds: at once and later, for what is typed and for what was used."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from composer.storage.database import Database, StorageError
from composer.storage.settings import Settings
from composer.ui.finder.finder import Finder
from composer.ui.finder.matching import Item
from composer.ui.finder.rows import Rows
from composer.ui.finder.used import USED
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from tests.support.hands import press, read, type_in_focus
from tests.ui.finder.conftest import CONTROL, PATIENCE, Held, Key, open_finder, settle


class TestFinding:
    def test_sections_stand_in_their_order_the_better_fit_above(self, held: Held, qtbot: QtBot) -> None:
        held.past.words = ("Order — bob",)
        open_finder(qtbot, held, "o")
        assert held.shown[:2] == ["ACTIONS", "*Open"]
        assert held.shown[-5:] == ["TEMPLATES", "Order placed", "Welcome", "PAST EVENTS", "Order — bob"]
        held.finder.line.setText("st")
        settle(qtbot, held)
        assert held.shown[:4] == ["STORES", "*Acme staging", "ACTIONS", "Restore"]

    def test_letters_of_any_script_can_be_typed(self, held: Held, qtbot: QtBot) -> None:
        held.templates.words = ("הזמנה חדשה",)
        open_finder(qtbot, held)
        for letter in "הזמנה":
            event = QKeyEvent(QEvent.Type.KeyPress, ord(letter), Qt.KeyboardModifier.NoModifier, letter)
            QGuiApplication.sendEvent(held.finder.line, event)
        settle(qtbot, held)
        assert held.shown == ["TEMPLATES", "*הזמנה חדשה"]

    def test_a_long_section_is_cut_and_says_so(self, held: Held, qtbot: QtBot) -> None:
        held.templates.words = tuple(f"Welcome {at}" for at in range(1200))
        open_finder(qtbot, held, "welcome")
        model = held.finder.list.model()
        assert isinstance(model, Rows)
        assert (model.rows[0].heading, model.rows[0].note, len(model.rows)) == ("Templates", "8 of 1,200", 9)

    def test_nothing_found_says_what_was_typed(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "no such thing")
        assert "Nothing found for “no such thing”" in read(held.finder)
        press(qtbot, Key.Key_Down)
        press(qtbot, Key.Key_Return)
        assert (held.done, held.finder.isVisible()) == ([], True)
        held.finder.line.setText("y" * 900)
        settle(qtbot, held)
        assert f"“{'y' * 60}…”" in read(held.finder)

    def test_with_nothing_typed_there_are_the_used_actions_and_all_stores(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held)
        assert held.shown == ["STORES", "*Sandbox", "Acme staging", "Acme"]
        for text in ("undo", "quit", "acme staging"):
            held.finder.line.setText(text)
            settle(qtbot, held)
            press(qtbot, Key.Key_Return)
            open_finder(qtbot, held)
        assert held.done == ["Undo", "Quit", "Acme staging"]
        assert held.shown == ["ACTIONS", "*Quit", "Undo", "STORES", "Acme staging", "Sandbox", "Acme"]

    def test_what_was_used_is_known_at_the_next_start(
        self, held: Held, theme: Theme, jobs: Jobs, database: Database, qtbot: QtBot
    ) -> None:
        held.past.words = ("Order — bob",)
        for text in ("undo", "bob"):
            open_finder(qtbot, held, text)
            press(qtbot, Key.Key_Return)
        assert held.done == ["Undo", "Order — bob"]
        jobs.finish_ordered()
        assert Settings(database).get(USED) == ["action Undo"]  # past events are endlessly many
        again = Finder(theme, jobs, Settings(database), held.window)
        names = ("Send", "Undo")
        again.add_source(
            "Actions", lambda _: [Item(f"action {each}", each, "", "", list) for each in names], in_thread=False
        )
        again.toggle()
        qtbot.waitUntil(lambda: again.list.chosen.hit.item.words == "Undo", timeout=PATIENCE)

    def test_whatever_the_settings_hold_is_no_obstacle(
        self, theme: Theme, jobs: Jobs, database: Database, qtbot: QtBot
    ) -> None:
        for value in ("text", 7, [1, ["x"], "action Undo"]):
            Settings(database).put(USED, value)
            window = QWidget()
            qtbot.addWidget(window)
            finder = Finder(theme, jobs, Settings(database), window)
            finder.add_source("Actions", lambda _: [Item("a", "Send", "", "", list)], in_thread=False)
            assert jobs._pool.waitForDone(PATIENCE)
            finder.toggle()
            QApplication.processEvents()
            assert finder.list.chosen is not None


class TestLateAnswers:
    """Those that are asked in threads answer when they can."""

    def test_an_answer_to_an_older_text_is_dropped(self, held: Held, qtbot: QtBot) -> None:
        held.templates.words = ("xy template",)
        held.templates.hold("x")
        open_finder(qtbot, held, "x")
        qtbot.waitUntil(lambda: "x" in held.templates.texts, timeout=PATIENCE)
        held.templates.hold("xz")
        type_in_focus(qtbot, "z")
        held.templates.answer("x")
        qtbot.waitUntil(lambda: "xz" in held.templates.texts, timeout=PATIENCE)
        assert held.shown == []
        held.templates.answer("xz")
        settle(qtbot, held)
        assert held.shown == []

    def test_of_many_keys_only_the_last_is_asked_for_while_one_is_under_way(self, held: Held, qtbot: QtBot) -> None:
        held.past.hold("w")
        open_finder(qtbot, held, "w")
        qtbot.waitUntil(lambda: "w" in held.past.texts, timeout=PATIENCE)
        type_in_focus(qtbot, "elcome")
        held.past.answer("w")
        settle(qtbot, held)
        assert held.past.texts[-2:] == ["w", "welcome"]

    def test_what_comes_later_does_not_move_the_chosen_item(self, held: Held, qtbot: QtBot) -> None:
        held.window.resize(900, 420)
        held.templates.words = tuple(f"Aa {at}" for at in range(8))
        held.past.words = tuple(f"a past event {at}" for at in range(8))
        held.templates.hold("a")
        open_finder(qtbot, held, "a")
        view = held.finder.list
        qtbot.waitUntil(lambda: "PAST EVENTS" in held.shown, timeout=PATIENCE)  # patience is over
        press(qtbot, Key.Key_End)
        press(qtbot, Key.Key_Up)
        before, top = held.chosen, view.visualRect(view.currentIndex()).top()
        assert before == "a past event 6"
        held.templates.answer("a")
        settle(qtbot, held)
        assert "TEMPLATES" in held.shown
        assert (held.chosen, view.visualRect(view.currentIndex()).top()) == (before, top)

    def test_the_first_is_chosen_not_the_fastest(self, held: Held, qtbot: QtBot) -> None:
        held.past.words = ("Welcome — bob",)
        held.templates.hold("welc")
        press(qtbot, Key.Key_K, CONTROL)
        held.finder.line.setText("welc")
        qtbot.waitUntil(lambda: held.finder._sources.waiting == ["Templates"], timeout=PATIENCE)
        assert held.shown == []
        held.templates.answer("welc")
        settle(qtbot, held)
        assert held.shown == ["TEMPLATES", "*Welcome", "PAST EVENTS", "Welcome — bob"]

    def test_enter_before_the_answer_does_what_the_answer_has_first(self, held: Held, qtbot: QtBot) -> None:
        held.templates.hold("welcome")
        press(qtbot, Key.Key_K, CONTROL)
        type_in_focus(qtbot, "welcome")
        press(qtbot, Key.Key_Return)
        assert held.done == []
        held.templates.answer("welcome")
        qtbot.waitUntil(lambda: held.done == ["Welcome"], timeout=PATIENCE)
        assert not held.finder.isVisible()

    def test_enter_never_does_what_was_found_for_an_older_text(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "welc")
        assert held.shown == ["TEMPLATES", "*Welcome"]
        held.templates.hold("welcx")
        type_in_focus(qtbot, "x")
        assert held.shown == ["TEMPLATES", "*Welcome"]  # nothing flickers
        press(qtbot, Key.Key_Return)
        held.templates.answer("welcx")
        settle(qtbot, held)
        assert (held.done, held.shown, held.finder.isVisible()) == ([], [], True)

    def test_what_was_chosen_for_an_older_text_gives_way_to_the_first(self, held: Held, qtbot: QtBot) -> None:
        held.past.words = ("bob",)
        open_finder(qtbot, held, "zz")
        assert held.shown == ["PAST EVENTS", "*bob"]
        held.past.words = ("alice", "bob")
        type_in_focus(qtbot, "z")
        settle(qtbot, held)
        assert held.shown == ["PAST EVENTS", "*alice", "bob"]

    def test_closing_forgets_what_is_still_to_come(self, held: Held, qtbot: QtBot) -> None:
        held.templates.hold("welcome")
        press(qtbot, Key.Key_K, CONTROL)
        type_in_focus(qtbot, "welcome")
        press(qtbot, Key.Key_Return)
        press(qtbot, Key.Key_Escape)
        held.templates.answer("welcome")
        asked = held.finder._sources.all[2].thread
        qtbot.waitUntil(lambda: asked is not None and not asked._busy, timeout=PATIENCE)
        assert held.done == []
        open_finder(qtbot, held, "zz")
        settle(qtbot, held)
        assert (held.done, held.shown) == ([], [])

    def test_a_long_wait_says_what_it_waits_for(self, held: Held, qtbot: QtBot) -> None:
        held.past.hold("zz")
        press(qtbot, Key.Key_K, CONTROL)
        held.finder.line.setText("zz")
        qtbot.waitUntil(lambda: "Still looking in: Past events…" in read(held.finder), timeout=PATIENCE)
        assert "Nothing found" not in read(held.finder)
        held.past.answer("zz")
        settle(qtbot, held)
        assert "Still looking" not in read(held.finder)
        assert "Nothing found for “zz”" in read(held.finder)

    def test_storage_that_fails_is_told_and_the_others_are_found(self, held: Held, qtbot: QtBot) -> None:
        held.past.error = StorageError("The disk does not answer.")
        open_finder(qtbot, held, "acme")
        assert "Past events: The disk does not answer." in read(held.finder)
        assert held.chosen == "Acme"
        held.past.error = None
        type_in_focus(qtbot, " s")
        settle(qtbot, held)
        assert "The disk" not in read(held.finder)

    def test_what_nobody_expected_is_raised_and_ends_the_waiting(self, held: Held, qtbot: QtBot) -> None:
        held.past.error = RuntimeError("unexpected")
        with qtbot.captureExceptions() as raised:
            open_finder(qtbot, held, "acme")
        assert {str(error) for _, error, _ in raised} == {"unexpected"}
        assert held.chosen == "Acme"
