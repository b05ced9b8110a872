"""What is remembered of what was sent to a store, and how it is forgotten: a card on the store's page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from composer.storage.database import StorageError
from composer.storage.vocabulary import Vocabularies
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.widgets.messages import Wrapped, ask
from composer.ui.widgets.pieces import Card, button

_WHAT = "event names, property names and their types, never values"
_WHAT_FOR = "complete while you type and warn when a name or a type changes"


class VocabularyCard(Card):
    """Reads how many names there are whenever it is shown.

    Signals: `forgotten()` there are none any more.
    """

    forgotten = Signal()

    def __init__(self, jobs: Jobs, vocabularies: Vocabularies, store_row: int, parent: QWidget | None = None) -> None:
        super().__init__("Remembered names", "", parent)
        self._jobs, self._vocabularies, self._store_row = jobs, vocabularies, store_row
        self._reading = Latest(jobs)
        self.meaning = Wrapped("", "muted")
        self.forget = button("Forget them…", self._ask)
        self.forget.setEnabled(False)
        self.body.addWidget(self.meaning)
        self.body.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignLeft)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read how many names there are."""
        self._reading.run(lambda: self._vocabularies.size(self._store_row), self._show_size, self._failed)

    def _show_size(self, size: int) -> None:
        self.forget.setEnabled(size > 0)
        if size:
            names = f"{size:,} name{'' if size == 1 else 's'} remembered from what was sent to this store"
            self.meaning.say(f"{names}: {_WHAT}. They {_WHAT_FOR}.")
        else:
            self.meaning.say(f"No names are remembered yet. What is sent teaches {_WHAT}. They {_WHAT_FOR}.")

    def _ask(self) -> None:
        ask(
            self,
            "Forget the names that were sent to this store?",
            "They don't complete any more, and new events are not compared with them. Names are learnt again from what "
            "is sent from now on. The history and your templates stay as they are; a bulk run keeps the names its rows "
            "were checked against until it is removed.",
            "Forget them",
            self._forget,
        )

    def _forget(self) -> None:
        self.forget.setEnabled(False)

        def done(_: object) -> None:
            self.forgotten.emit()
            self.refresh()

        self._jobs.run(lambda: self._vocabularies.forget(self._store_row), done, self._failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self.meaning.say(str(error))
