"""What differs between two texts, line by line and inside the lines, in an order that people can read.

Two texts of 5 MB take less than two seconds: where a fine comparison would take long, a coarser one is made.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

FOLDED = "folded"  # the mark of a line that stands for many
_LINE_STEPS = 3_000_000  # of comparing lines finely, counted for the worst case; for two whole texts
_ANCHOR_STEPS = 1_200_000  # of looking for lines to hold on to, before that
_WORD_STEPS = 1_000_000  # of comparing inside lines
_AT_LEAST = 200  # steps for a pair of lines
_LONGEST_COMPARED = 400  # characters of a line that is compared word by word
_LONGEST_WORD = 60  # characters; longer ones differ in a part of them
_RESEMBLING = 0.5  # of two lines, leaving out what they are indented with
_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)


class _Effort:
    """What is left to be spent on comparing finely."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    @property
    def is_spent(self) -> bool:
        """Whether there is nothing left to speak of."""
        return self._left < _AT_LEAST

    def spend(self, steps: int) -> bool:
        """Whether there was enough left."""
        if steps > self._left:
            return False
        self._left -= steps
        return True


_Parts = tuple[tuple[int, int], ...]
_Block = tuple[int, int, int, int]  # left from, left to, right from, right to


class Line(NamedTuple):
    """One line of a comparison. `mark` is "same", "removed", "added", or "folded" for a line that stands for many.

    `left` and `right` are its numbers in the two texts, from 1, None where it is not in one. `parts` are ranges of
    characters that its counterpart does not have; without one it is empty.
    """

    mark: str
    left: int | None
    right: int | None
    text: str
    parts: _Parts = ()


_line: Callable[[tuple[Any, ...]], Line] = partial(tuple.__new__, Line)  # a million of them, in half the time


def differences(left: str, right: str) -> list[Line]:
    """The lines of both texts; where they differ, what was removed stands before what was added.

    It makes no difference how the lines end. May take more than a second for megabytes: call it from a thread.
    """
    old, new = _lines(left), _lines(right)
    lines: list[Line] = []
    effort = _Effort(_WORD_STEPS)
    before = 0, 0
    for block in [*_differing(old, new), (len(old), len(old), len(new), len(new))]:
        numbers = range(before[0] + 1, block[0] + 1), range(before[1] + 1, block[2] + 1)
        lines += map(_line, zip(repeat("same"), *numbers, old[before[0] : block[0]], repeat(())))
        lines += _changed(old, new, block, effort)
        before = block[1], block[3]
    return lines


def folded(lines: Sequence[Line], context: int = 3) -> list[Line]:
    """`lines` without long runs of same ones: `context` lines stay on each side, one line stands for the rest."""
    shown: list[Line] = []
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and lines[end].mark == "same":
            end += 1
        head = at + context if at else 0
        tail = end - context if end < len(lines) else end
        if tail - head > 1:
            shown += lines[at:head]
            shown.append(Line(FOLDED, None, None, f"… {tail - head:,} lines the same"))
            at = tail
        shown += lines[at : end + 1]
        at = end + 1
    return shown


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n") if text else []


def _differing(old: list[str], new: list[str]) -> list[_Block]:
    """The blocks in which the two differ, in order, never empty."""
    found: list[_Block] = []
    waiting: list[_Block] = [(0, len(old), 0, len(new))]
    by_lines, by_anchors = _Effort(_LINE_STEPS), _Effort(_ANCHOR_STEPS)
    while waiting:
        block = _trimmed(old, new, waiting.pop())
        at, to, there, upto = block
        if at == to or there == upto:
            if at < to or there < upto:
                found.append(block)
            continue
        if by_lines.spend(_needed(old[at:to], new[there:upto])):
            matcher = SequenceMatcher(None, old[at:to], new[there:upto], autojunk=False)
            found += [
                (at + i, at + j, there + k, there + m) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"
            ]
            continue
        anchors = _anchors(old, new, block) if by_anchors.spend(to - at + upto - there) else []
        if not anchors:
            found.append(block)
            continue
        # What comes first is compared first, and so finely, when there is not time for everything.
        starts = [(at, there), *((i + 1, k + 1) for i, k in anchors)]
        ends = [*anchors, (to, upto)]
        between = zip(reversed(starts), reversed(ends), strict=True)
        waiting += [(i, j, k, m) for (i, k), (j, m) in between if i < j or k < m]
    return found


def _trimmed(old: list[str], new: list[str], block: _Block) -> _Block:
    """The block without the lines that are the same at its beginning and end."""
    at, to, there, upto = block
    head = _shared(old[at:to], new[there:upto])
    tail = _shared(old[at + head : to][::-1], new[there + head : upto][::-1])
    return at + head, to - tail, there + head, upto - tail


def _needed(old: list[str], new: list[str]) -> int:
    """Steps that SequenceMatcher takes at most: it looks at all pairs of equal lines for each match it finds."""
    least = len(old) * min(len(old), len(new))
    if least <= 10_000 or least > _LINE_STEPS:
        return least
    counts = Counter(new)
    return (sum(counts[line] for line in old) + len(old)) * min(len(old), len(new))


def _anchors(old: list[str], new: list[str], block: _Block) -> list[tuple[int, int]]:
    """Lines that stand exactly once in both, as many as are in the same order: what patience diff rests on."""
    at, to, there, upto = block
    once = {line for line, count in Counter(old[at:to]).items() if count == 1}
    once &= {line for line, count in Counter(new[there:upto]).items() if count == 1}
    places = {new[k]: k for k in range(there, upto) if new[k] in once}
    pairs = [(i, places[old[i]]) for i in range(at, to) if old[i] in once]
    ends: list[int] = []  # the place in `new` with which the best row of each length ends
    last: list[int] = []  # the pair that it ends with
    previous: list[int] = []
    for number, (_, k) in enumerate(pairs):
        length = bisect_left(ends, k)
        previous.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [k]
        last[length : length + 1] = [number]
    anchors: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        anchors.append(pairs[number])
        number = previous[number]
    return anchors[::-1]


def _changed(old: list[str], new: list[str], block: _Block, effort: _Effort) -> list[Line]:
    """What was removed, then what was added. Lines that resemble each other say where they differ."""
    at, to, there, upto = block
    numbers, there_numbers = range(at + 1, to + 1), range(there + 1, upto + 1)
    removed = list(map(_line, zip(repeat("removed"), numbers, repeat(None), old[at:to], repeat(()))))
    added = list(map(_line, zip(repeat("added"), repeat(None), there_numbers, new[there:upto], repeat(()))))
    k = 0
    for i, line in enumerate(removed):
        if effort.is_spent:
            break
        for candidate in range(k, min(k + 3, len(added))):  # its counterpart, or it lies close after
            both = _parts(line.text, added[candidate].text, effort)
            if both is not None:
                removed[i], added[candidate] = line._replace(parts=both[0]), added[candidate]._replace(parts=both[1])
                k = candidate + 1
                break
    return removed + added


def _parts(one: str, other: str, effort: _Effort) -> tuple[_Parts, _Parts] | None:
    """Where two lines differ; None when they do not resemble each other, or no effort is left to find out."""
    if not effort.spend(_AT_LEAST + (len(one) + len(other)) // 20):
        return None
    indent = min(len(one) - len(one.lstrip()), len(other) - len(other.lstrip()))
    head = _whole_words(one, other, _shared(one, other))
    backwards = one[: head - len(one) - 1 : -1], other[: head - len(other) - 1 : -1]
    tail = _whole_words(*backwards, _shared(*backwards))
    size = len(one) + len(other) - 2 * indent
    middle = one[head : len(one) - tail], other[head : len(other) - tail]
    matched = head - min(indent, head) + tail
    ranges: list[tuple[int, int, int, int]] = [(head, len(one) - tail, head, len(other) - tail)]
    if max(map(len, middle)) <= _LONGEST_COMPARED and effort.spend(len(middle[0]) * len(middle[1]) // 10):
        ranges, more = _words(*middle, head)
        matched += more
    if size == 0 or 2 * matched < _RESEMBLING * size:
        return None
    return tuple((i, j) for i, j, _, _ in ranges if i < j), tuple((k, m) for _, _, k, m in ranges if k < m)


def _words(one: str, other: str, offset: int) -> tuple[list[tuple[int, int, int, int]], int]:
    """The ranges in which two pieces of lines differ, and how many characters are the same."""
    old, new = _WORD.findall(one), _WORD.findall(other)
    old_at, new_at = [offset], [offset]
    for words, places in ((old, old_at), (new, new_at)):
        for word in words:
            places.append(places[-1] + len(word))
    ranges: list[tuple[int, int, int, int]] = []
    matched = 0
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            matched += old_at[j] - old_at[i]
        else:
            ranges.append((old_at[i], old_at[j], new_at[k], new_at[m]))
    return ranges, matched


def _whole_words(one: str, other: str, shared: int) -> int:
    """As many of the shared characters as end with a word: of 12 and 13 the whole number differs."""
    for at in range(shared, max(shared - _LONGEST_WORD, -1), -1):
        goes_on = any(at < len(text) and text[at].isalnum() for text in (one, other))
        if at == 0 or not goes_on or not one[at - 1].isalnum():
            return at
    return shared


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many characters, or lines, at their beginnings are the same."""
    least, most = 0, min(len(one), len(other))
    while least < most:  # comparing slices is far faster than comparing one by one
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least
