"""Saved mappings: found again for the same headers, whatever their order."""

from __future__ import annotations

import pytest

from composer.event import jsontext
from composer.event.table.mapping import Column, Mapping, Type
from composer.storage.database import Database
from composer.storage.mappings import Mappings

MAPPING = Mapping(
    (Column("Email", "/customer/email"), Column("Größe", "/data/Größe", Type.NUMBER, "comma"), Column("Other", "")),
    jsontext.parse('{"eventName": "Order Placed", "value": 12.00}').payload,
)


@pytest.fixture
def mappings(database: Database) -> Mappings:
    return Mappings(database)


def test_a_mapping_is_found_again_by_its_headers(mappings: Mappings) -> None:
    assert mappings.find(["Email", "Größe", "Other"]) is None
    saved = mappings.save("  Orders of\tMarch ", MAPPING)
    assert (saved.name, saved.mapping) == ("Orders of March", MAPPING)
    found = mappings.find(["Email", "Größe", "Other"])
    assert found == saved
    assert jsontext.dumps(found.mapping.base) == jsontext.dumps(MAPPING.base)
    assert mappings.find(["Email", "Größe"]) is None


def test_its_columns_stand_in_the_order_of_the_file(mappings: Mappings) -> None:
    mappings.save("Orders", MAPPING)
    found = mappings.find(["other", "GRÖSSE", "email"])
    assert found is not None
    assert [(column.header, column.path) for column in found.mapping.columns] == [
        ("other", ""), ("GRÖSSE", "/data/Größe"), ("email", "/customer/email"),
    ]  # fmt: skip


def test_the_last_one_saved_is_the_one_that_is_found(mappings: Mappings) -> None:
    mappings.save("First", MAPPING)
    mappings.save("Second", MAPPING._replace(base={}))
    assert [saved.name for saved in mappings.all()] == ["First", "Second"]
    found = mappings.find(["Email", "Größe", "Other"])
    assert found is not None
    assert found.name == "Second"
    mappings.remove(found.id)
    mappings.remove(found.id)
    again = mappings.find(["Email", "Größe", "Other"])
    assert again is not None
    assert again.name == "First"


def test_a_name_is_used_once(mappings: Mappings) -> None:
    mappings.save("Orders", MAPPING)
    mappings.save("ORDERS", MAPPING._replace(base={}))
    (only,) = mappings.all()
    assert (only.name, only.mapping.base) == ("ORDERS", {})


@pytest.mark.parametrize("name", ["", "  ", "a\x00b"])
def test_a_name_that_is_none_is_refused(mappings: Mappings, name: str) -> None:
    with pytest.raises(ValueError, match="Give the mapping a name"):
        mappings.save(name, MAPPING)


def test_one_that_this_version_can_not_read_is_passed_over(mappings: Mappings, database: Database) -> None:
    mappings.save("Orders", MAPPING)
    mappings.save("Later", MAPPING)
    database.write("UPDATE mappings SET mapping = ? WHERE name = 'Later'", (b'{"columns": [5]}',))
    assert [saved.name for saved in mappings.all()] == ["Orders"]
    found = mappings.find(["Email", "Größe", "Other"])
    assert found is not None
    assert found.name == "Orders"


def test_half_surrogates_do_no_harm(mappings: Mappings) -> None:
    odd = Mapping((Column("a\ud800", "/data/a"),), {"eventName": "\udc00"})
    mappings.save("Odd", odd)
    found = mappings.find(["a\ud800"])
    assert found is not None
    assert found.mapping == odd
