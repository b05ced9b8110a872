"""A small live picture of a run: requests a second in half seconds, the limit, and the moments of a 429."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from composer.ui.theme import Theme

STEP = 0.5  # seconds
POINTS = 240  # the last two minutes
HEIGHT = 84
_SPANS = (10, 20, 30, 60, POINTS * STEP)  # seconds the width stands for
_LABEL_PIXELS = 11
_LABEL_ROOM = 64.0  # pixels
_TOP = 18.0  # room for the limit's label
_BOTTOM = 4.0


class RateChart(QWidget):
    """Fed by progress reports; what is older than two minutes of sending leaves at the left."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._limit = 100.0
        self._points: deque[tuple[float, float]] = deque(maxlen=POINTS)  # (seconds, requests a second)
        self._limited: deque[tuple[float, int]] = deque(maxlen=POINTS)  # (seconds, 429s)
        self._last: tuple[float, int, int] | None = None
        self._ends = 0.0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Requests a second")
        theme.changed.connect(self.update)

    @property
    def points(self) -> list[tuple[float, float]]:
        """Seconds of sending and requests a second, oldest first."""
        return list(self._points)

    def labels(self) -> list[str]:
        """The words beside the marks for 429s, from the left."""
        return [words for _, words in self._labels()]

    def clear(self, limit: float) -> None:
        """Begin anew, with this many requests a second allowed."""
        self._limit = limit
        self._points.clear()
        self._limited.clear()
        self._last = None
        self._ends = 0.0
        self._describe()
        self.update()

    def feed(self, seconds: float, requests: int, limited: int, seconds_left: float | None) -> None:
        """Take in how many requests and 429s there are after so many seconds of sending."""
        if self._last is None or seconds < self._last[0]:
            self._last = (seconds, requests, limited)
            return
        before, requests_before, limited_before = self._last
        if limited > limited_before:
            self._limited.append((seconds, limited - limited_before))
        self._last = (before, requests_before, limited)
        if seconds - before >= STEP:
            self._points.append((seconds, (requests - requests_before) / (seconds - before)))
            self._last = (seconds, requests, limited)
            self._describe()
        self._ends = seconds + (seconds_left or 0.0)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(_LABEL_PIXELS)
        painter.setFont(font)
        self._paint_limit(painter)
        if self._points:
            self._paint_line(painter)
            self._paint_limited(painter, QFontMetrics(font))
        painter.end()

    def _paint_limit(self, painter: QPainter) -> None:
        y = round(self._y(self._limit)) + 0.5
        pen = QPen(self._theme.color("strong_line"), 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        painter.setPen(self._theme.color("muted"))
        room = QRectF(0, y - 16, self.width(), 14)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"limit {self._limit:,.0f} requests/s"
        )

    def _paint_line(self, painter: QPainter) -> None:
        first, last = self._points[0], self._points[-1]
        drawn = [QPointF(self._x(seconds), self._y(rate)) for seconds, rate in self._points]
        if self._start() < first[0]:  # none has left yet: it began with nothing
            drawn.insert(0, QPointF(self._x(first[0] - STEP), self._y(0)))
        floor = self.height() - _BOTTOM
        area = QPolygonF([QPointF(drawn[0].x(), floor), *drawn, QPointF(self._x(last[0]), floor)])
        ground = self._theme.color("accent")
        ground.setAlphaF(0.10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawPolygon(area)
        pen = QPen(self._theme.color("accent"), 2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(drawn)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent"))
        painter.drawEllipse(drawn[-1], 3, 3)

    def _paint_limited(self, painter: QPainter, metrics: QFontMetrics) -> None:
        ink = self._theme.color("caution")
        painter.setPen(QPen(ink, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        for seconds, _ in self._limited:
            if seconds >= self._start():
                whole = round(self._x(seconds))
                painter.drawLine(QPointF(whole, self._y(self._limit)), QPointF(whole, self.height() - _BOTTOM))
        for x, words in self._labels():
            box = QRectF(x + 3, self.height() - _BOTTOM - 18, metrics.horizontalAdvance(words) + 10, 16)
            if box.right() > self.width():
                box.moveRight(x - 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("caution_weak"))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(ink)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _labels(self) -> list[tuple[float, str]]:
        """Where the word for a 429 stands; those that are close share one."""
        found: list[tuple[float, int]] = []
        for seconds, count in self._limited:
            x = self._x(seconds)
            if seconds < self._start():
                continue
            if found and x - found[-1][0] < _LABEL_ROOM:
                found[-1] = (found[-1][0], found[-1][1] + count)
            else:
                found.append((x, count))
        return [(x, "429" if count == 1 else f"{count:,} × 429") for x, count in found]

    def _span(self) -> float:
        begun = self._points[0][0] if self._points else 0.0
        return next((each for each in _SPANS if self._ends - begun + STEP <= each), _SPANS[-1])

    def _start(self) -> float:
        """The second at the left edge."""
        if not self._points:
            return 0.0
        begun = self._points[0][0] - (0 if len(self._points) == POINTS else STEP)
        return max(begun, self._points[-1][0] - _SPANS[-1])

    def _x(self, seconds: float) -> float:
        return max(0.0, (seconds - self._start()) / self._span() * (self.width() - 4))

    def _y(self, rate: float) -> float:
        top = max(self._limit, *(each for _, each in self._points)) if self._points else self._limit
        return _TOP + (1 - rate / top) * (self.height() - _TOP - _BOTTOM)

    def _describe(self) -> None:
        if not self._points:
            self.setAccessibleDescription(f"Nothing sent yet. The limit is {self._limit:,.0f}.")
            return
        rates = [rate for _, rate in self._points]
        times = sum(count for _, count in self._limited)
        said = f"{times:,} time{'' if times == 1 else 's'} the server said 429." if times else "No 429."
        self.setAccessibleDescription(
            f"Now {rates[-1]:,.1f}, at most {max(rates):,.1f} in the last {self._points[-1][0] - self._start():,.0f} "
            f"seconds, of {self._limit:,.0f} allowed. {said}"
        )
