"""One sitting of a bulk run: the run is held, it is told which store it goes to, the history knows of it, it is sent.

A run can have many: it was paused, stopped, killed, and goes on in the next one exactly where it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from composer.delivery.budget import Budgets
from composer.delivery.client import TIMEOUTS, Target, Timeouts
from composer.delivery.guard import NOBODY, Consent, Guard
from composer.delivery.pacing import Pacer
from composer.delivery.runner import Barred, Progress, Runner
from composer.delivery.sender import KeyNeeded, NotSent
from composer.event.recipients import outside_words
from composer.storage.database import Database, StorageError
from composer.storage.drift import Drift
from composer.storage.history import History, RunKind
from composer.storage.runs import NOT_SENT, Run, State, Status
from composer.storage.secrets import KeyringUnavailable, Secret, Secrets
from composer.storage.stores import Store, StoreError

_LOOK_EVERY = 1.0  # seconds; test people may go, and a store may become a live one, while a run is under way


class Sitting:
    """Sends what is waiting in `run` to `store`. `send` blocks; the words to it come from any thread."""

    def __init__(
        self,
        run: Run,
        store: Store,
        secret: Secret,
        database: Database,
        budgets: Budgets,
        report: Callable[[Progress], None],
        *,
        consent: Consent = NOBODY,
        asked: str = "",
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        """`database` has the history, the test people and the notes of drift. On a live store a row for somebody whom
        `consent` does not cover is never sent: the run pauses before it. Where `asked` is the stamp of the run that a
        person was asked about, nothing of another is sent.
        """
        self._run, self._store, self._secret, self._budgets = run, store, secret, budgets
        self._history, self._guard, self._drift = History(database), Guard(database), Drift(database)
        self._consent, self._asked, self._report, self._timeouts = consent, asked, report, timeouts
        self._lock = threading.Lock()
        self._runner: Runner | None = None
        self._said = ""  # before there was a runner to say it to

    def send(self) -> Progress:
        """Send until everything has its state, or until it is paused or stopped.

        Raises NotSent when it could not begin, RunBusy when another process works on this run or for this store, and
        StorageError.
        """
        target = Target(self._store.base_url, self._store.store_id)
        try:
            _ = target.url
        except StoreError as error:
            raise NotSent(f"Nothing was sent. {error}") from error
        run = self._run
        with run.hold(self._store):
            if self._asked and self._asked != run.stamp():
                raise NotSent("Nothing was sent: the rows have changed since you were asked. Send them again.")
            run.change(store=self._store)
            info = run.info
            entry = info.entry
            if not entry:
                entry = self._history.begin_run(self._store, info.id, info.name, f"{info.rows:,} events", run.last())
                run.change(entry=entry)
            self._history.tell_run(entry, RunKind.UNDER_WAY, "The run is under way.", round(info.seconds * 1000))
            runner = Runner(
                run,
                target,
                self._secret,
                self._report,
                barred=self._barred(),
                timeouts=self._timeouts,
                pacer=Pacer(budget=self._budgets.of(self._store)),
            )
            with self._lock:
                self._runner = runner
            if self._said:
                self.say(self._said)
            end = runner.run()
            with self._lock:
                self._runner = None
            try:
                self._history.tell_run(entry, _kind(end), sentence(end), round(end.seconds * 1000))
            except StorageError as error:
                end = end._replace(reason=f"{end.reason} The history could not be told: {error}".strip())
            with suppress(StorageError):  # a note more or less; the run has ended as it has
                self._drift.note_run(run)
            return end

    def say(self, word: str) -> None:
        """Do what "pause", "resume", "leave" or "stop" says; "leave" is a pause after which `send` returns."""
        with self._lock:
            runner = self._runner
            if runner is None:
                self._said = word
                return
        {"pause": runner.pause, "resume": runner.resume, "leave": runner.leave, "stop": runner.stop}[word]()

    def _barred(self) -> Barred:
        """Says of an event why it must not be sent: whom it would reach that nobody has said yes to."""
        consent, store, guard = self._consent, self._store, self._guard
        if consent.recipients is None:
            return lambda _: ""
        watch, due = guard.watch(store), time.monotonic() + _LOOK_EVERY

        def barred(body: bytes) -> str:
            nonlocal watch, due
            if time.monotonic() >= due:
                watch, due = guard.watch(store), time.monotonic() + _LOOK_EVERY
            outside = watch(body)
            if consent.covers(outside):
                return ""
            return (
                f"is for {outside_words(outside)}, not among the test people of “{store.name}”. The run paused before "
                "it. Resume asks first."
            )

        return barred


def key_for(store: Store, secrets: Secrets) -> Secret:
    """The key a run to `store` needs. May wait for the keyring. Raises KeyNeeded."""
    try:
        secret = secrets.find(store)
    except KeyringUnavailable as error:
        raise KeyNeeded(f"Nothing was sent. {error}") from error
    if secret is None:
        raise KeyNeeded(f"Nothing was sent: there is no key for “{store.name}”. Enter its API secret.")
    return secret


def sentence(progress: Progress) -> str:
    """How a run stands, in one sentence, and why it waits when it does: "98 queued, 2 rejected."."""
    return " ".join(part for part in (f"{summary(progress.counts)}.", progress.reason) if part)


def summary(counts: Mapping[State, int]) -> str:
    """The counts that say something, in words: ``99,898 queued, 102 rejected``."""
    not_sent = sum(counts.get(state, 0) for state in NOT_SENT)
    named = [
        (counts.get(State.QUEUED, 0), "queued"),
        (counts.get(State.REJECTED, 0), "rejected"),
        (not_sent, "not sent"),
        (counts.get(State.NO_ANSWER, 0), "without an answer"),
        (counts.get(State.WAITING, 0), "waiting"),
        (counts.get(State.IN_FLIGHT, 0), "in flight"),
    ]
    return ", ".join(f"{count:,} {words}" for count, words in named if count) or "no events"


def _kind(end: Progress) -> RunKind:
    if end.status is Status.PAUSED:
        return RunKind.PAUSED
    if end.status is Status.STOPPED:
        return RunKind.STOPPED
    return RunKind.ALL_QUEUED if end.counts.get(State.QUEUED, 0) == end.rows else RunKind.NOT_ALL
