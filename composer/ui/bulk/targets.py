"""Where a column may go, in the words a person reads and types: fields by their titles, properties by their names."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from composer.event.fields import BY_PATH, FIELDS
from composer.event.payload import join, split
from composer.event.table.mapping import is_target

LEAVE_OUT = "Leave out"


class _Holder(NamedTuple):
    """An object whose members have names of their own."""

    path: str
    title: str
    about: str
    kind: str


DATA = _Holder("/data", "Data", "a property of the event", "data property")
CUSTOM = _Holder("/customer/customFields", "Custom field", "kept in the profile", "custom field")
EXTRA = _Holder("/data/$extra", "$extra", "kept, but not segmented on", "in $extra")
HOLDERS = (EXTRA, DATA, CUSTOM)  # the deepest first


def title_of(path: str) -> str:
    """A target in one line: ``Email``, ``Data · Order Id``, ``Leave out``; what has no title is its dotted path."""
    if not path:
        return LEAVE_OUT
    holder, name = _held(path)
    if holder is not None:
        return f"{holder.title} · {name}"
    return BY_PATH[path].title if path in BY_PATH else ".".join(split(path))


def lines_of(path: str) -> tuple[str, str]:
    """A target in two lines: what it is called, and what it is, such as ``Email`` and ``customer.email``."""
    if not path:
        return LEAVE_OUT, ""
    holder, name = _held(path)
    if holder is not None:
        return name, holder.kind
    dotted = ".".join(split(path))
    return (BY_PATH[path].title, dotted) if path in BY_PATH else (dotted, "")


def choices(header: str) -> list[tuple[str, str]]:
    """(title, what it is) of everything a column of this name may become."""
    named = [(f"{each.title} · {_name(header)}", each.about) for each in (DATA, CUSTOM, EXTRA)]
    return [*named, (LEAVE_OUT, "the column is not sent"), *fields()]


@cache
def fields() -> tuple[tuple[str, str], ...]:
    """(title, dotted path) of the catalogue's fields."""
    return tuple((field.title, ".".join(split(field.path))) for field in FIELDS)


def path_of(typed: str) -> str:
    """What a person means by a title, a dotted path, a JSON Pointer, or any name: that is a data property then."""
    bare = " ".join(typed.split())
    if not bare or bare.casefold() == LEAVE_OUT.casefold():
        return ""
    if (known := _by_words().get(bare.casefold())) is not None:
        return known
    if is_target(bare):
        return bare
    for holder in HOLDERS:
        for start in (f"{holder.title} ·", ".".join(split(holder.path)) + "."):
            if bare.casefold().startswith(start.casefold()) and (name := bare[len(start) :].strip()):
                return _target(holder.path + join(name))
    return _target(join("data", bare))


def _target(path: str) -> str:
    """`path` if a value can go there; ``$extra`` itself holds none."""
    return path if is_target(path) else ""


def _held(path: str) -> tuple[_Holder | None, str]:
    for holder in HOLDERS:
        parts = split(path)
        depth = len(split(holder.path))
        if len(parts) == depth + 1 and path.startswith(holder.path + "/") and path != EXTRA.path:
            return holder, parts[-1]
    return None, ""


def _name(header: str) -> str:
    return " ".join(header.split()) or "Unnamed"


@cache
def _by_words() -> dict[str, str]:
    words: dict[str, str] = {}
    for field in FIELDS:
        for word in (field.title, field.name, ".".join(split(field.path)), field.path):
            words.setdefault(word.casefold(), field.path)
    return words
