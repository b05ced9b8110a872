"""A table of rows that come page by page, the newest first; reading them is its owner's business."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

TONE = Qt.ItemDataRole.UserRole  # the tone of a chip; empty for plain text
INK = Qt.ItemDataRole.UserRole + 1  # the colour token of plain text; empty for the usual one
ROLES = frozenset((Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, TONE, INK))

Index = QModelIndex | QPersistentModelIndex
Row = Any  # whatever the owner reads


class Cell(NamedTuple):
    """What stands in a cell. With a tone it is a chip, see `pieces.chip`; `tip` is said in place of a cut text; `ink`
    is the colour token of a text that is no chip.
    """

    text: str
    tone: str = ""
    tip: str = ""
    ink: str = ""

    def for_role(self, role: int) -> str | None:
        """What a model answers a view that asks for one of ROLES."""
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(self.text.split())
        return {TONE: self.tone, INK: self.ink}.get(role, self.tip) or None


class PagedModel(QAbstractTableModel):
    """Rows with a `key` each, turned into cells by `cell(row, column)`.

    Signals: `more_wanted()`: the view has come to the end; answer with `add_older`, or with `give_up`.
    """

    more_wanted = Signal()

    def __init__(
        self, headers: Sequence[str], key: Callable[[Row], Hashable], cell: Callable[[Row, int], Cell]
    ) -> None:
        super().__init__()
        self._headers = headers
        self._key = key
        self._cell = cell
        self._is_complete = True
        self._waits = False
        self.rows: list[Row] = []

    def show_newest(self, page: list[Row], is_complete: bool) -> None:
        """Take in the newest page, touching only what is new or changed; `is_complete` when nothing is older."""
        fresh = [self._key(row) for row in page]
        known = [self._key(row) for row in self.rows[: len(page)]]
        added = fresh.index(known[0]) if known and known[0] in fresh else -1
        is_in_step = added >= 0 and fresh[added:] == known[: len(page) - added]
        if not is_in_step or (is_complete and len(self.rows) + added > len(page)):
            if page or self.rows:
                self._replace(page)
            self._is_complete = is_complete
            return
        if added:
            self.beginInsertRows(QModelIndex(), 0, added - 1)
            self.rows[:0] = page[:added]
            self.endInsertRows()
        for number in range(added, len(page)):
            if self.rows[number] != page[number]:
                self.rows[number] = page[number]
                self.dataChanged.emit(self.index(number, 0), self.index(number, len(self._headers) - 1))

    def add_older(self, page: list[Row], is_complete: bool) -> None:
        """Put the next page below the last row; what is there already is left out."""
        self._is_complete = is_complete
        known = {self._key(row) for row in self.rows}
        page = [row for row in page if self._key(row) not in known]
        if page:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(page) - 1)
            self.rows += page
            self.endInsertRows()
        self._waits = False  # not before: views ask for more while rows are put in

    def give_up(self) -> None:
        """The next page could not be read; it is asked for again when the view comes to the end once more."""
        self._waits = False

    def row_of(self, key: Hashable) -> int:
        """Where the row with this key stands, or -1."""
        return next((number for number, row in enumerate(self.rows) if self._key(row) == key), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._headers)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._is_complete and not self._waits

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._waits = True
            self.more_wanted.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in ROLES:
            return None
        return self._cell(self.rows[index.row()], index.column()).for_role(role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical or not 0 <= section < len(self._headers):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _replace(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()
        self._waits = False
