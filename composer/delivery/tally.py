"""The numbers of a run while it is sent: kept here as they change, because counting a million rows takes a while."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from composer.event.payload import Json
from composer.storage.runs.states import RunInfo, State, Status

_LATELY = 3.0  # seconds that the rate is measured over


class Progress(NamedTuple):
    """How a run stands. The counts add up to the rows.

    `rate` is in requests a second lately, `seconds` the time of sending over all sittings, `seconds_left` an estimate
    or None. `reason` says why nothing goes out at the moment, or why it ended.
    """

    counts: dict[State, int]
    rows: int
    requests: int
    retries: int
    limited: int
    rate: float
    seconds: float
    seconds_left: float | None
    status: Status
    reason: str

    def as_json(self) -> dict[str, Json]:
        """The same for another process; the states have their names."""
        return self._asdict() | {"counts": {state.name: rows for state, rows in self.counts.items()}}

    @staticmethod
    def from_json(told: dict[str, Json]) -> Progress:
        """What `as_json` gave."""
        counts = {State[name]: rows for name, rows in told["counts"].items()}
        return Progress(**{**told, "counts": counts, "status": Status(told["status"])})


class Tally:
    """Counts for one sitting. Not thread-safe."""

    def __init__(self, info: RunInfo, counts: dict[State, int], clock: Callable[[], float]) -> None:
        self.read(info, counts)
        self._clock = clock
        self._sent: deque[float] = deque()
        self._earlier = info.seconds
        self._since: float | None = clock()

    def read(self, info: RunInfo, counts: dict[State, int]) -> None:
        """Take the numbers as they are in the file."""
        self.counts = {state: counts.get(state, 0) for state in State}
        self.requests, self.retries, self.limited = info.requests, info.retries, info.limited
        self._rows = sum(counts.values())

    def move(self, rows: int, before: State, after: State) -> None:
        """So many rows have another state."""
        self.counts[before] -= rows
        self.counts[after] += rows

    def sent(self) -> None:
        """A request goes out."""
        self._sent.append(self._clock())

    def run_on(self) -> None:
        """The time of sending runs."""
        if self._since is None:
            self._since = self._clock()

    def stand_still(self) -> None:
        """It does not while everything waits for a person."""
        self._earlier, self._since = self.seconds, None

    @property
    def is_running(self) -> bool:
        """Whether the time of sending runs."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """The time of sending over all sittings."""
        return self._earlier + (self._clock() - self._since if self._since is not None else 0.0)

    @property
    def rate(self) -> float:
        """Requests a second lately."""
        if self._since is None:
            return 0.0
        now = self._clock()
        while self._sent and self._sent[0] < now - _LATELY:
            self._sent.popleft()
        return len(self._sent) / max(min(_LATELY, now - self._since), 1.0)

    def progress(self, status: Status, reason: str, seconds_left: float | None) -> Progress:
        """All of it."""
        return Progress(
            dict(self.counts),
            self._rows,
            self.requests,
            self.retries,
            self.limited,
            self.rate,
            self.seconds,
            seconds_left,
            status,
            reason,
        )
