"""What was chosen in the finder last, kept from one start to the next."""

from __future__ import annotations

from collections.abc import Callable

from composer.storage.database import StorageError
from composer.storage.settings import Settings
from composer.ui.jobs import Jobs

USED = "finder used"  # the name under which the ids are kept in Settings
MOST = 50


class Used:
    """The ids of the items chosen last, the newest first. `loaded` is called when those of before are there."""

    def __init__(self, settings: Settings, jobs: Jobs, loaded: Callable[[], object]) -> None:
        self.ids: list[str] = []
        self._settings, self._jobs, self._loaded = settings, jobs, loaded
        jobs.run(lambda: settings.get(USED), self._take, self._pass)

    def note(self, item: str) -> None:
        """Remember that this one was chosen now."""
        self._merge([item, *self.ids])
        kept = list(self.ids)
        self._jobs.run(lambda: self._settings.put(USED, kept), failed=self._pass, in_order=True)

    def _take(self, kept: object) -> None:
        if isinstance(kept, list):
            self._merge([*self.ids, *(each for each in kept if isinstance(each, str))])
            self._loaded()

    def _merge(self, ids: list[str]) -> None:
        self.ids = list(dict.fromkeys(ids))[:MOST]

    @staticmethod
    def _pass(error: Exception) -> None:
        """Storage that fails costs only the order here; the draft, which matters, says it."""
        if not isinstance(error, StorageError):
            raise error
