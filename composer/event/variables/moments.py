"""The arguments of `$now`: offsets, a format and a time zone.

Days, weeks, months and years go by the calendar and the clock of the time zone; hours and less are exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from composer.event.payload import Json
from composer.event.variables.context import Maker, Place, VariableError
from composer.event.variables.syntax import Argument
from composer.event.walk import readable

_OFFSET = re.compile(r"([+-])((?:[0-9]{1,9}(?:mo|[smhdwy]))+)")
_STEP = re.compile(r"([0-9]+)(mo|[smhdwy])")
_EXACT = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
_BY_DAY = {"d": timedelta(days=1), "w": timedelta(weeks=1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DIRECTIVE = re.compile(r"%(-?)(.?)", re.DOTALL)


def _time(at: datetime) -> str:
    return f"{at.hour:02}:{at.minute:02}:{at.second:02}"


# By hand, because what strftime makes of a pattern depends on the system and its language.
_PARTS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
    "m": lambda at: f"{at.month:02}",
    "B": lambda at: _MONTHS[at.month - 1],
    "b": lambda at: _MONTHS[at.month - 1][:3],
    "d": lambda at: f"{at.day:02}",
    "j": lambda at: f"{at.timetuple().tm_yday:03}",
    "A": lambda at: _DAYS[at.weekday()],
    "a": lambda at: _DAYS[at.weekday()][:3],
    "u": lambda at: f"{at.isoweekday()}",
    "G": lambda at: f"{at.isocalendar().year:04}",
    "V": lambda at: f"{at.isocalendar().week:02}",
    "H": lambda at: f"{at.hour:02}",
    "I": lambda at: f"{(at.hour + 11) % 12 + 1:02}",
    "p": lambda at: "AM" if at.hour < 12 else "PM",
    "M": lambda at: f"{at.minute:02}",
    "S": lambda at: f"{at.second:02}",
    "f": lambda at: f"{at.microsecond:06}",
    "F": lambda at: at.date().isoformat(),
    "T": _time,
    "z": lambda at: at.isoformat()[-6:].replace(":", ""),
    "Z": lambda at: at.tzname() or "UTC",
    "%": lambda _: "%",
}
_FORMATS: dict[str, Callable[[datetime], Json]] = {
    "iso": lambda at: f"{at.date().isoformat()}T{_time(at)}{'Z' if at.tzinfo is UTC else at.isoformat()[-6:]}",
    "date": lambda at: at.date().isoformat(),
    "time": _time,
    "unix": lambda at: (at - _EPOCH) // timedelta(seconds=1),
    "unix_ms": lambda at: (at - _EPOCH) // timedelta(milliseconds=1),
}


def now(arguments: Sequence[Argument]) -> Maker:
    """What makes the value of `{{$now …}}`. Raises VariableError, as the maker does outside the years 1 to 9999."""
    offsets: list[tuple[int, str]] = []
    form: Callable[[datetime], Json] | None = None
    zone: tzinfo | None = None
    for argument in arguments:
        text = argument.text
        if text.startswith(("+", "-")):
            offsets += _offsets(text)
        elif text in _FORMATS or "%" in text:
            if form is not None:
                raise VariableError(f"“{readable(text)}” is a second format. One is enough.")
            form = _FORMATS.get(text) or _pattern(text)
        elif zone is not None:
            raise VariableError(f"“{readable(text)}” would be a second time zone. One is enough.")
        else:
            zone = _zone(text)
    written, there = form or _FORMATS["iso"], zone or UTC

    def make(place: Place) -> Json:
        try:
            at = place.context.now.astimezone(there)
            for amount, unit in offsets:
                at = _moved(at, amount, unit, there)
            return written(_whole_minutes(at))
        except (OverflowError, ValueError):
            raise VariableError("this leads out of the years 1 to 9999.") from None

    return make


def _offsets(text: str) -> list[tuple[int, str]]:
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise VariableError(
            f"“{readable(text)}” is no offset. Write a sign, a number of up to 9 digits and s, m, h, d, w, mo or y, "
            "such as +2d or -90m."
        )
    sign = -1 if match[1] == "-" else 1
    return [(sign * int(amount), unit) for amount, unit in _STEP.findall(match[2])]


def _zone(text: str) -> tzinfo:
    from composer.event import reference

    if text not in reference.time_zone_names():
        near = reference.time_zone_named(text)
        hint = f" Did you mean {near}?" if near else ""
        raise VariableError(
            f"“{readable(text)}” is no offset such as +2d, no format (date, time, unix, unix_ms, iso or a pattern such "
            f"as %d.%m.%Y) and no time zone such as Europe/Berlin.{hint}"
        )
    from zoneinfo import ZoneInfo

    return ZoneInfo(text)


def _pattern(text: str) -> Callable[[datetime], str]:
    for _, letter in _DIRECTIVE.findall(text):
        if letter not in _PARTS:
            known = " ".join(f"%{each}" for each in _PARTS)
            raise VariableError(
                f"“%{readable(letter)}” is no part of a date. There are {known}, and %-d without a leading zero."
            )

    def shown(match: re.Match[str], at: datetime) -> str:
        part = _PARTS[match[2]](at)
        return (part.lstrip("0") or "0") if match[1] and part.isdigit() else part

    return lambda at: _DIRECTIVE.sub(lambda match: shown(match, at), text)


def _moved(at: datetime, amount: int, unit: str, zone: tzinfo) -> datetime:
    if unit in _EXACT:
        return (at.astimezone(UTC) + amount * _EXACT[unit]).astimezone(zone)
    if unit in _BY_DAY:
        moved = at + amount * _BY_DAY[unit]
    else:
        year, month = divmod(at.year * 12 + at.month - 1 + amount * (12 if unit == "y" else 1), 12)
        moved = at.replace(day=1).replace(year=year, month=month + 1)
        moved = moved.replace(day=min(at.day, _days_of(moved)))
    return moved.astimezone(UTC).astimezone(zone)  # a time that the clock leaps over becomes the one after it


def _days_of(first: datetime) -> int:
    if first.month == 12:
        return 31
    return (first.replace(month=first.month + 1) - timedelta(days=1)).day


def _whole_minutes(at: datetime) -> datetime:
    """RFC 3339 has no offsets with seconds, which the local times of long ago have."""
    ahead = at.utcoffset() or timedelta(0)
    odd = ahead % timedelta(minutes=1)
    return at.astimezone(timezone(ahead - odd)) if odd else at
