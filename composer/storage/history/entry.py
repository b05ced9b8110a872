"""What the history holds: attempts, answers and the entries made of them, as values."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from composer.event.findings import Finding, Fix, Severity
from composer.storage.stores import Kind, Store

NO_ANSWER = "no-answer"
ACCEPTED = "accepted-unique-id"  # the code of a finding
MAX_LABEL = 300  # characters of a name or identifier kept for the list; the body has the whole

Headers = Sequence[tuple[str, str]]

UNFINISHED = (
    "No answer was written down: it is still on its way, or Event Composer ended before it came. "
    "The event may have arrived. Look in Redo before you send it again."
)

LOST = "What came back is not in the data file any more: the file is damaged. What was sent is here."


class RunKind(StrEnum):
    """How a bulk run stands, in the place of what became of a single request."""

    UNDER_WAY = "run-under-way"
    PAUSED = "run-paused"
    STOPPED = "run-stopped"
    ALL_QUEUED = "run-all-queued"
    NOT_ALL = "run-not-all"


class Attempt(NamedTuple):
    """What is about to be sent: `store.base_url` is where it goes, `body` the bytes as they go over the wire."""

    store: Store
    event_name: str
    customer: str  # the identifier that wins
    unique_id: str
    body: bytes
    findings: Sequence[Finding] = ()
    sent_anyway: bool = False


class Answer(NamedTuple):
    """How an attempt ended: `kind` as delivery names it, one sentence for people, the raw reason, what came back."""

    kind: str
    sentence: str
    detail: str = ""
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    duration_ms: int = 0


class Entry(NamedTuple):
    """One row of the list. Times are Unix milliseconds; `finished_ms` is None while there is no answer.

    For a bulk run `run` is its id, `event_name` the name of its file, `customer` how many events it has, and `kind` one
    of RunKind; for a single event `run` is empty.
    """

    id: int
    begun_ms: int
    store_row: int
    store_name: str
    store_kind: Kind
    base_url: str
    store_id: str
    event_name: str
    customer: str
    unique_id: str
    sent_anyway: bool
    finished_ms: int | None
    kind: str
    status: int | None
    duration_ms: int | None
    run: str


class FullEntry(NamedTuple):
    """One attempt with all that was sent and came back. The findings are those of that moment, without fixes."""

    entry: Entry
    body: bytes
    findings: list[Finding]
    answer: Answer


def accepted_before(entry: Entry, day: str, fixes: tuple[Fix, ...] = ()) -> Finding:
    """What to say of an event whose uniqueId was queued with `entry`, on `day` in words."""
    message = (
        f"{entry.store_name} accepted this uniqueId on {day} (202). Redo ignores a repeated one without saying so; "
        "for how long is not published."
    )
    return Finding(Severity.WARNING, ACCEPTED, "/uniqueId", message, fixes)


COLUMNS = ", ".join(Entry._fields)


def entry_of(row: Sequence[object]) -> Entry:
    """An entry from the columns named in COLUMNS."""
    raw = Entry(*row)  # type: ignore[arg-type]  # COLUMNS are the fields of Entry
    return raw._replace(store_kind=Kind(raw.store_kind), sent_anyway=bool(raw.sent_anyway), kind=raw.kind or NO_ANSWER)
