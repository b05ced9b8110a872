"""The short way to "no error" says so only where the checks find none, and the long way is still taken otherwise."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.event import checks
from composer.event.findings import Severity
from composer.event.limits import MAX_DATA_PROPERTIES, MAX_DEPTH, MAX_PAYLOAD_BYTES
from composer.event.payload import Number
from composer.sandbox.incoming import errors_of, json_of
from composer.sandbox.problems import Refused

JANE = {"email": "jane@example.com"}
EVENT = {"eventName": "Order Placed", "customer": JANE}

_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["", " ", "+12065551234", "jane@example.com", "US", "USD", "2026-04-02T12:00:00Z", "\ud83d"]),
    st.sampled_from([[], {}, {"a": [1, {"b": math.nan}]}, {"$extra": {"x": "y" * 30_000}}, Number("1e400")]),
)
_CUSTOMER = st.dictionaries(
    st.sampled_from(["id", "email", "phoneNumber", "firstName", "location", "customFields", "more"]),
    _VALUES,
    max_size=4,
)
_EVENTS = st.dictionaries(
    st.sampled_from(["eventTimestamp", "value", "valueCurrency", "uniqueId", "data", "more"]), _VALUES, max_size=4
).flatmap(
    lambda rest: st.builds(lambda name, customer: {"eventName": name, "customer": customer} | rest, _VALUES, _CUSTOMER)
)


@settings(max_examples=400, deadline=None)
@given(_EVENTS | _EVENTS.map(lambda event: EVENT | {"data": event.get("data", {})}))
def test_the_errors_are_those_of_the_checks(event: Any) -> None:
    found = [(each.path, each.message) for each in checks.errors(event, 1000) if each.severity is Severity.ERROR]
    assert errors_of(event, 1000) == found


@pytest.mark.parametrize(
    "event",
    [
        EVENT | {"data": {str(n): n for n in range(MAX_DATA_PROPERTIES + 1)}},
        EVENT | {"data": {"$extra": {"a": ["x" * 100_001]}}},
        EVENT | {"data": {"$extra": {"a": [math.inf]}}},
        EVENT | {"more": math.nan},
        {"eventName": "x", "customer": {"id": " "}},
        {"eventName": "x", "customer": {}},
        [],
        None,
    ],
)
def test_what_no_model_knows_is_an_error_all_the_same(event: Any) -> None:
    assert errors_of(event, 1000)


def test_an_event_too_large_is_measured() -> None:
    event = EVENT | {"data": {"$extra": {str(n): "x" * 20_000 for n in range(260)}}}
    assert errors_of(event, MAX_PAYLOAD_BYTES + 1)
    assert errors_of(EVENT, MAX_PAYLOAD_BYTES + 1) == []


@pytest.mark.parametrize(("opens", "closes"), [('{"a":', "}"), ("[", "]")])
def test_the_deepest_nesting_that_is_taken(opens: str, closes: str) -> None:
    json_of((opens * MAX_DEPTH + "1" + closes * MAX_DEPTH).encode())
    with pytest.raises(Refused):
        json_of((opens * (MAX_DEPTH + 1) + "1" + closes * (MAX_DEPTH + 1)).encode())
