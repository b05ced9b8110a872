"""A payload is plain JSON data that is never changed in place: every edit returns a new one that shares what stayed.

Undo, background checks and cached printing all rest on that. Paths are JSON Pointers (RFC 6901): ``/customer/email``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

Json = Any  # None, bool, int, float, str, list[Json] or dict[str, Json]
Path = tuple[str, ...]

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")  # of a list, as RFC 6901 writes it


class _Missing:
    """What `get` answers where there is no value; JSON's null is one."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Any = _Missing()


class Number(float):
    """A number whose literal a float would not print back (``12.00``, ``1e400``, ``-0``); prints as it was written."""

    __slots__ = ("literal",)
    literal: str

    def __new__(cls, literal: str) -> Number:
        """The number written as `literal`; ValueError when that is none."""
        number = super().__new__(cls, literal)
        number.literal = literal
        return number

    def __reduce__(self) -> tuple[type[Number], tuple[str]]:
        return Number, (self.literal,)


class Set(NamedTuple):
    """Put `value` at `pointer`; the place of an existing key is kept, an index past a list's end adds to the list.

    Missing objects on the way are made; a value that can't hold the rest of the path makes way for one.
    """

    pointer: str
    value: Json


class Remove(NamedTuple):
    """Take the value at `pointer` away; nothing happens when there is none."""

    pointer: str


class Move(NamedTuple):
    """Take the value at `source` to `target`. Within one object this renames the key and keeps its place."""

    source: str
    target: str


Edit = Set | Remove | Move


def split(pointer: str) -> Path:
    """``/data/a~1b`` → ``("data", "a/b")``; the empty pointer is the whole payload.

    Raises ValueError when `pointer` is neither empty nor begins with a slash.
    """
    if not pointer:
        return ()
    if pointer[0] != "/":
        raise ValueError(f"not a JSON Pointer: {pointer!r}")
    if "~" not in pointer:
        return tuple(pointer[1:].split("/"))
    return tuple([part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")])


def join(*parts: str | int) -> str:
    """``("data", "a/b")`` → ``/data/a~1b``."""
    if len(parts) == 1 and isinstance(parts[0], str) and "~" not in parts[0] and "/" not in parts[0]:
        return "/" + parts[0]  # by far the most frequent
    return "".join(["/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts])


def get(payload: Json, pointer: str, default: Json = MISSING) -> Json:
    """The value at `pointer`, or `default` when there is none."""
    value = payload
    for part in split(pointer):
        value = _child(value, part)
        if value is MISSING:
            return default
    return value


def apply(payload: Json, edits: Iterable[Edit]) -> Json:
    """`payload` with the edits made one after the other; the very same object when they change nothing."""
    for edit in edits:
        if isinstance(edit, Set):
            payload = _put(payload, split(edit.pointer), edit.value)
        elif isinstance(edit, Remove):
            payload = _put(payload, split(edit.pointer), MISSING)
        else:
            payload = _move(payload, split(edit.source), split(edit.target))
    return payload


def _child(value: Json, part: str) -> Json:
    if isinstance(value, dict):
        return value.get(part, MISSING)
    if isinstance(value, list) and _INDEX.fullmatch(part) and int(part) < len(value):
        return value[int(part)]
    return MISSING


def _put(value: Json, path: Path, new: Json) -> Json:
    if not path:
        return new
    part, rest = path[0], path[1:]
    if isinstance(value, list) and _INDEX.fullmatch(part):
        return _put_in_list(value, int(part), rest, new)
    if not isinstance(value, dict):
        if new is MISSING:
            return value
        value = {}
    before = value.get(part, MISSING)
    below = _put(before, rest, new)
    if below is before:
        return value
    if below is MISSING:
        return {key: kept for key, kept in value.items() if key != part}
    return {**value, part: below}


def _put_in_list(value: list[Json], index: int, rest: Path, new: Json) -> Json:
    before = value[index] if index < len(value) else MISSING
    below = _put(before, rest, new)
    if below is before:
        return value
    return value[:index] + ([] if below is MISSING else [below]) + value[index + 1 :]


def _move(payload: Json, source: Path, target: Path) -> Json:
    moved = get(payload, join(*source))
    if moved is MISSING or source == target:
        return payload
    parent = get(payload, join(*source[:-1]))
    if source[:-1] == target[:-1] and isinstance(parent, dict):
        old, new = source[-1], target[-1]
        renamed = {new if key == old else key: value for key, value in parent.items() if key == old or key != new}
        return _put(payload, source[:-1], renamed)
    return _put(_put(payload, source, MISSING), target, moved)
