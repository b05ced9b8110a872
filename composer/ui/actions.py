"""What the window can do by a key or the finder, wherever the keyboard is; in some places a key does another thing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from composer.ui.frame import PLACES
from composer.ui.shortcuts import Shortcuts, add_shortcuts

if TYPE_CHECKING:
    from composer.ui.window import MainWindow


def add_actions(window: MainWindow) -> None:
    """Give the window its actions."""
    standard, traffic = QKeySequence.StandardKey, window.traffic
    actions: Shortcuts = (
        ("Send", ["Ctrl+Return", "Ctrl+Enter"], partial(_send, window)),
        ("Send anyway", ["Ctrl+Shift+Return", "Ctrl+Shift+Enter"], partial(_send, window, anyway=True)),
        ("Send and verify", ["Ctrl+Alt+Return", "Ctrl+Alt+Enter"], partial(_verify, window)),
        ("Undo", standard.Undo, partial(_undo, window)),
        ("Redo", ["Ctrl+Shift+Z", "Ctrl+Y"], partial(_redo, window)),
        ("New event", standard.New, window.begin_anew),
        ("Open", standard.Open, partial(_open, window)),
        ("Save template", standard.Save, traffic.save_template),
        ("Save as a new template", "Ctrl+Shift+S", traffic.save_as_template),
        ("Open a JSON file", "Ctrl+Shift+O", traffic.open_file),
        ("Save as a JSON file", [], traffic.save_file),
        ("Drift log", [], traffic.show_drift_log),
        ("Find anything", "Ctrl+K", window.toggle_finder),
        ("Next pane", "F6", partial(_next_pane, window, 1)),
        ("Previous pane", "Shift+F6", partial(_next_pane, window, -1)),
        ("Choose the store", "Ctrl+L", window.store_bar.badge.showMenu),
        ("Quit", standard.Quit, window.close),
        *((name, f"Ctrl+{at + 1}", partial(window.go_to, at)) for at, name in enumerate(PLACES)),
    )
    add_shortcuts(window, actions)


def _send(window: MainWindow, anyway: bool = False) -> None:
    """In Bulk it is its rows that are meant, elsewhere what is composed."""
    if not window.is_in_bulk:
        window.send(anyway)
    elif not anyway:  # which rows go in spite of their errors is said on the page
        window.bulk.go_on()


def _verify(window: MainWindow) -> None:
    if window.is_in_bulk:
        return  # the customers of many rows are not looked up
    foot = window.compose.foot
    if foot.can_verify:
        window.send(verify=True)
    else:
        window.notice.say("caution", foot.verify.toolTip())


def _open(window: MainWindow) -> None:
    """In Bulk a file of rows, elsewhere a template."""
    if window.is_in_bulk:
        window.bulk.choose_file()
    else:
        window.traffic.choose_template()


def _undo(window: MainWindow) -> None:
    if _is_composing(window):
        window.composition.undo()


def _redo(window: MainWindow) -> None:
    if _is_composing(window):
        window.composition.redo()


def _is_composing(window: MainWindow) -> bool:
    """Whether what is undone is seen."""
    return window.is_ready and window.place is window.compose


def _next_pane(window: MainWindow, step: int) -> None:
    """To the next pane of the place that is seen."""
    next_pane = getattr(window.place, "next_pane", None)
    if next_pane is not None:
        next_pane(step)
