"""A HAR file, or one of its entries: what a browser recorded of its requests. Only calls of events are looked at."""

from __future__ import annotations

from composer.event.pasted.taken import Pasted, PasteError, address, taken
from composer.event.payload import Json, get


def read(payload: Json) -> Pasted | None:
    """The first event that was sent in a HAR file; None when `payload` is none. Raises PasteError."""
    if not isinstance(payload, dict):
        return None
    entries = get(payload, "/log/entries")
    if isinstance(entries, list):
        calls = [entry for entry in entries if _is_call(entry)]
        if not calls:
            raise PasteError(
                f"None of the {len(entries):,} requests in this HAR file is a POST to …/events. "
                "Record the one that sends the event."
            )
        several = (f"It holds {len(calls):,} calls of events; the first was taken.",) if len(calls) > 1 else ()
        return _taken(calls[0], "a HAR file", several)
    is_entry = isinstance(get(payload, "/request/method"), str) and isinstance(get(payload, "/request/url"), str)
    return _taken(payload, "a HAR entry", ()) if is_entry else None


def _is_call(entry: Json) -> bool:
    method, url = get(entry, "/request/method"), get(entry, "/request/url")
    return isinstance(method, str) and method.upper() == "POST" and isinstance(url, str) and address(url)[2]


def _taken(entry: Json, what: str, remarks: tuple[str, ...]) -> Pasted:
    body = get(entry, "/request/postData/text")
    if not isinstance(body, str) or not body:
        raise PasteError(
            f"The request in this {what.partition(' ')[2]} has no body. Record it again, with its content."
        )
    return taken(body, what, entry["request"]["url"], remarks)
