"""What a worker can be asked to do with many rows: each task is an object that does its work once and hears words.

A task is a dictionary with its name as ``task``; what it brings back is one too. Both are plain JSON.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from composer import paths
from composer.delivery.sender import NotSent
from composer.delivery.sitting import Sitting
from composer.event import jsontext
from composer.event.jsontext import JsonTextError
from composer.event.table.guess import guess
from composer.event.table.mapping import Mapping, MappingError, from_json, to_json
from composer.storage.database import FILE_NAME, Database, StorageError
from composer.storage.history import History
from composer.storage.mappings import Mappings
from composer.storage.runs import Run, RunError, Runs, State
from composer.storage.runs.exporting import export
from composer.storage.runs.importing import append, import_rows
from composer.storage.secrets import Secret
from composer.storage.sources import Reading, Source, SourceError, open_source, pasted

Told = dict[str, Any]
Report = Callable[[Told], None]

EXPECTED = (
    SourceError,
    MappingError,
    RunError,
    StorageError,
    NotSent,
    JsonTextError,
)  # what the texts of are for people
CANCELLED = "Cancelled."

SAMPLE = 200  # rows that are looked at before a file is read
_EVERY = 0.1  # seconds between two reports


class Task:
    """One piece of work. `run` blocks, `say` comes from another thread."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._stopped = threading.Event()
        self._next = 0.0

    def run(self, report: Report) -> Told:
        """Do it; returns what it brought. Raises one of EXPECTED."""
        raise NotImplementedError

    def say(self, word: str) -> None:
        """ "stop", or "leave" because nobody waits for it any more; what does not fit is passed over."""
        if word in {"stop", "leave"}:
            self._stopped.set()

    def _runs(self) -> Runs:
        return Runs(paths.data_folder())

    def _opened(self) -> Run:
        return self._runs().open(self._told["run"])

    def _in_time(self, report: Report, told: Callable[[], Told]) -> None:
        """Report, but not more often than anybody can see."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _EVERY
            report(told())


class Preview(Task):
    """The first rows of a file, or of what was pasted, and a mapping for them: the saved one or a guess."""

    def run(self, report: Report) -> Told:  # noqa: ARG002 - it is over at once
        """Look."""
        source = _source_of(self._told)
        rows = list(islice(source.rows(), SAMPLE))
        with closing(Database(paths.data_folder() / FILE_NAME)) as database:
            mapping, name = proposed(source, [row.cells for row in rows], Mappings(database))
        return {
            "name": source.name,
            "headers": source.headers,
            "reading": source.reading._asdict(),
            "sheets": source.sheets,
            "notes": source.notes,
            "rows": [[row.number, row.text if source.headers is None else list(row.cells)] for row in rows],
            "mapping": None if mapping is None else to_json(mapping),
            "refound": name,
        }


class Import(Task):
    """A new run of all rows of a source, each checked; nothing is sent."""

    def run(self, report: Report) -> Told:
        """Read; what was read is forgotten again when it can't be finished."""
        told, runs = self._told, self._runs()
        source = _source_of(told)
        mapping = None if source.headers is None else from_json(told["mapping"])
        run = create_run(runs, source, told.get("path") or "", mapping)
        try:
            whole = import_rows(
                run,
                source,
                lambda rows, share: self._in_time(report, lambda: {"rows": rows, "share": share}),
                self._stopped.is_set,
            )
        except BaseException:
            run.close()
            runs.remove(run.id)
            raise
        run.close()
        if not whole:
            runs.remove(run.id)
            raise SourceError(CANCELLED)
        return {"run": run.id}


class Append(Task):
    """An event put into a run as its last row, many times if wanted; the run is a new one without `run`."""

    def run(self, report: Report) -> Told:
        """Add."""
        told, runs = self._told, self._runs()
        run = runs.open(told["run"]) if told.get("run") else runs.create(told["name"], "", "events", None, {}, None)
        with closing(run):
            append(
                run,
                repeatable(told["text"]) if told["times"] > 1 else told["text"],
                told["times"],
                lambda rows, share: self._in_time(report, lambda: {"rows": rows, "share": share}),
                self._stopped.is_set,
            )
        return {"run": run.id}


class Recheck(Task):
    """Every row read anew: through another mapping, or, without one, once more as it is."""

    def run(self, report: Report) -> Told:
        """Check."""
        mapping = from_json(self._told["mapping"]) if self._told.get("mapping") else None
        with closing(self._opened()) as run:
            whole = run.recheck(
                mapping,
                lambda done, of: self._in_time(report, lambda: {"rows": done, "share": done / max(of, 1)}),
                self._stopped.is_set,
            )
        return {"whole": whole}


class Fix(Task):
    """One fix in all rows that need it."""

    def run(self, report: Report) -> Told:
        """Repair."""
        with closing(self._opened()) as run:
            changed = run.fix_all(
                self._told["kind"],
                self._told["fix"],
                lambda done, of: self._in_time(report, lambda: {"rows": done, "share": done / max(of, 1)}),
                self._stopped.is_set,
            )
        return {"changed": changed}


class Export(Task):
    """Rows as a file. `states`, `severity` and `kind` say which, as in `Run.numbers`."""

    def run(self, report: Report) -> Told:
        """Write."""
        from composer.event.findings import Severity

        told = self._told
        states = None if told.get("states") is None else [State(state) for state in told["states"]]
        severity = Severity(told["severity"]) if told.get("severity") else None
        with closing(self._opened()) as run:
            numbers = run.numbers(states, severity, told.get("kind"))
            export(
                run,
                numbers,
                Path(told["path"]),
                lambda done, of: self._in_time(report, lambda: {"rows": done, "share": done / max(of, 1)}),
                self._stopped.is_set,
            )
        return {"rows": len(numbers)}


class Send(Task):
    """One sitting of a run. "leave" is a pause that ends it: it goes on another time."""

    def __init__(self, told: Told) -> None:
        super().__init__(told)
        self._secret = Secret(told.pop("secret"))
        self._sitting: Sitting | None = None
        self._lock = threading.Lock()
        self._said: list[str] = []

    def run(self, report: Report) -> Told:
        """Send."""
        from composer.storage.stores import Kind, Store

        raw = Store(*self._told["store"])
        store = raw._replace(kind=Kind(raw.kind))
        with closing(Database(paths.data_folder() / FILE_NAME)) as database, closing(self._opened()) as run:
            sitting = Sitting(run, store, self._secret, History(database), lambda told: report(told.as_json()))
            with self._lock:
                self._sitting = sitting
                said, self._said = self._said, []
            for word in said:
                sitting.say(word)
            return sitting.send().as_json()

    def say(self, word: str) -> None:
        """ "pause", "resume", "leave" or "stop"."""
        with self._lock:
            if self._sitting is None:
                self._said.append(word)
                return
        self._sitting.say(word)


_TASKS: dict[str, type[Task]] = {
    "preview": Preview,
    "import": Import,
    "append": Append,
    "recheck": Recheck,
    "fix": Fix,
    "export": Export,
    "send": Send,
}


def work_for(told: Told) -> Task:
    """The task that is asked for."""
    return _TASKS[told["task"]](told)


def create_run(runs: Runs, source: Source, path: str, mapping: Mapping | None) -> Run:
    """A run without rows for a source. Raises StorageError."""
    kind = "events" if source.headers is None else "table"
    return runs.create(source.name, path, kind, source.headers, source.reading._asdict(), mapping)


def repeatable(text: str) -> str:
    """The text of an event without its unique ID, so that each row it becomes gets one of its own.

    Raises JsonTextError.
    """
    event = jsontext.parse(text).payload
    if not isinstance(event, dict) or "uniqueId" not in event:
        return text
    return jsontext.dumps({key: value for key, value in event.items() if key != "uniqueId"})


def proposed(source: Source, cells: Sequence[Sequence[Any]], mappings: Mappings) -> tuple[Mapping | None, str]:
    """A mapping for a source, and the name it was saved under: a guess from the first rows has none.

    None where each row is an event. Raises StorageError.
    """
    if source.headers is None:
        return None, ""
    saved = mappings.find(source.headers)
    return (saved.mapping, saved.name) if saved is not None else (guess(source.headers, cells), "")


def _source_of(told: Told) -> Source:
    if "text" in told:
        return pasted(told["text"])
    return open_source(Path(told["path"]), Reading(**told.get("reading", {})))
