"""A table of any length stays where it is, whichever way it grows and whatever keys are held down."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from pytestqt.qtbot import QtBot

from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.widgets.numbered_model import NumberedModel
from composer.ui.widgets.numbered_table import NumberedTable
from composer.ui.widgets.paged_model import Cell
from tests.support.hands import to_front

SHIFT = Qt.KeyboardModifier.ShiftModifier


class Line(NamedTuple):
    number: int
    cells: tuple[Cell, ...]


class Shelf:
    """Lines that are made up when they are read; those in `gone` are not there."""

    def __init__(self) -> None:
        self.gone: set[int] = set()
        self.read: list[int] = []

    def __call__(self, numbers: Sequence[int]) -> list[Line]:
        self.read += numbers
        return [Line(each, (Cell(f"line {each}"), Cell("x"))) for each in numbers if each not in self.gone]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def table(theme: Theme, jobs: Jobs, show: Any, shelf: Shelf, qtbot: QtBot) -> NumberedTable:
    model = NumberedModel(jobs, ("Line", "More"), newest_first=True)
    table = NumberedTable(theme, "Lines", model, {1: Cell("x")}, {0: 1})
    model.setParent(table)
    model.show_from(shelf, range(0))
    show(table)
    to_front(table, qtbot)
    return table


def down(most: int, least: int = 1) -> array[int]:
    """These numbers, the highest first."""
    return array("Q", range(most, least - 1, -1))


def model_of(table: NumberedTable) -> Any:
    return table.model()


def top(table: NumberedTable) -> int:
    number: int = model_of(table).numbers[table.rowAt(0)]
    return number


def test_the_model_keeps_the_contract_of_qt_growing_at_both_ends(table: NumberedTable) -> None:
    model = model_of(table)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    inserted, reset = QSignalSpy(model.rowsInserted), QSignalSpy(model.modelReset)
    for numbers in (down(60, 50), down(60, 1), down(70, 1), down(80, 0), down(80, 3), down(0)):
        model.show_numbers(numbers)
        assert model.rowCount(QModelIndex()) == len(numbers)
        assert [model.row_of(each) for each in numbers] == list(range(len(numbers)))
    assert (inserted.count(), reset.count()) == (4, 3)
    del tester


def test_what_comes_on_top_moves_nothing_that_is_looked_at(table: NumberedTable, qtbot: QtBot) -> None:
    table.show_numbers(down(1_000_000))
    table.go_to(500_000)
    qtbot.keyClick(table, Qt.Key.Key_Down, SHIFT)
    before, chosen = top(table), QSignalSpy(table.chosen)
    table.show_numbers(down(1_000_007))
    assert (top(table), table.number) == (before, 499_999)
    assert list(table.selected_numbers()) == [500_000, 499_999]
    assert chosen.count() == 0
    qtbot.waitUntil(lambda: model_of(table).index(table.currentIndex().row(), 0).data() == "line 499999")


def test_until_all_are_there_none_is_chosen_in_the_place_of_one_that_may_come(table: NumberedTable) -> None:
    table.show_numbers(down(300))
    table.go_to(7)
    table.show_numbers(down(300, 200), is_whole=False)
    assert table.number is None
    table.show_numbers(down(300), wanted=7)
    assert table.number == 7
    assert list(table.selected_numbers()) == [7]
    table.show_numbers(down(300, 200))
    assert table.number == 300


@pytest.mark.parametrize("key", [Qt.Key.Key_Shift, Qt.Key.Key_Control])
def test_keys_held_down_do_not_change_what_is_selected(table: NumberedTable, qtbot: QtBot, key: Qt.Key) -> None:
    modifier = SHIFT if key is Qt.Key.Key_Shift else Qt.KeyboardModifier.ControlModifier
    table.show_numbers(down(300))
    table.go_to(290)
    qtbot.keyPress(table, key, modifier)
    table.show_numbers(down(200))
    assert list(table.selected_numbers()) == [200]
    table.go_to(190)
    assert list(table.selected_numbers()) == [190]
    qtbot.keyRelease(table, key)


def test_a_row_that_is_gone_is_not_read_again_and_again(table: NumberedTable, shelf: Shelf, qtbot: QtBot) -> None:
    shelf.gone = {295}
    table.show_numbers(down(300))
    model = model_of(table)
    qtbot.waitUntil(lambda: model.known(300) is not None)
    assert model.index(5, 0).data() == "…"
    model.index(299, 0).data()
    qtbot.waitUntil(lambda: model.known(1) is not None)
    assert shelf.read.count(295) == 1


def test_rows_taken_in_show_at_once(table: NumberedTable, shelf: Shelf) -> None:
    model = model_of(table)
    model.take([Line(9, (Cell("there"), Cell("x")))])
    table.show_numbers(down(9))
    assert model.index(0, 0).data() == "there"


def test_a_hidden_column_leaves_its_room_to_the_others(table: NumberedTable) -> None:
    table.show_numbers(down(9))
    before = table.columnWidth(0)
    table.setColumnHidden(1, True)
    assert table.columnWidth(0) >= before
