"""What the window's tests share: a theme, threads, real storage, and places that are shown and properly taken down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from composer.event.checks import check
from composer.storage.database import Database
from composer.ui.compose.composition import Composition
from composer.ui.compose.place import ComposePlace
from composer.ui.compose.sending import Sending
from composer.ui.desk import Desk
from composer.ui.jobs import Jobs
from composer.ui.theme import Choice, Theme
from composer.ui.window import MainWindow
from tests.support.hands import OpenWindow, to_front

Shown = TypeVar("Shown", bound=QWidget)
Show = Callable[[Shown], Shown]


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    theme = Theme(qapp, Choice.LIGHT)
    theme.dress()
    return theme


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "event-composer" / "composer.db")
    yield database
    database.close()


@pytest.fixture
def show(jobs: Jobs, database: Database) -> Iterator[Show[QWidget]]:
    """Shows a widget as large as a place is in a window of 1280 by 800; threads end before it goes."""
    shown: list[QWidget] = []

    def show(widget: QWidget) -> QWidget:
        shown.append(widget)
        widget.resize(1104, 712)
        widget.show()
        return widget

    yield show
    jobs.close()
    for widget in shown:
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def composition(jobs: Jobs) -> Composition:
    """An empty draft that is judged by the real checks."""
    composition = Composition(jobs)
    composition.judge_with(check)
    return composition


@pytest.fixture
def compose(
    theme: Theme, jobs: Jobs, composition: Composition, desk: Desk, show: Show[QWidget], qtbot: QtBot
) -> ComposePlace:
    """The Compose place alone, in front and with the keyboard."""
    sending = Sending(jobs, desk.sender, desk.address, lambda: desk.lookups)
    place = ComposePlace(theme, jobs, desk.drafts, desk.settings, composition, sending)
    place.show_store(desk.stores.all()[0])
    show(place)
    to_front(place, qtbot)
    return place


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "event-composer")
    yield desk
    desk.close()


@pytest.fixture
def open_window(theme: Theme, tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[[], OpenWindow]]:
    """Opens a window on this test's data folder, as often as wanted. The sandbox starts with the first Send."""
    opened: list[OpenWindow] = []

    def open_window() -> OpenWindow:
        desk, jobs = Desk(tmp_path / "event-composer"), Jobs()
        made = OpenWindow(MainWindow(desk, theme, jobs), desk, jobs)
        opened.append(made)
        with qtbot.waitSignal(made.window.opened):
            made.window.show()
        made.window.composition.judge_with(check)
        to_front(made.window, qtbot)
        qtbot.waitUntil(made.window.compose.isEnabled, timeout=20_000)
        return made

    yield open_window
    for each in opened:
        if shiboken6.isValid(each.window):
            each.close()


@pytest.fixture
def window(open_window: Callable[[], OpenWindow]) -> MainWindow:
    """The window, started for the first time."""
    return open_window().window
