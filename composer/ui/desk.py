"""What the window works with: stores, keys, history, drafts, the sandbox, the sender. Made once, handed down."""

from __future__ import annotations

import threading
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile

from composer.storage.database import Database
from composer.storage.drafts import Drafts
from composer.storage.secrets import Secrets
from composer.storage.settings import Settings
from composer.storage.stores import Store, Stores

if TYPE_CHECKING:
    from composer.delivery.budget import Budgets
    from composer.delivery.guard import Guard
    from composer.delivery.lookup import Lookups
    from composer.delivery.sender import Sender
    from composer.sandbox.process import SandboxProcess
    from composer.storage.drift import Drift
    from composer.storage.history import History
    from composer.storage.mappings import Mappings
    from composer.storage.people import TestPeople
    from composer.storage.runs import Runs
    from composer.storage.templates import Templates
    from composer.storage.vocabulary import Vocabularies

TEMPLATES_FOLDER = "templates folder"  # the name under which the path is kept in the settings


class Desk:
    """Everything behind the window, on one data folder. Raises StorageError when the database can't be opened."""

    def __init__(self, folder: Path) -> None:
        from composer.sandbox.process import SandboxProcess

        self.folder = folder
        self.database = Database(folder / "composer.db")
        self.stores = Stores(self.database)
        self.drafts = Drafts(self.database)
        self.settings = Settings(self.database)
        self.secrets = Secrets()
        self.sandbox: SandboxProcess = SandboxProcess()
        self.draft, self._draft_lock = _free_draft(folder)
        self._starting = threading.Lock()
        self._sender: Sender | None = None
        self._templates: Templates | None = None

    @cached_property
    def history(self) -> History:
        """What was sent; loaded when it is first asked for. It holds nothing but the database."""
        from composer.storage.history import History

        return History(self.database)

    @cached_property
    def runs(self) -> Runs:
        """The bulk runs; loaded when they are first asked for."""
        from composer.storage.runs import Runs

        return Runs(self.folder)

    @cached_property
    def mappings(self) -> Mappings:
        """The saved mappings; loaded when they are first asked for."""
        from composer.storage.mappings import Mappings

        return Mappings(self.database)

    def templates(self) -> Templates:
        """The templates, in the folder that was chosen for them. Raises StorageError."""
        from composer.storage.templates import Templates

        chosen = self.settings.get(TEMPLATES_FOLDER)
        is_path = isinstance(chosen, str) and chosen and "\0" not in chosen
        folder = Path(chosen) if is_path else self.folder / "templates"
        if self._templates is None or self._templates.folder != folder:
            self._templates = Templates(folder)
        return self._templates

    @property
    def sandbox_url(self) -> str:
        """The base URL of the sandbox's API while it runs, else empty."""
        return self.sandbox.base_url if self.sandbox.alive else ""

    def start_sandbox(self) -> str:
        """Start the sandbox, or let it run; waits until it listens. Raises SandboxError."""
        with self._starting:
            return self.sandbox.start()

    def address(self, store: Store) -> Store:
        """The store with its address; the built-in sandbox is started when it does not run."""
        return store.at(self.start_sandbox()) if store.is_built_in else store

    def sender(self) -> Sender:
        """The sender, loaded when it is first asked for."""
        from composer.delivery.sender import Sender

        if self._sender is None:
            self._sender = Sender(self.history, self.secrets, self.guard, self.budgets, self.drift)
        return self._sender

    @cached_property
    def people(self) -> TestPeople:
        """The test people of each store."""
        from composer.storage.people import TestPeople

        return TestPeople(self.database)

    @cached_property
    def guard(self) -> Guard:
        """Who knows whom an event would reach."""
        from composer.delivery.guard import Guard

        return Guard(self.database)

    @cached_property
    def budgets(self) -> Budgets:
        """How much each store is asked, by all processes together."""
        from composer.delivery.budget import Budgets

        return Budgets(self.folder)

    @cached_property
    def lookups(self) -> Lookups:
        """The customer look-up."""
        from composer.delivery.lookup import Lookups

        return Lookups(self.secrets, self.budgets)

    @cached_property
    def vocabularies(self) -> Vocabularies:
        """What names and types were sent to each store."""
        from composer.storage.vocabulary import Vocabularies

        return Vocabularies(self.database)

    @cached_property
    def drift(self) -> Drift:
        """Where the composer and a server did not agree."""
        from composer.storage.drift import Drift

        return Drift(self.database)

    def close(self) -> None:
        """Stop the sandbox and close the database."""
        with self._starting:
            self.sandbox.stop()
        self.database.close()
        self._draft_lock.unlock()


def _free_draft(folder: Path) -> tuple[str, QLockFile]:
    """The name of the first draft that no other window has, and the lock that says so: two windows lose nothing.

    The lock of a program that died is free. Where there can be no locks, the first draft is everybody's.
    """
    for number in count(1):
        name = "compose" if number == 1 else f"compose-{number}"
        lock = QLockFile(str(folder / f"{name}.lock"))
        lock.setStaleLockTime(0)  # milliseconds; only a dead program's lock is stale, however old it is
        if lock.tryLock(0):
            return name, lock
        if lock.error() is not QLockFile.LockError.LockFailedError:
            return "compose", lock
    raise AssertionError("unreachable")
