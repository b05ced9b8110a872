"""How an attempt looks in the list: its columns, and its status in words with a tone."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

from composer.storage.history import Entry, RunKind
from composer.ui.outcomes import WORDS, in_words
from composer.ui.widgets import when
from composer.ui.widgets.paged_model import Cell

STILL_POSSIBLE = 90_000  # milliseconds; every request has ended by then, so its program must have died
HEADERS = ("When", "Event", "Customer", "Store", "Status")
SAMPLES = {0: Cell("30 Nov 23:59"), 4: Cell("Not all queued", "bad")}
WEIGHTS = {1: 8, 2: 8, 3: 5}  # how the other columns share the room

_RUNS = {
    RunKind.UNDER_WAY: ("Run under way", "accent"),
    RunKind.PAUSED: ("Run paused", "caution"),
    RunKind.STOPPED: ("Run stopped", "caution"),
    RunKind.ALL_QUEUED: ("All queued", "good"),
    RunKind.NOT_ALL: ("Not all queued", "bad"),
}

# The kinds of Entry with their words, as a filter names them.
KINDS = {
    **{kind: words for kind, (words, _) in WORDS.items()},
    **{kind.value: words if words.startswith("Run") else f"Run: {words.lower()}" for kind, (words, _) in _RUNS.items()},
}


class Row(NamedTuple):
    """One entry made ready for the list, away from the UI thread."""

    number: int
    entry: Entry
    cells: tuple[Cell, ...]


def rows(entries: Iterable[Entry]) -> list[Row]:
    """The cells of these entries."""
    return [Row(each.id, each, _cells(each)) for each in entries]


def status(entry: Entry) -> tuple[str, str]:
    """The words of an entry's status, such as "Queued (202)", and the tone of their chip."""
    if entry.run:
        return _RUNS[RunKind(entry.kind)]
    if entry.finished_ms is None and time.time() * 1000 - entry.begun_ms < STILL_POSSIBLE:
        return "No answer yet", "caution"
    return in_words(entry.kind, entry.status)


def _cells(entry: Entry) -> tuple[Cell, ...]:
    return (
        Cell(when.short(entry.begun_ms), tip=when.whole(entry.begun_ms)),
        Cell(entry.event_name) if entry.event_name else Cell("(no name)", ink="muted"),
        Cell(entry.customer) if entry.customer else Cell("(nobody)", ink="muted"),
        Cell(entry.store_name, tip=f"{entry.store_name} · {entry.store_kind} · {entry.base_url}"),
        Cell(*status(entry)),
    )
