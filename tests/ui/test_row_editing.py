"""A row in Compose: its changes go to the row, and the draft that was there before comes back untouched."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from composer.event.payload import Set
from composer.ui.compose.place import ComposePlace
from composer.ui.compose.row_editing import RowEditing
from composer.ui.desk import Desk
from composer.ui.window import MainWindow

DRAFT = '{"eventName": "Mine"}'
ROW = {"eventName": "Order Placed", "customer": {"email": "bob@"}}


def begun(compose: ComposePlace, desk: Desk, qtbot: QtBot) -> tuple[RowEditing, list[Any]]:
    compose.restore_draft(desk.draft)
    compose.json.take(DRAFT)
    saved: list[Any] = []
    editing = RowEditing(compose)
    editing.begin("row 2 of orders.csv", ROW, saved.append)
    return editing, saved


def press(compose: ComposePlace, name: str, qtbot: QtBot) -> None:
    found = next(each for each in compose.row_strip.findChildren(QPushButton) if each.text() == name)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def test_the_changed_event_goes_to_the_row_and_the_draft_comes_back(
    compose: ComposePlace, desk: Desk, qtbot: QtBot
) -> None:
    editing, saved = begun(compose, desk, qtbot)
    assert "row 2 of orders.csv" in compose.row_strip.sentence
    assert compose.composition.payload == ROW
    compose.composition.set("/customer/email", "bob@shop.test")
    with qtbot.waitSignal(editing.ended):
        press(compose, "Save to the row", qtbot)
    assert saved == [{"eventName": "Order Placed", "customer": {"email": "bob@shop.test"}}]
    assert compose.composition.wire() == DRAFT
    assert compose.row_strip.sentence == ""
    assert not editing.is_under_way


def test_a_row_that_is_left_keeps_its_event(compose: ComposePlace, desk: Desk, qtbot: QtBot) -> None:
    _, saved = begun(compose, desk, qtbot)
    compose.composition.set("/customer/email", "bob@shop.test")
    press(compose, "Leave the row as it was", qtbot)
    assert saved == []
    assert compose.composition.wire() == DRAFT


def test_while_a_row_is_edited_the_saved_draft_is_not_touched(compose: ComposePlace, desk: Desk, qtbot: QtBot) -> None:
    begun(compose, desk, qtbot)
    compose.composition.set("/customer/email", "bob@shop.test")
    compose.drafting.save_now()
    assert desk.drafts.load(desk.draft) == DRAFT


def test_broken_json_is_not_saved_to_a_row(compose: ComposePlace, desk: Desk, qtbot: QtBot) -> None:
    editing, saved = begun(compose, desk, qtbot)
    compose.composition.type_text("{broken")
    press(compose, "Save to the row", qtbot)
    assert saved == []
    assert editing.is_under_way


VARYING = [Set("/eventName", r"\{{kept}} {{order}} {{$uuid}}"), Set("/customer/email", "bob@shop.test")]


def test_variables_are_saved_with_the_values_that_are_seen(compose: ComposePlace, desk: Desk, qtbot: QtBot) -> None:
    _, saved = begun(compose, desk, qtbot)
    compose.composition.edit(VARYING)
    compose.composition.give({"order": "{{7}}"})
    seen = compose.composition.event["eventName"]
    assert seen.startswith("{{kept}} {{7}} ")
    press(compose, "Save to the row", qtbot)
    assert saved[0]["eventName"] == seen.replace("{{", r"\{{")


def test_while_a_variable_has_no_value_it_stays_one(compose: ComposePlace, desk: Desk, qtbot: QtBot) -> None:
    _, saved = begun(compose, desk, qtbot)
    compose.composition.edit(VARYING)
    press(compose, "Save to the row", qtbot)
    assert saved[0]["eventName"] == r"\{{kept}} {{order}} {{$uuid}}"


def test_another_event_in_the_rows_place_is_the_draft_and_is_kept(window: MainWindow, qtbot: QtBot) -> None:
    saved = []
    window.traffic.edit_row("row 2", {"eventName": "Row", "customer": {}}, saved.append)
    window.begin_anew()
    assert not window.compose.row_strip.isVisible()
    window.composition.set("/eventName", "Mine")
    qtbot.waitUntil(lambda: "Mine" in (window.desk.drafts.load(window.desk.draft) or ""))
    assert saved == []
