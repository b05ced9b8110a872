"""The right side: one template with all that is known of it, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QSizePolicy, QVBoxLayout, QWidget

from composer.storage.templates import Template
from composer.ui.templates.chips import Chips
from composer.ui.templates.defaults import HEADERS
from composer.ui.templates.reading import Ask, Reading
from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.paged_model import Cell, PagedModel
from composer.ui.widgets.pieces import GRID, Card, Elided, button
from composer.ui.widgets.table import ROW_HEIGHT, Table

_MOST_FINDINGS_SEEN, _MOST_ASKS_SEEN = 3, 4
_MOST_LINES = 2  # of the description
_HEADER = 28


class Preview(QWidget):
    """Shows one `Reading`.

    Signals: `rename_wanted()`, `remove_wanted()`, `fix_wanted(Template, Fix)`; and with the Template shown
    `use_wanted`, `bulk_wanted`, `edit_wanted`, `duplicate_wanted`, `favourite_flipped`.
    """

    use_wanted = Signal(object)
    bulk_wanted = Signal(object)
    edit_wanted = Signal(object)
    duplicate_wanted = Signal(object)
    rename_wanted = Signal()
    remove_wanted = Signal()
    favourite_flipped = Signal(object)
    fix_wanted = Signal(object, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._reading: Reading | None = None
        self.name = Elided("", "title")
        self.star = button("Favourite", lambda: self.favourite_flipped.emit(self.template))
        self.star.setCheckable(True)
        self.edit = button("Edit details…", lambda: self.edit_wanted.emit(self.template))
        self.place = Elided("", "small")
        self.description = Wrapped("", "muted", most_lines=_MOST_LINES)
        self.tags = Chips(theme, "Tags")
        self.asks_model = PagedModel(HEADERS, lambda ask: ask.name, _cell)
        self.asks_model.setParent(self)
        self.asks = Table(theme, "What it asks for, with defaults", self.asks_model, {})
        self.event_text = JsonEditor(theme, read_only=True)
        self.event_text.setAccessibleName("The event of the template")
        self.findings = Card("Checks")
        self.findings_list = QListWidget()
        self.findings_list.setAccessibleName("Checks of the template")
        self.findings_list.setSpacing(1)
        self.findings_list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.findings_list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.findings_list.currentRowChanged.connect(self._show_place)
        self.findings.body.addWidget(self.findings_list)
        self.fix = button("", self._repair, "link")
        self.findings.head.addWidget(self.fix)
        self.duplicate = button("Duplicate", lambda: self.duplicate_wanted.emit(self.template))
        self.rename = button("Rename", self.rename_wanted.emit)
        self.remove = button("Delete", self.remove_wanted.emit)
        self.bulk = button("Use in bulk…", lambda: self.bulk_wanted.emit(self.template))
        self.use = button("Use", lambda: self.use_wanted.emit(self.template), "primary")
        self.rename.setToolTip("F2")
        self.remove.setToolTip("Delete")
        self.use.setToolTip("Enter")
        self._arrange()
        theme.changed.connect(self._color)

    @property
    def template(self) -> Template | None:
        """The template shown."""
        return self._reading.template if self._reading else None

    def show_favourite(self, is_favourite: bool) -> None:
        """Say whether it is among the favourites."""
        self.star.setChecked(is_favourite)
        self.star.setAccessibleName("Favourite: on" if is_favourite else "Favourite: off")
        self._color()

    def show_reading(self, reading: Reading) -> None:
        """Show one template."""
        old, self._reading = self.template, reading
        template = reading.template
        is_same = old is not None and (old.path, old.starter) == (template.path, template.starter)
        self.name.setText(template.name)
        where = "Starter" if template.starter else template.folder.replace("/", " › ") or "Your templates"
        self.place.setText(f"{where}  ·  {template.event_name or 'no event name'}")
        self.description.say(template.description)
        self.description.setVisible(bool(template.description))
        self.tags.show_words(template.tags)
        self._show_asks(reading.asks)
        self.event_text.show_marks([])
        self.event_text.show_text(reading.shown)
        self.event_text.show_marks(reading.marks())
        if not is_same:
            self.event_text.verticalScrollBar().setValue(0)
            self.event_text.horizontalScrollBar().setValue(0)
        self._show_findings(reading)
        for each in (self.edit, self.rename, self.remove):
            each.setVisible(not template.starter)
        self.duplicate.setText("Copy to your templates" if template.starter else "Duplicate")

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.name, 1)
        head.addWidget(self.star)
        head.addWidget(self.edit)
        about = Card()
        for part in (self.place, self.description, self.tags):
            about.body.addWidget(part)
        self._asks_card = Card()
        self._asks_card.body.setContentsMargins(1, 1, 1, 1)
        self._asks_card.body.addWidget(self.asks)
        for card in (self._asks_card, self.findings):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        for each in (self.duplicate, self.rename, self.remove):
            foot.addWidget(each)
        foot.addStretch(1)
        foot.addWidget(self.bulk)
        foot.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(about)
        column.addWidget(self._asks_card)
        column.addWidget(self.event_text, 1)
        column.addWidget(self.findings)
        column.addLayout(foot)
        self.event_text.setMinimumHeight(64)

    def _show_asks(self, asks: list[Ask]) -> None:
        self.asks_model.show_newest(asks, True)
        self.asks.setMinimumHeight(_HEADER + ROW_HEIGHT)
        self.asks.setMaximumHeight(_HEADER + min(len(asks), _MOST_ASKS_SEEN) * ROW_HEIGHT)
        self._asks_card.setVisible(bool(asks))

    def _show_findings(self, reading: Reading) -> None:
        self.findings.setVisible(bool(reading.found))
        self.fix.setVisible(reading.fix is not None and not reading.template.starter)
        self.fix.setText(reading.fix.label if reading.fix is not None else "")
        self.findings_list.blockSignals(True)
        self.findings_list.clear()
        for found in reading.found:
            icon = self._theme.icon(*(("error", "bad") if found.is_error else ("warning", "caution")))
            item = QListWidgetItem(icon, found.sentence)
            item.setToolTip(found.sentence)
            word = "Error" if found.is_error else "Warning"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{word}: {found.sentence}")
            self.findings_list.addItem(item)
        self.findings_list.blockSignals(False)
        seen = min(len(reading.found), _MOST_FINDINGS_SEEN)
        self.findings_list.setFixedHeight(seen * max(self.findings_list.sizeHintForRow(0), 1) + 4 + 2 * seen)

    def _repair(self) -> None:
        if self._reading is not None and self._reading.fix is not None:
            self.fix_wanted.emit(self._reading.template, self._reading.fix)

    def _show_place(self, row: int) -> None:
        if self._reading is not None and 0 <= row < len(self._reading.found):
            span = self._reading.found[row].span
            if span is not None:
                self.event_text.select(*span)

    def _color(self) -> None:
        """The icons that are lines of the theme's colours."""
        is_on = self.star.isChecked()
        self.star.setIcon(self._theme.icon("star-full" if is_on else "star", "caution" if is_on else "muted"))
        if self._reading is not None:
            self._show_findings(self._reading)


def _cell(ask: Ask, column: int) -> Cell:
    if column == 0:
        return Cell(ask.name)
    return Cell(ask.default or "no default", ink="" if ask.default else "muted")
