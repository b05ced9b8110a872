"""Tells when something in the templates' folder has changed on disk, whoever changed it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from composer.ui.jobs import Later

CALM = 200  # milliseconds without another change


class FolderWatch(QObject):
    """Watches folders, and single files for what is written into them in place.

    Signals: `changed()` once for what changed in short succession.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._calm = Later(CALM, self.changed.emit, self)
        self._watcher.directoryChanged.connect(lambda _: self._calm.start())
        self._watcher.fileChanged.connect(lambda _: self._calm.start())

    def watch(self, paths: Sequence[str]) -> None:
        """Watch these paths, which exist, and no others."""
        wanted = set(paths)
        now = {*self._watcher.directories(), *self._watcher.files()}
        if gone := now - wanted:
            self._watcher.removePaths(list(gone))
        if new := wanted - now:
            self._watcher.addPaths(list(new))
