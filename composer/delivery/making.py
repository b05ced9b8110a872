"""What a new run is made of: a source with its mapping, or one event many times, and the values of their variables."""

from __future__ import annotations

from collections.abc import Mapping as Values
from collections.abc import Sequence
from typing import Any

from composer.event import jsontext
from composer.event.jsontext import JsonTextError
from composer.event.payload import Json
from composer.event.table.guess import guess
from composer.event.table.mapping import Mapping
from composer.event.vocabulary import EMPTY, Vocabulary
from composer.storage.mappings import Mappings
from composer.storage.runs import Run, Runs
from composer.storage.sources import Source

SAMPLE = 200  # rows that are looked at before a file is read
_ROWS_TRIED = 20  # to see whether their uniqueIds differ


def create_run(
    runs: Runs,
    source: Source,
    path: str,
    mapping: Mapping | None,
    variables: Values[str, Json] | None,
    run_id: str = "",
    vocabulary: Vocabulary = EMPTY,
) -> Run:
    """A run without rows for a source; see `Runs.create`. Raises StorageError."""
    kind, reading = "events" if source.headers is None else "table", source.reading._asdict()
    return runs.create(
        source.name,
        path,
        kind,
        source.headers,
        reading,
        mapping,
        variables=variables,
        run_id=run_id,
        vocabulary=vocabulary,
    )


def repeatable(text: str, variables: Values[str, Json]) -> str:
    """The text of an event without a unique ID that would be the same in each row, so that each gets one of its own.

    Raises JsonTextError.
    """
    event = jsontext.parse(text).payload
    if not isinstance(event, dict) or "uniqueId" not in event or _varies(event["uniqueId"], variables):
        return text
    return jsontext.dumps({key: value for key, value in event.items() if key != "uniqueId"})


def proposed(source: Source, cells: Sequence[Sequence[Any]], mappings: Mappings) -> tuple[Mapping | None, str]:
    """A mapping for a source, and the name it was saved under: a guess from the first rows has none.

    None where each row is an event. Raises StorageError.
    """
    if source.headers is None:
        return None, ""
    saved = mappings.find(source.headers)
    return (saved.mapping, saved.name) if saved is not None else (guess(source.headers, cells), "")


def _varies(unique_id: Json, variables: Values[str, Json]) -> bool:
    """Whether rows get different unique IDs. One that has no value yet stays, so that it is asked for."""
    from datetime import UTC, datetime

    from composer.event.variables import Context, resolve

    context = Context(datetime.now(UTC), "", variables)
    resolved = [resolve(unique_id, context._replace(row=at, counter=at)) for at in range(1, _ROWS_TRIED)]
    return any(each.findings for each in resolved) or any(each.payload != resolved[0].payload for each in resolved)


def same_values(text: str, variables: Values[str, Json], there: Values[str, Json] | None) -> bool:
    """Whether the variables of an event get the same values in a run that has its own."""
    from composer.event.variables import asked, uses_variables

    try:
        event = jsontext.parse(text).payload
    except JsonTextError:
        return True
    if there is None:
        return not uses_variables(event)
    missing = object()
    pairs = [(variables.get(name, missing), there.get(name, missing)) for name in asked(event)]
    return all(
        one is other or (missing not in (one, other) and jsontext.dumps(one) == jsontext.dumps(other))
        for one, other in pairs
    )


def variables_in(text: str) -> dict[str, Json]:
    """The values that are given for all rows, as a JSON text, which keeps the literals of numbers; "" holds none."""
    found: dict[str, Json] = jsontext.parse(text or "{}").payload
    return found
