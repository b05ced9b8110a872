"""What a date is: RFC 3339 with an offset, and the readings of what people write instead."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.event.dates import from_epoch, is_rfc3339, moment, near_miss


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-02T12:00:00Z", "2026-04-02t12:00:00z", "2026-04-02T12:00:00.123456789Z", "2026-04-02T12:00:00+05:30",
        "2026-04-02T12:00:00-00:00", "2024-02-29T23:59:59Z", "2000-02-29T00:00:00Z", "0000-02-29T00:00:00Z",
        "9999-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "2017-01-01T05:29:60+05:30", "2016-12-31T18:59:60-05:00",
    ],
)  # fmt: skip
def test_rfc3339(text: str) -> None:
    assert is_rfc3339(text)
    assert near_miss(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-04-02", "2026-04-02T12:00:00", "2026-04-02 12:00:00Z", "2026-04-02T12:00Z",
        "2026-04-02T12:00:00+0530",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-04-02T24:00:00Z", "2026-04-02T12:60:00Z", "2026-04-02T12:00:60Z",
        "2016-12-31T23:59:60+01:00", "2026-04-02T12:00:61Z", "2026-04-02T12:00:00+24:00", "2026-04-02T12:00:00+00:60",
        "2026-04-02T12:00:00.Z", "2026-04-02T12:00:00Z\n", " 2026-04-02T12:00:00Z", "２０２６-04-02T12:00:00Z",
        "20260402T120000Z", "2026-W14-4T12:00:00Z", "2026-04-02T12:00:00." + "1" * 100 + "Z",
    ],
)  # fmt: skip
def test_not_rfc3339(text: str) -> None:
    assert not is_rfc3339(text)
    assert moment(text) is None


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("2026-04-02", ["2026-04-02T00:00:00Z"]),
        ("2026/4/2", ["2026-04-02T00:00:00Z"]),
        ("2026.04.02", ["2026-04-02T00:00:00Z"]),
        (" 2026-04-02 ", ["2026-04-02T00:00:00Z"]),
        ("2026-04-02 12:00", ["2026-04-02T12:00:00Z"]),
        ("2026-04-02T12:00:00", ["2026-04-02T12:00:00Z"]),
        ("2026-04-02T12:00Z", ["2026-04-02T12:00:00Z"]),
        ("2026-04-02 12:00:00.5 +0530", ["2026-04-02T12:00:00.5+05:30"]),
        ("2026-04-02 12:00:00 UTC", ["2026-04-02T12:00:00Z"]),
        ("2026-04-02 12:00:00+02", ["2026-04-02T12:00:00+02:00"]),
        ("20260402T120000Z", ["2026-04-02T12:00:00Z"]),
        ("04/02/2026", ["2026-04-02T00:00:00Z", "2026-02-04T00:00:00Z"]),
        ("4/2/26 3:30 pm", ["2026-04-02T15:30:00Z", "2026-02-04T15:30:00Z"]),
        ("04-02-2026", ["2026-04-02T00:00:00Z", "2026-02-04T00:00:00Z"]),
        ("4/2/76", ["1976-04-02T00:00:00Z", "1976-02-04T00:00:00Z"]),
        ("04/04/2026", ["2026-04-04T00:00:00Z"]),
        ("04/13/2026", ["2026-04-13T00:00:00Z"]),
        ("13/04/2026 12:00 AM", ["2026-04-13T00:00:00Z"]),
        ("02.04.2026", ["2026-04-02T00:00:00Z"]),
        ("April 2, 2026", ["2026-04-02T00:00:00Z"]),
        ("Apr 2nd 2026 at 9:05", ["2026-04-02T09:05:00Z"]),
        ("2 April 2026", ["2026-04-02T00:00:00Z"]),
        ("02-Apr-2026", ["2026-04-02T00:00:00Z"]),
        ("Thu, 02 Apr 2026 12:00:00 GMT", ["2026-04-02T12:00:00Z"]),
        ("2026-02-30", []),
        ("31/31/2026", []),
        ("2026-02-30T12:00:00Z", []),
        ("2026-04-02 25:00", []),
        ("April 2, 2026 13:00 pm", []),
    ],
)
def test_the_readings_of_a_near_miss(text: str, readings: list[str]) -> None:
    assert list(near_miss(text) or ()) == readings
    assert near_miss(text) is not None
    assert all(is_rfc3339(reading) for reading in readings)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "25", "2026", "2026-04", "1.2.3", "192.168.10.20", "04/02", "12:00", "order-2026-04-02",
     "2026-04-02-1",
     "+12065551234", "123-456-7890", "98101-1234", "1/2", "may", "maybe 2026", "1775131200", "x" * 10_000],
)  # fmt: skip
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert near_miss(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-02T12:00:00Z", datetime(2026, 4, 2, 12, tzinfo=UTC)),
        ("2026-04-02t12:00:00.999-05:30", datetime(2026, 4, 2, 17, 30, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("0000-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
    ],
)
def test_the_moment_a_text_names(text: str, expected: datetime | None) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1775131200, "2026-04-02T12:00:00Z"),
        (1775131200000, "2026-04-02T12:00:00Z"),
        (1775131200123, "2026-04-02T12:00:00.123Z"),
        (1775131200.5, "2026-04-02T12:00:00Z"),
        (5, None),
        (-1775131200, None),
        (10**4000, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_unix_times(number: float, text: str | None) -> None:
    assert from_epoch(number) == text


@given(st.datetimes(timezones=st.timezones()))
@settings(deadline=None, derandomize=True, database=None, max_examples=200)
def test_every_moment_of_python_is_rfc3339(at: datetime) -> None:
    text = at.isoformat()
    if at.utcoffset() is not None and at.utcoffset().seconds % 60 == 0:  # type: ignore[union-attr]
        assert is_rfc3339(text)


@pytest.mark.parametrize(
    "text", ["1" * 64, "2026-" * 12, "mon, " * 12, " " * 63 + "1", "1/" * 32, "apr 1st" + " " * 57]
)
def test_no_text_takes_long(text: str) -> None:
    started = time.perf_counter()
    near_miss(text)
    assert time.perf_counter() - started < 0.5
