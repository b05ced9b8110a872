"""The Checks list says all there is to say; a click or Enter goes to the place, a button or F repairs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from composer.event.findings import Finding, Fix, Severity
from composer.event.payload import Remove
from composer.ui.compose.checks_panel import FindingsModel, counted, dotted
from composer.ui.compose.composition import Composition
from composer.ui.compose.place import ComposePlace
from composer.ui.compose.properties import PropertyTable
from composer.ui.widgets.pieces import Section
from tests.support.hands import entry, focused, press, read

BASE = {"eventName": "A", "customer": {"email": "a@shop.test"}}


def load(compose: ComposePlace, event: Any) -> None:
    compose.json.take(json.dumps(event))


def row_of(compose: ComposePlace, pointer: str) -> Any:
    model = compose.checks.list.model()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return next(each for each in rows if each.data(Qt.ItemDataRole.ToolTipRole).split("\n")[1].startswith(pointer))


def click(qtbot: QtBot, compose: ComposePlace, pointer: str, *, on_fix: bool = False) -> None:
    view = compose.checks.list
    index = row_of(compose, pointer)
    view.scrollTo(index)
    where = view.visualRect(index)
    spot = QPoint(where.right() - 12, where.center().y()) if on_fix else where.center() - QPoint(60, 0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def is_in(widget: QWidget, holder: QWidget) -> bool:
    return widget is holder or holder.isAncestorOf(widget)


@pytest.mark.parametrize("path", ["/eventTimestamp", "/customer/email", "/customer/location/countryCode"])
@pytest.mark.parametrize("way", ["click", "Enter"])
def test_a_finding_leads_to_its_field(compose: ComposePlace, qtbot: QtBot, path: str, way: str) -> None:
    event: Any = {"eventName": "A", "customer": {"email": "ann", "location": {"countryCode": "ZZZ"}}}
    load(compose, {**event, "eventTimestamp": "yesterday"})
    for section in compose.findChildren(Section):
        section.open(False)
    if way == "click":
        click(qtbot, compose, path)
    else:
        compose.checks.list.setFocus()
        compose.checks.list.setCurrentIndex(row_of(compose, path))
        press(qtbot, Qt.Key.Key_Return)
    field = entry(compose, path)
    assert focused() is field
    assert field.isVisible()
    assert field.selectedText() == field.text()
    inside = field.mapTo(compose.form.viewport(), field.rect().center())
    assert compose.form.viewport().rect().contains(inside)


@pytest.mark.parametrize(
    ("event", "path", "table"),
    [
        ({**BASE, "data": {"fine": "x", "zero": 0}}, "/data/zero", "Data"),
        ({**BASE, "data": {"a/b~c": 0}}, "/data/a~1b~0c", "Data"),
        (
            {"eventName": "A", "customer": {"email": "a@shop.test", "customFields": {"n": None}}},
            "/customer/customFields/n",
            "Custom fields",
        ),
        ({**BASE, "valeu": 1}, "/valeu", "Other fields"),
    ],
)
def test_a_finding_in_a_table_leads_to_its_cell(
    compose: ComposePlace, qtbot: QtBot, event: Any, path: str, table: str
) -> None:
    load(compose, event)
    for section in compose.findChildren(Section):
        section.open(False)
    click(qtbot, compose, path)
    holder = next(each for each in compose.findChildren(PropertyTable) if each.accessibleName() == table)
    assert is_in(focused(), holder)
    assert holder.isVisible()
    assert holder.currentIndex().row() == holder.model().row_of(path)  # type: ignore[attr-defined]


def test_a_finding_in_extra_leads_to_its_editor(compose: ComposePlace, qtbot: QtBot) -> None:
    load(compose, {**BASE, "data": {"$extra": [1]}})
    for section in compose.findChildren(Section):
        section.open(False)
    click(qtbot, compose, "/data/$extra")
    assert focused().accessibleName() == "$extra as JSON"
    assert focused().isVisible()


@pytest.mark.parametrize(
    ("event", "path", "field"),
    [
        ({"eventName": "A", "customer": {}}, "/customer", "/customer/email"),
        ({"customer": {"email": "a@shop.test"}}, "/eventName", "/eventName"),
        ({"eventName": "A"}, "/customer", "/customer/email"),
    ],
)
def test_what_is_missing_leads_to_where_it_is_given(
    compose: ComposePlace, qtbot: QtBot, event: Any, path: str, field: str
) -> None:
    load(compose, event)
    click(qtbot, compose, path)
    assert focused() is entry(compose, field)


@pytest.mark.parametrize(
    ("event", "path"),
    [([], "the whole event"), ({**BASE, "data": 5}, "/data"), ({**BASE, "customer": {"x": 1}}, "/customer/x")],
)
def test_what_has_no_field_is_shown_in_the_json(compose: ComposePlace, qtbot: QtBot, event: Any, path: str) -> None:
    load(compose, event)
    click(qtbot, compose, path)
    assert focused() is compose.json.editor


def test_the_json_shows_what_is_focused_in_the_form(compose: ComposePlace, qtbot: QtBot) -> None:
    load(compose, {"eventName": "A", "customer": {"email": "ann"}})
    click(qtbot, compose, "/customer/email")
    assert compose.json.editor.textCursor().selectedText() == '"ann"'
    assert focused() is entry(compose, "/customer/email")


@pytest.mark.parametrize("way", ["button", "F"])
def test_fix_repairs_at_once_and_undo_takes_it_back(
    compose: ComposePlace, composition: Composition, qtbot: QtBot, way: str
) -> None:
    load(compose, {**BASE, "data": {"n": "25"}})
    if way == "button":
        click(qtbot, compose, "/data/n", on_fix=True)
    else:
        compose.checks.list.setFocus()
        compose.checks.list.setCurrentIndex(row_of(compose, "/data/n"))
        press(qtbot, Qt.Key.Key_F)
    assert composition.get("/data") == {"n": 25}
    assert not compose.checks.list.isVisible()
    composition.undo()
    assert composition.get("/data") == {"n": "25"}
    assert compose.checks.list.isVisible()


@pytest.mark.parametrize("way", ["button", "F"])
def test_where_there_are_alternatives_fix_asks_which(
    compose: ComposePlace, composition: Composition, qtbot: QtBot, way: str
) -> None:
    load(compose, {**BASE, "data": {"When": "04/02/2026"}})
    before = composition.payload
    if way == "button":
        click(qtbot, compose, "/data/When", on_fix=True)
    else:
        compose.checks.list.setFocus()
        compose.checks.list.setCurrentIndex(row_of(compose, "/data/When"))
        press(qtbot, Qt.Key.Key_F)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert len(menu.actions()) >= 2
    assert composition.payload is before
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    wanted = menu.activeAction().text()
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert composition.get("/data/When").startswith("2026-")
    assert composition.get("/data/When")[:10] in wanted


def test_counts_are_in_words_and_errors_come_first(compose: ComposePlace, composition: Composition) -> None:
    load(compose, {"eventName": "A", "data": {"z": 0, "n": "25"}, "customer": {"email": "ann"}})
    assert "1 error" in read(compose.checks)
    assert "2 warnings" in read(compose.checks)
    model = compose.checks.list.model()
    assert "email" in model.index(0, 0).data()
    load(compose, BASE)
    assert "1 error" not in read(compose.checks)
    assert "The event can be sent as it is." in read(compose.checks)


def test_the_panel_keeps_its_height_whatever_there_is_to_say(compose: ComposePlace, qtbot: QtBot) -> None:
    heights = set()
    for data in ({}, {"z": 0}, {f"z{at}": 0 for at in range(50)}):
        load(compose, {**BASE, "data": data})
        QApplication.processEvents()
        heights.add(compose.checks.height())
    assert len(heights) == 1


def test_the_keys_of_the_window_pass_through_the_list(compose: ComposePlace, composition: Composition) -> None:
    load(compose, {**BASE, "data": {"n": "25"}})
    seen = []
    compose.checks.list.went.connect(seen.append)
    compose.checks.list.setCurrentIndex(row_of(compose, "/data/n"))
    QTest.keyClick(compose.checks.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(compose.checks.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert seen == []
    assert composition.get("/data") == {"n": "25"}


def test_a_row_speaks_to_a_screen_reader_with_its_fix() -> None:
    model = FindingsModel()
    model.show_findings(
        [Finding(Severity.ERROR, "bad-email", "/customer/email", "Not an address.", (Fix("Remove", (Remove("/a"),)),))]
    )
    spoken = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "error: customer.email. Not an address. F: Remove."


@pytest.mark.parametrize(("number", "words"), [(0, "0 errors"), (1, "1 error"), (1234, "1,234 errors")])
def test_numbers_are_counted_in_words(number: int, words: str) -> None:
    assert counted(number, "error") == words


def test_paths_are_written_as_people_write_them() -> None:
    assert dotted("/customer/location/city") == "customer.location.city"
    assert dotted("/data/a~1b") == "data.a/b"
