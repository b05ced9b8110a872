"""Everything that was sent is found again: by parts of its keys, by words of what was sent and came back, filtered."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer.storage.database import Database
from composer.storage.history import Answer, Attempt, Bar, History, RunKind, Search
from composer.storage.history.words import of_event
from composer.storage.stores import Kind, Store

ACME = Store(7, "Acme", Kind.LIVE, "https://api.example.com/v2.2", "acme-id", "key-a")
OTHER = Store(8, "Other", Kind.TEST, "https://api.example.com/v2.2", "other-id", "key-b")
QUEUED = Answer("queued", "Queued (202).", status=202)
REJECTED = Answer(
    "rejected",
    "Redo rejected the event (400): customer.email must match format.",
    "raw reason",
    400,
    [("Content-Type", "application/json")],
    b'{"title": "Invalid customer", "instance": "trace-77aa"}',
)


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


def sent(
    history: History,
    name: str = "Order Placed",
    email: str = "alice@example.com",
    unique_id: str = "",
    answer: Answer | None = QUEUED,
    store: Store = ACME,
    **data: Any,
) -> int:
    event = {"eventName": name, "customer": {"email": email, "phoneNumber": "+12065550100"}, "data": data}
    if unique_id:
        event["uniqueId"] = unique_id
    body = json.dumps(event, ensure_ascii=False).encode("utf-8", "backslashreplace")
    entry = history.begin(Attempt(store, name, email, unique_id, body))
    if answer is not None:
        history.finish(entry, answer)
    return entry


def found(history: History, words: str = "", **filters: Any) -> list[int]:
    search = Search(words, **filters)
    ids = [entry.id for entry in history.page(search)]
    every = history.ids(search, lambda: False)
    assert every is not None
    assert list(every) == ids
    return ids


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("alice@example.com", True),
        ("lice@exam", True),  # any part of an email
        ("ALICE", True),
        ("der Pla", True),  # two words, both parts of the name
        ("d_45", True),  # part of the uniqueId
        ("2065550100", True),  # part of a phone that is not the one who wins
        ("apparel", True),  # a word of the payload
        ("appar", True),
        ("pparel", False),  # of a payload the beginnings only
        ("Café", True),
        ("cafe", True),
        ("19.99", True),  # a number
        ("Loyalty", True),  # the name of a property
        ("customFields", False),  # what every event has finds nothing
        ("or", True),  # short ones are beginnings of words
        ("rd", False),
        ("a", True),
        ("order 45", True),  # a long one and a short one that is a part
        ("alice nobody", False),  # all must be found
        ("must match format", False),  # it was queued
        ('"', False),
        ("%", False),
        ("NEAR(", False),
        ("alice OR bob", False),
        ("*", False),
        ("-alice", True),  # signs are no part of a word, and mean nothing
    ],
)
def test_words(history: History, words: str, is_found: bool) -> None:
    entry = sent(
        history, unique_id="ord_457", Category="apparel", Shop="Café Nord", **{"Loyalty Tier": "Gold", "Price": 19.99}
    )
    sent(history, "Welcome", "bob@shop.test")
    assert (entry in found(history, words)) is is_found


def test_recent_customers_are_the_emails_that_a_store_saw_last_each_once(history: History) -> None:
    for email in ("alice@example.com", "bob@shop.test", "+12065550100", "", "665f1a2b3c4d5e6f7a8b9c0d"):
        sent(history, email=email)
    sent(history, email="carol@other.test", store=OTHER)
    sent(history, email="alice@example.com", answer=REJECTED)
    history.begin_run(ACME, "run-1", "people@shop.csv", "people@shop.test", 10)
    assert history.recent_customers(ACME) == ["alice@example.com", "bob@shop.test"]
    assert history.recent_customers(ACME, most=1) == ["alice@example.com"]
    assert history.recent_customers(OTHER) == ["carol@other.test"]
    assert history.recent_customers(ACME._replace(id=99)) == []


@pytest.mark.parametrize("words", ["must match", "ust match form", "raw reason", "trace-77aa", "Invalid"])
def test_what_the_server_said_is_found(history: History, words: str) -> None:
    entry = sent(history, answer=REJECTED)
    sent(history)
    assert found(history, words) == [entry]


def test_what_was_sent_a_moment_ago_is_found_at_once(history: History) -> None:
    for number in range(250):
        sent(history, unique_id=f"order-{number:04}")
    newest = sent(history, unique_id="the-newest-one")
    assert found(history, "newest-one") == [newest]


def test_what_has_no_answer_yet_is_found_by_filters_and_later_by_words(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = sent(history, answer=None)
    assert found(history, kinds=frozenset({"no-answer"})) == [entry]
    later = time.time_ns() + 100 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later)  # its program must have died
    assert found(history, "alice") == [entry]


def test_an_answer_that_came_after_it_was_indexed_is_found(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = sent(history, answer=None)
    with monkeypatch.context() as clock:
        later = time.time_ns() + 100 * 10**9
        clock.setattr(time, "time_ns", lambda: later)
        assert found(history, "alice") == [entry]
    history.finish(entry, REJECTED)
    assert found(history, "must match") == [entry]
    assert found(history, "alice") == [entry]


def test_filters(history: History) -> None:
    first = sent(history)
    second = sent(history, "Welcome", store=OTHER)
    third = sent(history, answer=REJECTED)
    run = history.begin_run(OTHER, "run-1", "orders.csv", "2 events", 3)
    history.tell_run(run, RunKind.ALL_QUEUED, "2 queued.", 10)
    assert found(history) == [run, third, second, first]
    assert found(history, kinds=frozenset({"queued"})) == [second, first]
    assert found(history, kinds=frozenset({"queued", RunKind.ALL_QUEUED})) == [run, second, first]
    assert found(history, stores=frozenset({8})) == [run, second]
    assert found(history, runs=True) == [run]
    assert found(history, runs=False) == [third, second, first]
    assert found(history, event="Welcome") == [second]
    assert found(history, event="orders.csv") == []  # a file is not an event
    assert found(history, "alice", kinds=frozenset({"rejected"})) == [third]
    assert found(history, "orders", stores=frozenset({8})) == [run]
    assert found(history, stores=frozenset({7}), event="Order Placed", kinds=frozenset({"rejected"})) == [third]
    began = history.page()[-1].begun_ms
    assert found(history, until_ms=began) == []
    assert found(history, since_ms=began) == [run, third, second, first]


def test_pages_go_on_where_the_one_before_ended(history: History) -> None:
    ids = [sent(history, unique_id=f"order-{number}") for number in range(25)]
    for search in (Search(), Search("order"), Search("order", kinds=frozenset({"queued"}))):
        seen: list[int] = []
        before = None
        while page := history.page(search, before, 10):
            seen += [entry.id for entry in page]
            before = seen[-1]
        assert seen == ids[::-1]


def test_a_filter_that_lets_much_through_and_words_hold_together(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("composer.storage.history.searching._FEW", 3)
    ids = [
        sent(history, answer=(REJECTED if number % 3 else QUEUED), email=f"a{number}@b.test") for number in range(60)
    ]
    history.index_waiting(lambda: False)
    expected = [each for at, each in enumerate(ids) if at % 3][::-1]
    assert found(history, "b.test", kinds=frozenset({"rejected"})) == expected
    assert [entry.id for entry in history.page(Search("b.test", kinds=frozenset({"rejected"})), limit=7)] == expected[
        :7
    ]


@pytest.mark.parametrize("few", [0, 3, 400])
def test_runs_and_single_events_are_filtered_alike_however_many_pass(
    history: History, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("composer.storage.history.searching._FEW", few)
    monkeypatch.setattr("composer.storage.history.searching._DOCUMENTS", 7)
    monkeypatch.setattr("composer.storage.history.searching._AT_ONCE", 3)
    expected: list[int] = []
    for number in range(20):
        run = history.begin_run(ACME, f"run-{number}", "orders.csv", "9 events", 9)
        kind = RunKind.ALL_QUEUED if number % 2 else RunKind.NOT_ALL
        history.tell_run(run, kind, "", 1)
        word = "common" if number % 3 else "other"
        history.index_rows(run, [(n, of_event({"data": {"note": f"{word}{n}"}})) for n in range(1, 10)])
        single = sent(history, answer=QUEUED if number % 5 else REJECTED, note=word)
        expected += [run] if kind is RunKind.ALL_QUEUED and word == "common" else []
        expected += [single] if number % 5 and word == "common" else []
    expected.reverse()
    kinds = frozenset({"queued", "run-all-queued"})
    assert found(history, "commo", kinds=kinds) == expected
    seen: list[int] = []
    while page := history.page(Search("commo", kinds=kinds), seen[-1] if seen else None, 2):
        seen += [entry.id for entry in page]
    assert seen == expected
    of_runs = [each for each in expected if (entry := history.entry(each)) and entry.entry.run]
    assert found(history, "commo", kinds=kinds, runs=True) == of_runs
    assert found(history, "commo", runs=False, event="Nothing") == []
    assert len(found(history, "orders", kinds=kinds)) == 10


def test_what_comes_after_a_zero_is_found(history: History) -> None:
    entry = sent(history, name="Order\0Placed", email="ali\0ce@example.com", unique_id="order-7")
    run = history.begin_run(ACME, "run-1", "orders.csv", "1 event", 1)
    history.index_rows(run, [(1, of_event({"eventName": "a\0b", "uniqueId": "order-78"}))])
    assert found(history, "rder-7") == [run, entry]
    assert found(history, "laced") == [entry]


def test_whoever_waits_to_write_need_not_wait_for_everything_to_be_indexed(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("composer.storage.history.index._LONGEST", -1)
    ids = [sent(history) for _ in range(4)]
    assert history.index_some()
    assert [history.index_some() for _ in ids] == [True, True, False, False]
    assert found(history, "alice") == ids[::-1]


def test_the_rows_of_a_run_find_the_run_once(history: History) -> None:
    before = sent(history, email="row5@example.com")
    run = history.begin_run(ACME, "run-1", "orders.csv", "900 events", 901)
    rows = [(n, of_event({"eventName": "Bulk", "customer": {"email": f"row{n}@example.com"}})) for n in range(2, 902)]
    history.index_rows(run, rows)
    after = sent(history, email="row5@example.com")
    assert found(history, "row5@example") == [after, run, before]
    assert history.rows_found(run, "row5@example") == [5]
    assert history.rows_found(run, "row1 example", most=3) == [10, 11, 12]
    assert history.rows_found(run, "nobody") == []
    assert history.rows_found(after, "row5") == []
    assert found(history, "bulk example", runs=True) == [run]
    many = [entry.id for entry in history.page(Search("example"), limit=2)]
    assert many == [after, run]


def test_looking_for_ids_can_be_stopped(history: History) -> None:
    sent(history)
    assert history.ids(Search(), lambda: True) is None


def test_what_is_removed_is_found_no_more(history: History, database: Database) -> None:
    kept = sent(history, unique_id="kept")
    gone = sent(history, unique_id="gone-for-good")
    run = history.begin_run(ACME, "run-1", "orders.csv", "3 events", 3)
    history.index_rows(run, [(2, of_event({"customer": {"email": "secret.person@example.com"}}))])
    assert found(history, "secret.person") == [run]
    assert found(history, "gone-for-good") == [gone]
    history.remove([gone, run])
    assert found(history) == [kept]
    assert found(history, "secret.person") == found(history, "gone-for-good") == []
    assert history.count() == 1
    database.checkpoint()
    content = database.path.read_bytes()
    assert b"secret.person" not in content
    assert b"gone-for-good" not in content
    assert history.has_traces()
    history.erase_traces(lambda: False)
    assert not history.has_traces()
    content = database.path.read_bytes()
    for word in (b"secret", b"person", b"gone", b"good"):
        assert word not in content
    again = sent(history, unique_id="later")
    assert found(history, "later") == [again]
    assert found(history, "kept") == [kept]


def test_a_long_run_is_removed_in_parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("composer.storage.history.history._ROWS_AT_ONCE", 2)
    history = History(database)
    before = sent(history, email="row@example.com")
    run = history.begin_run(ACME, "run-1", "orders.csv", "7 events", 7)
    history.index_rows(run, [(n, of_event({"customer": {"email": f"row{n}@example.com"}})) for n in range(1, 8)])
    after = sent(history, email="row@example.com")
    assert found(history, "row@ex") == [after, before]
    assert history.rows_found(run, "row") == [1, 2, 3, 4, 5, 6, 7]
    begun = 0
    transaction = database.transaction

    def counted() -> Any:
        nonlocal begun
        begun += 1
        return transaction()

    monkeypatch.setattr(database, "transaction", counted)
    history.remove([run])
    assert begun == 5
    assert found(history, "row") == [after, before]
    for table in ("history_keys", "history_words"):
        assert database.read(f"SELECT count(*) FROM {table}") == [(2,)]


def test_what_is_used_most_comes_first(history: History) -> None:
    sent(history, "Welcome", store=OTHER)
    for _ in range(2):
        sent(history)
    history.begin_run(ACME, "run-1", "orders.csv", "3 events", 3)
    assert history.event_names() == ["Order Placed", "Welcome"]
    assert [(use.store_row, use.name, use.kind, use.entries) for use in history.stores()] == [
        (7, "Acme", Kind.LIVE, 3),
        (8, "Other", Kind.TEST, 1),
    ]


HOUR = 3_600_000


def at(monkeypatch: pytest.MonkeyPatch, milliseconds: int) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: milliseconds * 1_000_000)


def test_activity_has_bars_of_the_same_length_and_those_between(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert history.activity(None, None) == []
    start = 500_000 * HOUR
    for when, answer in ((5, QUEUED), (6, REJECTED), (3 * HOUR, QUEUED)):
        at(monkeypatch, start + when)
        sent(history, answer=answer)
    assert history.activity(None, None) == [
        Bar(start, start + HOUR, 1, 1),
        Bar(start + HOUR, start + 2 * HOUR, 0, 0),
        Bar(start + 2 * HOUR, start + 3 * HOUR, 0, 0),
        Bar(start + 3 * HOUR, start + 4 * HOUR, 1, 0),
    ]
    assert [bar.queued for bar in history.activity(start + HOUR, None)] == [1]
    at(monkeypatch, start + 400 * 24 * HOUR)
    sent(history)
    bars = history.activity(None, None, most=60)
    assert len(bars) <= 60
    assert sum(bar.queued + bar.other for bar in bars) == 4
    assert {bar.end_ms - bar.start_ms for bar in bars} == {7 * 24 * HOUR}


def test_an_accepted_unique_id_is_known_for_its_store(history: History) -> None:
    sent(history, unique_id="order-1", answer=REJECTED)
    assert history.accepted(ACME, "order-1") is None
    first = sent(history, unique_id="order-1")
    second = sent(history, unique_id="order-1")
    assert first != second
    known = history.accepted(ACME, "order-1")
    assert known is not None
    assert known.id == second
    assert history.accepted(OTHER, "order-1") is None
    assert history.accepted(ACME, "order-2") is None


class Explained(Database):
    """Keeps how SQLite goes about each query."""

    steps: list[str]

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.steps = [step[3] for step in super().read(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        return super().read(sql, parameters)


@pytest.mark.parametrize("store", [ACME, ACME._replace(kind=Kind.SANDBOX, key_id="sandbox")])
def test_an_accepted_unique_id_is_looked_up_and_not_searched_for(path: Path, store: Store) -> None:
    database = Explained(path)
    History(database).accepted(store, "order-1")
    assert database.steps == ["SEARCH history USING INDEX history_by_unique_id (unique_id=? AND store_id=?)"]
    database.close()


def test_expired_by_age_and_by_size(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    day = 24 * HOUR
    at(monkeypatch, 1000 * day)
    old = sent(history)
    at(monkeypatch, 1010 * day)
    new = [sent(history, Text="x" * 50_000) for _ in range(40)]
    assert list(history.expired(None, None)) == []
    assert list(history.expired(9, None)) == [old]
    assert list(history.expired(11, None)) == []
    assert list(history.expired(None, 1000)) == []
    by_size = list(history.expired(None, 1))
    assert by_size == [old, *new][: len(by_size)]
    assert 10 < len(by_size) < 40
    assert list(history.expired(9, 1)) == by_size


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_no_text_breaks_the_search(history: History, words: str) -> None:
    history.page(Search(words))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12))
def test_every_word_of_a_payload_finds_its_event(history: History, word: str) -> None:
    entry = sent(history, Note=f"before {word} after")
    assert entry in found(history, word)
