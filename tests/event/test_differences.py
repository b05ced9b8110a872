"""A comparison names every line of both texts once, in order, says where lines differ, and takes little time."""

from __future__ import annotations

import json
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.event.differences import FOLDED, Line, differences, folded

lines = st.lists(st.sampled_from(["{", "}", "  },", '  "a": 1,', '  "a": 2,', '  "b": "x y"', "", "é😀"]), max_size=30)
texts = lines.map("\n".join)


def shown(left: str, right: str) -> list[str]:
    """``-text`` and so on, the parts in angle brackets."""
    marks = {"same": " ", "removed": "-", "added": "+"}
    return [marks[line.mark] + bracketed(line) for line in differences(left, right)]


def bracketed(line: Line) -> str:
    text = line.text
    for start, end in reversed(line.parts):
        text = f"{text[:start]}<{text[start:end]}>{text[end:]}"
    return text


@given(texts, texts)
def test_both_texts_are_whole_and_numbered(left: str, right: str) -> None:
    found = differences(left, right)
    assert [line.text for line in found if line.left is not None] == (left.split("\n") if left else [])
    assert [line.text for line in found if line.right is not None] == (right.split("\n") if right else [])
    for side in ("left", "right"):
        numbers = [getattr(line, side) for line in found if getattr(line, side) is not None]
        assert numbers == list(range(1, len(numbers) + 1))
    for line in found:
        assert line.mark == ("same" if line.left and line.right else "removed" if line.left else "added")
        assert line.mark != "same" or line.parts == ()
        assert all(0 <= start < end <= len(line.text) for start, end in line.parts)


@given(texts)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert {line.mark for line in differences(text, text)} <= {"same"}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("", "", []),
        ("", "a", ["+a"]),
        ("a", "", ["-a"]),
        ("a\nb\nc", "a\nc", [" a", "-b", " c"]),
        ("a\r\nb", "a\nb", [" a", " b"]),
        ('"n": 12,\n"x": 1', '"n": 13,\n"x": 1', ['-"n": <12>,', '+"n": <13>,', ' "x": 1']),
        ('  "email": "ann@example.com"', '  "email": "bob@example.com"',
         ['-  "email": "<ann>@example.com"', '+  "email": "<bob>@example.com"']),
        ("  a completely other line", '  "email": 1', ["-  a completely other line", '+  "email": 1']),
        ('{"a": 1, "b": 2, "c": 3}', '{"a": 7, "b": 2, "c": 9}',
         ['-{"a": <1>, "b": 2, "c": <3>}', '+{"a": <7>, "b": 2, "c": <9>}']),
        ('"a": "one"', '"new": 1,\n"a": "two"', ['-"a": "<one>"', '+"new": 1,', '+"a": "<two>"']),
        ("x" * 1000 + "a" + "y" * 1000, "x" * 1000 + "b" + "y" * 1000,
         ["-" + "x" * 1000 + "<a>" + "y" * 1000, "+" + "x" * 1000 + "<b>" + "y" * 1000]),
    ],
)  # fmt: skip
def test_it_reads_well(left: str, right: str, expected: list[str]) -> None:
    assert shown(left, right) == expected


def test_one_changed_value_among_many_like_it_is_one_changed_line() -> None:
    left = [{"name": "it", "price": number, "open": True} for number in range(2000)]
    right = [{**each, "open": False} if each["price"] == 777 else each for each in left]
    found = differences(json.dumps(left, indent=2), json.dumps(right, indent=2))
    assert [bracketed(line).strip() for line in found if line.mark != "same"] == ['"open": <true>', '"open": <false>']


@pytest.mark.parametrize("changed", ["every second", "shuffled", "all", "repeated lines", "one line", "turned round"])
def test_megabytes_are_compared_in_seconds(changed: str) -> None:
    random.seed(7)
    rows = [{"name": f"it's {i}", "n": i, "text": "some text that is the same", "same": True} for i in range(15_000)]
    left = json.dumps(rows, indent=1)
    right = json.dumps([dict(row, n=i % 2 * i) for i, row in enumerate(rows)], indent=1)
    if changed == "shuffled":
        right = json.dumps(random.sample(rows, len(rows)), indent=1)
    elif changed == "all":
        right = "\n".join(f"{i} is another line of the other text" for i in range(60_000))
    elif changed == "repeated lines":
        left, right = ("\n".join(random.choices("abc", k=200_000)) for _ in range(2))
    elif changed == "one line":
        left, right = "x" * 5_000_000, "x" * 2_500_000 + "y" + "x" * 2_500_000
    elif changed == "turned round":
        left, right = "\n".join(map(str, range(200_000))), "\n".join(map(str, range(200_000, 0, -1)))
    begun = time.process_time()
    found = differences(left, right)
    assert time.process_time() - begun < 3  # a machine may be slow; without the guards it is minutes
    assert "\n".join(line.text for line in found if line.left) == left
    assert "\n".join(line.text for line in found if line.right) == right


# Folding


def test_long_runs_of_same_lines_are_one_line() -> None:
    left = [str(number) for number in range(100)]
    right = [*left[:50], "new", *left[50:]]
    found = folded(differences("\n".join(left), "\n".join(right)), context=2)
    assert [line.text for line in found] == [
        "… 48 lines the same",
        "48",
        "49",
        "new",
        "50",
        "51",
        "… 48 lines the same",
    ]
    assert found[0] == Line(FOLDED, None, None, "… 48 lines the same")


def test_a_short_run_stays_as_it_is() -> None:
    found = differences("a\n1\n2\n3\n4\n5\n6\n7\nb", "A\n1\n2\n3\n4\n5\n6\n7\nB")
    assert folded(found) == found  # one line would stand for one
    assert len(folded(found, context=2)) == len(found) - 2


@given(texts, texts, st.integers(0, 4))
def test_folding_hides_nothing_but_same_lines(left: str, right: str, context: int) -> None:
    found = differences(left, right)
    shown = folded(found, context)
    assert [line for line in shown if line.mark not in {"same", FOLDED}] == [
        line for line in found if line.mark != "same"
    ]
    hidden = sum(int(line.text.split()[1].replace(",", "")) for line in shown if line.mark == FOLDED)
    assert hidden + sum(line.mark != FOLDED for line in shown) == len(found)
