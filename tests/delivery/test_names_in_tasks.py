"""What was sent to a store is learnt by the task that tidies up, and the tasks that read rows hold them against it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from composer import paths
from composer.delivery.tasks import work_for
from composer.event import jsontext
from composer.event.vocabulary import DRIFT
from composer.storage.database import FILE_NAME, Database
from composer.storage.history import Answer, Attempt, History, RunKind
from composer.storage.runs import Finished, Run, Runs, State
from composer.storage.stores import Kind, Store, Stores
from composer.storage.vocabulary import Vocabularies
from tests.support.runs import event

ROWS = "".join(json.dumps(event(number, data={"Total": total})) + "\n" for number, total in ((1, 5), (2, "6")))


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("EVENT_COMPOSER_HOME", str(tmp_path))
    database = Database(paths.data_folder() / FILE_NAME)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> Store:
    return Stores(database).add("Acme", Kind.TEST, "https://api.example.com/v2.2", "5a4db0c50000000000000001")


@pytest.fixture
def runs(database: Database) -> Runs:
    return Runs(paths.data_folder())


def do(task: str, **told: Any) -> dict[str, Any]:
    return work_for({"task": task, **told}).run(lambda _: None)


def send(database: Database, store: Store, times: int) -> None:
    history = History(database)
    for number in range(times):
        body = json.dumps(event(number, data={"Total": number})).encode()
        history.finish(history.begin(Attempt(store, "", "", "", body)), Answer("queued", ""))


def drifted(run: Run) -> int:
    return sum(group.rows for group in run.groups() if group.code == DRIFT)


def test_tidying_up_learns_from_attempts_and_from_rows_of_runs(database: Database, store: Store, runs: Runs) -> None:
    send(database, store, 150)
    history, run = History(database), runs.open(do("import", text=ROWS, mapping=None)["run"])
    entry = history.begin_run(store, run.id, run.info.name, "2 events", run.last())
    with run.hold(store):
        run.finish([Finished(run.begin([1, 2]), "queued", State.QUEUED, "")])
    history.tell_run(entry, RunKind.ALL_QUEUED, "", 1)
    run.close()
    assert Vocabularies(database).is_behind()
    do("tidy")
    assert not Vocabularies(database).is_behind()
    assert [(use.name, use.uses) for use in Vocabularies(database).of(store.id).event_names("")] == [
        ("Order Placed", 152)
    ]


def test_rows_are_held_against_the_names_of_the_store_that_is_meant(
    database: Database, store: Store, runs: Runs
) -> None:
    send(database, store, 3)
    held = runs.open(do("import", text=ROWS, mapping=None, vocabulary=store.id)["run"])
    free = runs.open(do("import", text=ROWS, mapping=None)["run"])
    assert (drifted(held), drifted(free)) == (1, 0)
    assert do("recheck", run=free.id, vocabulary=store.id) == {"whole": True}
    assert drifted(free) == 1
    (group,) = (group for group in held.groups() if group.code == DRIFT)
    assert do("fix", run=held.id, kind=group.kind, fix=0) == {"changed": 1}
    assert drifted(held) == 0
    do("append", run=held.id, text=json.dumps(event(3, data={"Total": "7"})), times=1)
    assert drifted(held) == 1
    held.close()
    free.close()


def test_an_event_that_is_added_to_a_new_run_is_held_against_them_too(
    database: Database, store: Store, runs: Runs
) -> None:
    send(database, store, 3)
    text = jsontext.dumps(event(1, data={"Total": "7"}))
    run = runs.open(do("append", name="Composed", text=text, times=1, vocabulary=store.id)["run"])
    assert drifted(run) == 1
    run.close()
