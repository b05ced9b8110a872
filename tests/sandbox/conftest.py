"""A real sandbox on loopback for each test module, and an empty store for each test."""

from __future__ import annotations

import itertools
import queue
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from composer.sandbox import process
from composer.sandbox.server import Sandbox, Server

_stores = itertools.count(1)


class Running:
    """A sandbox served by a thread of this process."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        origins: queue.Queue[str] = queue.Queue()
        self.server = Server(socket.create_server(("127.0.0.1", 0)), origins.put, sandbox)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        self.origin = origins.get(timeout=20)
        self.port = int(self.origin.rpartition(":")[2])

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()


class Store:
    """One store of a running sandbox, and a client with a token."""

    def __init__(self, running: Running, client: httpx.Client) -> None:
        self.id = f"{next(_stores):024x}"
        self.running = running
        self.client = client
        self.url = f"{running.origin}/v2.2/stores/{self.id}"

    def post(self, event: Any, **how: Any) -> httpx.Response:
        return self.client.post(f"{self.url}/events", json=event, **how)

    def post_text(self, text: str | bytes) -> httpx.Response:
        return self.client.post(f"{self.url}/events", content=text)

    def bulk(self, events: Any, **how: Any) -> httpx.Response:
        return self.client.post(f"{self.url}/events/bulk", json={"events": events}, **how)

    def customer(self, email: str) -> httpx.Response:
        return self.client.get(f"{self.url}/customers", params={"email": email})

    def world(self, **page: Any) -> dict[str, Any]:
        return process.world(self.running.origin, self.id, **page)

    def set_faults(self, *faults: dict[str, Any]) -> None:
        process.set_faults(self.running.origin, list(faults))


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    running = Running()
    yield running
    running.stop()


@pytest.fixture
def running_apart() -> Iterator[Running]:
    """One that the test may stop."""
    running = Running()
    yield running
    running.stop()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, headers={"Authorization": "Bearer any-token-3f9c"}, timeout=20) as client:
        yield client


@pytest.fixture
def store(running: Running, client: httpx.Client) -> Iterator[Store]:
    yield Store(running, client)
    process.set_faults(running.origin, [])
