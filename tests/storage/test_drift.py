"""What is kept when the checks and a server do not agree, and that no value is in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from composer.event import drift_report
from composer.event.findings import Finding, Severity
from composer.storage import drift as module
from composer.storage.database import Database
from composer.storage.drift import MOST_NOTES, MOST_OF_A_RUN, Drift
from composer.storage.history import Answer, Attempt
from composer.storage.runs import Finished, Options, Run, Runs, State
from composer.storage.stores import Kind, Store
from tests.storage.runs.conftest import of_events, runs
from tests.support.runs import ACME, added, event

__all__ = ["of_events", "runs"]

SHOP = Store(2, "Zebra Shop", Kind.LIVE, "https://api.zebra.test/v2", "5a4db0c500000000000000ff", "key-id")
PAYLOAD = {
    "eventName": "Chair Sold",
    "customer": {"email": "jane.roe@private.test", "firstName": "Janette"},
    "data": {"Colour": "Chartreuse", "jane.roe@private.test": 77341},
}
ERROR = Finding(Severity.ERROR, "bad-email", "/customer/email", "“jane.roe@private.test” is not an email address.")
WARNING = Finding(Severity.WARNING, "not-stored", "/data/Colour", "Chartreuse is not stored.")
VALUES = ("Chair Sold", "jane.roe", "private.test", "Janette", "Chartreuse", "77341", "Zebra", "5a4db0c5")
Make = Callable[..., Run]


@pytest.fixture
def drift(database: Database) -> Drift:
    return Drift(database)


def attempt(*findings: Finding, payload: Any = PAYLOAD, anyway: bool = False, store: Store = SHOP) -> Attempt:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Attempt(store, "Chair Sold", "jane.roe@private.test", "", body, findings, anyway)


def answer(kind: str, status: int | None, detail: str = "") -> Answer:
    body = json.dumps({"title": "Bad Request", "detail": detail}).encode() if detail else b""
    return Answer(kind, "A sentence.", "", status, [("Content-Type", "application/problem+json")], body)


def test_said_fine_and_rejected_is_a_note_with_all_but_the_values(drift: Drift) -> None:
    said = "jane.roe%40private.test is not wanted at Zebra Shop, says https://api.zebra.test/x"
    number = drift.note(attempt(WARNING), answer("rejected", 400, said))
    assert number is not None
    note = drift.get(number)
    assert note is not None
    assert (note.kind, note.event_name, note.status, note.events) == ("said-fine", "Chair Sold", 400, 1)
    assert note.headline == "Checks said fine, the server said 400"
    assert abs(note.begun_ms / 1000 - time.time()) < 60
    for told in (
        "contract release 2.2.476, live store, " + time.strftime("%Y-%m-%d"),
        "No errors.\n- warning: not-stored at /data/Colour\n",
        "## What the server said (400)\nBad Request: <email> is not wanted at <store>, says <URL>\n",
        '"Colour": "<text, 10 characters>"',
        '"eventName": "<text, 10 characters>"',
    ):
        assert told in note.report
    assert not [value for value in VALUES if value.lower() in note.report.lower()]


def test_said_error_and_queued_is_the_reverse(drift: Drift) -> None:
    number = drift.note(attempt(ERROR, WARNING, anyway=True), answer("queued", 202))
    (note,) = drift.all()
    assert (note.id, note.kind) == (number, "said-error")
    assert note.headline == "Checks said error, the server queued it (202)"
    assert "- error: bad-email at /customer/email\n- warning: not-stored at /data/Colour\n" in note.report
    assert not [value for value in VALUES if value.lower() in note.report.lower()]


def test_a_finding_about_a_name_that_is_a_value_does_not_tell_it(drift: Drift) -> None:
    finding = Finding(Severity.ERROR, "nested-value", "/data/jane.roe@private.test", "No.")
    drift.note(attempt(finding, anyway=True), answer("queued", 202))
    assert "nested-value at /data/<name, 21 characters>" in drift.all()[0].report


def test_text_that_is_no_json_and_is_queued_is_drift_and_rejected_is_none(drift: Drift) -> None:
    broken = attempt(payload=b'{"Chartreuse"', anyway=True)
    assert drift.note(broken, answer("rejected", 400)) is None
    assert drift.note(broken, answer("queued", 202)) is not None
    report = drift.all()[0].report
    assert "- error: the text is not JSON" in report
    assert "Chartreuse" not in report


@pytest.mark.parametrize(
    ("findings", "kind", "status"),
    [
        ([], "queued", 202),
        ([WARNING], "queued", 202),
        ([ERROR], "rejected", 400),
        ([], "refused-key", 401),
        ([], "refused-key", 403),
        ([], "unknown-store", 404),
        ([], "rate-limited", 429),
        ([], "server-error", 500),
        ([], "server-error", 503),
        ([], "unexpected", 302),
        ([], "could-not-connect", None),
        ([], "no-answer", None),
        ([], "cancelled", None),
        ([Finding(Severity.ERROR, "unknown-variable", "/value", "No value.")], "queued", 202),
    ],
)
def test_where_they_agree_or_it_is_not_about_the_event_there_is_no_note(
    drift: Drift, findings: list[Finding], kind: str, status: int | None
) -> None:
    anyway = any(finding.severity is Severity.ERROR for finding in findings)
    assert drift.note(attempt(*findings, anyway=anyway), answer(kind, status, "No.")) is None
    assert drift.all() == []


@pytest.mark.parametrize("status", [400, 413, 422])
def test_every_rejection_counts(drift: Drift, status: int) -> None:
    assert drift.note(attempt(), answer("rejected", status)) is not None


def test_an_answer_without_problem_details_is_told_as_it_came(drift: Drift) -> None:
    html = Answer("rejected", "", "", 400, [("Content-Type", "text/html")], b"<p>Janette &amp; co</p>")
    drift.note(attempt(), html)
    assert "<p><text, 7 characters> & co</p>" in drift.all()[0].report


def test_what_was_said_of_a_huge_event_is_left_out_for_its_values_take_too_long_to_look_for(drift: Drift) -> None:
    drift.note(attempt(payload={**PAYLOAD, "data": {"Text": "x" * 1_000_001}}), answer("rejected", 413, "Janette"))
    assert "<left out: the event is too large to look for its values>" in drift.all()[0].report
    assert "Janette" not in drift.all()[0].report


def test_the_same_drift_within_a_day_is_one_note(drift: Drift, database: Database) -> None:
    first = drift.note(attempt(), answer("rejected", 400, "Janette is not wanted."))
    other = {**PAYLOAD, "customer": {"firstName": "Bartholomew"}}
    assert drift.note(attempt(payload=other), answer("rejected", 400, "Bartholomew is not wanted.")) == first
    assert [note.events for note in drift.all()] == [2]
    assert drift.note(attempt(), answer("rejected", 422, "Janette is not wanted.")) != first
    assert drift.note(attempt(), answer("rejected", 400, "Something else.")) != first
    assert drift.note(attempt(WARNING), answer("rejected", 400, "Janette is not wanted.")) != first
    assert drift.count() == 4
    database.write("UPDATE drift SET begun_ms = begun_ms - 86400001")
    assert drift.note(attempt(), answer("rejected", 400, "Janette is not wanted.")) not in (first, None)
    assert drift.count() == 5


def test_the_newest_come_first_and_the_oldest_go(drift: Drift, database: Database) -> None:
    for word in ("one", "two", "three"):
        drift.note(attempt(), answer("rejected", 400, word))
    assert ["one" in note.report for note in drift.all()] == [False, False, True]
    row = "1, 'said-fine', '', 400, '', 'x', 1"
    database.write(
        f"INSERT INTO drift (begun_ms, kind, event_name, status, report, signature, events) "
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MOST_NOTES}) SELECT {row} FROM n"
    )
    drift.note(attempt(), answer("rejected", 400, "four"))
    assert drift.count() == MOST_NOTES
    assert "four" in drift.all()[0].report


def test_what_is_forgotten_leaves_no_word_in_the_file(drift: Drift, database: Database, path: Path) -> None:
    kept = drift.note(attempt(payload={**PAYLOAD, "eventName": "x"}), answer("rejected", 422, "kept"))
    for _ in range(40):  # so that its row moves within the file
        gone = drift.note(attempt(), answer("rejected", 400, "quagmire " * 200))
    files = lambda: b"".join(file.read_bytes() for file in path.parent.iterdir())  # noqa: E731
    assert b"quagmire" in files()
    assert gone is not None
    drift.forget([gone])
    assert [note.id for note in drift.all()] == [kept]
    assert b"quagmire" not in files()
    drift.forget([])
    drift.forget(note.id for note in drift.all())
    assert (drift.all(), drift.get(gone)) == ([], None)
    assert b"Chair Sold" not in files()


# Bulk runs


def send(run: Run, *ends: tuple[list[int], State, int, list[tuple[int, State, str]]]) -> None:
    """Send these rows, each list in a request of its own that ends so."""
    with run.hold(ACME):
        run.change(store=ACME)
        for numbers, state, status, apart in ends:
            kind = "queued" if state is State.QUEUED else "rejected"
            request = run.begin(numbers)
            run.finish([Finished(request, kind, state, "A sentence.", status, apart=apart)])


def rejected(number: int, words: str) -> tuple[list[int], State, int, list[tuple[int, State, str]]]:
    return [number], State.REJECTED, 400, [(number, State.REJECTED, words)]


def test_rows_of_a_run_are_noted_by_what_the_server_said(drift: Drift, of_events: Make) -> None:
    wrong = {"eventName": "Chair Sold", "customer": {"email": "nobody"}}
    run = of_events(*map(event, range(1, 6)), wrong, wrong, options=Options(send_anyway=True))
    send(
        run,
        rejected(1, "jane1@example.com is not wanted."),
        rejected(2, "jane2@example.com is not wanted."),
        rejected(3, "The shop is closed."),
        rejected(6, "That is no email."),
        ([4, 5, 7], State.QUEUED, 202, [(5, State.REJECTED, "The shop is closed.")]),
    )
    assert drift.note_run(run) == 4
    notes = {(note.kind, note.status, note.events) for note in drift.all()}
    assert notes == {
        ("said-fine", 400, 2),  # rows 1 and 2
        ("said-fine", 400, 1),  # row 3
        ("said-fine", 202, 1),  # row 5, of which the answer to the request said so
        ("said-error", 202, 1),  # row 7
    }
    reports = "".join(note.report for note in drift.all())
    assert "<email> is not wanted." in reports
    assert "bad-email at /customer/email" in reports
    assert not [value for value in ("jane1", "jane2", "nobody", "Chair", run.id, "Acme") if value in reports]


def test_a_run_is_noted_once_and_what_is_tried_again_once_more(drift: Drift, of_events: Make) -> None:
    run = of_events(*map(event, range(1, 4)))
    assert drift.note_run(run) == 0
    send(run, rejected(1, "No."))
    assert drift.note_run(run) == 1
    assert drift.note_run(run) == 0
    run.retry([1])
    send(run, rejected(1, "No."), rejected(2, "No."), ([3], State.QUEUED, 202, []))
    assert drift.note_run(run) == 1
    assert [note.events for note in drift.all()] == [3]


def test_a_run_makes_no_more_than_so_many_notes(drift: Drift, of_events: Make) -> None:
    words = [f"It is {'very ' * number}bad." for number in range(30)]
    run = of_events(*map(event, range(30)))
    send(run, *(rejected(at + 1, said) for at, said in enumerate(words)))
    assert drift.note_run(run) == MOST_OF_A_RUN == drift.count()


def test_a_run_of_a_hundred_thousand_rejected_rows_is_noted_in_a_moment(
    drift: Drift, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 100_000
    run = runs.create("orders.jsonl", "", "events", None, {}, None, Options(send_anyway=True))
    bad = json.dumps({"eventName": "Chair Sold", "customer": {"email": "nobody"}})
    run.add([added(1, event(1)), added(2, bad)])
    run.added()
    with run._database.transaction() as connection:
        connection.execute(
            "CREATE TEMP TABLE copies AS WITH RECURSIVE n(i) AS "
            f"(SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i, 2 - i % 2 AS number FROM n"
        )
        for table, columns in (
            ("marks", "state, severity, identity, doubt, request"),
            ("texts", "source, problem, edited, exact, said"),
        ):
            connection.execute(
                f"INSERT INTO {table} (number, {columns}) SELECT i, {columns} FROM copies JOIN {table} USING (number)"
            )
        connection.execute("INSERT INTO found SELECT kind, i FROM copies JOIN found USING (number)")
        connection.execute(
            "INSERT INTO requests (id, begun_ms, attempt_of, rows, numbers, kind, status, sentence) "
            "VALUES (1, 1, 0, 100000, '1-100000', 'rejected', 400, 'A sentence.')"
        )
        connection.execute("UPDATE marks SET request = 1, state = CASE number % 2 WHEN 1 THEN 3 ELSE 2 END")
        connection.execute(
            "INSERT INTO reasons SELECT number, 'Bad: jane' || number || '@example.com.' FROM marks WHERE number % 2"
        )
    run.change(store=ACME)
    made = 0

    def counting(*given: Any) -> drift_report.Report:
        nonlocal made
        made += 1
        return drift_report.report_of(*given)

    monkeypatch.setattr(module, "report_of", counting)
    begun = time.perf_counter()
    assert drift.note_run(run) == 2
    seconds = time.perf_counter() - begun
    run.close()
    assert made <= 2  # of two rows the values were taken out, not of all
    assert seconds < 15
    assert {note.kind: note.events for note in drift.all()} == {"said-fine": rows // 2, "said-error": rows // 2}
