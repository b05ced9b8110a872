"""An event with variables is checked as what it becomes; what is said names the places of the template."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from composer.event.findings import Finding
from composer.event.payload import MISSING, Json, Move, get
from composer.event.variables import Context, resolve

Check = Callable[[Json, int | None], list[Finding]]


class Filled(NamedTuple):
    """What is sent, and everything there is to say about it. Without variables `event` is the payload itself."""

    event: Json
    findings: list[Finding]


def fill(payload: Json, size: int | None, context: Context, check: Check) -> Filled:
    """`payload` with values for its variables, checked. `size` is that of its text in bytes, see `checks.check`.

    What can't be resolved is said once: not also that the text that stands there is no email.
    """
    event, unresolved = resolve(payload, context)
    if event is payload and not unresolved:
        return Filled(payload, check(payload, size))
    places = {finding.path for finding in unresolved}
    found = [repairable(each, payload, event) for each in check(event, None) if each.path not in places]
    return Filled(event, unresolved + found)


def repairable(finding: Finding, template: Json, event: Json) -> Finding:
    """What was found in the `event` made of a template, with the fixes that can be made in the template. A repair of a
    value that came out of a variable is not offered: it would take the variable away. To move it takes nothing away.
    """
    stands = get(template, finding.path)
    if stands is get(event, finding.path):
        return finding
    fixes = (each for each in finding.fixes if stands is not MISSING and all(type(edit) is Move for edit in each.edits))
    return finding._replace(fixes=tuple(fixes))
