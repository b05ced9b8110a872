"""What is kept no longer: entries of the history, and with that of a bulk run the file that holds its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from composer.storage.database import StorageError
from composer.storage.history import History, RunKind
from composer.storage.runs import RunBusy, Runs

_AT_ONCE = 200
_NOT_OVER = (RunKind.UNDER_WAY, RunKind.PAUSED)


def never() -> bool:
    """Nobody stops it."""
    return False


def forget(history: History, runs: Runs, ids: Sequence[int], stop: Callable[[], bool] = never) -> int:
    """Forget these entries, until `stop` answers True. A run that is not over stays, with its entry.

    Returns how many are forgotten. Raises StorageError; where it is the file of a run that can't be deleted, that run
    stays, and all the others are forgotten.
    """
    forgotten = 0
    undeleted: StorageError | None = None
    for at in range(0, len(ids), _AT_ONCE):
        if stop():
            break
        gone = []
        for entry in history.entries(ids[at : at + _AT_ONCE]):
            if entry.kind in _NOT_OVER:
                continue
            if entry.run:
                try:
                    runs.remove(entry.run)
                except RunBusy:
                    continue
                except StorageError as error:
                    undeleted = undeleted or error
                    continue
            gone.append(entry.id)
        history.remove(gone)
        forgotten += len(gone)
    if undeleted is not None:
        raise undeleted
    return forgotten
