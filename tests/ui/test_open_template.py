"""A template is composed, changes only when it is saved, and is never saved over somebody else's change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from composer.storage.templates import Template, starters
from composer.ui.frame import BULK, COMPOSE, TEMPLATES
from tests.support.hands import OpenWindow, entry, fill, press, read

CONTROL = Qt.KeyboardModifier.ControlModifier
EVENT = {"eventName": "Shipped", "customer": {"email": "{{email}}"}}


@pytest.fixture
def opened(open_window: Callable[[], OpenWindow]) -> OpenWindow:
    return open_window()


@pytest.fixture
def file(opened: OpenWindow) -> Path:
    opened.desk.templates().create(Template("Flows/Shipped", EVENT, variables={"email": "a@shop.test"}))
    return opened.desk.templates().file("Flows/Shipped")


def use(opened: OpenWindow) -> None:
    opened.window.traffic.use_template(opened.desk.templates().get("Flows/Shipped"))


def test_it_fills_the_form_with_its_defaults(opened: OpenWindow, qtbot: QtBot, file: Path) -> None:
    use(opened)
    window = opened.window
    qtbot.waitUntil(lambda: window.composition.is_settled)
    assert window.composition.payload == EVENT
    assert window.composition.event["customer"] == {"email": "a@shop.test"}
    assert "template “Shipped”" in read(window)
    assert window._stack.currentWidget() is window._places[COMPOSE]


def test_it_is_saved_with_control_s(opened: OpenWindow, qtbot: QtBot, file: Path) -> None:
    use(opened)
    before = file.read_bytes()
    fill(qtbot, entry(opened.window, "/eventName"), "Sent")
    assert "template “Shipped” · changed" in read(opened.window)
    assert file.read_bytes() == before
    with qtbot.waitSignal(opened.window.compose.template.changed):
        press(qtbot, Qt.Key.Key_S, CONTROL)
    assert json.loads(file.read_text())["event"]["eventName"] == "Sent"
    assert "· changed" not in read(opened.window)


def test_a_change_on_disk_is_not_written_over(opened: OpenWindow, qtbot: QtBot, file: Path) -> None:
    use(opened)
    theirs = file.read_text().replace("Shipped", "Theirs")
    file.write_text(theirs)
    fill(qtbot, entry(opened.window, "/eventName"), "Mine")
    press(qtbot, Qt.Key.Key_S, CONTROL)
    strip = opened.window.compose.template_strip
    qtbot.waitUntil(strip.isVisible)
    assert "was changed on the disk" in strip.sentence
    assert file.read_text() == theirs
    mine = next(each for each in strip.findChildren(QPushButton) if each.text() == "Save mine over it")
    with qtbot.waitSignal(opened.window.compose.template.changed):
        mine.click()
    assert json.loads(file.read_text())["event"]["eventName"] == "Mine"
    assert not strip.isVisible()


def test_taking_theirs_composes_what_is_on_disk(opened: OpenWindow, qtbot: QtBot, file: Path) -> None:
    use(opened)
    file.write_text(file.read_text().replace("Shipped", "Theirs"))
    fill(qtbot, entry(opened.window, "/eventName"), "Mine")
    press(qtbot, Qt.Key.Key_S, CONTROL)
    strip = opened.window.compose.template_strip
    qtbot.waitUntil(strip.isVisible)
    next(each for each in strip.findChildren(QPushButton) if each.text() == "Take theirs").click()
    assert opened.window.composition.get("/eventName") == "Theirs"
    assert not opened.window.compose.template.is_changed


def test_another_event_is_no_template_and_undo_brings_it_back(opened: OpenWindow, qtbot: QtBot, file: Path) -> None:
    use(opened)
    template = opened.window.compose.template
    opened.window.begin_anew()
    assert template.template is None
    before = file.read_bytes()
    opened.window.composition.undo()
    assert template.template is not None
    opened.window.composition.undo()  # to what was composed before it
    assert template.template is None
    press(qtbot, Qt.Key.Key_S, CONTROL)
    assert opened.window._stack.currentWidget() is opened.window._places[TEMPLATES]  # which asks for a name
    assert file.read_bytes() == before
    close_dialogs()


def close_dialogs() -> None:
    from PySide6.QtWidgets import QApplication, QDialog

    for each in QApplication.topLevelWidgets():
        if isinstance(each, QDialog) and each.isVisible():
            each.reject()


def test_a_starter_is_saved_under_a_name_of_ones_own(opened: OpenWindow, qtbot: QtBot) -> None:
    opened.window.traffic.use_template(starters()[0])
    press(qtbot, Qt.Key.Key_S, CONTROL)
    assert opened.window._stack.currentWidget() is opened.window._places[TEMPLATES]
    close_dialogs()
    assert opened.desk.templates().all().templates == []


def test_every_starter_can_be_sent_as_it_is(opened: OpenWindow, qtbot: QtBot) -> None:
    for starter in starters():
        opened.window.traffic.use_template(starter)
        qtbot.waitUntil(lambda: opened.window.composition.is_settled and not opened.window.composition.findings)
    with qtbot.waitSignal(opened.window.sending.finished, timeout=30_000) as sent:
        opened.window.send()
    assert sent.args[0].outcome.status == 202


def test_control_o_looks_for_a_template_and_in_bulk_for_rows(
    opened: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(qtbot, Qt.Key.Key_O, CONTROL)
    assert opened.window._stack.currentWidget() is opened.window._places[TEMPLATES]
    assert opened.window.templates.search_box.hasFocus()
    asked = []
    opened.window.go_to(BULK)
    monkeypatch.setattr(opened.window.bulk, "choose_file", lambda: asked.append(True))
    press(qtbot, Qt.Key.Key_O, CONTROL)
    assert asked == [True]


def test_saving_twice_is_no_change_of_anothers(opened: OpenWindow, qtbot: QtBot, file: Path) -> None:
    use(opened)
    for name in ("One", "Two"):
        fill(qtbot, entry(opened.window, "/eventName"), name)
        press(qtbot, Qt.Key.Key_S, CONTROL)
    with qtbot.waitSignals([opened.window.compose.template.changed] * 2):
        pass
    assert json.loads(file.read_text())["event"]["eventName"] == "Two"
    assert not opened.window.compose.template_strip.isVisible()


def refused(opened: OpenWindow, qtbot: QtBot, file: Path) -> QPushButton:
    """Saves over another's change; returns the button that does it all the same."""
    use(opened)
    file.write_text(file.read_text().replace("Shipped", "Theirs"))
    fill(qtbot, entry(opened.window, "/eventName"), "Mine")
    press(qtbot, Qt.Key.Key_S, CONTROL)
    strip = opened.window.compose.template_strip
    qtbot.waitUntil(strip.isVisible)
    return next(each for each in strip.findChildren(QPushButton) if each.text() == "Save mine over it")


def test_what_is_saved_over_it_is_what_is_composed_then(opened: OpenWindow, qtbot: QtBot, file: Path) -> None:
    button = refused(opened, qtbot, file)
    fill(qtbot, entry(opened.window, "/eventName"), "Mine and more")
    with qtbot.waitSignal(opened.window.compose.template.changed):
        button.click()
    assert json.loads(file.read_text())["event"]["eventName"] == "Mine and more"
    assert not opened.window.compose.template.is_changed


def test_the_question_goes_with_the_template(opened: OpenWindow, qtbot: QtBot, file: Path) -> None:
    refused(opened, qtbot, file)
    while opened.window.compose.template.template is not None:
        opened.window.composition.undo()
    assert not opened.window.compose.template_strip.isVisible()


def test_what_was_saved_as_a_new_template_is_composed_from_it(opened: OpenWindow, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QApplication

    from composer.ui.templates.details import Details

    window = opened.window
    window.compose.json.take('{"eventName": "Kept", "customer": {"email": "a@shop.test"}, "uniqueId": "fixed"}')
    window.traffic.save_as_template()
    dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, Details) and each.isVisible())
    with qtbot.waitSignal(window.templates.changes.made):
        dialog.save.click()
    assert window.composition.get("/uniqueId") == "{{$uuid}}"
    template = window.compose.template
    assert template.template is not None
    assert template.template.name == "Kept"
    assert not template.is_changed
    window.composition.set("/eventName", "Changed")
    with qtbot.waitSignal(template.changed):
        window.traffic.save_template()
    assert opened.desk.templates().get("Kept").event["eventName"] == "Changed"
