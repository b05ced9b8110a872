"""The form: each field stands for its place in the JSON, both ways, whatever the JSON is; and it speaks up calmly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from composer.event import fields, jsontext
from composer.event.payload import MISSING, Number
from composer.ui.compose.form import LONGEST_ENTRY
from composer.ui.compose.place import ComposePlace
from composer.ui.widgets.field import Hint
from composer.ui.widgets.pieces import Section
from tests.support.hands import entry, fill, focused, hints, paste, press, read, type_in_focus

MINIMAL = {"eventName": "Page Viewed", "customer": {"email": "stewart@example.com"}}
MEDIUM = {
    "eventName": "Order Placed",
    "customer": {
        "email": "stewart@example.com",
        "firstName": "Stewart",
        "customFields": {"Birthday": "1976-07-04T12:00:00Z", "Loyalty Tier": "Gold"},
    },
    "value": 149.99,
    "valueCurrency": "USD",
    "data": {"Order Id": "ord_456", "Item Count": 3},
}
FULL = {
    "eventName": "Purchase Milestone Reached",
    "customer": {
        "id": "665f1a2b3c4d5e6f7a8b9c0d",
        "email": "stewart@example.com",
        "phoneNumber": "+11234567890",
        "firstName": "Stewart",
        "lastName": "Thompson",
        "location": {
            "street1": "123 Main St",
            "street2": "Apt 4B",
            "city": "Seattle",
            "state": "Washington",
            "stateCode": "WA",
            "postalCode": "98101",
            "country": "United States",
            "countryCode": "US",
            "ianaTimeZoneName": "America/Los_Angeles",
            "latitude": 47.6062,
            "longitude": -122.3321,
        },
        "customFields": {"Age at Signup": 25, "Accepts Marketing": True, "Birthday": "1976-07-04T12:00:00Z"},
    },
    "eventTimestamp": "2026-04-02T12:00:00Z",
    "value": 299.99,
    "valueCurrency": "USD",
    "uniqueId": "milestone-test-001",
    "data": {
        "Milestone Type": "100th_purchase",
        "Enrolled At": "2025-01-01T00:00:00Z",
        "$extra": {"Most Recent Order IDs": [1, 2, 3], "Profile Snapshot": {"tier": "gold"}},
    },
}
ODD_ORDER = {
    "data": {"b": 1, "$extra": {"z": None}, "a": "x"},
    "x-trace": {"id": [1, {"deep": "  two  blanks  "}]},
    "customer": {"lastName": "T", "email": "a@shop.test"},
    "eventName": "Odd",
    "anotherUnknown": "kept",
}
EXAMPLES = {"minimal": MINIMAL, "medium": MEDIUM, "full": FULL, "odd order and unknown fields": ODD_ORDER}

TYPED: dict[str, tuple[str, Any]] = {
    "/value": ("12.5", 12.5),
    "/customer/location/latitude": ("47", 47),
    "/customer/location/longitude": ("-122.25", -122.25),
}


def text(compose: ComposePlace) -> str:
    return compose.json.editor.text()


def payload(compose: ComposePlace) -> Any:
    return json.loads(text(compose))


def section(compose: ComposePlace, name: str) -> Section:
    return next(each for each in compose.findChildren(Section) if each.toggle.accessibleName() == name)


def open_section(qtbot: QtBot, compose: ComposePlace, name: str) -> Section:
    found = section(compose, name)
    if not found.is_open:
        qtbot.mouseClick(found.toggle, Qt.MouseButton.LeftButton)
    assert found.is_open
    return found


@pytest.mark.parametrize("field", fields.FIELDS, ids=lambda field: field.path)
def test_a_typed_field_is_in_the_json_at_its_path_and_cleared_it_is_gone(
    compose: ComposePlace, qtbot: QtBot, field: fields.Field
) -> None:
    compose.json.take("{}")
    if field in fields.LOCATION_FIELDS:
        open_section(qtbot, compose, "Location")
    typed, expected = TYPED.get(field.path, (field.example, field.example))
    expected = float(typed) if field.path == "/value" else expected
    shown = entry(compose, field.path)

    fill(qtbot, shown, typed)

    inner = payload(compose)
    for name in field.path.split("/")[1:]:
        inner = inner[name]
    assert (type(inner), inner) == (type(expected), expected)
    assert shown.text() == typed

    qtbot.keyClick(shown, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(shown, Qt.Key.Key_Delete)

    assert payload(compose) == ({"customer": {}} if field.path.startswith("/customer/") else {})


def test_the_catalogue_s_21_fields_all_have_an_entry_with_a_name_for_screen_readers(
    compose: ComposePlace, qtbot: QtBot
) -> None:
    open_section(qtbot, compose, "Location")
    names = [entry(compose, field.path).accessibleName() for field in fields.FIELDS]
    assert len(set(names)) == 21
    assert all(names)
    assert all(entry(compose, field.path).isVisible() for field in fields.LOCATION_FIELDS)


def test_only_what_the_form_made_is_taken_away_when_it_gets_empty(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take('{"eventName": "A", "customer": {"location": {"city": "X", "state": "Y"}}, "data": {}}')
    fill(qtbot, entry(compose, "/customer/location/city"), "")
    assert payload(compose)["customer"] == {"location": {"state": "Y"}}
    fill(qtbot, entry(compose, "/customer/location/state"), "")
    assert payload(compose) == {"eventName": "A", "customer": {}, "data": {}}


@pytest.mark.parametrize(
    ("typed", "steps"),
    [
        ("-1.5", ["-", -1, "-1.", -1.5]),
        ("1e3", [1, "1e", 1000.0]),
        ("12abc", [1, 12, "12a", "12ab", "12abc"]),
        ("NaN", ["N", "Na", "NaN"]),
    ],
)
def test_a_half_typed_number_is_a_text_until_it_is_a_number(
    compose: ComposePlace, qtbot: QtBot, typed: str, steps: list[Any]
) -> None:
    compose.json.take("{}")
    shown = entry(compose, "/value")
    qtbot.mouseClick(shown, Qt.MouseButton.LeftButton)
    seen = []
    for key in typed:
        qtbot.keyClicks(shown, key)
        seen.append(payload(compose)["value"])
    assert [(type(each), each) for each in seen] == [(type(each), each) for each in steps]
    assert shown.text() == typed


@pytest.mark.parametrize("literal", ["12.00", "1.50", "1E5", "-0", "9007199254740993", "1e400"])
def test_a_number_stays_as_it_was_typed(compose: ComposePlace, qtbot: QtBot, literal: str) -> None:
    compose.json.take("{}")
    fill(qtbot, entry(compose, "/value"), literal)
    assert f'"value": {literal}' in text(compose)
    assert entry(compose, "/value").text() == literal


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_of_the_contract_loads_without_error_and_its_text_stays_byte_for_byte(
    compose: ComposePlace, name: str
) -> None:
    given = json.dumps(EXAMPLES[name], indent=2, ensure_ascii=False)
    compose.json.take(given)
    assert text(compose) == given
    assert compose.checks.list.isHidden() or "error" not in read(compose.checks)
    assert "errors" not in read(compose)
    for field in fields.FIELDS:
        inner: Any = EXAMPLES[name]
        for part in field.path.split("/")[1:]:
            inner = inner.get(part, "") if isinstance(inner, dict) else ""
        if not field.path.startswith("/customer/location/") or inner:
            assert entry(compose, field.path).text() == str(inner)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_back_out_of_the_form_unchanged(compose: ComposePlace, qtbot: QtBot, name: str) -> None:
    """A key typed and taken back in the form leaves order, `$extra`, unknown fields and numbers as they were."""
    given = json.dumps(EXAMPLES[name], indent=2, ensure_ascii=False)
    compose.json.take(given)
    field = entry(compose, "/eventName")
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClick(field, Qt.Key.Key_End)
    qtbot.keyClicks(field, "!")
    assert text(compose) == given.replace(
        f'"eventName": "{EXAMPLES[name]["eventName"]}', f'"eventName": "{EXAMPLES[name]["eventName"]}!'
    )
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert text(compose) == given


def test_a_text_laid_out_by_hand_stays_as_it_is_while_nobody_edits_the_form(compose: ComposePlace) -> None:
    given = '{ "eventName":"A",\n\n   "customer": {"email":"a@shop.test"} , "value": 1.10 }'
    compose.json.take(given)
    assert text(compose) == given
    assert entry(compose, "/value").text() == "1.10"


@pytest.mark.parametrize("odd", ["[1, 2]", "null", "3", "true", '"text"', "[]", "{}", "[[{}]]"])
def test_json_that_is_no_object_leaves_a_form_that_works(compose: ComposePlace, qtbot: QtBot, odd: str) -> None:
    compose.json.take(odd)
    assert text(compose) == odd
    assert entry(compose, "/eventName").text() == ""
    if odd != "{}":
        assert "must be a JSON object" in compose.checks.list.model().index(0, 0).data()
    fill(qtbot, entry(compose, "/eventName"), "A")
    assert payload(compose) == {"eventName": "A"}


@pytest.mark.parametrize(
    "odd",
    [
        '{"eventName": 5, "customer": "ann", "data": []}',
        '{"eventName": null, "customer": null, "data": null}',
        '{"eventName": {}, "customer": [1], "data": "x"}',
        '{"customer": {"email": ["a"], "location": "here", "customFields": [1]}, "data": {"$extra": "text"}}',
        '{"customer": {"location": [], "customFields": null}, "data": {"$extra": [1]}}',
        '{"customer": {"location": {"latitude": "north", "city": {"a": 1}}}, "value": [], "uniqueId": 7}',
    ],
)
def test_parts_of_a_wrong_type_are_named_and_never_crash_the_form(
    compose: ComposePlace, qtbot: QtBot, odd: str
) -> None:
    compose.json.take(odd)
    assert text(compose) == odd
    assert compose.checks.list.isVisible()
    for name in ("Location", "Custom fields", "$extra", "Other fields"):
        section(compose, name).open()
    fill(qtbot, entry(compose, "/customer/email"), "a@shop.test")
    fill(qtbot, entry(compose, "/customer/location/city"), "Oslo")
    assert payload(compose)["customer"]["email"] == "a@shop.test"
    assert payload(compose)["customer"]["location"]["city"] == "Oslo"


@pytest.mark.parametrize(
    "value",
    [
        "😀 déjà vu",
        "שלום עולם",
        "two\u00a0blanks",
        "line\u2028separator",
        "a\nb",
        "a\tb",
        'quote " and \\',
        "\u202eoverride",
    ],
)
def test_any_text_pasted_into_a_field_is_what_the_json_says(compose: ComposePlace, qtbot: QtBot, value: str) -> None:
    compose.json.take("{}")
    field = entry(compose, "/customer/firstName")
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    paste(qtbot, field, value)
    assert json.loads(compose.composition.wire())["customer"]["firstName"] == value
    assert field.text() == value


@pytest.mark.parametrize("value", ["a\nb", "a\u0000b", "a\ud800b", "a\u2028b", "\r\n", "  outer blanks  "])
def test_going_through_a_field_with_odd_characters_changes_nothing(
    compose: ComposePlace, qtbot: QtBot, value: str
) -> None:
    given = json.dumps({"eventName": value, "customer": {"firstName": value}}, indent=2)
    compose.json.take(given)
    for path in ("/eventName", "/customer/firstName", "/customer/email"):
        qtbot.mouseClick(entry(compose, path), Qt.MouseButton.LeftButton)
        qtbot.keyClick(entry(compose, path), Qt.Key.Key_End)
    assert text(compose) == given


def test_a_very_long_value_is_shown_shortened_and_can_not_be_harmed_by_the_field(
    compose: ComposePlace, qtbot: QtBot
) -> None:
    long = "x" * (LONGEST_ENTRY + 1)
    compose.json.take(json.dumps({"eventName": long}))
    field = entry(compose, "/eventName")
    assert field.isReadOnly()
    assert "20,001 characters" in field.text()
    qtbot.keyClicks(field, "abc")
    assert json.loads(compose.composition.wire()) == {"eventName": long}
    compose.json.take('{"eventName": "short"}')
    fill(qtbot, field, "again")
    assert payload(compose) == {"eventName": "again"}


def test_nothing_is_red_before_the_pause_and_then_the_sentence_comes(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take('{"eventName": "A", "customer": {}}')
    field = entry(compose, "/customer/email")
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "ann@")
    assert not any("email" in each.lower() for each in hints(compose))
    assert not field.property("state")
    assert "email" in compose.checks.list.model().index(0, 0).data()  # the list below says it at once
    qtbot.waitUntil(lambda: any("email address" in each for each in hints(compose)), timeout=2000)
    assert field.property("state") == "error"
    assert "email address" in field.accessibleDescription()
    qtbot.keyClicks(field, "shop.test")
    qtbot.waitUntil(lambda: not hints(compose), timeout=2000)
    assert not field.property("state")
    assert field.accessibleDescription() == ""


def test_leaving_the_field_says_it_at_once(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take('{"eventName": "A", "customer": {}}')
    field = entry(compose, "/customer/email")
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "ann@")
    assert not hints(compose)
    press(qtbot, Qt.Key.Key_Tab)
    assert any("email address" in each for each in hints(compose))


def test_a_hint_moves_nothing_and_its_click_applies_the_fix(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take('{"eventName": "A", "customer": {"email": "a@shop.test"}, "value": 5}')
    before = [(each.objectName(), each.mapTo(compose, each.rect().topLeft())) for each in all_entries(compose)]
    height = compose.form.widget().height()
    fill(qtbot, entry(compose, "/value"), "x5")
    fill(qtbot, entry(compose, "/customer/phoneNumber"), "(206) 555-1234")
    press(qtbot, Qt.Key.Key_Tab)
    assert len(hints(compose)) >= 2
    after = [(each.objectName(), each.mapTo(compose, each.rect().topLeft())) for each in all_entries(compose)]
    assert after == before
    assert compose.form.widget().height() == height


def all_entries(compose: ComposePlace) -> list[Any]:
    return [entry(compose, field.path) for field in (*fields.EVENT_FIELDS, *fields.CUSTOMER_FIELDS)]


def test_the_hint_s_link_repairs_and_undo_takes_the_repair_back(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take('{"eventName": "A", "customer": {"email": "a@shop.test"}, "value": "25", "valueCurrency": "USD"}')
    hint = next(each for each in compose.findChildren(Hint) if each.isVisible())
    qtbot.mouseClick(hint, Qt.MouseButton.LeftButton)
    assert payload(compose)["value"] == 25
    assert entry(compose, "/value").text() == "25"
    assert not hints(compose)
    compose.composition.undo()
    assert payload(compose)["value"] == "25"


def test_the_identity_line_says_who_wins(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take('{"eventName": "A", "customer": {}}')
    assert compose.form.identity.accessibleName().startswith("Nobody yet")
    fill(qtbot, entry(compose, "/customer/phoneNumber"), "+12065551234")
    assert compose.form.identity.accessibleName().startswith("Resolves by phone +12065551234")
    fill(qtbot, entry(compose, "/customer/email"), "a@shop.test")
    assert compose.form.identity.accessibleName().startswith("Resolves by email a@shop.test")
    fill(qtbot, entry(compose, "/customer/id"), "665f1a2b3c4d5e6f7a8b9c0d")
    assert compose.form.identity.accessibleName().startswith("Resolves by customer ID 665f")
    fill(qtbot, entry(compose, "/customer/id"), "   ")
    assert compose.form.identity.accessibleName().startswith("Resolves by email")


def test_the_unique_id_counts_its_characters(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take("{}")
    fill(qtbot, entry(compose, "/uniqueId"), "order-456")
    assert "9/255" in read(compose.form)
    fill(qtbot, entry(compose, "/uniqueId"), "")
    assert "/255" not in read(compose.form)


def test_sections_that_hold_something_open_by_themselves_once(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take(json.dumps(FULL))
    assert [section(compose, name).is_open for name in ("Location", "Custom fields", "$extra")] == [True] * 3
    assert "11 of 11 set" in read(compose.form)
    qtbot.mouseClick(section(compose, "Location").toggle, Qt.MouseButton.LeftButton)
    fill(qtbot, entry(compose, "/eventName"), "B")
    assert not section(compose, "Location").is_open
    assert not entry(compose, "/customer/location/city").isVisible()


def test_other_top_level_fields_are_counted_and_can_be_edited(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take(json.dumps(ODD_ORDER))
    assert "2 set" in read(section(compose, "Other fields"))
    open_section(qtbot, compose, "Other fields")
    compose.form.focus_on("/anotherUnknown")
    qtbot.keyClick(focused(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_in_focus(qtbot, "changed")
    assert payload(compose) == {**ODD_ORDER, "anotherUnknown": "changed"}
    assert list(payload(compose)) == list(ODD_ORDER)


def test_choosing_a_country_fills_an_empty_country_name_only(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take("{}")
    open_section(qtbot, compose, "Location")
    field = entry(compose, "/customer/location/countryCode")
    for country in ("", "My own name"):
        compose.json.take(json.dumps({"customer": {"location": {"country": country} if country else {}}}))
        fill(qtbot, field, "norw")
        popup = field.completer().popup()
        qtbot.waitUntil(popup.isVisible)
        qtbot.keyClick(popup, Qt.Key.Key_Down)
        qtbot.keyClick(popup, Qt.Key.Key_Return)
        location = payload(compose)["customer"]["location"]
        assert location["countryCode"] == "NO"
        assert location["country"] == (country or "Norway")


class TestExtra:
    """`data.$extra` as JSON."""

    def type_extra(self, qtbot: QtBot, compose: ComposePlace, words: str) -> None:
        section(compose, "$extra").open()
        compose.form.focus_on("/data/$extra")
        qtbot.keyClick(focused(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(focused(), Qt.Key.Key_Delete)
        type_in_focus(qtbot, words)

    def test_typed_json_is_in_data_and_cleared_it_is_gone_with_the_empty_data(
        self, compose: ComposePlace, qtbot: QtBot
    ) -> None:
        compose.json.take("{}")
        self.type_extra(qtbot, compose, '{"ids": [1, null, 0.10]}')
        assert payload(compose) == {"data": {"$extra": {"ids": [1, None, 0.1]}}}
        assert "0.10" in text(compose)
        self.type_extra(qtbot, compose, "")
        assert payload(compose) == {}

    def test_broken_json_says_where_and_leaves_the_event_as_it_was(self, compose: ComposePlace, qtbot: QtBot) -> None:
        compose.json.take('{"data": {"$extra": {"a": 1}}}')
        given = text(compose)
        compose.form.focus_on("/data/$extra")
        press(qtbot, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        press(qtbot, Qt.Key.Key_Backspace)
        type_in_focus(qtbot, ', "b": ')
        assert "Line 3, column" in read(section(compose, "$extra"))
        assert text(compose) == given
        type_in_focus(qtbot, "2}")
        assert "Line" not in read(section(compose, "$extra"))
        assert payload(compose)["data"]["$extra"] == {"a": 1, "b": 2}

    def test_it_follows_the_json_beside_it(self, compose: ComposePlace) -> None:
        compose.json.take('{"data": {"$extra": {"a": 1}}}')
        compose.json.take('{"data": {"$extra": {"a": [2]}}}')
        assert jsontext.parse(section(compose, "$extra").content.editor.text()).payload == {"a": [2]}  # type: ignore[union-attr]
        compose.json.take("{}")
        assert section(compose, "$extra").content.editor.text() == ""  # type: ignore[union-attr]


def test_form_fields_answer_nothing_for_what_is_not_there(compose: ComposePlace) -> None:
    compose.json.take('{"value": 12.00}')
    assert isinstance(compose.composition.get("/value"), Number)
    assert compose.composition.get("/customer/email") is MISSING


def test_buttons_of_the_form_have_words(compose: ComposePlace) -> None:
    compose.json.take(json.dumps(FULL))
    bare = [each for each in compose.findChildren(QPushButton) if each.isVisible() and not each.text()]
    assert bare == []
