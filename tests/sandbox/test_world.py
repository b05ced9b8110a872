"""What the world makes of events: whose they are, what is kept, what is ignored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from composer.event import jsontext
from composer.sandbox.world import Page, World

NOON = 1_775_131_200.25  # 2026-04-02T12:00:00.250Z
JANE = {"email": "jane@example.com", "phoneNumber": "+12065550101", "firstName": "Jane"}
OMAR = {"email": "omar@example.com", "phoneNumber": "+12065550102", "firstName": "Omar"}


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return World(clock)


def event(customer: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"eventName": "Order Placed", "customer": customer, **more}


def seen(world: World, page: Page | None = None) -> dict[str, Any]:
    return json.loads(world.snapshot(page) if page else world.snapshot())


def newest(world: World) -> dict[str, Any]:
    return seen(world)["events"][0]


def test_an_unknown_customer_is_created_with_an_id_of_24_hex_digits(world: World) -> None:
    world.accept(event(JANE))
    assert newest(world)["foundBy"] == "created"
    (profile,) = seen(world)["profiles"]
    assert len(profile["id"]) == 24
    assert int(profile["id"], 16)
    assert profile == {
        "id": newest(world)["profileId"],
        "email": "jane@example.com",
        "phoneNumber": "+12065550101",
        "firstName": "Jane",
        "lastName": None,
        "location": {},
        "customFields": {},
        "createdAt": "2026-04-02T12:00:00.250Z",
        "updatedAt": "2026-04-02T12:00:00.250Z",
        "dates": [],
    }


UNKNOWN_ID = "f" * 24


@pytest.mark.parametrize(
    ("identifiers", "found", "by"),
    [
        (("jane.id", None, None), "Jane", "id"),
        (("jane.id", "omar@example.com", "+12065550102"), "Jane", "id"),
        (("JANE.ID", None, None), "Jane", "id"),
        ((None, "omar@example.com", "+12065550101"), "Omar", "email"),
        ((None, "OMAR@Example.com", None), "Omar", "email"),
        ((None, None, "+12065550101"), "Jane", "phoneNumber"),
        ((UNKNOWN_ID, "omar@example.com", None), "Omar", "email"),
        ((UNKNOWN_ID, None, "+12065550101"), "Jane", "phoneNumber"),
        ((None, "new@example.com", "+12065550101"), "Jane", "phoneNumber"),
        ((UNKNOWN_ID, "new@example.com", "+12065550101"), "Jane", "phoneNumber"),
        (("  ", "omar@example.com", None), "Omar", "email"),
        ((UNKNOWN_ID, None, None), None, "created"),
        ((UNKNOWN_ID, "new@example.com", "+12065550109"), None, "created"),
    ],
)
def test_id_wins_then_email_then_phone_and_what_is_not_found_falls_back(
    world: World, identifiers: tuple[str | None, ...], found: str | None, by: str
) -> None:
    world.accept(event(JANE))
    jane_id = newest(world)["profileId"]
    world.accept(event(OMAR))
    ids = {"jane.id": jane_id, "JANE.ID": jane_id.upper()}
    given = zip(("id", "email", "phoneNumber"), identifiers, strict=True)
    world.accept(event({name: ids.get(value, value) for name, value in given if value}))
    profile = seen(world)["profiles"][0]  # the one changed last
    assert (profile["firstName"], newest(world)["foundBy"]) == (found, by)
    assert newest(world)["profileId"] == profile["id"]
    assert profile["id"] != UNKNOWN_ID
    assert seen(world)["counts"]["profiles"] == (2 if found else 3)


def test_what_an_event_leaves_out_stays_on_the_profile(world: World, clock: Clock) -> None:
    first = JANE | {
        "lastName": "Doe",
        "location": {"city": "Oslo", "countryCode": "NO"},
        "customFields": {"a": 1, "b": 2},
    }
    world.accept(event(first))
    clock.now += 60
    world.accept(
        event({"email": JANE["email"], "lastName": "Roe", "location": {"city": "Bergen"}, "customFields": {"b": 0}})
    )
    (profile,) = seen(world)["profiles"]
    assert (profile["firstName"], profile["lastName"]) == ("Jane", "Roe")
    assert profile["location"] == {"city": "Bergen", "countryCode": "NO"}
    assert profile["customFields"] == {"a": 1, "b": 0}
    assert (profile["createdAt"], profile["updatedAt"]) == ("2026-04-02T12:00:00.250Z", "2026-04-02T12:01:00.250Z")


def test_a_new_address_is_written_to_the_profile_and_finds_it_from_then_on(world: World) -> None:
    world.accept(event(JANE))
    jane_id = newest(world)["profileId"]
    world.accept(event({"id": jane_id, "email": "jane@new.example", "phoneNumber": "+12065550199"}))
    assert world.customer("jane@example.com") is None
    found = world.customer("Jane@New.Example")
    assert found is not None
    assert (found["id"], found["phoneNumber"]) == (jane_id, "+12065550199")


def test_an_address_that_belongs_to_another_profile_stays_there(world: World) -> None:
    world.accept(event(JANE))
    world.accept(event(OMAR))
    world.accept(event({"email": JANE["email"], "phoneNumber": OMAR["phoneNumber"]}))
    phones = {profile["firstName"]: profile["phoneNumber"] for profile in seen(world)["profiles"]}
    assert phones == {"Jane": "+12065550101", "Omar": "+12065550102"}


@pytest.mark.parametrize("value", [0, 0.0, -0.0, None, ""])
def test_an_unset_data_value_is_dropped_and_named(world: World, value: Any) -> None:
    world.accept(event(JANE, data={"Gone": value, "Kept": "x"}))
    assert newest(world)["event"]["data"] == {"Kept": "x"}
    assert newest(world)["notStored"] == ["Gone"]


@pytest.mark.parametrize("value", [False, True, 1, -1, 0.1, " ", "0", "null"])
def test_a_value_that_only_resembles_unset_is_kept(world: World, value: Any) -> None:
    world.accept(event(JANE, data={"Kept": value}))
    assert newest(world)["event"]["data"] == {"Kept": value}
    assert newest(world)["notStored"] == []


def test_extra_is_kept_whole(world: World) -> None:
    extra = {"zero": 0, "null": None, "empty": "", "list": [0, {"deep": None}], "when": "2026-01-01T00:00:00Z"}
    world.accept(event(JANE, data={"$extra": extra, "n": 0}))
    stored = newest(world)
    assert stored["event"]["data"] == {"$extra": extra}
    assert stored["dates"] == []


def test_rfc_3339_strings_are_indexed_as_dates_and_nothing_near_them_is(world: World) -> None:
    data = {
        "Full": "2026-01-01T00:00:00Z",
        "Offset": "2026-01-01T00:00:00+02:00",
        "Day": "2026-01-01",
        "Slashes": "04/02/2026",
        "No such day": "2026-02-30T00:00:00Z",
        "Number": 20260101,
    }
    fields = {"Birthday": "1976-07-04T12:00:00Z", "Tier": "Gold"}
    world.accept(event(JANE | {"customFields": fields}, data=data))
    assert newest(world)["dates"] == ["Full", "Offset"]
    assert seen(world)["profiles"][0]["dates"] == ["Birthday"]


def test_the_event_is_kept_as_it_came_without_its_customer(world: World) -> None:
    given = event(JANE, value=0, valueCurrency="USD", custom_top={"a": [1]}, data={}, uniqueId="u-1")
    world.accept(given | {"eventTimestamp": "2026-01-01T00:00:00Z"})
    stored = newest(world)
    del given["customer"], given["data"]
    assert stored["event"] == given | {"eventTimestamp": "2026-01-01T00:00:00Z", "data": {}}
    assert stored["receivedAt"] == "2026-04-02T12:00:00.250Z"


def test_without_a_timestamp_the_arrival_counts(world: World) -> None:
    world.accept(event(JANE))
    assert newest(world)["event"]["eventTimestamp"] == "2026-04-02T12:00:00.250Z"


def test_a_repeated_unique_id_changes_nothing_but_the_ledger(world: World, clock: Clock) -> None:
    first = world.accept(event(JANE, uniqueId="u-1"))
    before = seen(world)
    clock.now += 60
    assert world.accept(event(OMAR, uniqueId="u-1") | {"eventName": "Other"}) is None
    after = seen(world)
    assert after["counts"] == {"profiles": 1, "events": 1, "ignored": 1}
    assert (after["events"], after["profiles"]) == (before["events"], before["profiles"])
    (entry,) = after["ledger"]
    assert entry == {
        "at": "2026-04-02T12:01:00.250Z",
        "eventName": "Other",
        "uniqueId": "u-1",
        "eventId": first,
        "note": "ignored: this uniqueId was already accepted",
    }


def test_events_without_a_unique_id_are_never_ignored(world: World) -> None:
    assert world.accept(event(JANE)) != world.accept(event(JANE))
    assert seen(world)["counts"] == {"profiles": 1, "events": 2, "ignored": 0}


def test_the_payload_taken_in_is_not_changed(world: World) -> None:
    given = event(JANE | {"location": {"city": "Oslo"}}, data={"n": 0})
    before = json.dumps(given)
    world.accept(given)
    world.accept(given | {"customer": JANE | {"location": {"city": "Bergen"}}})
    assert json.dumps(given) == before


def test_a_number_beyond_a_double_is_kept_as_written(world: World) -> None:
    world.accept(jsontext.parse('{"eventName": "x", "customer": {"email": "a@b.example"}, "value": 1e400}').payload)
    assert '"value": 1e400' in world.snapshot()


def test_half_a_surrogate_pair_survives(world: World) -> None:
    world.accept(event(JANE, data={"\ud800": "a\udfffb"}))
    assert newest(world)["event"]["data"] == {"\ud800": "a\udfffb"}


def test_the_look_up_has_the_shape_of_the_contract(world: World) -> None:
    fields = {"Birthday": "1976-07-04T14:00:00+02:00", "Leap": "2016-12-31T23:59:60Z", "Tier": "Gold", "n": 3}
    world.accept(event({"email": "jane@example.com", "customFields": fields}))
    found = world.customer("jane@example.com")
    assert found is not None
    assert found.keys() == {"id", "email", "customFields", "createdAt", "updatedAt"}
    assert found["customFields"] == fields | {"Birthday": "1976-07-04T12:00:00.000Z"}


def test_pages_of_events_follow_each_other_without_gap_or_repeat(world: World) -> None:
    for index in range(7):
        world.accept(event(JANE, data={"n": index + 1}))
    numbers, before = [], None
    while True:
        page = seen(world, Page(3, before))
        numbers.append([each["event"]["data"]["n"] for each in page["events"]])
        before = page["olderEvents"]
        if before is None:
            break
        world.accept(event(JANE))  # what arrives meanwhile does not shift the pages
    assert numbers == [[7, 6, 5], [4, 3, 2], [1]]


def test_pages_of_profiles_follow_each_other(world: World) -> None:
    for index in range(5):
        world.accept(event({"email": f"p{index}@example.com"}))
    emails, skip = [], 0
    while skip is not None:
        page = seen(world, Page(2, None, skip))
        emails += [each["email"] for each in page["profiles"]]
        skip = page["moreProfiles"]
    assert emails == [f"p{index}@example.com" for index in (4, 3, 2, 1, 0)]


def test_a_page_of_big_events_ends_earlier(world: World) -> None:
    for _ in range(5):
        world.accept(event(JANE, data={"$extra": {"text": ["x" * 90_000] * 10}}))
    page = seen(world)
    assert len(page["events"]) == 2
    assert page["olderEvents"] == 4


def test_an_event_larger_than_a_page_is_shown_all_the_same(world: World) -> None:
    world.accept(event(JANE, data={"$extra": {"text": ["x" * 90_000] * 50}}))
    assert len(seen(world)["events"]) == 1
