"""The variables of a file that is looked at: which are asked for, and what the first rows become with their values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from collections.abc import Mapping as Values
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject

from composer.event import jsontext
from composer.event.fields import BY_PATH
from composer.event.jsontext import JsonTextError
from composer.event.payload import Json
from composer.event.table.mapping import Mapping, folded
from composer.event.table.rows import by_name
from composer.event.variables import asked, made_up
from composer.event.variation import Variation, may_vary
from composer.ui.bulk.asking import Asking
from composer.ui.bulk.mapping_model import MappingModel
from composer.ui.bulk.preview_panel import PreviewPanel
from composer.ui.jobs import Later
from composer.ui.widgets.messages import Wrapped

_PAUSE = 40  # milliseconds of rest before the rows are worked out anew
_MOST_NAMED = 12  # columns
_MOST = 200_000  # characters of events that are looked through for names, to be done before anybody notices


class FirstRows(QObject):
    """Ties an `Asking` to the rows that a `MappingModel` and a `PreviewPanel` show."""

    def __init__(self, model: MappingModel, preview: PreviewPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._preview = model, preview
        self.asking = Asking(self)
        self.from_file = Wrapped("", "small")  # what columns give
        self.from_file.hide()
        self._later = Later(_PAUSE, self._vary, self)
        self.asking.changed.connect(self._later.start)
        self._seed, self._made_ms = "", 0
        self._numbers: list[int] = []
        self._events: list[Json] = []
        self._mapping = Mapping(())
        self._varies = True
        self._gives: dict[int, str] = {}

    def show_preview(self, preview: Values[str, Any]) -> None:
        """Other rows. `run` is the id of the run they are in or will be in, and `created_ms` its time, 0 for now;
        `variables` are the values given, None where there are no variables.
        """
        self._seed, self._made_ms = preview.get("run", ""), preview.get("created_ms", 0)
        self._numbers = [number for number, _ in preview["rows"]]
        self._varies = preview.get("variables", {}) is not None
        self._events = _templates(content for _, content in preview["rows"] if isinstance(content, str))
        self.asking.begin(preview.get("variables") or {})
        self._gives = {}
        self._vary()

    def look(self, mapping: Mapping | None) -> None:
        """See what is asked for with this mapping, None where each row is an event."""
        self._mapping = mapping or Mapping(())
        templates = [self._mapping.base, self._model.varying(), self._events] if self._varies else []
        columns = by_name(self._mapping)
        names = asked(templates)
        given = {name: columns[folded(name)] for name in names if folded(name) in columns}
        self.asking.strip.show_built_ins(made_up(templates))
        self.asking.show_names([name for name in names if name not in given])
        shown = [f"{{{{{name}}}}} from {self._said(at)}" for name, at in given.items()]
        more = [f"{len(shown) - _MOST_NAMED:,} more"] if len(shown) > _MOST_NAMED else []
        self.from_file.say("Variables with a value in each row: " + ", ".join([*shown[:_MOST_NAMED], *more]) + ".")
        self.from_file.setVisible(bool(shown))
        gives = {at: name for name, at in given.items()}
        if gives != self._gives:
            self._gives = gives
            self._vary()

    def based_on(self, mapping: Mapping, event: dict[str, Json], values: Values[str, Json]) -> Mapping:
        """The mapping with another event to start from, and the values that came with it. A column that gives this
        event a value is no property of its own any more.
        """
        names = asked(event)
        columns = {folded(name) for name in names} & by_name(mapping).keys()
        self.asking.give({name: values[name] for name in names if name in values})
        return Mapping(
            tuple(
                each._replace(path="") if folded(each.header) in columns and each.path not in BY_PATH else each
                for each in mapping.columns
            ),
            event,
        )

    def _said(self, at: int) -> str:
        empty, rows = self._model.empty(at), len(self._numbers)
        missing = f" (empty in {empty:,} of the first {rows:,} rows)" if empty else ""
        return f"“{self._mapping.columns[at].header}”{missing}"

    def _vary(self) -> None:
        from datetime import UTC, datetime

        from composer.event.variables import Context

        self._later.stop()
        now = datetime.fromtimestamp(self._made_ms / 1000, UTC) if self._made_ms else datetime.now(UTC)
        context = Context(now, self._seed, self.asking.values)
        variation = Variation(context, lambda number: bisect_left(self._numbers, number) + 1) if self._varies else None
        self._model.vary(variation, self._gives)
        self._preview.vary(variation)
        self._preview.refresh(self._model.problem)


def _templates(texts: Iterable[str]) -> list[Json]:
    """The events among the first of these in which variables may stand."""
    found, left = [], _MOST
    for text in texts:
        if may_vary(text) and len(text) <= left:
            left -= len(text)
            with suppress(JsonTextError):
                found.append(jsontext.parse(text).payload)
    return found
