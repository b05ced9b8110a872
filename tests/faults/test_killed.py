"""A run that is killed at any moment, again and again, and resumed each time: every event arrives exactly once."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from composer.sandbox import SANDBOX_STORE_ID, process
from composer.sandbox.process import SandboxProcess
from composer.storage.runs import Run, Runs, State
from tests.support.xvfb import eventually

KILLS = int(os.environ.get("EVENT_COMPOSER_KILLS", "5"))
ROWS_A_KILL = 2_500  # more than a sitting sends before it is killed


def stored(origin: str) -> Counter[str]:
    """How often the sandbox holds each order."""
    found: Counter[str] = Counter()
    before = None
    while True:
        page: dict[str, Any] = process.world(origin, SANDBOX_STORE_ID, limit=1000, before_event=before)
        found.update(each["event"]["data"]["Order"] for each in page["events"])
        before = page["olderEvents"]
        if before is None:
            return found


def await_requests(run: Run, count: int, sender: subprocess.Popen[bytes]) -> None:
    """Until the run has made so many requests, or its sender has ended."""
    eventually(lambda: sender.poll() is not None or run.info.requests >= count, f"{count} requests", 60)


def test_killed_at_random_moments_and_resumed_every_event_arrives_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = KILLS * ROWS_A_KILL
    file = tmp_path / "orders.csv"
    with file.open("w", newline="") as out:
        write = csv.writer(out)
        write.writerow(["Event", "Email", "Order"])
        write.writerows(["Order Placed", f"user{number % 50}@shop.test", f"order {number}"] for number in range(rows))
    sandbox = SandboxProcess()
    sandbox.start()
    monkeypatch.setenv("REDO_API_SECRET", "rk-0123456789abcdef")
    random.seed(20260402)
    send = [sys.executable, "-m", "composer", "send"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    where = ["--base-url", sandbox.base_url, "--store-id", SANDBOX_STORE_ID]
    try:
        begun = subprocess.Popen([*send, str(file), *where], **silent)
        runs = Runs(Path(os.environ["EVENT_COMPOSER_HOME"]))
        run_id = eventually(runs.latest, "the run", 60)
        run = runs.open(run_id)
        for _ in range(KILLS):
            await_requests(run, run.info.requests + 1 + random.randrange(25), begun)
            begun.kill()
            begun.wait()
            counts = run.counts()
            assert sum(counts.values()) == rows
            begun = subprocess.Popen([*send, "--resume", run_id], **silent)
        assert begun.wait(600) == 0
        assert run.counts()[State.QUEUED] == rows
        run.close()
        held = stored(sandbox.origin)
        assert len(held) == rows
        assert set(held.values()) == {1}
        done = subprocess.run([*send, "--resume", "last", "--format", "json"], capture_output=True, check=True)
        assert json.loads(done.stdout)["queued"] == rows
    finally:
        sandbox.stop()
