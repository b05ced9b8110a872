"""Every attempt is written down before it is sent, and what is read later is what was true."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from composer.event.findings import Finding, Fix, Severity
from composer.event.payload import Remove
from composer.storage.database import Database, StorageError
from composer.storage.history import Answer, Attempt, History, RunKind, Search
from composer.storage.history.entry import MAX_LABEL
from composer.storage.stores import Kind, Store

STORE = Store(7, "Shop", Kind.LIVE, "https://api.example.com/v2.2", "shop-id", "key-id")
FINDING = Finding(Severity.WARNING, "not-stored", "/data/a", "Not stored: 0.", (Fix("Remove", (Remove("/data/a"),)),))
ATTEMPT = Attempt(STORE, "Order Placed", "a@shop.test", "order-1", b'{"eventName": "Order Placed"}', [FINDING], True)
ANSWER = Answer(
    "rejected", "Rejected (400).", "raw", 400, [("Set-Cookie", "a"), ("Set-Cookie", "b")], b'{"title": "no"}\xff', 42
)


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


def test_an_attempt_comes_back_with_all_that_was_sent_and_came_back(history: History) -> None:
    entry = history.begin(ATTEMPT)
    history.finish(entry, ANSWER)
    full = history.entry(entry)
    assert full is not None
    assert full.body == ATTEMPT.body
    assert full.findings == [FINDING._replace(fixes=())]
    assert full.answer == ANSWER
    (light,) = history.page()
    assert light == full.entry
    assert light.store_row, light.store_name == (7, "Shop")
    assert (light.store_kind, light.base_url, light.store_id) == (Kind.LIVE, STORE.base_url, "shop-id")
    assert (light.event_name, light.customer, light.unique_id) == ("Order Placed", "a@shop.test", "order-1")
    assert (light.sent_anyway, light.kind, light.status, light.duration_ms) == (True, "rejected", 400, 42)
    assert light.finished_ms is not None
    assert 1_600_000_000_000 < light.begun_ms <= light.finished_ms


CRASH = """
import os, pathlib, sys
from composer.storage.database import Database
from composer.storage.history import Attempt, History
from composer.storage.stores import Kind, Store
history = History(Database(pathlib.Path(sys.argv[1])))
history.begin(Attempt(Store(1, "Shop", Kind.LIVE, "", "", ""), "Order", "a@shop.test", "", b"{}"))
os._exit(9)
"""


def test_what_a_crash_leaves_reads_as_no_answer(path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", CRASH, str(path)], check=False).returncode == 9
    database = Database(path)
    (entry,) = History(database).page()
    assert (entry.event_name, entry.kind, entry.finished_ms, entry.status) == ("Order", "no-answer", None, None)
    full = History(database).entry(entry.id)
    assert full is not None
    assert full.body == b"{}"
    assert full.answer.kind == "no-answer"
    assert "may have arrived" in full.answer.sentence
    database.close()


def test_an_entry_is_finished_once(history: History) -> None:
    entry = history.begin(ATTEMPT)
    history.finish(entry, ANSWER)
    history.finish(entry, Answer("queued", "Queued (202)."))
    history.finish(999, ANSWER)
    full = history.entry(entry)
    assert full is not None
    assert full.answer == ANSWER
    assert history.entry(999) is None


def test_pages_go_back_from_the_newest_and_meet_without_a_gap(history: History) -> None:
    entries = [history.begin(ATTEMPT._replace(event_name=str(number))) for number in range(25)]
    first = history.page(limit=10)
    history.begin(ATTEMPT)  # a new one does not shift the pages behind
    second = history.page(before=first[-1].id, limit=10)
    third = history.page(before=second[-1].id, limit=10)
    assert [entry.id for entry in first + second + third] == entries[::-1]
    assert history.page(before=entries[0]) == []


def test_the_count_follows(history: History, database: Database) -> None:
    assert history.count() == 0
    entries = [history.begin(ATTEMPT) for _ in range(3)]
    history.finish(entries[0], ANSWER)
    assert history.count() == 3
    database.write("DELETE FROM history WHERE id = ?", (entries[0],))
    assert history.count() == 2
    assert database.read("SELECT count(*) FROM history_requests") == [(2,)]
    assert database.read("SELECT count(*) FROM history_answers") == [(0,)]


def test_any_text_is_kept_and_long_names_are_shortened(history: History) -> None:
    odd = ATTEMPT._replace(event_name="\ud800" + "x" * 100_000, customer="שלום 👋\x00", body=b"x" * 5_000_000)
    entry = history.begin(odd)
    history.finish(entry, Answer("no-answer", "sentence \ud800", "detail \ud800", None, [("a", "\xff\ud800")]))
    full = history.entry(entry)
    assert full is not None
    assert full.entry.event_name == "?" + "x" * (MAX_LABEL - 1)
    assert full.entry.customer == "שלום 👋\x00"
    assert full.body == odd.body


def test_an_attempt_that_does_not_fit_on_the_disk_leaves_nothing(history: History, database: Database) -> None:
    history.begin(ATTEMPT)
    database.read(f"PRAGMA max_page_count = {database.read('PRAGMA page_count')[0][0]}")
    with pytest.raises(StorageError, match="disk is full"):
        history.begin(ATTEMPT._replace(body=b"x" * 100_000))
    assert history.count() == len(history.page()) == 1


def test_a_bulk_run_is_one_entry_that_says_how_it_stands(history: History) -> None:
    entry = history.begin_run(STORE, "run-1", "orders.csv", "1,200 events", 1201)
    full = history.entry(entry)
    assert full is not None
    assert (full.entry.run, full.entry.event_name, full.entry.customer) == ("run-1", "orders.csv", "1,200 events")
    assert (full.entry.kind, full.entry.finished_ms) == (RunKind.UNDER_WAY, None)

    history.tell_run(entry, RunKind.NOT_ALL, "1,199 queued, 1 rejected.", 12_000)
    full = history.entry(entry)
    assert full is not None
    assert (full.entry.kind, full.entry.duration_ms) == (RunKind.NOT_ALL, 12_000)
    assert full.entry.finished_ms is not None
    assert full.answer.sentence == "1,199 queued, 1 rejected."

    history.tell_run(entry, RunKind.UNDER_WAY, "Resumed.", 12_000)
    (light,) = history.page()
    assert (light.kind, light.finished_ms) == (RunKind.UNDER_WAY, None)
    assert history.count() == 1


def test_an_answer_that_is_lost_is_said_and_the_rest_is_there(history: History, database: Database) -> None:
    entry = history.begin(ATTEMPT)
    history.finish(entry, ANSWER)
    database.write("DELETE FROM history_answers")
    full = history.entry(entry)
    assert full is not None
    assert (full.body, full.answer.kind, full.answer.status) == (ATTEMPT.body, "rejected", 400)
    assert "the file is damaged" in full.answer.sentence
    assert [found.id for found in history.page(Search("order-1"))] == [entry]
