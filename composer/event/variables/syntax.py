"""Where placeholders stand in a text, and what is written between their braces.

``\\{{`` is a literal ``{{``; backslashes before ``{{`` double. What is not closed before the next ``{{`` is literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from composer.event.variables.context import VariableError

_BRACES = re.compile(r"\{+")
# A closing pair may stand in an argument's quotes; where the quotes don't match up, the first one closes.
_PLACEHOLDER = re.compile(
    r'\{\{(?:((?:[^"{}]++|"[^"]*+"|\{(?!\{)|\}(?!\}))*+)\}\}|((?:[^{}]++|\{(?!\{)|\}(?!\}))*+)\}\})'
)
_PAIR = re.compile(r"(?<!\\)(\\*+)\{\{")
_CALL = re.compile(r"\$([\w.-]+?)(?=[+-]\d|\s|\Z)(.*)", re.DOTALL)
_ARGUMENT = re.compile(r'\s*+(?:"([^"]*+)"|([^\s"“”„]++))(?=\s|\Z)')
_LONGEST_NAME = 100  # characters


class Placeholder(NamedTuple):
    """One placeholder of a text: from its braces at `start` to `end`, and what is written between them.

    From `begin` to `start` stand the backslashes and single braces before it.
    """

    begin: int
    start: int
    end: int
    inside: str


class Asked(NamedTuple):
    """A name to ask for."""

    name: str


class Argument(NamedTuple):
    """One argument of a built-in, without its quotes."""

    text: str
    quoted: bool


class Call(NamedTuple):
    """A built-in as it is used: its name without the $."""

    name: str
    arguments: tuple[Argument, ...]


def pieces(text: str) -> list[str | Placeholder]:
    """The literal parts of `text`, without the marks that made them literal, and its placeholders. In order."""
    found: list[str | Placeholder] = []
    literal: list[str] = []
    taken = look = 0
    while (brace := text.find("{{", look)) >= 0:
        begin = brace
        while begin > look and text[begin - 1] == "\\":
            begin -= 1
        backslashes = "\\" * ((brace - begin) // 2)
        if (brace - begin) % 2:
            literal += (text[taken:begin], backslashes, "{{")
            taken = look = brace + 2
            continue
        run = _BRACES.match(text, brace)
        start = run.end() - 2 if run else brace
        match = _PLACEHOLDER.match(text, start)
        if match is None:
            look = start + 2
            continue
        literal += (text[taken:begin], backslashes, text[brace:start])
        found.append("".join(literal))
        found.append(Placeholder(begin, start, match.end(), match[1] if match[1] is not None else match[2]))
        literal = []
        taken = look = match.end()
    found.append("".join((*literal, text[taken:])))
    return [piece for piece in found if piece != ""]


def stands_in(text: str) -> bool:
    """Whether `text` means anything but itself."""
    return "{{" in text and ("}}" in text or "\\{{" in text) and pieces(text) != [text]


def escape(text: str) -> str:
    """The text that stands for exactly `text`."""
    return _PAIR.sub(r"\1\1\\{{", text)


def as_it_is(text: str, placeholders: Iterable[Placeholder]) -> str:
    """`text` with these of its placeholders, given in order, made literal; what else it means stays."""
    made: list[str] = []
    taken = 0
    for each in placeholders:
        before = text[each.begin : each.start]
        braces = before.lstrip("\\")
        meant = "\\" * ((len(before) - len(braces)) // 2) + braces + text[each.start : each.end]
        made += (text[taken : each.begin], escape(meant))
        taken = each.end
    return "".join((*made, text[taken:]))


def instead(text: str, placeholders: Iterable[Placeholder], wanted: str) -> str:
    """`text` with `wanted` between the braces of these of its placeholders, given in order."""
    made: list[str] = []
    taken = 0
    for each in placeholders:
        made += (text[taken : each.start], "{{", wanted, "}}")
        taken = each.end
    return "".join((*made, text[taken:]))


def read(inside: str) -> Asked | Call:
    """What is written between the braces. Raises VariableError."""
    bare = inside.strip()
    if not bare:
        raise VariableError("nothing stands between the braces. Write a name there, such as {{total}}.")
    if not bare.startswith("$"):
        return Asked(_name(bare))
    match = _CALL.fullmatch(bare)
    if match is None:
        raise VariableError("a built-in is a $ and its name, then a blank before each argument, as in {{$now +2d}}.")
    return Call(match[1], _arguments(match[2]))


def _name(bare: str) -> str:
    if len(bare) > _LONGEST_NAME:
        raise VariableError(f"a name has at most {_LONGEST_NAME} characters.")
    if not (_is_letter(bare[0]) or bare[0] == "_"):
        raise VariableError("a name begins with a letter or _, as in {{order 2}}.")
    strange = next((c for c in bare if not (c in "_-. " or _is_letter(c) or _is_mark_or_digit(c))), None)
    if strange is not None:
        shown = f"“{strange}”" if strange.isprintable() else "an invisible character"
        raise VariableError(f"a name has letters, digits, blanks and the marks _ - . only, not {shown}.")
    if "  " in bare:
        raise VariableError("two blanks stand one after the other in the name. Leave one of them out.")
    return bare


def _arguments(text: str) -> tuple[Argument, ...]:
    found = []
    text = text.rstrip()
    at = 0
    while at < len(text):
        match = _ARGUMENT.match(text, at)
        if match is None:
            raise VariableError(
                "an argument with blanks stands in straight double quotes, with blanks around it, "
                'as in {{$choice red "dark blue"}}.'
            )
        found.append(Argument(match[2] if match[1] is None else match[1], match[1] is not None))
        at = match.end()
    return tuple(found)


def _is_letter(character: str) -> bool:
    return character.isalpha()


def _is_mark_or_digit(character: str) -> bool:
    """Marks are the vowels of many scripts."""
    from unicodedata import category

    return category(character)[0] in "MN"
