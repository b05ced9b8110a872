"""A first mapping from the headers and the first rows: what is clear is mapped, what is not becomes a data property.

What could mean two things is left to be asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from composer.event import dates, jsontext, reference
from composer.event.fields import BY_PATH, FIELDS, Kind
from composer.event.payload import join
from composer.event.repairs import field_called
from composer.event.table import convert
from composer.event.table.cells import Cell, text_of
from composer.event.table.mapping import Column, Mapping, Type, is_target

RESULTS = ("Composer: state", "Composer: reason")  # the columns an export adds; they are left out when it is read again

_PARENTS = {
    "event": "",
    "customer": "/customer",
    "profile": "/customer",
    "location": "/customer/location",
    "address": "/customer/location",
    "customfields": "/customer/customFields",
    "customfield": "/customer/customFields",
    "attributes": "/customer/customFields",
    "data": "/data",
    "properties": "/data",
    "$extra": "/data/$extra",
    "extra": "/data/$extra",
}
_PREFIX = re.compile(r"\s*([$A-Za-z][A-Za-z _-]*?)\s*(?:\.|:|/|\[|>|→)\s*(.+?)\s*\]?\s*")
_VAGUE = {"id", "name", "time", "long", "event type", "event id"}  # they name too many things
_IDENTITY = re.compile(r"[0-9a-fA-F]{24}")
_CODE = re.compile(r"[+-]?0[0-9]|\+|[0-9]{16}")  # digits that are no number: 00123, +1206…, long identifiers
_YEAR_LAST = re.compile(r"[0-9]{1,2}([-/.])\s?[0-9]{1,2}\1\s?(?:[0-9]{4}|[0-9]{2})(?![0-9])")
_BRACKETS = re.compile(r"\w+(?:\[[^\[\]]+\])+")
_DIGITS_ARE_NO_NUMBER = {
    "phone", "mobile", "tel", "telephone", "cell", "fax", "zip", "postal", "postcode", "plz", "sku", "barcode", "ean",
    "upc", "gtin", "isbn", "iban",
}  # fmt: skip
_MOST_CELLS = 200_000  # looked at, so that a table of 10,000 columns is not waited for
_FEWEST_ROWS = 20


def guess(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Mapping:
    """A mapping for these headers. `rows` are the first few hundred."""
    rows = rows[: max(_FEWEST_ROWS, _MOST_CELLS // (len(headers) or 1))]
    taken: set[str] = set()
    columns = []
    for at, header in enumerate(headers):
        cells = [row[at] for row in rows if at < len(row) and text_of(row[at]).strip()]
        path = _path(header, cells)
        if path and path in taken:
            path = _property(header)
            if path in taken:
                path = ""
        taken.add(path)
        columns.append(_column(header, path, cells) if path else Column(header, ""))
    return Mapping(tuple(columns))


def _path(header: str, cells: Sequence[Cell]) -> str:
    if header.strip() in {"", "$extra", *RESULTS}:
        return ""
    name = header.strip()
    if is_target(name):
        return name
    if _BRACKETS.fullmatch(name):  # customer[location][city]
        name = name.replace("][", ".").replace("[", ".").removesuffix("]")
    path = _within("", name) or _property(header)
    if (
        path == "/customer/location/country"
        and cells
        and all(text_of(cell) in reference.country_codes() for cell in cells)
    ):
        return "/customer/location/countryCode"
    if path == "/customer/location/state" and cells and all(re.fullmatch(r"[A-Z]{2}", text_of(cell)) for cell in cells):
        return "/customer/location/stateCode"
    if _bare(header) == "id" and cells and all(_IDENTITY.fullmatch(text_of(cell)) for cell in cells):
        return "/customer/id"
    return path


def _within(parent: str, name: str) -> str:
    """Where a name leads inside `parent`, ``""`` for nowhere in particular."""
    match = _PREFIX.fullmatch(name)
    if match is not None:
        inner = _PARENTS.get(_bare(match[1]).replace(" ", ""))
        if inner is not None and inner.startswith(parent):
            return _within(inner, match[2])
    if parent in {"/data", "/data/$extra", "/customer/customFields"}:
        return parent + join(name)
    known = _names().get((parent, _bare(name)))
    if known is not None:
        return known
    if not parent and _bare(name) in _VAGUE:
        return ""
    if not parent and (whose := _bare(name).removeprefix("customer ")) != _bare(name):  # customer_email
        known = _names().get(("/customer", whose)) or field_called(whose)
        if known is not None and is_target(known) and known.startswith("/customer/"):
            return known
    meant = field_called(name)
    if meant is not None and is_target(meant) and meant.startswith(parent):
        return meant
    return {"/customer": "/customer/customFields" + join(name), "": ""}.get(parent, "")


def _property(header: str) -> str:
    return join("data", " ".join(header.split()))


@cache
def _names() -> dict[tuple[str, str], str]:
    """(parent, name or title, folded) of every field; the fields of all parents also stand without one."""
    names: dict[tuple[str, str], str] = {}
    for field in FIELDS:
        for word in (field.name, field.title, field.title.partition(" (")[0]):
            names.setdefault((field.path.rpartition("/")[0], _bare(word)), field.path)
            if _bare(word) not in _VAGUE:
                names.setdefault(("", _bare(word)), field.path)
    return names


def _bare(name: str) -> str:
    """Words in small letters: ``customerEmail``, ``Customer_email`` and ``customer-email`` are the same."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", spaced, flags=re.UNICODE).casefold().split()) or name.casefold()


def _column(header: str, path: str, cells: Sequence[Cell]) -> Column:
    kind = BY_PATH[path].kind if path in BY_PATH else None
    if kind is Kind.NUMBER:
        return Column(header, path, Type.NUMBER, _number_format(cells, is_degrees=path.endswith("itude")))
    if kind is Kind.DATE_TIME:
        if cells and all(_is_epoch(cell) for cell in cells):
            return Column(header, path, Type.DATE, "epoch", "UTC")
        written = _date_format(cells)
        return Column(header, path, Type.DATE, "iso" if written is None else written, "UTC")
    if kind is not None or not cells:
        return Column(header, path)
    if all(isinstance(cell, bool) or text_of(cell).strip().casefold() in {"true", "false"} for cell in cells):
        return Column(header, path, Type.BOOLEAN)
    if _are_numbers(cells):
        if not _DIGITS_ARE_NO_NUMBER.isdisjoint(_bare(header).split()):
            return Column(header, path)
        return Column(header, path, Type.NUMBER, _number_format(cells))
    written = _date_format(cells)
    return Column(header, path) if written is None else Column(header, path, Type.DATE, written, "UTC")


def _is_epoch(cell: Cell) -> bool:
    found = jsontext.number(text_of(cell).strip())
    return found is not None and dates.from_epoch(found) is not None


def _are_numbers(cells: Sequence[Cell]) -> bool:
    return all(
        not isinstance(cell, bool)
        and not _CODE.match(text_of(cell).strip())
        and (convert.number(cell, "point") is not None or convert.number(cell, "comma") is not None)
        for cell in cells
    )


def _number_format(cells: Sequence[Cell], *, is_degrees: bool = False) -> str:
    """ "point" or "comma" by the evidence of the cells; "" when they can be read both ways, or some only one way and
    some only the other. Degrees have no thousands.
    """
    evidence: set[str] = set()
    for cell in cells:
        if not isinstance(cell, str) or ("," not in cell and "." not in cell):
            continue
        point, comma = (convert.number(cell, each) for each in ("point", "comma"))
        if point is None or comma is None:
            evidence |= {"point"} if point is not None else {"comma"} if comma is not None else set()
        elif point != comma:
            evidence.add(("comma" if "," in cell else "point") if is_degrees else "")
    known = evidence - {""}
    return known.pop() if len(known) == 1 else "" if evidence else "point"


def _date_format(cells: Sequence[Cell]) -> str | None:
    """How dates are written by the evidence of the cells: "" when month and day can be told in none of them, None when
    they are not all dates, or some have the month first and some the day.
    """
    if not cells:
        return None
    written, marks, orders = "iso", set(), set()
    for cell in cells:
        if not isinstance(cell, str):
            return None
        bare = cell.strip()
        year_last = _YEAR_LAST.match(bare)
        if year_last is not None:
            marks.add(year_last[1])
            readable = {order for order in ("mdy", "dmy") if dates.as_written(bare, order)}
            if not readable or (year_last[1] == "." and not re.search(r"[0-9]{4}", bare)):  # 1.2.26 may be a version
                return None
            if len(readable) == 1:
                orders |= readable
        elif dates.near_miss(bare):
            if re.match(r"[A-Za-z]|[0-9]{1,2}\D", bare):
                written = "named"
        elif not dates.is_rfc3339(bare):
            return None
    if not marks:
        return written
    if len(orders) == 2:
        return None
    # With dots, everybody has the day first.
    return orders.pop() if orders else "dmy" if marks == {"."} else ""
