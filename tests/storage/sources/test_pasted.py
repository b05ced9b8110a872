"""What the clipboard holds: cells of Excel or Google Sheets, or JSON."""

from __future__ import annotations

import pytest

from composer.storage.sources import Reading, Row, SourceError, pasted


def test_cells_of_a_spreadsheet() -> None:
    source = pasted(
        'Email\tNote\tValue, EUR\r\na@shop.test\t"two\nlines, ""quoted"""\t1,5\r\n\t\t\r\nb@shop.test\t5" pipe\t\r\n'
    )
    assert (source.name, source.headers) == ("Pasted", ("Email", "Note", "Value, EUR"))
    assert source.reading == Reading(delimiter="\t")
    assert list(source.rows()) == [
        Row(2, ["a@shop.test", 'two\nlines, "quoted"', "1,5"]),
        Row(4, ["b@shop.test", '5" pipe', ""]),
    ]
    assert (source.notes, source.share) == (["1 blank row was left out."], 1.0)


def test_one_column_and_commas() -> None:
    assert pasted("Email\na@shop.test\n").headers == ("Email",)
    assert pasted("\ufeffEmail,Name\na@shop.test,Ann").headers == ("Email", "Name")


@pytest.mark.parametrize("text", ['{"a": 1}', '[{"a": 1}]', '{"events": [{"a": 1}]}', '\n{"a": 1}\n', '\ufeff{"a": 1}'])
def test_json(text: str) -> None:
    (row,) = pasted(text).rows()
    assert (row.text, row.problem) == ('{"a": 1}', "")
    assert [row.number for row in pasted('{"a": 1}\n{"b": 2}').rows()] == [1, 2]


def test_what_has_no_rows_is_refused() -> None:
    for text in ("", " \n\t"):
        with pytest.raises(SourceError, match=r"^There is nothing to paste\. Copy some rows"):
            pasted(text)
    with pytest.raises(SourceError, match=r"^“Pasted” has headers and no rows below them\.$"):
        pasted("Email\tName\r\n")
    with pytest.raises(SourceError, match=r"line 1, column 6: "):
        pasted('{"a":')


def test_half_a_letter_is_marked_as_missing() -> None:
    assert [list(row.cells) for row in pasted("a\tb\n\ud83d\ude00\t\ud800\n").rows()] == [["😀", "\ufffd"]]
