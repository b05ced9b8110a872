"""Work on a great many rows of a run: all read anew through another mapping, one fix made in all that need it."""

# ruff: noqa: S608 - what is put into SQL are constants and numbers of ours; the rest is always a parameter

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Values
from typing import TYPE_CHECKING

from composer.event.findings import Finding
from composer.event.payload import Json, apply, get
from composer.event.vocabulary import Vocabulary
from composer.storage.runs import marks, repeated
from composer.storage.runs.editing import COLUMNS, SELECT, Editing, Row
from composer.storage.runs.file import dumped, kept_vocabulary, reopen
from composer.storage.runs.kinds import Kinds, Known, fix_like
from composer.storage.runs.reading import Read
from composer.storage.runs.states import RunError, RunInfo, State
from composer.storage.runs.wire import Identity, identity, needs_literals

if TYPE_CHECKING:
    from composer.event.table.mapping import Mapping

OnRows = Callable[[int, int], object]  # rows done, of how many
Stop = Callable[[], bool]

BATCH = 1000  # rows between two reports

_BEGUN = (
    "Something of this run was sent already, so its mapping and its variables stay as they are. To send the rest in "
    "another way, export those rows and open that file."
)


def nothing(_done: int, _of: int) -> None:
    """Nobody wants to know."""


def never() -> bool:
    """Nobody stops it."""
    return False


class Many(Editing):
    """The half of a run whose work takes a while: it tells how far it is, and can be stopped."""

    def recheck(
        self,
        mapping: Mapping | None,
        on_progress: OnRows = nothing,
        stop: Stop = never,
        variables: Values[str, Json] | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> bool:
        """Read every row anew, those of a table through another mapping, and all with other `variables` and held
        against another `vocabulary` if given; edited ones stay. All or nothing: returns False, with everything as it
        was, when `stop` answered True.

        Raises RunError when something was sent already, RunBusy while others work on the run, and StorageError.
        """
        with self._working():
            try:
                with self._writing() as (connection, info):
                    if info.requests:
                        raise RunError(_BEGUN)
                    if mapping is not None:
                        from composer.event.table.mapping import to_json

                        connection.execute("UPDATE run SET mapping = ?", (dumped(to_json(mapping)),))
                    if variables is not None:
                        connection.execute("UPDATE run SET variables = ?", (dumped(dict(variables)),))
                    if vocabulary is not None:
                        kept = kept_vocabulary(vocabulary)
                        connection.execute("UPDATE run SET vocabulary = ?, words = ?", kept)
                        self._vocabularies[kept[0]] = vocabulary
                    self._read_anew(connection, info, on_progress, stop)
            except _Stopped:
                return False
        return True

    def fix_all(self, kind: int, fix: int = 0, on_progress: OnRows = nothing, stop: Stop = never) -> int:
        """Make the fix number `fix` of a group in all its rows, each with its own values; returns how many it changed.

        Rows that were sent or may have been, and those for which there is no such fix, stay as they are; excluded ones
        stay excluded. What was done is kept when `stop` answers True. Raises RunBusy while others work on the run,
        KeyError and IndexError for a group or fix that is not there, and StorageError.
        """
        with self._working():
            known = self._known([kind])[kind]
            if fix >= len(known.fixes):
                raise IndexError(fix)
            of = sum(group.rows for group in self.groups() if group.kind == kind)
            done = changed = after = 0
            while not stop():
                with self._writing() as (connection, info):
                    rows = [Row(*found) for found in connection.execute(_OF_KIND, (kind, after, BATCH))]
                    for row in rows:
                        if (
                            row.state in marks.CHANGEABLE
                            and not row.doubt
                            and self._fix(connection, info, row, known, fix)
                        ):
                            changed += 1
                if not rows:
                    break
                done, after = done + len(rows), rows[-1].number
                on_progress(done, of)
        return changed

    def _fix(self, connection: sqlite3.Connection, info: RunInfo, row: Row, known: Known, fix: int) -> bool:
        """Make the fix in one row, in its event with the variables as they stand. What only the file could tell of it
        stays said, where it still holds.
        """
        before, _ = self._template(info, row.number, row.source, row.edited)
        of_event = self._read_edited(info, row, before).findings
        is_of_table = info.kind == "table" and row.edited is None
        found = self._read_source(info, row.number, row.source, row.problem).findings if is_of_table else of_event
        after = before
        for finding in found:
            chosen = fix_like(known, fix, finding) if _is_of(known, finding) else None
            if chosen is not None:
                after = apply(after, chosen.edits)
        if after is before:
            return False
        now = self._read_edited(info, row, after)
        kept = [
            each
            for each in _of_file(self._kinds.told(row.said), of_event, now.findings)
            if not _is_of(known, each) and _same(before, after, each.path)
        ]
        self._change_row(connection, info, row, now._replace(findings=[*kept, *now.findings]), after)
        return True

    def _read_anew(self, connection: sqlite3.Connection, before: RunInfo, on_progress: OnRows, stop: Stop) -> None:
        """Nothing was sent, so every row waits or is held back, stopped or excluded. `before` is what is not true any
        more.
        """
        info = self._info_in(connection)
        old = Kinds()
        old.begin(connection)
        connection.execute("DELETE FROM found")
        connection.execute("DELETE FROM kinds")
        self._kinds.begin(connection)
        repeated.forget_all(connection)
        done = after = 0
        while rows := [Row(*found) for found in connection.execute(_AFTER, (after, BATCH))]:
            if stop():
                raise _Stopped
            mark_rows, text_rows, id_rows = [], [], []
            for row in rows:
                read = self._again(info, before, row, old)
                has = identity(read.event) if read.readable else Identity.UNFIT
                mark = marks.severity_of(read.findings, read.readable)
                state = State(row.state)
                if state is not State.EXCLUDED:
                    state = marks.state_of(mark, info.options.send_anyway)
                if has is Identity.OWN:
                    id_rows.append((row.number, repeated.hash_of(read.event["uniqueId"])))
                said = self._kinds.note(connection, row.number, read.findings)
                mark_rows.append((state, mark, has, row.number))
                text_rows.append((read.readable and needs_literals(read.event), said, row.number))
            connection.executemany("UPDATE marks SET state = ?, severity = ?, identity = ? WHERE number = ?", mark_rows)
            connection.executemany("UPDATE texts SET exact = ?, said = ? WHERE number = ?", text_rows)
            connection.executemany("INSERT INTO ids (number, hash) VALUES (?, ?)", id_rows)
            self._kinds.flush(connection)
            done, after = done + len(rows), rows[-1].number
            on_progress(done, info.rows)
        repeated.tell(connection, self._kinds)
        reopen(connection)

    def _again(self, info: RunInfo, before: RunInfo, row: Row, old: Kinds) -> Read:
        """A row as it is read now; an edited one keeps what was said of it, if not of its variables and names."""
        if row.edited is None:
            return self._read_source(info, row.number, row.source, row.problem)
        template, context = self._template(info, row.number, row.source, row.edited)
        said = [each for each in old.told(row.said) if each.code != repeated.CODE]
        if context is None and info.vocabulary == before.vocabulary:
            return Read(template, said)
        now = self._read_edited(info, row, template)
        kept = _of_file(said, self._read_edited(before, row, template).findings, now.findings)
        return now._replace(findings=[*kept, *now.findings])


class _Stopped(Exception):  # noqa: N818 - it is no error
    """Takes what was read anew back."""


_OF_KIND = f"""
    SELECT {COLUMNS} FROM found CROSS JOIN marks USING (number) CROSS JOIN texts USING (number)
    WHERE kind = ? AND number > ? ORDER BY number LIMIT ?
"""
_AFTER = f"{SELECT} WHERE number > ? ORDER BY number LIMIT ?"


def _is_of(known: Known, finding: Finding) -> bool:
    return finding.severity is known.severity and finding.code == known.code and known.path in (None, finding.path)


def _of_file(said: Iterable[Finding], of_event: Iterable[Finding], now: Iterable[Finding]) -> list[Finding]:
    """Of what was `said` what only the file could tell: neither the event then nor the one of now says it."""
    told = {each[:3] for each in (*of_event, *now)}
    return [each for each in said if each.code != repeated.CODE and each[:3] not in told]


def _same(before: Json, after: Json, path: str) -> bool:
    """Whether the value at `path` was left alone; what is said of the row as a whole is not about a value."""
    old, new = get(before, path), get(after, path)
    return not path or old is new or json.dumps(old, default=str) == json.dumps(new, default=str)
