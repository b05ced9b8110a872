"""The lines of the list: favourites, one's own folders and templates, what is broken among them, and the starters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from composer.storage.templates import Broken, Listing, Template, found

FAVOURITES, OWN, STARTERS = "Favourites", "Your templates", "Starters"
_DIGITS = re.compile(r"(\d+)")


class Kind(StrEnum):
    """What a line stands for. NOTE is a line that only says something."""

    SECTION = "section"
    FOLDER = "folder"
    TEMPLATE = "template"
    BROKEN = "broken"
    NOTE = "note"


class Line(NamedTuple):
    """One line, `depth` steps in. `holds` so many templates, if it is a section or folder; `says`: what a broken file
    says.
    """

    kind: Kind
    section: str
    path: str
    name: str
    depth: int
    template: Template | None = None
    is_open: bool = False
    is_favourite: bool = False
    holds: int = 0
    says: str = ""

    @property
    def key(self) -> str:
        """The same for the same thing after reading again."""
        return f"{self.kind}/{self.section}/{self.path}"

    @property
    def is_own(self) -> bool:
        """Whether it is a template of one's own, which can be changed."""
        return self.template is not None and not self.template.starter

    @property
    def event_name(self) -> str:
        """The name of a template's event; empty when it has none."""
        return self.template.event_name if self.template is not None else ""


def counted(templates: int) -> str:
    """So many templates, in words."""
    return f"{templates:,} {'template' if templates == 1 else 'templates'}"


def key_of(path: str) -> str:
    """The key of the line of one's own template with this path."""
    return Line(Kind.TEMPLATE, OWN, path, "", 0).key


def folder_key_of(path: str) -> str:
    """The key of the line of the folder with this path."""
    return Line(Kind.FOLDER, OWN, path, "", 0).key


class Wanted(NamedTuple):
    """Which lines are wanted: those in which the words are found, with the folders in `closed` (keys of their lines)
    closed unless something is searched for.
    """

    words: str = ""
    closed: frozenset[str] = frozenset()
    favourites: tuple[str, ...] = ()


class _Folder:
    """A folder with what is in it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.folders: dict[str, _Folder] = {}
        self.inside: list[Template | Broken] = []
        self.holds = 0


def lines(listing: Listing, starters: Sequence[Template], wanted: Wanted) -> list[Line]:
    """All lines to show, in their order."""
    words = wanted.words.strip()
    own = found(listing.templates, words) if words else listing.templates
    broken = [each for each in listing.broken if not words or words.casefold() in each.path.casefold()]
    shown_starters = found(starters, words) if words else starters
    liked = set(wanted.favourites)
    favourites = [each for each in (*own, *shown_starters) if favourite_key(each) in liked]
    shown = list(_flat(FAVOURITES, favourites, wanted, liked))
    if own or broken or not words:
        shown += _own(own, broken, [] if words else listing.folders, wanted, liked)
    shown += _flat(STARTERS, shown_starters, wanted, liked)
    return shown


def best(shown: Iterable[Line], words: str) -> str:
    """The key of the template to be on: the first whose name begins with the words, else the first; "" for none."""
    templates = [line for line in shown if line.template is not None]
    begins = [line for line in templates if line.name.casefold().startswith(words.casefold())]
    return next((line.key for line in (*begins, *templates)), "")


def favourite_key(template: Template) -> str:
    """Under what a template is kept among the favourites: its path; a starter's can't be taken for one's own."""
    return f"{STARTERS}:{template.path}" if template.starter else template.path


def _flat(section: str, templates: Iterable[Template], wanted: Wanted, liked: Collection[str]) -> Iterator[Line]:
    templates = sorted(templates, key=lambda each: _order(each.name))
    if not templates:
        return
    head = Line(Kind.SECTION, section, "", section, 0, holds=len(templates))
    head = head._replace(is_open=bool(wanted.words) or head.key not in wanted.closed)
    yield head
    if head.is_open:
        for each in templates:
            yield _template(each, section, 1, liked)


def _own(
    templates: Sequence[Template],
    broken: Sequence[Broken],
    folders: Sequence[str],
    wanted: Wanted,
    liked: Collection[str],
) -> Iterator[Line]:
    top = _tree(templates, broken, folders)
    head = Line(Kind.SECTION, OWN, "", OWN, 0, holds=top.holds)
    head = head._replace(is_open=bool(wanted.words) or head.key not in wanted.closed)
    yield head
    if head.is_open:
        yield from _inside(top, 1, wanted, liked)
        if not top.inside and not top.folders:
            yield Line(Kind.NOTE, OWN, "", "None yet", 1)


def _tree(templates: Sequence[Template], broken: Sequence[Broken], folders: Sequence[str]) -> _Folder:
    top = _Folder("")
    known = {"": top}

    def at(path: str) -> _Folder:
        if path not in known:
            above, _, name = path.rpartition("/")
            known[path] = at(above).folders[name] = _Folder(path)
        return known[path]

    for path in folders:
        at(path)
    for template in templates:
        at(template.folder).inside.append(template)
    for each in broken:
        at(each.path.rpartition("/")[0]).inside.append(each)
    _count(top)
    return top


def _count(folder: _Folder) -> int:
    folder.holds = sum(isinstance(each, Template) for each in folder.inside)
    folder.holds += sum(map(_count, folder.folders.values()))
    return folder.holds


def _inside(folder: _Folder, depth: int, wanted: Wanted, liked: Collection[str]) -> Iterator[Line]:
    for name, below in sorted(folder.folders.items(), key=lambda each: _order(each[0])):
        line = Line(Kind.FOLDER, OWN, below.path, name, depth, holds=below.holds)
        line = line._replace(is_open=bool(wanted.words) or line.key not in wanted.closed)
        yield line
        if line.is_open:
            yield from _inside(below, depth + 1, wanted, liked)
    for each in sorted(folder.inside, key=lambda each: _order(each.path.rpartition("/")[2])):
        if isinstance(each, Template):
            yield _template(each, OWN, depth, liked)
        else:
            name = each.path.rpartition("/")[2]
            yield Line(Kind.BROKEN, OWN, each.path, name, depth, says=each.sentence)


def _template(template: Template, section: str, depth: int, liked: Collection[str]) -> Line:
    is_favourite = favourite_key(template) in liked
    return Line(Kind.TEMPLATE, section, template.path, template.name, depth, template, is_favourite=is_favourite)


def _order(name: str) -> list[tuple[int, str]]:
    """Names as people count: 2 before 10."""
    parts = _DIGITS.split(name.casefold())
    return [(int(part), "") if part.isdecimal() and part.isascii() else (-1, part) for part in parts]
