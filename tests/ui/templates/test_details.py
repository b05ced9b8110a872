"""The details of a template are typed with the keyboard alone, and what is typed is what is saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from pytestqt.qtbot import QtBot

from composer.storage.templates import Template
from composer.ui.templates.details import Details
from composer.ui.theme import Theme
from tests.support.hands import focused, press, to_front
from tests.ui.templates.conftest import event

TEMPLATE = Template("Shop/Order", event(value="{{total}}", data={"Id": "{{id}}"}), "Words.", ("a", "b"), {"gone": 1})


@pytest.fixture
def dialog(theme: Theme, qtbot: QtBot) -> Iterator[Details]:
    dialog = Details(theme, "Edit details", TEMPLATE, ["Shop", "Shop/Deep"])
    dialog.open()
    to_front(dialog, qtbot)
    yield dialog
    dialog.reject()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_it_opens_with_what_is_there_and_the_name_selected(dialog: Details) -> None:
    assert dialog.typed == TEMPLATE
    assert focused() is dialog.name
    assert dialog.name.selectedText() == "Order"


def test_defaults_are_typed_in_the_table_and_the_last_one_is_taken_by_save(dialog: Details, qtbot: QtBot) -> None:
    dialog.table.setFocus()
    qtbot.keyClicks(dialog.table, "1")
    qtbot.keyClicks(focused(), "2.5")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: focused() is dialog.table)
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.keyClicks(focused(), "ord_1")
    with qtbot.waitSignal(dialog.wanted) as wanted:
        dialog.save.click()
    assert wanted.args[0].variables == {"gone": 1, "total": 12.5, "id": "ord_1"}
    with qtbot.assertNotEmitted(dialog.wanted):  # until it is answered
        dialog.save.click()


def test_escape_in_a_cell_gives_up_the_cell_and_not_the_dialog(dialog: Details, qtbot: QtBot) -> None:
    dialog.table.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    qtbot.keyClicks(focused(), "x")
    press(qtbot, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.typed == TEMPLATE


def test_ctrl_enter_saves_from_the_description(dialog: Details, qtbot: QtBot) -> None:
    dialog.description.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.wanted):
        press(qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize(
    ("name", "folder", "path"),
    [("Order", "", "Order"), (" Order ", "Shop//Deep/ /", "Shop/Deep/Order"), ("a", " x / y ", "x/y/a")],
)
def test_name_and_folder_make_the_path(dialog: Details, name: str, folder: str, path: str) -> None:
    dialog.name.setText(name)
    dialog.folder.setText(folder)
    assert dialog.typed.path == path


def test_without_a_name_it_can_t_be_saved(dialog: Details) -> None:
    dialog.name.setText("  ")
    assert not dialog.save.isEnabled()


def test_a_slash_belongs_into_the_folder(dialog: Details, qtbot: QtBot) -> None:
    dialog.name.setText("a/b")
    with qtbot.assertNotEmitted(dialog.wanted):
        dialog.save.click()
    assert "“/”" in dialog.name.accessibleDescription()


def test_an_event_that_asks_for_nothing_has_no_table(theme: Theme, qtbot: QtBot, show: Any) -> None:
    dialog = show(Details(theme, "Edit details", Template("x", event()), []))
    assert not dialog.table.isVisible()
