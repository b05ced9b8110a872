"""The draft saves itself, however long somebody types without a pause."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from composer.ui.compose.composition import Composition
from composer.ui.compose.drafting import AUTOSAVE
from composer.ui.compose.place import ComposePlace
from composer.ui.desk import Desk
from tests.support.hands import OpenWindow, entry, fill, to_front


def test_typing_on_and_on_does_not_put_off_the_save(
    compose: ComposePlace, composition: Composition, desk: Desk, qtbot: QtBot
) -> None:
    compose.restore_draft(desk.draft)
    typed = 0

    def saved_meanwhile() -> bool:
        nonlocal typed
        typed += 1
        composition.set("/eventName", f"typed {typed}")  # at each look, so there is never a pause
        return "typed" in (desk.drafts.load(desk.draft) or "")

    qtbot.waitUntil(saved_meanwhile, timeout=20 * AUTOSAVE)


def test_two_windows_have_a_draft_each_and_both_come_back(open_window: Callable[[], OpenWindow], qtbot: QtBot) -> None:
    first, second = open_window(), open_window()
    for opened, name in ((first, "First"), (second, "Second")):
        to_front(opened.window, qtbot)
        fill(qtbot, entry(opened.window, "/eventName"), name)
    second.close()
    first.close()
    assert [open_window().window.composition.get("/eventName") for _ in range(2)] == ["First", "Second"]


def test_the_draft_of_a_program_that_died_is_free_again(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys; from composer.ui.desk import Desk; "
        "desk = Desk(pathlib.Path(sys.argv[1])); print(desk.draft, flush=True); os._exit(9)"
    )
    died = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)
    assert died.stdout == "compose\n"
    desk = Desk(tmp_path)
    assert desk.draft == "compose"
    desk.close()
