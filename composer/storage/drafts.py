"""What was typed and not sent or saved yet, so that it comes back after a crash."""

from __future__ import annotations

from composer.storage.database import Database


class Drafts:
    """Texts by name. Any text, valid JSON or not, comes back as it was, lone surrogates too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, name: str, text: str) -> None:
        """Keep `text` as the draft `name`; it is on the disk when this returns. Raises StorageError."""
        blob = text.encode("utf-8", "surrogatepass")
        self._database.write("INSERT OR REPLACE INTO drafts (name, text) VALUES (?, ?)", (name, blob))

    def load(self, name: str) -> str | None:
        """The draft `name`, or None when there is none. Raises StorageError."""
        rows = self._database.read("SELECT text FROM drafts WHERE name = ?", (name,))
        try:
            return rows[0][0].decode("utf-8", "surrogatepass") if rows else None
        except UnicodeDecodeError:
            raise self._database.damaged() from None
