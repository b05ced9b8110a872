"""What Bulk asks before it begins something."""

from __future__ import annotations

from PySide6.QtWidgets import QInputDialog, QWidget

MOST_TIMES = 1_000_000


def how_many_times(parent: QWidget) -> int:
    """How often an event is to be added; 0 when a person thought better of it."""
    times, is_meant = QInputDialog.getInt(
        parent, "Add to bulk", "How many times? Each row gets a unique ID of its own.", 100, 1, MOST_TIMES
    )
    return times if is_meant else 0
