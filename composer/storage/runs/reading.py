"""The rows of a run, to read: the event of each with values for its variables, and all there is to say about it.

Everything that is made up for a variable follows from the run and the row, so the event is made anew whenever it is
read, and is always the same.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from composer.event import jsontext
from composer.event.findings import Finding, Severity
from composer.event.payload import Json
from composer.event.variation import Count, may_vary
from composer.event.vocabulary import EMPTY, Known, Use, Vocabulary
from composer.storage.runs import marks
from composer.storage.runs.file import in_chunks
from composer.storage.runs.rows import Rows
from composer.storage.runs.states import NOT_SENT, Line, Record, RunInfo, State
from composer.storage.runs.wire import Identity, Kept, loaded, made_id, text_of, with_id

if TYPE_CHECKING:
    from composer.event.table.rows import TableReader
    from composer.event.variables import Context
    from composer.event.variation import Variation

UNREADABLE = "unreadable-row"

_NO_ID = frozenset({State.IN_FLIGHT, State.QUEUED, State.NO_ANSWER})  # sent as they were, without an id


class Read(NamedTuple):
    """A row as it was read: its event, with values for its variables, or the `problem` that keeps it from being one."""

    event: Json
    findings: list[Finding]
    problem: str = ""

    @property
    def readable(self) -> bool:
        """Whether it is an event at all."""
        return not self.problem


class Reading(Rows):
    """The half of a run that reads its rows."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._readers: list[tuple[Json, TableReader]] = []
        self._vocabularies: dict[str, Vocabulary] = {"": EMPTY}
        self._order: Sequence[int] = ()  # the numbers of the rows, as far as anybody had to count them

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

    def reader(self, count: Count | None = None) -> TableReader:
        """What reads the cells of a table's rows, for the mapping of now. `count` tells which a row is, from 1, while
        the rows are not there yet. Raises StorageError.
        """
        info = self.info
        if count is None:
            return self._table_reader(info)
        return _table_reader(info, variation(info, count), self.vocabulary(info))

    def missing(self, kind: int, most: int = 200) -> list[str]:
        """The names without a value in the first rows with a finding of this group. Raises StorageError."""
        info = self.info
        names: dict[str, None] = {}
        chunk = next(iter(in_chunks(self.numbers(kind=kind)[:most])), "[]")
        for number, _, _, _, _, source, edited, *_ in self._database.read(_RECORDS, (chunk,)):
            template, context = self._template(info, number, source, edited)
            if context is not None:
                names.update((name, None) for name in _asked(template) if name not in context.values)
        return list(names)

    def variation(self, count: Count) -> Variation | None:
        """What the variables of rows to come are resolved with, see `reader`. Raises StorageError."""
        return variation(self.info, count)

    def vocabulary(self, info: RunInfo | None = None) -> Vocabulary:
        """What the rows are held against: a copy of the names of a store, made when all of them were last read. So a
        repair finds what was said of a row, whatever was learnt meanwhile. Raises StorageError.
        """
        key = (info or self.info).vocabulary
        if key not in self._vocabularies:
            rows = self._database.read("SELECT words FROM run WHERE vocabulary = ?", (key,))
            self._vocabularies[key] = _vocabulary_in(loaded(rows[0][0])) if rows else EMPTY
        return self._vocabularies[key]

    def _table_reader(self, info: RunInfo) -> TableReader:
        """What reads the cells of a row, for the mapping, the variables and the vocabulary of now."""
        wanted = (info.mapping, info.variables, info.vocabulary)
        for made_for, reader in self._readers:
            if made_for == wanted:
                return reader
        made = _table_reader(info, variation(info, self._counted), self.vocabulary(info))
        self._readers = [(wanted, made), *self._readers[:1]]  # two, while rows are read anew another way
        return made

    def _counted(self, number: int) -> int:
        """Which row this is, from 1: blank lines of the file have numbers, too."""
        if not self._order or number > self._order[-1]:
            self._order = self.numbers()
        return bisect_left(self._order, number) + 1

    def _template(self, info: RunInfo, number: int, source: Kept, edited: Kept | None) -> tuple[Json, Context | None]:
        """The event of a row with its variables as they stand, and what these are resolved with: None without any.

        The event of one that can't be read is None, too.
        """
        if edited is None and info.kind == "table":
            return self._table_reader(info).template(json.loads(source), number)
        text = loaded(source if edited is None else edited)
        try:
            template = jsontext.parse(text).payload
        except jsontext.JsonTextError:
            return None, None
        return template, self._context_of(info, number, source, template) if may_vary(text) else None

    def _context_of(self, info: RunInfo, number: int, source: Kept, template: Json) -> Context | None:
        """What the variables are resolved with in any `template` that may be the row's."""
        if info.kind == "table":
            return self._table_reader(info).context(template, json.loads(source), number)
        return context(variation(info, self._counted), number, template)

    def _read_source(self, info: RunInfo, number: int, source: Kept, problem: Kept | None) -> Read:
        """A row read from what the file has, with all there is to say about it."""
        if problem is not None:
            return unreadable(loaded(problem))
        if info.kind == "table":
            return Read(*self._table_reader(info).read(json.loads(source), number))
        return read_text(loaded(source), variation(info, self._counted), number, self.vocabulary(info))

    def _record(self, info: RunInfo, row: tuple[Any, ...]) -> Record:
        number, state, mark, identity, request, source, edited, exact, said, reason, sentence = row
        state = State(state)
        template, context = self._template(info, number, source, edited)
        event, filled = template, False
        if context is not None:
            from composer.event.variables import escaped, resolve

            event, unresolved = resolve(template, context)
            filled = not unresolved
            template = escaped(event) if filled else template
        if context is not None or (edited is None and info.kind == "table"):
            text = text_of(event, exact)
        else:
            text = loaded(source if edited is None else edited)
        fills = identity == Identity.FILLED or (
            identity == Identity.ABSENT and info.options.fill_ids and state not in _NO_ID
        )
        if fills and mark != marks.UNREADABLE:
            made = made_id(info.id, number)
            is_same = template is event
            event, text = {**event, "uniqueId": made}, with_id(text, made)
            template = event if is_same else {**template, "uniqueId": made}
        findings = self._told(said)
        return Record(
            number=number,
            state=state,
            request=request,
            severity=marks.severity(mark),
            event=event,
            template=template,
            text=text,
            source=json.loads(source) if info.kind == "table" else None,
            edited=edited is not None,
            filled=filled,
            said=findings,
            reason=_reason(state, findings, loaded(reason or ""), loaded(sentence or "")),
        )

    def _line(self, info: RunInfo, row: tuple[Any, ...]) -> Line:
        number, state, _, _, _, source, edited, exact, said, reason, sentence = row
        state = State(state)
        findings = self._told(said) if state is State.HELD_BACK else []
        why = _reason(state, findings, loaded(reason or ""), loaded(sentence or ""))
        text = self._sent(info, number, source, edited, exact)
        if info.kind == "table":
            return Line(number, state, why, json.loads(source), text, "")
        return Line(number, state, why, None, text, loaded(source if edited is None else edited))

    def _sent(self, info: RunInfo, number: int, source: Kept, edited: Kept | None, exact: bool) -> str:
        """The text that goes over the wire for a row, but for a uniqueId that is filled in."""
        if edited is None and info.kind == "table":
            return text_of(self._table_reader(info).payload(json.loads(source), number), exact)
        text = loaded(source if edited is None else edited)
        if not may_vary(text):
            return text
        template, context = self._template(info, number, source, edited)
        if context is None:
            return text
        from composer.event.variables import resolve

        return text_of(resolve(template, context).payload, exact)


def read_text(text: str, variation: Variation | None = None, number: int = 1, vocabulary: Vocabulary = EMPTY) -> Read:
    """An event row, its variables resolved with the `variation`, and all there is to say about it."""
    from composer.event.table.rows import check_event

    try:
        parsed = jsontext.parse(text)
    except jsontext.JsonTextError as error:
        return unreadable(str(error))
    used = context(variation, number, parsed.payload) if may_vary(text) else None
    return Read(*check_event(parsed.payload, parsed.findings, used, vocabulary))


def context(variation: Variation | None, number: int, template: Json) -> Context | None:
    """What the variables in `template` are resolved with; None when nothing varies in it."""
    from composer.event.variables import uses_variables

    return variation.of(number) if variation is not None and uses_variables(template) else None


def variation(info: RunInfo, count: Count) -> Variation | None:
    """What the variables of the rows of a run are resolved with: everything made up follows from the run and the row.

    None for a run of before there were variables.
    """
    if info.variables is None:
        return None
    from datetime import UTC, datetime

    from composer.event.variables import Context
    from composer.event.variation import Variation

    return Variation(Context(datetime.fromtimestamp(info.created_ms / 1000, UTC), info.id, info.variables), count)


def _asked(template: Json) -> list[str]:
    from composer.event.variables import asked

    return asked(template)


def _table_reader(info: RunInfo, variation: Variation | None, vocabulary: Vocabulary) -> TableReader:
    from composer.event.table.mapping import from_json
    from composer.event.table.rows import TableReader

    return TableReader(from_json(info.mapping), variation, vocabulary)


def _vocabulary_in(text: str) -> Vocabulary:
    return Vocabulary(Known(event, holder, Use(*use)) for event, holder, *use in json.loads(text))


def unreadable(sentence: str) -> Read:
    """A row that can't be read, for the reason in the sentence."""
    return Read(None, [Finding(Severity.ERROR, UNREADABLE, "", sentence)], sentence)


_RECORDS = """
    SELECT number, state, severity, identity, request, source, edited, exact, said, reasons.text, sentence
    FROM marks JOIN texts USING (number) LEFT JOIN reasons USING (number) LEFT JOIN requests ON requests.id = request
    WHERE number IN (SELECT value FROM json_each(?))
"""


def _reason(state: State, findings: list[Finding], own: str, of_request: str) -> str:
    """Why a row is where it is, in a sentence; empty when the state says it all."""
    if state is State.HELD_BACK:
        return next((finding.message for finding in findings if finding.severity is Severity.ERROR), "")
    if state in NOT_SENT:
        return "excluded" if state is State.EXCLUDED else "stopped"
    return own or of_request if state in {State.REJECTED, State.NO_ANSWER} else ""
