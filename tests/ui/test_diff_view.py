"""The view of differences paints what is in sight, goes from change to change, and gives all back as text."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from composer.event.differences import Line, differences, folded
from composer.ui.theme import Theme
from composer.ui.widgets.diff_view import DiffView
from tests.support.hands import to_front

LEFT = "\n".join(f"line {number}" for number in range(300))
RIGHT = LEFT.replace("line 100\n", "line one hundred\n").replace("line 250\n", "")


@pytest.fixture
def view(theme: Theme, show: Any, qtbot: QtBot) -> DiffView:
    view = show(DiffView(theme, "Differences"))
    to_front(view, qtbot)
    view.setFocus()
    return view


def colors(view: DiffView) -> set[str]:
    """The colours of the lines in sight, at their right end."""
    picture: QImage = view.viewport().grab().toImage()
    return {picture.pixelColor(picture.width() - 4, y).name() for y in range(picture.height())}


def test_it_begins_at_the_first_change_in_the_colours_of_both(view: DiffView, theme: Theme) -> None:
    view.show_lines(differences(LEFT, RIGHT))
    assert view.verticalScrollBar().value() == 97
    assert {theme.color("bad_weak").name(), theme.color("good_weak").name()} <= colors(view)


def test_keys_go_from_change_to_change(view: DiffView, qtbot: QtBot) -> None:
    view.show_lines(differences(LEFT, RIGHT))
    bar = view.verticalScrollBar()
    seen = [bar.value()]
    for key in (Qt.Key.Key_N, Qt.Key.Key_N, Qt.Key.Key_P, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(view, key)
        seen.append(bar.value())
    assert seen == [97, 248, 248, 97, bar.maximum(), 0]


def test_all_is_copied_with_signs(view: DiffView, qtbot: QtBot) -> None:
    view.show_lines(folded(differences("a\nb\nc", "a\nB\nc")))
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "  a\n- b\n+ B\n  c"
    assert view.accessibleDescription() == "  a\n- b\n+ B\n  c"


def test_a_hundred_thousand_lines_and_endless_ones_are_painted_at_once(view: DiffView) -> None:
    lines = [Line("same", number, number, f"line {number}") for number in range(1, 100_001)]
    lines[50_000] = Line("removed", 50_001, None, "x" * 40_000_000, ((0, 5), (1_999_000, 2_000_000)))
    lines[50_001] = Line("added", None, 50_001, "تم 😀 " * 1_000, ((3, 4),))
    begun = time.monotonic()
    view.show_lines(lines)
    view.grab()
    assert time.monotonic() - begun < 2
    assert view.horizontalScrollBar().maximum() > 0


def test_nothing_is_shown_of_nothing(view: DiffView) -> None:
    view.show_lines([])
    view.grab()
    assert view.text() == ""
    view.go_to_change(1)
