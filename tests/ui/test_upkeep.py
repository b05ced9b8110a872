"""The history is kept in order by a process of its own: rows of runs are found, what is too old is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from composer.storage.history import Attempt, RunKind, Search
from composer.storage.runs import Status
from composer.ui import upkeep
from composer.ui.desk import Desk
from composer.ui.jobs import Jobs
from composer.ui.settings.keeping import KEEP_DAYS
from composer.ui.upkeep import Upkeep
from tests.support.runs import ACME, added, event


@pytest.fixture
def keeper(jobs: Jobs, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upkeep]:
    monkeypatch.setattr(upkeep, "SOON", 0)
    monkeypatch.setenv("EVENT_COMPOSER_HOME", str(desk.folder))
    owner = QObject()
    keeper = Upkeep(jobs, desk, owner)
    yield keeper
    keeper.close()


def test_rows_of_a_run_are_found_soon(keeper: Upkeep, desk: Desk, qtbot: QtBot) -> None:
    run = desk.runs.create("orders.jsonl", "", "events", None, {}, None)
    with run.hold(sending=False):
        run.add(added(number, event(number)) for number in range(1, 4))
    run.change(status=Status.READY)
    entry = desk.history.begin_run(ACME, run.id, "orders.jsonl", "3 events", 3)
    desk.history.tell_run(entry, RunKind.PAUSED, "", 1)
    keeper.look_soon()
    qtbot.waitUntil(lambda: bool(desk.history.page(Search("jane3@"))), timeout=30_000)


def test_what_is_too_old_is_forgotten_and_said(
    keeper: Upkeep, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as clock:
        clock.setattr(time, "time_ns", lambda: 1_000_000_000_000_000_000)  # 2001
        desk.history.begin(Attempt(ACME, "Old", "", "", b"{}"))
    kept = desk.history.begin(Attempt(ACME, "New", "", "", b"{}"))
    desk.settings.put(KEEP_DAYS, 30)
    with qtbot.waitSignal(keeper.ended, timeout=30_000):
        keeper.look_soon()
    assert [entry.id for entry in desk.history.page()] == [kept]


@pytest.mark.parametrize("strange", [0, -5, True, "30", [30], 3.5])
def test_a_strange_limit_is_none(desk: Desk, strange: object) -> None:
    desk.settings.put(KEEP_DAYS, strange)
    assert upkeep.kept(desk.settings) == (None, None)


def test_nothing_begins_once_the_window_is_closed(
    keeper: Upkeep, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as clock:
        clock.setattr(time, "time_ns", lambda: 1_000_000_000_000_000_000)  # 2001
        desk.history.begin(Attempt(ACME, "Old", "", "", b"{}"))
    desk.settings.put(KEEP_DAYS, 30)
    keeper._look()
    keeper.close()  # while it looks whether there is anything to do
    with qtbot.assertNotEmitted(keeper.ended, wait=500):
        pass
    assert not keeper._is_busy
