"""What can be said about the events of one mapping without checking each at length.

It is the checks that say it: about a single value, and about which fields there are, once for all rows in which these
are the same. Where there is the least doubt nothing is said, and the whole event is checked. `tests/event/table` holds
all of this against the checks themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from composer.event import jsontext, reference
from composer.event.advice import about_property, same_key
from composer.event.checks import check
from composer.event.fields import BY_PATH, CUSTOMER_ID, PHONE, Kind
from composer.event.findings import Finding
from composer.event.limits import MAX_DATA_PROPERTIES, MAX_PAYLOAD_BYTES, MAX_UNIQUE_ID_CHARACTERS
from composer.event.model import is_plain_email
from composer.event.payload import MISSING, Json, Number, Set, apply, get, join, split
from composer.event.table import convert
from composer.event.table.mapping import Column, Mapping

Said = tuple[Finding, ...] | None
"""All there is to say about a value whatever else the event holds, or None: then the whole event must be checked."""
Look = Callable[[Json], Said]

CLEAN: Final[tuple[Finding, ...]] = ()
LASTS = 86_400.0  # seconds, after which "more than a year from now" has to be looked at anew

_LONGEST = 1000  # characters of a text
_ESCAPED = 6  # bytes that a character may take in JSON
_AROUND = 50  # bytes around a key and its value: indentation, quotes, a number
_FAR = timedelta(days=366)
_DAYS_REMEMBERED = 4096

# Findings that depend on nothing but the value and its path, and so do their repairs.
_ABOUT_VALUES = {
    "wrong-type", "bad-email", "bad-country-code", "bad-currency", "bad-time-zone", "bad-timestamp", "bad-unique-id",
    "unlikely-phone", "number-as-text", "boolean-as-text", "not-a-date", "precision-loss", "lone-surrogate",
    "string-too-long", "not-a-number", "not-a-boolean", "spreadsheet-error",
}  # fmt: skip
# Which of these fields an event has decides about missing ones, halves of pairs, and who is found by what.
_COUNTED = {
    path: BY_PATH[path].example
    for path in ("/eventName", "/valueCurrency", "/customer/id", "/customer/email", "/customer/phoneNumber")
} | {"/value": 1, "/customer/location/latitude": 1, "/customer/location/longitude": 1}
_Presence = tuple[bool, ...]
_NOTHING: dict[str, Json] = {}

# No date, number or yes begins like one of these: a letter that begins no month or weekday, or a mark; digits and then
# a letter ("12oz"), three and then a hyphen and a letter ("1001-A"), and the first two groups of a UUID.
_PLAIN = re.compile(
    r"(?!(?i:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|true|false))[^\d\s\-]"
    r"|[0-9]+[A-DF-MO-QU-Za-df-mo-qu-z]|[0-9]{3,}-[A-Za-z]|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-"
)
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")
_PHONE = re.compile(r"\+([1-9][0-9]{6,14})")


class Glance:
    """What is certain about the events of one mapping, for as long as `LASTS` after it was made."""

    def __init__(self, mapping: Mapping) -> None:
        self._base = mapping.base
        self._has_extra = "$extra" in (_object(mapping.base, "/data") or ()) or any(
            column.path.startswith("/data/$extra/") for column in mapping.columns
        )
        self._has_own_id = any(column.path == CUSTOMER_ID.path for column in mapping.columns)
        self._now = datetime.now(UTC)
        self._days: dict[str, Said] = {}
        self._by_presence: dict[_Presence, tuple[Finding, ...]] = {}
        self.is_blind = not (_keys_are_fine(mapping) and self._base_is_fine(mapping))

    def look_of(self, column: Column) -> Look:
        """The quick look at one value of this column."""
        if self.is_blind:
            return lambda _: None
        if column.path not in BY_PATH:
            return self._look_at_property(column.path)
        kind = BY_PATH[column.path].kind
        return self._look_at_timestamp if kind is Kind.DATE_TIME else _look_at_field(column.path)

    def about_presence(self, event: dict[str, Json]) -> tuple[Finding, ...]:
        """What there is to say about the fields that an event has and has not, and about what every event has."""
        customer = event.get("customer")
        place = customer.get("location") if isinstance(customer, dict) else None
        location = place if isinstance(place, dict) else _NOTHING
        person = customer if isinstance(customer, dict) else _NOTHING
        presence = (
            "eventName" in event,
            "valueCurrency" in event,
            "id" in person,
            "email" in person,
            "phoneNumber" in person,
            "value" in event,
            "latitude" in location,
            "longitude" in location,
            "id" in person and _OBJECT_ID.fullmatch(str(person["id"])) is None,
            customer is not None,
        )
        found = self._by_presence.get(presence)
        if found is None:
            found = self._by_presence[presence] = tuple(check(self._with(presence)))
        return found

    def alone(self, column: Column, value: Json) -> dict[str, Json]:
        """An event with nothing to say but about this value."""
        whole = apply({}, [Set(path, example) for path, example in _COUNTED.items()])
        event: dict[str, Json] = apply(whole, [Set(column.path, value)])
        return event

    def holds_alone(self, finding: Finding) -> bool:
        """Whether a finding about a value is the same in whatever event the value stands."""
        if finding.path == PHONE.path and finding.code != "unlikely-phone":
            return False  # the repair depends on the country
        return finding.code in _ABOUT_VALUES or (finding.code == "not-stored" and not self._has_extra)

    def about_day(self, day: str) -> Said:
        """What to say about a moment of this day as an event's timestamp."""
        if day not in self._days:
            if len(self._days) >= _DAYS_REMEMBERED:
                self._days.clear()
            self._days[day] = self._judged_day(day)
        return self._days[day]

    def _look_at_timestamp(self, value: Json) -> Said:
        is_one = isinstance(value, str) and convert.TIMESTAMP.fullmatch(value) is not None
        return self.about_day(value[:10]) if is_one else None  # which is None where there is no such day

    def _judged_day(self, day: str) -> Said:
        if not convert.is_day(day):
            return None
        try:
            noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        except ValueError:  # the year 0
            return None
        away = abs(noon - self._now)
        if away < _FAR - timedelta(days=3):  # offsets make a day 50 hours long, and the glance lasts for a day
            return CLEAN
        if away < _FAR + timedelta(days=3):
            return None
        timestamp = f"{day}T12:00:00Z"
        return tuple(check(self.alone(Column("", "/eventTimestamp"), timestamp)))

    def _look_at_property(self, path: str) -> Look:
        parent, _, _ = path.rpartition("/")
        *_, key = split(path)
        judges = parent != "/data/$extra"
        asks_about_zero = parent == "/data"
        alone: dict[str, Json] = {"data": {}}

        def look(value: Json) -> Said:
            if isinstance(value, str):
                if len(value) > _LONGEST or not (value.isascii() or _encodes(value)):
                    return None
                if not judges or _PLAIN.match(value) or (value[4:5] == "-" and _is_timestamp(value)):
                    return CLEAN
            elif isinstance(value, bool):
                return CLEAN
            elif not _is_exact(value):
                return None
            elif value or not asks_about_zero:
                return CLEAN
            found = about_property(alone, parent, key, value)
            if found is None:
                return CLEAN
            return (found,) if self.holds_alone(found) else None

        return look

    def _base_is_fine(self, mapping: Mapping) -> bool:
        """Whether what there is to say about the values every row starts from is the same in every row."""
        base, columns = mapping.base, [column for column in mapping.columns if column.path]
        try:
            size = len(jsontext.dumps(base)) * _ESCAPED
        except ValueError:  # nested too deep
            return False
        if size + sum((len(each.path) + _LONGEST) * _ESCAPED + _AROUND for each in columns) > MAX_PAYLOAD_BYTES:
            return False
        for column in columns:
            parts = split(column.path)
            if any(not isinstance(get(base, join(*parts[:n]), {}), dict) for n in range(1, len(parts))):
                return False
        everything = (*(True for _ in _COUNTED), False, True)
        for finding in check(self._with(everything)):
            if finding.code == "timestamp-far-away":
                timestamp = get(base, finding.path)
                holds = bool(self.about_day(timestamp[:10]))
            elif finding.code == "not-an-object-id":
                holds = True  # who is found instead, is asked for with the presence
            else:
                holds = self.holds_alone(finding)
            if not holds or any(_touch(column.path, finding.path) for column in columns):
                return False
        timestamp = get(base, "/eventTimestamp", None)
        return not isinstance(timestamp, str) or self.about_day(timestamp[:10]) is not None

    def _with(self, presence: _Presence) -> dict[str, Json]:
        """The base with examples for the fields that are there besides."""
        event = apply(self._base, [Set("/customer", {})] if presence[-1] and "customer" not in self._base else [])
        counted = zip(_COUNTED, presence, strict=False)
        missing = [path for path, there in counted if there and get(event, path) is MISSING]
        edits = [Set(path, _COUNTED[path]) for path in missing]
        if presence[-2] and self._has_own_id:
            edits.append(Set(CUSTOMER_ID.path, "odd"))
        filled: dict[str, Json] = apply(event, edits)
        return filled


def _keys_are_fine(mapping: Mapping) -> bool:
    """Whether the names of properties can't be taken for each other, have no blanks at an end, and are not too many."""
    paths = [split(column.path) for column in mapping.columns if column.path]
    if not all(_encodes(path[-1]) for path in paths):
        return False
    for holder in (("data",), ("customer", "customFields")):
        keys = {*(_object(mapping.base, join(*holder)) or ()), *(path[-1] for path in paths if path[:-1] == holder)}
        if len(keys) >= MAX_DATA_PROPERTIES or len({same_key(key) for key in keys}) < len(keys):
            return False
        if any(key != key.strip() for key in keys):
            return False
    return True


def _look_at_field(path: str) -> Look:
    """For a field of the catalogue: what plainly has its form is fine."""
    field = BY_PATH[path]
    match field.kind:
        case Kind.EMAIL:
            return lambda value: CLEAN if is_plain_email(value) else None
        case Kind.PHONE:
            return lambda value: CLEAN if _is_likely_phone(value) else None
        case Kind.OBJECT_ID:
            # One that is none is seen with the presence: what is said depends on the other identifiers.
            return lambda value: CLEAN if _is_text(value) and value == value.strip() else None
        case Kind.NUMBER:
            limit = {"latitude": 90, "longitude": 180}.get(field.name)
            if limit is not None:
                return lambda value: CLEAN if _is_exact(value) and -limit <= value <= limit else None
            return lambda value: CLEAN if _is_exact(value) else None
        case Kind.CURRENCY | Kind.COUNTRY | Kind.TIME_ZONE:
            names = {
                Kind.CURRENCY: reference.currency_codes,
                Kind.COUNTRY: reference.country_codes,
                Kind.TIME_ZONE: reference.time_zone_names,
            }[field.kind]()
            return lambda value: CLEAN if value in names else None
        case Kind.UNIQUE_ID:
            return lambda value: CLEAN if _is_text(value) and len(value) <= MAX_UNIQUE_ID_CHARACTERS else None
    return lambda value: CLEAN if _is_text(value) else None


def _object(base: Json, path: str) -> dict[str, Json] | None:
    found = get(base, path, None)
    return found if isinstance(found, dict) else None


def _touch(path: str, other: str) -> bool:
    """Whether one value stands inside the other."""
    return path == other or path.startswith(other + "/") or other.startswith(path + "/")


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and (value.isascii() or _encodes(value))


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_timestamp(value: Json) -> bool:
    match = convert.TIMESTAMP.fullmatch(value) if isinstance(value, str) else None
    return match is not None and convert.is_day(match[1])


def _is_exact(value: Json) -> bool:
    if isinstance(value, int):
        return -(2**53) <= value <= 2**53 and not isinstance(value, bool)
    return isinstance(value, float) and not isinstance(value, Number) and value - value == 0


def _is_likely_phone(value: Json) -> bool:
    """Whether a number has a length that the country of its code has."""
    match = _PHONE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    digits = match[1]
    for length in (1, 2, 3):
        plan = _numbering_plan(digits[:length])
        if plan is not None:
            trunk, lengths = plan
            # Digits that may be a prefix within the country are read in ways of their own: left to the library.
            return digits[length] != "0" and len(digits) - length in lengths and trunk.match(digits[length:]) is None
    return False


@cache
def _numbering_plan(code: str) -> tuple[re.Pattern[str], frozenset[int]] | None:
    """What may stand before a number within the country, and the lengths a number can have; None for no country."""
    import phonenumbers

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    if not regions:
        return None
    metadata: Any = (
        phonenumbers.PhoneMetadata.metadata_for_nongeo_region(int(code), None)
        if regions[0] == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
        else phonenumbers.PhoneMetadata.metadata_for_region(regions[0], None)
    )
    lengths = {length for length in metadata.general_desc.possible_length if length > 0}
    return re.compile(metadata.national_prefix_for_parsing or r"(?!)"), frozenset(lengths)
