"""One run, as everybody else knows it. What it can do is in `file`, `rows`, `editing`, `many` and `sending`."""

from __future__ import annotations

from composer.storage.runs.sending import Sending


class Run(Sending):
    """A run, its rows, their edits and what was sent; in the file at `path`, made by `Runs`.

    Any number of processes may read it; one at a time `hold`s it for work.
    """
