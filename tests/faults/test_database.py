"""The data file in trouble: old, newer, damaged, locked away, on a full disk, shared, killed. What was saved stays.

Every fault is a real one. Where the machine allows no mounts, a full disk is a limit that the kernel sets to the file,
and a read-only one is a folder whose modes forbid writing.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path

import pytest

from composer.event.findings import Finding, Severity
from composer.storage.database import Database, StorageError
from composer.storage.drafts import Drafts
from composer.storage.history import Answer, Attempt, History, Search
from composer.storage.migrations import MIGRATIONS
from composer.storage.settings import Settings
from composer.storage.stores import Kind, Store, Stores

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the faults are caused with what POSIX has")

SHOP = Store(7, "Shop", Kind.LIVE, "https://api.example.com/v2.2", "shop-id", "key-a")
FINDING = Finding(Severity.WARNING, "not-stored", "/data/a", "Not stored: 0.")
QUEUED = Answer("queued", "Queued (202).", "", 202, [("Content-Length", "2")], b"ok", 42)
PAGE = 4096  # bytes


def attempt(number: int | str, size: int = 0) -> Attempt:
    body = {"eventName": "Order Placed", "uniqueId": f"order-{number}", "data": {"padding": "x" * size}}
    who = f"user{number}@shop.test"
    return Attempt(SHOP, "Order Placed", who, f"order-{number}", json.dumps(body).encode(), [FINDING])


def fill(path: Path, entries: int = 20) -> None:
    """A data file as a week of work leaves it, closed."""
    with closing(Database(path)) as database:
        history = History(database)
        for number in range(entries):
            history.finish(history.begin(attempt(number, 600)), QUEUED)
        history.index_waiting(lambda: False)
        Drafts(database).save("draft", "what was typed " * 1_000)
        Settings(database).put("theme", "dark")
        Stores(database).add("Shop", Kind.LIVE, SHOP.base_url, SHOP.store_id)


def assert_filled(path: Path, entries: int = 20) -> None:
    """All of it is there, and more can be written."""
    with closing(Database(path)) as database:
        look_at_everything(database, entries)
        history = History(database)
        history.finish(history.begin(attempt("new")), QUEUED)
        assert len(history.page(Search("order-new"))) == 1
        assert database.read("PRAGMA integrity_check") == [("ok",)]


def look_at_everything(database: Database, entries: int = 20) -> None:
    history = History(database)
    page = history.page()
    assert [entry.unique_id for entry in page[::-1]][:entries] == [f"order-{number}" for number in range(entries)]
    for number, entry in enumerate(page[::-1][:entries]):
        full = history.entry(entry.id)
        assert full is not None
        assert full[1:] == (attempt(number, 600).body, [FINDING], QUEUED)
    assert history.count() == len(page)
    assert [entry.unique_id for entry in history.page(Search("rder-13"))] == ["order-13"]
    assert Drafts(database).load("draft") == "what was typed " * 1_000
    assert Settings(database).get("theme") == "dark"
    assert [store.name for store in Stores(database).all()] == ["Sandbox", "Shop"]


def refused(path: Path) -> str:
    """The sentence with which the file is refused; not a byte of it has changed then."""
    before = contents(path.parent)
    with pytest.raises(StorageError) as error, closing(Database(path)):
        pass
    assert contents(path.parent) == before
    assert str(path) in str(error.value)
    return str(error.value)


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def ran(script: str, *arguments: object, within: tuple[str, ...] = ()) -> str:
    """What a program says that is run on its own."""
    command = [*within, sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# older and newer


def older(path: Path, version: int) -> None:
    """A file as the release with so many steps left it, with rows in all the tables it had."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        if not version:
            return
        connection.execute("BEGIN")
        connection.execute("INSERT INTO stores VALUES (NULL, 'key-a', 'Shop', 'shop', 'live', 'https://a.test', 'id')")
        connection.execute("INSERT INTO drafts VALUES ('draft', ?)", (b"what was typed",))
        connection.execute("""INSERT INTO settings VALUES ('theme', '"dark"')""")
        for number in range(1, 301):
            sent = attempt(number)
            row = {
                "id": number,
                "begun_ms": 1_700_000_000_000 + number,
                "store_row": 2,
                "store_name": "Shop",
                "store_kind": "live",
                "base_url": "https://a.test",
                "store_id": "id",
                "event_name": sent.event_name,
                "customer": sent.customer,
                "unique_id": sent.unique_id,
                "sent_anyway": 0,
            }
            if number < 300:
                row |= {"finished_ms": 1, "kind": "queued", "status": 202, "duration_ms": 42}
            if number == 5 and version >= 2:
                row |= {"run": "run-1", "kind": "run-all-queued"}
            if version >= 4:
                row["doc"] = number
            connection.execute(
                f"INSERT INTO history ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
            )
            connection.execute(
                "INSERT INTO history_requests VALUES (?, ?, ?)",
                (number, json.dumps([tuple(FINDING[:4])]), sent.body),
            )
            if number < 300:
                connection.execute(
                    "INSERT INTO history_answers VALUES (?, 'Queued (202).', '', '[]', x'6f6b')", (number,)
                )
        if version >= 3:
            connection.execute("INSERT INTO mappings VALUES (NULL, 'Orders', 'orders', 'a', 1, '{}')")
        connection.execute("COMMIT")


def assert_migrated(path: Path, version: int) -> None:
    with closing(Database(path)) as database:
        history = History(database)
        assert database.read("PRAGMA user_version") == [(len(MIGRATIONS),)]
        if version:
            assert [entry.id for entry in history.page(limit=1000)] == list(range(300, 0, -1))
            full = history.entry(42)
            assert full is not None
            assert (full.entry.unique_id, full.body, full.findings) == ("order-42", attempt(42).body, [FINDING])
            assert (full.answer.kind, full.answer.body) == ("queued", b"ok")
            assert history.count() == 300
            assert history.page(limit=1)[0].kind == "no-answer"
            history.index_waiting(lambda: False)
            assert [entry.id for entry in history.page(Search("user42@shop"))] == [42]
            assert Drafts(database).load("draft") == "what was typed"
            assert Settings(database).get("theme") == "dark"
            assert [store.name for store in Stores(database).all()] == ["Sandbox", "Shop"]
        if version >= 2:
            assert [entry.id for entry in history.page(Search(runs=True))] == [5]
        if version >= 3:
            assert database.read("SELECT name FROM mappings") == [("Orders",)]
        entry = history.begin(attempt("new"))
        assert [each.id for each in history.page(limit=1)] == [entry]


@pytest.mark.parametrize("version", range(len(MIGRATIONS) + 1))
def test_a_file_of_every_version_opens_with_all_it_had(tmp_path: Path, version: int) -> None:
    path = tmp_path / "composer.db"
    older(path, version)
    assert_migrated(path, version)


OPENS = """
import pathlib, sys
from composer.storage.database import Database
sys.stdin.readline()
Database(pathlib.Path(sys.argv[1])).close()
"""


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_two_that_open_an_older_file_at_once_migrate_it_once(tmp_path: Path, version: int) -> None:
    path = tmp_path / "composer.db"
    older(path, version)
    openers = [subprocess.Popen([sys.executable, "-c", OPENS, str(path)], stdin=subprocess.PIPE) for _ in range(2)]
    for opener in openers:
        opener.communicate(b"go\n")
    assert [opener.wait(60) for opener in openers] == [0, 0]
    assert_migrated(path, version)


KILLED_WHILE_MIGRATING = """
import os, pathlib, signal, sys
from composer.storage import database
path, version, after = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
class Deadly(tuple):
    def __iter__(self):
        for at, statement in enumerate(tuple.__iter__(self)):
            if at == after:
                os.kill(os.getpid(), signal.SIGKILL)
            yield statement
steps = database.MIGRATIONS
database.Database(path, (*steps[:version], *map(Deadly, steps[version:])))
"""


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_a_kill_in_the_middle_of_migrating_leaves_the_older_file(tmp_path: Path, version: int) -> None:
    path = tmp_path / "composer.db"
    older(path, version)
    middle = len(MIGRATIONS[version]) // 2
    command = [sys.executable, "-c", KILLED_WHILE_MIGRATING, str(path), str(version), str(middle)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert_migrated(path, version)


def test_a_newer_file_is_refused_and_waits_for_its_program(tmp_path: Path) -> None:
    path = tmp_path / "composer.db"
    fill(path)
    set_version(path, len(MIGRATIONS) + 1)
    assert "was written by a newer version of Event Composer. Update Event Composer" in refused(path)
    set_version(path, len(MIGRATIONS))
    assert_filled(path)


def set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


# damaged, or none of ours


def garbage(size: int) -> bytes:
    return random.Random(20261125).randbytes(size)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "garbage in the header": lambda whole: garbage(100) + whole[100:],
    "garbage behind the magic word": lambda whole: whole[:16] + garbage(84) + whole[100:],
    "garbage among the tables' names": lambda whole: whole.replace(b"CREATE TABLE ", b"CREATE \xff\xff\xff\xff\xff "),
    "nothing but garbage": lambda whole: garbage(len(whole)),
    "zeros": lambda whole: bytes(len(whole)),
    "cut in the first page": lambda whole: whole[:1000],
    "a text": lambda _: b"not a database at all\n" * 1000,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_refused_and_a_backup_brings_all_back(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "composer.db"
    fill(path)
    backup = path.read_bytes()
    path.write_bytes(damage(backup))
    sentence = refused(path)
    assert "is damaged or is not a file of Event Composer. Put a backup in its place, or move it away" in sentence
    path.write_bytes(backup)
    assert_filled(path)


def damaged_pages(whole: bytes) -> Iterator[bytes]:
    """The file with each of its pages overwritten in turn, and with each half of it cut off somewhere."""
    for at in range(PAGE, len(whole), PAGE):
        yield whole[:at] + garbage(PAGE) + whole[at + PAGE :]
        yield whole[:at] + bytes(PAGE) + whole[at + PAGE :]
    for at in range(PAGE, len(whole), PAGE * 5):
        yield whole[:at]
        yield whole[: at + PAGE // 2]


def test_damage_anywhere_in_the_file_is_told_or_touches_nothing_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "data" / "composer.db"
    fill(path)
    whole = path.read_bytes()
    told = []
    for content in damaged_pages(whole):
        shutil.rmtree(path.parent)
        path.parent.mkdir()
        path.write_bytes(content)
        try:
            with closing(Database(path)) as database, suppress(AssertionError):  # other letters in a text: who can tell
                look_at_everything(database)
        except StorageError as error:
            told.append(str(error))
        assert path.read_bytes() == content
    assert len(told) > 20
    assert {sentence.partition(". ")[0] for sentence in told} == {
        f"The data file {path} is damaged or is not a file of Event Composer"
    }
    path.write_bytes(whole)
    assert_filled(path)


def test_an_empty_file_is_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "composer.db"
    path.touch()
    with closing(Database(path)) as database:
        assert [store.name for store in Stores(database).all()] == ["Sandbox"]
        History(database).begin(attempt(1))
        assert History(database).count() == 1


@pytest.mark.parametrize("version", range(len(MIGRATIONS) + 1))
def test_a_file_of_another_program_is_refused_and_left_alone(tmp_path: Path, version: int) -> None:
    path = tmp_path / "composer.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.execute("INSERT INTO notes VALUES ('not yours')")
        connection.execute(f"PRAGMA user_version = {version}")
    assert "is damaged or is not a file of Event Composer. Put a backup in its place" in refused(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM notes").fetchall() == [("not yours",)]


# locked away

# Root may do anything; without its capabilities it obeys the modes of files like anybody else.
TRIES = """
import ctypes, os, pathlib, struct, sys
from composer.storage.database import Database, StorageError
from composer.storage.history import Attempt, History
from composer.storage.stores import Kind, Store
if sys.platform == "linux" and os.geteuid() == 0:
    assert ctypes.CDLL(None).capset(struct.pack("=Ii", 0x20080522, 0), bytes(24)) == 0
try:
    database = Database(pathlib.Path(sys.argv[1]))
    print(History(database).count())
    History(database).begin(Attempt(Store(1, "Shop", Kind.LIVE, "", "", ""), "Order", "ann", "", b"{}"))
    print("written")
except StorageError as error:
    print(error)
"""
READ_ONLY_DISK = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"
"""


@cache
def private() -> tuple[str, ...]:
    """What a command is put behind to have mounts of its own, which are gone with it; empty where there are none."""
    command = ("unshare", "--user", "--map-root-user", "--mount")
    try:
        subprocess.run([*command, "mount", "-t", "tmpfs", "none", "/mnt"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    return command


def test_a_read_only_file_is_told_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "composer.db"
    fill(path)
    before = path.read_bytes()
    path.chmod(0o400)
    said = ran(TRIES, path).splitlines()
    path.chmod(0o600)
    assert said[-1].startswith(f"The data file {path} can't be opened for writing. Check the permissions of the file")
    assert path.read_bytes() == before
    assert ran(TRIES, path) == "20\nwritten\n"
    assert_filled(path)


def test_a_read_only_folder_is_told_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "data" / "composer.db"
    fill(path)
    before = contents(path.parent)
    path.parent.chmod(0o500)
    said = ran(TRIES, path)
    path.parent.chmod(0o700)
    assert said.startswith(f"The data file {path} can't be opened for writing. Check the permissions of the file")
    assert contents(path.parent) == before
    assert ran(TRIES, path) == "20\nwritten\n"
    assert_filled(path)


def test_a_read_only_disk_is_told_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "data" / "composer.db"
    fill(path)
    before = contents(path.parent)
    if private():
        said = ran(TRIES, path, within=(*private(), "sh", "-c", READ_ONLY_DISK, "sh", str(path.parent)))
    else:
        path.parent.chmod(0o500)
        path.chmod(0o400)
        said = ran(TRIES, path)
        path.parent.chmod(0o700)
        path.chmod(0o600)
    assert said.startswith(f"The data file {path} can't be opened for writing. Check the permissions of the file")
    assert contents(path.parent) == before
    assert ran(TRIES, path) == "20\nwritten\n"
    assert_filled(path)


def test_a_folder_that_may_not_be_entered_is_told(tmp_path: Path) -> None:
    path = tmp_path / "data" / "composer.db"
    fill(path)
    path.parent.chmod(0o000)
    said = ran(TRIES, path)
    path.parent.chmod(0o700)
    assert said.startswith(f"The data file {path} can't be opened (Permission denied). Check the folder")
    assert ran(TRIES, path) == "20\nwritten\n"
    assert_filled(path)


def test_a_file_in_the_folders_place_is_told_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.write_text("not yours")
    with pytest.raises(StorageError, match=f"The data file {folder}/composer.db can't be opened .+ Check the folder"):
        Database(folder / "composer.db")
    assert folder.read_text() == "not yours"


# no room

FILLS_UP = """
import pathlib, resource, signal, sys
from composer.storage.database import Database, StorageError
from composer.storage.history import Answer, Attempt, History
from composer.storage.stores import Kind, Store
path, limit = pathlib.Path(sys.argv[1]), int(sys.argv[2])
history = History(Database(path))
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
store = Store(7, "Shop", Kind.LIVE, "https://a.test", "id", "key")
begun, sentences = 0, set()
for turn in range(200):
    try:
        entry = history.begin(Attempt(store, "Order", "ann", f"full-{begun}", b"x" * 20_000))
        begun += 1
        history.finish(entry, Answer("queued", "Queued (202).", "", 202))
    except StorageError as error:
        sentences.add(str(error))
print(begun)
print(*sentences, sep="\\n")
print(history.count(), len(history.page(limit=1000)))
"""
SMALL_DISK = """
mount -t tmpfs -o size=2m none "$1" && cp "$2" "$1/composer.db" || exit 1
kept=$2 && folder=$1 && shift 2
head -c 400000 /dev/zero > "$folder/filler"
"$@" || exit 1
rm "$folder/filler"
cp "$folder"/composer.db* "$(dirname "$kept")"
"""


def test_a_full_disk_is_told_and_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    path = tmp_path / "composer.db"
    fill(path)
    small = tmp_path / "small"
    small.mkdir()
    if private():
        within = (*private(), "sh", "-c", SMALL_DISK, "sh", str(small), str(path))
        assert_kept(path, small / "composer.db", ran(FILLS_UP, small / "composer.db", 0, within=within), "is full")
    else:
        assert_kept(path, path, ran(FILLS_UP, path, 1_000_000), "did not read or write")


def test_a_limit_to_the_files_size_is_told_and_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    path = tmp_path / "composer.db"
    fill(path)
    assert_kept(path, path, ran(FILLS_UP, path, 1_000_000), "did not read or write")


def assert_kept(path: Path, named: Path, said: str, how: str) -> None:
    """`path` has all that the program says it had written when there was no room any more."""
    begun, *sentences, counts = said.splitlines()
    assert 0 < int(begun) < 200
    (sentence,) = sentences
    assert sentence.startswith("The disk ")
    assert how in sentence
    assert str(named) in sentence
    assert "try again." in sentence
    assert counts == f"{20 + int(begun)} {20 + int(begun)}"
    with closing(Database(path)) as database:
        ids = [entry.unique_id for entry in History(database).page(limit=1000)]
        assert ids[:-20] == [f"full-{number}" for number in range(int(begun))][::-1]
    assert_filled(path)


MIGRATES = """
import pathlib, sys
from composer.storage.database import Database, StorageError
try:
    Database(pathlib.Path(sys.argv[1]))
    print("migrated")
except StorageError as error:
    print(error)
"""
LIMITED = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
"""


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_an_older_file_that_has_no_room_to_migrate_stays_as_it_is(tmp_path: Path, version: int) -> None:
    path = tmp_path / "composer.db"
    older(path, version)
    said = ran(LIMITED + MIGRATES, path)
    if said != "migrated\n":  # a small step fits
        assert said.startswith("The disk did not read or write the data file")
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    assert_migrated(path, version)


# shared, and killed


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in which thousands of commits need no disk: what a program does to another one is not about that."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


WINDOW = """
import pathlib, sys
from composer.storage.database import Database
from composer.storage.history import Answer, Attempt, History
from composer.storage.stores import Kind, Store
path, name = pathlib.Path(sys.argv[1]), sys.argv[2]
sys.stdin.readline()
history = History(Database(path))
store = Store(7, "Shop", Kind.LIVE, "https://a.test", "id", "key")
for number in range(500):
    body = b'{"data": {"note": "window %s number %d"}}' % (name.encode(), number)
    entry = history.begin(Attempt(store, f"Event of {name}", f"{name}{number}@shop.test", f"{name}-{number}", body))
    history.finish(entry, Answer("queued", "Queued (202).", "", 202, (), b"answer", number))
    if number % 50 == 0:
        history.index_some()
"""


def test_two_windows_that_write_at_once_lose_nothing_and_all_is_found(in_memory: Path) -> None:
    path = in_memory / "composer.db"
    names = ("one", "two")
    windows = [
        subprocess.Popen([sys.executable, "-c", WINDOW, str(path), name], stdin=subprocess.PIPE) for name in names
    ]
    for window in windows:
        assert window.stdin is not None
        window.stdin.write(b"go\n")
        window.stdin.close()
    assert [window.wait(60) for window in windows] == [0, 0]
    with closing(Database(path)) as database:
        history = History(database)
        history.index_waiting(lambda: False)
        assert history.count() == 1000
        for name in names:
            mine = history.ids(Search(event=f"Event of {name}"), lambda: False)
            assert mine is not None
            entries = history.entries(mine)
            assert [entry.unique_id for entry in entries] == [f"{name}-{number}" for number in range(499, -1, -1)]
            assert {entry.kind for entry in entries} == {"queued"}
            for number in range(0, 500, 25):
                found = history.page(Search(f"{name}{number}@shop"))
                assert [entry.unique_id for entry in found] == [f"{name}-{number}"]
                found = history.page(Search(f"window {name} number {number}"))
                assert f"{name}-{number}" in [entry.unique_id for entry in found]
        assert database.read("PRAGMA integrity_check") == [("ok",)]


KEEPS_WRITING = """
import pathlib, sys
from composer.storage.database import Database
from composer.storage.history import Answer, Attempt, History
from composer.storage.stores import Kind, Store
history = History(Database(pathlib.Path(sys.argv[1])))
store = Store(7, "Shop", Kind.LIVE, "https://a.test", "id", "key")
number = history.count()
while True:
    entry = history.begin(Attempt(store, "Order", "ann", f"order-{number}", b"x" * 3_000))
    print("begun", entry, number, flush=True)
    if number % 7 == 0:
        history.index_some()
    history.finish(entry, Answer("queued", "Queued (202).", "", 202, (), b"answer"))
    print("finished", entry, number, flush=True)
    number += 1
"""


def test_a_kill_while_writing_loses_nothing_that_was_acknowledged(in_memory: Path) -> None:
    path = in_memory / "composer.db"
    chance = random.Random(20261125)
    said: list[list[str]] = []
    for _ in range(8):
        with subprocess.Popen([sys.executable, "-c", KEEPS_WRITING, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline() for _ in range(chance.randrange(1, 60))]
            writer.kill()
            lines += writer.stdout.read().splitlines(keepends=True)
        said += [line.decode().split() for line in lines if line.endswith(b"\n")]
        with closing(Database(path)) as database:
            assert database.read("PRAGMA integrity_check") == [("ok",)]
            kept = {str(entry.id): entry for entry in History(database).page(limit=10_000)}
        for what, entry, number in said:
            assert kept[entry].unique_id == f"order-{number}"
            assert what == "begun" or kept[entry].kind == "queued"
        assert sum(entry.kind == "no-answer" for entry in kept.values()) <= 8
    with closing(Database(path)) as database:
        history = History(database)
        database.write("UPDATE history SET begun_ms = begun_ms - 100000 WHERE finished_ms IS NULL")
        history.index_waiting(lambda: False)
        ids = history.ids(Search("order"), lambda: False)
        assert ids is not None
        assert len(ids) == history.count() == len(kept)
