"""Rows are held against the names of a store; and what of them was queued is learnt, each row once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from composer.event.table.guess import guess
from composer.event.table.mapping import Type
from composer.event.vocabulary import DATA, DRIFT, EMPTY, NAME, UNUSUAL, Known, Use, Vocabulary
from composer.storage.database import FILE_NAME, Database
from composer.storage.history import History, RunKind
from composer.storage.runs import Finished, Run, Runs, State, Status
from composer.storage.runs.importing import append, import_rows
from composer.storage.runs.learning import learn_runs
from composer.storage.sources import pasted
from composer.storage.stores import Kind, Store, Stores
from composer.storage.vocabulary import Vocabularies
from tests.support.runs import added, event

WORDS = Vocabulary(
    [
        Known("Order Placed", NAME, Use("Order Placed", 40, 1)),
        Known("Order Placed", DATA, Use("Total", 40, 1, "number", 12)),
        Known("Order Placed", DATA, Use("Size", 40, 1, "text", 12)),
    ]
)
TABLE = """Event\tEmail\tTotal\tsize
Order Placed\ta@b.co\t5\tL
Order Placed\tb@b.co\t$6\tM
order_placed\tc@b.co\t7\tS
"""


def never() -> bool:
    return False


def of_table(runs: Runs, words: Vocabulary, text: str = TABLE) -> Run:
    source = pasted(text)
    assert source.headers is not None
    mapping = guess(source.headers, [row.cells for row in source.rows()])
    columns = [each._replace(type=Type.TEXT, format="") for each in mapping.columns]
    mapping = mapping._replace(columns=tuple(columns))
    run = runs.create("o.csv", "", "table", source.headers, source.reading._asdict(), mapping, vocabulary=words)
    assert import_rows(run, source)
    return run


def of_events(runs: Runs, words: Vocabulary, *events: Any) -> Run:
    run = runs.create("o.jsonl", "", "events", None, {}, None, vocabulary=words)
    for each in events:
        append(run, json.dumps(each))
    return run


def groups(run: Run) -> dict[tuple[str, str], int]:
    return {(group.code, group.path): group.rows for group in run.groups()}


def fix_all(run: Run, code: str, path: str) -> int:
    return run.fix_all(next(group.kind for group in run.groups() if (group.code, group.path) == (code, path)))


def test_rows_of_a_table_are_held_against_the_names_and_repaired(runs: Runs) -> None:
    run = of_table(runs, WORDS)
    assert groups(run) == {
        (DRIFT, "/data/Total"): 2,
        (UNUSUAL, "/data/size"): 2,
        (UNUSUAL, "/eventName"): 1,
        ("number-as-text", "/data/Total"): 1,
    }
    assert fix_all(run, UNUSUAL, "/eventName") == 1
    assert fix_all(run, DRIFT, "/data/Total") == 3  # the row that has its name now, too
    assert fix_all(run, UNUSUAL, "/data/size") == 3
    assert groups(run) == {}
    assert [record.event["data"] for record in run.records(run.numbers())] == [
        {"Total": 5, "Size": "L"},
        {"Total": 6, "Size": "M"},
        {"Total": 7, "Size": "S"},
    ]
    assert {record.event["eventName"] for record in run.records(run.numbers())} == {"Order Placed"}
    run.close()


def test_rows_that_are_events_are_too_when_imported_added_and_edited(runs: Runs) -> None:
    text = "".join(json.dumps(event(number, data={"Total": total})) + "\n" for number, total in ((1, 5), (2, "6")))
    run = runs.create("o.jsonl", "", "events", None, {}, None, vocabulary=WORDS)
    assert import_rows(run, pasted(text))
    assert groups(run) == {(DRIFT, "/data/Total"): 1}
    append(run, json.dumps(event(3, data={"Total": "7"})), 2)
    assert groups(run) == {(DRIFT, "/data/Total"): 3}
    run.edit(1, event(1, data={"Total": "8", "size": "L"}))
    assert [finding.code for finding in run.record(1).said] == [DRIFT, UNUSUAL]
    run.close()


def test_the_file_remembers_what_it_was_held_against(runs: Runs) -> None:
    made = of_table(runs, WORDS)
    made.close()
    run = runs.open(made.id)
    assert sorted(run.vocabulary().known()) == sorted(WORDS.known())
    assert fix_all(run, DRIFT, "/data/Total") == 2
    run.close()


def test_a_run_is_read_anew_against_other_names(runs: Runs) -> None:
    run = of_table(runs, EMPTY)
    assert groups(run) == {("number-as-text", "/data/Total"): 2}
    run.edit(4, {**run.record(4).template, "value": 1, "valueCurrency": "USD"})
    assert run.recheck(None, vocabulary=WORDS)
    assert (UNUSUAL, "/eventName") in groups(run)  # of the row that was edited
    before = groups(run)
    assert run.recheck(None)
    assert groups(run) == before
    assert run.recheck(None, stop=lambda: True, vocabulary=EMPTY) is False
    assert run.recheck(None)
    assert groups(run) == before
    assert run.recheck(None, vocabulary=EMPTY)
    assert groups(run) == {("number-as-text", "/data/Total"): 2}
    run.close()


def test_a_value_of_a_variable_is_not_repaired(runs: Runs) -> None:
    run = runs.create("o.jsonl", "", "events", None, {}, None, variables={"total": "5"}, vocabulary=WORDS)
    append(run, json.dumps(event(1, data={"Total": "{{total}}"})))
    (group,) = run.groups()
    assert (group.code, group.fixes) == (DRIFT, ())
    run.close()


# -- learning


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / FILE_NAME)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> Store:
    return Stores(database).add("Acme", Kind.TEST, "https://api.example.com/v2.2", "5a4db0c50000000000000001")


@pytest.fixture
def vocabularies(database: Database) -> Vocabularies:
    return Vocabularies(database)


def sent(run: Run, store: Store, numbers: list[int], state: State = State.QUEUED, **apart: Any) -> None:
    with run.hold(store):
        run.finish([Finished(run.begin(numbers), "queued", state, "", **apart)])


def a_run(runs: Runs, rows: int) -> Run:
    run = runs.create("orders.jsonl", "", "events", None, {}, None)
    run.add(added(number, event(number, data={f"Row {number}": 1})) for number in range(1, rows + 1))
    run.added()
    run.change(status=Status.READY)
    return run


def uses(vocabularies: Vocabularies, store: Store) -> dict[str, int]:
    words = vocabularies.of(store.id)
    return {use.name: use.uses for _, holder, use in words.known() if holder in (NAME, DATA)}


def test_rows_that_were_queued_are_learnt_when_the_sitting_has_ended(
    runs: Runs, database: Database, store: Store, vocabularies: Vocabularies
) -> None:
    history, run = History(database), a_run(runs, 5)
    entry = history.begin_run(store, run.id, "orders.jsonl", "5 events", run.last())
    sent(run, store, [1, 2])
    sent(run, store, [3], State.REJECTED)
    assert learn_runs(vocabularies, runs, never)
    assert uses(vocabularies, store) == {}  # it is under way still
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    assert vocabularies.is_behind()
    assert learn_runs(vocabularies, runs, never)
    assert not vocabularies.is_behind()
    assert uses(vocabularies, store) == {"Order Placed": 2, "Row 1": 1, "Row 2": 1}
    assert abs(next(iter(vocabularies.of(store.id).event_names(""))).last_ms - time.time() * 1000) < 60_000
    run.close()


def test_a_row_counts_once_however_often_it_was_tried(
    runs: Runs, database: Database, store: Store, vocabularies: Vocabularies
) -> None:
    history, run = History(database), a_run(runs, 3)
    entry = history.begin_run(store, run.id, "orders.jsonl", "3 events", run.last())
    sent(run, store, [1, 2, 3], State.WAITING)
    sent(run, store, [1, 2], State.QUEUED, apart=[(2, State.REJECTED, "no")])
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    for _ in range(2):
        assert learn_runs(vocabularies, runs, never)
    with run.hold(store):
        run.retry()
    sent(run, store, [2, 3])
    history.tell_run(entry, RunKind.ALL_QUEUED, "", 2)
    assert learn_runs(vocabularies, runs, never)
    assert uses(vocabularies, store) == {"Order Placed": 3, "Row 1": 1, "Row 2": 1, "Row 3": 1}
    run.close()


def test_learning_a_run_goes_on_after_it_was_stopped_and_waits_for_what_is_on_its_way(
    runs: Runs, database: Database, store: Store, vocabularies: Vocabularies
) -> None:
    history, run = History(database), a_run(runs, 30)
    entry = history.begin_run(store, run.id, "orders.jsonl", "30 events", run.last())
    for number in range(1, 21):
        sent(run, store, [number])
    with run.hold(store):
        open_still = run.begin([21])
    sent(run, store, [22])
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    asked = iter([False, True])
    assert not learn_runs(vocabularies, runs, lambda: next(asked))
    assert uses(vocabularies, store)["Order Placed"] == 5
    assert learn_runs(vocabularies, runs, never)
    assert uses(vocabularies, store)["Order Placed"] == 20
    with run.hold(store):
        run.finish([Finished(open_still, "queued", State.QUEUED, "")])
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    assert learn_runs(vocabularies, runs, never)
    assert uses(vocabularies, store)["Order Placed"] == 22
    run.close()


def test_what_another_process_has_learnt_of_a_run_meanwhile_is_not_learnt_again(
    runs: Runs, database: Database, store: Store, vocabularies: Vocabularies
) -> None:
    history, run = History(database), a_run(runs, 1)
    entry = history.begin_run(store, run.id, "orders.jsonl", "1 event", run.last())
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    (due,) = vocabularies.runs_due()
    for _ in range(2):
        vocabularies.learn_run(due, [(1, event(1))], 1)
    assert uses(vocabularies, store) == {"Order Placed": 1}
    run.close()


def test_of_a_run_before_the_names_were_forgotten_nothing_is_learnt(
    runs: Runs, database: Database, store: Store, vocabularies: Vocabularies
) -> None:
    history, run = History(database), a_run(runs, 2)
    entry = history.begin_run(store, run.id, "orders.jsonl", "2 events", run.last())
    sent(run, store, [1])
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    vocabularies.forget(store.id)
    assert learn_runs(vocabularies, runs, never)
    assert uses(vocabularies, store) == {}
    assert not vocabularies.is_behind()
    run.close()


def test_a_run_that_is_gone_teaches_nothing(
    runs: Runs, database: Database, store: Store, vocabularies: Vocabularies
) -> None:
    history, run = History(database), a_run(runs, 2)
    entry = history.begin_run(store, run.id, "orders.jsonl", "2 events", run.last())
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    runs.remove(run.id)
    assert learn_runs(vocabularies, runs, never)
    assert not vocabularies.is_behind()
    history.tell_run(entry, RunKind.PAUSED, "", 1)
    history.remove([entry])
    assert vocabularies.runs_due() == []
    run.close()
