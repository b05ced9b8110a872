"""Where in a payload something stands that resolving has to do with. Large parts are remembered by identity.

Payloads are persistent: a key pressed in the event's name must not look through 5 MB of `$extra` again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Lock
from typing import Any

from composer.event.limits import MAX_DEPTH
from composer.event.payload import Json, join
from composer.event.variables.syntax import stands_in

# A text in which something stands, or for each such member of an object or list its key or index and what is below.
Spots = str | tuple[tuple[str | int, Any], ...]

LARGE = 64  # of what takes more work than this to look through, the outcome is remembered
REMEMBERED = 400_000  # work
_CHARACTERS = 64  # that are looked through in the time of one value
_LONGEST_KEPT = 2000  # characters
_HOLDING = frozenset((str, dict, list))


class Memory:
    """What was found in large values, each held so that its id stays its own: those used of late, and some before."""

    def __init__(self) -> None:
        self._used: dict[int, tuple[Json, Spots | None, int]] = {}
        self._before: dict[int, tuple[Json, Spots | None, int]] = {}
        self._work = 0
        self._changing = Lock()  # events are resolved in threads, too

    def get(self, value: Json) -> tuple[Json, Spots | None, int] | None:
        """(the value, what was found in it, the work that took), or None."""
        known = self._used.get(id(value))
        if known is None:
            known = self._before.get(id(value))
            if known is not None:
                self.put(*known)
        return known

    def put(self, value: Json, found: Spots | None, work: int) -> None:
        """Remember it."""
        with self._changing:
            if self._work + work > REMEMBERED:
                self._before, self._used, self._work = self._used, {}, 0
            if id(value) not in self._used:
                self._work += work
                self._used[id(value)] = (value, found, work)

    def __len__(self) -> int:
        return len(self._used) + len(self._before)


_memory = Memory()


def spots(payload: Json) -> Spots | None:
    """Where something stands in `payload`, in the order of the document; None when nothing does."""
    if isinstance(payload, str):
        return _in_text(payload)[0]
    return _below(payload, MAX_DEPTH)[0] if isinstance(payload, (dict, list)) else None


def changed(value: Json, found: Spots, change: Callable[[str, str], Json], pointer: str = "") -> Json:
    """`value` with `change(text, pointer)` in place of each text found; what stayed is shared, or is `value` itself."""
    if isinstance(found, str):
        return change(found, pointer)
    copy: Any = None
    for key, below in found:
        before = value[key]
        after = changed(before, below, change, pointer + join(key))
        if after is not before:
            if copy is None:
                copy = value.copy()
            copy[key] = after
    return value if copy is None else copy


def texts(found: Spots | None) -> list[str]:
    """The texts in which something stands, in order."""
    if found is None:
        return []
    return [found] if isinstance(found, str) else [text for _, below in found for text in texts(below)]


def _below(parent: dict[str, Json] | list[Json], depth: int) -> tuple[Spots | None, int]:
    """What was found, and the work it takes to say so again."""
    known = _memory.get(parent)
    if known is not None:
        return known[1], 1
    work = len(parent)
    found: list[tuple[str | int, Spots]] = []
    members: Iterable[tuple[str | int, Json]] = parent.items() if isinstance(parent, dict) else enumerate(parent)
    if work > LARGE and _HOLDING.isdisjoint(map(type, parent.values() if isinstance(parent, dict) else parent)):
        members = ()  # long lists of numbers are passed over much faster this way
    for key, value in members:
        if isinstance(value, str):
            if len(value) > _LONGEST_KEPT:
                there, more = _in_text(value)
                work += more
            elif "{{" in value:
                there = _in_text(value)[0]
            else:
                continue
        elif isinstance(value, (dict, list)) and value and depth > 1:
            there, more = _below(value, depth - 1)
            work += more
        else:
            continue
        if there is not None:
            found.append((key, there))
    spot = tuple(found) or None
    if work > LARGE:
        _memory.put(parent, spot, work)
        return spot, 1
    return spot, work


def _in_text(text: str) -> tuple[Spots | None, int]:
    if len(text) <= _LONGEST_KEPT:
        return (text if "{{" in text and _stands_in(text) else None), 0
    known = _memory.get(text)
    if known is not None:
        return known[1], 1
    work = len(text) // _CHARACTERS
    found = text if stands_in(text) else None
    if work <= LARGE and found is None:
        return found, work
    _memory.put(text, found, work)
    return found, 1


_stands_in = lru_cache(maxsize=4096)(stands_in)
