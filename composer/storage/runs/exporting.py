"""Rows of a run as a file: to be looked at in a spreadsheet, or put right there and sent again.

A CSV has the columns of the file as they were, each row's state, and why. It can be opened again as it is:
`sources.returned` leaves out the two columns and gives every cell back as it was. Where each row is an event, the
columns are its JSON text, state and reason. JSON Lines hold the events alone, one a line, as they are sent but for a
uniqueId filled in.

What was edited is in an event's text; the cells of a table's row are always those of the file. In both the variables
stand as they are written, so that the file can be put right; JSON Lines have their values.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from composer.storage.database import StorageError
from composer.storage.runs.run import Run
from composer.storage.runs.states import WORDS, Line
from composer.storage.runs.wire import to_bytes
from composer.storage.sources.returned import EVENT, REASON, STATE, guarded

OnRows = Callable[[int, int], object]  # rows written, of how many

JSON_LINES = frozenset({".jsonl", ".ndjson", ".json"})
BATCH = 2000
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what is left of such bytes


def nothing(_done: int, _of: int) -> None:
    """Nobody wants to know."""


def never() -> bool:
    """Nobody stops it."""
    return False


def export(
    run: Run,
    numbers: Sequence[int],
    path: Path,
    on_progress: OnRows = nothing,
    stop: Callable[[], bool] = never,
) -> bool:
    """Write the rows of these numbers to `path`: JSON Lines when its name ends so, else a CSV.

    The file is there when it is whole, in the place of any before. Returns False, having written nothing, when `stop`
    answered True. Raises StorageError.
    """
    part = path.with_name(f".{path.name}.part")
    write = _write_json_lines if path.suffix.lower() in JSON_LINES else _write_csv
    try:
        done = 0
        with part.open("wb") as file, closing(write(run, numbers, file)) as batches:
            for batch in batches:
                done += batch
                on_progress(done, len(numbers))
                if stop():
                    return False
        part.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} can't be written ({error.strerror}). Choose another folder, or make room, and try again."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return True


def _write_csv(run: Run, numbers: Iterable[int], file: BinaryIO) -> Generator[int]:
    """Every cell is in quotes, so that nobody has to guess at the delimiter; the mark at the start is for Excel."""
    info = run.info
    text = io.TextIOWrapper(file, "utf-8-sig", "backslashreplace", newline="")
    semicolons = isinstance(info.reading, dict) and info.reading.get("delimiter") == ";"  # where commas are decimal
    writer = csv.writer(text, delimiter=";" if semicolons else ",", quoting=csv.QUOTE_ALL)
    headers = info.headers if info.kind == "table" else (EVENT,)
    width = len(headers)
    try:
        writer.writerow([*map(guarded, headers), STATE, REASON])
        for lines in _batches(run, numbers):
            for line in lines:
                cells = [to_bytes(line.own).decode()] if line.cells is None else line.cells
                cells = list(map(guarded, cells))
                missing = [""] * (width - len(cells))
                # What a row has too much stands behind, so that it is too much again when the file is opened.
                writer.writerow([*cells[:width], *missing, WORDS[line.state], guarded(line.reason), *cells[width:]])
            yield len(lines)
    finally:
        text.detach()


def _write_json_lines(run: Run, numbers: Iterable[int], file: BinaryIO) -> Generator[int]:
    """A line that could not be read is written as it was."""
    for lines in _batches(run, numbers):
        file.writelines(_as_line(line.text) + b"\n" for line in lines)
        yield len(lines)


def _batches(run: Run, numbers: Iterable[int]) -> Iterator[list[Line]]:
    each = iter(numbers)
    while batch := list(islice(each, BATCH)):
        yield run.lines(batch)


def _as_line(text: str) -> bytes:
    """A line end in JSON is nothing but a blank. Bytes that were no UTF-8 are written as they were."""
    text = text.replace("\r", " ").replace("\n", " ")
    try:
        return text.encode("utf-8", "surrogateescape") if _NOT_UTF8.search(text) else to_bytes(text)
    except UnicodeEncodeError:
        return to_bytes(text)
