"""What places have in common: where the keyboard goes when one is gone to, and from pane to pane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget


class Pane(NamedTuple):
    """A part of a place, and the widget in it that gets the keyboard."""

    part: QWidget
    first: QWidget


class Place(QWidget):
    """Says in `home` and `panes` where the keyboard goes.

    A focus proxy would do for the first, but has Tab skip whatever stands before it.
    """

    def home(self) -> QWidget:
        """Where the keyboard goes when the place is gone to."""
        raise NotImplementedError

    def panes(self) -> Sequence[Pane]:
        """The parts that F6 goes through, as the eye does. Those that can't be seen are skipped."""
        raise NotImplementedError

    def next_pane(self, step: int) -> None:
        """Move the keyboard to the next pane, or with -1 to the one before."""
        panes = [pane for pane in self.panes() if _can_have_focus(pane.first)]
        focus = self.window().focusWidget()
        now = next(
            (at for at, pane in enumerate(panes) if pane.part is focus or (focus and pane.part.isAncestorOf(focus))),
            -1 if step > 0 else 0,
        )
        if panes:
            panes[(now + step) % len(panes)].first.setFocus(Qt.FocusReason.TabFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.home().setFocus(event.reason())


def _can_have_focus(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
