"""What the answer to a bulk request means for its events.

| answer | its events |
| --- | --- |
| 202 | queued; those that the body plainly names as rejected are rejected |
| 400, 413, 422, and any other 4xx with problem details | in halves, down to the event at fault, which is rejected |
| 401, 403, 404 | wait; the run pauses with the reason |
| 429 | wait, until the server has the time |
| 408, 5xx, no answer | may have arrived: sent again with a uniqueId, "no answer" without |
| any other 2xx | may have arrived, and the run pauses: what answers there is not Redo |
| 3xx, and any other 4xx | wait, and the run pauses: it is about the address or the way there, not about the events |
| no connection | wait: nothing arrived |
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

from composer.delivery.outcome import Outcome, OutcomeKind
from composer.storage.runs.states import Finished, State

_ACCEPTED = frozenset({"accepted", "queued"})
_REJECTED = frozenset({"rejected", "failed", "invalid", "error"})
_LONGEST_REASON = 1000  # characters


class Verdict(Enum):
    """What is to be done."""

    TAKEN = auto()
    REFUSED = auto()  # for something in the events
    WAIT = auto()  # too many requests
    UNREACHABLE = auto()
    DOUBT = auto()
    DOUBT_AND_PAUSE = auto()
    PAUSE = auto()
    NEVER_SENT = auto()


_BY_KIND = {
    OutcomeKind.QUEUED: Verdict.TAKEN,
    OutcomeKind.REJECTED: Verdict.REFUSED,
    OutcomeKind.REFUSED_KEY: Verdict.PAUSE,
    OutcomeKind.UNKNOWN_STORE: Verdict.PAUSE,
    OutcomeKind.RATE_LIMITED: Verdict.WAIT,
    OutcomeKind.SERVER_ERROR: Verdict.DOUBT,
    OutcomeKind.COULD_NOT_CONNECT: Verdict.UNREACHABLE,
    OutcomeKind.NO_ANSWER: Verdict.DOUBT,
    OutcomeKind.CANCELLED: Verdict.NEVER_SENT,
}


def verdict(outcome: Outcome) -> Verdict:
    """What to do after `outcome`."""
    if outcome.kind is OutcomeKind.UNEXPECTED:
        if outcome.status == 408:
            return Verdict.DOUBT
        return Verdict.DOUBT_AND_PAUSE if (outcome.status or 0) < 300 else Verdict.PAUSE
    return _BY_KIND[outcome.kind]


def finished(request: int, outcome: Outcome, state: State, apart: Sequence[tuple[int, State, str]] = ()) -> Finished:
    """How a request ended, as it is written down."""
    return Finished(
        request,
        outcome.kind,
        state,
        outcome.sentence,
        outcome.status,
        outcome.headers,
        outcome.body,
        outcome.duration_ms,
        outcome.detail,
        apart,
    )


def words(outcome: Outcome) -> str:
    """Why an event was rejected: the server's words, or else what its answer means."""
    return str(outcome.problem or "")[:_LONGEST_REASON] or outcome.sentence


def rejected_in(body: bytes, count: int) -> dict[int, str]:
    """The events that the body of a 202 names as rejected: index → reason.

    The body must speak of each of the `count` events once, by its index, and in words that are known; if it does not,
    nothing is read into it.
    """
    results = _results(body)
    if results is None or len(results) != count:
        return {}
    seen: set[int] = set()
    rejected: dict[int, str] = {}
    for result in results:
        if not isinstance(result, dict):
            return {}
        index, status = result.get("index"), result.get("status")
        if type(index) is not int or not 0 <= index < count or not isinstance(status, str):
            return {}
        seen.add(index)
        if status.lower() in _REJECTED:
            rejected[index] = _reason(result)
        elif status.lower() not in _ACCEPTED:
            return {}
    return rejected if len(seen) == count else {}


def _results(body: bytes) -> list[Any] | None:
    """The one list in the body."""
    if not body:
        return None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(said, dict):
        lists = [value for value in said.values() if isinstance(value, list)]
        return lists[0] if len(lists) == 1 else None
    return said if isinstance(said, list) else None


def _reason(result: dict[str, Any]) -> str:
    errors = result.get("errors")
    named = [_sentence(error) for error in errors] if isinstance(errors, list) else [_sentence(result)]
    return (
        " ".join(part for part in named if part)[:_LONGEST_REASON]
        or "The server rejected this event and gave no reason."
    )


def _sentence(error: Any) -> str:
    if isinstance(error, str):
        return error
    if not isinstance(error, dict):
        return ""
    path = error.get("path")
    says = next(
        (said for name in ("message", "detail", "error", "title") if isinstance(said := error.get(name), str)), ""
    )
    return f"{path}: {says}" if isinstance(path, str) and path and says else says
