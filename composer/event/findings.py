"""What the composer says about an event before it is sent."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from composer.event.payload import Edit


class Severity(StrEnum):
    """Error: the published contract is broken, sending is held back. Warning: accepted, probably not what was meant."""

    ERROR = "error"
    WARNING = "warning"


class Fix(NamedTuple):
    """One obvious repair: what the button says, and the edits it makes."""

    label: str
    edits: tuple[Edit, ...]


class Finding(NamedTuple):
    """One sentence about one value. `path` is a JSON Pointer, `code` is stable, `fixes` are alternatives."""

    severity: Severity
    code: str
    path: str
    message: str
    fixes: tuple[Fix, ...] = ()
