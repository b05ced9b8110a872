"""An event that was sent, once more: with another uniqueId, because Redo silently drops one it has accepted."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from composer.event import jsontext
from composer.event.payload import MISSING, Json, get

_PATH = "/uniqueId"


class Again(NamedTuple):
    """A text to send and what it says. `unique_id` is the new one, empty when the event has none."""

    text: str
    payload: Json
    unique_id: str


def again(text: str) -> Again:
    """`text` with a new uniqueId where it has one; everything else stays byte for byte. A text that is no JSON, or that
    has no uniqueId of text, stays as it is.
    """
    try:
        payload = jsontext.parse(text).payload
    except jsontext.JsonTextError:
        return Again(text, None, "")
    if not isinstance(payload, dict) or not isinstance(get(payload, _PATH, MISSING), str):
        return Again(text, payload, "")
    fresh = str(uuid.uuid4())
    start, end = jsontext.spans(text, [_PATH])[_PATH]
    return Again(f'{text[:start]}"{fresh}"{text[end:]}', {**payload, "uniqueId": fresh}, fresh)
