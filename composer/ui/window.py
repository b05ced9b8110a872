"""The window: where it will go on top, the places at the left, the place in the middle, a quiet line below."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from composer.storage.database import StorageError
from composer.storage.stores import Kind, Store
from composer.ui.actions import add_actions
from composer.ui.frame import BULK, COMPOSE, HISTORY, PLACES, SETTINGS, TEMPLATES, Frame
from composer.ui.jobs import Jobs, Later
from composer.ui.notice import Notice
from composer.ui.store_bar import StoreBar
from composer.ui.theme import Theme
from composer.ui.traffic import Traffic

if TYPE_CHECKING:
    from composer.storage.secrets import KeyState
    from composer.ui.bulk.place import BulkPlace
    from composer.ui.compose.composition import Composition
    from composer.ui.compose.place import ComposePlace
    from composer.ui.compose.sending import Sending
    from composer.ui.compose.vocabulary import VocabularyReader
    from composer.ui.desk import Desk
    from composer.ui.finder.finder import Finder
    from composer.ui.history.place import HistoryPlace
    from composer.ui.outbox import Outbox
    from composer.ui.pasting import Pasting
    from composer.ui.templates.place import TemplatesPlace
    from composer.ui.upkeep import Upkeep


class MainWindow(QMainWindow):
    """Puts the places together and owns what spans them: the store, and who may be sent to.

    The first paint shows the frame, the places come after it: that is when a person sees that the program is there.

    Signals: `painted()` once, after the first paint; `opened()` once, when Compose is there too.
    """

    painted = Signal()
    opened = Signal()

    def __init__(self, desk: Desk, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self.desk, self.theme, self.jobs = desk, theme, jobs
        self._has_painted = False
        self.setWindowTitle("Event Composer")
        self.resize(1280, 800)
        self.setMinimumSize(960, 620)
        self.notice = Notice(self)
        self.store_bar = StoreBar(theme)
        self._compose: ComposePlace | None = None
        self.vocabulary: VocabularyReader  # is made with Compose
        self._outbox: Outbox | None = None
        self.traffic = Traffic(self)
        self._finder: Finder | None = None
        self._pasting: Pasting | None = None
        self._upkeep: Upkeep | None = None
        self._places: dict[int, QWidget] = {}
        self._states: dict[int, str] = {}  # what the status line says of a place
        self._stack = QStackedWidget()
        self._frame = Frame(self.store_bar, self.notice, self._stack, PLACES)
        self.setCentralWidget(self._frame)
        self._frame.buttons[COMPOSE].setChecked(True)
        self._frame.place_wanted.connect(self.go_to)
        self._frame.finder_wanted.connect(self.toggle_finder)
        add_actions(self)
        self.store_bar.chosen.connect(self.choose_store)
        self.store_bar.manage_wanted.connect(lambda: self.go_to(SETTINGS))
        self.show_stores()
        self._restore_place()

    @property
    def compose(self) -> ComposePlace:
        """Compose, made when it is first asked for."""
        if self._compose is None:
            from composer.ui.outbox import Outbox
            from composer.ui.places import make_compose

            self._compose = make_compose(self)
            self._outbox = Outbox(self, self.desk, self.jobs, self.notice, self._compose)
            self._outbox.compose_wanted.connect(lambda: self.go_to(COMPOSE))
            self._outbox.kept.connect(self._show_kept)
            self._outbox.people_wanted.connect(self.open_people_of)
            if self.store_bar.store is not None:
                self._show_store_in_compose(self.store_bar.store)
            self._compose.restore_draft(self.desk.draft)
        return self._compose

    def _follow_opening(self) -> None:
        from composer.ui.pasting import Pasting
        from composer.ui.upkeep import Upkeep

        self._pasting = Pasting(self)
        self._upkeep = Upkeep(self.jobs, self.desk, self)
        self._upkeep.ended.connect(self.refresh_history)
        self._upkeep.ended.connect(self.vocabulary.read_again)
        self._upkeep.look_soon()

    @property
    def outbox(self) -> Outbox:
        """What sends single events."""
        _ = self.compose
        assert self._outbox is not None  # noqa: S101 - made with Compose
        return self._outbox

    @property
    def composition(self) -> Composition:
        """What is composed."""
        return self.compose.composition

    @property
    def sending(self) -> Sending:
        """The event on its way."""
        return self.compose.sending

    @property
    def bulk(self) -> BulkPlace:
        """The Bulk place, shown."""
        return self.go_to(BULK)  # type: ignore[return-value]

    @property
    def history(self) -> HistoryPlace:
        """The History place, shown."""
        return self.go_to(HISTORY)  # type: ignore[return-value]

    @property
    def templates(self) -> TemplatesPlace:
        """The Templates place, shown."""
        return self.go_to(TEMPLATES)  # type: ignore[return-value]

    @property
    def place(self) -> QWidget | None:
        """The place that is seen."""
        return self._stack.currentWidget()

    @property
    def is_in_bulk(self) -> bool:
        """Whether Bulk is the place that is seen."""
        return self.place is self._places.get(BULK)

    @property
    def is_ready(self) -> bool:
        """Whether Compose shows the event it has: not while a long text is being read."""
        return self.compose.isEnabled()

    def go_to(self, place: int) -> QWidget:
        """Show a place; it is made when it is first shown."""
        if place not in self._places:
            from composer.ui.places import make

            made = self.compose if place == COMPOSE else make(self, place)
            self._places[place] = made
            self._stack.addWidget(made)
        there = self._places[place]
        focus = there.focusWidget() or there  # where it was when the place was left
        self._stack.setCurrentWidget(there)
        self._frame.buttons[place].setChecked(True)
        self._frame.state.setText(self._states.get(place, ""))
        focus.setFocus()
        return there

    def toggle_finder(self) -> None:
        """Open the finder over the place, or close it."""
        if self._finder is None:
            from composer.ui.finding import make_finder

            self._finder = make_finder(self)
        self._finder.toggle()

    def show_stores(self) -> None:
        """Bring badge and Send button up to the stores and the one chosen."""
        try:
            stores = self.desk.stores.all()
            wanted = self.desk.settings.get("store")
        except StorageError as error:
            self.notice.say("bad", str(error))
            return
        store = next((each for each in stores if each.id == wanted), stores[0])
        self._take_store(store, stores)

    def choose_store(self, store: Store) -> None:
        """Send to another store from now on."""
        self.jobs.run(lambda: self.desk.settings.put("store", store.id), failed=self.say_storage, in_order=True)
        if self._outbox is not None:
            self._outbox.ask_anew()
        self._take_store(store, self.store_bar.stores)

    def send(self, anyway: bool = False, verify: bool = False) -> None:
        """Send what is composed, unless something holds it back; with `verify` see what it did to the profile."""
        if self.store_bar.store is not None:
            self.outbox.send(self.store_bar.store, anyway, verify)

    def begin_anew(self, starter: bool = False) -> None:
        """Another event in place of this one; Undo brings this one back."""
        if self.is_ready:
            self.compose.drafting.begin_anew(starter)
            self.compose_next()

    def compose_next(self) -> None:
        """Go to Compose, to its first field."""
        self.go_to(COMPOSE)
        self.compose.form.first_entry().setFocus()

    def show_entry(self, entry: int) -> None:
        """Go to an attempt in History."""
        self.history.show_entry(entry)

    def show_run(self, run: str) -> None:
        """Go to a bulk run in Bulk."""
        self.bulk.show_run(run)

    def try_again(self, entry: int) -> None:
        """Send an attempt that may not have arrived once more."""
        self.outbox.try_again(entry)

    def refresh_history(self) -> None:
        """Something was sent, or is gone."""
        if HISTORY in self._places:
            self._places[HISTORY].refresh()  # type: ignore[attr-defined]

    def keep_order(self) -> None:
        """Have the history kept in order, soon."""
        if self._upkeep is not None:
            self._upkeep.look_soon()

    def show_keeping(self, days: int | None, megabytes: int | None) -> None:
        """For how long the history is kept from now on."""
        if HISTORY in self._places:
            self._places[HISTORY].show_keeping(days, megabytes)  # type: ignore[attr-defined]
        self.keep_order()

    def say_state(self, place: int, words: str) -> None:
        """Say something of a place in the status line while it is seen."""
        self._states[place] = words
        if self._stack.currentWidget() in (None, self._places.get(place)):
            self._frame.state.setText(words)

    def say_saved(self, words: str) -> None:
        """Say at the left of the status line what was saved."""
        self._frame.saved.setText(words)

    def say_storage(self, error: Exception) -> None:
        """Say what is wrong with the disk; raise what is not about it."""
        if not isinstance(error, StorageError):
            raise error
        self.notice.say("bad", str(error))

    def ask_for_key(self, store: Store | None, sentence: str) -> None:
        """Say that a store has no key, and offer to enter it."""
        self.notice.say("caution", sentence, "Open Settings", lambda: self._open_key_of(store))

    def open_people_of(self, store: Store) -> None:
        """Go to the test people of a store."""
        self.go_to(SETTINGS).open_people_of(store.id)  # type: ignore[attr-defined]

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() is QEvent.Type.Paint and not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self._follow_first_paint)
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:
        self.compose.form.finish_cell()
        try:
            self.jobs.finish_ordered()
            self.compose.drafting.save_now()
            self.compose.filling.save_now()
            self.desk.settings.put("window", bytes(self.saveGeometry().toBase64().data()).decode())
            self.desk.settings.put("compose split", self.compose.split.sizes())
        except StorageError as error:
            from composer.ui.questions import may_lose_draft

            if not may_lose_draft(self, str(error)):
                event.ignore()
                return
        self.sending.cancel()
        self.outbox.end()
        if BULK in self._places:
            self._places[BULK].end()  # type: ignore[attr-defined]
        if HISTORY in self._places:
            self._places[HISTORY].end()  # type: ignore[attr-defined]
        if self._upkeep is not None:
            self._upkeep.close()
        event.accept()

    def start_sandbox(self) -> None:
        """Start the sandbox's process, and say where it is."""
        self.jobs.run(self.desk.start_sandbox, lambda _url: self._sandbox_started(), self._sandbox_failed)

    def _follow_first_paint(self) -> None:
        self.painted.emit()
        with self.theme.undressed():
            self.go_to(COMPOSE)
        self.opened.emit()
        Later(0, self._follow_opening, self).start()

    def _sandbox_started(self) -> None:
        self.store_bar.show_address(self.desk.sandbox_url)
        if self._outbox is not None and self.store_bar.store is not None:
            self._outbox.show_store(self.store_bar.store)

    def _sandbox_failed(self, error: Exception) -> None:
        from composer.sandbox.process import SandboxError

        if not isinstance(error, SandboxError):
            raise error
        self.notice.say("bad", str(error))

    def _take_store(self, store: Store, stores: list[Store]) -> None:
        self.store_bar.show_store(store, stores)
        self.store_bar.show_address(self.desk.sandbox_url)
        if self._compose is not None:
            self._show_store_in_compose(store)
        if BULK in self._places:
            self._places[BULK].show_store(store)  # type: ignore[attr-defined]
        if store.kind is not Kind.SANDBOX:
            self.jobs.run(lambda: self.desk.secrets.state(store), partial(self._take_key, store))

    def _take_key(self, store: Store, state: KeyState) -> None:
        self.store_bar.show_key(store, state)
        if self._outbox is not None:
            self._outbox.whom.show_key(store, state)

    def _show_store_in_compose(self, store: Store) -> None:
        self.compose.show_store(store)
        self.outbox.show_store(store)
        if self.store_bar.key is not None:
            self.outbox.whom.show_key(store, self.store_bar.key)
        self.vocabulary.show_store(store)

    def _show_kept(self, entry: int) -> None:
        if HISTORY in self._places and self._stack.currentWidget() is self._places[HISTORY]:
            self.show_entry(entry)
        else:
            self.refresh_history()

    def _open_key_of(self, store: Store | None) -> None:
        settings = self.go_to(SETTINGS)
        if store is not None:
            settings.open_key_of(store.id)  # type: ignore[attr-defined]

    def _restore_place(self) -> None:
        try:
            geometry = self.desk.settings.get("window")
        except StorageError:
            return  # said when the stores were read
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "replace")))
