"""The table stays where one reads while rows change under it, and does everything by keyboard."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from composer.storage.runs.states import State
from composer.ui.bulk.rows import HEADERS, Row
from composer.ui.bulk.rows_model import RowsModel
from composer.ui.bulk.rows_table import RowsTable
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.widgets.paged_model import Cell
from tests.support.hands import to_front

MILLION = range(1, 1_000_001)
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def made_up(numbers: Sequence[int]) -> list[Row]:
    """Rows of which each seventh is excluded."""
    states = {number: State.WAITING if number % 7 else State.EXCLUDED for number in numbers}
    return [Row(number, states[number], (Cell("x"),) * len(HEADERS)) for number in numbers]


@pytest.fixture
def table(theme: Theme, jobs: Jobs, show: Any, qtbot: QtBot) -> Iterator[RowsTable]:
    model = RowsModel(jobs)
    table = RowsTable(theme, model)
    model.setParent(table)
    model.show_run(made_up, MILLION)
    show(table)
    to_front(table, qtbot)
    table.setFocus()
    table.go_to(1)
    return table


def top(table: RowsTable) -> int:
    """The number of the first row in sight."""
    return table.model().numbers[table.rowAt(0)]  # type: ignore[attr-defined]


def test_the_last_of_a_million_rows_is_one_key_away(table: RowsTable, qtbot: QtBot) -> None:
    chosen = QSignalSpy(table.chosen)
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.number == 1_000_000
    assert chosen.at(chosen.count() - 1)[0] == 1_000_000
    qtbot.keyClick(table, Qt.Key.Key_Home)
    assert table.number == 1


def test_other_rows_leave_the_current_one_and_the_view_where_they_are(table: RowsTable, qtbot: QtBot) -> None:
    table.go_to(500_000)
    before = top(table)
    table.show_numbers(array("Q", [number for number in MILLION if number % 2 == 0 or number == before]))
    assert table.number == 500_000
    assert top(table) == before
    assert table.selected_numbers()[0] == 500_000


def test_a_current_row_that_is_gone_is_followed_by_the_first_one(table: RowsTable) -> None:
    table.go_to(500)
    table.show_numbers(array("Q", [7, 9]))
    assert table.number == 7
    table.show_numbers(range(0))
    assert table.number is None


def test_while_rows_change_the_current_one_stays_though_it_matches_no_more(table: RowsTable) -> None:
    table.show_numbers(array("Q", range(100, 200)))
    table.go_to(150)
    table.show_numbers(array("Q", range(160, 200)), keeps_current=True)
    assert table.number == 150
    assert list(table.model().numbers[:2]) == [150, 160]  # type: ignore[attr-defined]


def test_rows_that_come_at_the_end_move_nothing(table: RowsTable) -> None:
    table.show_numbers(array("Q", range(100, 200)))
    table.go_to(150)
    before, chosen = top(table), QSignalSpy(table.chosen)
    table.show_numbers(array("Q", range(100, 300)))
    assert (table.number, top(table), chosen.count()) == (150, before, 0)


def test_selected_rows_stay_selected_among_others(table: RowsTable, qtbot: QtBot) -> None:
    for _ in range(3):
        qtbot.keyClick(table, Qt.Key.Key_Down, SHIFT)
    assert list(table.selected_numbers()) == [1, 2, 3, 4]
    table.show_numbers(array("Q", [2, 4, 6]))
    assert list(table.selected_numbers()) == [2, 4]


def test_all_of_a_million_rows_are_selected_without_walking_through_them(table: RowsTable, qtbot: QtBot) -> None:
    begun = time.monotonic()
    qtbot.keyClick(table, Qt.Key.Key_A, CONTROL)
    table.grab()
    assert table.selected_count == 1_000_000
    assert table.selected_numbers() == MILLION
    assert time.monotonic() - begun < 3  # ten seconds, when the header asks each row


def test_a_typed_letter_looks_through_nothing(table: RowsTable, qtbot: QtBot) -> None:
    begun = time.monotonic()
    qtbot.keyClicks(table, "z")
    assert table.number == 1
    assert time.monotonic() - begun < 3


def test_enter_opens_the_row_and_control_enter_is_left_to_the_window(table: RowsTable, qtbot: QtBot) -> None:
    opened = QSignalSpy(table.opened)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.keyClick(table, Qt.Key.Key_Return, CONTROL)
    assert [opened.at(at)[0] for at in range(opened.count())] == [1]


def test_delete_excludes_the_selected_rows_and_takes_an_excluded_one_in_again(table: RowsTable, qtbot: QtBot) -> None:
    wanted: list[tuple[list[int], bool]] = []
    table.exclude_wanted.connect(lambda numbers, excluded: wanted.append((list(numbers), excluded)))
    model: Any = table.model()
    qtbot.waitUntil(lambda: model.known(7) is not None)
    qtbot.keyClick(table, Qt.Key.Key_Down, SHIFT)
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    table.go_to(7)
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert wanted == [([1, 2], True), ([7], False)]


def test_the_menu_of_a_row_offers_what_can_be_done_with_it(table: RowsTable, qtbot: QtBot) -> None:
    model: Any = table.model()
    qtbot.waitUntil(lambda: model.known(7) is not None)
    table.go_to(7)
    table.customContextMenuRequested.emit(table.visualRect(table.currentIndex()).center())
    menu = next(each for each in table.findChildren(QMenu) if each.isVisible())
    offered = {action.text().partition("\t")[0]: action.isEnabled() for action in menu.actions() if action.text()}
    assert offered == {"Open in Compose": True, "Exclude": False, "Include": True}
    menu.close()


@pytest.mark.parametrize("width", [520, 740, 1100])
def test_the_columns_fill_the_table_at_any_width(table: RowsTable, width: int) -> None:
    table.resize(width, 400)
    assert 0 <= table.viewport().width() - sum(map(table.columnWidth, range(len(HEADERS)))) < len(HEADERS)
