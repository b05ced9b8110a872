"""The page of one store: what it is, its test people, the names that were sent to it. Each store has its own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from composer.storage.people import TestPeople
from composer.storage.stores import Store
from composer.storage.vocabulary import Vocabularies
from composer.ui.jobs import Jobs
from composer.ui.settings.people_card import PeopleCard
from composer.ui.settings.store_form import SandboxPage, StoreForm
from composer.ui.settings.vocabulary_card import VocabularyCard
from composer.ui.widgets.pieces import GRID


class StorePage(QScrollArea):
    """A column of cards, the form first; the others come when the store is there.

    Signals: `edited()` something typed differs now from what is saved, or no longer; `people_changed()` the test people
    were saved; `names_forgotten()` those sent to the store are.
    """

    edited = Signal()
    people_changed = Signal()
    names_forgotten = Signal()

    def __init__(
        self,
        form: StoreForm | SandboxPage,
        jobs: Jobs,
        people: TestPeople,
        vocabularies: Vocabularies,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.form = form
        self.people: PeopleCard | None = None
        self._jobs, self._people, self._vocabularies = jobs, people, vocabularies
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(GRID + 4)
        self._column.addWidget(form)
        self._column.addStretch(1)
        self.setWidget(inner)
        if isinstance(form, StoreForm):
            form.edited.connect(self.edited)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow_focus)

    @property
    def is_edited(self) -> bool:
        """Whether something typed is not saved."""
        is_form_edited = isinstance(self.form, StoreForm) and self.form.is_edited
        return is_form_edited or (self.people is not None and self.people.is_edited)

    def show_store(self, store: Store) -> None:
        """The store as it is now."""
        if self.people is None:
            self.people = PeopleCard(self._jobs, self._people, store)
            self.people.edited.connect(self.edited)
            self.people.saved.connect(self.people_changed)
            names = VocabularyCard(self._jobs, self._vocabularies, store.id)
            names.forgotten.connect(self.names_forgotten)
            self._column.insertWidget(1, self.people)
            self._column.insertWidget(2, names)
        else:
            self.people.show_store(store)
        if self.isVisible():
            self.people.refresh()

    def go_to_people(self) -> None:
        """The keyboard is in the list of test people, which is seen."""
        if self.people is not None:
            self.people.editor.setFocus()
            self._follow_focus(None, self.people.editor)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.people is not None:
            self.people.refresh()

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """What has the keyboard is seen, however it came there, with what stands above it."""
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, 5 * GRID)
