"""The index of the history is brought up to date behind the attempts: writing one down must not wait for it.

What waits is written down as well, so nothing is forgotten when the program ends in between.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from composer.storage.history.log import FULL_COLUMNS, FULL_SOURCE, Log, full_entry_of
from composer.storage.history.words import Words, of_entry

UNDER_WAY_AT_MOST = 90_000  # milliseconds; every request has ended by then, so its program must have died

_AT_ONCE = 100  # entries of one transaction while somebody waits for what is found
_MANY = 500  # of one while nobody waits, but others may have to write meanwhile
_LONGEST = 0.05  # seconds after which a transaction takes no more
PAUSE = 0.005  # seconds between two transactions: SQLite keeps no queue, so who waits to write needs a gap


class RowsDue(NamedTuple):
    """A bulk run whose rows are not all in the index: its entry, its id, and the last request that was looked at."""

    entry: int
    run: str
    request: int


class Index(Log):
    """Keeps the index. Every method may raise StorageError."""

    def index_waiting(self, stop: Callable[[], bool]) -> None:
        """Take all attempts into the index that are not in it as they are now, until `stop` answers True."""
        while not stop() and self.index_some(_MANY):
            time.sleep(PAUSE)

    def index_some(self, most: int = _AT_ONCE) -> bool:
        """Take the newest of those that wait into the index; whether there may be more."""
        older = time.time_ns() // 1_000_000 - UNDER_WAY_AT_MOST
        waiting = (
            "FROM history_waiting w CROSS JOIN history ON history.id = w.entry WHERE finished_ms IS NOT NULL "
            "OR run != '' OR begun_ms < ?"
        )
        if not self._database.read(f"SELECT 1 {waiting} LIMIT 1", (older,)):
            return False
        with self._database.transaction() as connection:
            end = time.monotonic() + _LONGEST
            ids = connection.execute(f"SELECT entry {waiting} ORDER BY entry DESC LIMIT ?", (older, most)).fetchall()
            full = f"SELECT doc, {FULL_COLUMNS} {FULL_SOURCE} WHERE id = ?"
            done: list[tuple[int]] = []
            for entry in ids:
                doc, *row = connection.execute(full, entry).fetchone()
                _put(connection, [(doc, of_entry(full_entry_of(row)))])
                done.append(entry)
                if time.monotonic() > end:
                    break
            connection.executemany("DELETE FROM history_waiting WHERE entry = ?", done)
        return len(done) == most or len(done) < len(ids)

    def is_behind(self) -> bool:
        """Whether so much is to be taken into the index that a process should do it."""
        waiting = self._database.read(f"SELECT 1 FROM history_waiting LIMIT 1 OFFSET {_AT_ONCE}")  # noqa: S608
        return bool(waiting or self.rows_due())

    def rows_due(self) -> list[RowsDue]:
        """The runs whose rows are to be looked at."""
        rows = self._database.read(
            "SELECT entry, run, request FROM history_rows JOIN history ON id = entry WHERE is_due = 1 ORDER BY entry"
        )
        return [RowsDue(*row) for row in rows]

    def index_rows(self, entry: int, rows: Iterable[tuple[int, Words]]) -> None:
        """Take rows of a run, by their number, into the index, in place of what was there of them."""
        with self._database.transaction() as connection:
            found = connection.execute("SELECT doc, span FROM history WHERE id = ?", (entry,)).fetchone()
            if found is not None:
                doc, span = found
                _put(connection, [(doc + number, words) for number, words in rows if 0 < number < span])

    def rows_indexed(self, entry: int, request: int) -> None:
        """Write down that all rows of a run up to this request are in the index."""
        self._database.write(
            "UPDATE history_rows SET is_due = 0, request = ? WHERE entry = ? AND is_due = 1", (request, entry)
        )


def _put(connection: sqlite3.Connection, documents: Sequence[tuple[int, Words]]) -> None:
    for table, at in (("history_keys", 0), ("history_words", 1)):
        connection.executemany(
            f"INSERT OR REPLACE INTO {table} (rowid, text) VALUES (?, ?)",  # noqa: S608 - one of two constants
            [(doc, words[at]) for doc, words in documents],
        )
