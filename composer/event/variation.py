"""The variables of many rows: each row is resolved with its own number, counter and made-up values, always the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from composer.event.payload import Json
from composer.event.variables import Context

Count = Callable[[int], int]  # the number of a row → which it is among all rows, from 1


class Variation:
    """What the rows of one run are resolved with."""

    def __init__(self, context: Context, count: Count) -> None:
        self._context, self._count = context, count

    def of(self, number: int, values: Mapping[str, Json] | None = None) -> Context:
        """The context of the row of this number; `values` that it has itself go before those given for all rows."""
        context = self._context._replace(row=number, counter=self._count(number))
        return context._replace(values={**context.values, **values}) if values else context


def may_vary(text: str) -> bool:
    """Whether variables may stand in the event with this JSON text; fast, and never wrongly False."""
    return "{{" in text or "\\u007b" in text or "\\u007B" in text
