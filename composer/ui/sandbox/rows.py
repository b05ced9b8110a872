"""How the sandbox's events and profiles look in their lists, and what is said about one of them."""

from __future__ import annotations

from typing import Any

from composer.event import jsontext
from composer.ui.widgets import when
from composer.ui.widgets.paged_model import Cell
from composer.ui.widgets.raw_text import readable

EVENT_HEADERS = ("Received", "Event", "Profile", "Unique ID", "Data")
EVENT_SAMPLES = {0: Cell("30 Nov 23:59"), 4: Cell("2 dates, 3 not stored")}
PROFILE_HEADERS = ("Identity", "Name", "Updated", "Created")
PROFILE_SAMPLES = {2: Cell("30 Nov 23:59"), 3: Cell("30 Nov 23:59")}

_FOUND_BY = {
    "id": "found by its ID",
    "email": "found by email",
    "phoneNumber": "found by phone number",
    "created": "created by this event",
}

Record = dict[str, Any]  # an event or a profile in the shape of `sandbox.world.World.snapshot`


def identity(profile: Record) -> str:
    """What a profile is called in lists: its email, else its phone number, else its ID."""
    return str(profile.get("email") or profile.get("phoneNumber") or profile["id"])


def name(profile: Record) -> str:
    """First and last name; empty when neither is known."""
    return " ".join(str(profile[part]) for part in ("firstName", "lastName") if profile.get(part))


def event_cell(event: Record, column: int) -> Cell:
    """A column of EVENT_HEADERS; `event` has the profile's identity as ``profile``."""
    if column == 0:
        return _moment(event["receivedAt"])
    if column == 1:
        return Cell(str(event["event"].get("eventName", "")))
    if column == 2:
        return Cell(event["profile"], tip=f"{event['profile']}, {_FOUND_BY.get(event['foundBy'], event['foundBy'])}")
    if column == 3:
        return Cell(str(event["event"].get("uniqueId", "—")))
    dates, dropped = len(event["dates"]), len(event["notStored"])
    said = [f"{dates} date{'' if dates == 1 else 's'}"] if dates else []
    return Cell(", ".join([*said, *([f"{dropped} not stored"] if dropped else [])]) or "—")


def profile_cell(profile: Record, column: int) -> Cell:
    """A column of PROFILE_HEADERS."""
    if column == 0:
        return Cell(identity(profile))
    if column == 1:
        return Cell(name(profile) or "—")
    return _moment(profile["updatedAt" if column == 2 else "createdAt"])


def event_facts(event: Record) -> list[tuple[str, str]]:
    """What is worth saying about a stored event, as (label, text)."""
    return [
        ("Profile", event["profile"]),
        ("It was", _FOUND_BY.get(event["foundBy"], event["foundBy"])),
        ("Received", when.whole(when.milliseconds_of(event["receivedAt"]))),
        ("Indexed as dates", _listed(event["dates"])),
        ("Not stored", f"{_listed(event['notStored'])} · counts as unset" if event["notStored"] else "—"),
    ]


def profile_facts(profile: Record) -> list[tuple[str, str]]:
    """What is worth saying about a profile, as (label, text)."""
    return [
        ("ID", profile["id"]),
        ("Name", name(profile) or "—"),
        ("Created", when.whole(when.milliseconds_of(profile["createdAt"]))),
        ("Updated", when.whole(when.milliseconds_of(profile["updatedAt"]))),
        ("Indexed as dates", _listed(profile["dates"])),
    ]


def as_stored(record: Record) -> str:
    """The JSON of an event or a profile as the sandbox holds it, fit for a text box."""
    held = record["event"] if "event" in record else {key: value for key, value in record.items() if key != "dates"}
    return readable(jsontext.dumps(held))


def _moment(rfc3339: str) -> Cell:
    milliseconds = when.milliseconds_of(rfc3339)
    return Cell(when.short(milliseconds), tip=when.whole(milliseconds))


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "—"
