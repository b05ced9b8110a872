"""The dialog for what is said about a template: its name and folder, a description, tags, the variables' defaults."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from composer.event.variables import asked
from composer.storage.templates import Template
from composer.storage.templates.names import MAX_CHARACTERS
from composer.ui.templates.defaults import DefaultsModel
from composer.ui.templates.defaults_table import DefaultsTable
from composer.ui.templates.painting import NameEntry
from composer.ui.theme import Theme
from composer.ui.widgets.choosers import ChooserEntry
from composer.ui.widgets.field import FieldBox, FieldRow
from composer.ui.widgets.messages import Notice, Wrapped
from composer.ui.widgets.pieces import GRID, Card, label, restyle
from composer.ui.widgets.table import ROW_HEIGHT

_MOST_NAMES_SEEN = 5
_HEADER = 28
_WIDTH = 560
_LESSON = (
    "A default is offered when the template is used. Numbers, true and false are kept as such; quotes make a text."
)


class Details(QDialog):
    """Edits what is said about `template`; its event stays as it is. It stays open until `accept` is called.

    Signals: `wanted(Template)` what is typed is to be saved; answer with `accept`, or with `fail`.
    """

    wanted = Signal(object)

    def __init__(
        self, theme: Theme, title: str, template: Template, folders: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.template = template
        self._is_saving = False
        names = asked(template.event)
        self.name = NameEntry(template.name)
        self.name.setMaxLength(MAX_CHARACTERS)
        self.folder = ChooserEntry(theme, lambda: [(each, each) for each in folders])
        self.folder.setText(template.folder)
        self.folder.setPlaceholderText("such as Shop/Returns")
        self.name_box, self.folder_box = FieldBox("Name", self.name), FieldBox("Folder", self.folder)
        self.names_row = FieldRow([(self.name_box, 3), (self.folder_box, 2)])
        self.description = QPlainTextEdit(template.description)
        self.description.setAccessibleName("Description")
        self.description.setTabChangesFocus(True)
        self.description.setPlaceholderText("What it is for, and when to use it")
        self.description.setFixedHeight(76)
        self.tags = NameEntry(", ".join(template.tags))
        self.tags.setPlaceholderText("separated by commas")
        self.notice = Notice()
        self.defaults = DefaultsModel(names, template.variables)
        self.defaults.setParent(self)
        self.table = DefaultsTable(theme, self.defaults, self)
        self.table.setFixedHeight(_HEADER + min(len(names), _MOST_NAMES_SEEN) * ROW_HEIGHT)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.button(QDialogButtonBox.StandardButton.Save)
        restyle(self.save, "look", "primary")
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        self._arrange(buttons, bool(names))
        self.name.textChanged.connect(self._typed)
        self.folder.textChanged.connect(self._typed)
        self.finished.connect(self.deleteLater)
        self._typed()

    @property
    def typed(self) -> Template:
        """The template as it is typed now."""
        folder = "/".join(part.strip() for part in self.folder.text().split("/") if part.strip())
        name = self.name.text().strip()
        tags = dict.fromkeys(tag.strip() for tag in self.tags.text().split(",") if tag.strip())
        return self.template._replace(
            path=f"{folder}/{name}" if folder else name,
            description=self.description.toPlainText().strip(),
            tags=tuple(tags),
            variables=self.defaults.defaults,
        )

    def fail(self, sentence: str, about_name: bool = False) -> None:
        """Say why it could not be saved."""
        self._is_saving = False
        if about_name:
            self.names_row.hint(self.name_box, sentence, True)
            self.name.setFocus()
            self.name.selectAll()
        else:
            self.notice.say("bad", sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._save()  # from the description, too, where Enter alone begins a line
        else:
            super().keyPressEvent(event)

    def _arrange(self, buttons: QDialogButtonBox, asks: bool) -> None:
        about = QVBoxLayout()
        about.setSpacing(3)
        about.addWidget(label("Description", "small"))
        about.addWidget(self.description)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.notice)
        column.addWidget(self.names_row)
        column.addLayout(about)
        column.addSpacing(4)
        column.addWidget(FieldBox("Tags", self.tags))
        if asks:
            frame = Card()
            frame.body.setContentsMargins(1, 1, 1, 1)
            frame.body.addWidget(self.table)
            column.addSpacing(GRID)
            column.addWidget(frame)
            column.addWidget(Wrapped(_LESSON, "small"))
        else:
            self.table.hide()
        column.addSpacing(GRID)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(_WIDTH)
        self.name.setFocus()
        self.name.selectAll()

    def _typed(self) -> None:
        self.names_row.hint(self.name_box, "", False)
        self.save.setEnabled(bool(self.name.text().strip()))

    def _save(self) -> None:
        if not self.save.isEnabled() or self._is_saving:
            return
        self.save.setFocus()  # takes over what is being typed in a cell
        self.notice.hide()
        if "/" in self.name.text():
            self.fail("A name can't have a “/”. Type folders at the right.", about_name=True)
            return
        self._is_saving = True
        self.wanted.emit(self.typed)
