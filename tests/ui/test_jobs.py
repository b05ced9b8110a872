"""Work goes to threads, what comes of it comes back on the UI thread, and nothing comes after the end."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from composer.ui.jobs import Jobs, Later
from composer.ui.latest import Latest

UI = threading.main_thread()


def test_work_is_done_elsewhere_and_its_result_comes_here(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[Any] = []
    jobs.run(threading.current_thread, lambda worker: seen.append((worker, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(seen))
    worker, here = seen[0]
    assert worker is not UI
    assert here is UI


def test_an_exception_reaches_failed_here(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[Any] = []

    def work() -> None:
        raise KeyError("x")

    jobs.run(work, seen.append, lambda error: seen.append((error, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(seen))
    error, here = seen[0]
    assert isinstance(error, KeyError)
    assert here is UI
    assert len(seen) == 1


def test_an_exception_nobody_asked_for_is_raised_here(jobs: Jobs, qtbot: QtBot) -> None:
    def work() -> None:
        raise KeyError("x")

    with qtbot.captureExceptions() as raised:
        jobs.run(work)
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is KeyError


def test_closing_waits_for_work_and_delivers_nothing_any_more(jobs: Jobs) -> None:
    began, go, ended = threading.Event(), threading.Event(), threading.Event()
    seen: list[Any] = []

    def work() -> None:
        began.set()
        go.wait(10)
        ended.set()

    jobs.run(work, seen.append, seen.append)
    assert began.wait(10)
    threading.Timer(0.05, go.set).start()
    assert jobs.close()
    assert ended.is_set()
    QCoreApplication.sendPostedEvents(jobs, QEvent.Type.MetaCall)
    QCoreApplication.processEvents()
    assert seen == []


def test_closing_does_not_wait_for_ever(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("composer.ui.jobs.PATIENCE", 50)
    go = threading.Event()
    jobs.run(lambda: go.wait(10))
    assert not jobs.close()
    go.set()
    assert jobs.close()


def test_what_is_ordered_can_be_waited_for(jobs: Jobs) -> None:
    done: list[int] = []
    for number in range(5):
        jobs.run(lambda number=number: done.append(number), in_order=True)  # type: ignore[misc]
    jobs.finish_ordered()
    assert done == [0, 1, 2, 3, 4]


def test_work_in_order_is_done_one_after_the_other(jobs: Jobs, qtbot: QtBot) -> None:
    done: list[int] = []
    first_may_end = threading.Event()

    def first() -> None:
        first_may_end.wait(10)
        done.append(1)

    jobs.run(first, in_order=True)
    jobs.run(lambda: done.append(2), lambda _: done.append(3), in_order=True)
    jobs.run(first_may_end.set)
    qtbot.waitUntil(lambda: done == [1, 2, 3])


def test_later_acts_once_after_the_last_start(qtbot: QtBot) -> None:
    owner, acted = QObject(), []
    later = Later(30, lambda: acted.append(1), owner)
    for _ in range(5):
        later.start()
    with qtbot.waitSignal(later.timeout):
        pass
    assert acted == [1]
    assert not later.isActive()


@pytest.mark.parametrize("fails", [False, True])
def test_of_what_was_wanted_meanwhile_only_the_last_is_done(jobs: Jobs, qtbot: QtBot, fails: bool) -> None:
    latest, go = Latest(jobs), threading.Event()
    done: list[Any] = []

    def first() -> int:
        go.wait(10)
        if fails:
            raise KeyError("first")
        return 0

    latest.run(first, done.append, lambda error: done.append(type(error)))
    for number in (1, 2, 3):
        latest.run(lambda number=number: number, done.append, done.append)  # type: ignore[misc]
    go.set()
    qtbot.waitUntil(lambda: len(done) == 2)
    assert done == [KeyError if fails else 0, 3]
