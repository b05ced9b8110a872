"""Payload → errors: what the models refuse, in plain sentences with stable codes, and the limits the text states.

`check` is the one entry for form, preview, sandbox and command line: errors and warnings in document order.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from composer.event import advice, jsontext, repairs
from composer.event.everywhere import everywhere
from composer.event.findings import Finding, Severity
from composer.event.limits import (
    MAX_BULK_EVENTS,
    MAX_DATA_PROPERTIES,
    MAX_PAYLOAD_BYTES,
)
from composer.event.model import CustomEvent, kind
from composer.event.payload import Json, Move, Path, get, join, split
from composer.event.walk import readable, title

_IDENTIFIERS = ("id", "email", "phoneNumber")
_TO_PRIVATE = {code: code + 0x100000 for code in range(0xD800, 0xE000)}
_FROM_PRIVATE = {private: code for code, private in _TO_PRIVATE.items()}


def check(payload: Json, size: int | None = None) -> list[Finding]:
    """Everything to say about one event, in the order of the document, errors before warnings at the same place.

    `size` is the bytes of its text as sent, in UTF-8; left out, the canonical text is measured.
    """
    return in_document_order(payload, errors(payload, size) + advice.warnings(payload))


def errors(payload: Json, size: int | None = None) -> list[Finding]:
    """Where one event breaks the published contract; empty when it doesn't. `size` as for `check`."""
    found = _model_errors(payload)
    if isinstance(payload, dict):
        found += _identity_errors(payload)
        said = {(finding.code, finding.path) for finding in found}
        found += [finding for finding in _limit_errors(payload, size) if (finding.code, finding.path) not in said]
    return found


def errors_of_bulk(payload: Json) -> list[Finding]:
    """Where the body of a bulk request breaks the contract. The findings of its events have paths such as
    ``/events/3/customer/email``, and so have their fixes.
    """
    if not isinstance(payload, dict):
        return [_error("not-an-object", "", f"A bulk request must be an object with events, not {kind(payload)}.")]
    found = [
        _error(
            "unknown-field",
            join(key),
            f"“{readable(key)}” is not a field of a bulk request.",
            repairs.removed(join(key)),
        )
        for key in payload
        if key != "events"
    ]
    events = payload.get("events")
    if events is None or events == []:
        found.append(_error("no-events", "/events", "A bulk request needs at least one event."))
    elif not isinstance(events, list):
        found.append(_error("wrong-type", "/events", f"Events must be a list, not {kind(events)}."))
    else:
        if len(events) > MAX_BULK_EVENTS:
            message = f"A bulk request holds at most {MAX_BULK_EVENTS} events; these are {len(events):,}."
            found.append(_error("too-many-events", "/events", message))
        for index, event in enumerate(events):
            found += [_below(join("events", index), finding) for finding in errors(event)]
    return in_document_order(payload, found)


def in_document_order(payload: Json, findings: Iterable[Finding]) -> list[Finding]:
    """By the place of their paths in the payload; what is missing comes first in its object, errors before warnings."""
    parents: dict[str, tuple[tuple[int, ...], dict[str, int]]] = {}

    def place(path: str) -> tuple[int, ...]:
        if not path:
            return ()
        parent, _, last = path.rpartition("/")
        if parent not in parents:
            holder = get(payload, parent, None)
            keys = map(str, range(len(holder))) if isinstance(holder, list) else holder
            positions = {key: index for index, key in enumerate(keys)} if isinstance(holder, (dict, list)) else {}
            parents[parent] = (place(parent), positions)
        order, positions = parents[parent]
        return (*order, positions.get(split("/" + last)[0], -1))

    return sorted(findings, key=lambda finding: (place(finding.path), finding.severity is Severity.WARNING))


def _model_errors(payload: Json) -> list[Finding]:
    if not isinstance(payload, dict):
        return [_error("not-an-object", "", f"The event must be a JSON object, not {kind(payload)}.")]
    return [_finding(detail, payload) for detail in _refusals(payload)]


def _refusals(payload: dict[str, Json]) -> list[Any]:
    """Pydantic's details of what it refuses.

    It gives up on an object when one of the keys holds half of a surrogate pair, which the contract doesn't forbid:
    such keys are judged under a private name.
    """
    try:
        CustomEvent.model_validate(payload)
    except ValidationError as refused:
        details = refused.errors(include_url=False)
    else:
        return []
    if any(detail["type"] == "string_unicode" for detail in details):
        return [
            {**detail, "loc": tuple(str(part).translate(_FROM_PRIVATE) for part in detail["loc"])}
            for detail in _refusals(_with_private_names(payload))
        ]
    return details


def _with_private_names(payload: dict[str, Json]) -> dict[str, Json]:
    named = {key.translate(_TO_PRIVATE): value for key, value in payload.items()}
    for key in ("customer", "location", "customFields", "data"):
        if isinstance(named.get(key), dict):
            named[key] = _with_private_names(named[key])
    return named


def _finding(detail: Any, payload: Json) -> Finding:
    """Pydantic's detail of one error, renamed."""
    location: Path = detail["loc"]
    path = join(*location)
    code, context = detail["type"], detail.get("ctx", {})
    if code == "missing":
        code = "missing-event-name" if path == "/eventName" else "missing-customer"
        message = "The event needs a name." if path == "/eventName" else "The event needs a customer."
    elif code == "extra_forbidden":
        code = "unknown-field"
        hint, _ = repairs.did_you_mean(payload, path)
        message = f"“{readable(location[-1])}” is not a field of the {location[-2]}; Redo refuses it.{hint}"
    elif code in ("model_type", "dict_type"):
        code, message = "wrong-type", f"{title(path)} must be an object, not {kind(detail['input'])}."
    else:
        message = f"{title(path)} {context['predicate']}."
    return _error(code, path, message, repairs.for_error(code, payload, path))


def _identity_errors(payload: dict[str, Json]) -> list[Finding]:
    """One identifier is needed. One of a wrong type counts as given: that error is enough."""
    customer = payload.get("customer")
    if not isinstance(customer, dict):
        return []
    given = [customer.get(name) for name in _IDENTIFIERS]
    if any(value.strip() if isinstance(value, str) else value is not None for value in given):
        return []
    return [_error("missing-identity", "/customer", "The customer needs a customer ID, an email or a phone number.")]


def _limit_errors(payload: dict[str, Json], size: int | None) -> list[Finding]:
    found = []
    data = payload.get("data")
    if isinstance(data, dict) and len(data) > MAX_DATA_PROPERTIES:
        message = f"Data holds {len(data):,} properties; at most {MAX_DATA_PROPERTIES} are allowed."
        found.append(_error("too-many-properties", "/data", message))
    found += [each for each in everywhere(payload) if each.severity is Severity.ERROR]
    if size is None:
        with suppress(ValueError):  # what can't be printed can't be sent, and came from no text
            size = len(jsontext.dumps(payload).encode())
    if size is not None and size > MAX_PAYLOAD_BYTES:
        message = f"The event has {size:,} bytes; at most {MAX_PAYLOAD_BYTES:,} are allowed."
        found.append(_error("payload-too-large", "", message))
    return found


def _error(code: str, path: str, message: str, fixes: repairs.Fixes = ()) -> Finding:
    return Finding(Severity.ERROR, code, path, message, fixes)


def _below(prefix: str, finding: Finding) -> Finding:
    """The finding as one of a part of a larger payload."""
    fixes = tuple(
        fix._replace(
            edits=tuple(
                edit._replace(source=prefix + edit.source, target=prefix + edit.target)
                if isinstance(edit, Move)
                else edit._replace(pointer=prefix + edit.pointer)
                for edit in fix.edits
            )
        )
        for fix in finding.fixes
    )
    return finding._replace(path=prefix + finding.path, fixes=fixes)
