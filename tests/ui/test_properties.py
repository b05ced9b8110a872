"""The property table is a form: what is typed is in the payload at once, by mouse or keyboard, and Tab is no trap."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox, QLineEdit, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from composer.event.payload import Set
from composer.ui.compose.composition import Composition
from composer.ui.compose.place import ComposePlace
from composer.ui.compose.properties import PropertyTable
from composer.ui.compose.property_model import KEY, KIND, REMARK, REMOVE, VALUE
from tests.support.hands import cell, click_cell, entry, focused, press, type_in_focus

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def table(compose: ComposePlace) -> PropertyTable:
    """The table of `data`."""
    return next(each for each in compose.findChildren(PropertyTable) if each.accessibleName() == "Data")


def load(compose: ComposePlace, table: PropertyTable, data: str) -> None:
    compose.json.take(f'{{"eventName": "A", "customer": {{"email": "a@shop.test"}}, "data": {data}}}')
    compose.form.ensureWidgetVisible(table)


def data(composition: Composition) -> Any:
    return composition.get("/data")


def in_table(table: PropertyTable) -> bool:
    return table is focused() or table.isAncestorOf(focused())


def words(widget: QWidget) -> str:
    return widget.currentText() if isinstance(widget, QComboBox) else widget.text()  # type: ignore[attr-defined]


def test_a_property_is_added_typed_and_in_the_json_at_each_key(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, "{}")
    click_cell(qtbot, table, 0, KEY)
    type_in_focus(qtbot, "Order Id")
    press(qtbot, Qt.Key.Key_Tab)
    assert data(composition) == {"Order Id": ""}
    press(qtbot, Qt.Key.Key_Tab)  # over the type
    seen = []
    for key in "ord":
        type_in_focus(qtbot, key)
        seen.append(json.loads(compose.json.editor.text())["data"]["Order Id"])
    assert seen == ["o", "or", "ord"]


def test_the_table_grows_with_its_rows_and_scrolls_with_the_form(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, "{}")
    before = table.height()
    load(compose, table, json.dumps({f"p{at}": at for at in range(1, 1001)}))
    assert table.model().rowCount() == 1001
    assert table.height() - before == 1000 * table.rowHeight(0)
    qtbot.waitUntil(lambda: compose.form.verticalScrollBar().maximum() > 20_000)
    compose.form.focus_on("/data/p1000")
    assert words(focused()) == "1000"
    assert compose.form.viewport().rect().contains(focused().mapTo(compose.form.viewport(), QPoint(5, 5)))
    qtbot.waitUntil(lambda: not composition._is_judging, timeout=20_000)


def test_typing_in_the_last_of_1000_rows_is_in_the_json(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, json.dumps({f"p{at}": at for at in range(1, 1001)}))
    compose.form.focus_on("/data/p1000")
    press(qtbot, Qt.Key.Key_End)
    type_in_focus(qtbot, ".5")
    assert data(composition)["p1000"] == 1000.5
    qtbot.waitUntil(lambda: not composition._is_judging, timeout=20_000)


def test_a_rename_keeps_the_place(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": 1, "b": 2}')
    click_cell(qtbot, table, 0, KEY)
    type_in_focus(qtbot, "first")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "first" in data(composition))
    assert list(data(composition).items()) == [("first", 1), ("b", 2)]


def test_a_name_that_is_there_is_refused_in_words_and_nothing_is_lost(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": 1, "b": 2}')
    click_cell(qtbot, table, 0, KEY)
    type_in_focus(qtbot, "b")
    press(qtbot, Qt.Key.Key_Tab)
    assert QToolTip.text() == "“b” is there already."
    assert data(composition) == {"a": 1, "b": 2}
    assert cell(table, 0, KEY).data() == "a"
    QToolTip.hideText()


@pytest.mark.parametrize(
    ("kind", "value"), [("Text", "25"), ("Number", 25), ("True or false", True), ("Null", None), ("JSON", 25)]
)
def test_the_type_is_changed_with_the_keyboard(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot, kind: str, value: Any
) -> None:
    load(compose, table, '{"a": "25"}')
    click_cell(qtbot, table, 0, KIND)
    kinds = focused()
    assert isinstance(kinds, QComboBox)
    while kinds.currentText() != kind:
        before = kinds.currentIndex()
        qtbot.keyClick(kinds, Qt.Key.Key_Down)
        assert kinds.currentIndex() != before
    press(qtbot, Qt.Key.Key_Tab)
    assert (type(data(composition)["a"]), data(composition)["a"]) == (type(value), value)
    assert cell(table, 0, KIND).data() == kind


def test_a_boolean_is_chosen(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": true}')
    click_cell(qtbot, table, 0, VALUE)
    qtbot.keyClick(focused(), Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Tab)
    assert data(composition) == {"a": False}


def test_a_property_is_removed_with_the_mouse_and_comes_back_with_undo(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": 1, "b": 2, "c": 3}')
    click_cell(qtbot, table, 1, REMOVE)
    assert data(composition) == {"a": 1, "c": 3}
    composition.undo()
    assert list(data(composition)) == ["a", "b", "c"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Delete])
def test_a_property_is_removed_with_the_keyboard(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot, key: Qt.Key
) -> None:
    load(compose, table, '{"a": 1, "b": 2}')
    compose.form.focus_on("/data/a")
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, key)
    assert data(composition) == {"b": 2}


def test_removing_the_last_one_takes_the_empty_data_away(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": 1}')
    click_cell(qtbot, table, 0, REMOVE)
    assert composition.payload == {"eventName": "A", "customer": {"email": "a@shop.test"}}


def test_tab_goes_through_the_cells_and_out_at_the_end(
    compose: ComposePlace, table: PropertyTable, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": "x", "zero": 0, "none": null}')
    table.setFocus(Qt.FocusReason.TabFocusReason)
    visited = []
    for _ in range(30):
        if not in_table(table):
            break
        index = table.currentIndex()
        visited.append((index.row(), index.column()))
        press(qtbot, Qt.Key.Key_Tab)
    assert not in_table(table), "Tab never leaves the table"
    with_fix = [(row, column) for row in (1, 2) for column in (KEY, KIND, VALUE, REMARK, REMOVE)]
    assert visited == [(0, KEY), (0, KIND), (0, VALUE), (0, REMOVE), *with_fix, (3, KEY)]


def test_shift_tab_goes_back_through_the_cells_and_out_at_the_start(
    compose: ComposePlace, table: PropertyTable, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": "x", "none": null}')
    click_cell(qtbot, table, 2, KEY)
    visited = []
    for _ in range(30):
        if not in_table(table):
            break
        index = table.currentIndex()
        visited.append((index.row(), index.column()))
        press(qtbot, Qt.Key.Key_Backtab, SHIFT)
    assert not in_table(table), "Shift+Tab never leaves the table"
    assert visited[0] == (2, KEY)
    assert visited[-1] == (0, KEY)


def test_tab_comes_into_the_table_from_the_field_before_and_leaves_an_empty_one(
    compose: ComposePlace, table: PropertyTable, qtbot: QtBot
) -> None:
    load(compose, table, "{}")
    entry(compose, "/eventName").setFocus()
    order = []
    for _ in range(60):
        order.append(focused())
        press(qtbot, Qt.Key.Key_Tab)
        if focused() is compose.send_button:
            break
    assert focused() is compose.send_button, "the Send button is never reached"
    assert any(table is each or table.isAncestorOf(each) for each in order)


def test_escape_leaves_a_rename_as_it_was(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": 1}')
    click_cell(qtbot, table, 0, KEY)
    type_in_focus(qtbot, "zzz")
    press(qtbot, Qt.Key.Key_Escape)
    assert data(composition) == {"a": 1}


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_the_link_behind_a_value_repairs_it(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot, way: str
) -> None:
    load(compose, table, '{"a": "25"}')
    assert "25" in cell(table, 0, VALUE).data()
    if way == "mouse":
        click_cell(qtbot, table, 0, REMARK)
    else:
        compose.form.focus_on("/data/a")
        press(qtbot, Qt.Key.Key_Tab)
        press(qtbot, Qt.Key.Key_Return)
    assert data(composition) == {"a": 25}


def test_json_in_a_cell_may_be_broken_and_is_not_lost_by_looking_away(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": {"b": "two  blanks"}}')
    compose.form.focus_on("/data/a")
    press(qtbot, Qt.Key.Key_End)
    press(qtbot, Qt.Key.Key_Backspace)
    type_in_focus(qtbot, ', "c": ')
    assert data(composition) == {"a": {"b": "two  blanks"}}
    broken = words(focused())
    press(qtbot, Qt.Key.Key_Tab)
    assert cell(table, 0, VALUE).data() == broken
    assert "Column" in cell(table, 0, REMARK).data()
    compose.form.focus_on("/data/a")
    press(qtbot, Qt.Key.Key_End)
    type_in_focus(qtbot, "1}")
    assert data(composition) == {"a": {"b": "two  blanks", "c": 1}}
    assert "Column" not in cell(table, 0, REMARK).data()


def test_a_number_with_a_blank_before_it_can_be_typed_on(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": 1}')
    compose.form.focus_on("/data/a")
    type_in_focus(qtbot, " 25")
    assert data(composition) == {"a": 25}


@pytest.mark.parametrize("typed", ["12.50", "1e5", "-0"])
def test_a_typed_number_is_shown_as_it_is_in_the_json(
    compose: ComposePlace, table: PropertyTable, qtbot: QtBot, typed: str
) -> None:
    load(compose, table, '{"a": 1}')
    compose.form.focus_on("/data/a")
    type_in_focus(qtbot, typed)
    press(qtbot, Qt.Key.Key_Tab)
    assert f'"a": {typed}' in compose.json.editor.text()
    assert cell(table, 0, VALUE).data() == typed


@pytest.mark.parametrize(
    "value",
    ["a\nb", "a\u0000b", "a\ud800b", "a\u2028b", "x" * 30_000, "y" * 2_000_100, {"s": "two  blanks \ud800"}],
    ids=["line break", "NUL", "half an emoji", "line separator", "long", "longer than an entry holds", "json"],
)
def test_looking_into_a_cell_changes_nothing(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot, value: Any
) -> None:
    load(compose, table, json.dumps({"a": value, "b": 1}))
    qtbot.waitUntil(lambda: data(composition) == {"a": value, "b": 1}, timeout=20_000)
    for column in (KEY, KIND, VALUE):
        click_cell(qtbot, table, 0, column)
        press(qtbot, Qt.Key.Key_Tab)
    click_cell(qtbot, table, 1, VALUE)
    assert data(composition) == {"a": value, "b": 1}
    qtbot.waitUntil(lambda: not composition._is_judging, timeout=20_000)


def test_a_value_changed_in_the_json_is_in_the_open_editor(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": "old"}')
    compose.form.focus_on("/data/a")
    editor = focused()
    assert isinstance(editor, QLineEdit)
    composition.set("/data/a", "new")
    assert editor.text() == "new"


def test_the_view_keeps_qt_s_rules_while_rows_come_and_go_under_an_open_editor(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    tester = QAbstractItemModelTester(table.model(), QAbstractItemModelTester.FailureReportingMode.Warning)
    load(compose, table, '{"a": 1, "b": 2, "c": 3}')
    compose.form.focus_on("/data/c")
    composition.load('{"data": {"a": 1}}')
    composition.undo()
    compose.form.focus_on("/data/b")
    composition.load("[]")
    composition.undo()
    compose.form.focus_on("/data/b")
    composition.edit([])
    type_in_focus(qtbot, "7")
    assert data(composition) == {"a": 1, "b": 7, "c": 3}
    tester.deleteLater()


def test_delete_in_an_editor_takes_characters_not_the_row(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": "xy"}')
    compose.form.focus_on("/data/a")
    press(qtbot, Qt.Key.Key_Home)
    press(qtbot, Qt.Key.Key_Delete)
    assert data(composition) == {"a": "y"}


def test_a_date_opens_the_calendar(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"a": "2026-04-02T12:00:00Z"}')
    compose.form.focus_on("/data/a")
    press(qtbot, Qt.Key.Key_Down)
    popup = next(each for each in compose.window().findChildren(QWidget) if type(each).__name__ == "DateTimePopup")
    qtbot.waitUntil(popup.isVisible)
    clear = next(each for each in popup.children() if getattr(each, "text", str)() == "Clear")
    qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert data(composition) == {"a": ""}


def test_passing_through_a_chooser_that_can_t_show_the_value_keeps_it(
    compose: ComposePlace, table: PropertyTable, composition: Composition, qtbot: QtBot
) -> None:
    load(compose, table, '{"flag": true, "b": "x"}')
    composition.edit([Set("/data/flag", "abc")])
    table.model().setData(table.model().index(0, KIND), "True or false")
    composition.edit([Set("/data/flag", "abc")])
    before = data(composition)
    click_cell(qtbot, table, 0, VALUE)
    click_cell(qtbot, table, 1, VALUE)
    assert data(composition) == before
