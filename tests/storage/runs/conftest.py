"""Runs made of a few events or cells, each in a data folder of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from composer.event.table.guess import guess
from composer.storage.runs import Options, Run, Runs
from composer.storage.runs.importing import import_rows
from composer.storage.sources import pasted
from tests.support.runs import added


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.fixture
def of_events(runs: Runs) -> Iterator[Callable[..., Run]]:
    """A READY run of these events, numbered from 1."""
    made: list[Run] = []

    def make(*events: Any, options: Options = Options()) -> Run:  # noqa: B008 - it can't change
        made.append(runs.create("orders.jsonl", "", "events", None, {}, None, options))
        made[-1].add(map(added, itertools.count(1), events))
        made[-1].added()
        return made[-1]

    yield make
    for run in made:
        run.close()


@pytest.fixture
def of_table(runs: Runs) -> Iterator[Callable[[str], Run]]:
    """A READY run of a table as a spreadsheet copies it, through the mapping that is guessed; its first row is 2."""
    made: list[Run] = []

    def make(text: str) -> Run:
        source = pasted(text)
        assert source.headers is not None
        mapping = guess(source.headers, [row.cells for row in source.rows()])
        made.append(runs.create("orders.csv", "", "table", source.headers, source.reading._asdict(), mapping))
        assert import_rows(made[-1], source)
        return made[-1]

    yield make
    for run in made:
        run.close()
