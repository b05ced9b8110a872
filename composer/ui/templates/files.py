"""The system's own dialogs for files and folders; each answers with nothing when a person thought better of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

FILES = "JSON (*.json);;All files (*)"


def files_to_take_in(parent: QWidget) -> list[Path]:
    """The files to be imported."""
    names, _ = QFileDialog.getOpenFileNames(parent, "Import templates", "", FILES)
    return [Path(name) for name in names]


def folder_to_give_out(parent: QWidget) -> Path | None:
    """The folder templates are to be exported into."""
    name = QFileDialog.getExistingDirectory(parent, "Export into a folder")
    return Path(name) if name else None


def folder_of_templates(parent: QWidget, now: Path) -> Path | None:
    """The folder in which templates are to be kept."""
    name = QFileDialog.getExistingDirectory(parent, "Keep templates in a folder", str(now))
    return Path(name) if name else None
