"""Sending what is composed: held back or not, on its way, and what came of it. The wire work is in a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from composer.event.findings import Finding
from composer.event.payload import Json
from composer.storage.stores import Store
from composer.ui.jobs import Jobs

if TYPE_CHECKING:
    from composer.delivery.client import Cancel
    from composer.delivery.sender import Sender


class Sending(QObject):
    """One event at a time.

    Signals: `started()`; `finished(object)` with a `Sent`; `failed(str)` with a sentence, when nothing was sent;
    `key_needed(str)` the same, because the store has no key.
    """

    started = Signal()
    finished = Signal(object)
    failed = Signal(str)
    key_needed = Signal(str)

    def __init__(self, jobs: Jobs, sender: Callable[[], Sender], address: Callable[[Store], Store]) -> None:
        """`sender` makes or gives the sender; `address` fills in where the sandbox runs. Both are called in threads."""
        super().__init__()
        self._jobs = jobs
        self._sender = sender
        self._address = address
        self._cancel: Cancel | None = None
        self.is_under_way = False
        self.store: Store | None = None  # where the last one went
        self._began = 0.0

    @property
    def seconds(self) -> float:
        """How long the event under way has been on its way."""
        return time.monotonic() - self._began

    def send(self, store: Store, payload: Json, text: str, findings: Sequence[Finding], *, anyway: bool) -> None:
        """Send `text` to `store`; `payload` is what it says, for the history's columns."""
        if self.is_under_way:
            return
        from composer.delivery.client import Cancel

        cancel = self._cancel = Cancel()
        self.is_under_way = True
        self.store = store
        self._began = time.monotonic()
        self.started.emit()

        def work() -> object:
            from composer.delivery.sender import attempt_of

            attempt = attempt_of(self._address(store), payload, text, findings, sent_anyway=anyway)
            return self._sender().send(attempt, cancel)

        self._jobs.run(work, self._done, self._fail)

    def cancel(self) -> None:
        """Stop waiting for the event under way; its outcome says whether it may have arrived."""
        if self._cancel is not None:
            self._cancel.cancel()

    def _done(self, sent: object) -> None:
        self._end()
        self.finished.emit(sent)

    def _fail(self, error: Exception) -> None:
        from composer.delivery.sender import KeyNeeded, NotSent
        from composer.sandbox.process import SandboxError
        from composer.storage.database import StorageError

        self._end()
        if isinstance(error, KeyNeeded):
            self.key_needed.emit(str(error))
        elif isinstance(error, (NotSent, SandboxError, StorageError)):
            self.failed.emit(str(error))
        else:
            self.failed.emit("The event was not sent: the composer failed. This is a bug worth reporting.")
            raise error

    def _end(self) -> None:
        self.is_under_way = False
        self._cancel = None
