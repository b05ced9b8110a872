"""Sentences for people are never cut without a sign of it, and what can be done about them can be reached."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from composer.ui.theme import Theme
from composer.ui.widgets.messages import Notice, Wrapped

LONG = "It was changed by somebody else since it was opened, and what you have changed is not saved yet. " * 2
ACTS = [("Save as a new template…", print), ("Save over it", print), ("Take theirs", print)]


def test_in_a_narrow_place_the_buttons_of_a_notice_stand_below_each_other_and_all_is_seen(
    theme: Theme, show: Any, qtbot: QtBot
) -> None:
    page = QWidget()
    column = QVBoxLayout(page)
    notice = Notice()
    column.addWidget(notice)
    column.addWidget(QWidget(), 1)
    show(page)
    page.resize(240, 500)
    notice.say("caution", LONG, ACTS)
    buttons = notice.findChildren(QPushButton)
    qtbot.waitUntil(lambda: len({each.y() for each in buttons}) > 1)
    assert all(each.width() >= each.sizeHint().width() for each in buttons)
    assert all(notice.rect().contains(each.geometry()) for each in buttons)
    text = notice.findChild(Wrapped)
    assert text is not None
    assert text.height() >= text.heightForWidth(text.width())


def test_a_text_of_so_many_lines_at_most_is_whole_in_the_tooltip(theme: Theme, show: Any) -> None:
    text = Wrapped(most_lines=2)
    show(text)
    text.say("Short.")
    one = text.heightForWidth(200)
    text.say(LONG)
    assert one < text.heightForWidth(200) <= 2 * one + 4
    assert text.toolTip() == LONG
    assert text._laid_out(200).text().endswith("…")
