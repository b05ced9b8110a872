"""The customer look-up: who has an email address in a store. Source of the call: release 2.2.476 of the contract.

A look-up is a courtesy: it waits for nobody long, gives way to what is sent, and whatever becomes of it is said in one
sentence that holds nothing up.
"""

from __future__ import annotations

import json
import re
import time
from enum import StrEnum
from typing import NamedTuple, NoReturn

from composer.delivery.budget import Budgets
from composer.delivery.cancel import Cancel
from composer.delivery.client import Reply, Target, Timeouts, get_customer
from composer.delivery.outcome import OutcomeKind
from composer.event.limits import REQUESTS_PER_SECOND
from composer.event.model import is_email
from composer.event.payload import Json
from composer.event.problem import Problem, problem_in
from composer.storage.secrets import KeyringUnavailable, Secrets
from composer.storage.stores import Store, StoreError

LOOKUP = Timeouts(connect=5.0, write=5.0, read=5.0, whole=8.0)

_STORE, _CUSTOMER = re.compile(r"(?i)\bstore\b"), re.compile(r"(?i)\b(customer|email|profile)")


class LookedKind(StrEnum):
    """How a look-up can end."""

    FOUND = "found"
    UNKNOWN = "unknown"  # the store has nobody with this email
    NO_KEY = "no-key"
    BUSY = "busy"  # the store's budget of requests is in use
    FAILED = "failed"
    NOT_ASKED = "not-asked"  # this is no address, or the store is none that can be called
    CANCELLED = "cancelled"


class Looked(NamedTuple):
    """What became of a look-up, with a sentence for people. `profile` is the customer as the server gave it, if FOUND.

    None of it holds the key.
    """

    kind: LookedKind
    sentence: str
    profile: dict[str, Json] | None = None
    status: int | None = None


_CANCELLED = Looked(LookedKind.CANCELLED, "The look-up was cancelled.")


class Lookups:
    """Looks customers up by their email. Safe to use from several threads."""

    def __init__(self, secrets: Secrets, budgets: Budgets) -> None:
        self._secrets, self._budgets = secrets, budgets

    def find(self, store: Store, email: str, cancel: Cancel | None = None, timeouts: Timeouts = LOOKUP) -> Looked:
        """Ask `store` who has `email`, until `cancel` at most.

        Waits for the keyring, for room in the budget, and for the answer: call it from a thread. Whatever keyring,
        network and server do is in what it gives; it raises nothing because of them.
        """
        cancel = cancel or Cancel()
        if cancel.is_cancelled:
            return _CANCELLED
        if not is_email(email):
            return Looked(LookedKind.NOT_ASKED, "This is not an email address, so nobody can be looked up.")
        target = Target(store.base_url, store.store_id)
        try:
            _ = target.url
            secret = self._secrets.find(store)
        except StoreError as error:
            return Looked(LookedKind.NOT_ASKED, f"Nobody can be looked up in this store. {error}")
        except KeyringUnavailable as error:
            return Looked(LookedKind.NO_KEY, f"Without the key nobody can be looked up. {error}")
        if secret is None:
            return Looked(LookedKind.NO_KEY, f"There is no key for “{store.name}”, so nobody can be looked up.")
        budget = self._budgets.of(store)
        noted = budget.ask(cancel)
        if cancel.is_cancelled:
            return _CANCELLED
        if noted is None:
            return Looked(
                LookedKind.BUSY,
                f"The store's budget of {REQUESTS_PER_SECOND} requests a second is in use; nobody was looked up.",
            )
        reply = get_customer(target, secret, email, cancel, timeouts)
        was_sent = reply.lacking is None or not reply.lacking.nothing_arrived
        budget.move(noted, time.monotonic() if was_sent else None)  # it may have been counted as late as now
        if reply.lacking is not None and cancel.is_cancelled:
            return _CANCELLED
        return _looked(reply)


def _looked(reply: Reply) -> Looked:
    status = reply.status
    if reply.lacking is not None or status is None:
        how = "Could not connect" if reply.lacking == OutcomeKind.COULD_NOT_CONNECT else "No answer to the look-up"
        return _failed(f"{how}: {reply.why}.", status)
    problem = problem_in(reply.headers, reply.body)
    if status == 200:
        profile = _profile(reply.body)
        if profile is not None:
            return Looked(LookedKind.FOUND, "The store has a customer with this email.", profile, status)
    if status == 404 and problem is not None and not _is_about_the_store(problem):
        return Looked(
            LookedKind.UNKNOWN,
            "The store has no customer with this email. Sending will create this profile.",
            status=status,
        )
    if status == 429:
        return Looked(LookedKind.BUSY, "Too many requests (429): nobody was looked up.", status=status)
    return _failed(_why(status, problem), status)


def _why(status: int, problem: Problem | None) -> str:
    match status:
        case 400:
            return "The server did not take the look-up (400)."
        case 401:
            return "The key was refused (401). Check the store's API secret."
        case 403:
            return "The key needs the scope customers_read to look customers up (403)."
        case 404 if problem is not None:
            return "The server does not know the store (404). Check the store ID."
        case 404:
            return "Not found (404). Check the base URL of the store."
    if 300 <= status < 400:
        return f"The server redirects ({status}); the key was not sent there. Check the base URL of the store."
    if 500 <= status < 600:
        return f"The server failed ({status})."
    return f"The server gave an answer that is not in the contract ({status})."


def _failed(sentence: str, status: int | None) -> Looked:
    return Looked(LookedKind.FAILED, sentence, status=status)


def _is_about_the_store(problem: Problem) -> bool:
    words = str(problem)
    return _STORE.search(words) is not None and _CUSTOMER.search(words) is None


def _profile(body: bytes) -> dict[str, Json] | None:
    """The customer in an answer, or None when it holds none."""
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    named = (found.get(name) for name in ("id", "email"))
    return found if any(isinstance(name, str) and name.strip() for name in named) else None


def _no_constant(literal: str) -> NoReturn:
    raise ValueError(literal)
