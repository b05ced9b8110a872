"""Small things to remember between two starts: the theme, the current store, the window's place."""

from __future__ import annotations

import json
from collections.abc import Callable

from composer.event.payload import Json
from composer.storage.database import Database


class Settings:
    """JSON values by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, default: Json = None) -> Json:
        """The value kept as `name`, or `default` when there is none. Raises StorageError."""
        rows = self._database.read("SELECT value FROM settings WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else default

    def put(self, name: str, value: Json) -> None:
        """Keep `value` as `name`. Raises StorageError, and TypeError when it is not JSON."""
        text = json.dumps(value)
        self._database.write("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, text))

    def change(self, name: str, change: Callable[[Json], Json]) -> None:
        """Keep what `change` makes of the value kept as `name`, None when there is none; nobody else writes meanwhile.
        Raises StorageError.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
            text = json.dumps(change(json.loads(row[0]) if row else None))
            connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, text))
