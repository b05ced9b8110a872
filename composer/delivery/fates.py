"""What becomes of the rows of a chunk after each answer: their state, and whether they go out again."""

from __future__ import annotations

from composer.delivery.backlog import Backlog, Book
from composer.delivery.chunks import Chunk
from composer.delivery.outcome import Outcome
from composer.delivery.retries import Patience
from composer.delivery.tally import Tally
from composer.delivery.verdicts import finished, rejected_in, words
from composer.storage.runs.states import State

ALL_REJECTED = 100  # one by one, in a row: that is no single event at fault


class Fates:
    """Decides. A reason to pause the run is returned, or nothing."""

    def __init__(self, tally: Tally, book: Book, backlog: Backlog, patience: Patience) -> None:
        self._tally, self._book, self._backlog, self._patience = tally, book, backlog, patience
        self._rejected_in_a_row = 0

    def begin_anew(self) -> None:
        """A person has looked at what was wrong."""
        self._rejected_in_a_row = 0

    def taken(self, chunk: Chunk, outcome: Outcome) -> str:
        """202: queued, but for those that the answer plainly says otherwise of."""
        rejected = rejected_in(outcome.body, len(chunk))
        apart = [(chunk.parcels[at].number, State.REJECTED, reason) for at, reason in sorted(rejected.items())]
        self._tally.move(len(chunk) - len(rejected), State.IN_FLIGHT, State.QUEUED)
        self._book.ended(finished(chunk.request, outcome, State.QUEUED, apart))
        return self._rejected(len(rejected), outcome, is_all=len(rejected) == len(chunk))

    def refused(self, chunk: Chunk, outcome: Outcome) -> str:
        """Something in it is at fault: a single event, or the halves are tried."""
        if len(chunk) > 1:
            self._book.ended(finished(chunk.request, outcome, State.WAITING))
            self._tally.move(len(chunk), State.IN_FLIGHT, State.WAITING)
            self._backlog.before_all(chunk.halves())  # one goes all the way down before the other begins
            return ""
        apart = [(chunk.parcels[0].number, State.REJECTED, words(outcome))]
        self._book.ended(finished(chunk.request, outcome, State.REJECTED, apart))
        return self._rejected(1, outcome, is_all=True)

    def waits_again(self, chunk: Chunk, outcome: Outcome) -> None:
        """Nothing of this request was taken."""
        self._book.ended(finished(chunk.request, outcome, State.WAITING))
        self._tally.move(len(chunk), State.IN_FLIGHT, State.WAITING)
        self._backlog.before_new(chunk)

    def came_back(self, chunk: Chunk) -> None:
        """It never went out, so the request never was."""
        self._book.came_back(chunk.numbers)
        self._tally.move(len(chunk), State.IN_FLIGHT, State.WAITING)
        self._tally.requests -= 1
        self._tally.retries -= bool(chunk.request)
        self._backlog.before_new(chunk)

    def doubted(self, chunk: Chunk, outcome: Outcome, *, give_up: bool) -> None:
        """It may have arrived. Only what has a uniqueId waits to be sent again, as that can't double it."""
        again = [] if give_up else [parcel for parcel in chunk.parcels if parcel.unique_id]
        self._tally.move(len(chunk) - len(again), State.IN_FLIGHT, State.NO_ANSWER)
        self._tally.move(len(again), State.IN_FLIGHT, State.WAITING)
        waiting = [(parcel.number, State.WAITING, outcome.sentence) for parcel in again]
        self._book.ended(finished(chunk.request, outcome, State.NO_ANSWER, waiting))
        if again:
            rest = chunk.part(again)
            self._backlog.later(rest, max(self._patience.wait(rest.tries), outcome.retry_after or 0.0))

    def _rejected(self, rows: int, outcome: Outcome, *, is_all: bool) -> str:
        self._tally.move(rows, State.IN_FLIGHT, State.REJECTED)
        self._rejected_in_a_row = self._rejected_in_a_row + rows if is_all else 0
        if self._rejected_in_a_row < ALL_REJECTED:
            return ""
        self._rejected_in_a_row = 0
        return (
            f"The last {ALL_REJECTED} events were all rejected, one by one, and none was taken meanwhile, so it is "
            f"probably not their fault. The server says: {words(outcome)} Go on when that is clear."
        )
