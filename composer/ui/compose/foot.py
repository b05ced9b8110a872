"""Below the JSON: what holds the event back, and the buttons that send it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from composer.event.profile import email_of
from composer.storage.stores import Kind, Store
from composer.ui.compose.checks_panel import counted
from composer.ui.compose.composition import Composition
from composer.ui.compose.sending import Sending
from composer.ui.widgets.pieces import GRID, Elided, button, restyle

LONGEST_NAME = 24  # characters of a store's name on the button
HELD_BACK = 90  # pixels for the words beside the buttons
SHORTEST = 120  # pixels of the words on the Send button, if there is room at all
LEAST = 60  # pixels of the Send button
SIDES = 28  # pixels of the Send button beside its text
ONLY_EMAIL = "Only an email can be looked up: give the customer one, or send without verifying."
_VERIFY = "Send it, and show what it changed in the customer's profile (Ctrl+Alt+Enter)"


class Foot(QWidget):
    """Send is always there; beside it stands "Send anyway…" where there are errors, else "Send and verify".

    Signals: `send_wanted(bool)` True to send in spite of errors; `verify_wanted()`.
    """

    send_wanted = Signal(bool)
    verify_wanted = Signal()

    def __init__(self, composition: Composition, sending: Sending) -> None:
        super().__init__()
        self._composition, self._sending = composition, sending
        self._store: Store | None = None
        self.held_back = Elided("", "small")
        self.held_back.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.anyway = button("Send anyway…", lambda: self.send_wanted.emit(True))
        self.anyway.setToolTip("Send it as it is, with its errors, to see the server's answer (Ctrl+Shift+Enter)")
        self.verify = button("Send and verify", self.verify_wanted.emit)
        self.send = button("Send", lambda: self.send_wanted.emit(False), "primary")
        self.send.setMinimumWidth(LEAST)  # the words make do with what there is; else they would hold the splitter
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(self.held_back, 1)
        for each in (self.anyway, self.verify, self.send):
            line.addWidget(each)

    @property
    def can_verify(self) -> bool:
        """Whether the event names a customer who can be looked up."""
        return bool(email_of(self._composition.event))

    def show_store(self, store: Store) -> None:
        """Name the store on the Send button; red for a live one."""
        self._store = store
        restyle(self.send, "look", "danger" if store.kind is Kind.LIVE else "primary")
        self.show_state()

    def show_state(self) -> None:
        """Bring all up to what is composed and what is on its way."""
        errors = 1 if self._composition.error is not None else len(self._composition.errors)
        held_back = f"Held back by {counted(errors, 'error')}" if errors else ""
        self.held_back.setText(held_back)
        restyle(self.held_back, "look", "problem" if errors else "small")
        self.anyway.setVisible(errors > 0)
        self.verify.setVisible(errors == 0)
        is_free = not self._sending.is_under_way
        self.send.setEnabled(is_free)
        self.anyway.setEnabled(is_free)
        self.verify.setEnabled(is_free and self.can_verify)
        self.verify.setToolTip(_VERIFY if self.can_verify else ONLY_EMAIL)
        self.send.setToolTip(f"{held_back} (Ctrl+Enter)" if held_back else "Ctrl+Enter")
        self._show_name()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_name()

    def _show_name(self) -> None:
        """As much of the store's name as there is room for."""
        where = self._store.name if self._store is not None else ""
        short = where if len(where) <= LONGEST_NAME else where[: LONGEST_NAME - 1] + "…"
        has_errors = not self.anyway.isHidden()
        beside = self.anyway if has_errors else self.verify
        room = max(0, self.width() - beside.sizeHint().width() - 2 * GRID - SIDES)
        if has_errors:
            room = min(room, max(room - HELD_BACK, SHORTEST))
        words = self.send.fontMetrics().elidedText(f"Send to {short}", Qt.TextElideMode.ElideRight, room)
        self.send.setText(words.replace("&", "&&"))
        self.send.setAccessibleName(f"Send to {where}")
