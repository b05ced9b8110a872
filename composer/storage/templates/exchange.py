"""Templates in and out: what files of others hold, each as the bytes of a template's file, and many in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from composer.event import documents, jsontext
from composer.event.payload import MISSING, Json
from composer.storage.templates.files import explained
from composer.storage.templates.names import below, tidy
from composer.storage.templates.template import (
    Template,
    TemplateError,
    called,
    members,
    misread,
    of,
    read,
    twice,
    written,
)

MOST = 10_000  # templates of one file
LARGEST = 100_000_000  # bytes
_INSTEAD = "Event"  # the name of an event without one


class Incoming(NamedTuple):
    """A template that is wanted: the path it would have, and its file."""

    path: str
    data: bytes


def incoming(files: Sequence[Path]) -> list[Incoming]:
    """What files hold: a template, an event, an array, a bulk request, JSON Lines, or what `together` made.

    Raises TemplateError with a line for each file that can't be used.
    """
    found: list[Incoming] = []
    problems: list[str] = []
    for file in files:
        try:
            found += _held(file)
        except TemplateError as error:
            problems.append(str(error))
    if problems:
        raise TemplateError("\n".join([*problems, "Nothing was imported."]))
    return found


def together(templates: Sequence[Template]) -> bytes:
    """Many templates in one file, each with its path as name."""
    entries = [{"name": template.path, **_without_name(members(template))} for template in templates]
    try:
        return (jsontext.dumps({"templates": entries}) + "\n").encode()
    except ValueError:
        raise TemplateError(
            "An event is nested too deep for one file. Export the templates as files of their own."
        ) from None


def _without_name(whole: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in whole.items() if key != "name"}


def _held(file: Path) -> list[Incoming]:
    label = called(file.name)
    with explained(file, "read"):
        size = file.stat().st_size
        if size > LARGEST:
            raise TemplateError(f"{label} has {size / 1e6:,.0f} MB, too much for templates. Send its events in Bulk.")
        data = file.read_bytes()
    try:
        document = documents.read(data)
    except jsontext.JsonTextError as error:
        raise misread(label, error) from None
    events, name = document.events, tidy(file.stem, _INSTEAD)
    if document.request is MISSING and len(events) == 1 and events[0].text is not None:
        payload = events[0].payload
        if not _is_collection(payload):
            read(data, name, label)
            return [Incoming(name, data)]  # byte for byte, so that a copy is a copy
        entries = [(_path(entry), entry) for entry in payload["templates"]]
    else:
        entries = [("", event.payload) for event in events]
    findings = [*document.findings, *(finding for event in events for finding in event.findings)]
    if findings:
        raise TemplateError(f"{label}: {twice(findings[0].path)}")
    if not entries:
        raise TemplateError(f"{label} holds no template and no event.")
    if len(entries) > MOST:
        raise TemplateError(f"{label} holds {len(entries):,} events, too many for templates. Send them in Bulk.")
    return list(_each(entries, label))


def _is_collection(payload: Json) -> bool:
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("templates"), list)
        and not payload.keys() & {"event", "eventName", "customer"}
    )


def _each(entries: list[tuple[str, Json]], label: str) -> Iterator[Incoming]:
    for number, (path, entry) in enumerate(entries, start=1):
        try:
            template = of(_without_name(entry) if path and isinstance(entry, dict) else entry, path)
            template = template._replace(path=path or tidy(template.event_name, _INSTEAD))
            yield Incoming(template.path, written(template))
        except TemplateError as error:
            raise TemplateError(f"{label}, number {number}: {error}") from None


def _path(entry: Json) -> str:
    """Where an entry of a collection wants to be; its folders are only taken when they can be had."""
    name = entry.get("name") if isinstance(entry, dict) else None
    folder, _, last = (name if isinstance(name, str) else "").rpartition("/")
    parts = [tidy(part, "") for part in folder.split("/")]
    return below("/".join(part for part in parts if part), tidy(last, _INSTEAD))
