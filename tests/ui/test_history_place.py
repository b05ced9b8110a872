"""The history shows what was sent and what came back, stays where one reads, and gives a body back whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from composer.delivery.outcome import Outcome, OutcomeKind, answered
from composer.event import jsontext
from composer.event.findings import Finding, Severity
from composer.storage.database import Database
from composer.storage.history import Attempt, History, RunKind
from composer.storage.runs import Added, Finished, Runs, State, Status
from composer.storage.stores import Kind, Store
from composer.ui.history.place import PAGE, HistoryPlace
from composer.ui.history.rows import status
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.widgets.raw_text import MOST

STORE = Store(7, "Acme staging", Kind.TEST, "https://api.getredo.com/v2.2", "64e5a8a1c0ffee0000004ee7", "key")
JSON = [("content-type", "application/problem+json"), ("x-request-id", "r-1")]
PROBLEM = answered(400, JSON, b'{"title": "Invalid email", "detail": "customer.email is none"}', duration_ms=88)
QUEUED = answered(202, [("content-length", "0")], b"", duration_ms=134)


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


@pytest.fixture
def place(theme: Theme, jobs: Jobs, history: History, tmp_path: Path, show: Any) -> HistoryPlace:
    """Not shown yet: the test first writes what is there."""
    place = HistoryPlace(theme, jobs, history, Runs(tmp_path))
    place.open = lambda: show(place)  # type: ignore[attr-defined]
    return place


def sent(history: History, name: str = "Order Placed", outcome: Outcome | None = QUEUED, **more: Any) -> int:
    """Write one attempt into the history."""
    payload = {"eventName": name, "customer": {"email": "ann@shop.test"}, **more.pop("payload", {})}
    body = more.pop("body", None) or jsontext.dumps(payload).encode()
    entry = history.begin(Attempt(STORE, name, "ann@shop.test", "", body, **more))
    if outcome is not None:
        history.finish(entry, outcome.as_answer())
    return entry


def seen(place: HistoryPlace) -> str:
    """All words that can be read on the place now."""
    return "\n".join(each.text() for each in place.findChildren(QLabel) if each.isVisible())


def test_an_empty_history_says_how_to_begin(place: Any, qtbot: QtBot) -> None:
    place.open()
    qtbot.waitUntil(lambda: "Nothing sent yet" in seen(place))
    assert "Ctrl+Enter" in seen(place)


@pytest.mark.parametrize(
    ("outcome", "words", "tone"),
    [
        (None, "No answer yet", "caution"),
        (QUEUED, "202 queued", "good"),
        (PROBLEM, "400 rejected", "bad"),
        (answered(401, [], b""), "401 key refused", "bad"),
        (answered(404, [], b""), "404 not found", "bad"),
        (answered(429, [], b""), "429 too many", "caution"),
        (answered(503, [], b""), "503 server failed", "bad"),
        (answered(307, [], b""), "307 unexpected", "caution"),
        (Outcome(OutcomeKind.COULD_NOT_CONNECT, "Could not connect."), "Not connected", "bad"),
        (Outcome(OutcomeKind.NO_ANSWER, "No answer."), "No answer", "caution"),
        (Outcome(OutcomeKind.NO_ANSWER, "No answer.", status=202), "No answer", "caution"),
        (Outcome(OutcomeKind.CANCELLED, "Cancelled."), "Cancelled", "plain"),
    ],
)
def test_every_end_of_an_attempt_has_a_word_and_a_tone(
    history: History, outcome: Outcome | None, words: str, tone: str
) -> None:
    sent(history, outcome=outcome)
    assert status(history.page()[0]) == (words, tone)


def test_the_list_is_the_newest_first_and_reads_on_to_the_very_first(
    place: Any, history: History, qtbot: QtBot
) -> None:
    names = [f"Event {number}" for number in range(2 * PAGE + 7)]
    for name in names:
        sent(history, name)
    tester = QAbstractItemModelTester(place.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    place.open()
    qtbot.waitUntil(lambda: len(place.model.rows) >= PAGE)
    assert place.list.model().index(0, 1).data() == names[-1]

    def read_on() -> bool:
        place.list.scrollToBottom()
        return len(place.model.rows) == len(names)

    qtbot.waitUntil(read_on)
    assert [entry.event_name for entry in place.model.rows] == names[::-1]
    assert f"{len(names)} entries" in seen(place)
    del tester


def test_new_attempts_leave_choice_and_view_where_they_are(place: Any, history: History, qtbot: QtBot) -> None:
    entries = [sent(history, f"Event {number}") for number in range(60)]
    place.open()
    qtbot.waitUntil(lambda: len(place.model.rows) == 60)
    place.list.choose(entries[20])
    qtbot.waitUntil(lambda: place.detail.shown_id == entries[20])
    top = place.list.indexAt(place.list.viewport().rect().topLeft()).siblingAtColumn(1).data()
    assert top != "Event 59"
    for number in range(60, 63):
        sent(history, f"Event {number}")
    place.refresh()
    qtbot.waitUntil(lambda: len(place.model.rows) == 63)
    assert place.list.currentIndex().siblingAtColumn(1).data() == "Event 20"
    assert place.list.indexAt(place.list.viewport().rect().topLeft()).siblingAtColumn(1).data() == top
    assert place.detail.shown_id == entries[20]


def test_an_answer_that_comes_later_is_shown_after_a_refresh(place: Any, history: History, qtbot: QtBot) -> None:
    entry = sent(history, outcome=None)
    place.open()
    qtbot.waitUntil(lambda: place.detail.status.text() == "No answer yet")
    history.finish(entry, PROBLEM.as_answer())
    place.refresh()
    qtbot.waitUntil(lambda: place.detail.status.text() == "400 rejected")
    assert place.model.index(0, 4).data() == "400 rejected"


def test_request_and_response_are_shown_raw_but_for_the_key(place: Any, history: History, qtbot: QtBot) -> None:
    sent(history, outcome=PROBLEM)
    place.open()
    qtbot.waitUntil(lambda: place.detail.shown_id is not None)
    assert place.detail.request_head.toPlainText().splitlines() == [
        f"POST /v2.2/stores/{STORE.store_id}/events",
        "Host: api.getredo.com",
        "Authorization: Bearer ••••••••",
        "Content-Type: application/json",
    ]
    assert '"email": "ann@shop.test"' in place.detail.request.text()
    assert "Invalid email" in seen(place)
    assert PROBLEM.sentence in seen(place)
    place.detail.tabs.setCurrentIndex(1)
    assert place.detail.answer.isVisible()
    head = place.detail.answer_head.toPlainText().splitlines()
    assert head[0].startswith("400 · 88 ms · ")
    assert head[1:] == ["content-type: application/problem+json", "x-request-id: r-1"]
    assert place.detail.answer.text() == '{\n  "title": "Invalid email",\n  "detail": "customer.email is none"\n}'


def test_a_202_without_a_body_says_that_it_is_empty(place: Any, history: History, qtbot: QtBot) -> None:
    sent(history)
    place.open()
    qtbot.waitUntil(lambda: place.detail.shown_id is not None)
    place.detail.tabs.setCurrentIndex(1)
    assert place.detail.answer.text() == ""
    assert place.detail.answer.placeholderText() == "The body is empty."
    assert not place.detail.copy.isEnabled()


@pytest.mark.parametrize(
    "body",
    [
        b'{"eventName":"as  typed","n":12.00}',
        b"{ broken",
        json.dumps({"eventName": "Big", "data": {"long": "x" * 4_000_000}}).encode(),
    ],
    ids=["odd blanks", "broken", "4 MB"],
)
def test_edit_as_new_and_copy_give_the_whole_body_as_it_was_sent(
    place: Any, history: History, qtbot: QtBot, body: bytes
) -> None:
    sent(history, body=body)
    place.open()
    qtbot.waitUntil(lambda: place.detail.shown_id is not None)
    assert len(place.detail.request.text()) < MOST + 100
    with qtbot.waitSignal(place.edit_as_new) as edited:
        qtbot.mouseClick(place.detail.edit, Qt.MouseButton.LeftButton)
    assert edited.args == [body.decode()]
    qtbot.mouseClick(place.detail.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == body.decode()


def test_what_was_found_then_is_listed_and_leads_to_its_value(place: Any, history: History, qtbot: QtBot) -> None:
    found = [
        Finding(Severity.ERROR, "bad-email", "/customer/email", "Not an email address."),
        Finding(Severity.WARNING, "not-stored", "/data/gone", "Zero is not stored."),
    ]
    sent(history, findings=found, sent_anyway=True)
    place.open()
    qtbot.waitUntil(lambda: place.detail.findings_list.count() == 2)
    assert "1 error and 1 warning, sent anyway" in seen(place)
    place.detail.findings_list.setFocus()
    place.detail.findings_list.setCurrentRow(1)
    place.detail.findings_list.setCurrentRow(0)
    assert place.detail.request.textCursor().selectedText() == '"ann@shop.test"'


def test_show_entry_goes_to_an_attempt_that_was_not_read_yet(place: Any, history: History, qtbot: QtBot) -> None:
    sent(history, "First")
    place.open()
    qtbot.waitUntil(lambda: len(place.model.rows) == 1)
    wanted = sent(history, "Second")
    sent(history, "Third")
    place.show_entry(wanted)
    qtbot.waitUntil(lambda: place.detail.shown_id == wanted)
    qtbot.waitUntil(lambda: place.list.currentIndex().siblingAtColumn(1).data() == "Second")


def test_a_damaged_file_is_told_and_reading_can_be_tried_again(
    place: Any, history: History, database: Database, qtbot: QtBot
) -> None:
    sent(history)
    database.close()
    whole = database.path.read_bytes()
    database.path.write_bytes(b"no database at all" * 100)
    place.open()
    qtbot.waitUntil(lambda: "is damaged" in place.notice.sentence)
    database.path.write_bytes(whole)
    again = next(each for each in place.notice.findChildren(QPushButton) if each.text() == "Try again")
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(place.model.rows) == 1)
    assert place.notice.sentence == ""


def test_a_bulk_run_is_one_entry_with_its_requests_inside(
    place: HistoryPlace, history: History, tmp_path: Path, qtbot: QtBot
) -> None:
    run = Runs(tmp_path).create("orders.jsonl", "", "events", None, {}, None)
    with run.hold(sending=False):
        run.add(Added(number, "{}", {}, []) for number in (1, 2))
    run.change(status=Status.READY)
    with run.hold():
        request = run.begin([1, 2])
        problem = b'{"title": "The shop is closed"}'
        run.finish([Finished(request, "rejected", State.REJECTED, "Rejected (400).", 400, [("X-Shop", "1")], problem)])
    entry = history.begin_run(STORE, run.id, "orders.jsonl", "2 events")
    history.tell_run(entry, RunKind.NOT_ALL, "2 rejected.", 12)
    place.open()  # type: ignore[attr-defined]
    qtbot.waitUntil(place.run_detail.isVisible)
    assert place.run_detail.sentence.text() == "2 rejected."
    assert len(place.run_detail.model.rows) == 1
    place.run_detail.list.selectRow(0)
    qtbot.waitUntil(lambda: "The shop is closed" in place.run_detail.answer.toPlainText())
    assert place.run_detail.about.text() == "Rows 1 to 2. Rejected (400)."
    assert place.run_detail.answer_head.toPlainText() == "X-Shop: 1"
    with qtbot.waitSignal(place.run_wanted) as wanted:
        place.run_detail.open.click()
    assert wanted.args == [run.id]


def test_a_run_whose_file_is_gone_keeps_its_entry(place: HistoryPlace, history: History, qtbot: QtBot) -> None:
    entry = history.begin_run(STORE, "run-gone", "orders.csv", "3 events")
    history.tell_run(entry, RunKind.ALL_QUEUED, "3 queued.", 12)
    place.open()  # type: ignore[attr-defined]
    qtbot.waitUntil(place.run_detail.isVisible)
    assert place.run_detail.sentence.text().startswith("3 queued. The run run-gone is not there any more")
    assert not place.run_detail.open.isEnabled()
