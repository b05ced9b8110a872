"""Whom it hits: the store is asked whether it has this customer, while the event can still be changed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from composer.event.payload import get
from composer.storage.secrets import KeyState, Place
from composer.storage.settings import Settings
from composer.storage.stores import Kind, Store
from composer.ui.compose import whom_line
from composer.ui.compose.composition import Composition
from composer.ui.compose.whom_line import Line, WhomLine
from composer.ui.jobs import Jobs, Later
from composer.ui.latest import Latest

if TYPE_CHECKING:
    from composer.delivery.cancel import Cancel
    from composer.delivery.lookup import Looked, Lookups

LOOK_UP = "look customers up"  # the name in Settings; true or false

CALM = 400  # milliseconds after the last change before the store is asked
PATIENCE = 500  # milliseconds without an answer before that is said
FRESH, FRESH_FAILURE = 60.0, 10.0  # seconds for which an answer, or the lack of one, is remembered
AGAIN = (2_000, 6_000, 20_000)  # milliseconds after an event was queued: its profile may take its time
_REMEMBERED = 200  # answers
_AT_HAND = (Place.KEYRING, Place.SESSION, Place.NOT_NEEDED)

Wanted = tuple[Store, str]  # whom to look up where


def is_looked_up(settings: Settings) -> bool:
    """Whether customers are looked up: unless that was switched off. Raises StorageError."""
    return settings.get(LOOK_UP, True) is not False


class Whom(QObject):
    """Looks the event's email up whenever it or the store is another one; one question at a time, the last one counts:
    what does not end, such as a keyring's question that nobody answers, holds one thread.

    Nothing is asked for half an address, while it is switched off, and before the key is known to be at hand: a
    keyring must not ask a person for its password because somebody types.

    Signals: `told()` something else is known; `failed(object)` with the exception when the switch was not kept.
    """

    told = Signal()
    failed = Signal(object)

    def __init__(
        self,
        jobs: Jobs,
        lookups: Callable[[], Lookups],
        settings: Settings,
        composition: Composition,
        line: WhomLine,
    ) -> None:
        """`lookups` is called in a thread."""
        super().__init__(composition)
        self._jobs, self._lookups, self._settings = jobs, lookups, settings
        self._looking = Latest(jobs)
        self._composition, self._line = composition, line
        self._store: Store | None = None
        self._kept: Place | None = None  # where the store's key is; None: not known yet
        self._is_on: bool | None = None
        self._has_ended = False
        self._wanted: Wanted | None = None
        self._looked: Looked | None = None  # of what is wanted
        self._cancel: Cancel | None = None  # of the question under way
        self._sent_to: tuple[int, str] | None = None  # the store's row, and the email
        self._sent_looks = 0
        self._answers: dict[Wanted, tuple[float, Looked]] = {}  # until when they are fresh
        self._calm = Later(CALM, self._ask, self)
        self._patience = Later(PATIENCE, self._tell, self)
        self._again = Later(0, self._ask, self)
        composition.changed.connect(self._follow_change)
        composition.judged.connect(self._follow)
        line.switched.connect(self._keep_switch)
        jobs.run(lambda: is_looked_up(settings), self.switch, self.failed.emit, in_order=True)

    @property
    def may_know(self) -> bool:
        """Whether the store has this address, or is about to say so."""
        if self._looked is not None:
            from composer.delivery.lookup import LookedKind  # loaded by now, which takes its time

            return self._looked.kind is LookedKind.FOUND
        return self._calm.isActive() or self._patience.isActive()

    def show_store(self, store: Store) -> None:
        """The event would go to this one; its address is filled in when it is known."""
        if self._store is None or self._store.id != store.id:
            self._kept = None
        self._store = store
        self._follow()

    def show_key(self, store: Store, state: KeyState) -> None:
        """Where the key of `store` is."""
        if self._store is not None and self._store.id == store.id:
            self._kept = state.place
            self._follow()

    def switch(self, is_on: bool) -> None:
        """Look customers up from now on, or do not."""
        self._is_on = is_on
        self._line.show_switch(is_on)
        self._follow()

    def look_again(self, queued: Wanted | None) -> None:
        """Something was sent: who was unknown may be there now. `queued` is whom it went to, if it was queued."""
        self._answers.clear()
        if queued is not None:
            self._sent_to, self._sent_looks = (queued[0].id, queued[1]), 0
        if self._wanted is not None:
            self._ask()

    def end(self) -> None:
        """The window closes: ask nothing any more."""
        self._has_ended = True
        self._wanted = None
        self._stop()

    def _follow(self) -> None:
        if not self._composition.is_settled or self._has_ended:
            return  # until then it is not known what its variables become
        wanted = self._to_look_up()
        if wanted != self._wanted:
            self._stop()
            self._wanted, self._looked = wanted, self._remembered(wanted)
            if wanted is not None and self._looked is None:
                self._calm.start()
        self._tell()

    def _follow_change(self) -> None:
        """While somebody works on the event, what is known is brought up to date once it is old."""
        self._follow()
        is_old = self._looked is not None and self._remembered(self._wanted) is None
        if is_old and self._cancel is None and not self._has_ended:
            self._calm.start()

    @property
    def _key(self) -> Place | None:
        return Place.NOT_NEEDED if self._store is not None and self._store.kind is Kind.SANDBOX else self._kept

    @property
    def _was_sent(self) -> bool:
        """Whether an event to who is wanted was queued a moment ago."""
        return self._wanted is not None and (self._wanted[0].id, self._wanted[1]) == self._sent_to

    def _to_look_up(self) -> Wanted | None:
        store, email = self._store, self._customer("email")
        if store is None or not store.base_url or not self._is_on or self._key not in _AT_HAND or not email:
            return None
        from composer.event.model import is_email

        return (store, email) if is_email(email) else None

    def _customer(self, name: str) -> str:
        """An identifier of the event; empty when it has none."""
        value = get(self._composition.event, f"/customer/{name}")
        return value if isinstance(value, str) and value.strip() else ""

    def _remembered(self, wanted: Wanted | None) -> Looked | None:
        until, looked = self._answers.get(wanted, (0.0, None)) if wanted is not None else (0.0, None)
        return looked if time.monotonic() < until else None

    def _stop(self) -> None:
        for timer in (self._calm, self._patience, self._again):
            timer.stop()
        if self._cancel is not None:
            self._cancel.cancel()
            self._cancel = None

    def _ask(self) -> None:
        from composer.delivery.cancel import Cancel

        self._stop()
        if self._wanted is None:
            return
        store, email = self._wanted
        cancel = self._cancel = Cancel()
        self._patience.start()
        self._looking.run(
            lambda: self._lookups().find(store, email, cancel), lambda looked: self._take(cancel, looked), _raise
        )

    def _take(self, cancel: Cancel, looked: Looked) -> None:
        if cancel is not self._cancel or self._wanted is None:
            return  # somebody else is wanted by now
        from composer.delivery.lookup import LookedKind

        self._cancel = None
        self._patience.stop()
        is_answer = looked.kind in (LookedKind.FOUND, LookedKind.UNKNOWN)
        self._looked = looked
        if len(self._answers) >= _REMEMBERED:
            self._answers.clear()
        self._answers[self._wanted] = (time.monotonic() + (FRESH if is_answer else FRESH_FAILURE), looked)
        if looked.kind is LookedKind.UNKNOWN and self._was_sent and self._sent_looks < len(AGAIN):
            self._again.start(AGAIN[self._sent_looks])
            self._sent_looks += 1
        self._tell()

    def _tell(self) -> None:
        self._line.say(self._said())
        self.told.emit()

    def _said(self) -> Line:
        store = self._store
        if store is None or self._is_on is None:
            return whom_line.SILENT
        if not self._is_on:
            return whom_line.OFF
        if not self._customer("email"):
            others = self._customer("id") or self._customer("phoneNumber")
            return whom_line.ONLY_EMAIL if others else whom_line.SILENT
        if self._key is Place.NONE:
            return whom_line.no_key(store.name)
        if self._key is Place.UNAVAILABLE:
            return whom_line.key_kept_back(store.name)
        if self._wanted is None:
            return whom_line.SILENT
        if self._looked is not None:
            return whom_line.answered(store.name, self._looked, self._customer("id"), was_sent=self._was_sent)
        is_late = self._cancel is not None and not self._patience.isActive()
        return whom_line.CHECKING if is_late else whom_line.SILENT

    def _keep_switch(self, is_on: bool) -> None:
        self.switch(is_on)
        self._jobs.run(lambda: self._settings.put(LOOK_UP, is_on), None, self.failed.emit, in_order=True)


def _raise(error: Exception) -> None:
    raise error
