"""A row of a bulk run in Compose: it takes the draft's place until it is saved to the row or left as it was."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from composer.event import jsontext
from composer.event.payload import Json
from composer.ui.compose.composition import Composition
from composer.ui.compose.place import ComposePlace

_WITHOUT_VALUE = {"unknown-variable", "bad-variable"}

Save = Callable[[Json], None]


class RowEditing(QObject):
    """At most one row at a time; what was composed before comes back in the end, and its draft is not touched.

    What a person sees is what is saved: variables with the values they have here.

    Signals: `ended()` the row was saved or left, and Compose has its own event again.
    """

    ended = Signal()

    def __init__(self, compose: ComposePlace) -> None:
        super().__init__(compose)
        self._compose = compose
        self._before: str | None = None
        self._save: Save | None = None
        self._is_loading = False
        compose.composition.begun.connect(self._follow_other)

    @property
    def is_under_way(self) -> bool:
        """Whether Compose shows a row."""
        return self._save is not None

    def begin(self, name: str, payload: Json, save: Save) -> None:
        """Show a row, called `name` in the strip above it; `save` is given the event when a person says so."""
        drafting = self._compose.drafting
        if self._before is None:
            drafting.suspend()
            self._before = self._compose.composition.wire()
        self._save = save
        self._is_loading = True
        self._compose.composition.load(jsontext.dumps(payload))
        self._is_loading = False
        self._compose.row_strip.say(
            "accent",
            f"This is {name}. Changes go to the row, not to your draft.",
            [("Save to the row", self._finish), ("Leave the row as it was", self._leave)],
        )

    def _follow_other(self) -> None:
        """Another event was begun in the row's place: it is the draft now, and the row stays as it was."""
        if self._save is not None and not self._is_loading:
            self._before = self._save = None
            self._compose.row_strip.hide()
            self._compose.drafting.adopt()

    def _finish(self) -> None:
        composition, save = self._compose.composition, self._save
        self._compose.form.finish_cell()
        if composition.error is not None:
            composition.focus_wanted.emit("")
        elif save is not None:
            payload = _as_seen(composition)
            self._leave()
            save(payload)

    def _leave(self) -> None:
        before, self._before, self._save = self._before, None, None
        self._compose.row_strip.hide()
        if before is not None:
            self._compose.json.restore(before, self._compose.drafting.go_on)
        self.ended.emit()


def _as_seen(composition: Composition) -> Json:
    """A template that resolves to exactly the event that is seen; while a variable has no value, the one that is
    edited.
    """
    from composer.event.variables import escaped

    composition.judge_now()
    if not composition.uses_variables or any(each.code in _WITHOUT_VALUE for each in composition.errors):
        return composition.payload
    return escaped(composition.event)
