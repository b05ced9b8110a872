"""`make bench`: what the speed claims rest on, each number beside a floor or a peer measured in the same run."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version

from tests.bench import bulk, keystrokes, memory, startup


def main() -> int:
    """Print the tables."""
    versions = f"Python {platform.python_version()}, PySide6 {version('PySide6-Essentials')}"
    print(f"{versions}, {platform.machine()}, offscreen\n")
    startup.report()
    print()
    keystrokes.report()
    print(flush=True)
    bulk.report()
    print(flush=True)
    memory.report()
    return 0


if __name__ == "__main__":
    sys.exit(main())
