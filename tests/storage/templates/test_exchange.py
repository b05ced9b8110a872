"""Import and export: what others wrote becomes templates or is told, and nothing that is there is overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from composer.storage.templates import Template, TemplateError, Templates, exchange, names
from tests.storage.templates.conftest import EVENT

A = {"eventName": "Order: placed", "customer": {"email": "a@shop.test"}}
B = {"eventName": "Order Shipped", "customer": {"email": "b@shop.test"}}
FULL = {"description": "For the receipt.", "tags": ["x"], "variables": {"a": 1}, "event": B, "owner": "Ann"}

SHAPES: dict[str, tuple[str, list[str]]] = {
    "array": (json.dumps([A, B, B]), ["Order placed", "Order Shipped", "Order Shipped 2"]),
    "bulk request": (json.dumps({"events": [A, B]}), ["Order placed", "Order Shipped"]),
    "lines": (f"{json.dumps(A)}\n\n{json.dumps(FULL)}\n", ["Order placed", "Order Shipped"]),
    "nameless": (json.dumps([{"customer": {}}, {"eventName": 5}, {"event": []}]), ["Event", "Event 2", "Event 3"]),
    "older release": (json.dumps([{"event_name": "Old", "email": "a@shop.test"}]), ["Event"]),
    "collection": (
        json.dumps({"templates": [{"name": "Shop/EU/A", "event": A}, {"name": "../con/CON.json", **FULL}, FULL]}),
        ["Shop/EU/A", "_con/_CON.json", "Event"],
    ),
}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    return tmp_path / "outside"


def test_many_events_of_one_name_get_the_numbers_that_are_free(
    templates: Templates, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for taken in ("Order Shipped 3", "ORDER SHIPPED 50"):
        templates.create(Template(f"New/{taken}", B))
    (outside / "events.json").write_text(json.dumps([B] * 60))
    looked_at: list[str] = []
    monkeypatch.setattr(names, "folded", lambda name: looked_at.append(name) or name.casefold())
    taken_in = templates.take_in([outside / "events.json"], "New")
    expected = ["", *(f" {number}" for number in range(2, 63) if number not in {3, 50})]
    assert [each.name for each in taken_in] == [f"Order Shipped{end}" for end in expected]
    assert len(looked_at) < 400  # and not more for each than for the one before


@pytest.mark.parametrize("shape", SHAPES)
def test_every_event_of_a_file_becomes_a_template(templates: Templates, outside: Path, shape: str) -> None:
    text, names = SHAPES[shape]
    (outside / "events.json").write_text(text)
    taken = templates.take_in([outside / "events.json"], "New")
    assert [template.path for template in taken] == [f"New/{name}" for name in names]
    assert sorted(taken) == sorted(templates.all().templates)
    if shape == "lines":
        assert (taken[1].description, taken[1].tags, taken[1].others) == ("For the receipt.", ("x",), {"owner": "Ann"})


def test_a_file_of_one_is_named_as_the_file_and_copied_byte_for_byte(
    templates: Templates, outside: Path, order: Template
) -> None:
    data = b'\xef\xbb\xbf{"eventName": "A",\r\n"value": 12.00}'
    (outside / "Order placed.json").write_bytes(data)
    (outside / "ORDER PLACED.txt").write_bytes(data)
    taken = templates.take_in([outside / "Order placed.json", outside / "ORDER PLACED.txt"])
    assert [template.path for template in taken] == ["Order placed 2", "ORDER PLACED 3"]
    assert templates.file("Order placed 2").read_bytes() == data
    assert templates.get("Order placed") == order


BAD: dict[str, tuple[bytes, str]] = {
    "broken": (b'{"event" 1}', "“bad.json”, line 1, column 10: a colon is missing between the key and its value."),
    "broken line": (b'{"eventName": "A"}\n{"event', "“bad.json”, line 2, column 2: this text has no closing quote."),
    "not text": (b"\xff\xfe", "“bad.json”, line 1, column 1: byte 0xff is not UTF-8. Save the file as UTF-8."),
    "no event": (b'[{"eventName": "A"}, {"x": 1}]', "“bad.json”, number 2: this is no template: it has no “event”"),
    "no object": (b"[1]", "“bad.json”, number 1: a template is an object in { }."),
    "other JSON": (b'{"x": 1}', "“bad.json”, line 1, column 1: this is no template"),
    "nothing": (b"[]", "“bad.json” holds no template and no event."),
    "key twice": (b'[{"eventName": "A", "x": {"a": 1, "a": 2}}]', "“bad.json”: the key “a” is there twice"),
    "bad member": (b'{"templates": [{"name": "A", "event": 1, "tags": 1}]}', "number 1: the tags are not a list"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_named_and_nothing_is_taken(templates: Templates, outside: Path, what: str) -> None:
    data, sentence = BAD[what]
    (outside / "bad.json").write_bytes(data)
    (outside / "good.json").write_text(json.dumps([A, B]))
    with pytest.raises(TemplateError) as error:
        templates.take_in([outside / "good.json", outside / "bad.json", outside / "gone.json"])
    lines = str(error.value).split("\n")
    assert sentence in lines[0]
    assert lines[1].startswith(f"{outside / 'gone.json'} can't be read (No such file or directory).")
    assert lines[2:] == ["Nothing was imported."]
    assert templates.all() == ([], [], [])


def test_a_file_that_is_too_much_is_sent_to_bulk(
    templates: Templates, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MOST", 2)
    (outside / "many.json").write_text(json.dumps([A] * 3))
    with (outside / "large.json").open("wb") as large:
        large.truncate(exchange.LARGEST + 1)
    with pytest.raises(TemplateError, match=r"holds 3 events, too many for templates\. Send them in Bulk"):
        templates.take_in([outside / "many.json"])
    with pytest.raises(TemplateError, match=r"has 100 MB, too much for templates\. Send its events in Bulk"):
        templates.take_in([outside / "large.json"])


def test_an_import_that_fails_half_way_leaves_nothing(templates: Templates, outside: Path, order: Template) -> None:
    deep = {"name": "1/2/3/4/5/6/7/8/9/A", "event": A}
    (outside / "all.json").write_text(json.dumps({"templates": [{"name": "Shop/B", "event": B}, deep]}))
    with pytest.raises(TemplateError, match="is too deep"):
        templates.take_in([outside / "all.json"])
    assert templates.all().templates == [order]


def test_exported_files_lie_beside_those_that_are_there(
    templates: Templates, folder: Path, outside: Path, order: Template
) -> None:
    templates.create(Template("Shop/Order placed", EVENT))
    (outside / "ORDER placed.json").write_text("mine")
    written = templates.give_out(["Order placed", "Shop/Order placed"], outside)
    assert [file.name for file in written] == ["Order placed 2.json", "Order placed 3.json"]
    assert written[0].read_bytes() == (folder / "Order placed.json").read_bytes()
    assert (outside / "ORDER placed.json").read_text() == "mine"
    (outside / "new" / "folder.json").mkdir(parents=True)
    for target in (outside / "new" / "one", outside / "new" / "folder.json"):
        assert templates.give_out(["Order placed"], target) == [target / "Order placed.json"]


def test_many_in_one_file_come_back_with_folders_and_all_that_is_said(
    templates: Templates, folder: Path, outside: Path, order: Template
) -> None:
    (folder / "Shop").mkdir()
    (folder / "Shop" / "By hand.json").write_text('{"owner": "Ann", "event": {"b": 12.00, "a": 1e400}}')
    (folder / "Shop" / "Plain.json").write_text('{"eventName": "A", "value": 9007199254740993}')
    before = templates.all().templates
    target = outside / "All.json"
    target.write_text("an older export")
    assert templates.give_out([template.path for template in before], target) == [target]
    others = Templates(outside / "others")
    others.take_in([target])
    unimportant: dict[str, Any] = {"digest": "", "is_plain": False}
    after = others.all().templates
    assert [each._replace(**unimportant) for each in after] == [each._replace(**unimportant) for each in before]
    assert b'"b": 12.00,\n    "a": 1e400' in others.file("Shop/By hand").read_bytes()
    again = others.give_out([template.path for template in after], outside / "Again.json")
    assert again[0].read_bytes() == target.read_bytes()
