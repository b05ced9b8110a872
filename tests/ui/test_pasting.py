"""What is pasted anywhere fills the form when it is an event, and is an ordinary text when it is not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from composer.storage.stores import Kind
from composer.ui.compose.upgrade_dialog import UpgradeDialog
from composer.ui.frame import COMPOSE, HISTORY
from composer.ui.window import MainWindow
from tests.support.hands import OpenWindow, entry, focused, paste

EVENT = '{ "eventName":"Pasted",  "customer": {"email": "p@shop.test"} }'
CURL = f"curl -X POST https://api.example.com/v2.2/stores/abc/events -H 'Authorization: Bearer top-secret' -d '{EVENT}'"
OLD = '{"event_name": "Old", "email": "o@shop.test", "properties": {"A": 1}, "cart_context": {"x": 1}}'


@pytest.fixture
def opened(open_window: Callable[[], OpenWindow], qtbot: QtBot) -> OpenWindow:
    opened = open_window()
    qtbot.waitUntil(lambda: opened.window._pasting is not None)
    return opened


def name(window: MainWindow) -> QLineEdit:
    return entry(window, "/eventName")


@pytest.mark.parametrize("text", [EVENT, CURL])
def test_an_event_pasted_in_a_field_fills_the_form(opened: OpenWindow, qtbot: QtBot, text: str) -> None:
    before = opened.window.composition.wire()
    paste(qtbot, name(opened.window), text)
    assert opened.window.composition.wire() == EVENT
    assert name(opened.window).text() == "Pasted"
    assert "The event was taken from" in opened.window.notice.text
    assert "top-secret" not in opened.window.notice.text
    opened.window.composition.undo()
    assert opened.window.composition.wire() == before


def test_from_any_place(opened: OpenWindow, qtbot: QtBot) -> None:
    window = opened.window
    window.go_to(HISTORY)
    focus = QApplication.focusWidget()
    assert focus is not None
    paste(qtbot, focus, CURL)
    assert window.composition.wire() == EVENT
    assert window._stack.currentWidget() is window._places[COMPOSE]


@pytest.mark.parametrize("text", ["a word", "+12065550100", "12", '"text"', "{", "curly", '{"sku": 1}', "[1, 2]"])
def test_an_ordinary_text_is_pasted_as_ever(opened: OpenWindow, qtbot: QtBot, text: str) -> None:
    field = name(opened.window)
    field.setFocus()
    field.selectAll()
    paste(qtbot, field, text)
    assert field.text() == text


def test_broken_json_is_said_in_a_field_and_repaired_in_the_editor(opened: OpenWindow, qtbot: QtBot) -> None:
    window = opened.window
    before = window.composition.wire()
    name(window).setFocus()
    paste(qtbot, name(window), '{"eventName": "A",\n "customer": }')
    assert "line 2, column 14" in window.notice.text
    assert window.composition.wire() == before
    window.compose.json.editor.setFocus()
    window.compose.json.editor.selectAll()
    paste(qtbot, window.compose.json.editor, '{"eventName": "A",\n "customer": }')
    assert window.composition.error is not None


def test_an_older_event_is_shown_with_what_it_becomes(opened: OpenWindow, qtbot: QtBot) -> None:
    window = opened.window
    before = window.composition.wire()
    paste(qtbot, name(window), OLD)
    (dialog,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, UpgradeDialog))
    assert [line.mark for line in dialog.view.lines].count("added") > 2
    assert window.composition.wire() == before
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert json.loads(window.composition.wire()) == {
        "eventName": "Old",
        "customer": {"email": "o@shop.test"},
        "data": {"A": 1},
    }
    assert "cart_context is left out" in window.notice.text


def test_the_store_it_was_for_is_offered(opened: OpenWindow, qtbot: QtBot) -> None:
    window = opened.window
    store = opened.desk.stores.add("Shop", Kind.SANDBOX, "http://127.0.0.1:9/v2.2", "abc")
    window.show_stores()
    paste(qtbot, name(window), CURL)
    assert "It was for Shop." in window.notice.text
    window.notice._do()
    assert window.store_bar.store == store


def test_a_long_event_pasted_in_a_cell_fills_the_form(opened: OpenWindow, qtbot: QtBot) -> None:
    window = opened.window
    window.compose.form.focus_on("/data/Order Id")
    event = {"eventName": "Long", "customer": {"email": "l@shop.test"}, "data": {"Note": "x" * 300_000}}
    paste(qtbot, focused(), json.dumps(event))
    qtbot.waitUntil(lambda: window.is_ready and name(window).text() == "Long", timeout=20_000)
    assert json.loads(window.composition.wire()) == event
    assert focused() is name(window)
