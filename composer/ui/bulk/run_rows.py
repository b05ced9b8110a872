"""How an earlier run looks in the list: its columns, and where it stands in words with a tone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from composer.storage.runs.states import RunInfo, State, Status
from composer.ui.widgets import when
from composer.ui.widgets.paged_model import Cell

NAME, WHEN, STORE, QUEUED, STATE, ACT = range(6)
HEADERS = ("Rows from", "When", "Store", "Queued", "State", "")
SAMPLES = {
    WHEN: Cell("30 Nov 23:59"),
    STORE: Cell("Acme staging"),
    QUEUED: Cell("100,000 of 100,000"),
    STATE: Cell("Reading interrupted", "caution"),
    ACT: Cell("Resume", "accent"),
}

Counts = Mapping[State, int]


class Line(NamedTuple):
    """A run, the rows it has in each state (empty when nobody counted), and whether somebody works on it now."""

    run: RunInfo
    counts: Counts
    is_busy: bool

    @property
    def is_open_end(self) -> bool:
        """Whether sending was begun and waits to go on."""
        return self.run.status in (Status.SENDING, Status.PAUSED) and not self.is_busy

    @property
    def act(self) -> str:
        """What is to be done with it, for a button; empty when nothing can be."""
        if self.run.status is Status.BROKEN:
            return ""
        return "Resume" if self.is_open_end else "Open"

    @property
    def rank(self) -> int:
        """What waits for somebody stands first."""
        waits = self.is_open_end or self.run.status in (Status.IMPORTING, Status.READY)
        return 0 if self.is_open_end else 1 if waits else 2


def state(line: Line) -> tuple[str, str]:
    """Where a run stands, and the tone of the chip."""
    run, queued = line.run, line.counts.get(State.QUEUED, 0)
    if run.status is Status.FINISHED and line.counts:
        left = run.rows - queued
        return (f"{left:,} not queued", "bad") if left else ("All queued", "good")
    if line.is_busy:
        return ("Being read", "accent") if run.status is Status.IMPORTING else ("Under way", "accent")
    return {
        Status.IMPORTING: ("Reading interrupted", "caution"),
        Status.READY: ("Not sent yet", "plain"),
        Status.SENDING: ("Interrupted", "caution"),
        Status.PAUSED: ("Paused", "caution"),
        Status.STOPPED: ("Stopped", "plain"),
        Status.FINISHED: ("Finished", "plain"),
        Status.BROKEN: ("Can't be read", "bad"),
    }[run.status]


def cell(line: Line, column: int) -> Cell:
    """What stands in a column of HEADERS."""
    run = line.run
    if column == NAME:
        return Cell(run.name or "(no name)", tip=run.path)
    if column == WHEN:
        return Cell(when.short(run.created_ms), tip=when.whole(run.created_ms)) if run.created_ms else Cell("")
    if column == STORE:
        store = run.store
        return Cell(store.name, tip=f"{store.name} · {store.kind} · {store.base_url}") if store else Cell("")
    if column == QUEUED:
        return Cell(_queued(line))
    if column == STATE:
        return Cell(*state(line), tip=run.reason)
    return Cell(line.act, "accent" if line.is_open_end else "")


def _queued(line: Line) -> str:
    if line.run.status is Status.BROKEN:
        return ""
    if line.run.store is None:
        return f"{line.run.rows:,} {'row' if line.run.rows == 1 else 'rows'}"
    return f"{line.counts.get(State.QUEUED, 0):,} of {line.run.rows:,}"
