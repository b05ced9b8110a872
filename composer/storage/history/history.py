"""The history as a whole: written, found, and forgotten when a person says so."""

from __future__ import annotations

import json
import time
from array import array
from collections.abc import Sequence

from composer.storage.history.searching import Searching

_DAY = 86_400_000  # milliseconds
_AT_ONCE = 200  # entries of one transaction: others may have to write meanwhile


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
        """Forget entries for good, with all that is found of them. The file of a bulk run stays where it is."""
        for at in range(0, len(ids), _AT_ONCE):
            with self._database.transaction() as connection:
                connection.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
                connection.execute(
                    "DELETE FROM history WHERE id IN (SELECT value FROM json_each(?))",
                    (json.dumps(list(ids[at : at + _AT_ONCE])),),
                )
                connection.execute("PRAGMA secure_delete = OFF")

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
