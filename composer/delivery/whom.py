"""Whom the rows of a run would reach, looked up before any of them is sent, so that a person can be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from composer.delivery.chunks import Feeder
from composer.event.payload import Json
from composer.event.recipients import outside_words
from composer.event.walk import readable
from composer.storage.runs import Run, State

MOST_NAMES = 2  # people who are named
_LONGEST_NAME = 60  # characters


class Whom(NamedTuple):
    """Of `waiting` rows, `outside` hit people who are no test people. The first of these people are in `names`, and
    `more` of the rows hit others. Not `whole` when it was stopped before the end; `stamp` is the run's at the end.
    """

    waiting: int
    outside: int
    names: tuple[str, ...]
    more: int
    whole: bool = True
    stamp: str = ""

    def as_json(self) -> dict[str, Json]:
        """The same for another process."""
        return self._asdict()

    @staticmethod
    def from_json(told: dict[str, Json]) -> Whom:
        """What `as_json` gave."""
        return Whom(**{**told, "names": tuple(told["names"])})

    def sentence(self, store: str) -> str:
        """What a person is told: how many of how many rows hit whom, who is no test person of the store so called."""
        if self.more:
            names = ", ".join(readable(name, _LONGEST_NAME) for name in self.names)
            named = f"{names} and {_rows(self.more, 'more ')}"
        else:
            named = outside_words(self.names)
        return (
            f"{self.outside:,} of {_rows(self.waiting)} {'hits' if self.outside == 1 else 'hit'} people who are not "
            f"among the test people of “{store}”: {named}."
        )


def whom(
    run: Run,
    watch: Callable[[bytes], list[str]],
    on_progress: Callable[[int, int], object] = lambda _done, _of: None,
    stop: Callable[[], bool] = lambda: False,
) -> Whom:
    """Look at every row that a sitting would send now; `watch` is the guard's, for the store. What was on its way when
    a sitting died waits again after this, as it does in the next sitting.

    Raises RunBusy while others work on the run, and StorageError.
    """
    waiting = outside = more = 0
    names: list[str] = []
    with run.hold(sending=False):
        run.recover()
        of, feeder = run.counts().get(State.WAITING, 0), Feeder(run)
        while (chunk := feeder.next()) is not None:
            if stop():
                return Whom(waiting, outside, tuple(names), more, whole=False)
            for parcel in chunk.parcels:
                hit = watch(parcel.body)
                if hit:
                    outside += 1
                    names += [name for name in hit if name not in names][: MOST_NAMES - len(names)]
                    more += any(name not in names for name in hit)
            waiting += len(chunk)
            on_progress(waiting, of)
        return Whom(waiting, outside, tuple(names), more, stamp=run.stamp())


def _rows(count: int, which: str = "") -> str:
    return f"{count:,} {which}row{'' if count == 1 else 's'}"
