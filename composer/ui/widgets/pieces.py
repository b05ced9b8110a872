"""The small pieces every place is made of: cards, headings, chips, strips, buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

GRID = 8
DRESSED = "dressed"  # the application's property that says that the stylesheet is on


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Set a property the stylesheet looks at, and have it looked at again if it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        repolish(widget)


def repolish(widget: QWidget) -> None:
    """Have the stylesheet looked at again, unless it is still to be put on."""
    app = QApplication.instance()
    if app is not None and app.property(DRESSED):
        style = widget.style()
        style.unpolish(widget)
        style.polish(widget)
        widget.update()


def label(text: str = "", look: str = "", parent: QWidget | None = None) -> QLabel:
    """A label in one of the looks of the stylesheet; its text is never taken for HTML."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if look:
        made.setProperty("look", look)
    return made


def chip(text: str = "", tone: str = "plain", parent: QWidget | None = None) -> QLabel:
    """A word on a coloured ground: accent, good, caution, bad or plain."""
    made = label(text, "", parent)
    made.setProperty("chip", tone)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return made


def button(
    text: str, act: Callable[[], object] | None = None, look: str = "", parent: QWidget | None = None
) -> QPushButton:
    """A push button in one of the looks of the stylesheet."""
    made = QPushButton(text, parent)
    if look:
        made.setProperty("look", look)
    if act is not None:
        made.clicked.connect(lambda _checked: act())
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


class Card(QFrame):
    """A panel with a heading line; what it shows goes into `body`."""

    def __init__(self, title: str = "", note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(14, 10, 14, 12)
        self.body.setSpacing(GRID)
        self.head = QHBoxLayout()
        self.head.setSpacing(GRID)
        self.title = label(title, "heading", self)
        self.note = label(note, "small", self)
        self.head.addWidget(self.title)
        self.head.addWidget(self.note)
        self.head.addStretch(1)
        self.title.setVisible(bool(title))
        self.note.setVisible(bool(note))
        if title:
            self.body.addLayout(self.head)

    def remark(self, note: str) -> None:
        """Say something quiet behind the heading."""
        self.note.setText(note)
        self.note.setVisible(bool(note))


class Strip(QFrame):
    """One line on a coloured ground: a mark, strong words, a value, quiet words. The tone is also said by the mark.
    What belongs below it goes into `column`.
    """

    MARKS = {"good": "✓", "caution": "!", "bad": "✕", "accent": "i"}  # noqa: RUF012 - a constant, never changed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(10, 7, 10, 7)
        self.column.setSpacing(4)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        self.column.addLayout(line)
        self._mark = label("", "strong")
        self._strong = label("", "strong")
        self._value = Elided("", "value")
        self._quiet = Elided("", "muted")
        for each in (self._mark, self._strong):
            line.addWidget(each)
        line.addWidget(self._value)
        line.addWidget(self._quiet, 1)

    def say(self, tone: str, strong: str, value: str = "", quiet: str = "") -> None:
        """Show one sentence in parts; `tone` is good, caution, bad or accent."""
        if self.property("tone") != tone:
            restyle(self, "tone", tone)
            for each in (self._mark, self._strong, self._value):
                repolish(each)
        self._mark.setText(self.MARKS[tone])
        self._strong.setText(strong)
        self._value.setText(value)
        self._quiet.setText(quiet)
        self.setAccessibleName(" ".join(part for part in (strong, value, quiet) if part))


LONGEST_SHOWN = 1000  # characters of one line; no screen is wider


class Elided(QLabel):
    """A label on one line that ends in … when there is no room, and then says the whole in its tooltip."""

    def __init__(self, text: str = "", look: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if look:
            self.setProperty("look", look)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()[:LONGEST_SHOWN]) + 2, metrics.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        metrics = QFontMetrics(self.font())
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if text != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class Section(Card):
    """A card whose content can be folded away; `build` makes the content when it is first opened.

    Signals: `opened()`.
    """

    opened = Signal()

    def __init__(self, title: str, note: str, build: Callable[[], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(title, note, parent)
        self._build = build
        self.content: QWidget | None = None
        self.toggle = button("", self._flip, "section")
        self.toggle.setAccessibleName(title)
        self.head.replaceWidget(self.title, self.toggle)
        self.title.hide()
        self.head.setContentsMargins(-3, 0, 0, 0)  # the toggle's text, not its edge, aligns with other headings
        self._is_open = False
        self._name = title
        self._show_state()

    @property
    def is_open(self) -> bool:
        """Whether the content shows."""
        return self._is_open

    def open(self, is_open: bool = True) -> None:
        """Show or fold away the content."""
        if is_open and self.content is None:
            self.content = self._build()
            self.body.addWidget(self.content)
            self._tab_through(self.content)
        self._is_open = is_open
        if self.content is not None:
            self.content.setVisible(is_open)
        self._show_state()
        if is_open:
            self.opened.emit()

    def _tab_through(self, content: QWidget) -> None:
        """Have Tab go on from the toggle into what was made later than everything below."""
        before: QWidget = self.toggle
        for each in (content, *content.findChildren(QWidget)):
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus:
                self.setTabOrder(before, each)
                before = each

    def _flip(self) -> None:
        self.open(not self._is_open)

    def _show_state(self) -> None:
        self.toggle.setText(("▾ " if self._is_open else "▸ ") + self._name)
        self.toggle.setAccessibleDescription("shown" if self._is_open else "folded away")
