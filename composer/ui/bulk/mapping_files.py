"""What the mapping page asks for: a name to keep a mapping under, and a file with an event to start from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QVBoxLayout, QWidget

from composer.event.jsontext import JsonTextError
from composer.event.limits import MAX_PAYLOAD_BYTES
from composer.event.payload import Json
from composer.ui.widgets.field import Entry, FieldBox
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.pieces import GRID, restyle

LONGEST_NAME = 100  # characters
FILES = "JSON (*.json *.jsonl *.ndjson);;All files (*)"


def ask_for_name(parent: QWidget, taken: Sequence[str], act: Callable[[str], object]) -> QDialog:
    """Ask for a name and call `act` with it; says when a mapping of that name is replaced. Does not block."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Save the mapping")
    entry = Entry()
    entry.setMaxLength(LONGEST_NAME)
    entry.setPlaceholderText("such as March orders")
    note = Wrapped(" ", "muted")
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
    save = buttons.button(QDialogButtonBox.StandardButton.Save)
    restyle(save, "look", "primary")
    save.setEnabled(False)
    purpose = "It is offered again for every file with the same columns."
    note.say(purpose)

    def typed(text: str) -> None:
        save.setEnabled(bool(text.strip()))
        is_taken = text.strip() in taken
        note.say(f"The mapping “{text.strip()}” is replaced." if is_taken else purpose)
        save.setText("Replace" if is_taken else "Save")

    entry.textEdited.connect(typed)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    dialog.accepted.connect(lambda: act(entry.text().strip()))
    dialog.finished.connect(dialog.deleteLater)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    column.setSpacing(GRID)
    column.addWidget(FieldBox("Name of the mapping", entry))
    column.addWidget(note)
    column.addWidget(buttons)
    dialog.setMinimumWidth(380)
    dialog.open()
    entry.setFocus()
    return dialog


def ask_for_event(parent: QWidget, act: Callable[[Json], object], failed: Callable[[str], object]) -> None:
    """Ask for a file, and call `act` with the first event in it, or `failed` with a sentence."""
    name, _ = QFileDialog.getOpenFileName(parent, "Start every row from an event", "", FILES)
    if name:
        try:
            act(first_event(Path(name)))
        except ValueError as problem:
            failed(str(problem))


def first_event(path: Path) -> Json:
    """The first event of a file. Raises ValueError with a sentence when there is none that can be a base."""
    from composer.event.documents import read

    try:
        if path.stat().st_size > MAX_PAYLOAD_BYTES:
            raise ValueError(f"“{path.name}” is too large for one event. Choose a file with a single event.")
        document = read(path.read_bytes())
    except OSError as error:
        raise ValueError(f"“{path.name}” can't be read: {error.strerror or error}.") from None
    except JsonTextError as error:
        raise ValueError(f"“{path.name}” is not JSON: {error}") from None
    if not document.events or not isinstance(document.events[0].payload, dict):
        raise ValueError(f"There is no event in “{path.name}”. An event is a JSON object.")
    return document.events[0].payload
