"""Sending what is composed: held back or not, on its way, and what came of it. The wire work is in a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from composer.event.findings import Finding
from composer.event.payload import Json
from composer.storage.stores import Store
from composer.ui.jobs import Jobs

if TYPE_CHECKING:
    from composer.delivery.client import Cancel
    from composer.delivery.guard import Consent
    from composer.delivery.lookup import Lookups
    from composer.delivery.sender import Sender
    from composer.delivery.verifying import Begun, Verifier
    from composer.storage.history import Attempt


class Phase(StrEnum):
    """What is done with the event under way."""

    READING = "reading"  # the profile, before the event goes out
    SENDING = "sending"
    WAITING = "waiting"  # the answer is there; the profile is read again


class Sending(QObject):
    """One event at a time.

    Signals: `started()`; `finished(object)` with a `Sent`; `failed(str)` with a sentence, when nothing was sent;
    `key_needed(str)` the same, because the store has no key; `verified(object)` with a `Seen`, after `finished`, when
    an event was to be verified and was queued: until then it is still under way;
    `consent_needed(object)` with a `ConsentNeeded`, after `failed`: a person has to be asked.
    """

    started = Signal()
    finished = Signal(object)
    failed = Signal(str)
    key_needed = Signal(str)
    verified = Signal(object)
    consent_needed = Signal(object)

    def __init__(
        self,
        jobs: Jobs,
        sender: Callable[[], Sender],
        address: Callable[[Store], Store],
        lookups: Callable[[], Lookups],
    ) -> None:
        """`sender` and `lookups` make or give these; `address` fills in where the sandbox runs. All are called in
        threads.
        """
        super().__init__()
        self._jobs = jobs
        self._sender, self._lookups = sender, lookups
        self._address = address
        self._cancel: Cancel | None = None
        self._began = 0.0
        self.is_under_way = False
        self.phase = Phase.SENDING
        self.store: Store | None = None  # where the last one went

    @property
    def seconds(self) -> float:
        """How long what is done now has been done: see `phase`."""
        return time.monotonic() - self._began

    def send(
        self,
        store: Store,
        payload: Json,
        text: str,
        findings: Sequence[Finding],
        *,
        anyway: bool,
        consent: Consent | None = None,
        verify: bool = False,
    ) -> None:
        """Send `text` to `store`; `payload` is what it says, for the history's columns. `consent` is whom a person has
        said yes to, where the store is a live one; with `verify` the profile is read before and after.
        """
        if self.is_under_way:
            return
        from composer.delivery.client import Cancel
        from composer.delivery.guard import NOBODY

        cancel = self._cancel = Cancel()
        allowed = consent or NOBODY
        self.is_under_way = True
        self.phase = Phase.READING if verify else Phase.SENDING
        self.store = store
        self._began = time.monotonic()
        self.started.emit()

        def attempt() -> Attempt:
            from composer.delivery.sender import attempt_of

            return attempt_of(self._address(store), payload, text, findings, sent_anyway=anyway)

        if not verify:
            self._jobs.run(lambda: self._sender().send(attempt(), cancel, allowed), self._done, self._fail)
            return
        since = time.time()
        self._jobs.run(
            lambda: self._verifier().send(attempt(), payload, cancel, allowed, self._note_read),
            lambda begun: self._follow(begun, cancel, since),
            self._fail,
        )

    def cancel(self) -> None:
        """Stop waiting for the event under way; its outcome says whether it may have arrived."""
        if self._cancel is not None:
            self._cancel.cancel()

    def _verifier(self) -> Verifier:
        from composer.delivery.verifying import Verifier

        return Verifier(self._sender(), self._lookups())

    def _note_read(self) -> None:
        """Called in the thread."""
        self._began = time.monotonic()
        self.phase = Phase.SENDING

    def _follow(self, begun: Begun, cancel: Cancel, since: float) -> None:
        """The answer is there; what the event did to the profile may take its time."""
        if not begun.is_queued:
            self._done(begun.sent)
            return
        from composer.ui.compose.verified_words import look

        self.phase = Phase.WAITING
        self._began = time.monotonic()
        self.finished.emit(begun.sent)
        self._jobs.run(lambda: look(self._verifier(), begun, cancel, since), self._end_verified, self._fail_to_verify)

    def _end_verified(self, seen: object) -> None:
        self._end()
        self.verified.emit(seen)

    def _fail_to_verify(self, error: Exception) -> None:
        from composer.ui.compose.verified_words import BROKEN

        self._end_verified(BROKEN)
        raise error

    def _done(self, sent: object) -> None:
        self._end()
        self.finished.emit(sent)

    def _fail(self, error: Exception) -> None:
        from composer.delivery.sender import ConsentNeeded, KeyNeeded, NotSent
        from composer.sandbox.process import SandboxError
        from composer.storage.database import StorageError

        self._end()
        if isinstance(error, KeyNeeded):
            self.key_needed.emit(str(error))
        elif isinstance(error, (NotSent, SandboxError, StorageError)):
            self.failed.emit(str(error))
            if isinstance(error, ConsentNeeded):
                self.consent_needed.emit(error)
        else:
            self.failed.emit("The event was not sent: the composer failed. This is a bug worth reporting.")
            raise error

    def _end(self) -> None:
        self.is_under_way = False
        self._cancel = None
