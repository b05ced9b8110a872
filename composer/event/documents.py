"""What a file of events holds: one event, an array, a bulk request or JSON Lines, told apart by what stands in it.

UTF-8 with or without a byte order mark. An event that stands alone keeps its text, so that it can be sent as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from composer.event.findings import Finding
from composer.event.jsontext import JsonTextError, parse
from composer.event.payload import MISSING, Json, join, split


class Event(NamedTuple):
    """One event: its payload, its own text (None inside an array), and what only the text could tell about it."""

    payload: Json
    text: str | None
    findings: list[Finding]


class Document(NamedTuple):
    """A file read. `request` is the bulk request as a whole, MISSING for other shapes; `findings` are about that."""

    events: list[Event]
    request: Json
    findings: list[Finding]


def read(data: bytes) -> Document:
    """Read a whole file. An object with `events` and neither `eventName` nor `customer` is a bulk request.

    Raises JsonTextError with line and column when it is not UTF-8 or not JSON.
    """
    text = decode(data)
    try:
        payload, findings = parse(text)
    except JsonTextError:
        lines = text.split("\n")  # not splitlines(): that also splits inside JSON strings
        if not _is_json_lines(lines):
            raise
        return Document(list(_read_lines(lines)), MISSING, [])
    if isinstance(payload, list):
        return _document(payload, (), findings)
    if isinstance(payload, dict) and "events" in payload and not payload.keys() & {"eventName", "customer"}:
        events = payload["events"]
        document = _document(events if isinstance(events, list) else [], ("events",), findings)
        return document._replace(request=payload)
    return Document([Event(payload, text, findings)], MISSING, [])


def decode(data: bytes) -> str:
    """The text of a file without its byte order mark. Raises JsonTextError where it is not UTF-8."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        column = len(before) - (before.rfind("\n") + 1) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8. Save the file as UTF-8."
        raise JsonTextError(message, before.count("\n") + 1, column) from None


def _is_json_lines(lines: list[str]) -> bool:
    """Whether the first line that is not blank is JSON by itself, and more follow."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < 2:
        return False
    try:
        parse(filled[0])
    except JsonTextError:
        return False
    return True


def _read_lines(lines: list[str]) -> Iterable[Event]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            payload, findings = parse(line)
        except JsonTextError as error:
            raise JsonTextError(error.message, number, error.column) from None
        yield Event(payload, line.strip(), findings)


def _document(payloads: list[Json], place: tuple[str, ...], findings: list[Finding]) -> Document:
    """The events that stand in an array at `place`; each finding goes to its event, with its path from there."""
    events = [Event(payload, None, []) for payload in payloads]
    rest: list[Finding] = []
    for finding in findings:
        path = split(finding.path)
        inside = path[len(place) :]
        if path[: len(place)] == place and len(inside) > 1:
            events[int(inside[0])].findings.append(finding._replace(path=join(*inside[1:])))
        else:
            rest.append(finding)
    return Document(events, MISSING, rest)
