"""What the checks promise: every broken rule of the contract is named, in order, with a repair that repairs."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.event import fields
from composer.event import payload as payloads
from composer.event.checks import check, errors, errors_of_bulk, in_document_order
from composer.event.findings import Finding, Severity
from composer.event.payload import Number

EVENT = {"eventName": "Order Placed", "customer": {"email": "stewart@example.com"}}
ERROR_CODES = {
    "not-an-object", "wrong-type", "missing-event-name", "missing-customer", "missing-identity", "unknown-field",
    "bad-email", "bad-phone", "bad-country-code", "bad-currency", "bad-time-zone", "out-of-range", "bad-timestamp",
    "bad-unique-id", "nested-value", "null-custom-field", "extra-not-an-object", "too-many-properties",
    "string-too-long", "payload-too-large", "too-many-events", "no-events",
}  # fmt: skip


def event(**changes: Any) -> dict[str, Any]:
    return {**EVENT, **changes}


def customer(**changes: Any) -> dict[str, Any]:
    return event(customer={"email": "stewart@example.com", **changes})


def location(**fields: Any) -> dict[str, Any]:
    return customer(location=fields)


def data(**properties: Any) -> dict[str, Any]:
    return event(data=properties)


BROKEN: list[tuple[str, str, Any]] = [
    ("not-an-object", "", []),
    ("not-an-object", "", None),
    ("not-an-object", "", "text"),
    ("wrong-type", "/eventName", event(eventName=5)),
    ("wrong-type", "/eventName", event(eventName=None)),
    ("wrong-type", "/customer", event(customer="bob")),
    ("wrong-type", "/customer", event(customer=None)),
    ("wrong-type", "/customer/email", customer(email=None)),
    ("wrong-type", "/customer/phoneNumber", customer(phoneNumber=12065551234)),
    ("wrong-type", "/customer/location", customer(location=[])),
    ("wrong-type", "/customer/location", customer(location=None)),
    ("wrong-type", "/customer/location/postalCode", location(postalCode=98101)),
    ("wrong-type", "/customer/location/latitude", location(latitude="47.6", longitude=1)),
    ("wrong-type", "/customer/customFields", customer(customFields=None)),
    ("wrong-type", "/customer/customFields/Age", customer(customFields={"Age": float("nan")})),
    ("wrong-type", "/value", event(value=True)),
    ("wrong-type", "/value", event(value="12a")),
    ("wrong-type", "/value", event(value="12,5")),
    ("wrong-type", "/value", event(value="")),
    ("wrong-type", "/value", event(value=float("nan"))),
    ("wrong-type", "/valueCurrency", event(valueCurrency=float("nan"))),
    ("wrong-type", "/customer/location/latitude", location(latitude=float("inf"), longitude=1)),
    ("wrong-type", "/eventTimestamp", event(eventTimestamp=1775131200)),
    ("wrong-type", "/data", event(data=None)),
    ("wrong-type", "/data/Total", data(Total=float("-inf"))),
    ("wrong-type", "/data/$extra/deep/0", event(data={"$extra": {"deep": [float("nan")]}})),
    ("wrong-type", "/unknown", event(unknown=float("inf"))),
    ("missing-event-name", "/eventName", {"customer": {"email": "stewart@example.com"}}),
    ("missing-event-name", "/eventName", event(eventName=" \t")),
    ("missing-customer", "/customer", {"eventName": "Order Placed"}),
    ("missing-identity", "/customer", event(customer={})),
    ("missing-identity", "/customer", event(customer={"firstName": "Stewart"})),
    ("missing-identity", "/customer", event(customer={"id": " ", "email": "", "phoneNumber": None})),
    ("unknown-field", "/customer/phone", customer(phone="+12065551234")),
    ("unknown-field", "/customer/first_name", customer(first_name="Stewart")),
    ("unknown-field", "/customer/zip", customer(zip="98101")),
    ("unknown-field", "/customer/Tier", customer(Tier="gold")),
    ("unknown-field", "/customer/location/zip", location(zip="98101")),
    ("unknown-field", "/customer/location/\ud800", location(**{"\ud800": 1})),
    ("bad-email", "/customer/email", customer(email="stewart")),
    ("bad-email", "/customer/email", customer(email="stewart@localhost")),
    ("bad-email", "/customer/email", customer(email="stewart@example.com ")),
    ("bad-email", "/customer/email", customer(email="Stewart <stewart@example.com>")),
    ("bad-email", "/customer/email", customer(email="stewart@example,com")),
    ("bad-email", "/customer/email", customer(email="stewart@@example..com")),
    ("bad-email", "/customer/email", customer(email="a\ud800@example.com")),
    ("bad-email", "/customer/email", customer(id="665f1a2b3c4d5e6f7a8b9c0d", email="")),
    ("bad-phone", "/customer/phoneNumber", customer(phoneNumber="123-456-7890")),
    ("bad-phone", "/customer/phoneNumber", customer(phoneNumber="+0123456")),
    ("bad-phone", "/customer/phoneNumber", customer(phoneNumber="+1234567890123456")),
    ("bad-phone", "/customer/phoneNumber", customer(phoneNumber="+١٢٣٤٥٦")),
    ("bad-phone", "/customer/phoneNumber", customer(phoneNumber="")),
    ("bad-country-code", "/customer/location/countryCode", location(countryCode="us")),
    ("bad-country-code", "/customer/location/countryCode", location(countryCode="United States")),
    ("bad-country-code", "/customer/location/countryCode", location(countryCode="XX")),
    ("bad-currency", "/valueCurrency", event(value=1, valueCurrency="usd")),
    ("bad-currency", "/valueCurrency", event(value=1, valueCurrency="$")),
    ("bad-currency", "/valueCurrency", event(value=1, valueCurrency="ABC")),
    ("bad-time-zone", "/customer/location/ianaTimeZoneName", location(ianaTimeZoneName="PST")),
    ("bad-time-zone", "/customer/location/ianaTimeZoneName", location(ianaTimeZoneName="america/los angeles")),
    ("bad-time-zone", "/customer/location/ianaTimeZoneName", location(ianaTimeZoneName="Mars/Olympus")),
    ("out-of-range", "/customer/location/latitude", location(latitude=90.01, longitude=0)),
    ("out-of-range", "/customer/location/latitude", location(latitude=-122.3, longitude=47.6)),
    ("out-of-range", "/customer/location/longitude", location(latitude=0, longitude=-181)),
    ("out-of-range", "/customer/location/longitude", location(latitude=0, longitude=Number("1e400"))),
    ("out-of-range", "/customer/location/longitude", location(latitude=0, longitude=10**4200)),
    ("bad-timestamp", "/eventTimestamp", event(eventTimestamp="2026-04-02")),
    ("bad-timestamp", "/eventTimestamp", event(eventTimestamp="04/02/2026 12:00")),
    ("bad-timestamp", "/eventTimestamp", event(eventTimestamp=" 2026-04-02T12:00:00Z")),
    ("bad-timestamp", "/eventTimestamp", event(eventTimestamp="1775131200")),
    ("bad-timestamp", "/eventTimestamp", event(eventTimestamp="tomorrow")),
    ("bad-timestamp", "/eventTimestamp", event(eventTimestamp="")),
    ("bad-unique-id", "/uniqueId", event(uniqueId="")),
    ("bad-unique-id", "/uniqueId", event(uniqueId="x" * 256)),
    ("nested-value", "/data/items", data(items=[1])),
    ("nested-value", "/data/a~1b", event(data={"a/b": {"c": 1}, "$extra": {"d": 2}})),
    ("nested-value", "/data/items", event(data={"items": [1], "$extra": {"items": [2]}})),
    ("nested-value", "/customer/customFields/Tags", customer(customFields={"Tags": ["a"]})),
    ("null-custom-field", "/customer/customFields/Tier", customer(customFields={"Tier": None})),
    ("extra-not-an-object", "/data/$extra", event(data={"$extra": "text"})),
    ("extra-not-an-object", "/data/$extra", event(data={"$extra": [1]})),
    ("extra-not-an-object", "/data/$extra", event(data={"$extra": None})),
    ("too-many-properties", "/data", event(data={str(i): "x" for i in range(401)})),
    ("string-too-long", "/data/html", data(html="x" * 100_001)),
    ("string-too-long", "/data/html", data(html="é" * 50_001)),
    ("string-too-long", "/data/$extra/html/0", event(data={"$extra": {"html": ["😀" * 25_001]}})),
    ("payload-too-large", "", event(data={"$extra": {"parts": ["x" * 99_999] * 51}})),
]  # fmt: skip
BROKEN_BULK: list[tuple[str, str, Any]] = [
    ("not-an-object", "", [EVENT]),
    ("no-events", "/events", {}),
    ("no-events", "/events", {"events": []}),
    ("wrong-type", "/events", {"events": "text"}),
    ("unknown-field", "/dryRun", {"events": [EVENT], "dryRun": True}),
    ("too-many-events", "/events", {"events": [EVENT] * 101}),
    ("not-an-object", "/events/1", {"events": [EVENT, 5]}),
    ("bad-email", "/events/1/customer/email", {"events": [EVENT, customer(email="a@b.test ")]}),
    ("nested-value", "/events/0/data/items", {"events": [data(items=[1])]}),
]


def codes(findings: list[Finding], path: str) -> list[str]:
    return [finding.code for finding in findings if finding.path == path]


@pytest.mark.parametrize(("code", "path", "payload"), BROKEN)
def test_a_broken_rule_is_one_error_at_its_place(code: str, path: str, payload: Any) -> None:
    found = errors(payload)
    assert codes(found, path) == [code]
    assert all(finding.severity is Severity.ERROR and finding.code in ERROR_CODES for finding in found)


@pytest.mark.parametrize(("code", "path", "payload"), BROKEN)
def test_a_sentence_is_short_and_printable(code: str, path: str, payload: Any) -> None:
    for finding in errors(payload):
        assert finding.message.isprintable()
        assert finding.message.endswith((".", "?"))
        assert len(finding.message) < 200


@pytest.mark.parametrize(("code", "path", "payload"), BROKEN)
def test_every_fix_repairs_what_it_stands_beside(code: str, path: str, payload: Any) -> None:
    for finding in check(payload):
        for fix in finding.fixes:
            repaired = check(payloads.apply(payload, fix.edits))
            assert finding.code not in codes(repaired, finding.path), fix


@pytest.mark.parametrize(("code", "path", "payload"), BROKEN_BULK)
def test_a_broken_bulk_request_is_named(code: str, path: str, payload: Any) -> None:
    found = errors_of_bulk(payload)
    assert codes(found, path) == [code]
    for fix in found[0].fixes:
        assert errors_of_bulk(payloads.apply(payload, fix.edits)) == []


def test_every_error_code_is_caused_above() -> None:
    assert {code for code, _, _ in BROKEN + BROKEN_BULK} == ERROR_CODES


@pytest.mark.parametrize(
    "payload",
    [
        EVENT,
        event(customer={"id": "anything"}),
        event(customer={"phoneNumber": "+11234567890"}),
        customer(email="a@shop.test"),
        customer(email="δοκιμή@παράδειγμα.gr"),
        customer(phoneNumber="+123456789012345"),
        customer(location={}, customFields={"a": "", "b": 0, "c": False}),
        location(countryCode="GB", ianaTimeZoneName="Europe/Kyiv", latitude=-90, longitude=180),
        event(value=0, valueCurrency="JPY", uniqueId="😀" * 255, eventTimestamp="2026-04-02t12:00:00.123+05:30"),
        event(value=10**4200),
        event(value=Number("1e400")),
        event(anything={"at": ["all", None]}),
        event(data={"n": None, "e": "", "z": 0, "extra": "x", "$extra": {"n": None, "l": [[{}]]}}),
        event(data={str(i): "x" for i in range(400)}),
        event(data={"a": "x" * 100_000, "b": "é" * 50_000, "\ud800": "\udfff"}),
        {**EVENT, "\ud800": {"\udfff": 1}},
    ],
)
def test_what_the_contract_allows_is_no_error(payload: Any) -> None:
    assert errors(payload) == []


@pytest.mark.parametrize(
    ("payload", "path", "labels"),
    [
        (customer(phoneNumber="123-456-7890"), "/customer/phoneNumber", ["Use +11234567890"]),
        (customer(phoneNumber="020 7946 0958", location={"countryCode": "GB"}), "/customer/phoneNumber",
         ["Use +442079460958"]),
        (customer(phoneNumber="0044 20 7946 0958"), "/customer/phoneNumber", ["Use +442079460958"]),
        (customer(phoneNumber="nobody"), "/customer/phoneNumber", []),
        (customer(email=" stewart@example.com\n"), "/customer/email", ["Use stewart@example.com"]),
        (customer(email="nobody"), "/customer/email", []),
        (event(value=1, valueCurrency="euro"), "/valueCurrency", ["Use EUR"]),
        (location(countryCode="U.S.A."), "/customer/location/countryCode", ["Use US"]),
        (location(countryCode="uk"), "/customer/location/countryCode", ["Use GB"]),
        (location(ianaTimeZoneName="Los Angeles"), "/customer/location/ianaTimeZoneName", ["Use America/Los_Angeles"]),
        (location(ianaTimeZoneName="Europe/Belrin"), "/customer/location/ianaTimeZoneName", ["Use Europe/Berlin"]),
        (event(eventTimestamp="2026-04-02"), "/eventTimestamp", ["Use 2026-04-02T00:00:00Z"]),
        (event(eventTimestamp="2026-04-02 12:00"), "/eventTimestamp", ["Use 2026-04-02T12:00:00Z"]),
        (event(eventTimestamp="04/02/2026"), "/eventTimestamp",
         ["Use 2026-04-02T00:00:00Z", "Use 2026-02-04T00:00:00Z"]),
        (event(eventTimestamp=1775131200000), "/eventTimestamp", ["Use 2026-04-02T12:00:00Z"]),
        (event(value="12,5"), "/value", ["Use 12.5"]),
        (event(value="$1,234.50"), "/value", ["Use 1234.50"]),
        (event(value="1,234"), "/value", []),
        (event(value="12a"), "/value", []),
        (event(eventName=5), "/eventName", ["Use 5"]),
        (customer(zip="98101"), "/customer/zip", ["Move to customer.location.postalCode", "Remove"]),
        (customer(fistName="Stewart"), "/customer/fistName", ["Rename to firstName", "Remove"]),
        (customer(mail="a@b.test"), "/customer/mail", ["Move to customFields", "Remove"]),
        (customer(location="Seattle", zip="98101"), "/customer/zip", ["Move to customFields", "Remove"]),
        (location(latitude=-122.3, longitude=47.6), "/customer/location/latitude", ["Swap latitude and longitude"]),
        (data(items=[1]), "/data/items", ["Move to $extra"]),
        (event(data={"items": [1], "$extra": {"items": 2}}), "/data/items", []),
    ],
)  # fmt: skip
def test_the_repairs_offered(payload: Any, path: str, labels: list[str]) -> None:
    finding = next(each for each in errors(payload) if each.path == path)
    assert [fix.label for fix in finding.fixes] == labels


def test_a_repair_never_takes_another_value_away() -> None:
    before = customer(phone="+12065551234", phoneNumber="+11234567890")
    finding = next(each for each in errors(before) if each.path == "/customer/phone")
    for fix in finding.fixes:
        assert payloads.apply(before, fix.edits)["customer"]["phoneNumber"] == "+11234567890"


def test_findings_stand_in_the_order_of_the_document() -> None:
    payload = {
        "data": {"b": "25", "a/b": [1], "$extra": 5},
        "customer": {"location": {"latitude": 91, "city": 1}, "phone": 1},
        "value": "x",
    }
    assert [(finding.code, finding.path) for finding in check(payload)] == [
        ("missing-event-name", "/eventName"),
        ("number-as-text", "/data/b"),
        ("nested-value", "/data/a~1b"),
        ("extra-not-an-object", "/data/$extra"),
        ("missing-identity", "/customer"),
        ("out-of-range", "/customer/location/latitude"),
        ("half-a-coordinate", "/customer/location/latitude"),
        ("wrong-type", "/customer/location/city"),
        ("unknown-field", "/customer/phone"),
        ("wrong-type", "/value"),
        ("value-without-currency", "/value"),
    ]


def test_events_of_a_bulk_request_stand_in_its_order() -> None:
    found = errors_of_bulk({"events": [EVENT, *[event(eventName=1)] * 10]})
    assert [finding.path for finding in found] == [f"/events/{index}/eventName" for index in range(1, 11)]


def test_a_path_that_leads_nowhere_still_has_a_place() -> None:
    lost = Finding(Severity.WARNING, "duplicate-key", "/gone/x", "")
    root = Finding(Severity.ERROR, "payload-too-large", "", "")
    assert in_document_order(EVENT, [lost, root]) == [root, lost]


@pytest.mark.parametrize(("size", "refused"), [(5_000_000, False), (5_000_001, True)])
def test_the_size_as_sent_decides(size: int, refused: bool) -> None:
    assert ("payload-too-large" in codes(errors(EVENT, size), "")) is refused


def nested(levels: int) -> Any:
    value: Any = "bottom"
    for level in range(levels):
        value = [value] if level % 2 else {"down": value}
    return value


@pytest.mark.parametrize(
    "payload",
    [
        event(data={"$extra": {"deep": nested(10_000)}}),
        event(data={"deep": nested(10_000)}),
        event(deep=nested(10_000)),
        nested(10_000),
        event(data={f"key {i}": {"nested": i} for i in range(10_000)}),
        event(data={f"key {i}": str(i) for i in range(10_000)}),
        event(data={f"text {i}": "é" * 49_000 for i in range(50)}),
        {str(i): float("nan") for i in range(10_000)},
        customer(email="a" * 5_000_000, phoneNumber="1" * 5_000_000, customFields={"x" * 100_000: None}),
        location(countryCode="x" * 100_000, ianaTimeZoneName="x" * 100_000, latitude="1" * 100_000),
        event(eventTimestamp="2026-" * 100_000, value="9" * 100_000, data={"n": "9" * 64}),
    ],
)
def test_the_worst_input_is_judged_at_once(payload: Any) -> None:
    started = time.perf_counter()
    check(payload)
    assert time.perf_counter() - started < 5


odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.sampled_from([0, -1, 1775131200, 10**30, 10**4200, Number("1e400"), Number("-0"), Number("1" * 5000)]),
    st.text(st.characters(), max_size=6),
    st.sampled_from(
        ["\ud800", "12,5", "1e999", "04/02/2026", "usa", "$", "pst", "+00", "a@@b.test", "9" * 399, "²", "١"]
    ),
    st.builds(dict),
    st.lists(st.text(max_size=2), max_size=1),
)
odd_places = st.sampled_from(
    [*fields.BY_PATH, "/customer", "/customer/location", "/data", "/data/$extra", "/data/a~1b", "/data/\ud800",
     "/customer/customFields", "/customer/customFields/ x", "/customer/zip", "/customer/location/tel", "/email",
     "/properties", "/event_name", "/", "/cart_context"]
)  # fmt: skip


@given(st.lists(st.builds(payloads.Set, odd_places, odd_values), max_size=6))
@settings(deadline=None, derandomize=True, database=None, max_examples=500)
def test_whatever_is_typed_gets_an_answer_and_fixes_that_work(edits: list[payloads.Set]) -> None:
    payload = payloads.apply(EVENT, edits)
    for finding in check(payload):
        assert finding.message.isprintable()
        for fix in finding.fixes:
            repaired = check(payloads.apply(payload, fix.edits))
            assert (finding.code, finding.path) not in {(each.code, each.path) for each in repaired}, (fix, payload)
