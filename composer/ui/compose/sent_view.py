"""What will be sent, while it is another text than the one that is edited: the variables have their values."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from composer.event import jsontext
from composer.event.payload import Json
from composer.ui.compose.composition import Composition
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor
from composer.ui.widgets.raw_text import readable

LONG = 50_000  # bytes; from there on it is printed in a thread


class SentView(JsonEditor):
    """Shows it, and keeps it up to date while it is seen."""

    def __init__(self, theme: Theme, jobs: Jobs, composition: Composition, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, read_only=True)
        self.setAccessibleName("The event as it is sent")
        self._composition = composition
        self._printing = Latest(jobs)
        self._printed: Json = None
        composition.judged.connect(self.refresh)
        composition.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show what would be sent now."""
        event = self._composition.event
        if not self.isVisible() or not self._composition.is_settled or event is self._printed:
            return
        self._printed = event
        if self._composition.view.size < LONG:
            self.show_text(readable(self._composition.sent()))
        else:
            work, show = (lambda: readable(jsontext.write(event, ""))), partial(self._show_printed, event)
            self._printing.run(work, show, _raise)

    def _show_printed(self, event: Json, text: str) -> None:
        if event is self._printed:  # else another one is shown meanwhile, or will be
            self.show_text(text)


def _raise(error: Exception) -> None:
    raise error
