"""The data file: made for its owner alone, migrated, shared, and never harmed by a machine in trouble."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from composer.storage import database as module
from composer.storage.database import Database, StorageError
from composer.storage.drafts import Drafts
from composer.storage.migrations import MIGRATIONS
from composer.storage.settings import Settings
from composer.storage.stores import Stores


def user_version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    finally:
        connection.close()
    return version


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_file_and_folder_are_the_owners_alone(database: Database) -> None:
    Settings(database).put("theme", "dark")
    files = list(database.path.parent.iterdir())
    assert {file.name for file in files} == {"composer.db", "composer.db-wal", "composer.db-shm"}
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3
    assert stat.S_IMODE(database.path.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_file_that_others_could_read_is_closed_to_them(database: Database, path: Path) -> None:
    database.close()
    path.chmod(0o644)
    Database(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_commit_reaches_the_disk(database: Database) -> None:
    pragmas = {name: database.read(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_an_older_file_is_migrated_and_keeps_what_it_had(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Settings(database).put("theme", "dark")
    database.close()
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE fresh (a)", "INSERT INTO fresh VALUES (1)")))
    newer = Database(path)
    assert newer.read("SELECT a FROM fresh") == [(1,)]
    assert Settings(newer).get("theme") == "dark"
    newer.close()
    assert user_version(path) == len(MIGRATIONS) + 1


def test_a_migration_that_fails_changes_nothing(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.close()
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE fresh (a)", "this is a bug")))
    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        Database(path)
    monkeypatch.undo()
    again = Database(path)
    assert again.read("SELECT name FROM sqlite_master WHERE name = 'fresh'") == []
    again.close()


def refused(path: Path) -> str:
    with pytest.raises(StorageError) as error:
        Database(path)
    assert str(path) in str(error.value)
    return str(error.value)


def test_a_newer_file_is_refused_and_left_alone(database: Database, path: Path) -> None:
    database.write(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()
    before = path.read_bytes()
    assert "newer version of Event Composer. Update Event Composer" in refused(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is a text file\n" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert "is damaged or is not a file of Event Composer. Put a backup" in refused(path)
    assert path.read_bytes() == content


def test_damage_in_the_middle_is_told_when_it_is_met(database: Database, path: Path) -> None:
    Drafts(database).save("big", "x" * 200_000)
    database.close()
    content = bytearray(path.read_bytes())
    half = len(content) - 100_000  # the list of tables, at the beginning, stays
    content[half:] = os.urandom(len(content) - half)
    path.write_bytes(content)
    damaged = Database(path)
    with pytest.raises(StorageError, match="is damaged"):
        Drafts(damaged).load("big")
    damaged.close()


def test_a_folder_in_the_files_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    assert "Check the permissions of the file and its folder" in refused(path)


def test_a_file_in_the_folders_place_is_told(path: Path) -> None:
    path.parent.write_text("")
    assert "Check the folder and its permissions" in refused(path)


# Root may write anywhere, so the process steps down to nobody first.
WITHOUT_RIGHTS = """
import os, sys, pathlib
from composer.storage.database import Database, StorageError
from composer.storage.settings import Settings
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    Settings(Database(pathlib.Path(sys.argv[1]))).put("theme", "dark")
except StorageError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_read_only_file_is_told() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "composer.db"
        Database(path).close()
        path.chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", WITHOUT_RIGHTS, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)
    assert said.startswith(f"The data file {path} can't be opened for writing. Check the permissions")


def test_a_full_disk_is_told_and_loses_nothing(database: Database) -> None:
    drafts = Drafts(database)
    drafts.save("draft", "what was saved before")
    with database.transaction() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    database.read(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match=r"^The disk is full: .+composer\.db.+Free some space and try again\.$"):
        drafts.save("draft", "x" * 100_000)
    assert drafts.load("draft") == "what was saved before"
    database.read("PRAGMA max_page_count = 1000000")
    drafts.save("draft", "x" * 100_000)
    assert drafts.load("draft") == "x" * 100_000


def test_a_file_locked_by_another_program_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database.close()
    monkeypatch.setattr(module, "BUSY_TIMEOUT", 0.05)
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StorageError, match="Another program has kept"):
            Settings(database).put("theme", "dark")
    finally:
        other.close()


@pytest.mark.parametrize(
    ("sql", "bug"),
    [
        ("SELECT nonsense FROM nowhere", sqlite3.OperationalError),
        ("INSERT INTO settings (name, value) VALUES ('a', NULL)", sqlite3.IntegrityError),
        ("INSERT INTO history_requests VALUES (99, '', '')", sqlite3.IntegrityError),
    ],
)
def test_our_own_mistakes_are_not_called_a_full_disk(database: Database, sql: str, bug: type[Exception]) -> None:
    with pytest.raises(bug):
        database.write(sql)


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    def interrupted() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO settings VALUES ('a', '1')")
            raise FileNotFoundError(2, "not ours", "elsewhere")

    with pytest.raises(FileNotFoundError):
        interrupted()
    assert database.read("SELECT * FROM settings") == []


def together(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_share_it_and_lose_nothing(database: Database) -> None:
    together(lambda number: [Settings(database).put(f"{number}-{turn}", turn) for turn in range(20)] and None, 8)
    assert len(database.read("SELECT * FROM settings")) == 160


def test_reading_does_not_wait_for_writing(database: Database) -> None:
    Settings(database).put("theme", "dark")
    with database.transaction() as connection:
        connection.execute("UPDATE settings SET value = '\"light\"'")
        assert Settings(database).get("theme") == "dark"
    assert Settings(database).get("theme") == "light"


WRITER = """
import sys, pathlib
from composer.storage.database import Database
sys.stdin.readline()
database = Database(pathlib.Path(sys.argv[1]))
for turn in range(100):
    with database.transaction() as connection:
        seen = connection.execute("SELECT count(*) FROM settings").fetchone()[0]
        connection.execute("INSERT INTO settings VALUES (?, ?)", (f"{sys.argv[2]}-{turn}", str(seen)))
"""


def test_processes_that_start_at_once_share_it_and_lose_nothing(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], stdin=subprocess.PIPE)
        for name in ("one", "two", "three")
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    database = Database(path)
    seen = [value for (value,) in database.read("SELECT CAST(value AS INTEGER) FROM settings ORDER BY 1")]
    assert seen == list(range(300))
    assert [store.name for store in Stores(database).all()] == ["Sandbox"]
    database.close()


def test_a_call_after_closing_still_writes(database: Database) -> None:
    database.close()
    Settings(database).put("theme", "dark")
    assert Settings(database).get("theme") == "dark"
    assert not database.path.with_name("composer.db-wal").exists()


LIGHT = """
import sys
from composer.storage import database, drafts, history, settings, stores, secrets
print(*sorted({"pydantic", "httpx", "keyring", "dataclasses", "asyncio", "email", "ssl", "PySide6"} & set(sys.modules)))
"""


def test_what_the_first_paint_needs_loads_nothing_heavy() -> None:
    loaded = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == ""
