"""What a person does to templates: written to the disk in threads and in order, said afterwards, and undone on wish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from composer.event.findings import Fix
from composer.event.payload import apply
from composer.storage.templates import Removed, Template, TemplateChanged, TemplateError, TemplateExists
from composer.storage.templates.names import folded, free
from composer.ui.jobs import Jobs
from composer.ui.templates.details import Details
from composer.ui.templates.rows import Kind, Line, folder_key_of, key_of
from composer.ui.templates.shelf import Shelf
from composer.ui.widgets.messages import Notice


class _Saved(NamedTuple):
    """A template as it was saved, and why it has not got its new path; None when it has."""

    template: Template
    refused: TemplateError | None = None


class Changes(QObject):
    """Changes the templates of a `Shelf`, which reads them again afterwards.

    Signals: `shown(str)` the path of a template to be shown; `made(Template)` a new one was written; `folder_made(str)`
    the key of a new folder's line, which is to be given a name.
    """

    shown = Signal(str)
    made = Signal(object)
    folder_made = Signal(str)

    def __init__(self, jobs: Jobs, shelf: Shelf, notice: Notice, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._shelf, self._notice = jobs, shelf, notice

    def create(self, template: Template, dialog: Details) -> None:
        """Write a new template; the dialog it was named in closes, or says why it can't be written."""
        templates = self._shelf.templates

        def failed(error: Exception) -> None:
            _tell(dialog, error)

        def done(made: Template) -> None:
            dialog.accept()
            self._say("good", f"“{made.name}” is saved.")
            self.shown.emit(made.path)
            self.made.emit(made)

        self._run(lambda: templates.create(template), done, failed)

    def save(self, template: Template, dialog: Details) -> None:
        """Write what was typed in the dialog about a template that is there, and give it its new path."""
        templates, old = self._shelf.templates, dialog.template.path

        def work() -> _Saved:
            saved = templates.save(template._replace(path=old))
            try:
                return _Saved(templates.rename(old, template.path))
            except TemplateError as error:
                return _Saved(saved, error)

        def done(saved: _Saved) -> None:
            if saved.refused is not None:
                dialog.template = saved.template
                _tell(dialog, saved.refused)
                self._shelf.refresh()
                return
            dialog.accept()
            self._notice.hide()
            self._shelf.move_favourites([(old, saved.template.path)])
            self.shown.emit(saved.template.path)

        def failed(error: Exception) -> None:
            if not isinstance(error, TemplateChanged):
                _tell(dialog, error)
                return
            dialog.accept()
            self._ask_whose(template._replace(path=old), error)

        self._run(work, done, failed)

    def repair(self, template: Template, fix: Fix) -> None:
        """Save a template with a repair of its event, which can be undone."""
        templates = self._shelf.templates
        repaired = template._replace(event=apply(template.event, fix.edits))

        def undo(saved: Template) -> None:
            back = template._replace(digest=saved.digest)
            self._run(lambda: templates.save(back), lambda _: self._renamed(template.path, template.path))

        def done(saved: Template) -> None:
            self._say("good", f"“{saved.name}” is saved with the repair.", ("Undo", lambda: undo(saved)))
            self._shelf.refresh(key_of(saved.path))

        def failed(error: Exception) -> None:
            if isinstance(error, TemplateChanged):
                self._ask_whose(repaired, error)
            else:
                self._failed(error)

        self._run(lambda: templates.save(repaired), done, failed)

    def rename(self, line: Line, name: str) -> None:
        """Give a template or a folder another name."""
        templates = self._shelf.templates
        above = line.path.rpartition("/")[0]
        new = f"{above}/{name}" if above else name
        if line.kind is Kind.FOLDER:
            self._run(lambda: templates.rename_folder(line.path, new), lambda _: self._folder_renamed(line.path, new))
        else:
            self._run(lambda: templates.rename(line.path, new).path, lambda path: self._renamed(line.path, path))

    def duplicate(self, template: Template) -> None:
        """Make a copy beside a template; of a starter, one that can be changed."""
        templates = self._shelf.templates

        def work() -> Template:
            if not template.starter:
                return templates.duplicate(template.path)
            there = templates.all()
            taken = {
                folded(path)
                for path in (*(each.path for each in there.templates), *(each.path for each in there.broken))
            }
            return templates.create(template._replace(path=free(template.name, taken), starter=False))

        self._run(work, lambda made: self.shown.emit(made.path))

    def remove(self, lines: Sequence[Line]) -> None:
        """Delete templates, broken files, and empty folders; what is said about it offers to bring all of it back."""
        templates = self._shelf.templates
        files = {line.path for line in lines if line.is_own or line.kind is Kind.BROKEN}
        folders = {line.path for line in lines if line.kind is Kind.FOLDER}
        if not files and not folders:
            return

        def work() -> list[Removed | str]:
            gone: list[Removed | str] = []
            try:
                gone += [templates.remove(path) for path in sorted(files)]
                for folder in sorted(folders, reverse=True):  # those inside others first
                    templates.remove_folder(folder)
                    gone.append(folder)
            except TemplateError:
                self._bring_back(gone)
                raise
            return gone

        def done(gone: list[Removed | str]) -> None:
            names = [each if isinstance(each, str) else each.path for each in gone]
            what = f"“{names[0].rpartition('/')[2]}” is" if len(names) == 1 else f"{len(names):,} are"
            self._say("accent", f"{what} deleted.", ("Undo", lambda: self._undo_remove(gone)))
            self._shelf.refresh()

        self._run(work, done)

    def make_folder(self, above: str) -> None:
        """Make a folder in the folder `above`."""
        taken = {folded(each) for each in self._shelf.folders}
        folder = free(f"{above}/New folder" if above else "New folder", taken)
        templates = self._shelf.templates
        self._run(
            lambda: templates.make_folder(folder),
            lambda _: self.folder_made.emit(folder),
        )

    def take_in(self, files: Sequence[Path], folder: str) -> None:
        """Import files into a folder."""
        templates = self._shelf.templates

        def done(made: list[Template]) -> None:
            self._say("good", f"{_count(len(made))} imported.")
            self.shown.emit(made[0].path)

        self._run(lambda: templates.take_in(files, folder), done)

    def give_out(self, paths: Sequence[str], target: Path) -> None:
        """Export templates as files into a folder."""
        templates = self._shelf.templates
        self._run(
            lambda: templates.give_out(paths, target),
            lambda made: self._say("good", f"{_count(len(made))} exported to {target}."),
        )

    def _renamed(self, old: str, new: str) -> None:
        self._notice.hide()
        self._shelf.move_favourites([(old, new)])
        self.shown.emit(new)

    def _folder_renamed(self, old: str, new: str) -> None:
        self._notice.hide()
        inside = [each for each in self._shelf.favourites if each.startswith(f"{old}/")]
        self._shelf.move_favourites([(each, new + each.removeprefix(old)) for each in inside])
        self._shelf.move_folder(old, new)

    def _undo_remove(self, gone: Sequence[Removed | str]) -> None:
        def done(_: None) -> None:
            self._notice.hide()
            first = gone[0]
            if isinstance(first, Removed):
                self.shown.emit(first.path)
            else:
                self._shelf.refresh(folder_key_of(first))

        self._run(lambda: self._bring_back(gone), done)

    def _bring_back(self, gone: Sequence[Removed | str]) -> None:
        """Runs in a thread."""
        for each in reversed(gone):
            if isinstance(each, Removed):
                self._shelf.templates.restore(each)
            else:
                self._shelf.templates.make_folder(each)

    def _ask_whose(self, mine: Template, error: TemplateChanged) -> None:
        """Somebody else has saved it, too. Whichever is taken, the other one can be brought back."""
        templates, theirs = self._shelf.templates, error.theirs

        def keep() -> Removed | None:
            removed = None
            if theirs is None:  # gone, or broken: then its bytes are all there is
                try:
                    removed = templates.remove(mine.path)
                except TemplateError:
                    removed = None
            templates.save(mine, overwrite=True)
            return removed

        def bring_back(removed: Removed | None) -> None:
            if theirs is not None:
                templates.save(theirs, overwrite=True)
                return
            templates.remove(mine.path)
            if removed is not None:
                templates.restore(removed)

        def kept(removed: Removed | None) -> None:
            self._say("good", "Yours is saved.", ("Undo", lambda: self._run(lambda: bring_back(removed), read_again)))
            self.shown.emit(mine.path)

        def read_again(_: object) -> None:
            self._notice.hide()
            self._shelf.refresh(key_of(mine.path))

        def keep_mine() -> None:
            self._run(keep, kept)

        def take_theirs() -> None:
            self._say("accent", "Theirs is kept.", ("Undo", keep_mine))
            self._shelf.refresh(key_of(mine.path))

        self._notice.say("caution", str(error), [("Keep mine", keep_mine), ("Take theirs", take_theirs)])
        self._shelf.refresh()

    def _run(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self._jobs.run(work, done, failed or self._failed, in_order=True)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, TemplateError):
            raise error
        self._say("bad", str(error))
        self._shelf.refresh()

    def _say(self, tone: str, sentence: str, *acts: tuple[str, Callable[[], object]]) -> None:
        self._notice.say(tone, sentence, [*acts, ("Close", self._notice.hide)])


def _tell(dialog: Details, error: Exception) -> None:
    if not isinstance(error, TemplateError):
        dialog.fail("It could not be saved.")
        raise error
    dialog.fail(str(error), about_name=isinstance(error, TemplateExists))


def _count(templates: int) -> str:
    return f"{templates:,} {'template is' if templates == 1 else 'templates are'}"
