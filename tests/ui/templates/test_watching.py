"""What changes in the folder is told once, soon after."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from composer.ui.templates.watching import CALM, FolderWatch


def test_changes_in_short_succession_are_told_once(tmp_path: Path, qtbot: QtBot) -> None:
    owner = QObject()
    watch = FolderWatch(owner)
    watch.watch([str(tmp_path)])
    left = list(range(5))
    writing = QTimer(owner)
    writing.timeout.connect(lambda: (tmp_path / f"{left.pop()}.json").write_text("{}") if left else writing.stop())
    with qtbot.waitSignal(watch.changed):
        writing.start(CALM // 10)
    assert not left
    with qtbot.assertNotEmitted(watch.changed, wait=2 * CALM):
        pass


def test_what_is_no_longer_watched_is_not_told_of(tmp_path: Path, qtbot: QtBot) -> None:
    owner = QObject()
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    watch = FolderWatch(owner)
    watch.watch([str(one)])
    watch.watch([str(two)])
    (one / "a.json").write_text("{}")
    with qtbot.assertNotEmitted(watch.changed, wait=2 * CALM):
        pass
    with qtbot.waitSignal(watch.changed):
        (two / "b.json").write_text("{}")
