"""Never more than the limit in any second, close to it when nothing disturbs, and nobody hurries after a delay."""

from __future__ import annotations

import heapq
import itertools
import os
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.delivery import budget
from composer.delivery.budget import Budget
from composer.delivery.pacing import Pacer, Ticket

LIMIT = 100


def never() -> bool:
    return False


class Clock:
    """A clock that stands still until somebody waits; `oversleep` gives what each wait takes too long.

    Requests on their way are written when their time has come.
    """

    def __init__(self, oversleep: Iterator[float] | None = None) -> None:
        self.now = 1000.0
        self.writes: list[float] = []
        self._oversleep = oversleep or itertools.repeat(0.0)
        self._order = itertools.count()
        self._on_their_way: list[tuple[float, int, Ticket]] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, _: threading.Condition, seconds: float) -> None:
        self.pass_by(max(seconds, 0) + next(self._oversleep))

    def pass_by(self, seconds: float) -> None:
        until = self.now + seconds
        while self._on_their_way and self._on_their_way[0][0] <= until:
            moment, _, ticket = heapq.heappop(self._on_their_way)
            self.now = max(self.now, moment)
            self.writes.append(self.now)
            ticket.written()
        self.now = until

    def write(self, ticket: Ticket | None, after: float = 0.0) -> None:
        assert ticket is not None
        heapq.heappush(self._on_their_way, (self.now + after, next(self._order), ticket))
        self.pass_by(0)

    def write_the_rest(self) -> None:
        self.pass_by(1000)


def most_in_a_second(writes: list[float]) -> int:
    """The most writes in any second, its end not counted: two that are a second apart are not in one."""
    writes = sorted(writes)
    return max(bisect_right(writes, begin + 1 - 1e-9) - at for at, begin in enumerate(writes))


def paced(clock: Clock, limit: float = LIMIT, shared: Budget | None = None) -> Pacer:
    return Pacer(limit, clock, clock.wait, shared)


class Others:
    """What else goes to the store, from another process."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.writes: list[float] = []
        self._clock, self._budget = clock, Budget(path, clock, lambda *_: False)

    def ask(self) -> None:
        """One that can wait is to go out."""
        at = self._budget.ask()
        assert at is not None
        self.writes.append(at)

    def write(self) -> None:
        """One that waits for nobody goes out now."""
        self._budget.spend()
        self.writes.append(self._clock.now)


@pytest.fixture
def shared(tmp_path: Path) -> tuple[Clock, Pacer, Others]:
    clock, path = Clock(), tmp_path / "shop.budget"
    return clock, paced(clock, shared=Budget(path, clock)), Others(path, clock)


def test_undisturbed_it_keeps_close_to_the_limit() -> None:
    clock = Clock()
    pacer = paced(clock)
    begun = clock.now
    for _ in range(2000):
        clock.write(pacer.wait(never))
    assert 0.98 * LIMIT <= 2000 / (clock.now - begun) <= 0.99 * LIMIT
    assert most_in_a_second(clock.writes) <= LIMIT
    assert pacer.per_second == pytest.approx(98.5)


def test_the_first_goes_at_once_and_no_other_with_it() -> None:
    clock = Clock()
    pacer = paced(clock)
    clock.write(pacer.wait(never))
    assert clock.now == 1000.0
    clock.write(pacer.wait(never))
    assert clock.now == pytest.approx(1000.0 + 1 / 98.5)


def test_a_little_late_costs_nothing() -> None:
    clock = Clock(itertools.cycle([0.0, 0.004, 0.008]))
    pacer = paced(clock)
    begun = clock.now
    for _ in range(1000):
        clock.write(pacer.wait(never))
    assert 1000 / (clock.now - begun) >= 0.97 * LIMIT
    assert most_in_a_second(clock.writes) <= LIMIT


def test_after_a_delay_nobody_hurries() -> None:
    clock = Clock()
    pacer = paced(clock)
    clock.write(pacer.wait(never))
    clock.pass_by(10)
    clock.writes.clear()
    for _ in range(50):
        clock.write(pacer.wait(never))
    gaps = [later - earlier for earlier, later in itertools.pairwise(clock.writes)]
    assert min(gaps) == pytest.approx(1 / 98.5)


def test_a_held_pacer_lets_nobody_go_before_and_nobody_hurries_then() -> None:
    clock = Clock()
    pacer = paced(clock)
    for _ in range(10):
        clock.write(pacer.wait(never))
    clock.writes.clear()
    pacer.hold_until(clock.now + 3)
    pacer.hold_until(clock.now + 1)  # the later one counts
    held = clock.now + 3
    for _ in range(10):
        clock.write(pacer.wait(never))
    assert clock.writes[0] == pytest.approx(held)
    gaps = [later - earlier for earlier, later in itertools.pairwise(clock.writes)]
    assert min(gaps) == pytest.approx(1 / 98.5)


def test_what_was_let_go_and_never_written_is_free_again() -> None:
    clock = Clock()
    pacer = paced(clock, 2)
    for _ in range(20):
        ticket = pacer.wait(never)
        assert ticket is not None
        ticket.close(was_sent=False)
    assert clock.now < 1000 + 20 / 1.9
    waiting = [pacer.wait(never), pacer.wait(never)]
    before = clock.now
    clock.write(waiting[0], 0.3)
    clock.write(waiting[1], 5.0)  # as long as it is on its way, nobody knows when it will be written
    clock.write(pacer.wait(never))
    assert clock.now >= before + 1.3


def test_a_request_counts_once_however_often_it_is_told() -> None:
    clock = Clock()
    pacer = paced(clock, 3)
    for _ in range(3):
        ticket = pacer.wait(never)
        assert ticket is not None
        for _ in range(3):
            ticket.written()
            ticket.close(was_sent=True)
    assert pacer.wait(never) is not None
    assert clock.now == pytest.approx(1001.015, abs=0.02)


def test_for_itself_a_shared_budget_changes_nothing(shared: tuple[Clock, Pacer, Others]) -> None:
    alone, (clock, pacer, _) = Clock(), shared
    by_itself = paced(alone)
    for late in itertools.islice(itertools.cycle([0.0, 0.004, 0.03]), 600):
        alone.write(by_itself.wait(never), late)
        clock.write(pacer.wait(never), late)
    assert clock.writes == alone.writes


def test_it_makes_room_for_what_others_announce(shared: tuple[Clock, Pacer, Others]) -> None:
    clock, pacer, others = shared
    begun = clock.now
    for number in range(1000):
        if number % 5 == 0:
            others.ask()
        clock.write(pacer.wait(never))
    assert most_in_a_second(clock.writes + others.writes) <= LIMIT
    assert (1000 + 200) / (clock.now - begun) >= 0.97 * LIMIT  # and leaves nothing unused


def test_it_makes_room_after_what_others_just_sent(shared: tuple[Clock, Pacer, Others]) -> None:
    clock, pacer, others = shared
    for number in range(1000):
        if number % 100 == 50:
            others.write()
        clock.write(pacer.wait(never))
    assert most_in_a_second(clock.writes + others.writes) <= LIMIT


def test_others_who_use_the_budget_up_hold_it_for_a_second(shared: tuple[Clock, Pacer, Others]) -> None:
    clock, pacer, others = shared
    for _ in range(LIMIT):
        others.write()
    clock.write(pacer.wait(never))
    assert clock.now == pytest.approx(1001, abs=0.01)


def test_the_others_see_what_it_really_wrote_and_when(shared: tuple[Clock, Pacer, Others], tmp_path: Path) -> None:
    clock, pacer, _ = shared
    seen: list[float] = []
    clock.write(pacer.wait(never), 0.3)  # its connection took that long
    unsent = pacer.wait(never)
    assert unsent is not None
    unsent.close(was_sent=False)
    clock.pass_by(0.5)
    Budget(tmp_path / "shop.budget", clock).take(clock.now, lambda others: seen.extend(others) or clock.now)  # type: ignore[func-returns-value]
    assert seen == clock.writes


def test_the_budget_is_looked_at_once_for_each_request(
    shared: tuple[Clock, Pacer, Others], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, pacer, _ = shared
    opened: list[Path] = []
    lock = budget._locked
    monkeypatch.setattr(budget, "_locked", lambda path: opened.append(path) or lock(path))  # type: ignore[func-returns-value]
    for _ in range(300):
        clock.write(pacer.wait(never), 0.001)
    assert len(opened) == 300


def test_nobody_waits_with_the_budget_in_hand(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "shop.budget"
    free: list[bool] = []

    def wait(_: threading.Condition, seconds: float) -> None:
        handle = budget._locked(path)
        free.append(handle is not None)
        if handle is not None:
            os.close(handle)
        clock.pass_by(max(seconds, 0.0))

    pacer, others = Pacer(LIMIT, clock, wait, Budget(path, clock)), Others(path, clock)
    for _ in range(LIMIT):
        others.write()
    for _ in range(10):
        clock.write(pacer.wait(never))
    assert free
    assert all(free)


_SECONDS = st.floats(0, 0.05) | st.sampled_from([0.0, 0.0, 0.0, 0.3, 1.0, 2.5])


@settings(deadline=None, max_examples=60)
@given(
    limit=st.sampled_from([1, 2, 7, 20]),
    steps=st.lists(st.tuples(_SECONDS, _SECONDS, st.sampled_from(["", "", "", "", "hold", "unsent"])), min_size=30),
    oversleep=st.lists(_SECONDS, min_size=1),
)
def test_in_no_second_are_there_more_than_the_limit(
    limit: int, steps: list[tuple[float, float, str]], oversleep: list[float]
) -> None:
    """Whatever the threads, the network and the server do: waits that take too long, writes that come late."""
    clock = Clock(itertools.cycle(oversleep))
    pacer = paced(clock, limit)
    for before, until_written, happening in steps * 3:
        clock.pass_by(before)
        if happening == "hold":
            pacer.hold_until(clock.now + until_written)
        ticket = pacer.wait(never)
        if happening == "unsent":
            assert ticket is not None
            ticket.close(was_sent=False)
        else:
            clock.write(ticket, until_written)
    clock.write_the_rest()
    assert most_in_a_second(clock.writes) <= limit


def test_threads_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pacer = Pacer(500)
    writes: list[float] = []

    def send() -> None:
        for _ in range(25):
            ticket = pacer.wait(never)
            assert ticket is not None
            writes.append(time.monotonic())
            ticket.written()

    threads = [threading.Thread(target=send) for _ in range(8)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 200 / 500 * 0.97 <= time.monotonic() - begun < 2
    assert len(writes) == 200


def test_who_is_halted_stops_waiting_at_once() -> None:
    pacer = Pacer(LIMIT)
    pacer.hold_until(time.monotonic() + 60)
    halted = threading.Event()
    got: list[Ticket | None] = []
    threads = [threading.Thread(target=lambda: got.append(pacer.wait(halted.is_set))) for _ in range(8)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    halted.set()
    pacer.wake()
    for thread in threads:
        thread.join()
    assert time.monotonic() - begun < 1
    assert got == [None] * 8


def test_halted_before_it_waits_it_does_not_wait() -> None:
    def no_wait(_: threading.Condition, seconds: float) -> None:
        raise AssertionError(f"waited {seconds} seconds")

    pacer = Pacer(LIMIT, lambda: 0.0, no_wait)
    halted: Callable[[], bool] = lambda: True  # noqa: E731
    assert pacer.wait(halted) is None
