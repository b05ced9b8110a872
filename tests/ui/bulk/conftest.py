"""What the tests of Bulk's pages share: the page of a run, and runs for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from composer.storage.runs.run import Run
from composer.ui.bulk.run_page import RunPage
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from tests.support.hands import to_front
from tests.support.orders import LIVE, make_events, make_orders


@pytest.fixture
def page(theme: Theme, jobs: Jobs, show: Any, qtbot: QtBot) -> RunPage:
    page = RunPage(theme, jobs)
    page.show_store(LIVE)
    show(page)
    to_front(page, qtbot)
    return page


@pytest.fixture
def make(tmp_path: Path, jobs: Jobs) -> Iterator[Callable[..., Run]]:
    """Makes table runs of these rows."""
    made: list[Run] = []

    def make(*rows: list[Any], events: int = 0) -> Run:
        made.append(make_events(tmp_path, events) if events else make_orders(tmp_path, rows))
        return made[-1]

    yield make
    jobs.close()
    for run in made:
        run.close()
