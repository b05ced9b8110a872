"""`event-composer validate`: files of events in, findings out."""

from __future__ import annotations

from collections.abc import Sequence

from composer.cli.texts import (
    FAILED,
    OK,
    UNUSABLE,
    Row,
    Unreadable,
    as_json,
    complain,
    counted,
    print_json,
    print_line,
    print_rows,
    read,
)
from composer.event import checks, documents
from composer.event.findings import Finding, Severity
from composer.event.payload import MISSING


def validate(files: Sequence[str], style: str) -> int:
    """Check the events in all `files`, print the answer as `style` ("text" or "json"); returns the exit code."""
    rows: list[Row] = []
    events, unreadable = 0, False
    for name in files:
        try:
            document = read(name, name)
        except Unreadable as error:
            complain(str(error))
            unreadable = True
            continue
        found: list[Row] = [(name, None, finding) for finding in _about_request(document)]
        for number, event in enumerate(document.events, start=events):
            found += [(name, number, finding) for finding in about_event(event)]
        events += len(document.events)
        if style == "text":
            print_rows(found)
        rows += found
    errors = sum(finding.severity is Severity.ERROR for _, _, finding in rows)
    warnings = len(rows) - errors
    if style == "json":
        findings = [as_json(number, finding) for _, number, finding in rows]
        print_json({"events": events, "errors": errors, "warnings": warnings, "findings": findings})
    else:
        print_line(f"{counted(events, 'event')}: {counted(errors, 'error')}, {counted(warnings, 'warning')}")
    if unreadable:
        return UNUSABLE
    return FAILED if errors else OK


def about_event(event: documents.Event) -> list[Finding]:
    """All that is to say about one event, its text included."""
    size = None if event.text is None else len(event.text.encode())
    return checks.in_document_order(event.payload, checks.check(event.payload, size) + event.findings)


def _about_request(document: documents.Document) -> list[Finding]:
    """What is said about a file as a whole, and not about one of its events."""
    if document.request is MISSING:
        if document.events:
            return document.findings
        return [Finding(Severity.ERROR, "no-events", "", "There is no event in this file."), *document.findings]
    about_all = checks.errors_of_bulk(document.request)
    return [finding for finding in about_all if not finding.path.startswith("/events/")] + document.findings
