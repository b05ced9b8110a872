"""The event being composed: its payload, its text, and the way back. The form and the JSON editor are views of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from composer.event import payload as payloads
from composer.event.findings import Finding
from composer.event.folding import Folds, View, utf8_length
from composer.event.jsontext import JsonTextError
from composer.event.payload import Edit, Json

UNDO_STEPS = 300
LONGEST_TYPED = 500_000  # characters; a longer text is shown in its canonical form, folded
LONGEST_LINE = 2_000  # characters of a line in a loaded text
PAUSE = 1.0  # seconds; typing in one place without such a pause is one undo step
_LINE_END = re.compile("\r\n?")
_NOT_HELD = re.compile("[\u2029\ud800-\udfff\ufdd0\ufdd1]")  # a text box makes line breaks of them, or drops them
FORGET_AFTER = 50_000_000  # characters of hidden text kept for undo before those not in use are let go


class State(NamedTuple):
    """One moment of the draft. `typed` is the text where a person wrote it, None where it is the canonical one.

    While the typed text is broken, `error` says where, and `payload` is the last one that could be read. `origin`
    counts the whole texts that were loaded: it tells which of them this one was made from.
    """

    payload: Json
    typed: str | None = None
    error: JsonTextError | None = None
    text_findings: tuple[Finding, ...] = ()
    origin: int = 0


class Prepared(NamedTuple):
    """A long text read and printed elsewhere, ready to be taken by a draft."""

    payload: Json
    findings: tuple[Finding, ...]
    folds: Folds


def prepare(text: str) -> Prepared:
    """Read a long text, in whatever thread. Raises JsonTextError."""
    folds = Folds()
    parsed = folds.parse(text)
    folds.show(parsed.payload)
    return Prepared(parsed.payload, tuple(parsed.findings), folds)


class Draft:
    """Edits, undo and redo over states. `clock` gives seconds and decides which keystrokes belong together."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.folds = Folds()
        self.state = State({})
        self.view = self.folds.show({})
        self._clock = clock
        self._past: list[State] = []
        self._future: list[State] = []
        self._group: str | None = None
        self._edited_at = 0.0
        self._loaded = 0

    @property
    def payload(self) -> Json:
        """The payload as last read."""
        return self.state.payload

    @property
    def can_undo(self) -> bool:
        """Whether there is a way back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone that can be made again."""
        return bool(self._future)

    def edit(self, edits: Iterable[Edit], group: str | None = None) -> bool:
        """Change the payload; edits of one `group` in quick succession are one undo step. Whether it changed."""
        changed = payloads.apply(self.payload, edits)
        if changed is self.payload:
            return False
        self._enter(State(changed, origin=self.state.origin), group)
        return True

    def type_text(self, view: str) -> None:
        """Take the editor's text as a person wrote it; broken text keeps the payload as it was."""
        if view != self.view.text:
            self._enter(self._read(view)._replace(origin=self.state.origin), "typed text")

    def load(self, text: str) -> None:
        """Begin anew from a whole text; its very bytes are kept, as far as they can be shown. Undo leads back.

        A text written on one long line is broken into many: no text box can show such a line with ease.
        """
        state = self._read(_LINE_END.sub("\n", text))
        if state.error is None and state.typed and max(map(len, state.typed.split("\n"))) > LONGEST_LINE:
            state = state._replace(typed=None)
        self._begin(state)

    def load_prepared(self, prepared: Prepared) -> None:
        """Begin anew from what `prepare` made. Undo leads back."""
        self.folds.adopt(prepared.folds)
        self._begin(State(prepared.payload, None, None, prepared.findings))

    def forget_past(self) -> None:
        """Make the present the beginning: nothing to undo or redo."""
        self._past, self._future, self._group = [], [], None

    def undo(self) -> bool:
        """Go back one step. Returns whether there was one."""
        return self._travel(self._past, self._future)

    def redo(self) -> bool:
        """Make the undone step again. Returns whether there was one."""
        return self._travel(self._future, self._past)

    def wire(self) -> str:
        """The text that is sent: what the editor shows, with nothing folded."""
        return self.folds.wire(self.view.text)

    def _read(self, view: str) -> State:
        view = view.removeprefix("\ufeff")  # a byte order mark belongs to a file, not to what is sent
        try:
            parsed = self.folds.parse(view)
        except JsonTextError as error:
            return State(self.payload, view, error)
        is_canonical = self.folds.show(parsed.payload).text == view
        typed = None if is_canonical or len(view) > LONGEST_TYPED or _NOT_HELD.search(view) else view
        return State(parsed.payload, typed, None, tuple(parsed.findings))

    def _begin(self, state: State) -> None:
        self._loaded += 1
        self._enter(state._replace(origin=self._loaded), None)

    def _enter(self, state: State, group: str | None) -> None:
        now = self._clock()
        if group is None or group != self._group or now - self._edited_at > PAUSE or not self._past:
            self._past = [*self._past[1 - UNDO_STEPS :], self.state]
        self._group, self._edited_at = group, now
        self._future = []
        self._be(state)

    def _travel(self, source: list[State], target: list[State]) -> bool:
        if not source:
            return False
        target.append(self.state)
        self._group = None
        self._be(source.pop())
        return True

    def _be(self, state: State) -> None:
        self.state = state
        if state.typed is None:
            self.view = self.folds.show(state.payload)
        else:
            self.view = View(state.typed, utf8_length(self.folds.wire(state.typed)))
        if self.folds.hidden_characters > FORGET_AFTER:
            typed = [each.typed for each in (*self._past, *self._future) if each.typed is not None]
            self.folds.forget_all_but([self.view.text, *typed])
