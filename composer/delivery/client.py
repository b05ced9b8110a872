"""One request in, one outcome out: the call `POST /stores/{storeId}/events` over HTTP.

Nothing is retried here: without a uniqueId a second request could be a second event.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from composer import __version__
from composer.delivery.hiding import Hider
from composer.delivery.outcome import MAX_BODY_BYTES, Headers, Outcome, OutcomeKind, answered
from composer.storage.secrets import Secret
from composer.storage.stores import StoreError, checked_base_url, checked_store_id, is_loopback

USER_AGENT = f"event-composer/{__version__}"


class Timeouts(NamedTuple):
    """Seconds. `connect`, `write` and `read` are for one step each, `whole` is for everything together."""

    connect: float = 10.0
    write: float = 30.0
    read: float = 30.0
    whole: float = 60.0


TIMEOUTS = Timeouts()


class Target(NamedTuple):
    """Where an event goes."""

    base_url: str
    store_id: str

    @property
    def url(self) -> str:
        """The address of the call. Raises StoreError when the key must not be sent there."""
        url = f"{checked_base_url(self.base_url)}/stores/{quote(checked_store_id(self.store_id), safe='')}/events"
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise StoreError("base_url", "The base URL can't be read. Check the host and the port.") from error
        if parsed.scheme != "https" and not is_loopback(parsed.host):  # as the library that will send it reads it
            raise StoreError("base_url", "Use https: over plain http anyone on the way could read the key.")
        return url


class Cancel:
    """The Cancel button of one send. `cancel()` may be called from any thread and more than once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal handler may cancel in the middle of our own thread
        self._cancelled = False
        self._calls: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel()` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """End the send now. Before anything was sent the outcome is `cancelled`, after that `no-answer`."""
        with self._lock:
            self._cancelled = True
            calls = list(self._calls)
        for call in calls:
            call()

    @contextmanager
    def calling(self, call: Callable[[], None]) -> Iterator[None]:
        """Have `call` called on cancel, or at once when that is past."""
        with self._lock:
            self._calls.append(call)
            past = self._cancelled
        try:
            if past:
                call()
            yield
        finally:
            with self._lock:
                self._calls.remove(call)


@cache
def ssl_context() -> ssl.SSLContext:
    """The one TLS context, which always verifies: certifi's authorities (or SSL_CERT_FILE's) and the system's.

    Making it takes some 20 ms; call it early from a background thread.
    """
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def post_event(
    target: Target, secret: Secret, body: bytes, cancel: Cancel | None = None, timeouts: Timeouts = TIMEOUTS
) -> Outcome:
    """Send `body`, the event's JSON text, and wait for its outcome, `timeouts.whole` seconds at most or until `cancel`.

    Raises StoreError, before anything is sent, when the target is not a place for a key.
    """
    exchange = _Exchange(target.url, secret, body, timeouts)
    with (cancel or Cancel()).calling(exchange.cancel):
        return exchange.run()


class _StoppedError(Exception):
    """Stops the request at the last moment before it is sent."""


class _Peer(StrEnum):
    """Who is spoken to, as it stands in a sentence."""

    SERVER = "the server"
    PROXY = "the proxy"
    NONE = ""


_CHECK = {
    _Peer.SERVER: "Check the connection and the store's base URL.",
    _Peer.PROXY: "Check the connection and this computer's proxy settings.",
    _Peer.NONE: "Check the environment variables HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE.",
}


class _Exchange:
    """One request on a thread of its own, so that no name look-up and no silent server can hold the caller.

    The first outcome put into `_ends` is the outcome. Whether anything was sent is decided in one place, `_trace`,
    under the lock that `_stop` takes too: after a stop nothing is sent any more.
    """

    def __init__(self, url: str, secret: Secret, body: bytes, timeouts: Timeouts) -> None:
        self._url = url
        self._secret = secret
        self._hider = Hider(secret)
        self._body = body
        self._timeouts = timeouts
        self._lock = threading.RLock()
        self._ends: SimpleQueue[Outcome | BaseException] = SimpleQueue()  # its put is safe in a signal handler
        self._socket: socket.socket | None = None
        self._stopped = False
        self._sent = False
        self._peer = _Peer.SERVER
        self._status: int | None = None
        self._headers: Headers = ()
        self._read = bytearray()
        self._begun = time.monotonic()

    def run(self) -> Outcome:
        thread = threading.Thread(target=self._work, name="post-event", daemon=True)
        if not self._stopped:
            thread.start()
        try:
            end = self._ends.get(timeout=self._timeouts.whole)
        except Empty:
            self._stop(OutcomeKind.COULD_NOT_CONNECT, f"there was no end after {self._timeouts.whole:.0f} seconds")
            end = self._ends.get()
        finally:
            self._shut()
        if self._socket is not None:
            thread.join(1.0)  # its socket is shut, so it ends now
        if isinstance(end, BaseException):
            raise end
        return end

    def cancel(self) -> None:
        self._stop(OutcomeKind.CANCELLED, "it was cancelled")

    def _stop(self, unsent: OutcomeKind, reason: str) -> None:
        with self._lock:
            self._stopped = True
            self._ends.put(self._broken_off(reason) if self._sent else self._not_sent(unsent, reason))
        self._shut()

    def _work(self) -> None:
        try:
            self._ends.put(self._exchange())
        except _StoppedError:
            pass  # `_stop` has put the outcome
        except BaseException as bug:  # noqa: BLE001 - raised again in the caller's thread
            self._ends.put(bug)

    def _exchange(self) -> Outcome:
        try:
            # trust_env: proxies of the environment, except for what never leaves this computer.
            with (
                httpx.Client(
                    verify=ssl_context(),
                    trust_env=not is_loopback(httpx.URL(self._url).host),
                    follow_redirects=False,
                    timeout=httpx.Timeout(
                        self._timeouts.read, connect=self._timeouts.connect, write=self._timeouts.write
                    ),
                ) as client,
                client.stream(
                    "POST",
                    self._url,
                    content=self._body,
                    headers={
                        b"Authorization": b"Bearer " + self._secret.reveal().encode("latin-1"),
                        b"Content-Type": b"application/json",
                        b"Accept": b"application/json, application/problem+json",
                        b"Accept-Encoding": b"identity",  # an answer is kept as it came, and unpacks to nothing
                        b"Connection": b"close",  # a kept connection may be dead: was the next event sent then?
                        b"User-Agent": USER_AGENT.encode(),
                    },
                    extensions={"trace": self._trace},
                ) as response,
            ):
                return self._answered(response)
        except httpx.HTTPError as error:
            reason = _reason(error, self._peer)
            with self._lock:
                if self._sent:
                    return self._broken_off(reason, error)
                return self._not_sent(OutcomeKind.COULD_NOT_CONNECT, reason, error)
        except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
            # A proxy of an unknown scheme, SOCKS without its library, an SSL_CERT_FILE that is not there.
            if self._sent:
                raise
            self._peer = _Peer.NONE
            reason = "the proxy or the certificates that the environment names can't be used"
            return self._not_sent(OutcomeKind.COULD_NOT_CONNECT, reason, error)

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        """httpcore tells what it does; this is how the socket, and the moment of sending, become known."""
        if event == "connection.connect_tcp.started":
            url = httpx.URL(self._url)
            there = (url.raw_host.decode(), url.port or {"https": 443}.get(url.scheme, 80))
            self._peer = _Peer.SERVER if (info["host"], info["port"]) == there else _Peer.PROXY
        elif event == "proxy.start_tls.started":
            self._peer = _Peer.SERVER  # the proxy has let us through
        elif event == "connection.connect_tcp.complete":
            with self._lock:
                # A second handle on the connection, which stays good when TLS takes the socket over.
                self._socket = info["return_value"].get_extra_info("socket").dup()
                if self._stopped:
                    self._shut()
        elif event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            with self._lock:
                if self._stopped:
                    raise _StoppedError
                self._sent = True

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
        return answered(
            self._status,
            self._headers,
            self._kept_body(whole=not cut),
            cut=cut,
            duration_ms=self._duration_ms(),
            hide=self._hider.text,
        )

    def _kept_body(self, *, whole: bool) -> bytes:
        return self._hider.body(bytes(self._read), whole=whole)[:MAX_BODY_BYTES]

    def _not_sent(self, kind: OutcomeKind, reason: str, error: Exception | None = None) -> Outcome:
        if kind == OutcomeKind.CANCELLED:
            sentence = "Cancelled. Nothing was sent."
        else:
            sentence = f"Could not connect: {reason}. Nothing was sent. {_CHECK[self._peer]}"
        return Outcome(kind, sentence, self._detail(error), duration_ms=self._duration_ms())

    def _broken_off(self, reason: str, error: Exception | None = None) -> Outcome:
        began = f" The answer had begun with status {self._status}." if self._status else ""
        sentence = (
            f"No answer: the event was sent, or a part of it, then {reason}.{began} It may have arrived. "
            "Look in Redo before you send it again; with a unique ID it is safe to send it again."
        )
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
        """End the connection, which wakes a thread that reads from it or writes to it; closing alone would not."""
        with self._lock:
            if self._socket is not None:
                with self._socket, suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


def _reason(error: httpx.HTTPError, peer: _Peer) -> str:
    """What went wrong as the end of a sentence; the innermost cause knows best."""
    cause: BaseException = error
    while (below := cause.__cause__ or cause.__context__) is not None:
        cause = below
    match cause:
        case socket.gaierror():
            return f"the name of {peer} could not be found"
        case ssl.SSLCertVerificationError():
            return f"{peer}'s certificate can't be trusted"
        case ConnectionRefusedError():
            return f"{peer} refused the connection"
        case ConnectionError():
            return "the connection was lost"
        case ssl.SSLError():
            return "no secure connection could be made"
    match error:
        case httpx.ConnectTimeout():
            return f"{peer} could not be reached in time"
        case httpx.ReadTimeout() | httpx.WriteTimeout():
            return f"{peer} was silent for too long"
        case httpx.ProxyError():
            return "the proxy refused"
        case httpx.RemoteProtocolError() if "illegal" in str(error).lower():
            return "something came back that is not HTTP"
        case httpx.ConnectError():
            return f"there is no way to {peer}"
    return "the connection was lost"
