"""What the advice promises: whatever is accepted and probably not meant is said, with a repair that repairs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from composer.event import payload as payloads
from composer.event.advice import warnings
from composer.event.checks import check
from composer.event.findings import Severity
from composer.event.jsontext import parse
from composer.event.payload import Number

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
EVENT = {"eventName": "Order Placed", "customer": {"email": "stewart@example.com"}}
WARNING_CODES = {
    "not-stored", "not-a-date", "number-as-text", "boolean-as-text", "unknown-top-level-field", "legacy-shape",
    "not-an-object-id", "unlikely-phone", "currency-without-value", "value-without-currency", "half-a-coordinate",
    "timestamp-far-away", "confusable-keys", "precision-loss", "duplicate-key", "lone-surrogate",
}  # fmt: skip


def event(**changes: Any) -> dict[str, Any]:
    return {**EVENT, **changes}


def customer(**changes: Any) -> dict[str, Any]:
    return event(customer={"email": "stewart@example.com", **changes})


def data(**properties: Any) -> dict[str, Any]:
    return event(data=properties)


EXTRA = ["Move to $extra", "Remove"]
QUESTIONABLE: list[tuple[str, str, Any, list[str]]] = [
    ("not-stored", "/data/n", data(n=0), EXTRA),
    ("not-stored", "/data/n", data(n=Number("-0")), EXTRA),
    ("not-stored", "/data/n", data(n=Number("0.00")), EXTRA),
    ("not-stored", "/data/n", data(n=None), EXTRA),
    ("not-stored", "/data/n", data(n=""), EXTRA),
    ("not-stored", "/data/n", event(data={"n": 0, "$extra": {"n": 1}}), ["Remove"]),
    ("not-stored", "/data/n", event(data={"n": 0, "$extra": 5}), ["Remove"]),
    ("not-a-date", "/data/d", data(d="2026-04-02"), ["Use 2026-04-02T00:00:00Z"]),
    ("not-a-date", "/data/d", data(d="04/02/2026"), ["Use 2026-04-02T00:00:00Z", "Use 2026-02-04T00:00:00Z"]),
    ("not-a-date", "/data/d", data(d=" 2026-04-02T12:00:00Z"), ["Use 2026-04-02T12:00:00Z"]),
    ("not-a-date", "/data/d", data(d="2026-02-30T12:00:00Z"), []),
    ("not-a-date", "/customer/customFields/d", customer(customFields={"d": "4 July 1976"}),
     ["Use 1976-07-04T00:00:00Z"]),
    ("number-as-text", "/data/n", data(n="25"), ["Change to the number 25"]),
    ("number-as-text", "/data/n", data(n=" 12.50 "), ["Change to the number 12.50"]),
    ("number-as-text", "/data/n", data(n="0"), []),
    ("number-as-text", "/customer/customFields/n", customer(customFields={"n": "0"}), ["Change to the number 0"]),
    ("number-as-text", "/customer/customFields/n", customer(customFields={"n": "-1e3"}), ["Change to the number -1e3"]),
    ("boolean-as-text", "/data/b", data(b="True"), ["Change to true"]),
    ("boolean-as-text", "/customer/customFields/b", customer(customFields={"b": "false"}), ["Change to false"]),
    ("unknown-top-level-field", "/event_Name", event(event_Name="x"), []),
    ("unknown-top-level-field", "/currency", event(value=1, currency="USD"), ["Rename to valueCurrency"]),
    ("unknown-top-level-field", "/firstName", event(firstName="Stewart"), ["Move to customer.firstName"]),
    ("unknown-top-level-field", "/Category", event(Category="apparel"), ["Move to data"]),
    ("unknown-top-level-field", "/items", event(items=[1]), []),
    ("legacy-shape", "", {"event_name": "x", "email": "a@b.test", "properties": {"n": [1]}}, ["Upgrade the payload"]),
    ("not-an-object-id", "/customer/id", customer(id="12345"), []),
    ("not-an-object-id", "/customer/id", customer(id=" 665f1a2b3c4d5e6f7a8b9c0d"), ["Use 665f1a2b3c4d5e6f7a8b9c0d"]),
    ("not-an-object-id", "/customer/id", customer(id=" "), ["Remove"]),
    ("unlikely-phone", "/customer/phoneNumber", customer(phoneNumber="+1206"), []),
    ("unlikely-phone", "/customer/phoneNumber", customer(phoneNumber="+999123456789"), []),
    ("currency-without-value", "/valueCurrency", event(valueCurrency="USD"), ["Remove the currency"]),
    ("value-without-currency", "/value", event(value=5), []),
    ("half-a-coordinate", "/customer/location/latitude", customer(location={"latitude": 5}), []),
    ("half-a-coordinate", "/customer/location/longitude", customer(location={"longitude": 5}), []),
    ("timestamp-far-away", "/eventTimestamp", event(eventTimestamp="2025-04-01T00:00:00Z"), []),
    ("timestamp-far-away", "/eventTimestamp", event(eventTimestamp="2062-04-02T12:00:00Z"), []),
    ("confusable-keys", "/data/Order Id", event(data={"order_id": 1, "Order Id": 2}), []),
    ("confusable-keys", "/data/ Tier ", event(data={" Tier ": "x"}), ["Rename to “Tier”"]),
    ("confusable-keys", "/customer/customFields/TIER", customer(customFields={"tier": "x", "TIER": "y"}), []),
    ("precision-loss", "/data/n", data(n=2**53 + 1), ["Keep it exactly, as text"]),
    ("precision-loss", "/data/n", data(n=Number("1e400")), ["Keep it exactly, as text"]),
    ("precision-loss", "/data/n", data(n=Number("0.12345678901234567890")), ["Keep it exactly, as text"]),
    ("precision-loss", "/data/n", data(n=10**4200), []),
    ("precision-loss", "/data/$extra/deep/0/n", event(data={"$extra": {"deep": [{"n": 2**60 + 1}]}}),
     ["Keep it exactly, as text"]),
    ("precision-loss", "/value", event(value=Number("1e400"), valueCurrency="USD"), []),
    ("lone-surrogate", "/data/t", data(t="half \ud83d"), []),
    ("lone-surrogate", "/data/\udc00", event(data={"\udc00": "t"}), []),
    ("lone-surrogate", "/data/$extra/deep/1", event(data={"$extra": {"deep": ["é", "\ud800"]}}), []),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "payload", "labels"), QUESTIONABLE)
def test_a_probable_slip_is_one_warning_with_its_repairs(code: str, path: str, payload: Any, labels: list[str]) -> None:
    found = [finding for finding in warnings(payload, NOW) if finding.path == path]
    assert [finding.code for finding in found] == [code]
    assert found[0].severity is Severity.WARNING
    assert [fix.label for fix in found[0].fixes] == labels


@pytest.mark.parametrize(("code", "path", "payload", "labels"), QUESTIONABLE)
def test_every_fix_repairs_and_breaks_nothing(code: str, path: str, payload: Any, labels: list[str]) -> None:
    before = {(finding.code, finding.path) for finding in check(payload)}
    for fix in (fix for finding in warnings(payload, NOW) for fix in finding.fixes):
        after = check(payloads.apply(payload, fix.edits))
        left = {(finding.code, finding.path) for finding in after}
        assert left < before, fix


def test_every_warning_code_is_caused() -> None:
    from_text = parse('{"eventName": "a", "eventName": "b"}').findings
    assert {code for code, *_ in QUESTIONABLE} | {finding.code for finding in from_text} == WARNING_CODES


@pytest.mark.parametrize(
    "payload",
    [
        EVENT,
        [],
        None,
        event(customer=5, data=5),
        event(value=1, valueCurrency="USD", eventTimestamp="2026-04-02T12:00:00+02:00"),
        event(eventTimestamp="2025-04-02T12:00:00Z"),
        event(eventTimestamp="0000-01-01T00:00:00Z x"),
        data(b=False, n=1, t="00123", p="+12065551234", v="1.2.3", word="truely", id="4111111111111111111"),
        data(html="x" * 100_000, long="9" * 65),
        event(data={"$extra": {"n": None, "z": 0, "e": "", "since": "2024-01-01", "n2": "25"}}),
        customer(customFields={"n": 0, "e": "", "d": "1976-07-04T12:00:00Z"}),
        customer(phoneNumber="+11234567890", id="665F1A2B3C4D5E6F7A8B9C0D"),
        customer(location={"latitude": 1, "longitude": 2}),
        data(n=2**53, m=2**60, x=Number("12.00"), y=Number("1e22"), z=0.1),
        data(t="😀 שלום"),
    ],
)
def test_nothing_is_said_where_nothing_is_wrong(payload: Any) -> None:
    assert warnings(payload, NOW) == []


def test_zero_is_unset_in_data_alone() -> None:
    (in_data,), (custom,) = warnings(data(n="0.0"), NOW), warnings(customer(customFields={"n": "0.0"}), NOW)
    assert in_data.message == "“n” is text, not a number. As the number 0 it would count as unset."
    assert custom.message == "“n” is text, not a number."


@pytest.mark.parametrize(
    ("others", "end"),
    [
        ({"email": "a@b.test", "phoneNumber": "+12065551234"}, "not be found, so Redo goes by email or phone."),
        ({"email": "a@b.test"}, "not be found, so Redo goes by email."),
        ({"phoneNumber": "+12065551234", "email": " "}, "not be found, so Redo goes by phone."),
        ({"email": 5}, "not be found."),
        ({}, "not be found."),
    ],
)
def test_an_id_that_is_none_names_what_is_gone_by_instead(others: dict[str, Any], end: str) -> None:
    (finding,) = warnings(event(customer={"id": "12345", **others}), NOW)
    assert finding.message.endswith(end)


def test_a_year_is_measured_from_now() -> None:
    then = event(eventTimestamp="2020-06-01T00:00:00Z")
    assert warnings(then, datetime(2020, 1, 1, tzinfo=UTC)) == []
    assert [finding.code for finding in warnings(then, NOW)] == ["timestamp-far-away"]


def test_a_repair_does_not_overwrite() -> None:
    taken = event(currency="EUR", valueCurrency="USD", value=1)
    (finding,) = warnings(taken, NOW)
    assert finding.fixes == ()


def test_the_legacy_finding_names_what_is_lost() -> None:
    payload = {"event_name": "x", "email": "a@b.test", "cart_context": {"alreadyInCart": []}}
    (finding,) = [each for each in warnings(payload, NOW) if each.code == "legacy-shape"]
    assert "cart_context is left out" in finding.message
    assert check(payloads.apply(payload, finding.fixes[0].edits)) == []
