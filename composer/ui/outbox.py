"""From Send to what came of it: held back by errors, asked about where the store is live, sent, and sent once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from composer.event import jsontext
from composer.event.again import again
from composer.event.findings import Finding
from composer.event.payload import Json, get
from composer.storage.stores import Kind, Store
from composer.ui.compose.accepted import AcceptedId
from composer.ui.compose.near_miss import NearMisses
from composer.ui.compose.whom import Whom
from composer.ui.jobs import Jobs
from composer.ui.loading import load_checks
from composer.ui.notice import Notice

if TYPE_CHECKING:
    from composer.delivery.sender import ConsentNeeded, Sent
    from composer.storage.history import FullEntry
    from composer.ui.compose.place import ComposePlace
    from composer.ui.desk import Desk

_DOUBLED = "It has no uniqueId: if the first one has arrived, Redo takes both, and flows may write twice."


class _Letter(NamedTuple):
    """An event as it was when somebody wanted it sent."""

    store: Store
    event: Json  # what the text says, None where it can't be read
    text: str
    findings: Sequence[Finding]
    anyway: bool
    verify: bool = False
    is_composed: bool = True  # not one from the history
    said: str = ""  # when it goes out
    warning: str = ""  # in the question


class Outbox(QObject):
    """One event at a time: the one that is composed, or one that was sent before.

    Signals: `compose_wanted()` what is composed goes out, or is held back: Compose shows why, and the answer;
    `kept(int)` an event was sent, and is this entry of the history; `people_wanted(Store)` somebody wants to see the
    test people of a store.
    """

    compose_wanted = Signal()
    kept = Signal(int)
    people_wanted = Signal(object)

    def __init__(self, window: QWidget, desk: Desk, jobs: Jobs, notice: Notice, compose: ComposePlace) -> None:
        super().__init__(compose)
        self._window, self._desk, self._jobs, self._notice = window, desk, jobs, notice
        self._compose, self._composition, self._sending = compose, compose.composition, compose.sending
        self._confirmed: Store | None = None  # the live store that was asked about, as it was then
        self._store: Store | None = None
        self._asked: _Letter | None = None  # whom it reaches is looked up, or a person is being asked
        self._letter: _Letter | None = None  # what went out last
        self._accepted = AcceptedId(jobs, lambda: desk.history, compose.composition)
        self.whom = Whom(jobs, lambda: desk.lookups, desk.settings, compose.composition, compose.form.whom)
        self.whom.failed.connect(self._failed)
        self._near = NearMisses(jobs, lambda: desk.people, lambda: desk.history, compose.composition, self.whom)
        self._sending.finished.connect(self._follow)
        self._sending.failed.connect(self._say_failed)
        self._sending.consent_needed.connect(self._ask_after_all)

    def send(self, store: Store, anyway: bool = False, verify: bool = False) -> None:
        """Send what is composed, unless something holds it back; with `verify` see what it did to the profile."""
        if self._is_busy or not self._compose.isEnabled():
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
        # A question may take its time, and they go on.
        self._deliver(_Letter(store, event, composition.sent(), composition.findings, held_back, verify))

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
                self._repeat(full, text, _payload(text), said)
            else:
                said = "Trying again. Without a uniqueId Redo takes it twice if the first one has arrived."
                self._repeat(full, text, _payload(text), said, _DOUBLED)

        self._jobs.run(lambda: history.entry(entry), begin, self._failed)

    def show_store(self, store: Store) -> None:
        """What is composed would go to this one."""
        self._store = store
        there = store.at(self._desk.sandbox_url) if store.is_built_in else store
        for each in (self._accepted, self.whom, self._near):
            each.show_store(there)

    def follow_people(self, *_: object) -> None:
        """The test people are others."""
        self._near.read_again()

    def ask_anew(self) -> None:
        """Another store was chosen."""
        self._confirmed = None

    def _repeat(self, full: FullEntry, text: str, payload: Json, said: str, warning: str = "") -> None:
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
            elif self._is_free() and (store.kind is Kind.LIVE or not warning or self._may_double(store)):
                findings = [] if payload is None else full.findings
                anyway = entry.sent_anyway
                letter = _Letter(store, payload, text, findings, anyway, is_composed=False, said=said, warning=warning)
                self._deliver(letter)

        self._jobs.run(self._desk.stores.all, begin, self._failed)

    def _may_double(self, store: Store) -> bool:
        from composer.ui.questions import may_double

        return may_double(self._window, store.name) and self._is_free()

    def _deliver(self, letter: _Letter) -> None:
        """Send it; to a live store only when a person has said yes to those it reaches."""
        if letter.store.kind is not Kind.LIVE:
            self._post(letter, [])
            return
        self._asked = letter
        guard = self._desk.guard

        def work() -> list[str]:
            from composer.delivery.sender import wire

            return guard.outside(letter.store, wire(letter.text))

        def decide(outside: list[str]) -> None:
            if outside or letter.store != self._confirmed:
                self._ask(letter, outside)
            else:
                self._post(letter, outside)

        self._jobs.run(work, decide, self._not_asked)

    def _ask_after_all(self, refused: ConsentNeeded) -> None:
        """The store became a live one meanwhile, or somebody was taken off the list."""
        if self._letter is not None:
            self._ask(self._letter, refused.outside)

    def _ask(self, letter: _Letter, outside: list[str]) -> None:
        from composer.delivery.guard import UNNAMED
        from composer.event.identity import resolve
        from composer.storage.people import addable
        from composer.ui.live_question import LiveQuestion, consequence_words, whom_words

        self._asked = letter
        name = letter.event.get("eventName") if isinstance(letter.event, dict) else None
        question = LiveQuestion(
            letter.store.name,
            whom_words(letter.store.name, outside, resolve(letter.event).value, UNNAMED),
            consequence_words(name if isinstance(name, str) else "", letter.warning),
            is_outside=bool(outside),
            can_add=bool(addable(outside)),
            parent=self._window,
        )
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def answer(result: int) -> None:
            self._asked = None
            if result != LiveQuestion.DialogCode.Accepted:
                self._confirmed = None
                return
            self._confirmed = letter.store
            self._post(letter, outside)
            if question.add.isChecked():
                people = self._desk.people
                self._jobs.run(
                    lambda: people.add(letter.store, outside), self.follow_people, self._say_not_added, in_order=True
                )

        question.finished.connect(answer)
        question.people_wanted.connect(lambda: self.people_wanted.emit(letter.store))
        question.open()

    def _post(self, letter: _Letter, allowed: list[str]) -> None:
        from composer.delivery.guard import Consent

        self._asked, self._letter = None, letter
        if letter.said:
            self._notice.say("accent", letter.said)
        else:
            self._notice.clear()
        self._sending.send(
            letter.store,
            letter.event,
            letter.text,
            letter.findings,
            anyway=letter.anyway,
            consent=Consent(frozenset(allowed)),
            verify=letter.verify,
        )

    @property
    def _is_busy(self) -> bool:
        return self._asked is not None or self._sending.is_under_way

    def _is_free(self) -> bool:
        """Whether no other event is on its way, or asked about; else that is said."""
        if self._is_busy:
            self._notice.say("caution", "Another event is on its way. Wait for its answer, then try again.")
        return not self._is_busy

    def _judge_now(self) -> None:
        """Nothing is sent on old findings, or before the checks are loaded."""
        if self._composition.is_judged:
            self._composition.judge_now()
        else:
            self._composition.judge_with(load_checks())

    def end(self) -> None:
        """The window closes: look nobody up any more, and take a question that is open for answered with no."""
        for each in self._window.findChildren(QDialog):
            each.reject()
        self.whom.end()
        self._near.end()

    def _follow(self, sent: Sent) -> None:
        self.whom.look_again(self._queued(sent))
        if self._letter is not None and self._letter.is_composed:
            self._compose.follow_sent()
        if self._store is not None:
            self.show_store(self._store)  # the sandbox may have started meanwhile
        self._accepted.look_again()
        self._near.read_again()
        self.kept.emit(sent.entry)

    def _queued(self, sent: Sent) -> tuple[Store, str] | None:
        """The email that was sent to, and where, if it was queued."""
        if self._letter is None or sent.outcome.kind != "queued":
            return None
        email = get(self._letter.event, "/customer/email")
        return (self._letter.store, email) if isinstance(email, str) else None

    def _say_failed(self, sentence: str) -> None:
        """What went out from another place is answered there; in Compose its panel says why."""
        if self._letter is not None and not self._letter.is_composed:
            self._notice.say("bad", sentence)

    def _say_not_added(self, error: Exception) -> None:
        """The event is on its way all the same."""
        from composer.storage.database import StorageError
        from composer.storage.stores import StoreError

        if not isinstance(error, (StorageError, StoreError)):
            raise error
        self._notice.say("bad", f"Nobody was added to the test people. {error}")

    def _not_asked(self, error: Exception) -> None:
        from composer.storage.database import StorageError

        self._asked = None
        if not isinstance(error, StorageError):
            raise error
        self._notice.say("bad", f"The event was not sent, because the test people could not be read. {error}")

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
