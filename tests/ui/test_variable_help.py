"""The menu of variables: it lists what there is, says what each gives, and what is chosen works in an event."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton
from pytestqt.qtbot import QtBot

from composer.event.variables import BUILT_INS, Context, asked, resolve
from composer.ui.compose.variable_help import VariableMenu
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from tests.ui.conftest import Show


@pytest.fixture
def menu(theme: Theme, jobs: Jobs, show: Show[QPushButton], qtbot: QtBot) -> VariableMenu:
    holder = QPushButton("Insert variable ▾")
    menu = VariableMenu(jobs, holder)
    holder.setMenu(menu)
    show(holder)
    return menu


def opened(menu: VariableMenu, qtbot: QtBot) -> dict[str, str]:
    """Open it, as a click does; what each entry inserts and what it says to give."""
    menu.popup(menu.parent().mapToGlobal(menu.parent().rect().bottomLeft()))  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: all("\t" in each.text() for each in entries(menu)))
    menu.close()
    return dict(each.text().replace("&&", "&").split("\t") for each in entries(menu))  # type: ignore[misc]


def entries(menu: QMenu) -> list[QAction]:
    """All entries, those of its groups too, in the order in which they stand."""
    found: list[QAction] = []
    for action in menu.actions():
        if isinstance(action.menu(), QMenu):
            found += entries(action.menu())
        elif action.text():
            found.append(action)
    return found


def test_every_built_in_is_there_with_what_it_gives_now(menu: VariableMenu, qtbot: QtBot) -> None:
    given = opened(menu, qtbot)
    assert {example for each in BUILT_INS for example in each.examples} <= set(given)
    assert re.fullmatch(r"[0-9a-f-]{36}", given["{{$uuid}}"])
    moment = datetime.strptime(given["{{$now}}"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
    assert given["{{$person}}"] == f"{given['{{$first_name}}']} {given['{{$last_name}}']}"
    assert given["{{$email}}"].startswith(given["{{$first_name}}"].lower())
    assert not any("{{" in each for each in given.values())


def test_the_names_in_use_stand_first(menu: VariableMenu, qtbot: QtBot) -> None:
    menu.show_names(["total", "order id"])
    assert list(opened(menu, qtbot))[:2] == ["{{total}}", "{{order id}}"]
    menu.show_names([f"name {number}" for number in range(200)])
    assert list(opened(menu, qtbot))[:2] == ["{{name 0}}", "{{name 1}}"]
    assert len(menu.actions()) < 20


def test_without_names_one_to_be_asked_for_is_offered(menu: VariableMenu, qtbot: QtBot) -> None:
    text = next(iter(opened(menu, qtbot)))
    assert asked(text) == ["name"]


def test_what_is_chosen_is_told_as_it_is_to_be_inserted(menu: VariableMenu, qtbot: QtBot) -> None:
    menu.show_names(["total"])
    opened(menu, qtbot)
    told: list[str] = []
    menu.chosen.connect(told.append)
    menu.popup(menu.parent().mapToGlobal(menu.parent().rect().bottomLeft()))  # type: ignore[attr-defined]
    menu.setActiveAction(entries(menu)[0])
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    for action in entries(menu):
        action.trigger()
    assert told[:2] == ["{{total}}", "{{total}}"]
    context = Context(datetime.now(UTC), "seed", {"total": 1})
    assert [resolve(text, context).findings for text in told] == [[]] * len(told)


def test_each_opening_says_what_is_given_then(menu: VariableMenu, qtbot: QtBot) -> None:
    assert opened(menu, qtbot)["{{$uuid}}"] != opened(menu, qtbot)["{{$uuid}}"]


def test_opened_again_it_does_not_fill_up_before_the_eyes(menu: VariableMenu, qtbot: QtBot) -> None:
    opened(menu, qtbot)
    menu.popup(menu.parent().mapToGlobal(menu.parent().rect().bottomLeft()))  # type: ignore[attr-defined]
    assert all("\t" in each.text() for each in entries(menu))
    menu.close()


def test_every_entry_says_what_it_is(menu: VariableMenu, qtbot: QtBot) -> None:
    opened(menu, qtbot)
    sentences = {each.sentence for each in BUILT_INS}
    assert sentences <= {each.toolTip() for each in entries(menu)}
