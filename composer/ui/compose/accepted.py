"""A uniqueId that the store has accepted before is said while it can still be changed: Redo would ignore the event."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from composer.event.findings import Fix
from composer.event.payload import Set
from composer.storage.history.entry import ACCEPTED, accepted_before
from composer.storage.stores import Store
from composer.ui.compose.composition import Composition
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.widgets import when

if TYPE_CHECKING:
    from composer.storage.history import Entry, History

_PATH = "/uniqueId"


class AcceptedId(QObject):
    """Looks into the history, in a thread, whenever the uniqueId or the store is another one."""

    def __init__(self, jobs: Jobs, history: Callable[[], History], composition: Composition) -> None:
        super().__init__(composition)
        self._history = history
        self._composition = composition
        self._looking = Latest(jobs)
        self._store: Store | None = None
        self._asked: tuple[str, Store | None] = ("", None)
        composition.judged.connect(self._look)
        composition.changed.connect(self._look)

    def show_store(self, store: Store) -> None:
        """The event would go to this one."""
        self._store = store
        self._look()

    def look_again(self) -> None:
        """Something was sent."""
        self._asked = ("", None)
        self._look()

    def _look(self) -> None:
        if not self._composition.is_settled:
            return  # until then it is not known what its variables become
        event = self._composition.event
        found = event.get("uniqueId") if isinstance(event, dict) else None
        unique_id = found if isinstance(found, str) else ""
        store = self._store
        if (unique_id, store) == self._asked:
            return
        self._asked = (unique_id, store)
        if not unique_id or store is None:
            self._composition.say(ACCEPTED, [])
            return
        asked = self._asked
        self._looking.run(
            lambda: self._history().accepted(store, unique_id), lambda entry: self._tell(asked, entry), self._failed
        )

    def _tell(self, asked: tuple[str, Store | None], entry: Entry | None) -> None:
        if self._asked != asked:
            return
        unique_id, _ = asked
        if entry is None:
            self._composition.say(ACCEPTED, [])
            return
        is_written = self._composition.get(_PATH) == unique_id  # and does not come out of a variable
        fixes = (Fix("Make a new one", (Set(_PATH, str(uuid.uuid4())),)),) if is_written else ()
        self._composition.say(ACCEPTED, [accepted_before(entry, when.day(entry.begun_ms), fixes)])

    def _failed(self, error: Exception) -> None:
        from composer.storage.database import StorageError

        if not isinstance(error, StorageError):
            raise error
        self._composition.say(ACCEPTED, [])  # what is wrong with the file is said where the history is shown
