"""What is still to go out, in its order, and what is still to be written down."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterable

from composer.delivery.chunks import Chunk, Feeder
from composer.storage.runs.run import Run
from composer.storage.runs.states import Finished, State

WRITE_EVERY = 0.1  # seconds


class Backlog:
    """What goes next: what has been on its way and came back, then what is due again, then what is new."""

    def __init__(self, run: Run, clock: Callable[[], float]) -> None:
        self._run, self._clock = run, clock
        self._feeder = Feeder(run)
        self._first: deque[Chunk] = deque()
        self._later: list[tuple[float, int, Chunk]] = []  # by the moment they are due
        self._order = itertools.count()
        self.is_dry = False  # nothing new waits

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left at all."""
        return self.is_dry and not self._first and not self._later

    @property
    def due(self) -> float | None:
        """When the next of those is due that wait for their time."""
        return self._later[0][0] if self._later else None

    def requests(self, rows: int) -> float:
        """About how many requests so many new rows make, with what is due later."""
        return rows / self._feeder.rows_a_chunk + len(self._later)

    def next(self) -> Chunk | None:
        """What goes now. Raises StorageError."""
        if self._first:
            return self._first.popleft()
        if self._later and self._later[0][0] <= self._clock():
            return heapq.heappop(self._later)[2]
        return None if self.is_dry else self._feeder.next()

    def look_again(self) -> Chunk | None:
        """With nothing on its way, and all written down: what was put back meanwhile. Raises StorageError."""
        chunk = None
        if not self.is_dry and not self._later and self._run.counts().get(State.WAITING):
            self._feeder.begin_anew()
            chunk = self._feeder.next()
        self.is_dry = chunk is None and not self._later
        return chunk

    def before_all(self, chunks: Iterable[Chunk]) -> None:
        """These go next, in their order."""
        self._first.extendleft(reversed(list(chunks)))

    def before_new(self, chunk: Chunk) -> None:
        """This goes before anything new."""
        self._first.append(chunk)

    def later(self, chunk: Chunk, seconds: float) -> None:
        """This goes in so many seconds."""
        heapq.heappush(self._later, (self._clock() + seconds, next(self._order), chunk))


class Book:
    """What has ended, or came back without having gone out: kept for a moment and written down together."""

    def __init__(self, run: Run, clock: Callable[[], float]) -> None:
        self._run, self._clock = run, clock
        self._ends: list[Finished] = []
        self._unsent: list[int] = []
        self._written_at = clock()

    @property
    def is_clear(self) -> bool:
        """Whether all is written down."""
        return not self._ends and not self._unsent

    @property
    def has_unsent(self) -> bool:
        """Whether there are rows that came back."""
        return bool(self._unsent)

    @property
    def due(self) -> float | None:
        """When it is to be written down."""
        return None if self.is_clear else self._written_at + WRITE_EVERY

    def ended(self, request: Finished) -> None:
        """A request has ended."""
        self._ends.append(request)

    def came_back(self, numbers: list[int]) -> None:
        """These rows never went out."""
        self._unsent += numbers

    def write(self) -> None:
        """Write it all down. Raises StorageError, and then it is still to be written."""
        self._written_at = self._clock()
        if self._ends:
            self._run.finish(self._ends)
            self._ends = []
        if self._unsent:
            self._run.release(self._unsent)
            self._unsent = []
