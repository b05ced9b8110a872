"""API secrets: in the system's keyring, or in memory for this session; never in a file of ours or a plaintext backend.

Every method that asks the keyring may wait for a person to unlock it: call it from a thread, not from the window's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from composer.storage.stores import Kind, Store

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "event-composer"  # what the secrets are filed under in the keyring

# The keyrings that protect what they hold, in a fixed order, so that a key is looked for where it was put.
# Anything else (keyrings.alt, null, fail) is not used.
_TRUSTED = (
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
)


class Secret:
    """An API secret that does not show itself: `reveal()` is the only way to the text.

    Outer blanks and line ends, as they come with pasting, are dropped. Raises ValueError with a sentence when it is
    empty or can't go into an HTTP header.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        text = text.strip()
        if not text:
            raise ValueError("Enter the API secret.")
        if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text):
            raise ValueError("The API secret has a line end or another control character inside. Copy it once more.")
        if any(ord(character) > 0xFF for character in text):
            raise ValueError("The API secret has a character that no key has. Copy it once more.")
        self._text = text

    def reveal(self) -> str:
        """The secret itself, for the header and the keyring alone."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


SANDBOX_SECRET = Secret("sandbox-needs-no-key")


class KeyringUnavailable(Exception):  # noqa: N818 - reads as the state it is
    """The keyring is missing, stays locked or failed; the text is a sentence for people."""


class KeyringMissing(KeyringUnavailable):
    """There is no keyring that protects keys, so none of ours can be in it."""


class Place(StrEnum):
    """Where a store's key is."""

    NOT_NEEDED = "not needed"
    KEYRING = "keyring"
    SESSION = "session"
    NONE = "none"
    UNAVAILABLE = "unavailable"


class KeyState(NamedTuple):
    """Where the key is, and one sentence that says so."""

    place: Place
    sentence: str


class Secrets:
    """The keys of the stores, filed under each store's `key_id`. A key of the session goes before the keyring's."""

    def __init__(self) -> None:
        self._session: dict[str, Secret] = {}
        self._lock = threading.Lock()

    def find(self, store: Store) -> Secret | None:
        """The store's key, or None when none is kept. A sandbox has a made-up one. May wait for the keyring.

        Raises KeyringUnavailable.
        """
        if store.kind == Kind.SANDBOX:
            return SANDBOX_SECRET
        with self._lock:
            held = self._session.get(store.key_id)
        return held or self._kept(store)

    def keep(self, store: Store, secret: Secret) -> None:
        """Put the key into the keyring, instead of any before. May wait for the keyring. Raises KeyringUnavailable."""
        backend = _backend()
        try:
            backend.set_password(SERVICE, store.key_id, secret.reveal())
        except Exception as error:  # noqa: BLE001 - each keyring raises what its system raises
            raise KeyringUnavailable(_sentence(error)) from None  # no chain: a cause could quote the secret
        with self._lock:
            self._session.pop(store.key_id, None)

    def hold(self, store: Store, secret: Secret) -> None:
        """Have the key in memory until the program ends."""
        with self._lock:
            self._session[store.key_id] = secret

    def forget(self, store: Store) -> None:
        """Take the key out of memory and keyring. May wait for the keyring.

        A key that is not there, and a system without a keyring, are fine. Raises KeyringUnavailable for a locked or
        failing one, which may still hold the key.
        """
        with self._lock:
            self._session.pop(store.key_id, None)
        try:
            backend = _backend()
        except KeyringMissing:
            return
        try:
            if backend.get_password(SERVICE, store.key_id) is not None:
                backend.delete_password(SERVICE, store.key_id)
        except Exception as error:
            raise KeyringUnavailable(_sentence(error)) from error

    def state(self, store: Store) -> KeyState:
        """Where the store's key is. May wait for the keyring; never raises because of it."""
        if store.kind == Kind.SANDBOX:
            return KeyState(Place.NOT_NEEDED, "The sandbox needs no key.")
        with self._lock:
            if store.key_id in self._session:
                return KeyState(Place.SESSION, "The key is in memory until Event Composer is closed.")
        try:
            kept = self._kept(store)
        except KeyringUnavailable as unavailable:
            return KeyState(Place.UNAVAILABLE, str(unavailable))
        if kept is None:
            return KeyState(Place.NONE, f"There is no key for “{store.name}” yet.")
        return KeyState(Place.KEYRING, "The key is in the system's keyring.")

    def _kept(self, store: Store) -> Secret | None:
        backend = _backend()
        try:
            text = backend.get_password(SERVICE, store.key_id)
        except Exception as error:
            raise KeyringUnavailable(_sentence(error)) from error
        try:
            return Secret(text) if text is not None else None
        except ValueError:
            raise KeyringUnavailable("The key in the keyring can't be used. Enter it once more.") from None


def _backend() -> KeyringBackend:
    """The keyring to use: the configured one, or the first that works now. Raises KeyringMissing.

    keyring's own choice is made once per process; this one notices a keyring that was started later.
    """
    import keyring.core

    try:
        configured = keyring.core.load_env() or keyring.core.load_config()
    except (ImportError, AttributeError, ValueError, RuntimeError):
        raise KeyringMissing("The keyring that is configured for this system does not work.") from None
    for backend in _members(configured) if configured else _working():
        if f"{type(backend).__module__}.{type(backend).__qualname__}" in _TRUSTED:
            return backend
    if configured:
        raise KeyringMissing(f"The configured keyring ({type(configured).__module__}) does not protect keys.")
    raise KeyringMissing("This system offers no keyring, so a key can't be stored.")


def _members(backend: KeyringBackend) -> list[KeyringBackend]:
    from keyring.backends.chainer import ChainerBackend

    return list(backend.backends) if isinstance(backend, ChainerBackend) else [backend]


def _working() -> Iterator[KeyringBackend]:
    from importlib import import_module

    for trusted in _TRUSTED:
        module, _, name = trusted.rpartition(".")
        kind = getattr(import_module(module), name)
        if kind.viable:
            yield kind()


def _sentence(error: Exception) -> str:
    from keyring.errors import InitError, KeyringLocked

    if isinstance(error, InitError | KeyringLocked):
        return "The keyring is locked. Unlock it and try again."
    return f"The keyring failed ({type(error).__name__}). Try again."
