"""Editing the JSON updates the form; broken JSON keeps it, says where, and nothing typed is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from composer.event.jsontext import JsonTextError
from composer.ui.compose.composition import Composition
from composer.ui.compose.json_panel import readable_size
from composer.ui.compose.place import ComposePlace
from composer.ui.theme import Theme
from tests.support.hands import entry, fill, paste, read

GIVEN = '{\n  "eventName": "Order Placed",\n  "customer": {\n    "email": "a@shop.test"\n  }\n}'
LARGE = json.dumps(
    {"eventName": "Large", "customer": {"email": "a@shop.test"}, "data": {f"p{at}": "x" * 90_000 for at in range(54)}}
)


def said(compose: ComposePlace) -> list[str]:
    model = compose.checks.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def type_over(qtbot: QtBot, compose: ComposePlace, text: str) -> None:
    """Replace the whole JSON by typing."""
    editor = compose.json.editor
    qtbot.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton)
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, text)


def test_typed_json_is_in_the_form_at_once(compose: ComposePlace, qtbot: QtBot) -> None:
    type_over(qtbot, compose, '{"eventName": "Typed", "value": 1.50, "customer": {"phoneNumber": "+12065551234"}}')
    assert entry(compose, "/eventName").text() == "Typed"
    assert entry(compose, "/value").text() == "1.50"
    assert entry(compose, "/customer/phoneNumber").text() == "+12065551234"


def test_broken_json_keeps_the_form_and_says_line_and_column(
    compose: ComposePlace, composition: Composition, theme: Theme, qtbot: QtBot
) -> None:
    compose.json.take(GIVEN)
    compose.json.editor.select(GIVEN.index("Order"), GIVEN.index("Order"))
    qtbot.keyClick(compose.json.editor, Qt.Key.Key_Backspace)  # the opening quote in line 2
    assert composition.error is not None
    assert entry(compose, "/eventName").text() == "Order Placed"
    assert said(compose) == [str(composition.error)]
    assert "Line 2, column 16" in said(compose)[0]
    assert "1 error" in read(compose.checks)
    (tinted,) = compose.json.editor.extraSelections()
    assert tinted.cursor.blockNumber() == 1
    assert tinted.format.background().color() == theme.color("bad_weak")
    assert compose.json.editor.property("state") == "error"

    qtbot.keyClicks(compose.json.editor, '"')
    assert composition.error is None
    assert compose.json.editor.text() == GIVEN
    assert compose.json.editor.property("state") == ""
    assert not [
        each
        for each in compose.json.editor.extraSelections()
        if each.format.property(QTextCharFormat.Property.FullWidthSelection)
    ]
    assert said(compose) == []


def test_a_click_on_the_finding_of_broken_json_goes_to_the_place(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take('{\n  "a": 1,\n  "b": oops\n}')
    view = compose.checks.list
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(0, 0)).center())
    assert compose.json.editor.hasFocus()
    cursor = compose.json.editor.textCursor()
    assert (cursor.blockNumber() + 1, cursor.positionInBlock() + 1) == (3, 8)


@pytest.mark.parametrize("start", ["", "😀😀"], ids=["ascii", "emoji before the error"])
def test_the_place_of_an_error_is_right_behind_wide_characters(
    compose: ComposePlace, composition: Composition, start: str
) -> None:
    compose.json.take(f'{{"a": "{start}", oops}}')
    compose.json.go_to("")
    assert isinstance(composition.error, JsonTextError)
    editor = compose.json.editor
    editor.moveCursor(QTextCursor.MoveOperation.EndOfLine, QTextCursor.MoveMode.KeepAnchor)
    assert editor.textCursor().selectedText() == "oops}"


def test_a_form_edit_while_the_json_is_broken_wins_and_undo_brings_the_broken_text_back(
    compose: ComposePlace, composition: Composition, qtbot: QtBot
) -> None:
    compose.json.take(GIVEN)
    broken = GIVEN + "}"
    compose.json.editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(compose.json.editor, "}")
    assert composition.error is not None
    fill(qtbot, entry(compose, "/customer/firstName"), "A")
    assert composition.error is None
    assert json.loads(compose.json.editor.text())["customer"] == {"email": "a@shop.test", "firstName": "A"}
    composition.undo()
    assert compose.json.editor.text() == broken
    assert composition.error is not None


@pytest.mark.parametrize("text", ["", "   ", "{", "not json", "{'a': 1}", '{"a": 1} // no', "[" * 300, '{"a":\u00a01}'])
def test_garbage_is_told_and_kept(compose: ComposePlace, composition: Composition, qtbot: QtBot, text: str) -> None:
    compose.json.take(GIVEN)
    editor = compose.json.editor
    editor.selectAll()
    paste(qtbot, editor, text) if text else qtbot.keyClick(editor, Qt.Key.Key_Delete)
    assert editor.text() == text
    assert composition.error is not None
    assert entry(compose, "/eventName").text() == "Order Placed"
    assert "Line 1" in said(compose)[0]
    assert "Traceback" not in said(compose)[0]


def test_nan_and_numbers_beyond_a_double_are_read_and_named(compose: ComposePlace, composition: Composition) -> None:
    compose.json.take('{"eventName": "A", "customer": {"email": "a@shop.test"}, "value": NaN, "data": {"n": 1e400}}')
    codes = {each.code for each in composition.findings}
    assert {"wrong-type", "precision-loss"} <= codes
    assert "1e400" in compose.json.editor.text()


def test_a_duplicate_key_is_told_until_it_is_gone(compose: ComposePlace, composition: Composition) -> None:
    compose.json.take('{"eventName": "A", "eventName": "B", "customer": {"email": "a@shop.test"}}')
    assert [each.code for each in composition.findings] == ["duplicate-key"]
    compose.json.take(GIVEN)
    assert composition.findings == []


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u00a0", "\ufdd0", "\ufeff", "\ufffc", "\u202e", "\ud800"])
def test_a_character_a_text_box_can_not_hold_survives_a_key_in_the_json(
    compose: ComposePlace, composition: Composition, qtbot: QtBot, mark: str
) -> None:
    event = {"eventName": f"a{mark}b", "customer": {"email": "a@shop.test"}}
    compose.json.take(json.dumps(event, ensure_ascii=mark == "\ud800"))
    compose.json.editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(compose.json.editor, Qt.Key.Key_Space)
    assert composition.error is None
    assert json.loads(composition.wire()) == event


def test_line_ends_of_windows_become_line_breaks_and_form_and_json_stay_in_step(
    compose: ComposePlace, composition: Composition, qtbot: QtBot
) -> None:
    compose.json.take(GIVEN.replace("\n", "\r\n"))
    assert composition.wire() == compose.json.editor.text() == GIVEN
    fill(qtbot, entry(compose, "/customer/firstName"), "A")
    assert compose.json.editor.text() == composition.wire()


def test_tab_leaves_the_json_and_types_nothing(compose: ComposePlace, qtbot: QtBot) -> None:
    compose.json.take(GIVEN)
    compose.json.editor.setFocus()
    qtbot.keyClick(compose.json.editor, Qt.Key.Key_Tab)
    assert not compose.json.editor.hasFocus()
    assert compose.json.editor.text() == GIVEN


def test_wavy_lines_come_after_a_pause_and_carry_the_sentence(
    compose: ComposePlace, theme: Theme, qtbot: QtBot
) -> None:
    compose.json.take('{"eventName": "A", "customer": {"email": "ann"}}')
    qtbot.waitUntil(lambda: len(compose.json.editor.extraSelections()) == 1, timeout=2000)
    (wave,) = compose.json.editor.extraSelections()
    assert wave.cursor.selectedText() == '"ann"'
    assert wave.format.underlineColor() == theme.color("bad")


def test_copy_gives_the_whole_text_as_it_is_sent(compose: ComposePlace, qtbot: QtBot) -> None:
    long = json.dumps({"eventName": "x" * 10_000, "value": 1}, indent=2)
    compose.json.take(long)
    fill(qtbot, entry(compose, "/value"), "1")
    assert "more characters" in compose.json.editor.text()
    button = next(each for each in compose.json.findChildren(QPushButton) if each.text() == "Copy")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == long


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 KB"), (1_500_000, "1.5 MB"), (5_000_001, "5.0 MB")],
)
def test_sizes_are_said_in_the_thousands_of_the_limits(size: int, words: str) -> None:
    assert readable_size(size) == words


def test_the_size_shown_is_that_on_the_wire(compose: ComposePlace, composition: Composition) -> None:
    compose.json.take(json.dumps({"eventName": "é" * 10_000}, ensure_ascii=False))
    assert composition.view.size == len(composition.wire().encode())
    assert "20.0 KB of 5 MB" in read(compose.json)


def test_a_paste_of_5_mb_is_read_whole(compose: ComposePlace, composition: Composition, qtbot: QtBot) -> None:
    compose.json.editor.selectAll()
    with qtbot.waitSignal(composition.changed, timeout=20_000):
        paste(qtbot, compose.json.editor, LARGE)
    assert entry(compose, "/eventName").text() == "Large"
    assert json.loads(composition.wire()) == json.loads(LARGE)
    assert len(compose.json.editor.text()) < 100_000
    fill(qtbot, entry(compose, "/eventName"), "Renamed")
    assert json.loads(composition.wire()) == {**json.loads(LARGE), "eventName": "Renamed"}
    qtbot.waitUntil(lambda: not composition._is_judging, timeout=20_000)


@pytest.mark.parametrize("garbage", ["x" * 5_000_000, LARGE[:-1], "\u0000" * 300_000, "[" * 300_000])
def test_a_long_paste_of_garbage_is_refused_with_its_place_and_the_draft_is_kept(
    compose: ComposePlace, composition: Composition, qtbot: QtBot, garbage: str
) -> None:
    compose.json.take(GIVEN)
    with qtbot.waitSignal(compose.drafting.failed, timeout=20_000) as failed:
        paste(qtbot, compose.json.editor, garbage)
    (sentence,) = failed.args
    assert "would not be JSON; it was not taken. Line " in sentence
    assert compose.json.editor.text() == composition.wire() == GIVEN


def test_an_event_over_the_limit_is_named_and_its_size_is_red(
    compose: ComposePlace, composition: Composition, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(composition.changed, timeout=20_000):
        compose.json.take(LARGE.replace('"Large"', json.dumps("y" * 200_000)))
    qtbot.waitUntil(lambda: any(each.code == "payload-too-large" for each in composition.findings), timeout=20_000)
    size: Any = next(each for each in compose.json.children() if "of 5 MB" in str(getattr(each, "text", str)()))
    assert size.property("look") == "problem"
    qtbot.waitUntil(lambda: not composition._is_judging, timeout=20_000)
