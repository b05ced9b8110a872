"""Files that were exported from a run come back as what they were: without the columns an export adds, and with cells
as they stood, whatever had to be done to them to be safe in a spreadsheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeVar

from composer.event.table.cells import Cell, text_of
from composer.storage.sources.source import Row, Source

_T = TypeVar("_T")

STATE = "Composer: state"
REASON = "Composer: reason"
EVENT = "Composer: event"  # the only other column where each row is an event: its JSON text

# What a spreadsheet may take for a formula, also behind blanks or in the wide form of East Asian keyboards.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?")  # a number, of a phone too


def guarded(cell: Cell) -> str:
    """A cell as it can stand in a file for spreadsheets: with an apostrophe before what would be taken for a formula,
    but not before a plain number such as -12.50 or +12065551234.
    """
    text = text_of(cell)
    return "'" + text if _FORMULA.match(text) and not _PLAIN.fullmatch(text) else text


def unguarded(cell: Cell) -> Cell:
    """A cell of such a file as it was: the text of what was `guarded`."""
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and _FORMULA.match(cell) else cell


def as_it_was(source: Source) -> Source:
    """`source`, or, where it was exported from a run, what that run was made of."""
    headers = source.headers or ()
    return Returned(source) if (STATE, REASON) in pairwise(headers) else source


class Returned(Source):
    """The rows of an exported file."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.name, source.reading)
        assert source.headers is not None  # noqa: S101 - for the type checker; `as_it_was` looked
        self._source = source
        self._at = source.headers.index(STATE)
        self._holds_events = source.headers[: self._at] == (EVENT,)
        self.headers = None if self._holds_events else self._without(source.headers)
        self.sheets = source.sheets

    def rows(self) -> Iterator[Row]:
        """All rows, with the numbers they have in this file. Raises SourceError."""
        for row in self._source.rows():
            cells = self._without(tuple(map(unguarded, row.cells)))
            if self._holds_events:
                yield Row(row.number, (), text_of(cells[0]) if cells else "", row.problem)
            else:
                yield Row(row.number, cells, row.text, row.problem)

    @property
    def share(self) -> float:
        """How far the last `rows()` has come, 0 to 1."""
        return self._source.share

    @property
    def notes(self) -> list[str]:
        """Those of the file, and what was left out of it."""
        return [*self._source.notes, f"The columns “{STATE}” and “{REASON}” of an earlier run were left out."]

    def _without(self, cells: tuple[_T, ...]) -> tuple[_T, ...]:
        return cells[: self._at] + cells[self._at + 2 :]
