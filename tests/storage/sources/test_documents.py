"""JSON in each of its shapes: which events a file holds, each with its own text, and where a broken one breaks."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer.storage.sources import Reading, Row, Source, SourceError, documents, open_source

Opened = Callable[..., Source]
A, B = '{"eventName": "A"}', '{"eventName": "B", "data": {"n": 1.0}}'


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (A, [(1, A)]),
        (f"\n {A}\n\n", [(1, A)]),
        (f"[{A}, {B}]", [(1, A), (2, B)]),
        (f'{{"events": [{A},\n{B}]}}\n', [(1, A), (2, B)]),
        (f'{{"eventName": "A", "events": [{A}]}}', [(1, f'{{"eventName": "A", "events": [{A}]}}')]),
        (f"{A}\n\n  {B}\r\n", [(1, A), (3, B)]),
        ('{"a": "x\u2028y"}\n{"b": "\x85"}', [(1, '{"a": "x\u2028y"}'), (2, '{"b": "\x85"}')]),
        ("{\n}", [(1, "{\n}")]),
        ('{"a": NaN}', [(1, '{"a": NaN}')]),
        (f'[{"9" * 5000}, -1e999, "x", null]', [(1, "9" * 5000), (2, "-1e999"), (3, '"x"'), (4, "null")]),
        (f"[\n  {A}\n]", [(1, A)]),
        ('{"eventName":\n"A"}', [(1, '{"eventName":\n"A"}')]),
        (f"[1]\n{A}", [(1, "[1]"), (2, A)]),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["events.json", "events.csv", "events"])
def test_each_shape_gives_its_events(
    opened: Opened, data: str, rows: list[tuple[int, str]], codec: str, name: str
) -> None:
    source = opened(data.encode(codec), name)
    assert source.headers is None
    assert source.reading == Reading(encoding="utf-16-le" if codec == "utf-16" else "utf-8")
    for _ in range(2):
        assert list(source.rows()) == [Row(number, (), text) for number, text in rows]
    assert source.share == 1.0


@pytest.mark.parametrize("data", ["[id],name\n1,2\n", "{id},name\n1,2\n", "7,8\n1,2\n"])
def test_a_table_that_begins_with_a_bracket_is_a_table(opened: Opened, data: str) -> None:
    assert len(opened(data).headers or ()) == 2


def test_what_stands_beside_the_events_is_told(opened: Opened) -> None:
    source = opened(f'{{"storeId": {{"a": [1]}}, "events": [{A}], "note": "x"}}')
    assert len(list(source.rows())) == 1
    assert source.notes == ["Beside the events, “storeId”, “note” was left out."]


def test_blank_lines_are_counted(opened: Opened) -> None:
    source = opened(f"{A}\n\n \t\n{B}\n")
    assert [row.number for row in source.rows()] == [1, 4]
    assert source.notes == ["2 blank rows were left out."]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("", "“events.json” is empty. Choose a file with rows or events in it."),
        (" \n", "“events.json” is empty. Choose a file with events in it."),
        ("[]", "“events.json” holds no events."),
        ('{"events": []}', "“events.json” holds no events."),
        ('{"events": "A"}', "“events.json”: “events” must be a list of events, in square brackets."),
        ("hello", "“events.json”, line 1, column 1: a value is expected here: "),
        ('{"a": 1,}', "“events.json”, line 1, column 9: remove the comma before this }."),
        ('{\n  "a": tru\n}', "“events.json”, line 2, column 8: "),
        ("{'a': 1}", "“events.json”, line 1, column 2: JSON texts stand in straight double quotes."),
        ('{"a": "x', "“events.json”, line 1, column 7: this text has no closing quote."),
        ('{"a": "\xe4"', "“events.json”, line 1, column 10: the text ends too early; a bracket, quote or value is"),
    ],
)
def test_what_holds_no_event_is_refused(opened: Opened, data: str, sentence: str) -> None:
    with pytest.raises(SourceError) as refused:
        opened(data, "events.json")
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("data", "good", "place"),
    [
        (f'[{A},\n {{"b": nope}}]', 1, "line 2, column 8: "),
        (f"[{A}\n {B}]", 1, "line 2, column 2: a comma or the closing ] is missing here."),
        (f"[{A},\n {B}", 2, "line 2, column 40: the text ends before the closing ]."),
        (f"[{A},\n]", 1, "line 2, column 1: "),
        (f"[{A},\n{B}]\n]", 2, "line 3, column 1: the JSON ends before this; remove what follows."),
        (f'[{A},\n"x\ny"]', 1, "line 2, column 3: a line break or control character"),
        (f'{{"events": [{A}]\n"a": 1}}', 1, "line 2, column 1: a comma or the closing } is missing here."),
        (f'{{"events": [{A}],\na: 1}}', 1, "line 2, column 1: a key in double quotes is missing here."),
        (f'{{"events": [{A}],\n"a" 1}}', 1, "line 2, column 5: a colon is missing between the key and its value."),
        (f'[{A},\n{{"\xe4": "'.encode() + b'\xff"}]', 1, "line 2, column 8: byte 0xff is not UTF-8. Save the file"),
        (f"[{A},\n" + "[" * 5000 + "]" * 5000 + "]", 1, "line 2, column 201: nested deeper than 200 levels"),
    ],
)
def test_a_big_broken_array_is_told_with_its_place(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, data: str | bytes, good: int, place: str
) -> None:
    monkeypatch.setattr(documents, "_HEAD", 16)
    rows = opened(data, "events.json").rows()
    assert len([next(rows) for _ in range(good)]) == good
    with pytest.raises(SourceError) as refused:
        next(rows)
    assert str(refused.value).startswith(f"“events.json”, {place}")


def test_a_broken_array_is_refused_before_its_first_event_is_read(opened: Opened) -> None:
    for data, sentence in [
        (f"[{A},\n {B}", r"line 2, column 40: the text ends too early; a bracket, quote or value is missing\."),
        (f"[{A}\n {B}]", r"line 2, column 2: .*comma"),
        (f"[{A},\n{B}]\n]", r"line 3, column 1: the JSON ends before this"),
    ]:
        with pytest.raises(SourceError, match=sentence):
            opened(data, "events.json")


def test_the_place_is_right_far_down_in_a_file(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_HEAD", 1000)
    lines = [f"  {A}"] * 200_000
    lines[150_000] = '  {"eventName": "A" "x": 1}'
    for filler in ("", "é"):
        source = opened(f'["{filler}",\n' + ",\n".join(lines) + "]", "events.json")
        with pytest.raises(SourceError, match=r"line 150,002, column 21: "):
            list(source.rows())
    source = opened("[" + ", ".join([*[A] * 200_000, "nope"]) + "]")
    with pytest.raises(SourceError, match=f"line 1, column {200_000 * (len(A) + 2) + 2:,}: "):
        list(source.rows())


def test_a_broken_line_is_kept_with_what_is_wrong_with_it(opened: Opened) -> None:
    data = (
        f'{A}\n{{"a": tru}}\n{A},\n"open\n\n{B}\n'.encode()
        + b'{"\xc3\xa4": "\xff"}\n'
        + b"[" * 5000
        + b"\n"
        + A.encode()
    )
    rows = list(opened(data, "events.jsonl").rows())
    assert [(row.number, row.problem.partition(": ")[0]) for row in rows] == [
        (1, ""),
        (2, "Line 2, column 7"),
        (3, "Line 3, column 19"),
        (4, "Line 4, column 1"),
        (6, ""),
        (7, "Line 7, column 8"),
        (8, "Line 8, column 201"),
        (9, ""),
    ]
    assert rows[2].text == f"{A},"
    assert rows[2].problem.endswith("the JSON ends before this; remove what follows, or put a comma or bracket right.")
    assert rows[5].problem.endswith("byte 0xff is not UTF-8. Save the file as UTF-8.")


def test_the_first_line_may_be_the_broken_one(opened: Opened) -> None:
    for name, second in (("events.json", A), ("events.jsonl", "nope")):
        rows = list(opened(f'{{"a": tru}}\n{second}\n', name).rows())
        assert [(row.number, bool(row.problem)) for row in rows] == [(1, True), (2, second == "nope")]


def test_an_event_too_deep_to_be_held_is_a_problem_of_its_own(opened: Opened) -> None:
    deep = "[" * 300 + "]" * 300
    for data, place in ((f"[{A},\n{deep}]", "Event 2, column 201"), (f"{A}\n{deep}", "Line 2, column 201")):
        first, second = opened(data).rows()
        assert (first.problem, second.text) == ("", deep)
        assert second.problem.startswith(f"{place}: nested deeper than 200 levels")
    wide = "[" + "[]," * 300 + "[]]"
    assert [row.problem for row in opened(f"[{wide}]").rows()] == [""]


def test_what_is_too_long_to_be_an_event_is_told(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LONGEST_EVENT", 1000)
    monkeypatch.setattr(documents, "_PIECE", 100)
    monkeypatch.setattr(documents, "_HEAD", 1000)
    long = json.dumps({"a": "x" * 5000})
    rows = list(opened(f"{A}\n{long}\n{B}\n", "events.jsonl").rows())
    assert [(row.number, row.problem) for row in rows] == [
        (1, ""),
        (2, "Line 2 is longer than 1,000 characters; only its start is kept. Shorten it."),
        (3, ""),
    ]
    with pytest.raises(SourceError, match=r"line 2, column 1: what begins here is longer than 1,000 characters\. Is a"):
        list(opened(f"[{A},\n{long}]").rows())


def test_json_that_is_not_in_utf_8_is_told(opened: Opened) -> None:
    source = opened('{"a": "Größe"}\n{"b": 1}'.encode("cp1252"))
    assert [row.text for row in source.rows()] == ['{"a": "Größe"}', '{"b": 1}']
    assert source.notes == ["The file is not in UTF-8, as JSON should be; it was read as Windows-1252."]


@pytest.mark.parametrize("head", [1000, 1 << 23])
def test_an_object_too_big_to_be_looked_at_first(opened: Opened, monkeypatch: pytest.MonkeyPatch, head: int) -> None:
    monkeypatch.setattr(documents, "_HEAD", head)
    monkeypatch.setattr(documents, "_PIECE", 64)
    events = ", ".join([A] * 200)
    for data in (f'{{"x": 1, "events": [{events}]}}', f'{{\n"x": 1,\n"events":\n[{events}]\n}}'):
        assert list(opened(data).rows()) == [Row(number, (), A) for number in range(1, 201)]
    if head == 1000:
        with pytest.raises(SourceError, match="the object is neither an event nor has it “events”"):
            opened(f'{{"x": [{events}]}}')
        with pytest.raises(SourceError, match="“eventName” does not stand beside “events”"):
            list(opened(f'{{"events": [{events}], "eventName": "A"}}').rows())


def test_a_big_array_is_never_held_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_HEAD", 1 << 20)
    for name, start, between in (("events.json", "[", ",\n"), ("lines.jsonl", "", "\n")):
        file = tmp_path / name
        with file.open("w") as out:
            out.write(start + between.join([json.dumps({"eventName": "A", "data": {"x": "y" * 1000}})] * 20_000))
            out.write("]" if start else "")
        tracemalloc.start()
        source = open_source(file)
        shares = [source.share for _ in source.rows()]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(shares) == 20_000
        assert shares == sorted(shares)
        assert peak < 12_000_000 < file.stat().st_size


@pytest.mark.parametrize("name", ["events.json", "events.jsonl"])
def test_a_file_that_goes_away_is_told(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    text = f"{A}\n" * 300_000 if name.endswith("l") else f"[{', '.join([A] * 300_000)}]"
    file.write_text(text)
    rows = open_source(file).rows()
    next(rows)
    file.unlink()
    with pytest.raises(SourceError, match="was deleted or moved while it was being read"):
        list(rows)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=3), min_size=2, max_size=6),
    st.sampled_from(["array", "bulk", "lines"]),
    st.booleans(),
    st.integers(1, 40),
)
def test_what_was_written_is_read_back(
    tmp_path: Path, events: list[object], shape: str, escaped: bool, piece: int
) -> None:
    texts = [json.dumps(event, ensure_ascii=escaped) for event in events]
    data = {"array": f"[{' , '.join(texts)}]", "bulk": f'{{"events":[{",".join(texts)}]}}', "lines": "\n".join(texts)}
    file = tmp_path / "events.json"
    file.write_bytes(data[shape].encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_PIECE", piece)
        assert [row.text for row in open_source(file).rows()] == texts
