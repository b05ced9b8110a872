"""How long ago something was, in the words people use for it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QDateTime

from composer.ui.widgets import when


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-3, "today"),  # the clock was wrong
        (0, "today"),
        (1, "yesterday"),
        (2, "2 days ago"),
        (59, "59 days ago"),
        (60, "2 months ago"),
        (729, "24 months ago"),
        (730, "2 years ago"),
    ],
)
def test_how_long_ago(days: int, words: str) -> None:
    assert when.ago(QDateTime.currentDateTime().addDays(-days).toMSecsSinceEpoch()) == words


def test_a_minute_before_midnight_was_yesterday() -> None:
    assert when.ago(when.midnight(0) - 60_000) == "yesterday"
