"""The columns of a file as rows of a table: what each is called, holds, goes to, and what its first value becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping as Names
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from composer.event import jsontext
from composer.event.fields import BY_PATH, Kind
from composer.event.findings import Finding, Severity
from composer.event.payload import MISSING, Json, get, split
from composer.event.table.cells import Cell, text_of
from composer.event.table.guess import guess
from composer.event.table.mapping import DATE_FORMATS, NUMBER_FORMATS, Column, Mapping, MappingError, Type
from composer.event.table.rows import TableReader
from composer.event.variation import Variation
from composer.ui.bulk.targets import lines_of, path_of, title_of

COLUMN, TARGET, TYPE, ZONE, RESULT = range(5)
TITLES = ("Column", "Goes to", "Type", "Time zone", "First value becomes")
SECOND = Qt.ItemDataRole.UserRole  # the second, quiet line of a cell
TONE = Qt.ItemDataRole.UserRole + 1  # a colour token of the first line; VALUE for a JSON value
VALUE = "value"
EXAMPLES = 3
SHOWN = 200  # characters of a cell

Index = QModelIndex | QPersistentModelIndex
Rows = Sequence[Sequence[Cell]]

_TYPES = {Type.TEXT: "Text", Type.NUMBER: "Number", Type.BOOLEAN: "True or false", Type.DATE: "Date"}
_UTC = "UTC"


class TypeChoice(NamedTuple):
    """A type together with the way it is written in the file."""

    type: Type
    format: str
    detail: str

    @property
    def words(self) -> str:
        """In one line, for a list."""
        return f"{_TYPES[self.type]} · {self.detail}" if self.detail else _TYPES[self.type]

    @property
    def short(self) -> str:
        """The way it is written, for the narrow second line of a cell: "month first" or the first example."""
        return re.split("[:,]", self.detail)[0] if self.type is Type.DATE else self.detail


class Outcome(NamedTuple):
    """What the first value becomes, or why nothing."""

    words: str
    tone: str


@cache
def type_choices() -> tuple[TypeChoice, ...]:
    """Everything a column can be read as."""
    return (
        TypeChoice(Type.TEXT, "", ""),
        *(TypeChoice(Type.NUMBER, key, example) for key, example in NUMBER_FORMATS.items()),
        TypeChoice(Type.BOOLEAN, "", ""),
        *(TypeChoice(Type.DATE, key, label) for key, label in DATE_FORMATS.items()),
    )


class MappingModel(QAbstractTableModel):
    """One row for each column of the file. What is worked out for a row is worked out when it is first looked at.

    Signals: `edited(Mapping)` after a person changed a column.
    """

    edited = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mapping = Mapping(())
        self.problem = ""  # why the mapping can't be used at all
        self.refused = ""  # why what was typed last was not taken
        self._rows: Rows = ()
        self._numbers: Sequence[int] = ()
        self._variation: Variation | None = None
        self._varying: tuple[Sequence[Column], list[str]] = ((), [])
        self._gives: dict[int, str] = {}  # columns whose cells are the values of a variable
        self._examples: dict[int, list[tuple[int, Cell]]] = {}  # each with the place of its row
        self._reader: TableReader | None = None
        self._events: dict[int, tuple[Json, list[Finding]]] = {}  # of the rows that were looked at
        self._asked: frozenset[int] = frozenset()

    @property
    def reader(self) -> TableReader | None:
        """What reads a row with this mapping; None, with the `problem` said, when it can't be used.

        Columns about which there is an open question are read as text meanwhile.
        """
        if self._reader is None and not self.problem:
            columns = self.mapping.columns
            if self._asked:
                columns = tuple(
                    each._replace(type=Type.TEXT) if at in self._asked else each for at, each in enumerate(columns)
                )
            try:
                self._reader = TableReader(self.mapping._replace(columns=columns), self._variation)
            except MappingError as error:
                self.problem = str(error)
        return self._reader

    def show_table(self, mapping: Mapping, rows: Rows, numbers: Sequence[int] = ()) -> None:
        """Show the columns of another file, with its first rows, and their numbers in the file."""
        self.beginResetModel()
        self.mapping, self._rows, self._numbers, self._gives = mapping, rows, numbers, {}
        self._examples, self._varying = {}, ((), [])
        self._forget()
        self._asked = frozenset(each.column for each in mapping.questions)
        self.endResetModel()

    def take(self, mapping: Mapping) -> None:
        """Another mapping of the same columns."""
        if mapping is self.mapping:
            return
        old, self.mapping = self.mapping, mapping
        asked, self._asked = self._asked, frozenset(each.column for each in mapping.questions)
        self._forget()
        if mapping.columns is not old.columns or asked != self._asked:
            pairs = zip(old.columns, mapping.columns, strict=True)
            changed = [at for at, (one, other) in enumerate(pairs) if one is not other and one != other]
            for row in sorted({*changed, *(asked ^ self._asked)}):
                self.dataChanged.emit(self.index(row, TARGET), self.index(row, ZONE))
        if mapping.columns:  # each value of an event can depend on the others
            self.dataChanged.emit(self.index(0, RESULT), self.index(len(mapping.columns) - 1, RESULT))

    def vary(self, variation: Variation | None, gives: Names[int, str]) -> None:
        """Have the variables in the rows resolved in another way; `gives` names those that a column gives."""
        self._variation, self._gives = variation, dict(gives)
        self._forget()
        if self.mapping.columns:
            self.dataChanged.emit(self.index(0, RESULT), self.index(len(self.mapping.columns) - 1, RESULT))

    def empty(self, row: int) -> int:
        """How many of the first rows have nothing in a column."""
        return sum(row >= len(cells) or not text_of(cells[row]).strip() for cells in self._rows)

    def varying(self) -> list[str]:
        """The cells of the first rows that go somewhere, and in which variables may stand."""
        columns = self.mapping.columns
        if self._varying[0] is not columns:
            mapped = [at for at, column in enumerate(columns) if column.path]
            found = (cells[at] for cells in self._rows for at in mapped if at < len(cells))
            self._varying = (columns, [cell for cell in found if isinstance(cell, str) and "{{" in cell])
        return self._varying[1]

    def column_at(self, row: int) -> Column:
        """What becomes of a column."""
        return self.mapping.columns[row]

    def row_of(self, path: str) -> int:
        """The row of the column that goes to `path` or to something in it; -1 when there is none."""
        for row, column in enumerate(self.mapping.columns):
            if column.path and (column.path == path or column.path.startswith(path + "/")):
                return row
        return -1

    def examples(self, row: int) -> list[Cell]:
        """The first few values of a column that differ; empty cells are none."""
        return [cell for _, cell in self._found(row)]

    def outcome(self, row: int) -> Outcome:
        """What the first value of a column becomes, in the event of its row."""
        column = self.column_at(row)
        if not column.path:
            name = self._gives.get(row)
            return Outcome("not sent" if name is None else f"the value of {{{{{name}}}}}", "muted")
        if row in self._asked:
            return Outcome("Answer the question above.", "caution")
        found = self._found(row)
        if self.reader is None:
            return self._clash(row)
        if not found:
            return Outcome("nothing: the cell is empty", "muted")
        event, findings = self.event_of(found[0][0])
        said = [each for each in findings if each.path == column.path]
        if (finding := min(said, key=lambda each: each.severity is Severity.WARNING, default=None)) is not None:
            return Outcome(finding.message, "bad" if finding.severity is Severity.ERROR else "caution")
        value = get(event, column.path)
        return Outcome("nothing: it is left out", "muted") if value is MISSING else Outcome(_json(value), VALUE)

    def event_of(self, at: int) -> tuple[Json, list[Finding]]:
        """The event of one of the first rows, and its findings; nothing when the mapping can't be used."""
        if at not in self._events:
            number = self._numbers[at] if self._numbers else at + 1
            self._events[at] = self.reader.read(self._rows[at], number) if self.reader is not None else ({}, [])
        return self._events[at]

    def change(self, row: int, column: Column) -> None:
        """Have another column in a row's place."""
        columns = self.mapping.columns
        if column != columns[row]:
            self.take(self.mapping._replace(columns=(*columns[:row], column, *columns[row + 1 :])))
            self.edited.emit(self.mapping)

    def send_to(self, row: int, path: str) -> None:
        """Have a column go to `path`; a field that is no text brings its type with it."""
        column = self.column_at(row)._replace(path=path)
        kind = BY_PATH[path].kind if path in BY_PATH else None
        wanted = {Kind.NUMBER: Type.NUMBER, Kind.DATE_TIME: Type.DATE, None: column.type}.get(kind, Type.TEXT)
        if wanted is not column.type:
            column = column._replace(type=wanted, **self._written(row, path, wanted))
        self.change(row, column)

    def read_as(self, row: int, choice: TypeChoice) -> None:
        """Have a column read as a type that is written in one way."""
        column = self.column_at(row)
        zone = (column.zone or _UTC) if choice.type is Type.DATE else ""
        self.change(row, column._replace(type=choice.type, format=choice.format, zone=zone))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.mapping.columns)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        column = self.column_at(index.row())
        can_change = {TARGET: True, TYPE: bool(column.path), ZONE: bool(column.path) and column.type is Type.DATE}
        return flags | Qt.ItemFlag.ItemIsEditable if can_change.get(index.column(), False) else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.mapping.columns):
            return None
        row, place = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _line(self._lines(row, place)[0])
        if role == SECOND:
            return _line(self._lines(row, place)[1])
        if role == TONE:
            return self._tone(row, place)
        if role == Qt.ItemDataRole.EditRole:
            return self._edited(row, place)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part[:1000] for part in self._lines(row, place) if part) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = ", ".join(_line(part) for part in self._lines(row, place) if part)
            return f"{TITLES[place]}: {words or 'none'}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        row, column = index.row(), self.column_at(index.row())
        if index.column() == TARGET and str(value) != title_of(column.path):
            self.send_to(row, path_of(str(value)))
        elif index.column() == ZONE:
            from composer.event.reference import time_zone_named

            zone = time_zone_named(str(value)) if str(value).strip() else _UTC
            self.refused = "" if zone else f"“{_line(str(value))}” is no time zone. Choose one from the list."
            if zone is None:
                return False
            self.change(row, column._replace(zone=zone))
        return True

    def _lines(self, row: int, place: int) -> tuple[str, str]:
        column = self.column_at(row)
        if place == COLUMN:
            examples = "  ·  ".join(text_of(each) for each in self.examples(row))
            return column.header or f"(column {row + 1:,})", examples or "empty in the first rows"
        if place == TARGET:
            return lines_of(column.path)
        if place == RESULT:
            return self.outcome(row).words, ""
        if not column.path:
            return "", ""
        if place == TYPE:
            return _TYPES[column.type], self._detail(column)
        if column.type is not Type.DATE:
            return "", ""
        area, _, city = (column.zone or _UTC).rpartition("/")
        return city.replace("_", " "), area

    def _detail(self, column: Column) -> str:
        if column.type not in (Type.NUMBER, Type.DATE):
            return ""
        found = (each.short for each in type_choices() if (each.type, each.format) == (column.type, column.format))
        return next(found, "") or "asked above"

    def _tone(self, row: int, place: int) -> str:
        if place == RESULT:
            return self.outcome(row).tone
        if place == TARGET and not self.column_at(row).path:
            return "muted"
        return "caution" if place == TYPE and row in self._asked else "text"

    def _edited(self, row: int, place: int) -> str:
        column = self.column_at(row)
        words = {COLUMN: column.header, TARGET: title_of(column.path), ZONE: column.zone or _UTC}
        return words.get(place) or self._lines(row, place)[0]

    def _written(self, row: int, path: str, wanted: Type) -> dict[str, str]:
        """The way in which the values of a column are written that goes to `path`, when they are read as this type."""
        cells = [(each[row],) for each in self._rows if row < len(each)]
        guessed = guess((".".join(split(path)),), cells).columns[0]
        if guessed.type is wanted:
            return {"format": guessed.format, "zone": guessed.zone}
        first = next(each for each in type_choices() if each.type is wanted)
        return {"format": first.format, "zone": _UTC if wanted is Type.DATE else ""}

    def _clash(self, row: int) -> Outcome:
        """Which other column goes to the same place."""
        path = self.column_at(row).path
        for at, other in enumerate(self.mapping.columns):
            if at != row and other.path == path:
                return Outcome(f"“{_line(other.header)}” goes there, too.", "bad")
        return Outcome("", "muted")

    def _forget(self) -> None:
        """What was worked out with another mapping."""
        self._reader, self._events, self.problem = None, {}, ""

    def _found(self, row: int) -> list[tuple[int, Cell]]:
        if row not in self._examples:
            found: dict[str, tuple[int, Cell]] = {}
            for at, cells in enumerate(self._rows):
                if row < len(cells) and (text := text_of(cells[row]).strip()) and text not in found:
                    found[text] = (at, cells[row])
                    if len(found) == EXAMPLES:
                        break
            self._examples[row] = list(found.values())
        return self._examples[row]


def _json(value: Any) -> str:
    return jsontext.dumps(value) if isinstance(value, (dict, list)) else jsontext.scalar(value)


def _line(text: str) -> str:
    """`text` as one line of a cell."""
    return " ".join(text[: 2 * SHOWN].split())[:SHOWN]
