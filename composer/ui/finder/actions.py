"""What the window's keys do, as items to be found."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from composer.ui.finder.button import FIND
from composer.ui.finder.matching import Item


def actions_of(window: QWidget, places: Collection[str] = ()) -> list[Item]:
    """The actions that `add_shortcuts` gave to a window and that can be done now, in their order; without `places` and
    without the one that opens the finder.
    """
    return [
        Item(f"action {name}", name, "", _keys(action), action.trigger)
        for action in window.actions()
        if action.isEnabled() and (name := action.text()) not in (FIND, *places)
    ]


def places_of(window: QWidget, places: Collection[str]) -> list[Item]:
    """The actions that go to these places."""
    return [
        Item(f"place {name}", f"Go to {name}", "", _keys(action), action.trigger)
        for action in window.actions()
        if action.isEnabled() and (name := action.text()) in places
    ]


def _keys(action: QAction) -> str:
    """The first shortcut as this system writes it; Return as Enter, which is what all other texts call it."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText).replace("Return", "Enter")
