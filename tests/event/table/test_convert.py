"""A cell is read as its column says, or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.event import dates
from composer.event.payload import Number
from composer.event.table import convert


@pytest.mark.parametrize(
    ("cell", "written", "meant"),
    [
        ("12.50", "point", 12.5),
        ("1,234.50", "point", 1234.5),
        ("1.234,50", "comma", 1234.5),
        ("12,5", "comma", 12.5),
        ("12,5", "point", None),
        ("1.5", "comma", None),
        ("1 234,50", "comma", 1234.5),
        ("1\xa0234.5", "point", 1234.5),
        ("$12.50", "point", 12.5),
        ("-$12.50", "point", -12.5),
        ("€ 12,50", "comma", 12.5),
        ("007", "point", 7),
        ("0", "point", 0),
        ("0.5", "point", 0.5),
        ("+3", "point", 3),
        ("1e3", "point", 1000.0),
        ("12%", "point", None),
        ("abc", "point", None),
        ("1,23,4", "point", None),
        ("", "point", None),
        ("00", "point", 0),
        ("00.5", "point", 0.5),
        (".5", "point", 0.5),
        ("0.123", "comma", None),
        ("--5", "point", None),
        ("+-5", "point", None),
        ("(12.50)", "point", -12.5),
        ("(-12.50)", "point", None),
        ("($1,234)", "point", -1234),
        ("−3", "point", -3),
        ("USD 12", "point", 12),
        ("12,50 EUR", "comma", 12.5),
        ("CA$5", "point", 5),
        ("12 XYZ", "point", None),
        ("$12 USD", "point", None),
        ("1 234'567", "point", None),
        ("1'234'567.5", "point", 1234567.5),
        ("12-", "point", None),
        ("$", "point", None),
        (float("nan"), "point", None),
        (float("-inf"), "point", None),
        (True, "point", None),
        (7.25, "comma", 7.25),
    ],
)
def test_numbers(cell: str | float, written: str, meant: float | None) -> None:
    found = convert.number(cell, written)
    assert found == meant
    assert type(found) is not Number


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("1234.00", "1234"),
        (12.0, "12"),
        ("-0", "0"),
        (-0.0, "0"),
        ("149.90", "149.9"),
        ("1e3", "1000"),
        (1e300, "1e+300"),
    ],
)
def test_a_number_is_as_plain_as_it_can_be(cell: str | float, digits: str) -> None:
    assert repr(convert.number(cell, "point")) == digits


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
@settings(deadline=None, derandomize=True, database=None)
def test_every_number_is_read_back_however_it_is_written(digits: int, decimals: int) -> None:
    meant = Decimal(digits).scaleb(-decimals)
    plain, grouped = f"{meant:f}", f"{meant:,f}"
    swapped = grouped.translate(str.maketrans(",.", ".,"))
    for text, written in [(plain, "point"), (grouped, "point"), (swapped, "comma"), (plain.replace(".", ","), "comma")]:
        assert convert.number(text, written) == float(meant), text


def test_a_number_that_no_double_holds_keeps_its_digits() -> None:
    found = convert.number("0.12345678901234567890", "point")
    assert isinstance(found, Number)
    assert found.literal == "0.12345678901234567890"


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("true", True), ("No", False), (" 1 ", True), (0, False), (1.0, True), (True, True), ("maybe", None), (2, None)],
)
def test_booleans(cell: str | float, meant: bool | None) -> None:
    assert convert.boolean(cell) is meant


@pytest.mark.parametrize(
    ("cell", "written", "zone", "meant"),
    [
        ("2026-04-02T12:00:00Z", "iso", "America/Los_Angeles", "2026-04-02T12:00:00Z"),
        ("2026-04-02T12:00:00+05:30", "mdy", "UTC", "2026-04-02T12:00:00+05:30"),
        ("2026-04-02", "iso", "UTC", "2026-04-02T00:00:00Z"),
        ("2026-04-02", "iso", "America/Los_Angeles", "2026-04-02T00:00:00-07:00"),
        ("2026-01-02T09:30:00", "mdy", "Europe/Berlin", "2026-01-02T09:30:00+01:00"),
        ("2026-01-02 09:30", "iso", "Europe/London", "2026-01-02T09:30:00Z"),
        ("04/02/2026", "mdy", "UTC", "2026-04-02T00:00:00Z"),
        ("04/02/2026", "dmy", "UTC", "2026-02-04T00:00:00Z"),
        ("4/2/26 3:05 pm", "mdy", "UTC", "2026-04-02T15:05:00Z"),
        ("25/02/2026", "mdy", "UTC", None),
        ("02/25/2026", "dmy", "UTC", None),
        ("04/02/2026", "iso", "UTC", None),
        ("2 April 2026", "dmy", "UTC", "2026-04-02T00:00:00Z"),
        ("1775131200", "epoch", "UTC", "2026-04-02T12:00:00Z"),
        (1775131200000, "epoch", "UTC", "2026-04-02T12:00:00Z"),
        (1775131200, "iso", "UTC", None),
        ("04-02-2026", "mdy", "America/Los_Angeles", "2026-04-02T00:00:00-07:00"),
        ("2026-4-02", "iso", "America/Los_Angeles", "2026-04-02T00:00:00-07:00"),
        ("02-Apr-2026", "named", "America/Los_Angeles", "2026-04-02T00:00:00-07:00"),
        ("04/02/2026 12:30", "mdy", "America/Los_Angeles", "2026-04-02T12:30:00-07:00"),
        ("04/02/2026 12:30 PM", "mdy", "America/Los_Angeles", "2026-04-02T12:30:00-07:00"),
        ("04/02/2026 12:30 +02:00", "mdy", "America/Los_Angeles", "2026-04-02T12:30:00+02:00"),
        ("04.02.2026", "mdy", "UTC", "2026-04-02T00:00:00Z"),
        ("04.02.2026", "dmy", "UTC", "2026-02-04T00:00:00Z"),
        ("04.02.2026", "iso", "UTC", None),
        ("2. 4. 2026 9:05", "dmy", "UTC", "2026-04-02T09:05:00Z"),
        ("02.04.26", "dmy", "UTC", "2026-04-02T00:00:00Z"),
        ("4/2/76", "mdy", "UTC", "1976-04-02T00:00:00Z"),
        ("2026/04/02 10:00", "iso", "UTC", "2026-04-02T10:00:00Z"),
        ("20260402", "iso", "UTC", "2026-04-02T00:00:00Z"),
        (20260402, "iso", "UTC", "2026-04-02T00:00:00Z"),
        ("2026-04-02T12:00:00.5", "iso", "Europe/Berlin", "2026-04-02T12:00:00.5+02:00"),
        ("1850-01-01", "iso", "Europe/Berlin", "1849-12-31T23:06:32Z"),  # offsets had seconds then
        ("0000-01-01", "iso", "UTC", "0000-01-01T00:00:00Z"),
        ("0000-01-01", "iso", "Europe/Berlin", None),
        ("2016-12-31T23:59:60", "iso", "UTC", "2016-12-31T23:59:60Z"),
        ("2016-12-31T23:59:60", "iso", "Europe/Berlin", None),
        ("2026-02-30T10:00:00Z", "iso", "UTC", None),
        ("2026-04-02 24:00", "iso", "UTC", None),
        ("13:00 pm", "iso", "UTC", None),
        ("04/02/2026", "epoch", "UTC", None),
        (float("nan"), "epoch", "UTC", None),
        (True, "epoch", "UTC", None),
        ("soon", "iso", "UTC", None),
        ("2026-02-30", "iso", "UTC", None),
        (
            "2026-10-25T02:30:00",
            "iso",
            "Europe/Berlin",
            "2026-10-25T02:30:00+02:00",
        ),  # the clock is set back: the first
        ("2026-03-29T02:30:00", "iso", "Europe/Berlin", "2026-03-29T02:30:00+01:00"),  # left out: by the old offset
    ],
)
def test_dates(cell: str | float, written: str, zone: str, meant: str | None) -> None:
    assert convert.date(cell, written, zone) == meant


ZONES = ("UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Monrovia")


@given(
    st.datetimes(datetime(1890, 1, 1), datetime(2060, 1, 1)),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%dT%H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m.%d.%Y %I:%M:%S %p",
                     "%m-%d-%Y %H:%M:%S", "%B %d, %Y %H:%M:%S", "%d-%b-%Y %I:%M:%S%p"]),
    st.sampled_from(ZONES),
)  # fmt: skip
@settings(max_examples=500, deadline=None, derandomize=True, database=None)
def test_local_time_is_the_zones_however_it_is_written(at: datetime, written: str, zone: str) -> None:
    at = at.replace(microsecond=0)
    found = convert.date(at.strftime(written), "mdy", zone)
    assert found is not None
    assert dates.is_rfc3339(found)
    assert dates.moment(found) == at.replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_around_a_changed_clock_has_the_offset_of_then(zone: str) -> None:
    for hours in range(24 * 366):
        at = datetime(2026, 1, 1, 0, 30) + timedelta(hours=hours)
        found = convert.date(f"{at:%Y-%m-%dT%H:%M}", "iso", zone)
        assert found == at.replace(tzinfo=ZoneInfo(zone)).isoformat().replace("+00:00", "Z")
