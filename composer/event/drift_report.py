"""What is told of a drift: an event, what the checks said and what the server said, in words without its values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from composer import __version__
from composer.event import jsontext
from composer.event.findings import Finding, Severity
from composer.event.jsontext import JsonTextError
from composer.event.payload import Json

if TYPE_CHECKING:
    from composer.event.redaction import Redactor

RELEASE = "2.2.476"  # of the contract that the checks know
_MOST_FINDINGS = 30  # of those told
_MOST_COMPARED = 1_000_000  # characters of an event; of a larger one the values take too long to look for
# Errors that are about what the composer adds to the contract: no server has an opinion of them.
_OWN = frozenset({"unknown-variable", "bad-variable", "unreadable-row", "spreadsheet-error", "long-row"})


class DriftKind(StrEnum):
    """What the checks said where the server said the opposite."""

    SAID_FINE = "said-fine"
    SAID_ERROR = "said-error"


def headline(kind: DriftKind, status: int) -> str:
    """The drift in a few words."""
    if kind is DriftKind.SAID_ERROR:
        return f"Checks said error, the server queued it ({status})"
    if status < 300:
        return "Checks said fine, the server queued the request and rejected the event"
    return f"Checks said fine, the server said {status}"


class Case(NamedTuple):
    """One event and what was said of it. `text` is what went over the wire, `words` the server's own, `store_kind` the
    only thing that is told of the store; `hidden` are its name, ID and host.
    """

    kind: DriftKind
    text: str
    findings: Sequence[Finding]
    status: int
    words: str
    store_kind: str
    hidden: Collection[str] = ()


class Report(NamedTuple):
    """The text to be copied, and what is the same for the same drift, whatever the event's values."""

    text: str
    signature: str


def drift_kind(findings: Sequence[Finding], text: str, *, anyway: bool, queued: bool) -> DriftKind | None:
    """What kind of drift it is that an event with these findings was queued, or else rejected; None where it is none.

    `anyway`: it was sent although it was held back. That needs no finding where the text is not JSON.
    """
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    is_said_error = bool(errors) or (anyway and _payload(text) is None)
    if not queued:
        return None if is_said_error else DriftKind.SAID_FINE
    if errors:
        is_said_error = any(finding.code not in _OWN for finding in errors)
    return DriftKind.SAID_ERROR if is_said_error else None


def report_of(case: Case, day: str) -> Report:
    """The report of a drift that was seen on `day`."""
    parsed = _payload(case.text)
    from composer.event.redaction import Redactor  # with the models, which take their time to load

    redactor = Redactor(case.text if parsed is None else parsed[0], case.hidden)
    said = _findings(case.findings, redactor, is_json=parsed is not None)
    is_compared = len(case.text) <= _MOST_COMPARED
    words = redactor.text(case.words) if is_compared else "<left out: the event is too large to look for its values>"
    words = words or "No more than that."
    event = "<text that is not JSON>" if parsed is None else jsontext.dumps(redactor.event())
    lines = [
        f"# {headline(case.kind, case.status)}",
        "",
        f"Event Composer {__version__}, contract release {RELEASE}, {case.store_kind} store, {day}.",
        "Values are left out: what stands in angle brackets says what a value was.",
        "",
        "## What the checks said",
        *said,
        "",
        f"## What the server said ({case.status})",
        words,
        "",
        "## The event",
        event,
        "",
    ]
    same = re.sub(r"[\d,]+", "n", "\n".join((*sorted(said), words)))  # lengths and places in lists may differ
    signature = hashlib.sha256(f"{case.kind} {case.status}\n{same}".encode("utf-8", "replace")).hexdigest()
    return Report("\n".join(lines), signature)


def _payload(text: str) -> tuple[Json] | None:
    """In a tuple, as null is an event, too."""
    try:
        return (jsontext.parse(text).payload,)
    except JsonTextError:
        return None


def _findings(findings: Sequence[Finding], redactor: Redactor, *, is_json: bool) -> list[str]:
    """Codes and paths; the sentences may have values in them."""
    said = [] if is_json else ["- error: the text is not JSON"]
    if is_json and not any(finding.severity is Severity.ERROR for finding in findings):
        said.append("No errors.")
    told = sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)
    said += [
        f"- {finding.severity}: {finding.code} at {redactor.path(finding.path) or 'the event'}"
        for finding in told[:_MOST_FINDINGS]
    ]
    more = len(told) - _MOST_FINDINGS
    return [*said, f"- and {more:,} more"] if more > 0 else said
