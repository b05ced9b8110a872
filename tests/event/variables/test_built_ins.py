"""The values of the built-in variables, and what they say to arguments they can't take."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.event import dates
from composer.event.payload import Number
from composer.event.variables import BUILT_INS, Context, resolve
from composer.event.variables.built_ins import nearest

NOW = datetime(2026, 1, 31, 23, 30, 5, 123456, tzinfo=UTC)
CONTEXT = Context(NOW, "seed", {}, row=7, counter=42)


def value(placeholder: str, context: Context = CONTEXT) -> Any:
    resolved = resolve(placeholder, context)
    assert resolved.findings == []
    return resolved.payload


def problem(placeholder: str, context: Context = CONTEXT) -> str:
    resolved = resolve(placeholder, context)
    assert resolved.payload == placeholder
    (finding,) = resolved.findings
    assert finding.code == "bad-variable"
    return finding.message


@pytest.mark.parametrize(
    ("placeholder", "expected"),
    [
        ("{{$now}}", "2026-01-31T23:30:05Z"),
        ("{{$now iso}}", "2026-01-31T23:30:05Z"),
        ("{{$now +2d}}", "2026-02-02T23:30:05Z"),
        ("{{$now+2d}}", "2026-02-02T23:30:05Z"),
        ("{{$now -90m}}", "2026-01-31T22:00:05Z"),
        ("{{$now +10s}}", "2026-01-31T23:30:15Z"),
        ("{{$now -1w}}", "2026-01-24T23:30:05Z"),
        ("{{$now +1mo}}", "2026-02-28T23:30:05Z"),
        ("{{$now +25mo}}", "2028-02-29T23:30:05Z"),
        ("{{$now -2mo}}", "2025-11-30T23:30:05Z"),
        ("{{$now -1mo}}", "2025-12-31T23:30:05Z"),
        ("{{$now +1y}}", "2027-01-31T23:30:05Z"),
        ("{{$now +1mo +1d -1h}}", "2026-03-01T22:30:05Z"),
        ("{{$now +1d12h}}", "2026-02-02T11:30:05Z"),
        ("{{$now date}}", "2026-01-31"),
        ("{{$now time}}", "23:30:05"),
        ("{{$now unix}}", 1769902205),
        ("{{$now unix_ms}}", 1769902205123),
        ("{{$now -60y unix_ms}}", -123553794877),
        ("{{$now +1d date}}", "2026-02-01"),
        ('{{$now "Europe/Berlin"}}', "2026-02-01T00:30:05+01:00"),
        ("{{$now Europe/Berlin date}}", "2026-02-01"),
        ("{{$now date Europe/Berlin}}", "2026-02-01"),
        ("{{$now +1mo Europe/Berlin}}", "2026-03-01T00:30:05+01:00"),
        ("{{$now +2mo Europe/Berlin}}", "2026-04-01T00:30:05+02:00"),
        ("{{$now UTC}}", "2026-01-31T23:30:05+00:00"),
        ("{{$now America/St_Johns}}", "2026-01-31T20:00:05-03:30"),
        ("{{$now unix Asia/Tokyo}}", 1769902205),
        ("{{$now %Y}}", "2026"),
        ('{{$now "%d %B %Y"}}', "31 January 2026"),
        ('{{$now "%a %A %b %-d %-m %y %j %u %G-W%V"}}', "Sat Saturday Jan 31 1 26 031 6 2026-W05"),
        ('{{$now "%I:%M:%S.%f %p"}}', "11:30:05.123456 PM"),
        ('{{$now "%F %T %z %Z 100%%"}}', "2026-01-31 23:30:05 +0000 UTC 100%"),
        ('{{$now "%-I Uhr, %z" Europe/Berlin}}', "12 Uhr, +0100"),
        ("{{$now -31d -23h -30m -5s %-H}}", "0"),
        ("{{$row}}", 7),
        ("{{$counter}}", 42),
        ("{{$country_code}}", "US"),
        ("{{$country}}", "United States"),
        ("{{$choice red}}", "red"),
        ('{{$choice "dark blue"}}', "dark blue"),
        ('{{$choice "5"}}', "5"),
        ("{{$choice 5}}", 5),
        ("{{$choice true}}", True),
        ("{{$choice null}}", None),
        ("{{$choice 02134}}", "02134"),
        ("{{$random 5 5}}", 5),
        ("{{$random -5 -5}}", -5),
        ("{{$random -0.25 -0.25}}", -0.25),
    ],
)
def test_the_value_of_a_built_in(placeholder: str, expected: Any) -> None:
    found = value(placeholder)
    assert (type(found), found) == (type(expected), expected)


def test_days_keep_the_time_of_the_clock_and_hours_are_exact() -> None:
    before = CONTEXT._replace(now=datetime(2026, 3, 28, 1, 30, tzinfo=UTC))  # the night in which Berlin leaps to 3:00
    assert value("{{$now Europe/Berlin}}", before) == "2026-03-28T02:30:00+01:00"
    assert value("{{$now +2d Europe/Berlin}}", before) == "2026-03-30T02:30:00+02:00"
    assert value("{{$now +24h Europe/Berlin}}", before) == "2026-03-29T03:30:00+02:00"
    assert value("{{$now +1d Europe/Berlin}}", before) == "2026-03-29T03:30:00+02:00"


def test_offsets_of_long_ago_are_whole_minutes_and_the_moment_stays() -> None:
    written = value("{{$now -200y Europe/Berlin}}")
    assert dates.is_rfc3339(written)
    assert dates.moment(written) == datetime(1826, 1, 31, 23, 36, 37, tzinfo=UTC)  # 0:53:28 ahead


@pytest.mark.parametrize(
    ("placeholder", "says"),
    [
        ("{{$now +2}}", "“+2” is no offset"),
        ("{{$now +2q}}", "“+2q” is no offset"),
        ("{{$now + 2d}}", "“+” is no offset"),
        ("{{$now +1.5d}}", "“+1.5d” is no offset"),
        ("{{$now +1234567890d}}", "is no offset"),
        ("{{$now +9999y}}", "out of the years 1 to 9999"),
        ("{{$now -2026y}}", "out of the years 1 to 9999"),
        ("{{$now +999999999d}}", "out of the years 1 to 9999"),
        ("{{$now +999999999w}}", "out of the years 1 to 9999"),
        ("{{$now -999999999mo}}", "out of the years 1 to 9999"),
        ("{{$now +999999999h}}", "out of the years 1 to 9999"),
        ("{{$now +7973y +11mo Asia/Tokyo}}", "out of the years 1 to 9999"),
        ("{{$now date time}}", "“time” is a second format"),
        ("{{$now %Y unix}}", "“unix” is a second format"),
        ("{{$now UTC Asia/Tokyo}}", "“Asia/Tokyo” would be a second time zone"),
        ("{{$now tomorrow}}", "“tomorrow” is no offset such as +2d, no format"),
        ("{{$now berlin}}", "Did you mean Europe/Berlin?"),
        ('{{$now ""}}', "“” is no offset"),
        ("{{$now %Q}}", "“%Q” is no part of a date"),
        ("{{$now %}}", "“%” is no part of a date"),
        ("{{$random}}", "needs two numbers"),
        ("{{$random 1}}", "needs two numbers"),
        ("{{$random 1 2 3}}", "needs two numbers"),
        ("{{$random a 2}}", "“a” is not a number"),
        ("{{$random 1 1e5}}", "“1e5” is not a number"),
        ("{{$random 1 ٣}}", "“٣” is not a number"),
        ("{{$random 1 .5}}", "“.5” is not a number"),
        ("{{$random 100 1}}", "100 is more than 1"),
        ("{{$random 1.5 1.25}}", "1.5 is more than 1.25"),
        ("{{$random 1 1234567890123456}}", "more than 15 digits"),
        ("{{$choice}}", "needs the values"),
        *[
            (f"{{{{${name} x}}}}", f"takes no arguments. Write {{{{${name}}}}}.")
            for name in ("uuid", "row", "counter", "person", "email", "phone", "address", "country")
        ],
    ],
)
def test_arguments_that_can_not_be_taken_are_named(placeholder: str, says: str) -> None:
    message = problem(placeholder)
    assert says in message
    assert message.endswith((".", "?"))


def seeds(placeholder: str, number: int = 300) -> list[Any]:
    return [value(placeholder, CONTEXT._replace(seed=str(seed))) for seed in range(number)]


def test_random_reaches_both_ends_and_nothing_beyond() -> None:
    assert set(seeds("{{$random 1 6}}")) == {1, 2, 3, 4, 5, 6}
    assert set(seeds("{{$random -1 1}}")) == {-1, 0, 1}


def test_random_has_as_many_decimals_as_it_was_given() -> None:
    numbers = seeds("{{$random 1 2.00}}")
    literals = [number.literal if isinstance(number, Number) else repr(number) for number in numbers]
    assert all(re.fullmatch(r"[12]\.\d\d", literal) for literal in literals)
    assert all(1 <= number <= 2 for number in numbers)
    assert len(set(literals)) > 50
    assert value("{{$random 5.00 5}}").literal == "5.00"
    assert value("{{$random -0.05 -0.05}}") == -0.05


def test_choice_takes_each_of_its_values() -> None:
    assert set(seeds('{{$choice red 5 "dark blue"}}')) == {"red", 5, "dark blue"}


def test_a_uuid_is_one_of_version_4() -> None:
    found = seeds("{{$uuid}}")
    assert len(set(found)) == len(found)
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", each) for each in found
    )


@pytest.mark.parametrize("built_in", BUILT_INS, ids=lambda built_in: built_in.name)
def test_the_help_tells_of_what_there_is(built_in: Any) -> None:
    assert built_in.sentence.endswith(".")
    for example in built_in.examples:
        assert re.match(rf"\{{\{{{re.escape(built_in.name)}\b", example)
        value(example)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("uid", "uuid"), ("UUID", "uuid"), ("guid", "uuid"), ("randomUUID", "uuid"), ("timestamp", "now"),
        ("firstName", "first_name"), ("fist_name", "first_name"), ("zip", "postal_code"), ("phone_number", "phone"),
        ("xyz", None), ("", None), ("x" * 100_000, None),
    ],
)  # fmt: skip
def test_a_slip_or_another_name_is_understood(name: str, meant: str | None) -> None:
    assert nearest(name) == meant


@given(
    st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)),
    st.text(alphabet="+-0123456789smhdwyo %YdBj\"'/", max_size=20) | st.text(max_size=20),
)
def test_now_crashes_on_no_moment_and_no_arguments(moment: datetime, arguments: str) -> None:
    context = CONTEXT._replace(now=moment.replace(tzinfo=UTC))
    for text in (f"{{{{$now {arguments}}}}}", f"{{{{$now {arguments} Asia/Tokyo}}}}"):
        assert {finding.code for finding in resolve(text, context).findings} <= {"bad-variable", "unknown-variable"}


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)),
    st.integers(-999, 999),
    st.sampled_from(["s", "m", "h", "d", "w", "mo", "y"]),
    st.sampled_from(["", " UTC", " Europe/Berlin", " Australia/Lord_Howe", " Africa/Monrovia"]),
)
def test_now_is_always_rfc3339(moment: datetime, amount: int, unit: str, zone: str) -> None:
    written = value(f"{{{{$now {amount:+}{unit}{zone}}}}}", CONTEXT._replace(now=moment.replace(tzinfo=UTC)))
    assert dates.is_rfc3339(written)
    if unit in ("s", "m", "h"):
        step = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}[unit]
        assert dates.moment(written) == moment.replace(microsecond=0, tzinfo=UTC) + amount * step
