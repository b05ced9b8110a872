"""The rows of a table as events, with all there is to say about each: `checks` stays the one truth.

A million rows pass through here. What a cell becomes, and what there is to say about it, is remembered for the next row
that has the same; the whole event is checked only where that doesn't tell, and where variables stand in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from composer.event import checks
from composer.event.fields import BY_PATH, Kind
from composer.event.filling import Filled, fill, repairable
from composer.event.findings import Finding, Severity
from composer.event.payload import MISSING, Json, get, join, split
from composer.event.table import convert
from composer.event.table.cells import Cell, text_of
from composer.event.table.glance import CLEAN, LASTS, Glance, Said
from composer.event.table.mapping import Column, Mapping, MappingError, Type, check, folded
from composer.event.table.usual import Usual
from composer.event.variables import Context, asked, resolve, uses_variables
from composer.event.variation import Variation
from composer.event.vocabulary import DRIFT, EMPTY, UNUSUAL, Vocabulary
from composer.event.walk import readable, title

ERRORS_OF_SPREADSHEETS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)
_ORDER = ("eventName", "customer", "eventTimestamp", "value", "valueCurrency", "uniqueId", "data")
_CODES = {Type.NUMBER: "not-a-number", Type.BOOLEAN: "not-a-boolean", Type.DATE: "not-a-date"}
_REMEMBERED = 4096  # cells of a column
_REMEMBERED_IN_ALL = 100_000
_LONGEST_REMEMBERED = 64  # characters
# Nearly no two rows have the same, and their form is quickly seen: remembering would cost more than it saves.
_EACH_ITS_OWN = {Kind.EMAIL, Kind.PHONE, Kind.OBJECT_ID, Kind.UNIQUE_ID, Kind.DATE_TIME}

Entry = tuple[Json, Said]
_EMPTY: Entry = (MISSING, CLEAN)


class _Holder(NamedTuple):
    """An object of the event that cells go into: the one it stands in, its key there, and what the base has in it."""

    parent: int
    key: str
    base: dict[str, Json]


class TableReader:
    """Reads rows through a mapping. Raises MappingError when it is none, or has open questions.

    With a `variation` the variables in the base and in cells get their values: that of the row's cell where a column
    has the name, else the one given for all rows. Without, whatever stands there is sent as it is. What is unlike the
    `vocabulary` is among the findings.
    """

    def __init__(self, mapping: Mapping, variation: Variation | None = None, vocabulary: Vocabulary = EMPTY) -> None:
        check(mapping)
        if mapping.questions:
            raise MappingError(mapping.questions[0].sentence)
        self._mapping, self._variation, self._vocabulary = mapping, variation, vocabulary
        self._usual = Usual(vocabulary, mapping) if vocabulary else None
        self._varies = variation is not None and uses_variables(mapping.base)
        self._columns = by_name(mapping)
        self._width = len(mapping.columns)
        self._base = mapping.base
        ordered = sorted(
            ((at, each) for at, each in enumerate(mapping.columns) if each.path),
            key=lambda pair: _ORDER.index(split(pair[1].path)[0]),
        )
        self._ordered = ordered
        self._pick = _picker([at for at, _ in ordered])
        paths = _holders(mapping)
        self._holders = [_holder(path, paths, mapping.base) for path in paths]
        self._places = [(paths.index(_parent(column)), split(column.path)[-1]) for _, column in ordered]
        self._prepare()

    def payload(self, cells: Sequence[Cell], number: int = 1) -> dict[str, Json]:
        """The event of the row of this number. Empty cells are absent; one that is not of its column's type stays
        text.
        """
        event, said = self._read(cells)
        if (self._varies or None in said) and (context := self.context(event, cells, number)) is not None:
            event = resolve(event, context).payload
        return event

    def read(self, cells: Sequence[Cell], number: int = 1) -> tuple[dict[str, Json], list[Finding]]:
        """The event of the row of this number, and all findings about it, in the order of the document."""
        if time.time() >= self._until:
            self._prepare()
        event, said = self._read(cells)
        if self._varies or len(cells) != self._width or None in said or self._glance.is_blind:
            return self._at_length(cells, event, number)
        found = self._glance.about_presence(event)
        known: list[Finding] = []
        if said or found:
            known = [*found, *chain.from_iterable(each for each in said if each)]
            if len(known) > 1:
                known = checks.in_document_order(event, known)
        is_usual = self._usual is None or self._usual.holds(event)
        return event, known if is_usual else self._vocabulary.merged(event, known)

    def template(self, cells: Sequence[Cell], number: int = 1) -> tuple[dict[str, Json], Context | None]:
        """The event of the row of this number with its variables as they stand, and their `context`."""
        event, said = self._read(cells)
        return event, self.context(event, cells, number) if self._varies or None in said else None

    def context(self, template: Json, cells: Sequence[Cell], number: int) -> Context | None:
        """What the variables in a `template` for a row are resolved with; None when nothing varies in it."""
        if self._variation is None or not uses_variables(template):
            return None
        own = {}
        for name in asked(template):
            at = self._columns.get(folded(name))
            if at is not None and at < len(cells) and (value := self._value(at, cells[at])) is not MISSING:
                own[name] = value
        return self._variation.of(number, own)

    def _value(self, at: int, cell: Cell) -> Json:
        """A cell as the value of a variable. One with variables of its own has none: nothing is resolved twice."""
        if isinstance(cell, str) and (not cell.strip() or uses_variables(cell)):
            return MISSING
        column = self._mapping.columns[at]
        is_known = column.path or column.format or column.type is Type.BOOLEAN  # left out, it may keep its type
        converted = _converter(column) if is_known else None
        value = None if converted is None else converted(cell)
        return text_of(cell) if value is None else value

    def _prepare(self) -> None:
        self._glance = Glance(self._mapping)
        self._until = time.time() + LASTS
        limit = max(16, min(_REMEMBERED, _REMEMBERED_IN_ALL // (len(self._ordered) or 1)))
        entries = [_Entries(column, self._glance, limit) for _, column in self._ordered]
        self._steps = [(each, holder, key) for each, (holder, key) in zip(entries, self._places, strict=True)]

    def _read(self, cells: Sequence[Cell]) -> tuple[dict[str, Json], list[Said]]:
        """The event, and what there is to say about its values that are not fine."""
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        event = dict(self._base)
        made: list[dict[str, Json] | None] = [None] * len(self._holders)
        made[0] = event
        said: list[Said] = []
        for cell, (entries, at, key) in zip(self._pick(cells), self._steps, strict=True):
            value, about = entries[cell] if cell.__class__ is str else entries[cell.__class__, cell]
            if value is MISSING:
                continue
            holder = made[at]
            if holder is None:
                holder = self._make(made, at)
            holder[key] = value
            if about is not CLEAN:
                said.append(about)
        return event, said

    def _make(self, made: list[dict[str, Json] | None], at: int) -> dict[str, Json]:
        parent_at, key, base = self._holders[at]
        parent = made[parent_at]
        if parent is None:
            parent = self._make(made, parent_at)
        holder = made[at] = parent[key] = dict(base)
        return holder

    def _at_length(
        self, cells: Sequence[Cell], template: dict[str, Json], number: int
    ) -> tuple[dict[str, Json], list[Finding]]:
        """The event, with its variables resolved, and all findings, by checking it as a whole."""
        context = self.context(template, cells, number)
        event, found = filled(template, context)
        about: dict[str, list[Finding]] = {}
        for finding in found:
            about.setdefault(finding.path, []).append(finding)
        for at, column in self._ordered:
            cell = cells[at] if at < len(cells) else ""
            if text_of(cell).strip() and not (context is not None and uses_variables(cell)):
                about[column.path] = _said(column, cell, about.get(column.path, []))
        said = checks.in_document_order(event, chain(_about_width(cells, self._width), *about.values()))
        return event, _compared(self._vocabulary, template, event, said)


class _Entries(dict[Any, Entry]):
    """By the cell, what it becomes in one column and what there is to say about that; worked out when first asked for.

    A cell that is no text is looked up together with its type, because True is 1 to a dict.
    """

    def __init__(self, column: Column, glance: Glance, limit: int) -> None:
        super().__init__()
        self._column, self._glance, self._limit = column, glance, limit
        self._convert = _converter(column)
        self._look = glance.look_of(column)
        self._varies = column.path in BY_PATH and BY_PATH[column.path].kind in _EACH_ITS_OWN

    def __missing__(self, asked: Any) -> Entry:
        cell = asked if isinstance(asked, str) else asked[1]
        if isinstance(cell, str):
            if not cell or cell.isspace():
                return _EMPTY
            if "{{" in cell:
                return cell, None  # perhaps a variable, which the row as a whole tells
            value = cell if self._convert is None else self._convert(cell)
            is_long = len(cell) > _LONGEST_REMEMBERED
            is_right = value is not None and not ("#" in cell and cell.strip() in ERRORS_OF_SPREADSHEETS)
        else:
            value = text_of(cell) if self._convert is None else self._convert(cell)
            is_long, is_right = False, value is not None
        if value is None:
            value = text_of(cell)
        said = self._look(value) if is_right else None
        if self._varies or is_long:
            return value, said
        if said is None and not self._glance.is_blind:
            said = self._said_alone(cell, value)
        if len(self) >= self._limit:
            self.clear()
        self[asked] = value, said
        return value, said

    def _said_alone(self, cell: Cell, value: Json) -> Said:
        """What there is to say about a value by itself, when that is the same in every event."""
        found = checks.check(self._glance.alone(self._column, value))
        if any(each.path != self._column.path or not self._glance.holds_alone(each) for each in found):
            return None
        return tuple(_said(self._column, cell, found))


def check_event(
    payload: Json,
    text_findings: Sequence[Finding] = (),
    context: Context | None = None,
    vocabulary: Vocabulary = EMPTY,
) -> Filled:
    """A row that is an event already, its variables resolved with `context`, and all findings about it.

    `text_findings` are what only its text could tell. What is unlike the `vocabulary` is among them.
    """
    event, found = filled(payload, context)
    said = checks.in_document_order(event, [*found, *text_findings])
    return Filled(event, _compared(vocabulary, payload, event, said))


def filled(template: Json, context: Context | None) -> Filled:
    """What is sent for a template, checked; without a context whatever stands in it is sent as it is."""
    return Filled(template, checks.check(template)) if context is None else fill(template, None, context, checks.check)


def _compared(vocabulary: Vocabulary, template: Json, event: Json, found: list[Finding]) -> list[Finding]:
    """What was found in an event and what is unlike the vocabulary."""
    merged = vocabulary.merged(event, found)
    if merged is found or event is template:
        return merged
    return [repairable(each, template, event) if each.code in (DRIFT, UNUSUAL) else each for each in merged]


def by_name(mapping: Mapping) -> dict[str, int]:
    """The columns that can give variables their values, by their folded headers; of two with one name the first."""
    return {folded(column.header): at for at, column in reversed(list(enumerate(mapping.columns)))}


def _picker(at: Sequence[int]) -> Callable[[Sequence[Cell]], Iterable[Cell]]:
    """Takes the mapped cells out of a row."""
    if len(at) == 1:
        return lambda cells: (cells[at[0]],)
    return itemgetter(*at) if at else lambda _: ()


def _holders(mapping: Mapping) -> list[str]:
    """The paths of the objects that cells go into, each before those inside it."""
    paths = {""}
    for column in mapping.columns:
        parts = split(column.path)
        paths |= {join(*parts[:depth]) for depth in range(1, len(parts))}
    return sorted(paths, key=lambda path: (path.count("/"), path))


def _holder(path: str, paths: Sequence[str], base: Json) -> _Holder:
    found = get(base, path, None)
    parent, _, key = path.rpartition("/")
    return _Holder(paths.index(parent), key, found if isinstance(found, dict) else {})


def _parent(column: Column) -> str:
    return join(*split(column.path)[:-1])


def _converter(column: Column) -> Callable[[Cell], Json] | None:
    """What makes a value of a cell, None where it stays the text it is."""
    written, zone = column.format, column.zone
    match column.type:
        case Type.NUMBER:
            return lambda cell: convert.number(cell, written)
        case Type.BOOLEAN:
            return convert.boolean
        case Type.DATE:
            return lambda cell: convert.date(cell, written, zone)
    return None


def _said(column: Column, cell: Cell, about: list[Finding]) -> list[Finding]:
    """All findings about the value of a cell, when `about` are those of the checks about that value."""
    own = _own(column, cell, about)
    return about if own is None else [own, *(each for each in about if each.code != own.code)]


def _own(column: Column, cell: Cell, about: Sequence[Finding]) -> Finding | None:
    """What only the cell could tell. Of one that is not of its column's type nothing is said when the checks refuse
    it anyway; a repair that they know of is kept.
    """
    if isinstance(cell, str) and cell.strip() in ERRORS_OF_SPREADSHEETS:
        message = f"{title(column.path)} is {cell.strip()}, the error of a formula. Repair it in the spreadsheet."
        return Finding(Severity.ERROR, "spreadsheet-error", column.path, message)
    converted = _converter(column)
    if converted is None or converted(cell) is not None or any(each.severity is Severity.ERROR for each in about):
        return None
    what = {
        Type.NUMBER: "is not a number as this column has them",
        Type.BOOLEAN: "is neither true nor false",
        Type.DATE: "is not a date as this column has them",
    }[column.type]
    code = _CODES[column.type]
    fixes = next((each.fixes for each in about if each.code == code), ())
    message = f"{title(column.path)}: “{readable(text_of(cell))}” {what}."
    return Finding(Severity.ERROR, code, column.path, message, fixes)


def _about_width(cells: Sequence[Cell], width: int) -> list[Finding]:
    if len(cells) < width:
        message = f"This row has {len(cells)} cells and the table has {width} columns; the rest counts as empty."
        return [Finding(Severity.WARNING, "short-row", "", message)]
    more = [cell for cell in cells[width:] if text_of(cell).strip()]
    if not more:
        return []
    message = (
        f"This row has {len(cells)} cells and the table has {width} columns: “{readable(text_of(more[0]))}” "
        "belongs to none. Often a mark between cells stands inside a text without quotes."
    )
    return [Finding(Severity.ERROR, "long-row", "", message)]
