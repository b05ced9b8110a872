"""Where Bulk begins: what may be dropped here, and the runs there were before, the unfinished ones first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QFileInfo, QMimeData, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from composer.storage.runs.states import RunInfo
from composer.ui.bulk.run_rows import ACT, HEADERS, SAMPLES, Counts, Line, cell
from composer.ui.bulk.wait_strip import WaitStrip
from composer.ui.theme import Theme
from composer.ui.widgets.messages import Notice, Wrapped, ask
from composer.ui.widgets.paged_model import TONE, Index, PagedModel
from composer.ui.widgets.pieces import GRID, Card, button, label, restyle
from composer.ui.widgets.table import Table

_LESSONS = (
    ("CSV and Excel", "Each row becomes an event. You say once which column is which field, and see the first rows."),
    ("JSON and JSON Lines", "Each object is an event as it is. A bulk request, with “events”, is read too."),
    ("From a spreadsheet", "Copy the rows together with their headers, come back here, and press Ctrl+V."),
)
_NO_TEXT = "There is no text on the clipboard. Copy the rows in your spreadsheet first, together with their headers."
_ONE_FILE = "That was more than one file. Drop them one at a time: each becomes a run of its own."


class StartPage(QWidget):
    """What a person sees with no run open. The whole page takes a file that is dropped on it.

    Signals: `file_wanted()` a file is to be chosen; `dropped(str)` the path of one; `pasted(str)` rows from the
    clipboard; `run_wanted(str)` and `remove_wanted(str)` with the id of a run; `cancel_wanted()` of what
    `show_wait` waits for.
    """

    file_wanted = Signal()
    dropped = Signal(str)
    pasted = Signal(str)
    run_wanted = Signal(str)
    remove_wanted = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.notice = Notice()
        self.wait = WaitStrip()
        self.wait.cancelled.connect(self.cancel_wanted)
        self.open_button = button("Open a file…", self.file_wanted.emit, "primary")
        self.paste_button = button("Paste rows", self.paste)
        self.paste_button.setToolTip("Ctrl+V")
        self.area = QFrame()
        self.area.setObjectName("drop")
        self.model = PagedModel(HEADERS, lambda line: line.run.id, cell)
        self.model.setParent(self)
        self.list = _RunList(theme, self.model)
        self.list.opened.connect(self._open)
        self.list.removed.connect(self._ask_to_remove)
        self.list.chosen.connect(self._show_choice)
        self.count = label("", "small")
        self.remove_button = button("Remove…", lambda: self._ask_to_remove(self._chosen()))
        self._runs = QWidget()
        self._arrange()
        self.setFocusProxy(self.open_button)
        self.show_runs([])

    def show_runs(
        self, runs: Sequence[RunInfo], counts: Mapping[str, Counts] | None = None, busy: Collection[str] = ()
    ) -> None:
        """List the runs, given the newest first, those that wait for somebody before all others.

        `counts`: the rows in each state, by the run's id; `busy`: the ids of those that somebody works on just now.
        """
        lines = [Line(run, (counts or {}).get(run.id, {}), run.id in busy) for run in runs]
        lines.sort(key=lambda line: line.rank)
        chosen = self._chosen()
        self.model.show_newest(lines, True)
        if not lines or (chosen is not None and self.list.choose(chosen.run.id)):
            pass
        else:
            self.list.choose(lines[0].run.id)
        open_ends = sum(line.is_open_end for line in lines)
        self.count.setText(f"{open_ends:,} to resume" if open_ends else "")
        self._runs.setVisible(bool(lines))
        self._outer.setStretchFactor(self.area, 0 if lines else 1)
        self._show_choice(self._chosen())

    def show_problem(self, sentence: str) -> None:
        """Say what went wrong with what was opened, dropped or pasted."""
        self.show_ready()
        self.notice.say("bad", sentence)

    def show_wait(self, sentence: str) -> None:
        """Something opened is being read: nothing else is opened meanwhile, and it can be cancelled."""
        self.notice.hide()
        self.wait.say(sentence)
        self._set_ready(False)

    def show_ready(self) -> None:
        """Take another file; what was said is taken away."""
        self.notice.hide()
        had_focus = self.wait.cancel.hasFocus()
        self._set_ready(True)
        if had_focus:
            self.open_button.setFocus()
        self.wait.hide()

    def paste(self) -> None:
        """Take the rows, or the file, on the clipboard."""
        data = QGuiApplication.clipboard().mimeData() or QMimeData()  # None when it is empty
        if files := _local_files(data):
            self._take(files)
        elif text := data.text():
            self.pasted.emit(text)
        else:
            self.notice.say("caution", _NO_TEXT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.paste_button.isEnabled():
            self.paste()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.open_button.isEnabled() and _local_files(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            restyle(self.area, "over", "yes")
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)  # the file stays where it is
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        restyle(self.area, "over", "")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        restyle(self.area, "over", "")
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._take(_local_files(event.mimeData()))

    def _take(self, files: Sequence[str]) -> None:
        if len(files) == 1:
            self.dropped.emit(files[0])
        else:
            self.notice.say("caution", _ONE_FILE)

    def _set_ready(self, is_ready: bool) -> None:
        for each in (self.open_button, self.paste_button, self._runs):
            each.setEnabled(is_ready)

    def _arrange(self) -> None:
        outer = self._outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.setSpacing(GRID)
        title = label("Bulk", "title")
        title.setContentsMargins(0, 4, 0, 4)
        outer.addWidget(title)
        outer.addWidget(self.notice)
        outer.addWidget(self.wait)
        outer.addWidget(self._drop_area())
        outer.addWidget(self._run_list(), 1)
        self.setTabOrder(self.paste_button, self.list)
        self.setTabOrder(self.list, self.remove_button)

    def _drop_area(self) -> QWidget:
        column = QVBoxLayout(self.area)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(GRID)
        heading = label("Drop a file here", "title")
        promise = label("Every row is checked first. Nothing is sent until you say so.", "muted")
        column.addStretch(1)
        for each in (heading, promise):
            each.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(each)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.setContentsMargins(0, GRID, 0, 2 * GRID)
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.paste_button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        lessons = QHBoxLayout()
        lessons.setSpacing(4 * GRID)
        lessons.addStretch(1)
        for name, sentence in _LESSONS:
            lesson = QVBoxLayout()
            lesson.setSpacing(4)
            lesson.addWidget(label(name, "heading"))
            lesson.addWidget(Wrapped(sentence, "muted"))
            lesson.addStretch(1)
            lessons.addLayout(lesson, 4)
        lessons.addStretch(1)
        column.addLayout(lessons)
        column.addStretch(1)
        return self.area

    def _run_list(self) -> QWidget:
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self.list)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.setContentsMargins(0, GRID, 0, 0)
        head.addWidget(label("Earlier runs", "heading"))
        head.addWidget(self.count)
        head.addStretch(1)
        column = QVBoxLayout(self._runs)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(frame, 1)
        head.addWidget(self.remove_button)
        return self._runs

    def _chosen(self) -> Line | None:
        index = self.list.currentIndex()
        return self.model.rows[index.row()] if index.isValid() else None

    def _show_choice(self, line: Line | None) -> None:
        self.remove_button.setEnabled(line is not None and not line.is_busy)
        self.remove_button.setAccessibleName(f"Remove {line.run.name}" if line is not None else "Remove")

    def _open(self, line: Line | None) -> None:
        if line is not None and line.act:
            self.run_wanted.emit(line.run.id)

    def _ask_to_remove(self, line: Line | None) -> None:
        if line is None or line.is_busy:
            return
        waits = "What of it still waits is not sent. " if line.is_open_end else ""
        ask(
            self,
            f"Remove the run “{line.run.name}”?",
            f"{waits}Its rows, and what came back for each, are forgotten. What was sent stays sent; the file it came "
            "from stays where it is.",
            "Remove",
            lambda: self.remove_wanted.emit(line.run.id),
        )


class _RunList(Table):
    """Signals: `opened(Line)` by Enter, Space, double click, or a click on its button; `removed(Line)` by Delete."""

    opened = Signal(object)
    removed = Signal(object)

    def __init__(self, theme: Theme, model: PagedModel) -> None:
        super().__init__(theme, "Earlier runs: Enter opens or resumes, Delete removes", model, SAMPLES)
        self.doubleClicked.connect(self._double_clicked)
        self.clicked.connect(self._clicked)
        self.setItemDelegateForColumn(ACT, _ActDelegate(theme, self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self._rows.rows[self.currentIndex().row()] if self.currentIndex().isValid() else None
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if line is not None and is_plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(line)
        elif line is not None and is_plain and event.key() == Qt.Key.Key_Delete:
            self.removed.emit(line)
        else:
            super().keyPressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == ACT:
            self.opened.emit(self._rows.rows[index.row()])

    def _double_clicked(self, index: QModelIndex) -> None:
        if index.column() != ACT:  # the first click was enough there
            self.opened.emit(self._rows.rows[index.row()])


class _ActDelegate(QStyledItemDelegate):
    """Paints what a click on it does, as a small button."""

    def __init__(self, theme: Theme, table: Table) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, color = option.rect, self._theme.color
        painter.save()
        if self._table.selectionModel().isRowSelected(index.row()):
            painter.fillRect(rect, color("accent_weak"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), color("line"))
        if text := str(index.data() or ""):
            is_urgent = bool(index.data(TONE))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(color("accent" if is_urgent else "strong_line"))
            painter.setBrush(color("accent" if is_urgent else "panel"))
            painter.drawRoundedRect(rect.adjusted(6, 4, -6, -6).toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            painter.setPen(color("on_accent" if is_urgent else "text"))
            painter.drawText(rect.adjusted(0, 0, 0, -2), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()


def _local_files(data: QMimeData) -> list[str]:
    """The files of this computer in what is dragged or copied; folders are none."""
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if QFileInfo(path).isFile()]
