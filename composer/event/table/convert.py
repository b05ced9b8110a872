"""One cell as the type of its column; None where it is not what the column is said to hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from composer.event import dates, jsontext, reference
from composer.event.payload import Number
from composer.event.table.cells import Cell, text_of

_LONGEST = 64  # characters of a number or a date
_EXACT = 2**53  # up to here a double holds every whole number

_SIMPLE = re.compile(r"-?[1-9][0-9]{0,14}|(-?(?:0|[1-9][0-9]{0,8})\.[0-9]{1,6})")  # a double holds all of these
_SIGN = "[-+\N{MINUS SIGN}]?"
_MONEY = r"(?:[A-Z]{0,2}[$€£¥₹₩₽₺₴₦₱₪₫฿]|[A-Z]{3})?"


def _number_shape(thousands: str, decimal: str) -> re.Pattern[str]:
    """A number with marks between thousands, all the same, or none; with a currency before or behind it, and a minus
    sign or an accountant's brackets.
    """
    whole = rf"[1-9][0-9]{{0,2}}(?P<mark>{thousands})[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*|[0-9]+"
    digits = rf"(?P<whole>{whole})?(?:{decimal}(?P<part>[0-9]+))?(?P<power>[eE][-+]?[0-9]+)?"
    return re.compile(
        rf"(?P<open>\()?(?P<sign>{_SIGN})\s*(?P<before>{_MONEY})\s*(?P<inner>{_SIGN}){digits}"
        rf"\s*(?P<behind>{_MONEY})(?(open)\))"
    )


_NUMBERS = {
    "point": _number_shape(r"[, '’\xa0\u202f]", r"\."),
    "comma": _number_shape(r"[. '’\xa0\u202f]", ","),
}

_YES = {"true", "yes", "y", "1", "on"}
_NO = {"false", "no", "n", "0", "off"}

TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_LOCAL = re.compile(
    r"([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4})"
    r"(?:[T ]([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?(?: ?([ap])m)?)?",
    re.IGNORECASE,
)


def number(cell: Cell, written: str) -> int | float | None:
    """The number in a cell that is `written` with a decimal "point" or "comma".

    A currency beside it, marks between thousands and brackets for a minus are understood. A percent sign is not: 25 %
    could be meant as 25 or as 0.25.
    """
    if isinstance(cell, str):
        if written == "point" and (simple := _SIMPLE.fullmatch(cell)) is not None:
            found = float(cell)
            return found if simple[1] and not found.is_integer() else int(found)
        return _number(cell, written) if len(cell) <= _LONGEST else None
    return None if isinstance(cell, bool) or cell - cell != 0 else _plain(cell)


def boolean(cell: Cell) -> bool | None:
    """True or false, from that word, yes or no, on or off, 1 or 0."""
    if isinstance(cell, bool):
        return cell
    word = text_of(cell).strip().casefold()
    return True if word in _YES else False if word in _NO else None


def date(cell: Cell, written: str, zone: str) -> str | None:
    """The RFC 3339 form of the moment in a cell. `written` is a key of DATE_FORMATS; dates with the year first, as a
    workbook has them whatever it shows, and those with the month's name are read under any of them.

    Without an offset it is local time in `zone`: of the two moments of a clock set back the first, of the hour that a
    clock set forward leaves out the one before the change by the old offset. A day without a time begins at midnight.
    """
    if isinstance(cell, bool):
        return None
    if not isinstance(cell, str):
        return dates.from_epoch(cell) if written == "epoch" else _moment(text_of(cell), written, zone)
    match = TIMESTAMP.fullmatch(cell)
    if match is not None:
        return cell if is_day(match[1]) else None
    match = _LOCAL.fullmatch(cell)
    if match is not None:
        day, hour, minute, second, half = match.groups()
        whole_day = _day(day, written, zone)
        if whole_day is not None and half is None:
            return f"{whole_day[0]}T{hour or '00':0>2}:{minute or '00'}:{second or '00'}{whole_day[1]}"
    return _moment(cell, written, zone)


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """Whether a text such as 2026-04-02 names a day that there is."""
    return dates.is_rfc3339(f"{text}T00:00:00Z")


def _number(text: str, written: str) -> int | float | None:
    match = _NUMBERS[written].fullmatch(text.strip())
    if match is None or not (match["whole"] or match["part"]):
        return None
    if bool(match["open"]) + bool(match["sign"]) + bool(match["inner"]) > 1:
        return None
    codes = [each for each in match.group("before", "behind") if each.isalpha() and len(each) == 3 and each.isascii()]
    if (match["before"] and match["behind"]) or any(code not in reference.currency_codes() for code in codes):
        return None
    whole = "".join(c for c in match["whole"] or "" if c.isdecimal()).lstrip("0") or "0"
    sign = "-" if match["open"] or (match["sign"] or match["inner"]) not in {"", "+"} else ""
    part = f".{match['part']}" if match["part"] else ""
    found = jsontext.number(f"{sign}{whole}{part}{match['power'] or ''}")
    return None if found is None else _plain(found)


def _plain(found: int | float) -> int | float:
    """149.90 is 149.9 and 12.0 is 12; only what a double can't hold keeps its literal."""
    if not isinstance(found, float):
        return found
    if isinstance(found, Number) and jsontext.loses_precision(found):
        return found
    return int(found) if found.is_integer() and abs(found) <= _EXACT else float(found)


@lru_cache(maxsize=4096)
def _day(text: str, written: str, zone: str) -> tuple[str, str] | None:
    """A day, and the offset that holds from its midnight to the next; None when there is no such day or offset."""
    local = dates.as_written(text, _order(written))
    if local is None:
        return None
    day = local[0][:10]
    if zone in {"", "UTC"}:
        return day, "Z"
    clock = ZoneInfo(zone)
    try:
        midnight = datetime.fromisoformat(day)
        hours = [midnight + timedelta(hours=hour) for hour in range(25)]
    except (ValueError, OverflowError):
        return None
    offsets = {hour.replace(tzinfo=clock, fold=fold).isoformat()[19:] for hour in hours for fold in (0, 1)}
    offset = offsets.pop()
    return (day, _zulu(offset)) if not offsets and len(offset) == 6 else None


@lru_cache(maxsize=4096)
def _moment(text: str, written: str, zone: str) -> str | None:
    bare = text.strip()
    if dates.is_rfc3339(bare):
        return bare
    if written == "epoch" and (found := jsontext.number(bare)) is not None:
        return dates.from_epoch(found)
    read = dates.as_written(bare, _order(written))
    if read is None:
        return None
    local, offset = read
    if offset or zone in {"", "UTC"}:
        return local + (offset or "Z")
    return _in_zone(local, zone)


def _in_zone(local: str, zone: str) -> str | None:
    """None for what no calendar of this zone has: a leap second, the year 0."""
    try:
        at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
        offset = at.strftime("%z")
        if len(offset) == 5:
            return local + _zulu(f"{offset[:3]}:{offset[3:]}")
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z")  # before time zones, offsets had seconds
    except (ValueError, OverflowError):
        return None


def _order(written: str) -> str:
    return written if written in {"mdy", "dmy"} else ""


def _zulu(offset: str) -> str:
    return "Z" if offset == "+00:00" else offset
