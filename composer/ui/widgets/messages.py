"""Sentences for people: text that wraps anywhere, notices with what can be done, empty places that teach, questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMessageBox, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from composer.ui.widgets.flow import Flow
from composer.ui.widgets.pieces import GRID, Strip, button, label, repolish, restyle

MOST_CHARACTERS = 600  # of a sentence; the tooltip has more of it


class Wrapped(QLabel):
    """A label of several lines that also breaks words too long for it, and never asks for more width than there is.

    With `most_lines` it has no more lines than these, and says the whole in its tooltip.
    """

    def __init__(
        self, text: str = "", look: str = "", parent: QWidget | None = None, most_lines: int | None = None
    ) -> None:
        super().__init__(text, parent)
        self._most_lines = most_lines
        self.setTextFormat(Qt.TextFormat.PlainText)
        if look:
            self.setProperty("look", look)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, text: str) -> None:
        """Show a text; a very long one ends in … and is longer in the tooltip."""
        cut = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + "…"
        self.setText(cut)
        self.setToolTip(text[: 10 * MOST_CHARACTERS] if cut != text or self._most_lines is not None else "")
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return ceil(self._laid_out(width).boundingRect().height())

    def sizeHint(self) -> QSize:
        width = min(self.fontMetrics().horizontalAdvance(self.text()) + 2, 480)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.fontMetrics().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        self._laid_out(self.width()).draw(painter, QPointF(0, 0))
        painter.end()

    def _laid_out(self, width: int) -> QTextLayout:
        layout = self._lay_out(self.text().replace("\n", "\u2028"), width)
        most = self._most_lines
        if most is None or layout.lineCount() <= most:
            return layout
        last = layout.lineAt(most - 1)
        end = self.fontMetrics().elidedText(layout.text()[last.textStart() :], Qt.TextElideMode.ElideRight, width)
        return self._lay_out(layout.text()[: last.textStart()] + end, width)

    def _lay_out(self, text: str, width: int) -> QTextLayout:
        layout = QTextLayout(text, self.font())
        option = QTextOption(self.alignment())
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 20))
            line.setPosition(QPointF(0, y))
            y += line.height() + 2
        layout.endLayout()
        return layout


class Notice(QFrame):
    """A sentence on a coloured ground with buttons for what can be done about it; hidden until it speaks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self._mark = label("", "strong")
        self._text = Wrapped()
        self._buttons = Flow()
        words = QVBoxLayout()
        words.setSpacing(GRID)
        words.addWidget(self._text)
        words.addLayout(self._buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(GRID)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says now; empty when it is silent."""
        return "" if self.isHidden() else self._text.text()

    def say(self, tone: str, sentence: str, acts: Sequence[tuple[str, Callable[[], object]]] = ()) -> None:
        """Show a sentence and a button for each of `acts`; `tone` is good, caution, bad or accent."""
        restyle(self, "tone", tone)
        repolish(self._mark)
        self._mark.setText(Strip.MARKS[tone])
        self._text.say(sentence)
        self.setAccessibleName(sentence)
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for name, act in acts:
            self._buttons.addWidget(button(name, act))
        self.show()


class EmptyState(QWidget):
    """What stands where nothing is yet: what would be here, and how to get it."""

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        self._column.setSpacing(GRID)
        self._title = label(title, "heading")
        self._sentence = label(sentence, "muted")
        self._column.addStretch(1)
        for each in (self._title, self._sentence):
            each.setAlignment(Qt.AlignmentFlag.AlignCenter)
            each.setWordWrap(True)
            self._column.addWidget(each)
        self._column.addStretch(1)

    def offer(self, name: str, act: Callable[[], object]) -> QPushButton:
        """Add the button for what is to be done next."""
        made = button(name, act, "primary")
        self._column.insertSpacing(self._column.count() - 1, GRID)
        self._column.insertWidget(self._column.count() - 1, made, 0, Qt.AlignmentFlag.AlignCenter)
        return made


def ask(parent: QWidget, question: str, consequence: str, act_name: str, act: Callable[[], object]) -> QMessageBox:
    """Ask before something that can't be undone, and call `act` on yes. Escape and Enter mean no; does not block."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, "Event Composer", question, QMessageBox.StandardButton.NoButton, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(consequence)
    yes = box.addButton(act_name, QMessageBox.ButtonRole.DestructiveRole)
    restyle(yes, "look", "danger")
    no = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.buttonClicked.connect(lambda clicked: act() if clicked is yes else None)
    box.open()
    return box
