"""One request in, one outcome out: the calls of a store over HTTP, `POST …/events`, `…/events/bulk`, `GET …/customers`.

Nothing is retried here: without a uniqueId a second request could be a second event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple
from urllib.parse import quote

import httpx

from composer.delivery.cancel import Cancel
from composer.delivery.connection import Connection, Timeouts, ssl_context
from composer.delivery.exchange import Asked, Exchange, Reply
from composer.delivery.hiding import Hider
from composer.delivery.outcome import EVENT, EVENTS, Outcome, OutcomeKind, Subject, answered
from composer.delivery.reasons import CHECK
from composer.storage.secrets import Secret
from composer.storage.stores import StoreError, checked_base_url, checked_store_id, is_loopback

__all__ = [
    "TIMEOUTS",
    "Call",
    "Cancel",
    "Line",
    "Reply",
    "Target",
    "Timeouts",
    "get_customer",
    "post_event",
    "ssl_context",
]

Call = Literal["events", "events/bulk", "customers"]


TIMEOUTS = Timeouts()


class Target(NamedTuple):
    """The store that is spoken to."""

    base_url: str
    store_id: str

    @property
    def url(self) -> str:
        """The address of the call for one event. Raises StoreError when the key must not be sent there."""
        return self.address("events")

    def address(self, call: Call) -> str:
        """The address of a call. Raises StoreError when the key must not be sent there."""
        url = f"{checked_base_url(self.base_url)}/stores/{quote(checked_store_id(self.store_id), safe='')}/{call}"
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise StoreError("base_url", "The base URL can't be read. Check the host and the port.") from error
        if parsed.scheme != "https" and not is_loopback(parsed.host):  # as the library that will send it reads it
            raise StoreError("base_url", "Use https: over plain http anyone on the way could read the key.")
        return url


def _nothing() -> None:
    pass


def post_event(
    target: Target, secret: Secret, body: bytes, cancel: Cancel | None = None, timeouts: Timeouts = TIMEOUTS
) -> Outcome:
    """Send `body`, the event's JSON text, and wait for its outcome, `timeouts.whole` seconds at most or until `cancel`.

    Raises StoreError, before anything is sent, when the target is not a place for a key.
    """
    return Line(target, secret, "events", timeouts, keep=False).post(body, cancel)


def get_customer(
    target: Target, secret: Secret, email: str, cancel: Cancel | None = None, timeouts: Timeouts = TIMEOUTS
) -> Reply:
    """Ask who has this email address, and wait for the answer, `timeouts.whole` seconds at most or until `cancel`.

    Raises StoreError, before anything is sent, when the target is not a place for a key.
    """
    return Line(target, secret, "customers", timeouts, keep=False).ask(f"?email={quote(email, safe='')}", cancel)


class Line:
    """The way to one call of a store, for one request after the other; `cancel` alone may come from other threads.

    With `keep` the connection stays open between requests. One that the server has closed meanwhile is found out
    before anything of the next event was sent, and replaced.
    """

    def __init__(
        self, target: Target, secret: Secret, call: Call = "events", timeouts: Timeouts = TIMEOUTS, *, keep: bool = True
    ) -> None:
        """Raises StoreError when the target is not a place for a key."""
        self._url = target.address(call)
        self._secret = secret
        self._hider = Hider(secret)
        self._subject = EVENT if call == "events" else EVENTS
        self._timeouts = timeouts
        self._keep = keep
        self._connection: Connection | None = None

    def post(self, body: bytes, cancel: Cancel | None = None, on_written: Callable[[], None] = _nothing) -> Outcome:
        """Send `body` and wait for its outcome, `timeouts.whole` seconds at most or until `cancel`.

        `on_written` is called when the last byte has been handed to the network, from another thread.
        """
        reply = self._call("POST", self._url, body, cancel, on_written)
        if reply.lacking is not None:
            return _unanswered(reply.lacking, reply, self._subject)
        return answered(
            reply.status or 0,
            reply.headers,
            reply.body,
            cut=reply.cut,
            duration_ms=reply.duration_ms,
            hide=self._hider.text,
            subject=self._subject,
        )

    def ask(self, query: str, cancel: Cancel | None = None) -> Reply:
        """Read what is there for `query`, the escaped end of the address; waits as `post` does."""
        return self._call("GET", self._url + query, None, cancel, _nothing)

    def _call(
        self, method: str, url: str, body: bytes | None, cancel: Cancel | None, on_written: Callable[[], None]
    ) -> Reply:
        connection = self._connection or Connection(self._url, self._timeouts, keep=self._keep)
        self._connection = None
        asked = Asked(method, url, body, self._secret, self._hider, on_written)
        exchange = Exchange(connection, asked, self._timeouts.whole)
        with (cancel or Cancel()).calling(exchange.cancel):
            reply = exchange.run()
        if exchange.is_kept:
            self._connection = connection
        return reply

    def close(self) -> None:
        """Close the connection; the next request makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _unanswered(kind: OutcomeKind, reply: Reply, subject: Subject) -> Outcome:
    if kind == OutcomeKind.CANCELLED:
        sentence = "Cancelled. Nothing was sent."
    elif kind == OutcomeKind.COULD_NOT_CONNECT:
        sentence = f"Could not connect: {reply.why}. Nothing was sent. {CHECK[reply.peer]}"
    else:
        began = f" The answer had begun with status {reply.status}." if reply.status else ""
        sentence = (
            "No answer: {the} {was} sent, or a part of {it}, then {why}.{began} {They} may have arrived. "
            "Look in Redo before you send {it} again; with a unique ID it is safe to send {it} again."
        ).format(**subject._asdict(), why=reply.why, began=began)
    return Outcome(kind, sentence, reply.detail, reply.status, reply.headers, reply.body, duration_ms=reply.duration_ms)
