"""Two texts as one, to read: what was removed and what was added, with line numbers, colours and signs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from composer.event.differences import Line
from composer.ui.theme import Theme

_LONGEST = 5_000  # characters of a line that are painted
_SIDE = 8.0
_SIGNS = {"removed": "-", "added": "+", "same": " "}
_TOKENS = {"removed": "bad", "added": "good"}


class DiffView(QAbstractScrollArea):
    """Paints only the lines in sight, so their number does not matter. N and P go to the next and previous change,
    Ctrl+C copies all as text.
    """

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: Sequence[Line] = ()
        self._changes: list[int] = []  # the first line of each block of changes
        self._widest = 0.0
        self.setObjectName("diff")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{name}: N and P go to the next and previous change")
        self.verticalScrollBar().setSingleStep(1)
        self.verticalScrollBar().valueChanged.connect(self.viewport().update)
        self.horizontalScrollBar().valueChanged.connect(self.viewport().update)
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines, from the first change on."""
        self._lines = lines
        changed = [at for at, line in enumerate(lines) if line.mark in _TOKENS]
        self._changes = [at for place, at in enumerate(changed) if not place or changed[place - 1] != at - 1]
        longest = max((len(line.text) for line in lines), default=0)
        self._widest = QFontMetricsF(self.font()).horizontalAdvance("0") * min(longest, _LONGEST)
        self._measure()
        self.horizontalScrollBar().setValue(0)
        self.verticalScrollBar().setValue(max(self._changes[0] - 3, 0) if self._changes else 0)
        self.setAccessibleDescription(self.text()[:2_000])
        self.viewport().update()

    def text(self) -> str:
        """All lines with their signs, as tools for differences write them."""
        return "\n".join(f"{_SIGNS.get(line.mark, ' ')} {line.text}" for line in self._lines)

    def go_to_change(self, step: int) -> None:
        """Have the next change (`step` 1) or the previous one (-1) in sight, near the top."""
        here = self.verticalScrollBar().value() + 3
        after = [at for at in self._changes if (at > here if step > 0 else at < here)]
        if after:
            self.verticalScrollBar().setValue(max((after[0] if step > 0 else after[-1]) - 3, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        elif event.key() in (Qt.Key.Key_N, Qt.Key.Key_P) and not event.modifiers():
            self.go_to_change(1 if event.key() == Qt.Key.Key_N else -1)
        elif event.matches(QKeySequence.StandardKey.MoveToStartOfDocument) or event.key() == Qt.Key.Key_Home:
            self.verticalScrollBar().setValue(0)
        elif event.matches(QKeySequence.StandardKey.MoveToEndOfDocument) or event.key() == Qt.Key.Key_End:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        tall, first = self._line_height(), self.verticalScrollBar().value()
        last = min(first + int(self.viewport().height() / tall) + 1, len(self._lines) - 1)
        for at in range(first, last + 1):
            room = QRectF(0, (at - first) * tall, self.viewport().width(), tall)
            self._paint_line(painter, self._lines[at], room)
        painter.end()

    def _paint_line(self, painter: QPainter, line: Line, room: QRectF) -> None:
        token = _TOKENS.get(line.mark)
        if token is not None:
            painter.fillRect(room, self._theme.color(f"{token}_weak"))
        number_width, text_at = self._number_width(), self._text_at()
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.save()
        painter.setClipRect(QRectF(text_at, room.top(), room.width(), room.height()))
        painter.setPen(self._theme.color("muted" if line.left is None and line.right is None else "text"))
        laid_out = self._laid_out(line, token)
        top = room.top() + (room.height() - laid_out.boundingRect().height()) / 2
        laid_out.draw(painter, QPointF(text_at - self.horizontalScrollBar().value(), top))
        painter.restore()
        painter.setPen(self._theme.color(token or "muted"))
        for side, number in enumerate((line.left, line.right)):
            if number is not None:
                box = QRectF(_SIDE + side * (number_width + _SIDE), room.top(), number_width, room.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, f"{number}")
        sign = QRectF(text_at - 2 * _SIDE, room.top(), 2 * _SIDE, room.height())
        painter.drawText(sign, Qt.AlignmentFlag.AlignHCenter | middle, _SIGNS.get(line.mark, ""))

    def _laid_out(self, line: Line, token: str | None) -> QTextLayout:
        text = line.text if len(line.text) <= _LONGEST else line.text[:_LONGEST] + "…"
        layout = QTextLayout(text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        layout.setTextOption(option)
        if token is not None:
            layout.setFormats([self._format(text, part, token) for part in line.parts if part[0] < len(text)])
        layout.beginLayout()
        laid = layout.createLine()
        if laid.isValid():
            laid.setLineWidth(1e6)
            laid.setPosition(QPointF(0, 0))
        layout.endLayout()
        return layout

    def _format(self, text: str, part: tuple[int, int], token: str) -> QTextLayout.FormatRange:
        """The characters of a line that are others."""
        span = QTextLayout.FormatRange()
        span.start = _units(text, part[0])
        span.length = _units(text, min(part[1], len(text))) - span.start
        look = QTextCharFormat()
        look.setForeground(self._theme.color(token))
        look.setFontUnderline(True)
        span.format = look
        return span

    def _dress(self) -> None:
        self.setFont(self._theme.mono())
        self.viewport().update()

    def _line_height(self) -> float:
        return QFontMetricsF(self.font()).height() + 4

    def _number_width(self) -> float:
        most = max((number for line in self._lines[-3:] for number in (line.left, line.right) if number), default=0)
        return QFontMetricsF(self.font()).horizontalAdvance("0") * max(len(str(most)), 3)

    def _text_at(self) -> float:
        """Where the texts begin, behind two columns of numbers and one of signs."""
        return 2 * (self._number_width() + _SIDE) + 3 * _SIDE

    def _measure(self) -> None:
        seen = int(self.viewport().height() / self._line_height())
        self.verticalScrollBar().setRange(0, max(len(self._lines) - seen, 0))
        self.verticalScrollBar().setPageStep(seen)
        room = self.viewport().width() - self._text_at() - _SIDE
        self.horizontalScrollBar().setRange(0, max(int(self._widest - room), 0))
        self.horizontalScrollBar().setPageStep(max(int(room), 1))
        self.horizontalScrollBar().setSingleStep(20)


def _units(text: str, position: int) -> int:
    """A character position as Qt counts it, in UTF-16 units."""
    return position if text.isascii() else len(text[:position].encode("utf-16-le", "surrogatepass")) // 2
