"""A sitting on a live store: rows for test people go, one for anybody else never does without a yes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from composer.delivery import sitting as module
from composer.delivery.budget import Budgets
from composer.delivery.guard import EVERYBODY, NOBODY, Consent
from composer.delivery.sender import NotSent
from composer.delivery.sitting import Sitting
from composer.delivery.tally import Progress
from composer.sandbox import process
from composer.sandbox.server import Sandbox, Window
from composer.storage.database import Database, StorageError
from composer.storage.drift import Drift
from composer.storage.history import History
from composer.storage.people import TestPeople
from composer.storage.runs import Run, State, Status
from composer.storage.secrets import Secret
from composer.storage.stores import Kind, Store, Stores
from tests.sandbox.conftest import Running
from tests.support.bulk import KEY, event, make_run, new_store, numbers_in, stored

OUTSIDE = "bob@real.com"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    running = Running(Sandbox(window=Window(100_000)))
    yield running
    running.stop()


@pytest.fixture
def origin(running: Running) -> Iterator[str]:
    yield running.origin
    process.set_faults(running.origin, [])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "composer.db")
    yield database
    database.close()


@pytest.fixture
def live(origin: str, database: Database) -> Store:
    """A live store whose test people are everybody at example.com."""
    store = Stores(database).add("Acme", Kind.LIVE, f"{origin}/v2.2", new_store())
    TestPeople(database).keep(store, [])
    TestPeople(database).add(store, ["jane0@example.com"])
    database.write("INSERT INTO test_people VALUES (?, 9, 'domain', 'example.com', 'example.com')", (store.id,))
    return store


@pytest.fixture
def sit(database: Database, tmp_path: Path) -> Callable[..., Progress]:
    def sit(run: Run, store: Store, consent: Consent = NOBODY, hear: Callable[[Progress], None] = id) -> Progress:
        return Sitting(run, store, Secret(KEY), database, Budgets(tmp_path), hear, consent=consent).send()

    return sit


def rows(count: int, *outside: int) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        yield event(number, customer={"email": OUTSIDE}) if number in outside else event(number)


def test_what_goes_to_test_people_needs_no_consent(tmp_path: Path, live: Store, sit: Any) -> None:
    run = make_run(tmp_path, rows(250))
    assert sit(run, live).counts[State.QUEUED] == 250


def test_the_run_pauses_before_somebody_else_and_nothing_is_lost(
    tmp_path: Path, origin: str, live: Store, sit: Any
) -> None:
    run = make_run(tmp_path, rows(350, 205))
    end = sit(run, live)
    assert end.status is Status.PAUSED
    assert end.reason == (
        "Row 205 is for bob@real.com, not among the test people of “Acme”. The run paused before it. Resume asks first."
    )
    assert run.info.reason == end.reason
    assert (end.counts[State.IN_FLIGHT], end.counts[State.NO_ANSWER]) == (0, 0)
    assert numbers_in(run, State.QUEUED) == list(range(1, 201))  # the requests before it went out
    assert set(stored(origin, live.store_id)) == set(range(1, 201))
    assert sit(run, live).counts[State.WAITING] == 150  # asked again, the same holds
    assert sit(run, live, EVERYBODY).counts[State.QUEUED] == 350
    assert stored(origin, live.store_id).total() == 350


def test_what_was_written_down_before_goes_out_although_it_has_to_wait(
    tmp_path: Path, origin: str, live: Store, sit: Any
) -> None:
    budget = Budgets(tmp_path).of(live)
    for _ in range(100):
        budget.spend()  # so nothing goes out for a second
    end = sit(make_run(tmp_path, rows(350, 205)), live)
    assert (end.status, end.counts[State.QUEUED], end.counts[State.IN_FLIGHT]) == (Status.PAUSED, 200, 0)
    assert stored(origin, live.store_id).total() == 200


def test_a_consent_is_for_those_it_names(tmp_path: Path, live: Store, sit: Any) -> None:
    run = make_run(tmp_path, rows(20, 3))
    assert sit(run, live, Consent(frozenset({"ann@real.com"}))).counts[State.WAITING] == 20
    assert sit(run, live, Consent(frozenset({OUTSIDE}))).counts[State.QUEUED] == 20


def test_the_halves_of_a_rejected_request_are_looked_at_too(
    tmp_path: Path, origin: str, live: Store, sit: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_EVERY", 0.0)
    run = make_run(tmp_path, rows(40))

    def hear(told: Progress) -> None:
        if told.requests:
            database.write("DELETE FROM test_people")  # while the request is on its way

    process.set_faults(
        origin, [{"kind": "latency", "milliseconds": 500, "times": 1}, {"kind": "status", "status": 400, "times": 1}]
    )
    end = sit(run, live, NOBODY, hear)
    assert (end.status, end.requests, end.counts[State.WAITING]) == (Status.PAUSED, 1, 40)
    assert end.reason.startswith("Row 1 is for jane1@example.com")
    assert stored(origin, live.store_id).total() == 0


def test_what_a_crash_left_in_flight_is_looked_at_too(tmp_path: Path, live: Store, sit: Any, origin: str) -> None:
    run = make_run(tmp_path, rows(30, 7))
    with run.hold(live):
        run.change(store=live, status=Status.SENDING)
        run.begin(range(1, 31))
    end = sit(run, live)
    assert (end.status, end.counts[State.WAITING]) == (Status.PAUSED, 30)
    assert "Row 7 is for bob@real.com" in end.reason
    assert stored(origin, live.store_id).total() == 0


def test_rows_that_wait_again_after_they_were_rejected_are_looked_at_too(
    tmp_path: Path, live: Store, sit: Any, database: Database, origin: str
) -> None:
    run = make_run(tmp_path, rows(10))
    process.set_faults(origin, [{"kind": "status", "status": 400}])
    assert sit(run, live).counts[State.REJECTED] == 10
    process.set_faults(origin, [])
    database.write("DELETE FROM test_people")
    run.retry(states=[State.REJECTED])
    assert sit(run, live).counts[State.WAITING] == 10
    assert stored(origin, live.store_id).total() == 0


def test_an_event_nobody_can_be_read_in_counts_as_somebody(tmp_path: Path, live: Store, sit: Any) -> None:
    end = sit(make_run(tmp_path, [event(1, customer={"shoe size": 43})]), live)  # an error, so it is held back
    assert end.counts[State.HELD_BACK] == 1
    run = make_run(tmp_path, [event(1, customer={})])
    run.change(options=run.info.options._replace(send_anyway=True))
    assert "Row 1 is for somebody the composer can't name" in sit(run, live).reason


@pytest.mark.parametrize("kind", [Kind.TEST, Kind.SANDBOX])
def test_other_stores_are_sent_to_without_a_word(
    tmp_path: Path, live: Store, sit: Any, database: Database, kind: Kind
) -> None:
    other = Stores(database).change(live, live.name, kind, live.base_url, live.store_id)
    assert sit(make_run(tmp_path, rows(20, 3)), other).counts[State.QUEUED] == 20


def test_a_store_that_became_a_live_one_meanwhile_is_one(
    tmp_path: Path, live: Store, sit: Any, database: Database
) -> None:
    as_it_was = live._replace(kind=Kind.TEST)
    assert sit(make_run(tmp_path, rows(20, 3)), as_it_was).status is Status.PAUSED


def test_it_may_also_become_one_while_the_run_is_under_way(
    tmp_path: Path, live: Store, sit: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_EVERY", 0.05)
    test = Stores(database).change(live, live.name, Kind.TEST, live.base_url, live.store_id)

    def hear(told: Progress) -> None:
        if told.requests > 3:
            Stores(database).change(test, live.name, Kind.LIVE, live.base_url, live.store_id)

    end = sit(make_run(tmp_path, rows(20_000, *range(1, 20_001))), test, NOBODY, hear)
    assert end.status is Status.PAUSED
    assert end.counts[State.WAITING] > 0
    assert end.counts[State.IN_FLIGHT] == 0


def test_notes_of_drift_are_taken_when_it_ends_and_cost_no_run_its_end(
    tmp_path: Path, live: Store, sit: Any, database: Database, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.set_faults(origin, [{"kind": "status", "status": 400, "times": 1}])
    sit(make_run(tmp_path, [event(1)]), live)
    assert Drift(database).count() == 1

    def fail(*_: object) -> int:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(Drift, "note_run", fail)
    run = make_run(tmp_path, [event(1)])
    assert sit(run, live).status is Status.FINISHED
    (newest, _) = History(database).page()
    assert (newest.run, newest.kind) == (run.id, "run-all-queued")


def test_a_yes_to_other_rows_sends_nothing(
    tmp_path: Path, origin: str, live: Store, database: Database, sit: Any
) -> None:
    run = make_run(tmp_path, rows(2, 1))
    stamp = run.stamp()
    run.edit(2, event(2, customer={"email": "somebody@else.com"}))
    report: Callable[[Progress], object] = id
    sitting = Sitting(run, live, Secret(KEY), database, Budgets(tmp_path), report, consent=EVERYBODY, asked=stamp)
    with pytest.raises(NotSent, match="the rows have changed"):
        sitting.send()
    assert run.counts()[State.WAITING] == 2
    assert not stored(origin, live.store_id)
    run.edit(2, None)
    assert sitting.send().counts[State.QUEUED] == 2
