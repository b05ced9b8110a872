"""What the commands read and print: files of events, findings, counts, JSON. Nothing printed can steer a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from composer.event import documents
from composer.event.findings import Finding
from composer.event.jsontext import JsonTextError
from composer.event.payload import Json

OK, FAILED, UNUSABLE = 0, 1, 2  # exit codes

# The file's name, the number of the event (None for a request as a whole), what is said.
Row = tuple[str, int | None, Finding]


class Unreadable(Exception):  # noqa: N818 - reads as the state it is
    """A file can't be read or is not JSON. The text is what a compiler would print: file, line and column, sentence."""


def read(path: str, name: str) -> documents.Document:
    """The events in the file at `path`, - for standard input, which a person calls `name`. Raises Unreadable."""
    try:
        return documents.read(sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes())
    except JsonTextError as error:
        raise Unreadable(f"{shown(name)}:{error.line}:{error.column}: {error.message}") from None
    except (OSError, ValueError) as error:  # ValueError: a name no file can have
        reason = error.strerror if isinstance(error, OSError) else error
        raise Unreadable(f"{shown(name)}: can't be read: {reason}") from None


def print_rows(rows: Iterable[Row]) -> None:
    """Print one line for each finding: ``FILE: event 3: error bad-email /customer/email: sentence``."""
    for name, number, finding in rows:
        place = shown(name) if number is None else f"{shown(name)}: event {number}"
        path = f" {shown(finding.path)}" if finding.path else ""
        print_line(f"{place}: {finding.severity} {finding.code}{path}: {shown(finding.message)}")


def as_json(number: int | None, finding: Finding) -> dict[str, Json]:
    """The finding as the JSON format has it, for the event with this number."""
    severity, code, path, message, _ = finding
    return {"event": number, "severity": str(severity), "code": code, "path": path, "message": message}


def print_json(value: Json) -> None:
    """Print a whole answer as JSON, in ASCII."""
    print_line(json.dumps(value, indent=2))


def print_line(line: str) -> None:
    """Print a line on standard output."""
    sys.stdout.write(f"{line}\n")


def complain(sentence: str) -> None:
    """Print a line on standard error."""
    sys.stderr.write(f"{sentence}\n")


def shown(text: str) -> str:
    """`text` on one line of a terminal, with nothing in it that could steer the terminal."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def counted(count: int, noun: str) -> str:
    """``1 error``, ``2,000 errors``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
