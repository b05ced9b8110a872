"""The test people of a store: a list to type or paste, one a line. A card on the store's page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget
from shiboken6 import isValid

from composer.storage.database import StorageError
from composer.storage.people import PeopleError, Person, TestPeople, read
from composer.storage.stores import Kind, Store, StoreError
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.pieces import GRID, Card, button, label, restyle

_WHAT_FOR = {
    Kind.LIVE: "Before an event goes to anybody else, you are asked.",
    Kind.TEST: "Nothing is asked on a test store; a slip such as stewrat@example.com for one of them is pointed out.",
    Kind.SANDBOX: "Nothing is asked on a sandbox; a slip such as stewrat@example.com for one of them is pointed out.",
}
_LINES = "One a line: an email, a domain such as @example.com, a phone number with +, or a customer ID."
_SHOWN_LINES = 6


class PeopleCard(Card):
    """Edits the list of `store`; what is typed stays until it is saved or reverted.

    Signals: `edited()` what is typed differs now from what is saved, or no longer; `saved()` the list was written.
    """

    edited = Signal()
    saved = Signal()

    def __init__(self, jobs: Jobs, people: TestPeople, store: Store, parent: QWidget | None = None) -> None:
        super().__init__("Test people", "", parent)
        self._jobs, self._people, self._store = jobs, people, store
        self._reading = Latest(jobs)
        self._known: list[Person] = []  # as they were read or written last
        self._text = ""  # of these
        self.is_edited = False
        self.meaning = Wrapped("", "muted")
        self.editor = QPlainTextEdit()
        self.editor.setAccessibleName("Test people, one a line")
        self.editor.setTabChangesFocus(True)
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.editor.setPlaceholderText("for example\nstewart@example.com\n@example.com\n+12065551234")
        self.problem = Wrapped("", "problem")
        self.problem.setMinimumHeight(self.problem.fontMetrics().lineSpacing())  # its room is there already
        self.save = button("Save people", self.save_all, "primary")
        self.revert = button("Revert", self._revert)
        self.progress = label("", "small")
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        for each in (self.save, self.revert, self.progress):
            foot.addWidget(each)
        foot.addStretch(1)
        for part in (self.meaning, self.problem, self.editor):
            self.body.addWidget(part)
        self.body.addLayout(foot)
        self.editor.textChanged.connect(self._typed)
        self.show_store(store)
        self._typed()

    def show_store(self, store: Store) -> None:
        """The store is another kind now, perhaps."""
        self._store = store
        self.meaning.say(f"{_WHAT_FOR[store.kind]} {_LINES}")
        self.editor.setAccessibleDescription(self.meaning.text())
        self.editor.setFixedHeight(_SHOWN_LINES * self.editor.fontMetrics().lineSpacing() + 2 * GRID)

    def refresh(self) -> None:
        """Read the list; what is typed stays."""
        store = self._store
        self._reading.run(lambda: self._people.of(store), self._show_read, self._failed)

    def save_all(self) -> None:
        """Write what is typed. Whoever was added or taken off elsewhere since it was read stays so."""
        if not self.save.isEnabled():
            return
        store, text, known = self._store, self.editor.toPlainText(), self._known
        self._wait("Saving…")

        def work() -> list[Person]:
            typed, now = read(text), self._people.of(store)
            gone = set(_keys(known)) - set(_keys(now))
            people = [each for each in typed if (each.kind, each.folded) not in gone]
            there = {*_keys(people), *_keys(known)}
            people += [each for each in now if (each.kind, each.folded) not in there]
            self._people.keep(store, people)
            return people

        def done(people: list[Person]) -> None:
            if not isValid(self):
                return  # the store was removed meanwhile
            self._wait("")
            self._show(people, instead=self.editor.toPlainText() == text)
            self.saved.emit()

        self._jobs.run(work, done, self._failed, in_order=True)

    def _show_read(self, people: list[Person]) -> None:
        if isValid(self) and self.save.text() and not self.progress.text() and not self.is_edited:
            self._show(people, instead=True)

    def _show(self, people: list[Person], *, instead: bool) -> None:
        """These are saved; shown `instead` of what stands in the editor."""
        self._known, self._text = people, "\n".join(each.shown for each in people)
        if instead and self.editor.toPlainText() != self._text:
            self._replace(self._text)
        self._typed()

    def _revert(self) -> None:
        self._replace(self._text)
        self.refresh()

    def _replace(self, text: str) -> None:
        """Undo brings back what stood there."""
        cursor = QTextCursor(self.editor.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def _typed(self) -> None:
        was_edited, self.is_edited = self.is_edited, self.editor.toPlainText() != self._text
        self._say_problem("")
        self.save.setEnabled(self.is_edited and not self.progress.text())
        self.revert.setEnabled(self.is_edited and not self.progress.text())
        count = len(self._known)
        self.remark("not saved" if self.is_edited else f"{count:,} saved" if count else "nobody yet")
        if was_edited != self.is_edited:
            self.edited.emit()

    def _wait(self, wait: str) -> None:
        self.progress.setText(wait)
        self._typed()

    def _say_problem(self, sentence: str) -> None:
        self.problem.say(sentence)
        restyle(self.editor, "state", "error" if sentence else "")

    def _failed(self, error: Exception) -> None:
        if not isValid(self):
            return
        self._wait("")
        if not isinstance(error, (PeopleError, StorageError, StoreError)):
            raise error
        self._say_problem(str(error))
        if isinstance(error, PeopleError):
            cursor = QTextCursor(self.editor.document().findBlockByNumber(error.line - 1))
            cursor.select(QTextCursor.SelectionType.LineUnderCursor)
            self.editor.setTextCursor(cursor)
            self.editor.setFocus()


def _keys(people: list[Person]) -> list[tuple[str, str]]:
    return [(each.kind, each.folded) for each in people]
