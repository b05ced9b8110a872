"""The models say the catalogue's words and the contract's names, and judge without changing anything."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from composer.event import fields
from composer.event.model import BulkRequest, Customer, CustomEvent, Location, is_email, is_not_json, kind
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


def test_a_bulk_request_holds_1_to_100_events() -> None:
    assert len(BulkRequest.model_validate({"events": [EVENT] * 100}).events) == 100
    for events in ([], [EVENT] * 101):
        with pytest.raises(ValidationError):
            BulkRequest.model_validate({"events": events})
