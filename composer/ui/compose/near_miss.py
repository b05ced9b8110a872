"""An address a slip away from a test person, or from one that was used before, is said while it can be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

from composer.event.findings import Finding, Fix, Severity
from composer.event.near_misses import folded, nearest
from composer.event.payload import Set, get
from composer.event.walk import readable
from composer.storage.stores import Store
from composer.ui.compose.composition import Composition
from composer.ui.compose.whom import CALM, Whom
from composer.ui.jobs import Jobs, Later
from composer.ui.latest import Latest

if TYPE_CHECKING:
    from composer.storage.history import History
    from composer.storage.people import TestPeople

NEAR_MISS = "near-miss"  # the code of the finding
_PATH = "/customer/email"


class _Known(NamedTuple):
    """The addresses of one store."""

    people: list[str]
    domains: frozenset[str]  # of which everybody is a test person
    recent: list[str]


class _Meant(NamedTuple):
    """The address that was probably meant."""

    email: str
    is_test_person: bool


class NearMisses(QObject):
    """Looks through the addresses that are known, in a thread, after each pause. It needs no key and no server.

    Where the store has the very address, nothing is said: that is what `whom` knows.
    """

    def __init__(
        self,
        jobs: Jobs,
        people: Callable[[], TestPeople],
        history: Callable[[], History],
        composition: Composition,
        whom: Whom,
    ) -> None:
        """`people` and `history` are called in a thread."""
        super().__init__(composition)
        self._people, self._history = people, history
        self._composition, self._whom = composition, whom
        self._looking = Latest(jobs)
        self._store: Store | None = None
        self._known: tuple[int, _Known] | None = None  # the store's row, and what was read for it
        self._asked: tuple[str, Store | None] = ("", None)
        self._meant: _Meant | None = None
        self._calm = Later(CALM, self._look, self)
        composition.changed.connect(self._follow)
        composition.judged.connect(self._follow)
        whom.told.connect(self._tell)

    def show_store(self, store: Store) -> None:
        """The event would go to this one."""
        self._store = store
        self._follow()

    def read_again(self) -> None:
        """Somebody else is known by now: something was sent, or the test people are others."""
        self._known = None
        self._asked = ("", None)
        self._follow()

    def end(self) -> None:
        """The window closes."""
        self._calm.stop()

    def _follow(self) -> None:
        if not self._composition.is_settled:
            return
        asked = (self._email(), self._store)
        if asked != self._asked:
            self._asked, self._meant = asked, None
            self._calm.start()
            self._tell()

    def _email(self) -> str:
        email = get(self._composition.event, _PATH)
        return email if isinstance(email, str) else ""

    def _look(self) -> None:
        email, store = asked = self._asked
        if store is None or "@" not in email:
            return
        read = self._known

        def work() -> tuple[_Known, _Meant | None]:
            known = read[1] if read is not None and read[0] == store.id else self._read(store)
            return known, _meant(email, known)

        def done(found: tuple[_Known, _Meant | None]) -> None:
            if self._asked is asked:
                self._known = (store.id, found[0])
                self._meant = found[1]
                self._tell()

        self._looking.run(work, done, self._failed)

    def _read(self, store: Store) -> _Known:
        people = self._people().of(store)
        return _Known(
            [each.shown for each in people if each.kind == "email"],
            frozenset(folded(each.folded) for each in people if each.kind == "domain"),
            self._history().recent_customers(store),
        )

    def _tell(self) -> None:
        if self._meant is None or self._whom.may_know or self._store is None:
            self._composition.say(NEAR_MISS, [])
            return
        email, _ = self._asked
        meant = self._meant.email
        why = (
            f"a test person of {readable(self._store.name)}"
            if self._meant.is_test_person
            else f"used with {readable(self._store.name)} before"
        )
        message = f"“{readable(email, 80)}” is close to {readable(meant, 80)}, {why}."
        is_written = self._composition.get(_PATH) == email  # and does not come out of a variable
        fixes = (Fix(f"Use {readable(meant, 80)}", (Set(_PATH, meant),)),) if is_written else ()
        self._composition.say(NEAR_MISS, [Finding(Severity.WARNING, NEAR_MISS, _PATH, message, fixes)])

    def _failed(self, error: Exception) -> None:
        from composer.storage.database import StorageError

        if not isinstance(error, StorageError):
            raise error
        # What is wrong with the file is said where the history is shown.


def _meant(email: str, known: _Known) -> _Meant | None:
    typed = folded(email)
    if typed.rpartition("@")[2] in known.domains or any(
        folded(each) == typed for each in (*known.people, *known.recent)
    ):
        return None
    person = nearest(email, known.people)
    if person is not None:
        return _Meant(person, True)
    recent = nearest(email, known.recent)
    return None if recent is None else _Meant(recent, False)
