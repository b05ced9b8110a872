"""JSON text in and out: literals survive, errors have a place and a plain sentence, and nothing exhausts the stack."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from composer.event.jsontext import (
    JsonTextError,
    LineIndex,
    depth,
    dumps,
    loses_precision,
    number,
    parse,
    quote,
    spans,
)
from composer.event.limits import MAX_DEPTH
from composer.event.payload import Number, get, join

ODD = '\x00\x1f\x7f\x85\xa0\u2028\u2029\u202a\u202e\u2066\u2069\ufdd0\ufeff\ufffc\ud800\u05d0⟪⟫"\\/\n\r\té😀'
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(ODD), max_size=8)
numbers = st.integers() | st.floats(allow_nan=False) | st.sampled_from(["12.00", "1e400", "-0", "1E5"]).map(Number)
scalars = st.none() | st.booleans() | numbers | texts
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=15
)


def same(one: Any, other: Any) -> bool:
    """Equal in value, key order and kind: 1, 1.0 and true are three things."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Number) and isinstance(other, Number):
        return one.literal == other.literal
    return type(one) is type(other) and one == other


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


# Numbers


@pytest.mark.parametrize(
    "literal",
    [
        "0", "-0", "-0.0", "12.00", "1e400", "-1e400", "1E5", "1e5", "1e+05", "0.1", "1.0", "100000.0", "1e-400",
        "5e-324", "9007199254740993", "123456789012345678901234567890", "-1", "0.12345678901234567890",
        "1" * 5000, "-" + "9" * 5000, "0." + "1" * 5000,
    ],
)  # fmt: skip
def test_a_number_prints_as_it_was_written(literal: str) -> None:
    assert dumps(parse(literal).payload) == literal
    assert dumps(parse(f'{{"n":[{literal}]}}').payload) == f'{{\n  "n": [\n    {literal}\n  ]\n}}'


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity"])
def test_literals_that_are_no_json_are_read_as_floats(literal: str) -> None:
    value = parse(literal).payload
    assert type(value) is float
    assert not math.isfinite(value)
    assert dumps(value) == literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("-12", -12), ("1.5", 1.5), ("1.50", Number("1.50")), ("1e3", Number("1e3")), ("-0", Number("-0")),
        ("9" * 5000, Number("9" * 5000)),
        ("", None), ("-", None), ("01", None), ("+1", None), ("1.", None), (".5", None), ("1e", None), ("0x10", None),
        ("NaN", None), ("Infinity", None), ("1_000", None), ("1,5", None), (" 1", None), ("1\n", None), ("١", None),
        ("true", None),
    ],
)  # fmt: skip
def test_a_typed_number_is_a_json_number_or_none(text: str, value: Any) -> None:
    assert same(number(text), value)


@pytest.mark.parametrize(
    ("literal", "is_lost"),
    [
        ("0", False), ("-0", False), ("12.00", False), ("0.1", False), ("1E5", False), ("1e22", False),
        ("9007199254740992", False), ("9007199254740993", True), ("-9007199254740993", True),
        ("9007199254740994", False),
        ("9007199254740993.0", True), ("1e308", False), ("1e309", True), ("1e400", True), ("-1e400", True),
        ("1e-400", True), ("0e-400", False), ("0.12345678901234567890", True), ("0.30000000000000004", False),
        ("9" * 400, True), ("9" * 5000, True), ("0.1" + "0" * 5000, False), ("0.1" + "0" * 5000 + "1", True),
    ],
)  # fmt: skip
def test_precision_is_lost_where_a_double_cannot_hold_the_number(literal: str, is_lost: bool) -> None:
    assert loses_precision(parse(literal).payload) is is_lost


def test_true_loses_nothing() -> None:
    assert not loses_precision(True)


# Printing


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ({"a": {}, "b": []}, '{\n  "a": {},\n  "b": []\n}'),
        ({"a": [1, {"b": None}]}, '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ]\n}'),
        ([True, False], "[\n  true,\n  false\n]"),
    ],
)
def test_the_canonical_text_has_two_blanks_a_level(payload: Any, text: str) -> None:
    assert dumps(payload) == text


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("é😀א", '"é😀א"'),
        ('"\\/\n\t\r\b\f', r'"\"\\/\n\t\r\b\f"'),
        ("\x00\x1f\x7f", r'"\u0000\u001f\u007f"'),
        ("\xa0\u2028\u2029", r'"\u00a0\u2028\u2029"'),
        ("\u202e\u2066\ufeff\ufdd0", r'"\u202e\u2066\ufeff\ufdd0"'),
        ("\ud800x\udfff", r'"\ud800x\udfff"'),
        ("⟪3 more⟫", r'"\u27ea3 more⟫"'),
    ],
)
def test_what_cannot_be_shown_or_sent_is_escaped(text: str, quoted: str) -> None:
    assert quote(text) == quoted
    assert dumps({text: text}) == f"{{\n  {quoted}: {quoted}\n}}"
    assert parse(quoted).payload == text


@given(documents)
@example({ODD: ODD, "": [Number("-0"), -0.0, 0, True, 1.0]})
def test_what_is_printed_is_read_again_as_it_was(payload: Any) -> None:
    text = dumps(payload)
    if "inf" not in repr(payload):
        json.loads(text.encode())  # always UTF-8, and JSON for others too
    assert same(parse(text).payload, payload)
    assert dumps(parse(text).payload) == text


@given(documents, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_any_text_of_the_same_payload_prints_the_same(payload: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(payload, indent=indent, ensure_ascii=ascii_only)
    once = dumps(parse(text).payload)
    assert dumps(parse(once).payload) == once
    assert once.encode().decode() == once


def test_a_byte_order_mark_is_no_error() -> None:
    assert parse('\ufeff{"a":1}').payload == {"a": 1}
    assert spans('\ufeff{"a":1}', ["/a"]) == {"/a": (6, 7)}


# Duplicate keys


@pytest.mark.parametrize(
    ("text", "paths", "payload"),
    [
        ('{"a":1,"b":2}', [], {"a": 1, "b": 2}),
        ('{"a":1,"a":2}', ["/a"], {"a": 2}),
        ('{"a":1,"b":0,"a":2,"a":3,"b":1}', ["/a", "/b"], {"a": 3, "b": 1}),
        ('{"a":{"b":1,"b":2},"c":{"b":1}}', ["/a/b"], {"a": {"b": 2}, "c": {"b": 1}}),
        ('[0,{"a":[{"x":1,"x":1}]}]', ["/1/a/0/x"], [0, {"a": [{"x": 1}]}]),
        ('{"a/b":{"":1,"":2}}', ["/a~1b/"], {"a/b": {"": 2}}),
        ('{"a":1,"\\u0061":2}', ["/a"], {"a": 2}),
        ('{"a":{"x":1,"x":2},"a":3}', ["/a"], {"a": 3}),
        ('{"a":1,"A":2}', [], {"a": 1, "A": 2}),
    ],
)
def test_duplicate_keys_are_told_with_their_paths(text: str, paths: list[str], payload: Any) -> None:
    parsed = parse(text)
    assert sorted(finding.path for finding in parsed.findings) == paths
    assert {finding.code for finding in parsed.findings} <= {"duplicate-key"}
    assert parsed.payload == payload


def test_a_strange_key_makes_a_short_plain_sentence() -> None:
    key = "\\ud800\\n" + "x" * 100_000
    [finding] = parse(f'{{"{key}":1,"{key}":2}}').findings
    assert len(finding.message.encode()) < 200
    assert finding.message.isprintable()


# Errors

VALUE = "a value is expected here: a text in double quotes, a number, true, false, null, { or [."
KEY = "a key in double quotes is expected here."
COMMA = "a comma or a closing bracket is missing before this."
EARLY = "the text ends too early; a bracket, quote or value is missing."
QUOTES = "JSON texts stand in straight double quotes."
REST = "the JSON ends before this; remove what follows, or put a comma or bracket right."
COLON = "a colon is missing between the key and its value."
BACKSLASH = 'a backslash must be followed by one of " \\ / b f n r t or uXXXX.'
CONTROL = "a line break or control character inside a text must be written as \\n, \\t or \\u00…."
INVISIBLE = "an invisible character stands here; remove it."
COMMENT = "JSON has no comments."


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "there is no JSON here yet."),
        (" \n", 2, 1, "there is no JSON here yet."),
        ('{"a":', 1, 6, EARLY),
        ('{"a":1', 1, 7, EARLY),
        ("[1,\n", 2, 1, EARLY),
        ("{", 1, 2, EARLY),
        ('{"a":"x\n', 1, 8, CONTROL),
        ('{"a":"x', 1, 6, "this text has no closing quote."),
        ('["a\nb"]', 1, 4, CONTROL),
        ('["\t"]', 1, 3, CONTROL),
        ('["a\x00"]', 1, 4, CONTROL),
        ('["\\x"]', 1, 3, BACKSLASH),
        ('["\\u12g4"]', 1, 4, BACKSLASH),
        ('["\\u12', 1, 4, BACKSLASH),
        ("{} {}", 1, 4, REST),
        ('{"a":1}\n,', 2, 1, REST),
        ("{'a':1}", 1, 2, QUOTES),
        ("{“a”:1}", 1, 2, QUOTES),
        ('["a",`b`]', 1, 6, QUOTES),
        ('{"a" 1}', 1, 6, COLON),
        ('{"a"}', 1, 5, COLON),
        ("[1 2]", 1, 4, COMMA),
        ("[1\n\n 2]", 3, 2, COMMA),
        ('{"a":1]', 1, 7, COMMA),
        ('{"a":1 "b":2}', 1, 8, COMMA),
        ("{a:1}", 1, 2, KEY),
        ("{1:2}", 1, 2, KEY),
        ('{"a":1,,"b":2}', 1, 8, KEY),
        ("[1,,2]", 1, 4, VALUE),
        ('{"a":}', 1, 6, VALUE),
        ("}", 1, 1, VALUE),
        ("<html>", 1, 1, VALUE),
        ("[+1]", 1, 2, VALUE),
        ("[.5]", 1, 2, VALUE),
        ("-", 1, 1, VALUE),
        ('{"a":tru}', 1, 6, VALUE),
        ("[True]", 1, 2, "JSON writes true, not True."),
        ("[False]", 1, 2, "JSON writes false, not False."),
        ("[None]", 1, 2, "JSON writes null, not None."),
        ("[undefined]", 1, 2, "JSON writes null, not undefined."),
        ("// c\n{}", 1, 1, COMMENT),
        ("[1, # c\n2]", 1, 5, COMMENT),
        ('{"a":1 /* c */}', 1, 8, COMMENT),
        ("[\xa01]", 1, 2, INVISIBLE),
        ("\u200b{}", 1, 1, INVISIBLE),
        ('{"a":1\u2028}', 1, 7, INVISIBLE),
        ('{\r\n"a":1,\r\n"b" 2}', 3, 5, COLON),
        ("[\r\n\r\n+1]", 3, 1, VALUE),
        ('["😀"\n, "😀😀" "b"]', 2, 8, COMMA),
        ('["א\u202e" x]', 1, 7, COMMA),
    ],
)
def test_an_error_has_its_place_and_a_plain_sentence(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(JsonTextError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column, caught.value.message) == (line, column, message)
    assert str(caught.value) == f"Line {line}, column {column}: {message}"


@pytest.mark.parametrize(("text", "bracket"), [("[1,]", "]"), ('{"a":1,\n }', "}"), ('{"a":[1 ,\r\n]}', "]")])
def test_a_comma_too_many_is_named(text: str, bracket: str) -> None:
    with pytest.raises(JsonTextError, match="comma") as caught:
        parse(text)
    at_bracket = LineIndex(text).at(text.index(bracket))
    at_comma = LineIndex(text).at(text.index(","))  # where newer Pythons point to
    assert (caught.value.line, caught.value.column) in {at_bracket, at_comma}
    assert caught.value.message.startswith(("remove the comma before", "remove this comma"))


@given(documents, st.data())
def test_a_broken_text_is_an_error_inside_the_text_or_at_its_end(payload: Any, data: st.DataObject) -> None:
    text = dumps(payload)
    at = data.draw(st.integers(0, len(text)))
    broken = text[:at] + data.draw(st.sampled_from(["", "}", "\x00", "'", "\\", "\n"])) + text[at + 1 :]
    lines = broken.split("\n")
    try:
        parse(broken)
        line, column = 1, 1
    except JsonTextError as error:
        line, column = error.line, error.column
    assert 1 <= line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1


# Nesting


@pytest.mark.parametrize(("payload", "levels"), [(1, 0), ("[[", 0), ([], 1), ({"a": [{}], "b": 1}, 3), ([[[]], []], 3)])
def test_depth_counts_containers(payload: Any, levels: int) -> None:
    assert depth(payload) == levels


def test_as_deep_as_the_composer_holds() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    payload = parse(text).payload
    assert depth(payload) == MAX_DEPTH
    printed = dumps(payload)
    assert dumps(parse(printed).payload) == printed
    pointer = join(*[0] * (MAX_DEPTH - 1))
    start, end = spans(printed, [pointer])[pointer]
    assert printed[start:end] == "[]"


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 990, 10_000, 1_000_000])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deeper_is_refused_with_its_place(levels: int, opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    with pytest.raises(JsonTextError, match=f"nested deeper than {MAX_DEPTH} levels") as caught:
        parse('{"[[":"\\"[",\n"x":' + opening * levels + "1" + closing * levels + "}")
    assert (caught.value.line, caught.value.column) == (2, 5 + len(opening) * (MAX_DEPTH - 1))


@pytest.mark.parametrize("opening", ["[", '{"a":', "[[],"])
def test_a_million_open_brackets_are_an_error_not_a_crash(opening: str) -> None:
    with pytest.raises(JsonTextError):
        parse(opening * 1_000_000)


def test_what_is_too_deep_is_not_printed() -> None:
    with pytest.raises(ValueError, match="nested deeper"):
        dumps(nested(10_000))


def test_places_in_a_text_too_deep_are_not_found() -> None:
    assert spans("[" * 100_000, ["/0/0", join(*[0] * 5000)]) == {}


# Places of values

HAND = '{ "a" : [1,{"b" :"x\\"]"} , 3],\r\n"":{"":true},"a/b":  1.50 ,"m~n":null,"\\u0063":{}}'


@pytest.mark.parametrize(
    ("pointer", "piece"),
    [
        ("", HAND),
        ("/a", '[1,{"b" :"x\\"]"} , 3]'),
        ("/a/0", "1"),
        ("/a/1", '{"b" :"x\\"]"}'),
        ("/a/1/b", '"x\\"]"'),
        ("/a/2", "3"),
        ("/", '{"":true}'),
        ("//", "true"),
        ("/a~1b", "1.50"),
        ("/m~0n", "null"),
        ("/c", "{}"),
    ],
)
def test_the_place_of_a_value_in_a_text_written_by_hand(pointer: str, piece: str) -> None:
    start, end = spans(HAND, [pointer])[pointer]
    assert HAND[start:end] == piece


@pytest.mark.parametrize("pointer", ["/b", "/a/3", "/a/00", "/a/-", "/a/0/x", "/a/1/b/0", "/c/x", "/m"])
def test_a_pointer_without_a_value_has_no_place(pointer: str) -> None:
    assert spans(HAND, [pointer, "/a/0"]) == {"/a/0": (9, 10)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("{", []),
        ('{"a":1,"b":', ["/a"]),
        ('{"a":1 "b":2}', ["/a"]),
        ('{"a":{"x":1,"y":oops},"b":2}', ["/a/x"]),
        ('{"a":[1,2', ["/a/0", "/a/1"]),
        ("{'a':1}", []),
        ('{a":1}', []),
        ('{"a" 1}', []),
        ('{5:1,"a":1}', []),
    ],
)
def test_what_stands_before_the_first_error_is_still_found(text: str, found: list[str]) -> None:
    assert sorted(spans(text, ["", "/a", "/a/x", "/a/y", "/a/0", "/a/1", "/b"])) == found


def pointers_of(payload: Any, pointer: str = "") -> list[str]:
    inside: list[tuple[str | int, Any]] = []
    if isinstance(payload, dict):
        inside = list(payload.items())
    elif isinstance(payload, list):
        inside = list(enumerate(payload))
    return [pointer, *(found for key, inner in inside for found in pointers_of(inner, pointer + join(key)))]


@given(documents, st.sampled_from([None, 1, "canonical", "odd"]), st.data())
def test_every_place_holds_its_value(payload: Any, layout: Any, data: st.DataObject) -> None:
    text = dumps(payload)
    if layout != "canonical":
        separators = ("\r\n ,\t", " :\n") if layout == "odd" else None
        text = json.dumps(parse(text).payload, indent=layout if layout == 1 else None, separators=separators)
    payload = parse(text).payload
    wanted = data.draw(st.lists(st.sampled_from(pointers_of(payload)), unique=True))
    found = spans(text, wanted)
    assert set(found) == set(wanted)
    for pointer, (start, end) in found.items():
        assert same(parse(text[start:end]).payload, get(payload, pointer))


def test_line_and_column_count_from_one() -> None:
    index = LineIndex("ab\n\nc")
    assert [index.at(position) for position in range(6)] == [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2)]
