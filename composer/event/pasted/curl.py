"""A cURL command, as documentation, browsers and Postman write it: its body and its address, and nothing else of it."""

from __future__ import annotations

import re

from composer.event.jsontext import JsonTextError, parse
from composer.event.pasted.posix import posix
from composer.event.pasted.taken import Pasted, PasteError, taken
from composer.event.pasted.words import Command, Shell, cmd, powershell, without_slashes
from composer.event.walk import readable

WHAT = "a cURL command"

# Comments and variables may come before the command, and a prompt.
_STARTS = re.compile(
    r"\s*+(?:[ \t]*+(?:\#[^\n]*+|(?:export[ ]|set[ ]|\$env:)?\w++[ ]?=[^\n]*+)?\n)*+"
    r"[ \t]*+(?:(?:[$%>❯]|PS[^>\n]{0,300}>|[A-Za-z]:\\[^>\n]{0,300}>)[ \t]*+)?"
    r"(?P<command>(?:[^\s|]{0,300}[/\\])?curl(?:\.exe)?[ \t\\^`]|(?:printf|echo|cat)\s(?=.*\|\s*+curl\s))",
    re.VERBOSE | re.DOTALL,
)
_IS_MEANT = re.compile(r"\s--?[A-Za-z]|://")  # curl is a word of English, too
_POWERSHELL = re.compile(r"`[ \t]*+\r?\n")
_CMD = re.compile(r'\^[ \t]*+\r?\n|\^"')

_LITERAL = {"--data-raw"}
_DATA = {"-d", "--data", "--data-ascii", "--data-binary", "--json", *_LITERAL}
_FORMS = {"-F", "--form", "--form-string", "--data-urlencode"}
_FILES = {"-T", "--upload-file"}
# Those whose argument could be taken for an address.
_WITH_ARGUMENT = {
    "--cacert", "--capath", "--cert", "--connect-to", "--cookie", "--cookie-jar", "--doh-url", "--header", "--key",
    "--output", "--preproxy", "--proxy", "--proxy-header", "--referer", "--request", "--request-target", "--resolve",
    "--user", "--user-agent", "--write-out", "--url-query",
}  # fmt: skip
_LETTERS_WITH_ARGUMENT = frozenset("AbcCdDeEFHKmoPQrtTuUwxXyYz")


def read(text: str) -> Pasted | None:
    """The event that the cURL command in `text` sends; None when there is no such command. Raises PasteError."""
    start = _STARTS.match(text)
    if start is None or not _IS_MEANT.search(text, start.start("command")):
        return None
    text = text[start.start("command") :]
    refused: PasteError | None = None
    for shell in _shells(text):
        try:
            for command in shell(text):
                name = re.split(r"[/\\]", command.words[0])[-1].lower() if command.words else ""
                if name in {"curl", "curl.exe"}:
                    return _taken(command)
        except PasteError as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return None


def _shells(text: str) -> tuple[Shell, ...]:
    """The shells that the command may have been written for, the likeliest first."""
    if _POWERSHELL.search(text):
        return powershell, posix
    return (cmd, posix) if _CMD.search(text) else (posix, cmd, powershell)


def _taken(command: Command) -> Pasted:
    body, url, is_filled = _call(command)
    if body is None:
        raise PasteError("This cURL command sends no body, so there is no event in it. Copy one that has --data.")
    remarks = ("The shell would fill in a variable in its body. It is taken as it is written.",) if is_filled else ()
    if '\\"' in body and _is_broken(body):  # as PowerShell had to write it for other programs
        bare = without_slashes(body)
        body = body if _is_broken(bare) else bare
    return taken(body, WHAT, url, remarks)


def _is_broken(text: str) -> bool:
    try:
        parse(text)
    except JsonTextError:
        return True
    return False


def _call(command: Command) -> tuple[str | None, str, bool]:
    """The body and the address of a call, and whether the shell would fill in something in the body."""
    body: str | None = None
    url = ""
    is_filled = False
    for name, value, at in _options(command.words):
        if name == "--next":
            break
        if name in {"-G", "--get"}:
            raise PasteError("This cURL command sends its data in the address. An event is the body of a POST.")
        if name in _FORMS:
            raise PasteError(f"This cURL command sends a form ({name}). An event is sent as JSON, with --data.")
        if name in _FILES:
            raise _in_file(value)
        if name in _DATA:
            is_filled |= at in command.filled
            data = value if name in _LITERAL or not value.startswith("@") else _file(name, value[1:], command.stdin)
            body = data if body is None else body + ("" if name == "--json" else "&") + data
        elif name == "--url" or (not name and not url and ("://" in value or "/stores/" in value)):
            url = value
    return body, url, is_filled


def _options(words: list[str]) -> list[tuple[str, str, int]]:
    """Each option with its argument, ("", word) for what is none, and the index of the word with the argument."""
    found: list[tuple[str, str, int]] = []
    at = 1
    while at < len(words):
        word = words[at]
        if word.startswith("--"):
            if word in _WITH_ARGUMENT or word in _DATA or word in _FORMS or word in _FILES or word == "--url":
                at += 1
                found.append((word, words[at] if at < len(words) else "", at))
            else:
                found.append((word, "", at))
        elif word.startswith("-"):
            for position, letter in enumerate(word[1:], start=2):
                if letter in _LETTERS_WITH_ARGUMENT:
                    at += position == len(word)
                    found.append((f"-{letter}", word[position:] or "".join(words[at : at + 1]), at))
                    break
                found.append((f"-{letter}", "", at))
        else:
            found.append(("", word, at))
        at += 1
    return found


def _file(name: str, file: str, stdin: str | None) -> str:
    """What an argument with an @ stands for: only standard input can be known."""
    if file != "-" or stdin is None:
        raise _in_file(file)
    return stdin if name in {"--data-binary", "--json"} else re.sub("[\r\n\0]", "", stdin)


def _in_file(file: str) -> PasteError:
    where = f"the file “{readable(file)}”" if file not in {"", "-", "."} else "a file"
    return PasteError(
        f"The body of this cURL command is in {where}, which is not opened. Open that file, or paste what is in it."
    )
