"""Changing the rows of a run: added, edited, excluded. `many` changes a great many at once."""

# ruff: noqa: S608 - what is put into SQL are constants and numbers of ours; the rest is always a parameter

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from composer.event.payload import Json
from composer.storage.runs import marks, repeated
from composer.storage.runs.file import in_chunks, reopen
from composer.storage.runs.kinds import Kinds
from composer.storage.runs.reading import Read, Reading
from composer.storage.runs.states import Added, RunError, RunInfo, State, Status
from composer.storage.runs.wire import Identity, Kept, identity, needs_literals, stored, text_of

_BATCH = 2000
_TABLE = "The rows of “{}” are those of a table, and an event is none. Add it to a run of events, or to a new one."
_SENT = {
    State.IN_FLIGHT: "Row {:,} is on its way at this moment. Wait for its answer.",
    State.QUEUED: "Row {:,} was queued by the server. What was sent can't be changed here; send another event instead.",
}
_DOUBT = "Row {:,} may have arrived, so it can't be changed: the server would keep what came first. Look in Redo."


class Row(NamedTuple):
    """A row as it is kept, for a change."""

    number: int
    state: int
    doubt: int
    identity: int
    source: Kept
    problem: Kept | None
    edited: Kept | None
    said: str | None


class Editing(Reading):
    """The half of a run that changes rows before they are sent."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._kinds = Kinds()

    def add(self, batch: Iterable[Added], *, flush: bool = True) -> None:
        """Add rows, all or none. Those with an error are held back. Without `flush`, as in an import that a power cut
        would end anyway, they are safe on the disk only after `added`. Raises StorageError.
        """
        with self._writing(flush=flush) as (connection, info):
            self._add(connection, info, batch)

    def added(self, notes: Iterable[str] = ()) -> None:
        """All rows are added: tell which uniqueIds stand in several, and let the run be READY. Raises StorageError."""
        with self._writing() as (connection, _):
            repeated.tell(connection, self._kinds)
        self._database.checkpoint()
        self.change(status=Status.READY, notes=tuple(notes))

    def append(self, rows: Callable[[int, int], Iterable[Added]]) -> None:
        """Add event rows behind the last one: `rows` is given the first number that is free, and how many rows there
        are. All or none; the run, if it was over or new, is READY then.

        Raises RunError where the rows are those of a table, RunBusy while others work on the run, and StorageError.
        """
        with self._working(), self._writing() as (connection, info):
            if info.kind == "table":
                raise RunError(_TABLE.format(info.name))
            ((last, there),) = connection.execute("SELECT max(number), count(*) FROM marks")
            each = iter(rows((last or 0) + 1, there))
            while batch := list(islice(each, _BATCH)):
                self._add(connection, info, batch)
                self._kinds.flush(connection)
            repeated.tell(connection, self._kinds)
            reopen(connection)
            connection.execute("UPDATE run SET status = ? WHERE status = ?", (Status.READY, Status.IMPORTING))

    def edit(self, number: int, payload: Json) -> None:
        """Let `payload`, with its variables, be the event of a row from now on; None takes an edit back. The row keeps
        what the file has.

        A row with an error is held back then, any other waits; one that is excluded stays so. Raises RunError for a
        row that was sent or may have been, RunBusy for one that others may be sending, KeyError when there is none, and
        StorageError.
        """
        if self.info.status not in {Status.SENDING, Status.PAUSED}:
            self._refuse_held_elsewhere()  # read anew or repaired, which may take long
        with self._writing() as (connection, info):
            found = connection.execute(f"{SELECT} WHERE number = ?", (number,)).fetchone()
            if found is None:
                raise KeyError(number)
            row = Row(*found)
            state = State(row.state)
            if state in _SENT or row.doubt:
                raise RunError(_SENT.get(state, _DOUBT).format(number))
            if state is State.WAITING:  # perhaps in a sender's hands
                self._refuse_held_elsewhere()
            if payload is None:
                self._change_row(connection, info, row, self._read_source(info, number, row.source, row.problem))
            else:
                self._change_row(connection, info, row, self._read_edited(info, row, payload), payload)

    def exclude(self, numbers: Iterable[int], excluded: bool) -> int:
        """Take rows out of what will be sent, or back in; returns how many moved. Those that were sent, or may have
        been, stay.

        Raises RunBusy while others work on the run, and StorageError.
        """
        moved = 0
        with self._working(), self._database.transaction() as connection:
            blocks = marks.severity_blocks(self._info_in(connection).options.send_anyway)
            for chunk in in_chunks(numbers):
                move = _EXCLUDE if excluded else _INCLUDE.format(blocks=blocks)
                moved += connection.execute(move, (chunk,)).rowcount
            if moved and not excluded:
                reopen(connection)
        return moved

    def _read_edited(self, info: RunInfo, row: Row, template: Json) -> Read:
        """A row as it would be with `template` for its event."""
        from composer.event.table.rows import check_event

        context = self._context_of(info, row.number, row.source, template)
        return Read(*check_event(template, context=context, vocabulary=self.vocabulary(info)))

    @contextmanager
    def _writing(self, *, flush: bool = True) -> Iterator[tuple[sqlite3.Connection, RunInfo]]:
        """A transaction in which findings are noted, too."""
        with self._database.transaction(flush=flush) as connection:
            self._kinds.begin(connection)
            yield connection, self._info_in(connection)
            self._kinds.flush(connection)

    def _add(self, connection: sqlite3.Connection, info: RunInfo, batch: Iterable[Added]) -> None:
        send_anyway = info.options.send_anyway
        mark_rows, text_rows, id_rows = [], [], []
        more_text_rows: list[tuple[int, Kept, Kept | None, int, str | None]] = []
        counts = [0] * len(State)
        for number, source, event, findings, problem in batch:
            said, mark, state = None, marks.CLEAN, int(State.WAITING)  # only plain ints and texts are bound fast
            if findings or problem:
                said = self._kinds.note(connection, number, findings)
                mark = marks.severity_of(findings, not problem)
                state = int(marks.state_of(mark, send_anyway))
            has = Identity.UNFIT if problem else identity(event)
            if has is Identity.OWN:
                id_rows.append((number, repeated.hash_of(event["uniqueId"])))
            mark_rows.append((number, state, mark, int(has)))
            if problem:
                more_text_rows.append((number, stored(source), stored(problem), 0, said))
            elif said is not None:
                more_text_rows.append((number, stored(source), None, int(needs_literals(event)), said))
            else:
                text_rows.append((number, stored(source), int(needs_literals(event))))
            counts[state] += 1
        connection.executemany("INSERT INTO marks (number, state, severity, identity) VALUES (?, ?, ?, ?)", mark_rows)
        connection.executemany("INSERT INTO texts (number, source, exact) VALUES (?, ?, ?)", text_rows)
        connection.executemany(
            "INSERT INTO texts (number, source, problem, exact, said) VALUES (?, ?, ?, ?, ?)", more_text_rows
        )
        connection.executemany("INSERT INTO ids (number, hash) VALUES (?, ?)", id_rows)
        connection.executemany(
            "UPDATE counts SET rows = rows + ? WHERE state = ?",
            [(rows, state) for state, rows in enumerate(counts)],
        )

    def _change_row(
        self, connection: sqlite3.Connection, info: RunInfo, row: Row, read: Read, edited: Json = None
    ) -> None:
        """Write what a row was read as; `edited` is the event, with its variables, that takes the place of the
        file's.
        """
        has = identity(read.event) if read.readable else Identity.UNFIT
        findings = [*read.findings, *repeated.on_change(connection, row.number, read.event, has)]
        mark = marks.severity_of(findings, read.readable)
        exact = read.readable and needs_literals(read.event)
        if has is Identity.ABSENT and row.identity == Identity.FILLED:
            has = Identity.FILLED  # it was sent with that id, and will be again
        state = State.EXCLUDED if row.state == State.EXCLUDED else marks.state_of(mark, info.options.send_anyway)
        self._kinds.forget(connection, row.number, row.said)
        connection.execute(
            "UPDATE marks SET state = ?, severity = ?, identity = ? WHERE number = ?", (state, mark, has, row.number)
        )
        connection.execute(
            "UPDATE texts SET edited = ?, exact = ?, said = ? WHERE number = ?",
            (
                None if edited is None else stored(text_of(edited, needs_literals(edited))),
                exact,
                self._kinds.note(connection, row.number, findings),
                row.number,
            ),
        )
        connection.execute("DELETE FROM reasons WHERE number = ?", (row.number,))
        if state is State.WAITING:
            reopen(connection)


COLUMNS = "number, state, doubt, identity, source, problem, edited, said"  # the fields of Row
SELECT = f"SELECT {COLUMNS} FROM marks CROSS JOIN texts USING (number)"
_EXCLUDE = f"""
    UPDATE marks SET state = {State.EXCLUDED.value}
    WHERE state IN ({State.WAITING.value}, {State.HELD_BACK.value}, {State.STOPPED.value}) AND NOT doubt
    AND number IN (SELECT value FROM json_each(?))
"""
_INCLUDE = f"""
    UPDATE marks SET state = CASE WHEN {{blocks}} THEN {State.HELD_BACK.value} ELSE {State.WAITING.value} END
    WHERE state = {State.EXCLUDED.value} AND number IN (SELECT value FROM json_each(?))
"""
