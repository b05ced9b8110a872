"""Mappings that were saved under a name, found again by the headers of a file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from composer.event import jsontext
from composer.event.table.mapping import Mapping, MappingError, arranged, from_json, signature, to_json
from composer.storage.database import Database


class Saved(NamedTuple):
    """A mapping with its name."""

    id: int
    name: str
    saved_ms: int
    mapping: Mapping


class Mappings:
    """The table of mappings. Every method may raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, name: str, mapping: Mapping) -> Saved:
        """Keep `mapping` under `name`, instead of any before of this name; upper and lower case make no difference.

        Raises ValueError, with a sentence, for a blank name.
        """
        name = " ".join(name.split())
        if not name or not name.isprintable():
            raise ValueError("Give the mapping a name that can be shown.")
        now = time.time_ns() // 1_000_000
        text = jsontext.dumps(to_json(mapping)).encode("utf-8", "surrogatepass")
        row = self._database.write(
            "INSERT OR REPLACE INTO mappings (name, folded_name, signature, saved_ms, mapping) VALUES (?, ?, ?, ?, ?)",
            (name, _folded(name), _signature([column.header for column in mapping.columns]), now, text),
        )
        return Saved(row, name, now, mapping)

    def find(self, headers: Sequence[str]) -> Saved | None:
        """The mapping that was saved last for these headers, with its columns in their order."""
        rows = self._database.read(f"{_SELECT} WHERE signature = ? ORDER BY id DESC", (_signature(headers),))
        found = next((saved for row in rows if (saved := _saved(row))), None)
        return found and found._replace(mapping=arranged(found.mapping, headers))

    def all(self) -> list[Saved]:
        """All mappings, by their names."""
        rows = self._database.read(f"{_SELECT} ORDER BY folded_name")
        return [saved for row in rows if (saved := _saved(row))]

    def remove(self, saved: int) -> None:
        """Forget the mapping with this `id`; nothing happens when it is gone."""
        self._database.write("DELETE FROM mappings WHERE id = ?", (saved,))


_SELECT = "SELECT id, name, saved_ms, mapping FROM mappings"


def _saved(row: tuple[int, str, int, bytes]) -> Saved | None:
    """None for one that this version can't read: the columns are mapped by hand then."""
    try:
        mapping = from_json(jsontext.parse(row[3].decode("utf-8", "surrogatepass")).payload)
    except MappingError:
        return None
    return Saved(row[0], row[1], row[2], mapping)


def _signature(headers: Sequence[str]) -> str:
    """Half surrogates can't be stored as text."""
    return signature(headers).encode("utf-8", "backslashreplace").decode()


def _folded(name: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", name).casefold()
