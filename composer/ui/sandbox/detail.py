"""The right side of the sandbox: one stored event or profile, in a few facts and as JSON."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QStackedWidget, QVBoxLayout, QWidget

from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.sandbox.rows import Record, as_stored, identity
from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor
from composer.ui.widgets.messages import EmptyState
from composer.ui.widgets.pieces import GRID, Card, Elided, label

_FACTS = 5


class Detail(QWidget):
    """Shows one record, or says that nothing is chosen."""

    def __init__(self, theme: Theme, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reader = Latest(jobs)
        self.shown: Record | None = None
        self.title = Elided("", "heading")
        self._labels = [label("", "small") for _ in range(_FACTS)]
        self.facts = [Elided() for _ in range(_FACTS)]
        self.json = JsonEditor(theme, read_only=True)
        self.json.setAccessibleName("JSON as stored")
        card = Card()
        card.body.addWidget(self.title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        for row, (name, fact) in enumerate(zip(self._labels, self.facts, strict=True)):
            grid.addWidget(name, row, 0)
            grid.addWidget(fact, row, 1)
        card.body.addLayout(grid)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(card)
        column.addWidget(self.json, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(EmptyState("Nothing chosen", "Choose a row to see it as Redo would keep it."))
        self._pages.addWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def show_nothing(self) -> None:
        """Say that nothing is chosen."""
        self.shown = None
        self._pages.setCurrentIndex(0)

    def show_record(self, record: Record, facts: list[tuple[str, str]]) -> None:
        """Show an event or a profile; `facts` are _FACTS pairs of label and text."""
        self.shown = record
        self.title.setText(str(record["event"].get("eventName", "")) if "event" in record else identity(record))
        for name, fact, (title, text) in zip(self._labels, self.facts, facts, strict=True):
            name.setText(title)
            fact.setText(" ".join(text.split()))
            fact.setAccessibleName(f"{title}: {text}")
        self._pages.setCurrentIndex(1)
        self._reader.run(lambda: as_stored(record), lambda text: self._show_json(record, text), _raise)

    def _show_json(self, record: Record, text: str) -> None:
        if record is self.shown:
            self.json.show_text(text)


def _raise(error: Exception) -> None:
    raise error
