"""Files of rows: whatever a spreadsheet or a program makes, told by what is in it, streamed as rows."""

from __future__ import annotations

from pathlib import Path

from composer.storage.sources.delimited import Delimited
from composer.storage.sources.documents import Document, JsonLines, shape_of
from composer.storage.sources.returned import as_it_was
from composer.storage.sources.source import Reading, Row, Source, SourceError, quoted
from composer.storage.sources.text import (
    PastedText,
    TextFile,
    check_lines,
    find_encoding,
    is_text,
    look_at,
    read_head,
)

__all__ = ["Reading", "Row", "Source", "SourceError", "open_source", "pasted"]

_OTHERS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file; unpack it first"),
    (b"7z\xbc\xaf", "a compressed file; unpack it first"),
    (b"Rar!", "a compressed file; unpack it first"),
    (b"SQLite format 3", "a database"),
)


def open_source(path: Path, reading: Reading = Reading()) -> Source:  # noqa: B008 - immutable
    """The rows of a file. Raises SourceError when there is nothing to send in it, or it can't be read."""
    return as_it_was(_opened(Path(path), reading))


def _opened(path: Path, reading: Reading) -> Source:
    seen = look_at(path)
    head = read_head(path, seen)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        from composer.storage.sources.workbook import Workbook

        return Workbook(path, seen, reading)
    other = next((what for magic, what in _OTHERS if head.startswith(magic)), "")
    if other or not (reading.encoding or is_text(head)):
        raise SourceError(f"{quoted(path.name)} is {other or 'no text'}. Choose CSV, XLSX, JSON or JSON Lines.")
    text = TextFile(path, seen, find_encoding(path, seen, reading.encoding))
    shape = shape_of(text)
    if not shape.is_json:
        check_lines(path, seen)
        return Delimited(text, reading)
    return JsonLines(text, reading) if shape.is_lines else Document(text, reading)


def pasted(text: str) -> Source:
    """What was copied in a spreadsheet, or JSON text. Raises SourceError when there is nothing to send in it."""
    return as_it_was(_pasted(text))


def _pasted(text: str) -> Source:
    source = PastedText(text)
    if not text.strip():
        raise SourceError("There is nothing to paste. Copy some rows with their headers first.")
    shape = shape_of(source)
    if shape.is_json:
        return JsonLines(source, Reading()) if shape.is_lines else Document(source, Reading())
    return Delimited(source, Reading(delimiter="\t" if "\t" in text.lstrip().partition("\n")[0] else ""))
