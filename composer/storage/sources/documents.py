"""JSON: one event, an array of events, {"events": […]}, or JSON Lines. Each event keeps its own text.

A big file is read piece by piece: no more than one event is held.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, NamedTuple, TextIO

from composer.event.jsontext import JsonTextError, parse
from composer.event.limits import MAX_DEPTH
from composer.storage.sources.source import Reading, Row, Source, SourceError, quoted
from composer.storage.sources.text import PastedText, TextFile

LONGEST_EVENT = 1 << 24  # characters; more than three times what an event may hold
_HEAD = 1 << 23  # characters from which the shape is told
_PIECE = 1 << 20
_SPACE = re.compile(r"[ \t\r\n]*")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what the error handler "surrogateescape" makes of such bytes
_BLANKS = " \t\r\n"
_UNREADABLE = "this can't be read as JSON."
# Only whether and where a value ends matters here; len spares the conversion, and takes numbers of any length.
_decoder = json.JSONDecoder(parse_int=len, parse_float=len)


class JsonLines(Source):
    """An event on each line. A line that is none is kept, with the reason."""

    def __init__(self, text: TextFile | PastedText, reading: Reading) -> None:
        super().__init__(text.name, reading._replace(encoding=text.encoding.name, delimiter="", sheet=""))
        self._text = text
        self._found += _notes(text)

    def rows(self) -> Iterator[Row]:
        """All lines that are not blank, numbered as lines."""
        self._blank = 0
        number = 0
        scan, make = _decoder.decode, tuple.__new__
        with self._text.opened("\n", "surrogateescape") as file:
            while line := file.readline(LONGEST_EVENT):
                number += 1
                if len(line) == LONGEST_EVENT and not line.endswith("\n"):
                    yield Row(number, (), line[:1000], _skip_line(file, number))
                    continue
                line = line.strip(_BLANKS)
                if not line:
                    self._blank += 1
                    continue
                try:
                    scan(line)
                    problem = _problem(line, f"Line {number:,}, ") if _is_doubtful(line) else ""
                except (ValueError, RecursionError):
                    problem = _problem(line, f"Line {number:,}, ")
                yield make(Row, (number, (), line, problem))

    @property
    def share(self) -> float:
        """How far the last `rows()` has come, 0 to 1."""
        return self._text.share


class Document(Source):
    """One JSON text: an event, an array of events, or an object with `events`."""

    def __init__(self, text: TextFile | PastedText, reading: Reading) -> None:
        super().__init__(text.name, reading._replace(encoding=text.encoding.name, delimiter="", sheet=""))
        self._text = text
        self._found += _notes(text)
        self._is_one_event = False
        with text.opened("\n", "surrogateescape") as file:
            head = file.read(_HEAD)
        if not head.strip(_BLANKS):
            raise SourceError(f"{quoted(self.name)} is empty. Choose a file with events in it.")
        if len(head) < _HEAD:
            self._is_one_event = _is_one_event(head, self.name)
        if next(self.rows(), None) is None:
            raise SourceError(f"{quoted(self.name)} holds no events.")

    def rows(self) -> Iterator[Row]:
        """All events, numbered from 1. Raises SourceError with line and column where it is no JSON."""
        self._left_out: list[str] = []
        with self._text.opened("\n", "surrogateescape") as file:
            reader = _Reader(file, self.name)
            mark = reader.peek()
            if mark == "[":
                yield from reader.array()
            elif mark == "{" and not self._is_one_event:
                yield from self._bulk(reader)
            else:
                yield Row(1, (), reader.value())
            reader.end()

    @property
    def share(self) -> float:
        """How far the last `rows()` has come, 0 to 1."""
        return self._text.share

    @property
    def notes(self) -> list[str]:
        """Sentences about what was left out."""
        names = ", ".join(quoted(name) for name in self._left_out)
        return [*super().notes, *([f"Beside the events, {names} was left out."] if names else [])]

    def _bulk(self, reader: _Reader) -> Iterator[Row]:
        """The events of an object, which is too big to be looked at as a whole before."""
        found = False
        for key in reader.members():
            if key == "events":
                if reader.peek() != "[":
                    raise reader.broken("“events” must be a list of events, in square brackets.")
                found = True
                yield from reader.array()
            else:
                self._left_out.append(key)
                reader.value()
                if key in {"eventName", "customer"}:
                    raise reader.broken(f"“{key}” does not stand beside “events”; an event of this size can't be sent.")
        if not found:
            raise reader.broken("the object is neither an event nor has it “events”.")


class _Reader:
    """JSON read in pieces: `_buffer` from `_at` on is what is still to come."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file = file
        self._name = name
        self._buffer = ""
        self._at = 0
        self._is_all = False
        self._line = 1  # of the buffer's first character
        self._column = 1

    def peek(self) -> str:
        """The next character that is no blank; "" at the end."""
        while True:
            self._at = _SPACE.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def value(self) -> str:
        """The text of the next value. Raises SourceError."""
        self.peek()
        while True:
            at = self._at
            try:
                _, end = _decoder.raw_decode(self._buffer, at)
            except RecursionError:
                raise self._explained() from None
            except json.JSONDecodeError as error:
                # Near the end of the buffer it may be whole when more has been read.
                is_certain = error.pos < len(self._buffer) - 16 and not error.msg.startswith("Unterminated")
                if is_certain or len(self._buffer) - at > LONGEST_EVENT or not self._more():
                    raise self._explained() from None
                continue
            if end < len(self._buffer) or not self._more():
                break
        text = self._buffer[at:end]
        if not text.isascii() and (wrong := _NOT_UTF8.search(text)):
            self._at += wrong.start()
            raise self.broken(_not_utf8(wrong.group()))
        self._at = end
        return text

    def array(self) -> Iterator[Row]:
        """The values of an array."""
        self._at += 1
        number = 0
        make = tuple.__new__
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            number += 1
            text = self.value()
            yield make(Row, (number, (), text, _problem(text, f"Event {number:,}, ") if _is_doubtful(text) else ""))
            mark = self.peek()
            if mark == ",":
                self._at += 1
                continue
            if mark != "]":
                raise self.broken(
                    "a comma or the closing ] is missing here." if mark else "the text ends before the closing ]."
                )
            self._at += 1
            return

    def members(self) -> Iterator[str]:
        """The keys of an object; the value of each has to be read before the next."""
        self._at += 1
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise self.broken("a key in double quotes is missing here.")
            key = json.loads(self.value())
            if self.peek() != ":":
                raise self.broken("a colon is missing between the key and its value.")
            self._at += 1
            yield key
            mark = self.peek()
            self._at += 1
            if mark == "}":
                return
            if mark != ",":
                self._at -= 1
                raise self.broken("a comma or the closing } is missing here.")

    def end(self) -> None:
        """Raises SourceError when something follows."""
        if self.peek():
            raise self.broken("the JSON ends before this; remove what follows.")

    def broken(self, message: str, line: int = 1, column: int = 1) -> SourceError:
        """`message` with the place it is about, counted from where the reader is."""
        before = self._buffer[: self._at]
        lines = before.count("\n")
        start = self._column + len(before) if not lines else len(before) - before.rfind("\n")
        at_line = self._line + lines + line - 1
        at_column = start + column - 1 if line == 1 else column
        return _broken(self._name, at_line, at_column, message)

    def _explained(self) -> SourceError:
        """What is wrong with the value that begins here."""
        if len(self._buffer) - self._at > LONGEST_EVENT:
            return self.broken(f"what begins here is longer than {LONGEST_EVENT:,} characters. Is a quote not closed?")
        try:
            parse(self._buffer[self._at :])
        except JsonTextError as error:
            return self.broken(error.message, error.line, error.column)
        return self.broken(_UNREADABLE)

    def _more(self) -> bool:
        """Read another piece; False at the end. What is done with is let go."""
        if self._is_all:
            return False
        lines = self._buffer.count("\n", 0, self._at)
        if lines:
            self._line += lines
            self._column = self._at - self._buffer.rfind("\n", 0, self._at)
        else:
            self._column += self._at
        rest = self._buffer[self._at :]
        piece = self._file.read(max(_PIECE, len(rest)))
        self._is_all = not piece
        self._buffer = rest + piece
        self._at = 0
        return bool(piece)


class _Shape(NamedTuple):
    """What the start of a file looks like."""

    is_json: bool
    is_lines: bool


def shape_of(text: TextFile | PastedText) -> _Shape:
    """Whether a text is JSON, and whether it is JSON Lines: told by how it begins, a file's name only when in doubt."""
    suffix = PurePath(text.name).suffix.lower()
    with text.opened("\n", "surrogateescape") as file:
        head = file.read(_PIECE)
        start = head.lstrip(_BLANKS)
        is_json = bool(re.match(r'\{[ \t\r\n]*["}]|\[[ \t\r\n]*(?:[\[\]{"\d-]|true|false|null)', start))
        if not is_json and suffix not in _SUFFIXES:
            return _Shape(False, False)
        while "\n" not in start and len(start) < LONGEST_EVENT and (piece := file.read(_PIECE)):
            start += piece
        first, end, rest = start.partition("\n")
        if (end or len(start) < LONGEST_EVENT) and _is_value(first):
            return _Shape(True, bool((rest + file.read(_PIECE)).strip(_BLANKS)))
    if start.startswith("["):
        return _Shape(True, False)
    second = next((line for line in rest.split("\n")[:-1] if line.strip(_BLANKS)), "")
    is_lines = second.lstrip(_BLANKS).startswith("{") and _is_value(second)
    opens = first.rstrip(_BLANKS)[-1:] in {"{", "[", ",", ":"}
    return _Shape(True, is_lines or (suffix in _LINES and not opens))


_LINES = {".jsonl", ".ndjson"}
_SUFFIXES = {".json", *_LINES}


def _notes(text: TextFile | PastedText) -> list[str]:
    if text.encoding.name != "windows-1252":
        return []
    return ["The file is not in UTF-8, as JSON should be; it was read as Windows-1252."]


def _is_value(text: str) -> bool:
    try:
        _decoder.decode(text.strip(_BLANKS))
    except (ValueError, RecursionError):
        return False
    return True


def _is_one_event(text: str, name: str) -> bool:
    """Whether a whole document is one event; the same rule as for the command line's files. Raises SourceError."""
    text = text.strip(_BLANKS)
    try:
        value: Any = _decoder.decode(text)
    except (ValueError, RecursionError):
        try:
            parse(text)
        except JsonTextError as error:
            raise _broken(name, error.line, error.column, error.message) from None
        raise _broken(name, 1, 1, _UNREADABLE) from None
    if not isinstance(value, dict):
        return False
    if "events" not in value or value.keys() & {"eventName", "customer"}:
        return True
    if not isinstance(value["events"], list):
        raise SourceError(f"{quoted(name)}: “events” must be a list of events, in square brackets.")
    return False


def _broken(name: str, line: int, column: int, message: str) -> SourceError:
    return SourceError(f"{quoted(name)}, line {line:,}, column {column:,}: {message}")


def _is_doubtful(text: str) -> bool:
    """Whether a text that has been scanned may still be no event that can be held."""
    return text.count("{") + text.count("[") > MAX_DEPTH or not (text.isascii() or _NOT_UTF8.search(text) is None)


def _problem(text: str, place: str) -> str:
    """What is wrong with an event's text, "" when nothing is."""
    wrong = _NOT_UTF8.search(text)
    if wrong:
        return f"{place}column {wrong.start() + 1:,}: {_not_utf8(wrong.group())}"
    try:
        parse(text)
    except JsonTextError as error:
        line = f"line {error.line:,}, " if "\n" in text else ""
        return f"{place}{line}column {error.column:,}: {error.message}"
    return ""


def _not_utf8(mark: str) -> str:
    return f"byte 0x{ord(mark) - 0xDC00:02x} is not UTF-8. Save the file as UTF-8."


def _skip_line(file: TextIO, number: int) -> str:
    while (part := file.readline(LONGEST_EVENT)) and not part.endswith("\n"):
        pass
    return f"Line {number:,} is longer than {LONGEST_EVENT:,} characters; only its start is kept. Shorten it."
