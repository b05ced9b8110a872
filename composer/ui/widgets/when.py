"""Moments for people: short in lists, whole where there is room, always in the time zone of this computer."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt, QTime


def short(milliseconds: int) -> str:
    """A moment of today as ``14:03:09``, another of this year as ``3 Nov 14:03``, an older one with its year."""
    moment = QDateTime.fromMSecsSinceEpoch(milliseconds)
    today = QDateTime.currentDateTime().date()
    if moment.date() == today:
        pattern = "HH:mm:ss"
    else:
        pattern = "d MMM HH:mm" if moment.date().year() == today.year() else "d MMM yyyy"
    return QLocale().toString(moment, pattern)


def day(milliseconds: int) -> str:
    """The day of a moment, for a sentence: ``3 May 2026, 14:03``."""
    return QLocale().toString(QDateTime.fromMSecsSinceEpoch(milliseconds), "d MMMM yyyy, HH:mm")


def ago(milliseconds: int) -> str:
    """How long ago a moment was, by the calendar: ``today``, ``yesterday``, ``12 days ago``, ``3 months ago``."""
    then = QDateTime.fromMSecsSinceEpoch(milliseconds).date()
    days = then.daysTo(QDateTime.currentDateTime().date())
    if days < 2:
        return "yesterday" if days == 1 else "today"  # also where the clock was wrong
    if days < 60:
        return f"{days} days ago"
    return f"{days // 30} months ago" if days < 730 else f"{days // 365} years ago"


def whole(milliseconds: int) -> str:
    """Date, time and offset: ``2026-11-03 14:03:09 +01:00``."""
    moment = QDateTime.fromMSecsSinceEpoch(milliseconds)
    offset = moment.offsetFromUtc() // 60
    return (
        moment.toString("yyyy-MM-dd HH:mm:ss ")
        + f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    )


def between(since: int, until: int) -> str:
    """A range of time, without its end: ``25 Nov``, ``25 Nov 14:00–15:00``, ``18 Nov – 25 Nov``; years where they are
    not this one.
    """
    first, end = QDateTime.fromMSecsSinceEpoch(since), QDateTime.fromMSecsSinceEpoch(until)
    year = QDateTime.currentDateTime().date().year()
    date = "d MMM" if first.date().year() == end.date().year() == year else "d MMM yyyy"
    midnight = QTime(0, 0)
    if first.time() == midnight and end.time() == midnight:
        last = end.addDays(-1)
        texts = [QLocale().toString(each, date) for each in (first, last)]
        return texts[0] if first.date() >= last.date() else " – ".join(texts)
    if first.date() == end.date():
        return f"{QLocale().toString(first, f'{date} HH:mm')}–{QLocale().toString(end, 'HH:mm')}"
    return " – ".join(QLocale().toString(each, f"{date} HH:mm") for each in (first, end))


def midnight(days_ago: int) -> int:
    """Unix milliseconds of the beginning of today, or of the day so many days ago."""
    return QDateTime.currentDateTime().date().addDays(-days_ago).startOfDay().toMSecsSinceEpoch()


def milliseconds_of(rfc3339: str) -> int:
    """Unix milliseconds of an RFC 3339 text; 0 when it is none."""
    moment = QDateTime.fromString(rfc3339, Qt.DateFormat.ISODateWithMs)
    return moment.toMSecsSinceEpoch() if moment.isValid() else 0
