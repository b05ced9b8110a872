"""The window's keys as items: what can be done now, with the key that does it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from composer.ui.finder.actions import actions_of, places_of
from composer.ui.finder.button import FIND, FinderButton
from composer.ui.shortcuts import add_shortcuts
from tests.support.hands import focused, to_front


def test_actions_and_places_have_their_names_keys_and_deeds(qtbot: QtBot, show: Any) -> None:
    window, done = show(QWidget()), []
    add_shortcuts(
        window,
        [
            ("Send", ["Ctrl+Return", "Ctrl+Enter"], lambda: done.append("sent")),
            ("Next pane", "F6", lambda: done.append("pane")),
            (FIND, "Ctrl+K", lambda: done.append("found itself")),
            ("History", "Ctrl+3", lambda: done.append("history")),
            ("Not now", "Ctrl+T", lambda: done.append("no")),
        ],
    )
    window.actions()[-1].setEnabled(False)
    actions, places = actions_of(window, ["History", "Bulk"]), places_of(window, ["History", "Bulk"])
    assert [(each.id, each.words, each.keys) for each in (*actions, *places)] == [
        ("action Send", "Send", "Ctrl+Enter"),
        ("action Next pane", "Next pane", "F6"),
        ("place History", "Go to History", "Ctrl+3"),
    ]
    for each in (*actions, *places):
        each.act()
    assert done == ["sent", "pane", "history"]


def test_the_button_says_the_key_and_leaves_the_keyboard_where_it_is(qtbot: QtBot, show: Any) -> None:
    window = QWidget()
    button, entry = FinderButton(), QLineEdit()
    column = QVBoxLayout(window)
    column.addWidget(entry)
    column.addWidget(button)
    to_front(show(window), qtbot)
    entry.setFocus()
    assert (button.text(), button.accessibleName()) == ("Ctrl+K Find anything", "Find anything")
    with qtbot.waitSignal(button.wanted):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert focused() is entry
