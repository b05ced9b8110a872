"""Choosing from a list by code or name, and a moment by calendar, with the keyboard alone; free typing stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QCalendarWidget, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from composer.event.dates import is_rfc3339
from composer.event.reference import countries, currencies, time_zones
from composer.ui.theme import Theme
from composer.ui.widgets.choosers import Choices, ChooserEntry
from composer.ui.widgets.date_time_entry import DateTimeEntry
from composer.ui.widgets.date_time_popup import DateTimePopup


def zones() -> list[tuple[str, str]]:
    return [(zone, "") for zone in time_zones()]


@pytest.fixture
def chooser(theme: Theme, show: Any, qtbot: QtBot) -> Any:
    def make(choices: Choices) -> ChooserEntry:
        entry: ChooserEntry = show(ChooserEntry(theme, choices))
        entry.activateWindow()
        qtbot.waitUntil(entry.isActiveWindow)
        entry.setFocus()
        return entry

    return make


@pytest.mark.parametrize(
    ("choices", "typed", "code", "name"),
    [
        (countries, "de", "DE", "Germany"),
        (countries, "germ", "DE", "Germany"),
        (countries, "NORW", "NO", "Norway"),
        (currencies, "usd", "USD", "US Dollar"),
        (currencies, "eur", "EUR", "Euro"),
        (zones, "los_a", "America/Los_Angeles", "America/Los_Angeles"),
        (zones, "Berlin", "Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_type_ahead_finds_by_code_and_by_name_and_inserts_the_code(
    chooser: Any, qtbot: QtBot, choices: Choices, typed: str, code: str, name: str
) -> None:
    entry = chooser(choices)
    qtbot.keyClicks(entry, typed)
    popup = entry.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    with qtbot.waitSignal(entry.chosen) as chosen:
        qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert chosen.args == [code, name]
    assert entry.text() == code


def test_going_over_the_list_with_the_arrows_shows_codes_only(chooser: Any, qtbot: QtBot) -> None:
    entry = chooser(countries)
    qtbot.keyClicks(entry, "united k")
    popup = entry.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    assert entry.text() == "GB"
    qtbot.keyClick(popup, Qt.Key.Key_Escape)


def test_down_opens_the_whole_list(chooser: Any, qtbot: QtBot) -> None:
    entry = chooser(countries)
    entry.setText("DE")
    qtbot.keyClick(entry, Qt.Key.Key_Down)
    popup = entry.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    assert popup.model().rowCount() == len(countries())
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert entry.text() == "DE"


def test_what_is_in_no_list_can_be_typed(chooser: Any, qtbot: QtBot) -> None:
    entry = chooser(currencies)
    qtbot.keyClicks(entry, "QQQ")
    assert entry.text() == "QQQ"


@pytest.fixture
def popup(theme: Theme, show: Any, qtbot: QtBot) -> Any:
    owner: DateTimeEntry = show(DateTimeEntry(theme, zones))
    owner.activateWindow()
    qtbot.waitUntil(owner.isActiveWindow)

    def open_on(text: str) -> DateTimePopup:
        owner.setText(text)
        owner.setFocus()
        qtbot.keyClick(owner, Qt.Key.Key_Down)
        found = [each for each in owner.findChildren(DateTimePopup) if each.isVisible()]
        qtbot.waitUntil(found[-1].isVisible)
        return found[-1]

    return open_on


def press(qtbot: QtBot, popup: DateTimePopup, words: str) -> str:
    """Click one of its buttons; what it picked."""
    button = next(each for each in popup.findChildren(QPushButton) if each.text() == words)
    with qtbot.waitSignal(popup.picked) as picked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return str(picked.args[0])


def set_to(popup: DateTimePopup, day: str, clock: str, zone: str) -> None:
    popup.findChild(QCalendarWidget).setSelectedDate(QDate.fromString(day, Qt.DateFormat.ISODate))
    for each, text in ((popup._clock, clock), (popup._zone, zone)):
        each.setText(text)
        each.textEdited.emit(text)


@pytest.mark.parametrize("clock", ["", "25:00", "noon", "12:60:00"])
def test_a_clock_that_can_t_be_read_says_so_and_can_t_be_used(popup: Any, clock: str) -> None:
    opened = popup("2026-04-02T12:00:00Z")
    set_to(opened, "2026-04-02", clock, "UTC")
    assert any("14:30" in each.text() for each in opened.findChildren(QLabel))
    assert not next(each for each in opened.findChildren(QPushButton) if each.text() == "Use").isEnabled()


def test_a_clock_may_be_written_short(popup: Any, qtbot: QtBot) -> None:
    opened = popup("2026-04-02T12:00:00Z")
    set_to(opened, "2026-04-03", "09:30", "Europe/Berlin")
    assert press(qtbot, opened, "Use") == "2026-04-03T09:30:00+02:00"


@pytest.mark.parametrize(
    "text", ["2026-04-02T12:00:00Z", "2026-04-02T12:00:00+05:30", "2026-04-02T23:59:59-07:00", "1999-12-31T00:00:00Z"]
)
def test_it_opens_on_the_moment_there_is_and_gives_it_back(popup: Any, qtbot: QtBot, text: str) -> None:
    assert press(qtbot, popup(text), "Use") == text


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-99", "0001-01-01T00:00:00Z", "9" * 100])
def test_it_opens_on_a_day_that_makes_sense_for_anything_else(popup: Any, qtbot: QtBot, text: str) -> None:
    assert is_rfc3339(press(qtbot, popup(text), "Use"))


@pytest.mark.parametrize(
    ("day", "clock", "zone", "expected"),
    [
        ("2026-01-15", "12:00:00", "America/New_York", "2026-01-15T12:00:00-05:00"),
        ("2026-07-15", "12:00:00", "America/New_York", "2026-07-15T12:00:00-04:00"),
        ("2026-03-08", "01:59:59", "America/New_York", "2026-03-08T01:59:59-05:00"),
        ("2026-03-08", "03:00:00", "America/New_York", "2026-03-08T03:00:00-04:00"),
        ("2026-10-25", "03:00:00", "Europe/Berlin", "2026-10-25T03:00:00+01:00"),
        ("2026-07-01", "00:00:00", "Asia/Kolkata", "2026-07-01T00:00:00+05:30"),
        ("2026-07-01", "00:00:00", "Australia/Lord_Howe", "2026-07-01T00:00:00+10:30"),
        ("2026-07-01", "00:00:00", "UTC", "2026-07-01T00:00:00Z"),
        ("2026-07-01", "00:00:00", "-03:30", "2026-07-01T00:00:00-03:30"),
    ],
)
def test_the_offset_is_that_of_the_zone_on_that_day(
    popup: Any, qtbot: QtBot, day: str, clock: str, zone: str, expected: str
) -> None:
    opened = popup("")
    set_to(opened, day, clock, zone)
    assert expected in [each.text() for each in opened.findChildren(QLabel)]
    assert press(qtbot, opened, "Use") == expected


@pytest.mark.parametrize("zone", ["", "Nowhere/Atlantis", "../etc/passwd", "+99:99", "America", "\u0000"])
def test_a_zone_that_is_none_is_told_and_can_not_be_used(popup: Any, qtbot: QtBot, zone: str) -> None:
    opened = popup("")
    set_to(opened, "2026-07-01", "00:00:00", zone)
    use = next(each for each in opened.findChildren(QPushButton) if each.text() == "Use")
    assert not use.isEnabled()
    assert any("not known" in each.text() for each in opened.findChildren(QLabel))
    opened.close()


def test_now_is_now_in_utc(popup: Any, qtbot: QtBot) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    picked = press(qtbot, popup("2001-01-01T00:00:00Z"), "Now")
    assert picked.endswith("Z")
    assert before <= datetime.fromisoformat(picked) <= datetime.now(UTC)


def test_clear_leaves_the_field_empty_and_escape_leaves_it_as_it_was(popup: Any, qtbot: QtBot) -> None:
    opened = popup("2026-04-02T12:00:00Z")
    owner = opened.parent()
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert owner.text() == "2026-04-02T12:00:00Z"
    assert press(qtbot, popup("2026-04-02T12:00:00Z"), "Clear") == ""
    assert owner.text() == ""
    assert owner.hasFocus()
