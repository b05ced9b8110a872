"""Which column of a table goes to which field of an event, and how its cells are read; as plain JSON in and out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from composer.event import reference
from composer.event.fields import BY_PATH
from composer.event.payload import Json, split
from composer.event.walk import readable

HOLDERS = ("/customer/customFields", "/data", "/data/$extra")  # objects whose members have names of their own


class Type(StrEnum):
    """What the cells of a column are read as."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


NUMBER_FORMATS = {"point": "1,234.56", "comma": "1.234,56"}
DATE_FORMATS = {
    "iso": "2026-04-02, 2026-04-02T12:00:00Z",
    "mdy": "month first: 04/02/2026 is 2 April",
    "dmy": "day first: 04/02/2026 is 4 February",
    "named": "2 April 2026, Apr 2, 2026",
    "epoch": "1775131200, seconds or milliseconds since 1970",
}
_FORMATS: dict[Type, dict[str, str]] = {Type.NUMBER: NUMBER_FORMATS, Type.DATE: DATE_FORMATS}


class MappingError(Exception):
    """It is no mapping; the text is a sentence for people: where, and what to do."""


class Column(NamedTuple):
    """What becomes of one column. `path` is a JSON Pointer into the event, "" leaves the column out.

    `format` is a key of NUMBER_FORMATS or DATE_FORMATS, "" where that is to be asked; `zone` is the IANA name of the
    time zone of dates that have no offset.
    """

    header: str
    path: str
    type: Type = Type.TEXT
    format: str = ""
    zone: str = ""


class Question(NamedTuple):
    """What can't be guessed about a column: `choices` are the (format, words) that answer it."""

    column: int
    sentence: str
    choices: tuple[tuple[str, str], ...]


class Mapping(NamedTuple):
    """`base` is an event that every row starts from: constants, or a whole template; a row's own values win."""

    columns: tuple[Column, ...]
    base: Json = {}  # noqa: RUF012 - no payload is ever changed in place

    @property
    def questions(self) -> list[Question]:
        """What must be answered before the mapping can be used."""
        return [_question(at, each) for at, each in enumerate(self.columns) if _is_open(each)]


def check(mapping: Mapping) -> None:
    """Raises MappingError when two columns go to one place, or one goes to a place that is none."""
    taken: dict[tuple[str, ...], str] = {}
    for column in mapping.columns:
        if not column.path:
            continue
        if not is_target(column.path):
            raise MappingError(
                f"The column “{readable(column.header)}” goes to “{readable(column.path, 80)}”, which is no field of "
                "an event. Choose a field, a data property or a custom field."
            )
        place = split(column.path)
        if place in taken:
            raise MappingError(
                f"The columns “{readable(taken[place])}” and “{readable(column.header)}” go to the same place, "
                f"{readable('.'.join(place), 80)}. Leave one of them out."
            )
        taken[place] = column.header
        if column.zone and column.zone not in reference.time_zone_names():
            raise MappingError(
                f"The column “{readable(column.header)}” has the time zone “{readable(column.zone)}”, which is none. "
                "Choose an IANA name, such as America/Los_Angeles."
            )
    if not isinstance(mapping.base, dict):
        raise MappingError("What every row starts from must be an event, a JSON object.")


def is_target(path: str) -> bool:
    """Whether a column can go there: a field of the catalogue, or a member of data, $extra or the custom fields."""
    if path in BY_PATH:
        return True
    holder, _, name = path.rpartition("/")
    return holder in HOLDERS and bool(name) and path not in HOLDERS


def to_json(mapping: Mapping) -> Json:
    """The mapping as a file holds it."""
    columns = [
        {name: str(value) for name, value in column._asdict().items() if value or name in {"header", "path"}}
        for column in mapping.columns
    ]
    return {"columns": columns, "base": mapping.base}


def from_json(value: Json) -> Mapping:
    """The mapping that a file holds. Raises MappingError where it is none."""
    if not isinstance(value, dict) or not isinstance(value.get("columns"), list):
        raise MappingError('A mapping is an object with a list of "columns".')
    columns = tuple(_column(at, each) for at, each in enumerate(value["columns"], start=1))
    mapping = Mapping(columns, value.get("base", {}))
    check(mapping)
    return mapping


def signature(headers: Sequence[str]) -> str:
    """What a saved mapping is found again by: the same headers, whatever their order, case and blanks."""
    return "\n".join(sorted(folded(header) for header in headers))


def arranged(mapping: Mapping, headers: Sequence[str]) -> Mapping:
    """A mapping with the same signature, in the order of these headers."""
    waiting: dict[str, list[Column]] = {}
    for column in mapping.columns:
        waiting.setdefault(folded(column.header), []).append(column)
    return mapping._replace(columns=tuple(waiting[folded(header)].pop(0)._replace(header=header) for header in headers))


def folded(header: str) -> str:
    """A header without what makes no difference."""
    return " ".join(header.casefold().replace("_", " ").split())


def _column(at: int, value: Json) -> Column:
    if not isinstance(value, dict):
        raise MappingError(f"Column {at} of the mapping must be an object with “header” and “path”.")
    for name, inner in value.items():
        if name not in Column._fields:
            raise MappingError(f"Column {at} of the mapping has “{readable(name)}”, which means nothing here.")
        if not isinstance(inner, str):
            raise MappingError(f"“{name}” of column {at} of the mapping must be text.")
    if "header" not in value or "path" not in value:
        raise MappingError(f"Column {at} of the mapping needs “header” and “path”; an empty path leaves it out.")
    try:
        kind = Type(value.get("type", Type.TEXT))
    except ValueError:
        raise MappingError(
            f"The type of column {at} of the mapping must be one of {', '.join(Type)}, not “{readable(value['type'])}”."
        ) from None
    written = value.get("format", "")
    if written and written not in _FORMATS.get(kind, {}):
        choices = ", ".join(_FORMATS.get(kind, {})) or "left out"
        raise MappingError(f"The format of column {at} of the mapping must be {choices}, not “{readable(written)}”.")
    return Column(value["header"], value["path"], kind, written, value.get("zone", ""))


def _is_open(column: Column) -> bool:
    return bool(column.path) and column.type in _FORMATS and not column.format


def _question(at: int, column: Column) -> Question:
    name = readable(column.header)
    if column.type is Type.DATE:
        sentence = f"“{name}” has dates such as 04/02/2026. Is that 2 April or 4 February?"
        return Question(at, sentence, (("mdy", "Month first: 2 April"), ("dmy", "Day first: 4 February")))
    sentence = f"“{name}” has numbers such as 1,234. Is the mark for thousands, or for decimals?"
    return Question(
        at,
        sentence,
        (("point", "1,234.56: the comma is for thousands"), ("comma", "1.234,56: the comma is for decimals")),
    )
