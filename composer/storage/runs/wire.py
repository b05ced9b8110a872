"""A row's event as it goes over the wire: compact JSON, with the uniqueId filled in where it has none."""

from __future__ import annotations

import json
from enum import IntEnum

from composer.event import jsontext
from composer.event.payload import Json, Number

Kept = str | bytes  # a text in the file

_BLANK = " \t\r\n"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Identity(IntEnum):
    """What a row has for a uniqueId: nothing, one of its own, one that was filled in when it was sent, or something
    that is none (and is sent as it stands).
    """

    ABSENT = 0
    OWN = 1
    FILLED = 2
    UNFIT = 3


def identity(event: Json) -> Identity:
    """What `event` itself has."""
    if not isinstance(event, dict):
        return Identity.UNFIT
    if "uniqueId" not in event:
        return Identity.ABSENT
    own = event["uniqueId"]
    return Identity.OWN if isinstance(own, str) and own else Identity.UNFIT


def made_id(run: str, number: int) -> str:
    """The uniqueId of a row that has none: always the same, so that a row sent twice is one event."""
    return f"{run}-{number}"


def needs_literals(value: Json) -> bool:
    """Whether a number in `value` can be printed only as it was written."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return type(value) is Number
    for inner in value:  # a plain loop: a million rows pass through here
        kind = type(inner)
        if kind is not str and (kind is Number or ((kind is dict or kind is list) and needs_literals(inner))):
            return True
    return False


def text_of(event: Json, exact: bool) -> str:
    """The compact text of an event; `exact` when it needs the literals of its numbers."""
    return _exact(event) if exact else _encode(event)


def with_id(text: str, unique_id: str) -> str:
    """The text of an object with a uniqueId at its end; the rest stays as it is written."""
    body = text.rstrip(_BLANK)[:-1].rstrip(_BLANK)
    comma = "" if body.endswith("{") else ","
    return f'{body}{comma}"uniqueId":{_encode(unique_id)}}}'


def to_bytes(text: str) -> bytes:
    """UTF-8; half surrogates, which have no form in it, are written as JSON escapes."""
    return text.encode("utf-8", "backslashreplace")


def stored(text: str) -> Kept:
    """A text as it is kept. SQLite's texts can't hold half surrogates; those that do are kept as bytes."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def loaded(kept: Kept) -> str:
    """A kept text."""
    return kept if isinstance(kept, str) else kept.decode("utf-8", "surrogatepass")


def _exact(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ",".join([f"{jsontext.quote(key)}:{_exact(inner)}" for key, inner in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([_exact(inner) for inner in value]) + "]"
    return jsontext.scalar(value)
