"""How long to wait before something is tried again, and when to give up."""

from __future__ import annotations

import random
from typing import NamedTuple


class Patience(NamedTuple):
    """`tries` of one request before it is given up. Waits double from `first` to `most` seconds. `grace` is how many
    seconds a request on its way has when everything is to end.
    """

    tries: int = 10
    first: float = 0.5
    most: float = 30.0
    grace: float = 3.0

    def wait(self, failures: int) -> float:
        """Seconds after so many failures in a row: half of it by chance, so that not everybody comes back at once."""
        seconds = min(self.most, self.first * 2.0 ** min(failures - 1, 30))
        return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - not to keep a secret


PATIENCE = Patience()


class Rounds:
    """Counts trouble that stops everybody. What many requests on their way meet at once counts once."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.count = 0
        self._until = float("-inf")

    def trouble(self, begun: float, now: float, wait: float | None = None) -> float:
        """A request `begun` then met it. Returns the moment before which nobody sends; `wait` is as a server asked."""
        if begun >= self._until:
            self.count += 1
            self._until = now + (self._patience.wait(self.count) if wait is None else wait)
        elif wait is not None:
            self._until = max(self._until, now + wait)
        return self._until

    def over(self) -> None:
        """A request met none."""
        self.count = 0
