"""Whether the events of one mapping are like those that were sent before, at a glance: nearly all rows are.

It is the vocabulary that says it, once for each name of an event; where there is the least doubt it is asked.
"""

from __future__ import annotations

from composer.event.payload import Json, get, join, split
from composer.event.table.mapping import Mapping
from composer.event.vocabulary import CUSTOM_FIELDS, DATA, TEXT, Vocabulary, type_of

_REMEMBERED = 4096  # names of events

_Habits = list[tuple[str, str]]  # names, and the type that each has


class Usual:
    """What is certain about the events of one mapping."""

    def __init__(self, vocabulary: Vocabulary, mapping: Mapping) -> None:
        self._vocabulary = vocabulary
        self._names = {holder: _names_in(holder, mapping) for holder in (CUSTOM_FIELDS, DATA)}
        self._habits: dict[str, tuple[_Habits, _Habits] | None] = {}

    def holds(self, event: dict[str, Json]) -> bool:
        """Whether there is certainly nothing unlike the vocabulary in an event that was read through the mapping."""
        name = event.get("eventName")
        if name.__class__ is not str:
            return False
        habits = self._habits[name] if name in self._habits else self._look(name)
        if habits is None:
            return False
        fields, properties = habits
        return (not properties or _hold(properties, event.get("data"))) and (
            not fields or _hold(fields, (event.get("customer") or {}).get("customFields"))
        )

    def _look(self, event: str) -> tuple[_Habits, _Habits] | None:
        """The types of the properties there may be; None when a name is not as it was."""
        fields, properties = (self._vocabulary.habits(event, holder, names) for holder, names in self._names.items())
        if len(self._habits) >= _REMEMBERED:
            self._habits.clear()
        found = self._habits[event] = None if fields is None or properties is None else (fields, properties)
        return found


def _names_in(holder: str, mapping: Mapping) -> set[str]:
    base = get(mapping.base, holder, None)
    paths = [split(column.path) for column in mapping.columns if column.path]
    return {*(base if isinstance(base, dict) else ()), *(path[-1] for path in paths if join(*path[:-1]) == holder)}


def _hold(habits: _Habits, properties: dict[str, Json] | None) -> bool:
    if properties is None:
        return True
    for name, kind in habits:
        value = properties.get(name)
        if kind == TEXT and value.__class__ is str and value[4:5] != "-":
            continue  # by far the most frequent
        if value is not None and type_of(value) not in (kind, ""):
            return False
    return True
