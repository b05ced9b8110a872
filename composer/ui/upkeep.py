"""The history is kept in order while nobody waits for it, in a process of its own: its index, and what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from composer.storage.settings import Settings
from composer.ui.bulk.workers import Told, Workers
from composer.ui.jobs import Jobs, Later
from composer.ui.settings.keeping import KEEP_DAYS, KEEP_MEGABYTES

if TYPE_CHECKING:
    from composer.ui.desk import Desk

SOON = 5_000  # milliseconds: after a start there is better to do


def kept(settings: Settings) -> tuple[int | None, int | None]:
    """For how many days, and up to how many megabytes the history is kept; None for no limit. Raises StorageError."""
    days, megabytes = settings.get(KEEP_DAYS), settings.get(KEEP_MEGABYTES)
    return _limit(days), _limit(megabytes)


def _limit(kept: object) -> int | None:
    return kept if type(kept) is int and kept > 0 else None  # nothing is deleted for the sake of a strange value


class Upkeep(QObject):
    """Looks whether there is anything to do, soon after it was asked to.

    Signals: `ended()` more is found than before, or less.
    """

    ended = Signal()

    def __init__(self, jobs: Jobs, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._desk = jobs, desk
        self._workers = Workers(self)
        self._is_busy = self._is_closed = False
        self._soon = Later(SOON, self._look, self)

    def look_soon(self) -> None:
        """Something was sent, or another time to keep was set."""
        self._soon.start()

    def close(self) -> None:
        """Leave it for another time."""
        self._is_closed = True
        self._soon.stop()
        self._workers.close()

    def _look(self) -> None:
        if self._is_busy:
            self._soon.start()
            return
        desk = self._desk

        def work() -> Told | None:
            days, megabytes = kept(desk.settings)
            is_behind = desk.history.is_behind() or desk.vocabularies.is_behind()
            is_in_order = not (is_behind or desk.history.has_traces())
            if is_in_order and not desk.history.expired(days, megabytes):
                return None
            return {"task": "tidy", "days": days, "megabytes": megabytes}

        self._jobs.run(work, self._begin, self._pass)

    def _begin(self, task: Told | None) -> None:
        if task is not None and not self._is_closed:
            self._is_busy = True
            self._workers.run(task, self._end, self._end)

    def _end(self, _told: object) -> None:
        """What can't be done now is tried another time: what is wrong with the disk is said where it matters."""
        self._is_busy = False
        self._workers.close()
        self.ended.emit()

    @staticmethod
    def _pass(error: Exception) -> None:
        from composer.storage.database import StorageError

        if not isinstance(error, StorageError):
            raise error
