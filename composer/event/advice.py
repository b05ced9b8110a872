"""Payload → warnings: it will be accepted, and probably does not do what was meant.

Source of what is stored and indexed: release 2.2.476 of the contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from composer.event import dates, jsontext, legacy, repairs
from composer.event.everywhere import everywhere
from composer.event.fields import TOP_LEVEL_NAMES
from composer.event.findings import Finding, Fix, Severity
from composer.event.model import is_e164, is_number
from composer.event.payload import Json, Set, get, join
from composer.event.repairs import Fixes
from composer.event.walk import readable

_LONGEST = 64  # characters; a longer text is not taken for a number, a date or a yes
_REMEMBERED = 16384  # judgements kept, so that a key pressed in a payload of 10,000 properties costs little
_FAR = timedelta(days=366)
_HEX = frozenset("0123456789abcdefABCDEF")


def warnings(payload: Json, now: datetime | None = None) -> list[Finding]:
    """What to say about an event although the contract allows it. `now` has a time zone; left out, it is now."""
    if not isinstance(payload, dict):
        return []
    about_values = [each for each in everywhere(payload) if each.severity is Severity.WARNING]
    return [*_shape(payload), *_customer(payload), *_event(payload, now), *_properties(payload), *about_values]


def _shape(payload: dict[str, Json]) -> Iterator[Finding]:
    old = legacy.is_legacy(payload)
    if old:
        upgrade = legacy.upgrade(payload)
        message = " ".join(
            ("These are the names of an older release (2.2.449), which Redo no longer reads.", *upgrade.homeless)
        )
        yield _warning("legacy-shape", "", message, (Fix("Upgrade the payload", (Set("", upgrade.payload),)),))
    for key, value in payload.items():
        if key in TOP_LEVEL_NAMES or (old and key in legacy.NAMES):
            continue
        path = join(key)
        hint, fixes = repairs.did_you_mean(payload, path)
        if not hint and not isinstance(value, (dict, list)):
            fixes = repairs.moved(payload, path, join("data", key), "Move to data")
        message = f"Redo knows no field “{readable(key)}” at the top level.{hint}"
        yield _warning("unknown-top-level-field", path, message, fixes)


def _customer(payload: dict[str, Json]) -> Iterator[Finding]:
    customer = payload.get("customer")
    if not isinstance(customer, dict):
        return
    identifier, phone = customer.get("id"), customer.get("phoneNumber")
    if isinstance(identifier, str) and not (len(identifier) == 24 and _HEX.issuperset(identifier)):
        path = "/customer/id"
        bare = identifier.strip()
        if not bare:
            fixes = repairs.removed(path)
        elif len(bare) == 24 and _HEX.issuperset(bare):
            fixes = repairs.use(path, bare)
        else:
            fixes = ()
        others = (("email", "email"), ("phoneNumber", "phone"))
        ways = " or ".join(
            way for name, way in others if isinstance(given := customer.get(name), str) and given.strip()
        )
        instead = f", so Redo goes by {ways}" if ways else ""
        message = f"A customer ID has 24 hex digits. This one will not be found{instead}."
        yield _warning("not-an-object-id", path, message, fixes)
    if isinstance(phone, str) and is_e164(phone) and not _possible_phone(phone):
        message = "No phone number has this length in the country of its code."
        yield _warning("unlikely-phone", "/customer/phoneNumber", message)
    location = customer.get("location")
    if isinstance(location, dict) and ("latitude" in location) != ("longitude" in location):
        here, other = ("latitude", "longitude") if "latitude" in location else ("longitude", "latitude")
        message = f"The {here} stands without a {other}; one alone is no place."
        yield _warning("half-a-coordinate", join("customer", "location", here), message)


def _event(payload: dict[str, Json], now: datetime | None) -> Iterator[Finding]:
    if "valueCurrency" in payload and "value" not in payload:
        fixes = repairs.removed("/valueCurrency", "Remove the currency")
        yield _warning("currency-without-value", "/valueCurrency", "There is a currency, but no value.", fixes)
    if "value" in payload and "valueCurrency" not in payload:
        yield _warning("value-without-currency", "/value", "There is a value, but no currency.")
    timestamp = payload.get("eventTimestamp")
    moment = dates.moment(timestamp) if isinstance(timestamp, str) else None
    if moment is not None and abs(moment - (now or datetime.now(UTC))) > _FAR:
        yield _warning("timestamp-far-away", "/eventTimestamp", "This is more than a year from now.")


def _properties(payload: dict[str, Json]) -> Iterator[Finding]:
    """The properties of `data` and the custom fields: what is stored, as which type, under which key."""
    for parts in (("data",), ("customer", "customFields")):
        parent = join(*parts)
        holder = get(payload, parent, None)
        if not isinstance(holder, dict):
            continue
        for key, value in holder.items():
            if parts == ("data",) and key == "$extra":
                continue
            found = about_property(payload, parent, key, value)
            if found is not None:
                yield found
        yield from _keys(payload, parent, holder)


def about_property(payload: Json, parent: str, key: str, value: Json) -> Finding | None:
    """What to say about one property of `data`, or one custom field, by itself. `parent` is the path of its object."""
    in_data = parent == "/data"
    if in_data and (value is None or value == "" or (is_number(value) and value == 0)):
        return _not_stored(payload, parent + join(key), value)
    if not isinstance(value, str) or len(value) > _LONGEST or not (look := _look(value)):
        return None
    code, message, replacements = look
    if in_data and code == "number-as-text" and replacements[0][1] == 0:
        message, replacements = f"{message} As the number 0 it would count as unset.", ()
    fixes = tuple(Fix(label, (Set(parent + join(key), replacement),)) for label, replacement in replacements)
    return _warning(code, parent + join(key), f"“{readable(key)}” {message}", fixes)


def _not_stored(payload: Json, path: str, value: Json) -> Finding:
    what = "Null" if value is None else "An empty text" if value == "" else "Zero"
    message = f"{what} counts as unset in data and is not stored; inside $extra it is kept."
    return _warning("not-stored", path, message, repairs.to_extra(payload, path) + repairs.removed(path))


def _keys(payload: Json, parent: str, holder: dict[str, Json]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for key in holder:
        bare = key.strip()
        if bare != key:
            path = parent + join(key)
            fixes = repairs.moved(payload, path, parent + join(bare), f"Rename to “{readable(bare)}”") if bare else ()
            yield _warning("confusable-keys", path, f"The key “{readable(key)}” has blanks at an end.", fixes)
        other = first.setdefault(same_key(key), key)
        if other != key:
            message = f"“{readable(key)}” and “{readable(other)}” differ only in case, blanks or underscores."
            yield _warning("confusable-keys", parent + join(key), message)


@lru_cache(maxsize=1024)
def _possible_phone(number: str) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(number)))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=_REMEMBERED)
def same_key(key: str) -> str:
    """What keys have in common that can be taken for each other."""
    return "".join(key.casefold().replace("_", " ").split())


@lru_cache(maxsize=_REMEMBERED)
def _look(text: str) -> tuple[str, str, tuple[tuple[str, Json], ...]] | None:
    """What a text looks like that it isn't: (code, predicate, (label, replacement)…); None for plain text."""
    bare = text.strip()
    if bare.casefold() in ("true", "false"):
        meant = bare.casefold() == "true"
        return "boolean-as-text", "is text, not true or false.", ((f"Change to {bare.casefold()}", meant),)
    number = jsontext.number(bare)
    if number is not None:
        if jsontext.loses_precision(number):
            return None
        return "number-as-text", "is text, not a number.", ((f"Change to the number {bare}", number),)
    readings = dates.near_miss(text)
    if readings is None and bare != text and dates.is_rfc3339(bare):
        readings = (bare,)
    if readings is None:
        return None
    message = "looks like a date, but is not RFC 3339, so it is stored as text."
    return "not-a-date", message, tuple((f"Use {reading}", reading) for reading in readings)


def _warning(code: str, path: str, message: str, fixes: Fixes = ()) -> Finding:
    return Finding(Severity.WARNING, code, path, message, fixes)
