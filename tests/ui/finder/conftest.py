"""What the finder's tests share: a finder over a small window, and sources that answer when they are let."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from composer.storage.database import Database
from composer.storage.settings import Settings
from composer.ui.finder.finder import Finder
from composer.ui.finder.matching import Item
from composer.ui.finder.rows import Rows
from composer.ui.jobs import Jobs
from composer.ui.shortcuts import add_shortcuts
from composer.ui.theme import Theme
from tests.support.hands import focused, press, to_front, type_in_focus

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
ACTIONS = ("Send", "Send anyway", "New event", "Open", "Save as", "Undo", "Quit", "Restore")
STORES = ("Sandbox", "Acme staging", "Acme")
PATIENCE = 5000  # milliseconds


class Asked(threading.Event):
    """A source that is asked in a thread and answers a text when it is let: at once, or after `answer`."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self.words = words
        self.texts: list[str] = []
        self.gates: dict[str, threading.Event] = {}
        self.error: Exception | None = None

    def hold(self, text: str) -> None:
        self.gates[text] = threading.Event()

    def answer(self, text: str) -> None:
        self.gates[text].set()

    def __call__(self, text: str) -> list[str]:
        self.texts.append(text)
        if text in self.gates:
            assert self.gates[text].wait(30)
        if self.error is not None:
            raise self.error
        return [each for each in self.words if text]


class Held(NamedTuple):
    """A window with a finder, what was done with it, and its two sources that are asked in threads."""

    window: QWidget
    entry: QLineEdit
    finder: Finder
    done: list[str]
    had_focus: list[QWidget | None]  # while it was done
    templates: Asked
    past: Asked

    @property
    def shown(self) -> list[str]:
        """Headings and items in the list, the chosen one with a star."""
        model = self.finder.list.model()
        assert isinstance(model, Rows)
        chosen = self.finder.list.currentIndex().row()
        names = [row.heading.upper() if row.hit is None else row.hit.item.words for row in model.rows]
        return [("*" if at == chosen else "") + name for at, name in enumerate(names)]

    @property
    def chosen(self) -> str:
        row = self.finder.list.chosen
        return row.hit.item.words if row is not None and row.hit is not None else ""


@pytest.fixture
def held(theme: Theme, jobs: Jobs, database: Database, show: Any, qtbot: QtBot) -> Iterator[Held]:
    window = QWidget()
    column = QVBoxLayout(window)
    entry, text = QLineEdit(), QPlainTextEdit()
    column.addWidget(entry)
    column.addWidget(text)
    done: list[str] = []
    had_focus: list[QWidget | None] = []
    finder = Finder(theme, jobs, Settings(database), window)

    def items(section: str, names: tuple[str, ...] | list[str]) -> list[Item]:
        return [Item(f"{section} {name}", name, "", "", partial(act, name)) for name in names]

    def act(name: str) -> None:
        done.append(name)
        had_focus.append(QApplication.focusWidget())

    templates, past = Asked("Order placed", "Welcome"), Asked()
    finder.add_source("Actions", lambda _: items("action", ACTIONS), in_thread=False, only_used=True)
    finder.add_source("Stores", lambda _: items("store", STORES), in_thread=False)
    finder.add_source("Templates", lambda text: items("template", templates(text)), in_thread=True)
    finder.add_source("Past events", lambda text: items("past", past(text)), in_thread=True, is_matched=True)
    add_shortcuts(
        window,
        [("Find anything", "Ctrl+K", finder.toggle), ("Send", ["Ctrl+Return", "Ctrl+Enter"], lambda: done.append("!"))],
    )
    show(window)
    to_front(window, qtbot)
    entry.setFocus()
    yield Held(window, entry, finder, done, had_focus, templates, past)
    for gate in (*templates.gates.values(), *past.gates.values()):
        gate.set()


def open_finder(qtbot: QtBot, held: Held, text: str = "") -> None:
    press(qtbot, Key.Key_K, CONTROL)
    assert focused() is held.finder.line
    type_in_focus(qtbot, text)
    if not (held.templates.gates or held.past.gates):
        settle(qtbot, held)


def settle(qtbot: QtBot, held: Held) -> None:
    """Wait until all have answered."""
    qtbot.waitUntil(lambda: not held.finder._sources.waiting, timeout=PATIENCE)
