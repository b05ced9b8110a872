"""What variables are resolved with, and how one placeholder learns where it stands.

Everything made up follows from the context alone, so that the same context gives the same event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from composer.event.payload import Json


class Context(NamedTuple):
    """What one event is resolved with.

    `now` is aware: the moment `$now` means. The same `seed` and `row` give the same made-up values. `values` are those
    given for asked names; a missing name is unknown. `row` is that of a bulk run, 1 for a single event.
    """

    now: datetime
    seed: str
    values: Mapping[str, Json]
    row: int = 1
    counter: int = 1


class Place(NamedTuple):
    """Where a built-in stands: at `pointer`, the `turn`-th of its name in that text, from 0."""

    context: Context
    pointer: str
    turn: int

    def draw(self, name: str) -> int:
        """A whole number of 128 bits that only this use of the built-in `name` has."""
        from hashlib import blake2b

        origin = f"{self.context.seed}\0{self.context.row}\0{name}\0{self.pointer}\0{self.turn}"
        return int.from_bytes(blake2b(origin.encode(errors="surrogatepass"), digest_size=16).digest(), "big")


Maker = Callable[[Place], Json]  # raises VariableError when there is no such value


class VariableError(ValueError):
    """What stands between the braces can't be read, or means nothing; the words are a clause that follows a colon."""
