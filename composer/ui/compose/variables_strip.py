"""Above the form: what the event's variables are to be, one row for each name that is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from composer.event.payload import MISSING, Json
from composer.ui.compose.form import CALM
from composer.ui.compose.variable_menus import choose_kind, offer_more
from composer.ui.compose.variable_row import ValueKind, VariableRow, same
from composer.ui.jobs import Later
from composer.ui.widgets.pieces import Card, Elided, chip

MOST_ROWS = 6  # that show at a time; the others are scrolled to
SHARE = 0.4  # of the height there is
SPACING = 4

_SLICE = 6  # rows made at a time, each in 3 ms; of hundreds most are never seen
_AHEAD = 4  # rows made below those that show


class VariablesStrip(Card):
    """Hidden while the event has no variables. What the values are is known to whoever shows them.

    Signals: `filled(str, object)` a person gave a name another value, MISSING while it has none; `default_wanted(str,
    object)` the value is to be the store's default; `default_dropped(str)` the store's default is to be forgotten.
    """

    filled = Signal(str, object)
    default_wanted = Signal(str, object)
    default_dropped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Variables", "", parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._names: list[str] = []
        self._values: dict[str, Json] = {}
        self._numbers: Collection[str] = frozenset()
        self._rows: dict[str, VariableRow] = {}
        self._store = "this store"
        self._defaults: Mapping[str, Json] = {}
        self._built_in_names: list[str] = []
        self._built_ins = Elided("", "small")
        self._to_fill_in = chip("", "caution")
        self.head.insertWidget(1, self._to_fill_in)
        self.head.addStrut(self._to_fill_in.sizeHint().height())
        self.head.addWidget(self._built_ins)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(SPACING)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._inner)
        self.body.addWidget(self._scroll)
        self._calm = Later(CALM, self._say_notes, self)
        self._making = Later(0, self._make_some, self)
        self._scroll.verticalScrollBar().valueChanged.connect(self._make_some)
        self._goal = ""  # the name of the row to go to once it is made
        self._follower: QWidget | None = None
        self._room: QWidget | None = None
        self._measure_in(parent)
        self.hide()

    def show_names(
        self, names: Sequence[str], values: Mapping[str, Json], numbers: Collection[str] = frozenset()
    ) -> None:
        """Show a row for each name, in this order, with its value if `values` has one. Those in `numbers` are asked for
        as numbers at first.

        Rows of names that stay are kept, with what is being typed in them unless their value is another one.
        """
        self._numbers = numbers
        is_other = list(names) != self._names
        if is_other:
            self._names = list(names)
            self._values = {name: values.get(name, MISSING) for name in names}
            self._arrange()
        for name in self._names:
            value = values.get(name, MISSING)
            if is_other or value is not self._values[name]:
                self._values[name] = value
                if name in self._rows:
                    self._show_value(self._rows[name])
        self._say_state()

    def show_store(self, name: str, defaults: Mapping[str, Json]) -> None:
        """Name the store in the menus, and say which values are its defaults."""
        if name != self._store or not _alike(defaults, self._defaults):
            self._store, self._defaults = name, dict(defaults)
            self._say_notes()

    def show_built_ins(self, names: Sequence[str]) -> None:
        """Say which built-in variables the event uses, such as ``$now``."""
        if list(names) != self._built_in_names:
            self._built_in_names = list(names)
            self._built_ins.setText(f"Made when it is sent: {', '.join(names)}" if names else "")
            self._say_state()

    def tab_before(self, follower: QWidget) -> None:
        """Have Tab come to the rows right before it comes to `follower`, whenever they are made."""
        self._follower = follower
        self._put_in_order()

    @property
    def first(self) -> QWidget | None:
        """Where the first value is given; None while nothing is asked for."""
        return self._rows[self._names[0]].field if self._rows else None

    def focus_first_empty(self) -> None:
        """Go to the first line that has no value, or to the first one."""
        empty = [name for name in self._names if self._values[name] is MISSING]
        if self._names:
            self._focus((empty or self._names)[0])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._room:
            self._fit()
            self._make_some()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ParentChange:
            self._measure_in(self.parentWidget())
        elif event.type() == QEvent.Type.Polish:
            self._fit()
        return super().event(event)

    def _measure_in(self, room: QWidget | None) -> None:
        """Share the height of `room`."""
        if self._room is not None:
            self._room.removeEventFilter(self)
        self._room = room
        if room is not None:
            room.installEventFilter(self)

    def _arrange(self) -> None:
        """Keep the rows of names that stay, if no gap is above them, and make those that show."""
        gap = next((at for at, name in enumerate(self._names) if at >= self._reach() and name not in self._rows), None)
        kept = set(self._names[:gap])
        for name in [name for name in self._rows if name not in kept]:
            row = self._rows.pop(name)
            row.hide()
            self._column.removeWidget(row)
            row.deleteLater()
        self._put_in_order()
        self._fit()
        self._make_some()

    def _reach(self) -> int:
        """How many rows, from the first, there have to be."""
        bottom = self._scroll.verticalScrollBar().value() + self._scroll.height()
        seen = bottom // self._pitch() + _AHEAD if self._rows else MOST_ROWS
        goal = self._names.index(self._goal) + 1 if self._goal in self._values else 0
        return min(max(seen, goal), len(self._names))

    def _make_some(self) -> None:
        """Make some of the rows that are missing, the others when there is time."""
        missing = [name for name in self._names[: self._reach()] if name not in self._rows]
        for name in missing[:_SLICE]:
            self._rows[name] = self._row(name)
            self._show_value(self._rows[name])
        if missing:
            self._put_in_order()
            self._fit()
            for name in missing[:_SLICE]:
                self._rows[name].show()  # at once, so that it can have the focus
        if len(missing) > _SLICE:
            self._making.start()
        elif self._goal in self._rows:
            self._focus(self._goal)

    def _row(self, name: str) -> VariableRow:
        row = VariableRow(name, self._inner)
        if name in self._numbers:
            row.choose_kind(ValueKind.NUMBER)
        row.given.connect(partial(self._given, name))
        row.typed.connect(lambda: self._typing(row))
        row.left.connect(self._say_notes)
        row.line.returnPressed.connect(partial(self._go_on, name))
        row.kinds_wanted.connect(lambda: choose_kind(row, partial(self._choose_kind, row)))
        row.menu_wanted.connect(lambda: self._offer_more(row))
        return row

    def _show_value(self, row: VariableRow) -> None:
        row.show_value(self._values[row.name])
        self._say_note(row)

    def _put_in_order(self) -> None:
        """The rows stand as the names do, and Tab goes down them, whenever they were made."""
        before: QWidget = self._scroll if self._follower is None else self._stop_before(self._follower)
        for at, row in enumerate(self._rows[name] for name in self._names if name in self._rows):
            if self._column.indexOf(row) != at:
                self._column.insertWidget(at, row)
            for each in row.stops():
                self.setTabOrder(before, each)
                before = each

    @staticmethod
    def _stop_before(follower: QWidget) -> QWidget:
        each = follower.previousInFocusChain()
        while each is not None and each is not follower and not each.focusPolicy() & Qt.FocusPolicy.TabFocus:
            each = each.previousInFocusChain()
        return follower if each is None else each

    def _pitch(self) -> int:
        """Pixels from one row to the next."""
        return next(iter(self._rows.values())).sizeHint().height() + SPACING

    def _fit(self) -> None:
        """As high as the rows, but no higher than there is room for."""
        self._scroll.setVisible(bool(self._names))
        if not self._rows:
            return
        pitch = self._pitch()
        self._inner.setMinimumHeight(pitch * len(self._names) - SPACING)
        height = pitch * min(len(self._names), MOST_ROWS) - SPACING
        if self._room is not None:
            margins = self.body.contentsMargins()
            around = margins.top() + margins.bottom() + self.head.sizeHint().height() + self.body.spacing()
            border = self.height() - self.contentsRect().height()
            height = min(height, int(self._room.height() * SHARE) - around - border)
        self._scroll.setFixedHeight(max(height, pitch - SPACING))

    def _typing(self, row: VariableRow) -> None:
        """What is wrong waits for a pause, what is right does not."""
        self._calm.start()
        if not row.problem:
            self._say_note(row)

    def _given(self, name: str, value: Json) -> None:
        self._values[name] = value
        self._say_state()
        row = self._rows[name]
        if not row.problem or not self._calm.isActive():
            self._say_note(row)
        self.filled.emit(name, value)

    def _go_on(self, name: str) -> None:
        """To the next line that has no value."""
        later = self._names[self._names.index(name) + 1 :]
        empty = next((each for each in later if self._values[each] is MISSING), None)
        if empty is not None:
            self._focus(empty)

    def _focus(self, name: str) -> None:
        """Go to a line, perhaps after its row is made."""
        self._goal = "" if name in self._rows else name
        if self._goal:
            self._make_some()
            return
        row = self._rows[name]
        row.field.setFocus(Qt.FocusReason.OtherFocusReason)
        row.line.selectAll()
        self._column.activate()
        self._scroll.ensureWidgetVisible(row, 0, SPACING)

    def _say_state(self) -> None:
        empty = sum(self._values[name] is MISSING for name in self._names)
        self._to_fill_in.setText(f"{empty:,} to fill in")
        self._to_fill_in.setVisible(empty > 0)
        self.remark("filled in" if self._names and not empty else "")
        self.setVisible(bool(self._names or self._built_in_names))

    def _say_notes(self) -> None:
        self._calm.stop()
        for row in self._rows.values():
            self._say_note(row)

    def _say_note(self, row: VariableRow) -> None:
        is_default = row.value is not MISSING and same(row.value, self._defaults.get(row.name, MISSING))
        row.say(row.problem or row.remark or (f"default for {self._store}" if is_default else ""), bool(row.problem))

    def _choose_kind(self, row: VariableRow, kind: ValueKind) -> None:
        row.choose_kind(kind)
        self._put_in_order()
        self._say_note(row)
        row.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_more(self, row: VariableRow) -> None:
        name = row.name
        keep, forget = partial(self.default_wanted.emit, name), partial(self.default_dropped.emit, name)
        offer_more(row, self._store, self._defaults.get(name, MISSING), keep, forget)


def _alike(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    """Whether they hold the very same values."""
    return one.keys() == other.keys() and all(value is other[name] for name, value in one.items())
