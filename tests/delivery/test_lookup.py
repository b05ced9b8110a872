"""Who has this email: each answer becomes one quiet sentence, nothing is raised, and the key goes nowhere else."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from composer.delivery import lookup
from composer.delivery.budget import Budget, Budgets
from composer.delivery.cancel import Cancel
from composer.delivery.client import Target, Timeouts, post_event
from composer.delivery.hiding import HIDDEN
from composer.delivery.lookup import LOOKUP, Looked, Lookups
from composer.delivery.outcome import MAX_BODY_BYTES
from composer.event.limits import REQUESTS_PER_SECOND
from composer.sandbox import process
from composer.sandbox.process import SandboxProcess
from composer.storage.secrets import SANDBOX_SECRET, KeyringUnavailable, Secret, Secrets
from composer.storage.stores import Kind, Store
from tests.support.bulk import event, new_store
from tests.support.server import Script, Server, answer, raw, reset, until_gone

KEY = "redo-secret-0123456789abcdef"
EMAIL = "jane@example.com"
JANE = {"id": "67bd4f1a2e3c8d001a5f9b12", "email": EMAIL, "firstName": "Jane"}
SHORT = Timeouts(connect=0.3, write=0.3, read=0.3, whole=0.6)
JSON, PROBLEM, HTML = (
    f"Content-Type: {kind}" for kind in ("application/json", "application/problem+json", "text/html")
)
Serve = Callable[..., Server]


def store_at(url: str, kind: Kind = Kind.LIVE) -> Store:
    return Store(3, "Shop", kind, url, "shop", "key-3")


@pytest.fixture
def lookups(tmp_path: Path) -> Lookups:
    secrets = Secrets()
    secrets.hold(store_at(""), Secret(KEY))
    return Lookups(secrets, Budgets(tmp_path / "data"))


def find(lookups: Lookups, url: str, email: str = EMAIL, **how: Any) -> Looked:
    looked = lookups.find(store_at(url), email, **how)
    assert KEY not in repr(looked)
    assert "event" not in looked.sentence  # that is another call
    assert looked.sentence.endswith(".")
    assert len(looked.sentence) < 200
    assert (looked.profile is not None) == (looked.kind == "found")
    return looked


def says(problem: dict[str, Any], status: str, kind: str = PROBLEM) -> Script:
    return answer(status, json.dumps(problem).encode(), kind)


def test_the_request_is_what_the_contract_asks_for(serve: Serve, lookups: Lookups) -> None:
    server = serve(answer("200 OK", json.dumps(JANE).encode(), JSON))
    assert find(lookups, f"{server.url}/v2.2/", "a+b@x.test") == Looked(
        lookup.LookedKind.FOUND, "The store has a customer with this email.", JANE, 200
    )
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "GET /v2.2/stores/shop/customers?email=a%2Bb%40x.test HTTP/1.1"
    names = {header.lower().partition(":")[0] for header in headers}
    assert f"authorization: bearer {KEY}" in [header.lower() for header in headers]
    assert not names & {"content-type", "content-length", "transfer-encoding"}
    assert body == b""


@pytest.mark.parametrize("email", ["a&b=c@x.test", "o'hara@x.test", "größe@x.test", "a/b?c#d@x.test", "a%41@x.test"])
def test_any_email_arrives_as_it_was_typed(email: str, tmp_path: Path, sandbox: SandboxProcess) -> None:
    store = Store(1, "Sandbox", Kind.SANDBOX, sandbox.base_url, new_store(), "k")
    lookups = Lookups(Secrets(), Budgets(tmp_path))
    assert lookups.find(store, email).kind == "unknown"
    body = json.dumps(event(1, customer={"email": email})).encode()
    assert post_event(Target(store.base_url, store.store_id), SANDBOX_SECRET, body).kind == "queued"
    looked = lookups.find(store, email)
    assert (looked.kind, looked.status) == ("found", 200)
    assert looked.profile is not None
    assert looked.profile["email"] == email


@pytest.mark.parametrize(
    ("script", "kind", "said"),
    [
        (answer("200 OK", b'{"email": "jane@example.com"}', JSON), "found", "The store has a customer"),
        (answer("200 OK", b'{"id": "67bd"}'), "found", "The store has a customer"),
        (
            says({"title": "Not Found", "detail": "No customer found for that email."}, "404 NF"),
            "unknown",
            "Sending will",
        ),
        (says({"detail": "No customer in this store."}, "404 NF"), "unknown", "no customer with this email"),
        (says({}, "404 Not Found"), "unknown", "no customer with this email"),
        (says({"detail": "Store not found."}, "404 Not Found"), "failed", "does not know the store (404)"),
        (answer("404 Not Found", b"<h1>Not Found</h1>", HTML), "failed", "Not found (404). Check the base URL"),
        (answer("404 Not Found"), "failed", "Check the base URL"),
        (answer("404 Not Found", b'{"message": "no such route"}', JSON), "failed", "Check the base URL"),
        (says({"detail": "The email is wrong."}, "400 Bad Request"), "failed", "did not take the look-up (400)"),
        (says({"detail": "Who?"}, "401 Unauthorized"), "failed", "The key was refused (401)"),
        (answer("403 Forbidden"), "failed", "customers_read"),
        (answer("429 Too Many Requests", b"", "Retry-After: 3"), "busy", "Too many requests (429)"),
        (answer("418 Teapot"), "failed", "not in the contract (418)"),
        (answer("500 Internal"), "failed", "The server failed (500)"),
        (answer("502 Bad Gateway", b"<h1>Bad Gateway</h1>", HTML), "failed", "The server failed (502)"),
        (answer("204 No Content"), "failed", "not in the contract (204)"),
    ],
)
def test_each_status_has_its_sentence(serve: Serve, lookups: Lookups, script: Script, kind: str, said: str) -> None:
    looked = find(lookups, serve(script).url)
    assert looked.kind == kind
    assert said in looked.sentence
    assert "Sending is" not in looked.sentence  # it is said where an event is composed, and where one was sent


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'[{"id": "67bd"}]',
        b'{"id": 7, "email": ""}',
        b'{"id": "67bd", "email": NaN}',
        b'{"id": "67bd"',
        b"\xff\xfe\x00garbage",
        b"[" * 100_000,
        b'{"id": ' + b"9" * 5000 + b"}",
        b"<html>signed out</html>",
        b'{"id": "67bd", "x": "' + b"x" * MAX_BODY_BYTES + b'"}',
    ],
)
def test_a_200_that_names_nobody_is_no_customer(serve: Serve, lookups: Lookups, body: bytes) -> None:
    looked = find(lookups, serve(answer("200 OK", body, JSON)).url)
    assert (looked.kind, looked.status) == ("failed", 200)
    assert "an answer that is not in the contract (200)" in looked.sentence


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (reset, "No answer to the look-up: the connection was lost."),
        (raw(b"\x00\xff\x00 garbage \r\n\r\n"), "something came back that is not HTTP"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), "the connection was lost"),
        (until_gone, "the server was silent for too long"),
    ],
)
def test_no_answer_is_told(serve: Serve, lookups: Lookups, script: Script, said: str) -> None:
    server = serve(script)
    begun = time.monotonic()
    looked = find(lookups, server.url, timeouts=SHORT)
    assert looked.kind == "failed"
    assert said in looked.sentence
    assert time.monotonic() - begun < 3
    assert len(server.requests) == 1


def test_a_slow_drip_ends_at_the_whole_timeout(serve: Serve, lookups: Lookups) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        connection.settimeout(0.05)
        while True:
            connection.sendall(b"x")
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue

    assert "no end after 1 seconds" in find(lookups, serve(drip).url, timeouts=SHORT._replace(read=9.0)).sentence


def test_nobody_there_is_told(lookups: Lookups) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        looked = find(lookups, f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert looked == (
        "failed",
        "Could not connect: the server refused the connection.",
        None,
        None,
    )


def test_a_redirect_is_not_followed(serve: Serve, lookups: Lookups) -> None:
    other = serve(answer("200 OK", json.dumps(JANE).encode(), JSON))
    looked = find(lookups, serve(answer("307 Over there", b"", f"Location: {other.url}/{KEY}")).url)
    assert (looked.kind, looked.status) == ("failed", 307)
    assert "the key was not sent there" in looked.sentence
    assert not other.connected.is_set()


@pytest.mark.parametrize("spelling", [KEY, KEY.replace("-", "\\u002d"), KEY.replace("e", "%65")])
def test_a_key_that_is_echoed_is_hidden(serve: Serve, lookups: Lookups, spelling: str) -> None:
    body = f'{{"id": "67bd", "{spelling}": ["Bearer {spelling}"]}}'.encode()
    looked = find(lookups, serve(answer("200 OK", body, JSON)).url)
    assert looked.profile == {"id": "67bd", HIDDEN: [f"Bearer {HIDDEN}"]}
    for status in ("400 No", "401 No", "403 No", "404 No", "418 No", "500 No"):
        body = f'{{"title": "Store", "detail": "{spelling}"}}'.encode()
        find(lookups, serve(answer(status, body, JSON)).url)


@pytest.mark.parametrize("url", ["", "http://api.example.com/v2.2", "https://a:b@api.example.com", "ftp://localhost"])
def test_where_the_key_must_not_go_nobody_is_looked_up(lookups: Lookups, url: str) -> None:
    assert find(lookups, url).kind == "not-asked"


@pytest.mark.parametrize("email", ["", "jane", "jane@", "jane@example", "ja ne@example.com", "\ud800@x.test"])
def test_what_is_no_email_is_not_asked(serve: Serve, lookups: Lookups, email: str) -> None:
    server = serve(answer("200 OK"))
    looked = find(lookups, server.url, email)
    assert (looked.kind, looked.sentence) == (
        "not-asked",
        "This is not an email address, so nobody can be looked up.",
    )
    assert not server.connected.is_set()


def test_without_a_key_nobody_is_asked(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(answer("200 OK"))
    secrets = Secrets()
    monkeypatch.setattr(secrets, "_kept", lambda _: None)
    looked = find(Lookups(secrets, Budgets(tmp_path)), server.url)
    assert looked == ("no-key", "There is no key for “Shop”, so nobody can be looked up.", None, None)

    def locked(_: Store) -> None:
        raise KeyringUnavailable("The keyring is locked. Unlock it and try again.")

    monkeypatch.setattr(secrets, "_kept", locked)
    looked = find(Lookups(secrets, Budgets(tmp_path)), server.url)
    assert looked.kind == "no-key"
    assert looked.sentence.endswith("The keyring is locked. Unlock it and try again.")
    assert not server.connected.is_set()


class TestCancel:
    def test_before_it_began_nobody_is_asked(self, serve: Serve, lookups: Lookups) -> None:
        server = serve(answer("200 OK"))
        cancel = Cancel()
        cancel.cancel()
        assert find(lookups, server.url, cancel=cancel).kind == "cancelled"
        assert not server.connected.is_set()

    def test_a_hanging_one_ends_at_once(self, serve: Serve, lookups: Lookups) -> None:
        server = serve(until_gone)
        cancel = Cancel()
        presser = threading.Thread(target=lambda: server.asked.wait(10) and cancel.cancel())
        presser.start()
        begun = time.monotonic()
        assert find(lookups, server.url, cancel=cancel) == ("cancelled", "The look-up was cancelled.", None, None)
        assert time.monotonic() - begun < 2
        presser.join()

    def test_what_was_answered_before_counts(self, serve: Serve, lookups: Lookups) -> None:
        cancel = Cancel()
        assert find(lookups, serve(answer("500 No")).url, cancel=cancel).status == 500
        cancel.cancel()


class TestBudget:
    def test_each_look_up_is_in_the_budget_when_it_goes_out(
        self, serve: Serve, tmp_path: Path, lookups: Lookups
    ) -> None:
        server = serve(answer("500 No"))
        watching = Budgets(tmp_path / "data").of(store_at(server.url))
        begun = time.monotonic()
        for _ in range(3):
            find(lookups, server.url)
        moments = sorted(others(watching))
        assert len(moments) == 3
        assert begun + 0.04 < moments[0] < moments[2] < time.monotonic()

    def test_it_counts_as_late_as_its_answer_and_not_at_all_when_it_never_went(
        self, serve: Serve, tmp_path: Path, lookups: Lookups
    ) -> None:
        def late(connection: socket.socket) -> None:
            time.sleep(0.2)
            answer("500 No")(connection)

        server = serve(late)
        begun = time.monotonic()
        find(lookups, server.url)
        (moment,) = others(Budgets(tmp_path / "data").of(store_at(server.url)))
        assert moment >= begun + 0.25
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            find(lookups, url)
        assert others(Budgets(tmp_path / "data").of(store_at(url))) == []

    def test_where_it_is_in_use_nobody_is_looked_up(self, serve: Serve, tmp_path: Path, lookups: Lookups) -> None:
        server = serve(answer("500 No"))
        busy = Budgets(tmp_path / "data").of(store_at(server.url))
        for number in range(REQUESTS_PER_SECOND):  # reserved by others, seconds ahead
            busy.move(0.0, time.monotonic() + 2 + number / 1000)
        looked = find(lookups, server.url)
        assert looked.kind == "busy"
        assert "The store's budget of 100 requests a second is in use" in looked.sentence
        assert not server.connected.is_set()


def others(budget: Budget) -> list[float]:
    seen: list[float] = []

    def look(moments: Any) -> float:
        seen.extend(moments)
        return float("inf")

    budget.take(time.monotonic(), look)
    return seen


def test_the_stated_timeouts() -> None:
    assert (LOOKUP.connect, LOOKUP.read, LOOKUP.whole) == (5, 5, 8)


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        ({"kind": "status", "status": 403}, "failed", "customers_read"),
        ({"kind": "status", "status": 500}, "failed", "The server failed (500)"),
        ({"kind": "rate-limit"}, "busy", "429"),
        ({"kind": "html"}, "failed", "The server failed (502)"),
        ({"kind": "hang"}, "failed", "silent for too long"),
        ({"kind": "reset"}, "failed", "No answer to the look-up"),
    ],
)
def test_the_sandbox_can_show_each(
    sandbox: SandboxProcess, tmp_path: Path, fault: dict[str, Any], kind: str, said: str
) -> None:
    process.set_faults(sandbox.origin, [fault | {"call": "customer"}])
    store = Store(1, "Sandbox", Kind.SANDBOX, sandbox.base_url, new_store(), "k")
    looked = Lookups(Secrets(), Budgets(tmp_path)).find(store, EMAIL, timeouts=SHORT)
    process.set_faults(sandbox.origin, [])
    assert looked.kind == kind
    assert said in looked.sentence


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
    sandbox.start()
    yield sandbox
    sandbox.stop()
