"""The page of a run says what will go out and what stays, and shows the rows one asks for."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from composer.storage.database import StorageError
from composer.storage.runs.states import Options
from composer.ui.bulk.filters import ALL, HELD_BACK, REJECTED, WAITING, WARNINGS
from composer.ui.bulk.run_page import RunPage
from composer.ui.jobs import Jobs
from composer.ui.theme import Choice, Theme
from tests.support.hands import focused, press, to_front
from tests.support.orders import TEST, begin, order, send
from tests.support.run_page import finished, open_run, read, shown, wrong

# Before


def test_before_it_is_sent_a_run_says_what_will_go_where_and_what_stays(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(order(1), wrong(2), order(3)), qtbot)
    words = read(page)
    assert "orders-march.csv" in words
    assert "3 events · 7 of 7 columns mapped" in words
    assert "2 events ready to send" in words
    assert "1 row with errors is held back." in words
    assert page.ready.send.text() == "Send 2 events to Acme Store"
    assert page.ready.send.property("look") == "danger"
    page.show_store(TEST)
    assert (page.ready.send.text(), page.ready.send.property("look")) == ("Send 2 events to Acme staging", "primary")
    with qtbot.waitSignal(page.send_wanted):
        qtbot.mouseClick(page.ready.send, Qt.MouseButton.LeftButton)


def test_with_nothing_to_send_there_is_no_sending(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(wrong(1)), qtbot)
    assert "Nothing to send" in read(page)
    assert not page.ready.send.isEnabled()
    assert page.ready.send.text() == "Send to Acme Store"


def test_the_options_say_what_they_mean_and_are_told(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(order(1), wrong(2)), qtbot)
    assert page.ready.options == Options()
    assert "can't double its event" in read(page.ready)
    with qtbot.waitSignal(page.options_changed) as told:
        page.ready.fill_ids.click()
    assert told.args == [Options(fill_ids=False)]
    assert "it is not sent again" in read(page.ready)
    with qtbot.waitSignal(page.options_changed) as told:
        page.ready.send_anyway.click()
    assert told.args == [Options(fill_ids=False, send_anyway=True)]


def test_event_rows_have_no_mapping_and_neither_has_a_run_that_was_begun(
    page: RunPage, make: Any, qtbot: QtBot
) -> None:
    table, events = make(order(1), order(2)), make(events=2)
    open_run(page, table, qtbot)
    for made, signal in (
        (page.import_button, page.import_wanted),
        (page.mapping_button, page.mapping_wanted),
        (page.dry_run_button, page.dry_run_wanted),
    ):
        with qtbot.waitSignal(signal):
            made.click()
    open_run(page, events, qtbot)
    qtbot.waitUntil(lambda: "2 events · events as they are" in read(page))
    assert not page.mapping_button.isVisible()
    send(table, 1)
    open_run(page, table, qtbot)
    qtbot.waitUntil(lambda: "columns mapped" in read(page))
    assert not page.mapping_button.isVisible()
    assert not page.dry_run_button.isVisible()


# Filters and findings


def test_a_chip_for_each_state_that_has_rows_and_all_of_them_add_up(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(*map(order, range(1, 8)), wrong(8))
    run.exclude([8], True)
    send(run, only=[2, 3, 4], reject=lambda number: number == 3)
    begin(run, [5])
    open_run(page, run, qtbot, is_sending=True)
    chips = [made.text() for made in page.filters.chips.values() if made.isVisible()]
    assert chips == ["All 8", "Queued 2", "Rejected 1", "Not sent 2", "Waiting 2", "In flight 1"]


def test_a_filter_shows_its_rows_and_keeps_the_current_one(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(order(1), wrong(2), order(3), wrong(4)), qtbot)
    page.table.go_to(5)
    page.filters.chips[HELD_BACK].click()
    qtbot.waitUntil(lambda: shown(page) == [3, 5])
    assert page.table.number == 5
    assert "2 rows" in read(page.pane)
    page.filters.chips[WAITING].click()
    qtbot.waitUntil(lambda: shown(page) == [2, 4])
    qtbot.waitUntil(lambda: page.detail.shown is not None and page.detail.shown.number == 2)


def test_the_chips_are_walked_through_with_the_arrow_keys(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(order(1), wrong(2)), qtbot)
    page.filters.chips[ALL].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(page.filters.chips[ALL], Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: shown(page) == [3])
    assert page.filters.chips[HELD_BACK].isChecked()
    assert page.filters.chips[HELD_BACK].accessibleName() == "Not sent: 1 rows"


def test_rows_with_the_same_finding_are_one_line_that_shows_them(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(order(1), wrong(2), order(3), wrong(4)), qtbot)
    index = page.groups.list.model().index(0, 0)
    assert index.data() == "customer.email — Email is not an email address."
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("error in 2 rows: customer.email")
    page.groups.list.setFocus()
    page.groups.list.setCurrentIndex(index)
    qtbot.keyClick(page.groups.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown(page) == [3, 5])
    assert not any(made.isChecked() for made in page.filters.chips.values())
    qtbot.keyClick(page.groups.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(shown(page)) == 4)
    assert page.filters.chips[ALL].isChecked()


def test_a_fix_for_all_rows_is_chosen_by_key_or_button(page: RunPage, make: Any, qtbot: QtBot) -> None:
    cells = order(1)
    cells[4] = "usd"
    run = make(cells, order(2))
    open_run(page, run, qtbot)
    (group,) = run.groups()
    assert group.fixes
    page.groups.list.setFocus()
    page.groups.list.setCurrentIndex(page.groups.list.model().index(0, 0))

    def choose() -> None:
        menu = next(each for each in page.groups.list.findChildren(QMenu) if each.isVisible())
        assert menu.actions()[0].text() == f"{group.fixes[0]} in 1 row"
        with qtbot.waitSignal(page.fix_wanted) as told:
            menu.actions()[0].trigger()
        assert told.args == [group.kind, 0]
        menu.close()
        menu.deleteLater()

    qtbot.keyClick(page.groups.list, Qt.Key.Key_F)
    choose()
    right = page.groups.list.viewport().rect().topRight() + QPoint(-12, 12)
    qtbot.mouseClick(page.groups.list.viewport(), Qt.MouseButton.LeftButton, pos=right)
    choose()


def test_a_finding_that_is_repaired_takes_its_filter_with_it(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(order(1), wrong(2))
    open_run(page, run, qtbot)
    page.groups.list.want(run.groups()[0])
    qtbot.waitUntil(lambda: shown(page) == [3])
    run.edit(3, {"eventName": "Order Placed", "customer": {"email": "bob@example.com"}})
    page.refresh()
    qtbot.waitUntil(lambda: shown(page) == [2, 3])
    assert not page.groups.isVisible()


# The rest


def test_other_work_shows_itself_can_be_cancelled_and_holds_everything_else(
    page: RunPage, make: Any, qtbot: QtBot
) -> None:
    run = make(order(1), wrong(2))
    open_run(page, run, qtbot)
    page.show_work("Repairing 340 rows", 0.5)
    assert "Repairing 340 rows" in read(page)
    assert page.work.bar.value() == page.work.bar.maximum() // 2
    assert not any(each.isEnabled() for each in (page.ready.send, page.import_button, page.pane.exclude))
    with qtbot.waitSignal(page.cancel_wanted):
        page.work.cancel.click()
    page.end_work()
    qtbot.waitUntil(page.ready.send.isEnabled)
    assert not page.work.isVisible()


def test_a_run_that_can_not_be_read_says_so_and_can_be_tried_again(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(order(1))

    def broken() -> None:
        raise StorageError("The disk is gone.")

    run.counts = broken
    page.show_run(run)
    qtbot.waitUntil(lambda: page.notice.sentence == "The disk is gone.")
    del run.counts
    page.notice.findChildren(QAbstractButton)[0].click()
    qtbot.waitUntil(lambda: "1 event ready to send" in read(page))
    assert page.notice.sentence == ""


def test_another_run_shows_nothing_of_the_one_before(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, finished(make), qtbot)
    page.filters.chips[REJECTED].click()
    qtbot.waitUntil(lambda: shown(page) == [4, 6])
    other = make(order(1))
    page.show_run(other)
    qtbot.waitUntil(lambda: shown(page) == [2] and "1 event ready to send" in read(page))
    assert page.filters.chips[ALL].isChecked()
    assert not page.result.isVisible()


def test_warnings_are_counted_and_shown_apart(page: RunPage, make: Any, qtbot: QtBot) -> None:
    short = order(1)[:-1]
    open_run(page, make(short, order(2)), qtbot)
    assert page.filters.chips[WARNINGS].text() == "Warnings 1"
    page.filters.chips[WARNINGS].click()
    qtbot.waitUntil(lambda: shown(page) == [2])


def test_everything_that_takes_the_keyboard_has_a_name(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = finished(make)
    run.exclude([12], True)
    open_run(page, run, qtbot)
    nameless = [
        each
        for each in page.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not each.accessibleName()
        and not (isinstance(each, QAbstractButton) and each.text())
        and not isinstance(each, QMenu)
        and each.objectName() != "qt_scrollarea_viewport"
    ]
    assert nameless == []


@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK])
@pytest.mark.parametrize("width", [1104, 1744])
def test_nothing_stands_outside_the_page_in_either_theme(
    page: RunPage, theme: Theme, make: Any, qtbot: QtBot, width: int, choice: Choice
) -> None:
    page.resize(width, 712)
    theme.choose(choice)
    open_run(page, finished(make), qtbot)
    page.grab()
    theme.choose(Choice.LIGHT)
    outside = [
        each
        for each in page.findChildren(QAbstractButton)
        if each.isVisible() and not page.rect().contains(each.rect().translated(each.mapTo(page, QPoint())))
    ]
    assert outside == []
    assert page.minimumSizeHint().width() <= width


def test_tab_goes_through_the_page_as_the_eye_does(
    theme: Theme, jobs: Jobs, show: Any, make: Any, qtbot: QtBot
) -> None:
    window = QWidget()
    before = QPushButton("Bulk", window)
    page = RunPage(theme, jobs)
    QVBoxLayout(window).addWidget(before)
    window.layout().addWidget(page)
    show(window)
    to_front(window, qtbot)
    page.show_store(TEST)
    open_run(page, make(order(1), wrong(2)), qtbot)
    page.setFocus()
    assert page.table.hasFocus()
    before.setFocus()
    seen = []
    for _ in range(9):
        press(qtbot, Qt.Key.Key_Tab)
        seen.append(focused())
    assert seen == [
        *(page.import_button, page.mapping_button, page.dry_run_button),
        *(page.ready.send, page.ready.fill_ids, page.ready.send_anyway),
        *(page.filters.chips[ALL], page.groups.toggle, page.groups.list),
    ]
