"""Before a run goes to a live store with people in it who are no test people: the store's name has to be typed."""

from __future__ import annotations

from unicodedata import normalize

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialogButtonBox, QVBoxLayout, QWidget

from composer.delivery.whom import Whom
from composer.event.walk import readable
from composer.ui.bulk import words
from composer.ui.live_question import LONGEST_ON_BUTTON, Question, people_button
from composer.ui.widgets.field import Entry, FieldBox
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.pieces import GRID, restyle


class ManyQuestion(Question):
    """Accepted when the name was typed and sending is meant. Cancel is the default, and what Escape means; it does not
    block.
    """

    def __init__(self, store: str, found: Whom, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = store
        self.setWindowTitle("Send to a live store")
        self.question = Wrapped(
            f"Send {words.events(found.waiting)} to the live store “{readable(store, 60)}”?", "heading"
        )
        self.whom = Wrapped(found.sentence(store), "problem")
        consequence = Wrapped(
            "Flows that listen for these events may write to all these people for real. The run can be paused and "
            "stopped, but what was sent can't be taken back."
        )
        asked = Wrapped(f"If that is meant, type the name of the store: {store}")
        self.entry = Entry()
        foot = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel = foot.button(QDialogButtonBox.StandardButton.Cancel)
        go = f"Send to {readable(store, LONGEST_ON_BUTTON)}".replace("&", "&&")
        self.go = foot.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
        restyle(self.go, "look", "danger")
        self.go.setEnabled(False)
        self.people = people_button(foot, self)
        self.entry.textChanged.connect(lambda: self.go.setEnabled(self.is_named))
        foot.accepted.connect(self.accept)
        foot.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID + GRID // 2)
        for each in (self.question, self.whom, consequence, asked, FieldBox("Name of the store", self.entry), foot):
            column.addWidget(each)
        self.cancel.setDefault(True)  # of the dialog that it is in by now
        self.setAccessibleDescription(f"{self.whom.text()} {consequence.text()}")
        self.entry.setFocus()

    @property
    def is_named(self) -> bool:
        """Whether what was typed is the store's name; outer blanks and how a keyboard makes an accent do not matter."""
        return normalize("NFC", self.entry.text().strip()) == normalize("NFC", self._name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the field sends when the name is there; it never cancels what somebody is typing."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.focusWidget() is self.entry:
            if self.is_named:
                self.accept()
        else:
            super().keyPressEvent(event)
