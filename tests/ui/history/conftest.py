"""What the tests of the history share: a history, and its place on top of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from composer.storage.database import Database
from composer.storage.drift import Drift
from composer.storage.history import History
from composer.storage.runs import Runs
from composer.ui.history.place import HistoryPlace
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from tests.support.hands import to_front

Open = Callable[[], HistoryPlace]


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


@pytest.fixture
def open_place(
    theme: Theme, jobs: Jobs, history: History, database: Database, tmp_path: Path, show: Any, qtbot: QtBot
) -> Open:
    """Opens the place, in front and with all found: the test first writes what is there."""

    def open_place() -> HistoryPlace:
        place = HistoryPlace(theme, jobs, history, Runs(tmp_path), Drift(database))
        show(place)
        to_front(place, qtbot)
        qtbot.waitUntil(lambda: "entr" in place.pane.count.text() and "…" not in place.pane.count.text())
        return place

    return open_place


def numbers(place: HistoryPlace) -> list[int]:
    """The entries in the list, from the top."""
    return list(place.pane.model.numbers)


def seen(place: HistoryPlace) -> str:
    """All words that can be read on the place now."""
    return "\n".join(each.text() for each in place.findChildren(QLabel) if each.isVisible())
