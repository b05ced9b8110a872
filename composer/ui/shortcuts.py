"""Actions that have keys and no button of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

Shortcuts = Sequence[tuple[str, object, Callable[[], object]]]  # the name, a key or a list of keys, what it does


def add_shortcuts(window: QWidget, shortcuts: Shortcuts) -> None:
    """Have keys do something wherever the keyboard is in a window."""
    for name, key, act in shortcuts:
        action = QAction(name, window)
        if isinstance(key, list):
            action.setShortcuts(key)
        else:
            action.setShortcut(key)  # type: ignore[call-overload]
        action.triggered.connect(lambda _checked=False, act=act: act())
        window.addAction(action)
