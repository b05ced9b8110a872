"""The draft as the window sees it: one place that edits it, checks it, and says that it changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from composer.event import jsontext
from composer.event.draft import Draft, Prepared
from composer.event.findings import Finding, Fix, Severity
from composer.event.folding import View
from composer.event.jsontext import JsonTextError
from composer.event.payload import MISSING, Edit, Json, Remove, Set, apply, get, join
from composer.ui.compose.judging import NOTHING_FOUND, Check, Judgement, judgement_of
from composer.ui.jobs import Jobs

if TYPE_CHECKING:
    from composer.event.variables import Context
    from composer.event.vocabulary import Vocabulary

PRUNED = ("/customer/location", "/customer/customFields", "/data")  # made by the form, so it takes them away when empty

SLOW = 0.012  # seconds
LARGE = 100_000  # bytes; one that is much larger than the one before may be slow, however fast that was
FRESH = 10_000  # milliseconds: so old may the moment be that `{{$now}}` means


class Composition(QObject):
    """Form, JSON editor and checks all look at this.

    Signals: `changed()` the payload or its text is another one, and `findings` with it; `judged()` only the findings
    are (the checks were loaded). `begun()` the event is a whole new one. `focus_wanted(str)`: bring the field at this
    JSON Pointer into focus.
    """

    changed = Signal()
    judged = Signal()
    begun = Signal()
    focus_wanted = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._is_judging = False
        self._draft = Draft(time.monotonic)
        self._check: Check | None = None
        self._context: Context | None = None
        self._vocabulary: Vocabulary | None = None
        self._judgement = NOTHING_FOUND
        self._judged_size = 0  # bytes
        self._clock = QTimer(self)
        self._clock.setInterval(FRESH)
        self._clock.timeout.connect(self._move_on)
        self._broken_parts: dict[str, str] = {}
        self._remarks: dict[str, Sequence[Finding]] = {}

    @property
    def payload(self) -> Json:
        """The payload as last read; while the typed JSON is broken, the one before."""
        return self._draft.payload

    @property
    def event(self) -> Json:
        """What the payload is once its variables have values, as it was checked; the payload where it has none."""
        return self._judgement.event if self._judgement.payload is self.payload else self.payload

    @property
    def uses_variables(self) -> bool:
        """Whether what is sent is another text than the one that is edited."""
        return self.event is not self.payload

    @property
    def values(self) -> Mapping[str, Json]:
        """What was given for the variables that are asked for."""
        return self._context.values if self._context is not None else {}

    @property
    def vocabulary(self) -> Vocabulary | None:
        """What was sent to the store before: it completes names, and warns of what is not like it; None until known."""
        return self._vocabulary

    @property
    def view(self) -> View:
        """What the JSON editor shows, and its size on the wire in bytes."""
        return self._draft.view

    @property
    def error(self) -> JsonTextError | None:
        """Where the typed JSON is broken, or None."""
        return self._draft.state.error

    @property
    def origin(self) -> int:
        """Which of the whole texts that were loaded the event was made from."""
        return self._draft.state.origin

    @property
    def is_judged(self) -> bool:
        """Whether the checks are loaded."""
        return self._check is not None

    @property
    def findings(self) -> Sequence[Finding]:
        """All of them, errors first."""
        return [*self._judgement.errors, *self._judgement.warnings]

    @property
    def listed(self) -> Sequence[Finding]:
        """The first of them, as many as anybody would read: what the window shows."""
        return self._judgement.listed

    @property
    def is_settled(self) -> bool:
        """Whether the findings are those of the payload as it is now."""
        return self.is_judged and not self._is_judging

    @property
    def errors(self) -> Sequence[Finding]:
        """The findings that hold sending back."""
        return self._judgement.errors

    @property
    def warnings(self) -> Sequence[Finding]:
        """The findings that do not."""
        return self._judgement.warnings

    @property
    def not_stored(self) -> int:
        """How many properties count as unset."""
        return self._judgement.not_stored

    @property
    def can_undo(self) -> bool:
        """Whether there is a way back."""
        return self._draft.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether something was undone that can be made again."""
        return self._draft.can_redo

    def get(self, pointer: str) -> Json:
        """The value at `pointer`, or MISSING."""
        return get(self.payload, pointer)

    def wire(self) -> str:
        """The whole text that is edited."""
        return self._draft.wire()

    def sent(self) -> str:
        """The whole text that is sent: the one that is edited, byte for byte, where it has no variables."""
        is_filled = self.uses_variables and self.error is None
        return jsontext.write(self.event, "") if is_filled else self._draft.wire()

    def give(self, values: Mapping[str, Json]) -> None:
        """What variables stand for from now on, by name; MISSING for one that has no value."""
        if self._context is not None:
            given = {name: value for name, value in {**self.values, **values}.items() if value is not MISSING}
            self._fill_with(self._context._replace(values=given))

    def renew(self, counter: int) -> None:
        """Another event is composed: what is made up for it is made up anew. `counter` is what `{{$counter}}` gives."""
        if self._context is not None:
            self._fill_with(_context(self.values, counter))

    def whole(self, view: str) -> str:
        """The whole text that an editor's text stands for."""
        return self._draft.folds.wire(view)

    def part(self, pointer: str) -> str:
        """The value at `pointer` as an editor's text of its own; empty when there is none."""
        value = self.get(pointer)
        return "" if value is MISSING else self._draft.folds.part(value, "  " * pointer.count("/"))

    def read_part(self, text: str) -> Json:
        """What such a text stands for. Raises JsonTextError."""
        return self._draft.folds.parse(text).payload

    def break_part(self, pointer: str, problem: str) -> None:
        """Say why the text typed for the part at `pointer` can't be read; empty when it can. The payload lacks it."""
        if self._broken_parts.get(pointer, "") != problem:
            self._broken_parts = {**self._broken_parts, pointer: problem}
            self._judge()
            self.judged.emit()

    def say(self, code: str, findings: Sequence[Finding]) -> None:
        """What is known of the event from elsewhere, by its code; nothing takes it back."""
        if list(self._remarks.get(code, ())) != list(findings):
            self._remarks = {**self._remarks, code: findings}
            self._judge()
            self.judged.emit()

    def judge_with(self, check: Check) -> None:
        """Begin to check; until now nothing was found because nothing was asked."""
        self._check = check
        if self._context is None:
            self._context = _context({}, 1)
        self._judge()
        self.judged.emit()

    def compare_with(self, vocabulary: Vocabulary | None) -> None:
        """From now on the checks also say what is not as it was in what was sent before."""
        if vocabulary is not self._vocabulary:
            self._vocabulary = vocabulary
            self._judge()
            self.judged.emit()

    def judge_now(self) -> None:
        """Have the findings that are still being looked for at once: before sending they must be the true ones."""
        if self._check is not None and self._is_judging:
            self._judgement = self._work()()
            self.judged.emit()

    def judge_ahead(self, payload: Json) -> None:
        """In a thread: have the checks, and what fills variables in, remember what they find in the large parts of a
        payload still to come.
        """
        judgement_of(self._check, payload, 0, (), self._context, self._vocabulary)

    def set(self, pointer: str, value: Json) -> None:
        """Put a value at `pointer`, or take it away when it is MISSING; quick successions are one undo step."""
        edit: Edit = Remove(pointer) if value is MISSING else Set(pointer, value)
        self.edit([edit], pointer)

    def edit(self, edits: Iterable[Edit], group: str | None = None) -> None:
        """Change the payload."""
        edits = list(edits)
        if any(isinstance(each, Remove) for each in edits):
            edits += self._pruning(apply(self.payload, edits))
        if self._draft.edit(edits, group):
            self._tell()

    def fix(self, fix: Fix) -> None:
        """Apply a repair, as one undo step."""
        self.edit(fix.edits)

    def type_text(self, view: str) -> None:
        """Take the JSON editor's text."""
        self._draft.type_text(view)
        self._tell()

    def load(self, text: str) -> None:
        """Begin anew from a whole JSON text. Undo leads back."""
        self._draft.load(text)
        self._tell()
        self.begun.emit()

    def load_prepared(self, prepared: Prepared) -> None:
        """Begin anew from a long text that was read in a thread. Undo leads back."""
        self._draft.load_prepared(prepared)
        self._tell()
        self.begun.emit()

    def forget_past(self) -> None:
        """Make the present the beginning: nothing to undo or redo."""
        self._draft.forget_past()

    def undo(self) -> None:
        """Go back one step."""
        if self._draft.undo():
            self._tell()

    def redo(self) -> None:
        """Make the undone step again."""
        if self._draft.redo():
            self._tell()

    def _pruning(self, payload: Json) -> list[Edit]:
        return [Remove(each) for each in PRUNED if get(payload, each) == {} and self.get(each) != {}]

    def _tell(self) -> None:
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        """Check now, or in a thread when it may be slow: findings may come late, keys may not."""
        if self._check is None or self._is_judging:
            return
        work, before, size = self._work(), self._judged_size, self.view.size
        self._judged_size = size
        if self._judgement.seconds < SLOW and size < max(LARGE, 2 * before):
            self._take_over(work())
            return
        self._is_judging = True
        payload, said, context, vocabulary = self.payload, self._said(), self._context, self._vocabulary

        def take(judgement: Judgement) -> None:
            self._is_judging = False
            self._take_over(judgement)
            is_same = payload is self.payload and context is self._context and vocabulary is self._vocabulary
            if not is_same or said != self._said():
                self._judge()  # it changed meanwhile
            self.judged.emit()

        self._jobs.run(work, take)

    def _work(self) -> Callable[[], Judgement]:
        check, context, vocabulary = self._check, self._context, self._vocabulary
        payload, size, said = self.payload, self.view.size, self._said()
        return lambda: judgement_of(check, payload, size, said, context, vocabulary)

    def _take_over(self, judgement: Judgement) -> None:
        self._judgement = judgement
        if judgement.event is judgement.payload:
            self._clock.stop()
        elif not self._clock.isActive():
            self._clock.start()

    def _fill_with(self, context: Context) -> None:
        self._context = context
        if not self._is_judging:
            self._judge()
            self.judged.emit()

    def _move_on(self) -> None:
        """Time passes while somebody looks at what will be sent."""
        from datetime import UTC, datetime

        if self._context is not None:
            self._fill_with(self._context._replace(now=datetime.now(UTC)))

    def _said(self) -> tuple[Finding, ...]:
        """What reading the texts has found already."""
        broken = self._broken_parts.items()
        return (
            *self._draft.state.text_findings,
            *(finding for findings in self._remarks.values() for finding in findings),
            *(Finding(Severity.ERROR, "broken-json", pointer, problem) for pointer, problem in broken if problem),
        )


def _context(values: Mapping[str, Json], counter: int) -> Context:
    import uuid
    from datetime import UTC, datetime

    from composer.event.variables import Context

    return Context(datetime.now(UTC), uuid.uuid4().hex, values, counter=counter)


def shown(value: Any) -> str:
    """A value as a form field shows it: a text as it is, anything else as JSON on one line."""
    if value is MISSING:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        return " ".join(line.lstrip(" ") for line in jsontext.write(value, "").split("\n"))
    return jsontext.scalar(value)


def below(pointer: str, key: str) -> str:
    """The pointer of a member."""
    return pointer + join(key)
