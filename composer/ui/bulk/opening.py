"""From a file or the clipboard to a run: its first rows are looked at, its columns mapped, then all of it is read."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from composer.event import jsontext
from composer.event.payload import Json
from composer.event.table.mapping import Mapping, from_json, to_json
from composer.storage.runs.folder import new_id
from composer.storage.stores import Store
from composer.ui.bulk.workers import Task, Told, Workers


class Opening(QObject):
    """What is being opened; one thing at a time.

    Signals: `seen(dict, object, str)` the first rows, the Mapping for them (None where each row is an event), and the
    name it was saved under; `imported(str)` the id of the run; `progressed(int, float)` rows read, and how much of the
    file that is; `failed(str)` a sentence, empty when a person cancelled.
    """

    seen = Signal(object, object, str)
    imported = Signal(str)
    progressed = Signal(int, float)
    failed = Signal(str)

    def __init__(self, workers: Workers, parent: QObject) -> None:
        super().__init__(parent)
        self._workers = workers
        self._source: Told = {}
        self._task: Task | None = None
        self.headers: list[str] = []
        self._run_id = ""  # of the run to be: what is made up for its rows is seen before

    def look_at_file(self, path: str) -> None:
        """Look at the first rows of a file."""
        self._look({"path": path})

    def look_at_text(self, text: str) -> None:
        """Look at the first rows of what was pasted."""
        self._look({"text": text})

    def look_again(self, reading: dict[str, Any]) -> None:
        """The same, read in another way."""
        self._look({**self._source, "reading": reading})

    def read(self, mapping: Mapping | None, variables: dict[str, Json], store: Store | None) -> None:
        """Read all of it into a run, with these values for the variables of its rows, which are held against the names
        that were sent to `store`.
        """
        task = {"task": "import", **self._source, "mapping": None if mapping is None else to_json(mapping)}
        task |= {"variables": jsontext.dumps(variables), "id": self._run_id, "vocabulary": store.id if store else 0}
        self._task = self._workers.run(task, self._imported, self._failed, self._progressed)

    def cancel(self) -> None:
        """Give up what is under way."""
        task, self._task = self._task, None
        if task is not None:
            task.say("stop")

    def _look(self, source: Told) -> None:
        self._source, self._run_id = source, new_id()
        self._task = self._workers.run({"task": "preview", **source}, self._seen, self._failed)

    def _seen(self, preview: Told) -> None:
        if self._task is None:
            self.failed.emit("")
            return
        self._task = None
        self._source = {**self._source, "reading": preview["reading"]}
        self.headers = preview["headers"] or []
        preview = {**preview, "run": self._run_id}
        told = preview["mapping"]
        self.seen.emit(preview, None if told is None else from_json(told), preview["refound"])

    def _imported(self, done: Told) -> None:
        self._task = None
        self.imported.emit(done["run"])

    def _failed(self, sentence: str) -> None:
        was_cancelled, self._task = self._task is None, None
        self.failed.emit("" if was_cancelled else sentence)

    def _progressed(self, told: Told) -> None:
        if self._task is not None:
            self.progressed.emit(told["rows"], told["share"])
