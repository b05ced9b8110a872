"""A mapping comes back from its JSON as it was, and a broken one is refused with what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from composer.event.table.guess import guess
from composer.event.table.mapping import (
    Column,
    Mapping,
    MappingError,
    Type,
    arranged,
    check,
    from_json,
    signature,
    to_json,
)

MAPPING = Mapping(
    (
        Column("Email", "/customer/email"),
        Column("When", "/data/When", Type.DATE, "mdy", "America/Los_Angeles"),
        Column("Total", "/value", Type.NUMBER, "comma"),
        Column("Note", ""),
    ),
    {"eventName": "Order Placed", "data": {"Channel": "web"}},
)


def test_a_mapping_survives_its_json() -> None:
    assert from_json(json.loads(json.dumps(to_json(MAPPING)))) == MAPPING


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ([], "list of"),
        ({"columns": 3}, "list of"),
        ({"columns": ["x"]}, "Column 1"),
        ({"columns": [{"header": "a"}]}, "needs"),
        ({"columns": [{"header": "a", "path": 1}]}, "must be text"),
        ({"columns": [{"header": "a", "path": "", "colour": "red"}]}, "colour"),
        ({"columns": [{"header": "a", "path": "/customer/nope"}]}, "no field"),
        ({"columns": [{"header": "a", "path": "/value/x"}]}, "no field"),
        ({"columns": [{"header": "a", "path": "/data"}]}, "no field"),
        ({"columns": [{"header": "a", "path": "/data/$extra"}]}, "no field"),
        ({"columns": [{"header": "a", "path": "email"}]}, "no field"),
        ({"columns": [{"header": "a", "path": "/data/a", "type": "money"}]}, "type of column 1"),
        ({"columns": [{"header": "a", "path": "/data/a", "type": "date", "format": "ymd"}]}, "format of column 1"),
        ({"columns": [{"header": "a", "path": "/data/a", "zone": "Mars/Base"}]}, "time zone"),
        ({"columns": [{"header": "a", "path": "/value"}, {"header": "b", "path": "/value"}]}, "same place"),
        ({"columns": [{"header": "a", "path": "/data/a~b"}, {"header": "b", "path": "/data/a~0b"}]}, "same place"),
        ({"columns": [{"header": "a", "path": "/value", "type": "number", "format": "mdy"}]}, "point, comma"),
        ({"columns": [], "base": []}, "JSON object"),
    ],
)
def test_a_broken_mapping_is_refused_with_the_place(broken: Any, says: str) -> None:
    with pytest.raises(MappingError, match=says):
        from_json(broken)


def test_the_same_headers_in_another_order_find_the_mapping_again() -> None:
    again = ["total", "E mail ", "note", "WHEN"]
    assert signature(again) != signature([column.header for column in MAPPING.columns])
    again[1] = " email"
    assert signature(again) == signature([column.header for column in MAPPING.columns])
    found = arranged(MAPPING, again)
    assert [column.path for column in found.columns] == ["/value", "/customer/email", "", "/data/When"]
    assert [column.header for column in found.columns] == again


def test_every_guess_is_a_mapping() -> None:
    headers = ["Email", "$extra", "data", "customer", "location", "", "~/~", "data.", "customer.customFields.data"]
    check(guess(headers, []))
