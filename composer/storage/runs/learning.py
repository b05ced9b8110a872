"""The names in the rows of bulk runs are learnt, as those of single events are: when a sitting has ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from composer.storage.database import StorageError
from composer.storage.runs.folder import Runs
from composer.storage.runs.run import Run
from composer.storage.vocabulary import RunDue, Vocabularies

_AT_ONCE = 5  # requests of one transaction, each of a hundred rows at most


def learn_runs(vocabularies: Vocabularies, runs: Runs, stop: Callable[[], bool]) -> bool:
    """Learn from the rows of all runs that were queued since, each once; False when `stop` has answered True.

    A run that is gone, or can't be read, teaches nothing. Raises StorageError when the memory can't be written.
    """
    for due in vocabularies.runs_due():
        try:
            run = runs.open(due.run)
        except StorageError:
            vocabularies.run_learnt(due)
            continue
        with closing(run):
            if not _learn(vocabularies, run, due, stop):
                return False
    return True


def _learn(vocabularies: Vocabularies, run: Run, due: RunDue, stop: Callable[[], bool]) -> bool:
    """A row is queued once, by one request: so the requests tell what is new, however often rows were tried."""
    while not stop():
        requests = run.ended(due.request, _AT_ONCE)
        if not requests:
            vocabularies.run_learnt(due)
            return True
        last = requests[-1].id
        events = [
            (request.begun_ms, record.event) for request in requests for record in run.records(run.queued(request.id))
        ]
        vocabularies.learn_run(due, events, last)
        due = due._replace(request=last)
    return False
