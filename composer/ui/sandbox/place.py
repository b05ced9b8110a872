"""The sandbox's inside: the profiles and events it holds, and what it is told to do wrong."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from composer.sandbox import SANDBOX_STORE_ID, process
from composer.sandbox.process import SandboxError
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.sandbox.detail import Detail
from composer.ui.sandbox.faults import FaultChooser
from composer.ui.sandbox.rows import (
    EVENT_HEADERS,
    EVENT_SAMPLES,
    PROFILE_HEADERS,
    PROFILE_SAMPLES,
    Record,
    event_cell,
    event_facts,
    identity,
    profile_cell,
    profile_facts,
)
from composer.ui.theme import Theme
from composer.ui.widgets.messages import EmptyState, Notice, ask
from composer.ui.widgets.paged_model import PagedModel
from composer.ui.widgets.pieces import GRID, Card, button, label
from composer.ui.widgets.place import Pane, Place
from composer.ui.widgets.side_by_side import side_by_side
from composer.ui.widgets.table import Table

PAGE = 100  # events and profiles read at a time
SECOND = 1000  # milliseconds between two looks while it is seen


class Sandbox(Protocol):
    """What this place needs to know: whether the sandbox runs, and where, such as ``http://127.0.0.1:40123``."""

    @property
    def alive(self) -> bool: ...
    @property
    def origin(self) -> str: ...


class _Seen(NamedTuple):
    origin: str
    world: dict[str, Any]
    faults: list[dict[str, Any]]


class SandboxPlace(Place):
    """Events and profiles, the newest first, looked at once a second while the place is seen.

    Signals: `start_wanted()` when the sandbox does not run and is to be started.
    """

    start_wanted = Signal()

    def __init__(self, theme: Theme, jobs: Jobs, sandbox: Sandbox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._sandbox = jobs, sandbox
        self._reader = Latest(jobs)
        self._seen: _Seen | None = None
        self._profiles: dict[str, str] = {}  # id → identity, of all profiles seen
        self._older_events: int | None = None
        self._chosen: dict[int, str] = {}  # tab → id of the row
        self.events = PagedModel(EVENT_HEADERS, _id, event_cell)
        self.profiles = PagedModel(PROFILE_HEADERS, _id, profile_cell)
        self.events.setParent(self)
        self.profiles.setParent(self)
        self.events.more_wanted.connect(self._read_older_events)
        self.profiles.more_wanted.connect(self._read_more_profiles)
        self.event_list = Table(theme, "Stored events, newest first", self.events, EVENT_SAMPLES)
        self.profile_list = Table(theme, "Profiles, the one changed last first", self.profiles, PROFILE_SAMPLES)
        self.event_list.chosen.connect(self._choose)
        self.profile_list.chosen.connect(self._choose)
        self.counts = label("", "small")
        self.notice = Notice()
        self.faults = FaultChooser(theme)
        self.faults.chosen.connect(self._set_faults)
        self.detail = Detail(theme, jobs)
        self.tabs = QTabBar()
        self.reload = button("Refresh", self.refresh)
        self.empty = button("Empty the sandbox…", self._ask_to_empty)
        self._arrange()
        self._timer = QTimer(self)
        self._timer.setInterval(SECOND)
        self._timer.timeout.connect(self.refresh)
        self._show_whether_running()

    def home(self) -> QWidget:
        return self.tabs if self.tabs.isVisible() else self.start

    def panes(self) -> list[Pane]:
        return [Pane(each, each) for each in (self.tabs, self.event_list, self.profile_list)]

    def refresh(self) -> None:
        """Look inside again; what is chosen and where the list stands stays."""
        origin = self._show_whether_running()
        if origin is not None:
            self._reader.run(lambda: self._look(origin), self._show, self._failed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    @property
    def _origin(self) -> str | None:
        return (self._sandbox.alive and self._sandbox.origin) or None

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        for widget in (label("Sandbox", "title"), self.counts):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.reload)
        head.addWidget(self.empty)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab("Events")
        self.tabs.addTab("Profiles")
        self.tabs.setAccessibleName("Events or profiles")
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        self._lists = QStackedWidget()
        nothing = "Send an event to the Sandbox store: here you see what Redo would keep of it."
        self._nothing = EmptyState("Nothing stored yet", nothing)
        self._lists.addWidget(self._nothing)
        self._lists.addWidget(self.event_list)
        self._lists.addWidget(self.profile_list)
        frame.body.addWidget(self._lists)
        self.tabs.currentChanged.connect(self._turn)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.tabs)
        column.addWidget(frame, 1)
        left.setMinimumWidth(360)
        self.detail.setMinimumWidth(320)
        split = side_by_side(left, self.detail, (620, 420))
        running = QWidget()
        column = QVBoxLayout(running)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.notice)
        column.addWidget(self.faults)
        column.addWidget(split, 1)
        needs = "It is a stand-in for Redo on this computer and needs no key."
        stopped = EmptyState("The sandbox is not running", needs)
        self.start = stopped.offer("Start it", self.start_wanted.emit)
        self._pages = QStackedWidget()
        self._pages.addWidget(stopped)
        self._pages.addWidget(running)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.addWidget(self._pages)

    def _show_whether_running(self) -> str | None:
        origin = self._origin
        self._pages.setCurrentIndex(0 if origin is None else 1)
        return origin

    def _look(self, origin: str, **page: int) -> _Seen:
        world = process.world(origin, SANDBOX_STORE_ID, limit=PAGE, **page)
        return _Seen(origin, world, process.faults(origin))

    def _show(self, seen: _Seen) -> None:
        self.notice.hide()
        if seen == self._seen:
            return
        if self._seen is None or seen.faults != self._seen.faults:
            self.faults.show_in_force(seen.faults)
        if self._seen is None or seen.world != self._seen.world:
            self._show_world(seen.world)
        self._seen = seen

    def _show_world(self, world: dict[str, Any]) -> None:
        events, profiles = world["events"], world["profiles"]
        if not events:
            self._profiles = {}
        self.events.show_newest(self._named(events, profiles), world["olderEvents"] is None)
        if len(self.events.rows) <= len(events):
            self._older_events = world["olderEvents"]
        self.profiles.show_newest(profiles, world["moreProfiles"] is None)
        counts = world["counts"]
        self.counts.setText(
            f"{_counted(counts['profiles'], 'profile')} · {_counted(counts['events'], 'event')} · "
            f"{_counted(counts['ignored'], 'duplicate')} ignored"
        )
        self.empty.setEnabled(bool(counts["events"]))
        self._turn(self.tabs.currentIndex())

    def _named(self, events: list[Record], profiles: list[Record]) -> list[Record]:
        self._profiles |= {profile["id"]: identity(profile) for profile in profiles}
        return [event | {"profile": self._profiles.get(event["profileId"], event["profileId"])} for event in events]

    def _read_older_events(self) -> None:
        origin, before = self._origin, self._older_events
        if origin is None or before is None:
            self.events.give_up()
            return

        def done(seen: _Seen) -> None:
            self._older_events = seen.world["olderEvents"]
            self.events.add_older(self._named(seen.world["events"], []), self._older_events is None)

        self._jobs.run(lambda: self._look(origin, before_event=before), done, self._page_failed)

    def _read_more_profiles(self) -> None:
        origin, skip = self._origin, len(self.profiles.rows)
        if origin is None:
            self.profiles.give_up()
            return

        def done(seen: _Seen) -> None:
            self.profiles.add_older(seen.world["profiles"], seen.world["moreProfiles"] is None)

        self._jobs.run(lambda: self._look(origin, skip_profiles=skip), done, self._page_failed)

    def _page_failed(self, error: Exception) -> None:
        self.events.give_up()
        self.profiles.give_up()
        self._failed(error)

    def _choose(self, record: Record) -> None:
        self._chosen[0 if "event" in record else 1] = record["id"]
        self.detail.show_record(record, event_facts(record) if "event" in record else profile_facts(record))

    def _turn(self, tab: int) -> None:
        """Show a list and what is chosen in it: the same as before, or else the first row."""
        model, table = (self.events, self.event_list) if tab == 0 else (self.profiles, self.profile_list)
        self._lists.setCurrentWidget(table if model.rows else self._nothing)
        self.detail.setVisible(bool(model.rows))
        if not model.rows:
            self.detail.show_nothing()
            self._chosen.clear()
            return
        row = max(model.row_of(self._chosen.get(tab)), 0)
        if table.currentIndex().row() != row:
            table.choose(model.rows[row]["id"])
        if self.detail.shown != model.rows[row]:
            self._choose(model.rows[row])

    def _set_faults(self, faults: list[dict[str, Any]]) -> None:
        origin = self._origin
        if origin is not None:
            self._jobs.run(lambda: process.set_faults(origin, faults), lambda _: self.refresh(), self._failed)

    def _ask_to_empty(self) -> None:
        ask(
            self,
            "Empty the sandbox?",
            "All its profiles and events are forgotten. The history of what was sent stays.",
            "Empty",
            self._empty_it,
        )

    def _empty_it(self) -> None:
        origin = self._origin
        if origin is not None:
            self._jobs.run(lambda: process.empty(origin, SANDBOX_STORE_ID), lambda _: self.refresh(), self._failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, SandboxError):
            raise error
        if self._show_whether_running() is not None:
            self.notice.say("caution", str(error))


def _id(record: Record) -> str:
    return str(record["id"])


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
