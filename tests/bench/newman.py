"""Postman's runner, newman, sending the same rows to the same sandbox: one request for each row, as it does it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

VERSION = "6"
ROWS = 2_000  # more would only take longer: its pace does not change


class Taken(NamedTuple):
    """What a whole process took: wall seconds, processor seconds, the peak of its memory in MB."""

    seconds: float
    cpu: float
    memory: float


def installed(folder: Path) -> Path | None:
    """newman in `folder`, installed with npm; None where that can't be."""
    if shutil.which("npm") is None:
        return None
    done = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"newman@{VERSION}"],
        capture_output=True,
        check=False,
        timeout=300,
    )
    program = folder / "node_modules" / ".bin" / "newman"
    return program if done.returncode == 0 and program.exists() else None


def taken_by(command: list[str], env: dict[str, str] | None = None) -> Taken:
    """Run a command and measure it, by the operating system's own account of the finished process."""
    began = time.monotonic()
    with subprocess.Popen(
        command, env=os.environ | (env or {}), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(said.decode(errors="replace"))
    return Taken(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _KB_IN_MB)


_KB_IN_MB = 1024 if resource.getpagesize() else 1


def run(program: Path, url: str, rows: list[dict[str, str]]) -> Taken:
    """Send each row as one event."""
    body = {
        "eventName": "Order Placed",
        "customer": {"email": "{{email}}", "firstName": "{{first}}"},
        "uniqueId": "{{id}}",
        "data": {"Order Id": "{{id}}", "Channel": "{{channel}}"},
    }
    request = {
        "name": "Send",
        "request": {
            "method": "POST",
            "header": [
                {"key": "Authorization", "value": "Bearer bench"},
                {"key": "Content-Type", "value": "application/json"},
            ],
            "url": url,
            "body": {"mode": "raw", "raw": json.dumps(body)},
        },
    }
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    with tempfile.TemporaryDirectory() as name:
        collection, data = Path(name) / "collection.json", Path(name) / "rows.json"
        collection.write_text(json.dumps({"info": {"name": "Rows", "schema": schema}, "item": [request]}))
        data.write_text(json.dumps(rows))
        return taken_by([str(program), "run", str(collection), "-d", str(data), "--reporters", "json",
                         "--reporter-json-export", str(Path(name) / "report.json")])  # fmt: skip
