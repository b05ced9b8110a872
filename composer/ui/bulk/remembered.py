"""What variables were given before, here or in Compose, is offered for many rows, too."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from composer.event.payload import MISSING, Json
from composer.storage.database import StorageError
from composer.storage.settings import Settings
from composer.storage.stores import Store
from composer.ui.bulk.asking import Asking
from composer.ui.compose.variable_values import VariableValues
from composer.ui.jobs import Jobs, Later

_AUTOSAVE = 400  # milliseconds after the last change


class Remembered(QObject):
    """Serves those who ask for values.

    Signals: `failed(str)` a sentence about what can't be kept.
    """

    failed = Signal(str)

    def __init__(self, jobs: Jobs, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._known = VariableValues(settings)
        self._store: Store | None = None
        self._served: list[Asking] = []
        self._autosave = Later(_AUTOSAVE, self._save, self)

    def serve(self, asking: Asking) -> None:
        """Offer what is known, and remember what is given."""
        self._served.append(asking)
        asking.offer_with(self._value_of)
        asking.filled.connect(self._remember)
        asking.strip.default_wanted.connect(self._keep_default)
        asking.strip.default_dropped.connect(self._drop_default)

    def show_store(self, store: Store) -> None:
        """The events go to this store, which may have its own defaults."""
        self._store = store
        self._tell_defaults()

    def load(self) -> None:
        """Read what is kept; Compose and other windows keep values, too."""
        self._jobs.run(self._known.load, lambda _: self._tell_defaults(), self._fail, in_order=True)

    def _value_of(self, name: str) -> Json:
        return self._known.value_for(self._store.id, name) if self._store is not None else MISSING

    def _remember(self, name: str, value: Json) -> None:
        if self._store is not None:
            self._known.remember(self._store.id, {name: value})
            self._autosave.start()

    def _keep_default(self, name: str, value: Json) -> None:
        if self._store is not None:
            self._known.set_default(self._store.id, name, value)
            self._autosave.start()
            self._tell_defaults()

    def _drop_default(self, name: str) -> None:
        if self._store is not None:
            self._known.drop_default(self._store.id, name)
            self._autosave.start()
            self._tell_defaults()

    def _tell_defaults(self) -> None:
        for asking in self._served:
            if self._store is not None:
                asking.strip.show_store(self._store.name, self._known.defaults(self._store.id))

    def _save(self) -> None:
        self._jobs.run(self._known.save, failed=self._fail, in_order=True)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self.failed.emit(f"What variables were given could not be kept. {error}")
