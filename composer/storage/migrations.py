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

# Everything in the history is found again. A document is what is found: one for an attempt, one for each row of a run
# behind the one of the run itself, all in the order of the entries. What is in these tables can be made anew.
_FOUND_AGAIN = (
    "ALTER TABLE history ADD COLUMN doc INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE history ADD COLUMN span INTEGER NOT NULL DEFAULT 1",  # how many documents, from `doc` on
    "UPDATE history SET doc = id",
    # Narrow, so that a filter on a million entries reads 30 MB; names are numbers in it.
    "CREATE TABLE history_names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    """
    CREATE TABLE history_marks (
        doc INTEGER PRIMARY KEY,
        entry INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        store INTEGER NOT NULL,
        event INTEGER NOT NULL,
        is_run INTEGER NOT NULL,
        begun_ms INTEGER NOT NULL
    )
    """,
    "CREATE INDEX history_runs ON history_marks (doc) WHERE is_run = 1",
    # Attempts that are not in the index as they are now.
    "CREATE TABLE history_waiting (entry INTEGER PRIMARY KEY)",
    # Runs: whether their rows are to be looked at again, and the last of their requests that was.
    "CREATE TABLE history_rows (entry INTEGER PRIMARY KEY, is_due INTEGER NOT NULL, request INTEGER NOT NULL)",
    # Whether words of what was forgotten may still stand in the index, which SQLite tidies up in its own time.
    "CREATE TABLE history_traces (may_be INTEGER NOT NULL)",
    "INSERT INTO history_traces VALUES (0)",
    # Any part of a key is found, at least three characters long; of a payload the beginnings of words, because parts
    # of them would take three times the room and five times as long to write. The texts lie in them, so that a
    # document can be taken out.
    "CREATE VIRTUAL TABLE history_keys USING fts5 (text, tokenize = 'trigram', columnsize = 0)",
    """
    CREATE VIRTUAL TABLE history_words USING fts5 (
        text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3 4', columnsize = 0
    )
    """,
    "CREATE INDEX history_by_unique_id ON history (unique_id, store_id) WHERE unique_id != ''",
    "INSERT OR IGNORE INTO history_names (name) SELECT event_name FROM history",
    "INSERT OR IGNORE INTO history_names (name) SELECT coalesce(kind, 'no-answer') FROM history",
    """
    INSERT INTO history_marks
    SELECT doc, history.id, kinds.id, store_row, events.id, run != '', begun_ms FROM history
    JOIN history_names kinds ON kinds.name = coalesce(kind, 'no-answer')
    JOIN history_names events ON events.name = event_name
    """,
    "INSERT INTO history_waiting SELECT id FROM history",
    """
    CREATE TRIGGER history_marked AFTER INSERT ON history
    BEGIN
        INSERT OR IGNORE INTO history_names (name) VALUES (NEW.event_name), (coalesce(NEW.kind, 'no-answer'));
        INSERT INTO history_marks
        SELECT NEW.doc, NEW.id, kinds.id, NEW.store_row, events.id, NEW.run != '', NEW.begun_ms
        FROM history_names kinds, history_names events
        WHERE kinds.name = coalesce(NEW.kind, 'no-answer') AND events.name = NEW.event_name;
        INSERT INTO history_waiting VALUES (NEW.id);
    END
    """,
    """
    CREATE TRIGGER history_told AFTER UPDATE OF kind ON history
    BEGIN
        INSERT OR IGNORE INTO history_names (name) VALUES (coalesce(NEW.kind, 'no-answer'));
        UPDATE history_marks SET kind = (SELECT id FROM history_names WHERE name = coalesce(NEW.kind, 'no-answer'))
        WHERE doc = NEW.doc;
        INSERT OR IGNORE INTO history_waiting VALUES (NEW.id);
    END
    """,
    """
    CREATE TRIGGER history_forgotten AFTER DELETE ON history
    BEGIN
        DELETE FROM history_marks WHERE doc = OLD.doc;
        DELETE FROM history_waiting WHERE entry = OLD.id;
        DELETE FROM history_rows WHERE entry = OLD.id;
        DELETE FROM history_keys WHERE rowid >= OLD.doc AND rowid < OLD.doc + OLD.span;
        DELETE FROM history_words WHERE rowid >= OLD.doc AND rowid < OLD.doc + OLD.span;
        UPDATE history_traces SET may_be = 1 WHERE may_be = 0;
    END
    """,
)

# Who may be reached without a question, for each store; `folded` is what is compared, see `people`.
_TEST_PEOPLE = (
    """
    CREATE TABLE test_people (
        store INTEGER NOT NULL,
        place INTEGER NOT NULL,
        kind TEXT NOT NULL,
        folded TEXT NOT NULL,
        shown TEXT NOT NULL,
        PRIMARY KEY (store, kind, folded)
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER test_people_forgotten AFTER DELETE ON stores
    BEGIN DELETE FROM test_people WHERE store = OLD.id; END
    """,
)

# What names and types were sent to each store, never their values, see `vocabulary`: a memory of its own, so forgetting
# an entry of the history leaves it. `vocabulary_learnt` is the last entry that was looked at, `vocabulary_runs` which
# requests of bulk runs were, `vocabulary_unlearnt` up to which entry a store's names were forgotten.
_VOCABULARY = (
    """
    CREATE TABLE vocabulary (
        store INTEGER NOT NULL,
        event TEXT NOT NULL,
        holder TEXT NOT NULL,
        name TEXT NOT NULL,
        uses INTEGER NOT NULL,
        last_ms INTEGER NOT NULL,
        type TEXT NOT NULL,
        streak INTEGER NOT NULL,
        PRIMARY KEY (store, event, holder, name)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE vocabulary_learnt (entry INTEGER NOT NULL)",
    "INSERT INTO vocabulary_learnt VALUES (0)",
    "CREATE TABLE vocabulary_runs (entry INTEGER PRIMARY KEY, is_due INTEGER NOT NULL, request INTEGER NOT NULL)",
    "INSERT INTO vocabulary_runs SELECT entry, 1, 0 FROM history_rows",
    "CREATE TABLE vocabulary_unlearnt (store INTEGER PRIMARY KEY, entry INTEGER NOT NULL)",
    """
    CREATE TRIGGER vocabulary_run_ended AFTER INSERT ON history_rows
    BEGIN INSERT INTO vocabulary_runs VALUES (NEW.entry, 1, 0) ON CONFLICT (entry) DO UPDATE SET is_due = 1; END
    """,
    """
    CREATE TRIGGER vocabulary_run_ended_again AFTER UPDATE ON history_rows WHEN NEW.is_due = 1
    BEGIN INSERT INTO vocabulary_runs VALUES (NEW.entry, 1, 0) ON CONFLICT (entry) DO UPDATE SET is_due = 1; END
    """,
    """
    CREATE TRIGGER vocabulary_run_forgotten AFTER DELETE ON history
    BEGIN DELETE FROM vocabulary_runs WHERE entry = OLD.id; END
    """,
    """
    CREATE TRIGGER vocabulary_forgotten AFTER DELETE ON stores
    BEGIN
        DELETE FROM vocabulary WHERE store = OLD.id;
        DELETE FROM vocabulary_unlearnt WHERE store = OLD.id;
    END
    """,
)

# Where the composer and the server did not agree: a report without values, see `drift`.
_DRIFT = (
    """
    CREATE TABLE drift (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        begun_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        event_name TEXT NOT NULL,
        status INTEGER NOT NULL,
        report TEXT NOT NULL,
        signature TEXT NOT NULL,
        events INTEGER NOT NULL
    )
    """,
    "CREATE INDEX drift_by_signature ON drift (signature)",
    # The last request of each bulk run that was looked at.
    "CREATE TABLE drift_runs (run TEXT PRIMARY KEY, request INTEGER NOT NULL) WITHOUT ROWID",
)

MIGRATIONS: Migrations = (
    _FIRST,
    _RUNS_IN_HISTORY,
    _MAPPINGS,
    _FOUND_AGAIN,
    _TEST_PEOPLE,
    _VOCABULARY,
    _DRIFT,
)
