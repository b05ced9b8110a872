"""The finder itself: a panel over the window's upper middle, there as long as it has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from composer.storage.settings import Settings
from composer.ui.finder.line import ENTER, FinderLine
from composer.ui.finder.list import FoundList
from composer.ui.finder.rows import Rows, spoken
from composer.ui.finder.sources import Find, Sources
from composer.ui.finder.used import Used
from composer.ui.jobs import Jobs, Later
from composer.ui.theme import Theme
from composer.ui.widgets.pieces import GRID, Elided, label

WIDTH = 680
_LONGEST_QUOTED = 60
_PATIENCE = 300  # milliseconds before it says that it is still looking, and shows what came out of turn
_SHADOW = 20  # pixels
_NOT_LIST = 96  # pixels of the panel's height: the line, the foot, and what is between
_LEAST = 70  # pixels of the list's height
_KEYS = "↑ ↓ choose   ·   Enter does it   ·   Esc closes"


class Finder(QWidget):
    """Lies over all of `parent`, a window, and closes at a click beside the panel, at Esc, and when the keyboard goes.

    Make it when it is first wanted; add the sources once. What is chosen is done after the finder has closed and
    given the keyboard back.
    """

    def __init__(self, theme: Theme, jobs: Jobs, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._around = theme, parent
        self._back: list[QWidget] = []  # what had the keyboard, and what is around it
        self._was_moved = False  # whether the person has chosen, not the finder
        self._enter_waits = False
        self._sources = Sources(jobs, self)
        self._sources.answered.connect(self._show_late)
        self._used = Used(settings, jobs, self._look_again)
        self._rows = Rows()
        self._rows.setParent(self)
        self.line = FinderLine()
        self.list = FoundList(theme, self._rows)
        self._nothing = label("", "muted")
        self._nothing.setContentsMargins(14, 10, 14, 14)
        self._foot = Elided(_KEYS, "small")
        self._patience = Later(_PATIENCE, self._show_late, self)
        self._panel = QFrame(self)
        self._panel.setObjectName("finder")
        self._column = column = QVBoxLayout(self._panel)
        column.setContentsMargins(1, 1, 1, GRID)
        column.setSpacing(0)
        column.addWidget(self.line)
        rule = QFrame()
        rule.setObjectName("rule")
        rule.setFixedHeight(1)
        column.addWidget(rule)
        column.addSpacing(2)
        column.addWidget(self.list)
        column.addWidget(self._nothing)
        column.addSpacing(GRID)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 0, 14, 0)
        foot.addWidget(self._foot)
        column.addLayout(foot)
        self.line.textChanged.connect(lambda _text: self._look())
        self.line.key_pressed.connect(self._press)
        self.line.left.connect(self.dismiss)
        self.list.picked.connect(self._act)
        self.list.moved.connect(self._person_chose)
        self.list.selectionModel().currentChanged.connect(self._say_chosen)
        theme.changed.connect(self.update)
        parent.installEventFilter(self)
        self.hide()

    def add_source(
        self, name: str, find: Find, *, in_thread: bool, is_matched: bool = False, only_used: bool = False
    ) -> None:
        """Have `find` asked for each text that is typed, and for "" while there is none; `name` heads its section.

        It returns all there is, and the finder matches; or with `is_matched` what fits, in its order. Sources that
        answer at once stand first, the others below in the order in which they were added. In a thread `find` may
        raise StorageError, which is told. With `only_used` nothing but what was chosen before is offered for "".
        """
        self._sources.add(name, find, in_thread=in_thread, is_matched=is_matched, only_used=only_used)

    def toggle(self) -> None:
        """Open it with an empty line, or close it."""
        if self.isVisible():
            self.dismiss()
            return
        had = QApplication.focusWidget()
        self._back = []
        while had is not None and had is not self.window():
            self._back.append(had)
            had = had.parentWidget()
        self._place()
        self.show()
        self.raise_()
        self._look()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Close it; the keyboard goes back to where it was, unless it went elsewhere by itself."""
        if self.isHidden():
            return
        had_it = self.window().focusWidget() is self.line
        self._patience.stop()
        self._sources.forget()
        back, self._back = self._back, []
        if had_it:
            there = (each for each in back if isValid(each) and each.isVisible() and each.isEnabled())
            next(there, self.window()).setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self.line.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and watched is self._around and self.isVisible():
            self._place()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The window steps back a little, and the panel stands before it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 90 if self._theme.is_dark else 28))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 3))
        there = QRectF(self._panel.geometry()).translated(0, 4)
        for wide in range(_SHADOW):
            painter.drawRoundedRect(there.adjusted(-wide, -wide, wide, wide), 8 + wide, 8 + wide)
        painter.end()

    def _look(self) -> None:
        if self.isHidden():
            return
        self._was_moved = self._enter_waits = False
        self._foot.setText(_KEYS)
        self._sources.ask(self.line.text(), self._used.ids)
        self._patience.start()
        self._rows.show(self._sources.rows())
        self.list.choose_first()
        self._follow()

    def _look_again(self) -> None:
        if not self._was_moved:
            self._look()

    def _show_late(self) -> None:
        """Show what came later; the chosen item stays where it is, unless it was found for an older text."""
        if not self._sources.is_in_order and self._patience.isActive():
            return  # the first of them is to be chosen, not the fastest
        chosen = self.list.chosen
        offset = self.list.visualRect(self.list.currentIndex()).top()
        self._rows.show(self._sources.rows())
        row = -1
        if chosen is not None and chosen.hit is not None and (self._was_moved or not chosen.is_stale):
            row = self._rows.row_of(chosen.hit.item.id)
        self._follow()
        if row >= 0:
            self.list.keep(row, offset)
        else:
            self.list.choose_first()
        if self._enter_waits:
            self._act()

    def _follow(self) -> None:
        """Bring the panel up to the rows."""
        is_empty = not self._rows.rows
        self._nothing.setText(self._empty_text())
        self._nothing.setVisible(is_empty)
        self.list.setVisible(not is_empty)
        if is_empty:
            self._tell(self._nothing.text())
        if not self._sources.waiting:
            self._patience.stop()
        if not self._patience.isActive():
            self._say_state()
        self._place()

    def _empty_text(self) -> str:
        if self._sources.waiting:
            return "Looking…"
        typed = " ".join(self.line.text().split())
        if not typed:
            return "Nothing to offer yet."
        return f"Nothing found for “{typed if len(typed) <= _LONGEST_QUOTED else typed[:_LONGEST_QUOTED] + '…'}”"

    def _say_state(self) -> None:
        waiting, problems = self._sources.waiting, self._sources.problems
        if waiting:
            self._foot.setText(f"Still looking in: {', '.join(waiting)}…")
        else:
            self._foot.setText("  ".join(problems) or _KEYS)

    def _press(self, key: int) -> None:
        if key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key in ENTER:
            self._act()
        else:
            page = self.list.page()
            steps: dict[int, int] = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: page,
                Qt.Key.Key_PageUp: -page,
                Qt.Key.Key_End: len(self._rows.rows),
                Qt.Key.Key_Home: 0,
            }
            self.list.step(steps[key])
            self._person_chose()

    def _person_chose(self) -> None:
        self._was_moved, self._enter_waits = True, False

    def _act(self) -> None:
        """Do the chosen item; one that may not be meant by what is typed waits for the answers."""
        chosen = self.list.chosen
        if chosen is None or chosen.hit is None or chosen.is_stale:
            self._enter_waits = bool(self._sources.waiting)
            return
        item = chosen.hit.item
        if not self._is_searched(item.id):
            self._used.note(item.id)
        self.dismiss()
        item.act()

    def _is_searched(self, item: str) -> bool:
        """Whether it is one of endlessly many, which are never offered while nothing is typed."""
        searched = (source for source in self._sources.all if source.is_matched)
        return any(hit.item.id == item for source in searched for hit in source.answer.hits)

    def _say_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self._tell(spoken(self._rows.rows[index.row()]))

    def _tell(self, words: str) -> None:
        """Tell a screen reader, which is at the line."""
        if words != self.line.accessibleDescription():
            self.line.setAccessibleDescription(words)
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.line, words))

    def _place(self) -> None:
        """The panel is as high as what it shows, and ends where an eighth of the window is left."""
        around = self._around.rect()
        self.setGeometry(around)
        width = min(WIDTH, around.width() - 6 * GRID)
        top = max(5 * GRID, around.height() // 9)
        most = max(_LEAST, around.height() * 7 // 8 - top - _NOT_LIST)
        self.list.setFixedHeight(min(self.list.wish(), most))
        self._column.activate()
        before = self._panel.geometry()
        self._panel.setGeometry((around.width() - width) // 2, top, width, self._panel.sizeHint().height())
        if before != self._panel.geometry():
            beyond = 2 * _SHADOW
            self.update(before.united(self._panel.geometry()).adjusted(-beyond, -beyond, beyond, beyond))
