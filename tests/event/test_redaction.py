"""What is told of an event without its values: its shape stays, and nobody can be found in it."""

from __future__ import annotations

import json
import re
import time
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from composer.event.payload import Number
from composer.event.redaction import _WORDS, MAX_TEXT, Redactor, redacted, redacted_text

EVENT: dict[str, Any] = {
    "eventName": "Order Placed",
    "eventTimestamp": "2026-11-28T10:00:00Z",
    "value": 299.99,
    "valueCurrency": "USD",
    "uniqueId": "order-456",
    "customer": {
        "email": "stewart.t@shop.test",
        "phoneNumber": "+12065551234",
        "id": "665f1a2b3c4d5e6f7a8b9c0d",
        "firstName": "Stewart",
        "location": {"countryCode": "US", "ianaTimeZoneName": "America/Los_Angeles", "street1": "123 Main Street"},
        "customFields": {"VIP": True, "Nickname": None},
    },
    "data": {"Total Spent": 25, "Placed On": "04/02/2026", "$extra": {"items": [{"sku": "abcd-1"}, {"sku": "abcd-2"}]}},
}


def test_the_shape_and_the_names_stay_and_each_value_becomes_what_it_is() -> None:
    assert redacted(EVENT) == {
        "eventName": "<text, 12 characters>",
        "eventTimestamp": "<RFC 3339 date>",
        "value": "<number, decimal>",
        "valueCurrency": "USD",
        "uniqueId": "<text, 9 characters>",
        "customer": {
            "email": "<email>",
            "phoneNumber": "<phone, + and 11 digits>",
            "id": "<id, 24 hex digits>",
            "firstName": "<text, 7 characters>",
            "location": {
                "countryCode": "US",
                "ianaTimeZoneName": "America/Los_Angeles",
                "street1": "<text, 15 characters>",
            },
            "customFields": {"VIP": "<true or false>", "Nickname": None},
        },
        "data": {
            "Total Spent": "<number, integer>",
            "Placed On": "<date-like text, nn/nn/nnnn>",
            "$extra": {"items": [{"sku": "<text, 6 characters>"}, "<1 more item>"]},
        },
    }


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", "<empty text>"),
        ("  ", "<blank text, 2 characters>"),
        ("x", "<text, 1 character>"),
        ("a@b@shop.test", "<email-like text, 13 characters>"),
        ("(206) 555-1234", "<phone-like text, 10 digits>"),
        ("0b6f3c1e-9c1d-4d8f-8a53-2f1f4f5a6b7c", "<UUID>"),
        ("2 April 2026", "<date-like text, n aaaaa nnnn>"),
        ("25", "<number as text, 2 characters>"),
        ("True", "<true or false as text>"),
        ("https://shop.test/a?b=c", "<URL, 23 characters>"),
        (0, "<number, zero>"),
        (-7, "<number, negative integer>"),
        (12345678901234567890, "<number, integer of 20 digits>"),
        (Number("12.00"), "<number, decimal>"),
        (float("nan"), "<not a number of JSON>"),
        ([], []),
        ({}, {}),
        ([1], ["<number, integer>"]),
        (None, None),
    ],
)
def test_a_value_is_told_by_its_kind(value: Any, kind: Any) -> None:
    assert redacted({"data": {"it": value}}) == {"data": {"it": kind}}


@pytest.mark.parametrize(
    "name", ["jane@shop.test", "+12065551234", "665f1a2b3c4d5e6f7a8b9c0d", "order 1234567", "x" * 65, "", "12345"]
)
def test_a_name_that_looks_like_a_value_is_one(name: str) -> None:
    assert next(iter(redacted({"data": {name: 1}})["data"])).startswith("<name, ")
    assert Redactor({"data": {name: 1}}).path(f"/data/{name}").startswith("/data/<name")


@pytest.mark.parametrize("name", ["Total Spent", "total_spent", "line1", "Größe", "$extra", "price (EUR)", "a.b"])
def test_names_of_properties_stay(name: str) -> None:
    assert list(redacted({"data": {name: 1}})["data"]) == [name]


def test_a_name_with_a_value_in_it_is_hidden_and_two_such_stay_apart() -> None:
    payload = {"customer": {"firstName": "Stewart"}, "data": {"of Stewart": 1, "by STEWART": 2}}
    assert list(redacted(payload)["data"]) == ["<name, 10 characters>", "<name, 10 characters> 2"]


def test_a_code_outside_its_place_is_a_value() -> None:
    assert redacted({"customer": {"firstName": "BOB"}})["customer"]["firstName"] == "<text, 3 characters>"


@pytest.mark.parametrize(
    "payload",
    [
        {"data": {f"property {number:03}": "x" * 50 for number in range(400)}},
        {"data": {"deep": json.loads('{"a":' * 150 + "1" + "}" * 150)}},
        {"data": {"many": [[["x"] * 1000] * 10] * 10}},
        [{"eventName": "x"}] * 100,
        {"x" * 100_000: "y" * 100_000},
    ],
)
def test_however_large_the_event_its_shape_is_bounded(payload: Any) -> None:
    assert len(json.dumps(redacted(payload), indent=2)) < 16_000


@pytest.mark.parametrize(
    "said",
    [
        "stewart.t@shop.test is taken",
        "STEWART.T@SHOP.TEST is taken",
        "/customers?email=stewart.t%40shop.test",
        "of stewart.t was sent",
        "Stewart",
        r"\u0053tewart",
        "number +12065551234",
        "number +1 (206) 555-1234",
        "665f1a2b3c4d5e6f7a8b9c0d is unknown",
        "Main is no street",
        "value 299.99 of 25",
        "“Order Pla…” is too long",
    ],
)
def test_nothing_of_the_event_is_left_in_what_the_server_said(said: str) -> None:
    left = redacted_text(f"No: {said}.", EVENT)
    assert left.startswith("No: ")
    assert not re.search(r"stewart|shop|206|1234|665f|main|299|25|order pla", left, re.IGNORECASE), left


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("valueCurrency must be one of ISO 4217, USD is", "valueCurrency must be one of ISO 4217, USD is"),
        ("/customer/email is not an email", "/customer/email is not an email"),
        ("at most 100,000 bytes and 400 properties", "at most 100,000 bytes and 400 properties"),
        ("Total Spent is bad", "Total Spent is bad"),
        ("Bearer abcdef123456", "Bearer <secret>"),
        ("api_key=abcdef123456", "api_key <secret>"),
        ("see https://x.test/a?b=c for it", "see <URL> for it"),
        ("at /events?to=somebody&x=1 now", "at /events<query> now"),
        ("john@else.test", "<email>"),
        ("call 0171 2345678", "call <phone or long number>"),
        ("since 2026-04-02T10:00:00+02:00", "since <date>"),
        ("trace 5a4db0c50000000000000001", "trace <id>"),
        ("a\0b\x1b[1mc", "a b [1mc"),
        ("", ""),
    ],
)
def test_what_names_nobody_stays_and_what_gives_away_goes(said: str, left: str) -> None:
    assert redacted_text(said, EVENT) == left


@pytest.mark.parametrize(
    "said",
    [
        "1'234'567",
        "1_234_567",
        "1.234.567",
        "299.990",
        "299,99",
        "2.9999e2",
        "U3Rld2FydA==",
        "Basic dXNlcjpwYXNz",
        "S\u200btewart",
        "Ste\u00adwart",
        "\uff33\uff54\uff45\uff57\uff41\uff52\uff54",
        "STÉWART",
        "%25252553tewart",
        r"\x53tewart",
        "ending 1234",
        "dear Wolfgang",
        "dear Wolfg...",
        "March 7, 1984",
        "03/07/1984",
        "10.1.2.3",
    ],
)
def test_a_value_is_found_however_a_server_writes_it(said: str) -> None:
    data = {"Total": 1234567, "Note": "Happy birthday dear Wolfgang from us", "Born": "1984-03-07"}
    left = redacted_text(f"No: {said}", {**EVENT, "data": data})
    assert not re.search(r"[\da-z]{2}", bare(left.removeprefix("No: ")).replace("basic", "").replace("ending", "")), (
        left
    )


@pytest.mark.parametrize(
    "said",
    [
        "Authorization: Bearer abcdefghijkl",
        "Bearer eyJhbGciOi.eyJzdWIi.abc-def",
        'token "abc123def"',
        '{"apiKey":"abc123def"}',
        "password=hunter2",
        "key sk_live_abcdefgh",
    ],
)
def test_keys_of_anybody_are_hidden(said: str) -> None:
    assert not re.search("abc|eyJ|hunter|live", redacted_text(said, EVENT))


def test_a_name_of_the_customer_is_no_name_of_a_property() -> None:
    payload = {"customer": {"firstName": "Stewart Thompson"}, "data": {"for Thompson": 1, "order 7734": 2, "n": 7734}}
    assert list(redacted(payload)["data"]) == ["<name, 12 characters>", "<name, 10 characters>", "n"]


def test_words_are_taken_out_of_a_large_event_and_answer_in_a_moment() -> None:
    data = {f"property {number} {number:x}": f"word{number} other{number}" for number in range(20_000)}
    begun = time.perf_counter()
    left = Redactor({"data": data}).text(" ".join(f"word{number}" for number in range(0, 20_000, 20)) + "a-" * 4_000)
    assert time.perf_counter() - begun < 8
    assert "word" not in left


def test_what_was_said_is_cut() -> None:
    assert len(redacted_text("no " * 100_000, EVENT)) == MAX_TEXT


def test_name_and_address_of_the_store_are_hidden_too() -> None:
    said = Redactor(EVENT, ["Acme Shop", "api.acme.test"]).text("Acme shop at api.acme.test says no")
    assert said == "<store> at <store> says no"


texts = st.one_of(
    st.text(max_size=40),
    st.text("ab @.", min_size=1, max_size=8),
    st.emails(),
    st.sampled_from(
        ["Stewart", "stewart t", "123 Main St", "+12065551234", "BOB", "USD", "İstanbul", "STRASSE straße"]
    ),
)
values = st.recursive(
    texts | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
payloads = st.fixed_dictionaries({"eventName": texts, "customer": values, "data": st.dictionaries(texts, values)})


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return [value] if isinstance(value, str) else []


def secrets(payload: Any) -> list[str]:
    """Its texts of four characters and more that are no words of the contract."""
    return [text for text in strings(payload) if len(text) >= 4 and text.strip() and text.lower() not in _WORDS]


def bare(report: str) -> str:
    """A report without its placeholders."""
    return re.sub(r"<[^<>]*>", "\0", report).lower()


@given(payloads)
@settings(max_examples=150, deadline=None)
@example({"eventName": "data", "customer": {"Nina Simone": "Nina Simone"}, "data": {}})
def test_no_value_of_an_event_stands_in_its_shape(payload: Any) -> None:
    left = bare(json.dumps(redacted(payload), ensure_ascii=False))
    assert not [text for text in secrets(payload) if text.lower() in left]


@given(payloads, st.data())
@settings(max_examples=150, deadline=None)
def test_no_value_of_an_event_stands_in_what_the_server_said(payload: Any, data: st.DataObject) -> None:
    known = secrets(payload)
    if not known:
        return
    value = data.draw(st.sampled_from(known))
    write = data.draw(
        st.sampled_from([str, str.upper, json.dumps, lambda text: quote(text.encode("utf-8", "replace"), safe="")])
    )
    left = bare(redacted_text(f"The value {write(value)}, was not good", payload))
    assert value.lower() not in left
    assert value.lower() not in unquote(left)
