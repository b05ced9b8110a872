"""What the calls read from a request. Whatever can't be read, or is not right, is refused with a problem."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from starlette.requests import Request

from composer.event import checks, jsontext
from composer.event.findings import Severity
from composer.event.limits import (
    MAX_BULK_EVENTS,
    MAX_DATA_PROPERTIES,
    MAX_DEPTH,
    MAX_PAYLOAD_BYTES,
    MAX_STRING_BYTES,
)
from composer.event.model import CustomEvent
from composer.event.payload import Json
from composer.sandbox.problems import PROBLEM_JSON, Refused
from composer.sandbox.world import MAX_PAGE, PAGE, Page

MAX_BODY_BYTES = 6_000_000  # of any request; our choice, the contract limits one event only
_NAMED_ERRORS = 10
_CONTAINERS = frozenset({dict, list})
_SCALARS = frozenset({int, bool, type(None)})
_STORE_ID = re.compile("[0-9a-f]{24}")


async def body_of(request: Request) -> bytes:
    """The whole body. Raises Refused when it is over MAX_BODY_BYTES."""
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > MAX_BODY_BYTES:
            raise Refused(413, f"The body is larger than {MAX_BODY_BYTES:,} bytes.")
        parts.append(part)
    return b"".join(parts)


def json_of(body: bytes) -> Json:
    """The body as JSON; what is unusual (NaN, 1e400, huge numbers) is read the careful way. Raises Refused."""
    try:
        text = body.decode()
        try:
            payload = json.loads(text, parse_float=_finite, parse_constant=_unusual)
        except (ValueError, RecursionError):
            payload = jsontext.parse(text).payload
    except UnicodeDecodeError:
        raise bad_request("The body is not UTF-8.") from None
    except jsontext.JsonTextError as error:
        raise bad_request(f"The body is not JSON. {error}") from None
    if isinstance(payload, (dict, list)) and not _is_within(payload, MAX_DEPTH):
        raise bad_request(f"The body is nested deeper than {MAX_DEPTH} levels.")
    return payload


def _is_within(container: dict[str, Json] | list[Json], levels: int) -> bool:
    """Whether no more than `levels` containers lie inside each other."""
    value: Any
    for value in container.values() if type(container) is dict else container:
        if type(value) in _CONTAINERS and (levels == 1 or not _is_within(value, levels - 1)):
            return False
    return True


def _finite(literal: str) -> float:
    value = float(literal)
    return value if math.isfinite(value) else _unusual(literal)


def _unusual(literal: str) -> NoReturn:
    raise ValueError(literal)


def events_of(payload: Json) -> list[Json]:
    """The events of a bulk request. Raises Refused when it has not its shape."""
    found = payload.get("events") if isinstance(payload, dict) else None
    if not isinstance(found, list) or not found:
        raise bad_request("The body must be an object with a list of events, one at least.")
    if len(found) > MAX_BULK_EVENTS:
        raise bad_request(f"A bulk request takes {MAX_BULK_EVENTS} events at most, not {len(found)}.")
    if len(payload) > 1:
        raise bad_request("The body of a bulk request holds events and nothing else.")
    return found


def errors_of(event: Json, size: int) -> list[tuple[str, str]]:
    """Where one event breaks the contract: (JSON Pointer, sentence). `size` is that of the body it came in, in bytes.

    A larger body may hold a larger event than is allowed; only then the event itself is measured.
    """
    if size <= MAX_PAYLOAD_BYTES and _is_flawless(
        event
    ):  # nearly all; the rest of the way takes some ten times as long
        return []
    found = checks.errors(event, size if size <= MAX_PAYLOAD_BYTES else None)
    return [(each.path, each.message) for each in found if each.severity is Severity.ERROR]


def _is_flawless(event: Json) -> bool:
    """Whether an event surely has no error; one of which this is not said is to be looked at closely."""
    if (
        not isinstance(event, dict)
        or not _is_ordinary(event)
        or not CustomEvent.__pydantic_validator__.isinstance_python(event)
    ):
        return False
    customer, data = event["customer"], event.get("data", ())
    named = customer.get("email") or customer.get("phoneNumber") or customer.get("id", "").strip()
    return bool(named) and len(data) <= MAX_DATA_PROPERTIES


def _is_ordinary(container: dict[str, Json] | list[Json]) -> bool:
    """Whether there is nothing inside that has a rule of its own wherever it stands: long texts, odd numbers."""
    value: Any
    for value in container.values() if type(container) is dict else container:
        kind = type(value)
        if kind is str:
            if len(value) * 4 > MAX_STRING_BYTES:
                return False
        elif kind is dict or kind is list:
            if not _is_ordinary(value):
                return False
        elif kind is float:
            if not math.isfinite(value):
                return False
        elif kind not in _SCALARS:
            return False
    return True


def refuse_if_any(errors: list[tuple[str, str]]) -> None:
    """Raises Refused, with the first errors in its sentence, unless there are none."""
    if errors:
        named = [f"{path}: {says}" if path else says for path, says in errors[:_NAMED_ERRORS]]
        more = [f"and {len(errors) - _NAMED_ERRORS} more"] if len(errors) > _NAMED_ERRORS else []
        raise bad_request(" ".join(named + more))


def bad_request(detail: str) -> Refused:
    """The refusal of a POST whose body is not right."""
    return Refused(400, detail, media_type="application/json")


def store_id_of(request: Request, media_type: str = PROBLEM_JSON) -> str:
    """The store's ID in small letters. Raises Refused when the store can't exist."""
    found: str = request.path_params["store_id"].lower()
    if not _STORE_ID.fullmatch(found):
        raise Refused(404, "Store not found.", media_type=media_type)
    return found


def page_of(request: Request) -> Page:
    """The part of a world asked for: ``?limit=&beforeEvent=&skipProfiles=``."""
    asked = request.query_params
    return Page(
        _whole(asked.get("limit", str(PAGE)), 1, MAX_PAGE),
        _whole(asked["beforeEvent"], 1) if "beforeEvent" in asked else None,
        _whole(asked.get("skipProfiles", "0"), 0),
    )


def _whole(text: str, least: int, most: int = 2**53) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 16 or not least <= int(text) <= most:
        raise Refused(400, f"limit, beforeEvent and skipProfiles are whole numbers; limit is at most {MAX_PAGE}.")
    return int(text)
