"""The tables, as the steps that lead to them; a file's `user_version` counts the steps it has seen.

A step that was released is never edited: a change is a new step at the end.
"""

from __future__ import annotations

Migrations = tuple[tuple[str, ...], ...]

SANDBOX_KEY_ID = "sandbox"  # marks the built-in store; every other store gets a random one
SANDBOX_STORE_ID = "5a4db0c50000000000000001"  # the store the app's own sandbox store points at

_FIRST = (
    # AUTOINCREMENT everywhere something else remembers an id: a new row never takes the id of a deleted one.
    """
    CREATE TABLE stores (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key_id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        folded_name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        base_url TEXT NOT NULL,
        store_id TEXT NOT NULL
    )
    """,
    f"""
    INSERT INTO stores (key_id, name, folded_name, kind, base_url, store_id)
    VALUES ('{SANDBOX_KEY_ID}', 'Sandbox', 'sandbox', 'sandbox', '', '{SANDBOX_STORE_ID}')
    """,  # noqa: S608 - the only value put in is the constant above
    # Bytes, because text typed by people may hold lone surrogates, which SQLite's text can't.
    "CREATE TABLE drafts (name TEXT PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # Bodies lie in tables of their own, so that a page of the list reads and an answer writes only small rows.
    """
    CREATE TABLE history (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        begun_ms INTEGER NOT NULL,
        store_row INTEGER NOT NULL,
        store_name TEXT NOT NULL,
        store_kind TEXT NOT NULL,
        base_url TEXT NOT NULL,
        store_id TEXT NOT NULL,
        event_name TEXT NOT NULL,
        customer TEXT NOT NULL,
        unique_id TEXT NOT NULL,
        sent_anyway INTEGER NOT NULL,
        finished_ms INTEGER,
        kind TEXT,
        status INTEGER,
        duration_ms INTEGER
    )
    """,
    """
    CREATE TABLE history_requests (
        id INTEGER PRIMARY KEY REFERENCES history (id) ON DELETE CASCADE,
        findings TEXT NOT NULL,
        body BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE history_answers (
        id INTEGER PRIMARY KEY REFERENCES history (id) ON DELETE CASCADE,
        sentence TEXT NOT NULL,
        detail TEXT NOT NULL,
        headers TEXT NOT NULL,
        body BLOB NOT NULL
    )
    """,
    # Counting a million rows takes half a second; keeping the count costs nothing.
    "CREATE TABLE history_count (value INTEGER NOT NULL)",
    "INSERT INTO history_count VALUES (0)",
    """
    CREATE TRIGGER history_added AFTER INSERT ON history
    BEGIN UPDATE history_count SET value = value + 1; END
    """,
    """
    CREATE TRIGGER history_removed AFTER DELETE ON history
    BEGIN UPDATE history_count SET value = value - 1; END
    """,
)

# A bulk run is one entry; what it sent lies in a file of its own.
_RUNS_IN_HISTORY = ("ALTER TABLE history ADD COLUMN run TEXT NOT NULL DEFAULT ''",)

# What becomes of the columns of a file, found again by its headers.
_MAPPINGS = (
    """
    CREATE TABLE mappings (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        folded_name TEXT NOT NULL UNIQUE,
        signature TEXT NOT NULL,
        saved_ms INTEGER NOT NULL,
        mapping BLOB NOT NULL
    )
    """,
    "CREATE INDEX mappings_by_signature ON mappings (signature)",
)

MIGRATIONS: Migrations = (_FIRST, _RUNS_IN_HISTORY, _MAPPINGS)
