"""Rows become events, and whatever the quick way says, the checks say the same."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.event import checks
from composer.event.table.cells import Cell
from composer.event.table.guess import guess
from composer.event.table.mapping import Column, Mapping, MappingError, Type
from composer.event.table.rows import TableReader, check_event

HEADERS = ("Event", "Email", "Value", "Currency", "Order Id", "customFields: Tier")
ROW = ("Order Placed", "ann@shop.test", "12.50", "EUR", "ord_1", "gold")


def reader(headers: tuple[str, ...] = HEADERS, base: Any = None, rows: Any = (ROW,)) -> TableReader:
    return TableReader(guess(headers, rows)._replace(base=base or {}))


def codes(cells: tuple[Cell, ...], of: TableReader | None = None) -> list[tuple[str, str, str]]:
    return [(each.severity.value, each.code, each.path) for each in (of or reader()).read(cells)[1]]


def test_a_row_becomes_an_event_in_the_order_of_the_contract() -> None:
    event, findings = reader().read(ROW)
    assert findings == []
    assert list(event) == ["eventName", "customer", "value", "valueCurrency", "data"]
    assert event == {
        "eventName": "Order Placed",
        "customer": {"email": "ann@shop.test", "customFields": {"Tier": "gold"}},
        "value": 12.5,
        "valueCurrency": "EUR",
        "data": {"Order Id": "ord_1"},
    }


def test_empty_cells_are_absent() -> None:
    event, findings = reader().read(("Order Placed", "ann@shop.test", "", "  ", "", ""))
    assert event == {"eventName": "Order Placed", "customer": {"email": "ann@shop.test"}}
    assert findings == []


def test_the_base_fills_what_a_row_leaves_open_and_is_never_changed() -> None:
    base = {"eventName": "Default", "customer": {"location": {"city": "Bonn"}}, "data": {"Channel": "web"}}
    event, findings = reader(base=base).read(("", *ROW[1:]))
    assert findings == []
    assert event["eventName"] == "Default"
    assert event["customer"]["location"] == {"city": "Bonn"}
    assert event["data"] == {"Channel": "web", "Order Id": "ord_1"}
    assert base == {"eventName": "Default", "customer": {"location": {"city": "Bonn"}}, "data": {"Channel": "web"}}


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ((*ROW[:2], "dear", *ROW[3:]), [("error", "wrong-type", "/value")]),
        ((*ROW[:4], "#N/A", "gold"), [("error", "spreadsheet-error", "/data/Order Id")]),
        ((*ROW[:4], " #REF! ", "gold"), [("error", "spreadsheet-error", "/data/Order Id")]),
        ((*ROW, "more"), [("error", "long-row", "")]),
        ((*ROW, ""), []),
        (ROW[:5], [("warning", "short-row", "")]),
        (("Order Placed", "ann@", *ROW[2:]), [("error", "bad-email", "/customer/email")]),
        ((*ROW[:4], "25", "gold"), [("warning", "number-as-text", "/data/Order Id")]),
        ((*ROW[:3], "", *ROW[4:]), [("warning", "value-without-currency", "/value")]),
        (("", *ROW[1:]), [("error", "missing-event-name", "/eventName")]),
    ],
)
def test_what_is_wrong_with_a_row_is_said(cells: tuple[Cell, ...], found: list[tuple[str, str, str]]) -> None:
    assert codes(cells) == found


@pytest.mark.parametrize(
    ("type_", "written", "cell", "code"),
    [
        (Type.NUMBER, "point", "12,5", "not-a-number"),
        (Type.BOOLEAN, "", "perhaps", "not-a-boolean"),
        (Type.DATE, "mdy", "25/02/2026", "not-a-date"),
    ],
)
def test_a_cell_that_is_not_of_its_columns_type_stays_text_and_is_an_error(
    type_: Type, written: str, cell: str, code: str
) -> None:
    columns = (Column("e", "/eventName"), Column("m", "/customer/email"), Column("x", "/data/x", type_, written))
    event, findings = TableReader(Mapping(columns)).read(("Order", "a@shop.test", cell))
    assert event["data"]["x"] == cell
    assert ("error", code, "/data/x") in [(each.severity.value, each.code, each.path) for each in findings]


def test_a_mapping_with_an_open_question_reads_nothing() -> None:
    with pytest.raises(MappingError, match="2 April or 4 February"):
        TableReader(guess(("Renewal",), [("04/02/2026",)]))


ORDINARY: list[tuple[str, Cell]] = [
    ("Order Id", "#1001"),
    ("Order Id", "1001-A"),
    ("Order Id", "3f2a1b4c-1111-4222-8333-123456789abc"),
    ("Product", "12oz mug"),
    ("Product", "Sunglasses"),
    ("Product", "Čaj, zelený"),
    ("Quantity", 3.0),
    ("Gift", True),
    ("customFields: Points", 0),
    ("$extra.note", "25"),
    ("Phone", "+442079460958"),
    ("Customer ID", "64e5a8a1c0ffee0000004ee7"),
    ("Delivered", "2026-04-02"),
    ("Discount", "0"),
    ("Zip", 98101),
    ("Note", ""),
]


@pytest.mark.parametrize(("header", "cell"), ORDINARY)
def test_an_ordinary_row_is_not_checked_at_length(header: str, cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    read = reader((*HEADERS[:4], header), rows=[(*ROW[:4], cell)])
    _, meant = read.read((*ROW[:4], cell))
    monkeypatch.setattr("composer.event.table.rows.checks.check", None)
    assert read.read((*ROW[:4], cell))[1] == meant


def test_what_is_remembered_is_bounded() -> None:
    read = reader()
    for at in range(20_000):
        read.read((f"Order {at}", f"a{at}@shop.test", str(at), "EUR", f"ord_{at}", f"tier {at}"))
    assert all(len(entries) <= 4096 for entries, _, _ in read._steps)


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "a@shop.test", "A@b.co", "+12065551234", "+4930123456", "USD", "usd", "US", "25", "-0",
         "true", "12.50",
         "2026-04-02", "2026-04-02T12:00:00Z", "1999-01-01T00:00:00Z", "04/02/2026", "64e5a8a1c0ffee0000004ee7", "#N/A",
         "May", "monday", "x" * 300, "é", "\ud800", "Europe/Berlin", "1e400", "9007199254740993"]
    ),
)  # fmt: skip
CELLS = st.one_of(TEXTS, st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False))
NAMES = (
    "Event", "Email", "Phone", "Customer ID", "Value", "Currency", "Timestamp", "Unique ID", "Latitude", "Longitude",
    "City", "Country code", "Time zone", "Order Id", "order_id", " Padded ", "Total",
    "customFields: Tier", "data.$extra.x",
)  # fmt: skip
BASES = st.sampled_from(
    [{}, {"eventName": "Base"}, {"customer": {"email": "b@shop.test"}}, {"data": {"a": 0}}, {"value": 3}, {"odd": 1},
     {"eventName": "Base", "valueCurrency": "USD", "data": {"Order Id": "x", "n": 5}}, {"data": {"$extra": {"a": [1]}}}]
)  # fmt: skip


@st.composite
def mapped_rows(draw: Any) -> tuple[Mapping, list[Cell]]:
    headers = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=8))
    row = [draw(CELLS) for _ in headers]
    sample = [draw(CELLS) for _ in headers]
    mapping = guess(headers, [sample])
    answered = [
        each._replace(format=each.format or {"number": "point", "date": "dmy"}.get(each.type, ""))
        for each in mapping.columns
    ]
    return Mapping(tuple(answered), draw(BASES)), row


OWN = {"not-a-number", "not-a-boolean", "not-a-date", "spreadsheet-error", "short-row", "long-row"}


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(mapped_rows())
def test_the_quick_way_never_misses_what_the_checks_say(mapped: tuple[Mapping, list[Cell]]) -> None:
    mapping, row = mapped
    read = TableReader(mapping)
    event, findings = read.read(row)
    assert event == read.payload(row) or any(isinstance(cell, float) and math.isnan(cell) for cell in row)
    spoilt = {each.path for each in findings if each.code in OWN}
    said = {(each.severity, each.code, each.path) for each in findings if each.code not in OWN}
    meant = {(each.severity, each.code, each.path) for each in checks.check(event)}
    assert said == {each for each in meant if each[1] not in OWN or each[2] not in spoilt}


def test_an_event_row_is_checked_like_any_event() -> None:
    event = {"eventName": "x", "customer": {"email": "a@"}}
    assert check_event(event).findings == checks.check(event)
