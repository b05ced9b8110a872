"""What the variables of many rows are to be: a line for each name that is asked for, and the values given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from composer.event.payload import MISSING, Json
from composer.ui.compose.variables_strip import VariablesStrip

Offer = Callable[[str], Json]  # what is known for a name, or MISSING


class Asking(QObject):
    """Holds the values given for all rows. The strip is put where there is room by whoever made this.

    Signals: `changed()` the values are others; `filled(str, object)` a person gave a name a value, or took it away.
    """

    changed = Signal()
    filled = Signal(str, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.strip = VariablesStrip()
        self.strip.filled.connect(self._take)
        self._values: dict[str, Json] = {}
        self._begun: list[str] = []  # names that had a value before anybody was asked
        self._names: list[str] = []
        self._offer: Offer = lambda _: MISSING

    @property
    def values(self) -> dict[str, Json]:
        """The value of each name that is asked for, or was given one before, if it has one."""
        return {name: self._values[name] for name in [*self._begun, *self._names] if name in self._values}

    def begin(self, values: Mapping[str, Json]) -> None:
        """Other rows: these values are given, all others are forgotten."""
        self._values = dict(values)
        self._begun, self._names = list(values), []
        self.strip.show_names([], {})

    def give(self, values: Mapping[str, Json]) -> None:
        """More values, as if a person had given them."""
        self._values.update(values)
        self._show()

    def offer_with(self, offer: Offer) -> None:
        """Where a value comes from that nobody gave; of names that are asked for from now on."""
        self._offer = offer

    def show_names(self, names: Sequence[str]) -> None:
        """Ask for these."""
        new = [name for name in names if name not in self._names and name not in self._values]
        offered = {name: value for name in new if (value := self._offer(name)) is not MISSING}
        self._names = list(names)
        self._values.update(offered)
        self._show()
        if offered:
            self.changed.emit()

    def _show(self) -> None:
        self.strip.show_names(self._names, self._values)

    def _take(self, name: str, value: Json) -> None:
        if value is MISSING:
            self._values.pop(name, None)
        else:
            self._values[name] = value
        self.filled.emit(name, value)
        self.changed.emit()
