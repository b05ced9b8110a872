"""Whatever the mapping and the cells: the reader says what the checks say, and builds what plain edits would build."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.event import checks, jsontext
from composer.event.advice import _possible_phone
from composer.event.fields import BY_PATH
from composer.event.findings import Finding, Severity
from composer.event.payload import Json, Set, apply, get, split
from composer.event.table import convert, glance
from composer.event.table.cells import Cell, text_of
from composer.event.table.mapping import Column, Mapping, Type
from composer.event.table.rows import ERRORS_OF_SPREADSHEETS, TableReader
from composer.event.vocabulary import EMPTY, Known, Use, Vocabulary, names_of

ORDER = ("eventName", "customer", "eventTimestamp", "value", "valueCurrency", "uniqueId", "data")
OWN = {Type.NUMBER: "not-a-number", Type.BOOLEAN: "not-a-boolean", Type.DATE: "not-a-date"}


def as_its_type(column: Column, cell: Cell) -> Json:
    match column.type:
        case Type.NUMBER:
            return convert.number(cell, column.format)
        case Type.BOOLEAN:
            return convert.boolean(cell)
        case Type.DATE:
            return convert.date(cell, column.format, column.zone)
    return text_of(cell)


def filled(mapping: Mapping, cells: Sequence[Cell]) -> list[tuple[Column, Cell]]:
    """The mapped cells that are not empty, in the order of the contract."""
    pairs = [(column, cell) for column, cell in zip(mapping.columns, cells, strict=False) if column.path]
    return sorted(
        ((column, cell) for column, cell in pairs if text_of(cell).strip()),
        key=lambda pair: ORDER.index(split(pair[0].path)[0]),
    )


def event_of(mapping: Mapping, cells: Sequence[Cell]) -> Json:
    """The event as plain edits build it."""
    edits = []
    for column, cell in filled(mapping, cells):
        value = as_its_type(column, cell)
        edits.append(Set(column.path, text_of(cell) if value is None else value))
    return apply(mapping.base, edits)


def findings_of(mapping: Mapping, cells: Sequence[Cell], event: Json) -> list[Finding]:
    """What the checks say of the event, with what only the cells could tell before it."""
    said = checks.check(event)
    own = []
    more = [cell for cell in cells[len(mapping.columns) :] if text_of(cell).strip()]
    if len(cells) < len(mapping.columns) or more:
        own.append(("long-row" if more else "short-row", "", ()))
    for column, cell in filled(mapping, cells):
        here = [each for each in said if each.path == column.path]
        if isinstance(cell, str) and cell.strip() in ERRORS_OF_SPREADSHEETS:
            own.append(("spreadsheet-error", column.path, ()))
        elif as_its_type(column, cell) is None and not any(each.severity is Severity.ERROR for each in here):
            code = OWN[column.type]
            own.append((code, column.path, next((each.fixes for each in here if each.code == code), ())))
    made = [
        Finding(Severity.WARNING if code == "short-row" else Severity.ERROR, code, path, "", fixes)
        for code, path, fixes in own
    ]
    places = {(each.code, each.path) for each in made}
    return checks.in_document_order(event, [*made, *(each for each in said if (each.code, each.path) not in places)])


def days_from_now(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "\x1c", "\u2003", "0", "-0", "0.0", "25", "007", "1,234", "1.234,5", "12.50", "1e5", "1e400", "12%",
         "9007199254740993", "0.12345678901234567890", "true", " TRUE", "falſe", "yes", "1",
         "a@shop.test", "A@b.co", "a@", "ünï@shop.test", " a@b.co", "+12065551234", "+11234567890", "+4930123456",
         "+39012345678", "206-555-1234", "USD", "usd", "US", "us", "Europe/Berlin", "PST", "64e5a8a1c0ffee0000004ee7",
         " 64e5a8a1c0ffee0000004ee7", "12345", "#N/A", " #REF! ", "#1001", "12oz mug", "1001-A", "1e-A", "May",
         "monday", "Sunglasses", "Mar 4 2026", "ſun 2 Apr 2026", "2 April 2026", "5-May-2026", "004-May-2026", "é",
         "\ud800", "a\udfff", "😀" * 300, "x" * 999, "x" * 1001, "x" * 100_001, "3f2a1b4c-1111-4222-8333-123456789abc",
         "2026-04-02", "04/02/2026", "25/02/2026", "02.04.2026", "2026-04-02 12:00", "2026-02-30T00:00:00Z",
         "20260402T120000Z", "1999-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "2016-12-31T23:59:60Z", "1775131200"]
    ),
    st.builds("{}T12:00:00{}".format, st.sampled_from([-5000, -369, -367, -366, -365, -364, -10, 0, 300, 365, 366, 370])
              .map(days_from_now), st.sampled_from(["Z", "+14:00", "-12:00", ".5Z", ""])),
    st.text(max_size=12),
    st.text("0123456789 -/.,:+eETZapmMonDecst#", max_size=14),
    st.from_regex(r"[0-9]{1,8}[-A-Za-z ][0-9A-Za-z/.]{0,8}", fullmatch=True),
    st.from_regex(r"[A-Za-z]{3}[a-z]{0,4}[-. ,][0-9]{1,2}[-., ]{1,2}20[0-9]{2}", fullmatch=True),
)  # fmt: skip
CELLS = st.one_of(
    TEXTS,
    TEXTS,
    st.booleans(),
    st.sampled_from([0, 1, -1, 0.0, 1.0, -0.0, 91, 2**53 + 1, 12.5, 98101, 98101.0, 1e300]),
    st.floats(),
    st.integers(-(2**70), 2**70),
)
CLEAR_PATHS = (*BY_PATH, "/data/Order Id", "/data/a~1b", "/data/n", "/customer/customFields/n", "/data/$extra/x")
PATHS = (
    *CLEAR_PATHS, "/data/order_id", "/data/ Padded", "/data/\ud800", "/customer/customFields/Tier",
    "/customer/customFields/tier ", "/data/$extra/Order Id",
)  # fmt: skip
BASES = st.sampled_from(
    [
        {"eventName": "Base"},
        {"eventName": ""},
        {"odd": 1},
        {"event_name": "old", "properties": {"a": 1}},
        {"email": "old@shop.test"},
        {"value": 3},
        {"value": "3", "valueCurrency": "usd"},
        {"customer": None},
        {"customer": "bob"},
        {"customer": {"email": "b@shop.test", "location": {"city": "Bonn", "latitude": 50.7}}},
        {"customer": {"email": " ", "phone": "+12065551234"}},
        {"customer": {"phoneNumber": "206 555 1234"}},
        {"customer": {"phoneNumber": 12065551234}},
        {"customer": {"phoneNumber": "+1206"}},
        {"customer": {"id": "12345"}},
        {"customer": {"id": "64e5a8a1c0ffee0000004ee7"}},
        {"customer": {"customFields": {"Tier": "25", "gone": None}}},
        {"customer": {"location": []}},
        {"data": None},
        {"data": []},
        {"data": {"a": 0}},
        {"data": {"a": "25", "b": "2026-04-02", "c": 9007199254740993, "Order Id": "x"}},
        {"data": {"a": {"nested": 1}, "orderId": 5}},
        {"data": {"$extra": {"a": [1]}, "Order Id": 0}},
        {"data": {"$extra": "text", "z": 0}},
        {"data": {f"p{at}": 1 for at in range(399)}},
        {"eventTimestamp": days_from_now(-366) + "T12:00:00Z"},
        {"eventTimestamp": "2001-01-01T00:00:00Z"},
        {"eventTimestamp": "soon"},
        {"data": {"$extra": {"html": ["x" * 99_000] * 50}}},
        {"eventName": "Base", "customer": {"email": "b@shop.test"}, "valueCurrency": "USD", "data": {"n": 5}},
    ]
)


@st.composite
def columns(draw: Any, path: str) -> Column:
    field = BY_PATH.get(path)
    likely = {"number": Type.NUMBER, "date-time": Type.DATE}.get(field.kind.value, Type.TEXT) if field else None
    kind = draw(st.sampled_from([likely] * 4 + list(Type) if likely else list(Type)))
    written = {Type.NUMBER: ["point", "comma"], Type.DATE: ["iso", "mdy", "dmy", "named", "epoch"]}.get(kind, [""])
    zone = draw(st.sampled_from(["UTC", "America/Los_Angeles"])) if kind is Type.DATE else ""
    return Column(path, path, kind, draw(st.sampled_from(written)), zone)


@st.composite
def tables(draw: Any) -> tuple[Mapping, list[list[Cell]]]:
    """A mapping and rows; many of them whole and clean, so that the quick way is taken."""
    among = draw(st.sampled_from([CLEAR_PATHS, CLEAR_PATHS, CLEAR_PATHS, PATHS]))
    paths = draw(st.lists(st.sampled_from(among), unique=True, max_size=9))
    mapped = [draw(columns(path)) for path in paths]
    if draw(st.booleans()):
        mapped += [Column(path, path) for path in ("/eventName", "/customer/email") if path not in paths]
    mapped.insert(draw(st.integers(0, len(mapped))), Column("left out", ""))
    examples = {column.path: BY_PATH[column.path].example for column in mapped if column.path in BY_PATH}
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        row = [
            examples[column.path] if column.path in examples and draw(st.booleans()) else draw(CELLS)
            for column in mapped
        ]
        cut = draw(st.sampled_from([0, 0, 0, 0, 0, 0, -1, 1]))
        rows.append(row[:cut] if cut < 0 else [*row, *(draw(CELLS) for _ in range(cut))])
    return Mapping(tuple(mapped), draw(st.one_of(st.just({}), BASES))), rows + rows[:2]


def said(findings: Sequence[Finding]) -> list[Any]:
    """Findings to be compared: of those that only the cells could tell, all but the words."""
    errors = {*OWN.values(), "spreadsheet-error", "long-row"}

    def is_own(finding: Finding) -> bool:
        return finding.code == "short-row" or (finding.code in errors and finding.severity is Severity.ERROR)

    return [each._replace(message="") if is_own(each) else each for each in findings]


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(tables())
def test_the_reader_says_what_the_checks_say(table: tuple[Mapping, list[list[Cell]]]) -> None:
    agree(*table)


def vocabulary_of(mapping: Mapping, rows: Sequence[Sequence[Cell]]) -> Vocabulary:
    """Of all there is in these rows, in one type or another; every other name is known in another writing."""
    uses = {}
    for number, row in enumerate(rows):
        for event, holder, name, kind in names_of(event_of(mapping, row)):
            known = name.upper() if holder and number % 2 else name
            uses[event, holder, known] = Use(known, 9, 1, kind, 9)
    return Vocabulary(Known(event, holder, use) for (event, holder, _), use in uses.items())


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(tables(), tables())
def test_the_reader_says_what_the_vocabulary_says(
    table: tuple[Mapping, list[list[Cell]]], before: tuple[Mapping, list[list[Cell]]]
) -> None:
    agree(*table, vocabulary_of(*before))
    agree(*table, vocabulary_of(*table))


@pytest.mark.parametrize("kind", ["text", "number", "true or false", "date"])
def test_a_value_of_each_type_where_there_was_another(kind: str) -> None:
    vocabulary = Vocabulary(
        Known("Order", holder, Use("n", 9, 1, kind, 9)) for holder in ("/data", "/customer/customFields")
    )
    cells: list[Cell] = ["x", "2026-04-02T12:00:00Z", "2026-04-02", "5", 5, "true", True, ""]
    for path in ("/data/n", "/customer/customFields/n", "/data/N", "/customer/customFields/N"):
        for read_as in (Type.TEXT, Type.BOOLEAN):
            mapped = (Column("n", path, read_as), Column("name", "/eventName"), Column("mail", "/customer/email"))
            agree(Mapping(mapped), [(cell, "Order", "a@shop.test") for cell in cells], vocabulary)


def agree(mapping: Mapping, rows: Sequence[Sequence[Cell]], vocabulary: Vocabulary = EMPTY) -> None:
    """The reader and the reference, about these rows, of which some are read twice."""
    before = repr(mapping.base)
    reader = TableReader(mapping, None, vocabulary)
    for row in rows:
        event, findings = reader.read(row)
        meant = event_of(mapping, row)
        assert jsontext.dumps(event) == jsontext.dumps(meant)
        assert jsontext.dumps(reader.payload(row)) == jsontext.dumps(meant)
        assert said(findings) == said(vocabulary.merged(meant, findings_of(mapping, row, meant)))
        assert all(each.message.endswith((".", "?")) and each.message.isprintable() for each in findings)
    assert repr(mapping.base) == before


SITUATIONS: list[tuple[str, tuple[Column, ...], Json, list[Any]]] = [
    (
        "about a year from now",
        (Column("t", "/eventTimestamp", Type.DATE, "iso", "UTC"),),
        {},
        [days_from_now(days) + f"T12:00:00{offset}" for days in (-367, -366, -365, -364, 0, 364, 365, 366, 367)
         for offset in ("Z", "+14:00", "-12:00")],
    ),
    (
        "a zero that could go to $extra, were its place not taken",
        (Column("n", "/data/n", Type.NUMBER, "point"), Column("x", "/data/$extra/n")),
        {},
        [("0", "x"), ("0", ""), ("1", "x")],
    ),
    (
        "a zero, and $extra is no object",
        (Column("n", "/data/n", Type.NUMBER, "point"),),
        {"data": {"$extra": "text"}},
        ["0", "1"],
    ),
    (
        "a phone number of the base that the country of the row repairs",
        (Column("c", "/customer/location/countryCode"),),
        {"customer": {"phoneNumber": "020 7946 0958"}},
        ["GB", "US", "DE", ""],
    ),
    (
        "a phone number that is repaired by the country",
        (Column("p", "/customer/phoneNumber"), Column("c", "/customer/location/countryCode")),
        {},
        [("020 7946 0958", "GB"), ("020 7946 0958", "US"), ("020 7946 0958", ""), ("+12065551234", "US")],
    ),
    (
        "an ID that is none, and who is found instead",
        (Column("i", "/customer/id"), Column("e", "/customer/email"), Column("p", "/customer/phoneNumber")),
        {},
        [("12345", "", ""), ("12345", "a@b.co", ""), ("12345", "", "+12065551234"), ("12345", "a@b.co", "+12065551234"),
         (" 64e5a8a1c0ffee0000004ee7", "", ""), ("64e5a8a1c0ffee0000004ee7", "a@b.co", ""), ("x ", "a@b.co", "")],
    ),
    (
        "an ID in place of the base's",
        (Column("i", "/customer/id"),),
        {"customer": {"id": "64e5a8a1c0ffee0000004ee7"}},
        ["12345", "", "64e5a8a1c0ffee0000004ee8"],
    ),
    (
        "an object that makes way for that of the row",
        (Column("c", "/customer/location/city"),),
        {"customer": {"location": []}},
        ["", "Bonn"],
    ),
    ("a value of the base that the row replaces", (Column("n", "/data/n"),), {"data": {"n": "25"}}, ["x", "", "26"]),
    ("half of a pair", (Column("v", "/value", Type.NUMBER, "point"), Column("c", "/valueCurrency")), {},
     [("1", "USD"), ("1", ""), ("", "USD"), ("", ""), ("9007199254740993", "")]),
    ("a text that can't be encoded", (Column("n", "/data/n"), Column("c", "/customer/location/city")), {},
     [("a\ud800", "Bonn"), ("a", "a\udfff"), ("é", "Köln")]),
    ("names that only case tells apart", (Column("n", "/data/n"), Column("N", "/data/N")), {},
     [("a", "b"), ("a", ""), ("", "b")]),
    ("texts, numbers and truth that are the same to a dict", (Column("n", "/data/n"), Column("m", "/data/m")), {},
     [(1, "1"), (True, 1), (1.0, True), ("1", 1.0), (False, 0), (0, False)]),
    (
        "together more than a payload may have",
        tuple(Column(f"c{at}", f"/data/c{at}") for at in range(350)),
        {"data": {"$extra": {"parts": ["😀" * 24_000] * 33}}},
        [("\x7f" * 1000,) * 350, ("x",) * 350],
    ),
    (
        "more properties than allowed",
        tuple(Column(f"c{at}", f"/data/c{at}") for at in range(390)),
        {"data": {f"p{at}": 1 for at in range(20)}},
        [("x",) * 390, ("x",) * 380 + ("",) * 10],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mapped", "base", "rows"), [each[1:] for each in SITUATIONS], ids=[each[0] for each in SITUATIONS]
)
def test_one_thing_that_depends_on_another(mapped: tuple[Column, ...], base: Json, rows: list[Any]) -> None:
    cells = [row if isinstance(row, tuple) else (row,) for row in rows]
    agree(Mapping(mapped, base), [*cells, *cells])
    named = (*mapped, Column("name", "/eventName"), Column("mail", "/customer/email"))
    if all(column.path != "/customer/email" for column in mapped):
        agree(Mapping(named, base), [(*row, "Order", "a@shop.test") for row in (*cells, *cells)])


def test_a_base_that_is_too_deep_is_no_reason_to_stop() -> None:
    deep: Json = "x"
    for _ in range(300):
        deep = [deep]
    base = {"eventName": "Base", "data": {"$extra": {"deep": deep}}}
    event, findings = TableReader(Mapping((Column("e", "/customer/email"),), base)).read(["a@shop.test"])
    assert findings == checks.check(event)


@pytest.mark.parametrize("path", PATHS)
def test_what_is_read_is_no_part_of_the_base_or_of_another_row(path: str) -> None:
    base = {"eventName": "Base", "customer": {"location": {}, "customFields": {}}, "data": {"$extra": {}}}
    before = repr(base)
    reader = TableReader(Mapping((Column("x", path),), base))
    first, second = reader.payload(["a"]), reader.payload(["b"])
    assert (get(first, path), get(second, path)) == ("a", "b")
    assert repr(base) == before


@given(st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)), st.from_regex(r"[0-9]{2,14}", fullmatch=True))
@settings(max_examples=1000, deadline=None, derandomize=True, database=None)
def test_a_phone_number_that_looks_likely_is_possible(code: int, rest: str) -> None:
    number = f"+{code}{rest}"
    if glance._is_likely_phone(number):
        assert _possible_phone(number)


@pytest.mark.parametrize(
    "number", ["+12065551234", "+442079460958", "+4915112345678", "+393123456789", "+919876543210"]
)
def test_a_usual_phone_number_looks_likely(number: str) -> None:
    assert glance._is_likely_phone(number)


def test_a_year_from_now_moves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = TableReader(
        Mapping((Column("n", "/eventName"), Column("e", "/customer/email"), Column("t", "/eventTimestamp")))
    )
    row = ("Order", "a@shop.test", days_from_now(-360) + "T12:00:00Z")
    assert reader.read(row)[1] == []
    later = datetime.now(UTC) + timedelta(days=10)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return later.astimezone(tz)

    monkeypatch.setattr("composer.event.table.glance.datetime", Later)
    monkeypatch.setattr("composer.event.advice.datetime", Later)
    monkeypatch.setattr("composer.event.table.rows.time.time", later.timestamp)
    assert [each.code for each in reader.read(row)[1]] == ["timestamp-far-away"]
