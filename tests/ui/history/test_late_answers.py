"""What takes long in the history never shows late, and is not gone on with when nobody wants it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from composer.storage.database import Database
from composer.storage.history import History, Search
from tests.support.sent import sent
from tests.ui.history.conftest import Open, numbers


class SlowHistory(History):
    """Answers a search for "slow" when it is told to."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.is_asked, self.may_answer = threading.Event(), threading.Event()
        self.was_stopped = False

    def page(self, search: Search = Search(), before: int | None = None, limit: int = 200) -> Any:  # noqa: B008
        if search.words == "slow":
            self.is_asked.set()
            self.may_answer.wait(20)
        return super().page(search, before, limit)

    def ids(self, search: Search, stop: Callable[[], bool]) -> Any:
        if search.words == "Event":
            self.is_asked.set()
            for _ in range(1_000):
                if stop() or self.may_answer.wait(0.01):
                    break
            self.was_stopped = stop()
        return super().ids(search, stop)


@pytest.fixture
def history(database: Database) -> SlowHistory:
    return SlowHistory(database)


def test_a_late_answer_of_an_earlier_search_never_shows(open_place: Open, history: SlowHistory, qtbot: QtBot) -> None:
    sent(history, "slow")
    wanted = sent(history, "quick")
    place = open_place()
    shown: list[list[int]] = []
    place.lookup.found.connect(lambda found: shown.append(list(found.numbers)))
    place.filters.words.setText("slow")
    qtbot.waitUntil(history.is_asked.is_set)
    place.filters.words.setText("quick")
    history.may_answer.set()
    qtbot.waitUntil(lambda: numbers(place) == [wanted])
    assert shown == [[wanted]]


def test_looking_for_all_that_match_ends_when_something_else_is_typed(
    open_place: Open, history: SlowHistory, qtbot: QtBot
) -> None:
    entries = [sent(history, f"Event {number}") for number in range(250)]
    place = open_place()
    place.filters.words.setText("Event")
    qtbot.waitUntil(history.is_asked.is_set)
    qtbot.waitUntil(lambda: place.pane.count.text() == "The newest 200. Looking for all…")
    assert not place.export.isEnabled()
    place.filters.words.setText("249")
    qtbot.waitUntil(lambda: numbers(place) == [entries[249]])
    assert history.was_stopped
    history.may_answer.set()
