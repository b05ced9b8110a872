"""History first, then the wire, then history again; and what happens when one of them fails."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from composer.delivery.budget import Budgets
from composer.delivery.client import Cancel
from composer.delivery.guard import EVERYBODY, UNNAMED, Consent, Guard
from composer.delivery.sender import ConsentNeeded, KeyNeeded, NotSent, Sender, attempt_of
from composer.event.findings import Finding, Severity
from composer.event.payload import Json
from composer.storage.database import Database
from composer.storage.drift import Drift
from composer.storage.history import Attempt, History
from composer.storage.people import TestPeople
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Kind, Store, Stores
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
def sender(history: History, secrets: Secrets, database: Database, tmp_path: Path) -> Sender:
    return Sender(history, secrets, Guard(database), Budgets(tmp_path), Drift(database))


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


def attempt_at(url: str, kind: Kind = Kind.TEST, body: bytes = b'{"eventName": "Order"}') -> Attempt:
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


TO_ALICE = b'{"eventName": "Order", "customer": {"email": "alice@shop.com"}}'
TO_BOB_TOO = b'{"eventName": "Order", "customer": {"email": "alice@shop.com", "phoneNumber": "+12065551234"}}'


def attempt_to(store: Store, body: bytes) -> Attempt:
    return Attempt(store, "Order", "alice@shop.com", "", body, [], False)


@pytest.fixture
def shop(serve: Serve, secrets: Secrets, database: Database) -> tuple[Server, Store]:
    """A live store, and the server behind it."""
    server = serve(answer("202 Accepted"))
    store = Stores(database).add("Shop", Kind.LIVE, server.url, "shop")
    secrets.hold(store, Secret(KEY))
    return server, store


@pytest.mark.parametrize(("body", "named"), [(TO_ALICE, "alice@shop.com is not"), (b'{"a', f"{UNNAMED} is not")])
def test_on_a_live_store_nothing_is_written_down_or_sent_without_consent(
    sender: Sender, history: History, shop: tuple[Server, Store], body: bytes, named: str
) -> None:
    server, store = shop
    with pytest.raises(ConsentNeeded, match=f"“Shop” is a live store, and {named} among its test people"):
        sender.send(attempt_to(store, body))
    assert history.count() == 0
    assert not server.connected.is_set()
    assert sender.send(attempt_to(store, body), consent=EVERYBODY).outcome.kind == "queued"


def test_consent_for_one_is_none_for_another(sender: Sender, history: History, shop: tuple[Server, Store]) -> None:
    server, store = shop
    consent = Consent(frozenset({"alice@shop.com"}))
    with pytest.raises(ConsentNeeded) as raised:
        sender.send(attempt_to(store, TO_BOB_TOO), consent=consent)
    assert raised.value.outside == ["alice@shop.com", "+12065551234"]
    assert (history.count(), server.connected.is_set()) == (0, False)
    assert sender.send(attempt_to(store, TO_ALICE), consent=consent).outcome.kind == "queued"


def test_a_test_person_needs_no_consent(sender: Sender, database: Database, shop: tuple[Server, Store]) -> None:
    TestPeople(database).add(shop[1], ["alice@shop.com"])
    assert sender.send(attempt_to(shop[1], TO_ALICE)).outcome.kind == "queued"


def test_a_store_that_became_live_meanwhile_is_live(
    sender: Sender, history: History, shop: tuple[Server, Store]
) -> None:
    server, store = shop
    with pytest.raises(ConsentNeeded):
        sender.send(attempt_to(store._replace(kind=Kind.TEST), TO_ALICE))  # as it was when it was chosen
    assert (history.count(), server.connected.is_set()) == (0, False)


def test_the_list_counts_as_it_is_when_the_keyring_has_answered(
    sender: Sender, history: History, database: Database, secrets: Secrets, shop: tuple[Server, Store],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    server, store = shop
    people = TestPeople(database)
    people.add(store, ["alice@shop.com"])

    def taken_off_meanwhile(_store: Store) -> Secret:
        people.keep(store, [])
        return Secret(KEY)

    monkeypatch.setattr(secrets, "find", taken_off_meanwhile)
    with pytest.raises(ConsentNeeded):
        sender.send(attempt_to(store, TO_ALICE))
    assert (history.count(), server.connected.is_set()) == (0, False)


def test_where_the_list_can_not_be_read_nothing_is_sent(
    sender: Sender, database: Database, shop: tuple[Server, Store]
) -> None:
    server, store = shop
    database.checkpoint()
    with database.path.open("r+b") as file:
        file.truncate(4096)
        file.seek(100)
        file.write(b"x" * 3000)
    with pytest.raises(NotSent, match="because the test people could not be read") as raised:
        sender.send(attempt_to(store, TO_ALICE), consent=EVERYBODY)
    assert not isinstance(raised.value, ConsentNeeded)
    assert not server.connected.is_set()


def test_where_the_list_is_locked_nothing_is_sent(
    sender: Sender, database: Database, shop: tuple[Server, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, store = shop
    database.close()  # so that SQLite gives the file to one alone
    monkeypatch.setattr("composer.storage.database.BUSY_TIMEOUT", 0.1)
    with closing(sqlite3.connect(database.path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(NotSent, match=r"test people could not be read.+ locked for more than"):
            sender.send(attempt_to(store, TO_ALICE), consent=EVERYBODY)
    assert not server.connected.is_set()
