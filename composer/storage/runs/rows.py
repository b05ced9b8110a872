"""The rows of a run, to read: which there are in which state, and all there is to say about each."""

# ruff: noqa: S608 - what is put into SQL are constants and numbers of ours; the rest is always a parameter

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from composer.event import jsontext
from composer.event.findings import Finding, Severity
from composer.event.payload import Json
from composer.storage.runs import kinds, marks
from composer.storage.runs.file import RunFile, in_chunks
from composer.storage.runs.states import NOT_SENT, Group, Line, Record, RunInfo, State
from composer.storage.runs.wire import Identity, Kept, loaded, made_id, text_of, with_id

if TYPE_CHECKING:
    from composer.event.table.rows import TableReader

UNREADABLE = "unreadable-row"

_AT_ONCE = 50_000  # row numbers of one query; a large answer holds the interpreter lock for long
_NO_ID = frozenset({State.IN_FLIGHT, State.QUEUED, State.NO_ANSWER})  # sent as they were, without an id


class Read(NamedTuple):
    """A row as it was read: its event, or the `problem` that keeps it from being one."""

    event: Json
    findings: list[Finding]
    problem: str = ""

    @property
    def readable(self) -> bool:
        """Whether it is an event at all."""
        return not self.problem


class Rows(RunFile):
    """The reading half of a run."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._kinds_read: dict[int, kinds.Known] = {}
        self._reader: tuple[Json, TableReader] | None = None

    def record(self, number: int) -> Record:
        """One row. Raises KeyError when there is none of this number, and StorageError."""
        found = self.records([number])
        if not found:
            raise KeyError(number)
        return found[0]

    def records(self, numbers: Iterable[int]) -> list[Record]:
        """The rows of these numbers, in this order; those that are not there are left out. Raises StorageError."""
        numbers = list(numbers)
        rows = {row[0]: row for chunk in in_chunks(numbers) for row in self._database.read(_RECORDS, (chunk,))}
        if not rows:
            return []
        info = self.info
        return [self._record(info, rows[number]) for number in numbers if number in rows]

    def lines(self, numbers: Iterable[int]) -> list[Line]:
        """The same rows for a file, with no more than that needs: no uniqueId is filled in. Raises StorageError."""
        numbers = list(numbers)
        rows = {row[0]: row for chunk in in_chunks(numbers) for row in self._database.read(_RECORDS, (chunk,))}
        info = self.info
        return [self._line(info, rows[number]) for number in numbers if number in rows]

    def numbers(
        self, states: Collection[State] | None = None, severity: Severity | None = None, kind: int | None = None
    ) -> array[int] | range:
        """The numbers of the rows that match all that is given, ascending: in one of these states, with this as their
        worst finding, with a finding of this group. Raises StorageError.
        """
        if states is None and severity is None and kind is None:
            first, last, rows = self._database.read("SELECT min(number), max(number), count(*) FROM marks")[0]
            if not rows or last - first + 1 == rows:
                return range(first, last + 1) if rows else range(0)
        conditions, parameters = _conditions(states, severity)
        if kind is None:
            source = f"SELECT number FROM marks WHERE number > ?{conditions}"
        else:
            # CROSS JOIN: from the group's rows to their marks, not through all the marks.
            source = (
                f"SELECT number FROM found CROSS JOIN marks USING (number) WHERE kind = ? AND number > ?{conditions}"
            )
        return self._numbers(source, [] if kind is None else [kind], parameters)

    def sent_since(self, request: int) -> array[int]:
        """The numbers of the rows that were last in a request after this one, ascending. Raises StorageError."""
        return self._numbers("SELECT number FROM marks WHERE number > ? AND request > ?", [], [request])

    def last(self) -> int:
        """The number of the last row, 0 when there is none. Raises StorageError."""
        number: int | None = self._database.read("SELECT max(number) FROM marks")[0][0]
        return number or 0

    def severities(self) -> dict[Severity | None, int]:
        """How many rows have which worst finding; None stands for nothing to say. Raises StorageError."""
        found: dict[Severity | None, int] = {None: 0, Severity.WARNING: 0, Severity.ERROR: 0}
        for mark, rows in self._database.read("SELECT severity, count(*) FROM marks GROUP BY severity"):
            found[marks.severity(mark)] += rows
        return found

    def groups(self) -> list[Group]:
        """The findings by what they say, errors first, those of the most rows first. Raises StorageError."""
        counts = dict(self._database.read("SELECT id, rows FROM kinds WHERE rows > 0"))
        known = self._known(counts)
        found = []
        for kind, rows in counts.items():
            severity, code, path, message, fixes = known[kind]
            found.append(Group(kind, severity, code, path or "", message, tuple(label for label, _ in fixes), rows))
        return sorted(found, key=lambda group: (group.severity is Severity.WARNING, -group.rows, group.kind))

    def reader(self) -> TableReader:
        """What reads the cells of a table's rows, for the mapping of now. Raises StorageError."""
        return self._table_reader(self.info)

    def _numbers(self, source: str, first: list[int], rest: list[int]) -> array[int]:
        """Put together by SQLite, which does not hold the interpreter lock meanwhile, and taken over as a whole."""
        found: array[int] = array("Q")
        after = -1
        while True:
            parameters = [*first, after, *rest, _AT_ONCE]
            ((text,),) = self._database.read(
                f"SELECT group_concat(printf('%016x', number), '') FROM ({source} ORDER BY number LIMIT ?)",
                parameters,
            )
            part = array("Q", bytes.fromhex(text or ""))
            if sys.byteorder == "little":
                part.byteswap()
            found += part
            if len(part) < _AT_ONCE:
                return found
            after = part[-1]

    def _known(self, needed: Iterable[int]) -> dict[int, kinds.Known]:
        if not self._kinds_read.keys() >= set(needed):
            self._kinds_read = kinds.known_of(self._database.read(kinds.SELECT))
        return self._kinds_read

    def _table_reader(self, info: RunInfo) -> TableReader:
        """What reads the cells of a row, for the mapping of now."""
        if self._reader is None or self._reader[0] != info.mapping:
            from composer.event.table.mapping import from_json
            from composer.event.table.rows import TableReader

            self._reader = (info.mapping, TableReader(from_json(info.mapping)))
        return self._reader[1]

    def _event(self, info: RunInfo, source: Kept, edited: Kept | None) -> Json:
        """The event of a row, None of one that can't be read."""
        if edited is None and info.kind == "table":
            return self._table_reader(info).payload(json.loads(source))
        try:
            return jsontext.parse(loaded(source if edited is None else edited)).payload
        except jsontext.JsonTextError:
            return None

    def _read_source(self, info: RunInfo, source: Kept, problem: Kept | None) -> Read:
        """A row read from what the file has, with all there is to say about it."""
        if problem is not None:
            return unreadable(loaded(problem))
        if info.kind == "table":
            return Read(*self._table_reader(info).read(json.loads(source)))
        return read_text(loaded(source))

    def _record(self, info: RunInfo, row: tuple[Any, ...]) -> Record:
        number, state, mark, identity, request, source, edited, exact, said, reason, sentence = row
        state = State(state)
        event = self._event(info, source, edited)
        if edited is None and info.kind == "table":
            text = text_of(event, exact)
        else:
            text = loaded(source if edited is None else edited)
        fills = identity == Identity.FILLED or (
            identity == Identity.ABSENT and info.options.fill_ids and state not in _NO_ID
        )
        if fills and mark != marks.UNREADABLE:
            made = made_id(info.id, number)
            event, text = {**event, "uniqueId": made}, with_id(text, made)
        findings = self._told(said)
        return Record(
            number=number,
            state=state,
            request=request,
            severity=marks.severity(mark),
            event=event,
            text=text,
            source=json.loads(source) if info.kind == "table" else None,
            edited=edited is not None,
            said=findings,
            reason=_reason(state, findings, loaded(reason or ""), loaded(sentence or "")),
        )

    def _line(self, info: RunInfo, row: tuple[Any, ...]) -> Line:
        number, state, _, _, _, source, edited, exact, said, reason, sentence = row
        state = State(state)
        findings = self._told(said) if state is State.HELD_BACK else []
        why = _reason(state, findings, loaded(reason or ""), loaded(sentence or ""))
        if info.kind != "table":
            return Line(number, state, why, None, loaded(source if edited is None else edited))
        text = loaded(edited) if edited is not None else text_of(self._event(info, source, None), exact)
        return Line(number, state, why, json.loads(source), text)

    def _told(self, said: str | None) -> list[Finding]:
        kept = [] if said is None else [each[0] for each in json.loads(said)]
        return kinds.told(self._known(kept), said)


def read_text(text: str) -> Read:
    """An event row, with all there is to say about it."""
    from composer.event.table.rows import check_event

    try:
        parsed = jsontext.parse(text)
    except jsontext.JsonTextError as error:
        return unreadable(str(error))
    return Read(parsed.payload, check_event(parsed.payload, parsed.findings))


def unreadable(sentence: str) -> Read:
    """A row that can't be read, for the reason in the sentence."""
    return Read(None, [Finding(Severity.ERROR, UNREADABLE, "", sentence)], sentence)


_RECORDS = """
    SELECT number, state, severity, identity, request, source, edited, exact, said, reasons.text, sentence
    FROM marks JOIN texts USING (number) LEFT JOIN reasons USING (number) LEFT JOIN requests ON requests.id = request
    WHERE number IN (SELECT value FROM json_each(?))
"""


def _conditions(states: Collection[State] | None, severity: Severity | None) -> tuple[str, list[int]]:
    conditions, parameters = "", []
    if states is not None:
        conditions += f" AND state IN ({', '.join('?' * len(states))})"
        parameters += [state.value for state in states]
    if severity is not None:
        conditions += f" AND severity {'>=' if severity is Severity.ERROR else '='} ?"
        parameters.append(marks.ERROR if severity is Severity.ERROR else marks.WARNING)
    return conditions, parameters


def _reason(state: State, findings: list[Finding], own: str, of_request: str) -> str:
    """Why a row is where it is, in a sentence; empty when the state says it all."""
    if state is State.HELD_BACK:
        return next((finding.message for finding in findings if finding.severity is Severity.ERROR), "")
    if state in NOT_SENT:
        return "excluded" if state is State.EXCLUDED else "stopped"
    return own or of_request if state in {State.REJECTED, State.NO_ANSWER} else ""
