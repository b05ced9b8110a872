"""The question before a live run with people in it who are no test people: only the typed name says yes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from composer.delivery.whom import Whom
from composer.ui.bulk.many_question import ManyQuestion
from tests.support.hands import focused, press, read, to_front, type_in_focus

FOUND = Whom(99_898, 1204, ("alice@shop.com", "bob@shop.com"), 1202)
Key = Qt.Key


@pytest.fixture
def question(theme: Any, show: Any, qtbot: QtBot) -> ManyQuestion:
    question = ManyQuestion("Acme", FOUND, show(QWidget()))
    question.open()
    to_front(question, qtbot)
    return question


def test_it_names_whom_it_hits_and_the_keyboard_is_in_the_field(question: ManyQuestion) -> None:
    words = read(question)
    assert "Send 99,898 events to the live store “Acme”?" in words
    assert "1,204 of 99,898 rows hit people" in words
    assert "alice@shop.com, bob@shop.com and 1,202 more rows" in words
    assert "can't be taken back" in words
    assert focused() is question.entry
    assert question.cancel.isDefault()
    assert not question.go.isEnabled()


@pytest.mark.parametrize("typed", ["", "Acm", "acme", "Acme Store", "A c m e"])
def test_another_name_sends_nothing_and_enter_does_nothing(question: ManyQuestion, qtbot: QtBot, typed: str) -> None:
    type_in_focus(qtbot, typed)
    press(qtbot, Key.Key_Return)
    press(qtbot, Key.Key_Enter)
    assert question.isVisible()
    assert not question.go.isEnabled()


@pytest.mark.parametrize("typed", ["Acme", "  Acme "])
@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_the_name_and_enter_send(question: ManyQuestion, qtbot: QtBot, typed: str, key: Key) -> None:
    type_in_focus(qtbot, typed)
    assert question.go.isEnabled()
    with qtbot.waitSignal(question.accepted):
        press(qtbot, key)


def test_the_button_sends_only_while_the_name_is_there(question: ManyQuestion, qtbot: QtBot) -> None:
    type_in_focus(qtbot, "Acme")
    press(qtbot, Key.Key_Backspace)
    assert not question.go.isEnabled()
    type_in_focus(qtbot, "e")
    with qtbot.waitSignal(question.accepted):
        question.go.click()


def test_escape_cancels(question: ManyQuestion, qtbot: QtBot) -> None:
    type_in_focus(qtbot, "Acme")
    with qtbot.waitSignal(question.rejected):
        press(qtbot, Key.Key_Escape)


@pytest.mark.parametrize(("name", "typed"), [("Cafe\u0301", "Caf\u00e9"), ("Caf\u00e9", "Cafe\u0301")])
def test_an_accent_is_one_however_a_keyboard_makes_it(
    theme: Any, show: Any, qtbot: QtBot, name: str, typed: str
) -> None:
    question = ManyQuestion(name, FOUND, show(QWidget()))
    question.open()
    question.entry.setText(typed)
    assert question.go.isEnabled()
    question.cancel.click()


def test_the_way_to_the_list_is_no_answer(question: ManyQuestion, qtbot: QtBot) -> None:
    question.entry.setText("Acme")
    with qtbot.waitSignals([question.rejected, question.people_wanted], order="strict"):
        question.people.click()


def test_a_name_is_text_whatever_is_in_it(theme: Any, show: Any, qtbot: QtBot) -> None:
    question = ManyQuestion("<b>Shoes</b> & Sons", FOUND, show(QWidget()))
    question.open()
    to_front(question, qtbot)
    assert "type the name of the store: <b>Shoes</b> & Sons" in read(question)
    assert question.go.text() == "Send to <b>Shoes</b> && Sons"
    type_in_focus(qtbot, "<b>Shoes</b> & Sons")
    assert question.go.isEnabled()
    question.cancel.click()


def test_a_wide_name_on_the_button_has_room(theme: Any, show: Any, qtbot: QtBot) -> None:
    question = ManyQuestion("W" * 30, FOUND, show(QWidget()))
    question.open()
    to_front(question, qtbot)
    for each in (question.go, question.people, question.cancel):
        assert each.width() >= each.sizeHint().width()
    assert question.height() >= question.layout().totalHeightForWidth(question.width())
