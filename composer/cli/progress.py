"""The line that says how far it is, on a terminal only: standard error, rewritten in place, gone in the end."""

from __future__ import annotations

import shutil
import sys
import time

_EVERY = 0.1  # seconds between two paintings
_BAR = 24  # characters


class Bar:
    """One line. Where standard error is no terminal nothing is printed."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._next = 0.0
        self._has_painted = False

    def show(self, share: float, words: str) -> None:
        """Say how far it is, 0 to 1, and what there is to say about it."""
        now = time.monotonic()
        if not self._shows or now < self._next:
            return
        self._next = now + _EVERY
        filled = round(min(max(share, 0.0), 1.0) * _BAR)
        line = f"[{'#' * filled}{'-' * (_BAR - filled)}] {share:4.0%}  {words}"
        room = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r{line[:room]:<{room}}")
        sys.stderr.flush()
        self._has_painted = True

    def clear(self) -> None:
        """Take the line away."""
        if self._has_painted:
            sys.stderr.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            sys.stderr.flush()
            self._has_painted = False
