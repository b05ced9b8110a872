"""The budget of a store, shared by all who send to it: windows, runs in their processes, commands.

A small file for each store holds when its last requests went out, or are to: the moments of `time.monotonic()`, which
all processes of a computer share, each with who sent it. It is changed under a lock on the file, which the system frees
when its holder ends, however it ends. A budget that can't be kept keeps nobody from sending: where the disk fails, all
goes on as if nobody else were sending.
"""

from __future__ import annotations

import os
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from composer.delivery.cancel import Cancel
from composer.event.limits import REQUESTS_PER_SECOND
from composer.storage.runs.holding import store_lock
from composer.storage.stores import Store

AHEAD = 0.05  # seconds from a reservation to its request: time for a run, which looks at each of its own, to make room
MARGIN = 0.01  # seconds; a request takes a moment to the server
YIELDING = (
    90  # requests a second, all together, up to which there is room for what can wait; the rest is for what can't
)
PATIENCE = 2.0  # seconds that what can wait does wait for room

_KEPT = 2.0  # seconds; what is older counts nowhere
_FARTHEST = 5.0  # seconds; a moment farther in the future is of a clock that began anew since, when the computer did
_ONE = struct.Struct("<dQ")  # a moment, and who; no moment is 0
_ALL = struct.Struct("<" + "dQ" * REQUESTS_PER_SECOND)
_TRIES, _BETWEEN = 50, 0.0005  # seconds; the lock is held for some microseconds
_LEFT_BEHIND = 86400.0  # seconds; a sandbox has another address each time it starts, and so another file


class Budget:
    """What goes out to one store, from any process. Safe to use from any thread.

    Each has an identity of its own: `take` tells apart what this one sent and what everybody else did.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Event, float], bool] = threading.Event.wait,
    ) -> None:
        """`wait` waits for an event, for seconds at most, and says whether it came."""
        self._path, self._clock, self._wait = path, clock, wait
        self._who = int.from_bytes(os.urandom(8), "little")

    def spend(self) -> None:
        """A request goes out now; nobody waits for it."""
        now = self._clock()
        with self._held(now) as log:
            log.add(now, self._who)

    def ask(self, cancel: Cancel | None = None, seconds: float = PATIENCE) -> float | None:
        """Reserve room for a request that can wait, and wait until it may go, for `seconds` at most or until `cancel`.

        Gives the moment it is noted with, for `move`. None when there is no room in time, or it was cancelled.
        """
        now = self._clock()
        with self._held(now) as log:
            at = max(now + AHEAD, sorted(log.moments)[-YIELDING] + 1 + MARGIN)
            if at > now + min(seconds, _FARTHEST):
                return None
            log.add(at, self._who)
        cancelled = threading.Event()
        with (cancel or Cancel()).calling(cancelled.set):
            if self._wait(cancelled, at - self._clock()):
                self.move(at, None)
                return None
        return at

    def take(self, now: float, due: Callable[[Sequence[float]], float]) -> float:
        """Note a request of `now` unless it is due later. `due` is told the moments of everybody else.

        Gives what `due` says.
        """
        with self._held(now) as log:
            at = due(log.others(self._who))
            if at <= now:
                log.add(now, self._who)
        return at

    def move(self, moment: float, to: float | None) -> None:
        """The request noted with `moment` really counts at another, or never went out."""
        with self._held(self._clock()) as log:
            log.move(moment, to, self._who)

    @contextmanager
    def _held(self, now: float) -> Iterator[_Log]:
        """What is noted, while nobody else changes it."""
        handle = _locked(self._path)
        try:
            yield _Log(handle, now)
        finally:
            if handle is not None:
                os.close(handle)  # which frees the lock


class Budgets:
    """The budgets of all stores, in the folder `budgets` of a data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "budgets"

    def of(self, store: Store) -> Budget:
        """The budget of the place that a store's requests go to, with an identity of its own."""
        return Budget(store_lock(self._folder, store).with_suffix(".budget"))


class _Log:
    """The last moments, as many as the budget has requests, in no order. Without a `handle` nothing is kept."""

    def __init__(self, handle: int | None, now: float) -> None:
        self._handle = handle
        data = b""
        if handle is not None:
            with suppress(OSError):
                data = os.read(handle, _ALL.size)
        flat = _ALL.unpack(data.ljust(_ALL.size, b"\0"))
        begin, end = now - _KEPT, now + _FARTHEST
        self.moments: list[float] = [moment if begin < moment < end else 0.0 for moment in flat[::2]]
        self._whose: list[int] = list(flat[1::2])

    def others(self, who: int) -> list[float]:
        return [moment for moment, whose in zip(self.moments, self._whose, strict=True) if moment and whose != who]

    def add(self, moment: float, who: int) -> None:
        """In the place of the oldest, which does not count any more unless somebody sends beyond the budget."""
        self._put(self.moments.index(min(self.moments)), moment, who)

    def move(self, moment: float, to: float | None, who: int) -> None:
        for at, noted in enumerate(self.moments):
            if noted == moment and self._whose[at] == who:
                self._put(at, to or 0.0, who)
                return
        if to is not None:  # it was so long ago that its place was taken
            self.add(to, who)

    def _put(self, at: int, moment: float, who: int) -> None:
        self.moments[at], self._whose[at] = moment, who
        if self._handle is not None:
            with suppress(OSError):
                os.lseek(self._handle, at * _ONE.size, os.SEEK_SET)
                os.write(self._handle, _ONE.pack(moment, who))


def _locked(path: Path) -> int | None:
    """The file, locked, or None where that can't be had. Closing it frees the lock."""
    handle = None
    try:
        handle = _opened(path)
        for _ in range(_TRIES):
            if _lock(handle):
                return handle
            time.sleep(_BETWEEN)
    except OSError:
        pass
    if handle is not None:
        os.close(handle)
    return None


def _opened(path: Path) -> int:
    how = os.O_RDWR | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, how)
    except FileNotFoundError:
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in path.parent.iterdir():
            with suppress(OSError):
                if other.stat().st_mtime < time.time() - _LEFT_BEHIND:
                    other.unlink()
        return os.open(path, how | os.O_CREAT, 0o600)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:  # somebody else has it
            return False
        return True
else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # somebody else has it
            return False
        return True
