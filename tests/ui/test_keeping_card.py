"""How long the history is kept is chosen in Settings, and nothing is deleted that a person did not agree to."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from composer.storage.database import Database
from composer.storage.settings import Settings
from composer.ui.jobs import Jobs
from composer.ui.settings.keeping import KEEP_DAYS, KEEP_MEGABYTES, KeepingCard
from composer.ui.theme import Theme
from tests.support.hands import fill, to_front


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings(database)


@pytest.fixture
def card(theme: Theme, jobs: Jobs, settings: Settings, show: Any, qtbot: QtBot) -> KeepingCard:
    card = show(KeepingCard(jobs, settings))
    to_front(card, qtbot)
    return card


def answer(card: KeepingCard, yes: bool, qtbot: QtBot) -> str:
    """Answer the question that is asked; returns its words."""
    qtbot.waitUntil(lambda: any(box.isVisible() for box in card.findChildren(QMessageBox)))
    (box,) = [box for box in card.findChildren(QMessageBox) if box.isVisible()]
    said = f"{box.text()} {box.informativeText()}"
    wanted = "Delete old entries" if yes else "Cancel"
    qtbot.mouseClick(next(each for each in box.buttons() if each.text() == wanted), Qt.MouseButton.LeftButton)
    return said


def test_at_first_everything_is_kept(card: KeepingCard) -> None:
    assert card.limits == (None, None)
    assert card.meaning.text() == "Entries are kept until you delete them."
    assert not card.days.number.isEnabled()


def test_a_limit_is_saved_after_the_question_and_found_again(
    card: KeepingCard, settings: Settings, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(card.changed) as changed:
        card.days.tick.click()
        said = answer(card, True, qtbot)
    assert "more than 365 days ago" in said
    assert "can't be brought back" in said
    assert changed.args == [365, None]
    assert (settings.get(KEEP_DAYS), settings.get(KEEP_MEGABYTES)) == (365, None)
    card.days.show_value(None)
    card.refresh()
    qtbot.waitUntil(lambda: card.limits == (365, None))


def test_cancel_leaves_everything_as_it_was(card: KeepingCard, settings: Settings, qtbot: QtBot) -> None:
    changed = QSignalSpy(card.changed)
    card.megabytes.tick.click()
    answer(card, False, qtbot)
    assert card.limits == (None, None)
    assert settings.get(KEEP_MEGABYTES) is None
    assert changed.count() == 0


def test_a_number_counts_when_it_is_typed_to_its_end(card: KeepingCard, settings: Settings, qtbot: QtBot) -> None:
    settings.put(KEEP_DAYS, 90)
    card.refresh()
    qtbot.waitUntil(lambda: card.limits == (90, None))
    fill(qtbot, card.days.number, "30")
    assert card.meaning.text().startswith("What was sent more than 30 days ago")
    assert settings.get(KEEP_DAYS) == 90
    with qtbot.waitSignal(card.changed):
        qtbot.keyClick(card.days.number, Qt.Key.Key_Return)
        answer(card, True, qtbot)
    assert settings.get(KEEP_DAYS) == 30


def test_a_limit_is_dropped_or_widened_without_a_question(card: KeepingCard, settings: Settings, qtbot: QtBot) -> None:
    settings.put(KEEP_DAYS, 90)
    settings.put(KEEP_MEGABYTES, 100)
    card.refresh()
    qtbot.waitUntil(lambda: card.limits == (90, 100))
    with qtbot.waitSignal(card.changed):
        card.megabytes.tick.click()
    assert (settings.get(KEEP_DAYS), settings.get(KEEP_MEGABYTES)) == (90, None)
    fill(qtbot, card.days.number, "120")
    with qtbot.waitSignal(card.changed):
        qtbot.keyClick(card.days.number, Qt.Key.Key_Return)
    assert settings.get(KEEP_DAYS) == 120
