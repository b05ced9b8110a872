"""CSV and its like: cells between delimiters, in quotes where they need them.

Nothing is dropped: a row with a broken quote is kept as it stands, with the reason, and the rows after it are rows.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, TextIO

from composer.storage.sources.source import Reading, Row, Source, SourceError
from composer.storage.sources.text import PastedText, TextFile

DELIMITERS = (",", ";", "\t", "|")
LONGEST_CELL = 1 << 24  # characters; more than three times what an event may hold
_SAMPLE = 1 << 20  # characters
_SAMPLE_RECORDS = 200


class Delimited(Source):
    """A text of rows. Raises SourceError when there is nothing to send in it."""

    def __init__(self, text: TextFile | PastedText, reading: Reading) -> None:
        if reading.delimiter and (len(reading.delimiter) != 1 or reading.delimiter in '"\r\n \0'):
            raise SourceError("The delimiter must be one character, such as a comma, a semicolon or a tab.")
        csv.field_size_limit(LONGEST_CELL)
        with text.opened() as file:
            sample = file.read(_SAMPLE)
        stated = _stated_delimiter(sample)
        self._skips_first_line = bool(stated)
        if stated:
            sample = sample.partition("\n")[2]
        delimiter = reading.delimiter or stated or find_delimiter(sample)
        super().__init__(text.name, reading._replace(encoding=text.encoding.name, delimiter=delimiter, sheet=""))
        self._text = text
        self._dialect: dict[str, Any] = {"delimiter": delimiter, "skipinitialspace": _has_blanks(sample, delimiter)}
        if text.encoding.note:
            self._found.append(text.encoding.note)
        self.headers = self._read_headers(self._all_rows())

    def rows(self) -> Iterator[Row]:
        """All rows below the headers."""
        rows = self._all_rows()
        if self.reading.has_header:
            next(rows, None)
        yield from rows

    @property
    def share(self) -> float:
        """How far the last `rows()` has come, 0 to 1."""
        return self._text.share

    def _all_rows(self) -> Iterator[Row]:
        self._blank = 0
        number = 0
        make, strip = tuple.__new__, str.strip  # a million times: the namedtuple's own constructor costs twice as much
        with self._opened() as file:
            reader = csv.reader(file, strict=True, **self._dialect)
            try:
                for cells in reader:
                    number += 1
                    if any(map(strip, cells)):
                        yield make(Row, (number, cells, "", ""))
                    else:
                        self._blank += 1
            except csv.Error:
                pass
            else:
                return
        with self._opened() as file:
            # Everything up to the broken quote once more, so that the lines behind it can be kept.
            deque(islice(csv.reader(file, strict=True, **self._dialect), number), maxlen=0)
            yield from self._careful_rows(file, number)

    def _careful_rows(self, file: TextIO, number: int) -> Iterator[Row]:
        """The rows from the first broken quote on; slower, as a row's lines are kept until it is known to be good."""
        lines = _Lines(file)
        reader = csv.reader(lines, strict=True, **self._dialect)
        while True:
            number += 1
            lines.taken.clear()
            problem = ""
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                first, *rest = lines.taken
                if not rest and "expected after" in str(error) and self.reading.delimiter != "\t":
                    cells = next(csv.reader([first], **self._dialect))  # "abc"def: typed by hand, and plain enough
                else:
                    # The quote runs on into other rows (or to the end of the file), so it is no quote of a cell.
                    lines.waiting.extendleft(reversed(rest))
                    cells, problem = self._as_it_stands(first, alone=not rest and "expected after" in str(error))
            if problem or any(map(str.strip, cells)):
                yield Row(number, cells, "", problem)
            else:
                self._blank += 1

    def _as_it_stands(self, line: str, *, alone: bool) -> tuple[list[str], str]:
        """A line whose quotes are characters like any other."""
        try:
            cells = next(csv.reader([line], quoting=csv.QUOTE_NONE, **self._dialect))
        except csv.Error:
            start = line[:1000]
            return [start], f"A cell is longer than {LONGEST_CELL:,} characters; only its start is kept. Shorten it."
        if alone:  # from a spreadsheet's clipboard, which does not double quotes
            return cells, ""
        column = next((i for i, cell in enumerate(cells, 1) if cell.startswith('"') and cell.count('"') % 2), 0)
        place = f"in column {column} " if column else ""
        return cells, f"The quote that begins {place}has no end where one can be. Close it, or remove it."

    @contextmanager
    def _opened(self) -> Iterator[TextIO]:
        with self._text.opened() as file:
            if self._skips_first_line:
                file.readline()
            yield file


class _Lines:
    """The lines of a file, some of which may be put back; `taken` are those since it was cleared."""

    def __init__(self, file: TextIO) -> None:
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []
        self._file = file

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else next(self._file)
        self.taken.append(line)
        return line


def find_delimiter(sample: str) -> str:
    """The delimiter with which most records have as many cells as the first; more than one, if any has."""
    widths = {delimiter: _widths(_records(sample, delimiter)) for delimiter in DELIMITERS}

    def fit(delimiter: str) -> tuple[float, int]:
        first, *others = widths[delimiter] or [1]
        if first < 2:
            return 0.0, 0
        return (others.count(first) + 1) / (len(others) + 1), first

    best = max(DELIMITERS, key=fit)
    if fit(best) > (0.0, 0):
        return best
    return next((delimiter for delimiter in DELIMITERS if set(widths[delimiter]) <= {1}), ",")


def _stated_delimiter(sample: str) -> str:
    """From a first line "sep=;", which is for spreadsheets and not a row."""
    line = sample[:8].partition("\n")[0].rstrip("\r")
    return line[4] if len(line) == 5 and line.lower().startswith("sep=") else ""


def _has_blanks(sample: str, delimiter: str) -> bool:
    """Whether quotes stand behind blanks (a, "b, c"): then leaving these out gives the rows their width."""
    records = _records(sample, delimiter)
    if not any(cell.startswith(' "') for record in records for cell in record):
        return False
    other = _records(sample, delimiter, skipinitialspace=True)
    plain, skipped = _widths(records), _widths(other)
    return plain != skipped and len(set(skipped)) == 1


def _records(sample: str, delimiter: str, **dialect: Any) -> list[list[str]]:
    """The first records, without blank ones and without the one that the end of the sample may have cut."""
    try:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, **dialect)
        records = list(islice((record for record in reader if any(record)), _SAMPLE_RECORDS + 1))
    except csv.Error:
        return []
    cut = len(records) > _SAMPLE_RECORDS or len(sample) == _SAMPLE
    return records[:-1] if cut and len(records) > 1 else records


def _widths(records: Iterable[list[str]]) -> list[int]:
    return [len(record) for record in records]
