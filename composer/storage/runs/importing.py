"""From the rows of a file to the rows of a run: read, checked and written down, a batch at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from composer.event.variables import uses_variables
from composer.storage.runs.reading import read_text, unreadable
from composer.storage.runs.run import Run
from composer.storage.runs.states import Added

if TYPE_CHECKING:
    from composer.event.table.cells import Cell
    from composer.storage.sources.source import Source

OnProgress = Callable[[int, float], object]  # rows so far, and how much of the file that is: 0 to 1

BATCH = 2000

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_quote = json.encoder.encode_basestring


def nothing(_rows: int, _share: float) -> None:
    """Nobody wants to know."""


def never() -> bool:
    """Nobody stops it."""
    return False


def import_rows(run: Run, source: Source, on_progress: OnProgress = nothing, stop: Callable[[], bool] = never) -> bool:
    """Read all rows of `source` into the empty `run`, which is READY then. When `stop` answers True the run is removed,
    and False returned.

    Raises SourceError and StorageError; the run stays as it is then, IMPORTING, to be removed. Raises RunBusy.
    """
    with run.hold(sending=False):
        added = _tables(run, source) if source.headers is not None else _events(run, source)
        rows = 0
        while batch := list(islice(added, BATCH)):
            run.add(batch, flush=False)
            rows += len(batch)
            on_progress(rows, source.share)
            if stop():
                break
        else:
            run.added(source.notes)
            return True
    run.remove()
    return False


def append(
    run: Run, text: str, times: int = 1, on_progress: OnProgress = nothing, stop: Callable[[], bool] = never
) -> bool:
    """Add the event `text`, as it stands, behind the last row of a run of events, so many times, each with values of
    its own for its variables; all of them or none: False is returned when `stop` answered True.

    Raises RunError where the rows are those of a table, RunBusy while others work on the run, and StorageError.
    """
    text = text.removeprefix("\ufeff").strip()
    there = index = 0
    variation = run.variation(lambda _: there + index + 1)
    vocabulary = run.vocabulary()
    once = read_text(text, vocabulary=vocabulary)
    varies = variation is not None and once.readable and uses_variables(once.event)

    def rows(first: int, before: int) -> Iterator[Added]:
        nonlocal there, index
        there = before
        for index in range(times):
            if index % BATCH == BATCH - 1:
                on_progress(index, index / times)
                if stop():
                    raise _Stopped
            number = first + index
            yield Added(number, text, *(read_text(text, variation, number, vocabulary) if varies else once))

    try:
        run.append(rows)
    except _Stopped:
        return False
    return True


class _Stopped(Exception):  # noqa: N818 - it is no error
    """Takes back what was added."""


def _tables(run: Run, source: Source) -> Iterator[Added]:
    at = 0
    read = run.reader(lambda _: at).read
    for at, row in enumerate(source.rows(), start=1):  # noqa: B007 - the counter of the variables
        if row.problem:
            yield Added(row.number, _as_array(row.cells), None, unreadable(row.problem).findings, row.problem)
        else:
            event, findings = read(row.cells, row.number)
            yield Added(row.number, _as_array(row.cells), event, findings)


def _events(run: Run, source: Source) -> Iterator[Added]:
    at = 0
    variation, vocabulary = run.variation(lambda _: at), run.vocabulary()
    for at, row in enumerate(source.rows(), start=1):  # noqa: B007 - the counter of the variables
        text = row.text.removeprefix("\ufeff").strip()
        read = unreadable(row.problem) if row.problem else read_text(text, variation, row.number, vocabulary)
        yield Added(row.number, text, *read)


def _as_array(cells: Sequence[Cell]) -> str:
    """The cells as JSON; for texts alone, which is what most files have, in half the time."""
    try:
        return f"[{','.join(map(_quote, cells))}]"  # type: ignore[arg-type]
    except TypeError:
        return _encode(list(cells))
