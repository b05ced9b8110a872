"""What Redo would have made of the events of one store: its profiles, its stored events, what it ignored.

Pure: no HTTP, no disk. Not thread-safe: one thread or event loop owns a world. Where release 2.2.476 of the contract
is silent, the docstrings say what was chosen.
"""

from __future__ import annotations

import json
import marshal
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from composer.event import dates, jsontext
from composer.event.payload import Json

PAGE = 100  # events and profiles a snapshot shows when not told otherwise
MAX_PAGE = 1000
MAX_PAGE_CHARACTERS = 2_000_000  # a page of big events ends earlier; it holds one event at least
_LEDGER_LENGTH = 100

_SHORTEST_DATE = len("2026-04-02T12:00:00Z")
_PATCHED = ("firstName", "lastName")
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False)


class Page(NamedTuple):
    """Which part of a world a snapshot shows.

    At most `size` events older than sequence number `before_event` (None: from the newest), and `size` profiles after
    the first `skip_profiles`.
    """

    size: int = PAGE
    before_event: int | None = None
    skip_profiles: int = 0


FIRST_PAGE = Page()


class World:
    """One store. `clock` gives the time of arrival in seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._random = secrets.token_hex(5)
        self._made = 0
        self._profiles: dict[str, Json] = {}  # by id, the one changed last at the end
        self._by_email: dict[str, str] = {}
        self._by_phone: dict[str, str] = {}
        self._events: list[bytes | str] = []  # packed, oldest first: a tenth of the memory of dicts
        self._event_ids: dict[str, str] = {}  # uniqueId → id of the event that was stored
        self._ignored = 0
        self._ledger: deque[Json] = deque(maxlen=_LEDGER_LENGTH)
        self._moment = (
            -1,
            "",
            "",
        )  # the last, as it is shown and as ids begin; the events of a request mostly share one

    def accept(self, payload: dict[str, Json]) -> str | None:
        """Take in one event that has no error. Returns the id of the stored event.

        Returns None when an event with the same `uniqueId` was accepted before: then nothing changes but the ledger,
        not even the profile (the contract does not say).
        """
        arrived = self._now()
        unique_id = payload.get("uniqueId")
        if unique_id is not None and unique_id in self._event_ids:
            self._ignored += 1
            entry = {"at": arrived, "eventName": payload["eventName"], "uniqueId": unique_id}
            first = self._event_ids[unique_id]
            self._ledger.appendleft(entry | {"eventId": first, "note": "ignored: this uniqueId was already accepted"})
            return None
        profile_id, found_by = self._profile(payload["customer"], arrived)
        data = payload.get("data")
        stored = {key: value for key, value in data.items() if value or not _is_unset(value)} if data else {}
        event = payload.copy()
        del event["customer"]
        event.setdefault("eventTimestamp", arrived)
        if data:
            event["data"] = stored
        event_id = self._new_id()
        record = {
            "sequence": len(self._events) + 1,
            "id": event_id,
            "receivedAt": arrived,
            "profileId": profile_id,
            "foundBy": found_by,
            "event": event,
            "dates": _dates(stored),
            "notStored": [key for key in data if key not in stored] if data else [],
        }
        self._events.append(_packed(record))
        if unique_id is not None:
            self._event_ids[unique_id] = event_id
        return event_id

    def customer(self, email: str) -> dict[str, Json] | None:
        """The profile with this address in the shape of the customer look-up, or None.

        Custom fields that are dates come back in UTC with milliseconds, as the contract's example shows them.
        """
        profile = self._profiles.get(self._by_email.get(email.casefold(), ""))
        if profile is None:
            return None
        fields = profile["customFields"]
        read = profile | {"customFields": fields | {key: _as_read(fields[key]) for key in _dates(fields)}}
        return {key: value for key, value in read.items() if value not in (None, {})}

    def snapshot(self, page: Page = FIRST_PAGE) -> str:
        """This world as JSON text: ``counts``, ``profiles``, ``events``, ``ledger`` and how to read on.

        Events are ``{"sequence", "id", "receivedAt", "profileId", "foundBy", "event", "dates", "notStored"}``, newest
        first: `event` is the request without its customer, `foundBy` is id, email, phoneNumber or created, `dates`
        names the properties of `data` indexed as dates, `notStored` those dropped as unset. Profiles are in the shape
        of the customer look-up with null for what is unknown, and their `dates`; the one changed last comes first.
        `olderEvents` is the next page's `before_event`, `moreProfiles` its `skip_profiles`; null at the end.
        """
        newest = len(self._events) if page.before_event is None else min(page.before_event - 1, len(self._events))
        events = _first_of((_unpacked(self._events[at]) for at in range(newest - 1, -1, -1)), page.size)
        older = newest - len(events)
        order = islice(reversed(self._profiles.values()), page.skip_profiles, None)
        profiles = _first_of((json_text(each | {"dates": _dates(each["customFields"])}) for each in order), page.size)
        skipped = page.skip_profiles + len(profiles)
        parts = {
            "counts": json_text(
                {"profiles": len(self._profiles), "events": len(self._events), "ignored": self._ignored}
            ),
            "profiles": f"[{','.join(profiles)}]",
            "moreProfiles": json_text(skipped if skipped < len(self._profiles) else None),
            "events": f"[{','.join(events)}]",
            "olderEvents": json_text(older + 1 if older > 0 else None),
            "ledger": json_text(list(self._ledger)),
        }
        return "{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}"

    def _profile(self, customer: dict[str, Any], arrived: str) -> tuple[str, str]:
        """The id of the profile that `customer` stands for, found or created and patched, and what found it."""
        email, phone = _key(customer, "email"), _key(customer, "phoneNumber")
        profile_id, found_by = self._find(customer, email, phone)
        if profile_id is None:
            profile_id, found_by = self._new_id(), "created"
            profile: dict[str, Json] = {
                "id": profile_id,
                "email": None,
                "phoneNumber": None,
                "firstName": None,
                "lastName": None,
                "location": {},
                "customFields": {},
                "createdAt": arrived,
            }
        else:
            profile = self._profiles.pop(profile_id)
        if email:
            _claim(profile, "email", customer, email, self._by_email)
        if phone:
            _claim(profile, "phoneNumber", customer, phone, self._by_phone)
        for name in _PATCHED:
            if name in customer:
                profile[name] = customer[name]
        for name in ("location", "customFields"):
            if name in customer:
                profile[name] = profile[name] | customer[name]
        profile["updatedAt"] = arrived
        self._profiles[profile_id] = profile
        return profile_id, found_by

    def _find(self, customer: dict[str, Any], email: str, phone: str) -> tuple[str | None, str]:
        """By id, then email, then phone; each falls back to the next. Case does not count; blank is absent."""
        if "id" in customer and (wanted := str(customer["id"]).strip().casefold()) in self._profiles:
            return wanted, "id"
        if email and (found := self._by_email.get(email)):
            return found, "email"
        if phone and (found := self._by_phone.get(phone)):
            return found, "phoneNumber"
        return None, ""

    def _now(self) -> str:
        """The moment as it is shown."""
        now = self._clock()
        millisecond = round(now * 1_000_000) // 1000
        if self._moment[0] != millisecond:
            self._moment = (millisecond, _rfc3339(now), f"{int(now) & 0xFFFFFFFF:08x}{self._random}")
        return self._moment[1]

    def _new_id(self) -> str:
        self._made += 1
        return f"{self._moment[2]}{self._made & 0xFFFFFF:06x}"


def _claim(profile: dict[str, Json], name: str, customer: dict[str, Any], new: str, known: dict[str, str]) -> None:
    """Write an email or phone to the profile, unless it is another profile's: there it stays (our choice)."""
    owner = known.get(new)
    if owner is not None and owner != profile["id"]:
        return
    if owner is None:
        known.pop(_key(profile, name), None)
        known[new] = profile["id"]
    profile[name] = customer[name]


def _key(customer: dict[str, Any], name: str) -> str:
    return str(customer.get(name) or "").strip().casefold()


def _is_unset(value: Json) -> bool:
    return value is None or value == "" or (value == 0 and value is not False)


def _dates(values: dict[str, Json]) -> list[str]:
    return [
        key
        for key, value in values.items()
        # What is shorter, or has no year, need not be looked at, and not be remembered.
        if isinstance(value, str) and len(value) >= _SHORTEST_DATE and value[4] == "-" and dates.is_rfc3339(value)
    ]


def _as_read(date: str) -> str:
    try:
        return _rfc3339(datetime.fromisoformat(date.upper()).timestamp())
    except (ValueError, OverflowError):  # RFC 3339 has a 60th second and a year 0, datetime has not
        return date


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _packed(record: dict[str, Json]) -> bytes | str:
    """Whatever is quickest: most of them are never looked at."""
    try:
        return marshal.dumps(record, 2)
    except ValueError:  # a number beyond a double
        return json_text(record)


def _unpacked(packed: bytes | str) -> str:
    """As JSON text."""
    return packed if isinstance(packed, str) else json_text(marshal.loads(packed))  # noqa: S302 - our own bytes


def json_text(value: Json) -> str:
    """`value` as compact JSON; a number beyond a double, such as 1e400, is kept as it was written."""
    try:
        return _ENCODER.encode(value)
    except ValueError:
        return jsontext.dumps(value)


def _first_of(texts: Iterable[str], most: int) -> list[str]:
    """The first texts, at most `most` of them and MAX_PAGE_CHARACTERS long together, but one at least."""
    taken: list[str] = []
    length = 0
    for text in texts:
        length += len(text)
        if taken and (length > MAX_PAGE_CHARACTERS or len(taken) == most):
            break
        taken.append(text)
    return taken
