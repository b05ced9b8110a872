"""A payload of release 2.2.449 → today's, with remarks on what found no home.

That release had `event_name`, `email`, `phone`, `properties`, `event_timestamp` and `cart_context`, all at the top.
"""

from __future__ import annotations

from typing import NamedTuple

from composer.event.payload import Json
from composer.event.walk import readable

NAMES = ("event_name", "email", "phone", "properties", "event_timestamp", "cart_context")
_EVENT_NAMES = {"event_name": "eventName", "event_timestamp": "eventTimestamp"}
_CUSTOMER_NAMES = {"email": "email", "phone": "phoneNumber"}


class Upgrade(NamedTuple):
    """The payload in today's shape, and a sentence for everything that could not be taken over."""

    payload: Json
    homeless: list[str]


def is_legacy(payload: Json) -> bool:
    """Whether a payload has the shape of 2.2.449: its `event_name`, or another of its names and no customer."""
    if not isinstance(payload, dict):
        return False
    return "event_name" in payload or ("customer" not in payload and any(name in payload for name in NAMES))


def upgrade(payload: dict[str, Json]) -> Upgrade:
    """Today's shape of a legacy payload. Nested properties go to `$extra`; what is in today's shape already stays.

    A name that is taken already, and the cart, have no home: they are left out and named in the remarks.
    """
    upgraded: dict[str, Json] = {}
    homeless: list[str] = []
    customer = payload.get("customer", {})

    def put(holder: dict[str, Json], taken: Json, old: str, new: str) -> None:
        if not isinstance(taken, dict):
            homeless.append(f"{old} is left out: the customer is no object.")
        elif new in taken:
            place = "customer." if taken is customer else ""
            homeless.append(f"{old} is left out: {place}{new} is there already.")
        else:
            holder[new] = payload[old]

    identity: dict[str, Json] = {}
    for old, new in _CUSTOMER_NAMES.items():
        if old in payload:
            put(identity, customer, old, new)
    for key, value in payload.items():
        if key in _EVENT_NAMES:
            put(upgraded, payload, key, _EVENT_NAMES[key])
        elif key == "properties":
            put(upgraded, payload, key, "data")
            if upgraded.get("data") is value:
                upgraded["data"] = _data(value, homeless)
        elif key == "cart_context":
            if value is not None:
                homeless.append("cart_context is left out: today's events have no cart.")
        elif key in _CUSTOMER_NAMES or key == "customer":
            if "customer" not in upgraded:
                upgraded["customer"] = {**customer, **identity} if isinstance(customer, dict) else customer
        else:
            upgraded[key] = value
    return Upgrade(upgraded, homeless)


def _data(properties: Json, homeless: list[str]) -> Json:
    """Plain values stay, objects and lists go to `$extra`; what is not an object is left to the checks."""
    if not isinstance(properties, dict):
        return properties
    nested = {key: value for key, value in properties.items() if isinstance(value, (dict, list)) and key != "$extra"}
    if not nested:
        return properties
    data = {key: value for key, value in properties.items() if key not in nested}
    extra = data.get("$extra", {})
    if not isinstance(extra, dict):
        homeless.append("The old $extra is left out: it was no object.")
        extra = {}
    homeless += [f"“{readable(key)}” is left out: $extra has it already." for key in nested if key in extra]
    return {**data, "$extra": {**nested, **extra}}
