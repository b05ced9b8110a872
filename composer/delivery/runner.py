"""A bulk run on its way: what waits is cut into chunks, written down, paced, sent, retried, bisected, and told.

One thread decides and writes; the senders only send. Before a request goes out it is on the disk that it may have gone
out; what became of it is written down a tenth of a second later at most. So each row is in a true state at any moment,
and nothing without a uniqueId is sent a second time unless it is certain that the first one did not arrive.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from composer.delivery.backlog import Backlog, Book
from composer.delivery.chunks import Chunk
from composer.delivery.client import TIMEOUTS, Line, Target, Timeouts
from composer.delivery.connection import make_ready
from composer.delivery.fates import Fates
from composer.delivery.outcome import Outcome
from composer.delivery.pacing import Pacer
from composer.delivery.retries import PATIENCE, Patience, Rounds
from composer.delivery.senders import MOST, Begun, Ended, Order, Senders, Told
from composer.delivery.tally import Progress, Tally
from composer.delivery.verdicts import Verdict, verdict
from composer.storage.database import StorageError
from composer.storage.runs.run import Run
from composer.storage.runs.states import State, Status
from composer.storage.secrets import Secret

__all__ = ["Progress", "Runner"]

Barred = Callable[[bytes], str]  # why an event, as it goes over the wire, must not be sent; empty when it may be

AHEAD = 4  # requests that are written down and have not gone out
REPORT_EVERY = 0.1  # seconds
_KEEP_TIME_EVERY = 5.0  # seconds; what a kill may cost of the time told
_MOST_BYTES_OUT = 50_000_000
_ALL_FAILED = 20  # in a row: that is no accident of one request
_WORTH_TELLING = 2.0  # seconds of waiting


class Runner:
    """Sends what waits in a run. `run` blocks; the four words to it may come from any thread or a signal handler."""

    def __init__(
        self,
        run: Run,
        target: Target,
        secret: Secret,
        report: Callable[[Progress], None],
        *,
        barred: Barred,
        timeouts: Timeouts = TIMEOUTS,
        pacer: Pacer | None = None,
        patience: Patience = PATIENCE,
        senders: int = MOST,
    ) -> None:
        """`report` is called by the thread in `run`, ten times a second at most. Each row is shown to `barred` whenever
        it is about to go out. `pacer` is the budget of the store.
        """
        self._run, self._target, self._secret, self._report = run, target, secret, report
        self._barred = barred
        self._timeouts, self._patience, self._most_senders = timeouts, patience, senders
        self._pacer = pacer or Pacer()
        self._clock = self._pacer.now
        self._told: SimpleQueue[Told | str] = SimpleQueue()  # its put is safe in a signal handler
        self._book, self._backlog = Book(run, self._clock), Backlog(run, self._clock)
        self._out: dict[int, Chunk] = {}  # by request: what is written down and has not ended
        self._ready: set[int] = set()  # those of them that have not gone out
        self._bytes_out = 0
        self._is_paused = False
        self._end: Status | None = None
        self._reason = self._waits_for = ""
        self._busy, self._lost = Rounds(patience), Rounds(patience)
        self._failed_in_a_row = 0
        self._cut_off_at: float | None = None
        self._reported_at = self._time_kept_at = self._clock()

    def pause(self) -> None:
        """Let nothing new go out, until `resume`; what is on its way ends."""
        self._told.put("pause")

    def resume(self) -> None:
        """Go on after `pause`."""
        self._told.put("resume")

    def leave(self) -> None:
        """Pause, and have `run` return: a later one goes on. What is on its way has a short grace."""
        self._told.put("leave")

    def stop(self) -> None:
        """Send nothing more and return; what waits is "not sent". What is on its way has a short grace."""
        self._told.put("stop")

    def run(self) -> Progress:
        """Send until each row has its state, or until something or somebody pauses or stops the run for good.

        The run must be held. Raises StorageError when it could not begin; what the disk does later pauses the run.
        """
        run = self._run
        make_ready(self._target.address("events/bulk"))
        run.recover()
        info = run.info
        keep = info.options.fill_ids  # else a kept connection that is lost at the wrong moment would leave doubt
        self._tally = Tally(info, run.counts(), self._clock)
        self._fates = Fates(self._tally, self._book, self._backlog, self._patience)
        run.change(status=Status.SENDING, reason="")
        self._senders = Senders(
            lambda: Line(self._target, self._secret, "events/bulk", self._timeouts, keep=keep),
            self._pacer,
            self._told.put,
            self._most_senders,
        )
        try:
            self._hear(0)
            self._fill()
            while not self._is_over():
                self._write_if_due()
                self._report_if_due()
                self._hear(self._seconds_to_wait())
                self._fill()
        finally:
            self._senders.close()
            with suppress(StorageError):  # told by `_conclude`, if it comes to that
                self._book.write()
        return self._conclude()

    def _is_over(self) -> bool:
        return not self._out and (self._end is not None or (not self._is_paused and self._backlog.is_empty))

    # What goes out

    def _fill(self) -> None:
        """Have a few requests ready."""
        try:
            while self._may_begin() and (chunk := self._next()) is not None:
                if not self._holds_back(chunk):
                    self._begin(chunk)
        except StorageError as error:
            self._end_with(Status.PAUSED, f"Nothing more was sent. {error}")

    def _holds_back(self, chunk: Chunk) -> bool:
        """Whether a row of it must not be sent: all of it waits on, nothing new begins, and the run pauses."""
        for parcel in chunk.parcels:
            if reason := self._barred(parcel.body):
                self._end_with(Status.PAUSED, f"Row {parcel.number:,} {reason}", halt=False)
                return True
        return False

    def _may_begin(self) -> bool:
        is_going = self._end is None and not self._is_paused
        return is_going and len(self._ready) < AHEAD and self._bytes_out < _MOST_BYTES_OUT

    def _next(self) -> Chunk | None:
        chunk = self._backlog.next()
        if chunk is None and not self._out:
            self._book.write()
            chunk = self._backlog.look_again()
            if chunk is not None:
                self._tally.read(self._run.info, self._run.counts())
        return chunk

    def _begin(self, chunk: Chunk) -> None:
        try:
            if chunk.request or self._book.has_unsent:
                self._book.write()  # its rows wait
            request = self._run.begin(chunk.numbers, chunk.request or None)
        except StorageError:
            self._backlog.before_all([chunk])
            raise
        self._tally.move(len(chunk), State.WAITING, State.IN_FLIGHT)
        self._tally.requests += 1
        self._tally.retries += bool(chunk.request)
        self._out[request] = chunk
        self._ready.add(request)
        self._bytes_out += chunk.size
        self._senders.send(Order(request, chunk))

    # What is heard

    def _seconds_to_wait(self) -> float:
        """Until something is due, if nothing is heard before."""
        moments = [
            self._reported_at + (REPORT_EVERY if self._out else 1.0),
            self._book.due,
            self._backlog.due if self._may_begin() else None,
            self._cut_off_at,
        ]
        return max(min(moment for moment in moments if moment is not None) - self._clock(), 0.0)

    def _hear(self, seconds: float) -> None:
        if self._cut_off_at is not None and self._clock() >= self._cut_off_at:
            self._cut_off_at = None
            self._senders.cancel()
        with suppress(Empty):
            said = self._told.get(timeout=seconds) if seconds > 0 else self._told.get_nowait()
            while True:
                self._heed(said)
                said = self._told.get_nowait()

    def _heed(self, said: Told | str) -> None:
        match said:
            case Begun(order):
                self._ready.discard(order.request)
                self._tally.sent()
            case Ended(order, outcome, begun):
                self._ready.discard(order.request)
                self._ended(order, outcome, begun)
            case "pause" if self._end is None:
                self._is_paused = True
                self._senders.halt()
                self._reported_at = 0.0
            case "resume" if self._is_paused and self._end is None:
                self._is_paused = False
                self._failed_in_a_row = 0
                self._fates.begin_anew()
                self._senders.go_on()
                self._tally.run_on()
                self._note(Status.SENDING)
            case "leave":
                self._end_with(Status.PAUSED)
                self._cut_off_at = self._clock() + self._patience.grace
            case "stop":
                self._end, self._reason = None, ""  # more than a pause
                self._end_with(Status.STOPPED)
                self._cut_off_at = self._clock() + self._patience.grace
            case BaseException():
                raise said

    def _end_with(self, status: Status, reason: str = "", *, halt: bool = True) -> None:
        """Nothing new goes out; when what is on its way has ended, everything has. The first reason counts. Without
        `halt` what was begun goes out, too.
        """
        if self._end is None:
            self._end, self._reason = status, reason
            if halt:
                self._senders.halt()
            self._reported_at = 0.0

    def _pause_for(self, reason: str) -> None:
        if reason:
            self._end_with(Status.PAUSED, reason)

    def _ended(self, order: Order, outcome: Outcome | None, begun: float) -> None:
        chunk = self._out.pop(order.request)
        self._bytes_out -= chunk.size
        self._senders.ended()
        what = Verdict.NEVER_SENT if outcome is None else verdict(outcome)
        if outcome is None or what is Verdict.NEVER_SENT:
            self._fates.came_back(chunk)
            return
        chunk.request = order.request
        tries = self._patience.tries
        match what:
            case Verdict.TAKEN:
                self._busy.over()
                self._is_reached()
                self._pause_for(self._fates.taken(chunk, outcome))
            case Verdict.REFUSED:
                self._is_reached()
                self._pause_for(self._fates.refused(chunk, outcome))
            case Verdict.WAIT:
                self._tally.limited += 1
                self._hold(self._busy.trouble(begun, self._clock(), outcome.retry_after), outcome)
                self._fates.waits_again(chunk, outcome)
                if self._busy.count >= tries:
                    self._pause_for(f"{tries} times in a row: {outcome.sentence}")
            case Verdict.UNREACHABLE:
                chunk.tries += 1
                self._hold(self._lost.trouble(begun, self._clock()), outcome)
                self._fates.waits_again(chunk, outcome)
                self._pause_after(tries, chunk, outcome)
            case Verdict.PAUSE:
                self._fates.waits_again(chunk, outcome)
                self._pause_for(outcome.sentence)
            case Verdict.DOUBT | Verdict.DOUBT_AND_PAUSE:
                chunk.tries += 1
                self._failed_in_a_row += 1
                if self._failed_in_a_row >= _ALL_FAILED:
                    self._hold(self._lost.trouble(begun, self._clock(), outcome.retry_after), outcome)
                give_up = chunk.tries >= tries or self._end is Status.STOPPED
                self._fates.doubted(chunk, outcome, give_up=give_up)
                self._pause_after(tries, chunk, outcome)
                self._pause_for(outcome.sentence if what is Verdict.DOUBT_AND_PAUSE else "")

    def _is_reached(self) -> None:
        self._lost.over()
        self._failed_in_a_row = 0

    def _hold(self, until: float, outcome: Outcome) -> None:
        self._pacer.hold_until(until)
        self._waits_for = outcome.sentence

    def _pause_after(self, tries: int, chunk: Chunk, outcome: Outcome) -> None:
        if chunk.tries >= tries:
            self._pause_for(f"{tries} tries failed, the last one so: {outcome.sentence}")

    # What is written down and told

    def _write_if_due(self) -> None:
        now = self._clock()
        due = self._book.due
        try:
            if due is not None and now >= due:
                self._book.write()
            if now >= self._time_kept_at + _KEEP_TIME_EVERY:
                self._time_kept_at = now
                self._run.change(seconds=self._tally.seconds)
        except StorageError as error:
            self._pause_for(f"What the server said could not be written down. {error}")
        if self._is_paused and self._end is None and not self._out and self._book.is_clear and self._tally.is_running:
            self._tally.stand_still()
            self._note(Status.PAUSED)

    def _note(self, status: Status) -> None:
        with suppress(StorageError):  # a disk that is full is told when something is to be sent
            self._run.change(status=status, reason="", seconds=self._tally.seconds)
        self._reported_at = 0.0

    def _report_if_due(self) -> None:
        now = self._clock()
        if now >= self._reported_at + REPORT_EVERY:
            self._reported_at = now
            status = self._end or (Status.PAUSED if self._is_paused else Status.SENDING)
            self._report(self._tally.progress(status, self._reason or self._waiting_for(now), self._seconds_left()))

    def _waiting_for(self, now: float) -> str:
        seconds = self._pacer.held_until - now
        if seconds < _WORTH_TELLING or self._is_paused:
            return ""
        return f"Waiting for {seconds:,.0f} seconds. {self._waits_for}"

    def _seconds_left(self) -> float | None:
        if self._end is not None or self._is_paused:
            return None
        held = max(self._pacer.held_until - self._clock(), 0.0)
        requests = self._backlog.requests(self._tally.counts[State.WAITING])
        return held + requests / (self._tally.rate or self._pacer.per_second)

    def _conclude(self) -> Progress:
        status, reason = self._end or Status.FINISHED, self._reason
        self._tally.stand_still()
        try:
            self._book.write()
            if status is Status.STOPPED:
                self._run.stop_waiting()
            self._run.change(status=status, reason=reason, seconds=self._tally.seconds)
            self._tally.read(self._run.info, self._run.counts())
        except StorageError as error:
            status = Status.PAUSED
            reason = reason or f"What became of the run could not be written down. {error}"
        progress = self._tally.progress(status, reason, None if status is Status.PAUSED else 0.0)
        self._report(progress)
        return progress
