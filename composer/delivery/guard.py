"""The recipient guard: on a live store nobody but its test people is sent to without a person's consent."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from composer.event.recipients import recipients
from composer.storage import people
from composer.storage.database import Database
from composer.storage.people import TestPeople
from composer.storage.stores import Kind, Store, Stores, is_loopback

UNNAMED = "somebody the composer can't name"


class Consent(NamedTuple):
    """Whom a person has said yes to, as `Guard.outside` names them; None is everybody."""

    recipients: frozenset[str] | None = frozenset()

    def covers(self, outside: list[str]) -> bool:
        """Whether all of these may be sent to."""
        return self.recipients is None or self.recipients.issuperset(outside)


NOBODY = Consent()
EVERYBODY = Consent(None)


class Guard:
    """Knows whom an event would reach that is no test person. Every method may raise StorageError.

    A store is live when it was given as one, or when it is one now, as it is kept: the stricter counts.
    """

    def __init__(self, database: Database) -> None:
        self._stores = Stores(database)
        self._people = TestPeople(database)

    def as_kept(self, store: Store) -> Store:
        """The store as it is kept now, as given where it is not."""
        kept = self._stores.get(store.id)
        return kept if kept is not None and kept.key_id == store.key_id else store

    def is_live(self, store: Store) -> bool:
        """Whether the store is live, as given or as it is kept."""
        return _is_live(store, self._kept(store))

    def outside(self, store: Store, body: bytes) -> list[str]:
        """Whom the event `body`, as it goes over the wire, would reach on a live store that is no test person there;
        [UNNAMED] when that can't be told, empty when the store is not live.
        """
        kept = self._kept(store)
        if not _is_live(store, kept):
            return []
        left = recipients(body)
        if left is None:
            return [UNNAMED]
        for each in kept:
            names = self._people.outside(each, left)
            left = [recipient for recipient in left if recipient.value in names]
        return list(dict.fromkeys(recipient.value for recipient in left))

    def watch(self, store: Store) -> Callable[[bytes], list[str]]:
        """`outside` for many events of one store: what it needs is read now, and not again."""
        kept = self._kept(store)
        if not _is_live(store, kept):
            return lambda _body: []
        known = {(person.kind, person.folded) for each in kept for person in self._people.of(each)}

        def outside(body: bytes) -> list[str]:
            found = recipients(body)
            return [UNNAMED] if found is None else people.outside((each.value for each in found), known.__contains__)

        return outside

    def _kept(self, store: Store) -> list[Store]:
        """The store as it is kept; where it is not, all that are kept with its address: it may be one of them."""
        kept = self._stores.get(store.id)
        if kept is not None and kept.key_id == store.key_id:
            return [kept]
        return [each for each in self._stores.all() if address(each) == address(store)]


def _is_live(store: Store, kept: list[Store]) -> bool:
    return any(each.kind is Kind.LIVE for each in (store, *kept))


def address(store: Store) -> tuple[str, int | None, str]:
    """What makes two addresses the same store, however they are spelled: the path is the version of the API, and this
    computer has many names.
    """
    parts = urlsplit(store.base_url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    host = (parts.hostname or "").rstrip(".")
    return "localhost" if is_loopback(host) else host, port, store.store_id.lower()
