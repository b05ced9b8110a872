"""Postman's runner, newman, sending the rows of a file: one request for each row, as it does it."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.bench.taken import Taken, taken_by

VERSION = "6"
ROWS = 2_000  # more would only take longer: its pace does not change
_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


class NotThereError(Exception):
    """newman can't be installed here; the text says why, in one line."""


def installed(folder: Path) -> Path:
    """newman in `folder`, installed with npm. Raises NotThereError."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotThereError("there is no npm here")
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"newman@{VERSION}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=180)
    except subprocess.TimeoutExpired:
        raise NotThereError("npm did not end within three minutes") from None
    program = folder / "node_modules" / ".bin" / "newman"
    if done.returncode or not program.exists():
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise NotThereError(f"npm could not install it: {said[-1]}")
    return program


def send(program: Path, url: str, file: Path) -> Taken:
    """Send each row of a CSV file with the columns of `rows.HEADERS` as one event to `url`."""
    event = {
        "eventName": "{{Event}}",
        "customer": {
            "email": "{{Email}}",
            "firstName": "{{First name}}",
            "lastName": "{{Last name}}",
            "phoneNumber": "{{Phone}}",
        },
        "eventTimestamp": "{{Timestamp}}",
        "value": "{{Value}}",
        "valueCurrency": "{{Currency}}",
        "uniqueId": "{{Order ID}}",
        "data": {"Order ID": "{{Order ID}}", "Channel": "{{Channel}}"},
    }
    headers = {"Authorization": "Bearer bench", "Content-Type": "application/json"}
    request = {
        "method": "POST",
        "header": [{"key": key, "value": value} for key, value in headers.items()],
        "url": url,
        "body": {"mode": "raw", "raw": json.dumps(event).replace('"{{Value}}"', "{{Value}}")},
    }
    with tempfile.TemporaryDirectory() as folder:
        collection = Path(folder, "collection.json")
        described = {"info": {"name": "Rows", "schema": _SCHEMA}, "item": [{"name": "Send", "request": request}]}
        collection.write_text(json.dumps(described))
        data, report = Path(folder, "rows.json"), Path(folder, "report.json")
        with file.open(newline="", encoding="utf-8") as source:  # of a CSV it makes numbers, of "+1206…" too
            data.write_text(json.dumps(list(csv.DictReader(source))))
        return taken_by([str(program), "run", str(collection), "--iteration-data", str(data), "--reporters", "json",
                         "--reporter-json-export", str(report)])  # fmt: skip
