"""Rows as a file: it says how each row ended, opens safely in a spreadsheet, and comes back as it was."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from composer.event.table.cells import text_of
from composer.event.table.mapping import Column, Mapping
from composer.storage.database import StorageError
from composer.storage.runs import Added, Finished, Run, Runs, State
from composer.storage.runs.exporting import export
from composer.storage.runs.importing import import_rows
from composer.storage.sources import Source, open_source, pasted
from composer.storage.sources.returned import guarded, unguarded
from tests.support.runs import event

Make = Callable[..., Run]
TABLE = "Event\tEmail\tPhone\nA\ta@b.co\t+12065551234\nB\tbad\t\nC\tc@d.co\t\tmore\nD\td@e.co\n"


def cells(source: Source) -> list[list[object]]:
    return [list(row.cells) for row in source.rows()]


def written(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_table_gets_two_columns_and_loses_them_again(of_table: Make, tmp_path: Path) -> None:
    run = of_table(TABLE)
    with run.hold():
        run.finish([Finished(run.begin([2]), "rejected", State.REJECTED, "=cmd|' /C calc'!A0", 400)])
    run.exclude([5], True)
    told: list[tuple[int, int]] = []
    assert export(run, run.numbers(), tmp_path / "out.csv", lambda done, of: told.append((done, of)))
    assert told == [(4, 4)]
    assert written(tmp_path / "out.csv") == [
        ["Event", "Email", "Phone", "Composer: state", "Composer: reason"],
        ["A", "a@b.co", "+12065551234", "Rejected", "'=cmd|' /C calc'!A0"],
        ["B", "bad", "", "Not sent: errors", "Email is not an email address."],
        ["C", "c@d.co", "", "Not sent: errors", run.record(4).reason, "more"],
        ["D", "d@e.co", "", "Not sent: excluded", "excluded"],
    ]
    again = open_source(tmp_path / "out.csv")
    assert again.headers == ("Event", "Email", "Phone")
    assert cells(again) == [
        ["A", "a@b.co", "+12065551234"], ["B", "bad", ""], ["C", "c@d.co", "", "more"], ["D", "d@e.co", ""],
    ]  # fmt: skip
    assert again.notes[-1] == "The columns “Composer: state” and “Composer: reason” of an earlier run were left out."
    assert again.share == 1.0


def test_only_the_rows_asked_for_are_written(of_table: Make, tmp_path: Path) -> None:
    run = of_table(TABLE)
    assert export(run, run.numbers(states=[State.HELD_BACK]), tmp_path / "out.csv")
    assert [row[0] for row in written(tmp_path / "out.csv")[1:]] == ["B", "C"]


def test_events_are_written_as_json_lines_or_in_a_csv(of_events: Make, tmp_path: Path) -> None:
    pretty = json.dumps(event(2, value=1.5, valueCurrency="USD"), indent=2)
    run = of_events(event(1), pretty, "nothing", event(4))
    run.edit(4, event(4, eventName="Größe \ud83d"))
    assert export(run, run.numbers(), tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert lines[0] == json.dumps(event(1))
    assert json.loads(lines[1]) == json.loads(pretty)
    assert lines[2] == "nothing"
    assert json.loads(lines[3])["eventName"] == "Größe \ud83d"
    assert open_source(tmp_path / "out.jsonl").headers is None

    assert export(run, run.numbers(), tmp_path / "out.csv")
    assert written(tmp_path / "out.csv")[0] == ["Composer: event", "Composer: state", "Composer: reason"]
    again = open_source(tmp_path / "out.csv")
    assert again.headers is None
    assert [row.text for row in again.rows()] == [json.dumps(event(1)), pretty, "nothing", lines[3]]


def test_bytes_that_were_no_utf_8_are_written_as_they_were(runs: Runs, tmp_path: Path) -> None:
    good = json.dumps(event(1, eventName="äöüß"), ensure_ascii=False)
    (tmp_path / "in.jsonl").write_bytes(good.encode() + b'\n{"eventName": "\xe4"}\n')
    source = open_source(tmp_path / "in.jsonl")
    run = runs.create("in.jsonl", "", "events", None, {}, None)
    import_rows(run, source)
    export(run, run.numbers(), tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "in.jsonl").read_bytes()
    run.close()


def test_a_file_with_semicolons_keeps_them(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("Event;Email\nA;a@b.co\n")
    source = open_source(tmp_path / "in.csv")
    mapping = Mapping((Column("Event", "/eventName"), Column("Email", "/customer/email")))
    run = runs.create("in.csv", "", "table", source.headers, source.reading._asdict(), mapping)
    import_rows(run, source)
    export(run, run.numbers(), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(b'\xef\xbb\xbf"Event";"Email";"Composer: state"')
    assert cells(open_source(tmp_path / "out.csv")) == [["A", "a@b.co"]]
    run.close()


def test_stopped_or_refused_nothing_is_written_over(of_table: Make, tmp_path: Path) -> None:
    run = of_table(TABLE)
    (tmp_path / "out.csv").write_text("before")
    assert export(run, run.numbers(), tmp_path / "out.csv", stop=lambda: True) is False
    assert (tmp_path / "out.csv").read_text() == "before"
    with pytest.raises(StorageError, match=r"can't be written \(No such file or directory\)"):
        export(run, run.numbers(), tmp_path / "nowhere" / "out.csv")
    assert {path.name for path in tmp_path.iterdir()} == {"home", "out.csv", "runs"}


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1-2", "'+1-2"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("\uff1d1", "'\uff1d1"),
        ("'=1", "''=1"),
        ("+12065551234", "+12065551234"),
        ("-12.50", "-12.50"),
        ("-1e5", "-1e5"),
        ("-1,234.56", "-1,234.56"),
        ("'quoted", "'quoted"),
        ("it's =", "it's ="),
        ("", ""),
        (-5, "-5"),
        (True, "true"),
    ],
)
def test_no_cell_is_taken_for_a_formula(cell: str | float, safe: str) -> None:
    assert guarded(cell) == safe
    assert unguarded(safe) == text_of(cell)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.text(
    st.sampled_from("'=+-@\t\r\n\"; ,|1.eE"), max_size=6
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.lists(TEXTS, min_size=1, max_size=5), min_size=1, max_size=6))
@example(rows=[["'=1", "''+", "a\r\nb", "\n", "x"]])
def test_whatever_the_cells_are_they_come_back(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mapping = Mapping(
            (Column("Event", "/eventName"), Column("Email", "/customer/email"), Column("Note", "/data/Note"))
        )
        run = Runs(Path(folder)).create("a", "", "table", ("Event", "Email", "Note"), {}, mapping)
        run.add(Added(number, json.dumps(each), {}, []) for number, each in enumerate(rows, 2))
        run.added()
        path = Path(folder) / "out.csv"
        export(run, run.numbers(), path)
        run.close()
        again = open_source(path)
        assert again.headers == ("Event", "Email", "Note")
        assert cells(again) == [each + [""] * (3 - len(each)) for each in rows]


def test_what_is_copied_from_an_exported_file_comes_back_too(of_table: Make, tmp_path: Path) -> None:
    run = of_table(TABLE)
    export(run, run.numbers(), tmp_path / "out.csv")
    copied = "\n".join("\t".join(row) for row in written(tmp_path / "out.csv"))
    assert pasted(copied).headers == ("Event", "Email", "Phone")
