"""The window: where it will go on top, the places at the left, the place in the middle, a quiet line below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from composer.storage.database import StorageError
from composer.storage.stores import Kind, Store
from composer.ui.jobs import Jobs
from composer.ui.notice import Notice
from composer.ui.store_bar import StoreBar
from composer.ui.theme import Choice, Theme
from composer.ui.widgets.pieces import button, label

if TYPE_CHECKING:
    from composer.ui.compose.composition import Composition
    from composer.ui.compose.place import ComposePlace
    from composer.ui.compose.sending import Sending
    from composer.ui.desk import Desk

COMPOSE, HISTORY, SANDBOX, SETTINGS = range(4)
PLACES = ("Compose", "History", "Sandbox", "Settings")


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
        self._live_confirmed = False
        self._has_painted = False
        self.setWindowTitle("Event Composer")
        self.resize(1280, 800)
        self.setMinimumSize(960, 620)
        self.notice = Notice(self)
        self.store_bar = StoreBar(theme)
        self._compose: ComposePlace | None = None
        self._places: dict[int, QWidget] = {}
        self._stack = QStackedWidget()
        self._buttons: list[QPushButton] = []
        self._lay_out()
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
        self._buttons[place].setChecked(True)
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
        if self.sending.is_under_way:
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
        self.sending.send(store, self.composition.payload, self.composition.wire(), findings, anyway=held_back)

    def _judge_now(self) -> None:
        """Nothing is sent on old findings, or before the checks are loaded."""
        if self.composition.is_judged:
            self.composition.judge_now()
        else:
            from composer.event.checks import check

            self.composition.judge_with(check)

    def begin_anew(self, starter: bool = False) -> None:
        """Another event in place of this one; Undo brings this one back."""
        self.compose.drafting.begin_anew(starter)
        self._compose_next()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() is QEvent.Type.Paint and not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self._follow_first_paint)
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:
        self.sending.cancel()
        try:
            self._jobs.close()
            self.compose.drafting.save_now()
            self._desk.settings.put("window", bytes(self.saveGeometry().toBase64().data()).decode())
            self._desk.settings.put("compose split", self.compose.split.sizes())
        except StorageError as error:
            from composer.ui.questions import may_lose_draft

            if not may_lose_draft(self, str(error)):
                self._jobs.open_again()
                event.ignore()
                return
        event.accept()

    def _lay_out(self) -> None:
        bar = QFrame()
        bar.setObjectName("bar")
        top = QHBoxLayout(bar)
        top.setContentsMargins(14, 8, 14, 8)
        top.setSpacing(12)
        top.addWidget(label("Event Composer", "brand"))
        top.addWidget(self.store_bar, 1)
        rail = QFrame()
        rail.setObjectName("rail")
        rail.setFixedWidth(176)
        column = QVBoxLayout(rail)
        column.setContentsMargins(8, 10, 8, 10)
        column.setSpacing(3)
        for place, name in enumerate(PLACES):
            if place == SETTINGS:
                column.addStretch(1)
            made = button(name, partial(self.go_to, place), "nav")
            made.setCheckable(True)
            made.setAutoExclusive(True)
            made.setToolTip(f"Ctrl+{place + 1}")
            column.addWidget(made)
            self._buttons.append(made)
        status = QFrame()
        status.setObjectName("status")
        line = QHBoxLayout(status)
        line.setContentsMargins(14, 4, 14, 4)
        line.setSpacing(16)
        self._saved, self._counts = label(""), label("")
        line.addWidget(self._saved)
        line.addStretch(1)
        line.addWidget(self._counts)
        line.addWidget(label("Contract 2.2"))
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.notice)
        middle.addWidget(self._stack, 1)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(rail)
        body.addLayout(middle, 1)
        central = QWidget()
        central.setObjectName("page")
        outer = QVBoxLayout(central)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(bar)
        outer.addLayout(body, 1)
        outer.addWidget(status)
        self.setCentralWidget(central)
        self._buttons[COMPOSE].setChecked(True)

    def _follow_first_paint(self) -> None:
        self.painted.emit()
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
        place.response.entry_wanted.connect(self._show_entry)
        place.drafting.said.connect(self._saved.setText)
        place.drafting.failed.connect(lambda sentence: self.notice.say("bad", sentence))
        place.state_said.connect(self._counts.setText)
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
        place.restore_draft()
        return place

    def _actions(self) -> None:
        standard = QKeySequence.StandardKey
        keys: tuple[tuple[str, object, Callable[[], object]], ...] = (
            ("Send", ["Ctrl+Return", "Ctrl+Enter"], self.send),
            ("Send anyway", ["Ctrl+Shift+Return", "Ctrl+Shift+Enter"], lambda: self.send(anyway=True)),
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
        for name, key, act in keys:
            action = QAction(name, self)
            if isinstance(key, list):
                action.setShortcuts(key)
            else:
                action.setShortcut(key)  # type: ignore[call-overload]
            action.triggered.connect(lambda _checked=False, act=act: act())
            self.addAction(action)

    def _make(self, place: int) -> QWidget:
        desk = self._desk
        if place == COMPOSE:
            return self.compose
        if place == HISTORY:
            from composer.ui.history.place import HistoryPlace

            history = HistoryPlace(self._theme, self._jobs, desk.history)
            history.edit_as_new.connect(self._edit_as_new)
            return history
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
        if store.kind is not Kind.SANDBOX:
            self._jobs.run(lambda: self._desk.secrets.state(store), lambda state: self.store_bar.show_key(store, state))

    def _choose_store(self, store: Store) -> None:
        try:
            self._desk.settings.put("store", store.id)
        except StorageError as error:
            self.notice.say("bad", str(error))
        self._live_confirmed = False
        self._take_store(store, self.store_bar.stores)

    def _may_send(self, store: Store) -> bool:
        """The first event of a session to a live store is asked about."""
        if store.kind is not Kind.LIVE or self._live_confirmed:
            return True
        from composer.event.identity import resolve
        from composer.ui.questions import may_send_live

        self._live_confirmed = may_send_live(self, store.name, resolve(self.composition.payload).value)
        return self._live_confirmed

    def _ask_for_key(self, sentence: str) -> None:
        store = self.store_bar.store
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
        self.compose.json.take(text)
        self._compose_next()

    def _compose_next(self) -> None:
        self.go_to(COMPOSE)
        self.compose.form.first_entry().setFocus()

    def _undo(self) -> None:
        self.composition.undo()

    def _redo(self) -> None:
        self.composition.redo()

    def _open_file(self) -> None:
        self.go_to(COMPOSE)
        self.compose.drafting.choose_and_open(self)

    def _save_file(self) -> None:
        self.compose.drafting.choose_and_save(self)

    def _restore_place(self) -> None:
        try:
            geometry = self._desk.settings.get("window")
        except StorageError:
            return  # said when the stores were read
        if isinstance(geometry, str):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
