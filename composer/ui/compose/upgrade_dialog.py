"""An event of an older release, and what it becomes: shown before it takes the place of what is composed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from composer.event.differences import differences
from composer.ui.theme import Theme
from composer.ui.widgets.diff_view import DiffView
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.pieces import GRID, label, restyle

if TYPE_CHECKING:
    from composer.event.pasted import Pasted


class UpgradeDialog(QDialog):
    """Accepted when the upgraded event is wanted."""

    def __init__(self, theme: Theme, pasted: Pasted, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Upgrade an event")
        self.resize(720, 560)
        title = label("This event has the names of release 2.2.449", "title")
        said = Wrapped("", "muted")
        said.say(" ".join(("It becomes an event with today's names.", *pasted.remarks[1:])))
        self.view = DiffView(theme, "The old event and the new one")
        self.view.show_lines(differences(pasted.before, pasted.text))
        foot = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.use = foot.addButton("Use the upgraded event", QDialogButtonBox.ButtonRole.AcceptRole)
        restyle(self.use, "look", "primary")
        self.use.setDefault(True)
        foot.accepted.connect(self.accept)
        foot.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(GRID)
        column.addWidget(title)
        column.addWidget(said)
        column.addWidget(self.view, 1)
        column.addWidget(foot)
        self.finished.connect(self.deleteLater)
