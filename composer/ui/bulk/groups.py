"""What was found in the rows of a run, all rows with the same finding on one line: look at them, or repair them all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QSizePolicy, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from composer.event.findings import Severity
from composer.storage.runs.states import Group
from composer.ui.compose.checks_panel import counted, dotted
from composer.ui.theme import Theme
from composer.ui.widgets.hover_list import HoverList
from composer.ui.widgets.paged_model import Index
from composer.ui.widgets.pieces import Section

ROW_HEIGHT = 28
ROWS = 3  # rows in sight; more scroll, so that the table keeps its room
GROUP = Qt.ItemDataRole.UserRole
_LONGEST = 300  # characters of a line
_GAP = 8


class GroupsModel(QAbstractListModel):
    """The groups as a list, the errors first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.groups: list[Group] = []

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Take these, if they are others than before."""
        wanted = sorted(groups, key=lambda each: (each.severity is not Severity.ERROR, -each.rows))
        if wanted == self.groups:
            return
        if [each.kind for each in wanted] == [each.kind for each in self.groups]:
            self.groups = wanted
            self.dataChanged.emit(self.index(0), self.index(len(wanted) - 1))
            return
        self.beginResetModel()
        self.groups = wanted
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.groups)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.groups):
            return None
        group = self.groups[index.row()]
        if role == GROUP:
            return group
        if role == Qt.ItemDataRole.DisplayRole:
            return sentence(group)
        if role == Qt.ItemDataRole.ToolTipRole:
            fixes = "".join(f"\nFix all: {fix}" for fix in group.fixes)
            return f"{counted(group.rows, 'row')}\n{sentence(group)}\n{group.code}{fixes}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            fixes = "".join(f" F: {fix}." for fix in group.fixes)
            return f"{group.severity.value} in {counted(group.rows, 'row')}: {sentence(group)}{fixes}"
        return None


class GroupsList(HoverList):
    """The list itself: Enter or a click shows the rows, F or the button repairs them.

    Signals: `show_wanted(object)` a Group, or None to show all rows again; `fix_wanted(int, int)` the group's kind and
    which of its fixes.
    """

    show_wanted = Signal(object)
    fix_wanted = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Findings: Enter shows the rows, F repairs them all", parent)
        self.setItemDelegate(_Delegate(theme, self))
        self.shown: int | None = None  # the kind whose rows the table shows
        self.may_fix = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        group = self.currentIndex().data(GROUP)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif isinstance(group, Group) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.want(group)
        elif isinstance(group, Group) and event.key() == Qt.Key.Key_F and group.fixes:
            self.choose_fix(group, self.mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft()))
        else:
            super().keyPressEvent(event)

    def want(self, group: Group) -> None:
        """Ask for the rows of a group, or for all when they are shown already."""
        self.show_wanted.emit(None if group.kind == self.shown else group)

    def choose_fix(self, group: Group, at: QPoint) -> None:
        """Ask which fix; a single one, too, because it changes many rows."""
        if not self.may_fix:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for which, fix in enumerate(group.fixes):
            action = menu.addAction(f"{fix} in {counted(group.rows, 'row')}".replace("&", "&&"))
            action.triggered.connect(lambda _=False, which=which: self.fix_wanted.emit(group.kind, which))
        menu.popup(at)


class GroupsPanel(Section):
    """The card around the list; hidden when nothing was found.

    Signals: `show_wanted(object)` and `fix_wanted(int, int)` of the list.
    """

    show_wanted = Signal(object)
    fix_wanted = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Found in the rows", "", lambda: self.list, parent)
        self.list = GroupsList(theme)
        self._model = GroupsModel(self)
        self.list.setModel(self._model)
        self.list.show_wanted.connect(self.show_wanted)
        self.list.fix_wanted.connect(self.fix_wanted)
        self.body.setContentsMargins(10, 4, 10, 4)
        self.body.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.open(True)
        self.hide()

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Bring the list up to what is found now."""
        groups = [each for each in groups if each.rows]
        self._model.show_groups(groups)
        errors = sum(each.severity is Severity.ERROR for each in groups)
        kinds = ((errors, "error"), (len(groups) - errors, "warning"))
        self.remark(" · ".join(f"{counted(count, 'kind')} of {noun}" for count, noun in kinds if count))
        self.list.setFixedHeight(ROW_HEIGHT * min(len(groups), ROWS) + (ROW_HEIGHT // 2 if len(groups) > ROWS else 0))
        self.setVisible(bool(groups))

    def group(self, kind: int) -> Group | None:
        """The group of this kind, if it has rows."""
        return next((each for each in self._model.groups if each.kind == kind), None)

    def mark(self, kind: int | None) -> None:
        """Say whose rows the table shows."""
        self.list.shown = kind
        self.list.viewport().update()

    def allow_fixes(self, may_fix: bool) -> None:
        """Whether rows can be repaired now."""
        self.list.may_fix = may_fix
        self.list.viewport().update()


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: GroupsList) -> None:
        super().__init__(view)
        self._theme, self._list = theme, view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        group: Group = index.data(GROUP)
        metrics = option.fontMetrics
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_shown = group.kind == self._list.shown
        is_current = index == self._list.currentIndex() and self._list.hasFocus()
        if is_shown or is_current or index.row() == self._list.hovered:
            painter.setPen(self._theme.color("accent") if is_current else Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent_weak" if is_shown else "background"))
            painter.drawRoundedRect(option.rect.toRectF().adjusted(0.5, 1.5, -0.5, -1.5), 4, 4)
        is_error = group.severity is Severity.ERROR
        mark = QRect(option.rect.left() + 6, option.rect.center().y() - 7, 16, 16)
        self._theme.icon("error" if is_error else "warning", "bad" if is_error else "caution").paint(painter, mark)
        show, fix = self._buttons(option, group)
        self._paint_button(painter, show, self._show_words(group))
        if fix is not None:
            self._paint_button(painter, fix, "Fix all ▾")
        count = counted(group.rows, "row")
        text = option.rect.adjusted(30, 0, 0, 0)
        text.setRight(show.left() - _GAP)
        bold = option.font
        bold.setWeight(bold.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(self._theme.color("text"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(text, flags, count)
        text.setLeft(text.left() + QFontMetrics(bold).horizontalAdvance(count) + _GAP)
        bold.setWeight(bold.Weight.Normal)
        painter.setFont(bold)
        words = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, flags, words)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, ROW_HEIGHT)

    def editorEvent(self, event: QEvent, _model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
            return False
        group: Group = index.data(GROUP)
        fix = self._buttons(option, group)[1]
        if fix is not None and fix.contains(event.position().toPoint()):
            self._list.choose_fix(group, event.globalPosition().toPoint())
        else:
            self._list.want(group)
        return True

    def _show_words(self, group: Group) -> str:
        return "Show all" if group.kind == self._list.shown else "Show"

    def _buttons(self, option: QStyleOptionViewItem, group: Group) -> tuple[QRect, QRect | None]:
        """Where Show and Fix all are; they stand below each other from row to row."""
        metrics = option.fontMetrics
        top, height, right = option.rect.top() + 3, ROW_HEIGHT - 6, option.rect.right() - 3
        fix = None
        if self._list.may_fix:
            width = metrics.horizontalAdvance("Fix all ▾") + 18
            fix = QRect(right - width, top, width, height) if group.fixes else None
            right -= width + _GAP
        width = metrics.horizontalAdvance("Show all") + 18
        return QRect(right - width, top, width, height), fix

    def _paint_button(self, painter: QPainter, rect: QRect, words: str) -> None:
        painter.setPen(self._theme.color("line"))
        painter.setBrush(self._theme.color("panel"))
        painter.drawRoundedRect(rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setPen(self._theme.color("text"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)


def sentence(group: Group) -> str:
    """The finding on one line, with the field it is about."""
    text = f"{dotted(group.path)} — {group.message}" if group.path else group.message
    return " ".join(text[:_LONGEST].split())
