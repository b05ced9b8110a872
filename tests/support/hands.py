"""Hands and eyes of a person at the window: fill a field, go to a cell, read what can be read."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from composer.ui.compose.properties import PropertyTable
from composer.ui.desk import Desk
from composer.ui.jobs import Jobs
from composer.ui.widgets.field import Entry, Hint
from composer.ui.window import MainWindow


class OpenWindow(NamedTuple):
    """A window as a person has it in front of them, and what is behind it."""

    window: MainWindow
    desk: Desk
    jobs: Jobs

    def close(self) -> None:
        """Close it as a person does, and wait until all of it is gone."""
        self.window.close()
        self.jobs.close()
        self.desk.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def to_front(widget: QWidget, qtbot: QtBot) -> None:
    """Give a window the keyboard."""
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)


def entry(holder: QWidget, pointer: str) -> Entry:
    """The form's field for this JSON Pointer."""
    found = next((each for each in holder.findChildren(Entry) if each.objectName() == pointer), None)
    assert found is not None, f"no field for {pointer}"
    return found


def fill(qtbot: QtBot, field: QWidget, text: str) -> None:
    """Click into a field, take what is there away, and type `text` key by key."""
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)


def paste(qtbot: QtBot, field: QWidget, text: str) -> None:
    """Put `text` on the clipboard and press Ctrl+V in a field."""
    QGuiApplication.clipboard().setText(text)
    qtbot.keyPress(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    if field.isEnabled():  # not while a long text is being read
        qtbot.keyRelease(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def focused() -> QWidget:
    """The widget that has the keyboard."""
    found = QApplication.focusWidget()
    assert found is not None, "nothing has the keyboard"
    return found


def press(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key in whatever has the keyboard."""
    qtbot.keyClick(focused(), key, modifier)


def type_in_focus(qtbot: QtBot, text: str) -> None:
    """Type `text` into whatever has the keyboard."""
    qtbot.keyClicks(focused(), text)


def cell(table: PropertyTable, row: int, column: int) -> QModelIndex:
    """The index of a cell."""
    return table.model().index(row, column)


def click_cell(qtbot: QtBot, table: PropertyTable, row: int, column: int, at: QPoint | None = None) -> None:
    """Click a cell: in its middle, or `at` this many pixels from its top left corner."""
    where = table.visualRect(cell(table, row, column))
    spot = where.center() if at is None else where.topLeft() + at
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def read(holder: QWidget) -> str:
    """All words of labels, hints and buttons that show now, one a line."""
    pieces = [*holder.findChildren(QLabel), *holder.findChildren(QAbstractButton)]
    words = (each.sentence if isinstance(each, Hint) else each.text() for each in pieces if each.isVisible())
    return "\n".join(each for each in words if each)


def hints(holder: QWidget) -> list[str]:
    """The sentences under the fields that show now."""
    return [each.sentence for each in holder.findChildren(Hint) if each.isVisible()]
