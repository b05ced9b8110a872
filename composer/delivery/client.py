"""One request in, one outcome out: the calls `POST /stores/{storeId}/events` and `…/events/bulk` over HTTP.

Nothing is retried here: without a uniqueId a second request could be a second event.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

import httpx

from composer import __version__
from composer.delivery.cancel import Cancel
from composer.delivery.connection import Connection, Timeouts, ssl_context
from composer.delivery.hiding import Hider
from composer.delivery.outcome import EVENT, EVENTS, MAX_BODY_BYTES, Headers, Outcome, OutcomeKind, Subject, answered
from composer.delivery.reasons import CHECK, Peer, reason
from composer.storage.secrets import Secret
from composer.storage.stores import StoreError, checked_base_url, checked_store_id, is_loopback

__all__ = ["TIMEOUTS", "Call", "Cancel", "Line", "Target", "Timeouts", "post_event", "ssl_context"]

USER_AGENT = f"event-composer/{__version__}"

Call = Literal["events", "events/bulk"]


TIMEOUTS = Timeouts()


class Target(NamedTuple):
    """Where an event goes."""

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


def post_event(
    target: Target, secret: Secret, body: bytes, cancel: Cancel | None = None, timeouts: Timeouts = TIMEOUTS
) -> Outcome:
    """Send `body`, the event's JSON text, and wait for its outcome, `timeouts.whole` seconds at most or until `cancel`.

    Raises StoreError, before anything is sent, when the target is not a place for a key.
    """
    return Line(target, secret, "events", timeouts, keep=False).post(body, cancel)


def _nothing() -> None:
    pass


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
        connection = self._connection or Connection(self._url, self._timeouts, keep=self._keep)
        self._connection = None
        exchange = _Exchange(
            connection, self._secret, self._hider, body, self._timeouts.whole, self._subject, on_written
        )
        with (cancel or Cancel()).calling(exchange.cancel):
            outcome = exchange.run()
        if exchange.is_kept:
            self._connection = connection
        return outcome

    def close(self) -> None:
        """Close the connection; the next request makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _StoppedError(Exception):
    """Stops the request at the last moment before it is sent."""


class _StaleError(Exception):
    """The kept connection took nothing any more: nothing was sent, and a new one is made."""


class _Exchange:
    """One request on a thread of its own, so that no name look-up and no silent server can hold the caller.

    The first outcome put into `_ends` is the outcome. Whether anything was sent is decided in one place, `_trace`,
    under the lock that `_stop` takes too: after a stop nothing is sent any more.
    """

    def __init__(
        self,
        connection: Connection,
        secret: Secret,
        hider: Hider,
        body: bytes,
        seconds: float,
        subject: Subject,
        on_written: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._secret = secret
        self._hider = hider
        self._body = body
        self._seconds = seconds
        self._subject = subject
        self._on_written = on_written
        self._lock = threading.RLock()
        self._ends: SimpleQueue[Outcome | BaseException] = SimpleQueue()  # its put is safe in a signal handler
        self._stopped = False
        self._sent = False
        self._is_new = False  # the connection
        self._is_whole = False  # the answer
        self._has_ended = False  # the thread, if it ever began
        self._is_given_up = False  # the connection; who ends last closes it
        self._peer = Peer.SERVER
        self._status: int | None = None
        self._headers: Headers = ()
        self._read = bytearray()
        self._begun = time.monotonic()

    @property
    def is_kept(self) -> bool:
        """Whether the connection may have another request, once this one has run."""
        return not self._is_given_up

    def run(self) -> Outcome:
        thread = threading.Thread(target=self._work, name="post-event", daemon=True)
        if self._stopped:
            self._has_ended = True
        else:
            thread.start()
        try:
            end = self._ends.get(timeout=self._seconds)
        except Empty:
            self._stop(OutcomeKind.COULD_NOT_CONNECT, f"there was no end after {self._seconds:.0f} seconds")
            end = self._ends.get()
        finally:
            self._leave()
        if self._is_given_up and self._socket is not None:
            thread.join(1.0)  # its socket is shut, so it ends now
        if isinstance(end, BaseException):
            raise end
        return end

    def cancel(self) -> None:
        self._stop(OutcomeKind.CANCELLED, "it was cancelled")

    @property
    def _socket(self) -> socket.socket | None:
        return self._connection.socket

    def _stop(self, unsent: OutcomeKind, reason: str) -> None:
        with self._lock:
            self._stopped = True
            self._ends.put(self._broken_off(reason) if self._sent else self._not_sent(unsent, reason))
        self._shut()

    def _leave(self) -> None:
        """Keep the connection for the next request, or end it."""
        with self._lock:
            if self._connection.keep and self._is_whole and not self._stopped:
                self._connection.settle()
                return
            self._is_given_up = True
            self._shut()
            if self._has_ended:
                self._connection.close()

    def _work(self) -> None:
        try:
            self._ends.put(self._exchange())
        except _StoppedError:
            pass  # `_stop` has put the outcome
        except BaseException as bug:  # noqa: BLE001 - raised again in the caller's thread
            self._ends.put(bug)
        finally:
            with self._lock:
                self._has_ended = True
                if self._is_given_up:
                    self._connection.close()

    def _exchange(self) -> Outcome:
        try:
            try:
                return self._request()
            except _StaleError:
                return self._request()
        except httpx.HTTPError as error:
            why = reason(error, self._peer)
            with self._lock:
                if self._sent:
                    return self._broken_off(why, error)
                return self._not_sent(OutcomeKind.COULD_NOT_CONNECT, why, error)
        except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
            # A proxy of an unknown scheme, SOCKS without its library, an SSL_CERT_FILE that is not there.
            if self._sent:
                raise
            self._peer = Peer.NONE
            why = "the proxy or the certificates that the environment names can't be used"
            return self._not_sent(OutcomeKind.COULD_NOT_CONNECT, why, error)

    def _request(self) -> Outcome:
        headers = {
            b"Authorization": b"Bearer " + self._secret.reveal().encode("latin-1"),
            b"Content-Type": b"application/json",
            b"Accept": b"application/json, application/problem+json",
            b"Accept-Encoding": b"identity",  # an answer is kept as it came, and unpacks to nothing
            b"User-Agent": USER_AGENT.encode(),
        }
        if not self._connection.keep:
            headers[b"Connection"] = b"close"  # a kept connection may be dead: was the next event sent then?
        with self._connection.client.stream(
            "POST", self._connection.url, content=self._body, headers=headers, extensions={"trace": self._trace}
        ) as response:
            return self._answered(response)

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        """httpcore tells what it does; this is how the socket, and the moment of sending, become known."""
        if event == "connection.connect_tcp.started":
            url = httpx.URL(self._connection.url)
            there = (url.raw_host.decode(), url.port or {"https": 443}.get(url.scheme, 80))
            self._peer = Peer.SERVER if (info["host"], info["port"]) == there else Peer.PROXY
        elif event == "proxy.start_tls.started":
            self._peer = Peer.SERVER  # the proxy has let us through
        elif event == "connection.connect_tcp.complete":
            with self._lock:
                self._is_new = True
                self._connection.connected(info["return_value"].get_extra_info("socket"))
                if self._stopped:
                    self._shut()
        elif event.endswith(".start_tls.complete"):
            self._connection.secured(info["return_value"].get_extra_info("socket"))
        elif event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            with self._lock:
                if self._stopped:
                    raise _StoppedError
                self._sent = True
        elif event == "http11.send_request_headers.failed" and self._sent:
            self._failed_at_once(info["exception"])
        elif event == "http11.send_request_body.complete" and self._sent:
            self._on_written()

    def _failed_at_once(self, error: BaseException) -> None:
        """The headers go out before anything of the event. A kept connection that takes none was closed before."""
        with self._lock:
            if self._is_new or self._stopped or not isinstance(error.__cause__, ConnectionError):
                return
            self._sent = False
        raise _StaleError

    def _answered(self, response: httpx.Response) -> Outcome:
        # Header values are latin-1 on the wire; one that is not printable ASCII must not stop anything here.
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
        self._headers = [(self._hider.text(name), self._hider.text(value)) for name, value in pairs]
        self._status = response.status_code
        cut = False
        for chunk in response.iter_raw():
            self._read += chunk
            if len(self._read) > MAX_BODY_BYTES:
                cut = True
                break
        self._is_whole = not cut
        return answered(
            self._status,
            self._headers,
            self._kept_body(whole=not cut),
            cut=cut,
            duration_ms=self._duration_ms(),
            hide=self._hider.text,
            subject=self._subject,
        )

    def _kept_body(self, *, whole: bool) -> bytes:
        return self._hider.body(bytes(self._read), whole=whole)[:MAX_BODY_BYTES]

    def _not_sent(self, kind: OutcomeKind, why: str, error: Exception | None = None) -> Outcome:
        if kind == OutcomeKind.CANCELLED:
            sentence = "Cancelled. Nothing was sent."
        else:
            sentence = f"Could not connect: {why}. Nothing was sent. {CHECK[self._peer]}"
        return Outcome(kind, sentence, self._detail(error), duration_ms=self._duration_ms())

    def _broken_off(self, why: str, error: Exception | None = None) -> Outcome:
        began = f" The answer had begun with status {self._status}." if self._status else ""
        sentence = (
            "No answer: {the} {was} sent, or a part of {it}, then {why}.{began} {They} may have arrived. "
            "Look in Redo before you send {it} again; with a unique ID it is safe to send {it} again."
        ).format(**self._subject._asdict(), why=why, began=began)
        return Outcome(
            OutcomeKind.NO_ANSWER,
            sentence,
            self._detail(error),
            self._status,
            self._headers,
            self._kept_body(whole=False),
            duration_ms=self._duration_ms(),
        )

    def _detail(self, error: Exception | None) -> str:
        return self._hider.text(f"{type(error).__name__}: {error}") if error else ""

    def _duration_ms(self) -> int:
        return round((time.monotonic() - self._begun) * 1000)

    def _shut(self) -> None:
        self._connection.shut()
