"""What became of one request, in a word for the code and a sentence for people.

Facts on statuses and problem details: release 2.2.476 of the contract.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from composer.event.problem import Problem, problem_in
from composer.storage.history import NO_ANSWER, Answer

MAX_BODY_BYTES = 1_000_000  # of an answer; reading stops there
MAX_RETRY_AFTER = 3600.0  # seconds; no server is believed beyond that

Headers = Sequence[tuple[str, str]]


class OutcomeKind(StrEnum):
    """How a request can end. Only `queued` says that the server took the event."""

    QUEUED = "queued"
    REJECTED = "rejected"
    REFUSED_KEY = "refused-key"
    UNKNOWN_STORE = "unknown-store"
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    UNEXPECTED = "unexpected"
    COULD_NOT_CONNECT = "could-not-connect"
    NO_ANSWER = NO_ANSWER
    CANCELLED = "cancelled"

    @property
    def nothing_arrived(self) -> bool:
        """Whether it is certain that no byte of the event left this computer."""
        return self in {OutcomeKind.COULD_NOT_CONNECT, OutcomeKind.CANCELLED}


class Subject(NamedTuple):
    """What was sent, as it stands in a sentence."""

    the: str
    The: str
    was: str
    it: str
    They: str


EVENT = Subject("the event", "The event", "was", "it", "It")
EVENTS = Subject("the events", "The events", "were", "them", "They")


class Outcome(NamedTuple):
    """The end of one request. `body` is the answer's, at most MAX_BODY_BYTES (`cut` when there was more).

    `sentence` says what happened, what it means for the event and what to do next; `detail` is the raw reason where
    there is no answer; `retry_after` is in seconds. None of it holds the key.
    """

    kind: OutcomeKind
    sentence: str
    detail: str = ""
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    cut: bool = False
    duration_ms: int = 0
    problem: Problem | None = None
    retry_after: float | None = None

    def as_answer(self) -> Answer:
        """What the history keeps of it."""
        return Answer(self.kind, self.sentence, self.detail, self.status, self.headers, self.body, self.duration_ms)


def answered(
    status: int,
    headers: Headers,
    body: bytes,
    *,
    cut: bool = False,
    duration_ms: int = 0,
    hide: Callable[[str], str] = str,
    subject: Subject = EVENT,
) -> Outcome:
    """The outcome of a whole answer. `hide` takes out of a text what nobody may see; headers and body had it already.

    It is applied again to what is read from them: reading takes escapes away, and may bring something to light.
    """
    problem = problem_in(headers, body)
    if problem is not None:
        problem = Problem(hide(problem.title), hide(problem.detail))
    kind = _kind(status, problem)
    retry_after = parse_retry_after(_header(headers, "retry-after"), time.time())
    sentence = hide(_sentence(subject, kind, status, str(problem or ""), retry_after, _header(headers, "location")))
    if cut:
        sentence += f" The answer was longer than {MAX_BODY_BYTES:,} bytes; the rest was not read."
    return Outcome(kind, sentence, "", status, headers, body, cut, duration_ms, problem, retry_after)


def parse_retry_after(value: str, now: float) -> float | None:
    """Seconds to wait, 0 to MAX_RETRY_AFTER, from a Retry-After header (seconds or an HTTP date); else None.

    `now` is Unix time in seconds.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value), MAX_RETRY_AFTER)
    from email.utils import parsedate_to_datetime

    try:
        seconds = parsedate_to_datetime(value).timestamp() - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def _kind(status: int, problem: Problem | None) -> OutcomeKind:
    fixed = {
        202: OutcomeKind.QUEUED,
        401: OutcomeKind.REFUSED_KEY,
        403: OutcomeKind.REFUSED_KEY,
        404: OutcomeKind.UNKNOWN_STORE,
        429: OutcomeKind.RATE_LIMITED,
    }
    if status in fixed:
        return fixed[status]
    # 408 says that the server had no more patience, whatever it had read by then.
    if status in {400, 413, 422} or (400 <= status < 500 and status != 408 and problem is not None):
        return OutcomeKind.REJECTED
    return OutcomeKind.SERVER_ERROR if 500 <= status < 600 else OutcomeKind.UNEXPECTED


def _sentence(
    subject: Subject, kind: OutcomeKind, status: int, problem: str, retry_after: float | None, location: str
) -> str:
    said = f" The server says: {_ended(problem[:1000])}" if problem else ""
    the, it = subject.the, subject.it
    taken = f"{subject.The} {subject.was} not taken."
    match kind:
        case OutcomeKind.QUEUED:
            return f"Queued (202). The server took {the} for processing; that is all it says."
        case OutcomeKind.REJECTED:
            return f"Rejected ({status}).{said} {taken} Change {it} and send {it} again."
        case OutcomeKind.REFUSED_KEY if status == 403 and not problem:
            return (
                f"Forbidden (403). {taken} Either the key may not write events: check that it has the "
                "scope customer_events_write. Or a firewall stopped the request: check the connection."
            )
        case OutcomeKind.REFUSED_KEY:
            return (
                f"The key was refused ({status}).{said} {taken} "
                "Check the store's API secret, and that it has the scope customer_events_write."
            )
        case OutcomeKind.UNKNOWN_STORE:
            return f"Not found (404).{said} {taken} Check the store ID and the base URL of the store."
        case OutcomeKind.RATE_LIMITED:
            return f"Too many requests (429).{said} {taken} {_when(retry_after, subject)}"
        case OutcomeKind.SERVER_ERROR:
            return (
                f"The server failed ({status}).{said} {subject.The} may or may not have been taken. "
                f"Wait a moment; with a unique ID it is safe to send {it} again."
            )
    if 300 <= status < 400:
        to = f" to {location[:300]}" if location else ""
        return (
            f"The server redirects{to} ({status}). This was not followed, because the key would go there too. "
            f"{taken} Check the base URL of the store."
        )
    doubt = "may or may not have been" if status < 400 else f"{subject.was} probably not"
    return (
        f"The server gave an answer that is not in the contract ({status}).{said} {subject.The} {doubt} taken. "
        f"Check the base URL, and look in Redo before you send {it} again."
    )


def _when(retry_after: float | None, subject: Subject) -> str:
    if retry_after is None:
        return f"Wait a moment and send {subject.it} again."
    seconds = math.ceil(retry_after)
    if seconds == 0:
        return f"{subject.They} can be sent again now."
    return f"Wait {seconds:,} second{'s' if seconds > 1 else ''} and send {subject.it} again."


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _header(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")
