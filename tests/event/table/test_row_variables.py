"""Variables in the base and in the cells of a table: a template times a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.event import checks, jsontext
from composer.event.filling import fill
from composer.event.payload import Json, Set, apply
from composer.event.table.cells import Cell
from composer.event.table.mapping import Column, Mapping, Type
from composer.event.table.rows import TableReader, check_event
from composer.event.variables import Context, uses_variables
from composer.event.variation import Variation, may_vary

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
GOOD = {"eventName": "A", "customer": {"email": "ann@shop.test"}}


def reader(base: Json, *columns: Column, **values: Json) -> TableReader:
    return TableReader(Mapping(columns, base), Variation(Context(NOW, "seed", values), lambda number: number - 1))


def read(base: Json, columns: Sequence[Column], cells: Sequence[Cell], **values: Json) -> tuple[Json, list[str]]:
    event, findings = reader(base, *columns, **values).read(cells, 2)
    assert reader(base, *columns, **values).payload(cells, 2) == event
    return event, [f"{each.code} {each.path}" for each in findings]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        (Column("Total", "/value", Type.NUMBER, "point"), "12.50", 12.5),
        (Column("Total", "", Type.NUMBER, "comma"), "1.234,5", 1234.5),
        (Column("Total", "", Type.NUMBER), "12", "12"),  # nobody said how it is written
        (Column("TOTAL", ""), "12", "12"),
        (Column("total", ""), 12.0, "12"),
        (Column("total", "", Type.BOOLEAN), "yes", True),
        (Column("total", "", Type.DATE, "dmy", "UTC"), "04/02/2026", "2026-02-04T00:00:00Z"),
        (Column("total", "", Type.NUMBER, "point"), "a lot", "a lot"),
    ],
)
def test_a_cell_is_the_value_of_the_variable_with_its_header_s_name(column: Column, cell: Cell, value: Json) -> None:
    event, _ = read({**GOOD, "data": {"t": "{{ total }}"}}, [column], [cell], total="given")
    assert event["data"]["t"] == value


@pytest.mark.parametrize("cell", ["", "  ", "{{total}}", "{{$now}}", r"\{{x}}"])
def test_a_cell_that_is_empty_or_has_variables_gives_no_value(cell: str) -> None:
    base, columns = {**GOOD, "data": {"t": "{{total}}"}}, [Column("Total", "")]
    assert read(base, columns, [cell]) == (base, ["unknown-variable /data/t"])
    assert read(base, columns, [cell], total=5)[0]["data"] == {"t": 5}
    assert read(base, [*columns, Column("total", "")], [cell, "other"])[0] == base  # of two the first
    assert read(base, columns, []) == (base, ["short-row ", "unknown-variable /data/t"])


def test_names_and_headers_meet_as_people_write_them() -> None:
    base = {**GOOD, "data": {"t": "{{ship to}} {{Ship_To}} {{SHIP  TO}}"}}
    assert read(base, [Column("ship_to", "")], ["North"])[0]["data"] == {"t": "North North {{SHIP  TO}}"}


def test_a_cell_in_a_column_of_another_type_may_be_a_variable() -> None:
    columns = [Column("a", "/value", Type.NUMBER, "point"), Column("b", "/eventTimestamp", Type.DATE, "iso", "UTC")]
    base = {**GOOD, "valueCurrency": "USD"}
    event, said = read(base, columns, ["{{x}}", "{{$now}}"], x=5)
    assert (event["value"], event["eventTimestamp"], said) == (5, "2026-04-02T12:00:00Z", [])
    assert read(base, columns, ["{{x}}", ""])[1] == ["unknown-variable /value"]
    assert read(base, columns, ["{{x", ""])[1] == ["wrong-type /value"]  # no variable at all


def test_number_and_counter_are_the_row_s() -> None:
    columns = [Column("a", "/data/a")]
    one = reader({**GOOD, "uniqueId": "{{$row}}-{{$counter}}"}, *columns)
    assert [one.payload(["x"], number)["uniqueId"] for number in (2, 3)] == ["2-1", "3-2"]
    assert one.payload(["{{$uuid}}"], 2) == one.payload(["{{$uuid}}"], 2) != one.payload(["{{$uuid}}"], 3)


def test_without_a_variation_nothing_is_a_variable() -> None:
    base = {**GOOD, "eventName": "{{$now}}"}
    plain = TableReader(Mapping((Column("a", "/data/a"),), base))
    assert plain.read(["{{x}}"]) == ({**base, "data": {"a": "{{x}}"}}, [])
    assert check_event(base) == (base, [])


def test_text_that_may_vary_is_seen_in_every_form() -> None:
    assert not may_vary('{"a": "{ {x} }"}')
    assert all(may_vary(text) for text in ('{"a": "{{x}}"}', r'{"a": "\u007b{x}}"}', r'{"a": "{\u007Bx}}"}'))


pieces = st.sampled_from(
    ["{{a}}", "{{B c}}", "{{$uuid}}", "{{$row}}", "{{$nope}}", r"\{{a}}", "{{", "x", "#N/A", "12", ""]
)
texts = st.lists(pieces, max_size=3).map("".join)
ORDER = ("eventName", "customer", "value", "uniqueId", "data")
PATHS = (
    "/eventName",
    "/customer/email",
    "/value",
    "/uniqueId",
    "/data/p",
    "/data/$extra/q",
    "/customer/customFields/r",
)


@settings(deadline=None)
@given(st.data())
def test_whatever_the_template_and_the_cells_it_is_filled_as_one_event_would_be(data: st.DataObject) -> None:
    paths = data.draw(st.lists(st.sampled_from(PATHS), unique=True, min_size=1))
    columns = [Column(data.draw(st.sampled_from(["a", "b_c", "z"])), path) for path in paths]
    cells = [data.draw(texts) for _ in columns]
    base: Json = apply(GOOD, [Set(path, data.draw(texts)) for path in data.draw(st.lists(st.sampled_from(PATHS)))])
    values: dict[str, Any] = data.draw(st.dictionaries(st.sampled_from(["a", "B c"]), st.one_of(texts, st.integers())))
    event, findings = reader(base, *columns, **values).read(cells, 7)
    order = sorted(zip(columns, cells, strict=True), key=lambda pair: ORDER.index(pair[0].path.split("/")[1]))
    template = apply(base, [Set(column.path, cell) for column, cell in order if cell.strip()])
    own: dict[str, Json] = dict(values)
    for name, header in (("a", "a"), ("B c", "b_c")):
        cell = next((cell for column, cell in zip(columns, cells, strict=True) if column.header == header), "")
        if cell.strip() and not uses_variables(cell):
            own[name] = cell
    filled = fill(template, None, Context(NOW, "seed", own, 7, 6), checks.check)
    assert jsontext.dumps(event) == jsontext.dumps(filled.event)
    of_formulas = {each.path for each in findings if each.code == "spreadsheet-error"}
    assert {(each.code, each.path) for each in findings if each.path not in of_formulas} == {
        (each.code, each.path) for each in filled.findings if each.path not in of_formulas
    }
