"""The old shape is told apart from today's, and upgraded without losing anything silently."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from composer.event.checks import errors
from composer.event.legacy import is_legacy, upgrade


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"event_name": "x"}, True),
        ({"event_name": "x", "eventName": "y", "customer": {}}, True),
        ({"email": "a@b.test", "eventName": "x"}, True),
        ({"properties": {}}, True),
        ({"eventName": "x", "customer": {}, "email": "a@b.test"}, False),
        ({}, False),
        ({"eventName": "x"}, False),
        ([], False),
        (None, False),
    ],
)
def test_the_old_shape_is_known_by_its_names(payload: Any, expected: bool) -> None:
    assert is_legacy(payload) is expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            {"event_name": "user_registered", "email": "a@example.com", "properties": {"plan": "premium"}},
            {"eventName": "user_registered", "customer": {"email": "a@example.com"}, "data": {"plan": "premium"}},
        ),
        (
            {
                "event_name": "x",
                "phone": "+12065551234",
                "email": "a@example.com",
                "event_timestamp": "2026-04-02T12:00:00Z",
            },
            {
                "eventName": "x",
                "customer": {"email": "a@example.com", "phoneNumber": "+12065551234"},
                "eventTimestamp": "2026-04-02T12:00:00Z",
            },
        ),
        (
            {"event_name": "x", "email": "a@b.test", "properties": {"n": 1, "items": [1], "$extra": {"a": 1}, "o": {}}},
            {
                "eventName": "x",
                "customer": {"email": "a@b.test"},
                "data": {"n": 1, "$extra": {"items": [1], "o": {}, "a": 1}},
            },
        ),
        (
            {"event_name": "x", "phone": "+12065551234", "customer": {"firstName": "S"}, "uniqueId": "1", "other": [1]},
            {
                "eventName": "x",
                "customer": {"firstName": "S", "phoneNumber": "+12065551234"},
                "uniqueId": "1",
                "other": [1],
            },
        ),
        (
            {"event_name": "x", "email": "a@b.test", "cart_context": None},
            {"eventName": "x", "customer": {"email": "a@b.test"}},
        ),
    ],
)
def test_an_upgrade_takes_everything_over(old: Any, new: Any) -> None:
    before = copy.deepcopy(old)
    upgraded = upgrade(old)
    assert upgraded.payload == new
    assert list(upgraded.payload) == list(new)
    assert upgraded.homeless == []
    assert errors(upgraded.payload) == []
    assert not is_legacy(upgraded.payload)
    assert old == before


@pytest.mark.parametrize(
    ("old", "new", "remarks"),
    [
        (
            {"event_name": "x", "cart_context": {"existingCartId": "1"}},
            {"eventName": "x"},
            ["cart_context is left out: today's events have no cart."],
        ),
        (
            {"event_name": "old", "eventName": "new", "email": "o@b.test", "customer": {"email": "n@b.test"}},
            {"eventName": "new", "customer": {"email": "n@b.test"}},
            [
                "email is left out: customer.email is there already.",
                "event_name is left out: eventName is there already.",
            ],
        ),
        (
            {
                "event_name": "x",
                "properties": {"items": [1], "$extra": {"items": [2]}},
                "customer": "bob",
                "email": "e",
            },
            {"eventName": "x", "data": {"$extra": {"items": [2]}}, "customer": "bob"},
            ["email is left out: the customer is no object.", "“items” is left out: $extra has it already."],
        ),
        (
            {"event_name": "x", "properties": {"items": [1], "$extra": 5}},
            {"eventName": "x", "data": {"$extra": {"items": [1]}}},
            ["The old $extra is left out: it was no object."],
        ),
        ({"event_name": "x", "properties": "text"}, {"eventName": "x", "data": "text"}, []),
        (
            {
                "event_name": "x",
                "properties": {"a": 1},
                "data": {"b": 2},
                "phone": "1",
                "customer": {"phoneNumber": "2"},
            },
            {"eventName": "x", "data": {"b": 2}, "customer": {"phoneNumber": "2"}},
            [
                "phone is left out: customer.phoneNumber is there already.",
                "properties is left out: data is there already.",
            ],
        ),
    ],
)
def test_what_finds_no_home_is_named(old: Any, new: Any, remarks: list[str]) -> None:
    assert upgrade(old) == (new, remarks)
