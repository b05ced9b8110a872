"""A server that does something wrong at random with every third request: no row is lost, none is doubled, none lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from composer.sandbox import process
from composer.sandbox.server import Sandbox, Window
from composer.storage.runs.states import Options, State, Status
from tests.sandbox.conftest import Running
from tests.support.bulk import Sending, assert_true, at_fault, event, make_run, new_store, numbers_in, reasons

ROWS = 4000

_FAULTS: list[dict[str, Any]] = [
    {"kind": "reset"},
    {"kind": "reset", "afterStoring": True},
    {"kind": "hang"},
    {"kind": "hang", "afterStoring": True},
    {"kind": "rate-limit", "retryAfter": 0},
    {"kind": "rate-limit"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "afterStoring": True},
    {"kind": "html"},
    {"kind": "garbage"},
    {"kind": "per-event-results"},
]


def faults(share: float, seed: int) -> list[dict[str, Any]]:
    """One request in so many goes wrong, each time in another way."""
    each = 1 - (1 - share) ** (1 / len(_FAULTS))
    wrong = [fault | {"probability": each, "seed": seed * 100 + at} for at, fault in enumerate(_FAULTS)]
    return [*wrong, {"kind": "latency", "milliseconds": 20, "probability": 0.2, "seed": seed}]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    running = Running(Sandbox(window=Window(100_000)))
    yield running
    running.stop()


@pytest.fixture
def origin(running: Running) -> Iterator[str]:
    yield running.origin
    process.set_faults(running.origin, [])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("fill_ids", [True, False])
def test_every_row_ends_in_a_true_state(tmp_path: Path, origin: str, seed: int, fill_ids: bool) -> None:
    store = new_store()
    bad = set(range(7, ROWS, 701))
    events = (at_fault(n) if n in bad else event(n) for n in range(1, ROWS + 1))
    run = make_run(tmp_path, events, Options(fill_ids=fill_ids, send_anyway=True))
    process.set_faults(origin, faults(0.3, seed))
    end = Sending(run, origin, store)()
    hit = {(each["kind"], each["afterStoring"]) for each in process.faults(origin) if each["hit"]}
    assert len(hit) >= 8, "the faults were to hit"

    assert end.status is Status.FINISHED
    ledger = assert_true(run, origin, store)
    assert set(ledger.values()) == {1}
    assert end.limited > 0
    if fill_ids:
        assert end.retries > 5
        assert set(numbers_in(run, State.REJECTED)) == bad
        assert end.counts[State.QUEUED] == ROWS - len(bad)
    else:
        no_answer = numbers_in(run, State.NO_ANSWER)
        assert 0 < len(no_answer) < ROWS / 2
        assert all("may " in reason for reason in reasons(run, no_answer))
        assert set(numbers_in(run, State.REJECTED)) <= bad
        assert end.counts[State.QUEUED] + end.counts[State.REJECTED] + len(no_answer) == ROWS


@pytest.mark.parametrize("fill_ids", [True, False])
def test_one_that_is_left_and_taken_up_again_and_again(tmp_path: Path, origin: str, fill_ids: bool) -> None:
    store = new_store()
    run = make_run(tmp_path, map(event, range(1, ROWS + 1)), Options(fill_ids=fill_ids))
    process.set_faults(origin, faults(0.3, 4))
    sittings = 0
    while True:
        sittings += 1
        send = Sending(run, origin, store)
        goal = run.counts()[State.WAITING] - 500
        hear = send.runner._report

        def listen(progress: Any, send: Sending = send, hear: Any = hear, goal: int = goal) -> None:
            hear(progress)
            if progress.counts[State.WAITING] < goal:
                send.runner.leave()

        send.runner._report = listen
        end = send()
        if end.status is Status.FINISHED:
            break
        assert end.status is Status.PAUSED
    assert sittings > 2
    assert end.counts[State.WAITING] == 0
    ledger = assert_true(run, origin, store)
    assert set(ledger.values()) == {1}
    if fill_ids:
        assert end.counts[State.QUEUED] == ROWS


def test_one_that_is_stopped_in_the_middle_of_it(tmp_path: Path, origin: str) -> None:
    store = new_store()
    run = make_run(tmp_path, map(event, range(1, ROWS + 1)))
    process.set_faults(origin, faults(0.3, 5))
    send = Sending(run, origin, store)
    hear = send.runner._report

    def listen(progress: Any) -> None:
        hear(progress)
        if progress.counts[State.QUEUED] > 500:
            send.runner.stop()

    send.runner._report = listen
    end = send()
    assert end.status is Status.STOPPED
    assert end.counts[State.STOPPED] > 0
    assert end.counts[State.WAITING] == 0
    assert_true(run, origin, store)
