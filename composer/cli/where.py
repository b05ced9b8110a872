"""Where a command sends to, with which key, and what keeps it from beginning."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from composer import paths
from composer.delivery.guard import address
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Kind, Store, StoreError, Stores, checked_base_url, checked_store_id, is_loopback

KEY_VARIABLE = "REDO_API_SECRET"  # the vendor's name for it


class Where(NamedTuple):
    """Where an event is to go: a store by its name, or a server and the store's ID there."""

    store: str | None
    base_url: str | None
    store_id: str | None


class Misused(Exception):  # noqa: N818 - reads as the state it is
    """The command can't be done as it was given; the text says why."""


class NotBegun(Exception):  # noqa: N818 - reads as the state it is
    """Nothing was sent, for a reason that lies on this machine; the text says which."""


def data_folder() -> Path:
    """The folder of all data. Raises NotBegun when it can't be used."""
    try:
        return paths.data_folder()
    except OSError as error:
        raise NotBegun(
            f"The data folder {error.filename} can't be used: {error.strerror}. "
            "Check it, or choose another with EVENT_COMPOSER_HOME."
        ) from None


def store_meant(where: Where, stores: Stores) -> Store:
    """The store that is meant; one given by its address has no row. Raises Misused."""
    if where.store is not None:
        store = stores.named(where.store)
        if store is None:
            names = ", ".join(f"“{known.name}”" for known in stores.all())
            raise Misused(f"there is no store named “{where.store}”; there are: {names}")
        return store
    try:
        base_url, store_id = checked_base_url(where.base_url or ""), checked_store_id(where.store_id or "")
    except StoreError as error:
        raise Misused(str(error)) from None
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    store = Store(0, host, Kind.LIVE, base_url, store_id, "command line")
    same = [each for each in stores.all() if address(each) == address(store)]
    # When nothing more is known about the store, it is taken for one that reaches customers.
    is_known = is_loopback(host) or any(urlsplit(each.base_url).path == parts.path for each in same)
    is_harmless = is_known and all(each.kind is not Kind.LIVE for each in same)
    return store._replace(kind=Kind.TEST) if is_harmless else store


def hold_key(store: Store, secrets: Secrets, *, is_needed: bool) -> None:
    """Take the key from the environment, if it is there. Raises Misused, without quoting it."""
    text = os.environ.get(KEY_VARIABLE, "")
    if text.strip():
        try:
            secrets.hold(store, Secret(text))
        except ValueError as error:
            raise Misused(f"{KEY_VARIABLE}: {error}") from None
    elif is_needed:
        raise Misused(f"the API secret is missing: set {KEY_VARIABLE}")


def check_where(where: Where) -> None:
    """Raises Misused unless it is said where to, in one of the two ways."""
    by_address = (where.base_url is not None, where.store_id is not None)
    if by_address not in {(True, True), (False, False)} or (where.store is None) != all(by_address):
        raise Misused("say where to: --store NAME, or --base-url URL and --store-id ID")
