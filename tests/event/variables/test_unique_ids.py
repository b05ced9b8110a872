"""The uniqueId of a template makes a new one for each event, or a warning says that it doesn't."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from composer.event.findings import Severity
from composer.event.payload import Set, apply
from composer.event.variables import Context, fixed_unique_id, pattern_of, resolve

FIXED = ["order-456", " ", "{{ not closed", r"\{{name}}", "order-{{$country_code}}", "{{$country}}"]
PATTERNS = [
    "{{$uuid}}", "order-{{order}}", "{{order}}", "o-{{$row}}-{{$counter}}", "{{$now unix_ms}}", "{{$random 1 9999999}}",
    "signup-{{$email}}", "{{$uid}}", "{{a!}}", "{{$country}}-{{$uuid}}", "{{$country_name}}",
]  # fmt: skip


@pytest.mark.parametrize("fixed", FIXED)
def test_a_fixed_unique_id_becomes_a_new_one_each_time(fixed: str) -> None:
    event = {"eventName": "e", "uniqueId": fixed, "data": {"a": 1}}
    template = pattern_of(event)
    assert list(template) == list(event)
    assert template == event | {"uniqueId": "{{$uuid}}"}
    assert template["data"] is event["data"]
    now = datetime.now(UTC)
    made = {resolve(template, Context(now, "run", {}, row)).payload["uniqueId"] for row in range(1, 1001)}
    assert len(made) == 1000


@pytest.mark.parametrize("fixed", FIXED)
def test_a_fixed_unique_id_is_warned_of_and_repaired(fixed: str) -> None:
    event = {"uniqueId": fixed}
    (finding,) = fixed_unique_id(event)
    assert (finding.severity, finding.code, finding.path) == (Severity.WARNING, "fixed-unique-id", "/uniqueId")
    assert "silently drops" in finding.message
    (fix,) = finding.fixes
    assert fix == ("Make a new one each time", (Set("/uniqueId", "{{$uuid}}"),))
    assert fixed_unique_id(apply(event, fix.edits)) == []


@pytest.mark.parametrize(
    "event",
    [{"uniqueId": pattern} for pattern in PATTERNS]
    + [{}, {"uniqueId": ""}, {"uniqueId": None}, {"uniqueId": 5}, {"data": {"uniqueId": "a"}}, None, [], "text"],
)
def test_a_pattern_stays_and_what_is_none_too(event: Any) -> None:
    assert pattern_of(event) is event
    assert fixed_unique_id(event) == []
