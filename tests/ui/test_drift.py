"""From an answer that the checks had not led to expect to the report of it on the clipboard, in the real window."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from composer.sandbox.process import set_faults
from composer.storage.stores import Kind
from composer.ui.desk import Desk
from composer.ui.history.drift_log import DriftLog
from composer.ui.window import MainWindow
from tests.support.hands import OpenWindow, press
from tests.support.server import Server, answer

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def opened(open_window: Callable[[], OpenWindow]) -> OpenWindow:
    return open_window()


@pytest.fixture
def window(opened: OpenWindow) -> MainWindow:
    return opened.window


@pytest.fixture
def desk(opened: OpenWindow) -> Desk:
    return opened.desk


def send(window: MainWindow, qtbot: QtBot, *, anyway: bool = False) -> None:
    with qtbot.waitSignal(window.sending.finished, timeout=30_000):
        window.send(anyway=anyway)


def log_of(window: MainWindow, qtbot: QtBot) -> DriftLog:
    """The drift log, once it is open and read."""
    qtbot.waitUntil(lambda: any(each.isVisible() and each.list.count() for each in window.findChildren(DriftLog)))
    return next(each for each in window.findChildren(DriftLog) if each.isVisible())


def test_a_rejection_out_of_the_blue_leads_from_compose_to_its_report(
    window: MainWindow, desk: Desk, qtbot: QtBot
) -> None:
    desk.start_sandbox()
    set_faults(desk.sandbox.origin, [{"kind": "status", "status": 400, "times": 1, "call": "event"}])
    send(window, qtbot)
    panel = window.compose.response
    assert panel.sentence.text().endswith("The checks had found nothing: kept in the drift log.")
    assert panel.drift.isVisible()
    qtbot.mouseClick(panel.drift, Qt.MouseButton.LeftButton)
    log = log_of(window, qtbot)
    qtbot.mouseClick(log.copy, Qt.MouseButton.LeftButton)
    report = QGuiApplication.clipboard().text()
    assert report.startswith("# Checks said fine, the server said 400\n")
    event = json.loads(window.composition.wire())
    for value in (event["eventName"], *event["customer"].values(), *event["data"].values()):
        assert not isinstance(value, str) or value not in report
    log.close()
    send(window, qtbot)
    assert panel.status.text() == "Queued (202)"
    assert not panel.drift.isVisible()


def test_an_error_that_the_server_takes_is_kept_too(
    window: MainWindow, desk: Desk, qtbot: QtBot, serve: Callable[..., Server]
) -> None:
    server = serve(answer("202 Accepted"))
    window.choose_store(desk.stores.add("Mine", Kind.SANDBOX, server.url, "5a4db0c500000000000000aa"))
    window.compose.json.take('{"eventName": "A", "customer": {"email": "jane"}}')
    send(window, qtbot, anyway=True)
    assert window.compose.response.sentence.text().endswith("The checks called it an error: kept in the drift log.")
    (note,) = desk.drift.all()
    assert note.headline == "Checks said error, the server queued it (202)"


def test_the_drift_log_is_found_by_its_name(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, Qt.Key.Key_K, CONTROL)
    assert window._finder is not None
    qtbot.keyClicks(window._finder.line, "drift log")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.findChildren(DriftLog)))
    (log,) = window.findChildren(DriftLog)
    qtbot.waitUntil(log.isVisible)
    log.close()
