"""Rows of fields keep their height, and hints share the room below them without covering each other."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from composer.ui.theme import Theme
from composer.ui.widgets.field import Entry, FieldBox, FieldRow, Hint

LONG = "This sentence is much longer than the field it stands under, and says what is to be done about it. " * 3


@pytest.fixture
def boxes(theme: Theme) -> list[FieldBox]:
    return [FieldBox(name, Entry()) for name in ("One", "Two", "Three")]


@pytest.fixture
def row(boxes: list[FieldBox], show: Any) -> FieldRow:
    row: FieldRow = show(FieldRow([(box, 1) for box in boxes]))
    row.resize(600, row.sizeHint().height())
    return row


def shown(row: FieldRow) -> list[Hint]:
    return sorted((each for each in row.findChildren(Hint) if each.isVisible()), key=lambda each: each.x())


@pytest.mark.parametrize("which", [[0], [2], [0, 1, 2], [0, 2]])
@pytest.mark.parametrize("sentence", ["Short.", LONG])
def test_hints_change_no_height_and_cover_neither_each_other_nor_the_fields(
    row: FieldRow, boxes: list[FieldBox], which: list[int], sentence: str
) -> None:
    height, wanted = row.height(), row.sizeHint().height()
    for at in which:
        row.hint(boxes[at], sentence, True)
    QApplication.processEvents()
    assert (row.height(), row.sizeHint().height()) == (height, wanted)
    hints = shown(row)
    assert len(hints) == len(which)
    for one, other in itertools.pairwise(hints):
        assert one.geometry().right() < other.x()
    for hint in hints:
        assert row.rect().contains(hint.geometry())
        assert all(not hint.geometry().intersects(box.geometry()) for box in boxes)


def test_a_cut_sentence_is_whole_in_its_tooltip(row: FieldRow, boxes: list[FieldBox]) -> None:
    row.hint(boxes[0], LONG, True)
    (hint,) = shown(row)
    assert hint.text().endswith("…")
    assert hint.toolTip() == LONG
    row.hint(boxes[0], "Short.", True)
    assert hint.text() == "Short."
    assert hint.toolTip() == ""


def test_a_hint_taken_away_leaves_no_trace(row: FieldRow, boxes: list[FieldBox]) -> None:
    row.hint(boxes[0], "Wrong.", True)
    assert boxes[0].entry.property("state") == "error"
    row.hint(boxes[0], "Doubtful.", False)
    assert boxes[0].entry.property("state") == "warning"
    row.hint(boxes[0], "", False)
    assert shown(row) == []
    assert boxes[0].entry.property("state") == ""
    assert boxes[0].entry.accessibleDescription() == ""


def test_a_click_on_a_hint_applies_its_fix_only_if_it_has_one(
    row: FieldRow, boxes: list[FieldBox], qtbot: QtBot
) -> None:
    fixed: list[int] = []
    row.hint(boxes[1], "Wrong & more.", True, "Repair", lambda: fixed.append(1))
    (hint,) = shown(row)
    assert hint.text() == "Wrong && more.  Repair"
    qtbot.mouseClick(hint, Qt.MouseButton.LeftButton)
    assert fixed == [1]
    row.hint(boxes[1], "Wrong.", True)
    qtbot.mouseClick(hint, Qt.MouseButton.LeftButton)
    assert fixed == [1]


def test_an_entry_says_when_it_is_left_and_leaves_undo_to_the_window(
    row: FieldRow, boxes: list[FieldBox], qtbot: QtBot
) -> None:
    row.activateWindow()
    qtbot.waitUntil(row.isActiveWindow)
    entry = boxes[0].entry
    entry.setFocus()
    qtbot.keyClicks(entry, "abc")
    QTest.keySequence(entry, QKeySequence(QKeySequence.StandardKey.Undo))
    assert entry.text() == "abc"
    with qtbot.waitSignal(entry.left):
        boxes[1].entry.setFocus()
