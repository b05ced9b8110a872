"""The Checks list: every finding of the event, worst first. A click goes to the field, a button repairs it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from composer.event.fields import BY_PATH
from composer.event.findings import Finding, Fix, Severity
from composer.event.payload import split
from composer.ui.compose.composition import Composition
from composer.ui.compose.property_model import Index
from composer.ui.theme import Theme
from composer.ui.widgets.hover_list import HoverList
from composer.ui.widgets.pieces import Card, chip, label, restyle

ROW_HEIGHT = 28
ROWS = 4  # rows of room; more scroll, so that the panel never changes its height
FINDING = Qt.ItemDataRole.UserRole


class FindingsModel(QAbstractListModel):
    """The findings as a list."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._findings: Sequence[Finding] = ()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Take these, if they are others than before."""
        if findings == self._findings:
            return
        if len(findings) == len(self._findings):
            self._findings = findings
            self.dataChanged.emit(self.index(0), self.index(len(findings) - 1))
            return
        self.beginResetModel()
        self._findings = findings
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._findings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._findings):
            return None
        finding = self._findings[index.row()]
        if role == FINDING:
            return finding
        if role == Qt.ItemDataRole.DisplayRole:
            return sentence(finding)
        if role == Qt.ItemDataRole.ToolTipRole:
            fixes = "".join(f"\nFix: {fix.label}" for fix in finding.fixes)
            return f"{finding.message}\n{finding.path or 'the whole event'} · {finding.code}{fixes}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            fixes = "".join(f" F: {fix.label}." for fix in finding.fixes)
            return f"{finding.severity.value}: {dotted(finding.path)}. {finding.message}{fixes}"
        return None


class FindingsList(HoverList):
    """The list itself.

    Signals: `went(str)` to the field at this pointer; `fixed(Fix)` a repair was chosen.
    """

    went = Signal(str)
    fixed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Checks: Enter goes to the field, F repairs", parent)
        self.setItemDelegate(_Delegate(theme, self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        finding = self.currentIndex().data(FINDING)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif isinstance(finding, Finding) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.went.emit(finding.path)
        elif isinstance(finding, Finding) and event.key() == Qt.Key.Key_F and finding.fixes:
            self.choose_fix(finding.fixes, self.mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft()))
        else:
            super().keyPressEvent(event)

    def choose_fix(self, fixes: Sequence[Fix], at: QPoint) -> None:
        """Apply the only fix, or ask which."""
        if len(fixes) == 1:
            self.fixed.emit(fixes[0])
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for fix in fixes:
            menu.addAction(fix.label).triggered.connect(lambda _=False, fix=fix: self.fixed.emit(fix))
        menu.popup(at)


class ChecksPanel(Card):
    """The card around the list, with the counts."""

    def __init__(self, theme: Theme, composition: Composition, parent: QWidget | None = None) -> None:
        super().__init__("Checks", "", parent)
        self._composition = composition
        self._errors = chip("", "bad")
        self._warnings = chip("", "caution")
        self._fine = chip("nothing to say", "good")
        for each in (self._errors, self._warnings, self._fine):
            self.head.insertWidget(self.head.count() - 1, each)
        self._model = FindingsModel(self)
        self.list = FindingsList(theme)
        self.list.setModel(self._model)
        self.list.setFixedHeight(ROW_HEIGHT * ROWS)
        self._empty = label("The event can be sent as it is.", "muted")
        self._empty.setFixedHeight(ROW_HEIGHT * ROWS)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.list)
        self.body.addWidget(self._empty)
        self.list.went.connect(composition.focus_wanted)
        self.list.fixed.connect(composition.fix)
        composition.changed.connect(self.show_findings)
        composition.judged.connect(self.show_findings)
        self.show_findings()

    def show_findings(self) -> None:
        """Bring list and counts up to the composition."""
        errors, warnings = len(self._composition.errors), len(self._composition.warnings)
        broken = self._composition.error
        findings = self._composition.listed
        if broken is not None:
            findings = [Finding(Severity.ERROR, "broken-json", "", str(broken))]
            errors, warnings = 1, 0
        self._model.show_findings(findings)
        self._errors.setText(counted(errors, "error"))
        self._errors.setVisible(errors > 0)
        self._warnings.setText(counted(warnings, "warning"))
        self._warnings.setVisible(warnings > 0)
        is_settled = self._composition.is_settled or broken is not None
        self._fine.setText("nothing to say" if is_settled else "checking…")
        restyle(self._fine, "chip", "good" if is_settled else "plain")
        self._fine.setVisible(not errors and not warnings)
        self._empty.setText("The event can be sent as it is." if is_settled else "")
        self.list.setVisible(bool(findings))
        self._empty.setVisible(not findings)


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: FindingsList) -> None:
        super().__init__(view)
        self._theme = theme
        self._list = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        finding: Finding = index.data(FINDING)
        painter.save()
        is_current = index == self._list.currentIndex()
        if is_current or index.row() == self._list.hovered:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent_weak" if is_current else "background"))
            painter.drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), 4, 4)
        is_error = finding.severity is Severity.ERROR
        mark = QRect(option.rect.left() + 4, option.rect.center().y() - 7, 16, 16)
        self._theme.icon("error" if is_error else "warning", "bad" if is_error else "caution").paint(painter, mark)
        fix = self._fix_rect(option, finding)
        text = option.rect.adjusted(26, 0, -4, 0)
        if fix is not None:
            text.setRight(fix.left() - 8)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self._theme.color("strong_line"))
            painter.setBrush(self._theme.color("panel"))
            painter.drawRoundedRect(fix.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            painter.setPen(self._theme.color("text"))
            painter.drawText(fix, Qt.AlignmentFlag.AlignCenter, self._fix_label(option, finding))
        painter.setPen(self._theme.color("text"))
        words = option.fontMetrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, ROW_HEIGHT)

    def editorEvent(self, event: QEvent, _model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
            return False
        finding: Finding = index.data(FINDING)
        fix = self._fix_rect(option, finding)
        if fix is not None and fix.contains(event.position().toPoint()):
            self._list.choose_fix(finding.fixes, event.globalPosition().toPoint())
        else:
            self._list.went.emit(finding.path)
        return True

    def _fix_label(self, option: QStyleOptionViewItem, finding: Finding) -> str:
        if len(finding.fixes) > 1:
            return "Fix ▾"
        label = finding.fixes[0].label
        return label if option.fontMetrics.horizontalAdvance(label) < option.rect.width() // 4 else "Fix"

    def _fix_rect(self, option: QStyleOptionViewItem, finding: Finding) -> QRect | None:
        if not finding.fixes:
            return None
        width = option.fontMetrics.horizontalAdvance(self._fix_label(option, finding)) + 18
        return QRect(option.rect.right() - width - 2, option.rect.top() + 3, width, ROW_HEIGHT - 6)


def sentence(finding: Finding) -> str:
    """The finding on one line, with the key it is about when its words don't name it."""
    key = split(finding.path)[-1] if finding.path else ""
    is_named = finding.path in BY_PATH or not key or key in finding.message
    return finding.message if is_named else f"{key} — {finding.message}"


def dotted(pointer: str) -> str:
    """``/customer/phoneNumber`` → ``customer.phoneNumber``, as people write it."""
    return ".".join(split(pointer))


def counted(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
