"""The drift log: what is chosen is what is copied, and what is forgotten is gone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from composer.event.findings import Finding, Severity
from composer.storage.database import Database, StorageError
from composer.storage.drift import Drift
from composer.storage.history import Answer, Attempt, History
from composer.ui.history.drift_log import DriftLog
from composer.ui.jobs import Jobs
from composer.ui.theme import Choice, Theme
from tests.support.hands import focused, press, to_front
from tests.support.sent import STORE, sent
from tests.ui.conftest import Show
from tests.ui.history.conftest import Open

ERROR = Finding(Severity.ERROR, "bad-email", "/customer/email", "No email.")
OpenLog = Callable[..., DriftLog]


@pytest.fixture
def drift(database: Database) -> Drift:
    return Drift(database)


def note(drift: Drift, name: str, *findings: Finding, words: str = "") -> int:
    """A note of an event of this name: rejected, or with an error, queued."""
    body = json.dumps({"eventName": name, "customer": {"email": "jane.roe@private.test"}}).encode()
    said = json.dumps({"detail": words}).encode()
    end = ("queued", 202) if findings else ("rejected", 400)
    answer = Answer(end[0], "", "", end[1], [("Content-Type", "application/json")], said)
    made = drift.note(Attempt(STORE, name, "", "", body, findings, bool(findings)), answer)
    assert made is not None
    return made


@pytest.fixture
def open_log(theme: Theme, jobs: Jobs, drift: Drift, show: Show[DriftLog], qtbot: QtBot) -> OpenLog:
    def open_log(wanted: int | None = None) -> DriftLog:
        log = show(DriftLog(theme, jobs, drift))
        to_front(log, qtbot)
        log.read(wanted)
        qtbot.waitUntil(lambda: log.list.count() == drift.count())
        return log

    return open_log


def names(log: DriftLog) -> list[str]:
    return [log.list.item(row).data(Qt.ItemDataRole.UserRole).event_name for row in range(log.list.count())]


def test_the_newest_is_chosen_and_copied_as_it_is_seen(open_log: OpenLog, drift: Drift, qtbot: QtBot) -> None:
    note(drift, "First", words="jane.roe@private.test is blocked")
    note(drift, "Second", ERROR)
    log = open_log()
    assert names(log) == ["Second", "First"]
    assert log.report.toPlainText().startswith("# Checks said error, the server queued it (202)\n")
    assert focused() is log.list
    press(qtbot, Qt.Key.Key_Down)
    assert "<email> is blocked" in log.report.toPlainText()
    qtbot.mouseClick(log.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == log.report.toPlainText()
    assert "jane" not in QGuiApplication.clipboard().text()
    assert log.copy.text() == "Copied ✓"
    press(qtbot, Qt.Key.Key_Up) if focused() is log.list else log.list.setCurrentRow(0)
    assert log.copy.text() == "Copy report"


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)],
)
def test_it_is_copied_from_the_keyboard(
    open_log: OpenLog, drift: Drift, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    note(drift, "First")
    log = open_log()
    QGuiApplication.clipboard().setText("something else")
    press(qtbot, key, modifier)
    assert QGuiApplication.clipboard().text() == log.report.toPlainText()


def test_a_row_says_all_of_it_without_colour(open_log: OpenLog, drift: Drift) -> None:
    note(drift, "First")
    note(drift, "First")
    log = open_log()
    said = log.list.item(0).text()
    assert said.startswith("Checks said fine, the server said 400. First, 20")
    assert said.endswith(", 2 events")
    assert log.report.toPlainText().endswith("Seen with 2 events within a day.\n")


def test_it_opens_at_the_note_that_is_wanted(open_log: OpenLog, drift: Drift) -> None:
    wanted = note(drift, "First", words="one")
    note(drift, "Second", words="two")
    log = open_log(wanted)
    assert log.list.note is not None
    assert log.list.note.id == wanted


def test_one_is_forgotten_at_once_and_the_next_is_chosen(open_log: OpenLog, drift: Drift, qtbot: QtBot) -> None:
    for name, words in (("First", "too long"), ("Second", "too short"), ("Third", "too late")):
        note(drift, name, words=words)
    log = open_log()
    press(qtbot, Qt.Key.Key_Down)
    with qtbot.waitSignal(log.forgotten):
        press(qtbot, Qt.Key.Key_Delete)
    assert names(log) == ["Third", "First"]
    assert log.list.note is not None
    assert log.list.note.event_name == "First"
    with qtbot.waitSignal(log.forgotten):
        qtbot.mouseClick(log.forget, Qt.MouseButton.LeftButton)
    assert [each.event_name for each in drift.all()] == ["Third"]


@pytest.mark.parametrize(("wanted", "left"), [("Forget all", 0), ("Cancel", 2)])
def test_all_are_forgotten_after_a_question(
    open_log: OpenLog, drift: Drift, qtbot: QtBot, wanted: str, left: int
) -> None:
    note(drift, "First", words="one")
    note(drift, "Second", words="two")
    log = open_log()
    qtbot.mouseClick(log.forget_all, Qt.MouseButton.LeftButton)
    (box,) = log.findChildren(QMessageBox)
    assert box.text() == "Forget all 2 notes?"
    qtbot.mouseClick(next(each for each in box.buttons() if each.text() == wanted), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: log.list.count() == left)
    assert drift.count() == left


def test_an_empty_log_teaches_what_it_is_for(open_log: OpenLog) -> None:
    log = open_log()
    seen = " ".join(each.text() for each in log.findChildren(QLabel) if each.isVisible())
    assert "When the checks find no error and the server rejects the event" in seen
    assert not log.list.isVisible()
    assert not [each for each in (log.copy, log.forget, log.forget_all) if each.isEnabled()]


def test_a_disk_that_fails_is_said_and_read_again(
    open_log: OpenLog, drift: Drift, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(drift, "First")
    log = open_log()

    def failing(*_: object) -> None:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(drift, "forget", failing)
        qtbot.mouseClick(log.forget, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: log.notice.sentence == "The disk is full.")
    (again,) = [each for each in log.notice.findChildren(QAbstractButton) if each.text() == "Try again"]
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    assert log.notice.sentence == ""
    assert names(log) == ["First"]


def test_everything_has_a_name_and_both_themes_are_drawn(
    open_log: OpenLog, drift: Drift, theme: Theme, qtbot: QtBot
) -> None:
    note(drift, "A very long name of an event " * 20, ERROR)
    log = open_log()
    for each in (log.list, log.report):
        assert each.accessibleName()
    light = log.list.grab().toImage()
    theme.choose(Choice.DARK)
    assert log.list.grab().toImage() != light
    theme.choose(Choice.LIGHT)


def test_history_shows_the_way_there_while_there_are_notes(
    open_place: Open, drift: Drift, history: History, qtbot: QtBot
) -> None:
    sent(history)
    place = open_place()
    assert not place.drift.isVisible()
    made = note(drift, "First")
    note(drift, "Second", ERROR)
    place.refresh()
    qtbot.waitUntil(place.drift.isVisible)
    assert place.drift.text() == "Drift log (2)"
    with qtbot.waitSignal(place.drift_wanted):
        qtbot.mouseClick(place.drift, Qt.MouseButton.LeftButton)
    drift.forget([made, made + 1])
    place.refresh()
    qtbot.waitUntil(lambda: not place.drift.isVisible())
