"""The editor's view of something large is small, and stands for every byte of it whatever is done to the view."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.event import folding, jsontext
from composer.event.folding import LARGE_OBJECT, LONG_TEXT, LONGEST_VIEW, Folds, utf8_length
from composer.event.jsontext import JsonTextError, dumps
from composer.event.limits import MAX_DEPTH
from composer.event.payload import Set, apply, get

LONG = "".join(f"{number} é😀\n" for number in range(2000))
LARGE: dict[str, Any] = {f"key {number}": {"n": number, "text": "\u2028 text"} for number in range(8000)}
EVENT = {"eventName": "e", "customer": {"email": "a@shop.test"}, "data": {"note": LONG, "$extra": LARGE, "last": 1}}

MEGABYTES = {
    "one long text": {"eventName": "e", "data": {"a": "x" * 5_000_000}},
    "fifty texts of 100 KB": {"data": {f"k{number}": "é" * 50_000 for number in range(50)}},
    "a large $extra": {"data": {"$extra": {f"key {number}": [number, "text"] for number in range(100_000)}}},
    "10,000 properties": {"data": {f"Property {number}": f"value {number}" for number in range(10_000)}},
    "many middling texts": {"data": {f"Property {number}": "x" * 4000 for number in range(1250)}},
    "a long key": {"data": {"k" * 5_000_000: 1}},
    "many large properties": {"data": {f"list {number}": list(range(30_000)) for number in range(25)}},
    "no object": list(range(700_000)),
    "one text": "x" * 5_000_000,
}


@pytest.fixture
def folds() -> Folds:
    return Folds()


@pytest.mark.parametrize("name", MEGABYTES)
def test_the_view_of_megabytes_is_small_and_stands_for_all_of_it(folds: Folds, name: str) -> None:
    payload: Any = MEGABYTES[name]
    view = folds.show(payload)
    wire = folds.wire(view.text)
    assert len(view.text) <= LONGEST_VIEW
    assert wire == dumps(payload)
    assert view.size == len(wire.encode())
    assert folds.parse(view.text).payload == payload


def test_what_is_small_is_shown_whole(folds: Folds) -> None:
    payload = {"data": {"text": "x" * LONG_TEXT, "$extra": {"list": [1] * (LARGE_OBJECT // 20)}}}
    assert folds.show(payload).text == dumps(payload)


def test_the_outermost_objects_stay_open_while_the_view_is_not_too_long(folds: Folds) -> None:
    payload = {"data": {f"key {number}": "x" * 90 for number in range(3000)}}
    assert LARGE_OBJECT < len(dumps(payload)) < LONGEST_VIEW
    assert folds.show(payload).text == dumps(payload)
    assert len(Folds(open_levels=0).show(payload).text) < 100
    assert folds.show({"data": {"$extra": payload}}).text != dumps({"data": {"$extra": payload}})


def test_a_mark_says_how_much_it_hides(folds: Folds) -> None:
    text = folds.show(EVENT).text
    assert f"⟪{len(LONG) - folding.SHOWN_OF_LONG_TEXT:,} more characters" in text
    assert f"⟪{len(LARGE):,} entries, " in text


keys = st.text("ab⟪⟫", max_size=3)
long_texts = st.text(st.sampled_from('ab"\\\n é😀\u2028\ud800⟪⟫'), max_size=40)
documents = st.recursive(
    st.integers() | st.none() | long_texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys | long_texts, inner, max_size=5),
    max_leaves=25,
)


@contextmanager
def low_thresholds() -> Iterator[None]:
    """Everything is folded and remembered early."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LONG_TEXT": 12, "SHOWN_OF_LONG_TEXT": 4, "LARGE_OBJECT": 40, "MEMOIZED": 10}.items():
            patch.setattr(folding, name, value)
        yield


@low_thresholds()
@given(st.lists(documents, min_size=1, max_size=4), st.integers(0, 2), st.sampled_from([50, 200, 10_000]))
def test_any_view_stands_for_its_payload(payloads: list[Any], open_levels: int, longest_view: int) -> None:
    folds = Folds(open_levels, longest_view)
    event: Any = {}
    for index, payload in enumerate([*payloads, payloads[0]]):
        event = {**event, f"key {index % 3}": payload}
        view = folds.show(event)
        assert folds.wire(view.text) == dumps(event)
        assert view.size == len(folds.wire(view.text).encode())
        assert dumps(folds.parse(view.text).payload) == dumps(event)


@low_thresholds()
@given(documents, st.data())
def test_whatever_is_typed_the_payload_read_is_the_one_sent(payload: Any, data: st.DataObject) -> None:
    folds = Folds(1)
    view = folds.show({"a": payload, "b": "text " * 5, "c": ["text"] * 9}).text
    for _ in range(data.draw(st.integers(1, 3))):
        marks = [match[0] for match in folding._MARK.finditer(view)]
        piece = data.draw(
            st.sampled_from([*marks, *(mark.strip('"') for mark in marks), '"', "\\", " ", "x", "⟪", ":"])
        )
        at = data.draw(st.integers(0, len(view)))
        view = view[:at] + piece + view[at + data.draw(st.integers(0, 3)) :]
    try:
        read = folds.parse(view).payload
    except JsonTextError:
        return
    assert dumps(read) == dumps(jsontext.parse(folds.wire(view)).payload)


def edited(folds: Folds, old: str, new: str) -> tuple[Any, str]:
    """The payload and the wire text after `old` was replaced in the view of EVENT."""
    view = folds.show(EVENT).text
    assert view.count(old) == 1
    view = view.replace(old, new)
    return folds.parse(view).payload, folds.wire(view)


def marks_of(folds: Folds) -> tuple[str, str]:
    """The marks of the long text and of the large object in the view of EVENT."""
    text, large = [match[0] for match in folding._MARK.finditer(folds.show(EVENT).text)]
    return text, large


def test_editing_the_visible_part_keeps_the_hidden_rest(folds: Folds) -> None:
    payload, wire = edited(folds, '"0 é😀', '"Hello, é😀')
    assert payload == apply(EVENT, [Set("/data/note", "Hello, " + LONG.removeprefix("0 "))])
    assert wire == dumps(payload)
    assert payload["data"]["$extra"] is LARGE


def test_what_was_not_edited_is_read_as_the_very_same(folds: Folds) -> None:
    payload, _ = edited(folds, '"last": 1', '"last": 2')
    assert payload["data"]["note"] is LONG
    assert payload["data"]["$extra"] is LARGE


def test_typing_behind_a_mark_adds_to_the_end(folds: Folds) -> None:
    text, _ = marks_of(folds)
    payload, wire = edited(folds, text, text + " the end")
    assert payload["data"]["note"] == LONG + " the end"
    assert wire == dumps(payload)


def test_a_mark_can_be_moved_elsewhere(folds: Folds) -> None:
    _, large = marks_of(folds)
    payload, wire = edited(folds, f'"$extra": {large},\n    "last": 1', f'"$extra": 1, "last": [{large}]')
    assert payload["data"] == {"note": LONG, "$extra": 1, "last": [LARGE]}
    assert json.loads(wire) == payload


def test_a_mark_can_be_copied(folds: Folds) -> None:
    text, _ = marks_of(folds)
    payload, wire = edited(folds, '"e"', f'"{text}"')
    assert payload["eventName"] == LONG[folding.SHOWN_OF_LONG_TEXT :]
    assert wire == dumps(payload)


def test_a_mark_that_was_changed_hides_nothing_any_more(folds: Folds) -> None:
    text, _ = marks_of(folds)
    payload, wire = edited(folds, text, "⟪nothing⟫")
    assert payload["data"]["note"] == LONG[: folding.SHOWN_OF_LONG_TEXT] + "⟪nothing⟫"
    assert json.loads(wire) == payload


@pytest.mark.parametrize(
    "place", ['"{mark}": 1', '"x": "a {mark} b"', '"x": "say \\"{mark}"', '"{mark}" \n : 1', '"x": "{mark}\\" said"']
)
def test_the_mark_of_an_object_inside_a_text_is_only_text(folds: Folds, place: str) -> None:
    _, large = marks_of(folds)
    member = place.replace("{mark}", large.strip('"'))
    payload, wire = edited(folds, '"last": 1', member)
    assert json.loads(wire) == payload
    assert large.strip('"') in json.dumps(payload["data"], ensure_ascii=False)


def test_the_mark_of_a_text_may_stand_in_a_key(folds: Folds) -> None:
    text, _ = marks_of(folds)
    payload, wire = edited(folds, '"last"', f'"{text}"')
    assert payload["data"][LONG[folding.SHOWN_OF_LONG_TEXT :]] == 1
    assert json.loads(wire) == payload


@pytest.mark.parametrize("own", ["⟪98,304 more characters · 3f-1⟫", "⟪⟫", "⟪", "a ⟪b⟫ c", "⟪⟪x⟫⟫", "\ufdd0x⟫"])
def test_a_text_like_a_mark_of_somebodys_own_stays_as_it_is(folds: Folds, own: str) -> None:
    payload = apply(EVENT, [Set("/eventName", own), Set("/data/" + own, LONG + own)])
    view = folds.show(payload).text
    assert folds.wire(view) == dumps(payload)
    assert folds.parse(view).payload == payload
    by_hand = json.dumps({"own": own}, ensure_ascii=False)
    assert folds.wire(by_hand) == by_hand
    assert folds.parse(by_hand).payload == {"own": own}


def test_a_mark_pasted_into_a_form_field_is_text_like_any_other(folds: Folds) -> None:
    text, large = marks_of(folds)
    payload = apply(EVENT, [Set("/eventName", text), Set("/customer/id", large.strip('"'))])
    view = folds.show(payload).text
    assert folds.parse(view).payload == payload
    assert json.loads(folds.wire(view)) == payload


def test_marks_of_other_editors_are_strangers_until_adopted(folds: Folds) -> None:
    other = Folds()
    view = other.show(EVENT).text
    assert folds.wire(view) == view
    folds.show({"data": {"own": LONG[::-1]}})
    folds.adopt(other)
    assert folds.wire(view) == dumps(EVENT)
    assert folds.parse(view).payload["data"]["$extra"] is LARGE
    assert folds.show(EVENT).text == view


def test_a_hidden_object_moved_too_deep_is_an_error_at_its_mark(folds: Folds) -> None:
    deep: Any = {f"key {number}": "x" * 100 for number in range(3000)}
    deep["deep"] = jsontext.parse("[" * (MAX_DEPTH - 10) + "]" * (MAX_DEPTH - 10)).payload
    view = folds.show({"data": {"$extra": deep}}).text
    mark = view[view.index('"⟪') : view.index('⟫"') + 2]
    assert folds.parse("[" * 9 + mark + "]" * 9)
    with pytest.raises(JsonTextError, match="nested deeper") as caught:
        folds.parse("\n[" * 10 + mark + "]" * 10)
    assert (caught.value.line, caught.value.column) == (11, 2)


def test_as_deep_as_the_composer_holds_and_a_little_deeper(folds: Folds) -> None:
    payload: Any = LONG
    for _ in range(MAX_DEPTH + 5):  # an edit may put something deep below something else
        payload = {"a": payload}
    assert json.loads(folds.wire(folds.show(payload).text)) == payload


def test_what_no_view_needs_is_let_go(folds: Folds) -> None:
    second = folds.show({"data": {"note": LONG * 2}}).text
    first = folds.show(EVENT).text
    assert folds.hidden_characters > len(dumps(EVENT))
    folds.forget_all_but([second])
    assert folds.wire(second) == dumps({"data": {"note": LONG * 2}})
    assert folds.wire(first) == first
    assert folds.hidden_characters < 2 * utf8_length(dumps(LONG * 2))
    view = folds.show(EVENT)  # printed anew
    assert folds.wire(view.text) == dumps(EVENT)
    assert view.size == len(dumps(EVENT).encode())


def test_a_small_edit_does_not_print_the_large_parts_again(folds: Folds, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[Any] = []
    write, quote = jsontext.write, jsontext.quote
    monkeypatch.setattr(jsontext, "write", lambda value, *rest: printed.append(value) or write(value, *rest))
    monkeypatch.setattr(jsontext, "quote", lambda text: printed.append(text) or quote(text))
    folds.show(EVENT)
    assert len(printed) > len(LARGE)
    for pointer in ("/eventName", "/data/last", "/data/new"):
        printed.clear()
        view = folds.show(apply(EVENT, [Set(pointer, "typed")]))
        assert len(printed) < 40
        assert max(len(piece) for piece in printed if isinstance(piece, str)) < 100
        assert view.size == len(folds.wire(view.text).encode())
        assert get(folds.parse(view.text).payload, pointer) == "typed"


@pytest.mark.parametrize("text", ["", "plain", "é", "😀", "\u2028", "\ud800"])
def test_bytes_are_counted_as_utf8(text: str) -> None:
    assert utf8_length(text) == len(text.encode("utf-8", "surrogatepass"))
