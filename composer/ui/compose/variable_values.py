"""What the variables of events were given before: the value given last, and the default a store has for a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from threading import Lock
from typing import Any, NamedTuple

from composer.event import jsontext
from composer.event.payload import MISSING, Json
from composer.storage.settings import Settings

MOST_NAMES = 500  # values given last, and as many defaults; the oldest make way
LONGEST_VALUE = 10_000  # characters

_NAME = "variable-values"
_KEY_PARTS = ("secret", "token", "password", "passwd", "passphrase", "apikey", "credential", "bearer", "authorization")
_KEY_WORDS = {"key", "keys", "auth", "pwd"}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

Key = tuple[int, str]  # the row of a store, the name of a variable


class VariableValues:
    """Values by store and name. Looking up and changing are done in memory; `load` and `save` are for a thread.

    Several windows share what is kept: `save` reads it again and puts in it what changed here since.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept = _Kept({}, {}, {})
        self._changes: list[_Change] = []
        self._changing = Lock()
        self._saving = Lock()

    def load(self) -> None:
        """Read what is kept; before that nothing is known. Raises StorageError."""
        with self._saving:
            self._take(_read(self._settings.get(_NAME)), 0)

    def save(self) -> None:
        """Write what changed since the last time, if anything did. Raises StorageError; then it is still to be done."""
        with self._saving:
            with self._changing:
                changes = list(self._changes)
            if changes:
                merged: tuple[dict[Key, Json], dict[Key, Json]] = {}, {}

                def change(kept: Json) -> Json:
                    nonlocal merged
                    merged = _read(kept)
                    for each in changes:
                        _apply(each, *merged)
                    last, defaults = merged
                    return {"last": _written(last), "defaults": _written(defaults)}

                self._settings.change(_NAME, change)
                self._take(merged, len(changes))

    def value_for(self, store_row: int, name: str, template_default: Json = MISSING) -> Json:
        """What to offer for `name`, or MISSING.

        The store's default goes before the value given last for this store, then comes the template's default, then
        the value given last for any store.
        """
        kept, key = self._kept, (store_row, name)
        for known in (kept.defaults.get(key, MISSING), kept.last.get(key, MISSING), template_default):
            if known is not MISSING:
                return known
        return kept.anywhere.get(name, MISSING)

    def remember(self, store_row: int, values: Mapping[str, Json]) -> None:
        """These values were sent to the store. Of what can't be kept the value before is forgotten, too."""
        self._change(
            [
                _Change("last", (store_row, name), MISSING if why_not_kept(name, value) else value)
                for name, value in values.items()
                if value is not MISSING
            ]
        )

    def default_of(self, store_row: int, name: str) -> Json:
        """The store's default for `name`, or MISSING."""
        return self._kept.defaults.get((store_row, name), MISSING)

    def defaults(self, store_row: int) -> dict[str, Json]:
        """All defaults of the store, by name."""
        return {name: value for (row, name), value in self._kept.defaults.items() if row == store_row}

    def set_default(self, store_row: int, name: str, value: Json) -> None:
        """Have the store offer `value` first. Does nothing when it can't be kept; see `why_not_kept`."""
        if not why_not_kept(name, value):
            self._change([_Change("defaults", (store_row, name), value)])

    def drop_default(self, store_row: int, name: str) -> None:
        """Forget the store's default."""
        self._change([_Change("defaults", (store_row, name), MISSING)])

    def _change(self, changes: list[_Change]) -> None:
        with self._changing:
            self._changes += changes
            last, defaults = dict(self._kept.last), dict(self._kept.defaults)
            for change in changes:
                _apply(change, last, defaults)
            self._kept = _kept(last, defaults)

    def _take(self, read: tuple[dict[Key, Json], dict[Key, Json]], saved: int) -> None:
        """Know what is kept now, and on top of it what changed meanwhile."""
        with self._changing:
            del self._changes[:saved]
            for change in self._changes:
                _apply(change, *read)
            self._kept = _kept(*read)


def why_not_kept(name: str, value: Json) -> str:
    """Why this value is not kept for later, as a sentence; empty when it is."""
    if _looks_like_a_key(name):
        return "Its name is that of a key, and keys are not kept"
    if not _is_short(value):
        return f"It is longer than {LONGEST_VALUE:,} characters"
    return ""


class _Change(NamedTuple):
    """One value put, or taken away when it is MISSING, in the `part` "last" or "defaults"."""

    part: str
    key: Key
    value: Json


class _Kept(NamedTuple):
    """What is known. The oldest stand first; `anywhere` has the value given last for any store by name."""

    last: Mapping[Key, Json]
    defaults: Mapping[Key, Json]
    anywhere: Mapping[str, Json]


def _kept(last: dict[Key, Json], defaults: dict[Key, Json]) -> _Kept:
    return _Kept(last, defaults, {name: value for (_, name), value in last.items()})


def _apply(change: _Change, last: dict[Key, Json], defaults: dict[Key, Json]) -> None:
    part = last if change.part == "last" else defaults
    part.pop(change.key, None)
    if change.value is not MISSING:
        part[change.key] = change.value
    while len(part) > MOST_NAMES:
        del part[next(iter(part))]


def _read(kept: Json) -> tuple[dict[Key, Json], dict[Key, Json]]:
    return _entries(kept, "last"), _entries(kept, "defaults")


def _entries(kept: Json, part: str) -> dict[Key, Json]:
    rows: Any = kept.get(part, []) if isinstance(kept, dict) else []
    read: dict[Key, Json] = {}
    for each in rows if isinstance(rows, list) else ():
        try:
            row, name, text = each
            read[int(row), str(name)] = jsontext.parse(text).payload
        except (ValueError, TypeError, AttributeError):
            continue  # what another release may have kept costs only itself
    return read


def _written(part: dict[Key, Json]) -> Json:
    """Values as JSON texts, which keep the literal of a number such as 12.00."""
    return [[row, name, jsontext.dumps(value)] for (row, name), value in part.items()]


def _looks_like_a_key(name: str) -> bool:
    letters = "".join(c for c in name.casefold() if c.isalnum())
    words = {word.lower() for word in _WORD.findall(name)}
    return any(part in letters for part in _KEY_PARTS) or bool(words & _KEY_WORDS)


def _is_short(value: Json) -> bool:
    left = LONGEST_VALUE
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, (dict, list)):
            left -= len(each)
            if left < 0:
                return False
            todo += each.values() if isinstance(each, dict) else each
            left -= sum(map(len, each)) if isinstance(each, dict) else 0
        else:
            left -= len(each) if isinstance(each, str) else len(jsontext.scalar(each))
        if left < 0:
            return False
    return True
