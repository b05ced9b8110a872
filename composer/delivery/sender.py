"""One event on its way: into the history first, then over the wire, then its outcome into the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from composer.delivery.budget import Budgets
from composer.delivery.client import Cancel, Target, post_event
from composer.delivery.guard import NOBODY, Consent, Guard
from composer.delivery.outcome import Outcome
from composer.event.findings import Finding
from composer.event.identity import resolve
from composer.event.payload import Json
from composer.event.recipients import outside_words
from composer.storage.database import StorageError
from composer.storage.drift import Drift
from composer.storage.history import Attempt, History
from composer.storage.secrets import KeyringUnavailable, Secrets
from composer.storage.stores import Store, StoreError


class NotSent(Exception):  # noqa: N818 - reads as what it says
    """Nothing was sent and nothing is in the history; the text is a sentence for people, with what to do."""


class KeyNeeded(NotSent):
    """There is no key for the store, or its keyring can't be asked."""


class ConsentNeeded(NotSent):
    """A live store, and somebody who is no test person there: `outside` names them. A person has to be asked."""

    def __init__(self, store: Store, outside: list[str]) -> None:
        super().__init__(
            f"The event was not sent: “{store.name}” is a live store, and {outside_words(outside)} "
            f"{'is' if len(outside) == 1 else 'are'} not among its test people."
        )
        self.outside = outside


class Sent(NamedTuple):
    """The outcome of one attempt and its entry in the history. `remark` is a sentence when the entry is incomplete;
    `drift` is the note that was kept where the server's answer is not what the checks had led to expect, else None.
    """

    entry: int
    outcome: Outcome
    remark: str = ""
    drift: int | None = None


class Sender:
    """Sends single events, each exactly once. Safe to use from several threads."""

    def __init__(self, history: History, secrets: Secrets, guard: Guard, budgets: Budgets, drift: Drift) -> None:
        self._history, self._secrets = history, secrets
        self._guard, self._budgets, self._drift = guard, budgets, drift

    def send(self, attempt: Attempt, cancel: Cancel | None = None, consent: Consent = NOBODY) -> Sent:
        """Send what `attempt` holds. Waits for the outcome, and for the keyring: call it from a thread.

        Nothing is repeated, whatever the outcome: the caller decides, and a repetition is an attempt of its own.
        Raises ConsentNeeded where `consent` does not cover whom it would reach, KeyNeeded, or another NotSent when it
        could not begin.
        """
        store = attempt.store
        target = Target(store.base_url, store.store_id)
        try:
            _ = target.url
            secret = self._secrets.find(store)
        except StoreError as error:
            raise NotSent(f"The event was not sent. {error}") from error
        except KeyringUnavailable as error:
            raise KeyNeeded(f"The event was not sent. {error}") from error
        if cancel is not None and cancel.is_cancelled:  # meanwhile: a keyring may ask a person first
            raise NotSent("Cancelled. Nothing was sent.")
        if secret is None:
            raise KeyNeeded(f"The event was not sent: there is no key for “{store.name}”. Enter its API secret.")
        try:  # last of all: the list may have changed while the keyring asked
            outside = self._guard.outside(store, attempt.body)
        except StorageError as error:
            raise NotSent(f"The event was not sent, because the test people could not be read. {error}") from error
        if not consent.covers(outside):
            raise ConsentNeeded(store, outside)
        try:
            entry = self._history.begin(attempt)
        except StorageError as error:
            raise NotSent(f"The event was not sent, because it could not be written to the history. {error}") from error
        self._budgets.of(store).spend()
        outcome = post_event(target, secret, attempt.body, cancel)
        answer = outcome.as_answer()
        try:
            self._history.finish(entry, answer)
        except StorageError as error:
            return Sent(entry, outcome, f"The outcome could not be written to the history. {error}")
        try:
            return Sent(entry, outcome, drift=self._drift.note(attempt, answer))
        except StorageError as error:
            return Sent(entry, outcome, f"That the answer is not the expected one could not be noted. {error}")


def attempt_of(store: Store, payload: Json, text: str, findings: Sequence[Finding], *, sent_anyway: bool) -> Attempt:
    """The attempt to send `text`, which says `payload`; what the history lists is taken from it where it is there.

    For a text that says no payload, as it is not JSON, that is None, and the history lists no name and nobody.
    """
    event = payload if isinstance(payload, dict) else {}
    name, unique_id = event.get("eventName"), event.get("uniqueId")
    return Attempt(
        store,
        name if isinstance(name, str) else "",
        resolve(payload).value,
        unique_id if isinstance(unique_id, str) else "",
        wire(text),
        findings,
        sent_anyway,
    )


def wire(text: str) -> bytes:
    """The bytes of a text on the wire; half an emoji becomes its JSON escape."""
    return text.encode("utf-8", "backslashreplace")
