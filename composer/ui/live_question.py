"""Before an event goes to a live store: whom it would reach is named, and a person says yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from composer.event.recipients import outside_words
from composer.event.walk import readable
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.pieces import GRID, restyle

_WIDTH = 480  # pixels
LONGEST_ON_BUTTON = 20  # characters of a store's name


class Question(QDialog):
    """As wide as its buttons need, and as high as its sentences: only when it shows it is known how large letters are.

    Signals: `people_wanted()` to see the test people instead, after it was rejected.
    """

    people_wanted = Signal()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        layout = self.layout()
        if layout is not None:
            width = max(_WIDTH, layout.minimumSize().width())
            self.setFixedSize(width, layout.totalHeightForWidth(width))


class LiveQuestion(Question):
    """Accepted when the event may go. Cancel is the default, and what Escape means; it does not block.

    `add` is the wish to have those who are named among the test people from now on; it is hidden where nobody can be
    added.
    """

    def __init__(
        self, store: str, whom: str, consequence: str, *, is_outside: bool, can_add: bool, parent: QWidget
    ) -> None:
        """`whom` and `consequence` are sentences, see `whom_words` and `consequence_words`."""
        super().__init__(parent)
        self.setWindowTitle("Send to a live store")
        name = readable(store, 60)
        look = "problem" if is_outside else ""
        self.question = Wrapped(f"Send this event to the live store “{name}”?", "heading")
        self.whom, self.consequence = Wrapped(whom, look), Wrapped(consequence)
        self.add = QCheckBox(f"Add them to the test people of {readable(store, LONGEST_ON_BUTTON)}".replace("&", "&&"))
        self.add.setVisible(can_add)
        foot = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel = foot.button(QDialogButtonBox.StandardButton.Cancel)
        go = f"Send to {readable(store, LONGEST_ON_BUTTON)}".replace("&", "&&")
        self.go = foot.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
        restyle(self.go, "look", "danger")
        self.people = people_button(foot, self)
        self.people.setVisible(is_outside)
        self.cancel.setDefault(True)
        foot.accepted.connect(self.accept)
        foot.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID + GRID // 2)
        for each in (self.question, self.whom, self.consequence, self.add, foot):
            column.addWidget(each)
        self.cancel.setFocus()
        self.setAccessibleDescription(f"{whom} {consequence}")


def people_button(foot: QDialogButtonBox, question: Question) -> QPushButton:
    """The way from a question to the list of test people: nothing is sent."""
    made = foot.addButton("Test people…", QDialogButtonBox.ButtonRole.ActionRole)
    made.setToolTip("Send nothing, and see the test people of this store in Settings")
    made.clicked.connect(question.reject)
    made.clicked.connect(question.people_wanted)
    return made


def whom_words(store: str, outside: Sequence[str], customer: str, unnamed: str) -> str:
    """Whom the event is for: those `outside` the test people, `unnamed` being the one nobody can name; where all are
    test people, `customer` is the one who finds the profile.
    """
    name = readable(store, 60)
    if not outside:
        return f"It is for {customer}, and everybody it names is a test person of “{name}”."
    if list(outside) == [unnamed]:
        return f"The composer can't tell whom it is for: it may be somebody who is no test person of “{name}”."
    return f"{outside_words(outside)} {'is' if len(outside) == 1 else 'are'} not among the test people of “{name}”."


def consequence_words(event_name: str, warning: str) -> str:
    """What may come of it, and what else there is to know."""
    flows = f"“{readable(event_name, 60)}”" if event_name.strip() else "this event"
    return " ".join(filter(None, (f"Flows that listen for {flows} may write to them for real.", warning)))
