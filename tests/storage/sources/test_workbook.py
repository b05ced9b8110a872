"""Workbooks as spreadsheets write them, and as nobody should: each cell as it is read there, or a sentence."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from composer.storage.sources import Reading, Row, Source, SourceError, open_source, workbook

Opened = Callable[..., Source]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.xlsx"


def write(file: Path, *sheets: list[list[Any]], formats: dict[type, str] | None = None, **options: Any) -> Path:
    """A workbook with these sheets, "Sheet1" and on; None is no cell."""
    book = xlsxwriter.Workbook(file, options)
    styles = {kind: book.add_format({"num_format": style}) for kind, style in (formats or {}).items()}
    for rows in sheets:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value, styles.get(type(value)))
    book.close()
    return file


def by_hand(file: Path, cells: str, prefix: str = "", head: str = "") -> Path:
    """A workbook with one sheet whose rows are `cells`, for what no library writes."""
    space = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    parts = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": f"<Relationships xmlns='{PACKAGE}'><Relationship Id='rId1' Target='xl/workbook.xml' "
        f"Type='{RELATIONS}/officeDocument'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{RELATIONS}'><sheets>"
        "<sheet name='Orders' sheetId='1' r:id='rId7'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{PACKAGE}'><Relationship Id='rId7' "
        f"Type='{RELATIONS}/worksheet' Target='/xl/worksheets/one.xml'/>"
        "</Relationships>",
        "xl/worksheets/one.xml": f"{head}<{prefix}worksheet {space}='{MAIN}'><{prefix}sheetData>{cells}"
        f"</{prefix}sheetData></{prefix}worksheet>",
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file


def text(at: str, value: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'


def cells(source: Source) -> list[list[object]]:
    return [list(row.cells) for row in source.rows()]


def test_cells_are_what_a_person_reads(file: Path) -> None:
    formats = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss", time: "hh:mm", timedelta: "[h]:mm:ss"}
    rows = [
        ["Text", "Number", "Whole", "Yes", "Day", "Moment", "Time", "Long"],
        [" Grün ", 12.5, 12.0, True, date(2026, 4, 2), datetime(2026, 4, 2, 12, 30, 1), time(8, 15), timedelta(1.5)],
        ["2", -0.1, 1e15, False, date(1999, 12, 31), datetime(2026, 4, 2, 0, 0, 1), time(0, 0, 1), timedelta(0.5)],
    ]
    source = open_source(write(file, rows, formats=formats))
    assert source.headers == tuple(rows[0])
    assert (source.name, source.sheets, source.notes) == ("orders.xlsx", ("Sheet1",), [])
    assert source.reading == Reading(sheet="Sheet1")
    first, second = source.rows()
    assert first == Row(2, [" Grün ", 12.5, 12, True, "2026-04-02", "2026-04-02T12:30:01", "08:15:00", "36:00:00"])
    assert second == Row(3, ["2", -0.1, 10**15, False, "1999-12-31", "2026-04-02T00:00:01", "00:00:01", "12:00:00"])
    assert [type(cell) for cell in first.cells] == [str, float, int, bool, str, str, str, str]
    assert source.share == 1.0


def test_dates_that_count_from_1904_are_the_same_dates(file: Path) -> None:
    source = open_source(write(file, [["a"], [date(2026, 4, 2)]], formats={date: "dd.mm.yy"}, date_1904=True))
    assert cells(source) == [["2026-04-02"]]


def test_a_sheet_that_begins_further_down_keeps_its_row_numbers(file: Path) -> None:
    source = open_source(write(file, [[], [], [None, "Email", "Note"], [None, "a", "b"], [], [None, " "], [None, "c"]]))
    assert source.headers == ("Email", "Note")
    assert [(row.number, list(row.cells)) for row in source.rows()] == [(4, ["a", "b"]), (7, ["c", ""])]
    assert source.notes == ["4 blank rows were left out."]


def test_errors_are_named_where_they_are(file: Path) -> None:
    names = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"]
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(1, 2, [*names, "Last"])
    for column, name in enumerate(names, 2):
        sheet.write_formula(2, column, "=1/0", None, name)
    sheet.write(3, 2, "x")
    sheet.write_formula(3, 9, "=1/0", None, "#N/A")
    book.close()
    assert cells(open_source(file)) == [[*names, ""], ["x", *[""] * 6, "#N/A"]]


def test_an_error_alone_in_its_row_and_column_is_there(file: Path) -> None:
    by_hand(
        file,
        f'<row r="1">{text("B1", "Email")}</row><row r="2">{text("B2", "a")}</row>'
        '<row r="4"><c r="A4" t="e"><v>#REF!</v></c><c r="D4" t="e"><f>X</f><v>#N/A</v></c></row>',
    )
    source = open_source(file)
    assert source.headers == ("Column 1", "Email", "Column 3", "Column 4")
    assert cells(source) == [["", "a", "", ""], ["#REF!", "", "", "#N/A"]]


def test_formulas_give_their_saved_values_and_those_without_one_are_told(file: Path) -> None:
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row("A1", ["a", "b", "c", "d"])
    for row, column, value in [(1, 0, 12.0), (1, 1, "x"), (1, 2, True), (1, 3, ""), (2, 0, 1), (2, 1, "")]:
        sheet.write_formula(row, column, "=A9", None, value)
    book.close()
    source = open_source(file)
    assert cells(source) == [[12, "x", True, ""], [1, "", "", ""]]
    (note,) = source.notes
    assert note.startswith(
        "2 formulas have no saved value (the first in D2), so the cell is empty here. Open the workb"
    )


def test_each_way_to_write_a_formula_is_understood(file: Path) -> None:
    formulas = [
        ("<f>1</f>", True),
        ("<f>1</f><v/>", True),
        ("<f t='shared' si='0'/>", True),
        ("<f>1</f><v> </v>", True),
        ("<f>1</f><v>5</v>", False),
        ("<v>5</v>", False),
    ]
    row = "".join(f"<c>{inside}</c>" for inside, _ in formulas) + "<c t='str'><f>\"\"</f><v></v></c>"
    by_hand(file, f"<row r='1'>{text('A1', 'a')}{text('B1', 'b')}</row><row r='2'>{row}</row>")
    assert open_source(file).notes[0].startswith("4 formulas have no saved value (the first in A2)")
    by_hand(file, f"<row>{text('A1', 'a')}</row><row><c r='A2'><v>1</v></c><c r='B2'><f>1</f></c></row>")
    assert open_source(file).notes[0].startswith("1 formula has no saved value (the first in B2)")


def test_names_with_a_prefix_and_cells_without_a_place(file: Path) -> None:
    by_hand(
        file,
        '<x:row><x:c t="inlineStr"><x:is><x:t>Email</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:t>B</x:t></x:is>'
        '</x:c></x:row><x:row><x:c><x:v>1</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c></x:row>',
        prefix="x:",
    )
    source = open_source(file)
    assert (source.headers, cells(source)) == (("Email", "B"), [[1, "#N/A"]])


def test_hidden_rows_are_read_and_told(file: Path) -> None:
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for row in range(4):
        sheet.write(row, 0, f"x{row}")
    sheet.set_row(2, options={"hidden": True})
    book.close()
    source = open_source(file)
    assert cells(source) == [["x1"], ["x2"], ["x3"]]
    assert source.notes == ["1 hidden row is read, too."]


def test_a_sheet_can_be_chosen_else_it_is_the_first_that_is_seen_and_filled(file: Path) -> None:
    book = xlsxwriter.Workbook(file)
    book.add_chartsheet("Chart").set_chart(_chart(book))
    for name, cell in [("Empty", ""), ("Hidden", "hidden"), ("Orders", "orders"), ("More & more", "more")]:
        sheet = book.add_worksheet(name)
        if cell:
            sheet.write_column("A1", ["Header", cell])
        if name == "Hidden":
            sheet.hide()
    book.worksheets()[-1].activate()
    book.close()
    source = open_source(file)
    assert source.sheets == ("Empty", "Hidden", "Orders", "More & more")
    assert (source.reading.sheet, cells(source)) == ("Orders", [["orders"]])
    for sheet, cell in [("More & more", "more"), ("Hidden", "hidden")]:
        assert cells(open_source(file, Reading(sheet=sheet))) == [[cell]]
    with pytest.raises(SourceError, match=r"^“orders\.xlsx” has no sheet “Gone”\. Choose another one\.$"):
        open_source(file, Reading(sheet="Gone"))
    with pytest.raises(SourceError, match=r"^“orders\.xlsx” is empty"):
        open_source(file, Reading(sheet="Empty"))


def _chart(book: xlsxwriter.Workbook) -> Any:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Orders!$A$1:$A$2"})
    return chart


def test_headers_of_any_kind_are_texts_that_can_be_told_apart(file: Path) -> None:
    source = open_source(write(file, [["Email", 2026, "Email", None, True, 1.5], ["x"] * 6]))
    assert source.headers == ("Email", "2026", "Email (2)", "Column 4", "true", "1.5")


def test_without_headers_the_columns_have_numbers(file: Path) -> None:
    source = open_source(write(file, [["a", 1], ["b", 2]]), Reading(has_header=False))
    assert source.headers == ("Column 1", "Column 2")
    assert [row.number for row in source.rows()] == [1, 2]


def test_a_workbook_is_told_by_what_is_in_it(file: Path) -> None:
    for suffix in (".csv", ".xls", ".ods", ""):
        write(file, [["Email"], ["a"]]).rename(file.with_suffix(suffix))
        assert open_source(file.with_suffix(suffix)).headers == ("Email",)
    file.write_text("Email\na\n")
    assert open_source(file).reading.delimiter == ","


def test_a_workbook_without_rows_is_refused(file: Path) -> None:
    with pytest.raises(SourceError, match=r"^“orders\.xlsx” is empty: no sheet has a cell filled in\.$"):
        open_source(write(file, [], []))
    with pytest.raises(SourceError, match=r"^“orders\.xlsx” has headers and no rows below them\.$"):
        open_source(write(file, [["Email", "Name"]]))


PROTECTED = r"^“orders\.xlsx” is protected with a password\. Save a copy without one, and choose that\.$"
CORRUPT = r"^“orders\.xlsx” is damaged, or no workbook\. Open it in a spreadsheet and save it anew, or as CSV\.$"


def test_a_password_is_told(file: Path) -> None:
    file.write_bytes(OLE + bytes(3000) + "EncryptedPackage".encode("utf-16-le") + bytes(3000))
    with pytest.raises(SourceError, match=PROTECTED):
        open_source(file)


def test_a_damaged_workbook_is_told(file: Path) -> None:
    whole = write(file, [["Email"], *[[f"x{n}"] for n in range(500)]]).read_bytes()
    at = whole.index(b"xl/worksheets/sheet1.xml") + 40
    flipped = whole[:at] + bytes(byte ^ 0xFF for byte in whole[at : at + 200]) + whole[at + 200 :]
    for data in (
        whole[:100],
        whole[:-100],
        whole[: len(whole) // 2],
        flipped,
    ):
        file.write_bytes(data)
        with pytest.raises(SourceError, match=CORRUPT):
            open_source(file)


def test_a_sheet_by_hand_is_a_sheet(file: Path) -> None:
    """What the tests of broken ones start from."""
    by_hand(file, f"<row r='1'>{text('A1', 'Email')}</row><row r='2'>{text('A2', 'x')}</row>")
    assert cells(open_source(file)) == [["x"]]


@pytest.mark.parametrize(
    "cells",
    ["<row", "<row r='1'><c r='A1'></row>", "<row r='x'/>", "<row r='1'><c r='ABCD1'><v>1</v></c></row>",
     "<row r='1'><c r='1'><v>1</v></c></row>"],
)  # fmt: skip
def test_a_broken_sheet_is_told(file: Path, cells: str) -> None:
    with pytest.raises(SourceError, match=CORRUPT):
        open_source(by_hand(file, cells))


def test_text_that_would_grow_without_end_is_refused(file: Path) -> None:
    head = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(SourceError, match=CORRUPT):
        open_source(by_hand(file, f"<row r='1'>{text('A1', '&b;')}</row>", head=head))


def test_parts_that_are_missing_are_told(file: Path) -> None:
    by_hand(file, "")
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for missing in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/worksheets/one.xml"):
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in parts.items():
                if name != missing:
                    archive.writestr(name, data)
        with pytest.raises(SourceError, match=CORRUPT):
            open_source(file)


def test_another_archive_is_told(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("orders.csv", "a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"^“orders\.xlsx” is an archive and no workbook\. Unpack it, and choose"):
        open_source(file)


def test_a_cell_in_the_far_corner_is_told_and_does_not_end_the_app(file: Path) -> None:
    by_hand(
        file,
        f"<row r='1'>{text('A1', 'Email')}</row><row r='2'>{text('A2', 'x')}</row>"
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    )
    with pytest.raises(SourceError) as refused:
        open_source(file)
    assert str(refused.value) == (
        "“orders.xlsx”: the sheet “Orders” reaches to row 1,048,576 and column 16,384, too far to be read. "
        "Delete what stands far out, or save the sheet as CSV."
    )


def test_a_far_cell_that_is_only_coloured_does_no_harm(file: Path) -> None:
    by_hand(
        file,
        f"<row r='1'>{text('A1', 'Email')}</row><row r='2'>{text('A2', 'x')}</row>"
        "<row r='1048576'><c r='XFD1048576' s='1'/></row>",
    )
    assert cells(open_source(file)) == [["x"]]


def test_too_many_texts_are_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_STRINGS", 100)
    with pytest.raises(SourceError, match=r"GB of texts\. Save it as CSV\.$"):
        open_source(write(file, [[f"header {n}" for n in range(20)], ["x"]]))


def test_an_opened_workbook_no_longer_needs_its_file(file: Path) -> None:
    source = open_source(write(file, [["Email"], ["a"], ["b"]]))
    file.unlink()
    assert cells(source) == [["a"], ["b"]]


@pytest.mark.parametrize("part", ["content.xml", "xl/workbook.bin"])
def test_workbooks_of_other_kinds_are_told(file: Path, part: str) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(part, "")
    with pytest.raises(
        SourceError, match=r"^“orders\.xlsx” is a workbook of another kind \(ODS or XLSB\)\. Save it as"
    ):
        open_source(file)
    file.write_bytes(OLE + bytes(5000))
    with pytest.raises(
        SourceError, match=r"^“orders\.xlsx” is a file of an old kind \(XLS\?\)\. Save it as XLSX or CSV"
    ):
        open_source(file)
