"""What was sent to the store before is known where an event is composed: read in a thread, anew when it changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from composer.storage.stores import Store
from composer.ui.compose.composition import Composition
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest

if TYPE_CHECKING:
    from composer.delivery.sender import Sent
    from composer.event.vocabulary import Vocabulary
    from composer.storage.templates import Listing, Templates
    from composer.storage.vocabulary import Vocabularies


class VocabularyReader(QObject):
    """Gives the composition the vocabulary of the store that is sent to: of its history, and of one's own templates."""

    def __init__(
        self,
        jobs: Jobs,
        vocabularies: Callable[[], Vocabularies],
        templates: Callable[[], Templates],
        composition: Composition,
    ) -> None:
        """`vocabularies` and `templates` are called in threads."""
        super().__init__(composition)
        self._vocabularies, self._templates = vocabularies, templates
        self._composition = composition
        self._reading = Latest(jobs)
        self._store: Store | None = None
        self._listing: Listing | None = None
        composition.judged.connect(self._follow_checks)

    def show_store(self, store: Store) -> None:
        """The event would go to this one; until its names are read, none are known."""
        if self._store is None or store.id != self._store.id:
            self._store = store
            self._composition.compare_with(None)
            self.read_again()

    def follow_sent(self, sent: Sent) -> None:
        """An event was sent: names are learnt from what a server has taken."""
        from composer.delivery.outcome import OutcomeKind

        if sent.outcome.kind is OutcomeKind.QUEUED:
            self.read_again()

    def read_again(self) -> None:
        """A run was sent, a template was written, or names were forgotten."""
        store = self._store
        if store is not None and self._composition.is_judged:  # before, it would hold the first paint up
            self._reading.run(
                lambda: self._read(store.id), lambda vocabulary: self._take(store, vocabulary), self._failed
            )

    def follow_templates(self, listing: Listing) -> None:
        """One's own templates were read; the same object as before when none of them changed."""
        if listing is not self._listing:
            self._listing = listing
            self.read_again()

    def _follow_checks(self) -> None:
        """Once the checks are there, so is everything that reading takes."""
        if self._composition.is_judged:
            self._composition.judged.disconnect(self._follow_checks)
            self.read_again()

    def _read(self, store_row: int) -> Vocabulary:
        from composer.storage.templates import TemplateError

        try:
            templates = [each.event for each in self._templates().all().templates]
        except TemplateError:
            templates = []  # what is wrong with the folder is said where the templates are shown
        return self._vocabularies().of(store_row, templates)

    def _take(self, store: Store, vocabulary: Vocabulary) -> None:
        if store is self._store:
            self._composition.compare_with(vocabulary)

    def _failed(self, error: Exception) -> None:
        """It is a help, not more: what is wrong with the file is said where the history is shown."""
        from composer.storage.database import StorageError

        if not isinstance(error, StorageError):
            raise error
