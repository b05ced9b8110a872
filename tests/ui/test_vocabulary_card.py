"""A store's page says how many names are remembered of it, and they are forgotten only after a question."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from composer.storage.database import Database, StorageError
from composer.storage.history import History
from composer.storage.vocabulary import Vocabularies
from composer.ui.jobs import Jobs
from composer.ui.settings.vocabulary_card import VocabularyCard
from composer.ui.theme import Theme
from tests.support.hands import to_front
from tests.support.sent import SANDBOX, sent


@pytest.fixture
def vocabularies(database: Database) -> Vocabularies:
    """What was learnt from two events to the sandbox."""
    vocabularies = Vocabularies(database)
    for name in ("Order Placed", "Order Refunded"):
        sent(History(database), name, store=SANDBOX, payload={"data": {"Total Spent": 1}})
    vocabularies.learn(lambda: False)
    return vocabularies


@pytest.fixture
def card(theme: Theme, jobs: Jobs, vocabularies: Vocabularies, show: Any, qtbot: QtBot) -> VocabularyCard:
    card: VocabularyCard = show(VocabularyCard(jobs, vocabularies, SANDBOX.id))
    to_front(card, qtbot)
    qtbot.waitUntil(lambda: card.meaning.text() != "")
    return card


def answer(card: VocabularyCard, wanted: str, qtbot: QtBot) -> str:
    """Press “Forget them…” and answer the question; returns its words."""
    qtbot.mouseClick(card.forget, Qt.MouseButton.LeftButton)
    (box,) = [box for box in card.findChildren(QMessageBox) if box.isVisible()]
    said = f"{box.text()} {box.informativeText()}"
    qtbot.mouseClick(next(each for each in box.buttons() if each.text() == wanted), Qt.MouseButton.LeftButton)
    return said


def test_it_says_how_much_is_remembered_and_what_for(card: VocabularyCard) -> None:
    assert card.meaning.text().startswith("3 names remembered from what was sent to this store")
    assert "never values" in card.meaning.text()
    assert card.forget.isEnabled()


def test_the_number_is_read_again_whenever_it_is_shown(
    card: VocabularyCard, vocabularies: Vocabularies, database: Database, qtbot: QtBot
) -> None:
    card.hide()
    sent(History(database), "Cart Updated", store=SANDBOX)
    vocabularies.learn(lambda: False)
    card.show()
    qtbot.waitUntil(lambda: card.meaning.text().startswith("4 names"))


def test_after_the_question_they_are_gone(card: VocabularyCard, vocabularies: Vocabularies, qtbot: QtBot) -> None:
    with qtbot.waitSignal(card.forgotten):
        said = answer(card, "Forget them", qtbot)
    assert "The history and your templates stay as they are" in said
    assert vocabularies.size(SANDBOX.id) == 0
    qtbot.waitUntil(lambda: card.meaning.text().startswith("No names are remembered yet."))
    assert not card.forget.isEnabled()


def test_with_no_they_stay(card: VocabularyCard, vocabularies: Vocabularies, qtbot: QtBot) -> None:
    forgotten = QSignalSpy(card.forgotten)
    answer(card, "Cancel", qtbot)
    assert vocabularies.size(SANDBOX.id) == 3
    assert forgotten.count() == 0


class BrokenDisk(Vocabularies):
    """Nothing can be read from it."""

    def size(self, store_row: int) -> int:  # noqa: ARG002
        raise StorageError("The data file is damaged.")


def test_what_is_wrong_with_the_disk_is_said(
    theme: Theme, jobs: Jobs, database: Database, show: Any, qtbot: QtBot
) -> None:
    card = show(VocabularyCard(jobs, BrokenDisk(database), SANDBOX.id))
    qtbot.waitUntil(lambda: card.meaning.text() == "The data file is damaged.")
    assert not card.forget.isEnabled()
