"""A table of any length: the numbers of its rows are held, what stands in them is read in threads when it is seen."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from operator import neg
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from composer.ui.jobs import Jobs, Later
from composer.ui.widgets.paged_model import ROLES, Cell, Index

PAGE = 100  # rows read at a time: more would hold the interpreter, and so the window, for longer
KEPT = 40 * PAGE  # rows remembered: those read last
_SOON = 30  # milliseconds: of what is scrolled past meanwhile nothing is read
_MOST_WANTED = 2  # pages; when more were scrolled past meanwhile, only the last ones are still seen
_UNREAD = Cell("…", ink="muted")

Numbers = Sequence[int]  # in order: a range or an array


class NumberedRow(Protocol):
    """One row made ready for the table, away from the UI thread."""

    @property
    def number(self) -> int:
        """What it is known by."""

    @property
    def cells(self) -> Sequence[Cell]:
        """One for each column."""


Read = Callable[[Sequence[int]], Sequence[Any]]  # of NumberedRow; those that are gone are left out


class NumberedModel(QAbstractTableModel):
    """Rows by their number, ascending, or with `newest_first` descending. A row that was not read yet shows “…” until
    a thread has read its page.

    Signals: `failed(object)` with the exception when rows could not be read; `read()` after some were.
    """

    failed = Signal(object)
    read = Signal()

    def __init__(
        self, jobs: Jobs, headers: Sequence[str], parent: QObject | None = None, *, newest_first: bool = False
    ) -> None:
        super().__init__(parent)
        self.numbers: Numbers = range(0)
        self._jobs, self._headers, self._newest_first = jobs, headers, newest_first
        self._read_rows: Read | None = None
        # number → (generation, row), last read last; None for a row that is gone
        self._known: OrderedDict[int, tuple[int, Any]] = OrderedDict()
        self._generation = 0  # of what is true now; a row of an earlier one is shown while it is read again
        self._wanted: dict[int, None] = {}  # pages, the last one wanted last
        self._busy = False
        self._soon = Later(_SOON, self._read_wanted, self)

    def show_from(self, read: Read | None, numbers: Numbers) -> None:
        """Show other rows altogether; `read` is called in threads."""
        self._known.clear()
        self._read_rows = read
        self._generation += 1
        self._replace(numbers)

    def show_numbers(self, numbers: Numbers) -> bool:
        """Show these rows instead; True when that only added some before the first or after the last."""
        before, count = self.numbers, len(self.numbers)
        if before == numbers:
            return True
        at = self._place_in(numbers, before[0]) if count else -1
        if at < 0 or len(numbers) < at + count or numbers[at : at + count] != before:
            self._replace(numbers)
            return False
        if len(numbers) > at + count:
            self.beginInsertRows(QModelIndex(), count, len(numbers) - at - 1)
            self.numbers = numbers[at:]
            self.endInsertRows()
        if at:
            self.beginInsertRows(QModelIndex(), 0, at - 1)
            self.numbers = numbers
            self._wanted.clear()  # pages are counted from the first row
            self.endInsertRows()
        return True

    def take(self, rows: Sequence[Any]) -> None:
        """Take in rows that were read already, so that they are there when they are shown."""
        self._remember(self._generation, rows)

    def refresh(self, first: int, last: int) -> None:
        """Have everything read again: the rows from `first` to `last` now, the others when they are seen."""
        self._generation += 1
        if 0 <= first <= last:
            self._want(first // PAGE)
            self._want(last // PAGE)

    def row_of(self, number: int) -> int:
        """Where the row with this number stands, or -1."""
        at = self.place_of(number)
        return at if at < len(self.numbers) and self.numbers[at] == number else -1

    def place_of(self, number: int) -> int:
        """Where the row with this number stands, or would stand."""
        return self._place_in(self.numbers, number)

    @property
    def is_reading(self) -> bool:
        """Whether a thread reads rows just now."""
        return self._busy

    def known(self, number: int) -> Any:
        """The row with this number as it was read last; None when it was not, or long ago."""
        found = self._known.get(number)
        return found[1] if found else None

    def unread(self, number: int, column: int) -> Cell:  # noqa: ARG002 - for those who know something of it
        """What stands in a cell of a row that was not read yet."""
        return _UNREAD

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.numbers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in ROLES:
            return None
        at = index.row()
        number = self.numbers[at]
        found = self._known.get(number)
        if found is None or found[0] != self._generation:
            self._want(at // PAGE)
        if found is None or found[1] is None:
            return self.unread(number, index.column()).for_role(role)
        return found[1].cells[index.column()].for_role(role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical or not 0 <= section < len(self._headers):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _place_in(self, numbers: Numbers, number: int) -> int:
        return bisect_left(numbers, -number, key=neg) if self._newest_first else bisect_left(numbers, number)

    def _replace(self, numbers: Numbers) -> None:
        self.beginResetModel()
        self.numbers = numbers
        self._wanted.clear()
        self.endResetModel()

    def _want(self, page: int) -> None:
        self._wanted.pop(page, None)
        self._wanted[page] = None
        if not self._busy and not self._soon.isActive():
            self._soon.start()

    def _read_wanted(self) -> None:
        """One job at a time, for the pages wanted last: those between were scrolled past."""
        read, generation = self._read_rows, self._generation
        pages = list(self._wanted)[-_MOST_WANTED:]
        self._wanted.clear()
        numbers = [number for page in sorted(pages) for number in self.numbers[page * PAGE : (page + 1) * PAGE]]
        if read is None or not numbers:
            return
        self._busy = True
        self._jobs.run(lambda: read(numbers), lambda rows: self._take(read, generation, numbers, rows), self._give_up)

    def _take(self, read: Read, generation: int, numbers: list[int], rows: Sequence[Any]) -> None:
        self._busy = False
        if read is self._read_rows:
            if len(rows) < len(numbers):
                there = {row.number for row in rows}
                self._known.update((number, (generation, None)) for number in numbers if number not in there)
            self._remember(generation, rows)
            self.read.emit()
        if self._wanted:
            self._soon.start()

    def _remember(self, generation: int, rows: Sequence[Any]) -> None:
        changed = []
        for row in rows:
            before = self._known.pop(row.number, None)
            self._known[row.number] = (generation, row)
            if before is None or before[1] != row:
                changed.append(row.number)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        self._tell(changed)

    def _tell(self, numbers: list[int]) -> None:
        if numbers:
            places = [at for at in (self.row_of(numbers[0]), self.row_of(numbers[-1])) if at >= 0]
            first, last = (places[0], places[-1]) if len(places) == 2 else (0, len(self.numbers) - 1)
            if 0 <= first <= last:
                self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._headers) - 1))

    def _give_up(self, error: Exception) -> None:
        self._busy = False
        self._wanted.clear()
        self.failed.emit(error)
