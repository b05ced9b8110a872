"""How a row of a run looks in the table: its columns, its state in a word with a tone, and what is to say about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from composer.event import jsontext
from composer.event.findings import Finding, Severity
from composer.event.identity import resolve
from composer.event.payload import Json
from composer.storage.runs.states import NOT_SENT, Record, State
from composer.ui.compose.checks_panel import dotted
from composer.ui.widgets.paged_model import Cell

HEADERS = ("Row", "Event", "Customer", "Value", "Unique ID", "State", "Detail")
SAMPLES = {0: Cell("1,000"), 3: Cell("149.99 USD"), 5: Cell("No answer", "caution")}
WEIGHTS = {1: 7, 2: 8, 4: 6, 6: 9}  # how the other columns share the room
SENDABLE_AGAIN = (State.REJECTED, State.NO_ANSWER, State.STOPPED)
LEAVABLE = frozenset({State.WAITING, State.HELD_BACK, State.STOPPED})  # what can be excluded
_LONGEST = 300  # characters of a cell
_LONGEST_TIP = 1_000

STATES = {
    State.WAITING: ("Waiting", "plain"),
    State.IN_FLIGHT: ("In flight", "accent"),
    State.QUEUED: ("Queued", "good"),
    State.REJECTED: ("Rejected", "bad"),
    State.HELD_BACK: ("Not sent", "bad"),
    State.EXCLUDED: ("Not sent", "plain"),
    State.STOPPED: ("Not sent", "caution"),
    State.NO_ANSWER: ("No answer", "caution"),
}


class Row(NamedTuple):
    """One row made ready for the table, away from the UI thread."""

    number: int
    state: State
    cells: tuple[Cell, ...]


def rows(records: Iterable[Record]) -> list[Row]:
    """The cells of these rows."""
    return [Row(each.number, each.state, _cells(each)) for each in records]


def _cells(record: Record) -> tuple[Cell, ...]:
    event = record.event if isinstance(record.event, dict) else {}
    words, tone = STATES[record.state]
    if record.state is State.QUEUED and record.severity is Severity.WARNING:
        tone = "caution"
    customer = resolve(event).value
    amount = " ".join(part for part in (shown(event.get("value")), shown(event.get("valueCurrency"))) if part)
    name = shown(event.get("eventName"))
    return (
        Cell(f"{record.number:,}"),
        _plain(name) if name else Cell("(no name)", ink="muted"),
        _plain(customer) if customer else Cell("(nobody)", ink="muted"),
        _plain(amount),
        _plain(shown(event.get("uniqueId"))),
        Cell(words, tone),
        _detail(record),
    )


def shown(value: Json) -> str:
    """A value of an event as a person reads it."""
    if isinstance(value, str):
        return value[: 2 * _LONGEST]
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return "…"
    return jsontext.scalar(value).removesuffix(".0")


def said(finding: Finding) -> str:
    """A finding on one line, with the field it is about."""
    return f"{dotted(finding.path)} — {finding.message}" if finding.path else finding.message


def first_of(findings: Iterable[Finding], severity: Severity) -> str:
    """The first finding of this severity, or nothing."""
    return next((said(each) for each in findings if each.severity is severity), "")


def _detail(record: Record) -> Cell:
    state = record.state
    warning = first_of(record.said, Severity.WARNING)
    if state in {State.REJECTED, State.NO_ANSWER}:
        return _plain(record.reason or _request(record))
    if state is State.HELD_BACK:
        return _plain(first_of(record.said, Severity.ERROR) or record.reason)
    if state in NOT_SENT:
        word = "excluded" if state is State.EXCLUDED else "stopped before it was sent"
        return Cell(word, ink="muted")
    if warning:
        return _plain(warning, "caution")
    if state is State.QUEUED:
        return Cell(f"202 · {_request(record)}", ink="muted")
    return Cell(_request(record) if state is State.IN_FLIGHT else "edited" if record.edited else "", ink="muted")


def _request(record: Record) -> str:
    return f"request {record.request:,}" if record.request else ""


def _plain(text: str, ink: str = "") -> Cell:
    if len(text) <= _LONGEST:
        return Cell(text, ink=ink)
    return Cell(text[:_LONGEST] + "…", tip=text[:_LONGEST_TIP], ink=ink)
