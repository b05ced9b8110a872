"""The card of longer work says how far it is, and how long it will take once that is known."""

from __future__ import annotations

from typing import Any

import pytest

from composer.ui.theme import Theme
from composer.ui.widgets.work_card import WorkCard


@pytest.fixture
def card(theme: Theme, show: Any) -> WorkCard:
    made = WorkCard()
    show(made)
    made.hide()
    return made


def test_how_long_it_takes_is_said_after_two_seconds(card: WorkCard, monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    for clock, share in ((100.0, 0.1), (101.0, 0.2), (104.0, 0.5), (105.0, 0.501)):
        monkeypatch.setattr("composer.ui.widgets.work_card.time.monotonic", lambda clock=clock: clock)
        card.say("5 of 10", share)
        said.append(card.left.text())
    assert said == ["", "", "5 s left", "6 s left"]


def test_of_long_work_the_minutes_are_said(card: WorkCard, monkeypatch: pytest.MonkeyPatch) -> None:
    for clock, share in ((0.0, 0.0), (10.0, 0.01)):
        monkeypatch.setattr("composer.ui.widgets.work_card.time.monotonic", lambda clock=clock: clock)
        card.say("1 of 100", share)
    assert card.left.text() == "16 min left"


def test_where_the_share_is_not_known_nothing_is_promised(card: WorkCard, monkeypatch: pytest.MonkeyPatch) -> None:
    for clock in (0.0, 60.0):
        monkeypatch.setattr("composer.ui.widgets.work_card.time.monotonic", lambda clock=clock: clock)
        card.say("Reading", None)
    assert card.left.text() == ""


def test_other_work_is_reckoned_anew(card: WorkCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("composer.ui.widgets.work_card.time.monotonic", lambda: 0.0)
    card.say("1 of 2", 0.5)
    card.hide()
    monkeypatch.setattr("composer.ui.widgets.work_card.time.monotonic", lambda: 50.0)
    card.say("0 of 2", 0.0)
    assert card.left.text() == ""
