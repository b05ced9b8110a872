"""Of all the sandbox holds, the event that was just sent is the one that is shown."""

from __future__ import annotations

import json
from typing import Any

from composer.sandbox.stored import Stored, stored_event
from composer.sandbox.world import World


class Told:
    """A world whose time is set by hand."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0
        self.world = World(lambda: self.now)

    def send(self, seconds_later: float = 1.0, **event: Any) -> dict[str, Any]:
        self.now += seconds_later
        made = {"eventName": "Order", "customer": {"email": "ann@shop.test"}, **event}
        self.world.accept(made)
        return made

    def find(self, event: dict[str, Any], since: float) -> Stored:
        return stored_event(json.loads(self.world.snapshot()), event, since)


def test_it_is_found_by_its_unique_id_whoever_it_went_to() -> None:
    told = Told()
    sent = told.send(uniqueId="o-1", data={"a": 0, "At": "2026-01-01T00:00:00Z"}, customer={"phoneNumber": "+1206"})
    told.send(uniqueId="o-2")
    found = told.find(sent, told.now - 1).record
    assert found is not None
    assert found["event"]["uniqueId"] == "o-1"
    assert (found["dates"], found["notStored"], found["foundBy"]) == (["At"], ["a"], "created")
    assert found["profile"] == "+1206"


def test_without_one_it_is_the_newest_of_that_profile_received_since() -> None:
    told = Told()
    told.send(value=1)
    sent = told.send(value=2)
    since = told.now
    told.send(0.5, customer={"email": "ben@shop.test"}, value=3)
    found = told.find(sent | {"customer": {"email": " Ann@shop.test"}}, since).record
    assert found is not None
    assert (found["event"]["value"], found["profile"]) == (2, "ann@shop.test")
    assert told.find(sent, told.now + 1) == Stored(None)


def test_one_that_went_to_the_profile_of_its_id_is_found_there() -> None:
    told = Told()
    told.send()
    told.send(customer={"email": "ben@shop.test"})
    ben = json.loads(told.world.snapshot())["profiles"][0]["id"]
    sent = told.send(customer={"id": ben.upper(), "email": "ann@shop.test"}, value=3)
    found = told.find(sent, told.now).record
    assert found is not None
    assert (found["event"]["value"], found["profile"], found["foundBy"]) == (3, "ben@shop.test", "id")


def test_what_somebody_else_sent_to_the_same_customer_meanwhile_is_another_event() -> None:
    told = Told()
    sent = told.send()
    since = told.now
    told.send(eventName="Parcel Left")
    found = told.find(sent, since).record
    assert found is not None
    assert found["event"]["eventName"] == "Order"


def test_one_that_was_ignored_is_said_to_be_and_the_one_that_has_its_id_is_shown() -> None:
    told = Told()
    told.send(uniqueId="o-1", value=1)
    again = told.send(uniqueId="o-1", value=2)
    found = told.find(again, told.now)
    assert found.is_ignored
    assert found.record is not None
    assert found.record["event"]["value"] == 1


def test_that_another_was_ignored_before_says_nothing_of_this_one() -> None:
    told = Told()
    told.send(uniqueId="o-1")
    told.send(uniqueId="o-1")
    sent = told.send(uniqueId="o-2")
    assert not told.find(sent, told.now - 1.5).is_ignored
    assert not told.find(sent | {"uniqueId": "o-1"}, told.now + 1).is_ignored


def test_nobody_found_is_nothing_found() -> None:
    told = Told()
    told.send()
    assert told.find({"eventName": "Order", "customer": {}}, told.now) == Stored(None)
    assert told.find({"uniqueId": "o-9"}, told.now) == Stored(None)
