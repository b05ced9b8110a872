"""The JSON editor keeps every character, touches only what differs, and leaves undo and Ctrl+Enter to the window."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QKeySequence, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor, Mark
from tests.support.hands import paste

ODD_TEXTS = {
    "emoji": "😀👩‍👩‍👧 é",
    "right to left": "שלום عالم",
    "no-break space": "a\u00a0b",
    "line separator": "a\u2028b",
    "escaped surrogate": r"\ud83d",
    "escaped NUL": r"\u0000",
    "NUL": "a\u0000b",
    "tab": "a\tb",
    "bell": "a\u0007b",
    "object character": "a\ufffcb",
    "vertical tab": "a\u000bb",
}


@pytest.fixture
def editor(theme: Theme, show: Any, qtbot: QtBot) -> JsonEditor:
    editor: JsonEditor = show(JsonEditor(theme))
    editor.activateWindow()
    qtbot.waitUntil(editor.isActiveWindow)
    editor.setFocus()
    return editor


def changes(editor: JsonEditor) -> list[tuple[int, int, int]]:
    """The (position, removed, added) of each change of the document from here on."""
    seen: list[tuple[int, int, int]] = []
    editor.document().contentsChange.connect(lambda *change: seen.append(change))
    return seen


@pytest.mark.parametrize("odd", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_every_character_survives_showing_and_typing_beside_it(editor: JsonEditor, qtbot: QtBot, odd: str) -> None:
    editor.show_text(f'{{"a": "{odd}",\n "b": 1}}')
    assert editor.text() == f'{{"a": "{odd}",\n "b": 1}}'
    editor.moveCursor(QTextCursor.MoveOperation.End)
    with qtbot.waitSignal(editor.typed) as typed:
        qtbot.keyClick(editor, Qt.Key.Key_Space)
    assert typed.args == [f'{{"a": "{odd}",\n "b": 1}} ']


@pytest.mark.parametrize("odd", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_every_character_survives_pasting(editor: JsonEditor, qtbot: QtBot, odd: str) -> None:
    with qtbot.waitSignal(editor.typed) as typed:
        paste(qtbot, editor, f'["{odd}"]')
    assert typed.args == [f'["{odd}"]']


def test_line_ends_of_windows_come_in_as_line_breaks(editor: JsonEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.typed) as typed:
        paste(qtbot, editor, '{\r\n  "a": 1\r\n}')
    assert typed.args == ['{\n  "a": 1\n}']


@pytest.mark.parametrize(
    ("old", "new", "touched"),
    [
        ("one\ntwo\nthree", "one\ntwx\nthree", (6, 1, 1)),
        ("one\ntwo", "one\ntwo\nthree", (7, 0, 6)),
        ("one\ntwo\nthree", "one\nthree", (5, 4, 0)),
        ("abc", "", (0, 3, 0)),
        ("", "abc", (0, 0, 3)),
        ("aaaa", "aa", (2, 2, 0)),
        ("😀x😀", "😀y😀", (2, 1, 1)),
        ("a😀b", "a😁b", (1, 2, 2)),
    ],
)
def test_showing_touches_only_what_differs(
    editor: JsonEditor, old: str, new: str, touched: tuple[int, int, int]
) -> None:
    editor.show_text(old)
    seen = changes(editor)
    editor.show_text(new)
    assert editor.text() == new
    assert [change for change in seen if change[1] or change[2]] == [touched]


def test_lines_that_stay_keep_their_colours(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.show_text('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}')
    qtbot.waitUntil(lambda: block(editor, 1).userState() > 0)
    for line in range(5):
        block(editor, line).setUserState(1000 + line)
    editor.show_text('{\n  "a": 1,\n  "b": 22,\n  "c": 3\n}')
    assert [block(editor, line).userState() for line in (0, 1, 3, 4)] == [1000, 1001, 1003, 1004]
    assert block(editor, 2).userState() == -1  # to be coloured anew


def block(editor: JsonEditor, line: int) -> Any:
    return editor.document().findBlockByNumber(line)


def test_the_cursor_stays_where_it_is_read_or_typed(editor: JsonEditor) -> None:
    editor.show_text('{"a": 1, "b": 2}')
    cursor = editor.textCursor()
    cursor.setPosition(14)
    editor.setTextCursor(cursor)
    editor.show_text('{"a": 111, "b": 2}')
    assert editor.textCursor().position() == 16
    editor.show_text('{"a": 111, "b": 2, "c": 3}')
    assert editor.textCursor().position() == 16


def test_showing_is_not_typing(editor: JsonEditor) -> None:
    said: list[str] = []
    editor.typed.connect(said.append)
    editor.show_text("a")
    editor.show_text("b")
    editor.show_text("b")
    assert said == []


def test_a_line_break_keeps_the_indent_and_goes_deeper_after_a_bracket(editor: JsonEditor, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor, "{")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, '"a": [')
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "1,")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "2")
    assert editor.text() == '{\n  "a": [\n    1,\n    2'


@pytest.mark.parametrize("long", ["x" * (JsonEditor.LONG_PASTE + 1), "y\n" * JsonEditor.LONG_PASTE])
def test_a_long_paste_is_left_to_the_owner_with_all_that_is_around_it(
    editor: JsonEditor, qtbot: QtBot, long: str
) -> None:
    editor.show_text("before\u00a0\u2028😀\nSELECTED😀\nafter")
    editor.select(10, 18)
    with qtbot.waitSignal(editor.pasted) as pasted:
        paste(qtbot, editor, long)
    assert pasted.args == [f"before\u00a0\u2028😀\n{long}😀\nafter"]
    assert "SELECTED" in editor.text()


def test_a_shorter_paste_goes_in(editor: JsonEditor, qtbot: QtBot) -> None:
    short = "x\n" * 1000
    editor.show_text("before")
    paste(qtbot, editor, short)
    assert sorted(editor.text()) == sorted(short + "before")


def test_what_is_no_text_is_not_pasted(editor: JsonEditor) -> None:
    picture = QMimeData()
    picture.setData("image/png", b"\x89PNG")
    assert not editor.canInsertFromMimeData(picture)


@pytest.mark.parametrize("keys", ["Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Return", "Ctrl+Shift+Return"])
def test_the_keys_of_the_window_pass_through(editor: JsonEditor, keys: str) -> None:
    editor.show_text("a")
    QTest.keySequence(editor, QKeySequence("b"))
    QTest.keySequence(editor, QKeySequence(keys))
    assert sorted(editor.text()) == ["a", "b"]


@pytest.mark.parametrize("start", ["", "😀"], ids=["ascii", "emoji before"])
def test_marks_are_wavy_lines_at_their_characters(editor: JsonEditor, theme: Theme, start: str) -> None:
    editor.show_text(start + '{"a": 1, "b": 2}')
    at = len(start)
    editor.show_marks([Mark(at + 6, at + 7, True, "One."), Mark(at + 14, at + 15, False, "Two.")])
    first, second = editor.extraSelections()
    assert (first.cursor.selectedText(), second.cursor.selectedText()) == ("1", "2")
    wave = QTextCharFormat.UnderlineStyle.WaveUnderline
    assert [each.format.underlineStyle() for each in (first, second)] == [wave, wave]
    assert first.format.underlineColor() == theme.color("bad")
    assert second.format.underlineColor() == theme.color("caution")


def test_the_line_of_an_error_is_tinted_until_it_is_repaired(editor: JsonEditor, theme: Theme) -> None:
    editor.show_text("{\n  oops\n}")
    editor.show_marks((), 2)
    (line,) = editor.extraSelections()
    assert line.cursor.blockNumber() == 1
    assert line.format.background().color() == theme.color("bad_weak")
    assert line.format.property(QTextCharFormat.Property.FullWidthSelection)
    editor.show_marks(())
    assert editor.extraSelections() == []


def test_select_shows_the_characters_meant(editor: JsonEditor) -> None:
    editor.show_text('😀{"a": "שלום"}')
    editor.select(7, 13)
    assert editor.textCursor().selectedText() == '"שלום"'


def test_keys_texts_and_numbers_have_colours_of_their_own(editor: JsonEditor, theme: Theme, qtbot: QtBot) -> None:
    editor.show_text('{"key": "text", "n": -1.5e3, "t": true}')
    qtbot.waitUntil(lambda: bool(block(editor, 0).layout().formats()))
    text = editor.text()
    coloured = {
        text[each.start : each.start + each.length]: each.format.foreground().color()
        for each in block(editor, 0).layout().formats()
    }
    assert coloured['"key"'] == theme.color("accent")
    assert coloured['"text"'] == theme.color("good")
    assert coloured["-1.5e3"] == coloured["true"] == theme.color("caution")


def test_a_read_only_one_can_be_read_and_copied_and_not_changed(theme: Theme, show: Any, qtbot: QtBot) -> None:
    editor: JsonEditor = show(JsonEditor(theme, read_only=True))
    editor.show_text("{}")
    qtbot.keyClicks(editor, "x")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.text() == "{}"
    assert editor.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard


def test_lines_are_not_wrapped(editor: JsonEditor) -> None:
    assert editor.lineWrapMode() is QPlainTextEdit.LineWrapMode.NoWrap
