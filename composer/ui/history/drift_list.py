"""The notes of drift as a list: a mark and what did not agree, the event and when, two lines for each note."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from composer.event.drift_report import DriftKind
from composer.storage.drift import Note
from composer.ui.theme import SMALL_PIXELS, Theme
from composer.ui.widgets import when
from composer.ui.widgets.pieces import Strip

NOTE = Qt.ItemDataRole.UserRole
_TONES = {DriftKind.SAID_FINE: "bad", DriftKind.SAID_ERROR: "caution"}
_HEIGHT, _SIDE, _MARK, _GAP = 50, 10, 16, 8
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class DriftList(QListWidget):
    """Shows notes, the newest first; the current one is the chosen one.

    Signals: `copy_wanted()` Ctrl+C or Enter, `forget_wanted()` Delete, both on the current note.
    """

    copy_wanted = Signal()
    forget_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Drift log, newest first")
        self.setAccessibleDescription("Enter copies the report, Delete forgets the note")
        self.setItemDelegate(_NoteDelegate(theme, self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def note(self) -> Note | None:
        """The current note."""
        item = self.currentItem()
        note: Note | None = None if item is None else item.data(NOTE)
        return note

    def show_notes(self, notes: Sequence[Note], wanted: int | None) -> None:
        """Show these, with the note `wanted` as the current one, or the first, or the one that took its place."""
        row = max(self.currentRow(), 0)
        self.clear()
        for note in notes:
            item = QListWidgetItem(f"{note.headline}. {_name(note)}, {when.whole(note.begun_ms)}, {_events(note)}")
            item.setToolTip(f"{note.headline}\n{_name(note)}\n{when.whole(note.begun_ms)}, {_events(note)}")
            item.setData(NOTE, note)
            self.addItem(item)
        at = next((at for at, note in enumerate(notes) if note.id == wanted), min(row, len(notes) - 1))
        self.setCurrentRow(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.copy_wanted.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.forget_wanted.emit()
        else:
            super().keyPressEvent(event)


class _NoteDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, notes: DriftList) -> None:
        super().__init__(notes)
        self._theme, self._notes = theme, notes

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect, theme, note = option.rect, self._theme, index.data(NOTE)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("accent_weak"))
            if self._notes.hasFocus():
                painter.fillRect(rect.left(), rect.top(), 3, rect.height(), theme.color("accent"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        tone = _TONES[note.kind]
        strong, small = QFont(option.font), QFont(option.font)
        strong.setWeight(QFont.Weight.DemiBold)
        small.setPixelSize(SMALL_PIXELS)
        left, middle = rect.left() + _SIDE, rect.top() + rect.height() // 2
        upper = QRect(
            left + _MARK + _GAP, rect.top() + 6, rect.right() - left - _MARK - _GAP - _SIDE, middle - rect.top() - 6
        )
        lower = QRect(upper.left(), middle + 1, upper.width(), rect.bottom() - middle - 7)
        _draw(painter, strong, theme.color(tone), QRect(left, upper.top(), _MARK, upper.height()), Strip.MARKS[tone])
        moment = when.short(note.begun_ms)
        room = upper.adjusted(0, 0, -QFontMetrics(small).horizontalAdvance(moment) - _GAP, 0)
        _draw(painter, strong, theme.color("text" if note.event_name else "muted"), room, _name(note))
        _draw(painter, small, theme.color("muted"), upper, moment, _RIGHT)
        times = f"× {note.events:,}" if note.events > 1 else ""
        room = lower.adjusted(0, 0, -QFontMetrics(small).horizontalAdvance(times) - (_GAP if times else 0), 0)
        _draw(painter, small, theme.color("muted"), room, note.headline)
        _draw(painter, small, theme.color("text"), lower, times, _RIGHT)

    def sizeHint(self, _: QStyleOptionViewItem, __: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, _HEIGHT)


def _draw(painter: QPainter, font: QFont, color: object, room: QRect, text: str, to: Qt.AlignmentFlag = _LEFT) -> None:
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(room, to, QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width()))


def _name(note: Note) -> str:
    return " ".join(note.event_name.split()) or "(no name)"


def _events(note: Note) -> str:
    return f"{note.events:,} event{'' if note.events == 1 else 's'}"
