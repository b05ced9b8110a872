"""The severity of a row as its marks keep it, and which state follows from it."""

from __future__ import annotations

from collections.abc import Iterable

from composer.event.findings import Finding, Severity
from composer.storage.runs.states import State

CLEAN, WARNING, ERROR, UNREADABLE = range(4)  # the last is an error that even "send anyway" can't send

# States in which a row may be given another event, unless it may have arrived.
CHANGEABLE = frozenset({State.WAITING, State.HELD_BACK, State.EXCLUDED, State.STOPPED, State.REJECTED})


def severity_of(findings: Iterable[Finding], readable: bool = True) -> int:
    """The worst of a row's findings."""
    if not readable:
        return UNREADABLE
    return max([ERROR if finding.severity is Severity.ERROR else WARNING for finding in findings], default=CLEAN)


def severity(mark: int) -> Severity | None:
    """The same for people."""
    return {CLEAN: None, WARNING: Severity.WARNING}.get(mark, Severity.ERROR)


def severity_blocks(send_anyway: bool) -> str:
    """The SQL condition for a row that must not be sent."""
    return f"(severity >= {UNREADABLE if send_anyway else ERROR})"


def state_of(mark: int, send_anyway: bool) -> State:
    """Where a row stands that was just read."""
    return State.HELD_BACK if mark >= (UNREADABLE if send_anyway else ERROR) else State.WAITING
