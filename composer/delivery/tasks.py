"""What a worker can be asked to do with many rows: each task is an object that does its work once and hears words.

A task is a dictionary with its name as ``task``; what it brings back is one too. Both are plain JSON.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from composer import paths
from composer.delivery.budget import Budgets
from composer.delivery.guard import Consent, Guard
from composer.delivery.making import SAMPLE, create_run, proposed, repeatable, same_values, variables_in
from composer.delivery.sender import NotSent
from composer.delivery.sitting import Sitting
from composer.delivery.whom import whom
from composer.event.jsontext import JsonTextError
from composer.event.table.mapping import MappingError, from_json, to_json
from composer.event.vocabulary import EMPTY, Vocabulary
from composer.storage.database import FILE_NAME, Database, StorageError
from composer.storage.forgetting import forget
from composer.storage.history import History
from composer.storage.mappings import Mappings
from composer.storage.runs import Run, RunError, Runs, State
from composer.storage.runs.exporting import export
from composer.storage.runs.importing import append, import_rows
from composer.storage.runs.indexing import index_runs
from composer.storage.runs.learning import learn_runs
from composer.storage.secrets import Secret
from composer.storage.sources import Reading, Source, SourceError, open_source, pasted
from composer.storage.stores import Kind, Store
from composer.storage.vocabulary import Vocabularies

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
    """A new run of all rows of a source, each checked; nothing is sent. `variables` is the JSON text of their values;
    `id` is what the run is to be called, if it is free; `vocabulary` the row of the store whose names they are held
    against.
    """

    def run(self, report: Report) -> Told:
        """Read; what was read is forgotten again when it can't be finished."""
        told, runs = self._told, self._runs()
        source = _source_of(told)
        mapping = None if source.headers is None else from_json(told["mapping"])
        variables = variables_in(told.get("variables", ""))
        words = _vocabulary_of(told) or EMPTY
        run = create_run(runs, source, told.get("path") or "", mapping, variables, told.get("id", ""), words)
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
    """An event put into a run as its last row, many times if wanted. The run is a new one without `run`, and where that
    has other values for the event's variables; `vocabulary`, as for an import, is for a new one.
    """

    def run(self, report: Report) -> Told:
        """Add."""
        told, runs = self._told, self._runs()
        variables = variables_in(told.get("variables", ""))
        run = runs.open(told["run"]) if told.get("run") else None
        if run is not None and not same_values(told["text"], variables, run.info.variables):
            run.close()
            run = None
        if run is None:
            words = _vocabulary_of(told) or EMPTY
            run = runs.create(told["name"], "", "events", None, {}, None, variables=variables, vocabulary=words)
        with closing(run):
            append(
                run,
                repeatable(told["text"], variables) if told["times"] > 1 else told["text"],
                told["times"],
                lambda rows, share: self._in_time(report, lambda: {"rows": rows, "share": share}),
                self._stopped.is_set,
            )
        return {"run": run.id}


class Recheck(Task):
    """Every row read anew: through another mapping, with other variables or held against another `vocabulary`, or,
    without these, once more as it is.
    """

    def run(self, report: Report) -> Told:
        """Check."""
        mapping = from_json(self._told["mapping"]) if self._told.get("mapping") else None
        with closing(self._opened()) as run:
            whole = run.recheck(
                mapping,
                lambda done, of: self._in_time(report, lambda: {"rows": done, "share": done / max(of, 1)}),
                self._stopped.is_set,
                variables_in(self._told["variables"]) if "variables" in self._told else None,
                _vocabulary_of(self._told),
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


class Whom(Task):
    """Whom the waiting rows of a run would reach at a store, who is no test person there."""

    def run(self, report: Report) -> Told:
        """Count."""
        with closing(Database(paths.data_folder() / FILE_NAME)) as database, closing(self._opened()) as run:
            return whom(
                run,
                Guard(database).watch(_store_of(self._told)),
                lambda done, of: self._in_time(report, lambda: {"rows": done, "share": done / max(of, 1)}),
                self._stopped.is_set,
            ).as_json()


class Send(Task):
    """One sitting of a run. "leave" is a pause that ends it: it goes on another time. `consent` is whom a person has
    said yes to: a list of names, null for everybody, nobody when it is left out; `asked` the stamp of the run they were
    asked about.
    """

    def __init__(self, told: Told) -> None:
        super().__init__(told)
        self._secret = Secret(told.pop("secret"))
        self._sitting: Sitting | None = None
        self._lock = threading.Lock()
        self._said: list[str] = []

    def run(self, report: Report) -> Told:
        """Send."""
        folder, agreed = paths.data_folder(), self._told.get("consent", [])
        with closing(Database(folder / FILE_NAME)) as database, closing(self._opened()) as run:
            sitting = Sitting(
                run,
                _store_of(self._told),
                self._secret,
                database,
                Budgets(folder),
                lambda told: report(told.as_json()),
                consent=Consent(None if agreed is None else frozenset(agreed)),
                asked=self._told.get("asked", ""),
            )
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


class Tidy(Task):
    """The history's index brought up to date, its names learnt, and what is to be kept no longer forgotten."""

    def run(self, report: Report) -> Told:  # noqa: ARG002 - nobody waits for it
        """Tidy up."""
        with closing(Database(paths.data_folder() / FILE_NAME)) as database:
            history, runs, stop = History(database), self._runs(), self._stopped.is_set
            history.index_waiting(stop)
            index_runs(history, runs, stop)
            vocabularies = Vocabularies(database)
            vocabularies.learn(stop)
            learn_runs(vocabularies, runs, stop)
            expired = history.expired(self._told.get("days"), self._told.get("megabytes"))
            forgotten = forget(history, runs, expired, stop)
            if history.has_traces():
                history.erase_traces(stop)
            return {"forgotten": forgotten}


_TASKS: dict[str, type[Task]] = {
    "preview": Preview,
    "import": Import,
    "append": Append,
    "recheck": Recheck,
    "fix": Fix,
    "export": Export,
    "whom": Whom,
    "send": Send,
    "tidy": Tidy,
}


def work_for(told: Told) -> Task:
    """The task that is asked for."""
    return _TASKS[told["task"]](told)


def _store_of(told: Told) -> Store:
    raw = Store(*told["store"])
    return raw._replace(kind=Kind(raw.kind))


def _vocabulary_of(told: Told) -> Vocabulary | None:
    """The names of the store that is meant, None where none is."""
    if not told.get("vocabulary"):
        return None
    with closing(Database(paths.data_folder() / FILE_NAME)) as database:
        return Vocabularies(database).of(told["vocabulary"])


def _source_of(told: Told) -> Source:
    if "text" in told:
        return pasted(told["text"])
    return open_source(Path(told["path"]), Reading(**told.get("reading", {})))
