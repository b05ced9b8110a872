"""The tables of a run's file, as the steps that lead to them; see `migrations` for how they are kept."""

# ruff: noqa: S608 - what is put into SQL are constants and numbers of ours; the rest is always a parameter

from __future__ import annotations

from composer.storage.migrations import Migrations
from composer.storage.runs.states import State

_FIRST = (
    """
    CREATE TABLE run (
        id TEXT NOT NULL,
        name BLOB NOT NULL,
        path BLOB NOT NULL,
        created_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        headers BLOB NOT NULL,
        reading BLOB NOT NULL,
        mapping BLOB NOT NULL,
        store TEXT,
        options TEXT NOT NULL,
        status TEXT NOT NULL,
        reason BLOB NOT NULL DEFAULT x'',
        entry INTEGER NOT NULL DEFAULT 0,
        requests INTEGER NOT NULL DEFAULT 0,
        retries INTEGER NOT NULL DEFAULT 0,
        limited INTEGER NOT NULL DEFAULT 0,
        seconds REAL NOT NULL DEFAULT 0,
        notes BLOB NOT NULL DEFAULT '[]'
    )
    """,
    # Narrow, apart from the texts, so that a filter on a million rows reads some 15 MB and not hundreds. `severity` is
    # told in `marks`, `identity` in `wire`; `doubt` is 1 while an attempt without an answer may have brought it there.
    """
    CREATE TABLE marks (
        number INTEGER PRIMARY KEY,
        state INTEGER NOT NULL,
        severity INTEGER NOT NULL,
        identity INTEGER NOT NULL,
        doubt INTEGER NOT NULL DEFAULT 0,
        request INTEGER NOT NULL DEFAULT 0
    )
    """,
    # BLOB, because the texts of people may hold half surrogates, see `wire`. `source` is what the file has, `problem`
    # why that can't be read, `edited` an event that takes its place, `exact` whether its numbers need their literals,
    # `said` its findings as [kind, message?, path?].
    """
    CREATE TABLE texts (
        number INTEGER PRIMARY KEY,
        source BLOB NOT NULL,
        problem BLOB,
        edited BLOB,
        exact INTEGER NOT NULL,
        said BLOB
    )
    """,
    # The groups: one for each code and path. `path` is NULL for the rest, when there are too many paths to tell apart.
    """
    CREATE TABLE kinds (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        severity TEXT NOT NULL,
        code TEXT NOT NULL,
        path BLOB,
        message BLOB NOT NULL,
        fixes BLOB NOT NULL,
        rows INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE found (
        kind INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (kind, number)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE reasons (number INTEGER PRIMARY KEY, text BLOB NOT NULL)",
    # The uniqueIds that stand in the rows themselves, as a hash; indexed when all rows are there, see `repeated`.
    "CREATE TABLE ids (number INTEGER PRIMARY KEY, hash INTEGER NOT NULL)",
    """
    CREATE TABLE requests (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        begun_ms INTEGER NOT NULL,
        attempt_of INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        numbers TEXT NOT NULL,
        kind TEXT,
        status INTEGER,
        sentence BLOB,
        duration_ms INTEGER
    )
    """,
    """
    CREATE TABLE answers (
        id INTEGER PRIMARY KEY REFERENCES requests (id),
        detail BLOB NOT NULL,
        headers BLOB NOT NULL,
        body BLOB NOT NULL
    )
    """,
    # How many rows are in each state, kept true by a trigger whatever moves a row; asking costs the same for a million.
    "CREATE TABLE counts (state INTEGER PRIMARY KEY, rows INTEGER NOT NULL)",
    *(f"INSERT INTO counts VALUES ({state.value}, 0)" for state in State),
    """
    CREATE TRIGGER moved AFTER UPDATE OF state ON marks WHEN OLD.state IS NOT NEW.state
    BEGIN
        UPDATE counts SET rows = rows - 1 WHERE state = OLD.state;
        UPDATE counts SET rows = rows + 1 WHERE state = NEW.state;
    END
    """,
)

# The values given for all rows. NULL in a run of before there were variables: its rows go out as they were checked.
_VARIABLES = ("ALTER TABLE run ADD COLUMN variables BLOB",)

# The names that the rows are held against, as they were when all rows were read, and a key that tells them apart.
_WORDS = (
    "ALTER TABLE run ADD COLUMN vocabulary TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE run ADD COLUMN words BLOB NOT NULL DEFAULT ''",
)

MIGRATIONS: Migrations = (_FIRST, _VARIABLES, _WORDS)
