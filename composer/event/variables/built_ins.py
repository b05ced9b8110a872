"""The built-in variables: what there is, for help and completion, and what makes the value of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from composer.event import jsontext
from composer.event.payload import Json
from composer.event.variables.context import Maker, Place, VariableError
from composer.event.variables.moments import now
from composer.event.variables.people import Person, person
from composer.event.variables.syntax import Argument, Call
from composer.event.walk import readable

_DECIMAL = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_MOST_DIGITS = 15  # which a JSON double keeps
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
# What others call them, without marks and in small letters.
_OTHER_NAMES = {
    "guid": "uuid", "randomuuid": "uuid", "id": "uuid", "uniqueid": "uuid",
    "timestamp": "now", "isotimestamp": "now", "datetime": "now", "today": "now", "date": "now", "time": "now",
    "int": "random", "integer": "random", "randomint": "random", "number": "random", "float": "random",
    "pick": "choice", "oneof": "choice", "sample": "choice", "name": "person", "fullname": "person",
    "givenname": "first_name", "surname": "last_name", "familyname": "last_name", "mail": "email",
    "phonenumber": "phone", "zip": "postal_code", "zipcode": "postal_code", "postcode": "postal_code",
    "province": "state", "index": "row", "count": "counter", "sequence": "counter",
}  # fmt: skip


class BuiltIn(NamedTuple):
    """One built-in variable: its name with the $, how it is written, simplest first, and a sentence about it."""

    name: str
    examples: tuple[str, ...]
    sentence: str


BUILT_INS: Sequence[BuiltIn] = (
    BuiltIn(
        "$now",
        (
            "{{$now}}", "{{$now +2d}}", "{{$now -90m}}", "{{$now +1mo date}}", "{{$now time}}", "{{$now unix}}",
            "{{$now unix_ms}}", '{{$now "%d %B %Y"}}', '{{$now +1d "Europe/Berlin"}}',
        ),
        "The moment of sending in UTC, with offsets (s m h d w mo y), a format and a time zone if you like.",
    ),
    BuiltIn("$uuid", ("{{$uuid}}",), "A new UUID wherever it stands."),
    BuiltIn("$random", ("{{$random 1 100}}", "{{$random 1.00 99.99}}"), "A number from the first to the second."),
    BuiltIn(
        "$choice",
        ('{{$choice red green "dark blue"}}', "{{$choice true false}}"),
        "One of the values. Numbers, true, false and null are text only in quotes.",
    ),
    BuiltIn("$row", ("{{$row}}",), "The number of the row in a bulk run; 1 in a single event."),
    BuiltIn("$counter", ("{{$counter}}",), "A number that goes up by one with each event."),
    BuiltIn("$person", ("{{$person}}",), "First and last name of a made-up person, the same throughout the event."),
    BuiltIn("$first_name", ("{{$first_name}}",), "That person's first name."),
    BuiltIn("$last_name", ("{{$last_name}}",), "That person's last name."),
    BuiltIn("$email", ("{{$email}}",), "That person's email, at a domain that nobody has."),
    BuiltIn("$phone", ("{{$phone}}",), "That person's phone number, one of those kept for fiction."),
    BuiltIn("$street", ("{{$street}}",), "Street and number of that person's address, in the USA."),
    BuiltIn("$city", ("{{$city}}",), "City of that address."),
    BuiltIn("$state", ("{{$state}}",), "Name of the state of that address."),
    BuiltIn("$state_code", ("{{$state_code}}",), "Two letters of that state."),
    BuiltIn("$postal_code", ("{{$postal_code}}",), "ZIP code of that address."),
    BuiltIn("$country", ("{{$country}}",), "Name of the country of that address."),
    BuiltIn("$country_code", ("{{$country_code}}",), "Two letters of that country."),
    BuiltIn("$address", ("{{$address}}",), "That address in one line."),
)  # fmt: skip


def maker(call: Call) -> Maker | None:
    """What makes the value of a built-in; None when there is none of that name. Raises VariableError."""
    reader = _READERS.get(call.name)
    return None if reader is None else reader(call.arguments)


@lru_cache(maxsize=1024)
def nearest(name: str) -> str | None:
    """The built-in, without its $, that an unknown `name` may have been meant for."""
    from difflib import get_close_matches

    folded = _folded(name)
    known = {_folded(each): each for each in _READERS} | _OTHER_NAMES
    near = [folded] if folded in known else get_close_matches(folded[:40], known, n=1, cutoff=0.6)
    return known[near[0]] if near else None


def prepare() -> None:
    """Load what takes a tenth of a second when it is first needed: made-up people, time zones. For a thread."""
    from composer.event import reference

    person("", 1)
    reference.time_zone_names()


def _folded(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _random(arguments: Sequence[Argument]) -> Maker:
    if len(arguments) != 2:
        raise VariableError("it needs two numbers, the smallest and the largest, as in {{$random 1 100}}.")
    places = 0
    for argument in arguments:
        match = _DECIMAL.fullmatch(argument.text)
        if match is None:
            raise VariableError(f"“{readable(argument.text)}” is not a number such as 5 or 12.50.")
        if len(match[1]) + len(match[2] or "") > _MOST_DIGITS:
            raise VariableError(f"“{readable(argument.text)}” has more than {_MOST_DIGITS} digits.")
        places = max(places, len(match[2] or ""))
    low, high = (_scaled(argument.text, places) for argument in arguments)
    if low > high:
        raise VariableError(f"{arguments[0].text} is more than {arguments[1].text}. Put the smaller number first.")

    def make(place: Place) -> Json:
        drawn = low + place.draw("random") % (high - low + 1)
        if not places:
            return drawn
        digits = f"{abs(drawn):0{places + 1}}"
        return jsontext.number(f"{'-' if drawn < 0 else ''}{digits[:-places]}.{digits[-places:]}")

    return make


def _scaled(text: str, places: int) -> int:
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(places, "0"))


def _choice(arguments: Sequence[Argument]) -> Maker:
    if not arguments:
        raise VariableError('it needs the values to choose from, as in {{$choice red green "dark blue"}}.')
    values = [_value(argument) for argument in arguments]
    return lambda place: values[place.draw("choice") % len(values)]


def _value(argument: Argument) -> Json:
    if argument.quoted:
        return argument.text
    if argument.text in _WORDS:
        return _WORDS[argument.text]
    number = jsontext.number(argument.text)
    return argument.text if number is None else number


def _uuid(place: Place) -> str:
    bits = place.draw("uuid") & ~(0xF000 << 64) & ~(0xC000 << 48) | 0x4000 << 64 | 0x8000 << 48  # version 4 of RFC 9562
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _alone(name: str, make: Maker) -> Callable[[Sequence[Argument]], Maker]:
    def reader(arguments: Sequence[Argument]) -> Maker:
        if arguments:
            raise VariableError(f"it takes no arguments. Write {{{{${name}}}}}.")
        return make

    return reader


def _of_person(what: Callable[[Person], str]) -> Maker:
    return lambda place: what(person(place.context.seed, place.context.row))


_ALONE: dict[str, Maker] = {
    "uuid": _uuid,
    "row": lambda place: place.context.row,
    "counter": lambda place: place.context.counter,
    "person": _of_person(lambda one: one.name),
    "first_name": _of_person(lambda one: one.first_name),
    "last_name": _of_person(lambda one: one.last_name),
    "email": _of_person(lambda one: one.email),
    "phone": _of_person(lambda one: one.phone),
    "street": _of_person(lambda one: one.street),
    "city": _of_person(lambda one: one.city),
    "state": _of_person(lambda one: one.state),
    "state_code": _of_person(lambda one: one.state_code),
    "postal_code": _of_person(lambda one: one.postal_code),
    "country": lambda _: "United States",
    "country_code": lambda _: "US",
    "address": _of_person(lambda one: one.address),
}
_READERS: dict[str, Callable[[Sequence[Argument]], Maker]] = {
    "now": now,
    "random": _random,
    "choice": _choice,
    **{name: _alone(name, make) for name, make in _ALONE.items()},
}
