"""One way through everything in a payload, without recursion: for the rules that hold wherever a value stands.

Deeper than the composer's own limit of nesting nothing is visited, so no payload can exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Iterator

from composer.event.fields import BY_PATH
from composer.event.limits import MAX_DEPTH
from composer.event.payload import Json, join, split

_TITLES = {
    "": "The event",
    "/customer": "Customer",
    "/customer/location": "Location",
    "/customer/customFields": "Custom fields",
    "/data": "Data",
    "/data/$extra": "$extra",
}


def members(payload: Json) -> Iterator[tuple[str, str | int, Json]]:
    """Every member of every object and list: (pointer of its parent, key or index, value). Objects come before
    what they hold; nothing else is promised about the order.
    """
    waiting: list[tuple[str, Json, int]] = [("", payload, 0)]
    while waiting:
        pointer, parent, depth = waiting.pop()
        if isinstance(parent, dict):
            pairs: Iterator[tuple[str | int, Json]] = iter(parent.items())
        elif isinstance(parent, list):
            pairs = enumerate(parent)
        else:
            continue
        for key, value in pairs:
            yield pointer, key, value
            if isinstance(value, (dict, list)) and value and depth < MAX_DEPTH:
                waiting.append((pointer + join(key), value, depth + 1))


def title(path: str) -> str:
    """What the value at `path` is called in a sentence."""
    field = BY_PATH.get(path)
    return field.title.partition(" (")[0] if field else _TITLES.get(path) or f"“{readable(split(path)[-1])}”"


def readable(text: str, limit: int = 40) -> str:
    """`text` as it can stand in a sentence: shortened, and free of control characters and half surrogates."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return (
        shown if shown.isprintable() else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)
    )
