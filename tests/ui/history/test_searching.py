"""Whatever was sent is found again: by words while they are typed, by filters, and by a time drawn in the chart."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from composer.storage.database import Database
from composer.storage.history import History, RunKind
from composer.ui.history.place import HistoryPlace
from composer.ui.widgets.choice_button import ChoiceButton
from tests.support.hands import focused, press
from tests.support.sent import HOUR, PROBLEM, SANDBOX, SILENCE, STORE, move, sent
from tests.ui.history.conftest import Open, numbers, seen

DAY = 24 * HOUR


def now() -> int:
    return int(time.time() * 1000)


def choose(button: ChoiceButton, words: str) -> None:
    """Take something in the menu of a filter."""
    action: QAction = next(action for action in button.menu().actions() if action.text() == words)
    action.trigger()


def press_button(place: HistoryPlace, words: str, qtbot: QtBot) -> None:
    (button,) = [each for each in place.findChildren(QPushButton) if each.text() == words and each.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    "typed", ["Refund", "refund iss", "xyz-77", "ann@shop.test Refund", "leather", "Invalid email", "REFUND  leather"]
)
def test_words_find_name_customer_ids_error_payload_and_answer(
    open_place: Open, history: History, qtbot: QtBot, typed: str
) -> None:
    more = {"unique_id": "xyz-77", "payload": {"uniqueId": "xyz-77", "data": {"material": "leather"}}}
    wanted = sent(history, "Refund Issued", PROBLEM, **more)
    sent(history, "Order Placed")
    place = open_place()
    place.filters.words.setFocus()
    qtbot.keyClicks(place.filters.words, typed)
    qtbot.waitUntil(lambda: numbers(place) == [wanted])
    assert "1 of 2 entries" in seen(place)


@pytest.mark.parametrize(
    ("button", "words", "found"),
    [
        ("status", "Rejected", [1]),
        ("status", "No answer", [2]),
        ("status", "Run: all queued", [4]),
        ("stores", "Sandbox", [3]),
        ("runs", "Bulk runs", [4]),
        ("runs", "Single events", [3, 2, 1, 0]),
        ("event_name", "Cart Abandoned", [2]),
    ],
)
def test_each_filter_leaves_what_it_names(
    open_place: Open, history: History, qtbot: QtBot, button: str, words: str, found: list[int]
) -> None:
    entries = [
        sent(history),
        sent(history, outcome=PROBLEM),
        sent(history, "Cart Abandoned", SILENCE),
        sent(history, store=SANDBOX),
        history.begin_run(STORE, "run-1", "orders.csv", "3 events", 3),
    ]
    history.tell_run(entries[4], RunKind.ALL_QUEUED, "3 queued.", 12)
    place = open_place()
    filters = place.filters
    qtbot.waitUntil(lambda: len(filters.stores.menu().actions()) > 2)
    choose(getattr(filters, button), words)
    qtbot.waitUntil(lambda: numbers(place) == [entries[at] for at in found])
    assert getattr(filters, button).text() == f"{words} ▾"
    press_button(place, "Clear", qtbot)
    qtbot.waitUntil(lambda: numbers(place) == entries[::-1])
    assert filters.is_empty


def test_several_statuses_and_words_hold_together(open_place: Open, history: History, qtbot: QtBot) -> None:
    sent(history, "Kept")
    wanted = [sent(history, "Kept", PROBLEM), sent(history, "Kept", SILENCE)]
    sent(history, "Other", PROBLEM)
    place = open_place()
    choose(place.filters.status, "Rejected")
    choose(place.filters.status, "No answer")
    assert place.filters.status.text() == "2 statuses ▾"
    place.filters.words.setText("Kept")
    qtbot.waitUntil(lambda: numbers(place) == wanted[::-1])


def test_time_is_counted_in_whole_days_of_this_computer(
    open_place: Open, history: History, database: Database, qtbot: QtBot
) -> None:
    entries = [sent(history) for _ in range(4)]
    for entry, days in zip(entries, (40, 20, 5, 0), strict=True):
        move(database, entry, now() - days * DAY)
    place = open_place()
    for words, count in (("Today", 1), ("Last 7 days", 2), ("Last 30 days", 3), ("All time", 4)):
        choose(place.filters.time, words)
        qtbot.waitUntil(lambda count=count: numbers(place) == entries[::-1][:count])


def test_nothing_found_offers_the_way_back(open_place: Open, history: History, qtbot: QtBot) -> None:
    entry = sent(history)
    place = open_place()
    place.filters.words.setText("nowhere")
    qtbot.waitUntil(lambda: "Nothing found" in seen(place))
    assert "Nothing chosen" in seen(place)
    assert not place.export.isEnabled()
    press_button(place, "Clear search and filters", qtbot)
    qtbot.waitUntil(lambda: numbers(place) == [entry])
    qtbot.waitUntil(lambda: place.detail.shown_id == entry)


def test_the_chosen_entry_stays_chosen_while_it_matches(open_place: Open, history: History, qtbot: QtBot) -> None:
    entries = [sent(history, f"Event {number % 2}") for number in range(300)]
    place = open_place()
    place.pane.table.go_to(entries[10])
    chosen = QSignalSpy(place.pane.table.chosen)
    place.filters.words.setText("Event 0")
    qtbot.waitUntil(lambda: len(numbers(place)) == 150)
    assert (place.pane.table.number, place.detail.shown_id) == (entries[10], entries[10])
    place.filters.words.setText("")
    qtbot.waitUntil(lambda: len(numbers(place)) == 300)
    assert place.pane.table.number == entries[10]
    assert {chosen.at(at)[0] for at in range(chosen.count())} <= {entries[10]}
    place.filters.words.setText("Event 1")
    qtbot.waitUntil(lambda: place.pane.table.number == entries[299])


def test_a_range_dragged_in_the_chart_filters_and_its_chip_removes_it(
    open_place: Open, history: History, database: Database, qtbot: QtBot
) -> None:
    entries = [sent(history) for _ in range(6)]
    begins = now() // HOUR * HOUR
    for at, entry in enumerate(entries):
        move(database, entry, begins - (5 - at) * HOUR + 1)
    place = open_place()
    chart = place.activity.chart
    qtbot.waitUntil(lambda: len(chart.bars) == 6)
    first, last = (chart.bar_rect(at).center().toPoint() for at in (1, 3))
    qtbot.mousePress(chart, Qt.MouseButton.LeftButton, pos=first)
    qtbot.mouseMove(chart, last)
    qtbot.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=last)
    qtbot.waitUntil(lambda: numbers(place) == entries[3:0:-1])
    assert place.filters.span.isVisible()
    assert place.filters.span.text().endswith("✕")
    qtbot.mouseClick(place.filters.span, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(numbers(place)) == 6)
    assert chart.span is None
    assert not place.filters.span.isVisible()


def test_a_chosen_time_replaces_the_range_of_the_chart(open_place: Open, history: History, qtbot: QtBot) -> None:
    entry = sent(history)
    place = open_place()
    chart = place.activity.chart
    qtbot.waitUntil(lambda: len(chart.bars) == 1)
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.bar_rect(0).center().toPoint())
    assert place.filters.chosen_span is not None
    choose(place.filters.time, "Last 7 days")
    assert place.filters.chosen_span is None
    assert chart.span is None
    qtbot.waitUntil(lambda: numbers(place) == [entry])


def test_escape_in_the_search_field_clears_the_words_and_enter_goes_to_the_list(
    open_place: Open, history: History, qtbot: QtBot
) -> None:
    sent(history)
    place = open_place()
    place.filters.words.setFocus()
    qtbot.keyClicks(place.filters.words, "Order")
    press(qtbot, Qt.Key.Key_Escape)
    assert place.filters.words.text() == ""
    press(qtbot, Qt.Key.Key_Return)
    assert focused() is place.pane.table


def test_a_multiple_choice_stays_open_while_things_are_ticked(open_place: Open, history: History, qtbot: QtBot) -> None:
    sent(history)
    place = open_place()
    button = place.filters.status
    menu = button.menu()
    menu.popup(button.mapToGlobal(QPoint(0, button.height())))
    for words in ("Queued", "Rejected"):
        action = next(action for action in menu.actions() if action.text() == words)
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert menu.isVisible()
    assert button.chosen == {"queued", "rejected"}
    assert button.accessibleName() == "Status: 2 statuses"
    menu.close()
    choose(button, "Any status")
    assert button.chosen == frozenset()


def test_clearing_the_search_takes_its_cross_away_and_looks_once(
    open_place: Open, history: History, qtbot: QtBot
) -> None:
    sent(history)
    place = open_place()
    place.filters.words.setFocus()
    qtbot.keyClicks(place.filters.words, "nothing like it")
    cross = place.filters.words.findChild(QToolButton)
    assert cross is not None
    qtbot.waitUntil(lambda: place.pane.everything.isVisible() and cross.property("opacity") == 1)
    changes = QSignalSpy(place.filters.changed)
    press_button(place, "Clear", qtbot)
    qtbot.waitUntil(lambda: cross.property("opacity") == 0 and len(numbers(place)) == 1)
    assert changes.count() == 1
