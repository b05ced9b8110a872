"""Reading again and again without piling up: one job at a time, and of what was wanted meanwhile only the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from composer.ui.jobs import Jobs

_Wanted = tuple[Callable[[], Any], Callable[[Any], None], Callable[[Exception], None]]


class Latest:
    """Runs jobs one after the other; a job that waits is replaced by the next one asked for."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._busy = False
        self._waiting: _Wanted | None = None

    def run(self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        """Have `work` done in a thread now, or when the one under way has ended; see `Jobs.run`."""
        if self._busy:
            self._waiting = (work, done, failed)
            return
        self._busy = True
        self._jobs.run(work, lambda result: self._ended(done, result), lambda error: self._ended(failed, error))

    def _ended(self, tell: Callable[[Any], None], result: Any) -> None:
        self._busy = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.run(*waiting)
        tell(result)
