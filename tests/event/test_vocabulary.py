"""What was sent before completes names, and tells what is unlike it: another type, or nearly another name."""

from __future__ import annotations

from typing import Any

import pytest

from composer.event import checks
from composer.event.filling import fill
from composer.event.findings import Finding, Severity
from composer.event.limits import MAX_DATA_PROPERTIES
from composer.event.payload import Number, apply
from composer.event.variables import Context
from composer.event.vocabulary import (
    CUSTOM_FIELDS,
    DATA,
    DRIFT,
    EMPTY,
    LONGEST,
    NAME,
    UNUSUAL,
    Known,
    Use,
    Vocabulary,
    names_of,
    type_of,
)
from tests.event.variables.test_resolve import NOW

DAY = 86_400_000
MOMENT = "2026-04-02T12:00:00Z"
ORDER = "Order Placed"


def event(name: Any = ORDER, custom: Any = None, **data: Any) -> dict[str, Any]:
    fields = {} if custom is None else {"customFields": custom}
    return {"eventName": name, "customer": {"email": "ann@shop.test", **fields}, "data": data}


def known(name: str, uses: int = 9, *, of: str = ORDER, holder: str = DATA, **more: Any) -> Known:
    return Known(of, holder, Use(name, uses, **{"last_ms": 100 * DAY, **more}))


def named(name: str, uses: int = 9, **more: Any) -> Known:
    return known(name, uses, of=name, holder=NAME, **more)


def drift_of(kind: str, value: Any, streak: int = 12, holder: str = DATA, uses: int = 0) -> Finding | None:
    vocabulary = Vocabulary([known("Total Spent", uses or streak, holder=holder, type=kind, streak=streak)])
    payload = event(**{"Total Spent": value}) if holder == DATA else event(custom={"Total Spent": value})
    return next(iter(vocabulary.findings(payload)), None)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Gold", "text"),
        (MOMENT, "date"),
        ("2026-04-02", "text"),
        ("2026-02-30T12:00:00Z", "text"),
        (5, "number"),
        (5.5, "number"),
        (Number("1e400"), "number"),
        (True, "true or false"),
        ({}, "object"),
        ([], "list"),
        (None, ""),
        ("", ""),
    ],
)
def test_types(value: Any, kind: str) -> None:
    assert type_of(value) == kind


def test_what_there_is_to_learn_from_an_event() -> None:
    payload = event(custom={"Tier": "Gold"}, Total=1, At=MOMENT, **{"$extra": {"inner": 1}, "Box": {"inner": 1}})
    assert list(names_of(payload)) == [
        (ORDER, NAME, ORDER, ""),
        (ORDER, CUSTOM_FIELDS, "Tier", "text"),
        (ORDER, DATA, "Total", "number"),
        (ORDER, DATA, "At", "date"),
        (ORDER, DATA, "Box", "object"),
    ]


@pytest.mark.parametrize("payload", [None, [], {}, event(""), event("  "), event(5), event("x" * (LONGEST + 1), a=1)])
def test_nothing_is_learnt_from_what_has_no_name(payload: Any) -> None:
    assert list(names_of(payload)) == []


def test_names_that_can_not_be_kept_are_passed_over() -> None:
    payload = event(**{"x" * (LONGEST + 1): 1, " ": 1, "": 1, "half \ud83d": 1, "Größe 😀": 1})
    assert [name for *_, name, _ in names_of(payload)] == [ORDER, "Größe 😀"]


def test_no_more_is_learnt_than_an_event_may_have() -> None:
    payload = event(**{"$extra": {}}, **{f"p{number}": 1 for number in range(MAX_DATA_PROPERTIES + 5)})
    assert len(list(names_of(payload))) == 1 + MAX_DATA_PROPERTIES


@pytest.mark.parametrize(
    ("usual", "value", "message", "fixes"),
    [
        ("number", "a lot", "was a number in the last 12 events; this is text.", []),
        ("number", "5000", "was a number in the last 12 events; this is text.", [5000]),
        ("number", "$12.50", "was a number in the last 12 events; this is text.", [12.5]),
        ("number", "0", "was a number in the last 12 events; this is text.", []),
        ("number", "9007199254740993", "was a number in the last 12 events; this is text.", []),
        ("number", True, "was a number in the last 12 events; this is true or false.", []),
        ("true or false", " TRUE", "was true or false in the last 12 events; this is text.", [True]),
        ("true or false", "maybe", "was true or false in the last 12 events; this is text.", []),
        ("text", 5000, "was text in the last 12 events; this is a number.", ["5000"]),
        ("text", Number("12.00"), "was text in the last 12 events; this is a number.", ["12.00"]),
        ("text", 10**65, "was text in the last 12 events; this is a number.", []),
        ("text", False, "was text in the last 12 events; this is true or false.", ["false"]),
        ("text", [1], "was text in the last 12 events; this is a list.", []),
        ("date", "2 April 2026", "this is text. Redo would not index it as a date.", ["2026-04-02T00:00:00Z"]),
        ("date", f" {MOMENT}", "this is text. Redo would not index it as a date.", [MOMENT]),
        ("date", "04/02/2026", "this is text.", ["2026-04-02T00:00:00Z", "2026-02-04T00:00:00Z"]),
        ("date", "soon", "this is text.", []),
        ("date", 1775131200, "this is a number.", [MOMENT]),
        ("date", True, "this is true or false.", []),
    ],
)
def test_a_property_that_changes_its_type(usual: str, value: Any, message: str, fixes: list[Any]) -> None:
    found = drift_of(usual, value)
    assert found is not None
    assert (found.severity, found.code, found.path) == (Severity.WARNING, DRIFT, "/data/Total Spent")
    assert message in found.message
    assert found.message.startswith("“Total Spent” was ")
    repaired = [apply(event(**{"Total Spent": value}), fix.edits)["data"]["Total Spent"] for fix in found.fixes]
    assert repaired == fixes
    assert all(drift_of(usual, each) is None for each in repaired)


@pytest.mark.parametrize(
    ("usual", "value"),
    [
        ("number", 1),
        ("number", 2.5),
        ("text", "x"),
        ("date", MOMENT),
        ("date", "2026-04-02T12:00:00.5+02:00"),
        ("number", None),
        ("number", ""),
        ("text", MOMENT),  # what repairs a text that only looks like a date must not be said to be wrong
    ],
)
def test_a_property_that_is_as_it_was(usual: str, value: Any) -> None:
    assert drift_of(usual, value) is None


def test_two_events_make_no_habit() -> None:
    assert drift_of("number", "x", streak=2) is None
    assert drift_of("number", "x", streak=3) is not None


def test_what_was_of_two_types_before_needs_longer_to_make_a_habit() -> None:
    assert drift_of("number", "x", streak=9, uses=40) is None
    assert drift_of("number", "x", streak=10, uses=40) is not None


def test_custom_fields_drift_too_and_a_zero_is_kept_there() -> None:
    found = drift_of("number", "0", holder=CUSTOM_FIELDS)
    assert found is not None
    assert found.path == "/customer/customFields/Total Spent"
    assert [edit.value for fix in found.fixes for edit in fix.edits] == [0]  # type: ignore[union-attr]


def test_types_are_those_of_the_event_of_this_name() -> None:
    vocabulary = Vocabulary(
        [known("Total", type="number", streak=9), known("Total", of="Refund", type="text", streak=9)]
    )
    assert [each.code for each in vocabulary.findings(event(Total="x"))] == [DRIFT]
    assert vocabulary.findings(event("Refund", Total="x")) == []
    assert vocabulary.findings(event("New", Total="x")) == []


def test_the_same_names_with_other_values_are_looked_at_again() -> None:
    vocabulary = Vocabulary([known("At", type="date", streak=9)])
    assert vocabulary.findings(event(At=MOMENT)) == []
    assert [each.code for each in vocabulary.findings(event(At="tomorrow"))] == [DRIFT]
    assert vocabulary.findings(event(At=MOMENT)) == []


NEARLY = ["order_placed", "orderPlaced", "ORDER PLACED", "Order-Placed", "Order.Placed", "Order  Placed", "Orderplaced"]


@pytest.mark.parametrize("typed", NEARLY)
def test_a_name_that_differs_only_in_case_or_separators(typed: str) -> None:
    vocabulary = Vocabulary([named(ORDER, 34), known("Total Spent", 34)])
    (found,) = vocabulary.findings(event(typed))
    assert (found.severity, found.code, found.path) == (Severity.WARNING, UNUSUAL, "/eventName")
    assert found.message == (
        "“Order Placed” was sent 34 times; this name differs only in case or separators. "
        "Redo takes it for another event."
    )
    assert apply(event(typed), found.fixes[0].edits) == event()


@pytest.mark.parametrize("typed", ["Order Placed", "Order Place", "Orders Placed", "", "  ", "---", 5, None])
def test_other_names_are_names_of_their_own(typed: Any) -> None:
    assert Vocabulary([named(ORDER, 34), named("-", 34)]).findings(event(typed)) == []


@pytest.mark.parametrize(
    ("usual", "own", "is_said"), [(2, 0, False), (3, 0, True), (24, 5, False), (25, 5, True), (5, 25, False)]
)
def test_the_usual_name_is_used_far_more(usual: int, own: int, is_said: bool) -> None:
    vocabulary = Vocabulary([named(ORDER, usual), *([named("order_placed", own)] if own else [])])
    assert bool(vocabulary.findings(event("order_placed"))) is is_said


@pytest.mark.parametrize(("own", "days_later", "is_said"), [(2, 1, True), (3, 1, False), (3, 0, True), (3, -1, True)])
def test_a_new_name_that_has_taken_the_place_of_the_old_one_is_the_usual_one(
    own: int, days_later: int, is_said: bool
) -> None:
    renamed = named("order_placed", own, last_ms=(100 + days_later) * DAY)
    vocabulary = Vocabulary([named(ORDER, 500), renamed])
    assert bool(vocabulary.findings(event("order_placed"))) is is_said


def test_properties_are_renamed_where_they_stand() -> None:
    vocabulary = Vocabulary([known("Total Spent", 34, type="number", streak=34)])
    payload = event(a=1, total_spent=5, b=2)
    (found,) = vocabulary.findings(payload)
    assert (found.code, found.path) == (UNUSUAL, "/data/total_spent")
    assert "another property" in found.message
    assert list(apply(payload, found.fixes[0].edits)["data"].items()) == [("a", 1), ("Total Spent", 5), ("b", 2)]


def test_a_custom_field_is_the_customers_whatever_the_event() -> None:
    vocabulary = Vocabulary([known("Loyalty Tier", 3, of=name, holder=CUSTOM_FIELDS) for name in ("One", "Two")])
    (found,) = vocabulary.findings(event("Three", custom={"loyalty_tier": "Gold"}))
    assert (found.path, "6 times" in found.message) == ("/customer/customFields/loyalty_tier", True)
    assert "another custom field" in found.message
    assert Vocabulary([known("Total Spent", 34)]).findings(event("Three", total_spent=1)) == []


def test_where_both_names_stand_the_checks_say_it() -> None:
    vocabulary = Vocabulary([known("Total Spent", 34)])
    payload = event(**{"Total Spent": 1, "total_spent": 2})
    assert vocabulary.findings(payload) == []
    assert [each.code for each in checks.check(payload)] == ["confusable-keys"]


def test_all_is_said_in_the_order_of_the_document_and_once() -> None:
    vocabulary = Vocabulary(
        [
            named(ORDER),
            known("Total", type="number", streak=9),
            known("Tier", holder=CUSTOM_FIELDS),
            known("On", type="date", streak=9),
            known("Yes", type="true or false", streak=9),
        ]
    )
    payload = event(custom={"tier": "Gold"}, Zero=0, Total="5", On="04/02/2026", Yes="true", Other="7")
    merged = vocabulary.merged(payload, checks.check(payload))
    assert [(each.code, each.path) for each in merged] == [
        (UNUSUAL, "/customer/customFields/tier"),
        ("not-stored", "/data/Zero"),
        (DRIFT, "/data/Total"),
        (DRIFT, "/data/On"),
        (DRIFT, "/data/Yes"),
        ("number-as-text", "/data/Other"),
    ]


def test_of_a_value_that_is_refused_the_type_is_not_said() -> None:
    vocabulary = Vocabulary([known("Total", type="number", streak=9)])
    payload = event(Total={"a": 1})
    found = checks.check(payload)
    assert [each.code for each in found] == ["nested-value"]
    assert vocabulary.merged(payload, found) == found


def test_a_value_that_comes_out_of_a_variable_is_not_repaired() -> None:
    vocabulary = Vocabulary([known("Total", type="number", streak=9)])
    template = event(Total="{{total}}")
    filled = fill(template, None, Context(NOW, "", {"total": "50"}), lambda each, _: vocabulary.merged(each, []))
    assert [(each.code, each.fixes) for each in filled.findings] == [(DRIFT, ())]


def test_a_property_is_renamed_whose_value_comes_out_of_a_variable() -> None:
    vocabulary = Vocabulary([known("Total Spent", 34)])
    template = event(total_spent="{{total}}")
    filled = fill(template, None, Context(NOW, "", {"total": 50}), lambda each, _: vocabulary.merged(each, []))
    (fix,) = filled.findings[0].fixes
    assert apply(template, fix.edits)["data"] == {"Total Spent": "{{total}}"}


def test_nothing_known_says_nothing() -> None:
    found = checks.check(event(Total="5"))
    assert EMPTY.merged(event(Total="5"), found) is found
    assert (EMPTY.event_names(""), EMPTY.properties(DATA, ORDER, "")) == ([], [])
    assert not EMPTY
    for payload in (None, [], "x", {"eventName": ORDER, "customer": 5, "data": []}):
        assert Vocabulary([named(ORDER)]).findings(payload) == []


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("ord", ["Order Placed", "order_shipped", "Big Order", "backOrder", "Recorded"]),
        ("ORDER P", ["Order Placed"]),
        ("order-s", ["order_shipped"]),
        ("orderp", ["Order Placed"]),
        ("placed", ["Order Placed"]),
        ("zzz", []),
    ],
)
def test_names_that_begin_with_it_come_first_then_words_then_the_rest(typed: str, names: list[str]) -> None:
    words = ["Recorded", "Big Order", "Order Placed", "order_shipped", "backOrder", "Refund"]
    assert [use.name for use in Vocabulary([named(word) for word in words]).event_names(typed)] == names


def test_the_most_and_the_last_used_come_first() -> None:
    vocabulary = Vocabulary(
        [
            named("Rare", 1),
            named("Often", 100),
            named("Long ago", 100, last_ms=0),
            named("Never", 0, last_ms=0),
            named("Lately", 20, last_ms=101 * DAY),
        ]
    )
    assert [use.name for use in vocabulary.event_names("")] == ["Often", "Long ago", "Lately", "Rare", "Never"]
    assert [use.name for use in vocabulary.event_names(" _", most=2)] == ["Often", "Long ago"]
    years = [named("Old", 100, last_ms=0), named("New", 5, last_ms=1000 * DAY)]
    assert [use.name for use in Vocabulary(years).event_names("")] == ["New", "Old"]


def test_properties_of_this_event_come_first_then_those_of_others() -> None:
    vocabulary = Vocabulary(
        [
            known("Total", 2, type="number", streak=2),
            known("Total", 40, of="Refund"),
            known("Tax", 50, of="Refund"),
            known("Tier", 90, holder=CUSTOM_FIELDS),
        ]
    )
    found = vocabulary.properties(DATA, ORDER, "t")
    assert [(use.name, use.uses, use.type) for use in found] == [("Total", 2, "number"), ("Tax", 50, "")]
    assert [(use.name, use.uses) for use in vocabulary.properties(DATA, "New", "t")] == [("Tax", 50), ("Total", 42)]
    assert [use.name for use in vocabulary.properties(DATA, ORDER, "", without=["Total"])] == ["Tax"]
    assert [use.name for use in vocabulary.properties(DATA, ORDER, "", most=1)] == ["Total"]
    assert [use.name for use in vocabulary.properties(CUSTOM_FIELDS, ORDER, "")] == ["Tier"]


def test_what_is_known_makes_the_same_vocabulary() -> None:
    words = [named(ORDER), known("Total", type="number", streak=9), known("Tier", holder=CUSTOM_FIELDS)]
    assert sorted(Vocabulary(words).known()) == sorted(words)


def test_names_of_all_kinds_are_found_among_many() -> None:
    many = [known(f"Line Item {number} Price", number) for number in range(1, 5000)]
    vocabulary = Vocabulary(many)
    assert [use.name for use in vocabulary.properties(DATA, ORDER, "item4999p")] == ["Line Item 4999 Price"]
    assert [use.uses for use in vocabulary.properties(DATA, ORDER, "line", most=2)] == [4999, 4998]
