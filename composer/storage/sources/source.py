"""What every source of rows has in common, whatever kind of file it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from composer.event.table.cells import Cell, text_of

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class SourceError(Exception):
    """It can't be read; the text is a sentence for people: where, and what to do."""


class Reading(NamedTuple):
    """How a file is read. "" is found out; `delimiter` and `encoding` are of text files, `sheet` of workbooks."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    has_header: bool = True


class Row(NamedTuple):
    """One row, numbered as a person finds it: the row of a spreadsheet (headers are row 1), the line of JSON Lines,
    or the position in an array from 1.

    An event row has its own JSON `text` and no cells. `problem` says why it can't be read as it was meant.
    """

    number: int
    cells: Sequence[Cell]
    text: str = ""
    problem: str = ""


class Source:
    """A file, or what was pasted, as rows; `headers` is None when each is an event, `reading` is what was found out."""

    headers: tuple[str, ...] | None = None
    sheets: tuple[str, ...] = ()

    def __init__(self, name: str, reading: Reading) -> None:
        self.name = name
        self.reading = reading
        self._found: list[str] = []  # sentences from opening
        self._blank = 0

    def rows(self) -> Iterator[Row]:
        """All rows, streamed, from the start each time. Raises SourceError when the rest can't be read."""
        raise NotImplementedError

    @property
    def share(self) -> float:
        """How far the last `rows()` has come, 0 to 1."""
        raise NotImplementedError

    @property
    def notes(self) -> list[str]:
        """Sentences about what was left out or read in a way worth knowing; complete when `rows()` is through."""
        if not self._blank:
            return list(self._found)
        left_out = "1 blank row was left out." if self._blank == 1 else f"{self._blank:,} blank rows were left out."
        return [*self._found, left_out]

    def _read_headers(self, rows: Iterator[Row]) -> tuple[str, ...]:
        """The headers, from the first rows. Raises SourceError when there is no row to send below them."""
        first = next(rows, None)
        if first is None:
            raise SourceError(f"{quoted(self.name)} is empty. Choose a file with headers in its first row.")
        if not self.reading.has_header:
            width = len(first.cells)
            for row, _ in zip(rows, range(200), strict=False):
                width = max(width, len(row.cells))
            return tuple(f"Column {number}" for number in range(1, width + 1))
        if first.problem:
            raise SourceError(f"{quoted(self.name)}, row {first.number}, the headers: {first.problem}")
        if next(rows, None) is None:
            raise SourceError(f"{quoted(self.name)} has headers and no rows below them.")
        if any(_EMAIL.fullmatch(cell.strip()) for cell in first.cells if isinstance(cell, str)):
            self._found.append("The first row was taken for the headers, and looks like data.")
        return distinct([text_of(cell) for cell in first.cells])


def distinct(headers: Sequence[str]) -> tuple[str, ...]:
    """Headers that can be told apart: "Email", "Email (2)"; one without a name is "Column 3"."""
    names = [" ".join(header.split()) or f"Column {number}" for number, header in enumerate(headers, start=1)]
    taken = set(names)
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        count = seen.get(name, 0) + 1
        if count > 1:
            while (other := f"{name} ({count})") in taken:
                count += 1
            taken.add(other)
            names[index] = other
        seen[name] = count
    return tuple(names)


def quoted(name: str) -> str:
    """The name of a file as it stands in a sentence."""
    return f"“{name if name.isprintable() else ascii(name)[1:-1]}”"
