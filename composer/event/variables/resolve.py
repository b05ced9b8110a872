"""From a template to an event: every placeholder gets its value, or a finding says why it has none.

What was put in place is not resolved again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from composer.event import jsontext
from composer.event.findings import Finding, Fix, Severity
from composer.event.limits import MAX_DEPTH
from composer.event.payload import Json, Set
from composer.event.variables import built_ins, spots, syntax
from composer.event.variables.context import Context, Maker, Place, VariableError
from composer.event.variables.syntax import Asked, Placeholder
from composer.event.walk import readable

_SHOWN = 60  # characters of a placeholder in a sentence
_LONGEST_SHORT = 2000  # characters of a text
_MOST_FINDINGS = 20  # about the placeholders of one text


class Resolved(NamedTuple):
    """An event, and the placeholders that are still in it because they have no value."""

    payload: Json
    findings: list[Finding]


class Part(NamedTuple):
    """One placeholder understood: an `asked` name, a built-in's `make`, or what is wrong with it.

    `source` is all of it, as written. `turn` counts the uses of the same built-in in the text, from 0; `meant` is what
    to write between the braces instead.
    """

    source: str
    at: Placeholder
    asked: str = ""
    make: Maker | None = None
    turn: int = 0
    code: str = ""
    problem: str = ""
    meant: str = ""


def resolve(payload: Json, context: Context) -> Resolved:
    """`payload` with values in place of its placeholders; the same object when nothing stands in it.

    A finding's path and fixes are those of the template.
    """
    found = spots.spots(payload)
    if found is None:
        return Resolved(payload, [])
    findings: list[Finding] = []
    return Resolved(
        spots.changed(payload, found, lambda text, pointer: _text(text, pointer, context, findings)), findings
    )


def uses_variables(payload: Json) -> bool:
    """Whether `resolve` has anything to do: a placeholder stands somewhere, or a ``{{`` that was made literal."""
    return spots.spots(payload) is not None


def asked(payload: Json) -> list[str]:
    """The names to ask for, in the order in which they first appear."""
    names: dict[str, None] = {}
    for text in spots.texts(spots.spots(payload)):
        names.update((part.asked, None) for part in parts(text) if isinstance(part, Part) and part.asked)
    return list(names)


def made_up(payload: Json) -> list[str]:
    """The built-in variables in use, such as ``$now``, in the order in which they first appear."""
    names: dict[str, None] = {}
    for text in spots.texts(spots.spots(payload)):
        made = (syntax.read(part.at.inside).name for part in parts(text) if isinstance(part, Part) and part.make)
        names.update((f"${name}", None) for name in made)
    return list(names)


def escaped(payload: Json) -> Json:
    """The template that resolves to exactly `payload`; the same object when it is one already."""
    found = spots.spots(payload)
    return payload if found is None else spots.changed(payload, found, lambda text, _: syntax.escape(text))


def parts(text: str) -> tuple[str | Part, ...]:
    """The literal parts of `text` and its placeholders, understood, in order."""
    return _short_parts(text) if len(text) <= _LONGEST_SHORT else _long_parts(text)


def _parts(text: str) -> tuple[str | Part, ...]:
    turns: dict[str, int] = {}
    return tuple(
        _part(piece, text, turns) if isinstance(piece, Placeholder) else piece for piece in syntax.pieces(text)
    )


_short_parts = lru_cache(maxsize=4096)(_parts)
_long_parts = lru_cache(maxsize=16)(_parts)


def _part(placeholder: Placeholder, text: str, turns: dict[str, int]) -> Part:
    part = Part(text[placeholder.start : placeholder.end], placeholder)
    try:
        read = syntax.read(placeholder.inside)
        if isinstance(read, Asked):
            return part._replace(asked=read.name)
        make = built_ins.maker(read)
    except VariableError as error:
        return _unreadable(part, error)
    if make is None:
        near = built_ins.nearest(read.name)
        meant = placeholder.inside.strip().replace(read.name, near, 1) if near else ""
        hint = f" Did you mean {{{{${near}}}}}?" if near else ""
        problem = f"“{readable(part.source, _SHOWN)}” is not one of the built-in variables.{hint}"
        return part._replace(code="unknown-variable", problem=problem, meant=meant)
    turn = turns.get(read.name, 0)
    turns[read.name] = turn + 1
    return part._replace(make=make, turn=turn)


def _text(text: str, pointer: str, context: Context, findings: list[Finding]) -> Json:
    """What stands in the place of `text`."""
    understood = parts(text)
    alone = len(understood) == 1
    written: list[str] = []
    unresolved: dict[str, list[Part]] = {}
    for part in understood:
        if isinstance(part, str):
            written.append(part)
            continue
        value, problem = _value(part, context, pointer, pointer.count("/") if alone else 0)
        if problem is not None:
            unresolved.setdefault(part.source, []).append(problem)
            written.append(part.source)
        elif alone:
            return value
        else:
            written.append(value if isinstance(value, str) else _compact(value))
    if unresolved:
        findings += _findings(text, pointer, list(unresolved.values()))
    resolved = "".join(written)
    return text if resolved == text else resolved


def _value(part: Part, context: Context, pointer: str, level: int) -> tuple[Json, Part | None]:
    """The value of a placeholder, to stand `level` levels deep; or the placeholder with what is wrong with it."""
    if part.code:
        return None, part
    if part.make is not None:
        try:
            return part.make(Place(context, pointer, part.turn)), None
        except VariableError as error:
            return None, _unreadable(part, error)
    if part.asked not in context.values:
        return None, _not_given(part)
    value = context.values[part.asked]
    if isinstance(value, (dict, list)) and level + jsontext.depth(value) > MAX_DEPTH:
        problem = f"“{readable(part.source, _SHOWN)}” would make the event {jsontext.TOO_DEEP}"
        return None, part._replace(code="bad-variable", problem=problem)
    return value, None


def _not_given(part: Part) -> Part:
    problem = f"“{readable(part.source, _SHOWN)}” has no value yet. Give it one, or send the text as it is."
    built_in = "$" + part.asked
    if any(built_in == each.name for each in built_ins.BUILT_INS):
        problem += f" The built-in variable is written {{{{{built_in}}}}}."
        return part._replace(code="unknown-variable", problem=problem, meant=built_in)
    return part._replace(code="unknown-variable", problem=problem)


def _unreadable(part: Part, error: VariableError) -> Part:
    return part._replace(code="bad-variable", problem=f"“{readable(part.source, _SHOWN)}” can't be read: {error}")


def _findings(text: str, pointer: str, unresolved: list[list[Part]]) -> Iterator[Finding]:
    """One for each placeholder of `text`, however often it stands there; of very many, the rest are one."""
    for same in unresolved[:_MOST_FINDINGS]:
        part = same[0]
        places = [each.at for each in same]
        fixes = [Fix("Send it as it is", (Set(pointer, syntax.as_it_is(text, places)),))]
        if part.meant:
            use = f"Use {readable(f'{{{{{part.meant}}}}}', _SHOWN)}"
            fixes.insert(0, Fix(use, (Set(pointer, syntax.instead(text, places, part.meant)),)))
        yield Finding(Severity.ERROR, part.code, pointer, part.problem, tuple(fixes))
    rest = unresolved[_MOST_FINDINGS:]
    if rest:
        message = f"{len(rest):,} more placeholders of this text have no value."
        places = sorted(each.at for same in unresolved for each in same)
        fix = Fix("Send them all as they are", (Set(pointer, syntax.as_it_is(text, places)),))
        yield Finding(Severity.ERROR, "unknown-variable", pointer, message, (fix,))


def _compact(value: Json) -> str:
    """A value that is no text, inside a text."""
    if isinstance(value, dict):
        return "{" + ",".join([f"{jsontext.quote(key)}:{_compact(inner)}" for key, inner in value.items()]) + "}"
    return (
        "[" + ",".join([_compact(inner) for inner in value]) + "]"
        if isinstance(value, list)
        else jsontext.scalar(value)
    )
