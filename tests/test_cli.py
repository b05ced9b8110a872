"""The command line: what it reads, prints and returns, with a real sandbox, a real keyring and real requests."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from composer import __version__, cli, paths
from composer.sandbox import SANDBOX_STORE_ID
from composer.sandbox import process as sandbox_process
from composer.sandbox.process import SandboxProcess
from composer.storage.database import FILE_NAME, Database
from composer.storage.history import FullEntry, History
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Kind, Stores
from tests.support.secret_service import SecretService
from tests.support.xvfb import eventually

KEY = "rk-0123456789abcdef-known"
GOOD = {"eventName": "Order Placed", "customer": {"email": "ann@example.com"}, "uniqueId": "order-1"}
BAD = {"eventName": "Order Placed", "customer": {}}
HALF = {"eventName": "Order Placed", "customer": {"email": "ann@example.com"}, "data": {"items": 0}}  # warned of


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Cli:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._capsys, self._monkeypatch, self._folder = capsys, monkeypatch, folder

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Ran:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return Ran(code, *self._capsys.readouterr())

    def file(self, content: Any, name: str = "event.json") -> Path:
        """A file with these bytes, or with this value as JSON."""
        file = self._folder / name
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return file


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    return Cli(capsys, monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    process = SandboxProcess()
    process.start()
    yield process
    process.stop()


@pytest.fixture
def there(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The arguments that send to the running sandbox, with the key in the environment."""
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    yield ["--base-url", sandbox.base_url, "--store-id", SANDBOX_STORE_ID]
    sandbox_process.set_faults(sandbox.origin, [])


class Recorder:
    """An HTTP server that keeps what it got, and answers 202 with the key it was given in the body."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.keys: list[str] = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                recorder.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                recorder.keys.append(self.headers["Authorization"])
                echo = f"you sent {self.headers['Authorization']}".encode()
                self.send_response(202)
                self.send_header("Content-Length", str(len(echo)))
                self.end_headers()
                self.wfile.write(echo)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self.server.server_port}/v2.2"


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    with recorder.server:
        thread = threading.Thread(target=recorder.server.serve_forever, args=[0.01])
        thread.start()
        yield recorder
        recorder.server.shutdown()
        thread.join()


def history() -> list[FullEntry]:
    """All attempts in this test's data folder, the newest first."""
    with closing(Database(paths.data_folder() / FILE_NAME)) as database:
        kept = History(database)
        entries = [kept.entry(entry.id) for entry in kept.page()]
    return [entry for entry in entries if entry]


def started(*arguments: str | Path, **how: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "composer", *map(str, arguments)], **how)


# validate


@pytest.mark.parametrize(
    ("content", "code", "counts"),
    [
        (GOOD, 0, (1, 0, 0)),
        (HALF, 0, (1, 0, 1)),
        (BAD, 1, (1, 1, 0)),
        ([GOOD, BAD, HALF], 1, (3, 1, 1)),
        ([], 1, (0, 1, 0)),
        ({"events": [GOOD, HALF]}, 0, (2, 0, 1)),
        ({"events": []}, 1, (0, 1, 0)),
        ({"events": [GOOD] * 101}, 1, (101, 1, 0)),
        (b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), 0, (1, 0, 0)),
        (b"%b\n\n%b\n" % (json.dumps(GOOD).encode(), json.dumps(BAD).encode()), 1, (2, 1, 0)),
    ],
    ids=["good", "warned", "bad", "array", "none", "bulk", "empty bulk", "long bulk", "byte order mark", "lines"],
)
def test_validate_counts_what_is_wrong(run: Cli, content: Any, code: int, counts: tuple[int, int, int]) -> None:
    ran = run("validate", run.file(content), "--format", "json")
    assert ran.code == code
    assert (ran.json["events"], ran.json["errors"], ran.json["warnings"]) == counts
    assert ran.err == ""


def test_the_json_answer_has_the_documented_shape(run: Cli) -> None:
    ran = run("validate", "-", "--format", "json", stdin=json.dumps([GOOD, BAD]).encode())
    assert ran.json == {
        "events": 2,
        "errors": 1,
        "warnings": 0,
        "findings": [
            {
                "event": 1,
                "severity": "error",
                "code": "missing-identity",
                "path": "/customer",
                "message": "The customer needs a customer ID, an email or a phone number.",
            }
        ],
    }


def test_the_text_answer_reads_like_a_compilers(run: Cli) -> None:
    file = run.file([GOOD, BAD])
    ran = run("validate", file)
    sentence = "The customer needs a customer ID, an email or a phone number."
    assert ran.out.splitlines() == [
        f"{file}: event 1: error missing-identity /customer: {sentence}",
        "2 events: 1 error, 0 warnings",
    ]


def test_what_is_said_of_a_bulk_request_as_a_whole_names_no_event(run: Cli) -> None:
    file = run.file({"events": [BAD] + [GOOD] * 100})
    found = run("validate", file, "--format", "json").json["findings"]
    assert [(one["event"], one["code"]) for one in found] == [(None, "too-many-events"), (0, "missing-identity")]
    assert run("validate", file).out.startswith(f"{file}: error too-many-events /events: ")


@pytest.mark.parametrize("content", [[], {"events": []}])
def test_a_file_without_an_event_is_an_error(run: Cli, content: Any) -> None:
    ran = run("validate", run.file(content), "--format", "json")
    assert ran.code == 1
    (found,) = ran.json["findings"]
    assert (found["event"], found["severity"], found["code"]) == (None, "error", "no-events")


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_unreadable(run: Cli, content: bytes) -> None:
    assert run("validate", run.file(content)).code == 2


def test_events_are_counted_on_over_several_files(run: Cli) -> None:
    first, second = run.file([GOOD, BAD], "first.json"), run.file([GOOD, BAD], "second.json")
    found = run("validate", first, second, "--format", "json").json["findings"]
    assert [one["event"] for one in found] == [1, 3]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", ":1:1: "),
        (b'{\n  "eventName": Order\n}', ":2:16: "),
        (b'{"eventName": "\xff"}', ":1:16: "),
        (b"\x00\x01\x02", ":1:1: "),
        (b'{"data": ' * 10_000 + b"1" + b"}" * 10_000, ": nested deeper"),
        (b"[" * 200_000, ": nested deeper"),
        (b'{"eventName": "A"}\n{"eventName": }', ":2:15: "),
    ],
    ids=["empty", "broken", "not UTF-8", "binary", "deep", "deep and open", "broken line"],
)
def test_what_cannot_be_read_is_said_with_its_place(run: Cli, content: bytes, place: str) -> None:
    file = run.file(content)
    ran = run("validate", file, "--format", "json")
    assert ran.code == 2
    assert ran.err.startswith(f"{file}:")
    assert place in ran.err
    assert len(ran.err.splitlines()) == 1
    assert ran.json["events"] == 0


def test_a_file_that_cannot_be_read_does_not_hide_the_others(run: Cli, tmp_path: Path) -> None:
    ran = run("validate", tmp_path, tmp_path / "none.json", "a\0b", run.file(BAD), "--format", "json")
    assert ran.code == 2
    assert ran.json["errors"] == 1
    assert [line.partition(": ")[2] for line in ran.err.splitlines()[:2]] == [
        "can't be read: Is a directory",
        "can't be read: No such file or directory",
    ]
    assert len(ran.err.splitlines()) == 3


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b'{"eventName": "A", "customer": {"email": "ann@example.com"}, "value": NaN}', 1, "wrong-type"),
        (b'{"eventName": "A", "customer": {"email": "ann@example.com"}, "data": {"n": 1e400}}', 0, "precision-loss"),
        (b'{"eventName": "A", "eventName": "B", "customer": {"email": "ann@example.com"}}', 0, "duplicate-key"),
        (
            b'{"eventName": "\\ud800", "customer": {"email": "ann@example.com"}, "data": {"\\ud800": 0}}',
            0,
            "not-stored",
        ),
        (b"null", 1, "not-an-object"),
        (b'"text"', 1, "not-an-object"),
        (b'[[["a"]]]', 1, "not-an-object"),
    ],
)
def test_odd_json_is_judged_and_not_choked_on(run: Cli, content: bytes, code: int, says: str) -> None:
    ran = run("validate", run.file(content))
    assert (ran.code, ran.err) == (code, "")
    assert says in ran.out


def test_five_megabytes_are_judged(run: Cli) -> None:
    ran = run("validate", run.file({**GOOD, "data": {"text": "é" * 2_500_000}}), "--format", "json")
    assert ran.code == 1
    assert {one["code"] for one in ran.json["findings"]} == {"payload-too-large", "string-too-long"}


def test_an_events_own_words_cannot_steer_the_terminal(run: Cli) -> None:
    ran = run("validate", run.file({**GOOD, "data": {"\x1b[2J\n\u202e": None}}))
    assert ran.out.count("\n") == 2
    assert not {"\x1b", "\u202e"} & set(ran.out)


# send


def test_send_reaches_the_sandbox_and_says_what_it_said(run: Cli, there: list[str]) -> None:
    ran = run("send", run.file(HALF), *there)
    assert ran.code == 0
    assert "warning not-stored /data/items" in ran.out
    assert ran.out.splitlines()[-1].startswith("Queued (202).")


def test_the_json_answer_of_send_has_the_documented_shape(run: Cli, there: list[str]) -> None:
    ran = run("send", run.file(HALF), *there, "--format", "json")
    answer = ran.json
    assert list(answer) == ["outcome", "status", "sentence", "duration_ms", "body", "findings"]
    assert (answer["outcome"], answer["status"], answer["body"]) == ("queued", 202, "")
    assert answer["duration_ms"] >= 0
    assert [(one["event"], one["code"]) for one in answer["findings"]] == [(0, "not-stored")]


def test_the_built_in_sandbox_needs_nothing(run: Cli) -> None:
    ran = run("send", run.file(GOOD), "--store", "sandbox")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Queued (202).")


def test_the_history_shows_what_was_sent(run: Cli, there: list[str]) -> None:
    run("send", run.file(HALF), *there)
    (attempt,) = history()
    assert (attempt.entry.event_name, attempt.entry.customer) == ("Order Placed", "ann@example.com")
    assert (attempt.entry.kind, attempt.entry.status, attempt.entry.sent_anyway) == ("queued", 202, False)
    assert attempt.body == json.dumps(HALF).encode()
    assert [finding.code for finding in attempt.findings] == ["not-stored"]


def test_errors_hold_an_event_back(run: Cli, there: list[str]) -> None:
    ran = run("send", run.file(BAD), *there, "--format", "json")
    assert ran.code == 1
    assert (ran.json["outcome"], ran.json["status"]) == ("held-back", None)
    assert "Nothing was sent" in ran.json["sentence"]
    assert history() == []


def test_send_anyway_shows_the_servers_answer(run: Cli, there: list[str]) -> None:
    ran = run("send", run.file(BAD), *there, "--format", "json", "--send-anyway")
    assert ran.code == 1
    assert (ran.json["outcome"], ran.json["status"]) == ("rejected", 400)
    assert json.loads(ran.json["body"])["status"] == 400
    assert history()[0].entry.sent_anyway


def test_a_server_that_is_not_there_is_said(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    ran = run("send", run.file(GOOD), "--base-url", "http://127.0.0.1:9/v2.2", "--store-id", "a")
    assert ran.code == 1
    assert "Nothing was sent" in ran.out


@pytest.mark.parametrize(
    "content",
    [
        b'{"eventName":"A",  "customer":{"email":"ann@example.com"},"value":12.00,"a":"\xc3\xa9\\u00e9"}\r\n\n',
        b'\t{ "eventName" : "A","customer":{"email":"ann@example.com"}, "eventName":"A" }',
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_the_files_own_bytes_go_over_the_wire(
    run: Cli, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, content: bytes, mark: bytes
) -> None:
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    ran = run("send", run.file(mark + content), "--base-url", recorder.base_url, "--store-id", "a")
    assert ran.code == 0
    assert recorder.bodies == [content]
    assert recorder.keys == [f"Bearer {KEY}"]


def test_a_unique_id_that_was_accepted_before_is_said(
    run: Cli, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    to = ("--base-url", recorder.base_url, "--store-id", "a", "--format", "json")
    first = run("send", run.file(GOOD), *to)
    assert (first.json["findings"], first.err) == ([], "")
    second = run("send", run.file(GOOD), *to)
    assert [finding["code"] for finding in second.json["findings"]] == ["accepted-unique-id"]
    assert "accepted this uniqueId on 20" in second.err
    assert second.code == 0


def test_what_is_unlike_the_events_that_were_sent_before_is_said(run: Cli, sandbox: SandboxProcess) -> None:
    event = {**GOOD, "data": {"Total": 5}}
    for number in range(3):
        assert run("send", run.file({**event, "uniqueId": f"u{number}"}), "--store", "Sandbox").code == 0
    changed = {**event, "uniqueId": "u9", "data": {"Total": "5"}}
    ran = run("send", run.file(changed), "--store", "Sandbox", "--format", "json")
    assert [finding["code"] for finding in ran.json["findings"]] == ["type-drift"]
    ran = run("send", run.file({**event, "uniqueId": "u10", "eventName": "order_placed"}), "--store", "Sandbox")
    assert (ran.code, "“Order Placed” was sent 4 times" in ran.out) == (0, True)


def test_the_key_of_a_store_comes_from_the_keyring_unless_the_environment_has_one(
    run: Cli, recorder: Recorder, keyring_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Database(paths.data_folder() / FILE_NAME)) as database:
        stores = Stores(database)
        store = stores.add("My Shop", Kind.TEST, recorder.base_url, "a")
        Secrets().keep(store, Secret("rk-from-the-keyring"))
        assert run("send", run.file(GOOD), "--store", "my shop").code == 0
        monkeypatch.setenv("REDO_API_SECRET", KEY)
        assert run("send", run.file(GOOD), "--store", "My Shop").code == 0
        assert recorder.keys == ["Bearer rk-from-the-keyring", f"Bearer {KEY}"]
        stores.remove(store, Secrets())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "say where to"),
        (["--base-url", "http://127.0.0.1:9"], "say where to"),
        (["--store-id", "a"], "say where to"),
        (["--store", "Sandbox", "--base-url", "http://127.0.0.1:9", "--store-id", "a"], "say where to"),
        (["--store", "Sandbox", "--store-id", "a"], "say where to"),
        (["--store", "Nowhere"], "no store named “Nowhere”"),
        (["--base-url", "http://shop.invalid", "--store-id", "a"], "https"),
        (["--base-url", "https://shop.invalid", "--store-id", "a/b"], "store ID"),
        (["--base-url", "https://shop.invalid", "--store-id", "a"], "set REDO_API_SECRET"),
        (["--store", "Shop"], "REDO_API_SECRET"),
        (["--store", "Sandbox", "--format", "xml"], "--format"),
        (["--store", "Sandbox", "--api-key", KEY], "--api-key"),
        (["--store", "Sandbox", f"--api-key={KEY}"], "--api-key"),
    ],
)
def test_send_used_wrongly_says_how_and_sends_nothing(run: Cli, arguments: list[str], says: str) -> None:
    with closing(Database(paths.data_folder() / FILE_NAME)) as database:
        Stores(database).add("Shop", Kind.LIVE, "https://shop.invalid", "a")
    ran = run("send", run.file(GOOD), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert KEY not in ran.err
    assert history() == []


@pytest.mark.parametrize("content", [[], {"events": []}, b"", b"{"])
def test_send_takes_a_file_with_something_in_it(run: Cli, content: Any) -> None:
    ran = run("send", run.file(content), "--store", "Sandbox")
    assert (ran.code, ran.out) == (2, "")


def test_an_unusable_key_is_not_quoted(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDO_API_SECRET", f"{KEY}\n{KEY}")
    ran = run("send", run.file(GOOD), "--base-url", "http://127.0.0.1:9", "--store-id", "a")
    assert ran.code == 2
    assert "REDO_API_SECRET" in ran.err
    assert KEY not in ran.err


def test_a_data_folder_that_cannot_be_used_is_said(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    file = run.file(GOOD)
    monkeypatch.setenv("EVENT_COMPOSER_HOME", str(file))
    ran = run("send", file, "--store", "Sandbox", "--format", "json")
    assert ran.code == 1
    assert ran.json["outcome"] == "not-sent"
    assert f"The data folder {file} can't be used" in ran.json["sentence"]


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_key_the_server_sends_back_is_shown_nowhere(
    run: Cli, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    file = run.file(GOOD)
    ran = run("send", file, "--base-url", recorder.base_url, "--store-id", "a", "--format", style)
    assert ran.code == 0
    assert recorder.keys == [f"Bearer {KEY}"]
    assert KEY not in ran.out + ran.err
    kept = [path.read_bytes() for path in paths.data_folder().rglob("*") if path.is_file()]
    assert kept
    assert not any(KEY.encode() in content for content in kept)


def test_an_interrupt_cancels_and_the_history_says_so(run: Cli, there: list[str], sandbox: SandboxProcess) -> None:
    sandbox_process.set_faults(sandbox.origin, [{"kind": "hang"}])
    with started("send", run.file(GOOD), *there, "--format", "json", stdout=subprocess.PIPE) as program:
        eventually(lambda: sandbox_process.faults(sandbox.origin)[0]["hit"], "the request to hang")
        program.send_signal(signal.SIGINT)
        out, _ = program.communicate(timeout=20)
    assert program.returncode == 1
    assert json.loads(out)["outcome"] == "no-answer"
    assert history()[0].entry.finished_ms is not None


# the program as it is started


def test_the_program_says_its_version(run: Cli) -> None:
    assert run("--version").out == f"Event Composer {__version__}\n"


def test_help_tells_how_to_open_rows_in_the_window(run: Cli) -> None:
    assert "--open FILE" in run("--help").out


@pytest.mark.parametrize("command", [[], ["validate"], ["send"], ["sandbox"]])
def test_help_holds_no_key(run: Cli, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    ran = run(*command, "--help")
    assert ran.code == 0
    assert "usage: event-composer" in ran.out
    assert KEY not in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--screenshot", "a.png"],
        ["resend"],
        ["validate"],
        ["sandbox", "--port", "x"],
        ["--format", "text"],
        ["--open"],
        ["--open", "orders.csv", "--self-test"],
        ["--open", "orders.csv", "validate", "orders.csv"],
    ],
)
def test_what_makes_no_command_is_refused(run: Cli, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


def test_standard_input_through_a_real_pipe() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "composer", "validate", "-"],
        input=json.dumps(BAD).encode(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.endswith(b"1 event: 1 error, 0 warnings\n")


def test_a_reader_that_goes_away_ends_it_quietly(run: Cli) -> None:
    read, write = os.pipe()
    os.close(read)
    with started("validate", run.file([BAD] * 2_000), stdout=write, stderr=subprocess.PIPE) as program:
        os.close(write)
        _, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (1, b"")


def test_the_sandbox_says_where_it_listens_and_ends_with_an_interrupt() -> None:
    with started("sandbox", "--port", "0", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout
        assert program.stdout.readline().startswith(b"listening on http://127.0.0.1:")
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)
    assert (program.returncode, out, err) == (0, b"", b"")
