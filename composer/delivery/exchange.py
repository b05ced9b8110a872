"""One request over a connection: careful about what was sent, what came back, and who waits for it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import httpx

from composer import __version__
from composer.delivery.connection import Connection
from composer.delivery.hiding import Hider
from composer.delivery.outcome import MAX_BODY_BYTES, Headers, OutcomeKind
from composer.delivery.reasons import Peer, reason
from composer.storage.secrets import Secret

USER_AGENT = f"event-composer/{__version__}"


class Asked(NamedTuple):
    """One request, and who is told when it has been written."""

    method: str
    url: str
    body: bytes | None
    secret: Secret
    hider: Hider
    on_written: Callable[[], None]


class Reply(NamedTuple):
    """What came of one request, before anybody says what it means. None of it holds the key.

    `lacking` is None for a whole answer, or how it ended without: `no-answer` when it may have reached the server,
    which may even have begun to answer, else `could-not-connect` or `cancelled`. `why` is then the end of a sentence,
    `detail` the raw reason, and `peer` who was spoken to.
    """

    lacking: OutcomeKind | None
    duration_ms: int
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    cut: bool = False
    why: str = ""
    detail: str = ""
    peer: Peer = Peer.SERVER


class _StoppedError(Exception):
    """Stops the request at the last moment before it is sent."""


class _StaleError(Exception):
    """The kept connection took nothing any more: nothing was sent, and a new one is made."""


class Exchange:
    """One request on a thread of its own, so that no name look-up and no silent server can hold the caller.

    The first reply put into `_ends` is the reply. Whether anything was sent is decided in one place, `_trace`,
    under the lock that `_stop` takes too: after a stop nothing is sent any more.
    """

    def __init__(self, connection: Connection, asked: Asked, seconds: float) -> None:
        self._connection = connection
        self._asked = asked
        self._hider = asked.hider
        self._seconds = seconds
        self._lock = threading.RLock()
        self._ends: SimpleQueue[Reply | BaseException] = SimpleQueue()  # its put is safe in a signal handler
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

    def run(self) -> Reply:
        """Have the request made, and wait for its end."""
        thread = threading.Thread(target=self._work, name="exchange", daemon=True)
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
        """End it now, from any thread. What was not sent by now never is."""
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
            pass  # `_stop` has put the reply
        except BaseException as bug:  # noqa: BLE001 - raised again in the caller's thread
            self._ends.put(bug)
        finally:
            with self._lock:
                self._has_ended = True
                if self._is_given_up:
                    self._connection.close()

    def _exchange(self) -> Reply:
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

    def _request(self) -> Reply:
        asked = self._asked
        headers = {
            b"Authorization": b"Bearer " + asked.secret.reveal().encode("latin-1"),
            b"Accept": b"application/json, application/problem+json",
            b"Accept-Encoding": b"identity",  # an answer is kept as it came, and unpacks to nothing
            b"User-Agent": USER_AGENT.encode(),
        }
        if asked.body is not None:
            headers[b"Content-Type"] = b"application/json"
        if not self._connection.keep:
            headers[b"Connection"] = b"close"  # a kept connection may be dead: was the next event sent then?
        with self._connection.client.stream(
            asked.method, asked.url, content=asked.body, headers=headers, extensions={"trace": self._trace}
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
            self._asked.on_written()

    def _failed_at_once(self, error: BaseException) -> None:
        """The headers go out before anything of the event. A kept connection that takes none was closed before."""
        with self._lock:
            if self._is_new or self._stopped or not isinstance(error.__cause__, ConnectionError):
                return
            self._sent = False
        raise _StaleError

    def _answered(self, response: httpx.Response) -> Reply:
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
        body = self._kept_body(whole=not cut)
        return Reply(None, self._duration_ms(), self._status, self._headers, body, cut)

    def _kept_body(self, *, whole: bool) -> bytes:
        return self._hider.body(bytes(self._read), whole=whole)[:MAX_BODY_BYTES]

    def _not_sent(self, kind: OutcomeKind, why: str, error: Exception | None = None) -> Reply:
        return Reply(kind, self._duration_ms(), why=why, detail=self._detail(error), peer=self._peer)

    def _broken_off(self, why: str, error: Exception | None = None) -> Reply:
        return Reply(
            OutcomeKind.NO_ANSWER,
            self._duration_ms(),
            self._status,
            self._headers,
            self._kept_body(whole=False),
            why=why,
            detail=self._detail(error),
            peer=self._peer,
        )

    def _detail(self, error: Exception | None) -> str:
        return self._hider.text(f"{type(error).__name__}: {error}") if error else ""

    def _duration_ms(self) -> int:
        return round((time.monotonic() - self._begun) * 1000)

    def _shut(self) -> None:
        self._connection.shut()
