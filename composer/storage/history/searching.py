"""The reading half of the history: what is looked for is found in pages, newest first, or as all its ids.

Two indexes are asked, that of keys and that of words, and both at once as one list in the order of the entries. What
is filtered lies in a narrow table, see `migrations`.
"""

# ruff: noqa: S608 - what is put into SQL are constants of ours; what is looked for is always a parameter

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from composer.storage.database import StorageError
from composer.storage.history.entry import COLUMNS, Entry, entry_of
from composer.storage.history.index import Index
from composer.storage.history.log import storable
from composer.storage.history.terms import Query, queries_for
from composer.storage.stores import Kind, Store

_AT_ONCE = 50_000  # ids of one query
_RECENT = 5000  # entries
_FEW = 400  # entries; so many that a filter lets through are looked up in what the index has
_DOCUMENTS = 1_000_000  # of one query
_NAMED = "SELECT id FROM history_names WHERE name"
_END = 2**62  # behind every document
_HOUR = 3_600_000  # milliseconds
_DAY = 24 * _HOUR
_WIDTHS = (_HOUR, 3 * _HOUR, 12 * _HOUR, _DAY, 7 * _DAY, 28 * _DAY, 91 * _DAY, 364 * _DAY)


class Search(NamedTuple):
    """What is looked for; all that is given must hold, and the default finds everything.

    `words`: each, set apart by blanks, is a part of event name, customer, identifiers or error text, or the beginning
    of a word of payload or answer; one of one or two characters only the latter. `kinds` are those of Entry; `stores`
    its `store_row`; `runs` True for bulk runs, False for single events; `event` the exact name. Unix milliseconds:
    begun at `since_ms` or after, before `until_ms`.
    """

    words: str = ""
    kinds: frozenset[str] = frozenset()
    stores: frozenset[int] = frozenset()
    runs: bool | None = None
    event: str = ""
    since_ms: int | None = None
    until_ms: int | None = None


class Bar(NamedTuple):
    """Some time of the activity: from `start_ms` to before `end_ms`, how many entries were queued as a whole and how
    many were not.
    """

    start_ms: int
    end_ms: int
    queued: int
    other: int


class StoreUse(NamedTuple):
    """A store as the newest of its entries names it."""

    store_row: int
    name: str
    kind: Kind
    entries: int


class Searching(Index):
    """Finds what was written down. Every method may raise StorageError."""

    def page(self, search: Search = Search(), before: int | None = None, limit: int = 200) -> list[Entry]:  # noqa: B008
        """The newest `limit` entries that are found, or the newest that came before the entry `before`."""
        self._catch_up(search)
        found: array[int] = array("Q")
        bound = _END if before is None else self._doc(before)
        step = limit
        while bound and len(found) < limit:
            ids, bound = self._part(search, bound, step)
            found += ids
            step = min(step * 4, _AT_ONCE)
        return self.entries(found[:limit])

    def ids(self, search: Search, stop: Callable[[], bool]) -> array[int] | None:
        """The ids of all entries that are found, newest first; None when `stop` has answered True."""
        self._catch_up(search)
        found: array[int] = array("Q")
        bound = _END
        while bound:
            if stop():
                return None
            ids, bound = self._part(search, bound, _AT_ONCE)
            found += ids
        return found

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """The entries with these ids, in this order; those that are gone are left out."""
        rows = self._database.read(
            f"SELECT {COLUMNS} FROM history WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
        )
        known = {row[0]: row for row in rows}
        return [entry_of(known[each]) for each in ids if each in known]

    def rows_found(self, entry: int, words: str, most: int = 1000) -> list[int]:
        """The numbers of the first rows of a bulk run in which these words are found, ascending."""
        spans = self._database.read("SELECT doc, span FROM history WHERE id = ?", (entry,))
        queries = queries_for(words)
        if not spans or not queries:
            return []
        doc, span = spans[0]
        source = " UNION ".join(f"{query} AND rowid > ? AND rowid < ?" for query, _ in queries)
        parameters = [each for _, given in queries for each in (*given, doc, doc + span)]
        rows = self._database.read(f"{source} ORDER BY doc LIMIT ?", (*parameters, most))
        return [row[0] - doc for row in rows]

    def event_names(self, limit: int = 200) -> list[str]:
        """The names of the single events, the most used first."""
        rows = self._database.read(
            "SELECT name FROM (SELECT event, count(*) uses FROM history_marks WHERE is_run = 0 GROUP BY event) "
            "JOIN history_names ON id = event WHERE name != '' ORDER BY uses DESC, name LIMIT ?",
            (limit,),
        )
        return [row[0] for row in rows]

    def recent_customers(self, store: Store, most: int = 500) -> list[str]:
        """The emails that single events of this store's row went to last, each once, newest first."""
        rows = self._database.read(
            "SELECT customer FROM (SELECT entry FROM history_marks WHERE store = ? AND is_run = 0 ORDER BY doc DESC "
            "LIMIT ?) CROSS JOIN history ON id = entry ORDER BY id DESC",
            (store.id, _RECENT),
        )
        return list(dict.fromkeys(customer for (customer,) in rows if "@" in customer))[:most]

    def stores(self) -> list[StoreUse]:
        """The stores that were sent to, the most used first."""
        rows = self._database.read(
            "SELECT store_row, store_name, store_kind, uses FROM "
            "(SELECT max(entry) newest, count(*) uses FROM history_marks GROUP BY store) "
            "JOIN history ON id = newest ORDER BY uses DESC, store_row"
        )
        return [StoreUse(row, name, Kind(kind), uses) for row, name, kind, uses in rows]

    def activity(self, since_ms: int | None, until_ms: int | None, most: int = 60) -> list[Bar]:
        """How much was sent when, oldest first: at most `most` bars of the same length from the first entry in this
        time to the last, those without one too.
        """
        condition, parameters = _filters(Search(since_ms=since_ms, until_ms=until_ms))
        where = f"FROM history_marks WHERE 1{condition}"
        first, last = self._database.read(f"SELECT min(begun_ms), max(begun_ms) {where}", parameters)[0]
        if first is None:
            return []
        width = next((each for each in _WIDTHS if (last - first) // each + 2 <= most), (last - first) // (most - 1) + 1)
        start = first - first % width
        queued = "(SELECT id FROM history_names WHERE name IN ('queued', 'run-all-queued'))"
        rows = self._database.read(
            f"SELECT (begun_ms - ?) / ? at, count(*), sum(kind IN {queued}) {where} GROUP BY at",
            (start, width, *parameters),
        )
        counts = {at: (of_them, all_of_them - of_them) for at, all_of_them, of_them in rows}
        times = ((at, start + at * width) for at in range((last - start) // width + 1))
        return [Bar(time, time + width, *counts.get(at, (0, 0))) for at, time in times]

    def accepted(self, store: Store, unique_id: str) -> Entry | None:
        """The entry with which the store queued this uniqueId last, None when it never did from here.

        The built-in sandbox forgets when it ends: there only what went to the very address of `store` counts.
        """
        of_it = "base_url = ?" if store.is_built_in else "(base_url = ? OR store_row = ?)"
        parameters = (store.base_url,) if store.is_built_in else (store.base_url, store.id)
        # The index has none that are empty; SQLite uses it only where the query says so, too.
        rows = self._database.read(
            f"SELECT {COLUMNS} FROM history WHERE unique_id = ? AND unique_id != '' AND store_id = ? "
            f"AND kind = 'queued' AND {of_it} ORDER BY id DESC LIMIT 1",
            (storable(unique_id), store.store_id, *parameters),
        )
        return entry_of(rows[0]) if rows else None

    def _doc(self, entry: int) -> int:
        """The document of an entry; of one that is gone, the one behind those before it."""
        rows = self._database.read("SELECT doc FROM history WHERE id >= ? ORDER BY id LIMIT 1", (entry,))
        return rows[0][0] if rows else _END

    def _catch_up(self, search: Search) -> None:
        """What was sent a moment ago is found, too. Where the disk is full, what is in the index is found still."""
        if search.words:
            with suppress(StorageError):
                self.index_some()

    def _part(self, search: Search, before: int, most: int) -> tuple[array[int], int]:
        """Entries found whose documents come before `before`, newest first, and the document before which to look on,
        0 at the end. `most` of what is looked at: so many or fewer are found.
        """
        condition, parameters = _filters(search)
        marked = f"FROM history_marks marks WHERE doc < ?{condition}"
        if not search.words.strip():
            return self._taken(f"SELECT doc {marked}", [before, *parameters], most)
        queries = queries_for(search.words)
        if not queries:
            return array("Q"), 0
        if condition:
            return self._both(queries, condition, parameters, before, most)
        source = " UNION ".join(f"{query} AND rowid < ?" for query, _ in queries)
        bounded: list[Any] = [each for _, given in queries for each in (*given, before)]
        # The entry of a document is the last that begins with it or before. On it goes before that entry, whose other
        # documents, the rows of a run, would find it again.
        mark = "SELECT max(doc) FROM history_marks WHERE doc <= "
        rows = self._database.read(
            f"WITH found AS MATERIALIZED ({source} ORDER BY doc DESC LIMIT ?), entries AS ("
            f"SELECT DISTINCT marks.doc, entry FROM found JOIN history_marks marks ON marks.doc = ({mark}found.doc) "
            "ORDER BY marks.doc DESC) "
            "SELECT (SELECT group_concat(printf('%016x', entry), '') FROM entries), "
            f"({mark}(SELECT min(doc) FROM found)), (SELECT count(*) FROM found)",
            (*bounded, most),
        )
        text, last, count = rows[0]
        return _numbers(text), last if count == most else 0

    def _both(
        self,
        queries: Sequence[Query],
        condition: str,
        parameters: Sequence[Any],
        before: int,
        most: int,
    ) -> tuple[array[int], int]:
        """Words and a filter. Where the filter lets few through they are looked up in what the index has; else what the
        index has is looked up in the marks, but for runs, of which many rows may be found.
        """
        few = self._passing(condition, parameters, before, _FEW + 1)
        if len(few) <= _FEW:
            return self._found_in(few, queries), 0
        # One column, so that what comes in order need not be sorted.
        singles = " UNION ".join(
            f"SELECT found.doc FROM ({query} AND rowid < ?) found CROSS JOIN history_marks marks USING (doc) "
            f"WHERE is_run = 0{condition}"
            for query, _ in queries
        )
        ids, last = self._taken(singles, [each for _, words in queries for each in (*words, before, *parameters)], most)
        runs = self._passing(f"{condition} AND is_run = 1 AND doc >= ?", [*parameters, last], before, -1)
        in_runs = self._found_in(runs, queries)
        return array("Q", sorted((*ids, *in_runs), reverse=True)) if in_runs else ids, last

    def _passing(self, condition: str, parameters: Sequence[Any], before: int, most: int) -> list[tuple[int, int, int]]:
        """(entry, first document, the one behind its last) of the newest `most` that a filter lets through."""
        rows = self._database.read(
            "SELECT entry, marks.doc, marks.doc + span FROM ("
            f"SELECT entry, doc FROM history_marks WHERE doc < ?{condition} ORDER BY doc DESC LIMIT ?"
            ") marks CROSS JOIN history ON id = entry ORDER BY marks.doc DESC",
            (before, *parameters, most),
        )
        return [(entry, start, end) for entry, start, end in rows]

    def _found_in(self, entries: Sequence[tuple[int, int, int]], queries: Sequence[Query]) -> array[int]:
        """Those of the `_passing` in which is found what is looked for. The index is read once from the first of them
        to the last: to ask it about each would have it put together all that begins like a word each time.
        """
        source = " UNION ".join(f"{query} AND rowid >= ? AND rowid < ?" for query, _ in queries)
        documents: array[int] = array("Q")
        for start in range(entries[-1][1], entries[0][2], _DOCUMENTS) if entries else ():
            end = min(start + _DOCUMENTS, entries[0][2])
            bounded = [each for _, given in queries for each in (*given, start, end)]
            text = f"SELECT group_concat(printf('%016x', doc), '') FROM ({source} ORDER BY doc)"
            documents += _numbers(self._database.read(text, bounded)[0][0])
        places = ((entry, bisect_left(documents, start), end) for entry, start, end in entries)
        return array("Q", [entry for entry, at, end in places if at < len(documents) and documents[at] < end])

    def _taken(self, documents: str, parameters: Sequence[Any], most: int) -> tuple[array[int], int]:
        """The entries of these documents, the newest `most`, and the last document; 0 when there are no more."""
        rows = self._database.read(
            "SELECT group_concat(printf('%016x', entry), ''), min(doc), count(*) "
            f"FROM ({documents} ORDER BY doc DESC LIMIT ?) CROSS JOIN history_marks USING (doc)",
            (*parameters, most),
        )
        text, last, count = rows[0]
        return _numbers(text), last if count == most else 0


def _numbers(text: str | None) -> array[int]:
    """Numbers that SQLite has put together: it does not hold the interpreter lock meanwhile."""
    found = array("Q", bytes.fromhex(text or ""))
    if sys.byteorder == "little":
        found.byteswap()
    return found


def _filters(search: Search) -> tuple[str, list[Any]]:
    """The conditions on `history_marks`, each with AND before it, and their parameters."""
    conditions: list[tuple[str, Any]] = []
    if search.kinds:
        conditions.append((f"kind IN ({_NAMED} IN (SELECT value FROM json_each(?)))", json.dumps(sorted(search.kinds))))
    if search.stores:
        conditions.append(("store IN (SELECT value FROM json_each(?))", json.dumps(sorted(search.stores))))
    if search.event:
        conditions.append((f"event = ({_NAMED} = ?)", storable(search.event)))
    if search.runs is not None or search.event:
        conditions.append(("is_run = ?", bool(search.runs)))
    if search.since_ms is not None:
        conditions.append(("begun_ms >= ?", search.since_ms))
    if search.until_ms is not None:
        conditions.append(("begun_ms < ?", search.until_ms))
    return "".join(f" AND {condition}" for condition, _ in conditions), [value for _, value in conditions]
