"""The activity chart says how much was sent when, and chooses a range of time by mouse and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from composer.storage.history import Bar
from composer.ui.history.activity import ActivityCard, Span
from composer.ui.theme import Theme
from tests.support.hands import to_front
from tests.support.sent import HOUR

BEGIN = QDateTime.currentDateTime().date().startOfDay().toMSecsSinceEpoch()
BARS = [Bar(BEGIN + at * HOUR, BEGIN + (at + 1) * HOUR, at, 2 if at == 3 else 0) for at in range(10)]
LEFT, RIGHT, SHIFT = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def card(theme: Theme, show: Any, qtbot: QtBot) -> ActivityCard:
    card = show(ActivityCard(theme))
    card.show_bars(BARS)
    to_front(card, qtbot)
    card.chart.setFocus()
    return card


def span(first: int, last: int) -> Span:
    return Span(BARS[first].start_ms, BARS[last].end_ms)


def test_caption_bars_and_description_say_what_is_shown(card: ActivityCard) -> None:
    assert card.caption.text() == "Sent per hour · red is not queued · drag to filter"
    assert card.chart.told(3).endswith("03:00–04:00 · 3 queued, 2 not queued")
    assert card.chart.told(0).endswith("00:00–01:00 · nothing sent")
    assert card.chart.accessibleDescription() == "45 queued and 2 not queued, a bar for each hour."
    assert "arrow keys" in card.chart.accessibleName()


@pytest.mark.parametrize(
    ("hours", "unit"), [(1, "hour"), (3, "3 hours"), (23, "day"), (24, "day"), (7 * 24, "week"), (91 * 24, "13 weeks")]
)
def test_the_caption_names_the_time_of_a_bar(card: ActivityCard, hours: int, unit: str) -> None:
    card.show_bars([Bar(BEGIN, BEGIN + hours * HOUR, 1, 0)])
    assert card.caption.text().startswith(f"Sent per {unit} ·")


def test_dragging_chooses_whole_bars_from_either_side(card: ActivityCard, qtbot: QtBot) -> None:
    chosen = QSignalSpy(card.chart.range_chosen)
    for begin, end in ((2, 5), (5, 2)):
        at, to = (card.chart.bar_rect(each).center().toPoint() for each in (begin, end))
        qtbot.mousePress(card.chart, Qt.MouseButton.LeftButton, pos=at)
        qtbot.mouseMove(card.chart, to)
        assert card.chart.span == span(2, 5)
        qtbot.mouseRelease(card.chart, Qt.MouseButton.LeftButton, pos=to)
    assert [chosen.at(at)[0] for at in range(chosen.count())] == [span(2, 5), span(2, 5)]


def test_a_double_click_or_escape_means_all_again(card: ActivityCard, qtbot: QtBot) -> None:
    for clear in (
        lambda: qtbot.keyClick(card.chart, Qt.Key.Key_Escape),
        lambda: qtbot.mouseDClick(card.chart, Qt.MouseButton.LeftButton, pos=card.chart.bar_rect(1).center().toPoint()),
    ):
        card.chart.show_span(span(1, 2))
        with qtbot.waitSignal(card.chart.range_chosen) as told:
            clear()
        assert told.args == [None]
        assert card.chart.span is None


def test_arrow_keys_move_and_widen_the_range_and_stop_at_the_ends(card: ActivityCard, qtbot: QtBot) -> None:
    steps = [
        (LEFT, None, span(9, 9)),
        (RIGHT, None, span(9, 9)),
        (LEFT, None, span(8, 8)),
        (LEFT, SHIFT, span(7, 8)),
        (RIGHT, SHIFT, span(7, 9)),
        (RIGHT, SHIFT, span(7, 9)),
        (LEFT, None, span(6, 8)),
    ]
    for key, modifier, wanted in steps:
        qtbot.keyClick(card.chart, key, modifier or Qt.KeyboardModifier.NoModifier)
        assert card.chart.span == wanted
    assert "Chosen: " in card.chart.accessibleDescription()


def test_what_is_not_queued_is_seen_however_little_it_is(card: ActivityCard, theme: Theme) -> None:
    card.show_bars([Bar(BEGIN, BEGIN + HOUR, 1_000_000, 1)])
    rect = card.chart.bar_rect(0)
    picture = card.chart.grab().toImage()
    colors = [picture.pixelColor(int(rect.center().x()), y).name() for y in range(picture.height())]
    assert theme.color("bad").name() in colors
    assert theme.color("accent").name() in colors
