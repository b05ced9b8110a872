"""What the place shows, read in threads: the templates, the favourites, and of them what is searched for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from composer.event.payload import Json
from composer.storage.database import StorageError
from composer.storage.settings import Settings
from composer.storage.templates import Listing, Template, TemplateError, Templates, starters
from composer.ui.jobs import Jobs
from composer.ui.latest import Latest
from composer.ui.templates.rows import OWN, Kind, Line, Wanted, folder_key_of, lines
from composer.ui.templates.watching import FolderWatch

FAVOURITE_TEMPLATES = "favourite templates"  # the name under which they are kept in Settings

MOST_FILES = 1000  # that are watched; the others are looked at when the window gets the focus


class Seen(NamedTuple):
    """What was read in `folder`: everything, and the lines wanted of it, the same list while nothing changes, with the
    `rows` of their keys. `words` are those searched for, `watched` the folders and files to be watched for changes.
    """

    folder: Path
    listing: Listing
    starters: Sequence[Template]
    lines: list[Line]
    rows: dict[str, int]
    words: str
    watched: list[str]


class Shelf(QObject):
    """Reads the templates and keeps track of what is wanted of them.

    Signals: `read(Seen, str)` with the key of the line to go to, empty for where one is; `failed(str)` a sentence.
    """

    read = Signal(object, str)
    failed = Signal(str)

    def __init__(self, jobs: Jobs, templates: Templates, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._settings = jobs, settings
        self.templates = templates
        self._reader = Latest(jobs)
        self._seen: Seen | None = None
        self._version = 0  # of the disk: what was read as an older one is stale
        self._read_last: tuple[int, Seen] | None = None  # the thread's own: with the version it was read as
        self._go_to = ""
        self._asked = self._asked_to_go = 0  # the number of the last reading, and of the one that may go there
        self._closed: set[str] = set()
        self._favourites: tuple[str, ...] | None = None
        self._words = ""
        self._watch = FolderWatch(self)
        self._watch.changed.connect(self.refresh)

    @property
    def folders(self) -> list[str]:
        """All folders, as read last."""
        return list(self._seen.listing.folders) if self._seen is not None else []

    @property
    def favourites(self) -> tuple[str, ...]:
        """What is kept among the favourites, see `rows.favourite_key`."""
        return self._favourites or ()

    def refresh(self, go_to: str = "") -> None:
        """Read what has changed on disk, and go to the line with this key."""
        self._version += 1
        self._show(go_to)

    def search(self, words: str) -> None:
        """Want the templates in which these words are found."""
        if words.strip() != self._words:
            self._words = words.strip()
            self._show()

    def flip(self, line: Line) -> None:
        """Close a section or folder that is open, or open it."""
        if not self._words:
            self._closed ^= {line.key}
            self._show()

    def open_to(self, path: str) -> None:
        """Open whatever the template with this path is in."""
        folders = path.split("/")[:-1]
        above = ["/".join(folders[: depth + 1]) for depth in range(len(folders))]
        self._closed -= {Line(Kind.SECTION, OWN, "", "", 0).key}
        self._closed -= {folder_key_of(each) for each in above}

    def flip_favourite(self, key: str) -> None:
        """Put a template among the favourites, or take it away."""
        now = self.favourites
        self._keep(tuple(each for each in now if each != key) if key in now else (*now, key))

    def move_favourites(self, moved: Iterable[tuple[str, str]]) -> None:
        """Templates have other paths now: pairs of the old and the new one."""
        new = dict(moved)
        self._keep(tuple(new.get(each, each) for each in self.favourites))

    def move_folder(self, old: str, new: str) -> None:
        """A folder has another path now; what was closed in it stays closed, and it is gone to."""

        def moved(key: str) -> str:
            before, after = folder_key_of(old), folder_key_of(new)
            return after + key.removeprefix(before) if key == before or key.startswith(f"{before}/") else key

        self._closed = {moved(key) for key in self._closed}
        self.refresh(folder_key_of(new))

    def open_folder(self, templates: Templates) -> None:
        """Show the templates of another folder."""
        self.templates = templates
        self.refresh()

    def _keep(self, favourites: tuple[str, ...]) -> None:
        if favourites == self.favourites:
            return
        self._favourites = favourites
        kept: Json = list(favourites)
        self._jobs.run(lambda: self._settings.put(FAVOURITE_TEMPLATES, kept), None, self._could_not_read, in_order=True)
        self._show()

    def _show(self, go_to: str = "") -> None:
        self._asked += 1
        if go_to:
            self._go_to, self._asked_to_go = go_to, self._asked
        wanted = Wanted(self._words, frozenset(self._closed), self._favourites or ())
        number, version, templates, are_known = self._asked, self._version, self.templates, self._favourites is not None

        def work() -> tuple[int, Seen, tuple[str, ...]]:
            favourites = wanted.favourites if are_known else self._read_favourites()
            return number, self._read(templates, version, wanted._replace(favourites=favourites)), favourites

        self._reader.run(work, self._show_read, self._could_not_read)

    def _read_favourites(self) -> tuple[str, ...]:
        kept = self._settings.get(FAVOURITE_TEMPLATES)
        return tuple(str(each) for each in kept) if isinstance(kept, list) else ()

    def _read(self, templates: Templates, version: int, wanted: Wanted) -> Seen:
        """Runs in a thread, one at a time."""
        last = self._read_last
        if last is not None and last[0] == version:
            listing, made, watched = last[1].listing, last[1].starters, last[1].watched
        else:
            listing = templates.all()
            made = last[1].starters if last is not None else starters()
            watched = _watched(templates.folder, listing)
        shown = lines(listing, made, wanted)
        if last is not None and last[1].lines == shown:
            shown, rows = last[1].lines, last[1].rows
        else:
            rows = {line.key: row for row, line in enumerate(shown)}
        seen = Seen(templates.folder, listing, made, shown, rows, wanted.words, watched)
        self._read_last = version, seen
        return seen

    def _show_read(self, found: tuple[int, Seen, tuple[str, ...]]) -> None:
        number, seen, favourites = found
        if seen.folder != self.templates.folder:
            return  # another one was opened meanwhile, and is being read
        self._seen = seen
        if self._favourites is None:
            self._favourites = favourites
        self._watch.watch(seen.watched)
        go_to = ""
        if number >= self._asked_to_go:
            go_to, self._go_to = self._go_to, ""
        self.read.emit(seen, go_to)

    def _could_not_read(self, error: Exception) -> None:
        if not isinstance(error, TemplateError | StorageError):
            raise error
        self._version += 1
        self.failed.emit(str(error))


def _watched(folder: Path, listing: Listing) -> list[str]:
    """The folder with those in it, and its files, first the broken ones: a folder does not tell of what is written
    into a file in place. Before the folder is there, the one in which it will be.
    """
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), None)
    if there is None:
        return []
    paths = [*(each.path for each in listing.broken), *(each.path for each in listing.templates)]
    files = [f"{path}.json" for path in paths[:MOST_FILES]]
    return [str(there), *(str(folder / each) for each in (*listing.folders, *files))]
