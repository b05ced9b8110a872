"""Entries that help to choose: a list with type-ahead, and a date with a time zone. Free typing stays possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QDate, QModelIndex, QPersistentModelIndex, QPoint, Qt, QTime, Signal
from PySide6.QtGui import QAction, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import (
    QCalendarWidget,
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from composer.ui.theme import Theme
from composer.ui.widgets.field import Entry
from composer.ui.widgets.pieces import GRID, button, label

Choices = Callable[[], Sequence[tuple[str, str]]]  # loads (code, name) pairs


class ChoiceModel(QAbstractListModel):
    """Codes with their names; the display text is what type-ahead looks into."""

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._choices = choices

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._choices)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        code, name = self._choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{code}  {name}" if name and name != code else code
        if role == Qt.ItemDataRole.EditRole:
            return code
        return None


class _Completer(QCompleter):
    """Finds in code and name, inserts the code."""

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        return str(index.data(Qt.ItemDataRole.EditRole))


class ChooserEntry(Entry):
    """An entry with a list behind it, found by typing any part of code or name.

    Signals: `chosen(str, str)` the code and name picked from the list; typing emits `textEdited` as ever.
    """

    chosen = Signal(str, str)

    def __init__(self, theme: Theme, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = choices
        self._theme = theme
        self._open = QAction("Show the list (Down)", self)
        self._open.triggered.connect(self.open_list)
        self.addAction(self._open, QLineEdit.ActionPosition.TrailingPosition)
        self._recolor()
        theme.changed.connect(self._recolor)
        self.textEdited.connect(lambda _text: self._ready())

    def open_list(self) -> None:
        """Show the whole list."""
        self.setFocus()
        completer = self._ready()
        completer.setCompletionPrefix("")
        completer.complete()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self.completer().popup() if self.completer() else None
        if event.key() == Qt.Key.Key_Down and not (popup and popup.isVisible()):
            self.open_list()
        else:
            super().keyPressEvent(event)

    def _ready(self) -> QCompleter:
        completer = self.completer()
        if completer is None:
            completer = _Completer(self)
            completer.setModel(ChoiceModel(self._choices()))
            completer.setCompletionRole(Qt.ItemDataRole.DisplayRole)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setMaxVisibleItems(10)
            completer.popup().setObjectName("choices")
            completer.popup().setMinimumWidth(280)
            completer.activated[QModelIndex].connect(self._pick)
            self.setCompleter(completer)
        return completer

    def _pick(self, index: QModelIndex) -> None:
        code = str(index.data(Qt.ItemDataRole.EditRole))
        name = str(index.data()).removeprefix(code).strip()
        self.setText(code)
        self.chosen.emit(code, name or code)

    def _recolor(self) -> None:
        self._open.setIcon(self._theme.icon("chevron-down"))


class DateTimeEntry(Entry):
    """An entry for an RFC 3339 time, with a calendar behind it.

    Signals: `picked(str)` the time chosen in the calendar.
    """

    picked = Signal(str)

    def __init__(self, theme: Theme, zones: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._zones = zones
        self._open = QAction("Choose a date and time (Down)", self)
        self._open.triggered.connect(self.open_calendar)
        self.addAction(self._open, QLineEdit.ActionPosition.TrailingPosition)
        self._recolor()
        theme.changed.connect(self._recolor)

    def open_calendar(self) -> None:
        """Show the calendar below the entry."""
        popup = DateTimePopup(self._theme, self._zones, self.text(), self)
        popup.picked.connect(self._pick)
        popup.adjustSize()
        at = self.mapToGlobal(QPoint(0, self.height() + 2))
        screen = self.screen().availableGeometry()
        at.setX(min(at.x(), screen.right() - popup.width()))
        at.setY(min(at.y(), screen.bottom() - popup.height()))
        popup.move(at)
        popup.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.open_calendar()
        else:
            super().keyPressEvent(event)

    def _pick(self, text: str) -> None:
        self.setText(text)
        self.picked.emit(text)
        self.setFocus()

    def _recolor(self) -> None:
        self._open.setIcon(self._theme.icon("calendar"))


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
        from datetime import UTC, datetime

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
        from datetime import datetime, timedelta, timezone, tzinfo
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
        from datetime import UTC, datetime

        self._done(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def _take(self) -> None:
        if text := self._text():
            self._done(text)

    def _done(self, text: str) -> None:
        self.picked.emit(text)
        self.close()
