"""What goes between Compose and Bulk: a composed event becomes rows, a row is edited as an event."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from composer.event.payload import Json
from composer.ui.bulk.place import BulkPlace
from composer.ui.compose.place import ComposePlace
from composer.ui.compose.row_editing import RowEditing


class Exchange(QObject):
    """`show_bulk` and `show_compose` go to the places."""

    def __init__(
        self, compose: ComposePlace, show_bulk: Callable[[], BulkPlace], show_compose: Callable[[], object]
    ) -> None:
        super().__init__(compose)
        self._compose, self._show_bulk, self._show_compose = compose, show_bulk, show_compose
        self._editing = RowEditing(compose)
        self._editing.ended.connect(show_bulk)

    def add_to_bulk(self, times: int) -> None:
        """What is composed becomes a row of a bulk run, or `times` rows; 0 asks how many. Broken JSON is shown."""
        composition = self._compose.composition
        self._compose.form.finish_cell()
        if composition.error is not None:
            composition.focus_wanted.emit("")
            return
        if not times:
            from composer.ui.bulk.questions import how_many_times

            times = how_many_times(self._compose)
        if times:
            from composer.event.variables import asked

            names = asked(composition.payload)
            given = {name: composition.values[name] for name in names if name in composition.values}
            self._show_bulk().add_event(composition.wire(), times, given)

    def edit_row(self, name: str, payload: Json, save: Callable[[Json], None]) -> None:
        """Have a row edited in Compose, and given to `save` when a person says so."""
        self._editing.begin(name, payload, save)
        self._show_compose()
