"""From a file to a run: every row is there, whatever is wrong with it, and nothing is left of a half one."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from composer.event.table.guess import guess
from composer.event.table.mapping import Column, Mapping
from composer.storage.database import StorageError
from composer.storage.runs import Run, RunBusy, Runs, State, Status
from composer.storage.runs.importing import import_rows
from composer.storage.sources import Source, SourceError, open_source
from composer.storage.sources.source import Row
from tests.support.runs import event, states

Make = Callable[..., Run]


def opened(runs: Runs, path: Path) -> tuple[Run, Source]:
    source = open_source(path)
    kind = "events" if source.headers is None else "table"
    mapping = None if source.headers is None else guess(source.headers, [row.cells for row in source.rows()])
    return runs.create(path.name, str(path), kind, source.headers, source.reading._asdict(), mapping), source


def test_a_table_with_all_its_troubles(runs: Runs, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        'Event,Email,Phone,Value\nA,a@b.co,+12065551234,5\n\nB,b@c.co\nC,c@d.co,,,more\nD,"d@e.co,,\nE,e@f.co,#REF!,\n'
    )
    run, source = opened(runs, file)
    told: list[tuple[int, float]] = []
    assert import_rows(run, source, lambda rows, share: told.append((rows, share)))
    assert told == [(5, 1.0)]
    assert (run.info.status, run.info.rows, run.info.notes) == (Status.READY, 5, ("1 blank row was left out.",))
    assert {number: [each.code for each in run.record(number).said] for number in run.numbers()} == {
        2: ["value-without-currency"],
        4: ["short-row"],
        5: ["long-row"],
        6: ["unreadable-row"],
        7: ["spreadsheet-error", "bad-phone"],
    }
    assert states(run) == [State.WAITING, State.WAITING, State.HELD_BACK, State.HELD_BACK, State.HELD_BACK]
    assert run.record(6).source == ["D", '"d@e.co', "", ""]
    run.close()


def test_a_table_s_row_that_can_not_be_read_is_never_sent_unless_somebody_repairs_it(
    runs: Runs, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text('Event,Email\nA,a@b.co\n"B,b@c.co\n')
    run, source = opened(runs, file)
    import_rows(run, source)
    run.edit(3, event(3))
    assert states(run) == [State.WAITING, State.WAITING]
    run.edit(3, None)
    assert run.recheck(None)
    assert states(run) == [State.WAITING, State.HELD_BACK]
    assert run.record(3).said[0].code == "unreadable-row"
    run.close()


def test_events_keep_their_own_text(runs: Runs, tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    good = '{"eventName":"A","customer":{"email":"a@b.co"},"value":12.00,"valueCurrency":"USD"}'
    twice = '{"eventName":"A","eventName":"B","customer":{"email":"a@b.co"}}'
    file.write_text(f"\ufeff{good}\n{twice}\nnothing\n[]\n")
    run, source = opened(runs, file)
    assert import_rows(run, source)
    assert [record.said and record.said[0].code for record in run.records(run.numbers())] == [
        [], "duplicate-key", "unreadable-row", "not-an-object",
    ]  # fmt: skip
    assert run._database.read("SELECT source FROM texts WHERE number = 1") == [(good,)]
    assert run.record(3).text == "nothing"
    run.close()


def test_cells_of_all_types_come_back_as_they_were(runs: Runs) -> None:
    class Cells(Source):
        headers = ("Event", "Email", "Value", "data.Vip")
        share = 1.0

        def rows(self) -> Iterator[Row]:
            yield Row(2, ("Ä", "a@b.co", 12.0, True))
            yield Row(3, ("B", "b@c.co", 3, "\ud800"))

    from composer.event.table.mapping import Type
    from composer.storage.sources import Reading

    columns = (
        ("/eventName", Type.TEXT),
        ("/customer/email", Type.TEXT),
        ("/value", Type.NUMBER),
        ("/data/Vip", Type.TEXT),
    )
    mapping = Mapping(tuple(Column(path, path, kind, "point" if kind is Type.NUMBER else "") for path, kind in columns))
    run = runs.create("a.xlsx", "", "table", Cells.headers, {}, mapping)
    assert import_rows(run, Cells("a.xlsx", Reading()))
    first, second = run.records([2, 3])
    assert (first.source, second.source) == (["Ä", "a@b.co", 12.0, True], ["B", "b@c.co", 3, "\ud800"])
    assert [type(cell) for cell in first.source or ()] == [str, str, float, bool]
    assert json.loads(run.take(2, 1)[0].body)["data"] == {"Vip": "\ud800"}
    run.close()


def test_stopped_in_the_middle_nothing_is_left(runs: Runs, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("Event,Email\n" + "A,a@b.co\n" * 5000)
    run, source = opened(runs, file)
    assert import_rows(run, source, stop=lambda: True) is False
    assert runs.all() == []
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_file_that_breaks_off_leaves_a_run_that_says_so(runs: Runs, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("Event,Email\n" + "A,a@b.co\n" * 100_000)
    run, source = opened(runs, file)

    def change_the_file(rows: int, share: float) -> None:
        with file.open("a") as more:
            more.write("B,b@c.co\n")

    with pytest.raises(SourceError, match="was changed while it was being read"):
        import_rows(run, source, change_the_file)
    assert (run.info.status, run.is_held()) == (Status.IMPORTING, False)
    assert 0 < run.info.rows < 100_000
    runs.remove(run.id)
    assert runs.all() == []


def test_a_full_disk_is_told(runs: Runs, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("Event,Email\n" + "A,a@b.co\n" * 5000)
    run, source = opened(runs, file)
    run._database.read("PRAGMA max_page_count = 30")
    with pytest.raises(StorageError, match=r"^The disk is full"):
        import_rows(run, source)
    assert run.info.status is Status.IMPORTING
    runs.remove(run.id)


def test_meanwhile_the_run_is_held(runs: Runs, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("Event,Email\nA,a@b.co\n")
    run, source = opened(runs, file)

    def try_to_remove(rows: int, share: float) -> None:
        with pytest.raises(RunBusy):
            runs.remove(run.id)

    assert import_rows(run, source, try_to_remove)
    assert [info.id for info in runs.all()] == [run.id]
    run.close()


def test_memory_does_not_grow_with_the_file(runs: Runs, tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        file = tmp_path / f"{rows}.csv"
        with file.open("w") as out:
            out.write("Event,Email,uniqueId,data.Note\n")
            out.writelines(f"A,jane{row}@example.com,u-{row},{'x' * 50}\n" for row in range(rows))
        run, source = opened(runs, file)
        tracemalloc.start()
        import_rows(run, source)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        run.close()
        return most

    small, large = peak(4000), peak(24_000)
    assert large < small * 1.3
