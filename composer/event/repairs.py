"""The obvious repairs: from a broken value to the edits behind a Fix button. Nothing offered overwrites a value.

There is no fix where there is no good answer, and more than one where it depends on what was meant.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from composer.event import dates, fields, jsontext, reference
from composer.event.findings import Fix
from composer.event.model import is_e164, is_email, is_not_json, is_number
from composer.event.payload import MISSING, Json, Move, Remove, Set, get, join, split
from composer.event.walk import readable

Fixes = tuple[Fix, ...]

_LONGEST = 400  # characters of a text that somebody could have meant as something else
_REQUIRED = ("/eventName", "/customer")
_PATHS_BY_NAME = {field.name.casefold(): field.path for field in fields.FIELDS} | {
    "customer": "/customer",
    "location": "/customer/location",
    "address": "/customer/location",
    "customfields": "/customer/customFields",
    "attributes": "/customer/customFields",
    "data": "/data",
    "properties": "/data",
    "name": "/eventName",
    "event": "/eventName",
    "eventtype": "/eventName",
    "timestamp": "/eventTimestamp",
    "time": "/eventTimestamp",
    "occurredat": "/eventTimestamp",
    "amount": "/value",
    "currency": "/valueCurrency",
    "currencycode": "/valueCurrency",
    "idempotencykey": "/uniqueId",
    "eventid": "/uniqueId",
    "customerid": "/customer/id",
    "mail": "/customer/email",
    "emailaddress": "/customer/email",
    "phone": "/customer/phoneNumber",
    "mobile": "/customer/phoneNumber",
    "telephone": "/customer/phoneNumber",
    "surname": "/customer/lastName",
    "familyname": "/customer/lastName",
    "givenname": "/customer/firstName",
    "street": "/customer/location/street1",
    "address1": "/customer/location/street1",
    "address2": "/customer/location/street2",
    "zip": "/customer/location/postalCode",
    "zipcode": "/customer/location/postalCode",
    "postcode": "/customer/location/postalCode",
    "province": "/customer/location/state",
    "provincecode": "/customer/location/stateCode",
    "timezone": "/customer/location/ianaTimeZoneName",
    "lat": "/customer/location/latitude",
    "lng": "/customer/location/longitude",
    "lon": "/customer/location/longitude",
    "long": "/customer/location/longitude",
}


def for_error(code: str, payload: Json, path: str) -> Fixes:
    """The repairs of the error `code` at `path`, the best first."""
    value = get(payload, path, None)
    match code:
        case "wrong-type":
            return _to_type(payload, path, value)
        case "unknown-field":
            return _to_known_place(payload, path, value)
        case "nested-value" if path.startswith("/data/"):
            return to_extra(payload, path)
        case "extra-not-an-object" if value not in (None, "", []):
            return (Fix("Wrap in an object", (Set(path, {"value": value}),)),)
        case "null-custom-field" | "extra-not-an-object":
            return removed(path)
        case "out-of-range":
            return _swapped(payload)
    if code.startswith("bad-"):
        return _to_form(payload, path, value) if value.strip() else removed(path)
    return ()


@lru_cache(maxsize=1024)
def e164(text: str, region: str) -> str | None:
    """The E.164 form of a phone number as people write it in `region` (alpha-2 code); None when it can't be one."""
    import phonenumbers

    if len(text) > 40:
        return None
    try:
        number = phonenumbers.parse(re.sub(r"^\s*00", "+", text), region)
    except phonenumbers.NumberParseException:
        return None
    form = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return form if phonenumbers.is_possible_number(number) and not number.extension and is_e164(form) else None


def number_meant(text: str) -> float | int | None:
    """The number that "12.5", "12,5" or "$12.50" means; None when it is none, or could be two ("1,234")."""
    if len(text) > _LONGEST:
        return None
    bare = text.strip().strip("$€£¥").strip().removeprefix("+")
    if re.fullmatch(r"-?[0-9]+,([0-9]{1,2}|[0-9]{4,})", bare):
        bare = bare.replace(",", ".")
    elif re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", bare):
        bare = bare.replace(",", "")
    return jsontext.number(bare)


def field_called(name: str) -> str | None:
    """The path of the field that goes by exactly this name or one of the usual others, whatever its case and marks."""
    return _PATHS_BY_NAME.get("".join(c for c in name.casefold() if c.isalnum()))


@lru_cache(maxsize=16384)
def place_of(name: str, parent: str) -> str | None:
    """The path of the field that an unknown `name` inside `parent` ("" or "/customer" …) may have been meant for."""
    key = "".join(c for c in name.casefold() if c.isalnum())
    if not key or len(name) > 64:
        return None
    known = field_called(name)
    if known is None:
        near = get_close_matches(
            key, [n for n, path in _PATHS_BY_NAME.items() if _parent(path) == parent], n=1, cutoff=0.8
        )
        known = _PATHS_BY_NAME[near[0]] if near else None
    return known


def moved(payload: Json, source: str, target: str, label: str) -> Fixes:
    """Move the value, unless something stands at the target or in the way to it."""
    here = payload
    for part in split(target):
        if not isinstance(here, dict):
            return ()
        here = here.get(part, MISSING)
        if here is MISSING:
            return (Fix(label, (Move(source, target),)),)
    return ()


def to_extra(payload: Json, path: str) -> Fixes:
    """Move a property of `data` into `data.$extra`, where any value is kept."""
    return moved(payload, path, join("data", "$extra", split(path)[-1]), "Move to $extra")


def removed(path: str, label: str = "Remove") -> Fixes:
    """Take the value away."""
    return (Fix(label, (Remove(path),)),)


def use(path: str, value: Json) -> Fixes:
    """Put `value` in its place."""
    shown = value if isinstance(value, str) else jsontext.scalar(value)
    return (Fix(f"Use {readable(shown)}", (Set(path, value),)),)


def did_you_mean(payload: Json, path: str) -> tuple[str, Fixes]:
    """For an unknown name: the sentence " Did you mean …?" (empty when nothing is near), and the fixes."""
    source = split(path)
    place = place_of(source[-1], join(*source[:-1]))
    if place is None or place == path or path.startswith(place + "/"):
        return "", ()
    meant = ".".join(split(place))
    in_place = _parent(place) == join(*source[:-1])
    label = f"Rename to {split(place)[-1]}" if in_place else f"Move to {meant}"
    return f" Did you mean {meant}?", moved(payload, path, place, label)


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _to_type(payload: Json, path: str, value: Json) -> Fixes:
    """From a number as text to the number, and from a number to the text it was meant to be."""
    field = fields.BY_PATH.get(path)
    if value is None or value == "":
        return () if path in _REQUIRED else removed(path)
    if field is None or is_not_json(value):
        return ()
    if isinstance(value, str):
        number = number_meant(value)
        return () if number is None else use(path, number)
    if is_number(value) and field.kind is not fields.Kind.NUMBER:
        literal = jsontext.scalar(value) if isinstance(value, float) or abs(value) < 10**64 else ""
        if field.kind in (fields.Kind.TEXT, fields.Kind.OBJECT_ID, fields.Kind.UNIQUE_ID):
            return use(path, literal) if 0 < len(literal) <= 64 else ()
        return _to_form(payload, path, literal)
    return ()


def _to_form(payload: Json, path: str, text: str) -> Fixes:
    """From a text to the form its field asks for."""
    if len(text) > _LONGEST:
        return ()
    meant: tuple[str | None, ...] = ()
    match fields.BY_PATH[path].kind:
        case fields.Kind.EMAIL:
            meant = (_email_meant(text),)
        case fields.Kind.PHONE:
            region = get(payload, "/customer/location/countryCode", None)
            known = region if isinstance(region, str) and region in reference.country_codes() else "US"
            meant = (e164(text, known) or e164("+" + text, known),)
        case fields.Kind.COUNTRY:
            meant = (reference.country_named(text),)
        case fields.Kind.CURRENCY:
            meant = (reference.currency_named(text),)
        case fields.Kind.TIME_ZONE:
            meant = (reference.time_zone_named(text),)
        case fields.Kind.DATE_TIME:
            meant = _date_times_meant(text.strip())
    return tuple(fix for each in meant if each for fix in use(path, each))


def _email_meant(text: str) -> str | None:
    """The address without blanks at its ends, the name before it, or a slip such as a comma or a doubled dot."""
    inner = re.search(r"<([^<>]+)>", text)
    bare = (inner[1] if inner else text).strip().removeprefix("mailto:").rstrip(".,;>")
    joined = "".join(bare.split())
    candidates = (bare, joined, joined.replace(",", "."), re.sub(r"([.@])\1+", r"\1", joined))
    return next((candidate for candidate in candidates if is_email(candidate)), None)


def _date_times_meant(text: str) -> tuple[str | None, ...]:
    if dates.is_rfc3339(text):
        return (text,)
    number = jsontext.number(text)
    return (dates.from_epoch(number),) if number is not None else dates.near_miss(text) or ()


def _to_known_place(payload: Json, path: str, value: Json) -> Fixes:
    _, fixes = did_you_mean(payload, path)
    if not fixes and path.startswith("/customer/") and (isinstance(value, (str, bool)) or is_number(value)):
        fixes = moved(payload, path, join("customer", "customFields", split(path)[-1]), "Move to customFields")
    return fixes + removed(path)


def _swapped(payload: Json) -> Fixes:
    """Latitude and longitude, where they are right the other way round."""
    place = "/customer/location"
    latitude, longitude = get(payload, place + "/latitude", None), get(payload, place + "/longitude", None)
    if not (is_number(latitude) and is_number(longitude) and abs(latitude) <= 180 and abs(longitude) <= 90):
        return ()
    swap = (Set(place + "/latitude", longitude), Set(place + "/longitude", latitude))
    return (Fix("Swap latitude and longitude", swap),)
