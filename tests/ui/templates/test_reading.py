"""The preview says what a template asks for and what is wrong with it, and nothing about what is not known yet."""

from __future__ import annotations

from composer.storage.templates import Template
from composer.ui.templates.reading import Ask, read
from tests.ui.templates.conftest import event


def test_it_says_what_is_asked_for_with_the_defaults_as_they_are_typed() -> None:
    payload = event(value="{{total}}", valueCurrency="USD", data={"Order": "{{order}}", "At": "{{$now}}"})
    reading = read(Template("x", payload, variables={"total": 12.5, "order": "A-1", "unused": 1}))
    assert reading.asks == [Ask("total", "12.5"), Ask("order", "A-1")]
    assert reading.found == []


def test_a_fixed_unique_id_is_warned_of_and_found_in_the_text() -> None:
    reading = read(Template("x", event(uniqueId="order-1")))
    (found,) = reading.found
    assert "the same uniqueId" in found.sentence
    assert found.span is not None
    assert reading.shown[slice(*found.span)] == '"order-1"'
    assert read(Template("x", event(uniqueId="order-{{$uuid}}"))).found == []


def test_what_has_no_default_is_not_judged_yet() -> None:
    payload = {"eventName": "{{name}}", "customer": {"email": "{{email}}"}, "valueCurrency": "{{currency}}"}
    assert read(Template("x", payload)).found == []


def test_an_error_in_the_event_is_found_with_the_defaults_in_place() -> None:
    payload = {"eventName": "Order Placed", "customer": {"email": "{{email}}"}}
    good, bad = ({"email": "ann@shop.test"}, {"email": "nobody"})
    assert read(Template("x", payload, variables=good)).found == []
    assert [each.is_error for each in read(Template("x", payload, variables=bad)).found] == [True]


def test_a_variable_nobody_knows_is_an_error() -> None:
    (found,) = read(Template("x", event(data={"At": "{{$nwo}}"}))).found
    assert found.is_error
    assert "$nwo" in found.sentence


def test_an_event_that_is_none_is_shown_and_judged() -> None:
    reading = read(Template("x", ["no", "event"]))
    assert '"no"' in reading.shown
    assert reading.found
