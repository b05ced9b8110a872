"""What is below the folder of templates, read again only where something changed."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path
from typing import NamedTuple

from composer.storage.templates.files import read_bytes, sentence, unusable
from composer.storage.templates.names import MAX_FOLDERS, below, check_folder, check_path, folded
from composer.storage.templates.template import Broken, Listing, Template, TemplateError, called, read

ENDING = ".json"
SAME_TICK = 100_000_000  # nanoseconds in which two changes of a file may carry the same time
Stamp = tuple[int, int, int, int]  # a file's times of change, size and number: while it is the same, so are the bytes
_Identity = tuple[int, int]


class Scan(NamedTuple):
    """What a walk through the folder saw without reading a file: two are equal when nothing changed between them."""

    files: dict[str, Stamp]  # by path
    folders: dict[str, None]  # paths, in no order
    broken: dict[str, str]  # path → why it can't be used


def scan(folder: Path) -> Scan:
    """Walk through all folders. Hidden ones, other files and what is too deep are passed over, links are followed.

    A folder that is not there holds nothing. Raises TemplateError when it is there and can't be read.
    """
    seen = Scan({}, {}, {})
    try:
        _walk("", folder, (), seen)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise unusable(folder, "read", error) from error
    return seen


class Memory:
    """The templates as last read. Any thread may ask."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Stamp | None, Template | Broken]] = {}
        self._lock = threading.Lock()

    def listing(self, folder: Path) -> Listing:
        """Everything below `folder`, by its paths. Raises TemplateError when the folder can't be read."""
        with self._lock:
            seen = scan(folder)
            known: dict[str, tuple[Stamp | None, Template | Broken]] = {}
            for path, stamp in seen.files.items():
                before = self._known.get(path)
                if before is not None and before[0] == stamp:
                    known[path] = before
                elif (now := _look(folder, path)) is not None:
                    known[path] = _to_keep(stamp), now
            self._known = known
        templates = [each for _, each in known.values() if isinstance(each, Template)]
        broken = [each for _, each in known.values() if isinstance(each, Broken)]
        broken += [_broken(path, why) for path, why in seen.broken.items()]
        return Listing(
            sorted(templates, key=lambda template: folded(template.path)),
            sorted(broken, key=lambda each: folded(each.path)),
            sorted(seen.folders, key=folded),
        )


def _walk(path: str, place: Path, above: tuple[_Identity, ...], seen: Scan) -> bool:
    """Whether this is a folder of its own, and no link to one that it stands in."""
    status = place.stat()
    identity = status.st_dev, status.st_ino
    if identity in above:
        return False
    with os.scandir(place) as found:
        entries = list(found)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir():
                _note_folder(below(path, entry.name), Path(entry.path), (*above, identity), seen)
            elif entry.name.endswith(ENDING):
                _note_file(below(path, entry.name[: -len(ENDING)]), entry, seen)
        except FileNotFoundError:  # gone meanwhile, unless it is a link to nothing
            if entry.is_symlink():
                seen.broken[below(path, entry.name.removesuffix(ENDING))] = (
                    f"{called(entry.name)} is a link to a file that is not there. Remove the link."
                )
        except OSError as error:
            seen.broken[below(path, entry.name)] = sentence(entry.path, "read", error)
    return True


def _note_folder(path: str, place: Path, above: tuple[_Identity, ...], seen: Scan) -> None:
    if len(above) > MAX_FOLDERS:
        return
    try:
        check_folder(path)
    except TemplateError as error:
        seen.broken[path] = f"{error} Nothing in the folder is read."
        return
    if _walk(path, place, above, seen):
        seen.folders[path] = None


def _note_file(path: str, entry: os.DirEntry[str], seen: Scan) -> None:
    status = entry.stat()
    if stat.S_ISREG(status.st_mode):
        seen.files[path] = status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _look(folder: Path, path: str) -> Template | Broken | None:
    """None when the file is gone."""
    try:
        check_path(path)
        data = read_bytes(folder / f"{path}{ENDING}")
        return None if data is None else read(data, path)
    except TemplateError as error:
        return _broken(path, str(error))


def _broken(path: str, why: str) -> Broken:
    """A name that is no UTF-8 can't be shown as it is."""
    return Broken(path.encode("utf-8", "replace").decode(), why)


def _to_keep(stamp: Stamp) -> Stamp | None:
    """None when the file is so new that it may change once more and keep its stamp."""
    return None if time.time_ns() - max(stamp[:2]) < SAME_TICK else stamp
