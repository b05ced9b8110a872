"""Workbooks: XLSX. Dates become ISO text, whole numbers whole; a cell with an error holds its name, such as #N/A.

Other kinds are refused with a sentence, though the reader knows them: it gives their errors as empty cells, and a
damaged one makes it use up all memory.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from composer.event.table.cells import Cell
from composer.storage.sources.sheetxml import CorruptSheetError, Look, look
from composer.storage.sources.source import Reading, Row, Source, SourceError, quoted
from composer.storage.sources.text import Seen, WatchedFile, explained

MOST_CELLS = 50_000_000  # of the rectangle that holds all cells: about 2 GB in memory
MOST_STRINGS = 1 << 30  # bytes of texts, unpacked
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WHOLE = 2.0**53


class Workbook(Source):
    """One sheet of a workbook: the one that was chosen, else the first that is visible and not empty."""

    def __init__(self, path: Path, seen: Seen, reading: Reading) -> None:
        super().__init__(path.name, reading)
        self._done = 0
        self._path = path
        _check_kind(path)
        with WatchedFile(path, seen) as file, explained(path):
            book = self._open()
            if not book.sheet_names:
                raise _corrupt(self.name)
            self.sheets = tuple(each.name for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet)
            self._sheet, self._look = self._choose(book, reading.sheet)
            file.check()
        self._left = self._sheet.start[1] if self._sheet.start else 0
        self.reading = reading._replace(encoding="", delimiter="", sheet=self._sheet.name)
        self.headers = self._read_headers(self._all_rows())
        self._found += _notes(self._look)

    def rows(self) -> Iterator[Row]:
        """All rows below the headers."""
        rows = self._all_rows()
        if self.reading.has_header:
            next(rows, None)
        yield from rows

    @property
    def share(self) -> float:
        """How far the last `rows()` has come, 0 to 1."""
        return min(self._done / max(self._sheet.total_height, 1), 1.0)

    def _all_rows(self) -> Iterator[Row]:
        self._blank = 0
        errors, left = self._look.errors, self._left + 1
        for number, values in enumerate(self._sheet.iter_rows(), start=1):
            self._done = number
            cells: list[Cell] = [value if type(value) is str else _CELLS[type(value)](value) for value in values]
            if number in errors:
                for column, error in errors[number].items():
                    cells[column - left] = error
            if all(type(cell) is str and not cell.strip() for cell in cells):
                self._blank += 1
            else:
                yield Row(number, cells)

    def _open(self) -> CalamineWorkbook:
        try:
            if self._path.suffix.lower() in {".xlsx", ".xlsm"}:
                return CalamineWorkbook.from_path(self._path)
            with self._path.open("rb") as file:  # a path would be read as what its suffix says; this is held in memory
                return CalamineWorkbook.from_filelike(file)
        except CalamineError:
            raise _corrupt(self.name) from None

    def _choose(self, book: CalamineWorkbook, chosen: str) -> tuple[CalamineSheet, Look]:
        if chosen:
            if chosen not in self.sheets:
                raise SourceError(f"{quoted(self.name)} has no sheet {quoted(chosen)}. Choose another one.")
            return self._load(book, chosen)
        hidden = {each.name for each in book.sheets_metadata if each.visible != SheetVisibleEnum.Visible}
        for name in sorted(self.sheets, key=hidden.__contains__):
            sheet, seen = self._load(book, name)
            if sheet.height:
                return sheet, seen
        raise SourceError(f"{quoted(self.name)} is empty: no sheet has a cell filled in.")

    def _load(self, book: CalamineWorkbook, name: str) -> tuple[CalamineSheet, Look]:
        try:
            seen = look(self._path, name)
            if seen.rows * seen.columns > MOST_CELLS:
                raise SourceError(
                    f"{quoted(self.name)}: the sheet {quoted(name)} reaches to row {seen.rows:,} and column "
                    f"{seen.columns:,}, too far to be read. Delete what stands far out, or save the sheet as CSV."
                )
            return book.get_sheet_by_name(name), seen
        except (CalamineError, CorruptSheetError):
            raise _corrupt(self.name) from None


def _check_kind(path: Path) -> None:
    """Raises SourceError when it is no XLSX file, or one that is too big."""
    name = quoted(path.name)
    with explained(path), path.open("rb") as file:
        if file.read(2) != b"PK":
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                if data.find(_ENCRYPTED) >= 0:
                    raise SourceError(f"{name} is protected with a password. Save a copy without one, and choose that.")
            raise SourceError(f"{name} is a file of an old kind (XLS?). Save it as XLSX or CSV in a spreadsheet.")
        try:
            with ZipFile(file) as archive:
                sizes = {each.filename.lower(): each.file_size for each in archive.infolist()}
        except (BadZipFile, NotImplementedError, ValueError):
            raise _corrupt(path.name) from None
    if sizes.keys() & {"content.xml", "xl/workbook.bin"}:
        raise SourceError(f"{name} is a workbook of another kind (ODS or XLSB). Save it as XLSX or CSV.")
    if "_rels/.rels" not in sizes:
        raise SourceError(f"{name} is an archive and no workbook. Unpack it, and choose a file in it.")
    if sizes.get("xl/sharedstrings.xml", 0) > MOST_STRINGS:
        raise SourceError(f"{name} holds more than {MOST_STRINGS >> 30} GB of texts. Save it as CSV.")


def _notes(seen: Look) -> list[str]:
    notes = []
    if seen.unsaved:
        has = "1 formula has" if seen.unsaved == 1 else f"{seen.unsaved:,} formulas have"
        notes.append(
            f"{has} no saved value (the first in {seen.first_unsaved}), so the cell is empty here. "
            "Open the workbook in a spreadsheet and save it."
        )
    if seen.hidden:
        notes.append(
            "1 hidden row is read, too." if seen.hidden == 1 else f"{seen.hidden:,} hidden rows are read, too."
        )
    return notes


def _number(value: float) -> Cell:
    return int(value) if value.is_integer() and -_WHOLE <= value <= _WHOLE else value


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_CELLS: dict[type, Callable[[Any], Cell]] = {
    float: _number,
    int: int,
    bool: bool,
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
}


def _corrupt(name: str) -> SourceError:
    return SourceError(
        f"{quoted(name)} is damaged, or no workbook. Open it in a spreadsheet and save it anew, or as CSV."
    )
