"""The test people of a store: what is typed, what is kept, and who is one of them."""

from __future__ import annotations

import sqlite3
import time

import pytest

from composer.event.recipients import Recipient, Way
from composer.storage.database import Database
from composer.storage.people import PeopleError, Person, TestPeople, addable, read
from composer.storage.secrets import Secrets
from composer.storage.stores import VENDOR_URL, Kind, Store, StoreError, Stores

ID = "665f1a2b3c4d5e6f7a8b9c0d"


@pytest.fixture
def people(database: Database) -> TestPeople:
    return TestPeople(database)


@pytest.fixture
def shop(database: Database) -> Store:
    return Stores(database).add("Shop", Kind.LIVE, VENDOR_URL, "shop")


def recipients(*values: str) -> list[Recipient]:
    return [Recipient(Way.EMAIL, value) for value in values]


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("Stewart@Example.com", ("email", "Stewart@Example.com", "stewart@example.com")),
        ("e\u0301@a.b", ("email", "e\u0301@a.b", "\u00e9@a.b")),
        ("qa+1@localhost", ("email", "qa+1@localhost", "qa+1@localhost")),
        ("@Example.com", ("domain", "@Example.com", "example.com")),
        ("shop.test", ("domain", "shop.test", "shop.test")),
        ("@localhost", ("domain", "@localhost", "localhost")),
        ("MÜLLER.example", ("domain", "MÜLLER.example", "müller.example")),
        ("+1 (206) 555-12.34", ("phone", "+1 (206) 555-12.34", "12065551234")),
        ("+1\u2011206\u00a05551234", ("phone", "+1\u2011206 5551234", "12065551234")),
        (ID.upper(), ("id", ID.upper(), ID)),
    ],
)
def test_a_line_is_one_of_four(line: str, person: tuple[str, str, str]) -> None:
    assert read(f"\n  {line}\t\n") == [person]


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("stewart", "write an email, a domain such as @example.com"),
        (ID[:-1], "an ID of 24 hex digits"),
        ("a@", "write an email"),
        ("a@b.c, d@e.f", "one person a line"),
        ("a@b.c d@e.f", "write the address alone"),
        ("Stewart <a@b.c>", "write the address alone"),
        ("a@b@c.d", "write the address alone"),
        ("*.example.com", "subdomains need lines of their own"),
        ("@Gmail.com", "anybody may have an address at gmail.com"),
        ("206.555.1234", "a phone number is + with the country's code"),
        ("+1 206 FLOWERS", "a phone number is + with the country's code"),
        ("a\u200b@b.c", "can't be shown"),
    ],
)
def test_a_line_that_names_nobody_is_told_with_its_number(line: str, advice: str) -> None:
    with pytest.raises(PeopleError) as raised:
        read(f"a@b.c\n\n{line}\nd@e.f")
    assert raised.value.line == 3
    assert advice in raised.value.sentence
    assert str(raised.value) == f"Line 3: {raised.value.sentence}"


def test_what_is_kept_is_there_in_its_order_and_nothing_else(people: TestPeople, shop: Store) -> None:
    people.keep(shop, read("z@b.c\na@b.c\nA@B.C\n@b.c\n+1 2"))
    assert [person.shown for person in people.of(shop)] == ["z@b.c", "a@b.c", "@b.c", "+1 2"]
    people.keep(shop, read("q@b.c"))
    assert people.of(shop) == [Person("email", "q@b.c", "q@b.c")]
    people.keep(shop, [])
    assert people.of(shop) == []


def test_keeping_is_all_or_nothing(people: TestPeople, shop: Store) -> None:
    people.keep(shop, read("a@b.c"))
    with pytest.raises(sqlite3.Error):
        people.keep(shop, [Person("email", "d@e.f", "d@e.f"), Person("email", [], "x")])  # type: ignore[arg-type]
    assert [person.shown for person in people.of(shop)] == ["a@b.c"]


def test_each_store_has_its_own(people: TestPeople, shop: Store, database: Database) -> None:
    other = Stores(database).add("Other", Kind.TEST, VENDOR_URL, "other")
    people.keep(shop, read("a@b.c"))
    assert people.of(other) == []
    assert people.outside(other, recipients("a@b.c")) == ["a@b.c"]


def test_a_removed_store_loses_its_people(people: TestPeople, shop: Store, database: Database) -> None:
    people.keep(shop, read("a@b.c"))
    Stores(database).remove(shop, Secrets())
    assert database.read("SELECT * FROM test_people") == []
    for put in (lambda: people.keep(shop, read("a@b.c")), lambda: people.add(shop, ["a@b.c"])):
        with pytest.raises(StoreError, match="not there any more"):
            put()
    assert database.read("SELECT * FROM test_people") == []


def test_who_was_asked_about_is_added_once_and_behind_the_others(people: TestPeople, shop: Store) -> None:
    people.keep(shop, read("z@b.c"))
    people.add(shop, ["a@b.c", "Z@b.c", "+1 206", ID, "a@b.c"])
    assert [person.shown for person in people.of(shop)] == ["z@b.c", "a@b.c", "+1 206", ID]
    assert people.outside(shop, recipients("a@b.c", "+1206", ID)) == []


def test_nothing_is_added_that_would_let_others_in() -> None:
    assert addable(["shop.com", "@shop.com", "12", '["a@b.c"]', "a@b.c\n@shop.com", "a@b.c,d@e.f", "cust-7"]) == []


@pytest.mark.parametrize(
    ("given", "is_one"),
    [
        ("stewart@example.com", True),
        ("STEWART@Example.COM", True),
        ("stewart+1@example.com", False),
        ("stewrat@example.com", False),
        ("anyone@shop.test", True),
        ("Anyone@SHOP.test", True),
        ("a@mail.shop.test", False),  # exact, no subdomains
        ("a@notshop.test", False),
        ("shop.test", False),
        ("@shop.test", False),
        ("alice@real.com,a@shop.test", False),  # which one would a server take
        ("alice@real.com a@shop.test", False),
        ("<alice@real.com>a@shop.test", False),
        ("alice@real.com@shop.test", False),
        ("a@shop.test\u200b", False),
        ("alice\uff20real.com@shop.test", False),  # an @ for whoever makes letters plain
        ("\u00e9@shop.test", True),
        ("strasse@example.org", True),
        ("straße@example.org", False),  # somebody else
        ("+12065551234", True),
        ("+1 (206) 555-1234", True),
        ("12065551234", False),  # without + it may be another country's
        ("0012065551234", False),
        ("+12065551234 ext 5", False),
        ("+１2065551234", False),
        (ID, True),
        (ID.upper(), True),
        (ID[:-1] + "e", False),
        ("\ud800@shop.test", False),
        ("", False),
    ],
)
def test_who_is_a_test_person(people: TestPeople, shop: Store, given: str, is_one: bool) -> None:
    people.keep(shop, read(f"Stewart@example.com\n@shop.test\nstrasse@example.org\n+1 206 555 1234\n{ID}"))
    assert people.outside(shop, recipients(given)) == ([] if is_one else [given])


def test_everybody_outside_is_named_once(people: TestPeople, shop: Store) -> None:
    people.keep(shop, read("a@b.c"))
    assert people.outside(shop, recipients("x@b.c", "a@b.c", "x@b.c", "+1")) == ["x@b.c", "+1"]
    many = [f"p{number}@b.c" for number in range(50_000)]  # as many as an event of 5 MB can repeat a key
    assert people.outside(shop, recipients(*many, "a@b.c")) == many


def test_ten_thousand_people_are_as_quick_as_ten(people: TestPeople, shop: Store, database: Database) -> None:
    people.keep(shop, read("\n".join(f"person.{number}@example.com" for number in range(10_000))))
    asked = recipients("person.9999@example.com", "+12065551234", ID)
    assert people.outside(shop, asked) == ["+12065551234", ID]
    took = []
    for _ in range(100):
        began = time.thread_time()
        people.outside(shop, asked)
        took.append(time.thread_time() - began)
    assert sorted(took)[50] < 0.001
