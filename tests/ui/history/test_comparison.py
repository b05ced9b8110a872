"""Two entries are compared as a person reads them: the older one against the newer one, requests or answers."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton
from pytestqt.qtbot import QtBot

from composer.storage.history import History
from composer.ui.history.comparing import ANSWERS
from composer.ui.history.comparison import ComparePage
from composer.ui.history.detail import COMPARE
from composer.ui.history.place import HistoryPlace
from tests.support.sent import PROBLEM, sent
from tests.ui.history.conftest import Open, seen


def click(place: HistoryPlace, entry: int, qtbot: QtBot, *, adds: bool = False) -> None:
    """Click a row; with `adds` Ctrl is held."""
    table = place.pane.table
    at = table.visualRect(place.pane.model.index(place.pane.model.row_of(entry), 1)).center()
    modifier = Qt.KeyboardModifier.ControlModifier if adds else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, at)


def changes(page: ComparePage) -> list[tuple[str, str]]:
    """What was removed and added."""
    return [(line.mark, line.text.strip()) for line in page.view.lines if line.mark in {"removed", "added"}]


def test_a_second_row_is_compared_whichever_was_clicked_first(open_place: Open, history: History, qtbot: QtBot) -> None:
    older, newer = (sent(history, payload={"value": value}) for value in (12, 15))
    place = open_place()
    page = place.detail.compare
    place.detail.tabs.setCurrentIndex(COMPARE)
    qtbot.waitUntil(lambda: "Compare with what?" in seen(place))
    for first, second in ((older, newer), (newer, older)):
        click(place, first, qtbot)
        qtbot.waitUntil(lambda: page.shown is None)
        click(place, second, qtbot, adds=True)
        qtbot.waitUntil(lambda: page.shown == (older, newer))
        assert changes(page) == [("removed", '"value": 12'), ("added", '"value": 15')]
    assert page.summary.text() == "1 removed, 1 added."
    assert page.before.text().endswith("Order Placed · ann@shop.test · Acme staging · Queued (202)")


def test_answers_are_compared_with_their_status(open_place: Open, history: History, qtbot: QtBot) -> None:
    entries = sent(history, outcome=PROBLEM), sent(history)
    place = open_place()
    page = place.detail.compare
    place.detail.tabs.setCurrentIndex(COMPARE)
    click(place, entries[0], qtbot)
    click(place, entries[1], qtbot, adds=True)
    qtbot.waitUntil(lambda: page.summary.text() == "The requests are the same.")
    assert not page.next_change.isEnabled()
    page.side.setCurrentIndex(ANSWERS)
    qtbot.waitUntil(lambda: ("removed", "HTTP 400") in changes(page))
    assert ("added", "HTTP 202") in changes(page)


def test_the_previous_of_the_same_event_is_found_by_its_button(
    open_place: Open, history: History, qtbot: QtBot
) -> None:
    older = sent(history, payload={"value": 1})
    sent(history, "Other")
    newer = sent(history, payload={"value": 2})
    place = open_place()
    qtbot.waitUntil(lambda: place.detail.shown_id == newer)
    place.detail.tabs.setCurrentIndex(COMPARE)
    qtbot.mouseClick(place.detail.compare.previous, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: place.detail.compare.shown == (older, newer))
    click(place, older, qtbot)
    qtbot.waitUntil(lambda: "Compare with what?" in seen(place))
    qtbot.mouseClick(place.detail.compare.previous, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Nothing before it" in seen(place))


def test_the_menu_of_a_row_compares(open_place: Open, history: History, qtbot: QtBot) -> None:
    older, newer = sent(history), sent(history)
    place = open_place()
    qtbot.waitUntil(lambda: place.pane.table.current_row() is not None)
    qtbot.waitUntil(lambda: place.detail.shown_id == newer)
    table = place.pane.table
    table.customContextMenuRequested.emit(table.visualRect(table.currentIndex()).center())
    menu = next(each for each in place.pane.findChildren(QMenu) if each.isVisible())
    actions = {action.text().partition("\t")[0]: action for action in menu.actions()}
    assert not actions["Compare the two selected"].isEnabled()
    actions["Compare with the previous of this event"].trigger()
    menu.close()
    qtbot.waitUntil(lambda: place.detail.compare.shown == (older, newer))
    assert place.detail.tabs.currentIndex() == COMPARE


def test_odd_texts_and_megabytes_are_compared_too(open_place: Open, history: History, qtbot: QtBot) -> None:
    items = [{"sku": f"A-{number}", "qty": 1} for number in range(40_000)]
    bodies = []
    for price in (1, 2):
        items[20_000] = {"sku": "A-20000", "qty": price}
        bodies.append(json.dumps({"eventName": "Big", "data": {"items": items}}).encode())
    sent(history, body=b"{ broken")
    older, newer = (sent(history, body=body) for body in bodies)
    place = open_place()
    page = place.detail.compare
    place.detail.tabs.setCurrentIndex(COMPARE)
    click(place, older, qtbot)
    click(place, newer, qtbot, adds=True)
    qtbot.waitUntil(lambda: page.shown == (older, newer), timeout=20_000)
    assert changes(page) == [("removed", '"qty": 1'), ("added", '"qty": 2')]
    assert len(page.view.lines) < 20


def test_the_buttons_below_stay_those_of_the_chosen_entry(open_place: Open, history: History, qtbot: QtBot) -> None:
    sent(history, payload={"value": 1})
    newer = sent(history, payload={"value": 2})
    place = open_place()
    qtbot.waitUntil(lambda: place.detail.shown_id == newer)
    place.detail.tabs.setCurrentIndex(COMPARE)
    (again,) = [each for each in place.findChildren(QPushButton) if each.text() == "Send again" and each.isVisible()]
    with qtbot.waitSignal(place.send_again) as told:
        qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    assert told.args[0].entry.id == newer
