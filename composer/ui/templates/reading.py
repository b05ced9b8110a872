"""What the preview says about a template, made in a thread: its event as text, what it asks for, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from composer.event import jsontext
from composer.event.findings import Finding, Fix, Severity
from composer.event.payload import MISSING, Json, get
from composer.event.variables import Context, asked, fixed_unique_id, resolve
from composer.storage.templates import Template
from composer.ui.loading import load_checks
from composer.ui.templates.defaults import typed
from composer.ui.widgets.json_editor import Mark
from composer.ui.widgets.raw_text import readable

MOST_FINDINGS = 50


class Found(NamedTuple):
    """A finding as a sentence, and where its value stands in the text shown."""

    is_error: bool
    sentence: str
    span: tuple[int, int] | None


class Ask(NamedTuple):
    """A name that is asked for, and its default as it is typed; empty when it has none."""

    name: str
    default: str


class Reading(NamedTuple):
    """All that is said of one template; `body` is whole, `shown` fit for a text box, `fix` a repair of the event."""

    template: Template
    body: str
    shown: str
    asks: list[Ask]
    found: list[Found]
    fix: Fix | None = None

    def marks(self) -> list[Mark]:
        """The findings as wavy lines under the text."""
        return [Mark(*found.span, found.is_error, found.sentence) for found in self.found if found.span]


def read(template: Template) -> Reading:
    """Read a template for the preview. May take a moment for megabytes."""
    check = load_checks()
    event = template.event
    body = jsontext.dumps(event)
    shown = readable(body)
    names = asked(event)
    findings = fixed_unique_id(event)
    context = Context(datetime.now(UTC), "preview", template.variables)
    made = resolve(event, context)
    repairs = [fix for each in (*findings, *made.findings) for fix in each.fixes]
    missing = {name for name in names if name not in template.variables}
    for each in (*made.findings, *check(made.payload, None)):
        value = get(event, each.path)
        if value is MISSING or not missing.intersection(asked(value)):  # else it is not known yet
            findings.append(each)
    asks, found = _asks(names, template.variables), _found(findings[:MOST_FINDINGS], shown)
    return Reading(template, body, shown, asks, found, repairs[0] if repairs else None)


def _asks(names: Iterable[str], defaults: dict[str, Json]) -> list[Ask]:
    return [Ask(name, typed(defaults.get(name, MISSING))) for name in names]


def _found(findings: list[Finding], shown: str) -> list[Found]:
    spans = jsontext.spans(shown, [each.path for each in findings])
    return [
        Found(
            each.severity is Severity.ERROR,
            f"{each.path.removeprefix('/').replace('/', '.')} — {each.message}" if each.path else each.message,
            spans.get(each.path),
        )
        for each in findings
    ]
