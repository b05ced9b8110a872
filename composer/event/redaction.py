"""An event, and what a server said of it, without its values: what is left is fit to be shown to strangers.

The names of the contract and of properties stay; a value becomes what it is, such as ``<text, 12 characters>``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import chain, islice
from math import isfinite

from composer.event import dates, fields, jsontext, legacy, reference
from composer.event.giveaways import Marks, folded, plain, without_keys, without_strangers
from composer.event.model import is_e164, is_plain_email
from composer.event.payload import Json, Number, join, split
from composer.event.repairs import number_meant
from composer.event.walk import members

MAX_TEXT = 2_000  # characters of what a server said
_MAX_READ = 8_000  # characters of it that are looked at
_MAX_MEMBERS = 120  # of the whole event: a report has some 20 KB at most
_MAX_DEPTH = 6
_LONGEST_NAME = 64  # characters
_SHORTEST = 4  # characters of a value that is hidden wherever it stands, and not only as a word of its own
_MAX_NAMES = 2_000  # of which the words may be read
_OF_CUSTOMER, _OWN_FIELDS = "/customer/", "/customer/customFields"
_PIECE = 8  # characters of the beginning or the end of a value that give it away

_WORDS = frozenset(
    name.lower()
    for name in (
        *(*fields.TOP_LEVEL_NAMES, *fields.CUSTOMER_NAMES, *fields.LOCATION_NAMES, *legacy.NAMES),
        *("$extra", "true", "false", "null", "event", "events", "number", "string", "text", "object", "array"),
    )
)
# Words of servers that say nothing of a value, even where a value has them.
_ORDINARY_WORDS = """
    must should have been with that this from than more least most only when where which because cannot wanted bad
    valid invalid required missing allowed expected unexpected unknown found empty duplicate rejected queued error
    errors value values field fields property properties name names type format length characters bytes request body
    schema list item items long short large small null input code date email phone store shop customer
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
_NAME = re.compile(r"[^\W\d][\w .,:;/()%&#'$+-]{0,63}|\$[\w .-]{1,63}")
_NO_NAME = re.compile(r"\d{5}|[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PHONE_LIKE = re.compile(r"[+(]?\d[\d\s().-]{5,30}")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_WORDLIKE = re.compile(r"[^\W_]{4,}")
_REST = re.compile(r"[\w@.+-]*")  # of a value of which the beginning was found
_CUT = re.compile(r"\s?(?:…|\.\.)")
_AMOUNT = re.compile(r"(?:\d[.,]?|\.\d)(?:[.,'_ ]?\d)*(?:e[+-]?\d+)?", re.IGNORECASE)
_NO_DIGITS = re.compile(r"\D+")
_MOST_DIGITS = 200_000  # in an event with more each long number may be one of its own


class Redactor:
    """Takes the values of one event, and `others` that nobody is to read either, out of what is said of it."""

    def __init__(self, payload: Json, others: Collection[str] = ()) -> None:
        self._payload, self._others = payload, others
        self._left = _MAX_MEMBERS

    def event(self) -> Json:
        """The event's shape, with each value as what it is. Long lists are their first item and a count."""
        self._left = _MAX_MEMBERS
        return self._shape(self._payload, "", 0)

    def path(self, pointer: str) -> str:
        """A JSON Pointer into the event, without names that are values."""
        try:
            return join(*(self._name(part) for part in split(pointer))) if pointer else ""
        except ValueError:
            return "<path>"

    def text(self, said: str) -> str:
        """What a server said, at most MAX_TEXT characters, without values, addresses, numbers and keys."""
        said = plain(said[:_MAX_READ])[:_MAX_READ]
        marks = Marks()
        said = self._without_values(without_keys(said, marks), marks)
        said = self._without_parts(without_strangers(said, marks), marks)
        said = "".join(c if c.isprintable() or c == "\n" or c in marks.names else " " for c in said).strip()
        said = marks.read(said)
        return said if len(said) <= MAX_TEXT else said[: MAX_TEXT - 1] + "…"

    # Names

    def _name(self, key: str) -> str:
        return key if self._is_name(key) else f"<name, {_characters(key)}>"

    def _is_name(self, key: str) -> bool:
        """A name of a property, and not a value that is used as one, or has one in it."""
        if key.lower() in _WORDS or (key.isdecimal() and len(key) <= 3):
            return True
        if len(key) > _LONGEST_NAME or not _NAME.fullmatch(key) or _NO_NAME.search(key):
            return False
        text, values = key.lower(), self._values_in_names
        return not any(
            text[start:end] in values for start in range(len(text)) for end in range(start + _SHORTEST, len(text) + 1)
        )

    @cached_property
    def _values_in_names(self) -> set[str]:
        found = {value.lower() for _, value in self._texts if _SHORTEST <= len(value) <= _LONGEST_NAME}
        found.update(form for number in self._numbers if len(form := jsontext.scalar(number)) >= _SHORTEST)
        for path, value in self._texts:
            if path.startswith(_OF_CUSTOMER) and not path.startswith(_OWN_FIELDS):
                found.update(word.lower() for word in _WORDLIKE.findall(value[:1000]))
        return found - _WORDS

    # The event

    def _shape(self, value: Json, path: str, depth: int) -> Json:
        if isinstance(value, dict):
            return self._object(value, path, depth)
        if isinstance(value, list):
            return self._list(value, path, depth)
        if isinstance(value, str):
            return value if _is_code(path, value) else _kind(value)
        if value is None:
            return None
        return "<true or false>" if isinstance(value, bool) else _number(value)

    def _object(self, value: dict[str, Json], path: str, depth: int) -> Json:
        if value and depth >= _MAX_DEPTH:
            return f"<object, {_count(len(value), 'member')}>"
        shown: dict[str, Json] = {}
        for key, inner in value.items():
            if not self._left:
                shown["<more>"] = f"<{_count(len(value) - len(shown), 'more member')}>"
                break
            self._left -= 1
            shown[_free(self._name(key), shown)] = self._shape(inner, path + join(key), depth + 1)
        return shown

    def _list(self, value: list[Json], path: str, depth: int) -> Json:
        if value and (depth >= _MAX_DEPTH or not self._left):
            return f"<list, {_count(len(value), 'item')}>"
        self._left -= bool(value)
        more = [f"<{_count(len(value) - 1, 'more item')}>"] if len(value) > 1 else []
        return [self._shape(each, path + join(0), depth + 1) for each in value[:1]] + more

    # What was said

    @cached_property
    def _texts(self) -> list[tuple[str, str]]:
        """Texts with their paths, without the codes that may be read."""
        return [(path, value) for path, value in _texts(self._payload) if not _is_code(path, value)]

    @cached_property
    def _folded(self) -> dict[str, str]:
        """Each text, and how it is compared."""
        return {value: folded(plain(value)) for _, value in self._texts}

    @cached_property
    def _numbers(self) -> list[float]:
        return [
            value
            for _, _, value in [("", "", self._payload), *members(self._payload)]
            if isinstance(value, (int, float)) and not isinstance(value, bool)
        ]

    def _without_values(self, said: str, marks: Marks) -> str:
        covered = _Covered(said)
        found: dict[str, str] = {}
        for text, instead in self._secrets(covered.folded):
            if text not in _WORDS:
                found.setdefault(text, instead)
        for text in sorted(found, key=len, reverse=True):
            covered.cover(text, found[text])
        return covered.read(marks)

    def _without_parts(self, said: str, marks: Marks) -> str:
        covered = _Covered(said)
        self._cover_words(covered)
        self._cover_numbers(covered)
        return covered.read(marks)

    def _secrets(self, said: str) -> Iterator[tuple[str, str]]:
        """What stands in `said` and must not be read, folded, with what stands in its place."""
        yield from ((folded(plain(other)), "<store>") for other in self._others)
        for value, text in self._folded.items():
            if text.strip() and text in said:
                yield text, _kind(value)
            for piece in _pieces(text):
                if piece in said:
                    yield piece, "<text>"
        for _, key, _ in members(self._payload):
            if isinstance(key, str) and key and len(key) <= _MAX_READ:
                text = folded(plain(key))
                if text.strip() and text in said and not self._is_name(key):
                    yield text, f"<name, {_characters(key)}>"

    def _cover_words(self, covered: _Covered) -> None:
        """Each word of a value gives something of it away, unless it is a word that servers say anyway."""
        values = set(_WORDLIKE.findall("\n".join(self._folded.values()))) - _WORDS - _ORDINARY - self._words_of_names
        store = {word for other in self._others for word in _WORDLIKE.findall(folded(plain(other)))} - _ORDINARY
        store.update("".join(_WORD.findall(folded(plain(other)))) for other in self._others)
        begins = sorted(values)
        for found in _WORD.finditer(covered.folded):
            word = found[0]
            if word in store and len(word) >= _SHORTEST:
                covered.cover_range(*found.span(), "<store>")
            elif word in values or (_CUT.match(covered.folded, found.end()) and _is_beginning(word, begins)):
                covered.cover_range(*found.span(), "<text>")

    def _cover_numbers(self, covered: _Covered) -> None:
        own = {Decimal(jsontext.scalar(number)) for number in self._numbers if isfinite(number)}
        own = {number for number in own if abs(number) >= 10 or number != int(number)}
        texts = chain(self._folded, map(jsontext.scalar, self._numbers))
        # A date is found as such, and its digits in a row are no number.
        digits = " ".join(_NO_DIGITS.sub(" " if dates.is_rfc3339(text) else "", text) for text in texts)
        for found in _AMOUNT.finditer(covered.folded):
            spans = [found.span()]
            if " " in found[0]:
                start = found.start()
                spans += [(start + part.start(), start + part.end()) for part in re.finditer(r"\S+", found[0])]
            for start, end in spans:
                said = covered.folded[start:end]
                bare = "".join(c for c in said if c.isdecimal())
                is_part = len(bare) >= _SHORTEST and (len(digits) > _MOST_DIGITS or bare in digits)
                if is_part or not own.isdisjoint(_amounts(said)):
                    covered.cover_range(start, end, "<number>")

    @cached_property
    def _words_of_names(self) -> set[str]:
        """They are seen in the shape of the event."""
        keys = {key for _, key, _ in members(self._payload) if isinstance(key, str)}
        names = (key for key in islice(keys, _MAX_NAMES) if self._is_name(key))
        return {word for name in names for word in _WORDLIKE.findall(folded(name))}


class _Covered:
    """A text of which parts are covered by placeholders."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.folded = folded(text)
        self._instead: list[str | None] = [None] * len(text)  # "" where the placeholder stands further left

    def cover(self, part: str, instead: str) -> None:
        """Cover `part`, which is folded, wherever it stands. Short ones and numbers only by themselves: they are a part
        of too many words.
        """
        is_alone = len(part) < _SHORTEST or part.replace(".", "").isdecimal()
        at = self.folded.find(part) if part else -1
        while at >= 0:
            end = at + len(part)
            if not is_alone or not (self._is_letter(at - 1) or self._is_letter(end)):
                rest = _REST.match(self.folded, end) if instead == "<text>" and len(part) == _PIECE else None
                self.cover_range(at, rest.end() if rest else end, instead)
            at = self.folded.find(part, end)

    def cover_range(self, start: int, end: int, instead: str) -> None:
        """Cover what is not covered yet of this range."""
        for at in range(start, end):
            if self._instead[at] is None:
                self._instead[at] = instead
                instead = ""

    def read(self, marks: Marks) -> str:
        """The text, with a mark for each placeholder."""
        parts = []
        for c, instead in zip(self._text, self._instead, strict=True):
            parts.append(c if instead is None else marks.of(instead) if instead else "")
        return "".join(parts)

    def _is_letter(self, at: int) -> bool:
        return 0 <= at < len(self.folded) and self.folded[at].isalnum()


def redacted(payload: Json) -> Json:
    """The shape of `payload`, with each value as what it is."""
    return Redactor(payload).event()


def redacted_text(text: str, payload: Json) -> str:
    """`text`, which a server said of `payload`, at most MAX_TEXT characters, without what gives somebody away."""
    return Redactor(payload).text(text)


def _texts(payload: Json) -> Iterator[tuple[str, str]]:
    if isinstance(payload, str):
        yield "", payload
    for parent, key, value in members(payload):
        if isinstance(value, str):
            yield parent + join(key), value


def _is_code(path: str, value: str) -> bool:
    """A known code in its place says much and names nobody. Elsewhere BOB need not be the money of Bolivia."""
    field = fields.BY_PATH.get(path)
    if field is None or len(value) > _LONGEST_NAME:
        return False
    known: dict[fields.Kind, Collection[str]] = {
        fields.Kind.CURRENCY: reference.currency_codes(),
        fields.Kind.COUNTRY: reference.country_codes(),
        fields.Kind.TIME_ZONE: reference.time_zone_names(),
    }
    return value in known.get(field.kind, ())


def _kind(text: str) -> str:
    """What a text is, without saying it."""
    if not text.strip():
        return f"<blank text, {_characters(text)}>" if text else "<empty text>"
    digits = sum(c.isdecimal() for c in text)
    if is_plain_email(text):
        return "<email>"
    if is_e164(text):
        return f"<phone, + and {_count(digits, 'digit')}>"
    if _OBJECT_ID.fullmatch(text):
        return "<id, 24 hex digits>"
    if _UUID.fullmatch(text):
        return "<UUID>"
    if dates.is_rfc3339(text):
        return "<RFC 3339 date>"
    if dates.near_miss(text) is not None:
        return f"<date-like text, {_form(text)}>"
    if number_meant(text) is not None:
        return f"<number as text, {_characters(text)}>"
    if text.strip().lower() in {"true", "false"}:
        return "<true or false as text>"
    if _PHONE_LIKE.fullmatch(text) and digits >= 7:
        return f"<phone-like text, {_count(digits, 'digit')}>"
    if _URL.fullmatch(text):
        return f"<URL, {_characters(text)}>"
    if "@" in text:
        return f"<email-like text, {_characters(text)}>"
    return f"<text, {_characters(text)}>"


def _form(date: str) -> str:
    """The form of a text that looks like a date: ``nn/nn/nnnn``."""
    return "".join("n" if c.isdecimal() else "a" if c.isalpha() else c for c in date)


def _number(value: float) -> str:
    if not isinstance(value, Number) and isinstance(value, float) and not isfinite(value):
        return "<not a number of JSON>"
    if value == 0:
        return "<number, zero>"
    literal = jsontext.scalar(value)
    is_whole = literal.lstrip("-").isdecimal()
    digits = sum(c.isdecimal() for c in literal)
    sign = "negative " if value < 0 else ""
    size = f" of {digits:,} digits" if digits > 15 else ""
    return f"<number, {sign}{'integer' if is_whole else 'decimal'}{size}>"


def _amounts(said: str) -> set[Decimal]:
    """What a number may mean, with points or commas for its thousands or its decimals."""
    bare = re.sub(r"['_ ]", "", said).strip(".,")
    found = set()
    for text in (bare.replace(",", ""), bare.replace(".", "").replace(",", ".")):
        with suppress(InvalidOperation):
            found.add(Decimal(f"0{text}" if said.startswith(".") else text))
    return found


def _pieces(value: str) -> Iterator[str]:
    """The parts of a value that give it away alone: the halves of an address, and the beginning and the end of what a
    server may have shortened.
    """
    if "@" in value:
        yield from (part for part in value.split("@", 2)[:2] if len(part) >= _SHORTEST)
    if len(value) >= _PIECE + 3:
        yield value[:_PIECE]
        yield value[-_PIECE:]


def _is_beginning(word: str, words: list[str]) -> bool:
    """Whether one of `words`, which are sorted, begins so."""
    at = bisect_left(words, word)
    return len(word) >= _SHORTEST and at < len(words) and words[at].startswith(word)


def _free(name: str, taken: Collection[str]) -> str:
    """`name`, numbered when it is taken: hidden names can look the same."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free


def _characters(text: str) -> str:
    return _count(len(text), "character")


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
