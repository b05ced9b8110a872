"""The worker: tasks in, progress and results out, and what happens to its work when nobody listens any more."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from composer.sandbox import SANDBOX_STORE_ID, process
from composer.sandbox.process import SandboxProcess
from composer.storage.runs import Runs, State, Status

KEY = "rk-0123456789abcdef-known"
GOOD = json.dumps({"eventName": "Order Placed", "customer": {"email": "ann@shop.test"}})


class Worker:
    """A worker process, and the window's side of the talk."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "composer", "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def write(self, **told: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(told).encode() + b"\n")
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told

    def do(self, **task: Any) -> dict[str, Any]:
        """A whole task: its last word."""
        self.write(**task)
        while "progress" in (told := self.read()):
            pass
        return told

    def close(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(20)  # before its output is closed: what it still says is no mistake
        with self.process:
            return code


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.process.kill()
    with suppress(OSError), worker.process:
        pass


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "event-composer")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
    sandbox.start()
    yield sandbox
    sandbox.stop()


def store(sandbox: SandboxProcess) -> list[Any]:
    return [0, "Here", "test", sandbox.base_url, SANDBOX_STORE_ID, "key"]


def test_a_file_is_looked_at_then_read(worker: Worker, runs: Runs, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("Event,Email\nOrder Placed,ann@shop.test\nOrder Placed,bob@\n")
    seen = worker.do(task="preview", path=str(file))["done"]
    assert (seen["name"], seen["headers"]) == ("orders.csv", ["Event", "Email"])
    assert seen["rows"][0] == [2, ["Order Placed", "ann@shop.test"]]
    assert [column["path"] for column in seen["mapping"]["columns"]] == ["/eventName", "/customer/email"]
    done = worker.do(task="import", path=str(file), reading=seen["reading"], mapping=seen["mapping"])["done"]
    run = runs.open(done["run"])
    assert (run.counts()[State.WAITING], run.counts()[State.HELD_BACK]) == (1, 1)
    assert worker.close() == 0


def test_what_can_not_be_read_is_a_sentence_and_leaves_no_run(worker: Worker, runs: Runs, tmp_path: Path) -> None:
    assert "gone.csv" in worker.do(task="preview", path=str(tmp_path / "gone.csv"))["failed"]
    file = tmp_path / "orders.csv"
    file.write_text("Event,Email\nOrder Placed,ann@shop.test\n")
    mapping = {"columns": [{"header": "Event", "path": "/nowhere/at/all"}]}
    assert "no field" in worker.do(task="import", path=str(file), mapping=mapping)["failed"]
    assert runs.all() == []


def test_a_key_stays_in_memory(worker: Worker, sandbox: SandboxProcess, tmp_path: Path) -> None:
    run = worker.do(task="append", name="Composed", text=GOOD, times=3)["done"]["run"]
    end = worker.do(task="send", run=run, store=store(sandbox), secret=KEY)["done"]
    assert end["counts"]["QUEUED"] == 3
    pid = worker.process.pid
    seen = [Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
    seen += [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert not any(KEY.encode() in each for each in seen)


def test_when_the_window_is_gone_a_run_pauses_and_all_of_it_arrives_in_the_next_sitting(
    worker: Worker, runs: Runs, sandbox: SandboxProcess
) -> None:
    process.empty(sandbox.origin, SANDBOX_STORE_ID)
    run_id = worker.do(task="append", name="Composed", text=GOOD, times=20_000)["done"]["run"]
    worker.write(task="send", run=run_id, store=store(sandbox), secret=KEY)
    while worker.read()["progress"]["requests"] < 5:
        pass
    assert worker.close() == 0
    run = runs.open(run_id)
    counts = run.counts()
    assert run.info.status is Status.PAUSED
    assert (counts[State.IN_FLIGHT], counts[State.WAITING] + counts[State.QUEUED]) == (0, 20_000)
    assert counts[State.WAITING] > 0

    other = Worker()
    assert other.do(task="send", run=run_id, store=store(sandbox), secret=KEY)["done"]["counts"]["QUEUED"] == 20_000
    assert other.close() == 0
    assert process.world(sandbox.origin, SANDBOX_STORE_ID)["counts"]["events"] == 20_000


def test_two_workers_never_send_one_run(worker: Worker, sandbox: SandboxProcess) -> None:
    run = worker.do(task="append", name="Composed", text=GOOD, times=20_000)["done"]["run"]
    other = Worker()
    other.do(task="append", name="Begun", text=GOOD, times=1)  # its start may take longer than a run
    worker.write(task="send", run=run, store=store(sandbox), secret=KEY)
    worker.read()
    assert "Another" in other.do(task="send", run=run, store=store(sandbox), secret=KEY)["failed"]
    assert other.close() == 0
    worker.write(say="stop")
    while "progress" in (told := worker.read()):
        pass
    assert told["done"]["status"] == "stopped"
    assert told["done"]["counts"]["STOPPED"] > 0
