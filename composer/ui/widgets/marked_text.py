"""One painted line with the letters that were looked for in bold, cut with … where there is no room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption

from composer.ui.theme import SMALL_PIXELS, Theme

_LONGEST_SHOWN = 300  # characters; no screen is wider
_WIDEST = 100_000  # pixels
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
_LEFT_TO_RIGHT = "\u200e"  # unseen, and meant


class MarkedText:
    """`marks` are (begin, end) of characters, in order, not touching each other; `width` is in pixels, of the whole."""

    def __init__(self, text: str, marks: Sequence[tuple[int, int]], font: QFont, theme: Theme) -> None:
        self._text = "".join(map(_shown, text[:_LONGEST_SHOWN]))
        self._marks, self._font, self._theme = marks, font, theme
        self._layout = self._lay_out(self._text)
        self.width = self._width_of(self._layout)

    def paint(self, painter: QPainter, room: QRect, color: str) -> None:
        """Write it at the left of `room`, in the middle of its height, in the colour of a token."""
        if not self._text or room.width() <= 0:
            return
        layout = self._layout
        if self.width > room.width():
            bold = QFont(self._font)
            bold.setWeight(QFont.Weight.Bold)
            metrics = QFontMetrics(bold if self._marks else self._font)
            layout = self._lay_out(metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, room.width()))
        painter.setPen(self._theme.color(color))
        painter.setClipRect(room)
        layout.draw(painter, QPointF(room.left(), room.top() + (room.height() - layout.boundingRect().height()) / 2))
        painter.setClipping(False)

    def _lay_out(self, text: str) -> QTextLayout:
        layout = QTextLayout(text, self._font)
        option = QTextOption(_LEFT)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        found = QTextCharFormat()
        found.setFontWeight(QFont.Weight.Bold)
        found.setForeground(self._theme.color("accent"))
        ranges = []
        for begin, end in self._marks:
            each = QTextLayout.FormatRange()
            each.start, each.length = _utf16(text[:begin]), _utf16(text[begin:end])
            each.format = found
            ranges.append(each)
        layout.setFormats(ranges)
        layout.beginLayout()
        layout.createLine().setLineWidth(_WIDEST)
        layout.endLayout()
        return layout

    @staticmethod
    def _width_of(layout: QTextLayout) -> int:
        return int(layout.lineAt(0).naturalTextWidth()) + 1 if layout.text() else 0


def small(font: QFont, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font of what is said quietly."""
    made = QFont(font)
    made.setPixelSize(SMALL_PIXELS)
    made.setWeight(weight)
    return made


def _shown(letter: str) -> str:
    return letter if letter.isprintable() or letter == _LEFT_TO_RIGHT else " "


def _utf16(text: str) -> int:
    """How long Qt takes a text to be."""
    return len(text) + sum(letter > "\uffff" for letter in text)
