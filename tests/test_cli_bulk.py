"""`event-composer send` with many events: every source, an honest answer, and a way to go on."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from composer import paths
from composer.sandbox import SANDBOX_STORE_ID, process
from composer.sandbox.process import SandboxProcess
from composer.storage.database import FILE_NAME, Database
from composer.storage.runs import Runs, State, Status
from composer.storage.stores import Kind, Stores
from tests.support.xvfb import eventually
from tests.test_cli import KEY, Cli, Ran, history

__all__ = ["run", "sandbox", "there"]

from tests.test_cli import run, sandbox, there

HEADERS = ["Event", "Email", "Order Id"]
ROWS = [["Order Placed", f"user{number}@shop.test", f"ord_{number}"] for number in range(1, 251)]
GOOD = {"eventName": "Order Placed", "customer": {"email": "ann@shop.test"}}
MEMBERS = ["run", "events", "queued", "rejected", "not_sent", "no_answer", "requests", "retries", "seconds"]


@pytest.fixture(autouse=True)
def emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "sandbox" in request.fixturenames:
        process.empty(request.getfixturevalue("sandbox").origin, SANDBOX_STORE_ID)


def stored(sandbox: SandboxProcess) -> int:
    held: int = process.world(sandbox.origin, SANDBOX_STORE_ID)["counts"]["events"]
    return held


def table(folder: Path, rows: list[list[str]] = ROWS, headers: list[str] = HEADERS) -> Path:
    file = folder / "orders.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([headers, *rows])
    return file


def workbook(folder: Path) -> Path:
    file = folder / "orders.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEADERS, *ROWS]):
            sheet.write_row(at, 0, row)
    return file


def text(folder: Path, name: str, content: str) -> Path:
    file = folder / name
    file.write_text(content)
    return file


SOURCES: dict[str, Any] = {
    "CSV": table,
    "XLSX": workbook,
    "JSON Lines": lambda folder: text(folder, "e.jsonl", "\n".join([json.dumps(GOOD)] * 250)),
    "array": lambda folder: text(folder, "e.json", json.dumps([GOOD] * 250)),
    "bulk request": lambda folder: text(folder, "e.json", json.dumps({"events": [GOOD] * 250})),
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_sent_row_by_row(
    run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path, source: str
) -> None:
    ran = run("send", SOURCES[source](tmp_path), *there, "--format", "json")
    assert ran.code == 0, ran.err
    assert list(ran.json) == MEMBERS
    assert {name: ran.json[name] for name in MEMBERS[1:8]} == {
        "events": 250, "queued": 250, "rejected": 0, "not_sent": 0, "no_answer": 0, "requests": 3, "retries": 0
    }  # fmt: skip
    assert stored(sandbox) == 250
    (entry,) = history()
    assert (entry.entry.run, entry.entry.kind) == (ran.json["run"], "run-all-queued")


def test_standard_input_is_a_source_too(run: Cli, there: list[str], sandbox: SandboxProcess) -> None:
    ran = run("send", "-", *there, "--format", "json", stdin=json.dumps([GOOD, GOOD]).encode())
    assert (ran.code, ran.json["queued"], stored(sandbox)) == (0, 2, 2)


def test_one_event_many_times_gets_an_id_for_each(run: Cli, there: list[str], sandbox: SandboxProcess) -> None:
    ran = run("send", run.file(GOOD | {"uniqueId": "fixed"}), *there, "--times", "30", "--format", "json")
    assert (ran.code, ran.json["queued"], stored(sandbox)) == (0, 30, 30)


def test_rows_with_errors_are_held_back_and_named(
    run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path
) -> None:
    ran = run("send", table(tmp_path, [["Order Placed", "bob@", "o1"], *ROWS]), *there)
    assert ran.code == 1
    assert "row 2: not sent: Email is not an email address." in ran.out
    assert "250 queued, 1 not sent of 251 events" in ran.out
    assert stored(sandbox) == 250


def test_a_dry_run_checks_and_sends_nothing(run: Cli, tmp_path: Path) -> None:
    ran = run("send", table(tmp_path), "--dry-run")
    assert (ran.code, ran.out) == (0, "Dry run: 250 events would be sent, 0 not. Nothing was sent.\n")
    ran = run("send", table(tmp_path, [["Order Placed", "bob@", "o1"]]), "--dry-run", "--format", "json")
    assert (ran.code, ran.json["not_sent"], ran.json["requests"]) == (1, 1, 0)
    assert Runs(paths.data_folder()).all() == []
    assert history() == []


def test_a_mapping_says_where_columns_go(run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path) -> None:
    columns = [{"header": "a", "path": "/customer/email"}, {"header": "b", "path": ""}]
    mapping = run.file({"columns": columns, "base": {"eventName": "Welcome"}}, "mapping.json")
    file = table(tmp_path, [["ann@shop.test", "secret note"]], ["Who", "Note"])
    assert run("send", file, *there, "--mapping", mapping).code == 0
    (event,) = process.world(sandbox.origin, SANDBOX_STORE_ID)["events"]
    assert event["event"]["eventName"] == "Welcome"
    assert "data" not in event["event"]


@pytest.mark.parametrize(
    ("content", "arguments", "says"),
    [
        ("", [], "is empty"),
        ("Event,Email\n", [], "no rows"),
        ("Event,Email,Renewal\nOrder,ann@shop.test,04/02/2026\n", [], "2 April or 4 February"),
        ("Event,Email\nOrder,ann@shop.test\n", ["--mapping", "gone.json"], "gone.json"),
        ("Event,Email\nOrder,ann@shop.test\n", ["--times", "3"], "--times"),
        ("Event,Email\nOrder,ann@shop.test\n", ["--resume", "last"], "--resume"),
    ],
)
def test_what_can_not_be_done_is_one_sentence(
    run: Cli, there: list[str], tmp_path: Path, content: str, arguments: list[str], says: str
) -> None:
    ran = run("send", text(tmp_path, "orders.csv", content), *there, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1
    assert Runs(paths.data_folder()).all() == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("orders.xlsx", b"PK\x03\x04 cut off", "damaged"),
        ("orders.csv", bytes(range(256)), "no text"),
        ("orders.json", b'[{"eventName": "Order"},', "ends too early"),
        ("orders.json", b'{"events": 3}', "no event in"),
        ("orders.json", b'{"events": []}', "no event in"),
    ],
    ids=["workbook", "bytes", "cut off", "no list", "empty list"],
)
def test_a_broken_file_is_one_sentence(run: Cli, there: list[str], name: str, content: bytes, says: str) -> None:
    ran = run("send", run.file(content, name), *there)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert says in ran.err
    assert Runs(paths.data_folder()).all() == []


def test_a_broken_line_of_json_lines_costs_no_other_row(
    run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path
) -> None:
    ran = run("send", text(tmp_path, "e.jsonl", f"{json.dumps(GOOD)}\n{{broken\n{json.dumps(GOOD)}\n"), *there)
    assert ran.code == 1
    assert "row 2: not sent: Line 2, column 2:" in ran.out
    assert "2 queued, 1 not sent of 3 events" in ran.out
    assert stored(sandbox) == 2


@pytest.mark.parametrize(
    "arguments", [["--store", "Nowhere"], ["--store", "Shop"], ["--base-url", "", "--store-id", ""]]
)
def test_a_run_that_could_not_begin_leaves_none_behind(run: Cli, tmp_path: Path, arguments: list[str]) -> None:
    with closing(Database(paths.data_folder() / FILE_NAME)) as database:
        Stores(database).add("Shop", Kind.LIVE, "https://shop.invalid", "a")  # without a key
    ran = run("send", table(tmp_path), *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert Runs(paths.data_folder()).all() == []
    assert history() == []


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("last", "there is no run to resume"),
        ("run-0123456789ab", "is not there any more"),
        ("../composer", "there is no run “../composer”"),
        ("../runs/run-0123456789ab", "there is no run “../runs/"),
        ("", "there is no run “”"),
    ],
)
def test_only_a_run_of_the_data_folder_is_resumed(run: Cli, wanted: str, says: str) -> None:
    ran = run("send", "--resume", wanted)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert says in ran.err


def test_a_run_or_a_store_that_is_busy_elsewhere_is_said(
    run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path
) -> None:
    process.set_faults(sandbox.origin, [{"kind": "status", "status": 401}])
    paused = run("send", table(tmp_path), *there, "--format", "json").json["run"]
    process.set_faults(sandbox.origin, [])
    runs = Runs(paths.data_folder())
    with closing(runs.open(paused)) as elsewhere, elsewhere.hold():
        for arguments in (["--resume", paused], [str(table(tmp_path)), *there]):
            ran = run("send", *arguments)
            assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
            assert "Another" in ran.err
    assert [info.id for info in runs.all()] == [paused]
    assert stored(sandbox) == 0
    assert run("send", "--resume", paused).code == 0
    assert stored(sandbox) == 250


def test_the_key_is_printed_and_kept_nowhere(
    run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path
) -> None:
    process.set_faults(sandbox.origin, [{"kind": "status", "status": 503, "times": 1}])
    for style in ("text", "json"):
        ran = run("send", table(tmp_path), *there, "--format", style)
        assert ran.code == 0
        assert KEY not in ran.out + ran.err
    kept = [file.read_bytes() for file in paths.data_folder().rglob("*") if file.is_file()]
    assert len(kept) > 2
    assert not any(KEY.encode() in content for content in kept)


def test_a_resumed_run_knows_its_store(run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path) -> None:
    process.set_faults(sandbox.origin, [{"kind": "status", "status": 401}])
    ran: Ran = run("send", table(tmp_path), *there, "--format", "json")
    assert (ran.code, ran.json["queued"], ran.json["not_sent"]) == (1, 0, 250)
    assert "The key was refused (401)." in ran.err
    assert f"--resume {ran.json['run']}" in ran.err
    assert KEY not in ran.err + ran.out
    process.set_faults(sandbox.origin, [])
    again = run("send", "--resume", "last", "--format", "json")
    assert (again.code, again.json["run"], again.json["queued"]) == (0, ran.json["run"], 250)
    assert len(history()) == 1
    assert stored(sandbox) == 250


def test_without_filled_in_ids_a_request_without_an_answer_is_not_repeated(
    run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path
) -> None:
    process.set_faults(sandbox.origin, [{"kind": "reset", "afterStoring": True, "times": 1}])
    ran = run("send", table(tmp_path, ROWS[:50]), *there, "--no-unique-ids", "--format", "json")
    assert (ran.code, ran.json["no_answer"], ran.json["requests"]) == (1, 50, 1)
    assert stored(sandbox) == 50


def test_ctrl_c_pauses_and_says_how_to_go_on(there: list[str], sandbox: SandboxProcess, tmp_path: Path) -> None:
    rows = [["Order Placed", f"user{number}@shop.test", f"o{number}"] for number in range(30_000)]
    command = [sys.executable, "-m", "composer", "send", str(table(tmp_path, rows)), *there]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        runs = Runs(paths.data_folder())
        run = runs.open(eventually(runs.latest, "the run"))
        eventually(lambda: run.info.requests > 3, "some requests")
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=60)
    assert program.returncode == 1
    assert f"To go on: event-composer send --resume {run.id}" in said.decode()
    counts = run.counts()
    assert run.info.status is Status.PAUSED
    assert counts[State.IN_FLIGHT] == 0
    assert counts[State.QUEUED] == stored(sandbox)
    assert counts[State.QUEUED] + counts[State.WAITING] == 30_000
    run.close()


TEMPLATE = {
    "eventName": "Order {{order}}",
    "customer": {"email": "{{Email}}"},
    "value": "{{total}}",
    "valueCurrency": "USD",
    "uniqueId": "{{$uuid}}",
    "data": {"turn": "{{$counter}}"},
}


def sandboxed(sandbox: SandboxProcess) -> list[Any]:
    return [each["event"] for each in process.world(sandbox.origin, SANDBOX_STORE_ID)["events"]]


def test_variables_are_set_on_the_command_line_json_where_it_is_json(
    run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path
) -> None:
    file = text(tmp_path, "e.json", json.dumps([TEMPLATE] * 3))
    values = ["--set", "order=007", "--set", "total=12.5"]
    ran = run("send", file, *there, *values)
    assert ran.code == 1
    assert "row 1: not sent: “{{Email}}” has no value yet." in ran.out
    ran = run("send", file, *there, *values, "--set", "Email = a=b@shop.test")
    assert ran.code == 1  # what stands behind the name is the value, blanks and all
    ran = run("send", file, *there, *values, "--set", "Email=ann@shop.test")
    assert ran.code == 0, ran.err
    events = sandboxed(sandbox)
    assert [(each["eventName"], each["value"]) for each in events] == [("Order 007", 12.5)] * 3
    assert sorted(each["data"]["turn"] for each in events) == [1, 2, 3]
    assert len({each["uniqueId"] for each in events}) == 3


def test_a_mapping_can_start_every_row_from_a_template(
    run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path
) -> None:
    columns = [{"header": "Order", "path": ""}, {"header": "Email", "path": ""}]
    mapping = text(tmp_path, "m.json", json.dumps({"columns": columns, "base": TEMPLATE}))
    file = table(tmp_path, [["A1", "ann@shop.test"], ["A2", "bob@shop.test"]], ["Order", "Email"])
    ran = run("send", file, *there, "--mapping", mapping, "--set", "total=5")
    assert ran.code == 0, ran.err
    assert sorted((each["eventName"], each["value"]) for each in sandboxed(sandbox)) == [
        ("Order A1", 5),
        ("Order A2", 5),
    ]


def test_one_event_alone_is_a_template_only_when_that_is_said(
    run: Cli, there: list[str], sandbox: SandboxProcess, tmp_path: Path
) -> None:
    event = {**GOOD, "eventName": "{{order}} {{$counter}}"}
    file = text(tmp_path, "e.json", json.dumps(event))
    assert run("send", file, "--dry-run").code == 0
    assert run("send", file, *there).code == 0
    assert [each["eventName"] for each in sandboxed(sandbox)] == ["{{order}} {{$counter}}"]
    process.empty(sandbox.origin, SANDBOX_STORE_ID)
    assert run("send", file, *there, "--set", "order=7").code == 0
    assert run("send", file, *there, "--set", "order=8", "--times", "2").code == 0
    assert sorted(each["eventName"] for each in sandboxed(sandbox)) == ["7 1", "8 1", "8 2"]


def test_a_variable_without_a_name_is_used_wrongly(run: Cli, tmp_path: Path) -> None:
    ran = run("send", table(tmp_path), "--dry-run", "--set", "order")
    assert (ran.code, ran.err) == (2, "event-composer: --set takes NAME=VALUE, not “order”\n")
    assert "not “=5”" in run("send", table(tmp_path), "--dry-run", "--set", "=5").err
    assert run("send", "--resume", "last", "--set", "order=5").code == 2
