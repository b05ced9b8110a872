"""The rows of a run as a table of any length: their numbers are known at once, what stands in them when it was read."""

from __future__ import annotations

from PySide6.QtCore import QObject

from composer.ui.bulk.rows import HEADERS, Row
from composer.ui.jobs import Jobs
from composer.ui.widgets.numbered_model import NumberedModel, Numbers, Read
from composer.ui.widgets.paged_model import Cell


class RowsModel(NumberedModel):
    """A `NumberedModel` of `rows.Row`, counted as in the file."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(jobs, HEADERS, parent)

    def show_run(self, read: Read | None, numbers: Numbers) -> None:
        """Show the rows of another run; `read` is called in threads."""
        self.show_from(read, numbers)

    def known(self, number: int) -> Row | None:
        """The row with this number as it was read last; None when it was not, or long ago."""
        found: Row | None = super().known(number)
        return found

    def unread(self, number: int, column: int) -> Cell:
        return Cell(f"{number:,}") if column == 0 else super().unread(number, column)
