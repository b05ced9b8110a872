"""Looks for entries away from the UI thread: the newest page at once, then all that match; the last search wins."""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from operator import neg
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from composer.storage.history import Bar, History, Search, StoreUse
from composer.ui.history.rows import Row, rows
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest

PAGE = 200  # entries read at once


class Found(NamedTuple):
    """What was found so far: all numbers, or with `is_whole` False only the newest; `newest` are the rows read with
    them. `total` counts what the history holds, `milliseconds` is how long the search took.
    """

    search: Search
    numbers: array[int]
    newest: Sequence[Row]
    total: int
    milliseconds: float
    is_whole: bool


class Facts(NamedTuple):
    """What there is to filter by, the activity in the time that was chosen, and the bytes of it all."""

    stores: Sequence[StoreUse]
    events: Sequence[str]
    bars: Sequence[Bar]
    size: int


class Lookup(QObject):
    """Keeps what the last search found up to date.

    Signals: `found(object)` a Found, never of a search before the last; `facts_read(object)` Facts; `failed(object)`
    an exception.
    """

    found = Signal(object)
    facts_read = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, history: History, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._reader, self._fact_reader = Latest(jobs), Latest(jobs)
        self._sought = 0  # counts what was looked for; what a thread brings for an earlier one is dropped
        self._last: Found | None = None

    def look(self, search: Search) -> None:
        """Look for something; the same as before is brought up to date."""
        self._sought += 1
        sought, history, last = self._sought, self._history, self._last

        def work() -> Found:
            begun = time.perf_counter()
            page = history.page(search, limit=PAGE)
            took = (time.perf_counter() - begun) * 1000
            ids = array("Q", [entry.id for entry in page])
            return _merged(last, Found(search, ids, rows(page), history.count(), took, len(page) < PAGE))

        self._reader.run(work, lambda found: self._take(sought, found), lambda error: self._fail(sought, error))

    def forget(self) -> None:
        """Entries were removed: the next look reads everything."""
        self._last = None

    def read_facts(self, since_ms: int | None) -> None:
        """Read what there is to filter by, and the activity from this time on."""
        history = self._history

        def work() -> Facts:
            return Facts(history.stores(), history.event_names(), history.activity(since_ms, None), history.size())

        self._fact_reader.run(work, self.facts_read.emit, self.failed.emit)

    def _take(self, sought: int, found: Found) -> None:
        if sought != self._sought:
            return
        is_first = self._last is None or self._last.search != found.search
        if is_first or found.is_whole:
            self._tell(found)
        if not found.is_whole:
            self._read_all(sought, found)

    def _read_all(self, sought: int, found: Found) -> None:
        history = self._history

        def work() -> array[int] | None:
            return history.ids(found.search, lambda: sought != self._sought)

        def done(numbers: array[int] | None) -> None:
            if sought == self._sought and numbers is not None:
                self._tell(found._replace(numbers=numbers, is_whole=True))

        self._reader.run(work, done, lambda error: self._fail(sought, error))

    def _tell(self, found: Found) -> None:
        self._last = found
        self.found.emit(found)

    def _fail(self, sought: int, error: Exception) -> None:
        if sought == self._sought:
            self._last = None
            self.failed.emit(error)


def _merged(last: Found | None, found: Found) -> Found:
    """The newest entries with those known already behind them; as it was where that might not be all that changed."""
    if found.is_whole or last is None or not last.is_whole or last.search != found.search or found.search.words:
        return found
    if found.total < last.total or not len(last.numbers) or last.numbers[0] < found.numbers[-1]:
        return found
    rest = bisect_left(last.numbers, -found.numbers[-1] + 1, key=neg)
    return found._replace(numbers=found.numbers + last.numbers[rest:], is_whole=True)
