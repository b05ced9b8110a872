"""What the variables of the composed event are: asked for above the form, remembered, and made anew for each event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from composer.event.fields import BY_PATH, Kind
from composer.event.payload import MISSING, Json, get
from composer.storage.database import StorageError
from composer.storage.settings import Settings
from composer.storage.stores import Store
from composer.ui.compose.composition import Composition
from composer.ui.jobs import Jobs, Later

if TYPE_CHECKING:
    from composer.ui.compose.variable_values import VariableValues
    from composer.ui.compose.variables_strip import VariablesStrip

COUNTER = "counter"  # the name in the settings of what `{{$counter}}` gave last
AUTOSAVE = 400  # milliseconds after the last change


class Filling(QObject):
    """Ties the strip to what is composed. Nothing of it is made before an event with variables is.

    Signals: `strip_made(object)` the strip, to be put in its place; `failed(str)` a sentence about what can't be kept.
    """

    strip_made = Signal(object)
    failed = Signal(str)

    def __init__(
        self, jobs: Jobs, settings: Settings, composition: Composition, defaults: Callable[[], dict[str, Json]]
    ) -> None:
        """`defaults` are the values that the template, if one is composed, gives its variables."""
        super().__init__(composition)
        self._jobs, self._settings, self._composition, self._defaults = jobs, settings, composition, defaults
        self._store: Store | None = None
        self._strip: VariablesStrip | None = None
        self._known: VariableValues | None = None
        self._counter = 1
        self._payload: Json = None
        self.names: list[str] = []  # that are asked for
        self._given: set[str] = set()  # names that a person gave a value
        self._autosave = Later(AUTOSAVE, self._save, self)
        composition.judged.connect(self._look)
        composition.changed.connect(self._look)
        composition.begun.connect(self._begin)

    def show_store(self, store: Store) -> None:
        """The event goes to this store, which may have its own defaults."""
        if self._store is None or store.id != self._store.id:
            self._given.clear()
        self._store = store
        self._offer()

    def follow_sent(self) -> None:
        """What is composed was sent: the next one is another event."""
        from composer.event.variables import uses_variables

        if not uses_variables(self._composition.payload):
            return
        self._counter += 1
        self._composition.renew(self._counter)
        counter = self._counter
        self._jobs.run(lambda: self._settings.put(COUNTER, counter), failed=self._fail, in_order=True)

    def ask(self) -> bool:
        """Bring the keyboard to the first name that has no value; False when all have one."""
        if self._strip is None or all(name in self._composition.values for name in self.names):
            return False
        self._strip.focus_first_empty()
        return True

    def save_now(self) -> None:
        """Write what variables were given and wait for it. Raises StorageError."""
        self._autosave.stop()
        if self._known is not None:
            self._known.save()

    def _look(self) -> None:
        if self._composition.payload is self._payload or not self._composition.is_judged:
            return
        from composer.event.variables import asked, made_up, uses_variables

        payload = self._payload = self._composition.payload
        if not uses_variables(payload):
            if self._strip is not None:
                self._strip.show_names([], {})
                self._strip.show_built_ins([])
            self.names = []
            return
        strip = self._strip or self._make()
        strip.show_built_ins(made_up(payload))
        self.names = asked(payload)
        self._offer()

    def _begin(self) -> None:
        """Another event is composed: what was given for the one before is offered, but not taken for granted."""
        self._given.clear()
        self._payload = None
        if self._strip is not None:
            self._strip.show_names([], {})  # a value half typed was for the event before
        self._look()

    def _make(self) -> VariablesStrip:
        from composer.ui.compose.variable_values import VariableValues
        from composer.ui.compose.variables_strip import VariablesStrip

        strip = self._strip = VariablesStrip()
        known = self._known = VariableValues(self._settings)
        strip.filled.connect(self._give)
        strip.default_wanted.connect(self._keep_default)
        strip.default_dropped.connect(self._drop_default)
        self.strip_made.emit(strip)

        def load() -> Json:
            known.load()
            return self._settings.get(COUNTER)

        self._jobs.run(load, self._loaded, self._fail, in_order=True)
        return strip

    def _loaded(self, counter: Json) -> None:
        if isinstance(counter, int) and counter > self._counter:
            self._counter = counter
            self._composition.renew(counter)
        self._offer()

    def _offer(self) -> None:
        """Give each name that nobody gave a value the one that is known, and show them all."""
        strip, known, store = self._strip, self._known, self._store
        if strip is None or known is None or store is None:
            return
        names, defaults = self.names, self._defaults()
        offered = {
            name: known.value_for(store.id, name, defaults.get(name, MISSING))
            for name in names
            if name not in self._given
        }
        strip.show_store(store.name, known.defaults(store.id))
        if any(self._composition.values.get(name, MISSING) is not value for name, value in offered.items()):
            self._composition.give(offered)
        strip.show_names(names, self._composition.values, self._numbers())

    def _numbers(self) -> set[str]:
        """The names that are all of a value where the contract has a number."""
        payload = self._composition.payload
        there = (get(payload, field.path, None) for field in BY_PATH.values() if field.kind is Kind.NUMBER)
        return {value[2:-2].strip() for value in there if isinstance(value, str) and value.startswith("{{")}

    def _give(self, name: str, value: Json) -> None:
        self._given.add(name)
        self._composition.give({name: value})
        if self._known is not None and self._store is not None:
            self._known.remember(self._store.id, {name: value})
            self._autosave.start()

    def _keep_default(self, name: str, value: Json) -> None:
        if self._known is not None and self._store is not None:
            self._known.set_default(self._store.id, name, value)
            self._tell_defaults(self._known, self._store)

    def _drop_default(self, name: str) -> None:
        if self._known is not None and self._store is not None:
            self._known.drop_default(self._store.id, name)
            self._tell_defaults(self._known, self._store)

    def _tell_defaults(self, known: VariableValues, store: Store) -> None:
        if self._strip is not None:
            self._strip.show_store(store.name, known.defaults(store.id))
        self._autosave.start()

    def _save(self) -> None:
        if self._known is not None:
            self._jobs.run(self._known.save, failed=self._fail, in_order=True)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self.failed.emit(f"What variables were given could not be kept. {error}")
