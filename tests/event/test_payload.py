"""Edits of a payload: the original never changes, what stayed is shared, and keys keep their places."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.event.payload import MISSING, Edit, Move, Number, Remove, Set, apply, get, join, split

EVENT = {"eventName": "Order", "customer": {"email": "a@shop.test", "location": {"city": "Ulm"}}, "data": {"a": [1, 2]}}


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        ({}, Set("/a", 1), {"a": 1}),
        ({}, Set("/a/b/c", 1), {"a": {"b": {"c": 1}}}),
        ({"a": 1, "b": 2}, Set("/a", 3), {"a": 3, "b": 2}),
        ({"a": 1}, Set("/a", None), {"a": None}),
        ({"a": 1}, Set("", [2]), [2]),
        ({"a": 1}, Set("/", 2), {"a": 1, "": 2}),
        ({"a": "text"}, Set("/a/b", 1), {"a": {"b": 1}}),
        ({"a": None}, Set("/a/b", 1), {"a": {"b": 1}}),
        ({"a": [1, 2]}, Set("/a/b", 1), {"a": {"b": 1}}),
        ({"a": {"0": 1}}, Set("/a/0", 2), {"a": {"0": 2}}),
        ({"a": [1, 2]}, Set("/a/0", 3), {"a": [3, 2]}),
        ({"a": [1, 2]}, Set("/a/2", 3), {"a": [1, 2, 3]}),
        ({"a": [1, 2]}, Set("/a/9", 3), {"a": [1, 2, 3]}),
        ({"a": [{"b": 1}]}, Set("/a/0/c", 2), {"a": [{"b": 1, "c": 2}]}),
        ({"a/b": 1, "m~n": 2}, Set("/a~1b", 3), {"a/b": 3, "m~n": 2}),
        ({"a/b": 1, "m~n": 2}, Set("/m~0n", 3), {"a/b": 1, "m~n": 3}),
        ({"~1": 1}, Set("/~01", 2), {"~1": 2}),
        ({"a": 1, "b": 2}, Remove("/a"), {"b": 2}),
        ({"a": [1, 2, 3]}, Remove("/a/1"), {"a": [1, 3]}),
        ({"a": [{"b": 1}]}, Remove("/a/0/b"), {"a": [{}]}),
        ({"a": {"b": None}}, Remove("/a/b"), {"a": {}}),
        ({"a": 1, "b": 2, "c": 3}, Move("/b", "/x"), {"a": 1, "x": 2, "c": 3}),
        ({"a": 1, "b": 2, "c": 3}, Move("/c", "/a"), {"b": 2, "a": 3}),
        ({"a": 1, "b": 2, "c": 3}, Move("/a", "/c"), {"c": 1, "b": 2}),
        ({"data": {"a": {}, "b": 1}}, Move("/data/a", "/data/$extra/a"), {"data": {"b": 1, "$extra": {"a": {}}}}),
        ({"a": 1}, Move("/a", "/a/b"), {"a": {"b": 1}}),
        ({"a": {"b": 1}, "c": 2}, Move("/a/b", "/a"), {"a": 1, "c": 2}),
        ({"a": [1, 2, 3]}, Move("/a/0", "/b"), {"a": [2, 3], "b": 1}),
        ({"a": [1, 2]}, Move("/a/0", "/a/1"), {"a": [2, 1]}),
        ({"a": [1, 2], "b": 3}, Move("/b", "/a/9"), {"a": [1, 2, 3]}),
    ],
)
def test_an_edit_does_what_it_says_and_keys_keep_their_places(before: Any, edit: Edit, after: Any) -> None:
    kept = copy.deepcopy(before)
    assert json.dumps(apply(before, [edit])) == json.dumps(after)
    assert json.dumps(before) == json.dumps(kept)


@pytest.mark.parametrize(
    "edit",
    [
        Set("/eventName", EVENT["eventName"]),
        Set("/data/a", EVENT["data"]["a"]),  # type: ignore[index]
        Remove("/nothing"),
        Remove("/customer/nothing"),
        Remove("/customer/nothing/here"),
        Remove("/eventName/here"),
        Remove("/data/a/2"),
        Remove("/data/a/name"),
        Remove("/data/a/0/deeper"),
        Move("/nothing", "/else"),
        Move("/data/a/2", "/else"),
        Move("/data", "/data"),
    ],
)
def test_what_changes_nothing_returns_the_very_same_payload(edit: Edit) -> None:
    assert apply(EVENT, [edit]) is EVENT


def test_what_an_edit_does_not_touch_is_shared() -> None:
    changed = apply(EVENT, [Set("/customer/email", "b@shop.test")])
    assert changed is not EVENT
    assert changed["customer"] is not EVENT["customer"]
    assert changed["data"] is EVENT["data"]
    assert changed["customer"]["location"] is EVENT["customer"]["location"]  # type: ignore[index]


def test_a_moved_value_is_the_same_object() -> None:
    changed = apply(EVENT, [Move("/data/a", "/data/$extra/a"), Move("/data", "/more")])
    assert changed["more"]["$extra"]["a"] is EVENT["data"]["a"]  # type: ignore[index]


@pytest.mark.parametrize("index", ["01", "-1", "-", "٣", "²", "1.0", " 0", "9" * 5000, ""])
def test_only_a_plain_number_is_an_index(index: str) -> None:
    assert get([7, 8, 9, 10], "/" + index) is MISSING
    assert apply({"a": [1]}, [Remove("/a/" + index)]) == {"a": [1]}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", EVENT),
        ("/customer/location/city", "Ulm"),
        ("/data/a/1", 2),
        ("/data/a/2", MISSING),
        ("/data/a/b", MISSING),
        ("/eventName/0", MISSING),
        ("/nothing/at/all", MISSING),
    ],
)
def test_get_finds_the_value_or_says_missing(pointer: str, value: Any) -> None:
    assert get(EVENT, pointer) is value or get(EVENT, pointer) == value


def test_null_is_a_value_and_missing_is_none() -> None:
    assert get({"a": None}, "/a") is None
    assert get({"a": None}, "/b", "default") == "default"
    assert not MISSING


def test_a_pointer_begins_with_a_slash() -> None:
    with pytest.raises(ValueError, match="not a JSON Pointer"):
        split("customer")


@given(st.lists(st.text(alphabet="ab/~01é", max_size=4) | st.text(max_size=3)))
def test_any_key_survives_in_a_pointer(parts: list[str]) -> None:
    assert split(join(*parts)) == tuple(parts)


keys = st.sampled_from(["a", "b", "c/d", "~", "", "0", "1"])
values = st.recursive(
    st.integers(0, 9) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
pointers = st.lists(keys, min_size=1, max_size=3).map(lambda parts: join(*parts))


@given(values, st.lists(st.builds(Set, pointers, values) | st.builds(Remove, pointers), max_size=4), pointers, values)
def test_edits_never_change_the_original(payload: Any, edits: list[Edit], pointer: str, value: Any) -> None:
    before = json.dumps(payload)
    edited = apply(payload, edits)
    assert json.dumps(payload) == before
    if get(edited, pointer) is not MISSING:
        assert get(apply(edited, [Set(pointer, value)]), pointer) == value


@given(st.dictionaries(keys, st.integers(), min_size=1), keys)
def test_a_rename_keeps_the_place(members: dict[str, int], new: str) -> None:
    for old, value in members.items():
        order = [new if key == old else key for key in members if key == old or key != new]
        renamed = apply({"data": members}, [Move(join("data", old), join("data", new))])["data"]
        assert list(renamed) == order
        assert renamed[new] == value


def test_a_number_keeps_its_literal_through_copies() -> None:
    number = Number("12.00")
    for same in (copy.copy(number), copy.deepcopy(number), pickle.loads(pickle.dumps(number))):
        assert (same, same.literal) == (12.0, "12.00")


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="abc"):
        Number("abc")
