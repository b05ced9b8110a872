"""What is exported is what the history has, whole or not at all, and safe to open in what it is made for."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from composer import __version__
from composer.event.findings import Finding, Severity
from composer.storage.database import Database, StorageError
from composer.storage.history import Answer, Attempt, History, RunKind
from composer.storage.history.exporting import COLUMNS, MAX_CELL, ExportError, Form, export, form_of, written
from composer.storage.stores import Kind, Store

STORE = Store(7, "Shop", Kind.LIVE, "https://api.example.com/v2.2", "shop id", "key-id")
FINDING = Finding(Severity.WARNING, "not-stored", "/data/a", "Not stored: 0.")
BODY = b'{\n  "eventName": "Order Placed",\r\n  "value": 1.50, "n": 12345678901234567890, "n": 1e400\n}'
ATTEMPT = Attempt(STORE, "Order Placed", "a@shop.test", "order-1", BODY, [FINDING], True)
ANSWER = Answer(
    "rejected",
    "Rejected (400).",
    "raw",
    400,
    [("Content-Type", "application/problem+json"), ("Set-Cookie", "a"), ("Set-Cookie", "b")],
    b'{"title": "no"}',
    42,
)
QUEUED = Answer("queued", "Queued (202).", "", 202, [("Content-Type", "text/plain")], b"ok", 7)
FORMS: list[Form] = ["csv", "jsonl", "har"]


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


def sent(history: History, attempt: Attempt = ATTEMPT, answer: Answer | None = ANSWER) -> int:
    entry = history.begin(attempt)
    if answer is not None:
        history.finish(entry, answer)
    return entry


def run_of(history: History, name: str = "orders.csv") -> int:
    entry = history.begin_run(STORE, "run-1", name, "1,200 events", 1200)
    history.tell_run(entry, RunKind.NOT_ALL, "1,199 queued, 1 rejected.", 12_000)
    return entry


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def lines_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def one(history: History, folder: Path, form: Form, attempt: Attempt = ATTEMPT, answer: Answer | None = ANSWER) -> Any:
    """An attempt as it comes back from a file of this form."""
    path = folder / f"one.{form}"
    assert export(history, [sent(history, attempt, answer)], path, form) == 1
    if form == "csv":
        (row,) = rows_of(path)
        return row
    if form == "jsonl":
        (line,) = lines_of(path)
        return line
    (entry,) = json.loads(path.read_bytes())["log"]["entries"]
    return entry


# all forms


@pytest.mark.parametrize("form", FORMS)
def test_the_entries_come_in_the_order_asked_for_and_those_gone_are_left_out(
    history: History, tmp_path: Path, form: Form
) -> None:
    ids = [sent(history, ATTEMPT._replace(event_name=f"Event {number}")) for number in range(5)]
    history.remove([ids[1]])
    told: list[tuple[int, int]] = []
    path = tmp_path / "some"
    assert export(history, [ids[3], ids[0], ids[1], 999], path, form, lambda *far: told.append(far)) == 2
    text = path.read_bytes().decode()
    places = [text.find(written(full_of(history, each), form)) for each in (ids[3], ids[0])]
    assert 0 <= places[0] < places[1]
    assert "Event 1" not in text
    assert told == [(4, 4)]


def full_of(history: History, entry: int) -> Any:
    full = history.entry(entry)
    assert full is not None
    return full


@pytest.mark.parametrize("form", FORMS)
def test_a_stop_leaves_what_was_there_before(history: History, tmp_path: Path, form: Form) -> None:
    ids = [sent(history) for _ in range(3)]
    path = tmp_path / "kept"
    path.write_text("before")
    asked: list[bool] = []
    assert export(history, ids, path, form, stop=lambda: bool(asked.append(True) or len(asked) > 2)) == 0
    assert len(asked) == 3
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["kept"]


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_cannot_be_written_is_told(history: History, tmp_path: Path, form: Form) -> None:
    path = tmp_path / "not-there" / "file"
    with pytest.raises(ExportError) as error:
        export(history, [sent(history)], path, form)
    assert str(error.value) == (
        f"{path} can't be written (No such file or directory). Choose another folder, or make room, and try again."
    )


@pytest.mark.parametrize("name", [".", "/", ""])
def test_a_folder_without_a_name_is_told(history: History, name: str) -> None:
    with pytest.raises(ExportError, match=r"is a folder\. Choose a name"):
        export(history, [sent(history)], Path(name), "csv")


def test_what_is_no_ordinary_file_is_left_alone(history: History, tmp_path: Path) -> None:
    folder, pipe = tmp_path / "folder.csv", tmp_path / "pipe.csv"
    folder.mkdir()
    os.mkfifo(pipe)
    for path in (folder, pipe):
        with pytest.raises(ExportError, match=f"{path.name} is not an ordinary file. Choose another name"):
            export(history, [sent(history)], path, "csv")
    assert folder.is_dir()
    assert pipe.is_fifo()


FULL_DISK = """
import pathlib, resource, signal, sys
from composer.storage.database import Database, StorageError
from composer.storage.history import History
from composer.storage.history.exporting import export
history = History(Database(pathlib.Path(sys.argv[1])))
ids = [entry.id for entry in history.page()]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    export(history, ids, pathlib.Path(sys.argv[2]), "jsonl")
except StorageError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_disk_with_no_room_leaves_what_was_there_before(history: History, database: Database, tmp_path: Path) -> None:
    for _ in range(20):
        sent(history, ATTEMPT._replace(body=b'"%s"' % (b"x" * 10_000)))
    path = tmp_path / "kept.jsonl"
    path.write_text("before")
    command = [sys.executable, "-c", FULL_DISK, str(database.path), str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"{path} can't be written (File too large). Choose another folder, or make room")
    assert path.read_text() == "before"
    assert not list(tmp_path.glob(".*.part"))


KILLED = """
import os, pathlib, signal, sys
from composer.storage.database import Database
from composer.storage.history import History
from composer.storage.history.exporting import export
history = History(Database(pathlib.Path(sys.argv[1])))
ids = [entry.id for entry in history.page()]
def stop():
    stop.asked += 1
    if stop.asked == 3:
        os.kill(os.getpid(), signal.SIGKILL)
stop.asked = 0
export(history, ids, pathlib.Path(sys.argv[2]), "csv", stop=stop)
"""


def test_a_kill_leaves_what_was_there_before_and_the_next_export_tidies_up(
    history: History, database: Database, tmp_path: Path
) -> None:
    ids = [sent(history) for _ in range(5)]
    path = tmp_path / "kept.csv"
    path.write_text("before")
    command = [sys.executable, "-c", KILLED, str(database.path), str(path)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert path.read_text() == "before"
    assert export(history, ids, path, "csv") == 5
    assert len(rows_of(path)) == 5
    assert not list(tmp_path.glob(".*.part"))


def test_a_great_many_entries_are_never_in_memory_at_once(history: History, tmp_path: Path) -> None:
    ids = [sent(history, ATTEMPT._replace(body=b'"%s"' % (b"x" * 200_000))) for _ in range(20)]
    told: list[tuple[int, int]] = []
    tracemalloc.start()
    try:
        for form in FORMS:
            export(history, ids * 12, tmp_path / form, form, lambda *far: told.append(far))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "jsonl").stat().st_size > 40_000_000
    assert peak < 4_000_000
    assert told == [(100, 240), (200, 240), (240, 240)] * 3


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.csv", "csv"),
        ("a.CSV", "csv"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.har", "har"),
        ("a.txt", None),
    ],
)
def test_the_ending_of_a_name_says_the_form(name: str, form: Form | None) -> None:
    assert form_of(Path(name)) == form


@pytest.mark.parametrize("form", FORMS)
def test_any_text_comes_back(history: History, tmp_path: Path, form: Form) -> None:
    finding = FINDING._replace(path="/data/\ud800", message="half \udfff")
    attempt = ATTEMPT._replace(event_name="שלום 注文 👋\x00", body=b"\xff\xfe no text", findings=[finding])
    answer = ANSWER._replace(sentence="\ud800", headers=[("a", "\xff\ud800")], body=b"\xff\x00")
    told = one(history, tmp_path, form, attempt, answer)
    if form == "csv":
        assert told["event"] == "שלום 注文 👋\x00"
        assert told["findings"] == "warning not-stored /data/\\ud800"
    elif form == "jsonl":
        assert (told["event"], told["findings"][0]["message"]) == ("שלום 注文 👋\x00", "half \udfff")
        assert told["answer"]["headers"] == [["a", "\xff\ud800"]]
    else:
        assert told["response"]["headers"] == [{"name": "a", "value": "\xff\ud800"}]
        assert told["response"]["content"] == {"size": 2, "mimeType": "", "text": "/wA=", "encoding": "base64"}


# CSV


def test_a_csv_has_the_columns_that_are_promised(history: History, tmp_path: Path) -> None:
    row = one(history, tmp_path, "csv")
    assert tuple(row) == COLUMNS
    entry = history.page()[0]
    assert row == {
        "id": str(entry.id),
        "time": row["time"],
        "store": "Shop",
        "store kind": "live",
        "address": "https://api.example.com/v2.2/stores/shop%20id/events",
        "event": "Order Placed",
        "customer": "a@shop.test",
        "uniqueId": "order-1",
        "outcome": "rejected",
        "status": "400",
        "duration ms": "42",
        "sentence": "Rejected (400).",
        "findings": "warning not-stored /data/a",
        "request": BODY.decode(),
        "answer": '{"title": "no"}',
    }
    assert len(row["time"]) == len("2026-11-25T17:31:22.042Z")
    assert row["time"].endswith("Z")


def test_a_csv_is_one_that_excel_reads(history: History, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    export(history, [sent(history)], path, "csv")
    raw = path.read_bytes()
    assert raw.startswith(b'\xef\xbb\xbf"id","time",')
    assert raw.count(b'"\r\n"') == 1  # the line end of RFC 4180
    assert raw.endswith(b'"\r\n')


@pytest.mark.parametrize("danger", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_no_cell_is_a_formula(history: History, tmp_path: Path, danger: str) -> None:
    attempt = ATTEMPT._replace(event_name=danger, customer=danger, unique_id=danger, body=danger.encode())
    row = one(history, tmp_path, "csv", attempt, ANSWER._replace(sentence=danger, body=danger.encode()))
    cells = [row[name] for name in ("event", "customer", "uniqueId", "request", "sentence", "answer")]
    assert cells == [f"'{danger}"] * 6


@pytest.mark.parametrize("plain", ["-12.50", "+12065551234", "order-1", ""])
def test_plain_numbers_stay_as_they_are(history: History, tmp_path: Path, plain: str) -> None:
    assert one(history, tmp_path, "csv", ATTEMPT._replace(customer=plain))["customer"] == plain


@pytest.mark.parametrize("letter", ["x", "文", "👋"])
def test_what_no_cell_of_excel_holds_is_cut_and_says_so(history: History, tmp_path: Path, letter: str) -> None:
    units = len(letter.encode("utf-16-le")) // 2
    fits, too_long = letter * (MAX_CELL // units), letter * (MAX_CELL // units + 1)
    row = one(history, tmp_path, "csv", ATTEMPT._replace(body=fits.encode()), ANSWER._replace(body=too_long.encode()))
    assert row["request"] == fits
    assert row["answer"].endswith(f"… (cut: of {len(too_long):,} characters; JSON Lines has all)")
    assert MAX_CELL - 2 < len(row["answer"].encode("utf-16-le")) / 2 <= MAX_CELL


def test_an_attempt_without_an_answer_leaves_its_cells_empty(history: History, tmp_path: Path) -> None:
    row = one(history, tmp_path, "csv", answer=None)
    assert (row["outcome"], row["status"], row["duration ms"], row["answer"]) == ("no-answer", "", "", "")
    assert "may have arrived" in row["sentence"]


# JSON Lines


def test_a_json_line_has_everything(history: History, tmp_path: Path) -> None:
    line = one(history, tmp_path, "jsonl")
    assert line == {
        "id": history.page()[0].id,
        "time": line["time"],
        "store": "Shop",
        "store_kind": "live",
        "address": "https://api.example.com/v2.2/stores/shop%20id/events",
        "event": "Order Placed",
        "customer": "a@shop.test",
        "unique_id": "order-1",
        "run": None,
        "outcome": "rejected",
        "status": 400,
        "duration_ms": 42,
        "sent_anyway": True,
        "sentence": "Rejected (400).",
        "detail": "raw",
        "findings": [
            {"severity": "warning", "code": "not-stored", "path": "/data/a", "message": "Not stored: 0."},
        ],
        "request": json.loads(BODY),
        "answer": {"headers": [list(pair) for pair in ANSWER.headers], "body": '{"title": "no"}'},
    }


def test_the_request_stands_in_its_line_as_it_was_sent(history: History) -> None:
    line = written(full_of(history, sent(history)), "jsonl")
    assert line.count("\n") == 1
    assert '{"eventName": "Order Placed","value": 1.50, "n": 12345678901234567890, "n": 1e400}' in line


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b"\xef\xbb\xbf{}", b"\xff"])
def test_what_is_not_json_is_a_text(history: History, tmp_path: Path, body: bytes) -> None:
    line = one(history, tmp_path, "jsonl", ATTEMPT._replace(body=body))
    assert line["request"] == body.decode(errors="replace")


def test_a_number_of_any_length_is_kept(history: History) -> None:
    digits = "9" * 10_000
    assert f'"request": {digits}, ' in written(
        full_of(history, sent(history, ATTEMPT._replace(body=digits.encode()))), "jsonl"
    )


def test_no_answer_is_null(history: History, tmp_path: Path) -> None:
    assert one(history, tmp_path, "jsonl", answer=None)["answer"] is None
    unreached = Answer("could-not-connect", "Could not connect.", "refused", None, (), b"", 3)
    line = one(history, tmp_path, "jsonl", answer=unreached)
    assert (line["answer"], line["status"], line["detail"], line["duration_ms"]) == (None, None, "refused", 3)


# bulk runs


def test_a_bulk_run_is_one_line_with_its_counts(history: History, tmp_path: Path) -> None:
    run = run_of(history)
    export(history, [run], tmp_path / "a.csv", "csv")
    export(history, [run], tmp_path / "a.jsonl", "jsonl")
    (row,), (line,) = rows_of(tmp_path / "a.csv"), lines_of(tmp_path / "a.jsonl")
    assert (row["event"], row["customer"], row["outcome"]) == ("orders.csv", "1,200 events", "run-not-all")
    assert row["sentence"] == line["sentence"] == "1,199 queued, 1 rejected."
    assert row["address"] == line["address"] == "https://api.example.com/v2.2/stores/shop%20id/events/bulk"
    assert (line["run"], line["request"], line["answer"]) == ("run-1", None, None)


# HAR

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": -1}
TIME = {"type": "number", "minimum": 0}


def required(**members: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


PAIRS = {"type": "array", "items": required(name=TEXT, value=TEXT)}
# The members that HAR 1.2 does not call optional, http://www.softwareishard.com/blog/har-12-spec/
HAR = required(
    log=required(
        version={"const": "1.2"},
        creator=required(name=TEXT, version=TEXT),
        entries={
            "type": "array",
            "items": required(
                startedDateTime={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
                time=TIME,
                request=required(
                    method=TEXT,
                    url={"type": "string", "pattern": r"^https?://[!-~]+$"},
                    httpVersion=TEXT,
                    cookies=PAIRS,
                    headers=PAIRS,
                    queryString=PAIRS,
                    postData=required(mimeType=TEXT, text=TEXT),
                    headersSize=COUNT,
                    bodySize=COUNT,
                ),
                response=required(
                    status={"type": "integer", "minimum": 0},
                    statusText=TEXT,
                    httpVersion=TEXT,
                    cookies=PAIRS,
                    headers=PAIRS,
                    content=required(size=COUNT, mimeType=TEXT),
                    redirectURL=TEXT,
                    headersSize=COUNT,
                    bodySize=COUNT,
                ),
                cache={"type": "object"},
                timings=required(send=TIME, wait=TIME, receive=TIME),
            ),
        },
    )
)


def test_a_har_is_one_by_its_specification(history: History, tmp_path: Path) -> None:
    ids = [sent(history), sent(history, answer=QUEUED), sent(history, answer=None), run_of(history)]
    path = tmp_path / "a.har"
    assert export(history, ids, path, "har") == 3
    log = json.loads(path.read_bytes())
    jsonschema.validate(log, HAR)
    log = log["log"]
    assert log["creator"] == {"name": "Event Composer", "version": __version__}
    rejected, queued, unanswered = log["entries"]
    assert (rejected["request"]["method"], rejected["request"]["postData"]["text"]) == ("POST", BODY.decode())
    assert rejected["request"]["headers"] == [{"name": "Content-Type", "value": "application/json"}]
    assert (rejected["response"]["status"], rejected["response"]["statusText"]) == (400, "Bad Request")
    assert rejected["response"]["content"] == {
        "size": 15,
        "mimeType": "application/problem+json",
        "text": '{"title": "no"}',
    }
    assert [pair["value"] for pair in rejected["response"]["headers"]][1:] == ["a", "b"]
    for entry in log["entries"]:
        assert entry["time"] == sum(entry["timings"].values())
    assert (queued["time"], queued["response"]["statusText"]) == (7, "Accepted")
    assert (unanswered["response"]["status"], unanswered["response"]["bodySize"]) == (0, -1)
    assert "may have arrived" in unanswered["comment"]


def test_a_har_says_what_it_leaves_out(history: History, tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    no_key = "The Authorization header, which holds the API secret, is left out of every request."
    assert export(history, [sent(history)], path, "har") == 1
    assert json.loads(path.read_bytes())["log"]["comment"] == no_key
    assert export(history, [run_of(history), run_of(history)], path, "har") == 0
    log = json.loads(path.read_bytes())["log"]
    assert log["entries"] == []
    assert log["comment"].startswith(f"{no_key} 2 bulk runs are left out")


def test_a_history_that_cannot_be_read_leaves_no_file(history: History, database: Database, tmp_path: Path) -> None:
    ids = [sent(history)]
    database.write("ALTER TABLE history_answers RENAME TO elsewhere")
    database.close()
    database.path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match="is damaged"):
        export(history, ids, tmp_path / "a.csv", "csv")
    assert not list(tmp_path.glob("*a.csv*"))
