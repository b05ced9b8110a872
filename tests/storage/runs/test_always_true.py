"""Whatever is done to a run, in whatever order, and wherever it dies: what it says of its rows is true."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from composer.event.findings import Severity
from composer.storage.runs import Finished, Options, Run, RunError, Runs, State
from tests.support.runs import added, event

KINDS = st.sampled_from(["plain", "own", "same", "error", "warning", "broken", "number"])
ENDS = st.sampled_from([State.QUEUED, State.REJECTED, State.NO_ANSWER, State.WAITING])
PICK = st.integers(0, 2**16)


def payload(kind: str, number: int) -> Any:
    return {
        "plain": event(number),
        "own": event(number, uniqueId=f"own-{number}"),
        "same": event(number, uniqueId="same"),
        "error": event(number, value="x"),
        "warning": event(number, value=1),
        "broken": '{"eventName": ',
        "number": [1],
    }[kind]


class Life(RuleBasedStateMachine):
    """A run and what we know of it from outside: how many rows it has, and what was sent."""

    @initialize(fill=st.booleans())
    def begin_life(self, fill: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.run_file = Runs(Path(self.folder.name)).create("a", "", "events", None, {}, None, Options(fill_ids=fill))
        self.path = self.run_file.path
        self.rows = 0
        self.held = ExitStack()
        self.open_requests: dict[int, list[int]] = {}
        self.ids: dict[int, str] = {}  # the uniqueId a row was sent with last
        self.doubted: set[int] = set()  # may have arrived
        self.sit_down()

    def sit_down(self) -> None:
        self.held.enter_context(self.run_file.hold())
        self.run_file.recover()

    @rule(kinds=st.lists(KINDS, min_size=1, max_size=6))
    def add(self, kinds: list[str]) -> None:
        numbers = range(self.rows + 1, self.rows + 1 + len(kinds))
        self.run_file.add([added(number, payload(kind, number)) for number, kind in zip(numbers, kinds, strict=True)])
        self.rows += len(kinds)

    @precondition(lambda self: self.rows)
    @rule(pick=PICK, kind=st.sampled_from(["plain", "own", "same", "error", "warning", None]))
    def edit(self, pick: int, kind: str | None) -> None:
        number = pick % self.rows + 1
        before = self.run_file.record(number)
        try:
            self.run_file.edit(number, kind and payload(kind, number))
        except RunError:
            assert before.state in {State.IN_FLIGHT, State.QUEUED} or number in self.doubted
            assert self.run_file.record(number) == before
        else:
            after = self.run_file.record(number)
            has_error = after.severity is Severity.ERROR
            sent_anyway = self.run_file.info.options.send_anyway and after.event is not None
            if before.state is not State.EXCLUDED:
                assert after.state is (State.HELD_BACK if has_error and not sent_anyway else State.WAITING)
            assert number not in self.doubted
            self.ids.pop(number, None)  # it may have another now

    @precondition(lambda self: self.rows)
    @rule(first=PICK, count=st.integers(1, 5), excluded=st.booleans())
    def exclude(self, first: int, count: int, excluded: bool) -> None:
        first = first % self.rows + 1
        self.run_file.exclude(range(first, first + count), excluded)

    @rule(fill=st.booleans(), anyway=st.booleans())
    def decide(self, fill: bool, anyway: bool) -> None:
        """Options hold for a whole sitting: they are changed between two."""
        if not self.open_requests:
            self.held.close()
            self.run_file.change(options=Options(fill, anyway))
            self.sit_down()

    @rule(after=PICK, limit=st.integers(1, 5), again=st.booleans())
    def begin(self, after: int, limit: int, again: bool) -> None:
        parcels = self.run_file.take(after % (self.rows + 1), limit)
        for parcel, record in zip(parcels, self.run_file.records(parcel.number for parcel in parcels), strict=True):
            assert record.state is State.WAITING
            assert parcel.body == record.text.encode()  # what is shown is what is sent
            sent = json.loads(parcel.body)
            assert sent == record.event
            assert parcel.unique_id == bool(isinstance(sent, dict) and sent.get("uniqueId"))
            if parcel.number in self.doubted:
                assert parcel.unique_id
                assert self.ids[parcel.number] == sent["uniqueId"]  # a second one would not double it
            elif parcel.unique_id:
                self.ids[parcel.number] = sent["uniqueId"]
            else:
                self.ids.pop(parcel.number, None)
        if parcels:
            numbers = [parcel.number for parcel in parcels]
            first = next(iter(self.open_requests), None) if again else None
            self.open_requests[self.run_file.begin(numbers, first)] = numbers

    @precondition(lambda self: self.open_requests)
    @rule(pick=PICK, end=ENDS, other=ENDS, apart=st.integers(0, 3), status=st.sampled_from([202, 400, 429]))
    def finish(self, pick: int, end: State, other: State, apart: int, status: int) -> None:
        request = sorted(self.open_requests)[pick % len(self.open_requests)]
        numbers = self.open_requests.pop(request)
        if other is State.WAITING and not all(number in self.ids for number in numbers[:apart]):
            other = State.NO_ANSWER  # what may have arrived waits again only with an id
        ended = Finished(request, "x", end, "why", status, apart=[(number, other, "own") for number in numbers[:apart]])
        self.run_file.finish([ended, ended])
        for number in numbers:
            record = self.run_file.record(number)
            assert record.state is (other if number in numbers[:apart] else end)
            if record.state in {State.REJECTED, State.NO_ANSWER}:
                assert record.reason == ("own" if number in numbers[:apart] else "why")
            if record.state is State.NO_ANSWER or (record.state is State.WAITING and number in numbers[:apart]):
                self.doubted.add(number)
            elif record.state is not State.WAITING:
                self.doubted.discard(number)

    @precondition(lambda self: self.open_requests)
    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        request = sorted(self.open_requests)[pick % len(self.open_requests)]
        self.run_file.release(self.open_requests.pop(request))

    @rule()
    def stop(self) -> None:
        self.run_file.stop_waiting()
        assert not self.run_file.counts()[State.WAITING]

    @rule(states=st.none() | st.sets(st.sampled_from(State)), few=st.booleans())
    def retry(self, states: set[State] | None, few: bool) -> None:
        self.run_file.retry(range(1, self.rows // 2 + 1) if few else None, states)

    @precondition(lambda self: self.rows)
    @rule(pick=PICK)
    def fix(self, pick: int) -> None:
        groups = [group for group in self.run_file.groups() if group.fixes]
        if groups:
            self.run_file.fix_all(groups[pick % len(groups)].kind, 0)

    @rule()
    def read_anew(self) -> None:
        begun = self.run_file.info.requests
        try:
            assert self.run_file.recheck(None)
        except RunError:
            assert begun
        else:
            assert not begun

    @rule()
    def die(self) -> None:
        """All that is left is what is in the file."""
        in_flight = {number for numbers in self.open_requests.values() for number in numbers}
        self.open_requests.clear()
        self.held.close()
        self.run_file.close()
        self.run_file = Run(self.path)
        self.sit_down()
        for number in in_flight:
            expected = State.WAITING if number in self.ids else State.NO_ANSWER
            assert self.run_file.record(number).state is expected
        self.doubted |= in_flight

    @invariant()
    def it_adds_up(self) -> None:
        if not hasattr(self, "run_file"):
            return
        run = self.run_file
        records = run.records(run.numbers())
        counts = run.counts()
        assert len(records) == self.rows == sum(counts.values()) == run.info.rows
        assert {state: count for state, count in counts.items() if count} == Counter(record.state for record in records)
        assert all(len(run.numbers(states=[state])) == count for state, count in counts.items())
        said = Counter((each[:3]) for record in records for each in {finding[:3] for finding in record.said})
        assert {(group.severity, group.code, group.path): group.rows for group in run.groups()} == said
        assert counts[State.IN_FLIGHT] == sum(map(len, self.open_requests.values()))
        for record in records:
            if record.number in self.doubted:  # nobody can say that it was not sent
                assert record.state in {State.WAITING, State.IN_FLIGHT, State.NO_ANSWER}
                assert record.reason or record.state is not State.NO_ANSWER
        severities = Counter(record.severity for record in records)
        assert {severity: rows for severity, rows in run.severities().items() if rows} == severities

    def teardown(self) -> None:
        self.held.close()
        self.run_file.close()
        self.folder.cleanup()


Life.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
test_whatever_is_done_the_rows_add_up = Life.TestCase


SENDER = """
import sys, pathlib
from composer.storage.runs import Finished, Run, State
run = Run(pathlib.Path(sys.argv[1]))
with run.hold():
    run.recover()
    ends = []
    while parcels := run.take(0, 7):
        request = run.begin([parcel.number for parcel in parcels])
        sys.stdout.write("".join(f"{parcel.number}\\n" for parcel in parcels))  # it is sent
        sys.stdout.flush()
        ends.append(Finished(request, "queued", State.QUEUED, "Queued (202).", 202))
        if len(ends) == 3:
            run.finish(ends)
            ends = []
    run.finish(ends)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("fills", [True, False])
def test_killed_at_any_moment_nothing_is_lost_and_nothing_doubled(tmp_path: Path, fills: bool) -> None:
    run = Runs(tmp_path).create("a", "", "events", None, {}, None, Options(fill_ids=fills))
    run.add(added(number, event(number)) for number in range(1, 401))
    run.added()
    sent: Counter[int] = Counter()
    for lines in (1, 20, 60, 3, 100, 33, 400):  # the moment it is killed: so many rows after its start
        sender = subprocess.Popen([sys.executable, "-c", SENDER, str(run.path)], stdout=subprocess.PIPE, text=True)
        assert sender.stdout is not None
        with sender.stdout:
            for _, line in zip(range(lines), sender.stdout, strict=False):
                sent[int(line)] += 1
            sender.send_signal(signal.SIGKILL)
            sent.update(int(line) for line in sender.stdout if line.endswith("\n"))
        sender.wait(30)
        assert sum(run.counts().values()) == 400
        with run.hold():
            run.recover()
    done = subprocess.run([sys.executable, "-c", SENDER, str(run.path)], capture_output=True, text=True, check=True)
    sent.update(map(int, done.stdout.split()))

    counts = run.counts()
    assert counts[State.QUEUED] + counts[State.NO_ANSWER] == 400
    queued = set(run.numbers(states=[State.QUEUED]))
    assert queued <= set(sent)
    if fills:  # the same id each time, so the server keeps one of each
        assert counts[State.NO_ANSWER] == 0
        assert set(sent) == set(range(1, 401))
    else:
        assert max(sent.values()) == 1
        assert 0 < counts[State.NO_ANSWER] < 7 * 3 * 8 + 7 * 8
    run.close()
