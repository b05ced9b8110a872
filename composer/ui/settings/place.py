"""The settings: how the window looks, where the data is, and the stores with their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QStackedWidget, QVBoxLayout, QWidget

from composer.paths import data_folder
from composer.storage.database import StorageError
from composer.storage.people import TestPeople
from composer.storage.secrets import Secrets
from composer.storage.settings import Settings
from composer.storage.stores import Store, Stores
from composer.storage.vocabulary import Vocabularies
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.settings.keeping import KeepingCard
from composer.ui.settings.looking import LookingCard
from composer.ui.settings.store_form import KINDS, SandboxPage, StoreForm
from composer.ui.settings.store_page import StorePage
from composer.ui.theme import Choice, Theme
from composer.ui.widgets.messages import Notice, Wrapped
from composer.ui.widgets.paged_model import Cell, PagedModel
from composer.ui.widgets.pieces import GRID, Card, button, label
from composer.ui.widgets.place import Pane, Place
from composer.ui.widgets.side_by_side import side_by_side
from composer.ui.widgets.table import Table

THEME = "theme"  # the name under which the choice is kept in Settings
_NAMES = {Choice.SYSTEM: "Like the system", Choice.LIGHT: "Light", Choice.DARK: "Dark"}
_NEW = 0  # the key of the row of a store that is not saved yet; rows of the database count from 1


class _Line(NamedTuple):
    """A row of the list."""

    key: int
    name: str
    kind: str
    tone: str
    is_edited: bool


class SettingsPlace(Place):
    """Appearance, data folder and stores.

    Signals: `stores_changed()` after a store or its key was saved or removed; `theme_chosen(str)` with a
    `theme.Choice`, which is also kept in the settings under THEME; `keeping_changed(object, object)` for how many days
    and up to how many megabytes the history is kept, each None for no limit, see `keeping`; `looking_changed(bool)`
    whether customers are looked up while composing; `people_changed()` the test people of a store were saved;
    `names_forgotten()` those sent to a store are.
    """

    stores_changed = Signal()
    theme_chosen = Signal(str)
    keeping_changed = Signal(object, object)
    looking_changed = Signal(bool)
    people_changed = Signal()
    names_forgotten = Signal()

    def __init__(
        self,
        theme: Theme,
        jobs: Jobs,
        stores: Stores,
        secrets: Secrets,
        settings: Settings,
        people: TestPeople,
        vocabularies: Vocabularies,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._jobs = theme, jobs
        self._stores, self._secrets, self._settings = stores, secrets, settings
        self._people, self._vocabularies = people, vocabularies
        self._reader = Latest(jobs)
        self._known: list[Store] = []
        self._pages: dict[int, StorePage] = {}
        self._after_reading: Callable[[], None] | None = None
        self.notice = Notice()
        self.keeping = KeepingCard(jobs, settings)
        self.keeping.changed.connect(self.keeping_changed)
        self.keeping.failed.connect(self._failed)
        self.looking = LookingCard(jobs, settings)
        self.looking.changed.connect(self.looking_changed)
        self.looking.failed.connect(self._failed)
        self.choices: dict[Choice, QRadioButton] = {}
        self.model = PagedModel(("Store", "Kind"), lambda line: line.key, _cell)
        self.model.setParent(self)
        self.list = Table(theme, "Stores", self.model, {1: Cell("Sandbox", "accent")})
        self.list.chosen.connect(self._show_page)
        self.add = button("Add store", self.add_store)
        self.pages = QStackedWidget()
        self._look = self._appearance()
        self._arrange()
        theme.changed.connect(self._show_theme)
        self._show_theme()

    def home(self) -> QWidget:
        return self.list

    def panes(self) -> list[Pane]:
        page = self.pages.currentWidget()
        form = page.form if isinstance(page, StorePage) else None
        people = page.people if isinstance(page, StorePage) else None
        return [
            Pane(self._look, self.choices[self._theme.choice]),
            Pane(self.keeping, self.keeping.days.tick),
            Pane(self.looking, self.looking.switch),
            Pane(self.list, self.list),
            *([Pane(form, form.name)] if isinstance(form, StoreForm) else []),
            *([Pane(people, people.editor)] if people is not None else []),
        ]

    def refresh(self) -> None:
        """Read the stores again; what is typed stays."""
        self._reader.run(self._stores.all, self._show_stores, self._failed)

    def add_store(self) -> None:
        """Open the form of a new store, or go back to the one that is not saved yet."""
        if _NEW not in self._pages:
            self._make_page(_NEW, None)
            self._show_lines()
        self._go_to(_NEW)
        form = self._pages[_NEW].form
        if isinstance(form, StoreForm):
            form.name.setFocus()

    def open_key_of(self, store: int) -> None:
        """Go to the API secret of the store with this row id."""

        def go(page: StorePage) -> None:
            if isinstance(page.form, StoreForm):
                page.form.key.setFocus()

        self._open(store, go)

    def open_people_of(self, store: int) -> None:
        """Go to the test people of the store with this row id."""
        self._open(store, StorePage.go_to_people)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self.keeping.refresh()
        self.looking.refresh()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID + 4)
        of_the_window = QVBoxLayout()
        of_the_window.setSpacing(GRID + 4)
        of_the_window.addWidget(self._look)
        of_the_window.addWidget(self._folder(), 1)
        top.addLayout(of_the_window, 1)
        top.addWidget(self.keeping, 1)
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self.list)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(frame, 1)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        left.setMinimumWidth(240)
        split = side_by_side(left, self.pages, (340, 700), (1, 2))
        self.pages.setMinimumWidth(420)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.setSpacing(GRID)
        title = label("Settings", "title")
        title.setContentsMargins(0, 4, 0, 4)
        outer.addWidget(title)
        outer.addWidget(self.notice)
        outer.addLayout(top)
        outer.addWidget(self.looking)
        heading = label("Stores", "heading")
        heading.setContentsMargins(0, 4, 0, 0)
        outer.addWidget(heading)
        outer.addWidget(split, 1)

    def _appearance(self) -> Card:
        card = Card("Appearance")
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        group = QButtonGroup(card)
        for choice, name in _NAMES.items():
            made = self.choices[choice] = QRadioButton(name)
            made.setAccessibleName(f"Appearance: {name}")
            made.clicked.connect(lambda _=False, choice=choice: self._choose_theme(choice))
            group.addButton(made)
            row.addWidget(made)
        row.addStretch(1)
        card.body.addLayout(row)
        card.body.addStretch(1)
        return card

    def _folder(self) -> Card:
        card = Card("Data")
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(Wrapped(f"Stores, drafts and history are in {data_folder()}. Keys are not.", "muted"), 1)
        row.addWidget(button("Open data folder", self._open_folder), 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(row)
        card.body.addStretch(1)
        return card

    def _open_folder(self) -> None:
        folder = data_folder()
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.notice.say("caution", f"No program was found that opens the folder {folder}.")

    def _show_theme(self) -> None:
        self.choices[self._theme.choice].setChecked(True)

    def _choose_theme(self, choice: Choice) -> None:
        self.theme_chosen.emit(choice.value)
        self._jobs.run(lambda: self._settings.put(THEME, choice.value), None, self._failed, in_order=True)

    def _show_stores(self, stores: list[Store]) -> None:
        self._known = stores
        self.notice.hide()
        for store in stores:
            if store.id not in self._pages:
                self._make_page(store.id, store)
            self._pages[store.id].show_store(store)
        for key in set(self._pages) - {_NEW, *(store.id for store in stores)}:
            self._drop_page(key)
        self._show_lines()
        for page in self._pages.values():
            if isinstance(page.form, StoreForm):
                page.form.read_key_state()
        if not self.list.currentIndex().isValid() and self.model.rows:
            self._go_to(self.model.rows[0].key)
        if self._after_reading is not None:
            act, self._after_reading = self._after_reading, None
            act()

    def _show_lines(self) -> None:
        chosen = self._chosen_key()
        edited = {key: page.is_edited for key, page in self._pages.items()}
        lines = [_Line(each.id, each.name, *KINDS[each.kind][:2], edited[each.id]) for each in self._known]
        if _NEW in self._pages:
            lines.append(_Line(_NEW, "New store", "New", "plain", True))
        self.model.show_newest(lines, True)
        if chosen is not None and self._chosen_key() != chosen:
            self.list.choose(chosen)

    def _chosen_key(self) -> int | None:
        index = self.list.currentIndex()
        return self.model.rows[index.row()].key if index.isValid() else None

    def _make_page(self, key: int, store: Store | None) -> None:
        if store is not None and store.is_built_in:
            form: StoreForm | SandboxPage = SandboxPage()
        else:
            form = StoreForm(self._theme, self._jobs, self._stores, self._secrets, store)
        page = self._pages[key] = StorePage(form, self._jobs, self._people, self._vocabularies)
        if isinstance(form, StoreForm):
            form.saved.connect(lambda: self._saved(page))
            form.removed.connect(lambda: self._removed(page))
        page.edited.connect(self._show_lines)
        page.people_changed.connect(self.people_changed)
        page.names_forgotten.connect(self.names_forgotten)
        self.pages.addWidget(page)

    def _drop_page(self, key: int) -> None:
        page = self._pages.pop(key)
        self.pages.removeWidget(page)
        page.deleteLater()

    def _show_page(self, line: _Line) -> None:
        self.pages.setCurrentWidget(self._pages[line.key])

    def _go_to(self, key: int) -> None:
        if self.list.choose(key):
            self.pages.setCurrentWidget(self._pages[key])

    def _saved(self, page: StorePage) -> None:
        store = page.form.store if isinstance(page.form, StoreForm) else None
        if store is not None and self._pages.get(_NEW) is page:
            self._pages[store.id] = self._pages.pop(_NEW)
            self._after_reading = lambda: self._go_to(store.id)
        self.refresh()
        self.stores_changed.emit()

    def _removed(self, page: StorePage) -> None:
        key = next(key for key, each in self._pages.items() if each is page)
        self._drop_page(key)
        self._known = [store for store in self._known if store.id != key]
        self._show_lines()
        if self.model.rows and self._chosen_key() is None:
            self._go_to(self.model.rows[0].key)
        if key != _NEW:
            self.stores_changed.emit()

    def _open(self, store: int, act: Callable[[StorePage], None]) -> None:
        """Go to a store once the stores are read, if it is there still."""

        def go() -> None:
            self._go_to(store)
            if store in self._pages:
                act(self._pages[store])

        self._after_reading = go
        self.refresh()

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self.notice.say("bad", str(error), [("Try again", self.refresh)])


def _cell(line: _Line, column: int) -> Cell:
    if column == 1:
        return Cell(line.kind, line.tone)
    return Cell(f"{line.name} · not saved" if line.is_edited and line.key != _NEW else line.name)
