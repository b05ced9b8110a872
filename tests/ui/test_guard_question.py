"""Nobody but its test people is sent to on a live store before a person has said yes, whatever the way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from composer.delivery.guard import UNNAMED, Guard
from composer.sandbox import SANDBOX_STORE_ID
from composer.sandbox.process import set_faults, world
from composer.storage.database import StorageError
from composer.storage.people import read
from composer.storage.secrets import SANDBOX_SECRET, Secret
from composer.storage.stores import Kind, Store
from composer.ui import questions
from composer.ui.frame import HISTORY
from composer.ui.live_question import LiveQuestion
from tests.support.hands import OpenWindow, focused, press

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NAME = "Shop & <b>Sons</b>"


def event(**customer: str) -> str:
    return json.dumps({"eventName": "Order Placed", "customer": customer})


TO_ALICE = event(email="alice@shop.test")
TO_ALICE_AND_A_PHONE = event(email="alice@shop.test", phoneNumber="+12065551234")


@pytest.fixture
def opened(open_window: Callable[[], OpenWindow]) -> OpenWindow:
    return open_window()


@pytest.fixture
def live(opened: OpenWindow) -> Store:
    """A live store, chosen; behind it is the sandbox, which takes what comes."""
    desk = opened.desk
    store = desk.stores.add(NAME, Kind.LIVE, desk.start_sandbox(), SANDBOX_STORE_ID)
    desk.secrets.hold(store, Secret(SANDBOX_SECRET.reveal()))
    opened.window.show_stores()
    opened.window.choose_store(store)
    opened.window.compose.json.take(TO_ALICE)
    return store


def question(opened: OpenWindow, qtbot: QtBot) -> LiveQuestion:
    qtbot.waitUntil(lambda: bool(open_questions(opened)))
    (asked,) = open_questions(opened)
    return asked


def open_questions(opened: OpenWindow) -> list[LiveQuestion]:
    return [each for each in opened.window.findChildren(LiveQuestion) if each.isVisible()]


def arrived(opened: OpenWindow) -> list[str]:
    """The addresses the store has events for."""
    held = world(opened.desk.sandbox.origin, SANDBOX_STORE_ID)
    emails = {each["id"]: each["email"] for each in held["profiles"]}
    return [emails[each["profileId"]] for each in reversed(held["events"])]


def sent_by(opened: OpenWindow, qtbot: QtBot, act: Callable[[], object]) -> int:
    with qtbot.waitSignal(opened.window.sending.finished, timeout=30_000) as sent:
        act()
    return sent.args[0].entry


def test_nothing_arrives_before_yes(opened: OpenWindow, live: Store, qtbot: QtBot) -> None:
    opened.window.compose.json.take(TO_ALICE_AND_A_PHONE)
    qtbot.keyClick(opened.window, Qt.Key.Key_Return, CONTROL)
    asked = question(opened, qtbot)
    assert asked.windowTitle() == "Send to a live store"
    assert f"“{NAME}”" in asked.question.text()
    expected = f"alice@shop.test and +12065551234 are not among the test people of “{NAME}”."
    assert asked.whom.text() == expected
    assert asked.consequence.text() == "Flows that listen for “Order Placed” may write to them for real."
    assert asked.go.text().replace("&&", "&") == f"Send to {NAME}"
    assert not asked.add.isChecked()
    assert (arrived(opened), opened.desk.history.count()) == ([], 0)
    sent_by(opened, qtbot, asked.go.click)
    assert arrived(opened) == ["alice@shop.test"]
    assert opened.desk.people.of(live) == []


def test_whoever_is_no_test_person_is_asked_about_each_time(opened: OpenWindow, live: Store, qtbot: QtBot) -> None:
    for times in (1, 2):
        opened.window.send()
        sent_by(opened, qtbot, question(opened, qtbot).go.click)
        assert len(arrived(opened)) == times


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space])
@pytest.mark.usefixtures("live")
def test_cancel_is_what_a_hasty_key_means(opened: OpenWindow, qtbot: QtBot, key: Qt.Key) -> None:
    opened.window.send()
    asked = question(opened, qtbot)
    qtbot.waitUntil(asked.isActiveWindow)
    assert focused() is asked.cancel
    press(qtbot, key)
    qtbot.waitUntil(lambda: not open_questions(opened))
    assert not opened.window.sending.is_under_way
    assert (arrived(opened), opened.desk.history.count()) == ([], 0)
    opened.window.send()
    question(opened, qtbot).reject()


def test_the_keyboard_alone_adds_and_sends(opened: OpenWindow, live: Store, qtbot: QtBot) -> None:
    opened.window.send()
    asked = question(opened, qtbot)
    qtbot.waitUntil(asked.isActiveWindow)
    seen = []
    for _ in range(4):
        press(qtbot, Qt.Key.Key_Tab)
        seen.append(focused())
        if focused() is asked.add:
            press(qtbot, Qt.Key.Key_Space)
    assert {asked.add, asked.go, asked.cancel, asked.people} == set(seen)
    assert asked.add.isChecked()
    while focused() is not asked.go:
        press(qtbot, Qt.Key.Key_Tab)
    sent_by(opened, qtbot, lambda: press(qtbot, Qt.Key.Key_Return))
    qtbot.waitUntil(lambda: [each.shown for each in opened.desk.people.of(live)] == ["alice@shop.test"])
    sent_by(opened, qtbot, opened.window.send)  # at once
    assert arrived(opened) == ["alice@shop.test"] * 2


def test_there_is_a_way_from_the_question_to_the_list(opened: OpenWindow, live: Store, qtbot: QtBot) -> None:
    opened.window.send()
    asked = question(opened, qtbot)
    qtbot.mouseClick(asked.people, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(opened.window.focusWidget(), QPlainTextEdit))
    settings: Any = opened.window.place
    assert opened.window.focusWidget() is settings._pages[live.id].people.editor
    assert settings.pages.currentWidget() is settings._pages[live.id]
    assert not open_questions(opened)
    assert (arrived(opened), opened.desk.history.count()) == ([], 0)
    assert not opened.window.outbox._is_busy


def test_the_box_adds_those_who_are_named(opened: OpenWindow, live: Store, qtbot: QtBot) -> None:
    opened.window.compose.json.take(TO_ALICE_AND_A_PHONE)
    opened.window.send()
    asked = question(opened, qtbot)
    assert asked.add.text().replace("&&", "&") == f"Add them to the test people of {NAME}"
    asked.add.click()
    sent_by(opened, qtbot, asked.go.click)
    qtbot.waitUntil(lambda: len(opened.desk.people.of(live)) == 2)
    opened.window.compose.json.take(TO_ALICE)
    sent_by(opened, qtbot, opened.window.send)
    assert not open_questions(opened)


@pytest.mark.usefixtures("live")
def test_ten_presses_ask_once_and_send_once(opened: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, go_on = [], threading.Event()
    outside = Guard.outside

    def slow(guard: Guard, store: Store, body: bytes) -> list[str]:
        looked.append(body)
        go_on.wait(10)
        return outside(guard, store, body)

    monkeypatch.setattr(Guard, "outside", slow)
    for _ in range(10):
        qtbot.keyClick(opened.window, Qt.Key.Key_Return, CONTROL)
    opened.window.composition.set("/customer/email", "bob@shop.test")  # what was pressed for is what is asked about
    go_on.set()
    asked = question(opened, qtbot)
    assert len(looked) == 1
    assert asked.whom.text().startswith("alice@shop.test is not")
    opened.window.send()
    sent_by(opened, qtbot, asked.go.click)
    assert arrived(opened) == ["alice@shop.test"]
    assert not open_questions(opened)


def test_a_test_person_is_asked_about_once_in_a_session(opened: OpenWindow, live: Store, qtbot: QtBot) -> None:
    opened.desk.people.keep(live, read("@shop.test"))
    opened.window.send()
    asked = question(opened, qtbot)
    assert asked.whom.text() == f"It is for alice@shop.test, and everybody it names is a test person of “{NAME}”."
    assert not asked.add.isVisible()
    sent_by(opened, qtbot, asked.go.click)
    opened.window.compose.json.take(event(email="bob@shop.test"))
    sent_by(opened, qtbot, opened.window.send)
    assert arrived(opened) == ["alice@shop.test", "bob@shop.test"]


def test_a_change_of_the_list_counts_at_once(opened: OpenWindow, live: Store, qtbot: QtBot) -> None:
    opened.desk.people.keep(live, read("alice@shop.test"))
    opened.window.send()
    sent_by(opened, qtbot, question(opened, qtbot).go.click)
    opened.desk.people.keep(live, [])
    opened.window.send()
    assert question(opened, qtbot).whom.text().startswith("alice@shop.test is not")
    question(opened, qtbot).reject()
    assert opened.desk.history.count() == 1


@pytest.mark.parametrize("text", ['{"eventName": "A", "customer": {"email": "alice@shop.test"', '{"eventName": "A"}'])
@pytest.mark.usefixtures("live")
def test_what_nobody_can_be_read_in_is_asked_about(opened: OpenWindow, qtbot: QtBot, text: str) -> None:
    opened.window.composition.type_text(text)
    opened.window.send(anyway=True)
    asked = question(opened, qtbot)
    assert asked.whom.text().startswith("The composer can't tell whom it is for")
    assert not asked.add.isVisible()
    assert opened.desk.history.count() == 0
    entry = sent_by(opened, qtbot, asked.go.click)
    full = opened.desk.history.entry(entry)
    assert full is not None
    assert full.body.decode() == text


@pytest.mark.parametrize("kind", [Kind.TEST, Kind.SANDBOX])
def test_other_stores_are_not_asked_about(opened: OpenWindow, live: Store, qtbot: QtBot, kind: Kind) -> None:
    desk = opened.desk
    store = desk.stores.change(live, "Quiet", kind, live.base_url, live.store_id)
    opened.window.show_stores()
    opened.window.choose_store(store)
    sent_by(opened, qtbot, opened.window.send)
    assert not open_questions(opened)
    assert arrived(opened) == ["alice@shop.test"]


def test_a_store_that_became_live_in_another_window_is_asked_about_after_all(
    opened: OpenWindow, live: Store, qtbot: QtBot
) -> None:
    desk, window = opened.desk, opened.window
    quiet = desk.stores.change(live, NAME, Kind.TEST, live.base_url, live.store_id)
    window.show_stores()
    window.choose_store(quiet)
    desk.stores.change(live, NAME, Kind.LIVE, live.base_url, live.store_id)
    window.send()
    asked = question(opened, qtbot)
    assert asked.whom.text().startswith("alice@shop.test is not")
    assert "Not sent" in window.compose.response.status.text()
    assert (arrived(opened), desk.history.count()) == ([], 0)
    sent_by(opened, qtbot, asked.go.click)
    assert arrived(opened) == ["alice@shop.test"]
    assert window.compose.response.status.text() == "Queued (202)"


def test_who_was_taken_off_the_list_meanwhile_is_asked_about_after_all(
    opened: OpenWindow, live: Store, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = opened.desk
    desk.people.keep(live, read("alice@shop.test"))
    opened.window.send()
    asked = question(opened, qtbot)
    desk.people.keep(live, [])
    asked.go.click()
    qtbot.waitUntil(lambda: bool([each for each in open_questions(opened) if each is not asked]))
    again = question(opened, qtbot)
    assert again.whom.text().startswith("alice@shop.test is not")
    assert desk.history.count() == 0
    sent_by(opened, qtbot, again.go.click)


def test_send_again_and_try_again_ask_too(
    opened: OpenWindow, live: Store, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, desk = opened.window, opened.desk
    set_faults(desk.sandbox.origin, [{"kind": "reset", "times": 1}])
    window.composition.set("/uniqueId", "order-1")
    window.send()
    first = sent_by(opened, qtbot, question(opened, qtbot).go.click)
    window.go_to(HISTORY)
    window.history.send_again.emit(desk.history.entry(first))
    asked = question(opened, qtbot)
    assert asked.whom.text().startswith("alice@shop.test is not")
    asked.cancel.click()
    window.try_again(first)
    asked = question(opened, qtbot)
    assert asked.whom.text().startswith("alice@shop.test is not")
    assert desk.history.count() == 1
    sent_by(opened, qtbot, asked.go.click)
    assert "same uniqueId" in window.notice.text
    assert arrived(opened) == ["alice@shop.test"]


def test_what_may_double_is_said_in_the_same_question(
    opened: OpenWindow, live: Store, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "may_double", lambda *_: pytest.fail("two questions"))
    set_faults(opened.desk.sandbox.origin, [{"kind": "reset", "times": 1}])
    opened.window.compose.json.take('{"eventName": "A", "customer": {"email": "alice@shop.test"}}')
    opened.window.send()
    first = sent_by(opened, qtbot, question(opened, qtbot).go.click)
    opened.window.try_again(first)
    asked = question(opened, qtbot)
    assert "It has no uniqueId" in asked.consequence.text()
    asked.cancel.click()


@pytest.mark.usefixtures("live")
def test_where_the_list_can_not_be_read_nothing_is_sent_and_it_is_said(
    opened: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> list[str]:
        raise StorageError("The data file is damaged.")

    with monkeypatch.context() as faulty:
        faulty.setattr(Guard, "outside", damaged)
        opened.window.send()
        qtbot.waitUntil(lambda: "The data file is damaged." in opened.window.notice.text)
    assert "was not sent" in opened.window.notice.text
    assert opened.desk.history.count() == 0
    opened.window.send()  # and it can be tried again
    question(opened, qtbot).reject()


@pytest.mark.usefixtures("live")
def test_long_names_wrap_and_are_never_html(opened: OpenWindow, qtbot: QtBot) -> None:
    long = "x" * 500
    customer = ",".join(f'"email": "<b>{number}{long}</b>@shop.test"' for number in range(20))
    opened.window.composition.type_text(f'{{"eventName": "{long}", "customer": {{{customer}}}}}')
    opened.window.send(anyway=True)
    asked = question(opened, qtbot)
    assert "and 15 more" in asked.whom.text()
    assert asked.width() == 480
    assert asked.height() < 500
    for each in asked.findChildren(QLabel):
        assert each.textFormat() is Qt.TextFormat.PlainText
        if each.isVisible():
            assert each.height() >= each.heightForWidth(each.width())
    assert UNNAMED not in asked.whom.text()
    asked.reject()
