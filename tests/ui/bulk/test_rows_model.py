"""The rows of a run are read when they are seen, away from the window's thread, however many there are."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from pytestqt.qtbot import QtBot

from composer.storage.runs.states import State
from composer.ui.bulk import rows
from composer.ui.bulk.rows import HEADERS, Row
from composer.ui.bulk.rows_model import RowsModel
from composer.ui.jobs import Jobs
from composer.ui.widgets.numbered_model import KEPT, PAGE
from composer.ui.widgets.paged_model import INK, TONE, Cell
from tests.support.orders import begin, make_orders, order, send

MILLION = range(1, 1_000_001)


class Shelf:
    """Rows that are made up when they are read, and what was read of them."""

    def __init__(self) -> None:
        self.word = "old"
        self.read: list[Sequence[int]] = []
        self.may_read = threading.Event()
        self.may_read.set()

    def __call__(self, numbers: Sequence[int]) -> list[Row]:
        assert threading.current_thread() is not threading.main_thread()
        self.may_read.wait(20)
        self.read.append(list(numbers))
        return [Row(number, State.WAITING, (Cell(""), *[Cell(self.word)] * (len(HEADERS) - 1))) for number in numbers]

    @property
    def pages(self) -> list[int]:
        """The first number of each page that was read."""
        return [number for numbers in self.read for number in numbers if number % PAGE == 1]


@pytest.fixture
def model(jobs: Jobs) -> Iterator[RowsModel]:
    model = RowsModel(jobs)
    yield model
    jobs.close()
    model.deleteLater()
    QCoreApplication.sendPostedEvents(model, QEvent.Type.DeferredDelete)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def word(model: RowsModel, row: int, column: int = 1) -> object:
    return model.index(row, column).data()


def look(qtbot: QtBot, model: RowsModel, *seen: int) -> None:
    """Look at these rows, and wait until they are read."""
    for row in seen:
        word(model, row)
    qtbot.waitUntil(lambda: all(model.known(model.numbers[row]) for row in seen))


def test_the_model_keeps_the_contract_of_qt(model: RowsModel, shelf: Shelf, qtbot: QtBot) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_run(shelf, range(1, 31))
    look(qtbot, model, 0)
    shelf.word = "new"
    with qtbot.waitSignal(model.read):
        model.refresh(0, 20)
    for numbers in (array("Q", [2, 4]), array("Q", [2, 4, 7]), array("Q"), range(1, 31)):
        model.show_numbers(numbers)
        assert model.rowCount(QModelIndex()) == len(numbers)
    model.show_run(None, range(0))
    del tester


def test_a_row_says_its_number_at_once_and_the_rest_when_it_was_read(
    model: RowsModel, shelf: Shelf, qtbot: QtBot
) -> None:
    model.show_run(shelf, MILLION)
    changes = QSignalSpy(model.dataChanged)
    assert (word(model, 999_999, 0), word(model, 999_999), model.index(999_999, 5).data(TONE)) == (
        "1,000,000",
        "…",
        None,
    )
    look(qtbot, model, 999_999)
    assert word(model, 999_999) == "old"
    assert changes.count() == 1


def test_only_the_page_that_is_looked_at_is_read_and_only_once(model: RowsModel, shelf: Shelf, qtbot: QtBot) -> None:
    model.show_run(shelf, MILLION)
    look(qtbot, model, 500_000, 500_001, 500_010)
    look(qtbot, model, 500_000)
    assert shelf.pages == [500_001]
    assert model.rowCount(QModelIndex()) == 1_000_000


def test_what_is_scrolled_past_while_others_are_read_is_not_read(model: RowsModel, shelf: Shelf, qtbot: QtBot) -> None:
    model.show_run(shelf, MILLION)
    shelf.may_read.clear()
    word(model, 0)
    qtbot.waitUntil(lambda: model.is_reading)
    for row in range(0, 1_000_000, 10_000):
        word(model, row)
    shelf.may_read.set()
    qtbot.waitUntil(lambda: model.known(990_001) is not None)
    assert shelf.pages == [1, 980_001, 990_001]


def test_rows_read_long_ago_are_forgotten(model: RowsModel, shelf: Shelf, qtbot: QtBot) -> None:
    model.show_run(shelf, MILLION)
    look(qtbot, model, 0)
    for row in range(PAGE, KEPT + PAGE, PAGE):
        look(qtbot, model, row)
    assert model.known(1) is None
    assert word(model, 0) == "…"


def test_rows_read_again_change_only_where_they_are_others(model: RowsModel, shelf: Shelf, qtbot: QtBot) -> None:
    model.show_run(shelf, MILLION)
    look(qtbot, model, 0)
    changes = QSignalSpy(model.dataChanged)
    with qtbot.waitSignal(model.read):
        model.refresh(0, 20)
    assert changes.count() == 0
    shelf.word = "new"
    with qtbot.waitSignal(model.read):
        model.refresh(0, 20)
    assert changes.count() == 1
    assert word(model, 0) == "new"


def test_until_it_is_read_again_a_row_is_shown_as_it_was(model: RowsModel, shelf: Shelf, qtbot: QtBot) -> None:
    model.show_run(shelf, MILLION)
    look(qtbot, model, 0, 5 * PAGE)
    shelf.word = "new"
    with qtbot.waitSignal(model.read):
        model.refresh(0, 20)
    assert word(model, 5 * PAGE) == "old"
    qtbot.waitUntil(lambda: word(model, 5 * PAGE) == "new")


def test_rows_added_at_the_end_leave_the_others_alone(model: RowsModel, shelf: Shelf, qtbot: QtBot) -> None:
    model.show_run(shelf, array("Q", [3, 5]))
    look(qtbot, model, 0)
    inserted, reset = QSignalSpy(model.rowsInserted), QSignalSpy(model.modelReset)
    assert model.show_numbers(array("Q", [3, 5, 8, 9]))
    assert (inserted.count(), reset.count(), word(model, 0), model.row_of(9)) == (1, 0, "old", 3)
    assert not model.show_numbers(array("Q", [5, 9]))
    assert (reset.count(), model.row_of(3), model.row_of(9), model.place_of(8)) == (1, -1, 1, 1)


def test_a_row_known_from_before_needs_no_reading_under_another_filter(
    model: RowsModel, shelf: Shelf, qtbot: QtBot
) -> None:
    model.show_run(shelf, MILLION)
    look(qtbot, model, 41)
    model.show_numbers(array("Q", [42, 43]))
    assert word(model, 0) == "old"


def test_a_failure_is_told_once_and_looking_again_tries_again(model: RowsModel, shelf: Shelf, qtbot: QtBot) -> None:
    def broken(_numbers: Sequence[int]) -> list[Row]:
        raise OSError("gone")

    model.show_run(broken, MILLION)
    with qtbot.waitSignal(model.failed) as told:
        word(model, 0)
    assert str(told.args[0]) == "gone"
    with qtbot.waitSignal(model.failed):
        word(model, 0)


def test_rows_of_another_run_never_show_in_this_one(model: RowsModel, shelf: Shelf, qtbot: QtBot) -> None:
    model.show_run(shelf, MILLION)
    shelf.may_read.clear()
    word(model, 0)
    qtbot.waitUntil(lambda: model.is_reading)
    other = Shelf()
    other.word = "other"
    model.show_run(other, range(1, 11))
    word(model, 0)
    shelf.may_read.set()
    qtbot.waitUntil(lambda: word(model, 0) == "other")


def test_each_state_has_its_word_its_tone_and_what_is_to_say(model: RowsModel, tmp_path: Path, qtbot: QtBot) -> None:
    wrong = order(3)
    wrong[1] = "bob@"
    run = make_orders(tmp_path, [order(1), order(2), wrong, order(4), order(5), order(6)])
    run.exclude([5], True)
    send(run, only=[2])
    send(run, only=[3], reject=lambda _: True)
    begin(run, [6])
    model.show_run(lambda numbers: rows.rows(run.records(numbers)), run.numbers())
    look(qtbot, model, 0)
    assert [told(model, row) for row in range(4)] == [
        ("Queued", "good", "202 · request 1", "muted"),
        ("Rejected", "bad", "Rejected: Invalid email: customer.email is not a valid email address", None),
        ("Not sent", "bad", "customer.email — Email is not an email address.", None),
        ("Not sent", "plain", "excluded", "muted"),
    ]
    assert told(model, 4) == ("In flight", "accent", "request 3", "muted")
    assert told(model, 5) == ("Waiting", "plain", "", "muted")
    run.recover()
    run.stop_waiting()
    with qtbot.waitSignal(model.read):
        model.refresh(0, 5)
    assert told(model, 5)[:3] == ("Not sent", "caution", "stopped before it was sent")
    run.close()


def told(model: RowsModel, row: int) -> tuple[object, ...]:
    """Word and tone of a row's state, its detail and the colour of that."""
    state, detail = model.index(row, 5), model.index(row, 6)
    return state.data(), state.data(TONE), detail.data(), detail.data(INK)


def test_the_header_names_the_columns(model: RowsModel) -> None:
    names = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount(QModelIndex()))]
    assert names == ["Row", "Event", "Customer", "Value", "Unique ID", "State", "Detail"]
