"""The Cancel button of one send, for whoever waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cancel:
    """The Cancel button of one send. `cancel()` may be called from any thread and more than once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal handler may cancel in the middle of our own thread
        self._cancelled = False
        self._calls: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel()` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """End the send now. Before anything was sent the outcome is `cancelled`, after that `no-answer`."""
        with self._lock:
            self._cancelled = True
            calls = list(self._calls)
        for call in calls:
            call()

    @contextmanager
    def calling(self, call: Callable[[], None]) -> Iterator[None]:
        """Have `call` called on cancel, or at once when that is past."""
        with self._lock:
            self._calls.append(call)
            past = self._cancelled
        try:
            if past:
                call()
            yield
        finally:
            with self._lock:
                self._calls.remove(call)
