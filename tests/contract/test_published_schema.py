"""The models and checks beside the published schema itself, judged by a JSON Schema validator, in both directions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from composer.event import payload as payloads
from composer.event.checks import errors, errors_of_bulk
from composer.event.fields import CUSTOMER_NAMES, LOCATION_NAMES, TOP_LEVEL_NAMES
from composer.event.model import BulkRequest, CustomEvent

# Formats and limits that stand in the contract's text and not in its schema.
BEYOND_THE_SCHEMA = {
    "missing-event-name",  # blank
    "missing-identity",  # blank
    "bad-email",
    "bad-phone",
    "bad-country-code",
    "bad-currency",
    "bad-time-zone",
    "bad-timestamp",
    "bad-unique-id",
    "out-of-range",
    "too-many-properties",
    "string-too-long",
    "payload-too-large",
}
QUICK = settings(
    deadline=None, derandomize=True, database=None, max_examples=300, suppress_health_check=list(HealthCheck)
)

formats = FormatChecker(formats=["email"])


@formats.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    """Weaker than RFC 3339, and not ours: enough to see that nothing is let through."""
    return not isinstance(value, str) or datetime.fromisoformat(value.upper()).tzinfo is not None


def validator(published: dict[str, Any], name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": published["components"]}
    return Draft202012Validator(schema, format_checker=formats)


@pytest.fixture(scope="session")
def one(published: dict[str, Any]) -> Draft202012Validator:
    return validator(published, "custom-event-request.schema")


@pytest.fixture(scope="session")
def bulk(published: dict[str, Any]) -> Draft202012Validator:
    return validator(published, "bulk-custom-event-request.schema")


def without_nulls_in_data(event: Any) -> Any:
    """The one exemption. The schema gives the values of `data` three types, and null is none of them; its text says
    that null is treated as unset, like 0 and "". The text is followed: null there is a warning.
    """
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        return event
    kept = {key: value for key, value in event["data"].items() if value is not None or key == "$extra"}
    return {**event, "data": kept}


# What is put anywhere: right and wrong types, right and wrong formats.
texts = st.one_of(
    st.sampled_from(
        ["", " ", "x", "25", "true", "a@b.test", "a@b", "+12065551234", "123", "US", "us", "USD", "UTC", "PST", "é😀",
         "2026-04-02T12:00:00Z", "2026-04-02T12:00:00", "2026-04-02", "2026-02-30T00:00:00Z", "null"]
    ),
    st.text(max_size=8),
)  # fmt: skip
scalars = st.one_of(
    texts,
    st.booleans(),
    st.none(),
    st.sampled_from([0, -1, 91, 181, 2**53 + 1, 10**400]),
    st.floats(allow_nan=False, allow_infinity=False),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=4,
)
keys = st.one_of(
    st.sampled_from(
        [*TOP_LEVEL_NAMES, *CUSTOMER_NAMES, *LOCATION_NAMES, "$extra", "phone", "zip", "event_name", "", "/"]
    ),
    st.text(max_size=4),
)
plain = st.one_of(texts, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
labels = st.text(max_size=6)
locations = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(LOCATION_NAMES, texts),
        "latitude": st.integers(-95, 95),
        "longitude": st.floats(-181, 181),
    },
)
customers = st.fixed_dictionaries(
    {"email": texts},
    optional={
        **dict.fromkeys(("id", "phoneNumber", "firstName", "lastName"), texts),
        "location": locations,
        "customFields": st.dictionaries(labels, plain, max_size=3),
    },
)
extras = st.dictionaries(labels, anything, max_size=2)
events = st.fixed_dictionaries(
    {"eventName": texts, "customer": customers},
    optional={
        "eventTimestamp": texts,
        "value": st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
        "valueCurrency": texts,
        "uniqueId": texts,
        "data": st.builds(
            lambda own, extra: {**own, **({"$extra": extra} if extra is not None else {})},
            st.dictionaries(labels.filter(lambda key: key != "$extra"), plain, max_size=3),
            st.none() | extras,
        ),
        "somethingElse": anything,
    },
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """An event with up to three values replaced, added or taken away anywhere in the places the schema knows."""
    event: Any = draw(events)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(["", "/customer", "/customer/location", "/customer/customFields", "/data"]))
        holder = payloads.get(event, place)
        if not isinstance(holder, dict):
            continue
        key = draw(st.sampled_from(sorted(holder)) | keys) if holder else draw(keys)
        path = place + payloads.join(key)
        edit = payloads.Remove(path) if draw(st.integers(0, 3)) == 0 else payloads.Set(path, draw(anything))
        event = payloads.apply(event, [edit])
    return event


def pointers(found: Any) -> list[str]:
    return [payloads.join(*error.absolute_path) for error in found]


def agree(judge: Draft202012Validator, event: Any) -> None:
    found = errors(event)
    forbidden = pointers(judge.iter_errors(without_nulls_in_data(event)))
    for pointer in forbidden:
        assert any(
            (each.path + "/").startswith(pointer + "/") or (pointer + "/").startswith(each.path + "/") for each in found
        ), (pointer, event)
    if not forbidden:
        assert {finding.code for finding in found} <= BEYOND_THE_SCHEMA, event


@QUICK
@given(event=mutated())
def test_what_the_schema_forbids_is_an_error_and_nothing_else_is(one: Draft202012Validator, event: Any) -> None:
    agree(one, event)


@QUICK
@given(event=events)
def test_what_the_schema_allows_breaks_no_rule_but_formats_and_limits(one: Draft202012Validator, event: Any) -> None:
    assert all(error.validator == "format" for error in one.iter_errors(event))
    assert {finding.code for finding in errors(event)} <= BEYOND_THE_SCHEMA


@QUICK
@given(event=anything)
def test_what_is_no_event_at_all_is_an_error(one: Draft202012Validator, event: Any) -> None:
    agree(one, event)


@QUICK
@given(
    request=st.fixed_dictionaries({"events": st.lists(mutated(), max_size=3)}, optional={"other": anything}) | anything
)
def test_the_same_holds_for_a_bulk_request(bulk: Draft202012Validator, request: Any) -> None:
    listed = request.get("events") if isinstance(request, dict) else None
    judged = (
        {**request, "events": [without_nulls_in_data(event) for event in listed]}
        if isinstance(listed, list)
        else request
    )
    found = errors_of_bulk(request)
    if bulk.is_valid(judged):
        assert {finding.code for finding in found} <= BEYOND_THE_SCHEMA
    else:
        assert found


@pytest.mark.parametrize("count", [0, 1, 100, 101])
def test_the_number_of_events_in_a_bulk_request(bulk: Draft202012Validator, count: int) -> None:
    request = {"events": [{"eventName": "x", "customer": {"email": "a@b.test"}}] * count}
    assert bulk.is_valid(request) is (errors_of_bulk(request) == [])


@pytest.mark.parametrize("value", [None, "", 0])
def test_null_in_data_is_the_only_exemption(one: Draft202012Validator, value: Any) -> None:
    event = {"eventName": "x", "customer": {"email": "a@b.test"}, "data": {"n": value}}
    assert one.is_valid(event) is (value is not None)
    assert errors(event) == []


def test_every_published_example_shows_no_error(published: dict[str, Any]) -> None:
    judges = {"/stores/{storeId}/events": errors, "/stores/{storeId}/events/bulk": errors_of_bulk}
    for path, judge in judges.items():
        body = published["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        assert body["examples"]
        for example in body["examples"].values():
            assert judge(example["value"]) == []


def shape(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """What counts in a schema: names, types, formats, what is required and what may be added. Words don't."""
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return shape(target, root)
    options = schema.get("anyOf", schema.get("oneOf"))
    if options and "type" not in schema:
        meant = [shape(option, root) for option in options if option.get("type") != "null"]
        return meant[0] if len(meant) == 1 else {"any of": meant}
    found: dict[str, Any] = {
        name: schema[name] for name in ("type", "format", "minItems", "maxItems") if name in schema
    }
    if "properties" in schema:
        found["properties"] = {name: shape(below, root) for name, below in sorted(schema["properties"].items())}
    if "required" in schema:
        found["required"] = sorted(schema["required"])
    if "items" in schema:
        found["items"] = shape(schema["items"], root)
    more = schema.get("additionalProperties", True)
    found["more"] = shape(more, root) if isinstance(more, dict) else more
    return found


@pytest.mark.parametrize(
    ("model", "name"),
    [(CustomEvent, "custom-event-request.schema"), (BulkRequest, "bulk-custom-event-request.schema")],
)
def test_the_models_have_the_published_shape(published: dict[str, Any], model: Any, name: str) -> None:
    ours = model.model_json_schema(by_alias=True)
    assert shape(ours, ours) == shape(published["components"]["schemas"][name], published)
