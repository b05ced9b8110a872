"""Keys live in a keyring that protects them, or in memory, and show themselves nowhere."""

from __future__ import annotations

import copy
import gc
import logging
import pickle
import traceback
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import keyring.core
import pytest
import secretstorage

from composer.storage.database import Database
from composer.storage.secrets import KeyringMissing, KeyringUnavailable, Place, Secret, Secrets
from composer.storage.stores import VENDOR_URL, Kind, Store, Stores
from tests.support.secret_service import SecretService, running

KEY = "redo-secret-0123456789abcdef"


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(database)


@pytest.fixture
def store(stores: Stores) -> Store:
    return stores.add("Shop", Kind.LIVE, VENDOR_URL, "shop")


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A locked keyring. There is no prompter on its bus, which ends like a prompt that was dismissed."""
    with running() as service:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
        with closing(secretstorage.dbus_init()) as connection:
            secretstorage.get_default_collection(connection).lock()
        yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.parametrize("text", [KEY, f"  {KEY}\n", f"\t{KEY}\r\n", f"\u00a0{KEY}\u2003"])
def test_what_pasting_puts_around_a_key_is_dropped(text: str) -> None:
    assert Secret(text).reveal() == KEY


@pytest.mark.parametrize(
    "text", ["", " \n", f"{KEY}\n{KEY}", "a\x00b", "a\x7fb", "a\x85b", "k\u200bey", "ключ", "\ud800"]
)
def test_what_no_header_can_hold_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(Enter the API secret|The API secret has a .+)\.") as refused:
        Secret(text)
    assert KEY not in str(refused.value)


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(KEY)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>80}", repr([secret]), repr({"key": secret})]
    assert not any(KEY in text for text in shown)
    for write in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            write(secret)


def test_the_sandbox_needs_no_key(stores: Stores) -> None:
    sandbox = stores.all()[0]
    assert Secrets().find(sandbox) is not None
    assert Secrets().state(sandbox).place == Place.NOT_NEEDED


def test_a_kept_key_is_there_after_a_restart(keyring_service: SecretService, store: Store) -> None:
    assert Secrets().state(store).place == Place.NONE
    assert Secrets().find(store) is None
    Secrets().keep(store, Secret(KEY))
    assert Secrets().find(store) == Secret(KEY)
    assert Secrets().state(store).place == Place.KEYRING


def test_a_kept_key_is_not_written_in_the_clear(keyring_service: SecretService, store: Store, path: Path) -> None:
    Secrets().keep(store, Secret(KEY))
    files = [file for folder in (keyring_service.folder, path.parent) for file in folder.rglob("*") if file.is_file()]
    assert any(file.suffix == ".keyring" for file in files)
    assert not [file for file in files if KEY.encode() in file.read_bytes()]


def test_a_key_follows_its_store_through_a_new_name(
    keyring_service: SecretService, stores: Stores, store: Store
) -> None:
    secrets = Secrets()
    secrets.keep(store, Secret(KEY))
    renamed = stores.change(store, "Another name", Kind.TEST, "https://api.example.com", "other")
    assert secrets.find(renamed) == Secret(KEY)


def test_a_removed_store_takes_its_key_along(keyring_service: SecretService, stores: Stores, store: Store) -> None:
    secrets = Secrets()
    secrets.keep(store, Secret(KEY))
    stores.remove(store, secrets)
    assert stores.get(store.id) is None
    assert secrets.find(store) is None
    again = stores.add("Shop", Kind.LIVE, VENDOR_URL, "shop")
    assert secrets.find(again) is None


def test_forgetting_a_key_that_is_not_there_is_fine(keyring_service: SecretService, store: Store) -> None:
    Secrets().forget(store)
    assert Secrets().state(store).place == Place.NONE


def test_a_session_key_goes_first_and_is_never_stored(keyring_service: SecretService, store: Store) -> None:
    secrets = Secrets()
    secrets.keep(store, Secret(KEY))
    secrets.hold(store, Secret("only for now"))
    assert secrets.find(store) == Secret("only for now")
    assert secrets.state(store).place == Place.SESSION
    assert Secrets().find(store) == Secret(KEY)
    secrets.keep(store, Secret("the new one"))
    assert secrets.find(store) == Secret("the new one")


# keyring leaves its connections open when it raises
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_locked_keyring_is_said_plainly(locked: None, stores: Stores, store: Store) -> None:
    secrets = Secrets()
    for ask in (lambda: secrets.find(store), lambda: secrets.keep(store, Secret(KEY)), lambda: secrets.forget(store)):
        with pytest.raises(KeyringUnavailable, match=r"^The keyring is locked\. Unlock it and try again\.$"):
            ask()
    assert secrets.state(store) == (Place.UNAVAILABLE, "The keyring is locked. Unlock it and try again.")
    with pytest.raises(KeyringUnavailable):
        stores.remove(store, secrets)
    assert stores.get(store.id) == store


@pytest.fixture(params=["no bus", "no service on the bus"])
def no_keyring(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "no bus":
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", request.getfixturevalue("bare_bus"))


def test_without_a_keyring_a_key_can_be_held_for_the_session(no_keyring: None, stores: Stores, store: Store) -> None:
    secrets = Secrets()
    assert secrets.state(store) == (Place.UNAVAILABLE, "This system offers no keyring, so a key can't be stored.")
    with pytest.raises(KeyringMissing):
        secrets.find(store)
    with pytest.raises(KeyringMissing):
        secrets.keep(store, Secret(KEY))
    secrets.hold(store, Secret(KEY))
    assert secrets.find(store) == Secret(KEY)
    stores.remove(store, secrets)
    assert stores.get(store.id) is None
    with pytest.raises(KeyringMissing):
        secrets.find(store)


PLAINTEXT = """
from keyring.backend import KeyringBackend

class PlaintextKeyring(KeyringBackend):
    priority = 20
    def set_password(self, service, username, password): raise AssertionError("used")
    def get_password(self, service, username): raise AssertionError("used")
    def delete_password(self, service, username): raise AssertionError("used")
"""


@pytest.mark.parametrize(
    "backend",
    [
        "keyring.backends.null.Keyring",
        "keyring.backends.fail.Keyring",
        "plaintext_for_tests.PlaintextKeyring",
        "no_such_module.Keyring",
        "keyring.backends.null.NoSuchClass",
    ],
)
def test_a_keyring_that_protects_nothing_is_never_used(
    backend: str, keyring_service: SecretService, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plaintext_for_tests.py").write_text(PLAINTEXT)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    with pytest.raises(KeyringMissing, match=r"^The (configured )?keyring "):
        Secrets().keep(store, Secret(KEY))
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    assert Secrets().find(store) is None


def test_of_a_chain_only_the_members_that_protect_are_used(
    keyring_service: SecretService, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plaintext_in_chain.py").write_text(PLAINTEXT)
    monkeypatch.syspath_prepend(tmp_path)
    plaintext = keyring.core.load_keyring("plaintext_in_chain.PlaintextKeyring")
    service = keyring.core.load_keyring("keyring.backends.SecretService.Keyring")
    monkeypatch.setattr("keyring.backend.get_all_keyring", lambda: [plaintext, service])
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.chainer.ChainerBackend")
    Secrets().keep(store, Secret(KEY))
    assert Secrets().find(store) == Secret(KEY)


class BrokenKeyring:
    """A keyring that fails like no other, quoting what it was given."""

    def set_password(self, *given: str) -> None:
        raise OSError(f"could not store {given}")


def test_a_keyring_that_fails_does_not_give_the_key_away(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("composer.storage.secrets._backend", BrokenKeyring)
    with pytest.raises(KeyringUnavailable, match=r"^The keyring failed \(OSError\)\. Try again\.$") as failed:
        Secrets().keep(store, Secret(KEY))
    assert KEY not in "".join(traceback.format_exception(failed.value))
    assert KEY not in caplog.text
