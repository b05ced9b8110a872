"""An event with variables: asked for above the form, the same in checks, preview, on the wire and in the history."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from composer.storage.stores import Kind
from composer.ui.compose import composition
from composer.ui.compose.inserting import InsertButton
from composer.ui.compose.variables_strip import VariablesStrip
from composer.ui.window import MainWindow
from tests.support.hands import OpenWindow, entry, fill, focused, type_in_focus

Open = Callable[[], OpenWindow]
EVENT = {
    "eventName": "Order Placed",
    "customer": {"email": "{{email}}"},
    "uniqueId": "order-{{$uuid}}",
    "data": {"Total": "{{total}}", "Note": "for {{email}}", "Count": "{{$counter}}"},
}


def compose(window: MainWindow, qtbot: QtBot, event: object = EVENT, **values: object) -> None:
    window.compose.json.take(json.dumps(event))
    qtbot.waitUntil(lambda: window.composition.is_settled)
    for name, value in values.items():
        strip(window).filled.emit(name, value)
    qtbot.waitUntil(lambda: window.composition.is_settled)


def strip(window: MainWindow) -> VariablesStrip:
    return window.compose.findChild(VariablesStrip)


def line(window: MainWindow, name: str) -> QLineEdit:
    return next(each for each in strip(window).findChildren(QLineEdit) if each.accessibleName() == f"Value of {name}")


def send(window: MainWindow, qtbot: QtBot) -> Any:
    with qtbot.waitSignal(window.sending.finished, timeout=30_000) as sent:
        window.send()
    return sent.args[0]


def body(opened: OpenWindow, entry: int) -> Any:
    full = opened.desk.history.entry(entry)
    assert full is not None
    return json.loads(full.body)


def test_what_has_no_value_holds_sending_back_and_is_asked_for(open_window: Open, qtbot: QtBot) -> None:
    opened = open_window()
    compose(opened.window, qtbot)
    assert strip(opened.window).isVisible()
    assert {finding.code for finding in opened.window.composition.errors} == {"unknown-variable"}
    opened.window.send()
    assert not opened.window.sending.is_under_way
    assert focused().accessibleName() == "Value of email"
    type_in_focus(qtbot, "jane@example.com")
    qtbot.waitUntil(lambda: opened.window.composition.is_settled)
    opened.window.send()
    assert focused().accessibleName() == "Value of total"
    fill(qtbot, line(opened.window, "email"), "jane@example.com")
    fill(qtbot, line(opened.window, "total"), "12.50")
    qtbot.waitUntil(lambda: opened.window.composition.is_settled)
    assert opened.window.composition.errors == []
    assert opened.window.composition.event["customer"] == {"email": "jane@example.com"}


def test_preview_wire_and_history_are_the_same_text(open_window: Open, qtbot: QtBot) -> None:
    opened = open_window()
    window = opened.window
    compose(window, qtbot, email="jane@example.com", total=12.5)
    window.compose.json.as_sent.setChecked(True)
    shown = window.compose.json.sent.text()
    sent = send(window, qtbot)
    full = opened.desk.history.entry(sent.entry)
    assert full is not None
    assert full.body.decode() == shown
    event = json.loads(shown)
    assert event["data"] == {"Total": 12.5, "Note": "for jane@example.com", "Count": 1}
    assert full.entry.customer == "jane@example.com"
    assert full.entry.unique_id == event["uniqueId"] != EVENT["uniqueId"]
    assert window.composition.payload == EVENT  # the template stays to be sent again


def test_each_event_sent_is_another_one(open_window: Open, qtbot: QtBot) -> None:
    opened = open_window()
    compose(opened.window, qtbot, {**EVENT, "data": {"Count": "{{$counter}}"}}, email="jane@example.com")
    first, second = (body(opened, send(opened.window, qtbot).entry) for _ in range(2))
    assert first["uniqueId"] != second["uniqueId"]
    assert (first["data"]["Count"], second["data"]["Count"]) == (1, 2)
    opened.close()
    again = open_window()
    qtbot.waitUntil(lambda: again.window.composition.event["data"]["Count"] == 3)  # it goes on


def test_values_are_remembered_for_each_store(open_window: Open, qtbot: QtBot) -> None:
    opened = open_window()
    window = opened.window
    other = opened.desk.stores.add("Other", Kind.SANDBOX, "http://127.0.0.1:9/v2.2", "s1")
    window.show_stores()
    sandbox = window.store_bar.store
    assert sandbox is not None
    compose(window, qtbot)
    fill(qtbot, line(window, "email"), "jane@example.com")
    window.choose_store(other)
    fill(qtbot, line(window, "email"), "other@example.com")
    window.choose_store(sandbox)
    assert window.composition.values["email"] == "jane@example.com"
    qtbot.waitUntil(lambda: opened.desk.settings.get("variable-values") is not None)
    opened.close()
    again = open_window()
    qtbot.waitUntil(lambda: again.window.composition.values.get("email") == "jane@example.com")


def test_without_variables_nothing_is_asked_and_the_text_is_sent_as_it_is(open_window: Open, qtbot: QtBot) -> None:
    opened = open_window()
    text = '{ "eventName":"A", "customer":{"email":"a@shop.test"}, "data": {"Code": "a {{ b"} }'
    opened.window.compose.json.take(text)
    assert opened.window.compose.findChild(VariablesStrip) is None
    assert not opened.window.compose.json.as_sent.isVisible()
    sent = send(opened.window, qtbot)
    full = opened.desk.history.entry(sent.entry)
    assert full is not None
    assert full.body.decode() == text


def test_the_strip_goes_with_the_last_variable(open_window: Open, qtbot: QtBot) -> None:
    window = open_window().window
    compose(window, qtbot)
    assert strip(window).isVisible()
    compose(window, qtbot, {"eventName": "A"})
    assert not strip(window).isVisible()
    window.composition.undo()
    assert strip(window).isVisible()


@pytest.mark.parametrize("text", ['{"eventName": "{{x}}", "customer": {"email": "a@b.test"}}'])
def test_what_was_sent_literally_is_composed_literally(open_window: Open, qtbot: QtBot, text: str) -> None:
    window = open_window().window
    window.traffic.edit_as_new(text)
    qtbot.waitUntil(lambda: window.composition.is_settled)
    assert json.loads(window.composition.sent()) == json.loads(text)
    assert window.composition.errors == []


def test_a_variable_is_put_where_the_cursor_is(open_window: Open, qtbot: QtBot) -> None:
    window = open_window().window
    field = entry(window, "/customer/email")
    field.setFocus()
    field.setText("")
    button = window.compose.findChild(InsertButton)
    button.menu().chosen.emit("{{email}}")
    assert field.text() == "{{email}}"
    assert window.composition.get("/customer/email") == "{{email}}"
    editor = window.compose.json.editor
    editor.setFocus()
    start = editor.text().index("Order Placed")
    editor.select(start, start + len("Order Placed"))
    button.menu().chosen.emit("{{$uuid}}")
    assert window.composition.get("/eventName") == "{{$uuid}}"


def test_where_the_contract_has_a_number_a_number_is_asked_for(open_window: Open, qtbot: QtBot) -> None:
    window = open_window().window
    compose(window, qtbot, {"eventName": "A", "customer": {"email": "a@b.test"}, "value": "{{amount}}"})
    fill(qtbot, line(window, "amount"), "12.50")
    qtbot.waitUntil(lambda: window.composition.is_settled)
    assert window.composition.event["value"] == 12.5
    assert [each.code for each in window.composition.findings] == ["value-without-currency"]


def test_what_was_given_last_is_kept_though_the_window_closes_at_once(open_window: Open, qtbot: QtBot) -> None:
    opened = open_window()
    compose(opened.window, qtbot)
    fill(qtbot, line(opened.window, "email"), "jane@example.com")
    opened.close()
    again = open_window().window
    qtbot.waitUntil(lambda: again.composition.values.get("email") == "jane@example.com")


def test_a_change_in_settings_takes_no_value_away(open_window: Open, qtbot: QtBot) -> None:
    window = open_window().window
    compose(window, qtbot, {"eventName": "A", "customer": {"email": "a@b.test"}, "data": {"Token": "{{token}}"}})
    fill(qtbot, line(window, "token"), "abc")  # which is not kept
    window.show_stores()
    assert window.composition.values == {"token": "abc"}


@pytest.fixture
def long(open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window with an event that is looked through in a thread."""
    window = open_window().window
    compose(window, qtbot, {"eventName": "A", "customer": {"email": "a@b.test"}, "uniqueId": "{{$uuid}}"})
    monkeypatch.setattr(composition, "SLOW", 0)
    return window


def test_as_sent_stays_and_never_shows_a_variable_while_somebody_types(long: MainWindow, qtbot: QtBot) -> None:
    long.compose.json.as_sent.setChecked(True)
    shown: list[str] = []
    long.composition.changed.connect(lambda: shown.append(long.compose.json.sent.text()))
    long.composition.set("/customer/firstName", "Jo")
    assert not long.composition.is_settled
    assert long.compose.json.as_sent.isChecked()
    qtbot.waitUntil(lambda: '"Jo"' in long.compose.json.sent.text())
    assert shown
    assert not any("{{" in each for each in shown)


def test_what_is_copied_has_its_values_while_somebody_types(long: MainWindow, qtbot: QtBot) -> None:
    long.composition.set("/customer/firstName", "Jo")
    assert not long.composition.is_settled
    long.compose.json.copy()
    copied = QGuiApplication.clipboard().text()
    assert '"Jo"' in copied
    assert "{{" not in copied


def test_the_next_event_is_another_one_though_somebody_types_on(long: MainWindow, qtbot: QtBot) -> None:
    before = long.composition.event["uniqueId"]
    long.composition.set("/customer/firstName", "Jo")
    assert not long.composition.is_settled
    long.compose.follow_sent()
    qtbot.waitUntil(lambda: long.composition.is_settled and long.composition.event["uniqueId"] != before)


def test_a_click_on_the_button_leaves_the_cell_open(open_window: Open, qtbot: QtBot) -> None:
    window = open_window().window
    window.compose.form.focus_on("/data/Order Id")
    button = window.compose.findChild(InsertButton)
    menu = button.menu()
    QTimer.singleShot(0, lambda: (menu.chosen.emit("{{order}}"), menu.hide()))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.composition.get("/data/Order Id") == "{{order}}")
