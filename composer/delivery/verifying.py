"""Send and verify: the customer's profile is read before an event is sent, and again until it shows what it did.

Only an email can be looked up. That a profile changed is all that is proved: not that a flow ran.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import chain, repeat
from typing import NamedTuple

from composer.delivery.cancel import Cancel
from composer.delivery.guard import NOBODY, Consent
from composer.delivery.lookup import Looked, LookedKind, Lookups
from composer.delivery.outcome import OutcomeKind
from composer.delivery.sender import Sender, Sent
from composer.event.payload import Json
from composer.event.profile import Comparison, compare, email_of
from composer.storage.history import Attempt
from composer.storage.stores import Store

PATIENCE = 30.0  # seconds from the answer until nothing more is waited for
PAUSES = (0.2, 0.4, 0.8, 1.6, 3.2)  # seconds before each further look, and then
LONGEST_PAUSE = 5.0
SETTLED = 10.0  # seconds after a change without another: nothing more is coming
HOPELESS = frozenset({400, 401, 403})  # what the look-up answers now it will answer the next time

_READ = {LookedKind.FOUND, LookedKind.UNKNOWN}
_ENDED = "You stopped waiting before the profile was read again."


class Begun(NamedTuple):
    """An event that was sent, and what was found before: what `Verifier.follow` goes on from."""

    sent: Sent
    store: Store
    event: Json
    before: Looked

    @property
    def is_queued(self) -> bool:
        """Whether there is anything to wait for."""
        return self.sent.outcome.kind is OutcomeKind.QUEUED


class Verified(NamedTuple):
    """What the event did, as it was seen `seconds` after the answer; without a comparison nothing is known. `problem`
    is why the look-up could not tell, or could not in the end: a sentence.
    """

    comparison: Comparison | None
    seconds: float = 0.0
    problem: str = ""


class Verifier:
    """Sends through the one sender, and looks before and after. Safe to use from several threads."""

    def __init__(
        self,
        sender: Sender,
        lookups: Lookups,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float, Cancel], None] | None = None,
    ) -> None:
        self._sender, self._lookups = sender, lookups
        self._clock, self._wait = clock, wait or _wait

    def send(
        self,
        attempt: Attempt,
        event: Json,
        cancel: Cancel,
        consent: Consent = NOBODY,
        on_read: Callable[[], object] = lambda: None,
    ) -> Begun:
        """Read the profile of `event`, call `on_read`, and send `attempt`, which holds the event. A look-up that fails
        holds nothing back.

        Raises what `Sender.send` raises; what is cancelled before the event goes out is not sent.
        """
        before = self._lookups.find(attempt.store, email_of(event), cancel)
        on_read()
        return Begun(self._sender.send(attempt, cancel, consent), attempt.store, event, before)

    def follow(self, begun: Begun, cancel: Cancel, patience: float = PATIENCE) -> Verified:
        """Look again and again, after an event was queued, until all that it says has arrived, or something did and no
        more comes, or `patience` seconds have passed, or `cancel`, which ends the waiting and nothing else.
        """
        if begun.before.kind not in _READ:
            return _not_verified(begun.before.sentence)
        began, before = self._clock(), begun.before.profile
        found = compare(before, before, begun.event)
        seen = changed = None  # seconds: the last good look, and the first one that found what it found
        problem = _ENDED
        for pause in chain(PAUSES, repeat(LONGEST_PAUSE)):
            left = patience - (self._clock() - began)
            self._wait(max(0.0, min(pause, left)), cancel)
            if cancel.is_cancelled:
                break
            looked = self._lookups.find(begun.store, email_of(begun.event), cancel)
            if looked.kind is LookedKind.CANCELLED:
                break
            gone = self._clock() - began
            problem = "" if looked.kind in _READ else looked.sentence
            if not problem:
                if changed is None or looked.profile != found.after:
                    changed = gone
                found, seen = compare(before, looked.profile, begun.event), gone
                if found.has_arrived or (found.is_changed and gone - changed >= SETTLED):
                    break
            if gone >= patience or looked.kind is LookedKind.NO_KEY or looked.status in HOPELESS:
                break
        if seen is None:
            return _not_verified(problem)
        return Verified(found, seen, problem)


def _not_verified(reason: str) -> Verified:
    return Verified(None, problem=f"The event was sent, but it could not be verified. {reason}")


def _wait(seconds: float, cancel: Cancel) -> None:
    ended = threading.Event()
    with cancel.calling(ended.set):
        ended.wait(seconds)
