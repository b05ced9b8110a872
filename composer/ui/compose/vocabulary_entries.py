"""Names complete as they were sent before: the event's in its field, those of properties in their cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from composer.event.payload import Set
from composer.ui.compose.composition import Composition
from composer.ui.compose.property_model import PropertyKind, PropertyModel
from composer.ui.theme import Theme
from composer.ui.widgets import when
from composer.ui.widgets.field import Entry
from composer.ui.widgets.suggestion_list import Suggestion
from composer.ui.widgets.suggestions import Suggestions

if TYPE_CHECKING:
    from composer.event.vocabulary import Use

Take = Callable[[str, PropertyKind], object]  # a name, and the type it mostly has

# By the names that types have in a vocabulary, which are those of the picker.
_KINDS = {kind.value.lower(): kind for kind in (PropertyKind.NUMBER, PropertyKind.BOOLEAN, PropertyKind.DATE)}


def complete_event_name(theme: Theme, entry: Entry, composition: Composition) -> Suggestions:
    """Taking a name is one step of undo."""

    def find(typed: str) -> list[Suggestion]:
        known = composition.vocabulary
        return _as_suggestions(known.event_names(typed)) if known is not None else []

    suggestions = Suggestions(theme, entry, find)
    suggestions.taken.connect(lambda chosen: composition.edit([Set("/eventName", chosen.text)]))
    return suggestions


def complete_property(
    theme: Theme, entry: Entry, composition: Composition, rows: PropertyModel, row: int, take: Take
) -> Suggestions:
    """Completes the name of a row with names that the other rows do not have."""
    own = rows.key_at(row)
    others = {key for key in rows.keys if key != own}

    def find(typed: str) -> list[Suggestion]:
        known = composition.vocabulary
        if known is None:
            return []
        return _as_suggestions(known.properties(rows.pointer, _event_name(composition), typed, without=others))

    # Above another row Down goes to it.
    suggestions = Suggestions(theme, entry, find, opens_by_down=own is None)
    suggestions.taken.connect(lambda chosen: take(chosen.text, usual_kind(chosen.about)))
    return suggestions


def usual_kind(use: Use) -> PropertyKind:
    """What such a property was in the last events, as far as an empty one can be it."""
    return _KINDS.get(use.type, PropertyKind.TEXT)


def _event_name(composition: Composition) -> str:
    event = composition.event
    name = event.get("eventName") if isinstance(event, dict) else None
    return name if isinstance(name, str) else ""


def _as_suggestions(uses: Sequence[Use]) -> list[Suggestion]:
    return [Suggestion(use.name, _known_of(use), use) for use in uses]


def _known_of(use: Use) -> str:
    if not use.uses:
        return "in a template"
    times = "once" if use.uses == 1 else f"{use.uses:,} times"
    return f"{times} · {when.ago(use.last_ms)}"
