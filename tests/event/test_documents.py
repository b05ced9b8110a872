"""Files of events: which shape is which, whose finding is whose, where a broken one breaks."""

from __future__ import annotations

import pytest

from composer.event.documents import read
from composer.event.jsontext import JsonTextError
from composer.event.payload import MISSING


@pytest.mark.parametrize(
    ("data", "payloads", "texts"),
    [
        (b'{"eventName": "A"}\n', [{"eventName": "A"}], ['{"eventName": "A"}\n']),
        (b'\xef\xbb\xbf{"a": "\xc3\xa9"}', [{"a": "é"}], ['{"a": "é"}']),
        (b'[{"a": 1}, 2]', [{"a": 1}, 2], [None, None]),
        (b"[]", [], []),
        (b'{"events": [{"a": 1}, {}]}', [{"a": 1}, {}], [None, None]),
        (b'{"events": "A"}', [], []),
        (b'{"a": 1}\n\n  {"b": 2}\r\n', [{"a": 1}, {"b": 2}], ['{"a": 1}', '{"b": 2}']),
        (b'\xef\xbb\xbf{"a": 1}\n{"b": 2}', [{"a": 1}, {"b": 2}], ['{"a": 1}', '{"b": 2}']),
        ('{"a": "x\u2028y"}\n{"b": 2}'.encode(), [{"a": "x\u2028y"}, {"b": 2}], ['{"a": "x\u2028y"}', '{"b": 2}']),
        (b"7", [7], ["7"]),
    ],
    ids=["object", "mark", "array", "no events", "bulk", "wrong bulk", "lines", "marked lines", "separator", "number"],
)
def test_each_shape_gives_its_events(data: bytes, payloads: list[object], texts: list[str | None]) -> None:
    events = read(data).events
    assert [event.payload for event in events] == payloads
    assert [event.text for event in events] == texts


@pytest.mark.parametrize("name", ["eventName", "customer"])
def test_an_event_with_a_field_called_events_is_one_event(name: str) -> None:
    document = read(f'{{"{name}": "A", "events": [1, 2]}}'.encode())
    assert len(document.events) == 1
    assert document.request is MISSING


@pytest.mark.parametrize(
    ("data", "of_events", "of_request"),
    [
        (b'{"a": 1, "a": 2}', [["/a"]], []),
        (b'[{}, {"data": {"b": 1, "b": 2}}]', [[], ["/data/b"]], []),
        (b'{"events": [{"c": 1, "c": 2}], "x": 1, "x": 2}', [["/c"]], ["/x"]),
        (b'{"events": [], "events": [{}]}', [[]], ["/events"]),
        (b'{}\n{"a": 1, "a": 2}', [[], ["/a"]], []),
    ],
)
def test_a_repeated_key_is_told_of_the_event_it_stands_in(
    data: bytes, of_events: list[list[str]], of_request: list[str]
) -> None:
    document = read(data)
    assert [[finding.path for finding in event.findings] for event in document.events] == of_events
    assert [finding.path for finding in document.findings] == of_request


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"", 1, 1),
        (b"  \n", 2, 1),
        (b'{\n  "a": tru\n}', 2, 8),
        (b'{"a": "\xc3\xa9\n\xff"}', 2, 1),
        (b'{"\xc3\xa9": "\xff"}', 1, 8),
        ('{"a": 1}'.encode("utf-16"), 1, 1),
        (b'{"a": "\xed\xa0\x80"}', 1, 8),  # a half surrogate
        (b'{"a": 1}\n\n{"b": nope}\n', 3, 7),
        (b'{"a": 1}\n}', 2, 1),
        (b'[{"a": 1}\n {"b": 1}]', 2, 2),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(data: bytes, line: int, column: int) -> None:
    with pytest.raises(JsonTextError) as refused:
        read(data)
    assert (refused.value.line, refused.value.column) == (line, column)


def test_ten_thousand_levels_are_refused_with_a_sentence() -> None:
    with pytest.raises(JsonTextError, match="nested deeper than"):
        read(b'{"a": ' * 10_000 + b"1" + b"}" * 10_000)
