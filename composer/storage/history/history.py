"""The history as a whole: written, found, and forgotten when a person says so."""

from __future__ import annotations

import json
import time
from array import array
from collections.abc import Callable, Sequence

from composer.storage.history.index import PAUSE
from composer.storage.history.searching import Searching

_DAY = 86_400_000  # milliseconds
_AT_ONCE = 200  # entries of one transaction: others may have to write meanwhile
_PAGES = 200  # of the index written anew at a time
_ROWS_AT_ONCE = 5000  # rows of a run, which take a tenth of a second


class History(Searching):
    """The table of attempts, usable from any thread. Every method may raise StorageError."""

    def size(self) -> int:
        """The bytes that are in use in the file; the rest of it is free for what comes."""
        pages, free, of_a_page = (
            self._database.read(f"PRAGMA {each}")[0][0] for each in ("page_count", "freelist_count", "page_size")
        )
        used: int = (pages - free) * of_a_page
        return used

    def remove(self, ids: Sequence[int]) -> None:
        """Forget entries for good, with all that is found of them; words of them stand in the index still, until
        `erase_traces`. The file of a bulk run stays where it is.
        """
        for at in range(0, len(ids), _AT_ONCE):
            some = json.dumps(list(ids[at : at + _AT_ONCE]))
            self._remove_rows(some)
            with self._database.erasing() as connection:
                connection.execute("DELETE FROM history WHERE id IN (SELECT value FROM json_each(?))", (some,))

    def _remove_rows(self, ids: str) -> None:
        """Take most of the rows of long runs out of the index. The run is looked for each time: where it is gone, its
        documents may be those of another entry.
        """
        runs = self._database.read(
            "SELECT id, doc, span FROM history WHERE id IN (SELECT value FROM json_each(?)) AND span > ?",
            (ids, _ROWS_AT_ONCE),
        )
        for run, doc, span in runs:
            for start in range(doc + 1, doc + span, _ROWS_AT_ONCE):
                end = min(start + _ROWS_AT_ONCE, doc + span)
                with self._database.erasing() as connection:
                    for table in ("history_keys", "history_words"):
                        connection.execute(
                            f"DELETE FROM {table} WHERE rowid >= ? AND rowid < ? "  # noqa: S608 - one of two constants
                            "AND EXISTS (SELECT 1 FROM history WHERE id = ?)",
                            (start, end, run),
                        )
                time.sleep(PAUSE)

    def has_traces(self) -> bool:
        """Whether words of what was forgotten may still stand in the file."""
        return bool(self._database.read("SELECT may_be FROM history_traces")[0][0])

    def erase_traces(self, stop: Callable[[], bool]) -> None:
        """Have the index written anew without them, a little at a time, until `stop` answers True."""
        for table in ("history_keys", "history_words"):
            pages = -_PAGES  # below 0: all of it is to become one
            changed = True
            while changed:
                if stop():
                    return
                with self._database.erasing() as connection:
                    before = connection.total_changes
                    merge = f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)"  # noqa: S608 - one of two constants
                    connection.execute(merge, (pages,))
                    changed = connection.total_changes - before > 1
                pages = _PAGES
                time.sleep(PAUSE)
        with self._database.erasing() as connection:
            connection.execute(
                "DELETE FROM history_names WHERE id NOT IN (SELECT event FROM history_marks) "
                "AND id NOT IN (SELECT kind FROM history_marks)"
            )
            connection.execute("UPDATE history_traces SET may_be = 0")
        self._database.checkpoint()

    def expired(self, days: int | None, megabytes: int | None) -> array[int]:
        """The ids of the entries that are older than `days`, and of the oldest that make the file larger than
        `megabytes` (1,000,000 bytes); oldest first.
        """
        found: array[int] = array("Q")
        if days is not None:
            before = time.time_ns() // 1_000_000 - days * _DAY
            rows = self._database.read("SELECT entry FROM history_marks WHERE begun_ms < ? ORDER BY doc", (before,))
            found.extend(row[0] for row in rows)
        if megabytes is not None:
            too_many = self._too_many(megabytes * 1_000_000)
            found.extend(sorted(set(too_many) - set(found)))
        return found

    def _too_many(self, most: int) -> list[int]:
        """The oldest entries, so that the rest may have `most` bytes. What an entry takes of the file, with its part
        of the index, is estimated from its texts: what is deleted is not given back before SQLite tidies up.
        """
        used = self.size()
        if used <= most:
            return []
        rows = self._database.read(
            "SELECT id, length(r.body) + coalesce(length(a.body), 0) + 500 * span FROM history "
            "JOIN history_requests r USING (id) LEFT JOIN history_answers a USING (id) ORDER BY id"
        )
        surplus = sum(weight for _, weight in rows) * (1 - most / used)
        found = []
        for entry, weight in rows:
            if surplus <= 0:
                break
            found.append(entry)
            surplus -= weight
        return found
