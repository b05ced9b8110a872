"""From a template to an event: values in place, types kept, the rest untouched, and a finding for what has no value."""

from __future__ import annotations

import copy
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.event import jsontext
from composer.event.findings import Severity
from composer.event.limits import MAX_DEPTH
from composer.event.payload import Number, Set, apply, get, join
from composer.event.variables import Context, asked, escaped, made_up, resolve, uses_variables

NOW = datetime(2026, 11, 25, 17, 0, 5, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "text": "Jane",
    "empty": "",
    "whole": 5,
    "price": Number("12.00"),
    "yes": True,
    "nothing": None,
    "list": [1, "two"],
    "object": {"a": {"b": Number("1e400")}, "q": '"'},
    "braces": "{{whole}} \\{{whole}}",
    "Größe 2": 42,
}
CONTEXT = Context(NOW, "seed", VALUES)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["12.00", "1e400", "-0", "0.10"]).map(Number)
    | st.text(max_size=10)
    | st.text(alphabet='{}\\$"ax ', max_size=20)
    | st.sampled_from(["{{text}}", "\\{{text}}", "{{$uuid}}", "{{$now}} {{", "{{{whole}}}", "{{}}", "{{a {{b}} c}}"])
)
events = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def same(one: Any, other: Any) -> bool:
    """Equal in value, key order and kind: 1, 1.0 and true are three things, and so are 12.0 and 12.00."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return jsontext.scalar(one) == jsontext.scalar(other)


@pytest.mark.parametrize("place", ["", "/a", "/data/$extra/deep/0/x", "/list/1"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{text}}", "Jane"),
        ("{{ text }}", "Jane"),
        ("{{empty}}", ""),
        ("{{whole}}", 5),
        ("{{price}}", Number("12.00")),
        ("{{yes}}", True),
        ("{{nothing}}", None),
        ("{{list}}", [1, "two"]),
        ("{{object}}", VALUES["object"]),
        ("{{Größe 2}}", 42),
        (" {{whole}}", " 5"),
        ("{{whole}}{{whole}}", "55"),
        ("Dear {{text}}, {{empty}}{{price}}", "Dear Jane, 12.00"),
        ("{{yes}} {{nothing}}", "true null"),
        ("{{list}} ", '[1,"two"] '),
        ("a {{object}}", 'a {"a":{"b":1e400},"q":"\\""}'),
        (r"\{{text}}", "{{text}}"),
        (r"\{{", "{{"),
        (r"\\{{text}}", r"\Jane"),
        (r"\\{{whole}}", r"\5"),
        ("{{braces}}", VALUES["braces"]),
        ("{{braces}}!", VALUES["braces"] + "!"),
        ("{{{whole}}}", "{5}"),
        ("{{ not closed {{whole}}", "{{ not closed 5"),
    ],
)
def test_a_value_takes_the_place_of_its_placeholder(text: str, expected: Any, place: str) -> None:
    template = apply({"list": [0, 0], "data": {"$extra": {"deep": [{}]}}}, [Set(place, text)])
    kept = copy.deepcopy(template)
    resolved = resolve(template, CONTEXT)
    assert resolved.findings == []
    assert same(get(resolved.payload, place), expected)
    assert same(template, kept)
    assert same(apply(resolved.payload, [Set(place, text)]), template)


def test_keys_are_never_touched() -> None:
    payload = {"{{text}}": {"\\{{a}}": 1}}
    assert resolve(payload, CONTEXT).payload is payload


@pytest.mark.parametrize(
    "payload",
    [None, True, 5, 1.5, "text", "{{ not closed", "}}", "", [], {}, {"a": ["b", {"c": "{d}"}]}, {"a": "\\\\{{ b"}],
)
def test_what_nothing_stands_in_is_the_very_same_object(payload: Any) -> None:
    assert not uses_variables(payload)
    assert asked(payload) == []
    resolved = resolve(payload, CONTEXT)
    assert resolved.payload is payload
    assert resolved.findings == []
    assert escaped(payload) is payload


def test_only_what_is_on_the_way_is_made_anew() -> None:
    template = {"a": {"b": [{"c": "{{whole}}"}, {"d": 1}]}, "e": {"f": 1}}
    resolved = resolve(template, CONTEXT).payload
    assert resolved == {"a": {"b": [{"c": 5}, {"d": 1}]}, "e": {"f": 1}}
    assert resolved["e"] is template["e"]
    assert resolved["a"]["b"][1] is template["a"]["b"][1]  # type: ignore[call-overload, index]


def test_what_has_no_value_stays_and_changes_nothing() -> None:
    template = {"a": {"b": "{{missing}}"}, "c": ["{{$nope}}"]}
    assert resolve(template, CONTEXT).payload is template
    assert resolve("{{whole}} {{missing}} \\{{", CONTEXT).payload == "5 {{missing}} {{"


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("{{total}}", "unknown-variable", "“{{total}}” has no value yet."),
        ("a {{ total }} b", "unknown-variable", "“{{ total }}” has no value yet."),
        ("{{Text}}", "unknown-variable", "“{{Text}}” has no value yet."),
        ("{{uuid}}", "unknown-variable", "The built-in variable is written {{$uuid}}."),
        ("{{$uid}}", "unknown-variable", "Did you mean {{$uuid}}?"),
        ("{{$zzz}}", "unknown-variable", "“{{$zzz}}” is not one of the built-in variables."),
        ("{{}}", "bad-variable", "can't be read: nothing stands between the braces."),
        ("{{#if a}}", "bad-variable", "“{{#if a}}” can't be read: a name begins with a letter"),
        ("{{$random 5}}", "bad-variable", "“{{$random 5}}” can't be read: it needs two numbers"),
        ("x{{" + "y" * 5000 + "}}", "bad-variable", "at most 100 characters"),
    ],
)
@pytest.mark.parametrize("place", ["", "/a/b~1c/0"])
def test_what_has_no_value_is_an_error_and_can_be_sent_as_it_is(text: str, code: str, says: str, place: str) -> None:
    template = apply({"a": {"b/c": [1]}}, [Set(place, text)])
    resolved = resolve(template, CONTEXT)
    assert resolved.payload is template
    (finding,) = resolved.findings
    assert (finding.severity, finding.code, finding.path) == (Severity.ERROR, code, place)
    assert says in finding.message
    assert len(finding.message) < 400
    as_it_is = finding.fixes[-1]
    assert as_it_is.label == "Send it as it is"
    repaired = resolve(apply(template, as_it_is.edits), CONTEXT)
    assert repaired.findings == []
    assert get(repaired.payload, place) == text


@pytest.mark.parametrize(
    ("text", "label", "becomes"),
    [
        ("{{$uid}}", "Use {{$uuid}}", "{{$uuid}}"),
        ("a {{$nwo +2d}} \\{{ {{$nwo +2d}}", "Use {{$now +2d}}", "a {{$now +2d}} \\{{ {{$now +2d}}"),
        ("{{ row }}", "Use {{$row}}", "{{$row}}"),
    ],
)  # fmt: skip
def test_what_was_meant_is_a_fix(text: str, label: str, becomes: str) -> None:
    (finding,) = resolve(text, CONTEXT).findings
    assert finding.fixes[0] == (label, (Set("", becomes),))
    assert resolve(becomes, CONTEXT).findings == []


def test_a_fix_is_about_its_own_placeholder_and_all_of_it() -> None:
    text = r"{{whole}} \{{a}} \\{{a}} {{{a}} {{b}}"
    first, second = resolve(text, CONTEXT).findings
    assert [first.message[:7], second.message[:7]] == ["“{{a}}”", "“{{b}}”"]
    repaired = resolve(apply(text, first.fixes[-1].edits), CONTEXT)
    assert repaired.payload == r"5 {{a}} \{{a}} {{{a}} {{b}}"
    assert [finding.message for finding in repaired.findings] == [second.message]


def test_findings_come_in_the_order_of_the_document() -> None:
    template = {"b": "{{x}}", "a": ["{{y}}", {"c": "{{x}}"}]}
    assert [finding.path for finding in resolve(template, CONTEXT).findings] == ["/b", "/a/0", "/a/1/c"]


def test_of_very_many_in_one_text_the_rest_are_one() -> None:
    text = " ".join(f"{{{{a{number}}}}}" for number in range(5000))
    begun = time.thread_time()
    findings = resolve(text, CONTEXT).findings
    assert time.thread_time() - begun < 5
    assert len(findings) == 21
    assert findings[-1].message == "4,980 more placeholders of this text have no value."
    repaired = resolve(apply(text, findings[-1].fixes[0].edits), CONTEXT)
    assert repaired == (text, [])


def test_a_value_nested_too_deep_for_its_place_is_refused() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    context = CONTEXT._replace(values={"deep": deep, "less": deep[0]})
    assert resolve("{{deep}}", context).payload is deep
    assert resolve({"a": "{{less}}"}, context).payload == {"a": deep[0]}
    (finding,) = resolve({"a": "{{deep}}"}, context).findings
    assert (finding.code, finding.path) == ("bad-variable", "/a")
    assert "nested deeper than 200 levels" in finding.message
    assert resolve({"a": "x {{deep}}"}, context).payload == {"a": "x " + "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH}
    (finding,) = resolve("x {{deep}}", context._replace(values={"deep": [deep]})).findings
    assert finding.code == "bad-variable"


@pytest.mark.parametrize("text", ["$random {} 1", "$random 1 1{}", "$now {}", "$now +{}", "$now date %{}", "${}"])
def test_no_sentence_holds_a_long_argument(text: str) -> None:
    for long in ("a" * 100_000, "1" * 100_000, "a\ud800\u202e"):
        (finding,) = resolve({"a": f"{{{{{text.format(long)}}}}}"}, CONTEXT).findings
        assert len(finding.message) < 400
        assert not {"\ud800", "\u202e"} & set(finding.message)


def test_built_ins_are_told_by_their_name_alone() -> None:
    assert made_up({"a": "{{$now+2d}} {{ $now }}", "b": "{{$random 1 2}} {{total}} {{$nothing}}"}) == [
        "$now",
        "$random",
    ]


def test_names_are_asked_for_once_in_the_order_of_the_document() -> None:
    template = {
        "z": "{{last}} {{ first }} {{$now}} \\{{not}}",
        "a": ["{{first}}", {"b": "{{middle name}} {{bad!}} {{$nope}}"}],
        "{{key}}": 1,
    }
    assert asked(template) == ["last", "first", "middle name"]


def test_values_by_place_do_not_change_when_something_else_does() -> None:
    template = {"a": "{{$uuid}}", "b": ["{{$uuid}}", "{{$random 1 1000000}}"], "c": "{{$uuid}} {{$uuid}}"}
    before = resolve(template, CONTEXT).payload
    assert resolve(copy.deepcopy(template), CONTEXT).payload == before
    first, second = before["c"].split()
    assert len({before["a"], before["b"][0], first, second}) == 4
    edited = apply(template, [Set("/new", "{{$uuid}}"), Set("/a", 5), Set("/c", "{{$random 1 9}} {{$uuid}} {{$uuid}}")])
    after = resolve(edited, CONTEXT).payload
    assert after["b"] == before["b"]
    assert after["c"].split()[1:] == [first, second]


@pytest.mark.parametrize("change", [{"seed": "other"}, {"row": 2}])
def test_another_seed_or_row_gives_other_values(change: dict[str, Any]) -> None:
    template = {"id": "{{$uuid}}", "number": "{{$random 1 1000000000}}"}
    before, after = resolve(template, CONTEXT).payload, resolve(template, CONTEXT._replace(**change)).payload
    assert before["id"] != after["id"]
    assert before["number"] != after["number"]


@given(events)
def test_an_event_made_a_template_resolves_to_exactly_itself(event: Any) -> None:
    template = escaped(event)
    resolved = resolve(template, CONTEXT)
    assert resolved.findings == []
    assert same(resolved.payload, event)
    assert asked(template) == []


def _places(value: Any, pointer: str = "") -> list[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer] + [place for key, each in inner for place in _places(each, pointer + join(key))]


@given(events, st.lists(st.tuples(st.integers(0), st.sampled_from(sorted(VALUES)), st.booleans()), max_size=5))
def test_placeholders_anywhere_leave_every_other_value_alone(event: Any, put: list[tuple[int, str, bool]]) -> None:
    template, expected = escaped(event), event
    for number, name, alone in put:
        places = _places(expected)
        place = places[number % len(places)]
        template = apply(template, [Set(place, f"{{{{{name}}}}}" if alone else f"x{{{{{name}}}}}")])
        value = VALUES[name]
        if not alone:
            value = "x" + resolve(f"{{{{{name}}}}} ", CONTEXT).payload[:-1]
        # What was put there is not looked into again, so that both sides have the same places.
        expected = apply(expected, [Set(place, Leaf(value))])
    assert same(resolve(template, CONTEXT).payload, _opened(expected))


class Leaf:
    """A value that has no places below it."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _opened(value: Any) -> Any:
    if isinstance(value, Leaf):
        return value.value
    if isinstance(value, dict):
        return {key: _opened(inner) for key, inner in value.items()}
    return [_opened(inner) for inner in value] if isinstance(value, list) else value


@given(events)
def test_any_payload_can_be_resolved_and_its_fixes_leave_nothing_to_say(payload: Any) -> None:
    resolved = resolve(payload, CONTEXT)
    for _ in range(100):
        if not resolved.findings:
            break
        payload = apply(payload, resolved.findings[0].fixes[-1].edits)
        resolved = resolve(payload, CONTEXT)
    assert resolved.findings == []


@given(st.text(alphabet='{}\\$"+- anowuidrmchoe12.%Y', max_size=40) | st.text())
def test_any_text_is_resolved_the_same_each_time(text: str) -> None:
    for payload in (text, f"{{{{{text}}}}}", f"{{{{${text}}}}}"):
        first = resolve(payload, CONTEXT)
        assert resolve({"a": payload}, CONTEXT)._replace(payload=None).findings == [
            finding._replace(
                path="/a",
                fixes=tuple(fix._replace(edits=(Set("/a", fix.edits[0].value),)) for fix in finding.fixes),  # type: ignore[union-attr]
            )
            for finding in first.findings
        ]
        assert same(resolve(payload, CONTEXT).payload, first.payload)


def test_rows_are_resolved_by_the_ten_thousand() -> None:
    template = {"eventName": "Order {{name}}", "customer": {"email": "jane{{$row}}@example.com"}, "data": {"a": "b"}}
    begun = time.thread_time()
    for row in range(1, 5001):
        event = resolve(apply(template, [Set("/uniqueId", str(row))]), Context(NOW, "run", {"name": row}, row)).payload
    assert event["eventName"] == "Order 5000"
    assert time.thread_time() - begun < 0.5
