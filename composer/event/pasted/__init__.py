"""What a person pastes, read as an event: JSON, a cURL command, a HAR file, a call in a program.

Nothing is run or opened, and no key is taken: of a request only its body and its address are looked at.
"""

from __future__ import annotations

import re

from composer.event import documents
from composer.event.jsontext import JsonTextError, parse
from composer.event.pasted import code, curl, har
from composer.event.pasted.taken import Pasted, PasteError, encodable, first_of, several, taken
from composer.event.payload import Json

__all__ = ["PasteError", "Pasted", "read"]

_EVENT = re.compile(r'"event_?[nN]ame"\s*+:')
_HAR = re.compile(r'\s*+\{\s*+"log"\s*+:\s*+\{')
_CUSTOMERS = {"eventTimestamp", "value", "valueCurrency", "uniqueId", "data"}  # what stands beside a customer


def read(text: str) -> Pasted | None:
    """The event in `text`; None when it is an ordinary text, or JSON that is no event.

    Raises PasteError when it plainly is one of the shapes that are known, and broken.
    """
    text = encodable(text.removeprefix("\ufeff"))
    if text.lstrip()[:1] in {"{", "["}:
        return _json(text)
    return curl.read(text) or code.read(text)


def _json(text: str) -> Pasted | None:
    try:
        parsed = parse(text)
    except JsonTextError:
        return _lines(text)
    recorded = har.read(parsed.payload)
    if recorded is not None:
        return recorded
    place = several(parsed.payload)
    if place is None:
        return taken(text, "an event", parsed=parsed) if _is_event(parsed.payload) else None
    events = parsed.payload["events"] if place else parsed.payload
    if not isinstance(events, list) or not events or not _is_event(events[0]):
        return None
    return taken(text, "a bulk request" if place else "a list of events", parsed=parsed)


def _lines(text: str) -> Pasted | None:
    """The first event of JSON Lines; None when what is not JSON does not even look like something that is known."""
    noun = "a HAR file" if _HAR.match(text) else "an event"
    if noun == "an event" and not _EVENT.search(text):
        return None
    try:
        events = documents.read(text.encode()).events
    except JsonTextError as error:
        raise PasteError(
            f"This looks like {noun}, but is not JSON. In line {error.line}, column {error.column}: {error.message}"
        ) from None
    if not _is_event(events[0].payload):
        return None
    return taken(events[0].text or "", "a list of events in JSON Lines", remarks=(first_of(len(events)),))


def _is_event(payload: Json) -> bool:
    """Whether JSON that stands alone is an event, and not a part of one that goes into the editor as it is."""
    if not isinstance(payload, dict):
        return False
    if "eventName" in payload or "event_name" in payload:
        return True
    if isinstance(payload.get("customer"), dict):
        return bool(payload.keys() & _CUSTOMERS)
    return isinstance(payload.get("properties"), dict) and bool(payload.keys() & {"email", "phone"})
