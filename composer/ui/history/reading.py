"""One attempt made ready for the eye, away from the UI thread: what went out, what came back, what had been found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from composer.event import jsontext
from composer.event.findings import Finding, Severity
from composer.event.problem import problem_in
from composer.storage.history import FullEntry
from composer.ui.history.rows import status
from composer.ui.widgets import when
from composer.ui.widgets.json_editor import Mark
from composer.ui.widgets.raw_text import readable

HIDDEN_KEY = "••••••••"
MOST_FINDINGS = 200  # of those shown; more than anybody reads


class Found(NamedTuple):
    """One finding of that moment: its sentence with the path, and where its value stands in the body as shown."""

    is_error: bool
    sentence: str
    span: tuple[int, int] | None


class Reading(NamedTuple):
    """All texts of one attempt; `body` and `answer` are whole, the `shown` ones fit for a text box."""

    full: FullEntry
    status: str
    tone: str
    title: str
    sentence: str
    reason: str
    about: str
    request_head: str
    body: str
    body_shown: str
    found: list[Found]
    found_note: str
    answer_head: str
    answer: str
    answer_shown: str

    @property
    def id(self) -> int:
        """The entry's id."""
        return self.full.entry.id

    @property
    def address(self) -> str:
        """Where the request went."""
        return f"{self.full.entry.base_url}/stores/{self.full.entry.store_id}/events"

    def marks(self) -> list[Mark]:
        """The findings as wavy lines under the body."""
        return [Mark(*found.span, found.is_error, found.sentence) for found in self.found if found.span]


def read(full: FullEntry) -> Reading:
    """The texts of an attempt. The key is not among them: history never had it."""
    entry, answer = full.entry, full.answer
    words, tone = status(entry)
    problem = problem_in(answer.headers, answer.body)
    body = full.body.decode("utf-8", "replace")
    shown = readable(body)
    came_back = answer.body.decode("utf-8", "replace")
    return Reading(
        full,
        words,
        tone,
        (problem.title.strip() if problem else "") or words,
        answer.sentence,
        answer.detail,
        f"{entry.store_name} · {entry.store_kind} · {when.whole(entry.begun_ms)}",
        _request_head(full),
        body,
        shown,
        _found(full.findings[:MOST_FINDINGS], shown),
        _found_note(full),
        _answer_head(full),
        came_back,
        readable(came_back, is_pretty=True),
    )


def _request_head(full: FullEntry) -> str:
    address = urlsplit(full.entry.base_url)
    path = f"{address.path}/stores/{full.entry.store_id}/events"
    return "\n".join(
        (
            f"POST {path}",
            f"Host: {address.netloc}",
            f"Authorization: Bearer {HIDDEN_KEY}",
            "Content-Type: application/json",
        )
    )


def _answer_head(full: FullEntry) -> str:
    answer = full.answer
    if answer.status is None:
        return ""
    lines = [f"{answer.status}" + (f" · {answer.duration_ms:,} ms" if full.entry.finished_ms else "")]
    if full.entry.finished_ms:
        lines[0] += f" · {when.whole(full.entry.finished_ms)}"
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in answer.headers)])


def _found(findings: Iterable[Finding], shown: str) -> list[Found]:
    listed = list(findings)
    spans = jsontext.spans(shown, [each.path for each in listed])
    return [
        Found(
            each.severity is Severity.ERROR,
            f"{each.path.removeprefix('/').replace('/', '.')} — {each.message}" if each.path else each.message,
            spans.get(each.path),
        )
        for each in listed
    ]


def _found_note(full: FullEntry) -> str:
    errors = sum(each.severity is Severity.ERROR for each in full.findings)
    warnings = len(full.findings) - errors
    kinds = ((errors, "error"), (warnings, "warning"))
    counted = [f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in kinds if count]
    return " and ".join(counted) + (", sent anyway" if full.entry.sent_anyway and errors else "")
