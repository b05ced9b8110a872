"""CSV and its like: whatever a spreadsheet, a database or a person wrote, each row arrives, and none twice."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from composer.storage.sources import Reading, Row, Source, SourceError, delimited, open_source, text

Opened = Callable[..., Source]


def cells(source: Source) -> list[list[object]]:
    return [list(row.cells) for row in source.rows()]


def test_a_plain_file_gives_its_rows_as_often_as_asked(opened: Opened) -> None:
    source = opened("Email,Name\na@shop.test,Ann\nb@shop.test,Ben\n")
    assert (source.name, source.headers, source.sheets) == ("orders.csv", ("Email", "Name"), ())
    assert source.reading == Reading(encoding="utf-8", delimiter=",", sheet="", has_header=True)
    for _ in range(2):
        assert list(source.rows()) == [Row(2, ["a@shop.test", "Ann"]), Row(3, ["b@shop.test", "Ben"])]
        assert source.share == 1.0
    assert source.notes == []


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(opened: Opened) -> None:
    source = opened('\nEmail,Note\n"a","two\nlines"\n\n , \nb,c\n,\n')
    assert [(row.number, list(row.cells)) for row in source.rows()] == [(3, ["a", "two\nlines"]), (6, ["b", "c"])]
    assert source.notes == ["4 blank rows were left out."]
    assert opened("a,b\n1,2\n\n").notes == []  # it has not been read to its end yet


def test_one_blank_row_is_told_in_the_singular(opened: Opened) -> None:
    source = opened("a,b\n\n1,2\n")
    assert len(cells(source)) == 1
    assert source.notes == ["1 blank row was left out."]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(opened: Opened, end: str) -> None:
    source = opened(end.join(["a,b", '1,"x', 'y"', "2,3"]))
    assert [row.number for row in source.rows()] == [2, 3]
    assert cells(source) == [["1", f"x{end}y"], ["2", "3"]]


@pytest.mark.parametrize(
    ("data", "delimiter", "width"),
    [
        ("a,b,c\n1,2,3\n", ",", 3),
        ("a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n", ";", 3),
        ("a\tb\n1, 2\t3, 4\n", "\t", 2),
        ("a|b\n1;2|3,4\n", "|", 2),
        ("Email;Name, first\nx@shop.test;Ann\ny@shop.test;Ben\n", ";", 2),
        ('Email,Note\nx,"a;b;c"\ny,"d;e;f"\n', ",", 2),
        ('"Last; first",Email\n"X; Y",a\n', ",", 2),
        ('a,b\n1,"x;\ny;\nz;"\n2,3\n', ",", 2),
        ("Email\nx@shop.test\ny@shop.test\n", ",", 1),
        ("Address\nLong Road 1, Berlin\nShort Road 2, Rome\n", ";", 1),
        ("sep=;\na;b\n1;2\n", ";", 2),
        ("SEP=|\r\na|b\r\n1,2|3\r\n", "|", 2),
        ("a,b\n1,2,3\n1\n4,5\n", ",", 2),
        ("a;b;c\n1\n2\n", ";", 3),
    ],
)
def test_the_delimiter_is_found_out(opened: Opened, data: str, delimiter: str, width: int) -> None:
    source = opened(data)
    assert (source.reading.delimiter, len(source.headers or ())) == (delimiter, width)


def test_a_stated_delimiter_is_no_row(opened: Opened) -> None:
    assert list(opened("sep=;\na;b\n1;2\n").rows()) == [Row(2, ["1", "2"])]


def test_the_delimiter_can_be_chosen(opened: Opened) -> None:
    source = opened("a,b;c\n1,2;3\n", delimiter=";")
    assert (source.headers, cells(source)) == (("a,b", "c"), [["1,2", "3"]])
    assert cells(opened("a^b\n1^2\n", delimiter="^")) == [["1", "2"]]
    for wrong in ("::", '"', "\n"):
        with pytest.raises(SourceError, match=r"^The delimiter must be one character"):
            opened("a,b\n1,2\n", delimiter=wrong)


def test_blanks_before_quotes_are_left_out_where_that_puts_the_rows_right(opened: Opened) -> None:
    source = opened('Name, Place\n"Ann", "Berlin, Germany"\n"Ben", "Rome, Italy"\n')
    assert (source.headers, cells(source)) == (
        ("Name", "Place"),
        [["Ann", "Berlin, Germany"], ["Ben", "Rome, Italy"]],
    )
    assert cells(opened('Name,Place\nAnn, the "first"\nBen, "x" y\n')) == [["Ann", ' the "first"'], ["Ben", ' "x" y']]


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
        ("cp1252", "windows-1252"),
    ],
)
def test_the_encoding_is_found_out(opened: Opened, codec: str, found: str) -> None:
    source = opened("Größe,Straße\nÄpfel,Übel – €\n".encode(codec))
    assert source.reading.encoding == found
    assert (source.headers, cells(source)) == (("Größe", "Straße"), [["Äpfel", "Übel – €"]])
    assert source.notes == []


@pytest.mark.parametrize("mark", [b"\xfe\xff", b""])
def test_text_without_latin_letters_in_16_bits_is_found_out(opened: Opened, mark: bytes) -> None:
    source = opened(mark + "Имя,Город\nАнна,Москва\nИван,Казань\n".encode("utf-16-be"))
    assert source.headers == ("Имя", "Город")


def test_a_stray_byte_far_down_costs_neither_its_row_nor_the_letters_of_the_others(opened: Opened) -> None:
    lines = [f"{number},Größe".encode() for number in range(60_000)]
    lines[50_000] = b"50000,Gr\xf6\xdfe"
    source = opened(b"a,b\n" + b"\n".join(lines))
    rows = list(source.rows())
    assert (source.reading.encoding, len(rows)) == ("utf-8", 60_000)
    assert {row.cells[1] for row in rows} == {"Größe"}
    assert source.notes == ["From line 50,002 on there are bytes that are not UTF-8; read as Windows-1252."]


def test_the_first_letter_beyond_ascii_may_come_late(opened: Opened) -> None:
    source = opened(b"a,b\n" + b"1,2\n" * 600_000 + b"\xe4\x81,x\n")
    assert source.reading.encoding == "windows-1252"
    *_, last = source.rows()
    assert last == Row(600_002, ["ä\x81", "x"])


def test_a_letter_cut_off_at_the_end_is_kept(opened: Opened) -> None:
    source = opened("a,b\n1,ääää".encode()[:-1])
    assert cells(source) == [["1", "äääÃ"]]


def test_the_encoding_can_be_chosen(opened: Opened) -> None:
    data = "Имя,Город\nАнна,Москва\n".encode("cp1251")
    source = opened(data, encoding="windows-1251")
    assert (source.headers, source.reading.encoding) == (("Имя", "Город"), "cp1251")
    assert opened("\ufeffa,b\n1,2\n", encoding="utf-8").headers == ("a", "b")
    assert opened("a,b\n1,2\n".encode("utf-16"), encoding="utf-16").headers == ("a", "b")
    for wrong in ("klingon", "rot13", "undefined", "a\0b"):
        with pytest.raises(SourceError, match=r"^There is no encoding .* Try utf-8"):
            opened(data, encoding=wrong)


def test_what_is_not_in_the_encoding_is_an_error_with_its_place(opened: Opened) -> None:
    with pytest.raises(
        SourceError, match=r"is not utf-16-le throughout: about 13 bytes in.* Choose another encoding\."
    ):
        opened(b"\xff\xfea\0,\0b\0\n\x001\0\x32")
    source = opened(b"a,b\n" + b"1,2\n" * 400_000 + b"\xff,x\n", encoding="ascii")
    with pytest.raises(SourceError, match="is not ascii throughout"):
        list(source.rows())


def test_ragged_rows_stay_as_they_are(opened: Opened) -> None:
    assert cells(opened("a,b,c\n1\n1,2,3,4\n1,2,3\n")) == [["1"], ["1", "2", "3", "4"], ["1", "2", "3"]]


def test_nul_characters_and_very_long_cells_stay(opened: Opened) -> None:
    long = "x" * 3_000_000
    assert cells(opened(f"a,b\nx\0y,{long}\n")) == [["x\0y", long]]


def test_headers_can_be_told_apart(opened: Opened) -> None:
    source = opened('Email,Email,,Email (2), Order  Id ,"Two\nlines",Email,\n1\n')
    assert source.headers == (
        "Email", "Email (3)", "Column 3", "Email (2)", "Order Id", "Two lines", "Email (4)", "Column 8",
    )  # fmt: skip


def test_ten_thousand_columns_are_ten_thousand_columns(opened: Opened) -> None:
    source = opened(",".join(["Loyalty tier"] * 10_000) + "\n" + ",".join(["x"] * 10_000) + "\n")
    assert len(source.headers or ()) == len(set(source.headers or ())) == 10_000
    assert [len(row.cells) for row in source.rows()] == [10_000]


def test_without_headers_the_columns_have_numbers(opened: Opened) -> None:
    source = opened("1,2\n3,4,5\n", has_header=False)
    assert (source.headers, source.reading.has_header) == (("Column 1", "Column 2", "Column 3"), False)
    assert list(source.rows()) == [Row(1, ["1", "2"]), Row(2, ["3", "4", "5"])]
    assert len(list(opened("1,2", has_header=False).rows())) == 1


def test_headers_that_look_like_data_are_told(opened: Opened) -> None:
    assert opened("a@shop.test,Ann\nb@shop.test,Ben\n").notes == [
        "The first row was taken for the headers, and looks like data."
    ]


EMPTY = [b"", b"\n\n", b" \r\n,,\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf\r\n"]


@pytest.mark.parametrize("data", EMPTY)
def test_a_file_without_anything_in_it_is_refused(opened: Opened, data: bytes) -> None:
    with pytest.raises(SourceError, match=r"^“orders\.csv” is empty\. Choose a file with "):
        opened(data)


@pytest.mark.parametrize("data", ["Email,Name", "Email,Name\n", "\nEmail,Name\n\n,\n", '"Email\nof them",Name\n'])
def test_headers_alone_are_refused(opened: Opened, data: str) -> None:
    with pytest.raises(SourceError, match=r"^“orders\.csv” has headers and no rows below them\.$"):
        opened(data)


UNCLOSED = r"The quote that begins in column 2 has no end where one can be. Close it, or remove it."


def test_a_quote_that_is_never_closed_costs_no_row(opened: Opened) -> None:
    source = opened('a,b,c\n1,x,y\n2,"broken,y\n3,x,y\n4,x,y\n')
    assert list(source.rows()) == [
        Row(2, ["1", "x", "y"]),
        Row(3, ["2", '"broken', "y"], "", UNCLOSED),
        Row(4, ["3", "x", "y"]),
        Row(5, ["4", "x", "y"]),
    ]


def test_a_quote_that_ends_in_another_row_costs_no_row(opened: Opened) -> None:
    source = opened('a,b\n1,"broken\n\n2,"whole"\n3,"two\nlines"\n4,"also broken\n5,"whole"\n6,"x\n')
    assert list(source.rows()) == [
        Row(2, ["1", '"broken'], "", UNCLOSED),
        Row(4, ["2", "whole"]),
        Row(5, ["3", "two\nlines"]),
        Row(6, ["4", '"also broken'], "", UNCLOSED),
        Row(7, ["5", "whole"]),
        Row(8, ["6", '"x'], "", UNCLOSED),
    ]
    assert source.notes == ["1 blank row was left out."]


def test_a_quote_left_open_in_a_long_file_costs_no_row(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LONGEST_CELL", 10_000)
    rows = [f"{number},x" for number in range(5000)]
    rows[7] = '7,"x'
    source = opened("a,b\n" + "\n".join(rows))
    assert [(row.number, row.problem) for row in source.rows() if row.problem] == [(9, UNCLOSED)]
    assert [row.cells[0] for row in source.rows()] == [str(number) for number in range(5000)]


def test_a_cell_that_is_too_long_is_told_and_its_start_kept(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LONGEST_CELL", 10_000)
    _, long, last = opened(f"a,b\n1,2\n3,{'x' * 20_000}\n5,6\n").rows()
    assert long.problem == "A cell is longer than 10,000 characters; only its start is kept. Shorten it."
    assert long.cells[0].startswith("3,xxx")  # type: ignore[union-attr]
    assert last == Row(4, ["5", "6"])


def test_quotes_in_the_middle_of_a_row_are_taken_as_they_are_meant(opened: Opened) -> None:
    assert cells(opened('a,b\n5" pipe,"a ""b"" c"\n"Ann" Lee,x\n2,"y"\n')) == [
        ['5" pipe', 'a "b" c'],
        ["Ann Lee", "x"],
        ["2", "y"],
    ]
    assert cells(opened('a\tb\n"Ann" Lee\tx\n')) == [['"Ann" Lee', "x"]]


def test_headers_with_a_broken_quote_are_refused_with_their_row(opened: Opened) -> None:
    with pytest.raises(SourceError, match=r"“orders\.csv”, row 1, the headers: The quote that begins in column 2 has"):
        opened('a,"b\n1,2\n3,4\n')


def test_a_file_deleted_while_it_is_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("a,b\n" + "1,2\n" * 300_000)
    source = open_source(file)
    rows = source.rows()
    next(rows)
    file.unlink()
    with pytest.raises(SourceError, match=r"^“orders\.csv” was deleted or moved while it was being read\. Put it back"):
        list(rows)
    with pytest.raises(SourceError, match=r"^“orders\.csv” is not there\."):
        list(source.rows())


@pytest.mark.parametrize("change", ["append", "replace"])
def test_a_file_changed_while_it_is_read_is_told(tmp_path: Path, change: str) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("a,b\n" + "1,2\n" * 300_000)
    source = open_source(file)
    rows = source.rows()
    next(rows)
    if change == "append":
        with file.open("a") as more:
            more.write("3,4\n")
    else:
        other = tmp_path / "other.csv"
        other.write_text("a,b\n" + "5,6\n" * 300_000)
        other.replace(file)
    for reading in (rows, source.rows()):
        with pytest.raises(SourceError, match=r"^“orders\.csv” was changed while it was being read\. Start again"):
            list(reading)


def test_what_is_no_table_is_refused(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for data, what in [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\x1f\x8b\x08\0\0", "a compressed file; unpack it first"),
        (bytes(range(32)) * 100, "no text"),
        (bytes(5000), "no text"),
    ]:
        with pytest.raises(SourceError, match=rf"^“orders\.csv” is {what}\. Choose CSV, XLSX, JSON or JSON Lines\.$"):
            opened(data)
    with pytest.raises(SourceError, match=r"is a folder\. Choose a file"):
        open_source(tmp_path)
    with pytest.raises(SourceError, match=r"^“gone\.csv” is not there\."):
        open_source(tmp_path / "gone.csv")
    monkeypatch.setattr(text, "LONGEST_LINE", 1 << 21)
    with pytest.raises(SourceError, match="has a line of more than 2 MB, so it is no table"):
        opened("x" * (1 << 22))


def test_a_big_file_is_never_held_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    with file.open("w") as out:
        out.write("a,b\n")
        for _ in range(20):
            out.write(f"{'x' * 500},{'y' * 500}\n" * 1000)
    tracemalloc.start()
    source = open_source(file)
    shares = [source.share for _ in source.rows()]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(shares) == 20_000
    assert shares == sorted(shares)
    assert (0 < shares[0] < 0.1, shares[-1]) == (True, 1.0)
    assert peak < 12_000_000 < file.stat().st_size


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', '""', 'a "b"', ",", ";", "\t", "|", "\n", "\r\n", "\r", 'x"\ny', " x ", '"x', "ä", "😀", "\u2028", "\0"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1)),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
    st.sampled_from(["\r\n", "\n"]),
)
@example([["\r", "x"]], ",", "utf-8", "\n")
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path: Path, rows: list[list[str]], delimiter: str, codec: str, end: str
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["Email", "Name", "Order Id", "Value", "City"][: len(rows[0])])
    writer.writerows([*rows, ["end"] * len(rows[0])])
    file = tmp_path / "orders.csv"
    file.write_bytes(out.getvalue().encode(codec))
    source = open_source(file, Reading(encoding=codec))
    assert source.reading.delimiter == delimiter
    read = list(source.rows())
    assert [row.problem for row in read if row.problem] == []
    kept = [(number, row) for number, row in enumerate(rows, 2) if any(cell.strip() for cell in row)]
    assert [(row.number, row.cells) for row in read[:-1]] == kept


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from([b"", b"\xff\xfe", b"\xef\xbb\xbf", b"[", b'{"events": [', b"PK\x03\x04", b"a,b\n1,2\n"]),
    st.lists(st.sampled_from([bytes([code]) for code in b'",;\t\n\r\0 {}[]:ab1\xe4\xff']), max_size=60),
    st.builds(Reading, st.sampled_from(["", "utf-8", "utf-16", "shift_jis"]), st.sampled_from(["", ";"])),
)
def test_whatever_the_bytes_there_are_rows_or_a_sentence(
    tmp_path: Path, start: bytes, rest: list[bytes], reading: Reading
) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(start + b"".join(rest))
    with suppress(SourceError):  # and no other exception
        assert list(open_source(file, reading).rows())
