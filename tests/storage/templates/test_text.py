"""A template's file: its bytes stay as a person wrote them, and its event keeps every literal and key in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer.event import jsontext
from composer.event.payload import Number
from composer.storage.templates import Template, TemplateError, Templates
from composer.storage.templates.template import MAX_BYTES, read, written

ODD = '\ude00\x00\x1f\x7f\x85\xa0\u2028\u202e\ufeff\ud800\u05d0⟪⟫"\\/\n\r\té😀{}'
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(ODD), max_size=8).filter(
    lambda text: "\ud800\ude00" not in text
)
literals = st.sampled_from(["12.00", "1e400", "-0", "1E5", "9007199254740993.0"]).map(Number)
numbers = st.integers() | st.integers(10**30, 10**60) | st.floats() | literals
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
keys = texts.filter(lambda key: key not in {"description", "tags", "variables", "event"})
templates_of_any_kind = st.builds(
    Template,
    path=st.just("Order placed"),
    event=values,
    description=texts,
    tags=st.lists(texts, max_size=3).map(tuple),
    variables=st.dictionaries(texts, values, max_size=3),
    others=st.dictionaries(keys, values, max_size=2),
)

BY_HAND = {
    "indented": b'{\n    "event": {"eventName": "A", "customer": {"email": "a@shop.test"}, "value": 12.00}\n}',
    "crlf": b'{\r\n  "tags": ["a"],\r\n  "event": {"eventName": "A"}\r\n}\r\n',
    "mark": b'\xef\xbb\xbf{"event": {"eventName": "\\u00e9"}}',
    "blanks": b'\t {"event"   :{ } ,"description":""}\n\n\n',
    "order": b'{"owner": "Ann", "event": {"b": 1E5, "a": -0}, "description": "Last", "tags": [], "variables": {}}',
    "plain": b'{"customer": {"email": "a@shop.test"}, "eventName": "A", "value": 1e400}',
    "surrogate": b'{"event": {"eventName": "\\ud83d alone"}}',
}


def same(one: Any, other: Any) -> bool:
    """To the letter: the same literals, kinds and order of keys."""
    return jsontext.dumps(one) == jsontext.dumps(other)


@given(templates_of_any_kind)
def test_what_is_written_is_read_back_and_written_alike(template: Template) -> None:
    data = written(template)
    again = read(data, template.path)
    assert same(again.event, template.event)
    assert (again.description, again.tags) == (template.description, template.tags)
    assert same(again.variables, template.variables)
    assert same(again.others, template.others)
    assert written(again) == data
    assert data.endswith(b"\n")


@pytest.mark.parametrize("how", BY_HAND)
def test_saving_without_a_change_leaves_every_byte(templates: Templates, folder: Path, how: str) -> None:
    folder.mkdir(parents=True)
    file = folder / "By hand.json"
    file.write_bytes(BY_HAND[how])
    before = file.stat()
    saved = templates.save(templates.get("By hand"))
    assert file.read_bytes() == BY_HAND[how]
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert saved.digest == templates.get("By hand").digest


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(values, st.sampled_from([None, 1, 4, "\t"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_file_survives_renaming_copying_and_a_way_out_and_in(
    tmp_path_factory: pytest.TempPathFactory, value: Any, indent: Any, line_end: str, marked: bool
) -> None:
    import json

    place = tmp_path_factory.mktemp("round")
    text = json.dumps({"note": 1, "event": value}, indent=indent).replace("\n", line_end)
    data = (b"\xef\xbb\xbf" if marked else b"") + text.encode()
    (place / "a.json").write_bytes(data)
    templates, others = Templates(place), Templates(place / "others" / "deeper")
    templates.rename("a", "b")
    templates.duplicate("b")
    (given_out,) = templates.give_out(["b copy"], place / "out")
    (taken,) = others.take_in([given_out], "Shop")
    templates.restore(templates.remove("b"))
    assert (place / "b.json").read_bytes() == data
    assert others.file(taken.path).read_bytes() == data


def test_a_change_is_written_in_one_order_with_what_people_added_at_the_end(templates: Templates, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "A.json").write_bytes(BY_HAND["order"])
    templates.save(templates.get("A")._replace(description="New", variables={"name": 12}))
    assert (folder / "A.json").read_text("utf-8") == (
        '{\n  "description": "New",\n  "variables": {\n    "name": 12\n  },\n'
        '  "event": {\n    "b": 1E5,\n    "a": -0\n  },\n  "owner": "Ann"\n}\n'
    )


def test_a_file_that_is_an_event_stays_one_until_something_is_said_about_it(templates: Templates, folder: Path) -> None:
    folder.mkdir(parents=True)
    file = folder / "A.json"
    file.write_bytes(BY_HAND["plain"])
    plain = templates.get("A")
    assert (plain.event_name, plain.description, plain.tags) == ("A", "", ())
    changed = templates.save(plain._replace(event={**plain.event, "value": 2}))
    assert file.read_text("utf-8") == jsontext.dumps(changed.event) + "\n"
    templates.save(changed._replace(tags=("a",)))
    assert file.read_text("utf-8").startswith('{\n  "tags": [')
    assert templates.get("A").event == changed.event


@pytest.mark.parametrize("event", [[], {"value": 1}, {"eventName": "A", "event": "inner"}])
def test_an_event_that_could_not_be_told_from_other_files_is_wrapped(
    templates: Templates, folder: Path, event: Any
) -> None:
    folder.mkdir(parents=True)
    (folder / "A.json").write_bytes(BY_HAND["plain"])
    templates.save(templates.get("A")._replace(event=event))
    assert templates.get("A").event == event


BROKEN = {
    b'{\n  "event": {"a" 1}\n}': "line 2, column 17: a colon is missing between the key and its value.",
    b"": "line 1, column 1: there is no JSON here yet.",
    b'\n{"event": "\xff"}': "line 2, column 12: byte 0xff is not UTF-8. Save the file as UTF-8.",
    b'{"event": {"a": 1,\n "a": 2}}': "line 2, column 7: the key “a” is there twice",
    b'{"event": {}, "event": {}}': "line 1, column 24: the key “event” is there twice",
    b'{"event": {},\n"tags": "a"}': "line 2, column 9: the tags are not a list of texts.",
    b'{"event": {}, "tags": [1]}': "line 1, column 23: the tags are not a list of texts.",
    b'{"event": {}, "description": 1}': "line 1, column 30: the description is not a text.",
    b'{"event": {}, "variables": []}': "line 1, column 28: the variables are not an object.",
    b'\n [{"eventName": "A"}]': "line 2, column 2: a template is an object in { }. Import the file",
    b'{"name": "package"}': "line 1, column 1: this is no template: it has no “event”",
    b'{"event": ' + b"[" * 300 + b"]" * 300 + b"}": "nested deeper than 200 levels",
    b'{"eventName": "' + b"a" * MAX_BYTES + b'"}': " has 6.0 MB; a template has at most 6 MB.",
}


@pytest.mark.parametrize("data", BROKEN)
def test_what_is_broken_is_told_with_its_file_and_place(data: bytes) -> None:
    with pytest.raises(TemplateError, match=r"^“Shop/A\.json”.+\.$") as error:
        read(data, "Shop/A")
    assert BROKEN[data] in str(error.value)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ("x" * MAX_BYTES, r"^“A” has 6\.0 MB; a template has at most 6 MB\. Make the event smaller\.$"),
        (None, r"^“A” can't be saved: its event is nested deeper than 199 levels"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(
    templates: Templates, folder: Path, event: Any, sentence: str
) -> None:
    for _ in range(200 if event is None else 0):
        event = [event]
    with pytest.raises(TemplateError, match=sentence):
        templates.create(Template("A", event))
    assert not folder.exists()
