"""A template, and the text of its file: the members people read first, then the event as it is printed everywhere.

A file that is nothing but an event is a template, too, and stays one for as long as nothing is said about it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, NamedTuple

from composer.event import documents, jsontext
from composer.event.limits import MAX_DEPTH
from composer.event.payload import Json, split
from composer.event.walk import readable

MAX_BYTES = 6_000_000  # of a file: the largest event, and what is said about it
_KEYS = ("description", "tags", "variables", "event")
_EVENT_KEYS = {"eventName", "customer", "event_name"}  # the last one is of an older release


class Template(NamedTuple):
    """One template. `path` is its folder and name below the folder of templates, without ``.json``: ``Shop/Welcome``.

    `variables` are default values by name. `digest` is that of the file as it was read, "" for one never saved.
    `starter` is one of those that come with the program, which can't be saved. `others` are members of the file that
    a person has put there; `is_plain` tells that the file was nothing but the event.
    """

    path: str
    event: Json
    description: str = ""
    tags: tuple[str, ...] = ()
    variables: dict[str, Json] = {}  # noqa: RUF012 - like every payload it is never changed in place
    digest: str = ""
    starter: bool = False
    others: dict[str, Json] = {}  # noqa: RUF012
    is_plain: bool = False

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path without the name; "" at the top."""
        return self.path.rpartition("/")[0]

    @property
    def event_name(self) -> str:
        """The name of its event, "" where there is none."""
        name = self.event.get("eventName") if isinstance(self.event, dict) else None
        return name if isinstance(name, str) else ""


class Broken(NamedTuple):
    """A file or folder that can't be used, and why: a sentence that names it, with line and column in a JSON text."""

    path: str
    sentence: str


class Listing(NamedTuple):
    """Everything below the folder of templates, each by its path; `folders` are also those with nothing in them."""

    templates: list[Template]
    broken: list[Broken]
    folders: list[str]


class TemplateError(Exception):
    """It can't be done; the text is a sentence for people that names the template or file, and what to do."""


class TemplateExists(TemplateError):  # noqa: N818 - it is no fault
    """The name is taken, perhaps in other capitals."""


class TemplateChanged(TemplateError):  # noqa: N818
    """The file is not the one that was read. `theirs` is what it holds now, None when it is gone or broken."""

    def __init__(self, sentence: str, theirs: Template | None) -> None:
        super().__init__(sentence)
        self.theirs = theirs


def called(path: str) -> str:
    """A path as it can stand in a sentence."""
    return f"“{readable(path, 200)}”"


def digest(data: bytes) -> str:
    """What tells one state of a file from another."""
    return sha256(data).hexdigest()


def read(data: bytes, path: str, label: str = "") -> Template:
    """The template in a file of these bytes. `label` names the file in sentences, where `path` does not.

    Raises TemplateError, with line and column, when it is none.
    """
    label = label or called(f"{path}.json")
    if len(data) > MAX_BYTES:
        raise too_large(label, len(data))
    try:
        text = documents.decode(data)
        payload, findings = jsontext.parse(text)
    except jsontext.JsonTextError as error:
        raise misread(label, error) from None
    if findings:
        raise TemplateError(f"{label}{_place(text, findings[0].path)}: {twice(findings[0].path)}")
    try:
        return of(payload, path)._replace(digest=digest(data))
    except _MisplacedError as error:
        raise TemplateError(f"{label}{_place(text, error.pointer)}: {error}") from None


def misread(label: str, error: jsontext.JsonTextError) -> TemplateError:
    """What to say of a file that is not JSON."""
    return TemplateError(f"{label}, line {error.line}, column {error.column}: {error.message}")


def too_large(label: str, size: int) -> TemplateError:
    """What to say of a file of `size` bytes, which are too many."""
    return TemplateError(
        f"{label} has {size / 1e6:,.1f} MB; a template has at most {MAX_BYTES // 1_000_000} MB. Make the event smaller."
    )


def twice(pointer: str) -> str:
    """What to say of a key that is there more than once."""
    return f"the key {called(split(pointer)[-1])} is there twice, and only one can be kept. Remove or rename the other."


def of(payload: Json, path: str) -> Template:
    """The template that a JSON value is. Raises a TemplateError that doesn't name its file when it is none."""
    if not isinstance(payload, dict):
        raise _MisplacedError(
            "", "a template is an object in { }. Import the file to make a template of each event in it."
        )
    if "event" not in payload:
        if payload.keys() & _EVENT_KEYS:
            return Template(path, payload, is_plain=True)
        raise _MisplacedError("", "this is no template: it has no “event”, and is no event with an “eventName” itself.")
    description, tags, variables = payload.get("description", ""), payload.get("tags", []), payload.get("variables", {})
    if not isinstance(description, str):
        raise _MisplacedError("/description", "the description is not a text. Put it in quotes.")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise _MisplacedError("/tags", 'the tags are not a list of texts. Write them as ["one", "two"].')
    if not isinstance(variables, dict):
        raise _MisplacedError("/variables", 'the variables are not an object. Write them as {"name": "default"}.')
    others = {key: value for key, value in payload.items() if key not in _KEYS}
    return Template(path, payload["event"], description, tuple(tags), variables, others=others)


def members(template: Template) -> dict[str, Json]:
    """What stands in a template's file; what is empty is left out."""
    said: dict[str, Any] = {
        "description": template.description,
        "tags": list(template.tags),
        "variables": template.variables,
    }
    others = {key: value for key, value in template.others.items() if key not in _KEYS}
    return {**{key: value for key, value in said.items() if value}, "event": template.event, **others}


def written(template: Template) -> bytes:
    """The file of a template, in UTF-8. Raises TemplateError when it would be too large, or too deep."""
    whole = members(template)
    event = template.event
    if (
        template.is_plain
        and whole.keys() == {"event"}
        and isinstance(event, dict)
        and "event" not in event
        and event.keys() & _EVENT_KEYS  # else it could not be told from any other file
    ):
        whole = event
    try:
        data = (jsontext.dumps(whole) + "\n").encode()
    except ValueError:
        raise TemplateError(
            f"{called(template.name)} can't be saved: its event is nested deeper than {MAX_DEPTH - 1} levels, "
            "which is all a template holds."
        ) from None
    if len(data) > MAX_BYTES:
        raise too_large(called(template.name), len(data))
    return data


class _MisplacedError(TemplateError):
    """What is wrong with the value at `pointer`."""

    def __init__(self, pointer: str, sentence: str) -> None:
        super().__init__(sentence)
        self.pointer = pointer


def _place(text: str, pointer: str) -> str:
    span = jsontext.spans(text, [pointer]).get(pointer)
    if span is None:
        return ""
    line, column = jsontext.LineIndex(text).at(span[0])
    return f", line {line}, column {column}"
