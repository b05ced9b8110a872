"""The uniqueId of a template is a pattern: a fixed one would have Redo drop every event but the first."""

from __future__ import annotations

from composer.event.findings import Finding, Fix, Severity
from composer.event.payload import MISSING, Json, Set, apply, get
from composer.event.variables.resolve import Part, parts

_PATH = "/uniqueId"
_PATTERN = "{{$uuid}}"
_ALWAYS_THE_SAME = "$country"  # and its code


def pattern_of(payload: Json) -> Json:
    """`payload` as a template: with a new UUID where its uniqueId would be the same each time."""
    return apply(payload, [Set(_PATH, _PATTERN)]) if _is_fixed(payload) else payload


def fixed_unique_id(payload: Json) -> list[Finding]:
    """A warning when every event made of this template would have the same uniqueId."""
    if not _is_fixed(payload):
        return []
    message = (
        "Every event made from this template would have the same uniqueId; "
        "Redo takes the first and silently drops the others."
    )
    fix = Fix("Make a new one each time", (Set(_PATH, _PATTERN),))
    return [Finding(Severity.WARNING, "fixed-unique-id", _PATH, message, (fix,))]


def _is_fixed(payload: Json) -> bool:
    """An empty one is refused, not dropped; what can't be read has a finding of its own."""
    unique_id = get(payload, _PATH, MISSING) if isinstance(payload, dict) else MISSING
    if not isinstance(unique_id, str) or not unique_id:
        return False
    placeholders = [part for part in parts(unique_id) if isinstance(part, Part)]
    return all(part.make is not None and part.at.inside.strip().startswith(_ALWAYS_THE_SAME) for part in placeholders)
