"""A text box for JSON that stays fast: it replaces only what changed, and colours only what is seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextLayout,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QToolTip, QWidget

from composer.ui.theme import Theme

_LEXEMES = re.compile(
    r'(?P<fold>⟪[^⟪⟫]*⟫)|(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<text>"(?:[^"\\⟪]|\\.)*"?|(?<=⟫)")'
    r"|(?P<number>-?\b\d[\d.eE+-]*)|(?P<word>\b(?:true|false|null|NaN|Infinity)\b)"
)
_TOKEN_OF = {"key": "accent", "text": "good", "number": "caution", "word": "caution", "fold": "muted"}
_PARAGRAPH = "\u2029"


class Mark(NamedTuple):
    """A wavy line under characters `start` to `end`, red for an error, with the sentence shown on hover."""

    start: int
    end: int
    is_error: bool
    sentence: str


class JsonEditor(QPlainTextEdit):
    """Shows and edits JSON text.

    Signals: `typed(str)` the whole text after a person changed it; `pasted(str)` the whole text as it would be with
    something long pasted, left to the owner to show.
    """

    typed = Signal(str)
    pasted = Signal(str)

    LONG_PASTE = 200_000  # characters
    LONG_LINE = 2_000  # characters; longer ones are slow to paint and not coloured

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, read_only: bool = False) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = ""
        self._marks: Sequence[Mark] = ()
        self._error_line: int | None = None
        self._setting = False
        self._formats: dict[str, QTextCharFormat] = {}
        self._generation = 0
        self.setReadOnly(read_only)
        if read_only:
            flags = Qt.TextInteractionFlag
            self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setUndoRedoEnabled(False)  # the draft undoes, across form and text
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        option = self.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)  # braces and colons stay, whatever the words are in
        self.document().setDefaultTextOption(option)
        self.document().contentsChange.connect(self._contents_changed)
        self.verticalScrollBar().valueChanged.connect(self._color_seen)
        theme.changed.connect(self._theme_changed)
        self._theme_changed()

    def text(self) -> str:
        """The whole text, every character as it is (toPlainText turns some into blanks)."""
        return self.document().toRawText().replace(_PARAGRAPH, "\n")

    def show_text(self, text: str) -> None:
        """Show `text`, touching only the characters that differ; the cursor stays where it can."""
        old = self._shown
        if text == old:
            return
        start = _common_start(old, text)
        tail = _common_end(old, text, start)
        cursor = QTextCursor(self.document())
        self._setting = True
        cursor.setPosition(_units(old, start))
        cursor.setPosition(_units(old, len(old) - tail), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[start : len(text) - tail])
        self._setting = False
        self._shown = text
        if not old:
            self.moveCursor(QTextCursor.MoveOperation.Start)

    def show_marks(self, marks: Sequence[Mark], error_line: int | None = None) -> None:
        """Underline the marks (positions in the text shown) and tint the line (from 1) of a JSON error."""
        if self._marks or marks or self._error_line != error_line:
            self._marks, self._error_line = marks, error_line
            self.setExtraSelections([*self._line_selection(), *map(self._selection, marks)])

    def select(self, start: int, end: int) -> None:
        """Select characters `start` to `end` and bring them into view."""
        cursor = self.textCursor()
        cursor.setPosition(_units(self._shown, start))
        cursor.setPosition(_units(self._shown, end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.centerCursor()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and is_undo_or_redo(event):
            event.ignore()  # the window's own undo takes it
            return False
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_sentence(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_undo_or_redo(event):
            event.ignore()
        elif (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()  # Ctrl+Enter sends
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.isReadOnly():
            self._new_line()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if len(text) > self.LONG_PASTE or max(map(len, text.split("\n"))) > self.LONG_LINE:
            cursor = self.textCursor()
            parts = []
            for move, until in (
                (QTextCursor.MoveOperation.Start, cursor.selectionStart()),
                (QTextCursor.MoveOperation.End, cursor.selectionEnd()),
            ):
                part = QTextCursor(self.document())
                part.setPosition(until)
                part.movePosition(move, QTextCursor.MoveMode.KeepAnchor)
                parts.append(part.selectedText().replace(_PARAGRAPH, "\n"))
            self.pasted.emit(text.join(parts))
        else:
            self.textCursor().insertText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._color_seen()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.ensureCursorVisible()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._color_seen()
        super().paintEvent(event)

    def _new_line(self) -> None:
        """A line break that keeps the indent, one step deeper after an opening bracket."""
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        indent = before[: len(before) - len(before.lstrip(" "))]
        deeper = "  " if before.rstrip().endswith(("{", "[")) else ""
        cursor.insertText("\n" + indent + deeper)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _contents_changed(self, position: int, removed: int, added: int) -> None:
        if not removed and not added:
            return
        block = self.document().findBlock(position)
        end = position + added
        while block.isValid() and block.position() <= end:
            block.setUserState(-1)
            block = block.next()
            if block.blockNumber() > self.firstVisibleBlock().blockNumber() + 500:
                break  # new blocks have no state yet
        if self._setting:
            return
        text = self.text()
        if text != self._shown:
            self._shown = text
            self.typed.emit(text)

    def _color_seen(self) -> None:
        """Give the visible lines their colours; a line keeps them until it or the theme changes."""
        block = self.firstVisibleBlock()
        left = self.height()
        changed: list[QTextBlock] = []
        while block.isValid() and left > -20:
            if block.userState() != self._generation:
                changed.append(block)
            left -= max(1, int(self.blockBoundingGeometry(block).height()))
            block = block.next()
        for each in changed:
            each.setUserState(self._generation)
            each.layout().setFormats(self._formats_of(each.text()) if each.length() < 3 * self.LONG_LINE else [])
            self.document().markContentsDirty(each.position(), each.length())

    def _formats_of(self, line: str) -> list[QTextLayout.FormatRange]:
        ranges = []
        narrow = len(line) == _units(line, len(line))
        for match in _LEXEMES.finditer(line):
            span = QTextLayout.FormatRange()
            start, end = match.span()
            span.start = start if narrow else _units(line, start)
            span.length = (end if narrow else _units(line, end)) - span.start
            span.format = self._formats[match.lastgroup or "text"]
            ranges.append(span)
        return ranges

    def _theme_changed(self) -> None:
        self.setFont(self._theme.mono())
        self._generation += 1
        self._formats = {}
        for name, token in _TOKEN_OF.items():
            self._formats[name] = QTextCharFormat()
            self._formats[name].setForeground(self._theme.color(token))
        self._formats["fold"].setFontItalic(True)
        self.setExtraSelections([*self._line_selection(), *map(self._selection, self._marks)])
        if self.isVisible():
            self.viewport().update()

    def _line_selection(self) -> list[QTextEdit.ExtraSelection]:
        if self._error_line is None:
            return []
        selection = QTextEdit.ExtraSelection()
        tint = QColor(self._theme.color("bad_weak"))
        selection.format.setBackground(tint)
        selection.format.setProperty(QTextCharFormat.Property.FullWidthSelection, True)
        selection.cursor = QTextCursor(self.document().findBlockByNumber(self._error_line - 1))
        return [selection]

    def _selection(self, mark: Mark) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        selection.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        selection.format.setUnderlineColor(self._theme.color("bad" if mark.is_error else "caution"))
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(self._shown, mark.start))
        cursor.setPosition(_units(self._shown, mark.end), QTextCursor.MoveMode.KeepAnchor)
        selection.cursor = cursor
        return selection

    def _show_sentence(self, position: QPoint, at: QPoint) -> None:
        under = self.cursorForPosition(position).position()
        for mark in self._marks:
            if _units(self._shown, mark.start) <= under <= _units(self._shown, mark.end):
                QToolTip.showText(at, mark.sentence, self)
                return
        QToolTip.hideText()


def is_undo_or_redo(event: QKeyEvent) -> bool:
    """Whether this key press is the system's undo or redo."""
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


def _common_start(old: str, new: str) -> int:
    low, high = 0, min(len(old), len(new))
    while low < high:  # bisection over slices: memcmp is far faster than a loop over characters
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(old: str, new: str, start: int) -> int:
    low, high = 0, min(len(old), len(new)) - start
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _units(text: str, position: int) -> int:
    """A character position as Qt counts it, in UTF-16 units."""
    return position if text.isascii() else len(text[:position].encode("utf-16-le", "surrogatepass")) // 2
