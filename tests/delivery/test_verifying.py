"""An event is sent, and the profile is read before and after it: what is waited for, and what ends the waiting."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from composer.delivery import verifying
from composer.delivery.budget import Budgets
from composer.delivery.cancel import Cancel
from composer.delivery.guard import Consent, Guard
from composer.delivery.lookup import Lookups
from composer.delivery.sender import ConsentNeeded, KeyNeeded, NotSent, Sender, attempt_of
from composer.delivery.verifying import PATIENCE, SETTLED, Verified, Verifier
from composer.event import jsontext
from composer.event.profile import State
from composer.sandbox.process import SandboxProcess, empty, set_faults, world
from composer.storage.database import Database
from composer.storage.drift import Drift
from composer.storage.history import Attempt, History
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Kind, Store
from tests.support.server import Server, answer

KEY = "redo-secret-0123456789abcdef"
SHOP = Store(2, "Shop", Kind.TEST, "", "64e5a8a1c0ffee0000004ee7", "key-id")
EVENT = {"eventName": "Order", "customer": {"email": "ann@shop.test", "firstName": "Anna", "customFields": {"Tier": 1}}}
ANN = {"id": "665f1a2b3c4d5e6f7a8b9c0d", "email": "ann@shop.test", "firstName": "Ann"}
ANNA = ANN | {"firstName": "Anna", "customFields": {"Tier": 1}}
NOBODY_THERE = answer("404 Not Found", b'{"detail": "No customer."}', "Content-Type: application/problem+json")
TAKEN = answer("202 Accepted")
JSON = "Content-Type: application/json"
Serve = Callable[..., Server]
Script = Callable[[socket.socket], None]


class Time:
    """Passes only where something waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float, _cancel: Cancel) -> None:
        self.now += seconds
        self.pauses.append(round(seconds, 6))


class Parts(NamedTuple):
    """A verifier, and what it stands on."""

    verifier: Verifier
    history: History
    secrets: Secrets
    time: Time
    sender: Sender
    lookups: Lookups

    def verify(self, url: str, cancel: Cancel | None = None, event: Any = EVENT) -> Verified:
        """All of it, to a server that gives 202."""
        cancel = cancel or Cancel()
        begun = self.verifier.send(self.attempt(url, event), event, cancel)
        assert begun.is_queued
        return self.verifier.follow(begun, cancel)

    def attempt(self, url: str, event: Any = EVENT, kind: Kind = Kind.TEST) -> Attempt:
        attempt = attempt_of(SHOP.at(url)._replace(kind=kind), event, jsontext.dumps(event), [], sent_anyway=False)
        self.secrets.hold(attempt.store, Secret(KEY))
        return attempt


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    database = Database(tmp_path / "data" / "composer.db")
    history, secrets, budgets, time = History(database), Secrets(), Budgets(tmp_path), Time()
    sender = Sender(history, secrets, Guard(database), budgets, Drift(database))
    lookups = Lookups(secrets, budgets)
    yield Parts(Verifier(sender, lookups, time, time.wait), history, secrets, time, sender, lookups)
    database.close()


def profile(of: Any) -> Script:
    return answer("200 OK", json.dumps(of).encode(), JSON)


def shop(serve: Serve, *looks: Script, taken: Script = TAKEN) -> Server:
    """Answers the looks one after the other, the last one again and again, and takes every event."""

    def play(connection: socket.socket) -> None:
        asked = server.requests
        if asked[-1].startswith(b"POST"):
            taken(connection)
        else:
            looks[min(reads(server), len(looks)) - 1](connection)

    server = serve(play)
    return server


def reads(server: Server) -> int:
    return sum(each.startswith(b"GET") for each in server.requests)


def posts(server: Server) -> int:
    return len(server.requests) - reads(server)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    process = SandboxProcess()
    process.start()
    yield process
    process.stop()


@pytest.fixture
def url(sandbox: SandboxProcess) -> str:
    """The sandbox, empty and without faults."""
    set_faults(sandbox.origin, [])
    empty(sandbox.origin, SHOP.store_id)
    return sandbox.base_url


def test_in_the_sandbox_a_new_profile_is_seen_at_the_first_look(parts: Parts, url: str) -> None:
    found = parts.verify(url)
    assert found.problem == ""
    assert found.comparison is not None
    assert found.comparison.is_created
    assert {each.title: each.after for each in found.comparison.changes}["First name"] == "Anna"
    assert parts.time.pauses == [0.2]
    assert parts.history.count() == 1


def test_in_the_sandbox_a_second_event_changes_what_it_says_and_nothing_else(parts: Parts, url: str) -> None:
    parts.verify(url)
    found = parts.verify(url, event={"eventName": "Order", "customer": {"email": "ANN@shop.test", "lastName": "Lee"}})
    assert found.comparison is not None
    changed = {each.title for each in found.comparison.changes if each.state is not State.UNCHANGED}
    assert changed == {"Email", "Last name", "Updated"}


def test_in_the_sandbox_an_event_that_changes_nothing_is_seen_by_when_it_was_written(parts: Parts, url: str) -> None:
    parts.verify(url)
    found = parts.verify(url)
    assert found.comparison is not None
    assert (found.comparison.is_changed, found.comparison.is_written) == (False, True)
    assert parts.time.pauses == [0.2, 0.2]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "status", "status": 401}, "The key was refused (401)"),
        ({"kind": "status", "status": 403}, "customers_read"),
        ({"kind": "status", "status": 500}, "The server failed (500)"),
        ({"kind": "reset"}, "No answer to the look-up"),
        ({"kind": "html"}, "The server failed (502)"),
    ],
)
def test_a_look_that_fails_before_holds_nothing_back_and_is_said(
    parts: Parts, url: str, sandbox: SandboxProcess, fault: dict[str, Any], said: str
) -> None:
    set_faults(sandbox.origin, [fault | {"call": "customer"}])
    found = parts.verify(url)
    assert found.comparison is None
    assert found.problem.startswith("The event was sent, but it could not be verified. ")
    assert said in found.problem
    assert KEY not in found.problem
    assert parts.time.pauses == []
    assert len(world(sandbox.origin, SHOP.store_id)["events"]) == 1


def test_a_look_that_hangs_before_holds_the_event_back_for_seconds_only(
    parts: Parts, url: str, sandbox: SandboxProcess
) -> None:
    set_faults(sandbox.origin, [{"kind": "hang", "call": "customer", "times": 1}])
    found = parts.verify(url)
    assert "could not be verified. No answer to the look-up" in found.problem
    assert len(world(sandbox.origin, SHOP.store_id)["events"]) == 1


def test_a_slow_look_is_waited_for(parts: Parts, url: str, sandbox: SandboxProcess) -> None:
    set_faults(sandbox.origin, [{"kind": "latency", "milliseconds": 300, "call": "customer"}])
    found = parts.verify(url)
    assert found.comparison is not None
    assert found.comparison.is_created


def test_looks_are_repeated_with_longer_pauses_until_all_has_arrived(parts: Parts, serve: Serve) -> None:
    half = ANN | {"firstName": "Anna"}
    server = shop(serve, profile(ANN), profile(ANN), profile(half), profile(ANNA))
    found = parts.verify(server.url)
    assert parts.time.pauses == [0.2, 0.4, 0.8]
    assert (reads(server), posts(server)) == (4, 1)
    assert found.comparison is not None
    assert (found.comparison.changed, found.comparison.queued) == (2, 0)
    assert found.seconds == pytest.approx(1.4)


def test_a_profile_that_is_made_later_is_waited_for(parts: Parts, serve: Serve) -> None:
    found = parts.verify(shop(serve, NOBODY_THERE, NOBODY_THERE, NOBODY_THERE, profile(ANNA)).url)
    assert found.comparison is not None
    assert found.comparison.is_created
    assert parts.time.pauses == [0.2, 0.4, 0.8]


def test_patience_ends_at_the_stated_time(parts: Parts, serve: Serve) -> None:
    server = shop(serve, profile(ANN))
    found = parts.verify(server.url)
    assert parts.time.pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0, 3.8]
    assert found.seconds == pytest.approx(PATIENCE)
    assert found.problem == ""
    assert found.comparison is not None
    assert (found.comparison.is_changed, found.comparison.queued) == (False, 2)


def test_what_changed_and_stays_so_is_not_waited_for_to_the_end(parts: Parts, serve: Serve) -> None:
    found = parts.verify(shop(serve, profile(ANN), profile(ANN), profile(ANN | {"firstName": "Annabel"})).url)
    assert found.comparison is not None
    assert (found.comparison.changed, found.comparison.queued) == (1, 1)
    assert 0.6 + SETTLED <= found.seconds < PATIENCE


def test_a_look_that_fails_between_is_passed_over(parts: Parts, serve: Serve) -> None:
    found = parts.verify(shop(serve, profile(ANN), answer("500 Oops"), answer("429 Slow"), profile(ANNA)).url)
    assert found.comparison is not None
    assert found.comparison.has_arrived
    assert found.problem == ""


def test_looks_that_fail_to_the_end_are_said_beside_what_was_seen(parts: Parts, serve: Serve) -> None:
    found = parts.verify(shop(serve, profile(ANN), profile(ANN), answer("500 Oops")).url)
    assert found.comparison is not None
    assert not found.comparison.is_changed
    assert found.seconds == pytest.approx(0.2)  # the last that was seen, not the last that was tried
    assert "The server failed (500)" in found.problem


@pytest.mark.parametrize("status", ["401 No", "403 No", "400 No"])
def test_what_will_be_refused_again_is_not_asked_again(parts: Parts, serve: Serve, status: str) -> None:
    server = shop(serve, profile(ANN), answer(status))
    found = parts.verify(server.url)
    assert found.comparison is None
    assert f"({status[:3]})" in found.problem
    assert reads(server) == 2


@pytest.mark.parametrize("status", ["400 No", "401 No", "429 Slow", "500 Oops"])
def test_what_is_not_queued_leaves_nothing_to_look_for(parts: Parts, serve: Serve, status: str) -> None:
    server = shop(serve, profile(ANN), taken=answer(status))
    begun = parts.verifier.send(parts.attempt(server.url), EVENT, Cancel())
    assert not begun.is_queued
    assert (reads(server), posts(server)) == (1, 1)


def test_to_stop_waiting_ends_the_waiting_and_says_what_was_seen(parts: Parts, serve: Serve) -> None:
    cancel = Cancel()

    def stop(connection: socket.socket) -> None:
        profile(ANN)(connection)
        cancel.cancel()

    server = shop(serve, profile(ANN), profile(ANN), stop)
    found = parts.verify(server.url, cancel)
    assert reads(server) == 3
    assert found.comparison is not None
    assert not found.comparison.is_changed
    assert found.seconds < 1
    assert [each.kind for each in parts.history.page()] == ["queued"]  # what was sent stays sent


def test_to_stop_before_anything_was_seen_is_said_so(parts: Parts, serve: Serve) -> None:
    cancel = Cancel()
    server = shop(serve, profile(ANN))
    begun = parts.verifier.send(parts.attempt(server.url), EVENT, cancel)
    cancel.cancel()
    found = parts.verifier.follow(begun, cancel)
    assert found.comparison is None
    assert found.problem.endswith("You stopped waiting before the profile was read again.")
    assert reads(server) == 1


def test_to_stop_wakes_from_a_long_pause(parts: Parts, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "PAUSES", (600.0,))
    cancel = Cancel()
    verifier = Verifier(parts.sender, parts.lookups)
    begun = verifier.send(parts.attempt(shop(serve, profile(ANN)).url), EVENT, cancel)
    clock = threading.Timer(0.05, cancel.cancel)
    clock.start()
    found = verifier.follow(begun, cancel, patience=600)
    assert "You stopped waiting" in found.problem
    clock.join()


def test_to_cancel_while_the_profile_is_read_sends_nothing(parts: Parts, serve: Serve) -> None:
    cancel = Cancel()

    def stop(connection: socket.socket) -> None:
        cancel.cancel()
        profile(ANN)(connection)

    server = shop(serve, stop)
    with pytest.raises(NotSent, match=r"^Cancelled\. Nothing was sent\.$"):
        parts.verifier.send(parts.attempt(server.url), EVENT, cancel)
    assert posts(server) == 0
    assert parts.history.count() == 0


def test_the_guard_stands_before_it_as_before_every_send(parts: Parts, serve: Serve) -> None:
    server = shop(serve, profile(ANN), profile(ANNA))
    attempt = parts.attempt(server.url, kind=Kind.LIVE)
    with pytest.raises(ConsentNeeded) as refused:
        parts.verifier.send(attempt, EVENT, Cancel())
    assert refused.value.outside == ["ann@shop.test"]
    assert posts(server) == 0
    assert parts.history.count() == 0
    assert parts.verifier.send(attempt, EVENT, Cancel(), Consent(frozenset(refused.value.outside))).is_queued


def test_without_a_key_it_is_asked_for_as_ever(parts: Parts, serve: Serve) -> None:
    server = shop(serve, profile(ANN))
    attempt = attempt_of(SHOP.at(server.url), EVENT, jsontext.dumps(EVENT), [], sent_anyway=False)
    with pytest.raises(KeyNeeded):
        parts.verifier.send(attempt, EVENT, Cancel())
    assert not server.connected.is_set()


def test_it_tells_when_the_profile_was_read_and_the_event_goes_out(parts: Parts, serve: Serve) -> None:
    server = shop(serve, profile(ANN))
    seen: list[tuple[int, int]] = []
    parts.verifier.send(
        parts.attempt(server.url), EVENT, Cancel(), on_read=lambda: seen.append((reads(server), posts(server)))
    )
    assert seen == [(1, 0)]


def test_what_the_profile_holds_is_not_kept(parts: Parts, serve: Serve, tmp_path: Path) -> None:
    parts.verify(shop(serve, profile(ANN | {"lastName": "Unmistakable"})).url)
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert not [each for each in files if b"Unmistakable" in each.read_bytes() or KEY.encode() in each.read_bytes()]
