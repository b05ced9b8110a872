"""One event is about one made-up person, whom nobody can reach, and the checks have nothing against."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import phonenumbers
import pytest

from composer.event.checks import check
from composer.event.model import is_email
from composer.event.repairs import e164
from composer.event.variables import Context, prepare, resolve
from composer.event.variables.people import _STATES, Person, person

NOW = datetime.now(UTC)
TEMPLATE = {
    "eventName": "Order {{$row}}",
    "eventTimestamp": "{{$now -5m}}",
    "value": "{{$random 1.00 99.99}}",
    "valueCurrency": "{{$choice USD CAD}}",
    "uniqueId": "{{$uuid}}",
    "customer": {
        "email": "{{$email}}",
        "phoneNumber": "{{$phone}}",
        "firstName": "{{$first_name}}",
        "lastName": "{{$last_name}}",
        "location": {
            "street1": "{{$street}}",
            "city": "{{$city}}",
            "state": "{{$state}}",
            "stateCode": "{{$state_code}}",
            "postalCode": "{{$postal_code}}",
            "country": "{{$country}}",
            "countryCode": "{{$country_code}}",
        },
    },
    "data": {
        "Name": "{{$person}}",
        "Again": "{{$person}}",
        "Ship To": "{{$address}}",
        "Shipped": '{{$now +2d "Europe/Berlin"}}',
        "Counter": "{{$counter}}",
    },
}


def event(seed: str, row: int = 1) -> Any:
    resolved = resolve(TEMPLATE, Context(NOW, seed, {}, row, 5))
    assert resolved.findings == []
    return resolved.payload


def people(number: int) -> list[Person]:
    return [person(str(seed), 1) for seed in range(number)]


@pytest.mark.parametrize("seed", ["", "a", "ä😀", "\ud800", "x" * 10_000])
def test_the_checks_find_nothing_in_an_event_of_made_up_values(seed: str) -> None:
    for row in range(1, 51):
        assert check(event(seed, row)) == []


def test_all_of_an_event_is_about_the_same_person() -> None:
    made = event("seed")
    customer, place, data = made["customer"], made["customer"]["location"], made["data"]
    assert data["Name"] == data["Again"] == f"{customer['firstName']} {customer['lastName']}"
    assert customer["email"].startswith(f"{customer['firstName']}.{customer['lastName']}".lower())
    assert data["Ship To"] == f"{place['street1']}, {place['city']}, {place['stateCode']} {place['postalCode']}"
    assert place["state"] == _STATES[place["stateCode"]][0]
    assert customer["phoneNumber"][2:5] in _STATES[place["stateCode"]][1].split()


def test_another_seed_and_another_row_are_about_another_person() -> None:
    assert event("seed") == event("seed")
    assert len({event("seed", row)["customer"]["email"] for row in range(1, 200)}) > 190
    assert event("seed")["customer"] != event("other")["customer"]


def test_nobody_is_reached() -> None:
    for one in people(500):
        assert re.fullmatch(r"[a-z.]+[0-9]{1,4}@example\.(com|org|net)", one.email)
        assert is_email(one.email)
        assert re.fullmatch(r"\+1[0-9]{3}55501[0-9]{2}", one.phone)
        assert e164(one.phone, "US") == one.phone


def test_every_state_has_postal_codes_and_area_codes() -> None:
    assert len(_STATES) == 50
    found = {one.state_code: one for one in people(3000)}
    assert set(found) == set(_STATES)
    assert all(re.fullmatch(r"[0-9]{5}", one.postal_code) for one in found.values())
    for code, (_, area_codes) in _STATES.items():
        for area_code in area_codes.split():
            assert phonenumbers.is_valid_number(phonenumbers.parse(f"+1{area_code}5550100")), (code, area_code)


def test_threads_make_the_same_people() -> None:
    person.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(person, map(str, range(300)), [1] * 300))
    person.cache_clear()
    assert made == people(300)


def test_names_are_loaded_when_a_person_is_needed_and_not_before() -> None:
    script = """
import sys
from datetime import UTC, datetime
from composer.event.variables import Context, resolve
heavy = {"faker", "zoneinfo", "phonenumbers", "pycountry", "pydantic", "uuid", "random"}
print(sorted(heavy & set(sys.modules)))
template = {"a": "{{$now +1d}} {{$uuid}} {{name}} {{$choice a b}} {{$country}}"}
assert resolve(template, Context(datetime.now(UTC), "", {"name": 1})).findings == []
print(sorted({"faker", "zoneinfo"} & set(sys.modules)))
resolve("{{$city}}", Context(datetime.now(UTC), "", {}))
print("faker" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["[]", "[]", "True"]


def test_what_takes_long_can_be_loaded_ahead() -> None:
    person.cache_clear()
    prepare()
    assert person.cache_info().currsize == 1
