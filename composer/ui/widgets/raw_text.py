"""Text that went or came over the wire, made fit for a text box: long parts shortened, nothing it would choke on."""

from __future__ import annotations

from math import inf

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from composer.event import jsontext
from composer.event.folding import Folds
from composer.event.jsontext import JsonTextError
from composer.ui.theme import Theme

MOST = 120_000  # characters: putting that many into a text box takes about 40 ms
LONGEST_LINE = 5_000  # characters: a longer one is slow to paint
_MOST_HEAD_LINES = 7

# Line ends other than \n would move positions; the rest means something of its own inside Qt's text boxes.
_UNSAFE = {0x0D: "\n", 0x2028: "\n", 0x2029: "\n", 0x00: "\ufffd", 0xFDD0: "\ufffd", 0xFDD1: "\ufffd", 0xFFFC: "\ufffd"}


def readable(text: str, *, is_pretty: bool = False) -> str:
    """`text` as it can be shown: as it is when that is fast, else as JSON with the long parts folded, else cut.

    With `is_pretty` JSON is always laid out anew. May take a moment for megabytes: call it from a thread.
    """
    if not is_pretty and len(text) <= MOST and max(map(len, text.split("\n"))) <= LONGEST_LINE:
        return _safe(text)
    try:
        text = Folds(longest_view=inf).show(jsontext.parse(text).payload).text
    except JsonTextError:
        text = _safe(text)
    text = "\n".join(line if len(line) <= LONGEST_LINE else _cut(line, LONGEST_LINE) for line in text.split("\n"))
    return text if len(text) <= MOST else _cut(text, MOST)


def _safe(text: str) -> str:
    return text.replace("\r\n", "\n").translate(_UNSAFE)


def _cut(text: str, length: int) -> str:
    return f"{text[:length]} … {len(text) - length:,} more characters"


class RawText(QPlainTextEdit):
    """A few lines of a request or answer, to read and to copy; as high as its lines, up to seven."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.setProperty("look", "bare")
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        theme.changed.connect(self._fit)

    def show_lines(self, text: str) -> None:
        """Show `text`, one line after the other."""
        self.setPlainText(text)
        self._fit()

    def _fit(self) -> None:
        self.setFont(self._theme.mono())
        lines = min(max(self.document().blockCount(), 1), _MOST_HEAD_LINES)
        self.setFixedHeight(lines * QFontMetrics(self.font()).lineSpacing() + 10)
