"""The sandbox place shows what a real sandbox process holds, as it comes in, and tells it what to do wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from composer.sandbox import SANDBOX_STORE_ID, process
from composer.sandbox.process import SandboxProcess
from composer.ui.jobs import Jobs
from composer.ui.sandbox.faults import CHOICES
from composer.ui.sandbox.place import PAGE, SandboxPlace
from composer.ui.theme import Theme


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: SandboxProcess) -> SandboxProcess:
    process.empty(running.origin, SANDBOX_STORE_ID)
    process.set_faults(running.origin, [])
    return running


@pytest.fixture
def place(theme: Theme, jobs: Jobs, sandbox: SandboxProcess, show: Any, qtbot: QtBot) -> SandboxPlace:
    place = show(SandboxPlace(theme, jobs, sandbox))
    qtbot.waitUntil(lambda: bool(place.counts.text()))
    return place


def send(sandbox: SandboxProcess, *events: dict[str, Any]) -> int:
    """Send events in one request; returns the status."""
    with httpx.Client(trust_env=False, headers={"Authorization": "Bearer any"}) as client:
        url = f"{sandbox.base_url}/stores/{SANDBOX_STORE_ID}/events/bulk"
        return client.post(url, json={"events": events}).status_code


def event(name: str, email: str = "ann@shop.test", **more: Any) -> dict[str, Any]:
    return {"eventName": name, "customer": {"email": email}, **more}


def seen(place: QWidget) -> str:
    return "\n".join(each.text() for each in place.findChildren(QLabel) if each.isVisible())


def press(within: QWidget, name: str, qtbot: QtBot) -> None:
    (button,) = [each for each in within.findChildren(QPushButton) if each.text() == name and each.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_sandbox_that_does_not_run_can_be_started_here(theme: Theme, jobs: Jobs, show: Any, qtbot: QtBot) -> None:
    place = show(SandboxPlace(theme, jobs, SandboxProcess()))
    assert "The sandbox is not running" in seen(place)
    with qtbot.waitSignal(place.start_wanted):
        press(place, "Start it", qtbot)


def test_an_empty_sandbox_says_what_to_do(place: SandboxPlace) -> None:
    assert "Nothing stored yet" in seen(place)
    assert not place.empty.isEnabled()


def test_what_arrives_is_shown_by_itself(place: SandboxPlace, sandbox: SandboxProcess, qtbot: QtBot) -> None:
    data = {"Enrolled": "2025-01-01T00:00:00Z", "Renewal": "04/02/2026", "Refunds": 0, "Note": ""}
    first = event("Order Placed", uniqueId="o-1", data=data)
    assert send(sandbox, first, first, event("Again", "bob@shop.test")) == 202
    qtbot.waitUntil(lambda: len(place.events.rows) == 2)
    assert "2 profiles · 2 events · 1 duplicate ignored" in seen(place)
    assert [place.events.index(row, 1).data() for row in range(2)] == ["Again", "Order Placed"]
    assert [place.events.index(1, column).data() for column in range(2, 5)] == [
        "ann@shop.test",
        "o-1",
        "1 date, 2 not stored",
    ]
    place.event_list.selectRow(1)
    qtbot.waitUntil(lambda: '"Renewal": "04/02/2026"' in place.detail.json.text())
    assert "Refunds" not in place.detail.json.text()
    said = seen(place.detail)
    assert "created by this event" in said
    assert "\nEnrolled\n" in said
    assert "Refunds, Note · counts as unset" in said
    place.tabs.setCurrentIndex(1)
    assert [place.profiles.index(row, 0).data() for row in range(2)] == ["bob@shop.test", "ann@shop.test"]
    qtbot.waitUntil(lambda: '"email": "bob@shop.test"' in place.detail.json.text())


def test_choice_and_view_stay_when_more_arrives(place: SandboxPlace, sandbox: SandboxProcess, qtbot: QtBot) -> None:
    send(sandbox, *(event(f"Event {number}") for number in range(60)))
    qtbot.waitUntil(lambda: len(place.events.rows) == 60)
    place.event_list.selectRow(40)
    top = place.event_list.indexAt(place.event_list.viewport().rect().topLeft()).siblingAtColumn(1).data()
    assert top != "Event 59"
    send(sandbox, event("New 1"), event("New 2"))
    qtbot.waitUntil(lambda: len(place.events.rows) == 62)
    assert place.event_list.currentIndex().siblingAtColumn(1).data() == "Event 19"
    assert place.event_list.indexAt(place.event_list.viewport().rect().topLeft()).siblingAtColumn(1).data() == top
    assert "Event 19" in seen(place.detail)


def test_nothing_moves_while_nothing_changes(place: SandboxPlace, sandbox: SandboxProcess, qtbot: QtBot) -> None:
    send(sandbox, event("Order Placed"))
    qtbot.waitUntil(lambda: len(place.events.rows) == 1)
    spies = [QSignalSpy(signal) for signal in (place.events.modelReset, place.events.dataChanged)]
    for _ in range(2):  # the answer to the first look is there before the second
        qtbot.waitSignal(place._timer.timeout).wait()
    assert [spy.count() for spy in spies] == [0, 0]


def test_every_event_and_profile_can_be_reached(place: SandboxPlace, sandbox: SandboxProcess, qtbot: QtBot) -> None:
    testers = [
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for model in (place.events, place.profiles)
    ]
    many = [event(f"Event {number}", f"c{number}@shop.test") for number in range(2 * PAGE + 20)]
    for start in range(0, len(many), 100):
        assert send(sandbox, *many[start : start + 100]) == 202
    for tab, table in enumerate((place.event_list, place.profile_list)):
        place.tabs.setCurrentIndex(tab)

        def read_on(table: Any = table) -> bool:
            table.scrollToBottom()
            return bool(table.model().rowCount() == len(many))

        qtbot.waitUntil(read_on)
    assert [row["event"]["eventName"] for row in place.events.rows] == [each["eventName"] for each in reversed(many)]
    assert len({row["id"] for row in place.profiles.rows}) == len(many)
    del testers


def test_a_hidden_place_does_not_ask(place: SandboxPlace, sandbox: SandboxProcess, qtbot: QtBot) -> None:
    place.hide()
    assert not place._timer.isActive()
    place.show()
    assert place._timer.isActive()


@pytest.mark.parametrize("words", CHOICES)
def test_each_answer_can_be_chosen_and_is_said_to_be_in_force(
    place: SandboxPlace, sandbox: SandboxProcess, qtbot: QtBot, words: str
) -> None:
    place.faults.answers.setCurrentText(words)
    place.faults.requests.setCurrentText("3 requests")
    press(place, "Set", qtbot)
    expected = "Now: answers as Redo would" if CHOICES[words] is None else f"Now: {words}, 3 to go"
    qtbot.waitUntil(lambda: place.faults.in_force.text() == expected)
    held = process.faults(sandbox.origin)
    assert [fault["kind"] for fault in held] == ([] if CHOICES[words] is None else [CHOICES[words]["kind"]])


def test_a_fault_counts_down_and_is_over(place: SandboxPlace, sandbox: SandboxProcess, qtbot: QtBot) -> None:
    place.faults.answers.setCurrentText("503 Service Unavailable")
    press(place, "Set", qtbot)
    qtbot.waitUntil(lambda: "1 to go" in place.faults.in_force.text())
    assert [send(sandbox, event("Order Placed")) for _ in range(2)] == [503, 202]
    qtbot.waitUntil(lambda: place.faults.in_force.text().endswith("done"))


def test_emptying_asks_first(place: SandboxPlace, sandbox: SandboxProcess, qtbot: QtBot) -> None:
    send(sandbox, event("Order Placed"))
    qtbot.waitUntil(place.empty.isEnabled)
    press(place, "Empty the sandbox…", qtbot)
    (question,) = place.findChildren(QMessageBox)
    qtbot.keyClick(question, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not place.findChildren(QMessageBox))
    assert process.world(sandbox.origin, SANDBOX_STORE_ID)["counts"]["events"] == 1
    press(place, "Empty the sandbox…", qtbot)
    press(place.findChildren(QMessageBox)[0], "Empty", qtbot)
    qtbot.waitUntil(lambda: "Nothing stored yet" in seen(place))
    assert process.world(sandbox.origin, SANDBOX_STORE_ID)["counts"]["events"] == 0


def test_a_sandbox_that_ends_is_noticed(theme: Theme, jobs: Jobs, show: Any, qtbot: QtBot) -> None:
    own = SandboxProcess()
    own.start()
    place = show(SandboxPlace(theme, jobs, own))
    qtbot.waitUntil(lambda: bool(place.counts.text()))
    own.stop()
    qtbot.waitUntil(lambda: "The sandbox is not running" in seen(place))
