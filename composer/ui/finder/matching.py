"""Which items a typed text means, the best first, and which letters say so. Knows nothing of widgets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from heapq import nsmallest
from itertools import islice
from typing import NamedTuple

Spans = tuple[tuple[int, int], ...]  # (begin, end) of characters, in order, not touching each other

# How well an item fits, the best first: `Hit.fit`.
EXACT, BEGINNING, INSIDE, ELSEWHERE, INITIALS, SCATTERED, NOT = range(7)

MOST = 50  # hits anybody looks through
LEFT_TO_RIGHT = "\u200e"  # an unseen letter that keeps two names from being read as one from right to left
_SHORTEST_SCATTERED = 3  # letters; two would be found in almost anything
_LONGEST_INITIALS = 24  # letters of a term, and words of an item; so that no text takes long
_LONGEST = 1000  # characters of an item that are looked at
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EDGE = "\x01"  # stands before each word, where beginnings of words are looked for
_PLAIN = str.maketrans("øłđħı", "oldhi")  # letters with a stroke, or without a dot, that have no parts in Unicode


class Item(NamedTuple):
    """One thing to be found. `id` is the same at every start; `keys` is a shortcut's text; `act` does it."""

    id: str
    words: str
    detail: str
    keys: str
    act: Callable[[], object]


class Hit(NamedTuple):
    """An item that was found: how well it fits, and the letters of its words and of its detail that say so."""

    item: Item
    fit: int
    marks: Spans = ()
    detail_marks: Spans = ()


def rank(text: str, items: Sequence[Item], used: Sequence[str] = (), most: int = MOST) -> tuple[list[Hit], int]:
    """The `most` best hits, the best first, and how many hits there are in all.

    Every blank-separated term of `text` must be found: as the beginning of a word, inside one, as the beginning of a
    word of the detail, as initials, or as scattered letters of one word. Of items that fit equally well those with
    their id early in `used` come first. Case and accents make no difference. A blank text finds everything.
    """
    whole = " ".join(_fold(text).split())
    terms = list(dict.fromkeys(whole.split()))
    recent = {each: at for at, each in enumerate(reversed(used))}
    if not terms:
        first = sorted(items, key=lambda item: -recent.get(item.id, -1))[:most]
        return [Hit(item, EXACT) for item in first], len(items)
    found: list[tuple[int, int, int, int, int]] = []
    rest: list[int] = []
    for at, item in enumerate(items):
        looked_at = _look(item.words, item.detail)
        for term in terms:
            if term not in looked_at.all:
                rest.append(at)
                break
        else:
            fit = EXACT if looked_at.words == whole else max(looked_at.fit(term) for term in terms)
            place = looked_at.words.find(terms[0])
            if fit < NOT:
                found.append((fit, -recent.get(item.id, -1), place, len(looked_at.words), at))
            else:
                rest.append(at)
    if len(found) < most:  # otherwise none of these would be seen
        for at in rest:
            looked_at = _look(items[at].words, items[at].detail)
            fit = EXACT
            for term in terms:
                fit = max(fit, looked_at.weak_fit(term))
                if fit == NOT:
                    break
            else:
                found.append((fit, -recent.get(items[at].id, -1), 0, len(looked_at.words), at))
    return [_marked(items[at], terms, fit) for fit, *_, at in nsmallest(most, found)], len(found)


def mark(text: str, items: Iterable[Item]) -> list[Hit]:
    """Items that somebody else has found, in their order, with the letters of `text` that stand in them."""
    terms = _fold(text).split()
    return [_marked(item, terms, INSIDE) for item in items]


class _LookedAt:
    """An item's text, folded, in the forms it is looked for in."""

    __slots__ = ("_begins", "_begins_elsewhere", "_letters", "all", "words")

    def __init__(self, words: str, detail: str) -> None:
        self.words, folded_detail = _fold(words), _fold(detail)
        self.all = f"{self.words}\n{folded_detail}"
        self._begins = _begins_of(self.words, *(_fold(words[match.start() :]) for match in _HUMP.finditer(words)))
        self._begins_elsewhere = _begins_of(folded_detail)
        self._letters = frozenset(self.words)

    def fit(self, term: str) -> int:
        """How well a term fits that stands in `all`."""
        if _EDGE + term in self._begins:
            return BEGINNING
        if term in self.words:
            return INSIDE
        return ELSEWHERE if _EDGE + term in self._begins_elsewhere else NOT

    def weak_fit(self, term: str) -> int:
        """How well any term fits."""
        if term in self.all and (fit := self.fit(term)) < NOT:
            return fit
        if not self._letters.issuperset(term):
            return NOT
        if _initials(term, self.words):
            return INITIALS
        return SCATTERED if _scattered(term, self.words) else NOT


def _begins_of(folded: str, *more: str) -> str:
    """The text from each beginning of a word on, each behind an edge."""
    return _EDGE + _EDGE.join((folded, *(folded[match.start() :] for match in _WORD.finditer(folded)), *more))


@lru_cache(maxsize=65_536)
def _look(words: str, detail: str) -> _LookedAt:
    return _LookedAt(words[:_LONGEST], detail[:_LONGEST])


def _fold(text: str) -> str:
    """Without case and accents. Letter by letter, so that a place in it can be traced back."""
    return text.casefold() if text.isascii() else "".join(map(_fold_letter, text))


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    parts = unicodedata.normalize("NFKD", letter).casefold()
    return "".join(part for part in parts if not _is_accent(part)).translate(_PLAIN)


def _is_accent(letter: str) -> bool:
    """Accents, and the points of Hebrew and Arabic; not the signs that make another letter in Hindi or Japanese."""
    kind = unicodedata.combining(letter)
    return 10 <= kind <= 36 or kind >= 200


def _initials(term: str, words: str) -> list[int]:
    """Where the letters of a term stand that is put together from beginnings of words; empty when it is not."""
    if len(term) > _LONGEST_INITIALS:
        return []
    starts = [match.start() for match in islice(_WORD.finditer(words), _LONGEST_INITIALS)]
    paths = {start: [start] for start in starts if words[start] == term[0]}
    for letter in term[1:]:
        longer: dict[int, list[int]] = {}
        for last, path in paths.items():
            for place in (last + 1, *(start for start in starts if start > last + 1)):
                if place < len(words) and words[place] == letter and place not in longer:
                    longer[place] = [*path, place]
        paths = longer
    return min(paths.values(), default=[])


def _scattered(term: str, words: str) -> list[int]:
    """Where the letters of a term stand that has only some letters of one word, its first among them."""
    if len(term) < _SHORTEST_SCATTERED:
        return []
    for match in _WORD.finditer(words):
        places: list[int] = []
        at = match.start() - 1
        for letter in term:
            at = words.find(letter, at + 1, match.end())
            if at < 0 or (not places and at != match.start()):
                break
            places.append(at)
        if len(places) == len(term):
            return places
    return []


def _marked(item: Item, terms: Sequence[str], fit: int) -> Hit:
    words, detail = item.words[:_LONGEST], item.detail[:_LONGEST]
    folded, folded_detail = _fold(words), _fold(detail)
    places: set[int] = set()
    detail_places: set[int] = set()
    for term in terms:
        at = _best_place(term, folded)
        if at >= 0:
            places.update(range(at, at + len(term)))
        elif fit >= INITIALS and (letters := _initials(term, folded) or _scattered(term, folded)):
            places.update(letters)
        elif (at := _best_place(term, folded_detail)) >= 0:
            detail_places.update(range(at, at + len(term)))
    return Hit(item, fit, tuple(_spans(words, places)), tuple(_spans(detail, detail_places)))


def _best_place(term: str, folded: str) -> int:
    begins = (match.start() for match in _WORD.finditer(folded) if folded.startswith(term, match.start()))
    return next(begins, folded.find(term))


def _spans(text: str, places: set[int]) -> Iterator[tuple[int, int]]:
    """The characters of `text` that became those at `places` when it was folded."""
    if not places:
        return
    begin, at = -1, 0
    for position, letter in enumerate(text):
        width = len(_fold(letter))
        inside = any(place in places for place in range(at, at + width)) if width else begin >= 0
        if inside and begin < 0:
            begin = position
        elif not inside and begin >= 0:
            yield begin, position
            begin = -1
        at += width
    if begin >= 0:
        yield begin, len(text)
