"""Every attempt to send an event: written down before the request, finished after it. A bulk run is one entry.

So a crash in between leaves "no answer", never a lie. Keys and the Authorization header are never part of it. What a
run sent lies in its own file, see `runs`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from composer.event.findings import Finding, Severity
from composer.storage.database import Database
from composer.storage.stores import Kind, Store

NO_ANSWER = "no-answer"
MAX_LABEL = 300  # characters of a name or identifier kept for the list; the body has the whole

Headers = Sequence[tuple[str, str]]

_UNFINISHED = (
    "No answer was written down: it is still on its way, or Event Composer ended before it came. "
    "The event may have arrived. Look in Redo before you send it again."
)


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


class History:
    """The table of attempts. Every method may raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, attempt: Attempt) -> int:
        """Write down what is about to be sent; it is on the disk when this returns. Returns the entry's id."""
        store = attempt.store
        findings = [(f.severity, f.code, f.path, f.message) for f in attempt.findings]
        to = (store.id, store.name, store.kind, store.base_url, store.store_id)
        labels = [_storable(text[:MAX_LABEL]) for text in (attempt.event_name, attempt.customer, attempt.unique_id)]
        with self._database.transaction() as connection:
            row = connection.execute(
                "INSERT INTO history (begun_ms, store_row, store_name, store_kind, base_url, store_id, event_name, "
                "customer, unique_id, sent_anyway) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_now_ms(), *to, *labels, attempt.sent_anyway),
            ).lastrowid
            connection.execute(
                "INSERT INTO history_requests (id, findings, body) VALUES (?, ?, ?)",
                (row, json.dumps(findings), attempt.body),
            )
        return row or 0

    def finish(self, entry: int, answer: Answer) -> None:
        """Write down how the attempt ended. An entry that is finished, or gone, stays as it is."""
        with self._database.transaction() as connection:
            open_still = connection.execute(
                "UPDATE history SET finished_ms = ?, kind = ?, status = ?, duration_ms = ? "
                "WHERE id = ? AND finished_ms IS NULL",
                (_now_ms(), str(answer.kind), answer.status, answer.duration_ms, entry),
            ).rowcount
            if open_still:
                connection.execute(
                    "INSERT INTO history_answers (id, sentence, detail, headers, body) VALUES (?, ?, ?, ?, ?)",
                    (
                        entry,
                        _storable(answer.sentence),
                        _storable(answer.detail),
                        json.dumps(list(answer.headers)),
                        answer.body,
                    ),
                )

    def begin_run(self, store: Store, run: str, name: str, events: str) -> int:
        """Write down that a bulk run begins: its id, the name of its file and how many events it has, in words.

        Returns the entry's id.
        """
        with self._database.transaction() as connection:
            row = connection.execute(
                "INSERT INTO history (begun_ms, store_row, store_name, store_kind, base_url, store_id, event_name, "
                "customer, unique_id, sent_anyway, kind, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, ?)",
                (
                    _now_ms(),
                    *(store.id, store.name, store.kind, store.base_url, store.store_id),
                    *(_storable(name[:MAX_LABEL]), events, RunKind.UNDER_WAY, run),
                ),
            ).lastrowid
            connection.execute("INSERT INTO history_requests (id, findings, body) VALUES (?, '[]', x'')", (row,))
        return row or 0

    def tell_run(self, entry: int, kind: RunKind, sentence: str, duration_ms: int) -> None:
        """Write down how a run stands now: `sentence` has the counts. Nothing happens when the entry is gone."""
        finished = None if kind is RunKind.UNDER_WAY else _now_ms()
        with self._database.transaction() as connection:
            is_there = connection.execute(
                "UPDATE history SET finished_ms = ?, kind = ?, duration_ms = ? WHERE id = ?",
                (finished, kind, duration_ms, entry),
            ).rowcount
            if is_there:
                connection.execute(
                    "INSERT OR REPLACE INTO history_answers (id, sentence, detail, headers, body) "
                    "VALUES (?, ?, '', '[]', x'')",
                    (entry, _storable(sentence)),
                )

    def page(self, before: int | None = None, limit: int = 200) -> list[Entry]:
        """The newest `limit` entries, or the newest that came before the entry `before`; the newest is the first."""
        if before is None:
            rows = self._database.read(f"{_SELECT} ORDER BY id DESC LIMIT ?", (limit,))
        else:
            rows = self._database.read(f"{_SELECT} WHERE id < ? ORDER BY id DESC LIMIT ?", (before, limit))
        return [_entry(row) for row in rows]

    def entry(self, entry: int) -> FullEntry | None:
        """One attempt with everything, or None when there is none with this id."""
        rows = self._database.read(
            f"{_SELECT_FULL} JOIN history_requests r USING (id) LEFT JOIN history_answers a USING (id) WHERE id = ?",
            (entry,),
        )
        if not rows:
            return None
        *light, body, findings, sentence, detail, headers, answer_body = rows[0]
        row = _entry(tuple(light))
        said = [Finding(Severity(severity), *rest) for severity, *rest in json.loads(findings)]
        if row.finished_ms is None and not row.run:
            return FullEntry(row, body, said, Answer(NO_ANSWER, _UNFINISHED))
        if row.run:
            return FullEntry(row, body, said, Answer(row.kind, sentence or "", duration_ms=row.duration_ms or 0))
        pairs = [(name, value) for name, value in json.loads(headers)]
        answer = Answer(row.kind, sentence, detail, row.status, pairs, answer_body, row.duration_ms or 0)
        return FullEntry(row, body, said, answer)

    def count(self) -> int:
        """How many attempts there are; costs the same for a million."""
        count: int = self._database.read("SELECT value FROM history_count")[0][0]
        return count


_COLUMNS = (
    "id, begun_ms, store_row, store_name, store_kind, base_url, store_id, event_name, customer, unique_id, "
    "sent_anyway, finished_ms, kind, status, duration_ms, run"
)
# The columns are the constant above; values are always parameters.
_SELECT = f"SELECT {_COLUMNS} FROM history"  # noqa: S608
_SELECT_FULL = f"SELECT {_COLUMNS}, r.body, r.findings, a.sentence, a.detail, a.headers, a.body FROM history"  # noqa: S608


def _entry(row: tuple[object, ...]) -> Entry:
    raw = Entry(*row)  # type: ignore[arg-type]  # _COLUMNS are the fields of Entry
    return raw._replace(store_kind=Kind(raw.store_kind), sent_anyway=bool(raw.sent_anyway), kind=raw.kind or NO_ANSWER)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _storable(text: str) -> str:
    """Lone surrogates can't be stored as text; in the list and in sentences a question mark stands for them."""
    return text.encode("utf-8", "replace").decode()
