"""Entries are deleted only after a question that counts them, and exported as listed; both can be cancelled."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from composer.storage.database import Database
from composer.storage.history import FullEntry, History
from composer.ui.history.place import HistoryPlace
from tests.support.hands import press
from tests.support.sent import PROBLEM, STORE, sent
from tests.ui.history.conftest import Open, numbers, seen


def answer(place: HistoryPlace, wanted: str, qtbot: QtBot) -> str:
    """Press a button of the question that is asked; returns its words."""
    qtbot.waitUntil(lambda: any(box.isVisible() for box in place.findChildren(QMessageBox)))
    (box,) = [box for box in place.findChildren(QMessageBox) if box.isVisible()]
    said = f"{box.text()} {box.informativeText()}"
    qtbot.mouseClick(next(each for each in box.buttons() if each.text() == wanted), Qt.MouseButton.LeftButton)
    return said


def test_delete_asks_and_then_the_entry_is_gone_for_good(open_place: Open, history: History, qtbot: QtBot) -> None:
    entries = [sent(history, name) for name in ("First", "Second", "Third")]
    place = open_place()
    place.pane.table.go_to(entries[1])
    place.pane.table.setFocus()
    press(qtbot, Qt.Key.Key_Delete)
    said = answer(place, "Delete 1 entry", qtbot)
    assert said.startswith("Delete “Second”, sent ")
    assert "can't be brought back" in said
    qtbot.waitUntil(lambda: numbers(place) == [entries[2], entries[0]])
    assert history.entry(entries[1]) is None
    qtbot.waitUntil(lambda: place.detail.shown_id == entries[2])


def test_cancel_deletes_nothing(open_place: Open, history: History, qtbot: QtBot) -> None:
    entry = sent(history)
    place = open_place()
    place.pane.table.setFocus()
    press(qtbot, Qt.Key.Key_Delete)
    answer(place, "Cancel", qtbot)
    assert history.entry(entry) is not None
    assert numbers(place) == [entry]


def test_several_selected_entries_go_together(open_place: Open, history: History, qtbot: QtBot) -> None:
    entries = [sent(history, f"Event {number}") for number in range(4)]
    place = open_place()
    place.pane.table.setFocus()
    for _ in range(2):
        press(qtbot, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert "4 entries · 3 selected" in place.pane.count.text()
    press(qtbot, Qt.Key.Key_Delete)
    assert answer(place, "Delete 3 entries", qtbot).startswith("Delete these 3 entries?")
    qtbot.waitUntil(lambda: numbers(place) == entries[:1])


def test_all_that_match_go_and_the_others_stay(open_place: Open, history: History, qtbot: QtBot) -> None:
    kept = sent(history, "Kept")
    for _ in range(205):
        sent(history, "Gone")
    place = open_place()
    place.filters.words.setText("Gone")
    qtbot.waitUntil(lambda: place.pane.count.text() == "205 of 206 entries")
    menu = place.pane.delete.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "Delete all 205 that match…").trigger()
    assert answer(place, "Delete 205 entries", qtbot).startswith("Delete all 205 entries that match?")
    qtbot.waitUntil(lambda: "Nothing found" in seen(place))
    assert [entry.id for entry in history.page()] == [kept]


def test_what_was_deleted_leaves_the_list_though_as_many_came_meanwhile(
    open_place: Open, history: History, qtbot: QtBot
) -> None:
    entries = [sent(history, f"Event {number}") for number in range(250)]
    place = open_place()
    qtbot.waitUntil(lambda: len(numbers(place)) == 250)
    entries.append(sent(history, "New"))
    place.work.remove(entries[:1])
    qtbot.waitUntil(lambda: numbers(place) == entries[:0:-1])


def test_the_last_one_gone_nothing_is_sent_yet(open_place: Open, history: History, qtbot: QtBot) -> None:
    sent(history)
    place = open_place()
    place.pane.table.setFocus()
    press(qtbot, Qt.Key.Key_Delete)
    answer(place, "Delete 1 entry", qtbot)
    qtbot.waitUntil(lambda: "Nothing sent yet" in seen(place))


@pytest.mark.parametrize("ending", ["csv", "jsonl", "har"])
def test_what_is_listed_is_exported_in_its_order(
    open_place: Open, history: History, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    wanted = [sent(history, f"Wanted {number}", PROBLEM) for number in range(3)]
    sent(history, "Other")
    history.begin_run(STORE, "run-1", "Wanted.csv", "2 events", 2)
    history.index_waiting(lambda: False)
    place = open_place()
    place.filters.words.setText("Wanted")
    qtbot.waitUntil(lambda: len(numbers(place)) == 4)
    asked: list[tuple[str, str]] = []

    def choose(_parent: object, title: str, _name: str, forms: str) -> tuple[str, str]:
        asked.append((title, forms))
        form = next(each for each in forms.split(";;") if f"*.{ending}" in each)
        return str(tmp_path / "mine"), form  # without an ending: that of the form is added

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    qtbot.mouseClick(place.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "written to" in place.notice.sentence)
    assert asked[0][0] == "Export 4 entries"
    path = tmp_path / f"mine.{ending}"
    assert str(path) in place.notice.sentence
    text = path.read_text("utf-8-sig")
    if ending == "csv":
        rows = list(csv.DictReader(text.splitlines()))
        assert [row["event"] for row in rows] == ["Wanted.csv", "Wanted 2", "Wanted 1", "Wanted 0"]
    elif ending == "jsonl":
        assert len(text.splitlines()) == 4
    else:
        assert len(json.loads(text)["log"]["entries"]) == len(wanted)
        assert "1 entry left out: bulk runs have no place in a HAR." in place.notice.sentence


class SlowHistory(History):
    """Reads and removes only when it may, from the second part on."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.may_go_on = threading.Event()
        self.removed = 0

    def entry(self, entry: int) -> FullEntry | None:
        if entry <= 500:
            self.may_go_on.wait(20)
        return super().entry(entry)

    def remove(self, ids: Sequence[int]) -> None:
        super().remove(ids)
        self.removed += len(ids)
        if self.removed >= 400:
            self.may_go_on.wait(20)


@pytest.fixture
def slow_place(open_place: Open, database: Database, monkeypatch: pytest.MonkeyPatch) -> HistoryPlace:
    """With 700 entries; nothing told of its work waits for a clock."""
    history = SlowHistory(database)
    for number in range(700):
        sent(history, f"Event {number}", None)
    place = open_place()
    place.work._history = history
    monkeypatch.setattr("composer.ui.history.work._EVERY", -1)
    return place


def test_an_export_shows_how_far_it_is_and_ends_without_a_file_when_cancelled(
    slow_place: HistoryPlace, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.waitUntil(slow_place.export.isEnabled)
    slow_place.work.write(numbers(slow_place), tmp_path / "some.csv", ".csv")
    qtbot.waitUntil(lambda: slow_place.work.card.sentence.text() == "200 of 700 · Writing some.csv")
    qtbot.mouseClick(slow_place.work.card.cancel, Qt.MouseButton.LeftButton)
    slow_place.work._history.may_go_on.set()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: slow_place.notice.sentence == "The export was cancelled. No file was written.")
    assert list(tmp_path.glob("*some*")) == []
    assert not slow_place.work.card.isVisible()


def test_deleting_many_can_be_cancelled_and_says_what_is_left(slow_place: HistoryPlace, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(numbers(slow_place)) == 700)
    slow_place.work.remove(numbers(slow_place))
    qtbot.waitUntil(slow_place.work.card.isVisible)
    qtbot.waitUntil(lambda: slow_place.work._history.removed == 400)  # type: ignore[attr-defined]
    slow_place.end()  # as when the window closes
    slow_place.work._history.may_go_on.set()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: slow_place.notice.sentence == "400 entries were deleted, 300 were kept.")
    qtbot.waitUntil(lambda: len(numbers(slow_place)) == 300)


def test_a_file_that_can_not_be_written_is_told(
    open_place: Open, history: History, qtbot: QtBot, tmp_path: Path
) -> None:
    entry = sent(history)
    place = open_place()
    place.work.write([entry], tmp_path / "no such folder" / "a.csv", ".csv")
    qtbot.waitUntil(lambda: "can't be written" in place.notice.sentence)
    assert not place.work.is_busy
