"""RFC 3339 date-times, and what people write instead of them with the readings it can have.

Redo indexes a string as a date only when it is RFC 3339 with an offset (release 2.2.476 of the contract).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

_LONGEST = 64  # characters; nothing longer is taken for a date
_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_TIME = (
    r"(?:(?:\s*[T,]\s*|\s+(?:at\s+)?)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<part>[.,][0-9]+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?"
)


def _shape(date: str) -> re.Pattern[str]:
    return re.compile(date + _TIME, re.IGNORECASE)


_SHAPES = (
    _shape(r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"),
    _shape(rf"{_WEEKDAY}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH}[\s,-]+(?P<year>[0-9]{{4}})"),
    _shape(rf"{_WEEKDAY}{_MONTH}\s+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:\s*,)?\s+(?P<year>[0-9]{{4}})"),
    _shape(r"(?P<day>[0-9]{1,2})\.\s?(?P<month>[0-9]{1,2})\.\s?(?P<year>[0-9]{4})"),
)
_BASIC = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"T(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?(?P<zone>Z|[+-][0-9]{2}:?(?:[0-9]{2})?)?",
    re.IGNORECASE,
)
_EITHER_WAY = _shape(r"(?P<one>[0-9]{1,2})(?P<mark>[-/])(?P<other>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})")
# In a column that is said to hold dates, more is one than in a text that nobody has said anything about.
_YEAR_LAST = _shape(
    r"(?P<one>[0-9]{1,2})(?P<mark>[-/.])\s?(?P<other>[0-9]{1,2})(?P=mark)\s?(?P<year>[0-9]{4}|[0-9]{2})"
)
_DAY = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")


def is_rfc3339(text: str) -> bool:
    """Whether `text` is an RFC 3339 date-time with an offset, on a day and at a time that exist."""
    return len(text) <= _LONGEST and _valid(text)


@lru_cache(maxsize=4096)
def _valid(text: str) -> bool:
    match = _RFC3339.fullmatch(text)
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    offset_hour, offset_minute = int(match[8] or 0), int(match[9] or 0)
    if offset_hour > 23 or offset_minute > 59 or not _on_calendar(year, month, day) or hour > 23 or minute > 59:
        return False
    if second < 60:
        return True
    offset = (offset_hour * 60 + offset_minute) * (-1 if match[7] == "-" else 1)
    return second == 60 and (hour * 60 + minute - offset) % 1440 == 1439  # leap seconds fall at 23:59:60 UTC


def moment(text: str) -> datetime | None:
    """The moment that an RFC 3339 text names, in UTC; None when it is not one, or outside the years 1 to 9999."""
    if not is_rfc3339(text):
        return None
    whole = text[:17] + ("59" if text[17:19] == "60" else text[17:19])
    sign = -1 if text[-6] == "-" else 1
    ahead = timedelta(0) if text[-1] in "Zz" else sign * timedelta(hours=int(text[-5:-3]), minutes=int(text[-2:]))
    try:
        return datetime.fromisoformat(whole.upper()).replace(tzinfo=timezone(ahead)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def near_miss(text: str) -> tuple[str, ...] | None:
    """The RFC 3339 forms that a text which looks like a date can mean: two when day and month could be swapped, none
    when there is no such day. None when it doesn't look like a date, or is RFC 3339 already.

    Without an offset the time is read as UTC, without a time the day begins at midnight.
    """
    return None if len(text) > _LONGEST else _readings(text.strip())


def as_written(text: str, order: str) -> tuple[str, str] | None:
    """What a text that is said to be a date means: day and time as in RFC 3339, and the offset, "" where there is none.

    A day with the year last is read as `order` says, "mdy" or "dmy"; under "" it is no date. None for what is none.
    """
    if len(text) > _LONGEST:
        return None
    bare = text.strip()
    match = _YEAR_LAST.fullmatch(bare)
    if match is not None:
        if not order:
            return None
        parts = match.groupdict()
        month, day = (parts["one"], parts["other"]) if order == "mdy" else (parts["other"], parts["one"])
        reading = _rfc3339(_year(parts["year"]), int(month), int(day), parts)
    else:
        match = _unambiguous(bare) or _DAY.fullmatch(bare)
        if match is None:
            return None
        parts = match.groupdict()
        reading = _rfc3339(int(parts["year"]), _month(parts), int(parts["day"]), parts)
    if reading is None:
        return None
    at = -1 if reading[-1] == "Z" else -6
    return reading[:at], reading[at:] if parts.get("zone") else ""


def from_epoch(seconds_or_milliseconds: float) -> str | None:
    """The RFC 3339 form of a Unix time in seconds or milliseconds; None when that is not in the years 2001 to 2286."""
    for divisor in (1, 1000):
        if 1e9 * divisor <= seconds_or_milliseconds < 1e10 * divisor:
            seconds, rest = divmod(seconds_or_milliseconds, divisor)
            at = datetime.fromtimestamp(int(seconds), UTC)
            return f"{at:%Y-%m-%dT%H:%M:%S}" + (f".{int(rest):03}" if int(rest) else "") + "Z"
    return None


@lru_cache(maxsize=4096)
def _readings(text: str) -> tuple[str, ...] | None:
    if len(text) < 6 or not any(c in "0123456789" for c in text):
        return None
    match = _RFC3339.fullmatch(text)
    if match is not None:
        return None if _valid(text) else ()
    match = _unambiguous(text)
    if match is not None:
        parts = match.groupdict()
        reading = _rfc3339(int(parts["year"]), _month(parts), int(parts["day"]), parts)
        return (reading,) if reading else ()
    match = _EITHER_WAY.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    year = _year(parts["year"])
    first, second = int(parts["one"]), int(parts["other"])
    readings = (_rfc3339(year, first, second, parts), _rfc3339(year, second, first, parts))
    return tuple(dict.fromkeys(reading for reading in readings if reading))


def _unambiguous(text: str) -> re.Match[str] | None:
    """The parts of a date of which everybody knows what is the day and what the month."""
    match = _BASIC.fullmatch(text)
    return match or next((found for shape in _SHAPES if (found := shape.fullmatch(text))), None)


def _month(parts: dict[str, str | Any]) -> int:
    name = parts.get("name")
    return _MONTH_NAMES.index(name[:3].lower()) + 1 if name else int(parts["month"])


def _year(digits: str) -> int:
    """Of two digits, 69 to 99 are the last century's, as POSIX has it: somebody may have been born then."""
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 69 else 1900)


def _rfc3339(year: int, month: int, day: int, parts: dict[str, str | Any]) -> str | None:
    """The text, checked; `parts` holds the parts of the time and of the zone as they were written."""
    hour, half = int(parts.get("hour") or 0), (parts.get("half") or "")[:1].lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    time = f"{hour:02}:{parts.get('minute') or '00'}:{parts.get('second') or '00'}"
    part = (parts.get("part") or "").replace(",", ".")
    text = f"{year:04}-{month:02}-{day:02}T{time}{part}{_offset(parts.get('zone') or 'Z')}"
    return text if _valid(text) else None


def _offset(zone: str) -> str:
    if zone[0] not in "+-":
        return "Z"
    digits = zone[1:].replace(":", "")
    return f"{zone[0]}{digits[:2]}:{digits[2:] or '00'}"


def _on_calendar(year: int, month: int, day: int) -> bool:
    """By hand, because `datetime` has no year 0 and RFC 3339 does."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= 12 and 1 <= day <= lengths[month - 1]
