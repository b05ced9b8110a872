"""JSON text in and out: what a payload looks like in the editor and, byte for byte, on the wire.

Reading keeps number literals and tells about duplicate keys; every error has a line and a column.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import chain
from typing import Any, NamedTuple

from composer.event.findings import Finding, Severity
from composer.event.limits import MAX_DEPTH
from composer.event.payload import Json, Number, join, split
from composer.event.walk import readable

TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels, which is all the composer holds."
_SPACE = re.compile(r"[ \t\n\r]*")
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
# What a text box can't hold (it turns these into blanks or new lines) or would show as something else; and the
# bracket that begins the mark of a folded part, so that nobody's own text is taken for one.
_UNSHOWABLE = re.compile("[⟪\x7f\xa0\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0\ufdd1\ufeff\ufffc]")


class JsonTextError(ValueError):
    """The text is not JSON. `line` and `column` count from 1; `message` is a plain sentence without them."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"Line {line}, column {column}: {message}")
        self.message = message
        self.line = line
        self.column = column


class Parsed(NamedTuple):
    """A text read: its payload, and what only the text could tell (duplicate keys)."""

    payload: Json
    findings: list[Finding]


def parse(text: str) -> Parsed:
    """Read one JSON text. NaN and Infinity are read too (as floats): the checks name them.

    Raises JsonTextError when it is not JSON, or nested deeper than the composer holds.
    """
    repeated: dict[int, tuple[dict[str, Json], list[str]]] = {}

    def members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            keys = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]
            repeated[id(made)] = (made, list(dict.fromkeys(keys)))
        return made

    decoder = json.JSONDecoder(
        object_pairs_hook=members, parse_float=_read_float, parse_int=_read_int, parse_constant=float
    )
    body = text.removeprefix("\ufeff")
    try:
        payload = decoder.decode(body)
    except json.JSONDecodeError as error:
        raise JsonTextError(_sentence(error, body), error.lineno, error.colno) from None
    except RecursionError:
        raise _too_deep(body) from None
    if depth(payload) > MAX_DEPTH:
        raise _too_deep(body)
    return Parsed(payload, _duplicate_keys(payload, repeated) if repeated else [])


def number(text: str) -> float | int | None:
    """The number a person typed, keeping its literal; None when it is not a JSON number."""
    if not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", text, re.ASCII):
        return None
    return _read_float(text) if any(mark in text for mark in ".eE") else _read_int(text)


def loses_precision(value: float) -> bool:
    """Whether a JSON double can't hold this number: 9007199254740993, 1e400, 0.12345678901234567890."""
    if isinstance(value, Number):
        if value in (float("inf"), float("-inf")):
            return True
        from decimal import Decimal, InvalidOperation

        try:
            return Decimal(value.literal) != Decimal(float.__repr__(value))
        except InvalidOperation:
            return True
    if isinstance(value, int) and abs(value) > 2**53:
        try:
            return int(float(value)) != value
        except OverflowError:
            return True
    return False


def depth(value: Json) -> int:
    """How many containers lie inside each other: 0 for a plain value."""
    levels = 0
    level: list[Any] = [value] if isinstance(value, (dict, list)) else []
    while level:
        levels += 1
        inside = chain.from_iterable(each.values() if isinstance(each, dict) else each for each in level)
        level = [each for each in inside if isinstance(each, (dict, list))]
    return levels


def quote(text: str) -> str:
    """`text` as a JSON string; what can't be shown or encoded (lone surrogates) is escaped."""
    quoted = json.encoder.encode_basestring(text)
    return quoted if text.isascii() and "\x7f" not in text else _UNSHOWABLE.sub(_escape, quoted)


def scalar(value: Json) -> str:
    """A value that is neither object nor array, as JSON text."""
    if isinstance(value, str):
        return quote(value)
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, Number):
        return value.literal
    if isinstance(value, float):
        return _FLOATS.get(float.__repr__(value)) or float.__repr__(value)
    return int.__repr__(value)


_FLOATS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def dumps(payload: Json) -> str:
    """The canonical text of a payload, two blanks a level: what the editor shows and what is sent, as UTF-8.

    Raises ValueError when it is nested deeper than MAX_DEPTH levels.
    """
    if depth(payload) > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    return write(payload, "")


def write(value: Json, indent: str, write_value: Callable[[Json, str], str] | None = None) -> str:
    """`value` as text whose further lines begin with `indent`; `write_value` may print the members another way."""
    each = write_value or write
    below = indent + "  "
    if isinstance(value, dict):
        if not value:
            return "{}"
        lines = [f"{below}{quote(key)}: {each(inner, below)}" for key, inner in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list):
        if not value:
            return "[]"
        return "[\n" + ",\n".join([below + each(inner, below) for inner in value]) + f"\n{indent}]"
    return scalar(value)


def spans(text: str, pointers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Where the values at `pointers` stand in `text`: pointer → (start, end) in characters.

    Pointers without a value, and everything behind the first error of a broken text, are left out.
    """
    root = _Wanted()
    for pointer in pointers:
        node = root
        for part in split(pointer):
            node = node.below.setdefault(part, _Wanted())
        node.pointer = pointer
    found: dict[str, tuple[int, int]] = {}
    with suppress(ValueError, IndexError, RecursionError):
        _find(text, _skip_space(text, int(text.startswith("\ufeff"))), root, found)
    return found


class LineIndex:
    """Line and column (from 1) of a position in a text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, position: int) -> tuple[int, int]:
        """(line, column) of the character at `position`."""
        line = bisect_left(self._starts, position + 1)
        return line, position - self._starts[line - 1] + 1


class _Wanted:
    """A tree of the paths looked for."""

    __slots__ = ("below", "pointer")

    def __init__(self) -> None:
        self.below: dict[str, _Wanted] = {}
        self.pointer: str | None = None


_skipper = json.JSONDecoder(parse_int=len, parse_float=len)  # only the ends matter; len spares the conversion


def _find(text: str, start: int, wanted: _Wanted, found: dict[str, tuple[int, int]]) -> int:
    """Read the value at `start`, note the wanted ones below, return its end."""
    if wanted.below and text[start] in "{[":
        end = _find_members(text, start, wanted.below, found)
    else:
        _, end = _skipper.raw_decode(text, start)
    if wanted.pointer is not None:
        found[wanted.pointer] = (start, end)
    return end


def _find_members(text: str, start: int, wanted: dict[str, _Wanted], found: dict[str, tuple[int, int]]) -> int:
    is_object = text[start] == "{"
    closing = "}" if is_object else "]"
    at = _skip_space(text, start + 1)
    index = 0
    while text[at] != closing:
        if is_object:
            key, at = _skipper.raw_decode(text, at)
            at = _skip_space(text, at)
            if not isinstance(key, str) or text[at] != ":":
                raise ValueError
            at = _skip_space(text, at + 1)
        else:
            key = str(index)
            index += 1
        at = _find(text, at, wanted[key], found) if key in wanted else _skipper.raw_decode(text, at)[1]
        at = _skip_space(text, at)
        if text[at] == ",":
            at = _skip_space(text, at + 1)
        elif text[at] != closing:
            raise ValueError
    return at + 1


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def _read_float(literal: str) -> float:
    value = float(literal)
    return value if float.__repr__(value) == literal else Number(literal)


def _read_int(literal: str) -> float | int:
    if literal == "-0" or len(literal) > 4000:  # int() refuses longer ones
        return Number(literal)
    return int(literal)


def _duplicate_keys(payload: Json, repeated: dict[int, tuple[dict[str, Json], list[str]]]) -> list[Finding]:
    findings: list[Finding] = []
    stack: list[tuple[Json, tuple[str | int, ...]]] = [(payload, ())]
    while stack:
        value, path = stack.pop()
        if id(value) in repeated:
            findings += [
                Finding(
                    Severity.WARNING,
                    "duplicate-key",
                    join(*path, key),
                    f"“{readable(key)}” stands here more than once. Most readers keep the last one only.",
                )
                for key in repeated[id(value)][1]
            ]
        if isinstance(value, dict):
            stack += [(inner, (*path, key)) for key, inner in value.items() if isinstance(inner, (dict, list))]
        elif isinstance(value, list):
            stack += [(inner, (*path, i)) for i, inner in enumerate(value) if isinstance(inner, (dict, list))]
    return findings


def _too_deep(text: str) -> JsonTextError:
    levels = 0
    for match in _TOKEN.finditer(text):
        mark = match.group()
        if mark in "{[":
            levels += 1
            if levels > MAX_DEPTH:
                line, column = LineIndex(text).at(match.start())
                return JsonTextError(TOO_DEEP, line, column)
        elif mark in "}]":
            levels -= 1
    return JsonTextError(TOO_DEEP, 1, 1)


def _sentence(error: json.JSONDecodeError, text: str) -> str:
    """Python's words for a JSON error, in plain ones that say what to do."""
    rest = text[error.pos : error.pos + 12]
    mark = rest[:1]
    before = text[: error.pos].rstrip()[-1:]
    reason = error.msg
    if not text.strip():
        return "there is no JSON here yet."
    if reason.startswith("Unterminated string"):
        return "this text has no closing quote."
    if reason.startswith("Invalid control character"):
        return "a line break or control character inside a text must be written as \\n, \\t or \\u00…."
    if reason.startswith("Invalid \\"):
        return 'a backslash must be followed by one of " \\ / b f n r t or uXXXX.'
    if reason.startswith("Extra data"):
        return "the JSON ends before this; remove what follows, or put a comma or bracket right."
    if reason.startswith("Expecting ':'"):
        return "a colon is missing between the key and its value."
    if not mark:
        return "the text ends too early; a bracket, quote or value is missing."
    if mark in "}]" and before == ",":
        return f"remove the comma before this {mark}."
    if reason.startswith("Illegal trailing comma"):
        return "remove this comma; nothing follows it."
    if mark in "'‘’“”`":
        return "JSON texts stand in straight double quotes."
    if rest.startswith(("//", "/*")) or mark == "#":
        return "JSON has no comments."
    if not mark.isprintable():
        return "an invisible character stands here; remove it."
    word = re.match(r"True|False|None|undefined|nan\b", rest)
    if word:
        meant = {"True": "true", "False": "false"}.get(word.group(), "null")
        return f"JSON writes {meant}, not {word.group()}."
    if reason.startswith("Expecting ','"):
        return "a comma or a closing bracket is missing before this."
    if reason.startswith("Expecting property name"):
        return "a key in double quotes is expected here."
    return "a value is expected here: a text in double quotes, a number, true, false, null, { or [."
