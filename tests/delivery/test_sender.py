"""History first, then the wire, then history again; and what happens when one of them fails."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from composer.delivery.client import Cancel
from composer.delivery.sender import KeyNeeded, NotSent, Sender, attempt_of
from composer.event.findings import Finding, Severity
from composer.event.payload import Json
from composer.storage.database import Database
from composer.storage.history import Attempt, History
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Kind, Store
from tests.support.secret_service import SecretService
from tests.support.server import Server, answer, until_gone

KEY = "redo-secret-0123456789abcdef"
SHOP = Store(2, "Shop", Kind.LIVE, "https://api.example.com", "shop", "key-id")
FINDING = Finding(Severity.ERROR, "missing-customer", "/customer", "There is no customer.")
Serve = Callable[..., Server]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "data" / "composer.db")
    yield database
    database.close()


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def sender(history: History, secrets: Secrets) -> Sender:
    return Sender(history, secrets)


def test_the_list_says_what_the_payload_says() -> None:
    payload = {"eventName": "Order", "uniqueId": "o-1", "customer": {"email": "a@shop.test", "phoneNumber": "+1"}}
    attempt = attempt_of(SHOP, payload, '{"é": 1}', [FINDING], sent_anyway=False)
    assert attempt == (SHOP, "Order", "a@shop.test", "o-1", '{"é": 1}'.encode(), [FINDING], False)


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"eventName": 7, "uniqueId": None, "customer": []}])
def test_a_wrong_payload_can_be_attempted_too(payload: Json) -> None:
    assert attempt_of(SHOP, payload, "x", [], sent_anyway=True) == (SHOP, "", "", "", b"x", [], True)


def test_a_text_that_says_no_payload_lists_no_name_and_nobody() -> None:
    text = '{"eventName": "Order", "customer": {"email": "a@shop.test"'
    attempt = attempt_of(SHOP, None, text, [FINDING], sent_anyway=True)
    assert (attempt.event_name, attempt.customer, attempt.unique_id) == ("", "", "")
    assert attempt.body == text.encode()


def attempt_at(url: str, kind: Kind = Kind.LIVE, body: bytes = b'{"eventName": "Order"}') -> Attempt:
    return Attempt(SHOP.at(url)._replace(kind=kind), "Order", "a@shop.test", "order-1", body, [FINDING], True)


def test_the_attempt_is_written_down_before_it_is_sent_and_finished_after(
    serve: Serve, sender: Sender, secrets: Secrets, history: History
) -> None:
    seen: list[tuple[str, int | None]] = []

    def look(connection: socket.socket) -> None:
        seen.extend((entry.kind, entry.finished_ms) for entry in history.page())
        answer("202 Accepted", b"", "X-Request-Id: 7")(connection)

    server = serve(look)
    attempt = attempt_at(server.url)
    secrets.hold(attempt.store, Secret(KEY))
    sent = sender.send(attempt)
    assert seen == [("no-answer", None)]
    assert (sent.outcome.kind, sent.remark) == ("queued", "")
    full = history.entry(sent.entry)
    assert full is not None
    assert (full.entry.kind, full.entry.status, full.body) == ("queued", 202, attempt.body)
    assert ("X-Request-Id", "7") in full.answer.headers
    assert full.answer.sentence == sent.outcome.sentence
    assert server.requests[0].endswith(b"\r\n\r\n" + attempt.body)


@pytest.mark.parametrize("status", ["400 No", "429 Slow down", "500 Oops", "503 Later"])
def test_nothing_is_sent_twice(serve: Serve, sender: Sender, history: History, status: str) -> None:
    server = serve(answer(status, b"", "Retry-After: 0"))
    sent = sender.send(attempt_at(server.url, Kind.SANDBOX))
    assert sent.outcome.status == int(status[:3])
    assert len(server.requests) == 1
    assert history.count() == 1


def test_the_sandbox_needs_no_key(serve: Serve, sender: Sender) -> None:
    server = serve(answer("202 Accepted"))
    assert sender.send(attempt_at(server.url, Kind.SANDBOX)).outcome.kind == "queued"
    assert b"Authorization: Bearer sandbox-needs-no-key\r\n" in server.requests[0]


def test_the_key_is_nowhere_on_the_disk(
    serve: Serve, sender: Sender, secrets: Secrets, database: Database, tmp_path: Path
) -> None:
    body = f'{{"detail": "{KEY}"}}'.encode()
    attempt = attempt_at(serve(answer("401 No", body, "Content-Type: application/json", f"X-Echo: {KEY}")).url)
    secrets.hold(attempt.store, Secret(KEY))
    assert sender.send(attempt).outcome.kind == "refused-key"
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if KEY.encode() in file.read_bytes()]


def test_without_a_keyring_a_key_is_asked_for(serve: Serve, sender: Sender, history: History) -> None:
    server = serve(answer("202 Accepted"))
    with pytest.raises(KeyNeeded, match=r"^The event was not sent\. This system offers no keyring"):
        sender.send(attempt_at(server.url))
    assert history.count() == 0
    assert not server.connected.is_set()


def test_without_a_key_it_is_asked_for(
    keyring_service: SecretService, serve: Serve, sender: Sender, history: History
) -> None:
    server = serve(answer("202 Accepted"))
    with pytest.raises(KeyNeeded, match="there is no key for “Shop”"):
        sender.send(attempt_at(server.url))
    assert history.count() == 0
    assert not server.connected.is_set()


def test_an_address_no_key_may_go_to_is_refused(sender: Sender, secrets: Secrets, history: History) -> None:
    attempt = attempt_at("http://api.example.com")
    secrets.hold(attempt.store, Secret(KEY))
    with pytest.raises(NotSent, match=r"^The event was not sent\. Use https"):
        sender.send(attempt)
    assert history.count() == 0


def full_disk(database: Database) -> None:
    database.read(f"PRAGMA max_page_count = {database.read('PRAGMA page_count')[0][0]}")


def test_what_can_not_be_written_down_is_not_sent(
    serve: Serve, sender: Sender, history: History, database: Database
) -> None:
    server = serve(answer("202 Accepted"))
    full_disk(database)
    with pytest.raises(NotSent, match=r"^The event was not sent, because .+ The disk is full: .+Free some space"):
        sender.send(attempt_at(server.url, Kind.SANDBOX, b"x" * 100_000))
    assert history.count() == 0
    assert not server.connected.is_set()


def test_an_outcome_that_can_not_be_written_down_is_still_told(
    serve: Serve, sender: Sender, history: History, database: Database
) -> None:
    def fill_up_and_answer(connection: socket.socket) -> None:
        full_disk(database)
        answer("400 No", b"x" * 500_000)(connection)

    sent = sender.send(attempt_at(serve(fill_up_and_answer).url, Kind.SANDBOX))
    assert sent.outcome.kind == "rejected"
    assert sent.remark.startswith("The outcome could not be written to the history. The disk is full")
    assert [entry.kind for entry in history.page()] == ["no-answer"]


def test_a_cancelled_attempt_is_in_the_history(serve: Serve, sender: Sender, history: History) -> None:
    cancel = Cancel()

    def cancel_in_the_handshake(connection: socket.socket) -> None:
        cancel.cancel()
        until_gone(connection)

    server = serve(cancel_in_the_handshake, reads=False)
    sent = sender.send(attempt_at(server.url.replace("http:", "https:"), Kind.SANDBOX), cancel)
    assert sent.outcome.kind == "cancelled"
    assert [entry.kind for entry in history.page()] == ["cancelled"]


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_cancelled_while_the_keyring_asks_is_no_attempt(
    keyring_service: SecretService, serve: Serve, sender: Sender, history: History, secrets: Secrets,
    monkeypatch: pytest.MonkeyPatch, kept: bool,
) -> None:  # fmt: skip
    server = serve(answer("202 Accepted"))
    attempt, cancel = attempt_at(server.url), Cancel()
    if kept:
        secrets.keep(attempt.store, Secret(KEY))
    find = secrets.find

    def cancelled_meanwhile(store: Store) -> Secret | None:
        cancel.cancel()
        return find(store)

    monkeypatch.setattr(secrets, "find", cancelled_meanwhile)
    with pytest.raises(NotSent, match=r"^Cancelled\. Nothing was sent\.$") as raised:
        sender.send(attempt, cancel)
    assert not isinstance(raised.value, KeyNeeded)
    assert history.count() == 0
    assert not server.connected.is_set()
