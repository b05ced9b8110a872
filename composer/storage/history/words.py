"""What an attempt is found by: its keys, of which any part is found, and its words, found by how they begin."""

from __future__ import annotations

from typing import Any, NamedTuple

from composer.event import jsontext
from composer.event.payload import Json
from composer.storage.history.entry import FullEntry
from composer.storage.history.log import storable

_IDENTIFIERS = ("id", "email", "phoneNumber")
_KNOWN = frozenset(  # names that are in every event find nothing
    ("eventName", "eventTimestamp", "uniqueId", "value", "valueCurrency", "customer", "data", "$extra", "customFields")
)
_KNOWN_OF_CUSTOMER = frozenset(
    ("id", "email", "phoneNumber", "firstName", "lastName", "location", "customFields", "timeZone", "language")
)
_QUEUED = 202


class Words(NamedTuple):
    """The two texts of one document. What is in `keys` is in `words`, too."""

    keys: str
    words: str


def of_event(event: Json, told: str = "") -> Words:
    """Of an event, and what was said about it: why it was rejected."""
    known: Json = event if isinstance(event, dict) else {}
    name, customer, unique_id = known.get("eventName"), known.get("customer"), known.get("uniqueId")
    identifiers = [customer.get(each) for each in _IDENTIFIERS] if isinstance(customer, dict) else []
    keys = "\n".join([each for each in (name, *identifiers, unique_id, told) if isinstance(each, str) and each])
    found = [keys]
    _collect(event, found, _KNOWN)
    return Words(_indexed(keys), _indexed("\n".join(found)))


def of_entry(full: FullEntry) -> Words:
    """Of an attempt, or of the entry of a bulk run without its rows."""
    entry, answer = full.entry, full.answer
    told = "" if answer.status == _QUEUED else "\n".join(each for each in (answer.sentence, answer.detail) if each)
    if entry.run:
        return Words(*[_indexed(f"{entry.event_name}\n{told}")] * 2)
    request, came_back = _read(full.body), _read(answer.body)
    keys, words = of_event(request, told)
    labels = f"{entry.event_name}\n{entry.customer}\n{entry.unique_id}"  # of a body that is no JSON
    found = [words, labels]
    _collect(came_back, found, frozenset())
    return Words(_indexed(f"{labels}\n{keys}"), _indexed("\n".join(found)))


def _indexed(text: str) -> str:
    """SQLite's index of parts takes a zero for the end of the text."""
    return storable(text).replace("\0", " ")


def _read(body: bytes) -> Json:
    """What a body says; its text where it is no JSON."""
    text = body.decode("utf-8", "replace")
    try:
        return jsontext.parse(text).payload if text else None
    except jsontext.JsonTextError:
        return text


def _collect(value: Any, found: list[str], known: frozenset[str]) -> None:
    """All texts and numbers in `value`, and the names of its members but those in `known`."""
    waiting = [(value, known)]
    while waiting:
        value, known = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for key, inner in value.items():
                if key not in known:
                    found.append(key)
                if isinstance(inner, str):
                    found.append(inner)
                elif inner is not None and inner is not True and inner is not False:
                    waiting.append((inner, _KNOWN_OF_CUSTOMER if key == "customer" and known is _KNOWN else _KNOWN))
        elif isinstance(value, list):
            waiting.extend((inner, _KNOWN) for inner in value)
        elif value is not None and not isinstance(value, bool):
            found.append(jsontext.scalar(value))
