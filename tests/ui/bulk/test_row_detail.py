"""The chosen row is shown as an event, as it stands in the file, and with the answer to the request it was in."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from composer.ui.bulk.filters import ALL, HELD_BACK
from composer.ui.bulk.row_detail import RESPONSE, SOURCE
from composer.ui.bulk.run_page import RunPage
from tests.support.orders import order
from tests.support.run_page import finished, open_run, read, shown, wrong


def test_a_rejected_row_says_why_and_what_came_back(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, finished(make), qtbot)
    page.table.go_to(4)
    qtbot.waitUntil(lambda: page.detail.shown is not None and page.detail.shown.number == 4)
    assert "Rejected: Invalid email: customer.email is not a valid email address" in read(page.detail)
    assert '"email": "ann3@example.com"' in page.detail.event_text.text()
    page.detail.tabs.setCurrentIndex(RESPONSE)
    assert "Request 2 · 1 event" in read(page.detail)
    assert "Rejected (400)" in read(page.detail)
    assert '"title": "Invalid email"' in page.detail.answer_body.text()
    assert "x-request-id: 8f1c" in page.detail.answer_head.toPlainText()
    assert page.detail.edit.text() == "Fix in Compose"
    with qtbot.waitSignal(page.edit_wanted) as told:
        page.detail.edit.click()
    assert told.args == [4, page.detail.event_text.text()]


def test_a_row_that_is_held_back_shows_its_findings_where_they_are(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(wrong(1), order(2)), qtbot)
    assert page.detail.edit.text() == "Fix in Compose"
    assert page.detail.findings_list.item(0).text() == "customer.email — Email is not an email address."
    page.detail.findings_list.setCurrentRow(0)
    assert page.detail.event_text.textCursor().selectedText() == '"bob@"'
    page.table.go_to(3)
    qtbot.waitUntil(lambda: page.detail.shown is not None and page.detail.shown.number == 3)
    assert page.detail.edit.text() == "Open in Compose"
    assert not page.detail.findings.isVisible()


def test_the_source_row_is_its_cells_below_their_headers(page: RunPage, make: Any, qtbot: QtBot) -> None:
    long = [*order(1), "too much"]
    open_run(page, make(long, order(2)), qtbot)
    page.detail.tabs.setCurrentIndex(SOURCE)
    model = page.detail.source_model
    pairs = [(model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())]
    assert pairs[1:4] == [("Email", "ann1@example.com"), ("Phone", "(empty)"), ("Value", "149.99")]
    assert pairs[-1] == ("(column 8, without a header)", "too much")


def test_an_event_row_has_its_own_text_for_a_source(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(events=2), qtbot)
    page.detail.tabs.setCurrentIndex(SOURCE)
    assert page.detail.source_text.text() == '{"eventName": "Order Placed", "uniqueId": "e1"}'
    page.detail.tabs.setCurrentIndex(RESPONSE)
    assert "Not sent yet" in read(page.detail)


def test_enter_on_a_row_opens_it_in_compose(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(order(1), order(2)), qtbot)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.detail.shown is not None and page.detail.shown.number == 3)
    with qtbot.waitSignal(page.edit_wanted) as told:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert told.args[0] == 3


def test_a_row_is_gone_to_whatever_the_filter(page: RunPage, make: Any, qtbot: QtBot) -> None:
    open_run(page, make(order(1), wrong(2), order(3)), qtbot)
    page.filters.chips[HELD_BACK].click()
    qtbot.waitUntil(lambda: shown(page) == [3])
    page.go_to(4)
    qtbot.waitUntil(lambda: page.table.number == 4)
    assert page.filters.chips[ALL].isChecked()
