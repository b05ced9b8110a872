"""A paged model takes in what is new and leaves the rest alone; views can rely on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from composer.ui.widgets.paged_model import TONE, Cell, PagedModel

Row = tuple[int, str]


@pytest.fixture
def model(qapp: object) -> Iterator[PagedModel]:
    model = PagedModel(("Key", "Word"), lambda row: row[0], lambda row, column: Cell(str(row[column]), "good" * column))
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield model
    del tester


def rows(*keys: int, word: str = "old") -> list[Row]:
    return [(key, word) for key in keys]


@pytest.mark.parametrize(
    ("before", "page", "after", "inserted", "reset"),
    [
        (rows(), rows(), rows(), 0, 0),
        (rows(), rows(3, 2, 1), rows(3, 2, 1), 0, 1),
        (rows(2, 1), rows(2, 1), rows(2, 1), 0, 0),
        (rows(2, 1), rows(4, 3, 2, 1), rows(4, 3, 2, 1), 1, 0),
        (rows(5, 4, 3, 2, 1), rows(6, 5, 4), rows(6, 5, 4, 3, 2, 1), 1, 0),
        (rows(3, 2, 1), rows(9, 8, 7), rows(9, 8, 7), 0, 1),
        (rows(3, 2, 1), rows(3, 1), rows(3, 1), 0, 1),
        (rows(3, 2, 1), rows(), rows(), 0, 1),
        (rows(3, 2, 1), rows(2, 3, 1), rows(2, 3, 1), 0, 1),
    ],
)
def test_the_newest_page_changes_only_what_is_new(
    model: PagedModel, before: list[Row], page: list[Row], after: list[Row], inserted: int, reset: int
) -> None:
    model.show_newest(before, False)
    inserts, resets, changes = (
        QSignalSpy(model.rowsInserted),
        QSignalSpy(model.modelReset),
        QSignalSpy(model.dataChanged),
    )
    model.show_newest(page, False)
    assert model.rows == after
    assert (inserts.count(), resets.count(), changes.count()) == (inserted, reset, 0)


def test_a_changed_row_is_told_alone(model: PagedModel) -> None:
    model.show_newest(rows(3, 2, 1), True)
    changes = QSignalSpy(model.dataChanged)
    model.show_newest([(3, "old"), (2, "new"), (1, "old")], True)
    assert changes.count() == 1
    assert changes.at(0)[0].row() == 1
    assert model.index(1, 1).data() == "new"


def test_older_pages_come_when_the_view_wants_them_and_only_once(model: PagedModel) -> None:
    wanted = QSignalSpy(model.more_wanted)
    root = QModelIndex()
    model.show_newest(rows(6, 5), False)
    model.fetchMore(root)
    model.fetchMore(root)
    assert wanted.count() == 1
    model.add_older(rows(5, 4, 3), False)
    assert model.rows == rows(6, 5, 4, 3)
    model.fetchMore(root)
    model.give_up()
    assert model.canFetchMore(root)
    model.add_older(rows(2), True)
    assert not model.canFetchMore(root)
    assert wanted.count() == 2


def test_rows_gone_from_a_complete_list_go_here_too(model: PagedModel) -> None:
    model.show_newest(rows(3, 2, 1), True)
    model.show_newest(rows(3, 2), True)
    assert model.rows == rows(3, 2)


def test_a_cell_is_one_line_with_its_tone(model: PagedModel) -> None:
    model.show_newest([(1, "two\nlines\tof  it")], True)
    assert model.index(0, 1).data() == "two lines of it"
    assert model.index(0, 1).data(TONE) == "good"
    assert model.index(0, 0).data(TONE) is None
    assert [model.headerData(at, Qt.Orientation.Horizontal) for at in range(2)] == ["Key", "Word"]
