"""An address a slip away from a known one is found; one that is plainly somebody else's is not."""

from __future__ import annotations

import time

import pytest

from composer.event.near_misses import nearest
from tests.bench.memory import events


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("stewrat@example.com", "stewart@example.com"),  # two letters changed places
        ("stewwart@example.com", "stewart@example.com"),  # one stands twice
        ("stwart@example.com", "stewart@example.com"),  # one is missing
        ("stewsrt@example.com", "stewart@example.com"),  # another one
        ("tsewart@example.com", "stewart@example.com"),
        ("STEWRAT@Example.com", "stewart@example.com"),
        ("stewart@example.con", "stewart@example.com"),
        ("stewart@example.cmo", "stewart@example.com"),
        ("stewart@example.co", "stewart@example.com"),
        ("stewart@exmaple.com", "stewart@example.com"),
        ("stewart@gmial.com", "stewart@gmail.com"),
        ("stewart@gmal.com", "stewart@gmail.com"),
        ("ann@gmial.com", "ann@gmail.com"),  # a short name, but the slip is elsewhere
        ("stewart@gmial.con", "stewart@gmail.com"),  # two slips
        ("stewrat@gmial.com", "stewart@gmail.com"),
        ("stewrat.thomspon@example.com", "stewart.thompson@example.com"),
        ("stewartthompson@example.com", "stewart.thompson@example.com"),
        ("stewart_thompson@example.com", "stewart.thompson@example.com"),
        ("alcie@example.com", "alice@example.com"),
        ("aliice@example.com", "alice@example.com"),
        ("orders2024@exmaple.com", "orders2024@example.com"),
        ("qa+7@exmaple.com", "qa+7@example.com"),
        ("müllre@example.com", "mu\u0308ller@example.com"),  # however the accent is written
        ("שטיואטר@example.com", "שטיוארט@example.com"),
    ],
)
def test_a_slip(typed: str, known: str) -> None:
    assert nearest(typed, [known]) == known


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("ann@example.com", "dan@example.com"),
        ("ann@example.com", "anna@example.com"),
        ("jo@example.com", "joe@example.com"),
        ("anna@example.com", "anne@example.com"),
        ("anna@example.com", "hanna@example.com"),
        ("john.smith@example.com", "joan.smith@example.com"),
        ("maria@example.com", "mario@example.com"),
        ("daniel@example.com", "daniela@example.com"),
        ("robert.smith@example.com", "roberta.smith@example.com"),
        ("carlos@example.com", "carlo@example.com"),
        ("steven@example.com", "stevens@example.com"),
        ("jsmith@example.com", "ksmith@example.com"),  # a first name's letter before a last name
        ("tsmith@example.com", "smith@example.com"),
        ("stewart@example.com", "steward.jones@example.com"),
        ("bob1@example.com", "bob2@example.com"),
        ("customer1234@example.com", "customer1243@example.com"),  # a number is not a word
        ("customer@example.com", "customer1@example.com"),
        ("test+1@example.com", "test+2@example.com"),
        ("stewart+a@example.com", "stewart+b@example.com"),
        ("stewart+a@exmaple.com", "stewart+b@example.com"),
        ("stewart+abandoned@example.com", "stewart@example.com"),
        ("alice@shop.de", "alice@shop.at"),  # another country
        ("alice@shop.de", "alice@shop.dk"),
        ("alice@shop1.test", "alice@shop2.test"),
        ("alice@ymail.com", "alice@gmail.com"),  # both are somebody's
        ("alice@mail.com", "alice@gmail.com"),
        ("alice@gmx.de", "alice@gmx.net"),
        ("alice@mail.example.com", "alice@example.com"),
        ("alice@acme.com", "alice@umbrella.com"),
        ("stewart@example.com", "thompson@example.com"),
        ("stewrat@gmial.con", "stewart@gmail.com"),  # three slips
    ],
)
def test_somebody_else(typed: str, known: str) -> None:
    assert nearest(typed, [known]) is None


@pytest.mark.parametrize("typed", ["stewart@example.com", "Stewart@EXAMPLE.com", " stewart@example.com "])
def test_a_known_address_is_no_slip_of_another(typed: str) -> None:
    assert nearest(typed, ["stewrat@example.com", "STEWART@example.com"]) is None


@pytest.mark.parametrize("typed", ["", "@", "stewart", "stewart@", "@example.com", "a" * 300 + "@example.com"])
def test_what_is_no_address_is_no_slip(typed: str) -> None:
    assert nearest(typed, ["stewart@example.com", "", "@", "+12065550100"]) is None


def test_the_nearest_is_meant_and_of_several_as_near_the_first() -> None:
    near, far = "stewrat@gmail.com", "stewart@gmail.com"
    assert nearest("stewrat@gmial.com", [far, near]) == near
    assert nearest("stewarx@gmail.com", [far, "stewarz@gmail.com"]) == far
    assert nearest("stewarx@gmail.com", ["stewarz@gmail.com", far]) == "stewarz@gmail.com"


def test_two_thousand_known_addresses_take_less_than_five_milliseconds() -> None:
    known = [event["customer"]["email"] for event in events(2000)]
    taken = []
    for _ in range(9):
        began = time.perf_counter()
        assert nearest("stewrat@example.com", [*known, "stewart@example.com"]) == "stewart@example.com"
        taken.append(time.perf_counter() - began)
    assert min(taken) < 0.005
