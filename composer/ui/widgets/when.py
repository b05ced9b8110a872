"""Moments for people: short in lists, whole where there is room, always in the time zone of this computer."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt


def short(milliseconds: int) -> str:
    """A moment of today as ``14:03:09``, another of this year as ``3 Nov 14:03``, an older one with its year."""
    moment = QDateTime.fromMSecsSinceEpoch(milliseconds)
    today = QDateTime.currentDateTime().date()
    if moment.date() == today:
        pattern = "HH:mm:ss"
    else:
        pattern = "d MMM HH:mm" if moment.date().year() == today.year() else "d MMM yyyy"
    return QLocale().toString(moment, pattern)


def whole(milliseconds: int) -> str:
    """Date, time and offset: ``2026-11-03 14:03:09 +01:00``."""
    moment = QDateTime.fromMSecsSinceEpoch(milliseconds)
    offset = moment.offsetFromUtc() // 60
    return (
        moment.toString("yyyy-MM-dd HH:mm:ss ")
        + f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    )


def milliseconds_of(rfc3339: str) -> int:
    """Unix milliseconds of an RFC 3339 text; 0 when it is none."""
    moment = QDateTime.fromString(rfc3339, Qt.DateFormat.ISODateWithMs)
    return moment.toMSecsSinceEpoch() if moment.isValid() else 0
