"""Many rows, from the file to the sandbox: read and checked, sent from the window, sent from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import newman, rows
from tests.bench.taken import ROOT, Taken, taken_by

READ = int(os.environ.get("EVENT_COMPOSER_BENCH_ROWS", "1000000"))
SENT = min(READ, 100_000)
LIMIT = 100  # requests a second


def report() -> None:
    """Print what it takes to read, to send from the window, and to send from the command line."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _report_reading(rows.write(folder / "orders.csv", READ))
        print()
        many = rows.write(folder / "many.csv", SENT)
        _report_sending(_run("tests.bench.bulk_window", "send", str(many)))
        print()
        _report_programs(folder, many)


def _report_reading(file: Path) -> None:
    told = _run("tests.bench.bulk_window", "import", str(file))
    peer = _run("tests.bench.rows", "peer", str(file))
    assert told["rows"] == peer["rows"] == READ
    ours, theirs = told["rows"] / told["seconds"], peer["rows"] / peer["seconds"]
    print(f"Read, check and keep {READ:,} rows of {len(rows.HEADERS)} columns, {told['with_finding']:,} with a finding")
    _row("in the window's worker, kept on disk", f"{ours:9,.0f} rows/s")
    _row("    peer: csv, pydantic, json.dumps, nothing kept", f"{theirs:9,.0f} rows/s   ratio {ours / theirs:.2f}")
    both = told["window"] + told["worker"]
    _row("peak memory of window and worker", f"{both:9,.0f} MB, {both - told['empty']:,.0f} more than an empty window")
    _row("    floor: an empty window", f"{told['empty']:9,.0f} MB")
    _row("the UI thread meanwhile, a beat every 5 ms", _beats(told["reading"]))


def _report_sending(told: dict[str, Any]) -> None:
    requests = told["requests"]
    pace = requests / told["took"] / LIMIT
    print(f"Send {told['rows']:,} rows from the window, in {requests:,} requests, while somebody types")
    _row("of the limit of 100 requests/s", f"{pace:9.1%}   ({told['took']:.2f} s; the limit allows {requests / LIMIT})")
    _row("answers 429", f"{told['limited']:9}")
    _row("rows whose state is not what the sandbox holds", f"{told['differ']:9}   of {_counts(told['counts'])}")
    _row("the UI thread meanwhile, a beat every 5 ms", _beats(told["sending"]))
    _row("    floor: the same typing, nothing sent", _beats(told["quiet"]))


def _report_programs(folder: Path, many: Path) -> None:
    from composer.sandbox.process import SandboxProcess

    few = rows.write(folder / "few.csv", newman.ROWS, with_finding=False)
    print("As a program, whole process                            events/s   peak memory   processor per 1,000 events")
    sandbox = SandboxProcess()
    os.environ["EVENT_COMPOSER_HOME"], before = str(folder / "home"), os.environ.get("EVENT_COMPOSER_HOME")
    try:
        sandbox.start()
        _program(f"event-composer send, {newman.ROWS:,} rows", _send(sandbox, "few", few), newman.ROWS)
        _program(f"event-composer send, {SENT:,} rows", _send(sandbox, "many", many), _stored(sandbox, "many"))
        try:
            program = newman.installed(folder / "newman")
        except newman.NotThereError as error:
            print(f"    peer: newman is left out: {error}")
            return
        url = f"{sandbox.base_url}/stores/{_store('newman')}/events"
        taken = newman.send(program, url, few)
        _program(f"    peer: newman, {newman.ROWS:,} rows, one a request", taken, _stored(sandbox, "newman"))
    finally:
        sandbox.stop()
        del os.environ["EVENT_COMPOSER_HOME"]
        if before is not None:
            os.environ["EVENT_COMPOSER_HOME"] = before


def _send(sandbox: Any, store: str, file: Path) -> Taken:
    """Our program; it ends with 1 where some rows were held back."""
    command = [sys.executable, "-m", "composer", "send", str(file), "--base-url", sandbox.base_url]
    command += ["--store-id", _store(store), "--format", "json"]
    return taken_by(command, {"REDO_API_SECRET": "bench"}, codes=(0, 1))


def _store(name: str) -> str:
    """A store of its own for each, so that nobody waits for another's limit."""
    return name.encode().hex().ljust(24, "0")


def _stored(sandbox: Any, store: str) -> int:
    """How many events the sandbox holds."""
    from composer.sandbox.process import world

    counts: Any = world(sandbox.origin, _store(store), limit=1)["counts"]
    return int(counts["events"])


def _run(module: str, *arguments: str) -> dict[str, Any]:
    """What a module prints that is run as a program of its own: what it takes is not what was done before it."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _row(name: str, told: str) -> None:
    print(f"  {name:<50} {told}")


def _beats(told: dict[str, Any]) -> str:
    return f"99 % {told['tail']:5.1f}, worst {told['worst']:5.1f} ms; {told['late']} over 50 ms"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {state.lower().replace('_', ' ')}" for state, number in counts.items())


def _program(name: str, taken: Taken, events: int) -> None:
    pace, cpu = events / taken.seconds, taken.cpu / events * 1000
    print(f"  {name:<50} {pace:9,.0f}   {taken.memory:8,.0f} MB   {cpu:8.2f} s   ({taken.seconds:.1f} s in all)")
