"""A calendar with a clock and a time zone, which makes an RFC 3339 time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QDate, Qt, QTime, Signal
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QHBoxLayout, QTimeEdit, QVBoxLayout, QWidget

from composer.ui.theme import Theme
from composer.ui.widgets.choosers import Choices, ChooserEntry
from composer.ui.widgets.pieces import GRID, button, label


class DateTimePopup(QFrame):
    """A calendar, a clock, a time zone, and “Now”.

    Signals: `picked(str)` an RFC 3339 text; empty to leave the field empty.
    """

    picked = Signal(str)

    def __init__(self, theme: Theme, zones: Choices, text: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("card")
        self._calendar = QCalendarWidget()
        self._calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self._calendar.setAccessibleName("Day")
        self._clock = QTimeEdit()
        self._clock.setDisplayFormat("HH:mm:ss")
        self._clock.setMinimumWidth(104)
        self._clock.setButtonSymbols(QTimeEdit.ButtonSymbols.NoButtons)
        weekend = QTextCharFormat()
        weekend.setForeground(theme.color("muted"))
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self._calendar.setWeekdayTextFormat(day, weekend)
        self._clock.setAccessibleName("Time of day")
        self._zone = ChooserEntry(theme, zones)
        self._zone.setAccessibleName("Time zone")
        self._zone.chosen.connect(lambda *_: self._preview())
        self._zone.textEdited.connect(lambda _text: self._preview())
        self._result = label("", "small")
        self._use = button("Use", self._take, "primary")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 12, 12, 12)
        outer.setSpacing(GRID)
        outer.addWidget(self._calendar)
        line = QHBoxLayout()
        line.addWidget(self._clock)
        line.addWidget(self._zone, 1)
        outer.addLayout(line)
        outer.addWidget(self._result)
        buttons = QHBoxLayout()
        buttons.addWidget(button("Now", self._now))
        buttons.addWidget(button("Clear", lambda: self._done("")))
        buttons.addStretch(1)
        buttons.addWidget(self._use)
        outer.addLayout(buttons)
        self._start_from(text)
        self._calendar.selectionChanged.connect(self._preview)
        self._clock.timeChanged.connect(lambda _time: self._preview())
        self._calendar.activated.connect(lambda _day: self._take())
        self._preview()
        self._calendar.setFocus()

    def _start_from(self, text: str) -> None:
        try:
            start = datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
        except ValueError:
            start = datetime.now(UTC)
        offset = start.utcoffset()
        if offset is None or not offset:
            self._zone.setText("UTC")
        else:
            self._zone.setText(start.strftime("%z")[:3] + ":" + start.strftime("%z")[3:])
        if start.year >= 1753:  # the first year the calendar shows
            self._calendar.setSelectedDate(QDate(start.year, start.month, start.day))
            self._clock.setTime(QTime(start.hour, start.minute, start.second))

    def _text(self) -> str:
        """The chosen moment, or empty when the zone is not known."""
        day, clock, zone = self._calendar.selectedDate(), self._clock.time(), self._zone.text().strip()
        where: tzinfo
        if zone[:1] in "+-" and len(zone) == 6 and zone[1:3].isdecimal() and zone[4:].isdecimal():
            minutes = int(zone[1:3]) * 60 + int(zone[4:])
            if minutes >= 24 * 60:
                return ""
            where = timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
        else:
            try:
                where = ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                return ""
        moment = datetime(
            day.year(), day.month(), day.day(), clock.hour(), clock.minute(), clock.second(), tzinfo=where
        )
        text = moment.isoformat(timespec="seconds")
        return text[:19] + "Z" if zone in ("UTC", "Etc/UTC") else text[:25]

    def _preview(self) -> None:
        text = self._text()
        self._use.setEnabled(bool(text))
        self._result.setText(text or "This time zone is not known. Choose one from the list.")

    def _now(self) -> None:
        self._done(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def _take(self) -> None:
        if text := self._text():
            self._done(text)

    def _done(self, text: str) -> None:
        self.picked.emit(text)
        self.close()
