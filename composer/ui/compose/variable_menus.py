"""The two menus of a variable: what its value is read as, and what else can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QPushButton

from composer.event.payload import MISSING, Json
from composer.ui.compose.composition import shown
from composer.ui.compose.variable_row import ValueKind, VariableRow, same
from composer.ui.compose.variable_values import why_not_kept

_LONGEST = 40  # characters of a store's name or a value


def choose_kind(row: VariableRow, choose: Callable[[ValueKind], object]) -> None:
    """Open the menu of types below the row's button."""
    menu = QMenu(row)
    for kind in ValueKind:
        action = menu.addAction(kind.value)
        action.setCheckable(True)
        action.setChecked(kind is row.kind)
        action.triggered.connect(partial(_do, partial(choose, kind)))
    _pop_up(menu, row.kind_button)


def offer_more(
    row: VariableRow, store: str, default: Json, keep: Callable[[Json], object], forget: Callable[[], object]
) -> None:
    """Open the menu of the row's value; `default` is the one that the store has for it, or MISSING."""
    menu = QMenu(row)
    value = row.value
    if row.kind is ValueKind.TEXT:
        _offer(menu, "Give an empty text", partial(row.give, ""), value != "")
    _offer(menu, "Take the value away", partial(row.give, MISSING), value is not MISSING or bool(row.problem))
    menu.addSeparator()
    is_new = value is not MISSING and not same(value, default)
    refusal = why_not_kept(row.name, value) if is_new else ""
    words = refusal or f"Keep as the default for {_cut(store)}"
    _offer(menu, words, partial(keep, value), is_new and not refusal)
    if default is not MISSING:
        words = "an empty text" if default == "" else _cut(shown(default))
        _offer(menu, f"Use the default: {words}", partial(row.give, default), not same(value, default))
        _offer(menu, "Forget the default", forget)
    _pop_up(menu, row.menu_button)


def _offer(menu: QMenu, words: str, act: Callable[[], object], is_possible: bool = True) -> None:
    action = menu.addAction(words.replace("&", "&&").replace("\t", " ").replace("\n", " "))
    action.setEnabled(is_possible)
    action.triggered.connect(partial(_do, act))


def _do(act: Callable[[], object], _checked: bool = False) -> None:
    act()


def _pop_up(menu: QMenu, below: QPushButton) -> None:
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(below.mapToGlobal(QPoint(0, below.height())))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
