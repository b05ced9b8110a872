"""A profile before and after an event: what is said of each field, and of the whole in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from composer.event import jsontext
from composer.event.payload import MISSING
from composer.event.profile import Change, State, compare, doubts, email_of, headline

ID = "665f1a2b3c4d5e6f7a8b9c0d"
ANN = {"id": ID, "email": "ann@shop.test", "firstName": "Ann", "createdAt": "2026-01-01T00:00:00.000Z"}


def event(**customer: Any) -> dict[str, Any]:
    return {"eventName": "Order", "customer": {"email": "ann@shop.test", **customer}}


def field(path: str, before: Any, after: Any, said: Any) -> Change:
    return next(each for each in compare(before, after, said).changes if each.path == path)


def states(before: Any, after: Any, said: Any) -> dict[str, str]:
    return {each.path: each.state for each in compare(before, after, said).changes}


def test_of_a_profile_that_was_made_every_field_is_created() -> None:
    made = ANN | {"location": {"city": "Seattle"}, "customFields": {"Tier": "Gold"}}
    assert set(states(None, made, event()).values()) == {State.CREATED}
    found = compare(None, made, event())
    assert (found.is_created, found.is_changed, found.has_arrived) == (True, True, True)


def test_fields_stand_in_the_order_of_the_form_and_when_it_was_written_comes_last() -> None:
    after = {
        "updatedAt": "2026-01-02T00:00:00Z",
        "createdAt": "2026-01-01T00:00:00Z",
        "tags": ["vip"],
        "customFields": {"Zip": 1, "Age": 2},
        "location": {"longitude": 1.5, "planet": "Earth", "city": "Seattle"},
        "lastName": "Lee",
        "phoneNumber": "+12065551234",
        "email": "ann@shop.test",
        "id": ID,
    }
    paths = [each.path for each in compare(None, after, event(firstName="Ann", customFields={"New": 1})).changes]
    assert paths == [
        "/id", "/email", "/phoneNumber", "/firstName", "/lastName",
        "/location/city", "/location/longitude", "/location/planet",
        "/customFields/New", "/customFields/Zip", "/customFields/Age",
        "/tags", "/createdAt", "/updatedAt",
    ]  # fmt: skip


def test_fields_have_the_titles_of_the_form_and_custom_fields_their_names() -> None:
    after = ANN | {"phoneNumber": "+1", "location": {"ianaTimeZoneName": "UTC"}, "customFields": {"a/b~c": 1}}
    assert [each.title for each in compare(None, after, event()).changes] == [
        "Customer ID", "Email", "Phone", "First name", "Time zone", "a/b~c", "Created",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "said", "state"),
    [
        ("Ann", "Anna", "Anna", State.CHANGED),
        ("Ann", "Ann", "Anna", State.QUEUED),
        ("Ann", "Ann", "Ann", State.UNCHANGED),
        ("Ann", "Ann", MISSING, State.UNCHANGED),  # left out: the old one stays
        ("Ann", "Anna", MISSING, State.CHANGED),
        (MISSING, "Anna", "Anna", State.CREATED),
        (None, "Anna", "Anna", State.CREATED),
        (MISSING, MISSING, "Anna", State.QUEUED),
        ("Ann", MISSING, MISSING, State.CHANGED),
        ("Ann", "Anne", "Anna", State.CHANGED),
        # Whether these take a value away is not published: either is fine, and nothing is waited for.
        ("Ann", "Ann", "", State.UNCHANGED),
        ("Ann", "Ann", None, State.UNCHANGED),
        ("Ann", "", "", State.CHANGED),
        (MISSING, "", "", State.UNCHANGED),
        (MISSING, None, None, State.UNCHANGED),
        # What a server may do to a text on its way.
        ("Ann", "Ann", " Ann ", State.UNCHANGED),
    ],
)
def test_a_field_is_told_by_what_it_held_what_it_holds_and_what_the_event_says(
    before: Any, after: Any, said: Any, state: State
) -> None:
    def with_name(of: dict[str, Any], name: Any) -> dict[str, Any]:
        return of | {"firstName": name} if name is not MISSING else {k: v for k, v in of.items() if k != "firstName"}

    told = event() if said is MISSING else event(firstName=said)
    paths = states(with_name(ANN, before), with_name(ANN, after), told)
    assert paths.get("/firstName", State.UNCHANGED) is state


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", True),
        ("2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00.000Z", True),
        ("2026-01-01T00:00:00.1234Z", "2026-01-01T00:00:00.123Z", True),
        ("2026-01-01T00:00:00.500Z", "2026-01-01T00:00:00.000Z", False),
        ("2026-01-01T00:00:00.5+02:00", "2025-12-31T22:00:00.500Z", True),
        ("2026-01-01T00:00:00Z", "2026-01-01", False),
        (25, 25.0, True),
        (25, "25", False),
        (1, True, False),
        (0, False, False),
        (True, True, True),
        ("gold", "Gold", False),
    ],
)
def test_a_date_is_the_moment_it_names_and_a_number_no_text(one: Any, other: Any, is_same: bool) -> None:
    before, after = ANN | {"customFields": {"x": one}}, ANN | {"customFields": {"x": other}}
    assert (field("/customFields/x", before, after, event()).state is State.UNCHANGED) is is_same
    waiting = field("/customFields/x", after, after, event(customFields={"x": one}))
    assert (waiting.state is State.UNCHANGED) is is_same
    assert waiting.said == one


def test_an_email_written_small_by_the_server_has_arrived() -> None:
    assert field("/email", ANN, ANN, event(email="Ann@Shop.test")).state is State.UNCHANGED


def test_an_id_is_never_expected_because_it_finds_a_profile_and_is_not_written() -> None:
    assert field("/id", ANN, ANN, event(id="f" * 24)).state is State.UNCHANGED


def test_only_what_is_not_quiet_counts_as_a_change() -> None:
    before, after = ANN | {"updatedAt": "2026-01-01T00:00:00Z"}, ANN | {"updatedAt": "2026-01-02T00:00:00Z"}
    found = compare(before, after, event(firstName="Ann"))
    assert (found.changed, found.is_changed, found.is_written, found.has_arrived) == (0, False, True, True)
    assert [each.is_quiet for each in found.changes] == [False, False, False, True, True]


def test_it_has_not_arrived_while_anything_is_missing() -> None:
    after = ANN | {"firstName": "Anna", "updatedAt": "2026-01-02T00:00:00Z"}
    assert not compare(ANN, after, event(firstName="Anna", lastName="Lee")).has_arrived
    assert not compare(ANN, None, event()).has_arrived
    assert not compare(ANN, ANN, event()).has_arrived  # nothing says that anything was written


@pytest.mark.parametrize("profile", [{}, {"location": 7, "customFields": None}, {"customFields": [], "x": {"y": [1]}}])
@pytest.mark.parametrize("said", [None, [], {}, {"customer": 7}, {"customer": {"email": 7, "location": "x"}}])
def test_whatever_a_server_or_a_person_writes_is_compared(profile: Any, said: Any) -> None:
    found = compare(None, profile, said)
    assert isinstance(headline(found, 1), str)
    assert all(isinstance(each, str) for each in doubts(found))
    assert email_of(said) == ""


def test_the_email_is_looked_up_without_its_outer_blanks() -> None:
    assert email_of(event(email=" ann@shop.test ")) == "ann@shop.test"


ANNA_LEE = ANN | {"firstName": "Anna", "lastName": "Lee"}
MADE = ANN | {"updatedAt": ANN["createdAt"]}
OLD = ANN | {"updatedAt": "2026-03-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("before", "after", "said", "sentence"),
    [
        (None, MADE, event(), "Created: the profile did not exist before."),
        (None, MADE, event(lastName="Lee"), "before. 1 field does not hold yet what the event says."),
        (None, OLD, event(), "A profile that was there before has this email now."),
        (None, MADE, event(id=ID), "A profile that was there before has this email now."),
        (None, {"id": ID, "email": "a@b.c"}, event(), "Nobody had this email before; now there is a profile."),
        (None, None, event(), "There is still no profile with this email after 30 seconds."),
        (ANN, None, event(), "The profile is gone"),
        (ANN, ANN | {"firstName": "Anna"}, event(), "1 field changed."),
        (
            ANN,
            ANN | {"firstName": "Anna", "lastName": "Lee"},
            event(phoneNumber="+1"),
            "2 fields changed. 1 field does",
        ),
        (ANN, ANN, event(firstName="Anna"), "Nothing in the profile has changed after 30 seconds. The event may be"),
        (ANN, ANN, event(firstName="Ann"), "so this does not tell whether it arrived."),
        (MADE, OLD, event(firstName="Ann"), "No field changed, but the profile was written: it held these values"),
    ],
)
def test_one_sentence_says_what_became_of_it(before: Any, after: Any, said: Any, sentence: str) -> None:
    assert sentence in headline(compare(before, after, said), 30)


def test_one_second_is_one_second() -> None:
    assert "after 1 second." in headline(compare(ANN, ANN, event(firstName="Anna")), 1.2)


WRONG = "may have gone to another profile"


def said_of(before: Any, after: Any, said: Any) -> str:
    return "\n".join(doubts(compare(before, after, said)))


def test_where_an_id_wins_an_unchanged_profile_may_be_the_wrong_one() -> None:
    assert WRONG in said_of(ANN, ANN, event(id="f" * 24))
    assert said_of(ANN, ANN, event(id=ID.upper())) == ""
    assert said_of(ANN, ANN, event(id="  ")) == ""
    assert said_of(ANN, ANN | {"firstName": "Anna"}, event(id="f" * 24, firstName="Anna")) == ""


def test_so_may_one_that_changed_otherwise_than_the_event_says() -> None:
    assert WRONG in said_of(ANN, ANN | {"lastName": "Lee"}, event(id="f" * 24, firstName="Anna"))


def test_a_phone_number_may_have_found_another_profile_where_nobody_has_the_email() -> None:
    assert "the profile that has the number" in said_of(None, None, event(phoneNumber="+12065551234"))
    assert said_of(None, None, event()) == ""
    assert said_of(ANN, ANN, event(phoneNumber="+12065551234")) == ""  # an email that is found wins


def test_what_two_wrote_at_once_is_not_taken_for_what_one_event_did() -> None:
    after = ANN | {"lastName": "Lee", "score": 7, "updatedAt": "2026-01-02T00:00:00Z"}
    found = compare(ANN, after, event(firstName="Anna"))
    assert found.strangers == ["Last name"]  # fields of the server's own may well be the event's doing
    assert "says nothing of “Last name” that changed: something else may have written" in "\n".join(doubts(found))
    assert "of 2 fields that changed" in said_of(ANN, after | {"customFields": {"x": 1}}, event())
    assert compare(ANN, after, event(lastName="")).strangers == []  # it was spoken of
    assert compare(None, MADE | {"lastName": "Lee"}, event()).strangers == []


def test_a_field_with_another_value_than_the_event_says_has_not_arrived() -> None:
    found = compare(ANN, ANN | {"firstName": "Anne"}, event(firstName="Anna"))
    assert (found.changed, found.queued, found.others, found.holds_all, found.has_arrived) == (1, 0, 1, False, False)
    assert headline(found, 5) == "1 field changed. 1 field has another value than the event says."
    made = compare(None, MADE, event(firstName="Bob"))
    assert headline(made, 5).endswith("before. 1 field has another value than the event says.")


@pytest.mark.parametrize(
    "nothing", [{}, {"location": None, "customFields": None}, {"location": {}, "customFields": {}}]
)
def test_a_group_without_fields_is_no_field(nothing: dict[str, Any]) -> None:
    after = ANN | {"location": {"city": "Rome"}, "customFields": {"Tier": 1}}
    found = compare(ANN | nothing, after, event(location={"city": "Rome"}, customFields={"Tier": 1}))
    assert (found.changed, headline(found, 1)) == (2, "2 fields changed.")
    assert compare(after, ANN | nothing, event()).changed == 2


@pytest.mark.parametrize(
    ("written", "said", "is_made"),
    [
        ("2026-01-01T00:00:01Z", {"phoneNumber": "+1"}, True),
        ("2026-01-01T00:00:30Z", {"phoneNumber": "+1"}, None),  # made half a minute before, by its number?
        ("2026-01-01T00:00:30Z", {"id": "f" * 24}, None),
        ("2026-01-01T00:00:30Z", {}, True),  # nothing else could have found it
        ("2026-01-01T00:01:30Z", {}, False),
        ("2026-01-01T00:00:00Z", {"id": ID.upper()}, False),
        (None, {"phoneNumber": "+1"}, None),
    ],
)
def test_that_a_profile_was_made_is_said_only_where_it_is_sure(written: Any, said: Any, is_made: bool | None) -> None:
    found = compare(None, ANN | {"updatedAt": written}, event(**said))
    assert found.is_made is is_made
    assert ("Created" in headline(found, 1)) is (is_made is True)
    assert ("What the profile held before is not known" in said_of(None, found.after, found.event)) is (
        is_made is False
    )


def test_numbers_are_the_doubles_that_the_server_makes_of_them() -> None:
    text = '{"a": 1.0, "b": 12345678901234567890, "c": 0.1000, "d": 1e2, "e": 47.60620000000001}'
    held = {"a": 1, "b": 12345678901234567000, "c": 0.1, "d": 100, "e": 47.60620000000001}
    profile = ANN | {"customFields": held}
    found = compare(profile, profile, event(customFields=jsontext.parse(text).payload))
    assert found.queued == 0
    assert compare(profile, profile, event(customFields={"e": 47.6062, "a": 10**400})).queued == 2


def test_a_profile_that_was_written_while_something_is_missing_held_no_such_values() -> None:
    found = compare(MADE, OLD, event(firstName="Anna"))
    assert headline(found, 5) == (
        "The profile was written, but no field changed after 5 seconds. 1 field does not hold yet what the event says."
    )
