"""Which of the events that the sandbox holds is the one that was just sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from composer.event.payload import Json, get
from composer.event.profile import email_of

Record = dict[str, Any]

_ROUNDED = 0.002  # seconds; moments are kept to the millisecond


class Stored(NamedTuple):
    """The stored event in the shape of `World.snapshot`, or None. Where the one sent was ignored, because its uniqueId
    was accepted before, it is the event that has it.
    """

    record: Record | None
    is_ignored: bool = False


def stored_event(world: Record, event: Json, since: float) -> Stored:
    """The event that was sent at `since`, Unix seconds: by its uniqueId, else the newest of its name and its profile
    received since, whether the profile was found by its ID or its email.
    `world` is a snapshot of its store; the record has the profile's identity as ``profile``.
    """
    unique_id, email = get(event, "/uniqueId", None), email_of(event).casefold()
    if unique_id is not None:
        found = next((each for each in world["events"] if each["event"].get("uniqueId") == unique_id), None)
        is_ignored = any(each["uniqueId"] == unique_id and _is_since(each["at"], since) for each in world["ledger"])
        return Stored(found and _named(found, world), is_ignored)
    wanted, name = str(get(event, "/customer/id", "")).strip().casefold(), get(event, "/eventName", None)
    held = {each["id"]: bool(email) and _email(each) == email for each in world["profiles"]}
    profile = wanted if wanted in held else next((each for each, is_theirs in held.items() if is_theirs), None)
    fresh = (each for each in world["events"] if _is_since(each["receivedAt"], since))
    found = next((each for each in fresh if (each["profileId"], each["event"]["eventName"]) == (profile, name)), None)
    return Stored(found and _named(found, world))


def _named(record: Record, world: Record) -> Record:
    profile = next((each for each in world["profiles"] if each["id"] == record["profileId"]), Record())
    return record | {"profile": profile.get("email") or profile.get("phoneNumber") or record["profileId"]}


def _email(profile: Record) -> str:
    return str(profile["email"] or "").casefold()


def _is_since(rfc3339: str, since: float) -> bool:
    return datetime.fromisoformat(rfc3339).timestamp() >= since - _ROUNDED
