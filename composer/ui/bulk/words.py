"""Counts and times of a run in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil

from composer.storage.runs.states import NOT_SENT, RunInfo, State

EVENTS_A_REQUEST = 100
LIMIT = 100.0  # requests a second


def total(counts: Mapping[State, int], states: Iterable[State]) -> int:
    """How many rows are in one of these states."""
    return sum(counts.get(state, 0) for state in states)


def duration(seconds: float) -> str:
    """``4 s``, ``1 min 20 s``, ``2 h 5 min``."""
    whole = ceil(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def events(count: int) -> str:
    """``1 event``, ``2 events``."""
    return f"{count:,} event{'' if count == 1 else 's'}"


def rows(count: int) -> str:
    """``1 row``, ``2 rows``."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def ahead(count: int, limit: float) -> str:
    """How much there is to send, and how long that takes."""
    requests = ceil(count / EVENTS_A_REQUEST)
    takes = f"{requests:,} request{'' if requests == 1 else 's'}"
    return f"{takes}, about {duration(max(requests / limit, 1))} at {limit:,.0f} requests/s"


def left_behind(counts: Mapping[State, int]) -> str:
    """Why some rows are not sent; nothing when all are."""
    parts = []
    if held := counts.get(State.HELD_BACK, 0):
        parts.append(f"{rows(held)} with errors {'is' if held == 1 else 'are'} held back.")
    if excluded := counts.get(State.EXCLUDED, 0):
        parts.append(f"{rows(excluded)} {'is' if excluded == 1 else 'are'} excluded.")
    return " ".join(parts)


def summary(counts: Mapping[State, int]) -> str:
    """What became of all rows."""
    parts = [
        f"{counts.get(State.QUEUED, 0):,} queued",
        f"{counts.get(State.REJECTED, 0):,} rejected",
        f"{counts.get(State.NO_ANSWER, 0):,} without an answer",
    ]
    if not_sent := total(counts, NOT_SENT):
        parts.append(f"{not_sent:,} not sent")
    if ahead_still := total(counts, (State.WAITING, State.IN_FLIGHT)):
        parts.append(f"{ahead_still:,} waiting")
    return ", ".join(parts) + "."


def described(info: RunInfo) -> str:
    """How many events, and what was made of the columns."""
    if info.kind != "table":
        return f"{events(info.rows)} · events as they are"
    from composer.event.table.mapping import from_json

    mapped = sum(bool(each.path) for each in from_json(info.mapping).columns)
    return f"{events(info.rows)} · {mapped:,} of {len(info.headers):,} columns mapped"
