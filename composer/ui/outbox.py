"""From Send to what came of it: held back by errors, asked about where the store is live, sent, and sent once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from composer.event import jsontext
from composer.event.again import again
from composer.event.payload import Json
from composer.storage.stores import Kind, Store
from composer.ui.compose.accepted import AcceptedId
from composer.ui.jobs import Jobs
from composer.ui.loading import load_checks
from composer.ui.notice import Notice

if TYPE_CHECKING:
    from composer.delivery.sender import Sent
    from composer.storage.history import FullEntry
    from composer.ui.compose.place import ComposePlace
    from composer.ui.desk import Desk


class Outbox(QObject):
    """One event at a time: the one that is composed, or one that was sent before.

    Signals: `compose_wanted()` what is composed goes out, or is held back: Compose shows why, and the answer;
    `kept(int)` an event was sent, and is this entry of the history.
    """

    compose_wanted = Signal()
    kept = Signal(int)

    def __init__(self, window: QWidget, desk: Desk, jobs: Jobs, notice: Notice, compose: ComposePlace) -> None:
        super().__init__(compose)
        self._window, self._desk, self._jobs, self._notice = window, desk, jobs, notice
        self._compose, self._composition, self._sending = compose, compose.composition, compose.sending
        self._confirmed: Store | None = None  # the live store that was asked about, as it was then
        self._store: Store | None = None
        self._is_composed = False  # what is on its way, not one from the history
        self._accepted = AcceptedId(jobs, lambda: desk.history, compose.composition)
        self._sending.finished.connect(self._follow)
        self._sending.failed.connect(self._say_failed)

    def send(self, store: Store, anyway: bool = False) -> None:
        """Send what is composed, unless something holds it back."""
        if self._sending.is_under_way or not self._compose.isEnabled():
            return
        self._compose.form.finish_cell()
        self._judge_now()
        composition = self._composition
        held_back = composition.error is not None or bool(composition.errors)
        self.compose_wanted.emit()
        if held_back and not anyway:
            if composition.error is not None:
                composition.focus_wanted.emit("")
            elif composition.errors[0].code != "unknown-variable" or not self._compose.filling.ask():
                composition.focus_wanted.emit(composition.errors[0].path)
            return
        event = composition.event if composition.error is None else None
        text, findings = composition.sent(), composition.findings  # a question may take its time, and they go on
        if self.may_send(store, event) and self._is_free():
            self._notice.clear()
            self._is_composed = True
            self._sending.send(store, event, text, findings, anyway=held_back)

    def send_again(self, full: FullEntry) -> None:
        """Send what was sent before once more, as another event."""
        text, payload, unique_id = again(full.body.decode("utf-8", "surrogatepass"))
        said = f"a new uniqueId, {unique_id}: Redo ignores one it has accepted." if unique_id else "no uniqueId."
        self._repeat(full, text, payload, f"It goes to {full.entry.store_name} once more, with {said}")

    def try_again(self, entry: int) -> None:
        """Send an attempt that may not have arrived once more, as it was: Redo takes a uniqueId once."""
        history = self._desk.history

        def begin(full: FullEntry | None) -> None:
            if full is None:
                self._notice.say("caution", "That attempt is not in the history any more. Send the event from Compose.")
                return
            text = full.body.decode("utf-8", "surrogatepass")
            if full.entry.unique_id:
                said = "Trying again with the same uniqueId: if it has arrived, Redo will ignore this one."
            else:
                from composer.ui.questions import may_double

                if not may_double(self._window, full.entry.store_name):
                    return
                said = "Trying again. Without a uniqueId Redo takes it twice if the first one has arrived."
            self._repeat(full, text, _payload(text), said)

        self._jobs.run(lambda: history.entry(entry), begin, self._failed)

    def may_send(self, store: Store, event: Json) -> bool:
        """The first event of a session to a live store is asked about."""
        if store.kind is not Kind.LIVE or store == self._confirmed:
            return True
        from composer.event.identity import resolve
        from composer.ui.questions import may_send_live

        may = may_send_live(self._window, store.name, resolve(event).value)
        self._confirmed = store if may else None
        return may

    def show_store(self, store: Store) -> None:
        """What is composed would go to this one."""
        self._store = store
        self._accepted.show_store(store.at(self._desk.sandbox_url) if store.is_built_in else store)

    def ask_anew(self) -> None:
        """Another store was chosen."""
        self._confirmed = None

    def _repeat(self, full: FullEntry, text: str, payload: Json, said: str) -> None:
        if not self._is_free():
            return
        entry = full.entry

        def begin(stores: list[Store]) -> None:
            store = next((each for each in stores if each.id == entry.store_row), None)
            if store is None or store.store_id != entry.store_id:
                self._notice.say(
                    "caution",
                    f"The store “{entry.store_name}” it went to is not among the stores any more, or is another one "
                    "now. Use “Edit as new” and choose where to send it.",
                )
            elif self._is_free() and self.may_send(store, payload) and self._is_free():
                self._notice.say("accent", said)
                self._is_composed = False
                findings = [] if payload is None else full.findings
                self._sending.send(store, payload, text, findings, anyway=entry.sent_anyway)

        self._jobs.run(self._desk.stores.all, begin, self._failed)

    def _is_free(self) -> bool:
        """Whether no other event is on its way; else that is said."""
        if self._sending.is_under_way:
            self._notice.say("caution", "Another event is on its way. Wait for its answer, then try again.")
        return not self._sending.is_under_way

    def _judge_now(self) -> None:
        """Nothing is sent on old findings, or before the checks are loaded."""
        if self._composition.is_judged:
            self._composition.judge_now()
        else:
            self._composition.judge_with(load_checks())

    def _follow(self, sent: Sent) -> None:
        if self._is_composed:
            self._compose.follow_sent()
        if self._store is not None:
            self.show_store(self._store)  # the sandbox may have started meanwhile
        self._accepted.look_again()
        self.kept.emit(sent.entry)

    def _say_failed(self, sentence: str) -> None:
        """What went out from another place is answered there; in Compose its panel says why."""
        if not self._is_composed:
            self._notice.say("bad", sentence)

    def _failed(self, error: Exception) -> None:
        from composer.storage.database import StorageError

        if not isinstance(error, StorageError):
            raise error
        self._notice.say("bad", str(error))


def _payload(text: str) -> Json:
    try:
        return jsontext.parse(text).payload
    except jsontext.JsonTextError:
        return None
