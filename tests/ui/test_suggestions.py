"""Suggestions lie under an entry while a person types in it; the keyboard stays where it was, and nothing is forced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLineEdit, QPushButton, QScrollArea, QTableWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from composer.ui.theme import Theme
from composer.ui.widgets.field import Entry
from composer.ui.widgets.suggestion_list import MOST, Suggestion, SuggestionList, marks
from composer.ui.widgets.suggestions import Suggestions
from tests.support.hands import focused, press, to_front, type_in_focus

NAMES = ("Order Placed", "Order Refunded", "Checkout Started", "Cart Updated")


def found(typed: str) -> Sequence[Suggestion]:
    return [Suggestion(name, "34 times · 2 days ago") for name in NAMES if typed.casefold() in name.casefold()]


class Desk:
    """An entry between two buttons, in a form that scrolls, in a window."""

    def __init__(self, theme: Theme, find: Any = found) -> None:
        self.window = QWidget()
        self.entry = Entry()
        self.before, self.after = QPushButton("before"), QPushButton("after")
        self.scroll = QScrollArea()
        inner = QWidget()
        column = QVBoxLayout(inner)
        for each in (self.before, self.entry, self.after):
            column.addWidget(each)
        column.addSpacing(2000)
        self.scroll.setWidget(inner)
        self.scroll.setWidgetResizable(True)
        QVBoxLayout(self.window).addWidget(self.scroll)
        self.suggestions = Suggestions(theme, self.entry, find)
        self.taken = QSignalSpy(self.suggestions.taken)

    @property
    def list(self) -> SuggestionList:
        assert self.suggestions.list is not None, "no list is open"
        return self.suggestions.list

    @property
    def offered(self) -> list[str]:
        return [] if self.suggestions.list is None else [each.text for each in self.list.found]

    @property
    def taken_names(self) -> list[str]:
        return [self.taken.at(at)[0].text for at in range(self.taken.count())]


@pytest.fixture
def desk(theme: Theme, show: Any, qtbot: QtBot) -> Desk:
    desk = Desk(theme)
    show(desk.window)
    to_front(desk.window, qtbot)
    desk.entry.setFocus()
    return desk


def test_nothing_opens_until_something_is_typed(desk: Desk, qtbot: QtBot) -> None:
    assert desk.offered == []
    type_in_focus(qtbot, "or")
    assert desk.offered == ["Order Placed", "Order Refunded"]
    assert focused() is desk.entry
    type_in_focus(qtbot, "x")
    assert desk.offered == []


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier])
def test_down_opens_it_too_with_nothing_chosen(desk: Desk, qtbot: QtBot, modifier: Qt.KeyboardModifier) -> None:
    press(qtbot, Qt.Key.Key_Down, modifier)
    assert desk.offered == list(NAMES)
    assert desk.list.chosen is None


def test_where_down_has_a_use_of_its_own_only_alt_and_down_opens_it(theme: Theme, show: Any, qtbot: QtBot) -> None:
    entry = Entry()
    suggestions = Suggestions(theme, entry, found, opens_by_down=False)
    show(entry)
    to_front(entry, qtbot)
    entry.setFocus()
    press(qtbot, Qt.Key.Key_Down)
    assert suggestions.list is None
    press(qtbot, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert suggestions.list is not None


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_what_is_chosen_is_taken(desk: Desk, qtbot: QtBot, key: Qt.Key) -> None:
    type_in_focus(qtbot, "or")
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, key)
    assert desk.taken_names == ["Order Refunded"]
    assert desk.offered == []
    assert focused() is desk.entry
    assert desk.entry.text() == "or"  # what it does to the entry is for others to say


def test_with_nothing_chosen_keys_do_what_they_always_do(desk: Desk, qtbot: QtBot) -> None:
    returned = QSignalSpy(desk.entry.returnPressed)
    type_in_focus(qtbot, "or")
    press(qtbot, Qt.Key.Key_Return)
    assert returned.count() == 1
    assert desk.offered == []
    type_in_focus(qtbot, "d")
    press(qtbot, Qt.Key.Key_Tab)
    assert focused() is desk.after
    assert desk.taken_names == []


def test_up_leads_back_to_what_was_typed(desk: Desk, qtbot: QtBot) -> None:
    type_in_focus(qtbot, "or")
    press(qtbot, Qt.Key.Key_Up)
    assert desk.list.chosen is None
    for _ in range(5):
        press(qtbot, Qt.Key.Key_Down)
    assert desk.list.chosen is not None
    assert desk.list.chosen.text == "Order Refunded"
    press(qtbot, Qt.Key.Key_Up)
    press(qtbot, Qt.Key.Key_Up)
    assert desk.list.chosen is None
    press(qtbot, Qt.Key.Key_Down)
    type_in_focus(qtbot, "d")
    assert desk.list.chosen is None  # another text, another choice


def test_escape_closes_the_list_and_nothing_else(desk: Desk, qtbot: QtBot) -> None:
    escaped = QSignalSpy(QShortcut(QKeySequence("Escape"), desk.window).activated)
    type_in_focus(qtbot, "or")
    press(qtbot, Qt.Key.Key_Escape)
    assert desk.offered == []
    assert escaped.count() == 0
    assert desk.entry.text() == "or"
    press(qtbot, Qt.Key.Key_Escape)
    assert escaped.count() == 1


def test_a_command_goes_on_and_the_list_steps_aside(desk: Desk, qtbot: QtBot) -> None:
    sent = QSignalSpy(QShortcut(QKeySequence("Ctrl+Return"), desk.window).activated)
    type_in_focus(qtbot, "or")
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent.count() == 1
    assert desk.offered == []
    assert desk.taken_names == []


def test_a_click_takes_and_the_keyboard_stays(desk: Desk, qtbot: QtBot) -> None:
    type_in_focus(qtbot, "or")
    spot = desk.list.visualRect(desk.list.model().index(1, 0)).center()
    qtbot.mouseClick(desk.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert desk.taken_names == ["Order Refunded"]
    assert focused() is desk.entry
    assert desk.offered == []


def test_it_closes_when_the_entry_is_left(desk: Desk, qtbot: QtBot) -> None:
    type_in_focus(qtbot, "or")
    desk.after.setFocus()
    assert desk.offered == []


def test_what_is_typed_in_full_is_not_offered_alone(desk: Desk, qtbot: QtBot) -> None:
    type_in_focus(qtbot, "Cart Update")
    assert desk.offered == ["Cart Updated"]
    type_in_focus(qtbot, "d")
    assert desk.offered == []


def test_there_are_never_more_rows_than_anybody_reads(theme: Theme, show: Any, qtbot: QtBot) -> None:
    desk = Desk(theme, lambda _typed: [Suggestion(f"Name {at}", "") for at in range(30)])
    show(desk.window)
    to_front(desk.window, qtbot)
    desk.entry.setFocus()
    type_in_focus(qtbot, "n")
    assert len(desk.offered) == MOST


def place_of(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def test_it_lies_below_the_entry_as_wide_as_it_and_scrolls_along(desk: Desk, qtbot: QtBot) -> None:
    type_in_focus(qtbot, "or")
    entry = place_of(desk.entry, desk.window)
    assert desk.list.geometry().left() == entry.left()
    assert desk.list.width() == entry.width()
    assert 0 < desk.list.geometry().top() - entry.bottom() < 6
    desk.scroll.verticalScrollBar().setValue(20)
    assert place_of(desk.entry, desk.window).top() == entry.top() - 20
    assert 0 < desk.list.geometry().top() - (entry.bottom() - 20) < 6
    desk.scroll.verticalScrollBar().setValue(900)
    assert desk.offered == []  # nothing hangs in the air


def test_it_lies_above_where_there_is_no_room_below(desk: Desk, qtbot: QtBot) -> None:
    desk.entry.setParent(desk.window)
    desk.entry.setGeometry(900, desk.window.height() - 60, 150, 32)
    desk.entry.show()
    desk.entry.setFocus()
    type_in_focus(qtbot, "o")
    there = desk.list.geometry()
    assert there.bottom() < desk.entry.geometry().top()
    assert desk.window.rect().contains(there)
    assert there.width() > desk.entry.width()  # the names need more room than a narrow cell has
    desk.window.resize(desk.window.width() - 60, desk.window.height())
    qtbot.waitUntil(lambda: desk.window.rect().contains(desk.list.geometry()))


def test_in_a_window_too_low_for_it_the_chosen_row_is_in_sight(theme: Theme, show: Any, qtbot: QtBot) -> None:
    desk = Desk(theme, lambda _typed: [Suggestion(f"Name {at}", "") for at in range(8)])
    show(desk.window)
    desk.window.resize(400, 160)
    to_front(desk.window, qtbot)
    desk.entry.setFocus()
    type_in_focus(qtbot, "n")
    assert desk.window.rect().contains(desk.list.geometry())
    for _ in range(8):
        press(qtbot, Qt.Key.Key_Down)
    assert desk.list.viewport().rect().contains(desk.list.visualRect(desk.list.currentIndex()).center())


def test_it_is_announced_at_the_entry_which_is_described_as_before_afterwards(desk: Desk, qtbot: QtBot) -> None:
    desk.entry.setAccessibleDescription("Needed by the flow")
    type_in_focus(qtbot, "or")
    assert desk.entry.accessibleDescription() == "2 suggestions; Down for the first"
    type_in_focus(qtbot, "der p")
    assert desk.entry.accessibleDescription() == "1 suggestion; Down for the first"
    press(qtbot, Qt.Key.Key_Down)
    assert desk.entry.accessibleDescription() == "Order Placed, 34 times · 2 days ago, 1 of 1"
    press(qtbot, Qt.Key.Key_Escape)
    assert desk.entry.accessibleDescription() == "Needed by the flow"


def test_what_was_said_of_the_entry_meanwhile_stays(desk: Desk, qtbot: QtBot) -> None:
    type_in_focus(qtbot, "or")
    desk.entry.setAccessibleDescription("Is missing")
    press(qtbot, Qt.Key.Key_Escape)
    assert desk.entry.accessibleDescription() == "Is missing"


def test_the_list_of_a_cell_is_asked_before_the_table_and_ends_with_its_editor(
    theme: Theme, show: Any, qtbot: QtBot
) -> None:
    table = QTableWidget(3, 1)
    show(table)
    to_front(table, qtbot)
    table.setCurrentCell(0, 0)
    table.edit(table.model().index(0, 0))
    editor = focused()
    assert isinstance(editor, QLineEdit)
    suggestions = Suggestions(theme, editor, found)
    taken = QSignalSpy(suggestions.taken)
    type_in_focus(qtbot, "or")
    press(qtbot, Qt.Key.Key_Escape)
    assert suggestions.list is None
    assert focused() is editor  # still being edited
    type_in_focus(qtbot, "d")
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Tab)
    assert taken.count() == 1
    assert table.currentRow() == 0
    type_in_focus(qtbot, "e")
    press(qtbot, Qt.Key.Key_Return)  # nothing is chosen: the table takes what was typed
    qtbot.waitUntil(lambda: table.model().index(0, 0).data() == "orde")
    qtbot.waitUntil(lambda: not table.findChildren(SuggestionList))


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("Order Placed", "order", "Order"),
        ("Order Placed", "orderpl", "Order Pl"),
        ("order_placed", "Order Pl", "order_pl"),
        ("Order Placed", "PLACED", "Placed"),
        ("Straße", "strass", "Straß"),
        ("طلب جديد", "جديد", "جديد"),
        ("Order", "", ""),
        ("Order", "x", ""),
    ],
)
def test_the_typed_part_is_marked(text: str, typed: str, marked: str) -> None:
    assert "".join(text[begin:end] for begin, end in marks(text, typed)) == marked
