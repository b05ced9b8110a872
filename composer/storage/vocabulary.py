"""What names and types were sent to each store, learnt from what a server queued; no values.

It is a memory of its own: forgetting entries of the history leaves it. It is brought up to date behind the attempts, in
the order in which they were begun, so that "the last 12 events" are the last ones.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from composer.event.payload import Json
from composer.event.vocabulary import Known, Use, Vocabulary, names_of
from composer.storage.database import Database, StorageError
from composer.storage.history.index import PAUSE, UNDER_WAY_AT_MOST

_MOST = 20_000  # names of a vocabulary
_AT_ONCE = 100  # entries of one transaction while somebody waits
_MANY = 500  # of one while nobody waits, but others may have to write meanwhile
_BYTES = 8_000_000  # of bodies in memory at once
_LESSONS = 10_000  # of one transaction, and those of one event more

_Place = tuple[int, str, str, str]  # store, event, holder, name


class RunDue(NamedTuple):
    """A bulk run of which there is more to learn: its entry, its id, and the last of its requests that was learnt."""

    entry: int
    run: str
    request: int


class _Lesson(NamedTuple):
    """The uses of one name in a row. `is_whole` says that all of them that had a type had this one."""

    uses: int
    last_ms: int
    type: str
    streak: int
    is_whole: bool


class Vocabularies:
    """The table of names. Every method may raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, store_row: int, templates: Iterable[Json] = ()) -> Vocabulary:
        """The names of a store, the last used ones, after a short look at what was sent since; then those in the events
        of `templates`, as never used. It may take a fifth of a second: call it from a thread.
        """
        with suppress(StorageError):  # what can't be learnt now is learnt another time
            self._learn_some(_AT_ONCE)
        rows = self._database.read(
            "SELECT event, holder, name, uses, last_ms, type, streak FROM vocabulary WHERE store = ? "
            "ORDER BY last_ms DESC LIMIT ?",
            (store_row, _MOST),
        )
        known = [Known(event, holder, Use(*use)) for event, holder, *use in rows]
        known += [
            Known(event, holder, Use(name, 0, 0))
            for template in templates
            for event, holder, name, _ in names_of(template)
            if "{{" not in event and "{{" not in name
        ]
        return Vocabulary(known)

    def size(self, store_row: int) -> int:
        """How many names are known of a store."""
        rows = self._database.read(
            "SELECT count(*) FROM (SELECT DISTINCT holder, name FROM vocabulary WHERE store = ?)", (store_row,)
        )
        size: int = rows[0][0]
        return size

    def forget(self, store_row: int) -> None:
        """Forget all names of a store for good. From the entries that are in the history now, and from the rows of
        their runs, nothing is learnt of it again.
        """
        with self._database.transaction() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("DELETE FROM vocabulary WHERE store = ?", (store_row,))
            connection.execute(
                "INSERT OR REPLACE INTO vocabulary_unlearnt VALUES (?, coalesce((SELECT max(id) FROM history), 0))",
                (store_row,),
            )
            connection.execute("PRAGMA secure_delete = OFF")
        self._database.checkpoint()

    def is_behind(self) -> bool:
        """Whether there is so much to learn that a process should do it."""
        waiting = self._database.read(
            "SELECT 1 FROM history WHERE id > (SELECT entry FROM vocabulary_learnt) LIMIT 1 OFFSET ?", (_AT_ONCE,)
        )
        return bool(waiting or self.runs_due())

    def learn(self, stop: Callable[[], bool]) -> None:
        """Catch up with the attempts of the history, until `stop` answers True. What may be under way still is left for
        the next time, with all that came after it. Then let go of names that are never read.
        """
        while not stop() and self._learn_some(_MANY):
            time.sleep(PAUSE)
        for (store,) in self._database.read("SELECT id FROM stores"):
            self._trim(store, stop)

    def runs_due(self) -> list[RunDue]:
        """The bulk runs that went on since their rows were learnt, see `runs.learning`."""
        rows = self._database.read(
            "SELECT entry, run, request FROM vocabulary_runs JOIN history ON id = entry WHERE is_due = 1 ORDER BY entry"
        )
        return [RunDue(*row) for row in rows]

    def learn_run(self, due: RunDue, events: Iterable[tuple[int, Json]], request: int) -> None:
        """Learn from rows of a run: (when they were sent, the event) of all that were queued after `due.request` up to
        `request`. Nothing happens when another process has learnt them meanwhile.
        """
        rows = self._database.read("SELECT store_row FROM history WHERE id = ?", (due.entry,))
        store = rows[0][0] if rows else 0
        lessons: dict[_Place, _Lesson] = {}
        for sent_ms, event in events:
            _take(lessons, store, sent_ms, event)
        with self._database.transaction() as connection:
            is_ours = connection.execute(
                "UPDATE vocabulary_runs SET request = ? WHERE entry = ? AND request = ?",
                (request, due.entry, due.request),
            ).rowcount
            forgotten = dict(connection.execute(_FORGOTTEN).fetchall())
            if is_ours and due.entry > forgotten.get(store, due.entry):
                _put(connection, lessons)

    def run_learnt(self, due: RunDue) -> None:
        """Write down that there is nothing more to learn of a run, until it goes on."""
        self._database.write(
            "UPDATE vocabulary_runs SET is_due = 0 WHERE entry = ? AND request = ?", (due.entry, due.request)
        )

    def _trim(self, store: int, stop: Callable[[], bool]) -> None:
        """Where events have properties named by chance, there is no end of names."""
        oldest = self._database.read(
            "SELECT last_ms FROM vocabulary WHERE store = ? ORDER BY last_ms DESC LIMIT 1 OFFSET ?", (store, _MOST)
        )
        while oldest and not stop():
            old = (store, oldest[0][0])
            names = self._database.read(_OLD, (*old, _LESSONS))
            if not names:
                break
            with self._database.transaction() as connection:
                connection.executemany(_DELETE, [(*old, *each) for each in names])
            time.sleep(PAUSE)

    def _learn_some(self, most: int) -> bool:
        """Learn from the next entries; whether there may be more. They are read before the transaction, so that nobody
        has to wait meanwhile.
        """
        ((learnt,),) = self._database.read(_LEARNT)
        forgotten = self._database.read(_FORGOTTEN)
        entries = self._entries(learnt, most)
        if not entries:
            return False
        lessons: dict[_Place, _Lesson] = {}
        after = dict(forgotten)
        bodies = self._bodies([each for each in entries if each.id > after.get(each.store, each.id)])
        last = learnt
        for each in entries:
            if len(lessons) >= _LESSONS:
                break
            last = each.id
            if each.id in bodies:
                _take(lessons, each.store, each.begun_ms, _payload(bodies[each.id]))
        with self._database.transaction() as connection:
            is_as_before = connection.execute(_LEARNT).fetchone() == (learnt,)
            if is_as_before and connection.execute(_FORGOTTEN).fetchall() == forgotten:
                connection.execute("UPDATE vocabulary_learnt SET entry = ?", (last,))
                _put(connection, lessons)
        return True

    def _entries(self, learnt: int, most: int) -> list[_Entry]:
        """The next entries, before any that may be under way still, and no more than fit into memory."""
        now = time.time_ns() // 1_000_000
        found: list[_Entry] = []
        size = 0
        for row in self._database.read(_ENTRIES, (learnt, most)):
            each = _Entry(*row)
            # One that was begun later than now was begun before the clock was set back.
            if each.is_open and now - UNDER_WAY_AT_MOST < each.begun_ms <= now:
                break
            size += each.size
            if found and size > _BYTES:
                break
            found.append(each)
        return found

    def _bodies(self, entries: list[_Entry]) -> dict[int, bytes]:
        """What was sent, by the entry, where a server queued it. A run has none of its own."""
        ids = json.dumps([each.id for each in entries if each.is_queued])
        return dict(
            self._database.read(
                "SELECT id, body FROM history_requests WHERE id IN (SELECT value FROM json_each(?))", (ids,)
            )
        )


class _Entry(NamedTuple):
    """What has to be known of an entry before its body is read; `size` is that of the body in bytes."""

    id: int
    begun_ms: int
    store: int
    is_open: int
    is_queued: int
    size: int


_LEARNT = "SELECT entry FROM vocabulary_learnt"
# Of each store there is, the last entry from which nothing is learnt.
_FORGOTTEN = "SELECT id, coalesce(entry, 0) FROM stores LEFT JOIN vocabulary_unlearnt ON store = id ORDER BY id"
_ENTRIES = """
    SELECT id, begun_ms, store_row, run = '' AND finished_ms IS NULL, run = '' AND coalesce(kind, '') = 'queued',
        length(body)
    FROM history JOIN history_requests USING (id) WHERE id > ? ORDER BY id LIMIT ?
"""
_PUT = """
    INSERT INTO vocabulary (store, event, holder, name, uses, last_ms, type, streak) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (store, event, holder, name) DO UPDATE SET
        uses = uses + excluded.uses,
        last_ms = max(last_ms, excluded.last_ms),
        streak = CASE
            WHEN excluded.type = '' THEN streak
            WHEN excluded.type = type AND ? THEN streak + excluded.streak
            ELSE excluded.streak END,
        type = CASE WHEN excluded.type = '' THEN type ELSE excluded.type END
"""


_OLD = "SELECT event, holder, name FROM vocabulary WHERE store = ? AND last_ms < ? LIMIT ?"
_DELETE = "DELETE FROM vocabulary WHERE store = ? AND last_ms < ? AND event = ? AND holder = ? AND name = ?"


def _take(lessons: dict[_Place, _Lesson], store: int, sent_ms: int, payload: Json) -> None:
    """Learn from one more event."""
    for event, holder, name, kind in names_of(payload):
        place = (store, event, holder, name)
        before = lessons.get(place)
        if before is None:
            lessons[place] = _Lesson(1, sent_ms, kind, 1 if kind else 0, True)
            continue
        uses, last_ms, kind_before, streak, is_whole = before
        if kind and kind_before and kind != kind_before:
            streak, is_whole = 1, False
        elif kind:
            streak += 1
        lessons[place] = _Lesson(uses + 1, max(last_ms, sent_ms), kind or kind_before, streak, is_whole)


def _put(connection: sqlite3.Connection, lessons: dict[_Place, _Lesson]) -> None:
    connection.executemany(_PUT, [(*place, *lesson) for place, lesson in lessons.items()])


def _payload(body: bytes) -> Json:
    """None for what is no JSON, or nested too deep to be an event."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
