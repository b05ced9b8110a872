"""The draft saves itself, however long somebody types without a pause."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from composer.ui.compose.composition import Composition
from composer.ui.compose.drafting import AUTOSAVE, NAME
from composer.ui.compose.place import ComposePlace
from composer.ui.desk import Desk


def test_typing_on_and_on_does_not_put_off_the_save(
    compose: ComposePlace, composition: Composition, desk: Desk, qtbot: QtBot
) -> None:
    compose.restore_draft()
    typed = 0

    def saved_meanwhile() -> bool:
        nonlocal typed
        typed += 1
        composition.set("/eventName", f"typed {typed}")  # at each look, so there is never a pause
        return "typed" in (desk.drafts.load(NAME) or "")

    qtbot.waitUntil(saved_meanwhile, timeout=20 * AUTOSAVE)
