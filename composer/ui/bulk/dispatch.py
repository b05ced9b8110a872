"""The runs that this window sends: each in a process of its own, told to pause, go on and stop from here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from composer.delivery.guard import Consent
from composer.delivery.runner import Progress
from composer.delivery.sender import KeyNeeded
from composer.delivery.sitting import key_for
from composer.sandbox.process import SandboxError
from composer.storage.database import StorageError
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Store
from composer.ui.bulk.workers import Task, Workers
from composer.ui.jobs import Jobs


class Dispatch(QObject):
    """Signals: `progressed(str, Progress)` of a run; `ended(str)` its sitting is over, however; `failed(str, str)` the
    run and a sentence, when it could not begin or broke; `key_needed(Store, str)`.
    """

    progressed = Signal(str, object)
    ended = Signal(str)
    failed = Signal(str, str)
    key_needed = Signal(object, str)

    def __init__(
        self,
        jobs: Jobs,
        workers: Workers,
        secrets: Secrets,
        address: Callable[[Store], Store],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._workers, self._secrets, self._address = jobs, workers, secrets, address
        self._tasks: dict[str, Task | None] = {}

    def is_sending(self, run: str) -> bool:
        """Whether this window sends the run, or is about to."""
        return run in self._tasks

    def send(self, run: str, store: Store, consent: Consent, asked: str = "") -> None:
        """Send what waits in a run; nothing happens when that is under way. `consent` is whom a person has said yes to,
        and holds for this sitting, with its pauses; `asked` is the stamp of the run they were asked about.
        """
        if run in self._tasks:
            return
        self._tasks[run] = None

        def prepare() -> tuple[Store, Secret]:
            return self._address(store), key_for(store, self._secrets)

        self._jobs.run(
            prepare,
            lambda ready: self._begin(run, consent, asked, *ready),
            lambda error: self._not_begun(run, store, error),
        )

    def say(self, run: str, word: str) -> None:
        """Tell a run "pause", "resume" or "stop"."""
        task = self._tasks.get(run)
        if task is not None:
            task.say(word)

    def _begin(self, run: str, consent: Consent, asked: str, store: Store, secret: Secret) -> None:
        task = {
            "task": "send",
            "run": run,
            "store": list(store),
            "secret": secret.reveal(),
            "consent": None if consent.recipients is None else sorted(consent.recipients),
            "asked": asked,
        }
        self._tasks[run] = self._workers.run(
            task,
            lambda _: self._end(run),
            lambda sentence: self._broke(run, sentence),
            lambda told: self.progressed.emit(run, Progress.from_json(told)),
        )

    def _not_begun(self, run: str, store: Store, error: Exception) -> None:
        self._end(run)
        if isinstance(error, KeyNeeded):
            self.key_needed.emit(store, str(error))
        elif isinstance(error, (SandboxError, StorageError)):
            self.failed.emit(run, f"Nothing was sent. {error}")
        else:
            raise error

    def _broke(self, run: str, sentence: str) -> None:
        self._end(run)
        self.failed.emit(run, sentence)

    def _end(self, run: str) -> None:
        del self._tasks[run]
        self.ended.emit(run)
