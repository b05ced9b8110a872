"""Countries, currencies and time zones, by code and by what people call them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from composer.event import reference


def test_choosers_get_codes_with_names() -> None:
    assert ("US", "United States") in reference.countries()
    assert ("EUR", "Euro") in reference.currencies()
    assert {"America/Los_Angeles", "Europe/Kyiv", "UTC"} <= set(reference.time_zones())
    assert len(reference.countries()) == 249


@pytest.mark.parametrize(
    ("text", "code"),
    [("us", "US"), ("USA", "US"), (" united  states ", "US"), ("U.K.", "GB"), ("Deutschland", None), ("Germany", "DE"),
     ("United States of America", "US"), ("Bolivia", "BO"), ("", None), ("XX", None)],
)  # fmt: skip
def test_a_country_by_name(text: str, code: str | None) -> None:
    assert reference.country_named(text) == code


@pytest.mark.parametrize(
    ("text", "code"), [("usd", "USD"), ("$", "USD"), ("Euro", "EUR"), ("US dollar", "USD"), ("", None), ("coins", None)]
)
def test_a_currency_by_name(text: str, code: str | None) -> None:
    assert reference.currency_named(text) == code


@pytest.mark.parametrize(
    ("text", "name"),
    [("PST", "America/Los_Angeles"), ("america/new york", "America/New_York"), ("Tokyo", "Asia/Tokyo"), ("utc", "UTC"),
     ("Europe/Pari", "Europe/Paris"), ("nowhere", None), ("", None), ("x" * 100_000, None)],
)  # fmt: skip
def test_a_time_zone_by_name(text: str, name: str | None) -> None:
    assert reference.time_zone_named(text) == name


def test_every_time_zone_can_be_loaded() -> None:
    from zoneinfo import ZoneInfo

    for name in reference.time_zones()[::25]:
        assert ZoneInfo(name).key == name


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    code = (
        "import sys, composer.event.checks; "
        "sys.exit(bool({'pycountry', 'phonenumbers', 'email_validator', 'PySide6'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
