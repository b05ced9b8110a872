"""One budget of requests a second for all who send to a store; the clock is a parameter.

Requests go out on an absolute schedule a little under the limit, so that a wait that took too long costs nothing. A log
of when the last ones were really written guards the limit itself: whatever the schedule says, no request may be written
within a second of the hundredth before it. After a delay nobody hurries: what was missed is lost.

The server counts when a request reaches it. One whose answer is later than usual may have waited there before it was
counted: the log then has the later moment.

What others send to the store is in its budget: their moments count as written, those they have only announced, too. The
budget is looked at once for each request, when its own turn has come, and tells the others of it.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Sequence

from composer.delivery.budget import Budget
from composer.event.limits import REQUESTS_PER_SECOND

UNDER = 0.015  # of the limit that the schedule stays below it
MARGIN = 0.002  # seconds; clocks and networks are not exact
LATE = 1.5  # requests; what comes later than these is behind the schedule, which then begins anew

_LATELY = 100  # answers that say what is usual
_USUAL = 0.1  # of them are faster

Wait = Callable[[threading.Condition, float], object]


class Pacer:
    """Lets requests go out one by one. Safe to use from any thread."""

    def __init__(
        self,
        per_second: float = REQUESTS_PER_SECOND,
        clock: Callable[[], float] = time.monotonic,
        wait: Wait = threading.Condition.wait,
        budget: Budget | None = None,
    ) -> None:
        """`per_second` is the limit. `wait` waits on a condition, which is held, for seconds at most.

        `budget` is the store's, where others send to it too; it has to have the same clock.
        """
        self._most = max(1, int(per_second))
        self._period = self._most / per_second  # seconds in which no more than `_most` may be written
        self._interval = 1 / (per_second * (1 - UNDER))
        self._clock, self._wait, self._budget = clock, wait, budget
        self._turn = threading.Lock()  # who has it is the next; the others wait for it, not for the time
        self._changed = threading.Condition()
        self._written: list[float] = []  # the last `_most` moments, in order
        self._latencies: deque[float] = deque(maxlen=_LATELY)  # from written to answered
        self._let_go = 0  # requests that may be written at any moment
        self._slot = clock()
        self._held_until = self._slot

    @property
    def per_second(self) -> float:
        """The pace when nothing disturbs it."""
        return 1 / self._interval

    @property
    def held_until(self) -> float:
        """The moment on the clock before which nothing goes out; it may be past."""
        return self._held_until

    def wait(self, is_halted: Callable[[], bool]) -> Ticket | None:
        """Wait for the moment of the next request. None when `is_halted` meanwhile, which `wake` has looked at."""
        with self._turn, self._changed:
            while not is_halted():
                now = self._clock()
                due = self._due()
                if due <= now and self._budget is not None:
                    due = self._budget.take(now, self._due)
                if due <= now:
                    behind = now - self._slot > LATE * self._interval
                    self._slot = (now if behind else self._slot) + self._interval
                    self._let_go += 1
                    return Ticket(self, now)
                self._wait(self._changed, due - now)
        return None

    def hold_until(self, moment: float) -> None:
        """Nobody sends before this moment on the clock, as a server asked."""
        with self._changed:
            self._held_until = max(self._held_until, moment)

    def wake(self) -> None:
        """Have everybody who waits look whether they are halted."""
        with self._changed:
            self._changed.notify_all()

    def _due(self, others: Sequence[float] = ()) -> float:
        due = max(self._slot, self._held_until)
        if self._let_go >= self._most:
            return self._clock() + self._period
        written = sorted((*self._written, *others)) if others else self._written
        if len(written) + self._let_go >= self._most:  # those let go count as the last ones
            due = max(due, written[self._let_go - self._most] + self._period + MARGIN)
        return due

    def _end(self, let_go_at: float, moment: float | None) -> None:
        with self._changed:
            if self._budget is not None and (moment is None or moment - let_go_at > MARGIN):
                self._budget.move(let_go_at, moment)
            if moment is None or self._let_go >= self._most:
                self._changed.notify_all()  # the next may go sooner
            self._let_go -= 1
            if moment is not None:
                insort(self._written, moment)
                del self._written[: -self._most]

    def _answered(self, written: float) -> None:
        with self._changed:
            latency = self._clock() - written
            self._latencies.append(latency)
            usual = sorted(self._latencies)[int(len(self._latencies) * _USUAL)]
            at = bisect_left(self._written, written)
            if latency > usual and at < len(self._written) and self._written[at] == written:
                del self._written[at]
                insort(self._written, written + latency - usual)

    def now(self) -> float:
        """The time on its clock."""
        return self._clock()


class Ticket:
    """The right to write one request now. To be closed when the request has ended."""

    def __init__(self, pacer: Pacer, let_go_at: float) -> None:
        self._pacer, self._let_go_at = pacer, let_go_at
        self._lock = threading.Lock()
        self._is_spent = False
        self._written_at: float | None = None

    def written(self) -> None:
        """The request has been written; from any thread."""
        self._spend(was_written=True)

    def close(self, *, was_sent: bool, was_answered: bool = False) -> None:
        """The request has ended. One that `was_sent`, if only in part, counts as written by now."""
        self._spend(was_written=was_sent)
        if was_answered and self._written_at is not None:
            self._pacer._answered(self._written_at)

    def _spend(self, *, was_written: bool) -> None:
        with self._lock:
            if self._is_spent:
                return
            self._is_spent = True
            self._written_at = self._pacer.now() if was_written else None
        self._pacer._end(self._let_go_at, self._written_at)
