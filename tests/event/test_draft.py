"""The draft: edits and typed text with a way back, broken text that loses nothing, and bytes kept as they came."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.event import draft as module
from composer.event.draft import LONGEST_LINE, LONGEST_TYPED, PAUSE, UNDO_STEPS, Draft, prepare
from composer.event.folding import LARGE_OBJECT, LONGEST_VIEW
from composer.event.jsontext import JsonTextError, dumps
from composer.event.payload import Move, Remove, Set, join

MINIMAL: dict[str, Any] = {"eventName": "Page Viewed", "customer": {"email": "ada@example.com"}}
MEDIUM: dict[str, Any] = {
    "eventName": "Order Placed",
    "customer": {
        "email": "ada@example.com",
        "firstName": "Ada",
        "lastName": "Byron",
        "customFields": {"Birthday": "1975-12-10T12:00:00Z", "Loyalty Tier": "Gold"},
    },
    "value": 149.99,
    "valueCurrency": "USD",
    "data": {"Order Id": "ord_1", "Item Count": 3, "Category": "books"},
}
FULL: dict[str, Any] = {
    "eventName": "Milestone Reached",
    "customer": {
        "id": "665f1a2b3c4d5e6f7a8b9c0d",
        "email": "ada@example.com",
        "phoneNumber": "+11234567890",
        "firstName": "Ada",
        "lastName": "Byron",
        "location": {
            "street1": "1 Main St",
            "street2": "Apt 2",
            "city": "Seattle",
            "state": "Washington",
            "stateCode": "WA",
            "postalCode": "98101",
            "country": "United States",
            "countryCode": "US",
            "ianaTimeZoneName": "America/Los_Angeles",
            "latitude": 47.6062,
            "longitude": -122.3321,
        },
        "customFields": {"Age at Signup": 25, "Accepts Marketing": True},
    },
    "eventTimestamp": "2026-04-02T12:00:00Z",
    "value": 299.99,
    "valueCurrency": "USD",
    "uniqueId": "milestone-1",
    "an unknown field": {"b": [], "a": {}},
    "data": {
        "Total Spent": 5000,
        "Enrolled At": "2025-01-01T00:00:00Z",
        "$extra": {"Order IDs": [3, 1, 2], "Snapshot": {"tier": "gold", "since": "2024-01-01", "nothing": None}},
        "after $extra": 0,
    },
}
EXAMPLES = pytest.mark.parametrize("event", [MINIMAL, MEDIUM, FULL], ids=["minimal", "medium", "full"])
HAND = '{"eventName":  "by hand",\n\t"n": 12.00 }\n'


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def pause(self) -> None:
        """Let as much time pass as ends an undo step."""
        self.now += PAUSE + 0.1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def draft(clock: Clock) -> Draft:
    return Draft(clock)


def leaves(value: Any, *path: str) -> list[Set]:
    """The edits that fill in the form, one field after the other."""
    if isinstance(value, dict) and value:
        return [edit for key, inner in value.items() for edit in leaves(inner, *path, key)]
    return [Set(join(*path), value)]


def undone(draft: Draft) -> list[Any]:
    """Every payload on the way back, the oldest last."""
    states = []
    while draft.undo():
        states.append(draft.payload)
    return states


# The form, the text, and back


@EXAMPLES
def test_an_example_goes_from_form_to_text_and_back_unchanged(
    draft: Draft, clock: Clock, event: dict[str, Any]
) -> None:
    for edit in leaves(event):
        draft.edit([edit])
    assert json.dumps(draft.payload) == json.dumps(event)
    text = draft.wire()
    assert text == draft.view.text == dumps(event)
    other = Draft(clock)
    other.load(text)
    assert json.dumps(other.payload) == json.dumps(event)
    assert other.wire() == text
    other.edit([Set("/eventName", "other")])
    other.edit([Set("/eventName", event["eventName"])])
    assert other.wire() == text


@EXAMPLES
@pytest.mark.parametrize("layout", [{"indent": 4}, {"separators": (",", ":")}, {"ensure_ascii": False}])
def test_an_example_in_any_layout_is_sent_as_it_came(
    draft: Draft, event: dict[str, Any], layout: dict[str, Any]
) -> None:
    text = json.dumps(event, **layout)
    draft.load(text)
    assert draft.wire() == draft.view.text == text
    assert draft.view.size == len(text.encode())
    assert json.dumps(draft.payload) == json.dumps(event)
    assert draft.state.error is None


def test_an_edit_gives_a_text_written_by_hand_its_canonical_form(draft: Draft) -> None:
    draft.load(HAND)
    assert draft.wire() == HAND
    draft.edit([Set("/eventName", "by form")])
    assert draft.wire() == '{\n  "eventName": "by form",\n  "n": 12.00\n}'
    draft.undo()
    assert draft.wire() == HAND


def test_an_edit_that_changes_nothing_leaves_the_text_alone(draft: Draft) -> None:
    draft.load(HAND)
    draft.forget_past()
    assert not draft.edit([Remove("/nothing"), Set("/n", draft.payload["n"])])
    assert draft.wire() == HAND
    assert not draft.can_undo


def test_a_byte_order_mark_is_not_sent(draft: Draft) -> None:
    draft.load("\ufeff" + HAND)
    assert draft.wire() == HAND


def test_line_ends_are_those_of_the_editor(draft: Draft) -> None:
    draft.load(HAND.replace("\n", "\r\n"))
    assert draft.wire() == HAND


@pytest.mark.parametrize("text", ["\u2029", "\ud800", "\ufdd0"])
def test_what_a_text_box_does_not_hold_is_escaped_at_once(draft: Draft, text: str) -> None:
    draft.load(f'{{"a":  "{text}"}}')
    assert draft.payload == {"a": text}
    assert draft.wire() == dumps({"a": text})


@pytest.mark.parametrize("text", ["é😀\u05d0", "\u2028 \u202e"])
def test_the_size_is_that_of_the_wire(draft: Draft, text: str) -> None:
    for load in (
        lambda: draft.load(json.dumps([text], ensure_ascii=False)),
        lambda: draft.edit([Set("/0", text * 9000)]),
    ):
        load()
        assert draft.view.size == len(draft.wire().encode())


# Typed text


def test_typed_text_changes_the_payload_and_stays_as_typed(draft: Draft) -> None:
    draft.type_text('{"a":1}')
    assert draft.payload == {"a": 1}
    assert draft.view.text == draft.wire() == '{"a":1}'


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [('{"a":1', 1, 7), ('{"a":1,\n"b" 2}', 2, 5), ("", 1, 1), ('["😀" x', 1, 6), ("[" * 300 + "]" * 300, 1, 201)],
)
def test_broken_text_keeps_the_payload_and_says_where(draft: Draft, text: str, line: int, column: int) -> None:
    draft.edit([Set("/a", 5)])
    payload = draft.payload
    draft.type_text(text)
    error = draft.state.error
    assert error is not None
    assert (error.line, error.column) == (line, column)
    assert draft.payload is payload
    assert draft.view.text == draft.wire() == text
    draft.type_text('{"a":6}')
    assert draft.state.error is None
    assert draft.payload == {"a": 6}


def test_broken_text_can_be_undone_and_made_again(draft: Draft, clock: Clock) -> None:
    draft.type_text('{"a":1}')
    clock.pause()
    draft.type_text('{"a":')
    clock.pause()
    draft.edit([Set("/b", 2)])  # the form goes on from what could be read last
    assert draft.payload == {"a": 1, "b": 2}
    assert draft.state.error is None
    draft.undo()
    assert draft.view.text == '{"a":'
    assert draft.state.error is not None
    draft.undo()
    assert (draft.view.text, draft.state.error) == ('{"a":1}', None)
    draft.redo()
    assert draft.state.error is not None
    draft.redo()
    assert draft.payload == {"a": 1, "b": 2}


def test_typing_the_canonical_text_is_no_text_of_ones_own(draft: Draft) -> None:
    draft.type_text('{\n  "a": 1\n}')
    assert draft.state.typed is None
    draft.type_text('{\n  "a": 1\n}')
    assert len(undone(draft)) == 1


def test_duplicate_keys_are_told_while_they_stand_in_the_text(draft: Draft) -> None:
    draft.load('{"a":1,"a":2}')
    assert [finding.path for finding in draft.state.text_findings] == ["/a"]
    draft.edit([Set("/b", 1)])
    assert draft.state.text_findings == ()
    draft.undo()
    assert [finding.path for finding in draft.state.text_findings] == ["/a"]


# Undo and redo


def test_undo_and_redo_go_through_edits_and_typed_text(draft: Draft, clock: Clock) -> None:
    assert not draft.can_undo
    assert not draft.undo()
    draft.edit([Set("/a", 1)])
    draft.type_text('{"a":2}')
    draft.edit([Move("/a", "/b")])
    draft.load(HAND)
    texts = [draft.wire()]
    while draft.undo():
        texts.append(draft.wire())
    assert [json.loads(text) for text in texts[1:]] == [{"b": 2}, {"a": 2}, {"a": 1}, {}]
    assert not draft.can_undo
    again = [draft.wire()]
    while draft.redo():
        again.append(draft.wire())
    assert again == texts[::-1]
    assert not draft.can_redo


def test_an_edit_after_undo_closes_the_way_forward(draft: Draft) -> None:
    draft.edit([Set("/a", 1)])
    draft.undo()
    draft.edit([Set("/b", 1)])
    assert not draft.redo()
    assert draft.payload == {"b": 1}


def type_word(draft: Draft, clock: Clock, pointer: str, word: str) -> None:
    for length in range(1, len(word) + 1):
        clock.now += 0.2
        draft.edit([Set(pointer, word[:length])], pointer)


def test_keystrokes_in_one_field_are_one_step(draft: Draft, clock: Clock) -> None:
    type_word(draft, clock, "/a", "hello")
    type_word(draft, clock, "/b", "you")
    assert undone(draft) == [{"a": "hello"}, {}]


def test_a_pause_begins_a_new_step(draft: Draft, clock: Clock) -> None:
    type_word(draft, clock, "/a", "hello")
    clock.pause()
    draft.edit([Set("/a", "hello!")], "/a")
    assert undone(draft) == [{"a": "hello"}, {}]


def test_edits_without_a_group_are_steps_of_their_own(draft: Draft) -> None:
    draft.edit([Set("/a", 1)])
    draft.edit([Set("/a", 2)])
    assert undone(draft) == [{"a": 1}, {}]


def test_typed_text_is_grouped_as_well(draft: Draft, clock: Clock) -> None:
    for text in ("[", "[1", "[1]"):
        draft.type_text(text)
    clock.pause()
    draft.type_text("[1,2]")
    assert undone(draft) == [[1], {}]


def test_what_follows_an_undo_is_a_step_of_its_own(draft: Draft, clock: Clock) -> None:
    type_word(draft, clock, "/a", "hello")
    clock.pause()
    type_word(draft, clock, "/a", "hello you")
    draft.undo()
    draft.edit([Set("/a", "hello!")], "/a")
    assert undone(draft) == [{"a": "hello"}, {}]


def test_the_oldest_steps_are_let_go(draft: Draft) -> None:
    for number in range(UNDO_STEPS + 50):
        draft.edit([Set("/n", number)])
    states = undone(draft)
    assert len(states) == UNDO_STEPS
    assert states[-1] == {"n": 49}


def test_the_past_can_be_forgotten(draft: Draft) -> None:
    draft.edit([Set("/a", 1)], "/a")
    draft.forget_past()
    assert not draft.undo()
    draft.edit([Set("/a", 2)], "/a")  # no part of what was forgotten
    assert undone(draft) == [{"a": 1}]


steps = st.one_of(
    st.builds(lambda key, value: [Set(join(key), value)], st.sampled_from("ab"), st.integers(0, 2)),
    st.builds(lambda key: [Remove(join(key))], st.sampled_from("ab")),
    st.sampled_from(['{"a":1}', "{", '{"a": 1}', "[]", '{\n  "a": 1\n}', '{"a":1,"a":2}']),
)


@given(st.lists(steps, max_size=12), st.lists(st.booleans(), max_size=12))
def test_the_way_back_and_forth_passes_the_same_states(changes: list[Any], ways: list[bool]) -> None:
    clock = Clock()
    draft = Draft(clock)
    seen = [draft.state]
    for change in changes:
        clock.pause()
        if isinstance(change, str):
            draft.type_text(change)
        else:
            draft.edit(change)
        if draft.state is not seen[-1]:
            seen.append(draft.state)
    at = len(seen) - 1
    for goes_back in ways:
        moved = draft.undo() if goes_back else draft.redo()
        assert moved is (at > 0 if goes_back else at < len(seen) - 1)
        at += moved * (-1 if goes_back else 1)
        assert draft.state is seen[at]
        assert (draft.can_undo, draft.can_redo) == (at > 0, at < len(seen) - 1)
        assert draft.view.size == len(draft.wire().encode())


# Something large

LARGE = {"eventName": "e", "data": {"note": "é" * 400_000, "$extra": {f"key {n}": {"n": n} for n in range(20_000)}}}


def test_a_long_text_is_shown_folded_and_sent_whole(draft: Draft) -> None:
    text = json.dumps(LARGE)
    assert len(text) > LONGEST_TYPED
    draft.load(text)
    assert draft.payload == LARGE
    assert len(draft.view.text) < 10_000
    assert draft.wire() == dumps(LARGE)
    assert draft.view.size == len(dumps(LARGE).encode())


def test_a_shorter_text_by_hand_is_kept_although_it_could_be_folded(draft: Draft) -> None:
    text = json.dumps({"notes": ["x" * (LONGEST_LINE - 10)] * 200}, indent=1)
    assert LARGE_OBJECT < len(text) < LONGEST_TYPED
    draft.load(text)
    assert draft.wire() == draft.view.text == text


def test_a_text_on_one_long_line_is_broken_into_many(draft: Draft) -> None:
    payload = {f"key {number}": number for number in range(300)}
    draft.load(json.dumps(payload))
    assert draft.wire() == draft.view.text == dumps(payload)


def test_typing_in_a_folded_text_keeps_what_is_hidden(draft: Draft, clock: Clock) -> None:
    draft.load(json.dumps(LARGE))
    draft.type_text(draft.view.text.replace('"e"', '"typed"').replace('"note": "é', '"note":  "E'))
    assert draft.payload["eventName"] == "typed"
    assert draft.payload["data"]["note"] == "E" + "é" * 399_999
    assert draft.payload["data"]["$extra"] == LARGE["data"]["$extra"]  # type: ignore[index]
    assert json.loads(draft.wire()) == draft.payload
    assert draft.view.size == len(draft.wire().encode())
    draft.type_text(draft.view.text.replace("}", "", 1))
    assert draft.state.error is not None
    draft.undo()
    assert draft.wire() == dumps(LARGE)


def test_a_long_text_prepared_elsewhere_is_taken_as_if_read_here(draft: Draft) -> None:
    draft.edit([Set("/own", "x" * 10_000)])
    text = json.dumps(LARGE)
    draft.load_prepared(prepare(text.replace("{", '{"eventName": 1, ', 1)))
    assert draft.payload == LARGE
    assert [finding.path for finding in draft.state.text_findings] == ["/eventName"]
    assert draft.wire() == dumps(LARGE)
    assert len(draft.view.text) < LONGEST_VIEW
    draft.type_text(draft.view.text.replace('"e"', '"typed"'))
    assert draft.wire() == dumps({**LARGE, "eventName": "typed"})
    draft.undo()
    draft.undo()
    assert draft.wire() == dumps({"own": "x" * 10_000})


def test_a_broken_long_text_is_told_where_it_is_read() -> None:
    with pytest.raises(JsonTextError, match="Line 1, column 1000002: the text ends too early"):
        prepare("[" + " " * 1_000_000)


def test_hidden_text_is_let_go_and_undo_still_finds_its_way(
    draft: Draft, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FORGET_AFTER", 100_000)
    texts = []
    for number in range(20):
        clock.pause()
        if number % 3:
            draft.edit([Set("/note", f"{number} " + "x" * 10_000 + str(number))])
        else:
            draft.type_text(draft.view.text.replace("{", '{"typed":  1, ', 1) if number else '{"note": ""}')
        texts.append(draft.wire())
        assert draft.folds.hidden_characters < 200_000
    assert [json.loads(text) for text in texts][-1] == draft.payload
    for text in reversed(texts):
        assert draft.wire() == text
        draft.undo()
    for text in texts:
        draft.redo()
        assert draft.wire() == text
