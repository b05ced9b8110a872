"""The writing half of the history: an attempt is written down before the request, and finished after it.

So a crash in between leaves "no answer", never a lie. Keys and the Authorization header are never part of it. A bulk
run is one entry; what it sent lies in its own file, see `runs`.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from typing import Any

from composer.event.findings import Finding, Severity
from composer.storage.database import Database
from composer.storage.history.entry import (
    COLUMNS,
    LOST,
    MAX_LABEL,
    NO_ANSWER,
    UNFINISHED,
    Answer,
    Attempt,
    FullEntry,
    RunKind,
    entry_of,
)
from composer.storage.stores import Store


class Log:
    """The table of attempts. Every method may raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, attempt: Attempt) -> int:
        """Write down what is about to be sent; it is on the disk when this returns. Returns the entry's id."""
        with self._database.transaction() as connection:
            return _insert(connection, attempt)

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
                        storable(answer.sentence),
                        storable(answer.detail),
                        json.dumps(list(answer.headers)),
                        answer.body,
                    ),
                )

    def begin_run(self, store: Store, run: str, name: str, events: str, last_row: int) -> int:
        """Write down that a bulk run begins: its id, the name of its file, how many events it has, in words, and the
        number of its last row.

        Returns the entry's id.
        """
        with self._database.transaction() as connection:
            attempt = Attempt(store, name, events, "", b"")
            return _insert(connection, attempt, RunKind.UNDER_WAY, run, last_row + 1)

    def tell_run(self, entry: int, kind: RunKind, sentence: str, duration_ms: int) -> None:
        """Write down how a run stands now: `sentence` has the counts. Nothing happens when the entry is gone."""
        is_under_way = kind is RunKind.UNDER_WAY
        finished = None if is_under_way else _now_ms()
        with self._database.transaction() as connection:
            is_there = connection.execute(
                "UPDATE history SET finished_ms = ?, kind = ?, duration_ms = ? WHERE id = ?",
                (finished, kind, duration_ms, entry),
            ).rowcount
            if is_there:
                connection.execute(
                    "INSERT OR REPLACE INTO history_answers (id, sentence, detail, headers, body) "
                    "VALUES (?, ?, '', '[]', x'')",
                    (entry, storable(sentence)),
                )
            if is_there and not is_under_way:
                connection.execute(
                    "INSERT INTO history_rows (entry, is_due, request) VALUES (?, 1, 0) "
                    "ON CONFLICT (entry) DO UPDATE SET is_due = 1",
                    (entry,),
                )

    def entry(self, entry: int) -> FullEntry | None:
        """One attempt with everything, or None when there is none with this id."""
        rows = self._database.read(f"SELECT {FULL_COLUMNS} {FULL_SOURCE} WHERE id = ?", (entry,))
        return full_entry_of(rows[0]) if rows else None

    def count(self) -> int:
        """How many attempts there are; costs the same for a million."""
        count: int = self._database.read("SELECT value FROM history_count")[0][0]
        return count


FULL_COLUMNS = f"{COLUMNS}, r.body, r.findings, a.sentence, a.detail, a.headers, a.body"
FULL_SOURCE = "FROM history JOIN history_requests r USING (id) LEFT JOIN history_answers a USING (id)"


def _insert(
    connection: sqlite3.Connection, attempt: Attempt, kind: RunKind | None = None, run: str = "", span: int = 1
) -> int:
    """Its `doc` begins where the one before ends, so that documents are in the order of the entries."""
    store = attempt.store
    findings = [(f.severity, f.code, f.path, f.message) for f in attempt.findings]
    labels = [storable(text[:MAX_LABEL]) for text in (attempt.event_name, attempt.customer, attempt.unique_id)]
    row = connection.execute(
        "INSERT INTO history (begun_ms, store_row, store_name, store_kind, base_url, store_id, event_name, customer, "
        "unique_id, sent_anyway, kind, run, span, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "coalesce((SELECT doc + span FROM history ORDER BY id DESC LIMIT 1), 1))",
        (
            *(_now_ms(), store.id, store.name, store.kind, store.base_url, store.store_id, *labels),
            *(attempt.sent_anyway, kind, run, span),
        ),
    ).lastrowid
    connection.execute(
        "INSERT INTO history_requests (id, findings, body) VALUES (?, ?, ?)", (row, json.dumps(findings), attempt.body)
    )
    return row or 0


def full_entry_of(row: Sequence[Any]) -> FullEntry:
    """An attempt with everything, from FULL_COLUMNS."""
    *light, body, findings, sentence, detail, headers, answer_body = row
    entry = entry_of(light)
    said = [Finding(Severity(severity), *rest) for severity, *rest in json.loads(findings)]
    if entry.run:
        answer = Answer(entry.kind, sentence or "", duration_ms=entry.duration_ms or 0)
    elif entry.finished_ms is None:
        answer = Answer(NO_ANSWER, UNFINISHED)
    elif sentence is None:
        answer = Answer(entry.kind, LOST, status=entry.status, duration_ms=entry.duration_ms or 0)
    else:
        pairs = [(name, value) for name, value in json.loads(headers)]
        answer = Answer(entry.kind, sentence, detail, entry.status, pairs, answer_body, entry.duration_ms or 0)
    return FullEntry(entry, body, said, answer)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def storable(text: str) -> str:
    """Lone surrogates can't be stored as text; in the list and in sentences a question mark stands for them."""
    return text.encode("utf-8", "replace").decode()
