"""Bulk runs in tests: a run made of events, sent to a real sandbox, and compared with what that has stored."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from composer.delivery.client import Target, Timeouts
from composer.delivery.pacing import Pacer
from composer.delivery.retries import Patience
from composer.delivery.runner import Progress, Runner
from composer.event import checks
from composer.sandbox import process
from composer.storage.runs.folder import Runs
from composer.storage.runs.run import Run
from composer.storage.runs.states import Added, Options, State, Status
from composer.storage.secrets import Secret

KEY = "redo-secret-0123456789abcdef"
QUICK = Timeouts(connect=2.0, write=2.0, read=0.5, whole=3.0)
IMPATIENT = Patience(tries=10, first=0.02, most=0.2, grace=0.3)

_stores = itertools.count(0xB01C)


def new_store() -> str:
    return f"{next(_stores):024x}"


def event(number: int, **more: Any) -> dict[str, Any]:
    """An event that says which row it is."""
    customer = {"email": f"jane{number}@example.com"}
    return {"eventName": "Order Placed", "customer": customer, "data": {"Row": number}} | more


def at_fault(number: int) -> dict[str, Any]:
    return event(number, customer={"email": "nobody"})


def make_run(folder: Path, events: Iterable[Any], options: Options = Options()) -> Run:  # noqa: B008 - it can't change
    run = Runs(folder).create("orders.jsonl", "", "events", None, {}, None, options)
    with run.hold(sending=False):
        run.add(
            Added(number, json.dumps(payload), payload, checks.errors(payload, 100))
            for number, payload in enumerate(events, 1)
        )
    run.change(status=Status.READY)
    return run


class Sending:
    """One sitting of a run, with its reports."""

    def __init__(self, run: Run, origin: str, store: str, **how: Any) -> None:
        self.run = run
        self.reports: list[Progress] = []
        how = {"barred": lambda _: "", "timeouts": QUICK, "patience": IMPATIENT, "pacer": Pacer(1000)} | how
        self.runner = Runner(run, Target(f"{origin}/v2.2", store), Secret(KEY), self.hear, **how)

    def hear(self, progress: Progress) -> None:
        assert sum(progress.counts.values()) == progress.rows
        assert min(progress.counts.values()) >= 0
        self.reports.append(progress)

    def __call__(self) -> Progress:
        with self.run.hold():
            end = self.runner.run()
        assert end == self.reports[-1]
        assert end.counts == dict.fromkeys(State, 0) | self.run.counts()
        assert end.counts[State.IN_FLIGHT] == 0
        info = self.run.info
        assert (info.status, info.reason) == (end.status, end.reason)
        assert (info.requests, info.retries, info.limited) == (end.requests, end.retries, end.limited)
        return end


def states(run: Run) -> dict[int, State]:
    return {number: state for state in State for number in run.numbers(states={state})}


def numbers_in(run: Run, state: State) -> list[int]:
    return list(run.numbers(states={state}))


def reasons(run: Run, numbers: Sequence[int]) -> set[str]:
    return {record.reason for record in run.records(numbers)}


def stored(origin: str, store: str) -> Counter[int]:
    """How often the sandbox has stored the event of each row."""
    found: Counter[int] = Counter()
    before: int | None = None
    while True:
        world = process.world(origin, store, limit=1000, before_event=before)
        found.update(each["event"]["data"]["Row"] for each in world["events"])
        before = world["olderEvents"]
        if before is None:
            return found


_MAY_BE_STORED: Mapping[State, set[int]] = {
    State.QUEUED: {1},
    State.NO_ANSWER: {0, 1},
    State.REJECTED: {0},
    State.STOPPED: {0},
    State.HELD_BACK: {0},
    State.EXCLUDED: {0},
}


def assert_true(run: Run, origin: str, store: str) -> Counter[int]:
    """Each row's state is true by the sandbox's ledger: none is lost, and none is doubled."""
    ledger = stored(origin, store)
    lies = {
        n: (state, ledger[n]) for n, state in states(run).items() if ledger[n] not in _MAY_BE_STORED.get(state, {0, 1})
    }
    assert lies == {}
    return ledger
