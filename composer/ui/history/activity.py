"""How much was sent when: a small chart of bars; dragging over them chooses a range of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QWidget

from composer.storage.history import Bar
from composer.ui.theme import Theme
from composer.ui.widgets import when
from composer.ui.widgets.pieces import Card, Elided, label

HEIGHT = 50  # pixels
_WIDEST = 32.0  # pixels of one bar with its gap
_LOWEST = 2.0  # pixels; even one event is seen
_SIDE = 3.0
_FAINT = 0.35  # how much is left of a bar that is not chosen
_MINUTE, _HOUR, _DAY, _WEEK = 60_000, 3_600_000, 86_400_000, 604_800_000


class Span(NamedTuple):
    """A range of time, Unix milliseconds, without its end."""

    since_ms: int
    until_ms: int


class ActivityChart(QWidget):
    """A bar for each hour, day or week: queued below, everything else above.

    Signals: `range_chosen(object)` a Span by a person, None when all bars are meant again.
    """

    range_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: Sequence[Bar] = ()
        self._span: Span | None = None
        self._anchor: int | None = None  # the bar at which dragging began
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Activity: arrow keys choose a range of time, Shift widens it, Escape clears it")
        theme.changed.connect(self.update)
        self._describe()

    @property
    def bars(self) -> Sequence[Bar]:
        """What is shown, oldest first."""
        return self._bars

    @property
    def span(self) -> Span | None:
        """The range that is chosen."""
        return self._span

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these bars, evenly spaced; the range stays."""
        if list(bars) != list(self._bars):
            self._bars = bars
            self._anchor = None
            self._describe()
            self.update()

    def show_span(self, span: Span | None) -> None:
        """Mark a range, without a signal."""
        if span != self._span:
            self._span = span
            self._describe()
            self.update()

    def bar_rect(self, at: int) -> QRectF:
        """Where a bar has its room, from top to bottom."""
        slot = self._slot()
        return QRectF(_SIDE + at * slot, 0, slot, self.height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        first, last = self._chosen_bars()
        if last >= first:
            room = self.bar_rect(first).united(self.bar_rect(last))
            painter.fillRect(room, self._theme.color("accent_weak"))
        floor, top = self.height() - 3.0, 4.0
        most = max((bar.queued + bar.other for bar in self._bars), default=0)
        gap = min(6.0, max(1.0, self._slot() * 0.2))
        for at, bar in enumerate(self._bars if most else ()):
            painter.setOpacity(1.0 if self._span is None or first <= at <= last else _FAINT)
            y = floor
            for count, token in ((bar.queued, "accent"), (bar.other, "bad")):
                if count:
                    tall = max(_LOWEST, count / most * (floor - top - _LOWEST))
                    box = QRectF(self.bar_rect(at).left() + gap / 2, y - tall, self._slot() - gap, tall)
                    painter.fillRect(box, self._theme.color(token))
                    y -= tall
        painter.setOpacity(1.0)
        painter.fillRect(QRectF(0, self.height() - 2, self.width(), 1), self._theme.color("line"))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._bars:
            self._anchor = self._bar_at(event.position().x())
            self._mark(self._anchor, self._anchor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._anchor is not None and event.buttons() & Qt.MouseButton.LeftButton:
            at = self._bar_at(event.position().x())
            self._mark(min(self._anchor, at), max(self._anchor, at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._anchor is not None:
            self._anchor = None
            self.range_chosen.emit(self._span)

    def mouseDoubleClickEvent(self, _: QMouseEvent) -> None:
        self._anchor = None
        self._choose(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        first, last = self._chosen_bars()
        end = len(self._bars) - 1
        if event.key() == Qt.Key.Key_Escape and self._span is not None:
            self._choose(None)
        elif step is None or end < 0:
            event.ignore()
        elif last < first:  # none yet: begin with the newest
            self._choose_bars(end, end)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            first, last = (max(first - 1, 0), last) if step < 0 else (first, min(last + 1, end))
            self._choose_bars(first, last)
        elif first + step >= 0 and last + step <= end:
            self._choose_bars(first + step, last + step)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            at = int((event.pos().x() - _SIDE) // self._slot()) if self._bars else -1
            QToolTip.showText(event.globalPos(), self.told(at) if 0 <= at < len(self._bars) else "", self)
            return True
        return super().event(event)

    def told(self, at: int) -> str:
        """What there is to say of a bar: its time and its counts."""
        bar = self._bars[at]
        counts = f"{bar.queued:,} queued, {bar.other:,} not queued" if bar.queued + bar.other else "nothing sent"
        return f"{when.between(bar.start_ms, bar.end_ms)} · {counts}"

    def unit(self) -> str:
        """What one bar stands for, such as "hour" or "2 days"; empty without bars."""
        if not self._bars:
            return ""
        length = self._bars[0].end_ms - self._bars[0].start_ms
        for name, each in (("week", _WEEK), ("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
            times = round(length / each)
            if times >= 1 and abs(length - times * each) <= each * 0.05:  # a day of 23 hours is one, too
                return name if times == 1 else f"{times} {name}s"
        return f"{max(1, round(length / _HOUR))} hours"

    def _slot(self) -> float:
        return min(_WIDEST, (self.width() - 2 * _SIDE) / max(len(self._bars), 1))

    def _bar_at(self, x: float) -> int:
        return min(max(int((x - _SIDE) // self._slot()), 0), len(self._bars) - 1)

    def _chosen_bars(self) -> tuple[int, int]:
        """First and last bar in the range; the first after the last when there is none."""
        span = self._span
        if span is None:
            return 0, -1
        within = [
            at for at, bar in enumerate(self._bars) if bar.end_ms > span.since_ms and bar.start_ms < span.until_ms
        ]
        return (within[0], within[-1]) if within else (0, -1)

    def _mark(self, first: int, last: int) -> None:
        self.show_span(Span(self._bars[first].start_ms, self._bars[last].end_ms))

    def _choose_bars(self, first: int, last: int) -> None:
        self._mark(first, last)
        self.range_chosen.emit(self._span)

    def _choose(self, span: Span | None) -> None:
        self.show_span(span)
        self.range_chosen.emit(span)

    def _describe(self) -> None:
        queued, other = sum(bar.queued for bar in self._bars), sum(bar.other for bar in self._bars)
        said = (
            f"{queued:,} queued and {other:,} not queued, a bar for each {self.unit()}." if self._bars else "Nothing."
        )
        if self._span is not None:
            said += f" Chosen: {when.between(*self._span)}."
        self.setAccessibleDescription(said)


class ActivityCard(Card):
    """The chart, and below it what it shows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.chart = ActivityChart(theme)
        self.caption = Elided("", "small")
        self.period = label("", "small")
        foot = QHBoxLayout()
        foot.addWidget(self.caption, 1)
        foot.addWidget(self.period)
        self.body.setContentsMargins(10, 8, 12, 8)
        self.body.setSpacing(4)
        self.body.addWidget(self.chart)
        self.body.addLayout(foot)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these bars."""
        self.chart.show_bars(bars)
        self.caption.setText(f"Sent per {self.chart.unit()} · red is not queued · drag to filter" if bars else "")
        self.period.setText(when.between(bars[0].start_ms, bars[-1].end_ms) if bars else "")
