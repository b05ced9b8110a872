"""The chart says how fast a run goes, against which limit, and when the server said 429; in words, too."""

from __future__ import annotations

from typing import Any

import pytest

from composer.ui.bulk.rate_chart import POINTS, RateChart
from composer.ui.theme import Theme


@pytest.fixture
def chart(theme: Theme, show: Any) -> RateChart:
    chart = RateChart(theme)
    chart.clear(100)
    show(chart)
    return chart


def test_reports_ten_times_a_second_become_points_each_half_second(chart: RateChart) -> None:
    for tenth in range(21):
        chart.feed(tenth / 10, tenth * 9, 0, 5.0)
    assert chart.points == [(0.5, 90.0), (1.0, 90.0), (1.5, 90.0), (2.0, 90.0)]


def test_only_the_last_two_minutes_are_kept(chart: RateChart) -> None:
    for half in range(2 * POINTS):
        chart.feed(half / 2, half * 50, 0, None)
    assert len(chart.points) == POINTS
    assert chart.points[-1] == ((2 * POINTS - 1) / 2, 100.0)
    chart.grab()


def test_what_it_shows_can_be_heard(chart: RateChart) -> None:
    assert chart.accessibleDescription() == "Nothing sent yet. The limit is 100."
    for half in range(5):
        chart.feed(half / 2, half * 49, 2 if half > 2 else 0, 1.0)
    assert chart.accessibleDescription() == (
        "Now 98.0, at most 98.0 in the last 2 seconds, of 100 allowed. 2 times the server said 429."
    )


def test_a_429_is_marked_with_its_word_and_its_colour(chart: RateChart, theme: Theme) -> None:
    for half in range(9):
        chart.feed(half / 2, half * 49, 0, 1.0)
    plain = chart.grab().toImage()
    chart.feed(4.2, 400, 1, 1.0)
    marked = chart.grab().toImage()
    ink = theme.color("caution")
    assert sum(marked.pixelColor(x, 70) == ink for x in range(marked.width())) > 0
    assert sum(plain.pixelColor(x, 70) == ink for x in range(plain.width())) == 0
    assert chart.labels() == ["429"]
    chart.feed(4.4, 410, 3, 1.0)
    assert chart.labels() == ["3 × 429"]


def test_another_sitting_begins_anew(chart: RateChart) -> None:
    for half in range(9):
        chart.feed(half / 2, half * 49, 0, 1.0)
    chart.clear(100)
    assert chart.points == []
    chart.feed(1.0, 100, 0, 1.0)
    chart.feed(0.2, 10, 0, 1.0)  # a later sitting whose time begins before the last report's
    assert chart.points == []
