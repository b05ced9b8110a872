"""The history shows what was sent and what came back, stays where one reads, and gives a body back whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from composer.delivery.outcome import Outcome, OutcomeKind, answered
from composer.event.findings import Finding, Severity
from composer.storage.database import Database
from composer.storage.history import History, RunKind, Search
from composer.storage.runs import Added, Finished, Runs, State, Status
from composer.storage.runs.indexing import index_runs
from composer.ui.history.detail import REQUEST, RESPONSE
from composer.ui.history.finding import PAGE
from composer.ui.history.place import HistoryPlace
from composer.ui.history.rows import KINDS, status
from composer.ui.widgets.raw_text import MOST
from tests.support.hands import focused, press
from tests.support.sent import PROBLEM, QUEUED, STORE, sent
from tests.ui.history.conftest import Open, numbers, seen


def shown(place: HistoryPlace, entry: int, qtbot: QtBot) -> HistoryPlace:
    """The place, as soon as it shows this entry."""
    qtbot.waitUntil(lambda: place.detail.shown_id == entry)
    return place


def test_an_empty_history_says_how_to_begin(open_place: Open) -> None:
    place = open_place()
    assert "Nothing sent yet" in seen(place)
    assert "Ctrl+Enter" in seen(place)


@pytest.mark.parametrize(
    ("outcome", "words", "tone"),
    [
        (None, "No answer yet", "caution"),
        (QUEUED, "Queued (202)", "good"),
        (PROBLEM, "Rejected (400)", "bad"),
        (answered(401, [], b""), "Key refused (401)", "bad"),
        (answered(404, [], b""), "Unknown store (404)", "bad"),
        (answered(429, [], b""), "Too many requests (429)", "caution"),
        (answered(503, [], b""), "Server error (503)", "bad"),
        (answered(307, [], b""), "Unexpected answer (307)", "caution"),
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
    entry = history.page()[0]
    assert status(entry) == (words, tone)
    assert entry.kind in KINDS
    assert history.page(Search(kinds=frozenset({entry.kind}))) == [entry]


def test_the_list_is_the_newest_first_and_reads_on_to_the_very_first(
    open_place: Open, history: History, qtbot: QtBot
) -> None:
    names = [f"Event {number}" for number in range(2 * PAGE + 7)]
    for name in names:
        sent(history, name)
    place = open_place()
    model = place.pane.model
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert model.index(0, 1).data() == names[-1]
    assert "407 entries" in seen(place)
    place.pane.table.scrollToBottom()
    qtbot.waitUntil(lambda: model.index(len(names) - 1, 1).data() == names[0])
    del tester


def test_new_attempts_leave_choice_selection_and_view_where_they_are(
    open_place: Open, history: History, qtbot: QtBot
) -> None:
    entries = [sent(history, f"Event {number}") for number in range(60)]
    place = open_place()
    table = place.pane.table
    table.go_to(entries[20])
    press_in(qtbot, place, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    shown(place, entries[19], qtbot)
    top = table.indexAt(table.viewport().rect().topLeft()).siblingAtColumn(1).data()
    assert top != "Event 59"
    newer = [sent(history, f"Event {number}") for number in range(60, 63)]
    place.refresh()
    qtbot.waitUntil(lambda: len(numbers(place)) == 63)
    assert numbers(place)[:3] == newer[::-1]
    assert table.currentIndex().siblingAtColumn(1).data() == "Event 19"
    assert list(table.selected_numbers()) == [entries[20], entries[19]]
    assert table.indexAt(table.viewport().rect().topLeft()).siblingAtColumn(1).data() == top
    assert place.detail.shown_id == entries[19]


def press_in(qtbot: QtBot, place: HistoryPlace, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    """Press a key in the list."""
    place.pane.table.setFocus()
    press(qtbot, key, modifier)


def test_of_more_than_a_page_the_new_ones_come_on_top_and_those_gone_go(
    open_place: Open, history: History, qtbot: QtBot
) -> None:
    entries = [sent(history, f"Event {number}") for number in range(PAGE + 50)]
    place = open_place()
    qtbot.waitUntil(lambda: len(numbers(place)) == PAGE + 50)
    entries.append(sent(history, "New"))
    place.refresh()
    qtbot.waitUntil(lambda: numbers(place) == entries[::-1])
    history.remove(entries[:2])
    place.refresh()
    qtbot.waitUntil(lambda: numbers(place) == entries[:1:-1])


def test_an_answer_that_comes_later_is_shown_after_a_refresh(open_place: Open, history: History, qtbot: QtBot) -> None:
    entry = sent(history, outcome=None)
    place = open_place()
    qtbot.waitUntil(lambda: place.detail.status.text() == "No answer yet")
    history.finish(entry, PROBLEM.as_answer())
    place.refresh()
    qtbot.waitUntil(lambda: place.detail.status.text() == "Rejected (400)")
    assert place.pane.model.index(0, 4).data() == "Rejected (400)"


def test_request_and_response_are_shown_raw_but_for_the_key(open_place: Open, history: History, qtbot: QtBot) -> None:
    entry = sent(history, outcome=PROBLEM)
    place = shown(open_place(), entry, qtbot)
    assert place.detail.request_head.toPlainText().splitlines() == [
        f"POST /v2.2/stores/{STORE.store_id}/events",
        "Host: api.getredo.com",
        "Authorization: Bearer ••••••••",
        "Content-Type: application/json",
    ]
    assert '"email": "ann@shop.test"' in place.detail.request.text()
    assert "Invalid email" in seen(place)
    assert PROBLEM.sentence in seen(place)
    place.detail.tabs.setCurrentIndex(RESPONSE)
    assert place.detail.answer.isVisible()
    head = place.detail.answer_head.toPlainText().splitlines()
    assert head[0].startswith("400 · 88 ms · ")
    assert head[1:] == ["content-type: application/problem+json", "x-request-id: r-1"]
    assert place.detail.answer.text() == '{\n  "title": "Invalid email",\n  "detail": "customer.email is none"\n}'


def test_a_202_without_a_body_says_that_it_is_empty(open_place: Open, history: History, qtbot: QtBot) -> None:
    entry = sent(history)
    place = shown(open_place(), entry, qtbot)
    place.detail.tabs.setCurrentIndex(RESPONSE)
    assert place.detail.answer.text() == ""
    assert place.detail.answer.placeholderText() == "The body is empty."
    assert not place.detail.copy_answer.isEnabled()


@pytest.mark.parametrize(
    "body",
    [
        b'{"eventName":"as  typed","n":12.00}',
        b"{ broken",
        json.dumps({"eventName": "Big", "data": {"long": "x" * 4_000_000}}).encode(),
    ],
    ids=["odd blanks", "broken", "4 MB"],
)
def test_whatever_is_done_with_a_request_it_is_whole_and_as_it_was_sent(
    open_place: Open, history: History, qtbot: QtBot, body: bytes
) -> None:
    entry = sent(history, body=body)
    place = shown(open_place(), entry, qtbot)
    detail = place.detail
    assert len(detail.request.text()) < MOST + 100
    for button, signal in ((detail.edit, place.edit_as_new), (detail.template, place.save_as_template)):
        with qtbot.waitSignal(signal) as told:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert told.args == [body.decode()]
    with qtbot.waitSignal(place.send_again) as told:
        qtbot.mouseClick(detail.again, Qt.MouseButton.LeftButton)
    assert told.args == [history.entry(entry)]
    detail.copy_body.trigger()
    assert QGuiApplication.clipboard().text() == body.decode()
    assert detail.copy.text() == "Copied ✓"


@pytest.mark.parametrize(
    ("name", "has"), [("cURL", "curl "), ("Python", "import httpx"), ("JavaScript", "await fetch(")], ids=str
)
def test_a_request_is_copied_as_code_that_sends_it_again_without_the_key(
    open_place: Open, history: History, qtbot: QtBot, name: str, has: str
) -> None:
    entry = sent(history, payload={"value": 12.5})
    place = shown(open_place(), entry, qtbot)
    QGuiApplication.clipboard().clear()
    next(action for action in place.detail.copy.menu().actions() if action.text() == name).trigger()
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
    copied = QGuiApplication.clipboard().text()
    assert has in copied
    assert f"https://api.getredo.com/v2.2/stores/{STORE.store_id}/events" in copied
    assert "12.5" in copied
    assert "REDO_API_SECRET" in copied


def test_what_was_found_then_is_listed_and_leads_to_its_value(open_place: Open, history: History, qtbot: QtBot) -> None:
    found = [
        Finding(Severity.ERROR, "bad-email", "/customer/email", "Not an email address."),
        Finding(Severity.WARNING, "not-stored", "/data/gone", "Zero is not stored."),
    ]
    sent(history, findings=found, sent_anyway=True)
    place = open_place()
    qtbot.waitUntil(lambda: place.detail.findings_list.count() == 2)
    assert "1 error and 1 warning, sent anyway" in seen(place)
    place.detail.findings_list.setFocus()
    place.detail.findings_list.setCurrentRow(1)
    place.detail.findings_list.setCurrentRow(0)
    assert place.detail.request.textCursor().selectedText() == '"ann@shop.test"'


def test_of_ten_thousand_findings_all_are_counted(open_place: Open, history: History, qtbot: QtBot) -> None:
    found = [Finding(Severity.ERROR, "bad", f"/data/{number}", "Not right.") for number in range(10_000)]
    entry = sent(history, findings=found, sent_anyway=True)
    place = shown(open_place(), entry, qtbot)
    assert "10,000 errors, sent anyway" in seen(place)
    assert 0 < place.detail.findings_list.count() <= 200


def test_show_entry_goes_to_an_attempt_that_was_not_read_yet(open_place: Open, history: History, qtbot: QtBot) -> None:
    sent(history, "First")
    place = open_place()
    wanted = sent(history, "Second")
    sent(history, "Third")
    place.show_entry(wanted)
    shown(place, wanted, qtbot)
    qtbot.waitUntil(lambda: place.pane.table.currentIndex().siblingAtColumn(1).data() == "Second")


def test_show_entry_drops_filters_that_leave_it_out(open_place: Open, history: History, qtbot: QtBot) -> None:
    wanted, other = sent(history, "First"), sent(history, "Second")
    place = open_place()
    place.filters.words.setText("Second")
    qtbot.waitUntil(lambda: numbers(place) == [other])
    place.show_entry(wanted)
    qtbot.waitUntil(lambda: numbers(place) == [other, wanted])
    assert place.pane.table.number == wanted
    shown(place, wanted, qtbot)


def test_a_damaged_file_is_told_and_reading_can_be_tried_again(
    open_place: Open, history: History, database: Database, qtbot: QtBot
) -> None:
    sent(history)
    place = open_place()
    qtbot.waitUntil(lambda: bool(place.activity.chart.bars))
    database.close()
    whole = database.path.read_bytes()
    database.path.write_bytes(b"no database at all" * 100)
    place.refresh()
    qtbot.waitUntil(lambda: "is damaged" in place.notice.sentence)
    database.path.write_bytes(whole)
    again = next(each for each in place.notice.findChildren(QPushButton) if each.text() == "Try again")
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: place.notice.sentence == "")
    assert len(numbers(place)) == 1


def test_a_bulk_run_is_one_entry_with_its_requests_inside(
    open_place: Open, history: History, tmp_path: Path, qtbot: QtBot
) -> None:
    run = Runs(tmp_path).create("orders.jsonl", "", "events", None, {}, None)
    with run.hold(sending=False):
        run.add(Added(number, "{}", {}, []) for number in (1, 2))
    run.change(status=Status.READY)
    with run.hold():
        request = run.begin([1, 2])
        problem = b'{"title": "The shop is closed"}'
        run.finish([Finished(request, "rejected", State.REJECTED, "Rejected (400).", 400, [("X-Shop", "1")], problem)])
    entry = history.begin_run(STORE, run.id, "orders.jsonl", "2 events", 2)
    history.tell_run(entry, RunKind.NOT_ALL, "2 rejected.", 12)
    place = open_place()
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
    with qtbot.waitSignal(place.run_wanted) as wanted:
        press_in(qtbot, place, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
    assert wanted.args == [run.id]


def test_a_run_says_which_of_its_rows_were_found(
    open_place: Open, history: History, tmp_path: Path, qtbot: QtBot
) -> None:
    runs = Runs(tmp_path)
    run = runs.create("orders.jsonl", "", "events", None, {}, None)
    events = {number: {"eventName": "Order Placed", "uniqueId": f"ord_{number}"} for number in range(1, 31)}
    for number in (17, 20, 4):
        events[number]["uniqueId"] = f"special_{number}"
    with run.hold(sending=False):
        run.add(Added(number, json.dumps(event), event, []) for number, event in events.items())
    run.change(status=Status.READY)
    entry = history.begin_run(STORE, run.id, "orders.jsonl", "30 events", 30)
    with run.hold():
        run.finish([Finished(run.begin(list(events)), "queued", State.QUEUED, "Queued (202).", 202, [], b"")])
    history.tell_run(entry, RunKind.ALL_QUEUED, "30 queued.", 12)
    assert index_runs(history, runs, lambda: False)
    history.index_waiting(lambda: False)
    sent(history, "Other")
    place = open_place()
    place.filters.words.setText("special")
    qtbot.waitUntil(lambda: place.run_detail.isVisible() and "rows match" in seen(place))
    assert place.run_detail.found.accessibleName() == "3 rows match: 4, 17, 20"
    place.filters.words.setText("orders.jsonl")
    qtbot.waitUntil(lambda: not place.run_detail.found.isVisible())
    assert place.run_detail.isVisible()


def test_a_run_whose_file_is_gone_keeps_its_entry(open_place: Open, history: History, qtbot: QtBot) -> None:
    entry = history.begin_run(STORE, "run-gone", "orders.csv", "3 events", 3)
    history.tell_run(entry, RunKind.ALL_QUEUED, "3 queued.", 12)
    place = open_place()
    qtbot.waitUntil(place.run_detail.isVisible)
    assert place.run_detail.sentence.text().startswith("3 queued. The run run-gone is not there any more")
    assert not place.run_detail.open.isEnabled()


def test_by_keyboard_alone_an_event_is_found_and_edited_as_new(
    open_place: Open, history: History, qtbot: QtBot
) -> None:
    wanted, other = sent(history, "Wanted", body=b'{"eventName": "Wanted"}'), sent(history, "Other")
    place = open_place()
    place.pane.table.setFocus()
    press(qtbot, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert focused() is place.filters.words
    qtbot.keyClicks(focused(), "Wan")
    qtbot.waitUntil(lambda: numbers(place) == [wanted])
    press(qtbot, Qt.Key.Key_Down)
    assert focused() is place.pane.table
    with qtbot.waitSignal(place.edit_as_new) as told:
        press(qtbot, Qt.Key.Key_Return)
    assert told.args == ['{"eventName": "Wanted"}']
    press(qtbot, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(focused(), "Oth")  # in the place of what was looked for
    qtbot.waitUntil(lambda: numbers(place) == [other])
    press(qtbot, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(focused(), "Wan")
    qtbot.waitUntil(lambda: numbers(place) == [wanted])


def test_the_status_line_says_how_much_there_is_and_how_long_it_is_kept(
    open_place: Open, history: History, qtbot: QtBot
) -> None:
    sent(history)
    said: list[str] = []
    place = open_place()
    place.state_said.connect(said.append)
    place.refresh()
    qtbot.waitUntil(lambda: bool(said) and said[-1].endswith(" KB · kept until you delete them"))
    assert said[-1].startswith("1 entry · ")
    place.show_keeping(30, 500)
    assert said[-1].endswith("kept for 30 days and up to 500 MB")
    place.filters.words.setText("Order")
    qtbot.waitUntil(lambda: "Search took" in said[-1])


def test_the_tab_stays_when_another_entry_is_chosen(open_place: Open, history: History, qtbot: QtBot) -> None:
    entries = [sent(history, outcome=PROBLEM), sent(history)]
    place = shown(open_place(), entries[1], qtbot)
    assert place.detail.tabs.currentIndex() == REQUEST
    place.detail.tabs.setCurrentIndex(RESPONSE)
    place.pane.table.go_to(entries[0])
    shown(place, entries[0], qtbot)
    assert "Invalid email" in place.detail.answer.text()
    assert place.detail.answer.isVisible()


def test_a_long_title_leaves_the_list_its_room(open_place: Open, history: History, qtbot: QtBot) -> None:
    title = "The email of the customer is not one that mail could be sent to " * 5
    body = json.dumps({"title": title, "detail": "No."}).encode()
    entry = sent(history, outcome=answered(400, [("content-type", "application/problem+json")], body))
    place = shown(open_place(), entry, qtbot)
    qtbot.waitUntil(lambda: place.detail.title.text().startswith("The email"))
    place.resize(744, 560)
    qtbot.waitUntil(lambda: place.width() == 744)
    assert place.detail.minimumSizeHint().width() < 330
    assert place.pane.width() > 400
