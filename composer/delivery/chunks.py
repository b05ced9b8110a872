"""What goes out together: the waiting rows of a run in requests of the bulk call."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from composer.event.limits import MAX_BULK_EVENTS, MAX_PAYLOAD_BYTES
from composer.storage.runs.run import Run
from composer.storage.runs.states import Parcel

_HEAD, _TAIL = b'{"events":[', b"]}"
_MOST_BYTES_TAKEN = 10_000_000  # read ahead of what is sent
_MOST_TAKEN = 500
_FIRST_TAKEN = 20  # while nobody knows how large the events are


class Chunk:
    """Rows for one request, and what happened to them so far: `request` is the last one they were in, or 0, and `tries`
    counts those that failed.
    """

    __slots__ = ("parcels", "request", "tries")

    def __init__(self, parcels: Sequence[Parcel], request: int = 0) -> None:
        self.parcels = parcels
        self.request = request
        self.tries = 0

    def __len__(self) -> int:
        return len(self.parcels)

    @property
    def numbers(self) -> list[int]:
        """Its rows."""
        return [parcel.number for parcel in self.parcels]

    @property
    def size(self) -> int:
        """The bytes of the body."""
        return _size(self.parcels)

    @property
    def body(self) -> bytes:
        """The body of the request."""
        return _HEAD + b",".join([parcel.body for parcel in self.parcels]) + _TAIL

    def halves(self) -> tuple[Chunk, Chunk]:
        """Both halves, with what is known of the whole."""
        middle = len(self.parcels) // 2
        return self.part(self.parcels[:middle]), self.part(self.parcels[middle:])

    def part(self, parcels: Sequence[Parcel]) -> Chunk:
        """Some of it, with what is known of the whole."""
        part = Chunk(parcels, self.request)
        part.tries = self.tries
        return part


class Feeder:
    """The waiting rows of a run in order, in chunks of at most 100 events and 5 MB; a larger event goes alone.

    A little is read ahead, by the thread that asks.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._after = 0
        self._taken: deque[Parcel] = deque()
        self._limit = _FIRST_TAKEN
        self._is_at_end = False
        self._rows = self._chunks = 0

    @property
    def rows_a_chunk(self) -> float:
        """How many rows a chunk has on average."""
        return self._rows / self._chunks if self._chunks else MAX_BULK_EVENTS

    def next(self) -> Chunk | None:
        """The next chunk, or None at the end. Raises StorageError."""
        if len(self._taken) < MAX_BULK_EVENTS and not self._is_at_end:
            self._take()
        if not self._taken:
            return None
        parcels = [self._taken.popleft()]
        size = _size(parcels)
        while self._taken and len(parcels) < MAX_BULK_EVENTS:
            size += len(self._taken[0].body) + 1
            if size > MAX_PAYLOAD_BYTES:
                break
            parcels.append(self._taken.popleft())
        self._rows += len(parcels)
        self._chunks += 1
        return Chunk(parcels)

    def begin_anew(self) -> None:
        """Look from the first row on again. Nothing may be on its way, and nothing is held back from what was taken."""
        self._after = 0
        self._taken.clear()
        self._is_at_end = False

    def _take(self) -> None:
        held = sum(len(parcel.body) for parcel in self._taken)
        while len(self._taken) < MAX_BULK_EVENTS and held < _MOST_BYTES_TAKEN:
            parcels = self._run.take(self._after, self._limit)
            self._is_at_end = len(parcels) < self._limit
            if parcels:
                self._after = parcels[-1].number
                self._taken += parcels
                held += sum(len(parcel.body) for parcel in parcels)
                mean = held // len(self._taken) + 1
                self._limit = max(1, min(_MOST_TAKEN, _MOST_BYTES_TAKEN // mean))
            if self._is_at_end:
                return


def _size(parcels: Sequence[Parcel]) -> int:
    return sum(len(parcel.body) for parcel in parcels) + len(parcels) - 1 + len(_HEAD) + len(_TAIL)
