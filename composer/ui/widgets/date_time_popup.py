"""A calendar with a clock and a time zone, which makes an RFC 3339 time."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from composer.ui.theme import Theme
from composer.ui.widgets.choosers import Choices, ChooserEntry
from composer.ui.widgets.field import Entry
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
        for name, icon in (("qt_calendar_prevmonth", "chevron-left"), ("qt_calendar_nextmonth", "chevron-right")):
            arrow = self._calendar.findChild(QToolButton, name)
            if isinstance(arrow, QToolButton):  # Qt's own are black in every theme
                arrow.setIcon(theme.icon(icon, "text"))
        self._clock = Entry()
        self._clock.setMaximumWidth(104)
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
        self._clock.textEdited.connect(lambda _text: self._preview())
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
        self._clock.setText(start.strftime("%H:%M:%S"))

    def _text(self) -> str:
        """The chosen moment. Raises ValueError with a sentence when clock or zone can't be read."""
        day, zone = self._calendar.selectedDate(), self._zone.text().strip()
        try:
            clock = time.fromisoformat(self._clock.text().strip())
        except ValueError:
            raise ValueError("Write the time of day as 14:30 or 14:30:00.") from None
        try:
            where = time.fromisoformat(f"00:00{zone}").tzinfo if zone[:1] in ("+", "-") else ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("This time zone is not known. Choose one from the list.") from None
        moment = datetime(day.year(), day.month(), day.day(), clock.hour, clock.minute, clock.second, tzinfo=where)
        text = moment.isoformat(timespec="seconds")
        return text[:19] + "Z" if zone in ("UTC", "Etc/UTC") else text[:25]

    def _preview(self) -> None:
        try:
            self._result.setText(self._text())
        except ValueError as problem:
            self._result.setText(str(problem))
            self._use.setEnabled(False)
        else:
            self._use.setEnabled(True)

    def _now(self) -> None:
        self._done(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def _take(self) -> None:
        if self._use.isEnabled():
            self._done(self._text())

    def _done(self, text: str) -> None:
        self.picked.emit(text)
        self.close()
