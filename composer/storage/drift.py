"""Where the composer and a server did not agree, as notes without values.

A note's report is made, and its values are taken out, when the note is made: they are in the history and nowhere else.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from composer.event.drift_report import Case, DriftKind, Report, drift_kind, headline, report_of
from composer.event.findings import Finding
from composer.event.payload import Json
from composer.event.problem import problem_in
from composer.storage.database import Database
from composer.storage.history import Answer, Attempt
from composer.storage.history.entry import MAX_LABEL
from composer.storage.history.log import storable
from composer.storage.stores import Store

if TYPE_CHECKING:
    from composer.storage.runs import Run
    from composer.storage.runs.rows import Unexpected

MOST_NOTES = 500  # the oldest go
MOST_OF_A_RUN = 20
_DAY = 86_400_000  # milliseconds: within one the same drift is one note
_MOST_BODY = 8_000  # bytes of an answer without problem details
_MOST_TRIED = 200  # groups of rows of which the reports are made to see which are the same; the largest
_VARIES = re.compile(r"\S*[\d@]\S*")  # in the words of a server, from row to row
_REJECTED, _QUEUED = "rejected", "queued"  # as delivery names them


class Note(NamedTuple):
    """One drift. `begun_ms` is when it was seen first, in Unix milliseconds, `events` with how many events.

    `event_name` is for the eye of who sent it, and not in the `report`.
    """

    id: int
    begun_ms: int
    kind: DriftKind
    event_name: str
    status: int
    report: str
    events: int

    @property
    def headline(self) -> str:
        """The drift in a few words."""
        return headline(self.kind, self.status)

    @property
    def text(self) -> str:
        """The report as it is copied."""
        return self.report if self.events == 1 else f"{self.report}\nSeen with {self.events:,} events within a day.\n"


class Drift:
    """The table of notes, usable from any thread. Every method may raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, attempt: Attempt, answer: Answer) -> int | None:
        """Keep a note when what was said of an attempt and the answer do not agree; its id, else None.

        The same drift within a day is one note. Refused keys, unknown stores, too many requests and failing servers say
        nothing of the event, so they are none.
        """
        if answer.kind not in (_REJECTED, _QUEUED) or answer.status is None:
            return None
        text = attempt.body.decode("utf-8", "surrogatepass")
        queued = answer.kind == _QUEUED
        kind = drift_kind(attempt.findings, text, anyway=attempt.sent_anyway, queued=queued)
        if kind is None:
            return None
        case = _case(kind, text, attempt.findings, attempt.store, answer.status, _words(answer))
        report = report_of(case, _today())
        with self._database.erasing() as connection:
            return _keep(connection, case, attempt.event_name, report, 1)

    def note_run(self, run: Run) -> int:
        """Keep notes of the rows of a run that were sent since it was last looked at; returns how many notes those are,
        at most MOST_OF_A_RUN.
        """
        rows = self._database.read("SELECT request FROM drift_runs WHERE run = ?", (run.id,))
        after, last = rows[0][0] if rows else 0, run.last_request()
        store = run.info.store
        if last <= after or store is None:
            return 0
        found: dict[str, tuple[Case, str, Report, int]] = {}
        for each in _alike(run, after):
            row = run.record(each.number)
            kind = drift_kind(row.said, row.text, anyway=each.is_queued, queued=each.is_queued)
            if kind is None:
                continue
            case = _case(kind, row.text, row.said, store, each.status, each.words)
            report = report_of(case, _today())
            known = found.get(report.signature)
            if known is not None:
                found[report.signature] = (*known[:3], known[3] + each.rows)
            elif len(found) < MOST_OF_A_RUN:
                found[report.signature] = case, _event_name(row.event), report, each.rows
        with self._database.erasing() as connection:
            for case, name, report, count in found.values():
                _keep(connection, case, name, report, count)
            connection.execute("INSERT OR REPLACE INTO drift_runs VALUES (?, ?)", (run.id, last))
        return len(found)

    def all(self) -> list[Note]:
        """All notes, the newest first."""
        return [_note(row) for row in self._database.read(f"{_SELECT} ORDER BY id DESC")]

    def get(self, note: int) -> Note | None:
        """The note with this id."""
        return next((_note(row) for row in self._database.read(f"{_SELECT} WHERE id = ?", (note,))), None)

    def count(self) -> int:
        """How many notes there are."""
        count: int = self._database.read("SELECT count(*) FROM drift")[0][0]
        return count

    def forget(self, notes: Iterable[int]) -> None:
        """Delete these notes for good: no word of them is left in the file."""
        with self._database.erasing() as connection:
            connection.execute(
                "DELETE FROM drift WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(notes)),)
            )
        self._database.checkpoint()


_SELECT = "SELECT id, begun_ms, kind, event_name, status, report, events FROM drift"


def _note(row: tuple[int, int, str, str, int, str, int]) -> Note:
    return Note(row[0], row[1], DriftKind(row[2]), *row[3:])


def _case(kind: DriftKind, text: str, findings: Sequence[Finding], store: Store, status: int, words: str) -> Case:
    host = urlsplit(store.base_url).hostname or ""
    hidden = [store.store_id, host] if store.is_built_in else [store.name, store.store_id, host]
    return Case(kind, text, findings, status, words, store.kind, [each for each in hidden if each])


def _words(answer: Answer) -> str:
    """The problem details, or else the beginning of whatever came."""
    problem = problem_in(answer.headers, answer.body)
    return str(problem or "") or answer.body[:_MOST_BODY].decode("utf-8", "replace")


def _keep(connection: sqlite3.Connection, case: Case, event_name: str, report: Report, count: int) -> int:
    now = time.time_ns() // 1_000_000
    same = connection.execute(
        "SELECT id FROM drift WHERE signature = ? AND begun_ms > ? ORDER BY id DESC", (report.signature, now - _DAY)
    ).fetchone()
    if same is not None:
        connection.execute("UPDATE drift SET events = events + ? WHERE id = ?", (count, same[0]))
        note: int = same[0]
        return note
    name, text = storable(event_name[:MAX_LABEL]), storable(report.text)
    row = connection.execute(
        "INSERT INTO drift (begun_ms, kind, event_name, status, report, signature, events) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (now, case.kind, name, case.status, text, report.signature, count),
    ).lastrowid
    connection.execute(
        "DELETE FROM drift WHERE id <= (SELECT id FROM drift ORDER BY id DESC LIMIT 1 OFFSET ?)", (MOST_NOTES,)
    )
    return row or 0


def _alike(run: Run, after: int) -> list[Unexpected]:
    """The rows of a run that are to be looked at; those of which a server said the same but for values are together."""
    groups: dict[tuple[int, int, str], Unexpected] = {}
    for each in run.unexpected(after):
        key = (each.number if each.is_queued else 0, each.status, _VARIES.sub("", each.words))
        known = groups.get(key)
        groups[key] = each if known is None else known._replace(rows=known.rows + each.rows)
    return sorted(groups.values(), key=lambda group: -group.rows)[:_MOST_TRIED]


def _event_name(event: Json) -> str:
    name = event.get("eventName") if isinstance(event, dict) else None
    return name if isinstance(name, str) else ""


def _today() -> str:
    return time.strftime("%Y-%m-%d")
