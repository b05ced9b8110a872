"""What went out in a bulk run is found in the history, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.storage.database import Database
from composer.storage.history import History, RunKind, Search
from composer.storage.runs import Run, Runs, Status
from composer.storage.runs.indexing import index_runs
from tests.support.runs import ACME, added, event


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(Database(tmp_path / "composer.db"))


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def a_run(runs: Runs, rows: int = 1200) -> Run:
    run = runs.create("orders.jsonl", "", "events", None, {}, None)
    with run.hold(sending=False):
        run.add(added(number, event(number, data={"Size": f"size{number}"})) for number in range(1, rows + 1))
    run.change(status=Status.READY)
    return run


def entry_of(history: History, run: Run) -> int:
    return history.begin_run(ACME, run.id, "orders.jsonl", "events", run.last())


def never() -> bool:
    return False


def test_rows_are_found_when_a_sitting_has_ended(history: History, runs: Runs) -> None:
    run = a_run(runs)
    entry = entry_of(history, run)
    history.tell_run(entry, RunKind.UNDER_WAY, "", 0)
    assert index_runs(history, runs, never)
    assert history.page(Search("jane1177")) == []  # it is under way still
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    assert index_runs(history, runs, never)
    assert [found.id for found in history.page(Search("jane1177@ex"))] == [entry]
    assert history.rows_found(entry, "size1200") == [1200]
    assert history.rows_due() == []


def test_only_what_was_sent_again_is_looked_at_again(
    history: History, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(runs)
    entry = entry_of(history, run)
    with run.hold(ACME):
        run.begin([1, 2])
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    assert index_runs(history, runs, never)
    with run.hold(ACME):
        run.begin([3])
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    taken = []
    monkeypatch.setattr(history, "index_rows", lambda _entry, rows: taken.extend(number for number, _ in rows))
    assert index_runs(history, runs, never)
    assert taken == [3]


def test_it_goes_on_after_it_was_stopped(history: History, runs: Runs) -> None:
    run = a_run(runs)
    entry = entry_of(history, run)
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    asked = iter([False, True])
    assert not index_runs(history, runs, lambda: next(asked))
    assert history.rows_found(entry, "jane500@") == [500]
    assert history.rows_found(entry, "jane501@") == []
    assert [due.entry for due in history.rows_due()] == [entry]
    assert index_runs(history, runs, never)
    assert history.rows_found(entry, "jane501@") == [501]


def test_a_run_that_is_gone_has_no_rows(history: History, runs: Runs) -> None:
    run = a_run(runs, 3)
    entry = entry_of(history, run)
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    runs.remove(run.id)
    assert index_runs(history, runs, never)
    assert history.rows_due() == []
