"""A server of bare sockets that answers exactly what a test tells it to, bad manners included."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

Script = Callable[[socket.socket], None]


class Server:
    """Listens on loopback. `script` has each connection after the whole request was read, and may leave it hanging."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None, *, reads: bool = True) -> None:
        self.requests: list[bytes] = []
        self.connected = threading.Event()
        self.asked = threading.Event()
        self.over = threading.Event()
        self._script = script
        self._context = context
        self._reads = reads
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="test-server")
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self.connected.set()
            with connection, suppress(OSError):
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                with connection:
                    if self._reads:
                        self.requests.append(read_request(connection))
                    self.asked.set()
                    self._script(connection)


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length and (more := connection.recv(65536)):
        body += more
    return head + b"\r\n\r\n" + body


def answer(status: str, body: bytes = b"", *headers: str) -> Script:
    """A whole, well-behaved answer."""
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers)).encode("latin-1")
    return lambda connection: connection.sendall(head + b"\r\n\r\n" + body)


def raw(data: bytes) -> Script:
    """These bytes, then the end."""
    return lambda connection: connection.sendall(data)


def reset(connection: socket.socket) -> None:
    """Throw the connection away: the other side gets ECONNRESET."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def until_gone(connection: socket.socket) -> None:
    """Say nothing until the other side is gone."""
    with suppress(OSError):
        while connection.recv(65536):
            pass


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(script: Script, context: ssl.SSLContext | None = None, *, reads: bool = True) -> Server:
        servers.append(Server(script, context, reads=reads))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
