"""Send and verify, in the real window and against the real sandbox: what goes on, what it did, and the way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from composer.sandbox.process import set_faults
from composer.storage.secrets import Secret
from composer.storage.stores import Kind
from composer.ui.compose.foot import ONLY_EMAIL
from composer.ui.compose.sending import Phase
from composer.ui.compose.verified import VerifiedPage
from composer.ui.desk import Desk
from composer.ui.finder.actions import actions_of
from composer.ui.frame import BULK
from composer.ui.window import MainWindow
from tests.support.hands import OpenWindow, entry, fill, focused, press, read
from tests.support.server import Server, answer

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
EVENT: dict[str, Any] = {"eventName": "Order Placed", "customer": {"email": "ann@shop.test", "firstName": "Ann"}}
STORE_ID = "64e5a8a1c0ffee0000004ee7"


@pytest.fixture
def opened(open_window: Callable[[], OpenWindow]) -> OpenWindow:
    return open_window()


@pytest.fixture
def window(opened: OpenWindow) -> MainWindow:
    opened.window.compose.json.take(json.dumps(EVENT, indent=2))
    return opened.window


@pytest.fixture
def desk(opened: OpenWindow) -> Desk:
    opened.desk.start_sandbox()
    return opened.desk


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def verify(window: MainWindow, qtbot: QtBot) -> Any:
    """Click Send and verify, and wait for what was seen."""
    with qtbot.waitSignal(window.sending.verified, timeout=60_000) as seen:
        click(qtbot, window.compose.foot.verify)
    return seen.args[0]


def page(window: MainWindow) -> VerifiedPage:
    found = window.compose.results.page
    assert found is not None
    return found


def table(window: MainWindow) -> list[list[str]]:
    model = page(window).table.model()
    columns = range(model.columnCount())
    return [[model.index(row, column).data() or "" for column in columns] for row in range(model.rowCount())]


def states(window: MainWindow) -> dict[str, str]:
    return {row[0]: row[3] for row in table(window)}


def button(window: MainWindow, words: str) -> QPushButton:
    return next(each for each in window.findChildren(QPushButton) if each.isVisible() and each.text() == words)


def test_it_opens_by_itself_and_says_what_became_of_the_profile(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    verify(window, qtbot)
    assert window.compose.results.is_open
    said = read(window.compose)
    assert "Created: the profile did not exist before." in said
    assert "This proves that the profile changed. It does not prove that a flow ran." in said
    assert (window.compose.response.status.text(), window.compose.response.verdict.text()) == (
        "Queued (202)",
        "profile created",
    )
    assert ["First name", "—", "Ann", "+ created"] in table(window)
    assert desk.history.count() == 1


def test_a_second_one_shows_what_changed_field_by_field(window: MainWindow, qtbot: QtBot) -> None:
    verify(window, qtbot)
    customer = EVENT["customer"] | {"firstName": "Anna", "customFields": {"Tier": "Gold"}}
    window.compose.json.take(json.dumps(EVENT | {"customer": customer}))
    assert not window.compose.results.is_open  # another event was begun
    verify(window, qtbot)
    assert page(window).headline.sentence == "2 fields changed."
    assert window.compose.response.verdict.text() == "2 fields changed"
    assert ["First name", "Ann", "Anna", "✓ changed"] in table(window)
    assert ["Tier", "—", "Gold", "+ created"] in table(window)
    assert states(window)["Email"] == "= unchanged"
    assert [row[0] for row in table(window)][-2:] == ["Created", "Updated"]


def test_the_sandbox_shows_the_stored_event_too(window: MainWindow, qtbot: QtBot) -> None:
    data = {"Total": 0, "Ready At": "2026-01-01T00:00:00Z"}
    window.compose.json.take(json.dumps(EVENT | {"data": data, "uniqueId": "o-1"}))
    verify(window, qtbot)
    assert page(window).tabs.isVisible()
    page(window).tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: '"uniqueId": "o-1"' in page(window).stored.json.text())
    said = read(page(window))
    assert "Total · counts as unset" in said
    assert "Ready At" in said
    assert "created by this event" in said


def test_one_that_the_sandbox_ignores_is_said_plainly_and_at_once(window: MainWindow, qtbot: QtBot) -> None:
    window.compose.json.take(json.dumps(EVENT | {"uniqueId": "o-1"}))
    verify(window, qtbot)
    seen = verify(window, qtbot)
    assert seen.verified.seconds < 10
    assert window.compose.response.verdict.text() == "ignored"
    assert page(window).headline.sentence.startswith("Ignored: the sandbox accepted this uniqueId on ")
    assert not page(window).remarks.isVisible()


def test_the_keys_do_the_same_and_escape_leads_back(window: MainWindow, qtbot: QtBot) -> None:
    entry(window, "/eventName").setFocus()
    with qtbot.waitSignal(window.sending.verified, timeout=60_000):
        press(qtbot, Qt.Key.Key_Return, CONTROL | ALT)
    assert focused() is entry(window, "/eventName")  # nobody's keyboard is taken away
    seen = []
    for _ in range(6):
        press(qtbot, Qt.Key.Key_F6)
        seen.append(focused())
        if focused() is page(window).table:
            break
    assert seen[-1] is page(window).table
    press(qtbot, Qt.Key.Key_Escape)
    assert not window.compose.results.is_open
    assert focused() is window.compose.json.editor
    click(qtbot, button(window, "What it did"))
    assert window.compose.results.is_open
    assert focused() is page(window).table
    click(qtbot, button(window, "Back to the JSON"))
    assert window.compose.json.editor.isVisible()


def test_ctrl_k_finds_it(window: MainWindow) -> None:
    (found,) = [each for each in actions_of(window) if each.words == "Send and verify"]
    assert found.keys == "Ctrl+Alt+Enter"


def test_tab_goes_through_the_page(window: MainWindow, qtbot: QtBot) -> None:
    verify(window, qtbot)
    page(window).copy.setFocus()
    order = [page(window).copy]
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Tab)
        order.append(focused())  # type: ignore[arg-type]
    assert order == [page(window).copy, page(window).back, page(window).tabs, page(window).table]
    press(qtbot, Qt.Key.Key_Tab)
    assert not page(window).isAncestorOf(focused())
    for each in (page(window).table, page(window).tabs, page(window)):
        assert each.accessibleName()


def test_ctrl_c_copies_a_row_and_copy_the_whole_table(window: MainWindow, qtbot: QtBot) -> None:
    verify(window, qtbot)
    clipboard = QGuiApplication.clipboard()
    page(window).table.setFocus()
    page(window).table.selectRow([row[0] for row in table(window)].index("First name"))
    press(qtbot, Qt.Key.Key_C, CONTROL)
    assert clipboard.text() == "First name\t—\tAnn\tcreated"
    click(qtbot, page(window).copy)
    lines = clipboard.text().split("\n")
    assert lines[0] == "Field\tBefore\tAfter\tState"
    assert "Email\t—\tann@shop.test\tcreated" in lines


def test_what_goes_on_is_said_and_the_waiting_can_be_stopped(
    window: MainWindow, desk: Desk, qtbot: QtBot, serve: Callable[..., Server]
) -> None:
    profile = json.dumps({"id": "665f1a2b3c4d5e6f7a8b9c0d", "email": "ann@shop.test", "firstName": "Bob"}).encode()

    def play(connection: Any) -> None:
        if server.requests[-1].startswith(b"POST"):
            answer("202 Accepted")(connection)
        else:
            answer("200 OK", profile, "Content-Type: application/json")(connection)

    server = serve(play)
    store = desk.stores.add("Slow shop", Kind.TEST, server.url, STORE_ID)
    desk.secrets.hold(store, Secret("redo-secret-0123456789"))
    window.choose_store(store)
    window.outbox.whom.switch(False)  # so that what is read is read to verify
    panel = window.compose.response
    with qtbot.waitSignal(window.sending.finished, timeout=30_000):
        click(qtbot, window.compose.foot.verify)
        assert panel.sentence.text() == "Reading the profile; the event goes out after that…"
        assert button(window, "Cancel").isVisible()  # at once: this may take seconds, and nothing is sent yet
    assert window.sending.phase is Phase.WAITING
    assert panel.status.text() == "Queued (202)"
    assert panel.sentence.text() == "Queued (202). Reading the profile again… 0 s of 30"
    assert desk.history.count() == 1  # it is there before anything is waited for
    assert not window.compose.send_button.isEnabled()
    window.send()  # another one waits
    fill(qtbot, entry(window, "/customer/lastName"), "Lee")  # composing goes on
    with qtbot.waitSignal(window.sending.verified, timeout=30_000) as seen:
        qtbot.waitUntil(lambda: sum(each.startswith(b"GET") for each in server.requests) >= 3)
        click(qtbot, button(window, "Stop waiting"))
    assert seen.args[0].verified.seconds < 30
    assert panel.verdict.text() == "nothing changed yet"
    assert panel.sentence.text().startswith("Queued (202). The server took the event")  # what the page says is there
    assert "Nothing in the profile has changed" in panel.accessibleName()
    assert states(window)["First name"] == "… still queued"
    tip = page(window).table.model().index(2, 3).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "The event says Ann, the profile has Bob so far."
    assert "Only a changed profile would show that the event arrived" in read(page(window))
    assert not page(window).tabs.isVisible()  # no sandbox, no stored event
    assert sum(each.startswith(b"POST") for each in server.requests) == 1
    assert window.compose.send_button.isEnabled()


def test_a_look_up_that_may_not_be_made_sends_all_the_same(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    set_faults(desk.sandbox.origin, [{"kind": "status", "status": 403, "call": "customer"}])
    verify(window, qtbot)
    assert window.compose.response.verdict.text() == "not verified"
    assert window.compose.response.status.text() == "Queued (202)"
    assert "The key needs the scope customers_read" in page(window).headline.sentence
    assert not page(window).table.isVisible()
    assert page(window).stored.isVisible()  # there is no profile to show, but there is the event
    assert "held back" not in read(page(window))
    assert "proves" not in read(page(window))
    assert desk.history.page()[0].kind == "queued"


def test_what_is_not_queued_is_not_verified(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    set_faults(desk.sandbox.origin, [{"kind": "status", "status": 503}])
    with qtbot.waitSignal(window.sending.finished, timeout=30_000):
        click(qtbot, window.compose.foot.verify)
    assert not window.sending.is_under_way
    assert not window.compose.results.is_open
    assert not window.compose.response.verdict.isVisible()
    assert not window.compose.response.did.isVisible()


def test_to_cancel_while_the_profile_is_read_sends_nothing(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    set_faults(desk.sandbox.origin, [{"kind": "hang", "call": "customer"}])
    window.compose.foot.verify.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    assert window.compose.response.isAncestorOf(focused())
    with qtbot.waitSignal(window.sending.failed, timeout=4_000):
        button(window, "Cancel").setFocus()
        press(qtbot, Qt.Key.Key_Space)
    assert focused() is window.compose.foot.verify  # not the store's badge
    assert "Cancelled. Nothing was sent." in read(window.compose)
    assert desk.history.count() == 0


def test_the_keyboard_comes_back_to_the_button_it_was_sent_with(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    for sender, ended in (
        (window.compose.foot.verify, window.sending.verified),
        (window.compose.foot.send, window.sending.finished),
    ):
        sender.setFocus()
        with qtbot.waitSignal(ended, timeout=60_000):
            press(qtbot, Qt.Key.Key_Space)
            assert window.compose.response.isAncestorOf(focused())
        assert focused() is sender


def test_it_does_not_come_up_over_another_event(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    set_faults(desk.sandbox.origin, [{"kind": "latency", "milliseconds": 300, "call": "customer"}])
    with qtbot.waitSignal(window.sending.verified, timeout=60_000):
        with qtbot.waitSignal(window.sending.finished, timeout=60_000):
            click(qtbot, window.compose.foot.verify)
        window.begin_anew()
    assert not window.compose.results.is_open
    assert focused() is entry(window, "/eventName")
    click(qtbot, button(window, "What it did"))
    assert page(window).email.text() == "ann@shop.test"


def test_a_field_that_got_another_value_than_the_event_says_is_no_success(
    window: MainWindow, desk: Desk, qtbot: QtBot, serve: Callable[..., Server]
) -> None:
    ann = {"id": "665f1a2b3c4d5e6f7a8b9c0d", "email": "ann@shop.test"}

    def play(connection: Any) -> None:
        if server.requests[-1].startswith(b"POST"):
            answer("202 Accepted")(connection)
            return
        is_sent = any(each.startswith(b"POST") for each in server.requests)
        profile = ann | ({"firstName": "Anne", "lastName": "Lee"} if is_sent else {"firstName": "Bob"})
        answer("200 OK", json.dumps(profile).encode(), "Content-Type: application/json")(connection)

    server = serve(play)
    store = desk.stores.add("Busy shop", Kind.TEST, server.url, STORE_ID)
    desk.secrets.hold(store, Secret("redo-secret-0123456789"))
    window.choose_store(store)
    with qtbot.waitSignal(window.sending.verified, timeout=30_000):
        with qtbot.waitSignal(window.sending.finished, timeout=30_000):
            click(qtbot, window.compose.foot.verify)
        qtbot.waitUntil(lambda: sum(each.startswith(b"GET") for each in server.requests) >= 4)
        click(qtbot, button(window, "Stop waiting"))
    assert states(window)["First name"] == "! changed"
    assert window.compose.response.verdict.property("chip") == "caution"
    said = read(page(window))
    assert "2 fields changed. 1 field has another value than the event says." in said
    assert "The event says nothing of “Last name” that changed: something else may have written" in said
    model = page(window).table.model()
    (row,) = (at for at, each in enumerate(table(window)) if each[0] == "First name")
    aloud = model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert aloud == ("First name: Bob before, Anne after, changed. The event says Ann, the profile has Anne so far.")


def test_values_have_the_room_that_the_states_do_not_need(window: MainWindow, qtbot: QtBot) -> None:
    verify(window, qtbot)
    grid = page(window).table
    widths = [grid.columnWidth(column) for column in range(4)]
    assert sum(widths) == grid.viewport().width()
    assert 2 * widths[1] < widths[2]  # nobody was there before
    row = [each[0] for each in table(window)].index("Email")
    assert grid.sizeHintForIndex(grid.model().index(row, 2)).width() <= widths[2]
    window.resize(960, 620)
    qtbot.waitUntil(lambda: sum(grid.columnWidth(column) for column in range(4)) == grid.viewport().width())


def test_an_answer_does_not_move_the_splitter(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(960, 620)
    qtbot.waitUntil(lambda: window.width() == 960)
    before = window.compose.split.sizes()
    customer = EVENT["customer"] | {"customFields": {f"Field {at}": at + 1 for at in range(200)}}
    window.compose.json.take(json.dumps(EVENT | {"customer": customer}))
    for _ in range(2):
        verify(window, qtbot)
        assert window.compose.split.sizes() == before


def test_without_an_email_it_is_off_and_says_why(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    window.compose.json.take(json.dumps(EVENT | {"customer": {"phoneNumber": "+12065551234"}}))
    assert not window.compose.foot.verify.isEnabled()
    assert window.compose.foot.verify.toolTip() == ONLY_EMAIL
    press(qtbot, Qt.Key.Key_Return, CONTROL | ALT)
    assert window.notice.text == ONLY_EMAIL
    assert not window.sending.is_under_way
    assert desk.history.count() == 0


def test_where_there_are_errors_send_anyway_stands_in_its_place(window: MainWindow, qtbot: QtBot) -> None:
    foot = window.compose.foot
    assert (foot.verify.isVisible(), foot.anyway.isVisible()) == (True, False)
    fill(qtbot, entry(window, "/eventName"), "")
    assert (foot.verify.isVisible(), foot.anyway.isVisible()) == (False, True)
    press(qtbot, Qt.Key.Key_Return, CONTROL | ALT)
    assert not window.sending.is_under_way


def test_in_bulk_the_keys_do_nothing(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    window.go_to(BULK)
    press(qtbot, Qt.Key.Key_Return, CONTROL | ALT)
    assert not window.sending.is_under_way
    assert desk.history.count() == 0


def test_it_does_not_come_between_a_person_and_the_json_they_type(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    set_faults(desk.sandbox.origin, [{"kind": "latency", "milliseconds": 300, "call": "customer"}])
    editor = window.compose.json.editor
    editor.setFocus()
    with qtbot.waitSignal(window.sending.verified, timeout=60_000):
        press(qtbot, Qt.Key.Key_Return, CONTROL | ALT)
        qtbot.keyClick(editor, Qt.Key.Key_Space)
    assert not window.compose.results.is_open
    assert focused() is editor
    assert window.compose.response.did.isVisible()
    window.compose.results.open()
    with qtbot.waitSignal(window.sending.verified, timeout=60_000):
        press(qtbot, Qt.Key.Key_Return, CONTROL | ALT)
        assert not window.compose.results.is_open  # what is shown is never of the event before
    assert window.compose.results.is_open


def test_the_send_button_keeps_its_words_where_there_is_little_room(
    window: MainWindow, desk: Desk, qtbot: QtBot
) -> None:
    store = desk.stores.add("Acme Outdoor & Sports International", Kind.TEST, "https://127.0.0.1:9", STORE_ID)
    window.resize(960, 620)
    window.choose_store(store)
    foot = window.compose.foot
    for event in (EVENT, {}):
        window.compose.json.take(json.dumps(event))
        qtbot.waitUntil(lambda: foot.send.width() >= foot.send.sizeHint().width())
        assert foot.send.text().startswith("Send to Ac")
        assert foot.send.accessibleName() == f"Send to {store.name}"
