"""A look at the XML of one sheet of an XLSX file, for what the reader of workbooks does not tell.

That is: cells with errors (it gives empty ones), formulas without a saved value, hidden rows, and how large the sheet
is: the reader holds every cell of the rectangle, and one stray cell in the far corner would end the process.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile


class CorruptSheetError(Exception):
    """The file is no sound XLSX file."""


class Look:
    """What was seen: `errors` is row → column → "#N/A", `unsaved` counts formulas, `rows` and `columns` say how far
    the filled cells reach, from 1.
    """

    def __init__(self) -> None:
        self.errors: dict[int, dict[int, str]] = {}
        self.unsaved = 0
        self.first_unsaved = ""
        self.hidden = 0
        self.rows = 0
        self.columns = 0


def look(path: Path, sheet: str) -> Look:
    """Look at the sheet called `sheet`, as a stream. Raises CorruptSheetError."""
    try:
        with ZipFile(path) as archive:
            names = {name.lower(): name for name in archive.namelist()}
            part = names.get(_part(archive, names, sheet).lower())
            if part is None:
                raise CorruptSheetError
            with archive.open(part) as file:
                return _scan(file)
    except (BadZipFile, expat.ExpatError, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise CorruptSheetError from None


def _scan(file: IO[bytes]) -> Look:
    """Read a sheet. Only what starts is listened to, and text where it matters, as there are millions of cells."""
    seen = Look()
    row = count = filled_count = 0
    at = kind = filled_at = ""
    has_formula = in_value = False
    texts: list[str] = []
    cell = value = inline = formula = line = ""

    def root(name: str, _attributes: dict[str, str]) -> None:
        nonlocal cell, value, inline, formula, line
        prefix = name[: name.rfind(":") + 1]
        cell, value, inline, formula, line = (prefix + each for each in ("c", "v", "is", "f", "row"))
        parser.StartElementHandler = start

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, count, at, kind, has_formula, in_value, filled_at, filled_count
        if name == cell:
            if has_formula or kind == "e":
                finish_cell()
            count += 1
            at = attributes.get("r", "")
            kind = attributes.get("t", "")
            if kind == "e":
                parser.CharacterDataHandler = text
        elif name in (value, inline):
            in_value = True
            filled_at, filled_count = at, count
        elif name == line:
            finish_cell()
            finish_row()
            row = int(attributes.get("r") or row + 1)
            count = filled_count = 0
            if "hidden" in attributes and attributes["hidden"] in {"1", "true"}:
                seen.hidden += 1
        elif name == formula:
            has_formula = True
            in_value = False
            parser.CharacterDataHandler = text

    def text(part: str) -> None:
        if in_value:
            texts.append(part)

    def finish_cell() -> None:
        nonlocal kind, has_formula, in_value
        shown = "".join(texts).strip()
        if kind == "e" and shown:
            seen.errors.setdefault(row, {})[_column(at) if at else count] = shown
        elif has_formula and not shown and kind != "str":
            seen.unsaved += 1
            seen.first_unsaved = seen.first_unsaved or at or f"{_letters(count)}{row}"
        kind = ""
        has_formula = in_value = False
        texts.clear()
        parser.CharacterDataHandler = None

    def finish_row() -> None:
        if filled_count:
            seen.rows = max(seen.rows, row)
            seen.columns = max(seen.columns, _column(filled_at) if filled_at else filled_count)

    parser = _parser(root)
    while piece := file.read(1 << 20):
        parser.Parse(piece)
    parser.Parse(b"", True)
    finish_cell()
    finish_row()
    return seen


def _column(at: str) -> int:
    """The number of the column of "BC12"."""
    number = 0
    for letter in at.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= 16384:
        raise CorruptSheetError
    return number


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _part(archive: ZipFile, names: dict[str, str], sheet: str) -> str:
    """The path inside the archive of a sheet."""
    book = next((path for kind, path in _related(archive, names, "").values() if kind == "officeDocument"), "")
    ids: dict[str, str] = {}

    def note(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            ids[attributes.get("name", "")] = next((v for k, v in attributes.items() if k.endswith(":id")), "")

    _read(archive, names, book, note)
    return _related(archive, names, book).get(ids.get(sheet, ""), ("", ""))[1]


def _related(archive: ZipFile, names: dict[str, str], part: str) -> dict[str, tuple[str, str]]:
    """What a part of the archive refers to: id → (kind, path). "" is the archive itself."""
    folder, file = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def note(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            path = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path.lstrip("/"))

    _read(archive, names, posixpath.join(folder, "_rels", f"{file}.rels"), note)
    return found


def _read(archive: ZipFile, names: dict[str, str], part: str, start: Callable[[str, dict[str, str]], None]) -> None:
    if part.lower() not in names:
        raise CorruptSheetError
    with archive.open(names[part.lower()]) as data:
        _parser(start).ParseFile(data)


def _parser(start: Callable[[str, dict[str, str]], Any]) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    """A workbook has no DTD; one could make text grow without end."""
    raise CorruptSheetError
