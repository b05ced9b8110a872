"""The right side of the place: the preview of one template, or words about whatever else is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from composer.storage.templates import Template
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.templates.preview import Preview
from composer.ui.templates.reading import Reading, read
from composer.ui.templates.rows import Kind, Line, counted
from composer.ui.templates.summary import Act, Summary
from composer.ui.theme import Theme
from composer.ui.widgets.messages import EmptyState

_MOST_NAMED = 20  # of those that are selected
_NONE_YET = "No templates of your own yet"
_LESSON = (
    "Compose an event and save it as a template, or choose a starter at the left and make a copy of it. "
    "What differs each time is written as {{name}} and asked for."
)


class Pages(QStackedWidget):
    """Shows what is chosen in the list; the texts are made in a thread. `folder` tells where the files are.

    Signals, all about what is chosen: `rename_wanted()`, `remove_wanted()`, `export_wanted()`, `folder_wanted()` its
    folder is to be opened. What is wanted of one template is told by `preview`.
    """

    rename_wanted = Signal()
    remove_wanted = Signal()
    export_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, theme: Theme, jobs: Jobs, folder: Callable[[], Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._reader = Latest(jobs)
        self._wanted: Template | None = None
        self._is_favourite = False
        self._empty = EmptyState("Nothing chosen", "Choose a template to see what is in it.")
        self._none_yet = EmptyState(_NONE_YET, _LESSON)
        self.preview = Preview(theme)
        self.summary = Summary()
        for page in (self._empty, self._none_yet, self.preview, self.summary):
            self.addWidget(page)
        self.preview.rename_wanted.connect(self.rename_wanted)
        self.preview.remove_wanted.connect(self.remove_wanted)
        self._rename: Act = ("Rename", self.rename_wanted.emit)
        self._remove: Act = ("Delete", self.remove_wanted.emit)
        self._export: Act = ("Export…", self.export_wanted.emit)

    @property
    def first(self) -> QWidget:
        """Where the keyboard goes first; a widget that can't have it while nothing is chosen."""
        page = self.currentWidget()
        if page is self.preview:
            return self.preview.event_text
        return self.summary.first if page is self.summary else self._empty

    def show_chosen(self, line: Line | None, selected: Sequence[Line], has_own: bool) -> None:
        """Show the current line, or the selected ones when there are several; `has_own`: there are templates of one's
        own to choose from.
        """
        self._wanted = None
        if len(selected) > 1:
            self._say_several(selected)
        elif line is None or line.kind in (Kind.SECTION, Kind.NOTE):
            self.setCurrentWidget(self._empty if has_own else self._none_yet)
        elif line.template is not None:
            self._read(line.template, line.is_favourite)
        elif line.kind is Kind.BROKEN:
            place = f"It is in {(self._folder() / line.path).parent}"
            acts = [("Open its folder", self.folder_wanted.emit), self._remove]
            self._say(line.name, f"{place}\nCorrect it there, and it is read again by itself.", acts, line.says)
        else:
            acts = [self._rename, self._export if line.holds else self._remove]
            self._say(line.name, counted(line.holds) if line.holds else "Nothing in it yet.", acts)

    def _read(self, template: Template, is_favourite: bool) -> None:
        self._wanted, self._is_favourite = template, is_favourite
        if self.preview.template is template:
            self._show_preview()
        else:
            self._reader.run(lambda: read(template), self._show_reading, _raise)

    def _show_reading(self, reading: Reading) -> None:
        if reading.template is self._wanted:
            self.preview.show_reading(reading)
            self._show_preview()

    def _show_preview(self) -> None:
        self.preview.show_favourite(self._is_favourite)
        self.setCurrentWidget(self.preview)

    def _say_several(self, lines: Sequence[Line]) -> None:
        names = [line.name for line in lines if line.kind is not Kind.SECTION]
        more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
        acts = [self._export] if can_give_out(lines) else []
        acts += [self._remove] if any(line.is_own or line.kind is Kind.BROKEN for line in lines) else []
        self._say(f"{len(names):,} chosen", ", ".join(names[:_MOST_NAMED]) + more, acts)

    def _say(self, name: str, text: str, acts: Sequence[Act], problem: str = "") -> None:
        self.summary.say(name, text, acts, problem)
        self.setCurrentWidget(self.summary)


def can_give_out(lines: Sequence[Line]) -> bool:
    """Whether there is a template among these lines, or below them, that can be exported."""
    return any(line.is_own or (line.kind is Kind.FOLDER and line.holds) for line in lines)


def _raise(error: Exception) -> None:
    raise error
