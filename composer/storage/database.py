"""An SQLite file shared by threads and processes: the one behind stores, drafts, settings and history, or a run's.

What the machine does to us (full disk, damaged file) is a `StorageError`; our own mistakes stay `sqlite3.Error`.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from composer.storage.migrations import MIGRATIONS, Migrations

FILE_NAME = "composer.db"
BUSY_TIMEOUT = 10.0  # seconds to wait for another process that is writing

_FULL = {sqlite3.SQLITE_FULL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED_OUT = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FIRST_TABLE = re.compile(r"CREATE TABLE (\w+)")
_DISK = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOLFS}


class StorageError(Exception):
    """The data can't be read or written; the text is a sentence for people that names the file and what to do."""


class Database:
    """All tables, in the file at `path`, which is made (mode 0600, its folder 0700) when it is not there.

    Usable from any thread: each call borrows a connection that nobody else uses meanwhile. An older file is migrated,
    by `migrations` where they are not those of composer.db.
    Raises StorageError when the file can't be used; nothing in it is deleted then.
    """

    def __init__(self, path: Path, migrations: Migrations | None = None) -> None:
        self.path = path
        self._migrations = MIGRATIONS if migrations is None else migrations
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        with self._explained():
            self._make_file()
            connection = self._open()
            try:
                self._migrate(connection)
                connection.execute("PRAGMA journal_mode = WAL")
            except BaseException:
                connection.close()
                raise
        self._idle.append(connection)

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of one query. Raises StorageError."""
        with self._explained(), self._borrowed() as connection:
            return connection.execute(sql, parameters).fetchall()

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement and commit it to the disk; returns the id of the row it inserted. Raises StorageError."""
        with self.transaction() as connection:
            return connection.execute(sql, parameters).lastrowid or 0

    @contextmanager
    def transaction(self, *, flush: bool = True) -> Iterator[sqlite3.Connection]:
        """All or nothing: commits to the disk at the end, rolls back on any exception. Raises StorageError.

        It holds the write lock from the start, so what is read inside is still true when it is written. Without
        `flush` the disk is not waited for: a power cut before the next `checkpoint` may damage the file.
        """
        with self._explained(), self._borrowed() as connection:
            connection.execute(f"PRAGMA synchronous = {'FULL' if flush else 'OFF'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def erasing(self) -> Iterator[sqlite3.Connection]:
        """A transaction in which what is deleted is overwritten; `checkpoint` takes it out of the side file, too."""
        with self.transaction() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            try:
                yield connection
            finally:
                connection.execute("PRAGMA secure_delete = OFF")

    def checkpoint(self) -> None:
        """Have everything in the file itself, and on the disk. Raises StorageError."""
        with self._explained(), self._borrowed() as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close what is idle now; a connection that is in use closes when its call ends."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._open()
        try:
            yield connection
        finally:
            with self._lock:
                keep = not self._closed
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    def _make_file(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.path.exists():
            # Made before SQLite sees it, so that there is no moment in which others can read; its side files follow.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        elif self.path.stat().st_mode & 0o077:
            with suppress(OSError):  # someone else's file; SQLite will say whether it can be used
                self.path.chmod(0o600)
        for beside in (self.path.with_name(self.path.name + end) for end in ("-wal", "-shm")):
            # Made while the file was read-only they are, too, and would keep it so for good.
            with suppress(OSError):
                if self.path.stat().st_mode & 0o200 and not beside.stat().st_mode & 0o200:
                    beside.chmod(0o600)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        if self._version(connection) == len(self._migrations):
            self._refuse_foreign(connection)
            return
        connection.execute("BEGIN IMMEDIATE")  # and look again: another process may have been faster
        try:
            self._refuse_foreign(connection)
            for statements in self._migrations[self._version(connection) :]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(self._migrations)}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _version(self, connection: sqlite3.Connection) -> int:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(self._migrations):
            raise StorageError(
                f"The data file {self.path} was written by a newer version of Event Composer. Update Event Composer, "
                "or start it with another data folder (EVENT_COMPOSER_HOME). The file was not changed."
            )
        return version

    def _refuse_foreign(self, connection: sqlite3.Connection) -> None:
        """Another program's file has tables, and none of ours; nothing may be made in it."""
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        first = _FIRST_TABLE.search(self._migrations[0][0])
        if (first is None or first[1] not in tables) and (tables or self._version(connection)):
            raise self.damaged()

    def damaged(self) -> StorageError:
        """The error to raise when what is read from the file can't be what was written. Nothing was deleted."""
        return StorageError(
            f"The data file {self.path} is damaged or is not a file of Event Composer. "
            "Put a backup in its place, or move it away to start with an empty one. Nothing in it was deleted."
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            sentence = self._sentence(error)
            if sentence is None:
                raise
            raise StorageError(sentence) from error
        except UnicodeDecodeError as error:  # even the names in SQLite's own message can be garbage
            raise self.damaged() from error
        except OSError as error:
            if error.filename is None or Path(error.filename) not in (self.path, *self.path.parents):
                raise  # from the code inside a transaction, not from the file
            raise StorageError(
                f"The data file {self.path} can't be opened ({error.strerror}). "
                "Check the folder and its permissions, or choose another with EVENT_COMPOSER_HOME."
            ) from error

    def _sentence(self, error: sqlite3.Error) -> str | None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the family, the rest its detail
        if code in _FULL or (code in _DISK and self._disk_is_full()):
            return (
                f"The disk is full: nothing more can be written to {self.path}. "
                "What was saved before is safe. Free some space and try again."
            )
        if code in _DAMAGED or str(error).startswith("Could not decode to UTF-8"):  # Python's own, without a code
            return str(self.damaged())
        if code in _LOCKED_OUT:
            return (
                f"The data file {self.path} can't be opened for writing. "
                "Check the permissions of the file and its folder, or choose another with EVENT_COMPOSER_HOME."
            )
        if code in _BUSY:
            return (
                f"Another program has kept the data file {self.path} locked for more than "
                f"{BUSY_TIMEOUT:.0f} seconds. Close the other program and try again."
            )
        if code in _DISK:
            return (
                f"The disk did not read or write the data file {self.path} ({error}). "
                "Check the disk, then try again. Nothing was deleted."
            )
        return None

    def _disk_is_full(self) -> bool:
        import shutil

        try:
            return shutil.disk_usage(self.path.parent).free < 1_000_000
        except OSError:
            return False
