"""Whom an event may reach: every identifier that its text could be read to hold, not only the one that wins.

An ID that wins is a real person even where the email is a test person's, and a phone number beside a test person's
email is written into that profile and may get a message. So all count, and in doubt one too many.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from composer.event.walk import readable


class Way(StrEnum):
    """The field that finds the customer."""

    ID = "id"
    EMAIL = "email"
    PHONE = "phoneNumber"


class Recipient(NamedTuple):
    """One identifier: a text without outer blanks; what is no text counts as its JSON text."""

    way: Way
    value: str


# As other readers might take them for ours: without case, blanks, dashes, dots and underscores.
_IN_CUSTOMER = {
    "id": Way.ID,
    "customerid": Way.ID,
    "email": Way.EMAIL,
    "emailaddress": Way.EMAIL,
    "phone": Way.PHONE,
    "phonenumber": Way.PHONE,
}
_AT_TOP = {name: way for name, way in _IN_CUSTOMER.items() if name != "id"} | {
    "customeremail": Way.EMAIL,
    "customeremailaddress": Way.EMAIL,
    "customerphone": Way.PHONE,
    "customerphonenumber": Way.PHONE,
}
_SEPARATORS = str.maketrans("", "", " \t_-.")


def recipients(body: bytes | str) -> list[Recipient] | None:
    """Every identifier in the event `body`, as it goes over the wire, also under a key that is there twice; in their
    order, each once. None where it can't be told: it is no JSON object, or none is in it.
    """
    try:
        text = body if isinstance(body, str) else body.decode("utf-8", "surrogatepass")
        event = _DECODER.decode(text.removeprefix("\ufeff"))
        found = dict.fromkeys(_identifiers(event)) if isinstance(event, tuple) else {}
    except (ValueError, RecursionError):
        return None
    return list(found) or None


def outside_words(outside: Sequence[str], most: int = 5) -> str:
    """The first few as they stand in a sentence: “a@shop.com, +1206…, and 12 more”."""
    named = [readable(each, 60) for each in outside[:most]]
    if len(outside) > most:
        return f"{', '.join(named)} and {len(outside) - most:,} more"
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


# An object is the tuple of its members as they are written, repeated ones too; numbers stay as they are written.
_Members = tuple[tuple[str, Any], ...]
_DECODER = json.JSONDecoder(object_pairs_hook=tuple, parse_float=str, parse_int=str)


def _identifiers(event: _Members) -> Iterator[Recipient]:
    for key, value in event:
        name = _name(key)
        if name == "customer":
            if isinstance(value, tuple):
                for inner, each in value:
                    if (way := _IN_CUSTOMER.get(_name(inner))) is not None:
                        yield from _recipient(way, each)
            else:
                yield from _recipient(Way.ID, value)
        elif (way := _AT_TOP.get(name)) is not None:
            yield from _recipient(way, value)


def _name(key: str) -> str:
    return _known_name(key) if len(key) <= _LONGEST_KNOWN else _plain_name(key)


def _plain_name(key: str) -> str:
    plain = key if key.isascii() else unicodedata.normalize("NFKC", key)
    return plain.casefold().translate(_SEPARATORS)


_LONGEST_KNOWN = 64  # characters; the keys of a run's rows are the same few
_known_name = lru_cache(1024)(_plain_name)


def _recipient(way: Way, value: Any) -> Iterator[Recipient]:
    if value is None:
        return  # as good as absent
    text = value.strip() if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)
    if text:
        yield Recipient(way, text)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return {key: _plain(each) for key, each in value}
    return [_plain(each) for each in value] if isinstance(value, list) else value
