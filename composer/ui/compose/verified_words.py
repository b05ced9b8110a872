"""What "Send and verify" saw, in words: the chip, the headline, and what is to be said beside them."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from composer.delivery.cancel import Cancel
from composer.delivery.verifying import PATIENCE, Begun, Verified, Verifier
from composer.event.payload import Json
from composer.event.profile import doubts, email_of, headline
from composer.sandbox.process import SandboxError, world
from composer.sandbox.stored import Stored, stored_event
from composer.storage.stores import Kind, Store, is_loopback
from composer.ui.widgets import when

PROOF = "This proves that the profile changed. It does not prove that a flow ran."
WRITTEN = "This shows that the profile was written. It does not prove that a flow ran."
NO_PROOF = "Only a changed profile would show that the event arrived; even that would not prove that a flow ran."

_API = "/v2.2"  # what a sandbox's base URL ends with


class Seen(NamedTuple):
    """What the look-ups saw of an event, and what the sandbox keeps of it where it went there."""

    verified: Verified
    event: Json = None
    stored: Stored | None = None

    @property
    def email(self) -> str:
        """Whose profile was looked up."""
        return email_of(self.event)

    @property
    def is_ignored(self) -> bool:
        """Whether the sandbox did nothing with the event."""
        return self.stored is not None and self.stored.is_ignored

    @property
    def chip(self) -> tuple[str, str]:
        """Its words and its tone."""
        found = self.verified.comparison
        if self.is_ignored:
            return "ignored", "caution"
        if found is None or (self.verified.problem and not found.is_changed):
            return "not verified", "caution"
        if found.is_created:
            return "profile created" if found.is_made else "email is new", "good" if found.holds_all else "caution"
        if found.is_gone:
            return "profile gone", "caution"
        if found.is_changed:
            words = f"{found.changed} field{'' if found.changed == 1 else 's'} changed"
            return words, "good" if found.holds_all else "caution"
        if found.is_written and found.queued:
            return "no field changed", "caution"
        if found.is_written:
            return "no field changed", "plain"
        return "nothing changed yet", "caution"

    @property
    def headline(self) -> str:
        """One sentence."""
        found, seconds, problem = self.verified
        if self.stored is not None and self.stored.is_ignored:
            first = self.stored.record
            before = f" on {when.day(when.milliseconds_of(first['receivedAt']))}" if first else " before"
            return (
                f"Ignored: the sandbox accepted this uniqueId{before}. It stored nothing and left the profile as it is."
            )
        if found is None:
            return problem
        return headline(found, seconds) if found.is_changed or not problem else f"{headline(found, seconds)} {problem}"

    @property
    def remarks(self) -> list[str]:
        """What it means, and what it does not."""
        found = self.verified.comparison
        if found is None or self.is_ignored:
            return []
        is_proof = found.is_changed and not found.is_gone
        return [*doubts(found), PROOF if is_proof else WRITTEN if found.is_written else NO_PROOF]


BROKEN = Seen(
    Verified(None, problem="The event was sent, but not verified: the composer failed. This is a bug worth reporting.")
)


def look(verifier: Verifier, begun: Begun, cancel: Cancel, since: float) -> Seen:
    """Wait for what an event, sent at `since` in Unix seconds, does. Call it from a thread."""
    stored = _inside(begun.store, begun.event, since)
    is_ignored = stored is not None and stored.is_ignored  # then nothing is coming
    return Seen(verifier.follow(begun, cancel, 0.0 if is_ignored else PATIENCE), begun.event, stored)


def _inside(store: Store, event: Json, since: float) -> Stored | None:
    """What a sandbox keeps of the event; None where it can't be asked."""
    if store.kind is not Kind.SANDBOX or not is_loopback(urlsplit(store.base_url).hostname or ""):
        return None
    try:
        return stored_event(world(store.base_url.removesuffix(_API), store.store_id), event, since)
    except SandboxError:
        return None  # a stand-in of another make
