"""The form: cards of fields over the draft. It holds no values: it shows the payload and edits paths in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from composer.event import fields, jsontext
from composer.event.fields import Field, Kind
from composer.event.findings import Finding, Severity
from composer.event.limits import MAX_DATA_PROPERTIES, MAX_UNIQUE_ID_CHARACTERS
from composer.event.payload import MISSING, Json, Set
from composer.ui.compose.composition import Composition, shown
from composer.ui.compose.extra import ExtraEditor
from composer.ui.compose.properties import PropertyTable
from composer.ui.compose.property_model import PropertySource
from composer.ui.compose.whom_line import WhomLine
from composer.ui.jobs import Later
from composer.ui.theme import Theme
from composer.ui.widgets.choosers import ChooserEntry
from composer.ui.widgets.date_time_entry import DateTimeEntry
from composer.ui.widgets.field import Entry, FieldBox, FieldRow
from composer.ui.widgets.pieces import Card, Section, Strip, chip

CALM = 400  # milliseconds without a key before a field being typed in may turn red
LONGEST_ENTRY = 20_000  # characters; a longer text is shown shortened and not edited here

_NEAREST = {"/customer": "/customer/email", "/customer/location": "/customer/location/street1"}
_PROPERTY_SOURCES = {
    "customFields": PropertySource("/customer/customFields"),
    "data": PropertySource("/data", hidden=("$extra",)),
    "other": PropertySource("", hidden=fields.TOP_LEVEL_NAMES),
}


class Form(QScrollArea):
    """Event, customer, location, custom fields, data, `$extra`, other fields."""

    def __init__(self, theme: Theme, composition: Composition, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._composition = composition
        self._bound: dict[str, BoundField] = {}
        self._tables: dict[str, PropertyTable] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = self._inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(10)
        self._calm = Later(CALM, self._show_hints, self)
        self.identity, self.whom = Strip(), WhomLine()
        self.identity.column.addWidget(self.whom)
        self._not_stored = chip("", "caution")
        self._build()
        self.setWidget(inner)
        composition.changed.connect(self.show_payload)
        composition.begun.connect(self.unfold)
        composition.judged.connect(self._show_hints)
        composition.focus_wanted.connect(self.focus_on)
        self.show_payload()

    def show_payload(self) -> None:
        """Bring every field up to the payload."""
        for bound in self._bound.values():
            bound.show_value()
        for table in self._tables.values():
            table.show_payload()
        if self._extra is not None:
            self._extra.show_payload()
        self._notes()
        self._show_hints()

    def unfold(self) -> None:
        """For a whole new event: show the sections that hold something, fold the others away."""
        payload = self._composition.payload
        others = isinstance(payload, dict) and any(key not in fields.TOP_LEVEL_NAMES for key in payload)
        for section, pointer in self._sections:
            section.open(others if pointer == "" else self._composition.get(pointer) is not MISSING)
        self.show_payload()
        self.verticalScrollBar().setValue(0)

    def finish_cell(self) -> None:
        """Take over what is being typed in a cell, such as the name of a new property."""
        for table in self._tables.values():
            table.finish_cell()

    def focus_on(self, pointer: str) -> bool:
        """Focus the field at `pointer`; False when the form has none for it."""
        pointer = _NEAREST.get(pointer, pointer)
        if pointer.startswith("/customer/location"):
            self._location.open()
        if pointer in self._bound:
            entry = self._bound[pointer].box.entry
            entry.setFocus(Qt.FocusReason.OtherFocusReason)
            entry.selectAll()
            self.ensureWidgetVisible(entry, 0, 60)
            return True
        if pointer.startswith("/data/$extra"):
            self._extra_section.open()
            if self._extra is not None:
                self._extra.setFocus(Qt.FocusReason.OtherFocusReason)
                self.ensureWidgetVisible(self._extra, 0, 40)
            return True
        for name, section in (("customFields", self._custom), ("data", None), ("other", self._other)):
            if _PROPERTY_SOURCES[name].holds(pointer):
                if section is not None:
                    section.open()
                self._tables[name].focus_on(pointer)
                self.ensureWidgetVisible(self._tables[name], 0, 0)
                rectangle = self._tables[name].current_rectangle()
                at = self._tables[name].mapTo(self._inner, rectangle.center())
                self.ensureVisible(at.x(), at.y(), 0, 60)
                return True
        return False

    def first_entry(self) -> Entry:
        """Where the focus begins: the event's name."""
        return self._bound["/eventName"].box.entry

    def _build(self) -> None:
        event = Card("Event")
        event.body.addSpacing(4)
        event.body.addWidget(self._row((fields.EVENT_NAME, 5), (fields.UNIQUE_ID, 4)))
        event.body.addWidget(self._row((fields.EVENT_TIMESTAMP, 5), (fields.VALUE, 2), (fields.VALUE_CURRENCY, 2)))
        event.body.setSpacing(2)
        customer = Card("Customer", "at least one of ID, email, phone")
        customer.body.addSpacing(4)
        customer.body.addWidget(self._row((fields.EMAIL, 4), (fields.PHONE, 3), (fields.CUSTOMER_ID, 4)))
        customer.body.addWidget(self._row((fields.FIRST_NAME, 1), (fields.LAST_NAME, 1)))
        customer.body.addWidget(self.identity)
        customer.body.setSpacing(2)
        self._location = Section("Location", "", self._build_location)
        self._custom = Section("Custom fields", "", lambda: self._table("customFields"))
        data = Card("Data", "")
        data.head.addWidget(self._not_stored)
        data.body.addWidget(self._table("data"))
        self._data = data
        self._extra: ExtraEditor | None = None
        self._extra_section = Section("$extra", "kept as it is, not for segments", self._build_extra)
        self._other = Section("Other fields", "", lambda: self._table("other"))
        self._sections = (
            (self._location, "/customer/location"),
            (self._custom, "/customer/customFields"),
            (self._extra_section, "/data/$extra"),
            (self._other, ""),
        )
        for card in (event, customer, self._location, self._custom, data, self._extra_section, self._other):
            self._column.addWidget(card)
        for section, _ in self._sections:
            section.opened.connect(self._show_hints)
        self._column.addStretch(1)

    def _build_location(self) -> QWidget:
        street1, street2, city, state, code, postal, country, country_code, zone, latitude, longitude = (
            fields.LOCATION_FIELDS
        )
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._row((street1, 3), (street2, 2)))
        column.addWidget(self._row((city, 3), (postal, 2), (state, 3), (code, 2)))
        column.addWidget(self._row((country, 3), (country_code, 2), (zone, 4)))
        column.addWidget(self._row((latitude, 1), (longitude, 1)))
        return inner

    def _build_extra(self) -> QWidget:
        self._extra = ExtraEditor(self._theme, self._composition)
        return self._extra

    def _table(self, name: str) -> PropertyTable:
        table = self._tables[name] = PropertyTable(self._theme, self._composition, _PROPERTY_SOURCES[name], _zones)
        table.setAccessibleName({"customFields": "Custom fields", "data": "Data", "other": "Other fields"}[name])
        table.show_payload()
        return table

    def _row(self, *wanted: tuple[Field, int]) -> FieldRow:
        bound = [
            (BoundField(self._theme, self._composition, field, self._calm.start), stretch) for field, stretch in wanted
        ]
        row = FieldRow([(each.box, stretch) for each, stretch in bound])
        for each, _ in bound:
            each.row = row
            each.box.entry.left.connect(self._show_hints)
            self._bound[each.field.path] = each
            each.show_value()
        return row

    def _notes(self) -> None:
        payload = self._composition.payload
        location = self._composition.get("/customer/location")
        count = len(location) if isinstance(location, dict) else 0
        self._location.remark(f"{count} of {len(fields.LOCATION_FIELDS)} set" if count else "empty")
        custom = self._composition.get("/customer/customFields")
        self._custom.remark(f"{len(custom)} set" if isinstance(custom, dict) and custom else "empty")
        data = self._composition.get("/data")
        count = len(data) if isinstance(data, dict) else 0
        self._data.remark(f"{count:,} of {MAX_DATA_PROPERTIES} properties")
        others = [key for key in payload if key not in fields.TOP_LEVEL_NAMES] if isinstance(payload, dict) else []
        self._other.remark(f"{len(others):,} set" if others else "fields the contract does not name")
        unique = self._composition.get("/uniqueId")
        count = len(unique) if isinstance(unique, str) else 0
        self._bound["/uniqueId"].box.counter.setText(f"{count}/{MAX_UNIQUE_ID_CHARACTERS}" if count else "")

    def _show_hints(self) -> None:
        """Say under each field what is wrong with it; under the one being typed in only after a pause."""
        worst: dict[str, Finding] = {}
        for finding in self._composition.listed:  # errors come first
            worst.setdefault(finding.path, finding)
        for path, bound in self._bound.items():
            here = worst.get(path)
            is_typing = bound.box.entry.hasFocus() and self._calm.isActive()
            if here is None or not is_typing:
                bound.show_finding(here)
        for table in self._tables.values():
            table.show_findings(worst)
        count = self._composition.not_stored
        self._not_stored.setText(f"{count:,} will not be stored")
        self._not_stored.setVisible(count > 0)
        self._show_identity()

    def _show_identity(self) -> None:
        from composer.event.identity import resolve

        identity = resolve(self._composition.event)
        tone = "good" if identity.path else "caution"
        self.identity.say(tone, identity.headline, identity.value, f"· {identity.note}" if identity.note else "")


class BoundField:
    """One field of the form, tied to its place in the payload."""

    row: FieldRow

    def __init__(self, theme: Theme, composition: Composition, field: Field, typing: Callable[[], None]) -> None:
        """`typing` is called at each key, before the payload changes: what is wrong then waits for a pause."""
        self.field = field
        self._composition = composition
        self._finding: Finding | None = None
        entry = _entry(theme, field.kind)
        entry.setMaxLength(2_000_000)
        entry.setToolTip(f"{field.help}\nFor example: {field.example}")
        entry.textEdited.connect(lambda _text: typing())
        entry.textEdited.connect(self._typed)
        if isinstance(entry, ChooserEntry):
            entry.chosen.connect(self._chosen)
        if isinstance(entry, DateTimeEntry):
            entry.picked.connect(self._typed)
        title = field.title + (" *" if field.path == "/eventName" else "")
        self.box = FieldBox(title, entry)
        entry.setAccessibleName(field.title)
        entry.setObjectName(field.path)

    def show_value(self) -> None:
        """Show what the payload has at this path."""
        entry = self.box.entry
        text = shown(self._composition.get(self.field.path))
        if len(text) > LONGEST_ENTRY:
            text = f"{text[:200]}… ({len(text):,} characters, too long to edit here)"
            entry.setReadOnly(True)
        elif entry.isReadOnly():
            entry.setReadOnly(False)
        if entry.text() != text:
            entry.setText(text)
            if not entry.hasFocus():
                entry.setCursorPosition(0)

    def show_finding(self, finding: Finding | None) -> None:
        """Say this finding under the field, or nothing."""
        if finding == self._finding:
            return
        self._finding = finding
        if finding is None:
            self.row.hint(self.box, "", False)
            return
        fix = finding.fixes[0] if finding.fixes else None
        message = finding.message.removeprefix(self.field.title.partition(" (")[0]).lstrip()
        self.row.hint(
            self.box,
            message[:1].upper() + message[1:],  # the label above says what it is about
            finding.severity is Severity.ERROR,
            fix.label if fix else "",
            (lambda: self._composition.fix(fix)) if fix else None,
        )

    def _typed(self, text: str) -> None:
        self._composition.set(self.field.path, self._value(text))

    def _value(self, text: str) -> Json:
        """The JSON value of a typed text. A number half typed is a text for now: it must be able to exist."""
        if not text:
            return MISSING
        if self.field.kind is Kind.NUMBER:
            number = jsontext.number(text.strip())
            return text if number is None else number
        return text

    def _chosen(self, code: str, name: str) -> None:
        edits = [Set(self.field.path, code)]
        country = "/customer/location/country"
        if self.field.kind is Kind.COUNTRY and self._composition.get(country) in (MISSING, ""):
            edits.append(Set(country, name))
        self._composition.edit(edits)


def _countries() -> Sequence[tuple[str, str]]:
    from composer.event.reference import countries

    return countries()


def _currencies() -> Sequence[tuple[str, str]]:
    from composer.event.reference import currencies

    return currencies()


def _zones() -> Sequence[tuple[str, str]]:
    from composer.event.reference import time_zones

    return [(zone, "") for zone in time_zones()]


_CHOOSERS = {Kind.COUNTRY: _countries, Kind.CURRENCY: _currencies, Kind.TIME_ZONE: _zones}


def _entry(theme: Theme, kind: Kind) -> Entry:
    if kind in _CHOOSERS:
        return ChooserEntry(theme, _CHOOSERS[kind])
    if kind is Kind.DATE_TIME:
        return DateTimeEntry(theme, _zones)
    return Entry()
