"""What is forgotten is gone for good, with the file of a bulk run; what somebody works on stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.storage.database import Database, StorageError
from composer.storage.forgetting import forget
from composer.storage.history import Attempt, History, RunKind
from composer.storage.runs import Run, Runs, Status
from tests.support.runs import ACME, added, event


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def a_run(runs: Runs, history: History) -> tuple[Run, int]:
    run = runs.create("orders.jsonl", "", "events", None, {}, None)
    with run.hold(sending=False):
        run.add(iter([added(1, event(1))]))
    run.change(status=Status.READY)
    entry = history.begin_run(ACME, run.id, "orders.jsonl", "1 event", 1)
    history.tell_run(entry, RunKind.ALL_QUEUED, "1 queued.", 10)
    return run, entry


def test_an_entry_and_a_run_with_its_file(history: History, runs: Runs) -> None:
    kept = history.begin(Attempt(ACME, "Kept", "", "", b"{}"))
    gone = history.begin(Attempt(ACME, "Gone", "", "", b"{}"))
    run, entry = a_run(runs, history)
    assert forget(history, runs, [gone, entry, 12345]) == 2
    assert [each.id for each in history.page()] == [kept]
    assert not run.path.exists()


def test_a_run_whose_file_cannot_be_deleted_keeps_nothing_else(history: History, runs: Runs) -> None:
    run, entry = a_run(runs, history)
    run.path.unlink()
    run.path.mkdir()
    other, gone = a_run(runs, history)
    with pytest.raises(StorageError, match=f"{run.path} can't be deleted"):
        forget(history, runs, [entry, gone])
    assert [each.id for each in history.page()] == [entry]
    assert not other.path.exists()


def test_a_run_at_work_stays(history: History, runs: Runs) -> None:
    run, entry = a_run(runs, history)
    with run.hold(ACME):
        assert forget(history, runs, [entry]) == 0
    assert run.path.exists()
    assert history.count() == 1


@pytest.mark.parametrize("kind", [RunKind.UNDER_WAY, RunKind.PAUSED])
def test_a_run_that_is_not_over_stays(history: History, runs: Runs, kind: RunKind) -> None:
    run, entry = a_run(runs, history)
    history.tell_run(entry, kind, "", 10)
    assert forget(history, runs, [entry]) == 0
    assert run.path.exists()


def test_it_can_be_stopped(history: History, runs: Runs) -> None:
    entry = history.begin(Attempt(ACME, "Kept", "", "", b"{}"))
    assert forget(history, runs, [entry], lambda: True) == 0
    assert history.count() == 1
