"""What became of a customer's profile: before and after an event, field by field, beside what the event says.

Profiles are in the shape of the customer look-up of release 2.2.476 of the contract; an unknown field is shown too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from composer.event.dates import moment
from composer.event.fields import BY_PATH, CUSTOMER_NAMES, LOCATION_NAMES
from composer.event.payload import MISSING, Json, get, join, split
from composer.event.walk import readable

Profile = dict[str, Json]

_NESTED = ("location", "customFields")
_QUIET = {"/createdAt": "Created", "/updatedAt": "Updated"}
_ORDER = [
    *(join(name) for name in CUSTOMER_NAMES if name not in _NESTED),
    *(join("location", name) for name in LOCATION_NAMES),
]
_AT_ONCE = timedelta(seconds=1)  # a profile that is younger than this when it is written is one that was just made
_OLD = timedelta(minutes=1)  # and one that is older was there before


class State(StrEnum):
    """How a field stands after the event."""

    CREATED = "created"  # it had no value before
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    QUEUED = "still queued"  # the event says something else than the profile has so far


class Change(NamedTuple):
    """One field of the profile: its JSON Pointer, what it is called, what it held and holds, and what the event says
    of it. MISSING is no value.
    """

    path: str
    title: str
    before: Json
    after: Json
    state: State
    said: Json = MISSING

    @property
    def is_quiet(self) -> bool:
        """Whether it is only about when the profile was written."""
        return self.path in _QUIET

    @property
    def is_moved(self) -> bool:
        """Whether it has another value than before."""
        return self.state in (State.CREATED, State.CHANGED)

    @property
    def is_other(self) -> bool:
        """Whether it has another value than before, and not the one that the event says."""
        return self.is_moved and self.said is not MISSING and not _fits(self.path, self.said, self.after)


class Comparison(NamedTuple):
    """The profile before and after, None where there was none, the event, and every field."""

    before: Profile | None
    after: Profile | None
    event: Json
    changes: list[Change]

    @property
    def is_created(self) -> bool:
        """Whether nobody was found before, and somebody is now."""
        return self.before is None and self.after is not None

    @property
    def is_made(self) -> bool | None:
        """Whether the profile that is found now did not exist before; None where that can't be told: an ID or a phone
        number may have found one that only got this email now.
        """
        if not self.is_created:
            return False
        after = self.after or {}
        if _customer_id(self.event) and _customer_id(self.event) == _folded(after.get("id")):
            return False
        made, written = (moment(str(after.get(name))) for name in ("createdAt", "updatedAt"))
        age = written - made if made is not None and written is not None else None
        if age is not None and age > _OLD:
            return False
        if age is not None and age <= _AT_ONCE:
            return True
        is_by_email = not _customer_id(self.event) and _is_absent(get(self.event, "/customer/phoneNumber"))
        return True if made is not None and is_by_email else None

    @property
    def is_gone(self) -> bool:
        """Whether somebody was found before, and nobody is now."""
        return self.before is not None and self.after is None

    @property
    def changed(self) -> int:
        """How many fields have another value than before."""
        return sum(each.is_moved and not each.is_quiet for each in self.changes)

    @property
    def queued(self) -> int:
        """How many fields do not hold yet what the event says."""
        return sum(each.state is State.QUEUED for each in self.changes)

    @property
    def others(self) -> int:
        """How many fields have got another value than the event says."""
        return sum(each.is_other for each in self.changes)

    @property
    def strangers(self) -> list[str]:
        """The titles of the fields that have another value than before, and of which the event says nothing."""
        if self.before is None or self.after is None:
            return []
        return [each.title for each in self.changes if each.is_moved and _is_unsaid(each.path, self.event)]

    @property
    def holds_all(self) -> bool:
        """Whether the profile holds all that the event says."""
        return not self.queued and not self.others

    @property
    def is_changed(self) -> bool:
        """Whether anything but the moment of the last writing is another."""
        return self.changed > 0

    @property
    def is_written(self) -> bool:
        """Whether the profile was written since, be it with the values that it had."""
        return self.is_changed or any(each.is_quiet and each.state is not State.UNCHANGED for each in self.changes)

    @property
    def has_arrived(self) -> bool:
        """Whether the profile was written since and holds all that the event says."""
        return self.after is not None and self.is_written and self.holds_all


def compare(before: Profile | None, after: Profile | None, event: Json) -> Comparison:
    """The two profiles field by field, in the order of the form; when it was made and written comes last."""
    said = _said(event)
    changes = [_change(path, before, after, said) for path in _paths(before, after, said)]
    return Comparison(before, after, event, changes)


def email_of(event: Json) -> str:
    """The address by which the customer of an event can be looked up; empty when there is none."""
    email = get(event, "/customer/email", "")
    return email.strip() if isinstance(email, str) else ""


def headline(found: Comparison, seconds: float) -> str:
    """One sentence on what became of the profile, `seconds` after the event was sent."""
    after = f"after {seconds:.0f} second{'' if f'{seconds:.0f}' == '1' else 's'}"
    late = f" {_counted(found.queued, 'does', 'do')} not hold yet what the event says." if found.queued else ""
    other = f" {_counted(found.others, 'has', 'have')} another value than the event says." if found.others else ""
    if found.is_created:
        return _CREATED[found.is_made] + other + late
    if found.is_gone:
        return "The profile is gone: the look-up found it before, and does not find it now."
    if found.is_changed:
        return f"{found.changed} field{'' if found.changed == 1 else 's'} changed.{other}{late}"
    if found.after is None:
        return f"There is still no profile with this email {after}. The event may be waiting, or it was dropped."
    if found.is_written and found.queued:
        return f"The profile was written, but no field changed {after}.{late}"
    if found.is_written:
        return "No field changed, but the profile was written: it held these values already."
    if found.queued:
        return f"Nothing in the profile has changed {after}. The event may be waiting, or it was dropped."
    return (
        f"Nothing in the profile has changed {after}. The event says nothing of the customer that it does not hold "
        "already, so this does not tell whether it arrived."
    )


def doubts(found: Comparison) -> list[str]:
    """Why what was seen may not be what the event did: sentences."""
    made: list[str] = []
    wanted, has_phone = _customer_id(found.event), not _is_absent(get(found.event, "/customer/phoneNumber"))
    if not found.has_arrived and wanted and wanted != _folded((found.after or {}).get("id")):
        made.append(
            "The event names a customer ID, which wins over the email, and only an email can be looked up: the event "
            "may have gone to another profile."
        )
    elif found.after is None and has_phone:
        made.append(
            "The event names a phone number, too, and only an email can be looked up: the event may have gone to the "
            "profile that has the number."
        )
    if found.is_created and found.is_made is False:
        made.append("What the profile held before is not known, because only an email can be looked up.")
    if strangers := found.strangers:
        what = f"“{readable(strangers[0])}”" if len(strangers) == 1 else f"{len(strangers)} fields"
        made.append(
            f"The event says nothing of {what} that changed: something else may have written the profile meanwhile."
        )
    return made


_CREATED = {
    True: "Created: the profile did not exist before.",
    False: "A profile that was there before has this email now.",
    None: "Nobody had this email before; now there is a profile.",
}


def _customer_id(event: Json) -> str:
    return _folded(get(event, "/customer/id"))


def _folded(text: Json) -> str:
    return text.strip().casefold() if isinstance(text, str) else ""


def _is_unsaid(path: str, event: Json) -> bool:
    """Whether the event says nothing of a field that an event can speak of; a server has fields of its own, too."""
    is_ours = path in _ORDER or split(path)[0] in _NESTED
    return is_ours and path != "/id" and get(event, "/customer" + path) is MISSING


def _counted(number: int, one: str, more: str) -> str:
    return f"1 field {one}" if number == 1 else f"{number} fields {more}"


def _said(event: Json) -> dict[str, Json]:
    """What the profile is expected to hold, by path. What is left out stays as it was; whether null and an empty text
    take a value away is not published, so nothing is expected of them. An ID finds a profile and is never written.
    """
    customer = get(event, "/customer", None)
    found = dict(_flat(customer)) if isinstance(customer, dict) else {}
    return {path: value for path, value in found.items() if not _is_absent(value) and path != "/id"}


def _paths(before: Profile | None, after: Profile | None, said: dict[str, Json]) -> list[str]:
    """All fields that either profile has or the event speaks of, each once."""
    there = dict.fromkeys([*said, *(path for each in (after, before) for path, _ in _flat(each or {}))])
    known = {path: at for at, path in enumerate(_ORDER)}
    unknown = {"location": len(_ORDER), "customFields": len(_ORDER) + 1}

    def place(path: str) -> int:
        if path in _QUIET:
            return len(_ORDER) + 3 + list(_QUIET).index(path)
        return known.get(path, unknown.get(split(path)[0], len(_ORDER) + 2))

    return sorted(there, key=place)


def _flat(profile: Profile) -> Iterator[tuple[str, Json]]:
    for name, value in profile.items():
        if name in _NESTED and isinstance(value, dict):
            yield from ((join(name, key), below) for key, below in value.items())
        elif name not in _NESTED or value is not None:  # null is a group without fields, as is one left out
            yield join(name), value


def _change(path: str, before: Profile | None, after: Profile | None, said: dict[str, Json]) -> Change:
    was, now = (get(each, path) for each in (before, after))
    wanted = said.get(path, MISSING)
    if _is_same(was, now):
        state = State.UNCHANGED if wanted is MISSING or _fits(path, wanted, now) else State.QUEUED
    else:
        state = State.CREATED if _is_absent(was) else State.CHANGED
    return Change(path, _title(path), was, now, state, wanted)


def _title(path: str) -> str:
    field = BY_PATH.get("/customer" + path)
    return field.title.partition(" (")[0] if field else _QUIET.get(path) or readable(split(path)[-1])


def _is_absent(value: Json) -> bool:
    return value is MISSING or value is None or value == ""


def _is_same(one: Json, other: Json) -> bool:
    """True is no 1; a date is the moment it names, to the millisecond, as the look-up gives it. A number is the double
    that JSON readers make of it.
    """
    if _is_absent(one) or _is_absent(other):
        return _is_absent(one) and _is_absent(other)
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    if isinstance(one, str) and isinstance(other, str) and one != other:
        at = _moment(one)
        return at is not None and at == _moment(other)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or _double(one) == _double(other)
    return bool(one == other)


def _fits(path: str, said: Json, has: Json) -> bool:
    """Whether the profile holds what the event says; a server may take outer blanks away, and write an email small."""
    if isinstance(said, str) and isinstance(has, str):
        said, has = said.strip(), has.strip()
        if path == "/email":
            said, has = said.casefold(), has.casefold()
    return _is_same(said, has)


def _double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _moment(text: str) -> tuple[object, str] | None:
    at = moment(text)
    if at is None:
        return None
    part = text[20:].rstrip("Zz") if text[19] == "." else ""
    return at, part.partition("+")[0].partition("-")[0][:3].ljust(3, "0")
