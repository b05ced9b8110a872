"""The stores events can go to: their names, kinds and addresses. Their keys are in `secrets`, never here."""

from __future__ import annotations

import os
import re
import sqlite3
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from composer.storage.database import Database
from composer.storage.migrations import SANDBOX_KEY_ID

if TYPE_CHECKING:
    from composer.storage.secrets import Secrets

VENDOR_URL = "https://api.getredo.com/v2.2"  # release 2.2.476 of the contract


class Kind(StrEnum):
    """How careful to be: nobody is reached, test people are reached, customers are reached."""

    SANDBOX = "sandbox"
    TEST = "test"
    LIVE = "live"


class Store(NamedTuple):
    """One store. `id` counts the rows here, `store_id` is Redo's, `key_id` is what its key is filed under for good."""

    id: int
    name: str
    kind: Kind
    base_url: str
    store_id: str
    key_id: str

    @property
    def is_built_in(self) -> bool:
        """Whether this is the sandbox that is always there. Its `base_url` is empty until the sandbox runs."""
        return self.key_id == SANDBOX_KEY_ID

    def at(self, base_url: str) -> Store:
        """This store with the address of the running sandbox filled in."""
        return self._replace(base_url=base_url)


class StoreError(ValueError):
    """What was typed can't be a store. `field` is "name", "kind", "base_url" or "store_id"; the text is a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Stores:
    """The table of stores. Every method may raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Store]:
        """All stores in the order in which they were added; the built-in sandbox is the first."""
        return [_store(row) for row in self._database.read(f"{_SELECT} ORDER BY id")]

    def get(self, row: int) -> Store | None:
        """The store with this `id`."""
        return next((_store(found) for found in self._database.read(f"{_SELECT} WHERE id = ?", (row,))), None)

    def named(self, name: str) -> Store | None:
        """The store of this name; upper and lower case and outer blanks make no difference."""
        found = self._database.read(f"{_SELECT} WHERE folded_name = ?", (_folded(name.strip()),))
        return next((_store(row) for row in found), None)

    def add(self, name: str, kind: Kind, base_url: str, store_id: str) -> Store:
        """Add a store. Raises StoreError."""
        fresh = _checked(name, kind, base_url, store_id)
        key_id = os.urandom(16).hex()
        with self._database.transaction() as connection:
            _refuse_taken(connection, fresh[0], 0)
            row = connection.execute(
                "INSERT INTO stores (name, folded_name, kind, base_url, store_id, key_id) VALUES (?, ?, ?, ?, ?, ?)",
                (fresh[0], _folded(fresh[0]), *fresh[1:], key_id),
            ).lastrowid
        return Store(row or 0, *fresh, key_id)

    def change(self, store: Store, name: str, kind: Kind, base_url: str, store_id: str) -> Store:
        """Change what a store is; it keeps its key. Raises StoreError, also when it is gone or the built-in sandbox."""
        if store.is_built_in:
            raise StoreError("name", "The built-in sandbox can't be changed. Add a store of your own instead.")
        changed = _checked(name, kind, base_url, store_id)
        with self._database.transaction() as connection:
            _refuse_taken(connection, changed[0], store.id)
            found = connection.execute(
                "UPDATE stores SET name = ?, folded_name = ?, kind = ?, base_url = ?, store_id = ? WHERE id = ?",
                (changed[0], _folded(changed[0]), *changed[1:], store.id),
            ).rowcount
        if not found:
            raise StoreError("name", f"The store “{store.name}” is not there any more.")
        return Store(store.id, *changed, store.key_id)

    def remove(self, store: Store, secrets: Secrets) -> None:
        """Remove a store and its key; the key goes first, so that none is left behind. It may wait for the keyring.

        Raises StoreError for the built-in sandbox, KeyringUnavailable when the keyring is there but keeps the key.
        """
        if store.is_built_in:
            raise StoreError("name", "The built-in sandbox can't be removed.")
        secrets.forget(store)
        self._database.write("DELETE FROM stores WHERE id = ?", (store.id,))


_SELECT = "SELECT id, name, kind, base_url, store_id, key_id FROM stores"


def _store(row: tuple[int, str, str, str, str, str]) -> Store:
    return Store(row[0], row[1], Kind(row[2]), row[3], row[4], row[5])


def _folded(name: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", name).casefold()


def _refuse_taken(connection: sqlite3.Connection, name: str, but: int) -> None:
    if connection.execute("SELECT 1 FROM stores WHERE folded_name = ? AND id != ?", (_folded(name), but)).fetchone():
        raise StoreError("name", f"There is already a store named “{name}”. Choose another name.")


def _checked(name: str, kind: Kind, base_url: str, store_id: str) -> tuple[str, Kind, str, str]:
    name = " ".join(name.split())
    if not name:
        raise StoreError("name", "Give the store a name.")
    if not name.isprintable():
        raise StoreError("name", "The name has a character that can't be shown. Type it again.")
    url = checked_base_url(base_url)
    if kind == Kind.SANDBOX and not is_loopback(_host(url)):
        raise StoreError("base_url", "A sandbox runs on this computer. Choose the kind test or live for this address.")
    return name, Kind(kind), url, checked_store_id(store_id)


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).hostname or ""


def checked_store_id(store_id: str) -> str:
    """`store_id` without outer blanks. Raises StoreError when it is blank or can't be one part of a URL's path."""
    store_id = store_id.strip()
    if not store_id:
        raise StoreError("store_id", "Enter the store ID. Redo shows it in the settings of your store.")
    if store_id in {".", ".."} or re.search(r"[\s/\\?#%]", store_id) or not store_id.isprintable():
        raise StoreError("store_id", "A store ID has no blanks and none of the characters / \\ ? # %.")
    return store_id


def checked_base_url(url: str) -> str:
    """`url` without outer blanks and trailing slashes. Raises StoreError when the key must not be sent there."""
    from urllib.parse import urlsplit

    url = url.strip().rstrip("/")
    if not url:
        raise StoreError("base_url", f"Enter the base URL, for example {VENDOR_URL}.")
    if not re.fullmatch(r"[!-\[\]-~]+", url):
        raise StoreError("base_url", "The base URL has a blank, a backslash or a letter that a URL can't have.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise StoreError("base_url", "The base URL can't be read. Check the host and the port.") from None
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise StoreError("base_url", f"A base URL begins with https:// and a host, for example {VENDOR_URL}.")
    if "@" in parts.netloc:
        raise StoreError("base_url", "Take the user name and password out of the base URL. The key has its own field.")
    if "?" in url or "#" in url:
        raise StoreError("base_url", "A base URL has no ? and no #.")
    if port == 0 or not (re.fullmatch(r"[a-z0-9._-]+", host) or parts.netloc.startswith("[")):
        raise StoreError("base_url", "The base URL can't be read. Check the host and the port.")
    if parts.scheme == "http" and not is_loopback(host):
        raise StoreError("base_url", "Use https: over plain http anyone on the way could read the key.")
    return url


def is_loopback(host: str) -> bool:
    """Whether `host` is this computer: localhost, 127.0.0.0/8 or ::1. Other spellings of them are not accepted."""
    if host.lower() == "localhost":
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
