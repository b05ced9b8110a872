"""The window: where it will go on top, the places at the left, the place in the middle, a quiet line below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from composer.storage.database import StorageError
from composer.storage.stores import Kind, Store
from composer.ui.frame import Frame
from composer.ui.jobs import Jobs
from composer.ui.notice import Notice
from composer.ui.shortcuts import Shortcuts, add_shortcuts
from composer.ui.store_bar import StoreBar
from composer.ui.theme import Choice, Theme

if TYPE_CHECKING:
    from composer.event.payload import Json
    from composer.ui.bulk.exchange import Exchange
    from composer.ui.bulk.place import BulkPlace
    from composer.ui.compose.composition import Composition
    from composer.ui.compose.place import ComposePlace
    from composer.ui.compose.sending import Sending
    from composer.ui.desk import Desk

COMPOSE, BULK, HISTORY, SANDBOX, SETTINGS = range(5)
PLACES = ("Compose", "Bulk", "History", "Sandbox", "Settings")


class MainWindow(QMainWindow):
    """Puts the places together and owns what spans them: the store, and who may be sent to.

    The first paint shows the frame, the places come after it: that is when a person sees that the program is there.

    Signals: `painted()` once, after the first paint; `opened()` once, when Compose is there too.
    """

    painted = Signal()
    opened = Signal()

    def __init__(self, desk: Desk, theme: Theme, jobs: Jobs) -> None:
        super().__init__()
        self._desk, self._theme, self._jobs = desk, theme, jobs
        self._confirmed: Store | None = None  # the live store that was asked about, as it was then
        self._has_painted = False
        self.setWindowTitle("Event Composer")
        self.resize(1280, 800)
        self.setMinimumSize(960, 620)
        self.notice = Notice(self)
        self.store_bar = StoreBar(theme)
        self._compose: ComposePlace | None = None
        self._between: Exchange | None = None
        self._places: dict[int, QWidget] = {}
        self._states: dict[int, str] = {}  # what the status line says of a place
        self._stack = QStackedWidget()
        self._frame = Frame(self.store_bar, self.notice, self._stack, PLACES)
        self.setCentralWidget(self._frame)
        self._frame.buttons[COMPOSE].setChecked(True)
        self._frame.place_wanted.connect(self.go_to)
        self._actions()
        self.store_bar.chosen.connect(self._choose_store)
        self.store_bar.manage_wanted.connect(lambda: self.go_to(SETTINGS))
        self.show_stores()
        self._restore_place()

    @property
    def compose(self) -> ComposePlace:
        """Compose, made when it is first asked for."""
        if self._compose is None:
            self._compose = self._make_compose()
        return self._compose

    @property
    def composition(self) -> Composition:
        """What is composed."""
        return self.compose.composition

    @property
    def sending(self) -> Sending:
        """The event on its way."""
        return self.compose.sending

    def go_to(self, place: int) -> QWidget:
        """Show a place; it is made when it is first shown."""
        if place not in self._places:
            made = self._make(place)
            self._places[place] = made
            self._stack.addWidget(made)
        there = self._places[place]
        focus = there.focusWidget() or there  # where it was when the place was left
        self._stack.setCurrentWidget(there)
        self._frame.buttons[place].setChecked(True)
        self._frame.state.setText(self._states.get(place, ""))
        focus.setFocus()
        if place == HISTORY:
            there.refresh()  # type: ignore[attr-defined]
        return there

    def show_stores(self) -> None:
        """Bring badge and Send button up to the stores and the one chosen."""
        try:
            stores = self._desk.stores.all()
            wanted = self._desk.settings.get("store")
        except StorageError as error:
            self.notice.say("bad", str(error))
            return
        store = next((each for each in stores if each.id == wanted), stores[0])
        self._take_store(store, stores)

    def send(self, anyway: bool = False) -> None:
        """Send what is composed, unless something holds it back."""
        if self.sending.is_under_way or not self._is_ready():
            return
        self.compose.form.finish_cell()
        self._judge_now()
        held_back = self.composition.error is not None or bool(self.composition.errors)
        if held_back and not anyway:
            self.go_to(COMPOSE)
            path = self.composition.errors[0].path if self.composition.error is None else ""
            self.composition.focus_wanted.emit(path)
            return
        self.go_to(COMPOSE)  # that is where the answer will be
        store = self.store_bar.store
        if store is None or not self._may_send(store):
            return
        self.notice.clear()
        findings = self.composition.findings
        self.sending.send(store, self._sent_payload(), self.composition.wire(), findings, anyway=held_back)

    def _send_here(self, anyway: bool = False) -> None:
        """In Bulk it is its rows that are meant, elsewhere what is composed."""
        if not self._is_in_bulk():
            self.send(anyway)
        elif not anyway:  # which rows go in spite of their errors is said on the page
            self.bulk.go_on()

    def _is_in_bulk(self) -> bool:
        return self._stack.currentWidget() is self._places.get(BULK)

    def _judge_now(self) -> None:
        """Nothing is sent on old findings, or before the checks are loaded."""
        if self.composition.is_judged:
            self.composition.judge_now()
        else:
            from composer.event.checks import check

            self.composition.judge_with(check)

    def begin_anew(self, starter: bool = False) -> None:
        """Another event in place of this one; Undo brings this one back."""
        if self._is_ready():
            self.compose.drafting.begin_anew(starter)
            self._compose_next()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() is QEvent.Type.Paint and not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self._follow_first_paint)
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:
        self.compose.form.finish_cell()
        try:
            self._jobs.finish_ordered()
            self.compose.drafting.save_now()
            self._desk.settings.put("window", bytes(self.saveGeometry().toBase64().data()).decode())
            self._desk.settings.put("compose split", self.compose.split.sizes())
        except StorageError as error:
            from composer.ui.questions import may_lose_draft

            if not may_lose_draft(self, str(error)):
                event.ignore()
                return
        self.sending.cancel()
        if BULK in self._places:
            self._places[BULK].end()  # type: ignore[attr-defined]
        event.accept()

    def _follow_first_paint(self) -> None:
        self.painted.emit()
        with self._theme.undressed():
            self.go_to(COMPOSE)
        self.opened.emit()

    def _make_compose(self) -> ComposePlace:
        from composer.ui.compose.composition import Composition
        from composer.ui.compose.place import ComposePlace
        from composer.ui.compose.sending import Sending

        composition = Composition(self._jobs, self)
        sending = Sending(self._jobs, self._desk.sender, self._desk.address)
        sending.setParent(self)
        place = ComposePlace(self._theme, self._jobs, self._desk.drafts, composition, sending)
        place.send_wanted.connect(self.send)
        place.new_wanted.connect(self.begin_anew)
        place.open_wanted.connect(self._open_file)
        place.save_wanted.connect(self._save_file)
        place.bulk_wanted.connect(self._add_to_bulk)
        place.response.entry_wanted.connect(self._show_entry)
        place.drafting.said.connect(self._frame.saved.setText)
        place.drafting.failed.connect(lambda sentence: self.notice.say("bad", sentence))
        place.state_said.connect(partial(self._say_state, COMPOSE))
        sending.finished.connect(lambda _sent: self._refresh_history())
        sending.key_needed.connect(self._ask_for_key)
        if self.store_bar.store is not None:
            place.show_store(self.store_bar.store)
        try:
            sizes = self._desk.settings.get("compose split")
        except StorageError:
            sizes = None  # said when the stores were read
        if isinstance(sizes, list) and len(sizes) == 2:
            place.split.setSizes([int(each) for each in sizes])
        place.restore_draft(self._desk.draft)
        return place

    def _actions(self) -> None:
        standard = QKeySequence.StandardKey
        keys: Shortcuts = (
            ("Send", ["Ctrl+Return", "Ctrl+Enter"], self._send_here),
            ("Send anyway", ["Ctrl+Shift+Return", "Ctrl+Shift+Enter"], lambda: self._send_here(anyway=True)),
            ("Undo", standard.Undo, self._undo),
            ("Redo", ["Ctrl+Shift+Z", "Ctrl+Y"], self._redo),
            ("New event", standard.New, self.begin_anew),
            ("Open", standard.Open, self._open_file),
            ("Save as", standard.Save, self._save_file),
            ("Next pane", "F6", lambda: self.compose.next_pane(1)),
            ("Previous pane", "Shift+F6", lambda: self.compose.next_pane(-1)),
            ("Choose the store", "Ctrl+L", self.store_bar.badge.showMenu),
            ("Quit", standard.Quit, self.close),
            *((name, f"Ctrl+{at + 1}", partial(self.go_to, at)) for at, name in enumerate(PLACES)),
        )
        add_shortcuts(self, keys)

    def _make(self, place: int) -> QWidget:
        desk = self._desk
        if place == COMPOSE:
            return self.compose
        if place == HISTORY:
            from composer.ui.history.place import HistoryPlace

            history = HistoryPlace(self._theme, self._jobs, desk.history, desk.runs)
            history.edit_as_new.connect(self._edit_as_new)
            history.run_wanted.connect(self._show_run)
            return history
        if place == BULK:
            return self._make_bulk()
        if place == SANDBOX:
            from composer.ui.sandbox.place import SandboxPlace

            sandbox = SandboxPlace(self._theme, self._jobs, desk.sandbox)
            sandbox.start_wanted.connect(self.start_sandbox)
            return sandbox
        from composer.ui.settings.place import SettingsPlace

        settings = SettingsPlace(self._theme, self._jobs, desk.stores, desk.secrets, desk.settings)
        settings.stores_changed.connect(self.show_stores)
        settings.theme_chosen.connect(lambda choice: self._theme.choose(Choice(choice)))
        return settings

    def _make_bulk(self) -> BulkPlace:
        from composer.ui.bulk.place import BulkPlace

        bulk = BulkPlace(self._theme, self._jobs, self._desk, self)
        bulk.edit_wanted.connect(self._edit_row)
        bulk.edit_as_new.connect(self._edit_as_new)
        bulk.key_needed.connect(self._ask_for_key_of)
        bulk.history_changed.connect(self._refresh_history)
        bulk.base_wanted.connect(lambda: bulk.take_base(self._sent_payload()))
        bulk.state_said.connect(partial(self._say_state, BULK))
        if self.store_bar.store is not None:
            bulk.show_store(self.store_bar.store)
        return bulk

    @property
    def bulk(self) -> BulkPlace:
        """The Bulk place, shown."""
        return self.go_to(BULK)  # type: ignore[return-value]

    def _say_state(self, place: int, words: str) -> None:
        self._states[place] = words
        if self._stack.currentWidget() in (None, self._places.get(place)):
            self._frame.state.setText(words)

    def _show_run(self, run: str) -> None:
        self.bulk.show_run(run)

    def _exchange(self) -> Exchange:
        if self._between is None:
            from composer.ui.bulk.exchange import Exchange

            self._between = Exchange(self.compose, lambda: self.bulk, self._compose_next)
        return self._between

    def _add_to_bulk(self, times: int) -> None:
        if self._is_ready():
            self._exchange().add_to_bulk(times)

    def _edit_row(self, name: str, payload: Json, save: Callable[[Json], None]) -> None:
        if self._is_ready():
            self._exchange().edit_row(name, payload, save)

    def start_sandbox(self) -> None:
        """Start the sandbox's process, and say where it is."""
        self._jobs.run(self._desk.start_sandbox, lambda _url: self._sandbox_started(), self._sandbox_failed)

    def _sandbox_started(self) -> None:
        self.store_bar.show_address(self._desk.sandbox_url)

    def _sandbox_failed(self, error: Exception) -> None:
        from composer.sandbox.process import SandboxError

        if not isinstance(error, SandboxError):
            raise error
        self.notice.say("bad", str(error))

    def _take_store(self, store: Store, stores: list[Store]) -> None:
        self.store_bar.show_store(store, stores)
        self.store_bar.show_address(self._desk.sandbox_url)
        if self._compose is not None:
            self._compose.show_store(store)
        if BULK in self._places:
            self._places[BULK].show_store(store)  # type: ignore[attr-defined]
        if store.kind is not Kind.SANDBOX:
            self._jobs.run(lambda: self._desk.secrets.state(store), lambda state: self.store_bar.show_key(store, state))

    def _choose_store(self, store: Store) -> None:
        self._jobs.run(lambda: self._desk.settings.put("store", store.id), failed=self._say_storage, in_order=True)
        self._confirmed = None
        self._take_store(store, self.store_bar.stores)

    def _say_storage(self, error: Exception) -> None:
        if not isinstance(error, StorageError):
            raise error
        self.notice.say("bad", str(error))

    def _may_send(self, store: Store) -> bool:
        """The first event of a session to a live store is asked about."""
        if store.kind is not Kind.LIVE or store == self._confirmed:
            return True
        from composer.event.identity import resolve
        from composer.ui.questions import may_send_live

        may = may_send_live(self, store.name, resolve(self._sent_payload()).value)
        self._confirmed = store if may else None
        return may

    def _sent_payload(self) -> Json:
        """What the text that is sent says; None while it is broken and says nothing."""
        return self.composition.payload if self.composition.error is None else None

    def _ask_for_key(self, sentence: str) -> None:
        self._ask_for_key_of(self.sending.store, sentence)

    def _ask_for_key_of(self, store: Store | None, sentence: str) -> None:
        self.notice.say("caution", sentence, "Open Settings", lambda: self._open_key_of(store))

    def _open_key_of(self, store: Store | None) -> None:
        settings = self.go_to(SETTINGS)
        if store is not None:
            settings.open_key_of(store.id)  # type: ignore[attr-defined]

    def _refresh_history(self) -> None:
        if HISTORY in self._places:
            self._places[HISTORY].refresh()  # type: ignore[attr-defined]

    def _show_entry(self, entry: int) -> None:
        self.go_to(HISTORY).show_entry(entry)  # type: ignore[attr-defined]

    def _edit_as_new(self, text: str) -> None:
        if self._is_ready():
            self.compose.json.take(text)
        self._compose_next()

    def _compose_next(self) -> None:
        self.go_to(COMPOSE)
        self.compose.form.first_entry().setFocus()

    def _is_ready(self) -> bool:
        """Whether Compose shows the event it has: not while a long text is being read."""
        return self.compose.isEnabled()

    def _undo(self) -> None:
        if self._is_ready():
            self.composition.undo()

    def _redo(self) -> None:
        if self._is_ready():
            self.composition.redo()

    def _open_file(self) -> None:
        if self._is_in_bulk():
            self.bulk.choose_file()
        elif self._is_ready():
            self.go_to(COMPOSE)
            self.compose.drafting.choose_and_open(self)

    def _save_file(self) -> None:
        if self._is_ready():
            self.compose.drafting.choose_and_save(self)

    def _restore_place(self) -> None:
        try:
            geometry = self._desk.settings.get("window")
        except StorageError:
            return  # said when the stores were read
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
