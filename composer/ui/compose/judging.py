"""What is found in an event at one time: by the checks, by what was sent before, and while its text was read."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from composer.event.findings import Finding, Severity
from composer.event.payload import Json

if TYPE_CHECKING:
    from composer.event.variables import Context
    from composer.event.vocabulary import Vocabulary

LISTED = 1000  # findings

Check = Callable[[Json, int | None], list[Finding]]


class Judgement(NamedTuple):
    """What was found, counted once, about `event`: what `payload` is once its variables have values. `seconds` is the
    work it took; waiting for other threads does not count.
    """

    payload: Json
    event: Json
    errors: Sequence[Finding]
    warnings: Sequence[Finding]
    listed: Sequence[Finding]
    not_stored: int
    seconds: float


NOTHING_FOUND = Judgement({}, {}, [], [], [], 0, 0.0)


def judgement_of(
    check: Check | None,
    payload: Json,
    size: int,
    said: Sequence[Finding],
    context: Context | None,
    vocabulary: Vocabulary | None,
) -> Judgement:
    """What `check` finds in what is sent, with what `vocabulary` has to say of it, and what reading the text had `said`
    already.
    """
    from composer.event.filling import fill

    if check is None or context is None:
        return NOTHING_FOUND
    began = time.thread_time()
    event, found = fill(payload, size, context, check if vocabulary is None else _compared(check, vocabulary))
    found = [*found, *said]
    errors = [each for each in found if each.severity is Severity.ERROR]
    warnings = [each for each in found if each.severity is not Severity.ERROR]
    not_stored = sum(each.code == "not-stored" for each in warnings)
    seconds = time.thread_time() - began
    return Judgement(payload, event, errors, warnings, (errors + warnings)[:LISTED], not_stored, seconds)


def _compared(check: Check, vocabulary: Vocabulary) -> Check:
    return lambda event, size: vocabulary.merged(event, check(event, size))
