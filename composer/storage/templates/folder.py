"""The folder of templates: read and changed without ever overwriting what others did there meanwhile."""

from __future__ import annotations

import os
import stat
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from composer.storage.templates import exchange, files, names
from composer.storage.templates.places import Places, exists
from composer.storage.templates.scan import ENDING, Memory, scan
from composer.storage.templates.template import (
    Listing,
    Template,
    TemplateChanged,
    TemplateError,
    called,
    digest,
    read,
    written,
)


class Removed(NamedTuple):
    """A file that was removed, as `Templates.restore` takes it."""

    path: str
    data: bytes
    mode: int


class Templates:
    """The templates in `folder`, which is made when the first is written. Any thread may ask, and so may others: what
    is on the disk counts. Every method may raise TemplateError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._memory = Memory()
        self._places = Places(folder)
        self._lock = threading.Lock()  # held while writing; other processes are met by the checks

    def all(self) -> Listing:
        """Everything in the folder as it is now; only what changed is read again."""
        return self._memory.listing(self.folder)

    def state(self) -> object:
        """Equal to an earlier one as long as nothing in the folder changed; no file is read for it."""
        return scan(self.folder)

    def file(self, path: str) -> Path:
        """The file of the template at `path`, whether it is there or not."""
        names.check_path(path)
        return self._places.file(path)

    def get(self, path: str) -> Template:
        """The template at `path`. Raises TemplateError when it is gone or broken."""
        return read(self._bytes(path), path)

    def create(self, template: Template) -> Template:
        """Write a new file. Raises TemplateExists when the name is taken."""
        data = written(template)
        with self._lock:
            return self._places.put(template.path, data)

    def save(self, template: Template, overwrite: bool = False) -> Template:
        """Write a template that was read back to its file; one that is not changed leaves the file as it is.

        Raises TemplateChanged when the file is not the one that was read, unless `overwrite` says that it is known.
        """
        if template.starter:
            raise TemplateError(f"{called(template.name)} comes with the program. Save it under a name of your own.")
        data, file = written(template), self.file(template.path)
        with self._lock:
            now = files.read_bytes(file)
            if now is None:
                if not overwrite:
                    raise _removed(template)
                return self._places.put(template.path, data)
            if not _says_the_same(now, data, template.path):
                real = Path(os.path.realpath(file))
                with files.explained(file, "written"), files.beside(real, data, files.mode_of(real)) as part:
                    if not overwrite:
                        _refuse_changed(template, files.read_bytes(file))
                    part.replace(real)
                    files.flush_folder(real.parent)
                now = data
            return read(now, template.path)

    def rename(self, path: str, new: str) -> Template:
        """Give a template another name or folder; a new folder is made. Raises TemplateExists."""
        template = self.get(path)
        if new == path:
            return template
        with self._lock:
            old = self.file(path)
            target = self._places.free_path(new, but=path)
            file = self.file(target)
            self._places.make(target.rpartition("/")[0])
            with files.explained(old, "renamed"):
                try:
                    _move(old, file)
                except FileExistsError:
                    raise exists(target) from None
        return self.get(target)

    def duplicate(self, path: str) -> Template:
        """A copy in the same folder, byte for byte: “Order placed copy”."""
        data = self._bytes(path)
        template = read(data, path)
        with self._lock:
            free = names.free(template.name, self._places.taken(template.folder), "copy")
            return self._places.put(names.below(template.folder, free), data)

    def remove(self, path: str) -> Removed:
        """Delete a file, broken or not; what is returned brings it back."""
        file = self.file(path)
        with self._lock, files.explained(file, "removed"):
            try:
                removed = Removed(path, file.read_bytes(), stat.S_IMODE(file.stat().st_mode))
            except FileNotFoundError:
                raise _gone(path) from None
            file.unlink()
        return removed

    def restore(self, removed: Removed) -> None:
        """Bring back what was removed, byte for byte. Raises TemplateExists when its name was taken meanwhile."""
        with self._lock:
            self._places.put_bytes(self._places.free_path(removed.path), removed.data, removed.mode)

    def make_folder(self, folder: str) -> None:
        """Make a folder, and those it is in. Raises TemplateExists."""
        with self._lock:
            place = self.folder / self._places.free_folder(folder)
            with files.explained(place, "made"):
                place.mkdir(parents=True)

    def rename_folder(self, folder: str, new: str) -> None:
        """Give a folder another name or place, with all that is in it. Raises TemplateExists."""
        names.check_folder(folder)
        if new == folder:
            return
        if f"{new}/".startswith(f"{folder}/"):
            raise TemplateError(f"{called(folder)} can't be moved into itself. Choose another place.")
        with self._lock:
            levels = max(
                (each.count("/") for each in scan(self.folder).folders if each.startswith(f"{folder}/")), default=0
            )
            if new.count("/") + max(0, levels - folder.count("/")) >= names.MAX_FOLDERS:
                raise TemplateError(
                    f"{called(new)} is too deep for the folders in {called(folder)}. Choose another place."
                )
            old, place = self.folder / folder, self.folder / self._places.free_folder(new, but=folder)
            with files.explained(old, "renamed"):
                place.parent.mkdir(parents=True, exist_ok=True)
                old.rename(place)

    def remove_folder(self, folder: str) -> None:
        """Delete an empty folder. Raises TemplateError, which names what is still in it."""
        names.check_folder(folder)
        place = self.folder / folder
        with self._lock, files.explained(place, "removed"):
            held = sorted(each.name for each in place.iterdir())
            if held:
                more = " and more" if len(held) > 3 else ""
                raise TemplateError(
                    f"{called(folder)} still holds {', '.join(map(called, held[:3]))}{more}. Move or remove that first."
                )
            place.rmdir()

    def take_in(self, incoming: Sequence[Path], folder: str = "") -> list[Template]:
        """Import files: a template or event each, byte for byte; arrays, bulk requests and JSON Lines give a template
        for each event, named after it; or what `give_out` put together. A name that is taken gets a number.

        Raises TemplateError, with a line for each bad file, and takes nothing then.
        """
        wanted = exchange.incoming(incoming)
        made: list[Template] = []
        spelled: dict[str, str] = {}
        taken: dict[str, set[str]] = {}
        wished: Counter[str] = Counter()  # so often, and so many of its numbers are taken
        with self._lock:
            try:
                for wish, data in wanted:
                    wished[wish] += 1
                    inside, _, name = names.below(folder, wish).rpartition("/")
                    if inside not in spelled:
                        spelled[inside] = self._places.spelled(inside)
                        taken.setdefault(spelled[inside], self._places.taken(spelled[inside]))
                    free = names.free(name, taken[spelled[inside]], number=wished[wish])
                    path = names.below(spelled[inside], free)
                    names.check_path(path)
                    self._places.put_bytes(path, data)
                    made.append(read(data, path))
                    taken[spelled[inside]].add(names.folded(free))
            except TemplateError:
                for template in made:
                    with suppress(OSError):
                        self.file(template.path).unlink()
                raise
        return made

    def give_out(self, paths: Sequence[str], target: Path) -> list[Path]:
        """Export templates: into the folder `target`, each as its file, beside what is there; or, when the name of
        `target` ends in .json, all in that one file, in the place of any before. Returns the files written.
        """
        if target.name.lower().endswith(ENDING) and not target.is_dir():
            data = exchange.together([self.get(path) for path in paths])
            with files.explained(target, "written"), files.beside(target, data, None) as part:
                part.replace(target)
            return [target]
        given = [(path.rpartition("/")[2], self._bytes(path)) for path in paths]
        made: list[Path] = []
        with files.explained(target, "written"):
            target.mkdir(parents=True, exist_ok=True)
            used = {names.folded(file.name.removesuffix(ENDING)) for file in target.iterdir()}
            for name, data in given:
                free = names.free(name, used)
                files.put_new(target / f"{free}{ENDING}", data)
                made.append(target / f"{free}{ENDING}")
                used.add(names.folded(free))
        return made

    def _bytes(self, path: str) -> bytes:
        data = files.read_bytes(self.file(path))
        if data is None:
            raise _gone(path)
        return data


def _gone(path: str) -> TemplateError:
    return TemplateError(f"{called(path)} is not there any more: it was renamed or removed.")


def _move(old: Path, new: Path) -> None:
    if old.parent == new.parent and names.folded(old.name) == names.folded(new.name):
        old.replace(new)  # only the capitals change, and on some systems both names are the same file
    elif old.is_symlink():
        new.symlink_to(os.path.relpath(os.path.realpath(old), os.path.realpath(new.parent)))
        old.unlink()
    else:
        files.move_new(old, new)


def _says_the_same(now: bytes, data: bytes, path: str) -> bool:
    """Whether a file, however it is formatted, holds what is to be written."""
    try:
        return now == data or written(read(now, path)) == data
    except TemplateError:
        return False


def _refuse_changed(template: Template, now: bytes | None) -> None:
    """Raises TemplateChanged when the file holds something else than what was read."""
    if now is None:
        raise _removed(template)
    if digest(now) == template.digest:
        return
    changed = f"{called(template.path)} was changed on the disk since it was opened"
    try:
        theirs = read(now, template.path)
    except TemplateError as error:
        raise TemplateChanged(f"{changed}, and is broken now. {error} Yours can be written over it.", None) from None
    raise TemplateChanged(f"{changed}. Look at that version first, or save yours over it.", theirs)


def _removed(template: Template) -> TemplateChanged:
    return TemplateChanged(
        f"{called(template.path)} was renamed or removed on the disk since it was opened. It can be written anew.",
        None,
    )
