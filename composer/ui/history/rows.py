"""How an attempt looks in the list: its columns, and its status in words with a tone."""

from __future__ import annotations

import time

from composer.delivery.outcome import OutcomeKind
from composer.storage.history import Entry, RunKind
from composer.ui.widgets import when
from composer.ui.widgets.paged_model import Cell

STILL_POSSIBLE = 90_000  # milliseconds; every request has ended by then, so its program must have died
HEADERS = ("When", "Event", "Customer", "Store", "Status")
SAMPLES = {0: Cell("30 Nov 23:59"), 3: Cell("Acme staging"), 4: Cell("503 server failed", "bad")}

_WORDS = {
    OutcomeKind.QUEUED: ("queued", "good"),
    OutcomeKind.REJECTED: ("rejected", "bad"),
    OutcomeKind.REFUSED_KEY: ("key refused", "bad"),
    OutcomeKind.UNKNOWN_STORE: ("not found", "bad"),
    OutcomeKind.RATE_LIMITED: ("too many", "caution"),
    OutcomeKind.SERVER_ERROR: ("server failed", "bad"),
    OutcomeKind.UNEXPECTED: ("unexpected", "caution"),
    OutcomeKind.COULD_NOT_CONNECT: ("Not connected", "bad"),
    OutcomeKind.NO_ANSWER: ("No answer", "caution"),
    OutcomeKind.CANCELLED: ("Cancelled", "plain"),
}
_RUNS = {
    RunKind.UNDER_WAY: ("Run under way", "accent"),
    RunKind.PAUSED: ("Run paused", "caution"),
    RunKind.STOPPED: ("Run stopped", "caution"),
    RunKind.ALL_QUEUED: ("All queued", "good"),
    RunKind.NOT_ALL: ("Not all queued", "bad"),
}


def status(entry: Entry) -> tuple[str, str]:
    """The words of an entry's status, such as "202 queued", and the tone of their chip."""
    if entry.run:
        return _RUNS[RunKind(entry.kind)]
    if entry.finished_ms is None and time.time() * 1000 - entry.begun_ms < STILL_POSSIBLE:
        return "No answer yet", "caution"
    return cell_of_kind(OutcomeKind(entry.kind), entry.status)


def cell_of_kind(kind: OutcomeKind, status: int | None) -> tuple[str, str]:
    """The words for what became of a request, and the tone of their chip."""
    words, tone = _WORDS[kind]
    return f"{status} {words}" if status is not None and kind != OutcomeKind.NO_ANSWER else words, tone


def cell(entry: Entry, column: int) -> Cell:
    """What stands in a column of HEADERS."""
    if column == 0:
        return Cell(when.short(entry.begun_ms), tip=when.whole(entry.begun_ms))
    if column == 1:
        return Cell(entry.event_name or "(no name)")
    if column == 2:
        return Cell(entry.customer or "(nobody)")
    if column == 3:
        return Cell(entry.store_name, tip=f"{entry.store_name} · {entry.store_kind} · {entry.base_url}")
    return Cell(*status(entry))
