"""What of two entries is not the same, made ready away from the UI thread; megabytes must not hold the window up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from composer.event import jsontext
from composer.event.differences import FOLDED, Line, differences, folded
from composer.event.jsontext import JsonTextError
from composer.storage.history import FullEntry
from composer.ui.widgets.raw_text import readable

REQUESTS, ANSWERS = range(2)
_CONTEXT = 3  # lines that are the same, beside those that are not
_SHORT = 100_000  # characters; shorter texts are compared as they are
_MOST = 400_000  # characters that are compared line by line: more would hold the interpreter for too long


class Comparison(NamedTuple):
    """Two entries and their differences; `left` is the older one. `is_shortened` when long parts of the texts were
    left out.
    """

    left: FullEntry
    right: FullEntry
    lines: Sequence[Line]
    removed: int
    added: int
    is_shortened: bool


def compare(left: FullEntry, right: FullEntry, side: int) -> Comparison:
    """Compare REQUESTS or ANSWERS. May take more than a second for megabytes: call it from a thread."""
    text = _request if side == REQUESTS else _answer
    one, other = text(left), text(right)
    lines = _compared(one, other)
    is_shortened = lines is None
    if lines is None:
        lines = folded(differences(readable(one, is_pretty=True), readable(other, is_pretty=True)), _CONTEXT)
    removed, added = (sum(line.mark == mark for line in lines) for mark in ("removed", "added"))
    return Comparison(left, right, lines, removed, added, is_shortened)


def _compared(one: str, other: str) -> list[Line] | None:
    """The lines of both; None when what is between their first and last difference is too long."""
    if max(len(one), len(other)) <= _SHORT:
        return folded(differences(one, other), _CONTEXT)
    begin, end = _same_before(one, other), _same_after(one, other)
    middle, other_middle = one[begin : len(one) - end], other[begin : len(other) - end]
    if max(len(middle), len(other_middle)) > _MOST:
        return None
    before, after = one.count("\n", 0, begin), one.count("\n", len(one) - end)
    lines = [
        line._replace(left=_moved(line.left, before), right=_moved(line.right, before))
        for line in folded(differences(middle, other_middle), _CONTEXT)
    ]
    return [*_stand_in(before), *lines, *_stand_in(after)]


def _same_before(one: str, other: str) -> int:
    """Characters of whole lines that both begin with, without the context of the first difference."""
    low, high = 0, min(len(one), len(other))
    while low < high:  # comparing slices is far faster than comparing characters
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    for _ in range(_CONTEXT + 1):
        low = one.rfind("\n", 0, max(low - 1, 0)) + 1
    return low if one.count("\n", 0, low) > 1 else 0


def _same_after(one: str, other: str) -> int:
    """The same of their ends; it begins with a line end."""
    low, high = 0, min(len(one), len(other)) - _same_before(one, other)
    while low < high:
        middle = (low + high + 1) // 2
        same = one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]
        low, high = (middle, high) if same else (low, middle - 1)
    at = len(one) - low
    for _ in range(_CONTEXT + 1):
        at = one.find("\n", at)
        if at < 0:
            return 0
        at += 1
    return len(one) - at + 1 if one.count("\n", at) else 0


def _moved(number: int | None, lines: int) -> int | None:
    return None if number is None else number + lines


def _stand_in(lines: int) -> list[Line]:
    return [Line(FOLDED, None, None, f"… {lines:,} lines the same")] if lines else []


def _request(full: FullEntry) -> str:
    return _pretty(full.body)


def _answer(full: FullEntry) -> str:
    answer = full.answer
    if answer.status is None:
        return answer.sentence
    return f"HTTP {answer.status}\n\n{_pretty(answer.body)}".rstrip()


def _pretty(body: bytes) -> str:
    """JSON laid out the same way for both; anything else as it is."""
    text = body.decode("utf-8", "replace")
    try:
        return jsontext.dumps(jsontext.parse(text).payload)
    except (JsonTextError, ValueError):
        return text
