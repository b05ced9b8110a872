"""The event in the body of a pasted request: the first of several, in today's shape, and what is to be said about it.

Only the body and the address of a request come as far as this; what carries a key is left behind by the readers.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from composer.event import jsontext, legacy
from composer.event.jsontext import JsonTextError, Parsed, parse
from composer.event.payload import Json, join

_EVENTS = re.compile(r"(?:(.*)/stores/([^/]+)|.*)/events(?:/bulk)?/?", re.DOTALL)
_SERVER = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
_PATH = re.compile(r"[A-Za-z0-9._~!&'()*+,;=:@%/-]*")  # no variable of a shell or of Postman is one
_STORE = re.compile(r"(?!\.{1,2}\Z)[^\s/\\?#%${}<>:]+")
_LONE = re.compile("[\ud800-\udfff]")


class PasteError(ValueError):
    """It plainly is one of the shapes that `read` knows, and broken. The text is a sentence: where, and what to do."""


class Pasted(NamedTuple):
    """An event that was in a pasted text.

    `text` is its JSON, `what` says what it was taken from ("a cURL command"). `base_url` and `store_id` are from the
    address of the call, "" where it named none. `remarks` are sentences for people. `before` is "" unless the event
    was upgraded: then it is the old one, laid out as `text` is, so that the two can be compared line by line.
    """

    text: str
    what: str
    base_url: str
    store_id: str
    remarks: tuple[str, ...]
    before: str


def taken(text: str, what: str, url: str = "", remarks: tuple[str, ...] = (), parsed: Parsed | None = None) -> Pasted:
    """The event in the JSON `text`, which was found in `what` and is sent to `url`. Raises PasteError."""
    noun = what.partition(" ")[2]
    text = encodable(text)
    try:
        payload, findings = parsed or parse(text)
    except JsonTextError as error:
        raise PasteError(
            f"The body of this {noun} is not JSON. In its line {error.line}, column {error.column}: {error.message}"
        ) from None
    place = several(payload)
    if place is not None:
        events = payload if place == "" else payload["events"]
        if not isinstance(events, list) or not events:
            raise PasteError(f"The list of events in this {noun} is empty. Paste one with an event in it.")
        pointer = place + join(0)
        text, payload = _outdented(text, *jsontext.spans(text, [pointer])[pointer]), events[0]
        findings = [finding for finding in findings if finding.path.startswith(pointer + "/")]
        if len(events) > 1:
            remarks += (first_of(len(events)),)
    if not isinstance(payload, dict):
        from composer.event.model import kind

        raise PasteError(f"The body of this {noun} is {kind(payload)}. An event is an object, in braces.")
    base_url, store_id, is_events = address(url)
    if url and not is_events:
        remarks += ("Its address is not one for events (…/stores/ID/events); only the body was taken.",)
    if not legacy.is_legacy(payload):
        return Pasted(text, what, base_url, store_id, remarks, "")
    upgraded = legacy.upgrade(payload)
    remarks += ("It had the names of an older release (2.2.449) and was upgraded.", *upgraded.homeless)
    remarks += tuple(finding.message for finding in findings)  # an upgrade keeps one of two equal keys
    try:
        return Pasted(jsontext.dumps(upgraded.payload), what, base_url, store_id, remarks, jsontext.dumps(payload))
    except ValueError:
        raise PasteError(f"The event in this {noun} can't be upgraded: it would be {jsontext.TOO_DEEP}") from None


def encodable(text: str) -> str:
    """`text` with the halves of characters as JSON writes them: they have no UTF-8."""
    return _LONE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def several(payload: Json) -> str | None:
    """Where the list of several events stands: "" for a list, "/events" for a bulk request; None for anything else."""
    if isinstance(payload, list):
        return ""
    if isinstance(payload, dict) and "events" in payload and not payload.keys() & {"eventName", "customer"}:
        return "/events"
    return None


def first_of(count: int) -> str:
    """The remark that only one of `count` events was taken."""
    return f"It holds {count:,} events; the first was taken. Bulk takes all of them."


def address(url: str) -> tuple[str, str, bool]:
    """The base URL and the store's ID in the address of a call, and whether it is one that takes events.

    "" for each that is not there: variables of a shell or of Postman are none. A user and a query are left out.
    """
    try:
        scheme, server, path, _, _ = urlsplit(url)
    except ValueError:
        return "", "", False
    match = _EVENTS.fullmatch(path)
    if match is None:
        return "", "", False
    if match[2] is None:
        return "", "", True
    server = server.rpartition("@")[2]
    is_base = scheme in {"http", "https"} and _SERVER.fullmatch(server) and _PATH.fullmatch(match[1])
    store = _unquoted(match[2])
    is_store = _STORE.fullmatch(store) and store.isprintable()
    return f"{scheme}://{server}{match[1]}" if is_base else "", store if is_store else "", True


def _unquoted(store: str) -> str:
    try:
        return unquote(store, errors="strict")
    except UnicodeDecodeError:
        return ""


def _outdented(text: str, start: int, end: int) -> str:
    """The text of one value inside a larger one, moved to the left edge; no text of JSON holds a line end."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    value = text[start:end]
    return value.replace("\n" + indent, "\n") if indent else value
