"""The folder of runs: each in a file of its own, and one that can't be read never hides the others."""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from composer.event.table.mapping import Column, Mapping, Type
from composer.storage.database import StorageError
from composer.storage.runs import Options, Run, RunBusy, RunError, Runs, Status
from composer.storage.runs.tables import MIGRATIONS
from tests.support.runs import ACME, OTHER, event

Make = Callable[..., Run]


def test_what_is_known_of_a_run_comes_back_as_it_was(runs: Runs) -> None:
    mapping = Mapping((Column("Wert", "/value", Type.NUMBER, "comma"), Column("x", "")), {"eventName": "Größe 😀"})
    reading = {"encoding": "utf-8", "delimiter": ";", "sheet": "", "has_header": True}
    run = runs.create("März \ud83d.csv", "C:\\März.csv", "table", ("Wert", "x"), reading, mapping, Options(False, True))
    fresh = run.info
    assert re.fullmatch(r"run-[0-9a-f]{12}", fresh.id)
    assert (fresh.name, fresh.path, fresh.kind, fresh.headers) == (
        "März \ud83d.csv",
        "C:\\März.csv",
        "table",
        ("Wert", "x"),
    )
    assert (fresh.reading, fresh.options, fresh.status) == (reading, Options(False, True), Status.IMPORTING)
    assert fresh.mapping["base"] == {"eventName": "Größe 😀"}
    assert (fresh.store, fresh.entry, fresh.rows, fresh.requests, fresh.seconds, fresh.notes) == (
        None,
        0,
        0,
        0,
        0.0,
        (),
    )

    run.change(store=ACME, status=Status.PAUSED, reason="Äh \udc00", entry=12, seconds=3.5, notes=("One.", "Two."))
    again = runs.open(fresh.id).info
    assert again == fresh._replace(
        store=ACME, status=Status.PAUSED, reason="Äh \udc00", entry=12, seconds=3.5, notes=("One.", "Two.")
    )
    run.close()


def test_a_field_that_nobody_may_write_is_our_own_mistake(runs: Runs) -> None:
    with pytest.raises(KeyError):
        runs.create("a", "", "events", None, {}, None).change(requests=4)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_folder_and_files_are_the_owners_alone(runs: Runs, tmp_path: Path) -> None:
    with runs.create("a", "", "events", None, {}, None).hold(ACME):
        files = list((tmp_path / "runs").iterdir())
        assert len(files) >= 3
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "runs").stat().st_mode) == 0o700


def test_the_newest_run_is_the_first(runs: Runs) -> None:
    assert (runs.all(), runs.latest()) == ([], None)
    made = [runs.create(name, "", "events", None, {}, None) for name in "abc"]
    for age, run in enumerate(made):
        with run._database.transaction() as connection:
            connection.execute("UPDATE run SET created_ms = ?", (1000 + age,))
    assert [info.name for info in runs.all()] == ["c", "b", "a"]
    assert runs.latest() == made[2].id
    runs.remove(made[2].id)
    assert runs.latest() == made[1].id


def test_broken_and_newer_files_are_listed_with_the_reason(runs: Runs, tmp_path: Path) -> None:
    whole = runs.create("whole.csv", "", "events", None, {}, None)
    newer = runs.create("newer.csv", "", "events", None, {}, None)
    newer._database.write(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.close()
    (tmp_path / "runs" / "run-0123456789ab.db").write_bytes(b"no database\n" * 100)
    empty = tmp_path / "runs" / "run-ba9876543210.db"
    empty.touch()

    listed = {info.id: info for info in runs.all()}
    assert listed[whole.id].status is Status.IMPORTING
    assert "newer version of Event Composer" in listed[newer.id].reason
    assert "is damaged or is not a file" in listed["run-0123456789ab"].reason
    assert "holds no run" in listed["run-ba9876543210"].reason
    assert [info.id for info in listed.values() if info.status is not Status.BROKEN] == [whole.id] == [runs.latest()]
    for run in listed:
        runs.remove(run)
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_run_that_is_gone_is_told_and_not_made_anew(runs: Runs, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"The run run-000000000000 is not there any more"):
        runs.open("run-000000000000")
    runs.remove("run-000000000000")
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_run_at_work_can_not_be_removed(runs: Runs, of_events: Make) -> None:
    run = of_events(event(1))
    with run.hold(), pytest.raises(RunBusy, match=r"works on “orders.jsonl” at the moment"):
        runs.remove(run.id)
    assert runs.latest() == run.id
    runs.remove(run.id)
    assert runs.latest() is None


def test_what_was_sent_to_one_store_does_not_go_on_to_another(of_events: Make) -> None:
    run = of_events(event(1))
    run.change(store=ACME)
    run.change(store=OTHER)
    with run.hold():
        run.begin([1])
        run.change(store=OTHER.at("https://elsewhere.example.com"))  # the same store
        with pytest.raises(RunError, match=r"begun to send to “Other”"):
            run.change(store=ACME)
    assert run.info.store == OTHER.at("https://elsewhere.example.com")


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="can't be made"):
        Runs(tmp_path / "file")


def test_a_full_disk_is_told_and_loses_nothing(of_events: Make) -> None:
    run = of_events(event(1))
    pages = run._database.read("PRAGMA page_count")[0][0]
    run._database.read(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match=r"^The disk is full"):
        run.edit(1, event(1, data={"Note": "x" * 90_000}))
    assert run.record(1).event["customer"] == event(1)["customer"]
    assert not run.record(1).edited
