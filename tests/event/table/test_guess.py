"""What is clear from the headers and the first rows is mapped; what could mean two things is asked."""

from __future__ import annotations

import time

import pytest

from composer.event.table.guess import RESULTS, guess
from composer.event.table.mapping import Type


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("Email", "/customer/email"),
        ("E-mail address", "/customer/email"),
        ("customer.email", "/customer/email"),
        ("customer[email]", "/customer/email"),
        ("customer/email", "/customer/email"),
        ("phone number", "/customer/phoneNumber"),
        ("First Name", "/customer/firstName"),
        ("customFields: Loyalty Tier", "/customer/customFields/Loyalty Tier"),
        ("customer.customFields.Tier", "/customer/customFields/Tier"),
        ("customer.Favourite Colour", "/customer/customFields/Favourite Colour"),
        ("data.Order Id", "/data/Order Id"),
        ("Properties: Order Id", "/data/Order Id"),
        ("data.$extra.items", "/data/$extra/items"),
        ("Order Id", "/data/Order Id"),
        ("eventName", "/eventName"),
        ("Event", "/eventName"),
        ("Timestamp", "/eventTimestamp"),
        ("unique id", "/uniqueId"),
        ("currency", "/valueCurrency"),
        ("location.city", "/customer/location/city"),
        ("Zip", "/customer/location/postalCode"),
        ("a/b", "/data/a~1b"),
        ("customer[location][city]", "/customer/location/city"),
        ("/customer/email", "/customer/email"),
        ("customer_email", "/customer/email"),
        ("Customer Phone", "/customer/phoneNumber"),
        ("Customer Name", "/data/Customer Name"),
        ("$extra.x", "/data/$extra/x"),
        ("customer.phone", "/customer/phoneNumber"),
        ("lat", "/customer/location/latitude"),
        ("order total", "/data/order total"),
        ("Total [USD]", "/data/Total [USD]"),
        ("  Padded ", "/data/Padded"),
        ("Name", "/data/Name"),
        ("ID", "/data/ID"),
        (RESULTS[0], ""),
        (RESULTS[1], ""),
    ],
)
def test_a_header_leads_to_the_field_it_names(header: str, path: str) -> None:
    assert guess([header], [["x"]]).columns[0].path == path


def test_two_columns_never_go_to_one_place() -> None:
    paths = [column.path for column in guess(["Email", "E-mail", "email"], [["a@b.co"] * 3]).columns]
    assert paths == ["/customer/email", "/data/E-mail", "/data/email"]


def test_an_id_of_24_hex_digits_is_the_customers_and_two_letters_are_a_country_code() -> None:
    mapping = guess(["ID", "Country"], [["64e5a8a1c0ffee0000004ee7", "US"]])
    assert [column.path for column in mapping.columns] == ["/customer/id", "/customer/location/countryCode"]


@pytest.mark.parametrize(
    ("cells", "type_", "written"),
    [
        (["web", "shop"], Type.TEXT, ""),
        (["true", "FALSE"], Type.BOOLEAN, ""),
        ([True, False], Type.BOOLEAN, ""),
        (["1", "25"], Type.NUMBER, "point"),
        ([1, 2.5], Type.NUMBER, "point"),
        (["1,234.50", "7"], Type.NUMBER, "point"),
        (["1.234,50", "7"], Type.NUMBER, "comma"),
        (["12,5"], Type.NUMBER, "comma"),
        (["1,234", "5,678"], Type.NUMBER, ""),
        (["1.234", "5.678"], Type.NUMBER, ""),
        (["$12.50"], Type.NUMBER, "point"),
        (["00123", "00124"], Type.TEXT, ""),
        (["+12065551234"], Type.TEXT, ""),
        (["12345678901234567890"], Type.TEXT, ""),
        (["2026-04-02", "2026-04-03T10:00:00Z"], Type.DATE, "iso"),
        (["04/02/2026", "04/03/2026"], Type.DATE, ""),
        (["04/02/2026", "25/02/2026"], Type.DATE, "dmy"),
        (["04/02/2026", "04/25/2026"], Type.DATE, "mdy"),
        (["25/02/2026", "04/25/2026"], Type.TEXT, ""),
        (["2 April 2026"], Type.DATE, "named"),
        (["2.4.2026", "1.5.2026"], Type.DATE, "dmy"),
        (["04.25.2026"], Type.DATE, "mdy"),
        (["25.04.2026", "1.2.2026"], Type.DATE, "dmy"),
        (["2.4.2026", "04/02/2026"], Type.DATE, ""),
        (["1.2.26"], Type.TEXT, ""),
        (["0.123", "0.456"], Type.NUMBER, "point"),
        (["1.5", "2,5"], Type.NUMBER, ""),
        (["1,234", "0,5"], Type.NUMBER, "comma"),
        (["1,234", "1,234,567"], Type.NUMBER, "point"),
        ([], Type.TEXT, ""),
    ],
)
def test_the_type_of_a_column_is_what_all_its_cells_are(cells: list[object], type_: Type, written: str) -> None:
    column = guess(["Thing"], [[cell] for cell in cells]).columns[0]  # type: ignore[list-item]
    assert (column.type, column.format) == (type_, written)


def test_fields_have_their_own_types_whatever_the_cells_look_like() -> None:
    mapping = guess(["Zip", "Phone", "Value", "Timestamp"], [[98101, 12065551234, "12.50", "1775131200"]])
    assert [(column.type, column.format) for column in mapping.columns] == [
        (Type.TEXT, ""),
        (Type.TEXT, ""),
        (Type.NUMBER, "point"),
        (Type.DATE, "epoch"),
    ]


def test_degrees_have_no_thousands() -> None:
    mapping = guess(["lat", "lng"], [["47.606", "-122,332"]])
    assert [column.format for column in mapping.columns] == ["point", "comma"]


def test_digits_under_a_name_that_means_no_number_stay_text() -> None:
    columns = guess(["Mobile 2", "Shop zip", "Quantity"], [["2065551234", 98101, 3]]).columns
    assert [column.type for column in columns] == [Type.TEXT, Type.TEXT, Type.NUMBER]


def test_a_table_of_ten_thousand_columns_is_not_waited_for() -> None:
    started = time.process_time()
    guess([f"Column {at}" for at in range(10_000)], [[f"{at}.5" for at in range(10_000)]] * 200)
    assert time.process_time() - started < 10


def test_what_is_ambiguous_is_asked_with_both_answers() -> None:
    mapping = guess(["Renewal", "Total"], [["04/02/2026", "1,234"]])
    assert [question.column for question in mapping.questions] == [0, 1]
    assert "2 April or 4 February" in mapping.questions[0].sentence
    assert [value for value, _ in mapping.questions[0].choices] == ["mdy", "dmy"]
    assert [value for value, _ in mapping.questions[1].choices] == ["point", "comma"]
