"""What is told about a run and its rows, and what those who work on one hand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from composer.event.findings import Finding, Severity
from composer.event.payload import Json
from composer.storage.history import Headers
from composer.storage.stores import Store

if TYPE_CHECKING:
    from composer.event.table.cells import Cell


class State(IntEnum):
    """Where a row stands. Each row is in exactly one state, so the counts add up to the rows of the file."""

    WAITING = 0
    IN_FLIGHT = 1
    QUEUED = 2
    REJECTED = 3
    HELD_BACK = 4
    EXCLUDED = 5
    STOPPED = 6
    NO_ANSWER = 7


NOT_SENT = frozenset({State.HELD_BACK, State.EXCLUDED, State.STOPPED})

WORDS = {
    State.WAITING: "Waiting",
    State.IN_FLIGHT: "In flight",
    State.QUEUED: "Queued (202)",
    State.REJECTED: "Rejected",
    State.HELD_BACK: "Not sent: errors",
    State.EXCLUDED: "Not sent: excluded",
    State.STOPPED: "Not sent: stopped",
    State.NO_ANSWER: "No answer",
}


class Status(StrEnum):
    """Where a run stands. BROKEN is the one whose file can't be read; its `reason` says why."""

    IMPORTING = "importing"
    READY = "ready"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    BROKEN = "broken"


class RunError(Exception):
    """What was asked of a run can't be done now; the text is a sentence for people, with what to do."""


class RunBusy(RunError):  # noqa: N818 - reads as the state it is
    """Another process or window works on this run, or sends to its store."""


class Options(NamedTuple):
    """`fill_ids`: a missing uniqueId is made from run and row. `send_anyway`: rows with errors are sent, too."""

    fill_ids: bool = True
    send_anyway: bool = False


class RunInfo(NamedTuple):
    """One run. `kind` is "table" or "events", `entry` the history's id or 0, `limited` counts the 429s.

    `path` is the file the rows came from, empty when they were pasted; `seconds` is the time of sending over all
    sittings. `variables` are the values given for all rows, by name; None where what looks like a variable is none,
    as in a run of before there were any. `vocabulary` is the key of the names that the rows are held against, empty
    without any.
    """

    id: str
    name: str
    path: str
    created_ms: int
    kind: str
    headers: tuple[str, ...]
    reading: Json
    mapping: Json
    store: Store | None
    options: Options
    status: Status
    reason: str
    entry: int
    rows: int
    requests: int
    retries: int
    limited: int
    seconds: float
    notes: tuple[str, ...]
    variables: Mapping[str, Json] | None = None
    vocabulary: str = ""


class Record(NamedTuple):
    """One row with everything. `text` is what goes over the wire for it, `event` the same as a payload.

    Of a row that can't be read, `text` is what the file has and `event` is None. `template` is what a person edits: the
    event, or, while a variable of it has no value, the event with its variables; `filled` tells that values took the
    place of variables in both. `source` are the cells of the file, None for an event row. `said` has no fixes: check
    the event for those. `request` is the last one it was in, or 0.
    """

    number: int
    state: State
    request: int
    severity: Severity | None
    event: Json
    template: Json
    text: str
    source: list[Cell] | None
    edited: bool
    filled: bool
    said: list[Finding]
    reason: str


class Line(NamedTuple):
    """One row as a file can hold it: the `cells` of the file, None for an event row, the event's `text` as it goes over
    the wire, and `own`, the text of an event row with its variables.
    """

    number: int
    state: State
    reason: str
    cells: list[Cell] | None
    text: str
    own: str


class Group(NamedTuple):
    """All rows with the same finding: its `code` and `path`, the message and the labels of the fixes of the first."""

    kind: int
    severity: Severity
    code: str
    path: str
    message: str
    fixes: tuple[str, ...]
    rows: int


class Added(NamedTuple):
    """A row to add. `source` is the JSON array of its cells, or the event's own text as the file has it; `event` and
    `findings` what it was read as, with values for its variables. `problem` says why it can't be read; such a row is
    kept, and never sent.
    """

    number: int
    source: str
    event: Json
    findings: Sequence[Finding]
    problem: str = ""


class Parcel(NamedTuple):
    """One row as it goes over the wire. `unique_id`: it holds one, so that sending it twice does not double it."""

    number: int
    unique_id: bool
    body: bytes


class Finished(NamedTuple):
    """How a request ended, and with it its rows: all are in `state` then, but those in `apart` (number, state, reason).

    `kind` as delivery names it; `reason` is for the rows whose reason is not the request's `sentence`. A row in `apart`
    that waits again, with a reason, may have arrived.
    """

    request: int
    kind: str
    state: State
    sentence: str
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    duration_ms: int = 0
    detail: str = ""
    apart: Sequence[tuple[int, State, str]] = ()


class Request(NamedTuple):
    """One request for the list. `kind` is empty while it is on its way; `attempt_of` is the one it repeats, or 0."""

    id: int
    begun_ms: int
    attempt_of: int
    rows: int
    kind: str
    status: int | None
    sentence: str
    duration_ms: int


class FullRequest(NamedTuple):
    """One request with the numbers of its rows and what came back."""

    request: Request
    numbers: list[int]
    detail: str
    headers: list[tuple[str, str]]
    body: bytes
