"""The fields of a profile before and after an event, as rows of a table and as text."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from composer.event import jsontext
from composer.event.limits import MAX_DEPTH
from composer.event.payload import MISSING, Json
from composer.event.profile import Change, State
from composer.ui.widgets.paged_model import ROLES, Cell

HEADERS = ("Field", "Before", "After", "State")
FIELD, BEFORE, AFTER, STATE = range(4)
LONGEST = 1000  # characters of a value in a cell; no column is wider
MEASURED = 200  # characters of a text that count where columns share the room
_NONE = "—"
_STATES = {  # the words with their mark, the tone of the chip
    State.CREATED: ("+ created", "good"),
    State.CHANGED: ("✓ changed", "good"),
    State.UNCHANGED: ("= unchanged", ""),
    State.QUEUED: ("… still queued", "caution"),
}
_OTHER = ("! changed", "caution")  # and not to what the event says
SAMPLES = {column: Cell(header) for column, header in enumerate(HEADERS)}

Index = QModelIndex | QPersistentModelIndex


class ChangesModel(QAbstractTableModel):
    """The rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: list[Change] = []
        self._rows: list[list[Cell]] = []

    def show_changes(self, changes: list[Change]) -> None:
        """Take these."""
        self.beginResetModel()
        self._changes = changes
        self._rows = [_cells(each) for each in changes]
        self.endResetModel()

    def as_text(self, row: int | None = None) -> str:
        """One row as tab-separated text, or all of them below their headers; values in full."""
        if row is not None:
            return "\t".join(_texts(self._changes[row]))
        return "\n".join("\t".join(each) for each in (HEADERS, *map(_texts, self._changes)))

    def cells(self, column: int) -> list[Cell]:
        """The cells of a column that want to be seen, with as much of their texts as a view is wide. What a field that
        is as it was held before stands beside it once more.
        """
        rows = zip(self._changes, self._rows, strict=True)
        wanted = (row[column] for each, row in rows if column != BEFORE or (each.is_moved and not each.is_quiet))
        return [cell._replace(text=cell.text[:MEASURED]) for cell in wanted]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(HEADERS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return _aloud(self._changes[index.row()])
        return self._rows[index.row()][index.column()].for_role(role) if role in ROLES else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Vertical or not 0 <= section < len(HEADERS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        is_alignment = role == Qt.ItemDataRole.TextAlignmentRole
        return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter if is_alignment else None


def _cells(change: Change) -> list[Cell]:
    """What is as it was, or only says when the profile was written, is quiet."""
    is_still = change.is_quiet or change.state is State.UNCHANGED
    ink = "muted" if is_still else ""
    before, after = (_text(change, each) for each in (change.before, change.after))
    words, tone = _OTHER if change.is_other else _STATES[change.state]
    return [
        Cell(change.title, "", change.path, ink),
        Cell(before[:LONGEST], "", "", "muted"),
        Cell(after[:LONGEST], "", "", ink),
        Cell(words, "" if change.is_quiet else tone, _wanting(change), ink),
    ]


def _wanting(change: Change) -> str:
    """What the event says, where the profile does not hold it."""
    if change.state is not State.QUEUED and not change.is_other:
        return ""
    said, after = (_text(change, each) for each in (change.said, change.after))
    return f"The event says {said}, the profile has {'nothing' if after == _NONE else after} so far."


def _texts(change: Change) -> tuple[str, ...]:
    values = (" ".join(_text(change, each).split()) for each in (change.before, change.after))
    return (change.title, *values, ". ".join(filter(None, (str(change.state), _wanting(change)))))


def _aloud(change: Change) -> str:
    """A whole row in one sentence."""
    before, after = (_text(change, each) for each in (change.before, change.after))
    return ". ".join(
        filter(None, (f"{change.title}: {before} before, {after} after, {change.state}", _wanting(change)))
    )


def _text(change: Change, value: Json) -> str:
    """A text is in quotes where the same row has a number, or true or false, that would look like it."""
    text = _plain(value)
    others = (change.before, change.after, change.said)
    is_like_another = isinstance(value, str) and any(
        not isinstance(each, str) and _plain(each) == text for each in others if each is not MISSING
    )
    return jsontext.quote(text) if is_like_another else text


def _plain(value: Json) -> str:
    if value is MISSING or value is None or value == "":
        return _NONE
    if isinstance(value, str):
        return value
    return jsontext.write(value, "") if jsontext.depth(value) <= MAX_DEPTH else "nested too deep to be shown"
