"""Names found by what is typed: whatever its case and marks, those that begin with it first.

Twenty thousand names are looked through at each key, so they lie in a few long texts, which `str.find` searches.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

_MARKS = str.maketrans("", "", "_-.")
_LATER_WORD = re.compile(r"(?<=[\s_\-.])[^\s_\-.]|(?<=[a-z0-9])[A-Z]")
_WORDS = 12  # of a name that are looked at
_REMEMBERED = 65_536  # names


@lru_cache(maxsize=_REMEMBERED)
def folded(name: str) -> str:
    """What names have in common that differ only in case, blanks, "_", "-", "." or camelCase."""
    return "".join(name.casefold().translate(_MARKS).split())


class Completion:
    """Names in the order of their rank."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        words = [(word, at) for at, name in enumerate(names) for word in _later_words(name)]
        self._whole = _Keys([folded(name) for name in names])
        self._words = _Keys([word for word, _ in words])
        self._owners = [at for _, at in words]

    def find(self, typed: str, most: int, without: Collection[str] = ()) -> list[str]:
        """At most so many names that hold what is `typed`: those that begin with it, then those of which a word does,
        then the rest. All names hold nothing.
        """
        found: dict[str, None] = {}
        for at in self._matches(folded(typed)):
            if len(found) >= most:
                break
            if self._names[at] not in without:
                found[self._names[at]] = None
        return list(found)

    def _matches(self, key: str) -> Iterator[int]:
        if not key:
            yield from range(len(self._names))
            return
        yield from self._whole.beginning(key)
        yield from (self._owners[at] for at in self._words.beginning(key))
        yield from self._whole.holding(key)


class _Keys:
    """Texts without line breaks, each in a line of its own."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._text = "\n" + "\n".join(keys)
        self._starts: list[int] = []
        start = 1
        for key in keys:
            self._starts.append(start)
            start += len(key) + 1

    def beginning(self, key: str) -> Iterator[int]:
        """Which of them begin with `key`."""
        return self._lines("\n" + key, 1)

    def holding(self, key: str) -> Iterator[int]:
        """Which of them hold `key`."""
        return self._lines(key, 0)

    def _lines(self, wanted: str, before: int) -> Iterator[int]:
        found = self._text.find(wanted)
        while found >= 0:
            line = bisect_right(self._starts, found + before) - 1
            yield line
            if line + 1 == len(self._starts):
                return
            found = self._text.find(wanted, self._starts[line + 1] - 1)


@lru_cache(maxsize=_REMEMBERED)
def _later_words(name: str) -> tuple[str, ...]:
    """What a name is from its second word on, from its third, and so on."""
    starts = [match.start() for match in _LATER_WORD.finditer(name)]
    return tuple(folded(name[start:]) for start in starts[:_WORDS])
