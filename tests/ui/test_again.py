"""What was sent goes out once more: as it was when it may not have arrived, as another event when it has."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from composer.sandbox.process import set_faults
from composer.storage.database import StorageError
from composer.storage.history import History
from composer.storage.history.entry import ACCEPTED
from composer.storage.migrations import SANDBOX_STORE_ID
from composer.storage.secrets import SANDBOX_SECRET, Secret
from composer.storage.stores import Kind
from composer.ui import questions
from composer.ui.compose import composition
from composer.ui.frame import HISTORY
from composer.ui.live_question import LiveQuestion
from tests.support.hands import OpenWindow

TEXT = '{ "eventName":"A", "customer":{"email":"a@shop.test"}, "uniqueId": "ord_1" }'
WITHOUT = '{ "eventName":"A", "customer":{"email":"a@shop.test"} }'

VARIABLE = '{ "eventName":"A", "customer":{"email":"a@shop.test"}, "uniqueId": "ord_{{$uuid}}" }'


@pytest.fixture
def opened(open_window: Callable[[], OpenWindow], qtbot: QtBot) -> OpenWindow:
    opened = open_window()
    opened.desk.start_sandbox()
    return opened


def send(opened: OpenWindow, qtbot: QtBot, text: str = TEXT) -> int:
    opened.window.compose.json.take(text)
    return sent_by(opened, qtbot, opened.window.send)


def sent_by(opened: OpenWindow, qtbot: QtBot, act: Callable[[], object]) -> int:
    with qtbot.waitSignal(opened.window.sending.finished, timeout=30_000) as sent:
        act()
    return sent.args[0].entry


def body(opened: OpenWindow, entry: int) -> str:
    full = opened.desk.history.entry(entry)
    assert full is not None
    return full.body.decode()


def test_trying_again_after_no_answer_keeps_every_byte(opened: OpenWindow, qtbot: QtBot) -> None:
    set_faults(opened.desk.sandbox.origin, [{"kind": "reset", "times": 1}])
    first = send(opened, qtbot)
    response = opened.window.compose.response
    assert response.status.text() == "No answer"
    assert response._again.isVisible()
    second = sent_by(opened, qtbot, response._again.click)
    assert second != first
    assert body(opened, second) == TEXT
    assert "same uniqueId" in opened.window.notice.text
    assert response.status.text() == "Queued (202)"
    assert not response._again.isVisible()


def test_trying_again_without_a_unique_id_asks(
    opened: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_faults(opened.desk.sandbox.origin, [{"kind": "reset", "times": 1}])
    first = send(opened, qtbot, WITHOUT)
    asked: list[str] = []
    monkeypatch.setattr(questions, "may_double", lambda _window, store: asked.append(store) or len(asked) > 1)
    opened.window.try_again(first)
    qtbot.waitUntil(lambda: asked == ["Sandbox"])
    assert opened.desk.history.count() == 1
    sent_by(opened, qtbot, lambda: opened.window.try_again(first))
    assert opened.desk.history.count() == 2


def test_sending_again_makes_a_new_unique_id_and_says_so(opened: OpenWindow, qtbot: QtBot) -> None:
    first = send(opened, qtbot)
    history = opened.window.history
    full = opened.desk.history.entry(first)
    second = sent_by(opened, qtbot, lambda: history.send_again.emit(full))
    fresh = json.loads(body(opened, second))["uniqueId"]
    assert fresh != "ord_1"
    assert body(opened, second) == TEXT.replace('"ord_1"', f'"{fresh}"')
    assert f"a new uniqueId, {fresh}" in opened.window.notice.text
    assert opened.window._stack.currentWidget() is opened.window._places[HISTORY]


def test_a_store_that_is_gone_is_said(opened: OpenWindow, qtbot: QtBot) -> None:
    first = send(opened, qtbot)
    full = opened.desk.history.entry(first)
    assert full is not None
    opened.window.outbox.send_again(full._replace(entry=full.entry._replace(store_row=99, store_name="Old shop")))
    qtbot.waitUntil(lambda: "“Old shop” it went to is not among the stores" in opened.window.notice.text)
    assert opened.desk.history.count() == 1


def test_a_unique_id_that_was_accepted_is_said_before_sending(opened: OpenWindow, qtbot: QtBot) -> None:
    composition = opened.window.composition
    send(opened, qtbot)
    qtbot.waitUntil(lambda: [each.code for each in composition.warnings] == [ACCEPTED])
    (said,) = composition.warnings
    assert "Sandbox accepted this uniqueId on " in said.message
    assert "Redo ignores a repeated one" in said.message
    composition.fix(said.fixes[0])
    qtbot.waitUntil(lambda: composition.warnings == [])
    assert composition.get("/uniqueId") != "ord_1"
    composition.undo()
    qtbot.waitUntil(lambda: [each.code for each in composition.warnings] == [ACCEPTED])


def test_an_id_that_was_not_accepted_is_fine(opened: OpenWindow, qtbot: QtBot) -> None:
    set_faults(opened.desk.sandbox.origin, [{"kind": "status", "status": 500, "times": 1}])
    send(opened, qtbot)
    with qtbot.assertNotEmitted(opened.window.composition.judged, wait=200):
        pass
    assert opened.window.composition.warnings == []


def test_what_is_not_sent_is_not_said_to_be(opened: OpenWindow, qtbot: QtBot) -> None:
    first = send(opened, qtbot)
    full = opened.desk.history.entry(first)
    assert full is not None

    def press_twice() -> None:
        opened.window.outbox.send_again(full)
        opened.window.outbox.send_again(full)

    sent_by(opened, qtbot, press_twice)
    assert opened.desk.history.count() == 2
    assert "Another event is on its way" in opened.window.notice.text


def test_while_one_is_sent_again_what_is_composed_goes_on(opened: OpenWindow, qtbot: QtBot) -> None:
    full = opened.desk.history.entry(send(opened, qtbot))
    assert full is not None
    opened.window.compose.json.take(VARIABLE)
    before = opened.window.composition.event
    opened.window.outbox.send_again(full)  # the store is looked for, and meanwhile
    sent_by(opened, qtbot, opened.window.send)
    assert opened.window.composition.event != before  # the next one would be ignored


def test_why_it_was_not_sent_again_is_said_where_it_was_asked_for(
    opened: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = opened.desk.history.entry(send(opened, qtbot))
    assert full is not None

    def fail(*_: object) -> int:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(History, "begin", fail)
    opened.window.go_to(HISTORY)
    with qtbot.waitSignal(opened.window.sending.failed, timeout=30_000):
        opened.window.outbox.send_again(full)
    assert "The disk is full." in opened.window.notice.text


def test_what_is_sent_is_what_was_asked_about(
    opened: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, desk = opened.window, opened.desk
    live = desk.stores.add("Acme", Kind.LIVE, desk.start_sandbox(), SANDBOX_STORE_ID)
    desk.secrets.hold(live, Secret(SANDBOX_SECRET.reveal()))
    window.choose_store(live)
    window.compose.json.take(VARIABLE)
    qtbot.waitUntil(lambda: window.composition.is_settled)
    monkeypatch.setattr(composition, "SLOW", 0)  # it is looked through in a thread
    window.composition.set("/customer/firstName", "J")
    window.composition.set("/customer/firstName", "Jo")
    assert not window.composition.is_settled
    window.send()
    with qtbot.waitSignal(window.composition.judged):
        window.composition.set("/customer/firstName", "Joanna")  # while it is found out whom it reaches
    qtbot.waitUntil(lambda: bool(window.findChildren(LiveQuestion)))
    entry = sent_by(opened, qtbot, window.findChildren(LiveQuestion)[0].go.click)
    assert "{{" not in body(opened, entry)
    assert json.loads(body(opened, entry))["customer"]["firstName"] == "Jo"


def test_whether_an_id_was_accepted_is_said_of_the_store_that_is_chosen(opened: OpenWindow, qtbot: QtBot) -> None:
    window = opened.window
    send(opened, qtbot)
    qtbot.waitUntil(lambda: [each.code for each in window.composition.warnings] == [ACCEPTED])
    said: list[str] = []
    window.composition.judged.connect(lambda: said.extend(each.code for each in window.composition.warnings))
    other = opened.desk.stores.add("Other", Kind.SANDBOX, "http://127.0.0.1:9/v2.2", "s1")
    sandbox = window.store_bar.store
    assert sandbox is not None
    window.show_stores()
    window.choose_store(other)
    qtbot.waitUntil(lambda: window.composition.warnings == [])
    said.clear()
    window.choose_store(sandbox)
    window.choose_store(other)  # before it was found out
    with qtbot.assertNotEmitted(window.composition.changed, wait=200):
        pass
    assert said == []
