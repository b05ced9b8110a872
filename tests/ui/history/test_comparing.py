"""Long texts are compared between their first and last difference, and every line is still where it stands."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.event.differences import Line
from composer.storage.history import FullEntry, History
from composer.ui.history import comparing
from composer.ui.history.comparing import REQUESTS, compare
from tests.support.sent import sent

LINES = st.lists(st.sampled_from(["", "a", "b", "a b"]), max_size=25)
EDITS = st.lists(st.tuples(st.integers(0, 25), st.sampled_from(["drop", "X", "", "a"])), max_size=4)


def rebuilt(lines: list[Line], text: str, side: str) -> bool:
    """Whether the lines of one side, with those left out, are those of the text under the same numbers."""
    whole = text.split("\n") if text else []
    at = 0
    for line in lines:
        number = getattr(line, side)
        if line.mark == "folded":
            at += int(line.text.split()[1].replace(",", ""))
        elif number is not None:
            if number != at + 1 or whole[at] != line.text:
                return False
            at += 1
    return at == len(whole)


@given(LINES, EDITS)
@settings(max_examples=300, deadline=None)
def test_no_line_is_lost_or_misnumbered_by_leaving_out_what_is_the_same(
    before: list[str], edits: list[tuple[int, str]]
) -> None:
    after = list(before)
    for at, what in edits:
        if what == "drop":
            del after[at : at + 1]
        else:
            after.insert(min(at, len(after)), what)
    one, other = "\n".join(before), "\n".join(after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "_SHORT", 0)
        lines = comparing._compared(one, other)
    assert lines is not None
    assert rebuilt(lines, one, "left")
    assert rebuilt(lines, other, "right")


def entry_of(history: History, body: bytes) -> FullEntry:
    found = history.entry(sent(history, body=body))
    assert found is not None
    return found


def test_megabytes_that_differ_everywhere_are_compared_shortened_and_say_so(history: History) -> None:
    items = [f'{{"sku": "A-{number}", "qty": %d}}' for number in range(60_000)]
    bodies = [f'{{"items": [{", ".join(each % value for each in items)}]}}'.encode() for value in (1, 2)]
    one, other = (entry_of(history, body) for body in bodies)
    begun = time.monotonic()
    comparison = compare(one, other, REQUESTS)
    assert comparison.is_shortened
    assert comparison.removed
    assert time.monotonic() - begun < 20


def test_what_is_no_json_is_compared_as_it_is(history: History) -> None:
    comparison = compare(entry_of(history, b"{ broken\nx"), entry_of(history, b"{ broken\ny"), REQUESTS)
    assert [(line.mark, line.text) for line in comparison.lines] == [
        ("same", "{ broken"),
        ("removed", "x"),
        ("added", "y"),
    ]
