"""The columns of a file as rows: what each becomes is worked out through the real reader, when it is looked at."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from composer.event.table.cells import Cell
from composer.event.table.guess import guess
from composer.event.table.mapping import Column, Mapping, Type
from composer.ui.bulk.constant_model import FIELD, VALUE, ConstantModel, leaves, typed, value_of
from composer.ui.bulk.mapping_model import COLUMN, RESULT, SECOND, TARGET, TYPE, ZONE, MappingModel, type_choices
from composer.ui.bulk.targets import choices, lines_of, path_of, title_of

HEADERS = ("Email", "Total", "Placed", "Tier", "Note")
ROWS: list[list[Cell]] = [
    ["ann@shop.test", "149.99", "2026-04-02", "Gold", ""],
    ["bob@", "12.00", "2026-04-03", "Silver", ""],
    ["cid@shop.test", "n/a", "2026-04-03", "Gold", "late"],
]


def made(headers: Sequence[str] = HEADERS, rows: Sequence[Sequence[Cell]] = ROWS, **changes: Column) -> MappingModel:
    mapping = guess(headers, rows)
    columns = tuple(changes.get(each.header, each) for each in mapping.columns)
    model = MappingModel()
    model.show_table(mapping._replace(columns=columns), rows)
    return model


def cell(model: MappingModel, row: int, column: int, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    return model.index(row, column).data(role)


def test_it_is_a_model_as_qt_wants_one(qtmodeltester: ModelTester) -> None:
    model = made()
    qtmodeltester.check(model)
    model.send_to(0, "")
    model.send_to(1, "/value")
    model.show_table(Mapping((Column("A", "/data/A"),)), [["x"]])
    model.take(Mapping((Column("A", ""),)))


def test_a_column_shows_what_it_is_called_and_its_first_different_values() -> None:
    model = made()
    assert cell(model, 3, COLUMN) == "Tier"
    assert cell(model, 3, COLUMN, SECOND) == "Gold · Silver"
    assert cell(model, 4, COLUMN, SECOND) == "late"
    assert cell(model, 0, COLUMN, Qt.ItemDataRole.AccessibleTextRole) == (
        "Column: Email, ann@shop.test · bob@ · cid@shop.test"
    )


def test_the_first_value_is_shown_as_it_will_be_in_the_event() -> None:
    model = made(Placed=Column("Placed", "/eventTimestamp", Type.DATE, "iso", "America/New_York"))
    assert [cell(model, row, RESULT) for row in range(3)] == [
        '"ann@shop.test"',
        "“Total” is text, not a number.",
        '"2026-04-02T00:00:00-04:00"',
    ]
    model.read_as(1, next(each for each in type_choices() if each.type is Type.NUMBER))
    assert cell(model, 1, RESULT) == "149.99"


def test_what_is_wrong_with_the_first_value_is_said_in_words() -> None:
    model = made(rows=ROWS[1:])
    assert "email" in str(cell(model, 0, RESULT))
    assert model.outcome(0).tone == "bad"


def test_a_column_that_is_left_out_or_empty_says_so() -> None:
    model = made(rows=ROWS[:2], Tier=Column("Tier", ""))
    assert (cell(model, 3, TARGET), cell(model, 3, RESULT)) == ("Leave out", "not sent")
    assert cell(model, 4, RESULT) == "nothing: the cell is empty"


def test_a_value_is_judged_within_its_event_so_that_a_constant_can_repair_it() -> None:
    model = made(Total=Column("Total", "/value", Type.NUMBER, "point"))
    assert "currency" in str(cell(model, 1, RESULT))
    model.take(model.mapping._replace(base={"valueCurrency": "EUR"}))
    assert cell(model, 1, RESULT) == "149.99"


def test_two_columns_at_one_place_name_each_other() -> None:
    model = made()
    model.send_to(3, "/customer/email")
    assert model.reader is None
    assert "same place" in model.problem
    assert cell(model, 0, RESULT) == "“Tier” goes there, too."
    assert cell(model, 3, RESULT) == "“Email” goes there, too."
    model.send_to(3, "")
    assert (model.problem, model.reader is not None) == ("", True)
    assert cell(model, 0, RESULT) == '"ann@shop.test"'


def test_an_open_question_leaves_the_other_columns_readable() -> None:
    model = made(("Email", "Placed"), [["ann@shop.test", "04/02/2026"]])
    assert cell(model, 1, RESULT) == "Answer the question above."
    assert cell(model, 1, TYPE, SECOND) == "asked above"
    assert cell(model, 0, RESULT) == '"ann@shop.test"'
    model.change(1, model.column_at(1)._replace(format="dmy"))
    assert cell(model, 1, RESULT) == '"2026-02-04T00:00:00Z"'


def test_a_field_that_is_no_text_brings_its_type_with_it() -> None:
    model = made(("Sum", "Day", "Phone number"), [["1.234,50", "2026-04-02", "12065551234"]])
    model.send_to(0, "/value")
    model.send_to(1, "/eventTimestamp")
    assert model.column_at(0)[2:4] == (Type.NUMBER, "comma")
    assert model.column_at(1)[2:] == (Type.DATE, "iso", "UTC")
    model.send_to(1, "/customer/firstName")
    assert model.column_at(1)[2:] == (Type.TEXT, "", "")


def test_a_change_is_told_once_and_nothing_is_told_of_none() -> None:
    model = made()
    told: list[Mapping] = []
    model.edited.connect(told.append)
    model.send_to(3, "/data/Tier")
    assert not told
    model.send_to(3, "/customer/customFields/Tier")
    assert [each.columns[3].path for each in told] == ["/customer/customFields/Tier"]
    assert model.setData(model.index(0, TARGET), title_of("/customer/email"))
    assert len(told) == 1


def test_a_time_zone_is_understood_or_refused_in_words() -> None:
    model = made()
    assert model.setData(model.index(2, ZONE), "los angeles")
    assert model.column_at(2).zone == "America/Los_Angeles"
    assert (cell(model, 2, ZONE), cell(model, 2, ZONE, SECOND)) == ("Los Angeles", "America")
    assert not model.setData(model.index(2, ZONE), "Atlantis")
    assert "Atlantis" in model.refused
    assert model.column_at(2).zone == "America/Los_Angeles"


def test_only_what_makes_sense_can_be_changed() -> None:
    model = made(Tier=Column("Tier", ""))
    editable = [
        [bool(model.flags(model.index(row, column)) & Qt.ItemFlag.ItemIsEditable) for column in range(5)]
        for row in (0, 2, 3)
    ]
    assert editable == [
        [False, True, True, False, False],
        [False, True, True, True, False],
        [False, True, False, False, False],
    ]


def test_ten_thousand_columns_are_shown_without_looking_at_them_all() -> None:
    headers = [f"Column {at}" for at in range(10_000)]
    rows = [[f"value {at}" for at in range(10_000)]] * 200
    mapping = Mapping(tuple(Column(each, f"/data/{each}") for each in headers))
    model = MappingModel()
    begun = time.perf_counter()
    model.show_table(mapping, rows)
    assert [cell(model, row, COLUMN, SECOND) for row in range(20)] == [f"value {at}" for at in range(20)]
    model.send_to(9_999, "")
    assert time.perf_counter() - begun < 0.5  # seconds; some 0.02 on a quiet machine


@pytest.mark.parametrize(
    ("typed_text", "path"),
    [
        ("Email", "/customer/email"),
        ("customer.email", "/customer/email"),
        ("/customer/email", "/customer/email"),
        ("  eventname ", "/eventName"),
        ("Order Id", "/data/Order Id"),
        ("a/b", "/data/a~1b"),
        ("Data · Order Id", "/data/Order Id"),
        ("data.Order Id", "/data/Order Id"),
        ("Custom field · Tier", "/customer/customFields/Tier"),
        ("customer.customFields.Tier", "/customer/customFields/Tier"),
        ("$extra · Raw", "/data/$extra/Raw"),
        ("leave out", ""),
        ("", ""),
        ("$extra", ""),
    ],
)
def test_a_target_is_understood_as_people_write_it(typed_text: str, path: str) -> None:
    assert path_of(typed_text) == path


def test_every_choice_leads_where_it_says_and_back() -> None:
    for header in ("Order Id", "a/b~c", "שם", "  spaced  out ", "$extra", ""):
        for title, _ in choices(header):
            path = path_of(title)
            assert title == title_of(path) or path == ""
    assert lines_of("/data/$extra/Raw") == ("Raw", "in $extra")
    assert lines_of("/data/Order Id") == ("Order Id", "data property")


def test_constants_are_a_model_as_qt_wants_one(qtmodeltester: ModelTester) -> None:
    model = ConstantModel()
    model.show_base({"eventName": "A", "data": {"x": 1}}, {})
    qtmodeltester.check(model)
    model.setData(model.index(2, FIELD), "Email")
    model.setData(model.index(1, FIELD), "y")
    model.remove(0)
    model.show_base({"customer": {"email": "a"}}, {"/customer/email": "Email"})


def test_what_is_the_same_in_every_row_is_listed_value_by_value() -> None:
    event = {"eventName": "A", "customer": {"email": "a@shop.test", "location": {}}, "data": {"tags": [1, 2]}}
    assert leaves(event) == [
        ("/eventName", "A"),
        ("/customer/email", "a@shop.test"),
        ("/customer/location", {}),
        ("/data/tags", [1, 2]),
    ]


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("12", "/data/Count", 12),
        ("12.50", "/data/Count", 12.5),
        ("true", "/data/Gift", True),
        ('"12"', "/data/Count", "12"),
        ("0012", "/data/Code", "0012"),
        ("12", "/eventName", "12"),
        ("98101", "/customer/location/postalCode", "98101"),
        ("12.50", "/value", 12.5),
        ("twelve", "/value", "twelve"),
        ("{broken", "/data/x", "{broken"),
    ],
)
def test_a_typed_value_is_what_it_looks_like_where_any_type_may_stand(text: str, path: str, value: object) -> None:
    read = value_of(text, path)
    assert (type(read) is bool, read) == (type(value) is bool, value)
    assert value_of(typed(read, path), path) == read


def test_the_last_value_of_an_object_takes_the_object_with_it() -> None:
    model = ConstantModel()
    model.show_base({"eventName": "A", "customer": {"location": {"city": "Ulm"}}}, {})
    model.remove(1)
    assert model.base == {"eventName": "A"}


def test_a_field_that_is_there_already_is_refused_in_words() -> None:
    model = ConstantModel()
    model.show_base({"eventName": "A"}, {})
    assert not model.setData(model.index(1, FIELD), "Event name")
    assert model.refused == "“Event name” is there already."
    assert model.setData(model.index(1, FIELD), "Currency")
    assert model.setData(model.index(1, VALUE), "EUR")
    assert model.base == {"eventName": "A", "valueCurrency": "EUR"}
