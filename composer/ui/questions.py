"""Questions before something that can't be taken back. Each waits for its answer; Cancel is the default."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def may_send_many_live(parent: QWidget, store: str, events: int) -> bool:
    """Whether a bulk run may go to a live store."""
    return _ask(
        parent,
        "Send to a live store",
        f"Send {events:,} event{'' if events == 1 else 's'} to the live store “{store}”?",
        "Flows that listen for them may write to all these people for real. It can be paused and stopped, but what was "
        "sent can't be taken back.",
        f"Send to {store}",
    )


def may_double(parent: QWidget, store: str) -> bool:
    """Whether an event without a uniqueId, which may have arrived, may go to `store` once more."""
    return _ask(
        parent,
        "It may have arrived",
        f"Send this event to “{store}” once more?",
        "It has no uniqueId: if the first one has arrived, Redo takes both, and flows may write to the person twice.",
        "Try again",
    )


def may_lose_draft(parent: QWidget, reason: str) -> bool:
    """Whether the window may close although the draft can't be saved."""
    return _ask(
        parent, "The draft can't be saved", "Close anyway? What you composed would be lost.", reason, "Close anyway"
    )


def _ask(parent: QWidget, title: str, question: str, consequence: str, yes: str) -> bool:
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(title)
    box.setText(question)
    box.setInformativeText(consequence)
    go = box.addButton(yes.replace("&", "&&"), QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    answer = box.clickedButton() is go
    box.deleteLater()
    return answer
