"""One row of a run made ready for the eye, away from the UI thread: its event, its source, the request it went with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from composer.event import jsontext
from composer.event.findings import Severity
from composer.event.limits import MAX_DEPTH
from composer.event.problem import problem_in
from composer.storage.runs.states import FullRequest, Record, State
from composer.ui.bulk.rows import STATES, said
from composer.ui.history.reading import MOST_FINDINGS, Found
from composer.ui.outcomes import in_words
from composer.ui.widgets import when
from composer.ui.widgets.json_editor import Mark
from composer.ui.widgets.raw_text import readable

if TYPE_CHECKING:
    from composer.event.table.cells import Cell

_LONGEST_CELL = 1_000  # characters


class Answer(NamedTuple):
    """The request a row went with, and what came back."""

    title: str
    status: str
    tone: str
    sentence: str
    head: str
    body_shown: str


class RowReading(NamedTuple):
    """All texts of one row; `text` is whole and can be edited, `shown` is fit for a text box."""

    number: int
    state: State
    words: str
    tone: str
    reason: str
    text: str
    shown: str
    found: list[Found]
    found_note: str
    source: list[tuple[str, str]] | None
    source_shown: str
    answer: Answer | None

    def marks(self) -> list[Mark]:
        """The findings as wavy lines under the event."""
        return [Mark(*found.span, found.is_error, found.sentence) for found in self.found if found.span]


def read(record: Record, headers: tuple[str, ...], request: Callable[[int], FullRequest]) -> RowReading:
    """The texts of a row. `request` reads one by its id."""
    is_event = record.event is not None and jsontext.depth(record.event) <= MAX_DEPTH
    text = jsontext.dumps(record.event) if is_event else record.text
    shown = readable(text)
    listed = record.said[:MOST_FINDINGS]
    spans = jsontext.spans(shown, [each.path for each in listed]) if is_event else {}
    words, tone = STATES[record.state]
    return RowReading(
        record.number,
        record.state,
        words,
        tone,
        record.reason if record.state in {State.REJECTED, State.NO_ANSWER} else "",
        text,
        shown,
        [Found(each.severity is Severity.ERROR, said(each), spans.get(each.path)) for each in listed],
        _counted(record),
        None if record.source is None else _pairs(headers, record.source),
        readable(record.text) if record.source is None else "",
        _answer(request(record.request)) if record.request else None,
    )


def _pairs(headers: tuple[str, ...], cells: Sequence[Cell]) -> list[tuple[str, str]]:
    from composer.event.table.cells import text_of

    longest = max(len(headers), len(cells))
    names = [*headers, *(f"(column {at + 1}, without a header)" for at in range(len(headers), longest))]
    texts = [*(text_of(cell)[:_LONGEST_CELL] for cell in cells), *[""] * (longest - len(cells))]
    return list(zip(names, texts, strict=True))


def _counted(record: Record) -> str:
    errors = sum(each.severity is Severity.ERROR for each in record.said)
    kinds = ((errors, "error"), (len(record.said) - errors, "warning"))
    return " and ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in kinds if count)


def _answer(full: FullRequest) -> Answer:
    request = full.request
    events = f"{request.rows:,} event{'' if request.rows == 1 else 's'}"
    again = f" · request {request.attempt_of:,} again" if request.attempt_of else ""
    title = f"Request {request.id:,} · {events}{again}"
    if not request.kind:
        return Answer(title, "On its way", "accent", "No answer yet.", "", "")
    status, tone = in_words(request.kind, request.status)
    sentence = request.sentence
    problem = problem_in(full.headers, full.body)
    if problem and str(problem) not in sentence:
        sentence = f"{sentence} The server says: {problem}".strip()
    if full.detail and full.detail not in sentence:
        sentence = f"{sentence} ({full.detail})".strip()
    lines = [f"{name}: {value}" for name, value in full.headers]
    if request.status is not None:
        lines.insert(0, f"{request.status} · {request.duration_ms:,} ms · {when.short(request.begun_ms)}")
    return Answer(
        title, status, tone, sentence, "\n".join(lines), readable(full.body.decode("utf-8", "replace"), is_pretty=True)
    )
