"""What is done with the run that is shown: sent, paused, repaired, edited, exported. Short changes are made in threads,
long ones in processes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Values
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from composer.delivery.guard import EVERYBODY, NOBODY, Consent, Guard
from composer.delivery.whom import Whom
from composer.event.jsontext import JsonTextError, dumps, parse
from composer.event.payload import Json
from composer.event.table.mapping import Mapping, to_json
from composer.storage.database import StorageError
from composer.storage.runs import Options, Run, RunError, State, Status
from composer.storage.stores import Store
from composer.ui.bulk import words
from composer.ui.bulk.dispatch import Dispatch
from composer.ui.bulk.filters import Filter
from composer.ui.bulk.run_page import RunPage
from composer.ui.bulk.workers import Task, Told, Workers
from composer.ui.jobs import Jobs

EXPORTS = "CSV, opens in a spreadsheet (*.csv);;JSON Lines, the events alone (*.jsonl)"


class RunDesk(QObject):
    """Does what the run page asks for.

    Signals: `edit_wanted(str, object, object)` a row in Compose: what it is called, its event, and what to call with
    the changed one; `edit_as_new(str)` the event of a row that was sent, to be composed anew; `sitting_ended()` of any
    run of this window; `people_wanted(Store)` somebody wants to see the test people of a store.
    """

    edit_wanted = Signal(str, object, object)
    edit_as_new = Signal(str)
    sitting_ended = Signal()
    people_wanted = Signal(object)

    def __init__(self, page: RunPage, jobs: Jobs, workers: Workers, dispatch: Dispatch, guard: Guard) -> None:
        super().__init__(page)
        self.page, self._jobs, self._workers, self._dispatch = page, jobs, workers, dispatch
        self._guard = guard
        self.run: Run | None = None
        self._store: Store | None = None
        self._task: Task | None = None
        page.dry_run_wanted.connect(self._dry_run)
        page.send_wanted.connect(self.send)
        for signal, word in (
            (page.pause_wanted, "pause"),
            (page.resume_wanted, "resume"),
            (page.stop_wanted, "stop"),
        ):
            signal.connect(partial(self._say, word))
        page.options_changed.connect(self._change_options)
        page.retry_wanted.connect(self._retry)
        page.export_wanted.connect(self._export)
        page.fix_wanted.connect(self._fix)
        page.exclude_wanted.connect(self._exclude)
        page.edit_wanted.connect(self._edit)
        page.cancel_wanted.connect(self._cancel)
        page.variables_wanted.connect(partial(self.recheck, None))
        dispatch.progressed.connect(self._progressed)
        dispatch.ended.connect(self._sitting_ended)
        dispatch.failed.connect(self._sitting_failed)

    def show_store(self, store: Store) -> None:
        """The store that events go to now."""
        self._store = store
        self.page.show_store(store)

    def show_run(self, run: Run) -> None:
        """Show a run, and have it worked on."""
        self.run = run
        self.page.show_run(run, is_sending=self._dispatch.is_sending(run.id))

    def forget(self, run_id: str) -> None:
        """A run is about to be removed."""
        if self.run is not None and self.run.id == run_id:
            self.run.close()
            self.run = None

    def recheck(self, mapping: Mapping | None, variables: Values[str, Json] | None) -> None:
        """Have every row read anew through another mapping, and with other values for its variables; None keeps the
        old.
        """
        task = self._read_anew()
        if mapping is not None:
            task["mapping"] = to_json(mapping)
        if variables is not None and self.run is not None and self.run.info.variables is not None:
            task["variables"] = dumps(dict(variables))
        self._work("Reading every row anew…", task)

    def send(self) -> None:
        """Send what waits in the run, to the store it was begun for or else to the one chosen now. On a live one it is
        looked up whom the rows hit, and asked.
        """
        run = self.run
        if run is None or self._task is not None or self._dispatch.is_sending(run.id):
            return
        info = run.info
        store = info.store if info.requests and info.store is not None else self._store
        counts = run.counts()
        # What was in flight when a sitting died waits again in the next one.
        if store is None or not (counts.get(State.WAITING) or counts.get(State.IN_FLIGHT)):
            return
        try:
            store = self._guard.as_kept(store)
            is_live = self._guard.is_live(store)
        except StorageError as error:
            self.page.notice.say("bad", f"Nothing was sent. {error}")
            return
        if is_live:
            task = {"task": "whom", "store": list(store)}
            self._work("Looking up whom the rows hit…", task, lambda told: self._ask(run, store, Whom.from_json(told)))
        else:
            self._send(run, store, NOBODY)

    def _ask(self, run: Run, store: Store, found: Whom) -> None:
        from composer.ui.bulk.many_question import ManyQuestion
        from composer.ui.questions import may_send_many_live

        if not found.whole or run is not self.run:
            return
        if not found.outside:
            # Where nothing waits, the sitting only ends the run.
            if not found.waiting or may_send_many_live(self.page, store.name, found.waiting):
                self._send(run, store, NOBODY)
            return
        question = ManyQuestion(store.name, found, self.page)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.accepted.connect(lambda: self._send(run, store, EVERYBODY, found.stamp))
        question.people_wanted.connect(lambda: self.people_wanted.emit(store))
        question.open()

    def _send(self, run: Run, store: Store, consent: Consent, asked: str = "") -> None:
        if run is not self.run:
            return
        self.page.notice.hide()
        self._dispatch.send(run.id, store, consent, asked)
        self.page.begin_sending()

    def _say(self, word: str) -> None:
        run = self.run
        if run is None:
            return
        if self._dispatch.is_sending(run.id):
            self._dispatch.say(run.id, word)
        elif word == "resume":
            self.send()
        elif word == "stop":
            self._change(lambda: _stop(run))

    def _progressed(self, run_id: str, progress: object) -> None:
        if self.run is not None and self.run.id == run_id:
            self.page.show_progress(progress)  # type: ignore[arg-type]

    def _sitting_ended(self, run_id: str) -> None:
        if self.run is not None and self.run.id == run_id:
            self.page.end_sending()
        self.sitting_ended.emit()

    def _sitting_failed(self, run_id: str, sentence: str) -> None:
        if self.run is not None and self.run.id == run_id:
            self.page.notice.say("bad", sentence)

    def _dry_run(self) -> None:
        self._work("Checking every row again…", self._read_anew(), self._tell_dry_run)

    def _read_anew(self) -> Told:
        """Held against the names that were sent to the store chosen now."""
        return {"task": "recheck", "vocabulary": self._store.id if self._store else 0}

    def _tell_dry_run(self, done: Told) -> None:
        if not done["whole"] or self.run is None:
            return
        counts = self.run.counts()
        waiting = counts.get(State.WAITING, 0)
        left = words.left_behind(counts)
        would = f"Nothing was sent. {words.events(waiting)} would be: {words.ahead(waiting, words.LIMIT)}."
        self.page.notice.say("caution" if left else "good", f"{would} {left}".strip())

    def _fix(self, kind: int, fix: int) -> None:
        self._work("Repairing…", {"task": "fix", "kind": kind, "fix": fix})

    def _export(self, which: Filter) -> None:
        run = self.run
        if run is None:
            return
        suggested = f"{Path(run.info.name).stem} {which.words.casefold()}.csv"
        name, _ = QFileDialog.getSaveFileName(self.page, "Export rows", suggested, EXPORTS)
        if not name:
            return
        task = {
            "task": "export",
            "path": name,
            "states": None if which.states is None else [state.value for state in which.states],
            "severity": which.severity.value if which.severity else None,
            "kind": which.kind,
        }
        self._work(
            "Exporting…",
            task,
            lambda done: self.page.notice.say("good", f"{done['rows']:,} rows were written to {Path(name).name}."),
        )

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.say("stop")

    def _work(self, sentence: str, task: Told, done: Callable[[Told], object] | None = None) -> None:
        """Have a process work on the run, and show that it does."""
        run = self.run
        if run is None:
            return

        def end(told: Told) -> None:
            self._task = None
            self.page.end_work()
            if done is not None:
                done(told)

        def fail(problem: str) -> None:
            self._task = None
            self.page.end_work()
            self.page.notice.say("bad", problem)

        self.page.notice.hide()
        self.page.show_work(sentence)
        self._task = self._workers.run(
            {**task, "run": run.id}, end, fail, lambda told: self.page.show_work(sentence, told["share"])
        )

    def _change_options(self, options: Options) -> None:
        run = self.run
        if run is not None:
            self._change(lambda: run.change(options=options))

    def _retry(self, states: tuple[State, ...]) -> None:
        run = self.run
        if run is None:
            return

        def done(moved: int) -> None:
            if moved:
                self.send()
            else:
                self.page.notice.say(
                    "caution", "None of these rows can be sent again: without a unique ID a second one would double it."
                )

        self._change(lambda: run.retry(states=states), done)

    def _exclude(self, numbers: Sequence[int], excluded: bool) -> None:
        run = self.run
        if run is not None:
            self._change(lambda: run.exclude(numbers, excluded))

    def _edit(self, number: int, text: str) -> None:
        run = self.run
        if run is None:
            return
        record = run.record(number)
        if record.state in (State.QUEUED, State.NO_ANSWER, State.IN_FLIGHT):
            self.edit_as_new.emit(text)
            return
        event = record.template
        if event is None:
            try:
                event = parse(text).payload
            except JsonTextError:
                event = {}

        def save(payload: Json) -> None:
            self._change(lambda: run.edit(number, payload))

        filled = ", with values for its variables" if record.filled else ""
        self.edit_wanted.emit(f"row {number:,} of {run.info.name}{filled}", event, save)

    def _change(self, work: Callable[[], Any], done: Callable[[Any], object] | None = None) -> None:
        """A short change in the run's file, in a thread, after which the page reads it again."""

        def end(result: Any) -> None:
            self.page.refresh()
            if done is not None:
                done(result)

        self._jobs.run(work, end, self._change_failed, in_order=True)

    def _change_failed(self, error: Exception) -> None:
        if not isinstance(error, (StorageError, RunError)):
            raise error
        self.page.refresh()
        self.page.notice.say("bad", str(error))


def _stop(run: Run) -> None:
    """A run that nobody sends is not gone on with."""
    with run.hold(sending=False):
        run.recover()
        run.stop_waiting()
        run.change(status=Status.STOPPED, reason="")
