"""The folder of all runs: a file each, named by the run's id."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping as Values
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from composer.event.payload import Json
from composer.event.vocabulary import EMPTY, Vocabulary
from composer.storage.database import Database, StorageError
from composer.storage.runs.file import delete, dumped, kept_vocabulary
from composer.storage.runs.run import Run
from composer.storage.runs.states import Options, RunInfo, Status
from composer.storage.runs.tables import MIGRATIONS
from composer.storage.runs.wire import stored

if TYPE_CHECKING:
    from composer.event.table.mapping import Mapping


_DEFAULTS = Options()
_NO_VALUES: Values[str, Json] = {}


class Runs:
    """The runs in `runs`, in the data folder. Every method may raise StorageError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "runs"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The folder {self._folder} can't be made ({error.strerror}). "
                "Check the folder and its permissions, or choose another with EVENT_COMPOSER_HOME."
            ) from error

    def create(
        self,
        name: str,
        path: str,
        kind: str,
        headers: tuple[str, ...] | None,
        reading: Json,
        mapping: Mapping | None,
        options: Options = _DEFAULTS,
        variables: Values[str, Json] | None = _NO_VALUES,
        run_id: str = "",
        vocabulary: Vocabulary = EMPTY,
    ) -> Run:
        """A run without rows, in the status IMPORTING. `kind` is "table", with headers and a mapping, or "events".

        `variables` are the values given for all rows; with None what looks like a variable is none. `run_id` is a
        `new_id` that rows were shown with before; the run has another where there is one of this name. The rows are
        held against the `vocabulary`.
        """
        fresh = self._folder / f"{run_id or new_id()}.db"
        if fresh.exists():
            fresh = self._folder / f"{new_id()}.db"
        told: Json = None
        if mapping is not None:
            from composer.event.table.mapping import to_json

            told = to_json(mapping)
        try:
            with closing(Database(fresh, MIGRATIONS)) as database:
                database.write(
                    "INSERT INTO run (id, name, path, created_ms, kind, headers, reading, mapping, options, status, "
                    "variables, vocabulary, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(fresh.stem, stored(name), stored(path), time.time_ns() // 1_000_000, kind),
                        *(dumped(list(headers or ())), dumped(reading), dumped(told)),
                        *(
                            json.dumps(options),
                            Status.IMPORTING,
                            None if variables is None else dumped(dict(variables)),
                            *kept_vocabulary(vocabulary),
                        ),
                    ),
                )
            return Run(fresh)
        except StorageError:
            delete(fresh)
            raise

    def open(self, run: str) -> Run:
        """The run with this id. Raises StorageError when there is none."""
        return Run(self._folder / f"{run}.db")

    def all(self) -> list[RunInfo]:
        """All runs, the newest first. One whose file can't be read is BROKEN, with the reason."""
        found = [self._info(path) for path in self._folder.glob("run-*.db")]
        return sorted(found, key=lambda info: (info.created_ms, info.id), reverse=True)

    def latest(self) -> str | None:
        """The id of the newest run that can be read."""
        return next((info.id for info in self.all() if info.status is not Status.BROKEN), None)

    def remove(self, run: str) -> None:
        """Delete a run with all that is known of it. Raises RunBusy while somebody works on it."""
        path = self._folder / f"{run}.db"
        try:
            with closing(Run(path)) as opened:
                opened.remove()
        except StorageError:
            delete(path)  # broken, or gone already: nobody can be at work on it

    def _info(self, path: Path) -> RunInfo:
        try:
            with closing(Run(path)) as run:
                return run.info
        except StorageError as error:
            with suppress(OSError):
                return _broken(path, int(path.stat().st_mtime * 1000), str(error))
            return _broken(path, 0, str(error))


def new_id() -> str:
    """The id of a run to be made."""
    return f"run-{os.urandom(6).hex()}"


def _broken(path: Path, created_ms: int, reason: str) -> RunInfo:
    return RunInfo(
        path.stem, path.stem, "", created_ms, "events", (), {}, None, None, Options(), Status.BROKEN, reason,
        entry=0, rows=0, requests=0, retries=0, limited=0, seconds=0.0, notes=(),
    )  # fmt: skip
