"""The finder from the keyboard: it opens, goes through what it found, does it, and gives the keyboard back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.support.hands import focused, press, to_front
from tests.ui.finder.conftest import CONTROL, PATIENCE, Held, Key, open_finder, settle


class TestOpening:
    def test_ctrl_k_opens_and_esc_gives_the_keyboard_back(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "send")
        assert held.finder.isVisible()
        press(qtbot, Key.Key_Escape)
        assert not held.finder.isVisible()
        assert focused() is held.entry
        open_finder(qtbot, held)
        assert held.finder.line.text() == ""

    def test_ctrl_k_again_closes_it(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "send")
        press(qtbot, Key.Key_K, CONTROL)
        assert not held.finder.isVisible()
        assert focused() is held.entry

    def test_it_opens_from_a_long_text_too(self, held: Held, qtbot: QtBot) -> None:
        text = held.window.findChild(QPlainTextEdit)
        text.setPlainText("kept")
        text.setFocus()
        open_finder(qtbot, held)
        press(qtbot, Key.Key_Escape)
        assert focused() is text
        assert text.toPlainText() == "kept"

    def test_a_click_beside_the_panel_closes_it_and_does_nothing_else(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held)
        qtbot.mouseClick(held.finder, Qt.MouseButton.LeftButton, pos=QPoint(5, held.finder.height() - 5))
        assert not held.finder.isVisible()
        assert focused() is held.entry

    def test_it_closes_when_the_keyboard_goes_elsewhere(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held)
        other = held.window.findChild(QPlainTextEdit)
        other.setFocus()
        assert not held.finder.isVisible()
        assert focused() is other

    def test_it_closes_with_the_window_in_the_back(self, held: Held, qtbot: QtBot, show: Any) -> None:
        open_finder(qtbot, held)
        to_front(show(QWidget()), qtbot)
        assert not held.finder.isVisible()
        to_front(held.window, qtbot)
        qtbot.waitUntil(lambda: QApplication.focusWidget() is held.entry, timeout=PATIENCE)

    def test_what_had_the_keyboard_may_be_gone(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held)
        held.entry.setEnabled(False)
        press(qtbot, Key.Key_Escape)
        assert not held.finder.isVisible()
        assert focused() is held.window  # whatever is around it

    def test_what_takes_no_focus_by_itself_gets_the_keyboard_back(self, held: Held, qtbot: QtBot) -> None:
        empty = QWidget(held.window)  # such as a place with nothing in it yet
        empty.show()
        empty.setFocus()
        open_finder(qtbot, held)
        press(qtbot, Key.Key_Escape)
        assert focused() is empty

    def test_it_lies_over_the_window_of_any_size(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "e")
        for width, height in ((960, 620), (640, 300), (1400, 900)):
            held.window.resize(width, height)
            panel = held.finder.line.parentWidget().geometry()
            assert held.finder.size() == held.window.size()
            assert held.finder.rect().contains(panel)
            assert abs(panel.center().x() - width // 2) <= 1
            assert panel.bottom() <= max(height * 7 // 8, 290)


class TestMoving:
    def test_the_keys_go_through_the_items_and_pass_over_headings(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "a")
        first = ["Save as", "Send anyway", "Acme", "Acme staging", "Sandbox", "Order placed"]
        assert [each for each in held.shown if each.strip("*") in first] == ["*Save as", *first[1:]]
        order = [held.chosen]
        for _ in range(5):
            press(qtbot, Key.Key_Down)
            order.append(held.chosen)
        assert order == first
        press(qtbot, Key.Key_Down)
        assert held.chosen == first[0]
        press(qtbot, Key.Key_Up)
        assert held.chosen == first[-1]
        press(qtbot, Key.Key_Home)
        assert held.chosen == first[0]
        press(qtbot, Key.Key_End)
        assert held.chosen == first[-1]
        press(qtbot, Key.Key_PageUp)
        press(qtbot, Key.Key_PageUp)
        assert held.chosen == first[0]
        press(qtbot, Key.Key_PageDown)
        press(qtbot, Key.Key_PageDown)
        assert held.chosen == first[-1]
        assert focused() is held.finder.line

    def test_tab_stays_inside(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "a")
        first = held.chosen
        press(qtbot, Key.Key_Tab)
        assert held.chosen != first
        press(qtbot, Key.Key_Backtab)
        assert held.chosen == first
        assert focused() is held.finder.line

    def test_the_chosen_item_is_in_sight(self, held: Held, qtbot: QtBot) -> None:
        held.window.resize(700, 300)
        open_finder(qtbot, held, "a")
        for key in (Key.Key_Down, Key.Key_End, Key.Key_Up, Key.Key_Home):
            press(qtbot, key)
            view = held.finder.list
            assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))
        assert view.verticalScrollBar().value() == 0  # with the heading of the first section

    def test_enter_does_the_chosen_item_after_the_keyboard_went_back(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "acme")
        press(qtbot, Key.Key_Down)
        press(qtbot, Key.Key_Return)
        assert held.done == ["Acme staging"]
        assert not held.finder.isVisible()
        assert held.had_focus == [held.entry]

    def test_a_click_does_an_item_and_a_heading_does_nothing(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "acme")
        view = held.finder.list
        spots = [view.visualRect(view.model().index(row, 0)).center() for row in range(3)]
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spots[0])
        assert (held.done, held.finder.isVisible(), held.chosen) == ([], True, "Acme")
        assert focused() is held.finder.line
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spots[2])
        assert held.done == ["Acme staging"]

    def test_the_mouse_chooses_when_it_moves_not_when_the_list_comes_to_it(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "acme")
        view = held.finder.list
        second = view.visualRect(view.model().index(2, 0)).center()
        qtbot.mouseMove(view.viewport(), second)
        assert held.chosen == "Acme"
        qtbot.mouseMove(view.viewport(), second + QPoint(3, 0))
        assert held.chosen == "Acme staging"

    def test_ctrl_enter_sends_nothing_while_the_event_is_covered(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "acme")
        for key in (Key.Key_Return, Key.Key_Enter):
            press(qtbot, key, CONTROL)
        assert (held.done, held.finder.isVisible()) == ([], True)


class TestScreenReader:
    def test_line_and_list_have_names_and_the_line_says_what_is_chosen(self, held: Held, qtbot: QtBot) -> None:
        open_finder(qtbot, held, "acme")
        assert held.finder.line.accessibleName() == "Find anything"
        assert held.finder.list.accessibleName() == "Found"
        assert held.finder.line.accessibleDescription() == "Acme"
        press(qtbot, Key.Key_Down)
        assert held.finder.line.accessibleDescription() == "Acme staging"
        index = held.finder.list.currentIndex()
        assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Acme staging"
        held.finder.line.setText("no such thing")
        settle(qtbot, held)
        assert held.finder.line.accessibleDescription() == "Nothing found for “no such thing”"
