"""A run's file: what is known of the run as a whole, and who works on it. The rows are in the classes built on this."""

# ruff: noqa: S608 - what is put into SQL are constants and numbers of ours; the rest is always a parameter

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from composer.event import jsontext
from composer.event.payload import Json
from composer.event.vocabulary import Vocabulary
from composer.storage.database import Database, StorageError
from composer.storage.runs.holding import holding, is_held, store_lock
from composer.storage.runs.marks import severity_blocks
from composer.storage.runs.states import Options, RunBusy, RunError, RunInfo, State, Status
from composer.storage.runs.tables import MIGRATIONS
from composer.storage.runs.wire import Kept, loaded, needs_literals, stored, text_of
from composer.storage.stores import Kind, Store

_CHUNK = 20_000  # numbers in one statement
_BUSY = "Another window or process works on “{}” at the moment. Wait until it has ended, or stop it there."
_STORE_BUSY = (
    "Another run sends to “{}” at the moment. Two at once would go over its limit: wait until that one has ended, "
    "or stop it."
)
_ELSEWHERE = (
    "This run has begun to send to “{}”, and what was sent stays there. To send rows to another store, export them and "
    "open that file."
)


class RunFile:
    """One run's file. Any number of processes may read it; one at a time holds it for work."""

    def __init__(self, path: Path) -> None:
        """The file has to be there. Raises StorageError."""
        self.path = path
        if not path.exists():
            raise StorageError(f"The run {path.stem} is not there any more: its file {path} was removed.")
        self._database = Database(path, MIGRATIONS)
        self._is_holding = False

    @property
    def id(self) -> str:
        """The run's id, which is the name of its file."""
        return self.path.stem

    @property
    def info(self) -> RunInfo:
        """What is known of the run, as it is in the file now. Raises StorageError."""
        rows = self._database.read(_SELECT)
        if not rows:
            raise StorageError(
                f"The file {self.path} holds no run: it is damaged, or Event Composer ended when it had just made it. "
                "Remove the run."
            )
        return _info(rows[0])

    def _info_in(self, connection: sqlite3.Connection) -> RunInfo:
        return _info(connection.execute(_SELECT).fetchone())

    def change(self, **fields: Any) -> None:
        """Write fields of `info` anew: name, store, options, status, reason, entry, seconds, reading or notes.

        Options decide which rows are held back, so rows may move. Raises RunBusy where others work on the run, RunError
        for another store after something was sent, and StorageError.
        """
        if "options" in fields:
            self._refuse_held_elsewhere()
        with self._database.transaction() as connection:
            before = self._info_in(connection)
            if "store" in fields and before.requests and not _same_store(before.store, fields["store"]):
                raise RunError(_ELSEWHERE.format(before.store.name if before.store else ""))
            for name, value in fields.items():
                # A name that is no key of _AS_STORED is our own mistake.
                connection.execute(f"UPDATE run SET {name} = ?", (_AS_STORED[name](value),))
            if "options" in fields and fields["options"].send_anyway != before.options.send_anyway:
                self._refuse_held_elsewhere()
                sent = fields["options"].send_anyway
                old, new = (State.HELD_BACK, State.WAITING) if sent else (State.WAITING, State.HELD_BACK)
                connection.execute(
                    f"UPDATE marks SET state = CASE WHEN doubt THEN ? ELSE ? END "
                    f"WHERE state = ? AND {severity_blocks(False)} AND NOT {severity_blocks(True)}",
                    (State.NO_ANSWER, new, old),
                )

    def counts(self) -> dict[State, int]:
        """How many rows are in each state; they add up to the rows of the file. Raises StorageError."""
        return {State(state): rows for state, rows in self._database.read("SELECT state, rows FROM counts")}

    @contextmanager
    def hold(self, store: Store | None = None, *, sending: bool = True) -> Iterator[None]:
        """Be the one who works on the run, until the end of the block or of the process.

        With `sending`, also the one who sends to `store`, or else to the store of the run, if it has one. Raises
        RunBusy or StorageError.
        """
        info = self.info
        store = store or info.store
        with holding(self._lock_path, _BUSY.format(info.name)):
            if sending and store is not None:
                with holding(store_lock(self.path.parent, store), _STORE_BUSY.format(store.name)):
                    yield from self._held()
            else:
                yield from self._held()

    def is_held(self) -> bool:
        """Whether somebody works on the run now. Raises StorageError."""
        return self._is_holding or is_held(self._lock_path)

    def remove(self) -> None:
        """Delete the run with all that is known of it. Raises RunBusy while others work on it, and StorageError."""
        with self._working():
            self.close()
            delete(self.path)
        with suppress(OSError):  # it can't be opened for anything but a run that is gone
            self._lock_path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close what is idle now."""
        self._database.close()

    @property
    def _lock_path(self) -> Path:
        return self.path.with_suffix(".lock")

    def _held(self) -> Iterator[None]:
        # Whoever changes a row looks for a holder while writing: once we wrote, nothing changes behind our back.
        with self._database.transaction():
            pass
        self._is_holding = True
        try:
            yield
        finally:
            self._is_holding = False

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Hold the run, unless this object does already."""
        if self._is_holding:
            yield
        else:
            with self.hold(sending=False):
                yield

    def _refuse_held_elsewhere(self) -> None:
        if not self._is_holding and is_held(self._lock_path):
            raise RunBusy(_BUSY.format(self.info.name))


def delete(path: Path) -> None:
    """Delete a run's file and what SQLite keeps beside it. Raises StorageError."""
    try:
        for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
            each.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"The run's file {error.filename} can't be deleted ({error.strerror}).") from error


def in_chunks(numbers: Iterable[int]) -> Iterator[str]:
    """Row numbers as the JSON arrays that ``json_each`` takes."""
    from itertools import islice

    each = iter(numbers)
    while chunk := list(islice(each, _CHUNK)):
        yield json.dumps(chunk)


def reopen(connection: sqlite3.Connection) -> None:
    """Rows wait again: a run that had ended has not."""
    connection.execute(
        "UPDATE run SET status = ?, reason = x'' WHERE status IN (?, ?)",
        (Status.READY, Status.FINISHED, Status.STOPPED),
    )


def dumped(value: Json) -> Kept:
    """JSON as it is kept."""
    return stored(text_of(value, needs_literals(value)))


def kept_vocabulary(vocabulary: Vocabulary) -> tuple[str, Kept]:
    """A vocabulary as a run keeps it: a key of its own, "" for an empty one, and its names."""
    if not vocabulary:
        return "", ""
    words = [[event, holder, *use] for event, holder, use in vocabulary.known()]
    return os.urandom(6).hex(), json.dumps(words)


_SELECT = (
    "SELECT id, name, path, created_ms, kind, headers, reading, mapping, store, options, status, reason, entry, "
    "(SELECT sum(rows) FROM counts), requests, retries, limited, seconds, notes, variables, vocabulary FROM run"
)


def _info(row: tuple[Any, ...]) -> RunInfo:
    raw = RunInfo(*row)
    store = json.loads(row[8]) if row[8] else None
    return raw._replace(
        name=loaded(row[1]),
        path=loaded(row[2]),
        headers=tuple(json.loads(row[5])),
        reading=json.loads(row[6]),
        mapping=jsontext.parse(loaded(row[7])).payload,
        store=Store(*store)._replace(kind=Kind(store[2])) if store else None,
        options=Options(*json.loads(row[9])),
        status=Status(row[10]),
        reason=loaded(row[11]),
        notes=tuple(json.loads(row[18])),
        variables=None if row[19] is None else jsontext.parse(loaded(row[19])).payload,
    )


def _same_store(before: Store | None, after: Store | None) -> bool:
    """The sandbox is another server each time it runs, and a store's address can be put right: the key tells."""
    return before is not None and after is not None and before.key_id == after.key_id


_AS_STORED: dict[str, Callable[[Any], Any]] = {
    "name": stored,
    "store": lambda store: None if store is None else json.dumps(store),
    "options": json.dumps,
    "status": Status,
    "reason": stored,
    "entry": int,
    "seconds": float,
    "reading": dumped,
    "notes": dumped,
}
