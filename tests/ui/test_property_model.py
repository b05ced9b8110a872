"""The rows of a property table follow the payload, and every edit of a cell is an edit of the payload."""

from __future__ import annotations

import random
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QAbstractItemModelTester

from composer.event.payload import Number
from composer.ui.compose.composition import Composition
from composer.ui.compose.property_model import (
    KEY,
    KIND,
    REMARK,
    REMOVE,
    VALUE,
    PropertyKind,
    PropertyModel,
    PropertySource,
    converted,
    kind_of,
)

DATA = PropertySource("/data", hidden=("$extra",))


class Rows:
    """A model over `data`, tested by Qt at each change."""

    def __init__(self, composition: Composition) -> None:
        self.owner = QObject()
        self.model = PropertyModel(composition, DATA, self.owner)
        self.tester = QAbstractItemModelTester(self.model, QAbstractItemModelTester.FailureReportingMode.Warning)
        self.composition = composition
        self.changed: list[tuple[int, int]] = []
        self.resets: list[None] = []
        composition.changed.connect(self.model.show_payload)
        composition.changed.connect(self.find)
        self.model.dataChanged.connect(lambda first, last, _roles: self.changed.append((first.row(), last.row())))
        self.model.modelReset.connect(lambda: self.resets.append(None))

    def find(self) -> None:
        self.model.show_findings({each.path: each for each in reversed(self.composition.findings)})

    def load(self, data: str) -> None:
        self.composition.load(f'{{"eventName": "A", "customer": {{"email": "a@shop.test"}}, "data": {data}}}')

    def put(self, row: int, column: int, value: str) -> bool:
        return self.model.setData(self.model.index(row, column), value)

    def words(self, row: int) -> list[Any]:
        return [self.model.index(row, column).data() for column in (KEY, KIND, VALUE)]

    @property
    def data(self) -> Any:
        return self.composition.get("/data")


@pytest.fixture
def rows(composition: Composition) -> Rows:
    return Rows(composition)


def test_there_is_a_row_for_each_key_and_one_to_add(rows: Rows) -> None:
    rows.load(
        '{"a": "x", "b": 1, "$extra": {"hidden": 1}, "c": true, "d": null, "e": [1], "f": "2026-04-02T12:00:00Z"}'
    )
    assert [rows.words(row) for row in range(rows.model.rowCount())] == [
        ["a", "Text", "x"],
        ["b", "Number", "1"],
        ["c", "True or false", "true"],
        ["d", "Null", "null"],
        ["e", "JSON", "[ 1 ]"],
        ["f", "Date", "2026-04-02T12:00:00Z"],
        ["+ Add property", None, None],
    ]


@pytest.mark.parametrize("odd", ["[]", "null", "5", '"text"'])
def test_what_is_no_object_has_no_rows_and_can_be_added_to(rows: Rows, odd: str) -> None:
    rows.load(odd)
    assert rows.model.rowCount() == 1
    rows.put(0, KEY, "a")
    assert rows.model.rowCount() == 2
    assert rows.data == {"a": ""}


@pytest.mark.parametrize(
    ("before", "after"),
    [("1", "true"), ("true", "1"), ("1", "1.0"), ("1.0", "1.00"), ("[1]", "[true]"), ("0", "-0"), ('"1"', "1")],
)
def test_a_value_that_python_calls_equal_is_shown_anew(rows: Rows, before: str, after: str) -> None:
    rows.load(f'{{"a": {before}}}')
    rows.changed.clear()
    rows.load(f'{{"a": {after}}}')
    assert (0, 0) in rows.changed
    shown = rows.model.index(0, VALUE).data()
    assert shown.replace("[ ", "[").replace(" ]", "]") == after.strip('"')


def test_only_the_row_that_changed_is_said_to(rows: Rows) -> None:
    rows.load('{"a": "1x", "b": "2x", "c": "3x"}')
    rows.changed.clear()
    rows.load('{"a": "1x", "b": "2y", "c": "3x"}')
    assert rows.changed == [(1, 1)]
    assert not rows.resets[1:]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("Number", "12", 12),
        ("Number", "12.50", Number("12.50")),
        ("Number", " 7 ", 7),
        ("Number", "12.", "12."),
        ("Number", "", ""),
        ("Text", "12", "12"),
        ("Text", "true", "true"),
        ("True or false", "false", False),
        ("Date", "2026-04", "2026-04"),
        ("JSON", '{"a": [1, "two  blanks"]}', {"a": [1, "two  blanks"]}),
        ("JSON", "7", 7),
    ],
)
def test_a_typed_value_is_read_as_its_type(rows: Rows, kind: str, typed: str, value: Any) -> None:
    rows.load('{"a": "start"}')
    rows.put(0, KIND, kind)
    rows.put(0, VALUE, typed)
    assert (type(rows.data["a"]), rows.data["a"]) == (type(value), value)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("25", PropertyKind.NUMBER, 25),
        ("1.50", PropertyKind.NUMBER, Number("1.50")),
        ("abc", PropertyKind.NUMBER, "abc"),
        ("", PropertyKind.NUMBER, 0),
        (None, PropertyKind.NUMBER, 0),
        (25, PropertyKind.TEXT, "25"),
        (True, PropertyKind.TEXT, "true"),
        (None, PropertyKind.TEXT, ""),
        ({"a": 1}, PropertyKind.TEXT, '{ "a": 1 }'),
        ("false", PropertyKind.BOOLEAN, False),
        ("No", PropertyKind.BOOLEAN, False),
        ("", PropertyKind.BOOLEAN, False),
        ("x", PropertyKind.BOOLEAN, True),
        (0, PropertyKind.BOOLEAN, False),
        (None, PropertyKind.BOOLEAN, False),
        ("04/02/2026", PropertyKind.DATE, "04/02/2026"),
        ("text", PropertyKind.NULL, None),
        ('{"a": 1}', PropertyKind.JSON, {"a": 1}),
        ("text", PropertyKind.JSON, {}),
        ([1], PropertyKind.JSON, [1]),
    ],
)
def test_a_type_can_be_changed_for_every_value(value: Any, kind: PropertyKind, expected: Any) -> None:
    changed = converted(value, kind)
    assert (type(changed), changed) == (type(expected), expected)


@pytest.mark.parametrize("value", ["", None, True])
def test_an_empty_date_is_now(value: Any) -> None:
    assert kind_of(converted(value, PropertyKind.DATE)) is PropertyKind.DATE


@pytest.mark.parametrize("kind", list(PropertyKind))
@pytest.mark.parametrize("value", ['"text"', "1", "true", "null", '"2026-04-02T12:00:00Z"', '{"a": 1}', "1.50"])
def test_the_type_chosen_is_the_type_shown(rows: Rows, kind: PropertyKind, value: str) -> None:
    rows.load(f'{{"a": {value}}}')
    rows.put(0, KIND, kind.value)
    assert rows.words(0)[1] == kind.value


def test_the_type_chosen_outlives_a_half_typed_value(rows: Rows) -> None:
    rows.load('{"a": 1}')
    for typed in ("-", "-5"):
        rows.put(0, VALUE, typed)
        assert rows.words(0) == ["a", "Number", typed]
    assert rows.data == {"a": -5}


def test_a_rename_keeps_place_value_and_type(rows: Rows) -> None:
    rows.load('{"a": 1, "b": 2, "c": 3}')
    rows.put(1, VALUE, "2.")
    assert rows.put(1, KEY, "B~/ x")
    assert list(rows.data.items()) == [("a", 1), ("B~/ x", "2."), ("c", 3)]
    assert rows.words(1) == ["B~/ x", "Number", "2."]


@pytest.mark.parametrize(("row", "name"), [(0, "b"), (0, "$extra"), (2, "a"), (2, "$extra")])
def test_a_name_that_is_there_is_refused_and_nothing_is_lost(rows: Rows, row: int, name: str) -> None:
    rows.load('{"a": 1, "b": 2, "$extra": {}}')
    assert not rows.put(row, KEY, name)
    assert rows.model.refused.startswith(f"“{name}” ")
    assert rows.data == {"a": 1, "b": 2, "$extra": {}}
    assert rows.put(row, KEY, "fine")
    assert rows.model.refused == ""


def test_an_empty_name_changes_nothing(rows: Rows) -> None:
    rows.load('{"a": 1}')
    assert not rows.put(0, KEY, "")
    assert not rows.put(1, KEY, "")
    assert rows.data == {"a": 1}


def test_broken_json_is_kept_in_the_cell_with_its_column_until_it_is_repaired(rows: Rows) -> None:
    rows.load('{"a": [1]}')
    rows.put(0, VALUE, "[ 1, ")
    assert rows.data == {"a": [1]}
    assert rows.model.remark_at(0).text.startswith("Column ")
    assert rows.model.remark_at(0).tone == "bad"
    assert rows.words(0)[2] == "[ 1, "
    assert rows.model.index(0, VALUE).data(Qt.ItemDataRole.EditRole) == "[ 1, "
    rows.put(0, VALUE, "[ 1, 2]")
    assert rows.data == {"a": [1, 2]}
    assert not rows.model.remark_at(0).text.startswith("Column ")


def test_broken_json_taken_back_to_what_it_was_is_broken_no_more(rows: Rows) -> None:
    rows.load('{"a": [1]}')
    rows.put(0, VALUE, "[ 1")
    rows.put(0, VALUE, "[ 1 ]")
    assert not rows.model.remark_at(0).text.startswith("Column ")


@pytest.mark.parametrize("way", ["undo", "json", "type", "remove and add"])
def test_broken_json_is_forgotten_when_the_value_becomes_another(rows: Rows, way: str) -> None:
    rows.load('{"a": [1]}')
    rows.load('{"a": [1, 2]}')
    rows.put(0, VALUE, "[ 1")
    if way == "undo":
        rows.composition.undo()
    elif way == "json":
        rows.load('{"a": [3]}')
    elif way == "type":
        rows.put(0, KIND, "Text")
    else:
        rows.model.remove(0)
        rows.put(0, KEY, "a")
    assert not rows.model.remark_at(0).text.startswith("Column ")
    assert rows.words(0)[2] != "[ 1"


def test_broken_json_goes_with_a_renamed_key(rows: Rows) -> None:
    rows.load('{"a": [1]}')
    rows.put(0, VALUE, "[ 1")
    rows.put(0, KEY, "b")
    assert rows.words(0)[2] == "[ 1"
    assert rows.model.remark_at(0).text.startswith("Column ")


def test_the_worst_finding_stands_behind_its_value(rows: Rows) -> None:
    rows.load('{"zero": 0, "nested": {"a": {"b": 1}}, "fine": "x", "when": "2026-04-02T12:00:00Z"}')
    remarks = [rows.model.remark_at(row) for row in range(4)]
    assert [each.tone for each in remarks] == ["caution", "bad", "muted", "good"]
    assert remarks[0].finding is not None
    assert remarks[0].finding.code == "not-stored"
    assert remarks[1].finding is not None
    assert remarks[1].finding.code == "nested-value"
    assert remarks[3].text == "indexed as a date"


def test_null_can_not_be_typed_over_and_the_adding_row_has_a_name_only(rows: Rows) -> None:
    rows.load('{"a": null}')
    editable = Qt.ItemFlag.ItemIsEditable
    flags = [[bool(rows.model.index(row, column).flags() & editable) for column in range(5)] for row in (0, 1)]
    assert flags == [[True, True, False, False, False], [True, False, False, False, False]]


def test_a_long_value_is_cut_in_the_cell_and_whole_in_the_editor(rows: Rows) -> None:
    rows.load('{"a": "' + "x" * 100_000 + '"}')
    assert len(rows.words(0)[2]) <= 300
    assert len(rows.model.index(0, VALUE).data(Qt.ItemDataRole.EditRole)) == 100_000
    assert len(rows.model.index(0, VALUE).data(Qt.ItemDataRole.ToolTipRole)) <= 2000


def test_every_cell_speaks_to_a_screen_reader(rows: Rows) -> None:
    rows.load('{"a": 0}')
    spoken = [rows.model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole) for column in range(5)]
    assert spoken[0] == "Property a"
    assert spoken[1] == "Type Number"
    assert spoken[2] == "Value 0"
    assert "not" in spoken[REMARK]
    assert spoken[REMOVE] == "Remove a"
    assert rows.model.index(1, KEY).data(Qt.ItemDataRole.AccessibleTextRole) == "Add a property"


def test_the_model_keeps_qt_s_rules_through_hundreds_of_changes(rows: Rows) -> None:
    dice = random.Random(7)
    rows.load("{}")
    for step in range(400):
        count = rows.model.rowCount() - 1
        row = dice.randrange(count) if count else 0
        match dice.choice(["add", "add", "rename", "value", "kind", "remove", "undo", "redo", "load"]):
            case "add":
                rows.put(count, KEY, f"k{step}")
            case "rename" if count:
                rows.put(row, KEY, dice.choice([f"r{step}", "k1", "$extra"]))
            case "value" if count:
                rows.put(row, VALUE, dice.choice(["x", "1.50", "[1", "{}", "true"]))
            case "kind" if count:
                rows.put(row, KIND, dice.choice([each.value for each in PropertyKind]))
            case "remove" if count:
                rows.model.remove(row)
            case "undo":
                rows.composition.undo()
            case "redo":
                rows.composition.redo()
            case "load" if step % 10 == 0:
                rows.load(dice.choice(["{}", '{"a": 1, "b": null}', "[]"]))
        data = rows.data if isinstance(rows.data, dict) else {}
        assert [rows.model.key_at(row) for row in range(rows.model.rowCount() - 1)] == [*data]
