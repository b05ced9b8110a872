"""One connection to one address: made when it is needed, kept between requests or not, and cut off from any thread."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from functools import cache
from typing import NamedTuple

import httpx

from composer.storage.stores import is_loopback


class Timeouts(NamedTuple):
    """Seconds. `connect`, `write` and `read` are for one step each, `whole` is for everything together."""

    connect: float = 10.0
    write: float = 30.0
    read: float = 30.0
    whole: float = 60.0


@cache
def ssl_context() -> ssl.SSLContext:
    """The one TLS context, which always verifies: certifi's authorities (or SSL_CERT_FILE's) and the system's.

    Making it takes some 20 ms; call it early from a background thread.
    """
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


@cache
def _trusts_nobody() -> ssl.SSLContext:
    """For plain http, where none is needed."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def make_ready(url: str) -> None:
    """Load what the first connection needs, so that many at once do not all do it."""
    connection = Connection(url, Timeouts(), keep=False)
    with suppress(ImportError, ValueError, OSError):  # the first request will tell
        _ = connection.client
    connection.close()


class Connection:
    """An HTTP client with at most one connection, and a second handle on its socket, which stays good under TLS.

    One thread at a time has requests on it, and only that one may `close` it; any thread may `shut` it.
    """

    def __init__(self, url: str, timeouts: Timeouts, *, keep: bool) -> None:
        self.url = url
        self.keep = keep
        self.socket: socket.socket | None = None
        self._timeouts = timeouts
        self._lock = threading.RLock()
        self._client: httpx.Client | None = None
        self._plain: socket.socket | None = None

    @property
    def client(self) -> httpx.Client:
        """The client. Raises ImportError, ValueError or OSError when what the environment names can't be used."""
        if self._client is None:
            is_secure = httpx.URL(self.url).scheme == "https"
            # trust_env: proxies of the environment, except for what never leaves this computer.
            self._client = httpx.Client(
                verify=ssl_context() if is_secure else _trusts_nobody(),
                trust_env=not is_loopback(httpx.URL(self.url).host),
                follow_redirects=False,
                limits=httpx.Limits(max_connections=1),
                timeout=httpx.Timeout(self._timeouts.read, connect=self._timeouts.connect, write=self._timeouts.write),
            )
        return self._client

    def connected(self, plain: socket.socket) -> None:
        """The client has connected `plain`."""
        with self._lock:
            self._let_go()
            self._plain = plain
            self.socket = plain.dup()

    def secured(self, secure: socket.socket) -> None:
        """`secure` has taken the place of the plain socket; the handle is on the same connection."""
        with self._lock:
            self._plain = secure

    def shut(self) -> None:
        """End the connection, which wakes a thread that reads from it or writes to it; closing alone would not."""
        with self._lock:
            if self.socket is not None:
                with self.socket, suppress(OSError):
                    self.socket.shutdown(socket.SHUT_RDWR)

    def settle(self) -> None:
        """After a whole answer: when the client has closed the connection, the handle must not hold it open."""
        with self._lock:
            if self._plain is not None and self._plain.fileno() < 0:
                self._let_go()

    def close(self) -> None:
        """End everything."""
        self.shut()
        if self._client is not None:
            self._client.close()

    def _let_go(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket = self._plain = None
