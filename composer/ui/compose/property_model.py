"""The rows of a property table: one for each key of an object in the payload, and one to add another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from composer.event import jsontext
from composer.event.findings import Finding, Severity
from composer.event.jsontext import JsonTextError
from composer.event.payload import MISSING, Json, Move, Set, get, split
from composer.ui.compose.composition import Composition, below, shown

Index = QModelIndex | QPersistentModelIndex
KEY, KIND, VALUE, REMARK, REMOVE = range(5)
TITLES = ("Property", "Type", "Value", "", "")
SHOWN = 300  # characters of a value that a cell shows


class PropertyKind(StrEnum):
    """What a value is taken for; the words are those of the type picker."""

    TEXT = "Text"
    NUMBER = "Number"
    BOOLEAN = "True or false"
    DATE = "Date"
    NULL = "Null"
    JSON = "JSON"


class PropertySource(NamedTuple):
    """Which object of the payload the rows stand for, and which of its keys have a place of their own."""

    pointer: str
    hidden: tuple[str, ...] = ()

    def rows(self, payload: Json) -> list[tuple[str, Json]]:
        """(key, value) of each row."""
        value = get(payload, self.pointer)
        if not isinstance(value, dict):
            return []
        return [(key, inner) for key, inner in value.items() if key not in self.hidden]

    def holds(self, pointer: str) -> bool:
        """Whether the value at `pointer` is in one of the rows."""
        if not pointer.startswith(self.pointer + "/"):
            return False
        return split(pointer[len(self.pointer) :])[0] not in self.hidden


class Remark(NamedTuple):
    """What is said behind a value: a sentence, its tone (a colour token), and perhaps the finding it comes from."""

    text: str
    tone: str
    finding: Finding | None = None


class Broken(NamedTuple):
    """JSON text typed in a cell that can't be read yet, and why."""

    text: str
    sentence: str


class PropertyModel(QAbstractTableModel):
    """Property, type, value, remark. Editing a cell edits the payload at once."""

    def __init__(self, composition: Composition, source: PropertySource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._composition = composition
        self._source = source
        self._rows: list[tuple[str, Json]] = []
        self._holder: Json = None  # the object the rows were read from; payloads are persistent
        self._kinds: dict[str, PropertyKind] = {}  # chosen by the person; outlives a half-typed value
        self._findings: Mapping[str, Finding] = {}
        self._broken: dict[str, Broken] = {}  # by key; shown instead of the value until it is repaired or changed
        self.refused = ""

    @property
    def pointer(self) -> str:
        """The path of the object; empty for the whole event."""
        return self._source.pointer

    @property
    def keys(self) -> list[str]:
        """The keys of the rows."""
        return [key for key, _ in self._rows]

    def key_at(self, row: int) -> str | None:
        """The key of a row; None for the row that adds."""
        return self._rows[row][0] if row < len(self._rows) else None

    def row_of(self, pointer: str) -> int:
        """The row that holds the value at `pointer`, or the one that adds."""
        key = split(pointer[len(self._source.pointer) :])[0]
        return next((row for row, (each, _) in enumerate(self._rows) if each == key), len(self._rows))

    def kind_at(self, row: int) -> PropertyKind:
        """The type of a row's value."""
        key, value = self._rows[row]
        return self._kinds.get(key) or kind_of(value)

    def begin_as(self, key: str, kind: PropertyKind) -> None:
        """The property with this key, which is added next, is of this type while it is empty."""
        self._kinds[key] = kind

    def remark_at(self, row: int) -> Remark:
        """What is said behind a row's value."""
        key, value = self._rows[row]
        if key in self._broken:
            return Remark(self._broken[key].sentence, "bad")
        finding = self._findings.get(below(self._source.pointer, key))
        if finding is None and isinstance(value, (dict, list)):
            inside = below(self._source.pointer, key) + "/"
            finding = next((each for path, each in self._findings.items() if path.startswith(inside)), None)
        if finding is not None:
            return Remark(finding.message, "bad" if finding.severity is Severity.ERROR else "caution", finding)
        if kind_of(value) is PropertyKind.DATE and self._source.pointer:
            return Remark("indexed as a date", "good")
        return Remark("", "muted")

    def show_payload(self) -> None:
        """Bring the rows up to the payload, touching only those that differ."""
        holder = self._composition.get(self._source.pointer)
        if holder is self._holder:
            return
        self._holder = holder
        new = self._source.rows(self._composition.payload)
        old = self._rows
        if self._broken:
            keys = {key for key, _ in new}
            for key in self._broken.keys() - keys:
                self._mend(key)
        if [key for key, _ in new] == [key for key, _ in old]:
            changed = [row for row, (one, other) in enumerate(zip(old, new, strict=True)) if _differ(one[1], other[1])]
            self._rows = new
            for row in changed:
                self._mend(new[row][0])
                self._forget(new[row][0], new[row][1])
                self.dataChanged.emit(self.index(row, KIND), self.index(row, REMARK))
            return
        renamed = [row for row, (one, other) in enumerate(zip(old, new, strict=False)) if one[0] != other[0]]
        if len(old) == len(new) and len(renamed) == 1:
            self._rows = new
            self.dataChanged.emit(self.index(0, KEY), self.index(len(new) - 1, REMARK))
        elif len(new) == len(old) + 1 and new[: len(old)] == old:
            self.beginInsertRows(QModelIndex(), len(old), len(old))
            self._rows = new
            self.endInsertRows()
        elif len(new) == len(old) - 1 and (gone := _gone(old, new)) is not None:
            self.beginRemoveRows(QModelIndex(), gone, gone)
            self._rows = new
            self.endRemoveRows()
        else:
            self.beginResetModel()
            self._rows = new
            self._kinds = {}
            for key in list(self._broken):
                self._mend(key)
            self.endResetModel()

    def show_findings(self, findings: Mapping[str, Finding]) -> None:
        """Take the worst finding of each path; rows whose remark differs are repainted."""
        prefix = self._source.pointer + "/"
        mine = {path: each for path, each in findings.items() if path.startswith(prefix)}
        if mine != self._findings:
            self._findings = mine
            if self._rows:
                self.dataChanged.emit(self.index(0, REMARK), self.index(len(self._rows) - 1, REMARK))

    def remove(self, row: int) -> None:
        """Take a property away."""
        key = self.key_at(row)
        if key is not None:
            self._composition.set(below(self._source.pointer, key), MISSING)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows) + 1

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if index.row() == len(self._rows):
            return base | Qt.ItemFlag.ItemIsEditable if index.column() == KEY else Qt.ItemFlag.ItemIsEnabled
        if index.column() == VALUE and self.kind_at(index.row()) is PropertyKind.NULL:
            return base
        return base | Qt.ItemFlag.ItemIsEditable if index.column() in (KEY, KIND, VALUE) else base

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if index.row() == len(self._rows):
            if role == Qt.ItemDataRole.DisplayRole and index.column() == KEY:
                return "+ Add property"
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return "Add a property"
            return "" if role == Qt.ItemDataRole.EditRole else None
        key, _value = self._rows[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(index.row(), column).replace("\n", "↵")[:SHOWN]
        if role == Qt.ItemDataRole.EditRole:
            return {KEY: key, KIND: self.kind_at(index.row()).value, VALUE: self._value_words(index.row())}.get(
                column, ""
            )
        if role == Qt.ItemDataRole.ToolTipRole:
            words = self._words(index.row(), column)
            return words[:2000] if len(words) > 18 else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (
                f"Remove {key}" if column == REMOVE else f"{TITLES[column]} {self._words(index.row(), column)[:SHOWN]}"
            )
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        self.refused = ""
        text = str(value)
        if index.column() == KEY:
            return self._set_key(index.row(), text)
        key, old = self._rows[index.row()]
        if index.column() == KIND:
            self.convert(index.row(), old, text)
        elif index.column() == VALUE and text != self._value_words(index.row()):
            kind = self.kind_at(index.row())
            try:
                value = self._read(text, kind)
                self._mend(key)
                self._put(key, value, kind)
            except JsonTextError as error:
                self._broken[key] = Broken(text, f"Column {error.column}: {error.message}")
                self._composition.break_part(below(self._source.pointer, key), self._broken[key].sentence)
            self.dataChanged.emit(self.index(index.row(), REMARK), self.index(index.row(), REMARK))
        return True

    def value_at(self, row: int) -> Json:
        """The value of a row."""
        return self._rows[row][1]

    def convert(self, row: int, value: Json, kind: str) -> None:
        """Make `value` the value of a row, as one of another type."""
        key = self._rows[row][0]
        self._mend(key)
        self._put(key, converted(value, PropertyKind(kind)), PropertyKind(kind))

    def _words(self, row: int, column: int) -> str:
        key, _value = self._rows[row]
        if column == KEY:
            return key
        if column == KIND:
            return self.kind_at(row).value
        if column == VALUE:
            return self._value_words(row)
        return self.remark_at(row).text if column == REMARK else ""

    def _value_words(self, row: int) -> str:
        key, value = self._rows[row]
        return self._broken[key].text if key in self._broken else shown(value)

    def _set_key(self, row: int, key: str) -> bool:
        old = self.key_at(row)
        if not key or key == old:
            return False
        if key in self._source.hidden or any(key == each for each, _ in self._rows):
            is_apart = key in self._source.hidden
            self.refused = f"“{key}” has a place of its own in the form." if is_apart else f"“{key}” is there already."
            return False
        target = below(self._source.pointer, key)
        if old is None:
            self._composition.edit([Set(target, "")])
        else:
            if old in self._kinds:
                self._kinds[key] = self._kinds.pop(old)
            if (broken := self._broken.get(old)) is not None:
                self._mend(old)
                self._broken[key] = broken
                self._composition.break_part(target, broken.sentence)
            self._composition.edit([Move(below(self._source.pointer, old), target)])
        return True

    def _mend(self, key: str) -> None:
        """What was half typed for this key is no more."""
        if self._broken.pop(key, None) is not None:
            self._composition.break_part(below(self._source.pointer, key), "")

    def _put(self, key: str, value: Json, kind: PropertyKind) -> None:
        self._kinds[key] = kind
        self._composition.set(below(self._source.pointer, key), value)

    def _read(self, text: str, kind: PropertyKind) -> Json:
        if kind is PropertyKind.NUMBER:
            number = jsontext.number(text.strip())
            return text if number is None else number
        if kind is PropertyKind.BOOLEAN:
            return {"true": True, "false": False}.get(text, text)
        if kind is PropertyKind.JSON:
            return jsontext.parse(text).payload
        return text

    def _forget(self, key: str, value: Json) -> None:
        """A chosen type that the value no longer can have is not kept."""
        kind = self._kinds.get(key)
        can_be_any = kind in (None, PropertyKind.JSON) or isinstance(value, str)
        if not can_be_any and kind is not kind_of(value):
            del self._kinds[key]


def kind_of(value: Json) -> PropertyKind:
    """What a value is taken for when nobody chose."""
    if isinstance(value, str):
        if len(value) < 20 or value[4] != "-":  # most texts; spares the first paint the loading of dates
            return PropertyKind.TEXT
        from composer.event.dates import is_rfc3339

        return PropertyKind.DATE if is_rfc3339(value) else PropertyKind.TEXT
    if value is None:
        return PropertyKind.NULL
    if isinstance(value, bool):
        return PropertyKind.BOOLEAN
    return PropertyKind.NUMBER if isinstance(value, (int, float)) else PropertyKind.JSON


def converted(value: Json, kind: PropertyKind) -> Json:
    """`value` as one of another type, losing as little as can be."""
    text = "" if value is None else shown(value)
    if kind is PropertyKind.TEXT:
        return text
    if kind is PropertyKind.NUMBER:
        number = jsontext.number(text.strip())
        return (text or 0) if number is None else number
    if kind is PropertyKind.BOOLEAN:
        return text.strip().lower() not in ("", "0", "false", "no", "null", "off")
    if kind is PropertyKind.DATE:
        return text if text and not isinstance(value, bool) else _now()
    if kind is PropertyKind.NULL:
        return None
    try:
        return value if isinstance(value, (dict, list)) else jsontext.parse(text).payload
    except JsonTextError:
        return {}


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _differ(one: Json, other: Json) -> bool:
    """Whether two values are shown differently; to Python 1, 1.0, 1.00 and true are the same."""
    return one is not other and (type(one) is not type(other) or shown(one) != shown(other))


def _gone(old: list[tuple[str, Json]], new: list[tuple[str, Json]]) -> int | None:
    """Which row of `old` is not in `new`, when that is the only difference."""
    at = next((row for row, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(new))
    return at if old[at + 1 :] == new[at:] else None
