"""The guard: who is named on a live store, and which stores are live."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from composer.delivery.guard import EVERYBODY, NOBODY, UNNAMED, Consent, Guard
from composer.storage.database import Database
from composer.storage.people import TestPeople, read
from composer.storage.secrets import Secrets
from composer.storage.stores import VENDOR_URL, Kind, Store, Stores

Named = Callable[[Store, bytes], list[str]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "data" / "composer.db")
    yield database
    database.close()


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(database)


@pytest.fixture
def people(database: Database) -> TestPeople:
    return TestPeople(database)


@pytest.fixture(params=["one", "many"])
def named(request: pytest.FixtureRequest, database: Database) -> Named:
    """Both ways to ask; they must agree."""
    guard = Guard(database)
    return guard.outside if request.param == "one" else lambda store, body: guard.watch(store)(body)


@pytest.fixture
def live(stores: Stores) -> Store:
    return stores.add("Live", Kind.LIVE, VENDOR_URL, "shop")


def event(**customer: object) -> bytes:
    return json.dumps({"eventName": "Order", "customer": customer}).encode()


TO_ALICE = event(email="alice@shop.com")
TO_TWO = event(email="alice@shop.com", phoneNumber="+12065551234")


def by_address(url: str = VENDOR_URL, store_id: str = "shop", kind: Kind = Kind.TEST) -> Store:
    return Store(0, "api.getredo.com", kind, url, store_id, "command line")


def test_every_identifier_has_to_be_a_test_person_s(named: Named, people: TestPeople, live: Store) -> None:
    assert named(live, TO_TWO) == ["alice@shop.com", "+12065551234"]
    people.keep(live, read("alice@shop.com"))
    assert named(live, TO_ALICE) == []
    assert named(live, TO_TWO) == ["+12065551234"]
    assert named(live, event(id="a" * 24, email="alice@shop.com")) == ["a" * 24]
    twice = b'{"customer": {"email": "alice@shop.com", "email": "bob@shop.com"}}'
    assert named(live, twice) == ["bob@shop.com"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"customer": {}}', b"\xff"])
def test_where_nobody_can_be_read_that_is_said(named: Named, people: TestPeople, live: Store, body: bytes) -> None:
    people.keep(live, read("@shop.com"))
    assert named(live, body) == [UNNAMED]


@pytest.mark.parametrize("kind", [Kind.TEST, Kind.SANDBOX])
def test_other_stores_are_not_asked_about(named: Named, stores: Stores, kind: Kind) -> None:
    assert named(stores.add("Other", kind, "http://127.0.0.1:9", "other"), TO_ALICE) == []
    assert named(stores.all()[0].at("http://127.0.0.1:9"), b"{") == []


def test_of_what_was_given_and_what_is_kept_the_stricter_counts(named: Named, stores: Stores) -> None:
    store = stores.add("Shop", Kind.TEST, VENDOR_URL, "shop")
    assert named(store, TO_ALICE) == []
    assert named(store._replace(kind=Kind.LIVE), TO_ALICE) == ["alice@shop.com"]
    stores.change(store, "Shop", Kind.LIVE, VENDOR_URL, "shop")
    assert named(store, TO_ALICE) == ["alice@shop.com"]


def test_the_row_of_another_store_says_nothing_but_its_address_does(
    named: Named, people: TestPeople, live: Store
) -> None:
    people.keep(live, read("alice@shop.com"))
    stranger = live._replace(key_id="another")  # as a run from another data folder, or of a removed store, has it
    assert named(stranger, TO_TWO) == ["+12065551234"]
    assert named(stranger._replace(kind=Kind.TEST), TO_TWO) == ["+12065551234"]
    elsewhere = stranger._replace(store_id="another")
    assert named(elsewhere, TO_ALICE) == ["alice@shop.com"]
    assert named(elsewhere._replace(kind=Kind.TEST), TO_ALICE) == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST", "127.0.0.2", "[::1]", "[0:0:0:0:0:0:0:1]"])
def test_this_computer_has_many_names(named: Named, stores: Stores, host: str) -> None:
    stores.add("Tunnel", Kind.LIVE, "http://127.0.0.1:8080/v2.2", "shop")
    assert named(by_address(f"http://{host}:8080/v2.2"), TO_ALICE) == ["alice@shop.com"]
    assert named(by_address(f"http://{host}:8081/v2.2"), TO_ALICE) == []


def test_a_live_store_that_was_removed_has_no_test_people(
    named: Named, stores: Stores, people: TestPeople, live: Store
) -> None:
    people.keep(live, read("alice@shop.com"))
    stores.remove(live, Secrets())
    assert named(live, TO_ALICE) == ["alice@shop.com"]


@pytest.mark.parametrize(
    ("url", "store_id", "is_it"),
    [
        (VENDOR_URL, "shop", True),
        ("https://API.getredo.com:443/v2.2", "SHOP", True),
        ("https://api.getredo.com/v2.1", "shop", True),  # another version of the API, the same customers
        (VENDOR_URL, "shop2", False),
        ("https://api.getredo.com:8443/v2.2", "shop", False),
        ("https://other.getredo.com/v2.2", "shop", False),
    ],
)
def test_an_address_is_live_where_a_store_with_it_is(
    named: Named, people: TestPeople, live: Store, url: str, store_id: str, is_it: bool
) -> None:
    store = by_address(url, store_id)
    assert named(store, TO_TWO) == (["alice@shop.com", "+12065551234"] if is_it else [])
    people.keep(live, read("alice@shop.com"))
    assert named(store, TO_TWO) == (["+12065551234"] if is_it else [])
    strange = named(by_address(url, store_id, Kind.LIVE), TO_ALICE)
    assert strange == ([] if is_it else ["alice@shop.com"])


def test_one_address_under_two_names_has_the_people_of_both(
    named: Named, stores: Stores, people: TestPeople, live: Store
) -> None:
    people.keep(live, read("alice@shop.com"))
    people.keep(stores.add("Same", Kind.TEST, VENDOR_URL, "shop"), read("+12065551234"))
    assert named(by_address(), TO_TWO) == []


def test_a_store_that_is_given_as_it_was_is_found_as_it_is(database: Database, stores: Stores, live: Store) -> None:
    guard = Guard(database)
    changed = stores.change(live, "Renamed", Kind.TEST, "https://new.example/v2.2", "shop")
    assert guard.as_kept(live) == changed
    assert guard.as_kept(live._replace(key_id="another")) == live._replace(key_id="another")
    stores.remove(changed, Secrets())
    assert guard.as_kept(live) == live


def test_consent_is_for_those_it_names() -> None:
    assert Consent(frozenset({"a", "b"})).covers(["b"])
    assert not Consent(frozenset({"a"})).covers(["a", "b"])
    assert NOBODY.covers([])
    assert not NOBODY.covers([UNNAMED])
    assert EVERYBODY.covers(["a", UNNAMED])


def test_many_events_are_watched_in_no_time(database: Database, people: TestPeople, live: Store) -> None:
    people.keep(live, read("\n".join(f"person.{number}@example.com" for number in range(10_000))))
    data = {f"property {number}": f"value {number}" for number in range(10)}
    bodies = [
        json.dumps({"eventName": "Order", "customer": {"email": f"person.{number}@example.com"}, "data": data}).encode()
        for number in range(5000, 15_000)
    ]
    began = time.thread_time()
    watch = Guard(database).watch(live)
    hits = sum(bool(watch(body)) for body in bodies)
    took = time.thread_time() - began
    assert hits == 5000
    assert took < 1.0
