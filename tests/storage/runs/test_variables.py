"""Variables in the rows of a run: resolved once and for all, whoever reads the row, and whenever."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer.event import jsontext
from composer.event.findings import Severity
from composer.event.payload import Json
from composer.event.table.guess import guess
from composer.event.table.mapping import Mapping as TableMapping
from composer.storage.database import FILE_NAME, Database
from composer.storage.history import History, RunKind, Search
from composer.storage.migrations import Migrations
from composer.storage.runs import Finished, Run, Runs, State
from composer.storage.runs import tables as run_tables
from composer.storage.runs.exporting import export
from composer.storage.runs.folder import new_id
from composer.storage.runs.importing import append, import_rows
from composer.storage.runs.indexing import index_runs
from composer.storage.runs.wire import text_of
from composer.storage.sources import open_source, pasted
from tests.support.runs import ACME, event, states

Make = Callable[..., Run]
TEMPLATE = {
    "eventName": "Order {{order}}",
    "customer": {"email": "{{$email}}", "firstName": "{{$first_name}}"},
    "value": "{{total}}",
    "valueCurrency": "USD",
    "uniqueId": "{{$uuid}}",
    "data": {
        "paid": "{{paid}}",
        "sent": "{{$now}}",
        "place": "{{$row}}",
        "turn": "{{$counter}}",
        "n": "{{$random 1 9}}",
    },
}
COLUMNS = "(id, name, path, created_ms, kind, headers, reading, mapping, options, status)"
VALUES = {"order": 7, "total": jsontext.parse("12.00").payload, "paid": True}


@pytest.fixture
def of_lines(runs: Runs, tmp_path: Path) -> Iterator[Make]:
    """A READY run of these lines of JSON Lines, of which None is blank, with values for their variables."""
    made: list[Run] = []

    def make(*lines: Json, variables: Mapping[str, Json] | None = VALUES) -> Run:
        file = tmp_path / "in.jsonl"
        file.write_text("\n".join("" if line is None else text_of(line, True) for line in lines), "utf-8")
        source = open_source(file)
        made.append(runs.create("in.jsonl", "", "events", None, {}, None, variables=variables))
        assert import_rows(made[-1], source)
        return made[-1]

    yield make
    for run in made:
        run.close()


@pytest.fixture
def of_cells(runs: Runs) -> Iterator[Make]:
    """A READY run of a table as a spreadsheet copies it; `left_out` are the headers of columns that go nowhere."""
    made: list[Run] = []

    def make(text: str, base: Json, left_out: str = "", **variables: Json) -> Run:
        source = pasted(text)
        assert source.headers is not None
        mapping = guess(source.headers, [row.cells for row in source.rows()])
        columns = tuple(each._replace(path="") if each.header in left_out else each for each in mapping.columns)
        mapping = TableMapping(columns, base)
        made.append(runs.create("o.csv", "", "table", source.headers, {}, mapping, variables=variables))
        assert import_rows(made[-1], source)
        return made[-1]

    yield make
    for run in made:
        run.close()


def wire(run: Run) -> list[bytes]:
    return [parcel.body for parcel in run.take(0, 1000)]


def codes(run: Run) -> list[tuple[int, str, str]]:
    return [(row.number, each.code, each.path) for row in run.records(run.numbers()) for each in row.said]


def test_each_row_has_its_own_values_and_types_stay(of_lines: Make) -> None:
    run = of_lines(TEMPLATE, None, TEMPLATE)
    first, second = (json.loads(body) for body in wire(run))
    assert (first["eventName"], first["value"], first["data"]["paid"]) == ("Order 7", 12, True)
    assert b'"value":12.00,' in wire(run)[0]  # a number stays as it was written
    assert [each["data"]["place"] for each in (first, second)] == [1, 3]  # blank lines have numbers
    assert [each["data"]["turn"] for each in (first, second)] == [1, 2]
    assert first["uniqueId"] != second["uniqueId"]
    assert first["customer"]["email"] != second["customer"]["email"]
    created = datetime.fromtimestamp(run.info.created_ms // 1000, UTC)
    assert {each["data"]["sent"] for each in (first, second)} == {f"{created:%Y-%m-%dT%H:%M:%SZ}"}
    assert codes(run) == []


def test_whoever_reads_a_row_gets_the_same(of_lines: Make, runs: Runs, tmp_path: Path) -> None:
    run = of_lines(TEMPLATE, TEMPLATE, event(3))
    sent = wire(run)
    records = run.records([1, 2, 3])
    assert [record.text.encode() for record in records[:2]] == sent[:2]
    assert [text_of(record.event, True) for record in records[:2]] == [body.decode() for body in sent[:2]]
    with closing(runs.open(run.id)) as again:  # another process, another day
        assert wire(again) == sent
        assert again.record(2) == records[1]
        assert export(again, [1, 2], tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes().splitlines() == sent[:2]
    assert run.recheck(None)
    assert wire(run) == sent


def test_a_row_that_is_sent_again_after_a_crash_is_the_same_event(of_lines: Make, runs: Runs) -> None:
    run = of_lines(TEMPLATE, TEMPLATE)
    sent = wire(run)
    with run.hold():
        run.begin([1, 2])
    with closing(runs.open(run.id)) as again, again.hold():
        again.recover()
        assert wire(again) == sent
        again.finish([Finished(again.begin([1, 2]), "no-answer", State.NO_ANSWER, "")])
        assert again.retry() == 2
        assert wire(again) == sent


def test_the_history_finds_what_was_sent_not_what_was_written(of_lines: Make, runs: Runs, tmp_path: Path) -> None:
    run = of_lines(TEMPLATE)
    person = json.loads(wire(run)[0])["customer"]["firstName"]
    with run.hold(ACME):
        run.finish([Finished(run.begin([1]), "queued", State.QUEUED, "", 202)])
    with closing(Database(tmp_path / FILE_NAME)) as database:
        history = History(database)
        entry = history.begin_run(ACME, run.id, "in.jsonl", "events", 1)
        history.tell_run(entry, RunKind.PAUSED, "", 1)
        assert index_runs(history, runs, lambda: False)
        assert [found.id for found in history.page(Search(person))] == [entry]
        assert history.page(Search("first_name")) == []


def test_a_column_gives_its_cells_to_the_template(of_cells: Make) -> None:
    base = {**TEMPLATE, "data": {"note": "{{order}} of {{Ship To}}"}}
    run = of_cells(
        "Order\tEmail\tTotal\tship_to\nA1\ta@b.co\t12.50\tNorth\nA2\tb@b.co\t\t \n",
        base,
        "Order ship_to Total",
        total=5,
    )
    first, second = (record.event for record in run.records([2, 3]))
    assert first["value"] == 12.5  # the column is read as a number, though it goes nowhere
    assert (first["eventName"], first["data"]) == ("Order A1", {"note": "A1 of North"})
    assert second["value"] == 5  # an empty cell has no value: the one given for all rows
    assert second["data"] == {"note": "A2 of {{Ship To}}"}
    assert codes(run) == [(3, "unknown-variable", "/data/note")]
    assert states(run) == [State.WAITING, State.HELD_BACK]


def test_a_cell_is_resolved_but_what_it_gives_is_not_resolved_again(of_cells: Make) -> None:
    run = of_cells(
        "Event\tEmail\tFirst name\nHi {{first_name}}\ta@b.co\t{{first_name}}\nHi {{first_name}}\ta@b.co\tAnn\n", {}
    )
    assert [record.event["eventName"] for record in run.records([2, 3])] == ["Hi {{first_name}}", "Hi Ann"]
    assert codes(run) == [(2, "unknown-variable", "/eventName"), (2, "unknown-variable", "/customer/firstName")]
    literal = of_cells("Event\tEmail\nHi {{x}}\ta@b.co\n", {}, x="{{$now}}")
    assert literal.record(2).event["eventName"] == "Hi {{$now}}"
    assert literal.record(2).template["eventName"] == r"Hi \{{$now}}"


def test_unknown_names_hold_rows_back_and_are_fixed_in_all_of_them(of_cells: Make) -> None:
    run = of_cells(
        "Event\tEmail\tMail text\nA\ta@b.co\tDear {{nobody}}, {{$now date}}\nB\tb@b.co\tDear {{no one}}\n", {}
    )
    assert states(run) == [State.HELD_BACK] * 2
    (group,) = [each for each in run.groups() if each.code == "unknown-variable"]
    assert (group.rows, group.severity, group.fixes) == (2, Severity.ERROR, ("Send it as it is",))
    assert run.fix_all(group.kind) == 2
    assert states(run) == [State.WAITING] * 2
    texts = [record.event["data"]["Mail text"] for record in run.records([2, 3])]
    assert texts[0].startswith("Dear {{nobody}}, 20")
    assert texts[1] == "Dear {{no one}}"
    assert [json.loads(body)["data"]["Mail text"] for body in wire(run)] == texts


def test_a_fix_of_something_else_leaves_the_variables_varying(of_lines: Make) -> None:
    run = of_lines({**TEMPLATE, "valueCurrency": "usd"}, {**TEMPLATE, "valueCurrency": "usd"})
    (group,) = run.groups()
    before = run.records([1, 2])
    assert run.fix_all(group.kind) == 2
    after = run.records([1, 2])
    for one, other in zip(before, after, strict=True):
        assert other.event == {**one.event, "valueCurrency": "USD"}
    assert run.recheck(None, variables={**VALUES, "order": 8})
    assert [record.event["eventName"] for record in run.records([1, 2])] == ["Order 8"] * 2


def test_a_value_from_a_variable_is_not_repaired_away(of_lines: Make) -> None:
    run = of_lines({**TEMPLATE, "valueCurrency": "{{currency}}"}, variables={**VALUES, "currency": "usd"})
    (group,) = run.groups()
    assert (group.path, group.fixes) == ("/valueCurrency", ())


def test_other_values_bring_rows_back_in(of_lines: Make, of_cells: Make) -> None:
    run = of_lines(TEMPLATE, event(2), variables={})
    run.edit(2, {**event(2), "eventName": "Edited {{order}}"})
    assert states(run) == [State.HELD_BACK] * 2
    assert {group.path for group in run.groups()} == {"/eventName", "/value", "/data/paid"}
    assert run.recheck(None, variables=VALUES)
    assert (states(run), run.groups(), dict(run.info.variables or {})) == ([State.WAITING] * 2, [], VALUES)
    assert run.record(2).event["eventName"] == "Edited 7"
    table = of_cells("Event\tEmail\tCurrency\tx\nA {{order}}\ta@b.co\tusd\n", {})
    assert table.fix_all(next(each.kind for each in table.groups() if each.code == "bad-currency")) == 1
    assert table.recheck(None, variables={"order": 1})
    assert table.record(2).event["eventName"] == "A 1"
    assert [code for _, code, _ in codes(table)] == ["short-row", "currency-without-value"]
    table.edit(2, {**table.record(2).event, "eventName": "{{x}} {{currency}}"})
    assert table.recheck(None, variables={"x": "given"})
    assert table.record(2).event["eventName"] == "given usd"  # an edited row still has its cells


def test_what_is_edited_is_the_event_and_a_template_only_while_something_is_missing(of_lines: Make) -> None:
    run = of_lines(TEMPLATE, {**TEMPLATE, "eventName": "{{nobody}}"})
    whole, held = run.records([1, 2])
    assert whole.template == whole.event
    assert held.template["eventName"] == "{{nobody}}"
    assert held.template["uniqueId"] == "{{$uuid}}"
    run.edit(1, whole.template)
    assert wire(run)[0].decode() == text_of(whole.event, True)


def test_the_same_unique_id_in_two_rows_is_said_of_what_is_sent(of_lines: Make) -> None:
    run = of_lines({**TEMPLATE, "uniqueId": "{{order}}-{{$counter}}"}, {**TEMPLATE, "uniqueId": "7-1"})
    assert codes(run) == [(2, "repeated-unique-id", "/uniqueId")]


def test_a_template_many_times(runs: Runs) -> None:
    with closing(runs.create("Composed", "", "events", None, {}, None, variables=VALUES)) as run:
        assert append(run, json.dumps(TEMPLATE), 3)
        assert append(run, json.dumps({**TEMPLATE, "uniqueId": "u{{$counter}}"}), 2)
        sent = [json.loads(body) for body in wire(run)]
        assert [each["data"]["turn"] for each in sent] == [1, 2, 3, 4, 5]
        assert [each["uniqueId"] for each in sent[3:]] == ["u4", "u5"]
        assert len({each["uniqueId"] for each in sent}) == 5
        append(run, json.dumps({**TEMPLATE, "uniqueId": "u6"}))
        append(run, json.dumps({**TEMPLATE, "uniqueId": "u4"}))
        assert codes(run) == [(7, "repeated-unique-id", "/uniqueId")]  # of what the rows became when they were added
        sent = [json.loads(body) for body in wire(run)]
        assert run.recheck(None)
        assert [json.loads(body) for body in wire(run)] == sent


def test_a_run_is_made_under_the_id_its_rows_were_shown_with_unless_there_is_one(runs: Runs) -> None:
    wanted = new_id()
    made = [runs.create("x", "", "events", None, {}, None, run_id=wanted) for _ in range(2)]
    assert made[0].id == wanted != made[1].id
    assert [run.info.id for run in made] == [run.id for run in made]
    for run in made:
        run.close()


def test_rows_of_a_run_from_before_variables_go_out_as_they_were(runs: Runs, tmp_path: Path) -> None:
    text = json.dumps({**event(1), "eventName": "{{$now}} {{total}}"})
    with closing(runs.create("old", "", "events", None, {}, None, variables=None)) as run:
        append(run, text)
        assert (wire(run), codes(run)) == ([with_id(run, text)], [])
    old: Migrations = run_tables.MIGRATIONS[:1]
    with closing(Database(tmp_path / "old.db", old)) as database:
        assert database.read("SELECT count(*) FROM pragma_table_info('run') WHERE name = 'variables'") == [(0,)]
        database.write(
            f"INSERT INTO run {COLUMNS} VALUES ('old', '', '', 0, 'events', '[]', '{{}}', 'null', '[]', 'ready')"
        )
    with closing(Run(tmp_path / "old.db")) as opened:
        assert opened.info.variables is None


def with_id(run: Run, text: str) -> bytes:
    return (text[:-1] + f',"uniqueId":"{run.id}-1"}}').encode()


def test_braces_that_are_written_as_escapes_are_braces(runs: Runs) -> None:
    text = '{"eventName": "\\u007b\\u007btotal}}", "customer": {"email": "a@b.co"}, "uniqueId": "1"}'
    with closing(runs.create("x", "", "events", None, {}, None, variables={"total": 5})) as run:
        append(run, text.replace('}}"', '}} x"'))
        assert run.record(1).event["eventName"] == "5 x"


names = st.sampled_from(["{{a}}", "{{b c}}", "{{$uuid}}", "{{$random 1 9}}", "{{$row}}", "{{$counter}}", "{{$person}}"])
values = st.lists(st.one_of(names, st.text(max_size=6), st.sampled_from(["{{", "}}", "\\"])), max_size=4).map("".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.text(max_size=5), values, max_size=4), min_size=1, max_size=4), st.data())
def test_random_rows_are_the_same_whenever_they_are_read(runs: Runs, rows: list[Any], data: st.DataObject) -> None:
    variables = data.draw(st.dictionaries(st.sampled_from(["a", "b c"]), st.one_of(values, st.integers(), st.none())))
    with closing(runs.create("r", "", "events", None, {}, None, variables=variables)) as run:
        for row in rows:
            append(run, jsontext.write({**event(1), "data": row, "uniqueId": "{{$uuid}}"}, ""))
        records = run.records(run.numbers())
        with closing(runs.open(run.id)) as again:
            assert again.records(run.numbers()) == records
            sent = {parcel.number: parcel.body for parcel in again.take(0, 10)}
        for record in records:
            assert sent.get(record.number, to_wire(record.text)) == to_wire(record.text)
            run.edit(record.number, record.template)
            assert run.record(record.number).event == record.event
        run.remove()


def to_wire(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
