"""Everything in a payload is visited once, however deep it goes; and any text can stand in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from composer.event.limits import MAX_DEPTH
from composer.event.walk import members, readable


def test_every_member_is_visited_once_with_its_parent() -> None:
    payload = {"a": 1, "b/c": {"d": [True, {}]}, "e": []}
    visited = list(members(payload))
    assert sorted((parent, str(key)) for parent, key, _ in visited) == [
        ("", "a"), ("", "b/c"), ("", "e"), ("/b~1c", "d"), ("/b~1c/d", "0"), ("/b~1c/d", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize("payload", [None, "text", 5, [], {}])
def test_a_plain_value_has_no_members(payload: Any) -> None:
    assert list(members(payload)) == []


def test_the_walk_ends_at_the_limit_of_nesting() -> None:
    deep: Any = "bottom"
    for _ in range(10_000):
        deep = [deep]
    assert len(list(members(deep))) == MAX_DEPTH + 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Order Id", "Order Id"),
        ("a\nb\x00", "a\ufffdb\ufffd"),
        ("\ud800", "\ufffd"),
        ("x" * 41, "x" * 39 + "…"),
        ("😀", "😀"),
    ],
)
def test_a_text_in_a_sentence_is_short_and_printable(text: str, shown: str) -> None:
    assert readable(text) == shown
