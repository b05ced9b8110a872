"""The rules that hold for every value wherever it stands: the length of texts, what is no JSON, what gets lost.

What is found inside a large object is remembered by identity, because payloads are persistent: a key pressed in the
event's name must not walk through 5 MB of `$extra` again.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from composer.event import jsontext, repairs
from composer.event.fields import BY_PATH
from composer.event.findings import Finding, Fix, Severity
from composer.event.folding import utf8_length
from composer.event.limits import MAX_STRING_BYTES
from composer.event.model import is_not_json
from composer.event.payload import Json, Set, join
from composer.event.walk import members, title

OPEN = {"", "/customer", "/customer/location", "/customer/customFields", "/data"}  # walked anew each time
LARGE = 500  # values; what is smaller is walked faster than looked up
REMEMBERED = 32  # objects
_LONGEST_LITERAL = 64  # characters

_found_inside: dict[tuple[int, str], tuple[Json, tuple[Finding, ...]]] = {}
_remembering = Lock()  # checks run in threads, too


def everywhere(payload: Json) -> Iterator[Finding]:
    """Errors and warnings about single values at any depth of `payload`, in no particular order."""
    waiting = [("", payload)]
    while waiting:
        pointer, value = waiting.pop()
        if not isinstance(value, dict):
            yield from _inside(pointer, value)
            continue
        for key, inner in value.items():
            yield from _about(pointer, key, inner)
            if isinstance(inner, (dict, list)) and inner:
                below = pointer + join(key)
                if below in OPEN:
                    waiting.append((below, inner))
                else:
                    yield from _inside(below, inner)


def _inside(pointer: str, value: Json) -> tuple[Finding, ...]:
    known = _found_inside.get((id(value), pointer))
    if known is not None:
        return known[1]
    visited = 0
    found: list[Finding] = []
    for parent, key, inner in members(value):
        visited += 1
        found += _about(pointer + parent, key, inner)
    if visited > LARGE:
        with _remembering:
            if len(_found_inside) >= REMEMBERED:
                del _found_inside[next(iter(_found_inside))]
            _found_inside[id(value), pointer] = (value, tuple(found))  # the value is held, so its id stays its own
    return tuple(found)


def _about(parent: str, key: str | int, value: Json) -> Iterator[Finding]:
    if isinstance(value, str):
        if len(value) * 4 > MAX_STRING_BYTES and (length := utf8_length(value)) > MAX_STRING_BYTES:
            path = parent + join(key)
            message = f"{title(path)} has {length:,} bytes; a text may have at most {MAX_STRING_BYTES:,}."
            yield Finding(Severity.ERROR, "string-too-long", path, message)
        if not value.isascii() and _has_half_surrogate(value):
            yield _half_surrogate(parent + join(key), "This text")
    elif isinstance(value, float) and is_not_json(value):
        path = parent + join(key)
        message = f"{title(path)} is {jsontext.scalar(value)}, which is not JSON."
        yield Finding(Severity.ERROR, "wrong-type", path, message, repairs.removed(path))
    elif isinstance(value, (int, float)) and jsontext.loses_precision(value):
        yield _precision_loss(parent + join(key), value)
    if isinstance(key, str) and not key.isascii() and _has_half_surrogate(key):
        yield _half_surrogate(parent + join(key), "The key")


def _half_surrogate(path: str, what: str) -> Finding:
    message = f"{what} holds half of a surrogate pair, which is no character; servers refuse or replace it."
    return Finding(Severity.WARNING, "lone-surrogate", path, message)


def _precision_loss(path: str, value: float) -> Finding:
    literal = jsontext.scalar(value) if isinstance(value, float) or abs(value) < 10**_LONGEST_LITERAL else None
    fixes: repairs.Fixes = ()
    if literal is not None and len(literal) <= _LONGEST_LITERAL and path not in BY_PATH:
        fixes = (Fix("Keep it exactly, as text", (Set(path, literal),)),)
    message = "This number does not fit a JSON double; readers will round it."
    return Finding(Severity.WARNING, "precision-loss", path, message, fixes)


def _has_half_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
