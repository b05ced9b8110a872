"""Words on a quiet ground, one after the other, on as many lines as they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from composer.ui.theme import SMALL_PIXELS, Theme

MOST = 50  # chips shown
_HEIGHT, _SIDE, _GAP = 22, 8, 6


class Chips(QWidget):
    """Shows words as chips; `name` says what they are."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self._words: Sequence[str] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_words(self, words: Sequence[str]) -> None:
        """Show these; with none of them it hides."""
        self._words = words[:MOST]
        self.setAccessibleName(f"{self._name}: {', '.join(words)}")
        self.setToolTip(", ".join(words) if len(words) > MOST else "")
        self.setVisible(bool(words))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max((place.bottom() + 1 for place, _ in self._places(width)), default=0)

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, _HEIGHT if self._words else 0)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        metrics = QFontMetrics(self._font())
        for place, word in self._places(self.width()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("line"))
            painter.drawRoundedRect(place, 5, 5)
            painter.setPen(self._theme.color("text"))
            text = metrics.elidedText(word, Qt.TextElideMode.ElideRight, place.width() - 2 * _SIDE)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _places(self, width: int) -> Iterator[tuple[QRect, str]]:
        metrics = QFontMetrics(self._font())
        x = y = 0
        for word in self._words:
            wide = min(metrics.horizontalAdvance(word) + 2 + 2 * _SIDE, max(width, 40))
            if x and x + wide > width:
                x, y = 0, y + _HEIGHT + _GAP
            yield QRect(x, y, wide, _HEIGHT), word
            x += wide + _GAP

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(SMALL_PIXELS)
        font.setWeight(QFont.Weight.DemiBold)
        return font
