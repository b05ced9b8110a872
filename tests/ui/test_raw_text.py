"""Text from the wire is shown as it is when it is small, and never at a length that holds the window up."""

from __future__ import annotations

import json

import pytest

from composer.event.limits import MAX_DEPTH
from composer.ui.widgets.raw_text import LONGEST_LINE, MOST, readable


@pytest.mark.parametrize(
    "text", ["", "{}", '{ "as" : "typed" }', '{\n  "a": 12.00\n}', "<html>\n</html>", "{broken", "علي 🎉"]
)
def test_what_is_small_is_shown_as_it_is(text: str) -> None:
    assert readable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":[1,{}]}', '{\n  "a": [\n    1,\n    {}\n  ]\n}'),
        ('{"n":12.00,"n2":1e400}', '{\n  "n": 12.00,\n  "n2": 1e400\n}'),
        ("not JSON", "not JSON"),
    ],
)
def test_an_answer_is_laid_out_when_it_is_json(text: str, shown: str) -> None:
    assert readable(text, is_pretty=True) == shown


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"data": {"long": "x" * 5_000_000}}),
        json.dumps({"data": {f"key {number}": "x" * 100 for number in range(40_000)}}, indent=2),
        "x" * 3_000_000,
        "line\n" * 500_000,
        "[" * (MAX_DEPTH + 1) * 1000,
    ],
    ids=["one long text", "many properties", "one long line", "many lines", "deep"],
)
def test_what_is_huge_is_cut_and_says_so(text: str) -> None:
    shown = readable(text)
    assert len(shown) < MOST + 100
    assert max(map(len, shown.split("\n"))) < LONGEST_LINE + 100
    assert "more characters" in shown


def test_what_a_text_box_would_turn_into_something_else_is_replaced_first() -> None:
    assert readable("a\r\nb\rc\u2029d\u2028e\x00\ufdd0") == "a\nb\nc\nd\ne\ufffd\ufffd"
