"""Who works on a run: a small file beside it on which one process has a lock.

SQLite takes the lock, because it does so on every system; the system frees it when the process dies, however it dies.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from composer.storage.database import StorageError
from composer.storage.runs.states import RunBusy
from composer.storage.stores import Store

WAIT = 0.3  # seconds: somebody who only asks whether it is held has it for a moment


@contextmanager
def holding(path: Path, busy: str) -> Iterator[None]:
    """Have the lock at `path` until the end of the block. Raises RunBusy with the sentence `busy`, or StorageError."""
    with closing(_opened(path, WAIT)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if _is_busy(error):
                raise RunBusy(busy) from None
            raise _explained(path, error) from error
        yield


def is_held(path: Path) -> bool:
    """Whether somebody, in this process or another, has the lock at `path` now. Raises StorageError."""
    if not path.exists():
        return False
    with closing(_opened(path, 0)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if _is_busy(error):
                return True
            raise _explained(path, error) from error
    return False


def store_lock(folder: Path, store: Store) -> Path:
    """The lock of a store: of the place events go to, whatever it is called here."""
    from hashlib import sha256

    place = f"{store.base_url.rstrip('/').lower()}\n{store.store_id}"
    return folder / f"store-{sha256(place.encode()).hexdigest()[:16]}.lock"


def _opened(path: Path, wait: float) -> sqlite3.Connection:
    try:
        with suppress(FileExistsError):  # which is left alone: closing it here would free a lock this process has on it
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        return sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise _explained(path, error) from error


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _explained(path: Path, error: Exception) -> StorageError:
    return StorageError(f"The file {path} can't be used ({error}). Check its folder and the permissions.")
