"""Rows whose uniqueId stands in another row, too: Redo would drop all but the first of them without a word.

Compared are 64 bits of a hash, so that a million rows need no memory. Two different ids of a million meet in one of
some 40 million files; what comes of it is a warning too many, never a row that is not sent.
"""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from itertools import islice

from composer.event.findings import Finding, Severity
from composer.event.payload import Json
from composer.storage.runs import marks
from composer.storage.runs.kinds import Kinds
from composer.storage.runs.wire import Identity

CODE = "repeated-unique-id"

_BATCH = 2000
_INDEX = "CREATE INDEX IF NOT EXISTS ids_by_hash ON ids (hash)"
_REPEATED = """
    SELECT number, first FROM (SELECT hash, min(number) AS first FROM ids GROUP BY hash HAVING count(*) > 1)
    CROSS JOIN ids USING (hash) WHERE number > first AND number NOT IN (
        SELECT number FROM found WHERE kind IN (SELECT id FROM kinds WHERE code = ?)
    )
"""


def hash_of(unique_id: str) -> int:
    """A number that fits SQLite's integers, the same in every process."""
    digest = blake2b(unique_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def tell(connection: sqlite3.Connection, kinds: Kinds) -> None:
    """Warn of every row whose uniqueId stands in an earlier one, when all rows are there."""
    connection.execute(_INDEX)
    repeated = connection.execute(_REPEATED, (CODE,))
    while batch := list(islice(repeated, _BATCH)):
        said = [
            (
                kinds.also(connection, number, connection.execute(_SAID, (number,)).fetchone()[0], _finding(first)),
                number,
            )
            for number, first in sorted(batch)
        ]
        connection.executemany("UPDATE texts SET said = ? WHERE number = ?", said)
        connection.executemany(
            "UPDATE marks SET severity = max(severity, ?) WHERE number = ?",
            [(marks.WARNING, number) for _, number in said],
        )
        kinds.flush(connection)


def forget_all(connection: sqlite3.Connection) -> None:
    """Before every row is read anew."""
    connection.execute("DROP INDEX IF EXISTS ids_by_hash")
    connection.execute("DELETE FROM ids")


def on_change(connection: sqlite3.Connection, number: int, event: Json, identity: Identity) -> list[Finding]:
    """Note the id of a row that was changed. Told is that an earlier row has it; and that any has, if it is new."""
    before = connection.execute("SELECT hash FROM ids WHERE number = ?", (number,)).fetchone()
    connection.execute("DELETE FROM ids WHERE number = ?", (number,))
    if identity is not Identity.OWN:
        return []
    now = hash_of(event["uniqueId"])
    (other,) = connection.execute("SELECT min(number) FROM ids WHERE hash = ?", (now,)).fetchone()
    connection.execute("INSERT INTO ids (number, hash) VALUES (?, ?)", (number, now))
    if other is None or (other > number and before == (now,)):
        return []
    return [_finding(other)]


_SAID = "SELECT said FROM texts WHERE number = ?"


def _finding(other: int) -> Finding:
    message = f"Row {other:,} has the same unique ID. Redo keeps one event of them and drops the others without a word."
    return Finding(Severity.WARNING, CODE, "/uniqueId", message)
