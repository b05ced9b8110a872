"""What a whole process takes: its time, its processor time, the peak of its memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]

# A process that starts another is counted into the other's peak until that has its own program; this one is small.
_LAUNCHER = """
import json, os, resource, subprocess, sys, time
began = time.monotonic()
with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
    said = process.stdout.read().decode(errors="replace")
    code = process.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = time.monotonic() - began
memory = used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
print(json.dumps([code, said, seconds, used.ru_utime + used.ru_stime, memory]))
"""


class Taken(NamedTuple):
    """What a whole process took: wall seconds, processor seconds, the peak of its memory in MB, and what it printed."""

    seconds: float
    cpu: float
    memory: float
    said: str


def taken_by(command: list[str], env: dict[str, str] | None = None, codes: tuple[int, ...] = (0,)) -> Taken:
    """Run a command and measure it, by the operating system's own account of the finished process.

    Raises RuntimeError when it ends with an exit code that is none of `codes`.
    """
    launched = [sys.executable, "-S", "-E", "-c", _LAUNCHER, *command]
    out = subprocess.run(launched, env=os.environ | (env or {}), cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    ended, said, *numbers = json.loads(out)
    if ended not in codes:
        raise RuntimeError(f"{command[:4]} ended with {ended}: {said}")
    return Taken(*numbers, said)


def peak(process: int | str) -> float:
    """The most memory that a running process has had so far, in MB. Linux alone tells; elsewhere it is NaN."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return float("nan")
    found: Any = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "nan")
    return float(found) / 1024


def children(word: str) -> list[str]:
    """The processes started by this one that have `word` as an argument."""
    started = [each for listed in Path("/proc/self/task").glob("*/children") for each in listed.read_text().split()]
    return [each for each in started if word.encode() in Path(f"/proc/{each}/cmdline").read_bytes().split(b"\0")]
