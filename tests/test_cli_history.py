"""`event-composer history`: what was sent is listed, shown and exported as it was, on any terminal, into any pipe."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from composer import paths
from composer.cli import table
from composer.cli.history import moment
from composer.cli.where import Misused
from composer.event.findings import Finding, Severity
from composer.storage.database import FILE_NAME, Database
from composer.storage.history import Answer, Attempt, History, RunKind
from composer.storage.migrations import MIGRATIONS
from composer.storage.stores import Kind, Store, Stores
from tests.support.bulk import make_run
from tests.test_cli import KEY, Cli, run, sandbox, there

__all__ = ["run", "sandbox", "there"]

SHOP = Store(7, "Shop", Kind.LIVE, "https://api.example.com/v2.2", "shop-id", "key-a")
LAB = Store(8, "Lab", Kind.TEST, "https://lab.example.com/v2.2", "lab-id", "key-b")
QUEUED = Answer("queued", "Queued (202).", status=202, duration_ms=7)
REJECTED = Answer("rejected", "Rejected (400).", "", 400, [("X-Trace", "t-77")], b'{"title": "no\x1b[2J"}\n', 1_234)
UNREACHED = Answer("could-not-connect", "Could not connect: refused. Nothing was sent.", "ConnectError: refused")
WARNING = Finding(Severity.WARNING, "not-stored", "/data/a", "Not stored: 0.")


@pytest.fixture
def database() -> Iterator[Database]:
    """This test's data file."""
    with closing(Database(paths.data_folder() / FILE_NAME)) as database:
        yield database


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


def sent(
    history: History,
    name: str = "Order Placed",
    customer: str = "ann@example.com",
    unique_id: str = "",
    answer: Answer | None = QUEUED,
    store: Store = SHOP,
    body: bytes = b"{}",
) -> int:
    entry = history.begin(Attempt(store, name, customer, unique_id, body, [WARNING]))
    if answer is not None:
        history.finish(entry, answer)
    return entry


def listed(run: Cli, *arguments: str) -> list[int]:
    """The ids that are listed, and their exit code checked."""
    ran = run("history", "list", *arguments, "--format", "json")
    assert (ran.code == 0) == bool(ran.json["entries"]), ran.err
    assert ran.json["found"] == len(ran.json["entries"])
    return [entry["id"] for entry in ran.json["entries"]]


def program(*arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a program of its own, with its output in pipes."""
    command = [sys.executable, "-m", "composer", "history", *arguments]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, **environment})


# nothing there


@pytest.mark.parametrize("arguments", [["list"], ["show", "1"], ["export", "a.csv"]])
def test_where_nothing_was_sent_no_data_file_is_made(run: Cli, arguments: list[str]) -> None:
    ran = run("history", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert not list(paths.data_folder().iterdir())


def test_nothing_sent_and_nothing_found_are_told_apart(run: Cli) -> None:
    folder = paths.data_folder()
    assert run("history", "list").err == f"Nothing was sent yet from this data folder: {folder}\n"
    with closing(Database(folder / FILE_NAME)) as database:
        assert run("history", "list").err == f"Nothing was sent yet from this data folder: {folder}\n"
        sent(History(database))
        assert run("history", "list", "nobody").err == "Nothing in the history fits.\n"
        ran = run("history", "list", "nobody", "--format", "json")
    assert (ran.code, ran.json) == (1, {"found": 0, "entries": []})


# list


def test_the_list_has_the_newest_first_and_says_how_many_more(run: Cli, history: History) -> None:
    ids = [sent(history, f"Event {number}", unique_id=f"order-{number}") for number in range(30)]
    ran = run("history", "list", "--limit", "3")
    assert ran.code == 0
    heading, *rows, last = ran.out.splitlines()
    assert heading.split("  ")[0] == "ID"
    assert [int(row.split()[0]) for row in rows] == ids[:-4:-1]
    assert last == "3 of 30 entries; --limit N shows more"
    assert "queued (202)  Shop   Event 29  ann@example.com  order-29" in rows[0]
    assert datetime.fromisoformat(" ".join(rows[0].split()[1:3])) > datetime.now() - timedelta(minutes=5)
    assert len(run("history", "list").out.splitlines()) == 22
    assert run("history", "list", "--limit", "30").out.endswith("\n30 entries\n")


def test_the_json_list_has_the_documented_shape(run: Cli, history: History) -> None:
    entry = sent(history, "Order Placed", "ann@example.com", "order-1", REJECTED)
    ran = run("history", "list", "--format", "json")
    (one,) = ran.json["entries"]
    assert ran.json["found"] == 1
    assert datetime.fromisoformat(one.pop("time")).timestamp() == pytest.approx(time.time(), abs=300)
    assert one == {
        "id": entry,
        "store": "Shop",
        "store_kind": "live",
        "address": "https://api.example.com/v2.2/stores/shop-id/events",
        "event": "Order Placed",
        "customer": "ann@example.com",
        "unique_id": "order-1",
        "run": None,
        "outcome": "rejected",
        "status": 400,
        "duration_ms": 1234,
        "sent_anyway": False,
    }


def test_every_filter_finds_what_it_says_and_all_must_hold(run: Cli, history: History) -> None:
    placed = sent(history, "Order Placed", "ann@example.com", "order-1", body=b'{"data": {"note": "handle with care"}}')
    shipped = sent(history, "Order Shipped", "bob@example.com", answer=REJECTED)
    lab = sent(history, "Order Placed", "bob@example.com", answer=UNREACHED, store=LAB)
    open_still = sent(history, answer=None, store=LAB)
    bulk = history.begin_run(SHOP, "run-1", "orders.csv", "2 events", 2)
    history.tell_run(bulk, RunKind.ALL_QUEUED, "2 queued.", 5)

    assert listed(run, "--outcome", "queued") == [bulk, placed]
    assert listed(run, "--outcome", "rejected") == [shipped]
    assert listed(run, "--outcome", "failed") == [lab, shipped]
    assert listed(run, "--outcome", "no-answer") == [open_still]
    assert listed(run, "--outcome", "no-answer", "--outcome", "rejected") == [open_still, shipped]
    assert listed(run, "--store", " lab ") == [open_still, lab]
    assert listed(run, "--event", "Order Placed") == [open_still, lab, placed]
    assert listed(run, "handle", "car") == [placed]
    assert listed(run, "example.com", "--store", "Lab", "--outcome", "failed") == [lab]
    assert listed(run, "--since", "1d", "rder-1") == [placed]
    assert listed(run, "--until", "1d") == []
    assert listed(run, "--event", "Order") == []


def test_a_row_of_a_bulk_run_finds_its_run(run: Cli, database: Database, history: History) -> None:
    made = make_run(paths.data_folder(), [{"eventName": "Order Placed", "customer": {"email": "deep@rows.test"}}])
    entry = history.begin_run(SHOP, made.id, "orders.csv", "1 event", made.last())
    history.tell_run(entry, RunKind.ALL_QUEUED, "1 queued.", 5)
    made.close()
    assert listed(run, "deep@rows.test") == [entry]


def test_words_find_what_no_window_has_taken_into_the_index(run: Cli, history: History) -> None:
    first = sent(history, unique_id="first-of-all")
    for _ in range(250):
        sent(history)
    assert listed(run, "rst-of-all") == [first]


def test_dates_are_days_times_and_days_ago_in_local_time() -> None:
    def ms(*when: int) -> int:
        return round(datetime(*when).timestamp() * 1000)  # type: ignore[arg-type]  # year, month, day, …

    assert moment("2026-11-25", is_end=False) == ms(2026, 11, 25)
    assert moment("2026-11-25", is_end=True) == ms(2026, 11, 26)
    assert moment("2026-11-25T14:30", is_end=True) == ms(2026, 11, 25, 14, 30)
    assert moment("2026-11-25T14:30:00Z", is_end=False) == 1_795_617_000_000
    assert moment("2026-11-25T14:30:00.250+02:00", is_end=True) == 1_795_609_800_250
    assert moment("7d", is_end=False) == pytest.approx((time.time() - 7 * 86_400) * 1000, abs=3_700_000)
    for wrong in ("yesterday", "2026-02-30", "d", "-7d", "123456d", "9999-12-31", "7D", ""):
        with pytest.raises(Misused, match="is no date; write 2026-11-25"):
            moment(wrong, is_end=True)


def test_a_store_given_by_its_address_is_found_by_its_name(run: Cli, history: History) -> None:
    here, there = (SHOP._replace(id=0, name=host) for host in ("one.test", "two.test"))
    ids = [sent(history, store=store) for store in (here, there, here)]
    assert listed(run, "--store", "one.test") == [ids[2], ids[0]]
    assert listed(run, "--store", "two.test") == [ids[1]]


def test_a_store_is_found_by_the_name_it_has_now(run: Cli, database: Database, history: History) -> None:
    store = Stores(database).add("Old name", Kind.TEST, "https://lab.example.com", "lab")
    entry = sent(history, store=store)
    Stores(database).change(store, "New name", store.kind, store.base_url, store.store_id)
    assert listed(run, "--store", "New name") == listed(run, "--store", "old name") == [entry]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["list", "--store", "Nowhere"], "nothing was sent to a store named “Nowhere”; the stores of the history are:"),
        (["list", "--outcome", "lost"], "there is no outcome “lost”; there are: queued, rejected,"),
        (["list", "--since", "soon"], "“soon” is no date; write 2026-11-25"),
        (["list", "--limit", "0"], "a number from 1 to 10,000"),
        (["list", "--key", KEY], "unknown: --key"),
        (["show", "one"], "an ID is a number"),
        (["show", "9" * 40], "an ID is a number"),
        (["show"], "ID"),
        (["export", "history.txt"], "say in which form"),
        (["export", "-"], "say in which form"),
        (["export", "a.csv", "--as", "xml"], "--as"),
        ([], "COMMAND"),
    ],
)
def test_what_is_used_wrongly_is_told(run: Cli, history: History, arguments: list[str], says: str) -> None:
    sent(history)
    ran = run("history", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert KEY not in ran.err


@pytest.mark.parametrize("arguments", [["list"], ["show", "1"], ["export", "a.csv"]])
def test_a_file_that_cannot_be_used_is_told_and_left_alone(
    run: Cli, history: History, database: Database, arguments: list[str]
) -> None:
    sent(history)
    database.write(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()
    before = database.path.read_bytes()
    ran = run("history", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert f"The data file {database.path} was written by a newer version" in ran.err
    assert database.path.read_bytes() == before


def test_a_data_folder_that_cannot_be_used_is_told(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    file = run.file({})
    monkeypatch.setenv("EVENT_COMPOSER_HOME", str(file))
    ran = run("history", "list")
    assert (ran.code, ran.out) == (2, "")
    assert f"The data folder {file} can't be used" in ran.err


# the table


def width(line: str) -> int:
    """Columns of a terminal, as another would count them."""
    none = {"Mn", "Me", "Cf"}
    letters = [letter for letter in line if unicodedata.category(letter) not in none]
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in letters)


NAMES = ("Order Placed", "注文が確定しました" * 3, "הזמנה בוצעה", "e\u0301" * 30, "👋" * 20, "x" * 200, "")


def test_a_table_is_no_wider_than_its_terminal_and_its_columns_stand(
    run: Cli, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        sent(history, name, f"{name}@example.com", f"id of {name}", store=SHOP._replace(name="Shop 店"))
    for columns in (72, 80, 120, 1_000):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = run("history", "list").out.splitlines()[:-1]
        assert len(lines) == len(NAMES) + 1
        assert max(map(width, lines)) <= columns
        events = [width(line[: line.index("Shop")]) for line in lines[1:]]
        assert len(set(events)) == 1
    assert all(f"id of {name}" in "\n".join(lines) for name in NAMES)


def test_texts_from_right_to_left_do_not_change_places(run: Cli, history: History) -> None:
    sent(history, "הזמנה", "שלום", "abc")
    row = run("history", "list").out.splitlines()[1]
    assert "הזמנה\u200e  שלום\u200e" in row
    assert "abc\u200e" not in row


def test_a_pipe_gets_everything(history: History) -> None:
    sent(history, "x" * 150, "y" * 150)
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    command = [sys.executable, "-m", "composer", "history", "list"]
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert b"x" * 150 + b"  " + b"y" * 150 in done.stdout


def test_a_terminal_gets_what_fits(history: History) -> None:
    sent(history, "x" * 150, "y" * 150)
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 90, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    command = [sys.executable, "-m", "composer", "history", "list"]
    subprocess.run(command, stdout=theirs, check=True, env=environment)
    os.close(theirs)
    with open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123 - a descriptor
        lines = terminal.read(10_000).decode().splitlines()
    assert [len(line) for line in lines[:2]] == [90, 90] or max(map(len, lines)) <= 90
    assert "xxx…" in lines[1]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_the_letters_gets_escapes_that_fit(history: History, encoding: str) -> None:
    for name in NAMES:
        sent(history, name, f"{name}@é.test", answer=REJECTED._replace(sentence="Rejected: “注文”."))
    done = program("list", PYTHONIOENCODING=encoding, COLUMNS="80")
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode(encoding).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("\\u6ce8" in line for line in lines)
    shown = program("show", "2", PYTHONIOENCODING=encoding)
    assert shown.returncode == 0
    assert b"\\u6ce8\\u6587" in shown.stdout
    told = program("show", "2", "--format", "json", PYTHONIOENCODING=encoding)
    assert json.loads(told.stdout)["event"] == NAMES[1]


def test_nothing_that_was_sent_steers_the_terminal(run: Cli, history: History) -> None:
    wild = "a\x1b]0;title\x07\u202eb\nc\x9b"
    entry = sent(
        history, wild, wild, wild, REJECTED._replace(sentence=wild, detail=wild, headers=[(wild, wild)]), SHOP,
        b'"\x1b[2J\xe2\x80\xae"',
    )  # fmt: skip
    for command in (["list"], ["show", str(entry)], ["show", str(entry), "--format", "json"]):
        out = run("history", *command).out
        assert not [letter for letter in out if not letter.isprintable() and letter != "\n"]


def test_width_counts_what_a_terminal_shows() -> None:
    assert [table.width(text) for text in ("abc", "注文", "e\u0301", "👋", "")] == [3, 4, 1, 2, 0]


# show


def test_an_entry_is_shown_whole_and_without_the_key(run: Cli, history: History) -> None:
    body = b'{\n  "eventName": "Order Placed"\n}\n'
    entry = sent(history, "Order Placed", "ann@example.com", "order-1", REJECTED, body=body)
    ran = run("history", "show", str(entry))
    when = ran.out.splitlines()[3].removeprefix("Time: ").partition(",")[0]
    assert ran.code == 0
    assert (
        ran.out
        == f"""\
{entry}: rejected (400): Order Placed
Rejected (400).

Time: {when}, 1,234 ms
Store: Shop (live)
Customer: ann@example.com
Unique ID: order-1
warning not-stored /data/a: Not stored: 0.

POST https://api.example.com/v2.2/stores/shop-id/events
Authorization: Bearer (key hidden)
Content-Type: application/json

{{
  "eventName": "Order Placed"
}}

400
X-Trace: t-77

{{"title": "no\\u001b[2J"}}
"""
    )


def test_what_has_no_answer_and_what_is_a_run_are_shown_as_such(run: Cli, history: History) -> None:
    unanswered = run("history", "show", str(sent(history, answer=None))).out
    assert "no-answer: Order Placed\nNo answer was written down: " in unanswered
    assert unanswered.endswith("Content-Type: application/json\n\n{}\n")
    unreached = run("history", "show", str(sent(history, answer=UNREACHED))).out
    assert "Could not connect: refused. Nothing was sent.\nConnectError: refused\n" in unreached
    bulk = history.begin_run(SHOP, "run-1", "orders.csv", "2 events", 2)
    history.tell_run(bulk, RunKind.NOT_ALL, "1 queued, 1 rejected.", 1_500)
    told = run("history", "show", str(bulk)).out
    assert told.startswith(f"{bulk}: run-not-all: orders.csv\n1 queued, 1 rejected.\n")
    assert told.endswith("Store: Shop (live)\nRun: run-1, 2 events\n")


def test_show_as_json_is_the_line_of_the_export(run: Cli, history: History) -> None:
    body = '{"eventName": "注文 👋", "n": 1.50, "half": "\\ud800"}'.encode()
    entry = sent(history, answer=REJECTED, body=body)
    ran = run("history", "show", str(entry), "--format", "json")
    assert ran.out.isascii()
    assert '"n": 1.50' in ran.out
    assert ran.json == json.loads(run("history", "export", "-", "--as", "jsonl").out)
    assert ran.json["request"] == json.loads(body)


def test_an_entry_that_is_not_there_is_told(run: Cli, history: History) -> None:
    sent(history)
    ran = run("history", "show", "999")
    assert (ran.code, ran.out) == (1, "")
    assert "there is no entry 999" in ran.err


# export


@pytest.mark.parametrize("form", ["csv", "jsonl", "har"])
def test_an_export_writes_what_is_found_in_the_form_of_the_name(
    run: Cli, history: History, tmp_path: Path, form: str
) -> None:
    sent(history, "Order Placed")
    ids = [sent(history, "Order Shipped", f"{number}@shop.test", answer=REJECTED) for number in range(3)]
    file = tmp_path / f"history.{form}"
    ran = run("history", "export", file, "shop.test", "--outcome", "rejected")
    assert (ran.code, ran.out, ran.err) == (0, f"3 entries written to {file}\n", "")
    text = file.read_bytes().decode("utf-8-sig")
    if form == "csv":
        assert [row["id"] for row in csv.DictReader(text.splitlines())] == [str(each) for each in ids[::-1]]
    elif form == "jsonl":
        assert [json.loads(line)["id"] for line in text.splitlines()] == ids[::-1]
    else:
        assert [entry["response"]["status"] for entry in json.loads(text)["log"]["entries"]] == [400] * 3
    ran = run("history", "export", "-", "shop.test", "--outcome", "rejected", "--as", form)
    assert (ran.code, ran.out.removeprefix("\ufeff"), ran.err) == (0, text, "")


def test_as_goes_before_the_ending(run: Cli, history: History, tmp_path: Path) -> None:
    sent(history)
    assert run("history", "export", tmp_path / "a.csv", "--as", "jsonl").code == 0
    assert json.loads((tmp_path / "a.csv").read_bytes())["event"] == "Order Placed"


def test_nothing_found_writes_no_file(run: Cli, history: History, tmp_path: Path) -> None:
    sent(history)
    kept = tmp_path / "kept.csv"
    kept.write_text("before")
    assert run("history", "export", kept, "nobody").code == 1
    assert kept.read_text() == "before"


def test_a_har_says_how_many_runs_it_has_not(run: Cli, history: History, tmp_path: Path) -> None:
    sent(history)
    history.begin_run(SHOP, "run-1", "orders.csv", "2 events", 2)
    ran = run("history", "export", tmp_path / "a.har")
    assert ran.code == 0
    assert ran.err == "1 entry left out: a HAR has no bulk runs\n"


def test_a_file_that_cannot_be_written_is_told(run: Cli, history: History, tmp_path: Path) -> None:
    sent(history)
    ran = run("history", "export", tmp_path / "nowhere" / "a.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "a.csv can't be written (No such file or directory). Choose another folder" in ran.err


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_full_standard_output_is_told(history: History, size: int) -> None:
    sent(history, body=b"x" * size)
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "composer", "history", "export", "-", "--as", "csv"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr == b"event-composer: standard output can't be written (No space left on device)\n"


@pytest.mark.parametrize("arguments", [["list", "--limit", "10000"], ["export", "-", "--as", "jsonl"]])
def test_a_reader_that_goes_away_ends_it_quietly(history: History, arguments: list[str]) -> None:
    for _ in range(50):
        sent(history, "x" * 300, "y" * 300, "z" * 300, body=b"x" * 10_000)
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "composer", "history", *arguments]
    with subprocess.Popen(command, stdout=write, stderr=subprocess.PIPE) as program:
        os.close(write)
        _, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (1, b"")


def test_bytes_that_are_no_text_can_be_looked_for(history: History, tmp_path: Path) -> None:
    sent(history)
    for code, *arguments in (
        (1, b"\xff\xfe"),
        (1, b"--event", b"\xff"),
        (2, b"--since", b"\xff"),
        (2, b"--store", b"\xff"),
    ):
        done = program("list", *arguments)
        assert done.returncode == code
        assert b"Traceback" not in done.stderr
    file = os.fsencode(tmp_path) + b"/\xff.csv"
    done = program("export", file)
    assert (done.returncode, done.stderr) == (0, b"")
    assert Path(os.fsdecode(file)).exists()


def test_no_export_has_the_key_that_was_sent_with(run: Cli, there: list[str], tmp_path: Path) -> None:
    event = {"eventName": "Order Placed", "customer": {"email": "ann@example.com"}}
    assert run("send", run.file(event), *there).code == 0
    for form in ("csv", "jsonl", "har"):
        out = run("history", "export", "-", "--as", form).out
        assert "ann@example.com" in out
        assert KEY not in out
    ran = run("history", "show", "1")
    assert "Authorization: Bearer (key hidden)" in ran.out
    assert KEY not in ran.out


@pytest.mark.parametrize("command", [["history"], ["history", "list"], ["history", "show"], ["history", "export"]])
def test_help_says_how(run: Cli, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    ran = run(*command, "--help")
    assert ran.code == 0
    assert "Exit code: 0" in ran.out
    assert KEY not in ran.out


def test_help_documents_every_member_of_the_json(run: Cli, history: History) -> None:
    sent(history)
    in_list: dict[str, Any] = run("history", "list", "--format", "json").json
    about_list, about_show = (run("history", part, "--help").out for part in ("list", "show"))
    members = {*in_list, *in_list["entries"][0]}
    assert not [name for name in members if f'"{name}"' not in about_list]
    more = set(run("history", "show", "1", "--format", "json").json) - members
    assert not [name for name in more if f'"{name}"' not in about_show]
