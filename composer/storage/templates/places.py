"""Which names are free below the folder of templates, and new files under them. Capitals make no difference, because
on some systems they make none for files.
"""

from __future__ import annotations

from pathlib import Path

from composer.storage.templates import files, names
from composer.storage.templates.scan import ENDING
from composer.storage.templates.template import Template, TemplateExists, called, read


class Places:
    """What is in `root` at the moment. Every method may raise TemplateError."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def file(self, path: str) -> Path:
        """The file of the template at `path`."""
        return self._root / f"{path}{ENDING}"

    def spelled(self, folder: str) -> str:
        """`folder` with the capitals of the folders that are there already."""
        spelled = ""
        for part in folder.split("/") if folder else ():
            there = self._held(spelled)
            same = (name for name in there if names.folded(name) == names.folded(part))
            spelled = names.below(spelled, part if part in there else next(same, part))
        return spelled

    def taken(self, folder: str, but: str = "") -> set[str]:
        """The folded names of the templates in a folder, `but` for one."""
        there = (name.removesuffix(ENDING) for name in self._held(folder) if name.endswith(ENDING))
        return {names.folded(name) for name in there if name != but}

    def free_path(self, path: str, but: str = "") -> str:
        """Where a template with this path goes. Raises TemplateExists when another one than `but` is there."""
        names.check_path(path)
        folder, _, name = path.rpartition("/")
        folder = self.spelled(folder)
        but_folder, _, but_name = but.rpartition("/")
        if names.folded(name) in self.taken(folder, but_name if folder == but_folder else ""):
            raise exists(names.below(folder, name))
        return names.below(folder, name)

    def free_folder(self, folder: str, but: str = "") -> str:
        """Where a new folder goes. Raises TemplateExists when there is another one than `but`."""
        names.check_folder(folder)
        parent, _, name = folder.rpartition("/")
        parent = self.spelled(parent)
        fresh = names.below(parent, name)
        for other in self._held(parent):
            if names.folded(other) == names.folded(name) and names.below(parent, other) != but:
                raise TemplateExists(f"There is already a folder {called(fresh)}. Choose another name.")
        return fresh

    def make(self, folder: str) -> None:
        """Make a folder when it is not there."""
        place = self._root / folder
        with files.explained(place, "made"):
            place.mkdir(parents=True, exist_ok=True)

    def put(self, path: str, data: bytes, mode: int | None = None) -> Template:
        """Write a new file. Raises TemplateExists when the name is taken, also by somebody who was faster."""
        path = self.free_path(path)
        template = read(data, path)
        self.put_bytes(path, data, mode)
        return template

    def put_bytes(self, path: str, data: bytes, mode: int | None = None) -> None:
        """Write a new file that may be broken, at a path that is free."""
        self.make(path.rpartition("/")[0])
        file = self.file(path)
        with files.explained(file, "written"):
            try:
                files.put_new(file, data, mode)
            except FileExistsError:
                raise exists(path) from None

    def _held(self, folder: str) -> list[str]:
        place = self._root / folder
        try:
            return [each.name for each in place.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise files.unusable(place, "read", error) from error


def exists(path: str) -> TemplateExists:
    """What to say when a name is taken."""
    return TemplateExists(f"There is already a template {called(path)}. Choose another name.")
