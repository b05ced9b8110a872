"""The models say the catalogue's words and the contract's names, and judge without changing anything."""

from __future__ import annotations

from typing import Any

import email_validator
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from composer.event import fields
from composer.event.model import _PLAIN_EMAIL, BulkRequest, Customer, CustomEvent, Location, is_email, is_not_json, kind
from composer.event.payload import Number

EVENT = {"eventName": "Order Placed", "customer": {"email": "stewart@example.com"}}


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (CustomEvent, fields.TOP_LEVEL_NAMES),
        (Customer, fields.CUSTOMER_NAMES),
        (Location, fields.LOCATION_NAMES),
    ],
)
def test_the_models_have_the_fields_of_the_catalogue(model: Any, names: tuple[str, ...]) -> None:
    assert set(model.model_json_schema()["properties"]) == set(names)


def test_titles_hints_and_examples_stand_on_the_fields() -> None:
    definitions = CustomEvent.model_json_schema()["$defs"]
    email = definitions["Customer"]["properties"]["email"]
    assert (email["title"], email["description"], email["examples"]) == (
        fields.EMAIL.title,
        fields.EMAIL.help,
        [fields.EMAIL.example],
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "null"), (True, "true"), (False, "false"), ("", "text"), (0, "a number"), (0.5, "a number"),
     (Number("1e400"), "a number"), ([], "a list"), ({}, "an object")],
)  # fmt: skip
def test_a_value_is_named_in_words(value: Any, words: str) -> None:
    assert kind(value) == words


@pytest.mark.parametrize(
    ("value", "expected"),
    [(float("nan"), True), (float("-inf"), True), (Number("1e400"), False), (1.5, False), (5, False), ("NaN", False)],
)
def test_nan_is_told_from_a_large_literal(value: Any, expected: bool) -> None:
    assert is_not_json(value) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a@shop.test", True), ("a@example.com", True), ("a@b.local", True), ("a+b.c@d-e.co", True), ("a@b", False),
     ("a b@c.de", False), ("@c.de", False), ("a@", False), ("a", False), ("a@b.c\n", False), ("a@-b.de", False),
     ("\ud800@b.de", False), ("a" * 10_000_000, False)],
)  # fmt: skip
def test_email_syntax(text: str, expected: bool) -> None:
    assert is_email(text) is expected


ADDRESSES = st.one_of(
    st.emails(),
    st.text("aZ0.-_+@!'", max_size=20),
    st.builds(
        "{}@{}.{}".format,
        st.text("abZ09._+'-", min_size=1, max_size=70),
        st.text("abX09.-n", min_size=1, max_size=190),
        st.text("abXn09-", min_size=1, max_size=70),
    ),
    st.from_regex(_PLAIN_EMAIL, fullmatch=True),
)


@settings(max_examples=300, deadline=None)
@given(ADDRESSES)
@example("a@xn--a.com")
@example("a@ab--c.com")
@example("a@b.c-")
@example("a@b.c\n")
@example("a@b.c1")
@example("a@" + "b" * 64 + ".com")
@example("a@" + "b" * 63 + ".com")
@example("a" * 64 + "@b.com")
@example("a" * 65 + "@b.com")
@example("a@" + "b." * 125 + "co")
def test_what_is_plainly_an_email_address_is_one(text: str) -> None:
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    if len(text) <= 254 and _PLAIN_EMAIL.fullmatch(text):
        email_validator.validate_email(text, check_deliverability=False, strict=True)


@pytest.mark.parametrize("text", ["ann@example.com", "a.b+c@d-e.f1.co", "A" * 64 + "@" + "b" * 63 + ".test"])
def test_a_plain_address_does_not_wait_for_the_library(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email_validator, "validate_email", None)
    is_email.cache_clear()
    assert is_email(text)


def test_a_bulk_request_holds_1_to_100_events() -> None:
    assert len(BulkRequest.model_validate({"events": [EVENT] * 100}).events) == 100
    for events in ([], [EVENT] * 101):
        with pytest.raises(ValidationError):
            BulkRequest.model_validate({"events": events})
