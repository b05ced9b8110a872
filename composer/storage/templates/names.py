"""Which names templates and their folders can have: any that each system can keep as a file's name, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from composer.storage.templates.template import TemplateError, called

MAX_CHARACTERS = 100
MAX_BYTES = 240  # of the 255 that most file systems give a name, with room for ".json"
MAX_FOLDERS = 8  # inside each other
FORBIDDEN = '<>:"/\\|?*'
_UNUSABLE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def folded(name: str) -> str:
    """What two names have in common that some file systems take for the same."""
    return name.casefold() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def problem(name: str) -> str:
    """Why this can't be the name of a template or folder, as a sentence; "" when it can."""
    if not name.strip():
        return "A name is missing. Type one."
    if len(name) > MAX_CHARACTERS or len(name.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return f"The name {called(name[:40] + '…')} is too long. Use at most {MAX_CHARACTERS} characters."
    if bad := _UNUSABLE.search(name):
        what = f"the character {bad.group()}" if bad.group() in FORBIDDEN else "a character that can't be shown"
        return f"The name {called(name)} has {what}, which not every system allows. Leave it out."
    if name.strip() != name or name.strip(".") != name:
        return f"The name {called(name)} has a blank or dot at an end. Leave it out."
    if _RESERVED.fullmatch(name):
        return f"The name {called(name)} is reserved by Windows. Choose another."
    return ""


def check_path(path: str) -> None:
    """Raises TemplateError when a template can't have this path."""
    folder, slash, name = path.rpartition("/")
    if slash:
        check_folder(folder)
    if sentence := problem(name):
        raise TemplateError(sentence)


def check_folder(folder: str) -> None:
    """Raises TemplateError when a folder can't have this path."""
    parts = folder.split("/")
    if len(parts) > MAX_FOLDERS:
        raise TemplateError(f"{called(folder)} is too deep. At most {MAX_FOLDERS} folders can be inside each other.")
    for part in parts:
        if sentence := problem(part):
            raise TemplateError(sentence)
        if folded(part).endswith(".json"):
            raise TemplateError(f"The folder's name {called(part)} ends like a template's file. Leave out the .json.")


def below(folder: str, name: str) -> str:
    """The path of `name` in `folder`."""
    return f"{folder}/{name}" if folder else name


def free(name: str, taken: Container[str], word: str = "", number: int = 1) -> str:
    """`name`, or the first of “name 2”, “name 3”… whose folded form is not in `taken`. `word` goes before the number:
    “name copy”, “name copy 2”. Those before `number` are known to be taken. Long names are cut to make room.
    """
    while True:
        end = (f" {word}" if word else "") + (f" {number}" if number > 1 else "")
        fresh = _cut(name, end)
        if folded(fresh) not in taken:
            return fresh
        number += 1


def tidy(text: str, instead: str) -> str:
    """The name that comes nearest to `text`, or `instead`."""
    name = _cut(" ".join(_UNUSABLE.sub(" ", text).split()), "").strip(" .")
    return _cut(f"_{name}", "") if _RESERVED.fullmatch(name) else name or instead


def _cut(name: str, end: str) -> str:
    kept = name[: MAX_CHARACTERS - len(end)]
    while len((kept + end).encode("utf-8", "surrogatepass")) > MAX_BYTES:
        kept = kept[:-1]
    return (kept if kept == name else kept.rstrip(" .")) + end
