"""While a run is sent the page says how far it is, and in the end what became of each row and what can be done."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from composer.delivery.tally import Progress
from composer.storage.runs.states import State, Status
from composer.ui.bulk.filters import HELD_BACK, IN_FLIGHT, REJECTED
from composer.ui.bulk.run_page import RunPage
from tests.support.orders import TEST, begin, order, send
from tests.support.run_page import finished, open_run, read, report, shown, wrong

# While it is sent


def test_progress_is_a_bar_and_a_sentence_with_rate_limit_and_time_left(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(*map(order, range(1, 11)), wrong(11))
    open_run(page, run, qtbot)
    send(run, only=range(2, 7))
    page.show_progress(report(run, requests=620))
    words = "5 of 10 · 620 requests · 98.9 requests/s of 100 · 4 s left"
    qtbot.waitUntil(lambda: page.progress.bar.accessibleDescription() == words)
    assert page.progress.bar.value() / page.progress.bar.maximum() == 0.5
    assert "50 %" in read(page.progress)
    assert not page.ready.isVisible()
    assert not page.import_button.isEnabled()


def test_progress_is_shown_ten_times_a_second_at_most(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(order(1))
    open_run(page, run, qtbot)
    seen: list[int] = []
    page.progress.show_progress = lambda progress: seen.append(progress.requests)  # type: ignore[method-assign]
    for requests in range(1000):
        page.show_progress(report(run, requests=requests) if requests in (0, 999) else report_like(requests))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [999]


def report_like(requests: int) -> Progress:
    return Progress(dict.fromkeys(State, 0), 1, requests, 0, 0, 1.0, 1.0, None, Status.SENDING, "")


def test_pausing_waits_for_what_is_on_its_way_then_it_can_be_resumed(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(order(1), order(2))
    open_run(page, run, qtbot)
    page.begin_sending()
    pause = page.progress.pause
    page.show_progress(report(run))
    qtbot.waitUntil(lambda: pause.text() == "Pause")
    with qtbot.waitSignal(page.pause_wanted):
        pause.click()
    assert (pause.text(), pause.isEnabled()) == ("Pausing…", False)
    shows = QSignalSpy(page.state_said)
    page.show_progress(report(run))
    qtbot.waitUntil(lambda: shows.count() > 0)
    assert pause.text() == "Pausing…"
    page.show_progress(report(run, status=Status.PAUSED))
    qtbot.waitUntil(lambda: pause.text() == "Resume")
    with qtbot.waitSignal(page.resume_wanted):
        pause.click()
    page.show_progress(report(run))
    qtbot.waitUntil(lambda: pause.text() == "Pause")
    with qtbot.waitSignal(page.stop_wanted):
        page.progress.stop.click()
    assert (page.progress.stop.text(), pause.isEnabled()) == ("Stopping…", False)


def test_a_run_that_paused_itself_says_why_and_can_be_resumed(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(order(1), order(2))
    send(run, 0)
    run.change(status=Status.PAUSED, reason="The server refused the key (401). Put the right key in Settings.")
    open_run(page, run, qtbot)
    assert "The server refused the key (401). Put the right key in Settings." in read(page.progress)
    assert page.progress.pause.property("look") == "primary"
    with qtbot.waitSignal(page.resume_wanted):
        page.progress.pause.click()


def test_a_run_whose_program_died_says_that_it_goes_on_where_it_was(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(order(1), order(2))
    send(run, only=[2])
    open_run(page, run, qtbot)
    assert "The run was interrupted." in read(page.progress)
    assert page.progress.pause.text() == "Resume"


def test_rows_in_sight_follow_the_run_and_nothing_jumps(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(*map(order, range(1, 301)))
    open_run(page, run, qtbot)
    page.table.go_to(150)
    qtbot.waitUntil(lambda: page.detail.shown is not None and page.detail.shown.number == 150)
    before = page.table.verticalScrollBar().value()
    send(run)
    page.show_progress(report(run))

    def follows() -> None:
        row, detail = page.table.current_row(), page.detail.shown
        assert row is not None
        assert row.state is State.QUEUED
        assert detail is not None
        assert detail.state is State.QUEUED

    qtbot.waitUntil(follows)
    assert (page.table.number, page.table.verticalScrollBar().value()) == (150, before)


def test_a_filter_fills_while_the_run_goes_on(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(*map(order, range(1, 31)))
    send(run, only=range(2, 12), reject=lambda number: number == 5)
    open_run(page, run, qtbot, is_sending=True)
    page.filters.chips[REJECTED].click()
    qtbot.waitUntil(lambda: shown(page) == [5])
    send(run, reject=lambda number: number == 20)

    def fills() -> None:
        page.show_progress(report(run))
        assert shown(page) == [5, 20]

    qtbot.waitUntil(fills)
    assert page.table.number == 5


def test_a_chip_that_was_there_stays_while_the_run_goes_on(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(order(1), order(2))
    begin(run, [2])
    open_run(page, run, qtbot, is_sending=True)
    chip = page.filters.chips[IN_FLIGHT]
    assert chip.text() == "In flight 1"
    run.recover()
    page.show_progress(report(run))
    qtbot.waitUntil(lambda: chip.text() == "In flight 0")
    assert chip.isVisible()
    page.end_sending()
    qtbot.waitUntil(lambda: not chip.isVisible())


# After


def test_in_the_end_one_sentence_says_what_became_of_all_rows(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, finished(make), qtbot)
    assert page.result.strip.accessibleName() == "Finished. 8 queued, 2 rejected, 0 without an answer, 1 not sent."
    assert "3 requests · 2 s · 1.5 requests/s · to Acme Store" in read(page.result)
    with qtbot.waitSignal(page.retry_wanted) as told:
        page.result.rejected.click()
    assert told.args == [(State.REJECTED,)]
    with qtbot.waitSignal(page.export_wanted) as told:
        page.result.export.click()
    assert State.QUEUED not in told.args[0].states
    assert set(told.args[0].states) == set(State) - {State.QUEUED}


def test_a_run_of_which_all_is_queued_has_nothing_left_to_do(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(order(1), order(2))
    send(run)
    run.change(status=Status.FINISHED)
    open_run(page, run, qtbot)
    assert page.result.strip.accessibleName() == "All queued. 2 queued, 0 rejected, 0 without an answer."
    assert not any(each.isVisible() for each in page.result.findChildren(QAbstractButton))


def test_a_stopped_run_offers_the_rest(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(*map(order, range(1, 11)))
    send(run, only=range(2, 6))
    run.stop_waiting()
    run.change(status=Status.STOPPED)
    open_run(page, run, qtbot)
    assert page.result.strip.accessibleName() == "Stopped. 4 queued, 0 rejected, 0 without an answer, 6 not sent."
    assert (page.result.rest.text(), page.result.rest.property("look")) == ("Send the other 6", "danger")
    with qtbot.waitSignal(page.retry_wanted) as told:
        page.result.rest.click()
    assert told.args == [(State.STOPPED,)]


def test_rows_that_wait_again_are_sent_to_the_store_the_run_went_to(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = finished(make)
    run.retry(states=[State.REJECTED])
    page.show_store(TEST)
    open_run(page, run, qtbot)
    assert page.result.send.text() == "Send 2 events to Acme Store"
    with qtbot.waitSignal(page.send_wanted):
        page.result.send.click()


def test_the_buttons_below_the_table_are_for_the_rows_shown(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, finished(make), qtbot)
    assert not page.pane.retry.isVisible()
    page.filters.chips[REJECTED].click()
    qtbot.waitUntil(lambda: shown(page) == [4, 6])
    with qtbot.waitSignal(page.retry_wanted) as told:
        page.pane.retry.click()
    assert told.args == [(State.REJECTED,)]
    with qtbot.waitSignal(page.export_wanted) as told:
        page.pane.export.click()
    assert told.args == [REJECTED]
    assert not page.pane.exclude.isEnabled()  # what was sent can't be left out
    page.filters.chips[HELD_BACK].click()
    qtbot.waitUntil(lambda: shown(page) == [12])
    qtbot.waitUntil(page.pane.exclude.isEnabled)
    wanted: list[tuple[list[int], bool]] = []
    page.exclude_wanted.connect(lambda numbers, excluded: wanted.append((list(numbers), excluded)))
    page.pane.exclude.click()
    assert wanted == [([12], True)]


def test_nothing_is_left_out_while_it_is_sent(page: RunPage, make: Any, qtbot: QtBot) -> None:
    run = make(order(1), order(2))
    open_run(page, run, qtbot)
    page.begin_sending()
    wanted = QSignalSpy(page.exclude_wanted)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert wanted.count() == 0
