"""What is said of the customer in the store: the second line of the identity strip, and its words."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from composer.event.payload import Json
from composer.event.walk import readable
from composer.ui.widgets.pieces import GRID, Elided, label, restyle

if TYPE_CHECKING:
    from composer.delivery.lookup import Looked

MEANING = "Only the email leaves this computer, and only for the store's own server."

_STORE = 24  # characters of its name; the badge has the whole
_NAME = 40  # characters; behind it the ID wants to be seen


class Line(NamedTuple):
    """One sentence. `look` is muted, value or caution, `mark` says it without colour; `id` is the customer's there."""

    words: str
    look: str = "muted"
    mark: str = ""
    id: str = ""


SILENT = Line("")
OFF = Line("Look-up is off")
ONLY_EMAIL = Line("Only an email can be looked up")
CHECKING = Line("checking whether this customer exists…")


def no_key(store: str) -> Line:
    """The store has no key."""
    return Line(f"No key for {named(store, _STORE)}, so nobody is looked up")


def key_kept_back(store: str) -> Line:
    """There may be a key, but the keyring does not give it."""
    return Line(f"The keyring gives no key for {named(store, _STORE)}, so nobody is looked up")


def answered(store: str, looked: Looked, event_id: str, *, was_sent: bool) -> Line:
    """What the store called `store` said. `event_id` is the customer ID in the event, empty when it has none;
    `was_sent` whether an event to this address was queued already.
    """
    from composer.delivery.lookup import LookedKind

    where = named(store, _STORE)
    if looked.kind is LookedKind.FOUND:
        return _found(where, looked.profile or {}, event_id)
    if looked.kind in (LookedKind.BUSY, LookedKind.FAILED):
        return Line(f"{looked.sentence} Sending is not held back.")
    if looked.kind is not LookedKind.UNKNOWN:
        return Line(looked.sentence)
    if event_id:
        return Line(f"Nobody in {where} has this email; the ID in the event goes first")
    if was_sent:
        return Line(f"Not in {where} yet: what was sent may still be queued there")
    return Line(f"Not in {where} yet: sending will create this profile")


def named(text: str, limit: int = _NAME) -> str:
    """A name for a sentence, in so many characters; one that is written from right to left leaves the words around it
    in their places.
    """
    shown = readable(text, limit)
    if any(unicodedata.bidirectional(each) in ("R", "AL") for each in shown):
        return f"\N{FIRST STRONG ISOLATE}{shown}\N{POP DIRECTIONAL ISOLATE}"
    return shown


def _found(where: str, profile: dict[str, Json], event_id: str) -> Line:
    customer = _text(profile.get("id"))
    name = " ".join(filter(None, (_text(profile.get("firstName")), _text(profile.get("lastName")))))
    who = " · ".join([*([named(name)] if name else []), *([readable(customer, 80)] if customer else [])])
    if event_id and customer and event_id.lower() != customer.lower():
        return Line(f"The ID in the event is another one: in {where} this email is {who}", "caution", "!", customer)
    if not who:
        return Line(f"In {where}", "value", "✓")
    return Line(f"In {where} as {who}", "value", "✓", customer)


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""


class WhomLine(QWidget):
    """The line, always as high as it is: nothing jumps when it speaks. At its end the switch of the look-up.

    Signals: `switched(bool)` a person has switched the look-up on or off.
    """

    switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = SILENT
        self._mark = label("✓", "muted")
        self._mark.setFixedWidth(self._mark.sizeHint().width())  # what is said begins below what the strip says
        self._mark.clear()
        self._words = Elided("", "muted")
        self._words.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._copy = QAction("Copy ID", self._words)
        self._copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self.line.id))
        self.switch = QCheckBox("Look up")
        self.switch.setToolTip(f"Ask the store whether it has this customer. {MEANING}")
        self.switch.setAccessibleName("Look customers up while composing")
        self.switch.setAccessibleDescription(MEANING)
        self.switch.setEnabled(False)  # until it is known how it was left
        self.switch.clicked.connect(self.switched)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._mark)
        row.addWidget(self._words, 1)
        row.addWidget(self.switch)

    def say(self, line: Line) -> None:
        """Show this line."""
        if line == self.line:
            return
        self.line = line
        for each in (self._mark, self._words):
            restyle(each, "look", line.look)
        self._mark.setText(line.mark)
        self._words.setText(line.words)
        self.setAccessibleName(line.words)
        self._words.removeAction(self._copy)
        if line.id:
            self._words.addAction(self._copy)

    def show_switch(self, is_on: bool) -> None:
        """Show whether customers are looked up."""
        with QSignalBlocker(self.switch):
            self.switch.setChecked(is_on)
        self.switch.setEnabled(True)
