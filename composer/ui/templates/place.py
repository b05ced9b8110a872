"""The Templates place: how not to type this again. A list with a preview."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from composer.event.payload import Json
from composer.storage.settings import Settings
from composer.storage.templates import Template, Templates
from composer.storage.templates.names import tidy
from composer.ui.jobs import Jobs, Later
from composer.ui.templates import files
from composer.ui.templates.changes import Changes
from composer.ui.templates.details import Details
from composer.ui.templates.list import TemplateList
from composer.ui.templates.model import LinesModel
from composer.ui.templates.pages import Pages, can_give_out
from composer.ui.templates.rows import STARTERS, Kind, best, counted, favourite_key, folder_key_of, key_of
from composer.ui.templates.search_box import SearchBox
from composer.ui.templates.shelf import Seen, Shelf
from composer.ui.theme import Theme
from composer.ui.widgets.messages import EmptyState, Notice
from composer.ui.widgets.pieces import GRID, Card, button, label
from composer.ui.widgets.place import Pane, Place
from composer.ui.widgets.side_by_side import side_by_side

PATIENCE = 500  # milliseconds before a wait is said
_READING = ("Reading the templates…", "They are shown as soon as all of them are read.")
_NOTHING_FOUND = ("Nothing found", "Names, folders, descriptions, tags and event names were searched.")


class TemplatesPlace(Place):
    """The templates on disk, by folders, and the chosen one beside them. The disk is used in threads.

    Signals: `use_wanted(Template)` one is to be composed; `bulk_wanted(Template)` one is to be sent many times;
    `folder_chosen(str)` the folder in which templates are to be kept from now on, answer with `open_folder`;
    `state_said(str)` what the window's last line says.
    """

    use_wanted = Signal(object)
    bulk_wanted = Signal(object)
    folder_chosen = Signal(str)
    state_said = Signal(str)

    def __init__(
        self, theme: Theme, jobs: Jobs, templates: Templates, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._seen: Seen | None = None
        self._words = ""
        self._is_naming = False  # a folder just made is given its name
        self._unread = ""  # why the last reading failed
        self.notice = Notice()
        self.shelf = Shelf(jobs, templates, settings, self)
        self.changes = Changes(jobs, self.shelf, self.notice, self)
        self.model = LinesModel()
        self.model.setParent(self)
        self.list = TemplateList(theme, self.model)
        self.search_box = SearchBox(self.list)
        self.count = label("", "small")
        self.pages = Pages(theme, jobs, lambda: self.shelf.templates.folder)
        self.new_folder = button("New folder", self._make_folder)
        self.take_in = button("Import…", self._take_in)
        self.give_out = button("Export…", self._give_out)
        self.folder = button("Folder…", self._choose_folder)
        self._not_found, self._reading = EmptyState(*_NOTHING_FOUND), EmptyState(*_READING)
        self._impatience = Later(PATIENCE, lambda: self._lists.setCurrentWidget(self._reading), self)
        self._arrange()
        self._connect()

    def home(self) -> QWidget:
        return self.list

    def panes(self) -> list[Pane]:
        return [Pane(self.search_box, self.search_box), Pane(self.list, self.list), Pane(self.pages, self.pages.first)]

    def refresh(self) -> None:
        """Read what has changed on disk; choice and view stay."""
        self.shelf.refresh()

    def show_template(self, path: str) -> None:
        """Go to the template with this path, as soon as it is read."""
        self.search_box.clear()
        self.shelf.search("")
        self.shelf.open_to(path)
        self.shelf.refresh(key_of(path))

    def save_new(self, event: Json, variables: dict[str, Json], suggested: str) -> None:
        """Ask under which name and in which folder an event is kept as a template, write it and show it."""
        name = f"{self._folder_now()}/{tidy(suggested, 'Event')}".removeprefix("/")
        dialog = self._open_details("Save as template", Template(name, event, variables=variables))
        dialog.wanted.connect(lambda template: self.changes.create(template, dialog))

    def open_folder(self, templates: Templates) -> None:
        """Show the templates of another folder."""
        self._seen = None
        self._impatience.start()
        self.shelf.open_folder(templates)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowActivate and self.isVisible():
            self.refresh()  # a watcher does not see everything
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._seen is None:
            self._impatience.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not self.window().isMinimized() and self.notice.property("tone") in ("good", "accent"):
            self.notice.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.search_box.setFocus()
            self.search_box.selectAll()
        else:
            super().keyPressEvent(event)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(label("Templates", "title"))
        head.addWidget(self.count)
        head.addStretch(1)
        for each in (self.new_folder, self.take_in, self.give_out, self.folder):
            head.addWidget(each)
        frame = Card()
        frame.body.setContentsMargins(1, 1, 1, 1)
        self._lists = QStackedWidget()
        self._lists.addWidget(self.list)
        self._lists.addWidget(self._not_found)
        self._lists.addWidget(self._reading)
        frame.body.addWidget(self._lists)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.search_box)
        column.addWidget(frame, 1)
        split = side_by_side(left, self.pages, (480, 560), (2, 3))
        left.setMinimumWidth(280)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 12, 14, 12)
        outer.setSpacing(GRID)
        outer.addLayout(head)
        outer.addWidget(self.notice)
        outer.addWidget(split, 1)

    def _connect(self) -> None:
        self.shelf.read.connect(self._show)
        self.shelf.failed.connect(self._could_not_read)
        self.changes.shown.connect(self.show_template)
        self.changes.folder_made.connect(self._name_folder)
        self.model.renamed.connect(self.changes.rename)
        self.search_box.textChanged.connect(self.shelf.search)
        self.search_box.returnPressed.connect(self._use_found)
        self.list.chosen.connect(self._show_chosen)
        self.list.used.connect(lambda line: self.use_wanted.emit(line.template))
        self.list.flipped.connect(self.shelf.flip)
        self.list.removed.connect(self._remove)
        self.pages.rename_wanted.connect(self.list.rename)
        self.pages.remove_wanted.connect(self._remove)
        self.pages.export_wanted.connect(self._give_out)
        self.pages.folder_wanted.connect(self._open_its_folder)
        preview = self.pages.preview
        preview.use_wanted.connect(self.use_wanted)
        preview.bulk_wanted.connect(self.bulk_wanted)
        preview.duplicate_wanted.connect(self.changes.duplicate)
        preview.edit_wanted.connect(self._edit)
        preview.fix_wanted.connect(self.changes.repair)
        preview.favourite_flipped.connect(lambda template: self.shelf.flip_favourite(favourite_key(template)))

    def _show(self, seen: Seen, go_to: str) -> None:
        is_first, self._seen = self._seen is None, seen
        self._impatience.stop()
        has_new_words, self._words = seen.words != self._words, seen.words
        if not go_to and (has_new_words or (is_first and seen.listing.templates)):
            go_to = best(seen.lines, seen.words)
        self._lists.setCurrentWidget(self.list if seen.lines else self._not_found)
        self.list.show_lines(seen.lines, seen.rows, go_to)
        if self._is_naming and go_to:
            self._is_naming = False
            self.list.rename()
        count, folders = len(seen.listing.templates), len(seen.listing.folders)
        said = counted(count)
        self.count.setText(said if count else "")
        inside = f" in {folders:,} {'folder' if folders == 1 else 'folders'}" if folders else ""
        self.state_said.emit(f"{said}{inside} · {_short(self.shelf.templates.folder)}")
        if self._unread and self.notice.sentence == self._unread:
            self.notice.hide()
        self._unread = ""

    def _could_not_read(self, sentence: str) -> None:
        self._impatience.stop()
        self._lists.setCurrentWidget(self.list)
        self.notice.say("bad", sentence, [("Try again", self.refresh)])
        self._unread = self.notice.sentence

    def _show_chosen(self) -> None:
        selected = self.list.selected
        self.give_out.setEnabled(can_give_out(selected))
        has_own = self._seen is None or bool(self._seen.listing.templates or self._seen.listing.broken)
        self.pages.show_chosen(self.list.line, selected, has_own)

    def _use_found(self) -> None:
        line = self.list.line
        if line is not None and line.template is not None:
            self.use_wanted.emit(line.template)

    def _edit(self, template: Template) -> None:
        dialog = self._open_details("Edit details", template)
        dialog.wanted.connect(lambda typed: self.changes.save(typed, dialog))

    def _open_details(self, title: str, template: Template) -> Details:
        dialog = Details(self._theme, title, template, self.shelf.folders, self)
        dialog.open()
        return dialog

    def _remove(self) -> None:
        self.changes.remove(self.list.selected)

    def _make_folder(self) -> None:
        line = self.list.line
        above = line.path.rpartition("/")[0] if line is not None and line.kind is Kind.FOLDER else self._folder_now()
        self.changes.make_folder(above)

    def _name_folder(self, folder: str) -> None:
        self._is_naming = True
        self.search_box.clear()
        self.shelf.open_to(folder)
        self.shelf.refresh(folder_key_of(folder))

    def _folder_now(self) -> str:
        """The folder one is in."""
        line = self.list.line
        if line is None or line.section == STARTERS:
            return ""
        return line.path if line.kind is Kind.FOLDER else line.path.rpartition("/")[0]

    def _take_in(self) -> None:
        if chosen := files.files_to_take_in(self):
            self.changes.take_in(chosen, self._folder_now())

    def _paths_to_give_out(self) -> list[str]:
        """The selected templates, and those in selected folders, each once."""
        selected = self.list.selected
        paths = {line.path for line in selected if line.is_own}
        above = tuple(f"{line.path}/" for line in selected if line.kind is Kind.FOLDER)
        if above and self._seen is not None:
            paths |= {each.path for each in self._seen.listing.templates if each.path.startswith(above)}
        return sorted(paths)

    def _give_out(self) -> None:
        paths = self._paths_to_give_out()
        if paths and (target := files.folder_to_give_out(self)) is not None:
            self.changes.give_out(paths, target)

    def _choose_folder(self) -> None:
        if (folder := files.folder_of_templates(self, self.shelf.templates.folder)) is not None:
            self.folder_chosen.emit(str(folder))

    def _open_its_folder(self) -> None:
        line = self.list.line
        if line is not None:
            folder = (self.shelf.templates.folder / line.path).parent
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
                self.notice.say("caution", f"No program was found that opens the folder {folder}.")


def _short(folder: Path) -> str:
    """A folder's path, from home as ~."""
    home = Path.home()
    return str(Path("~") / folder.relative_to(home)) if folder.is_relative_to(home) else str(folder)
