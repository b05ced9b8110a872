"""The larger part of the right column: the JSON and its checks, or in their place what the last event did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from composer.ui.compose.checks_panel import ChecksPanel
from composer.ui.compose.composition import Composition
from composer.ui.compose.json_panel import JsonPanel
from composer.ui.compose.response_panel import ResponsePanel
from composer.ui.compose.sending import Sending
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme

if TYPE_CHECKING:
    from composer.ui.compose.verified import VerifiedPage
    from composer.ui.compose.verified_words import Seen


class Results(QStackedWidget):
    """The page of what it did comes up by itself after "Send and verify", unless by then somebody types in the JSON, or
    composes another event.
    """

    def __init__(self, theme: Theme, jobs: Jobs, json: JsonPanel, checks: ChecksPanel) -> None:
        super().__init__()
        self._theme, self._jobs = theme, jobs
        self._json = json
        self._is_typed = self._is_past = False  # in the JSON, or by another event, since the event was sent
        self.page: VerifiedPage | None = None
        self._text = QWidget()
        column = QVBoxLayout(self._text)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(json, 1)
        column.addWidget(checks)
        self.addWidget(self._text)

    def follow(self, composition: Composition, sending: Sending, response: ResponsePanel) -> None:
        """Show what is verified from now on, until another event is sent or begun."""
        sending.started.connect(self._forget)
        sending.verified.connect(self._take)
        composition.begun.connect(self._begin)
        response.verified_wanted.connect(self.open)
        self._json.editor.typed.connect(self._note_typing)

    @property
    def is_open(self) -> bool:
        """Whether what it did is shown."""
        return self.page is not None and self.currentWidget() is self.page

    def open(self) -> None:
        """Show what the last event did."""
        if self.page is not None:
            self.setCurrentWidget(self.page)
            self.page.first().setFocus()

    def leave(self) -> None:
        """Show the JSON; the keyboard goes there when it was here."""
        if self.page is None or not self.is_open:
            return
        had_focus = self.page.isAncestorOf(self.focusWidget() or self)
        self.setCurrentWidget(self._text)
        if had_focus:
            self._json.editor.setFocus()

    def _forget(self) -> None:
        self._is_typed = self._is_past = False
        self.leave()

    def _begin(self) -> None:
        self._is_past = True
        self.leave()

    def _note_typing(self, _view: str) -> None:
        self._is_typed = True

    def _take(self, seen: Seen) -> None:
        if self.page is None:
            from composer.ui.compose.verified import VerifiedPage

            self.page = VerifiedPage(self._theme, self._jobs)
            self.page.left.connect(self.leave)
            self.addWidget(self.page)
        self.page.show_seen(seen)
        focus = self.window().focusWidget()
        had_focus = focus is not None and self._text.isAncestorOf(focus)
        if self._is_past or (had_focus and self._is_typed):
            return
        self.setCurrentWidget(self.page)
        if had_focus:
            self.page.first().setFocus()
