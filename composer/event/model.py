"""The published request as pydantic models: names, types, formats and ranges, each broken rule with its code.

Source: release 2.2.476 of the contract. The models judge a payload; they do not hold it.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from math import isfinite
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.functional_validators import AfterValidator, BeforeValidator, PlainValidator
from pydantic.json_schema import WithJsonSchema
from pydantic_core import PydanticCustomError

from composer.event import dates, fields, reference
from composer.event.limits import MAX_BULK_EVENTS, MAX_UNIQUE_ID_CHARACTERS
from composer.event.payload import Json, Number

_E164 = re.compile(r"\+[1-9][0-9]{0,14}")
_LONGEST_EMAIL = 254
_ATOM = r"[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~]+"
_LABEL = r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"  # "--" there is for punycode, and needs a closer look
_PLAIN_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{1,63}}")


def kind(value: Json) -> str:
    """What a JSON value is, in words: "text", "a number", "true", "false", "null", "a list" or "an object"."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return "text"
    if isinstance(value, (int, float)):
        return "a number"
    return "a list" if isinstance(value, list) else "an object"


def is_number(value: Json) -> bool:
    """Whether a JSON value is a number; ``true`` is not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_not_json(value: Json) -> bool:
    """Whether `value` stands for one of the literals NaN, Infinity and -Infinity, which are not JSON.

    A literal such as ``1e400`` is JSON, although a float can't hold it.
    """
    return isinstance(value, float) and not isinstance(value, Number) and not isfinite(value)


def is_plain_email(text: Json) -> bool:
    """Whether it is an address as nearly all are; of others this says nothing."""
    return isinstance(text, str) and len(text) <= _LONGEST_EMAIL and _PLAIN_EMAIL.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def is_email(text: str) -> bool:
    """Whether `text` is an email address by syntax, with a dot in its domain. No domain is looked up or refused."""
    if is_plain_email(text):  # the library takes some 50 times as long to say the same
        return True
    if len(text) > _LONGEST_EMAIL:
        return False
    import email_validator

    # The library's documented switch: testers use addresses such as a@shop.test.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        email_validator.validate_email(text, check_deliverability=False)
    except ValueError:  # of which the library's own errors, and those of text that can't be encoded, are kinds
        return False
    return True


def is_e164(text: str) -> bool:
    """Whether `text` is a plus sign and up to 15 digits, the first not 0."""
    return _E164.fullmatch(text) is not None


def _refuse(code: str, predicate: str) -> NoReturn:
    """The `predicate` follows the field's title: "must be text"."""
    raise PydanticCustomError(code, "{predicate}", {"predicate": predicate})


def _text(value: Json) -> str:
    if not isinstance(value, str):
        _refuse("wrong-type", f"must be text, not {kind(value)}")
    return value


def _number(value: Json) -> float:
    if not is_number(value):
        _refuse("wrong-type", f"must be a number, not {kind(value)}")
    return value  # type: ignore[no-any-return]


def _degrees(limit: int, value: float) -> float:
    if not -limit <= value <= limit and not is_not_json(value):
        _refuse("out-of-range", f"must be between -{limit} and {limit} degrees")
    return value


def _not_null(value: Json) -> Json:
    if value is None:
        _refuse("wrong-type", "must be an object, not null")
    return value


def _event_name(text: str) -> str:
    if not text.strip():
        _refuse("missing-event-name", "is blank")
    return text


def _email(text: str) -> str:
    if not is_email(text):
        _refuse("bad-email", "is not an email address" if text.strip() else "is blank")
    return text


def _phone(text: str) -> str:
    if not is_e164(text):
        _refuse(
            "bad-phone", "must be a plus sign and up to 15 digits, such as +12065551234" if text.strip() else "is blank"
        )
    return text


def _country_code(text: str) -> str:
    if text not in reference.country_codes():
        _refuse("bad-country-code", "must be one of the two-letter codes of ISO 3166-1, such as US")
    return text


def _currency(text: str) -> str:
    if text not in reference.currency_codes():
        _refuse("bad-currency", "must be one of the three-letter codes of ISO 4217, such as USD")
    return text


def _time_zone(text: str) -> str:
    if text not in reference.time_zone_names():
        _refuse("bad-time-zone", "must be a name from the IANA time zones, such as America/Los_Angeles")
    return text


def _timestamp(text: str) -> str:
    if not dates.is_rfc3339(text):
        _refuse("bad-timestamp", "must be RFC 3339 with an offset, such as 2026-04-02T12:00:00Z")
    return text


def _unique_id(text: str) -> str:
    if not 1 <= len(text) <= MAX_UNIQUE_ID_CHARACTERS:
        _refuse("bad-unique-id", f"must be 1 to {MAX_UNIQUE_ID_CHARACTERS} characters, not {len(text):,}")
    return text


def _custom_field(value: Json) -> Json:
    if value is None:
        _refuse("null-custom-field", "is null; leave the custom field out instead")
    if isinstance(value, (dict, list)):
        _refuse("nested-value", f"is {kind(value)}; a custom field holds text, a number, or true or false")
    return value


def _data_value(value: Json) -> Json:
    """Null passes, as the contract's text allows it: it is not stored, which is worth a warning."""
    if isinstance(value, (dict, list)):
        _refuse("nested-value", f"is {kind(value)}; objects and lists belong in $extra")
    return value


def _extra(value: Json) -> Json:
    if not isinstance(value, dict):
        _refuse("extra-not-an-object", f"must be an object, not {kind(value)}")
    return value


_STRING = WithJsonSchema({"type": "string"})
_NUMBER = WithJsonSchema({"type": "number"})
_SCALAR = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]})

Text = Annotated[str | None, PlainValidator(_text), _STRING]
EventName = Annotated[str, PlainValidator(_text), AfterValidator(_event_name), _STRING]
Email = Annotated[
    str | None, PlainValidator(_text), AfterValidator(_email), WithJsonSchema({"type": "string", "format": "email"})
]
Phone = Annotated[str | None, PlainValidator(_text), AfterValidator(_phone), _STRING]
CountryCode = Annotated[str | None, PlainValidator(_text), AfterValidator(_country_code), _STRING]
Currency = Annotated[str | None, PlainValidator(_text), AfterValidator(_currency), _STRING]
TimeZone = Annotated[str | None, PlainValidator(_text), AfterValidator(_time_zone), _STRING]
UniqueId = Annotated[str | None, PlainValidator(_text), AfterValidator(_unique_id), _STRING]
Timestamp = Annotated[
    str | None,
    PlainValidator(_text),
    AfterValidator(_timestamp),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Numeral = Annotated[float | None, PlainValidator(_number), _NUMBER]
Latitude = Annotated[float | None, PlainValidator(_number), AfterValidator(partial(_degrees, 90)), _NUMBER]
Longitude = Annotated[float | None, PlainValidator(_number), AfterValidator(partial(_degrees, 180)), _NUMBER]
CustomField = Annotated[Any, PlainValidator(_custom_field), _SCALAR]
DataValue = Annotated[Any, PlainValidator(_data_value), _SCALAR]
Extra = Annotated[Any, PlainValidator(_extra), WithJsonSchema({"type": "object"})]


def _field(path: str, default: Any = None) -> Any:
    """The pydantic field of the catalogue's entry at `path`; required when the default is ``...``."""
    entry = fields.BY_PATH[path]
    return Field(default, title=entry.title, description=entry.help, examples=[entry.example])


class _Strict(BaseModel):
    """An object of the request: camelCase names, no conversion between types, and no names beside its own."""

    model_config = ConfigDict(strict=True, extra="forbid", alias_generator=to_camel, frozen=True)


class Location(_Strict):
    """Where the customer is; every field may be left out."""

    street1: Text = _field("/customer/location/street1")
    street2: Text = _field("/customer/location/street2")
    city: Text = _field("/customer/location/city")
    state: Text = _field("/customer/location/state")
    state_code: Text = _field("/customer/location/stateCode")
    postal_code: Text = _field("/customer/location/postalCode")
    country: Text = _field("/customer/location/country")
    country_code: CountryCode = _field("/customer/location/countryCode")
    iana_time_zone_name: TimeZone = _field("/customer/location/ianaTimeZoneName")
    latitude: Latitude = _field("/customer/location/latitude")
    longitude: Longitude = _field("/customer/location/longitude")


class Customer(_Strict):
    """Who it happened to. That one identifier is needed is said by the checks, beside what else is wrong."""

    id: Text = _field("/customer/id")
    email: Email = _field("/customer/email")
    phone_number: Phone = _field("/customer/phoneNumber")
    first_name: Text = _field("/customer/firstName")
    last_name: Text = _field("/customer/lastName")
    location: Annotated[Location | None, BeforeValidator(_not_null)] = None
    custom_fields: Annotated[dict[str, CustomField] | None, BeforeValidator(_not_null)] = None


class Data(_Strict):
    """The event's own properties, any name, and `$extra` for what is kept but not segmented on."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, DataValue]

    extra: Extra = Field(None, alias="$extra")


class CustomEvent(_Strict):
    """The body of ``POST /stores/{storeId}/events``; other top-level names are let through."""

    model_config = ConfigDict(extra="allow")

    event_name: EventName = _field("/eventName", ...)
    customer: Customer
    event_timestamp: Timestamp = _field("/eventTimestamp")
    value: Numeral = _field("/value")
    value_currency: Currency = _field("/valueCurrency")
    unique_id: UniqueId = _field("/uniqueId")
    data: Annotated[Data | None, BeforeValidator(_not_null)] = None


class BulkRequest(_Strict):
    """The body of ``POST /stores/{storeId}/events/bulk``."""

    events: list[CustomEvent] = Field(min_length=1, max_length=MAX_BULK_EVENTS)
