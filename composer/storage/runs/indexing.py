"""The rows of bulk runs are found in the history: when a sitting has ended they go into its index."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from composer.storage.database import StorageError
from composer.storage.history import History
from composer.storage.history.index import RowsDue
from composer.storage.history.words import of_event
from composer.storage.runs.folder import Runs
from composer.storage.runs.run import Run
from composer.storage.runs.states import State

_AT_ONCE = 500  # rows of one transaction: others may have to write meanwhile


def index_runs(history: History, runs: Runs, stop: Callable[[], bool]) -> bool:
    """Take the rows of all runs that were sent since into the index; False when `stop` has answered True.

    A run that is gone, or can't be read, has no rows to be found. Raises StorageError when the history can't be
    written.
    """
    for due in history.rows_due():
        try:
            run = runs.open(due.run)
        except StorageError:
            history.rows_indexed(due.entry, due.request)
            continue
        with closing(run):
            if not _index(history, run, due, stop):
                return False
    return True


def _index(history: History, run: Run, due: RowsDue, stop: Callable[[], bool]) -> bool:
    """All rows at first, later those that were sent again."""
    newest = run.requests(limit=1)
    numbers = run.sent_since(due.request) if due.request else run.numbers()
    for at in range(0, len(numbers), _AT_ONCE):
        if stop():
            return False
        records = run.records(numbers[at : at + _AT_ONCE])
        told = ((row, "" if row.state is State.QUEUED else row.reason) for row in records)
        history.index_rows(due.entry, [(row.number, of_event(row.event, reason)) for row, reason in told])
    history.rows_indexed(due.entry, newest[0].id if newest else due.request)
    return True
