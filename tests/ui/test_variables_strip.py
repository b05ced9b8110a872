"""The variables above the form: a value is read as what it is said to be, nothing typed is lost, and room is left."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QRadioButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from composer.event.payload import MISSING, Json, Number
from composer.ui.compose.variable_row import LONGEST_LINE, ValueKind, VariableRow, kind_of, read
from composer.ui.compose.variables_strip import SHARE, VariablesStrip
from composer.ui.theme import Theme
from tests.support.hands import fill, focused, press, to_front, type_in_focus
from tests.support.hands import read as words
from tests.ui.conftest import Show

TAB = Qt.Key.Key_Tab


class Held:
    """A strip above something else, and what a place around it does: it keeps the values that it is told."""

    def __init__(self, show: Show[QWidget], qtbot: QtBot) -> None:
        self.page = QWidget()
        self.strip = VariablesStrip()
        self.below = QPushButton("Below")
        column = QVBoxLayout(self.page)
        column.addWidget(self.strip)
        column.addWidget(self.below, 1)
        self.values: dict[str, Json] = {}
        self.told: list[tuple[str, Json]] = []
        self.defaults: list[tuple[str, Json]] = []
        self.dropped: list[str] = []
        self.names: list[str] = []
        self.strip.filled.connect(self._take)
        self.strip.default_wanted.connect(lambda name, value: self.defaults.append((name, value)))
        self.strip.default_dropped.connect(self.dropped.append)
        show(self.page)
        to_front(self.page, qtbot)

    def ask(self, *names: str, **values: Json) -> None:
        self.names, self.values = list(names), values
        self.strip.show_names(names, values)

    def _take(self, name: str, value: Json) -> None:
        self.told.append((name, value))
        self.values = {**self.values, name: value}
        if value is MISSING:
            del self.values[name]
        self.strip.show_names(self.names, self.values)

    def row(self, name: str) -> VariableRow:
        return next(each for each in self.rows() if each.name == name)

    def rows(self) -> list[VariableRow]:
        return [each for each in self.strip.findChildren(VariableRow) if not each.isHidden()]

    def menu(self, button: QPushButton, qtbot: QtBot) -> QMenu:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    def choose(self, button: QPushButton, text: str, qtbot: QtBot) -> None:
        menu = self.menu(button, qtbot)
        action = next(each for each in menu.actions() if each.text() == text)
        assert action.isEnabled()
        menu.setActiveAction(action)
        qtbot.keyClick(menu, Qt.Key.Key_Return)

    def offered(self, name: str, qtbot: QtBot) -> dict[str, bool]:
        menu = self.menu(self.row(name).menu_button, qtbot)
        found = {each.text(): each.isEnabled() for each in menu.actions() if each.text()}
        menu.close()
        return found


@pytest.fixture
def held(theme: Theme, show: Show[QWidget], qtbot: QtBot) -> Held:
    return Held(show, qtbot)


def test_without_variables_nothing_shows(held: Held) -> None:
    assert not held.strip.isVisible()
    held.ask("total")
    assert held.strip.isVisible()
    held.ask()
    assert not held.strip.isVisible()


def test_built_ins_are_named_though_nothing_is_asked_for(held: Held) -> None:
    held.strip.show_built_ins(["$now", "$uuid"])
    assert "Made when it is sent: $now, $uuid" in words(held.strip)
    assert "fill" not in words(held.strip)
    held.strip.show_built_ins([])
    assert not held.strip.isVisible()


def test_it_says_how_many_values_are_missing(held: Held, qtbot: QtBot) -> None:
    held.ask("total", "city", city="Oslo")
    assert "1 to fill in" in words(held.strip)
    fill(qtbot, held.row("total").line, "5")
    assert "filled in" in words(held.strip)
    assert "to fill in" not in words(held.strip)


def test_each_key_tells_the_value_and_an_empty_line_is_no_value(held: Held, qtbot: QtBot) -> None:
    held.ask("city")
    fill(qtbot, held.row("city").line, "Os")
    press(qtbot, Qt.Key.Key_Backspace)
    press(qtbot, Qt.Key.Key_Backspace)
    assert held.told == [("city", "O"), ("city", "Os"), ("city", "O"), ("city", MISSING)]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (ValueKind.TEXT, " 12 ", " 12 "),
        (ValueKind.NUMBER, " 12.50 ", Number("12.50")),
        (ValueKind.NUMBER, "12", 12),
        (ValueKind.NUMBER, "12,5", MISSING),
        (ValueKind.NUMBER, "NaN", MISSING),
        (ValueKind.YES_NO, "Yes", True),
        (ValueKind.YES_NO, "maybe", MISSING),
        (ValueKind.JSON, '{"a": [1, null]}', {"a": [1, None]}),
        (ValueKind.JSON, "null", None),
        (ValueKind.JSON, '"x"', "x"),
        (ValueKind.JSON, "{", MISSING),
        (ValueKind.JSON, "  ", MISSING),
    ],
)
def test_a_text_is_read_as_its_type_says(kind: ValueKind, text: str, value: Any) -> None:
    got, problem = read(kind, text)
    assert type(got) is type(value)
    assert got == value
    assert bool(problem) == (value is MISSING and text.strip() not in ("", "maybe"))


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("x", ValueKind.TEXT, "x"),
        (1.5, ValueKind.NUMBER, "1.5"),
        (Number("2.00"), ValueKind.NUMBER, "2.00"),
        (None, ValueKind.JSON, "null"),
        ([1, "a"], ValueKind.JSON, '[ 1, "a" ]'),
        (float("nan"), ValueKind.JSON, "NaN"),
    ],
)
def test_a_value_shows_as_its_type(held: Held, value: Json, kind: ValueKind, text: str) -> None:
    held.ask("total", total=value)
    assert kind_of(value) is held.row("total").kind is kind
    assert held.row("total").line.text() == text
    assert held.told == []


def test_a_number_that_cant_be_read_has_no_value_and_is_said_after_a_pause(held: Held, qtbot: QtBot) -> None:
    held.ask("total", total=1)
    row = held.row("total")
    fill(qtbot, row.line, "12,5")
    assert held.told[-1] == ("total", MISSING)
    assert row.line.text() == "12,5"
    assert "not a number" not in words(held.strip)
    qtbot.waitUntil(lambda: "not a number" in words(held.strip))
    assert "not a number" in row.line.accessibleDescription()
    fill(qtbot, row.line, "12.5")
    assert held.told[-1] == ("total", 12.5)
    assert "not a number" not in words(held.strip)


def test_broken_json_is_said_when_the_line_is_left(held: Held, qtbot: QtBot) -> None:
    held.ask("items", items=[])
    fill(qtbot, held.row("items").line, "[1, ")
    press(qtbot, TAB)
    assert "column 5: " in words(held.strip)
    assert held.told[-1] == ("items", MISSING)


def test_another_type_reads_what_stands_there_anew(held: Held, qtbot: QtBot) -> None:
    held.ask("total", total="12.50")
    row = held.row("total")
    held.choose(row.kind_button, "Number", qtbot)
    held.choose(row.kind_button, "JSON", qtbot)
    held.choose(row.kind_button, "Text", qtbot)
    assert [type(value) for _, value in held.told] == [Number, str]
    assert row.line.text() == "12.50"
    assert row.line.hasFocus()


def test_yes_and_no_are_clicked_and_can_be_taken_away(held: Held, qtbot: QtBot) -> None:
    held.ask("gift")
    row = held.row("gift")
    held.choose(row.kind_button, "Yes/No", qtbot)
    assert not row.line.isVisible()
    yes, no = row.findChildren(QRadioButton)
    assert yes.accessibleName() == "Value of gift: Yes"
    qtbot.mouseClick(no, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    held.choose(row.menu_button, "Take the value away", qtbot)
    assert held.told == [("gift", False), ("gift", True), ("gift", MISSING)]
    assert not yes.isChecked()
    held.ask("gift", gift=False)
    assert no.isChecked()


def test_an_empty_text_can_be_given_on_purpose(held: Held, qtbot: QtBot) -> None:
    held.ask("note")
    row = held.row("note")
    assert row.line.placeholderText() == "no value yet"
    held.choose(row.menu_button, "Give an empty text", qtbot)
    assert held.told == [("note", "")]
    assert row.line.placeholderText() == "an empty text"
    assert "filled in" in words(held.strip)


def test_the_line_being_typed_in_is_left_alone(held: Held, qtbot: QtBot) -> None:
    held.ask("total", "city", total=1.5)
    line = held.row("total").line
    fill(qtbot, line, " 1.50")
    press(qtbot, Qt.Key.Key_Left)
    held.strip.show_names(["city", "new", "total"], {"total": Number("1.50")})
    assert focused() is line
    assert (line.text(), line.cursorPosition()) == (" 1.50", 4)
    assert [each.name for each in sorted(held.rows(), key=lambda row: row.y())] == ["city", "new", "total"]


def test_another_value_from_outside_is_shown(held: Held) -> None:
    held.ask("total", total="old")
    held.ask("total", total=True)
    assert held.row("total").kind is ValueKind.YES_NO
    held.ask("total", total="new")
    assert held.row("total").line.text() == "new"
    held.ask("total")
    assert held.row("total").line.text() == ""


def test_one_and_true_are_different_values(held: Held) -> None:
    held.ask("total", total=1)
    held.ask("total", total=True)
    assert held.row("total").kind is ValueKind.YES_NO


def test_a_value_becomes_the_default_of_the_store_and_is_said_to_be(held: Held, qtbot: QtBot) -> None:
    held.ask("city", city="Oslo")
    held.strip.show_store("Fish & Co", {})
    held.choose(held.row("city").menu_button, "Keep as the default for Fish && Co", qtbot)
    assert held.defaults == [("city", "Oslo")]
    held.strip.show_store("Fish & Co", {"city": "Oslo"})
    assert "default for Fish & Co" in words(held.strip)
    assert not held.offered("city", qtbot)["Keep as the default for Fish && Co"]
    fill(qtbot, held.row("city").line, "Rome")
    assert "default for" not in words(held.strip)
    fill(qtbot, held.row("city").line, "Oslo")
    assert "default for" in words(held.strip)
    fill(qtbot, held.row("city").line, "Rome")
    held.choose(held.row("city").menu_button, "Use the default: Oslo", qtbot)
    assert held.told[-1] == ("city", "Oslo")
    assert held.row("city").line.text() == "Oslo"
    held.choose(held.row("city").menu_button, "Forget the default", qtbot)
    assert held.dropped == ["city"]


def test_a_key_is_not_offered_as_a_default(held: Held, qtbot: QtBot) -> None:
    held.ask("api key", **{"api key": "sk_1"})
    offered = held.offered("api key", qtbot)
    assert offered["Its name is that of a key, and keys are not kept"] is False
    assert not any(each.startswith("Keep") for each in offered)


def test_tab_goes_along_a_row_and_on_to_the_next_and_out(held: Held, qtbot: QtBot) -> None:
    held.ask("b")
    held.ask("a", "b")
    held.row("a").line.setFocus()
    names = []
    for _ in range(6):
        names.append(focused().accessibleName())
        press(qtbot, TAB)
    assert names == ["Value of a", "Type of a", "More about a", "Value of b", "Type of b", "More about b"]
    assert focused() is held.below


def test_tab_comes_to_a_strip_made_late_where_the_eye_does(held: Held, qtbot: QtBot) -> None:
    column = held.page.layout()
    assert isinstance(column, QVBoxLayout)
    late, first, last = VariablesStrip(), QPushButton("First"), QPushButton("Last")
    column.insertWidget(0, first)
    column.addWidget(last)
    QWidget.setTabOrder(first, held.below)
    column.insertWidget(1, late)
    late.show_names(["a"], {})
    late.tab_before(held.below)
    late.show_names(["b", "a"], {})
    QApplication.processEvents()
    first.setFocus()
    stops = []
    for _ in range(8):
        press(qtbot, TAB)
        found = focused()
        stops.append(found.text() if isinstance(found, QPushButton) and not found.accessibleName() else "")
        if found.accessibleName().startswith("Value"):
            stops[-1] = found.accessibleName()
    assert stops == ["Value of b", "", "", "Value of a", "", "", "Below", "Last"]


def test_the_store_shown_again_does_not_hurry_what_is_wrong(held: Held, qtbot: QtBot) -> None:
    held.ask("total", total=1)
    default = [5]
    held.strip.show_store("Acme", {"city": default})
    fill(qtbot, held.row("total").line, "12,5")
    held.strip.show_store("Acme", {"city": default})
    assert "not a number" not in words(held.strip)


def test_enter_goes_on_to_the_next_line_without_a_value(held: Held, qtbot: QtBot) -> None:
    held.ask("a", "b", "c", b="x")
    held.strip.focus_first_empty()
    type_in_focus(qtbot, "1")
    press(qtbot, Qt.Key.Key_Return)
    assert focused() is held.row("c").line


def test_the_first_empty_line_is_gone_to_though_it_is_far_down(held: Held, qtbot: QtBot) -> None:
    names = [f"name {number}" for number in range(200)]
    held.ask(*names, **dict.fromkeys(names[:150], "x"))
    held.strip.focus_first_empty()
    qtbot.waitUntil(lambda: focused().accessibleName() == "Value of name 150")
    row = held.row("name 150")
    qtbot.waitUntil(lambda: not row.visibleRegion().isEmpty())


def test_many_names_leave_room_and_make_only_the_rows_that_show(held: Held, qtbot: QtBot) -> None:
    names = [f"name {number}" for number in range(200)]
    held.ask(*names)
    assert "200 to fill in" in words(held.strip)
    qtbot.waitUntil(lambda: 0 < held.strip.height() <= SHARE * held.page.height())
    for _ in range(100):
        QApplication.processEvents()
    assert len(held.rows()) < 30
    held.page.resize(700, 400)
    qtbot.waitUntil(lambda: held.strip.height() <= SHARE * 400)
    held.row("name 0").line.setFocus()
    for _ in range(3 * 40):
        press(qtbot, TAB)
        QApplication.processEvents()
    assert focused().accessibleName() == "Value of name 40"


def test_a_value_too_long_for_a_line_is_shown_shortened_and_kept(held: Held, qtbot: QtBot) -> None:
    held.ask("note", note="x" * (LONGEST_LINE + 1))
    row = held.row("note")
    assert row.line.isReadOnly()
    assert "too long to edit here" in words(held.strip)
    assert row.value == "x" * (LONGEST_LINE + 1)
    held.choose(row.menu_button, "Take the value away", qtbot)
    QGuiApplication.clipboard().setText("y" * (LONGEST_LINE + 1))
    row.line.setFocus()
    row.line.paste()
    assert held.told[-1] == ("note", "y" * LONGEST_LINE)
    assert "full: 20,000 characters" in words(held.strip)


def test_where_it_is_narrow_a_line_has_the_room_of_its_note_until_there_is_one(held: Held, qtbot: QtBot) -> None:
    held.ask("total", "city")
    held.page.resize(400, 400)
    row, other = held.row("total"), held.row("city")
    qtbot.waitUntil(lambda: row.width() < 400 and row.line.width() > row.width() // 2 - 40)
    before = row.line.width()
    row.choose_kind(ValueKind.NUMBER)
    row.line.setFocus()
    type_in_focus(qtbot, "abc")
    qtbot.waitUntil(lambda: row.line.width() < before - 30)
    assert other.line.width() == before
    assert row.line.x() == other.line.x()
