"""Where a placeholder begins and ends in a text, what makes it literal, and what may stand between its braces."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.event.variables.context import VariableError
from composer.event.variables.syntax import (
    Argument,
    Asked,
    Call,
    Placeholder,
    as_it_is,
    escape,
    instead,
    pieces,
    read,
    stands_in,
)

texts = st.text(alphabet='{}\\"$ax \n', max_size=30) | st.text()


def shown(text: str) -> list[str]:
    """The pieces of `text`, a placeholder as <what is between its braces>."""
    return [f"<{piece.inside}>" if isinstance(piece, Placeholder) else piece for piece in pieces(text)]


def sources(text: str, found: list[str | Placeholder]) -> str:
    """Pieces of `text`, its placeholders as they are written there, in one text."""
    return "".join(text[each.start : each.end] if isinstance(each, Placeholder) else each for each in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("no variables", ["no variables"]),
        ("{one} } {", ["{one} } {"]),
        ("{{name}}", ["<name>"]),
        ("{{ name }}", ["< name >"]),
        ("Hello {{name}}, hello", ["Hello ", "<name>", ", hello"]),
        ("{{a}}{{b}}", ["<a>", "<b>"]),
        ("{{}}", ["<>"]),
        (r"\{{name}}", ["{{name}}"]),
        (r"\{{", ["{{"]),
        (r"\\{{name}}", ["\\", "<name>"]),
        (r"\\\{{name}}", ["\\{{name}}"]),
        (r"\\\\{{name}}", ["\\\\", "<name>"]),
        (r"a\b \{{x}} {{y}} \{{z", [r"a\b {{x}} ", "<y>", " {{z"]),
        (r"{{a}}\{{b}}", ["<a>", "{{b}}"]),
        ("{{ not closed", ["{{ not closed"]),
        (r"\\{{ not closed", [r"\\{{ not closed"]),
        ("{{ not closed, {{name}}", ["{{ not closed, ", "<name>"]),
        ("{{{name}}}", ["{", "<name>", "}"]),
        (r"\{{{name}}}", ["{{{name}}}"]),
        (r"\\{{{name}}}", ["\\{", "<name>", "}"]),
        ("{{{{name}}}}", ["{{", "<name>", "}}"]),
        (r"\{{{{name}}", ["{{", "<name>"]),
        ('{"a":{"b":{{n}}}}', ['{"a":{"b":', "<n>", "}}"]),
        ('{{$choice "a}}b" c}}', ['<$choice "a}}b" c>']),
        ('{{$choice "a{{b" c}}', ['<$choice "a{{b" c>']),
        ('{{$choice "a b}} and "c"', ['<$choice "a b>', ' and "c"']),
        ("{{a}b}}", ["<a}b>"]),
        ("{{a{b}}", ["<a{b>"]),
        ("}}{{", ["}}{{"]),
    ],
)
def test_a_text_falls_into_literal_parts_and_placeholders(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


@given(texts)
def test_any_text_has_a_form_that_means_exactly_it(text: str) -> None:
    assert "".join(str(piece) for piece in pieces(escape(text))) == text


@given(texts)
def test_what_stands_in_no_text_leaves_it_alone(text: str) -> None:
    assert stands_in(text) == (pieces(text) not in ([text], []))


@given(texts)
def test_a_placeholder_made_literal_changes_nothing_else(text: str) -> None:
    found = pieces(text)
    for piece in found:
        if isinstance(piece, Placeholder):
            made = as_it_is(text, [piece])
            literal = text[piece.start : piece.end]
            expected = [literal if each is piece else sources(text, [each]) for each in found]
            assert sources(made, pieces(made)) == "".join(expected)
            others = [each.inside for each in found if isinstance(each, Placeholder) and each is not piece]
            assert [each.inside for each in pieces(made) if isinstance(each, Placeholder)] == others


def test_a_placeholder_can_hold_something_else_instead() -> None:
    text = r"\\{{a}} {{b}} {{{a}}"
    first, second = (piece for piece in pieces(text) if isinstance(piece, Placeholder) and piece.inside == "a")
    assert instead(text, [first, second], "$uuid") == r"\\{{$uuid}} {{b}} {{{$uuid}}"


@pytest.mark.parametrize(
    "name",
    ["total", "_", "a1", "Order total", "line-items.0.sku", "größe", "名前", "हिन्दी", "имя клиента", "x" * 100],
)
def test_a_name_may_be_in_any_script_and_have_inner_blanks(name: str) -> None:
    assert read(f"  {name}\n") == Asked(name)


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ("", "nothing stands between"),
        (" \t", "nothing stands between"),
        ("1st", "begins with a letter"),
        ("-a", "begins with a letter"),
        ("²", "begins with a letter"),
        ("a/b", "not “/”"),
        ("a\tb", "an invisible character"),
        ("a\ud800", "an invisible character"),
        ("a  b", "two blanks"),
        ('"a"', "begins with a letter"),
        ("#each items", "begins with a letter"),
        ("x" * 101, "at most 100"),
        ("$", "a built-in is"),
        ("$now(1)", "a built-in is"),
        ("$ now", "a built-in is"),
        ('$choice "a', "straight double quotes"),
        ('$choice a"b"', "straight double quotes"),
        ('$choice "a"b', "straight double quotes"),
        ("$choice “dark blue”", "straight double quotes"),
    ],
)
def test_what_can_not_be_read_says_why(inside: str, says: str) -> None:
    with pytest.raises(VariableError, match=says):
        read(inside)


@pytest.mark.parametrize(
    ("inside", "call"),
    [
        ("$uuid", Call("uuid", ())),
        ("  $uuid ", Call("uuid", ())),
        ("$now +2d", Call("now", (Argument("+2d", False),))),
        ("$now+2d -90m", Call("now", (Argument("+2d", False), Argument("-90m", False)))),
        ("$first-name", Call("first-name", ())),
        (
            '$choice red\n "dark blue" "" it\'s',
            Call(
                "choice",
                (Argument("red", False), Argument("dark blue", True), Argument("", True), Argument("it's", False)),
            ),
        ),
    ],
)
def test_a_built_in_is_its_name_and_its_arguments(inside: str, call: Call) -> None:
    assert read(inside) == call


@given(texts)
def test_any_text_can_be_asked_what_it_is(inside: str) -> None:
    for wanted in (inside, "$" + inside, "$choice " + inside):
        with suppress(VariableError):
            assert isinstance(read(wanted), (Asked, Call))


@pytest.mark.parametrize(
    "text",
    [
        "{{ " * 300_000 + "\\{{",
        "{{" * 300_000 + "}",
        "\\" * 500_000 + "{{",
        "\\" * 500_000 + "x\\{{",
        '{{"' * 300_000 + "}",
        '{{ "{{""{{""{{"' * 60_000 + "}",
        "{{" + "a" * 500_000 + "}",
        "{{" + '"' * 500_000 + "}}",
        "{{" + "} " * 300_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    begun = time.thread_time()
    pieces(text)
    pieces(escape(text))
    assert time.thread_time() - begun < 10  # some tenths of a second; minutes if it went back and forth
