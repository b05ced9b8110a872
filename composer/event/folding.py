"""The editor's view of a payload: long texts and huge objects are shown shortened, and stay whole in what is sent.

A mark such as ``⟪98,304 more characters · 3f-1⟫`` stands for what is hidden; `Folds` knows what that is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import NamedTuple

from composer.event import jsontext
from composer.event.jsontext import TOO_DEEP, JsonTextError, LineIndex, Parsed, depth
from composer.event.limits import MAX_DEPTH
from composer.event.payload import Json

LONG_TEXT = 4096  # characters of a text shown whole
SHOWN_OF_LONG_TEXT = 240
LARGE_OBJECT = 200_000  # characters of an object or array shown whole
LONGEST_VIEW = 500_000  # the same for the outermost ones, which are better seen open
MEMOIZED = 2000  # an object whose text is shorter is printed faster than looked up

# The mark of an object is a whole text, and no key; what is left of a text stands anywhere in a text.
_MARK = re.compile(r'(?<!\\)"(⟪[^⟪⟫"]*⟫)"(?!\s*:)|(⟪[^⟪⟫"]*⟫)')
_READ = "\ufdd0"  # begins a mark while a view is read: an escaped ⟪ of somebody's own stays what it is
_READ_MARK = re.compile(f"{_READ}([^⟫]*⟫)")


_Key = tuple[int, str]  # a value's id, and how far its further lines are indented


class View(NamedTuple):
    """What the editor shows, and how many bytes of UTF-8 go over the wire for it."""

    text: str
    size: int


class _Hidden(NamedTuple):
    value: Json  # the rest of a text, or a whole object
    text: str  # the same as JSON text; without quotes for the rest of a text
    levels: int  # of nesting


class _Printed(NamedTuple):
    value: Json  # held, so that its id is not used again
    text: str
    hidden_bytes: int
    inside: list[tuple[_Key, _Printed]]  # what else is remembered of it


class Folds:
    """What the marks of one editor stand for. Printing remembers large values by identity: payloads are persistent."""

    def __init__(self, open_levels: int = 2, longest_view: float = LONGEST_VIEW) -> None:
        """The outermost `open_levels` of objects, the event, customer and data, are folded only when they would be
        shown with more than `longest_view` characters.
        """
        self._open_levels = open_levels
        self._longest_view = longest_view
        self._hidden: dict[str, _Hidden] = {}
        self._mark_of: dict[str, str] = {}
        self._made = 0
        self._prefix = os.urandom(4).hex()  # a text copied from another editor's view must not be taken for ours
        self.hidden_characters = 0
        self._memo: dict[_Key, _Printed] = {}  # of the last printing
        self._fresh: dict[_Key, _Printed] = {}  # of this one
        self._hidden_bytes = 0
        self._inside: list[tuple[_Key, _Printed]] = []
        self._text_of: dict[str, str] = {}  # as printed last → the whole text, while a view is read

    def show(self, payload: Json) -> View:
        """The canonical text of `payload` with the long parts folded."""
        self._fresh, self._hidden_bytes, self._inside = {}, 0, []
        text = self._write(payload, "")
        self._memo, self._fresh = self._fresh, {}
        return View(text, utf8_length(text) + self._hidden_bytes)

    def part(self, value: Json, indent: str) -> str:
        """The text of a value that was shown last at `indent`, standing alone; `parse` understands it."""
        printed = self._memo.get((id(value), indent))
        text = jsontext.write(value, indent) if printed is None else printed.text  # what is not remembered is short
        return text.replace("\n" + indent, "\n")

    def parse(self, view: str) -> Parsed:
        """The payload that a view text stands for. Raises JsonTextError as `jsontext.parse` does."""
        marks = [(match, hidden) for match in self._marks(view) if (hidden := self._known(match))]
        if not marks:
            return jsontext.parse(view)
        parsed = jsontext.parse(_MARK.sub(self._mark_to_read, view))
        self._text_of = {each.text: each.value for each in self._memo.values() if isinstance(each.value, str)}
        payload = self._unfold(parsed.payload)
        match, deepest = max(marks, key=lambda mark: mark[1].levels)
        if depth(parsed.payload) + deepest.levels > MAX_DEPTH and depth(payload) > MAX_DEPTH:
            raise JsonTextError(TOO_DEEP, *LineIndex(view).at(match.start()))
        return parsed._replace(payload=payload)

    def wire(self, view: str) -> str:
        """The whole text that a view text stands for, as it is sent."""
        return _MARK.sub(self._replace, view) if self._hidden and "⟪" in view else view

    def adopt(self, other: Folds) -> None:
        """Know what `other` knows, too: a long text is printed with folds of its own, in a thread."""
        self._hidden |= other._hidden
        self._mark_of |= other._mark_of
        self._memo |= other._memo
        self.hidden_characters += other.hidden_characters

    def forget_all_but(self, views: Iterable[str]) -> None:
        """Let go of what no view text in `views` has a mark for."""
        kept = {match[1] or match[2] for view in views for match in _MARK.finditer(view)}
        self._hidden = {mark: hidden for mark, hidden in self._hidden.items() if mark in kept}
        self._mark_of = {hidden.text: mark for mark, hidden in self._hidden.items()}
        self._memo = {}
        self.hidden_characters = sum(len(text) for text in self._mark_of)

    def _marks(self, view: str) -> Iterable[re.Match[str]]:
        return _MARK.finditer(view) if self._hidden and "⟪" in view else ()

    def _known(self, match: re.Match[str]) -> _Hidden | None:
        hidden = self._hidden.get(match[1] or match[2])
        return hidden if hidden is None or match[1] or isinstance(hidden.value, str) else None

    def _replace(self, match: re.Match[str]) -> str:
        hidden = self._known(match)
        if hidden is None:
            return match[0]
        return f'"{hidden.text}"' if match[1] and isinstance(hidden.value, str) else hidden.text

    def _mark_to_read(self, match: re.Match[str]) -> str:
        return match[0].replace("⟪", _READ) if self._known(match) else match[0]

    def _unfold(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {self._unfold_text(key): self._unfold(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._unfold(inner) for inner in value]
        if isinstance(value, str) and _READ in value:
            whole = self._hidden.get(value.replace(_READ, "⟪", 1))
            if whole is not None:
                return whole.value
            shown, _, mark = value.partition(_READ)
            known = self._text_of.get(f'{jsontext.quote(shown)[:-1]}⟪{mark}"')
            return known if known is not None else self._unfold_text(value)  # the very same: known when printed next
        return value

    def _unfold_text(self, text: str) -> str:
        def tail(match: re.Match[str]) -> str:
            hidden = self._hidden.get("⟪" + match[1])
            return hidden.value if hidden is not None and isinstance(hidden.value, str) else match[0]

        return _READ_MARK.sub(tail, text) if _READ in text else text

    def _write(self, value: Json, indent: str) -> str:
        is_long_text = isinstance(value, str) and len(value) > LONG_TEXT
        if not is_long_text and not isinstance(value, (dict, list)):
            return jsontext.scalar(value)
        key = (id(value), indent)
        printed = self._memo.get(key) or self._fresh.get(key)
        if printed is None:
            before = self._hidden_bytes, self._inside
            self._hidden_bytes, self._inside = 0, []
            text = self._fold_text(value) if is_long_text else self._fold_object(value, indent)
            printed = _Printed(value, text, self._hidden_bytes, self._inside)
            self._hidden_bytes, self._inside = before
        if is_long_text or len(printed.text) > MEMOIZED or printed.hidden_bytes:
            self._remember(key, printed)
            self._inside.append((key, printed))
        self._hidden_bytes += printed.hidden_bytes
        return printed.text

    def _remember(self, key: _Key, printed: _Printed) -> None:
        """Also what stands inside: the next edit may be there, and must not print its large neighbours again."""
        if key not in self._fresh:
            self._fresh[key] = printed
            for each in printed.inside:
                self._remember(*each)

    def _fold_text(self, value: str) -> str:
        rest = value[SHOWN_OF_LONG_TEXT:]
        hidden = _Hidden(rest, jsontext.quote(rest)[1:-1], 0)
        return (
            jsontext.quote(value[:SHOWN_OF_LONG_TEXT])[:-1] + self._mark(hidden, f"{len(rest):,} more characters") + '"'
        )

    def _fold_object(self, value: Json, indent: str) -> str:
        text = jsontext.write(value, indent, self._write)
        if len(text) <= (LARGE_OBJECT if len(indent) >= 2 * self._open_levels else self._longest_view):
            return text
        whole = self.wire(text)
        self._hidden_bytes = 0
        hidden = _Hidden(value, whole, depth(value))
        return f'"{self._mark(hidden, f"{len(value):,} entries, {len(whole):,} characters")}"'

    def _mark(self, hidden: _Hidden, words: str) -> str:
        mark = self._mark_of.get(hidden.text)
        if mark is None:
            self._made += 1
            mark = f"⟪{words} · {self._prefix}-{self._made}⟫"
            self._mark_of[hidden.text] = mark
            self._hidden[mark] = hidden
            self.hidden_characters += len(hidden.text)
        quotes = 0 if isinstance(hidden.value, str) else 2
        self._hidden_bytes += utf8_length(hidden.text) - utf8_length(mark) - quotes
        return mark


def utf8_length(text: str) -> int:
    """Bytes of `text` in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
