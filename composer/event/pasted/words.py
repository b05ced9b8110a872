"""The words of a command, as cmd.exe or PowerShell would hand them to a program; `posix` reads the other shells.

Nothing is run, opened or filled in: variables stay as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from composer.event.jsontext import LineIndex
from composer.event.pasted.taken import PasteError


class Command(NamedTuple):
    """One command: its words, what it reads on standard input (None when that is not in the text), and the indexes
    of the words in which a shell would fill something in.
    """

    words: list[str]
    stdin: str | None = None
    filled: frozenset[int] = frozenset()


Shell = Callable[[str], list[Command]]

MOST_PIECES = 300_000  # of words; reading them takes about half a second

_CARET = re.compile(r'\^\r?\n(\r\n|.)?|\^(.)|("[^"]*+"?)', re.DOTALL)
_QUOTED = re.compile(r'"(?P<whole>(?:[^"\\]++|\\.)*+)"(?=[ \t]|\Z)', re.DOTALL)
_PIECE = re.compile(r'(?P<slashes>\\*+)(?P<quotes>"++)|(?P<blank>[ \t]++)|(?P<plain>[^" \t\\]++|\\++)')
_SLASHES = re.compile(r'(\\++)"')
_SINGLE = re.compile(r'(?<!\\)\\(?:\\\\)*+(?![\\"])')  # a backslash that is not one of two
_PAIR = re.compile(r"\\(.)", re.DOTALL)

_POWERSHELL = re.compile(
    r"""(?P<blank>(?:[ \t]|`\r?\n|`\Z)++)
    |(?P<end>\r?\n|;|\|)
    |@'[ \t]*\r?\n(?P<here>.*?)\r?\n'@
    |@"[ \t]*\r?\n(?P<rich>.*?)\r?\n"@
    |'(?P<single>(?:[^']++|'')*+)'
    |"(?P<double>(?:[^"`]++|`.|"")*+)"
    |`(?P<escaped>.)
    |(?P<plain>[^\s'"`;|@]++|[^\S \t\n]|@)""",
    re.VERBOSE | re.DOTALL,
)
_TICK = re.compile(r'`(.)|""', re.DOTALL)
_TICKED = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_FILLED = re.compile(r"(?<!`)(?:``)*\$[A-Za-z_{(]")


def cmd(text: str) -> list[Command]:
    """The first command in a text for cmd.exe: carets first, as that shell reads them, then the program's quotes."""
    words = arguments(_without_carets(text.strip()), has_all_doubled='^"' in text)
    ends = [at for at, word in enumerate(words) if word in {"&", "&&", "|", ">"}]
    return [Command(words[: min(ends, default=len(words))])]


def _without_carets(text: str) -> str:
    if "\0" not in text:
        marked = text.replace("^^", "\0")
        if marked.count('"') == marked.count('^"'):  # as browsers write it: nothing is quoted for cmd.exe itself
            return marked.replace("^\r\n", "").replace("^\n", "").replace("^", "").replace("\0", "^")
    return _CARET.sub(r"\1\2\3", text)


def arguments(line: str, *, has_all_doubled: bool = False) -> list[str]:
    r"""The words of a Windows command line: ``"a b"``, and ``\"`` or ``""`` for a quote inside. Raises PasteError.

    Chrome doubles every backslash where only those before a quote should be; `has_all_doubled` says it may be so.
    """
    is_chrome = has_all_doubled and _SINGLE.search(line) is None
    words: list[str] = []
    pieces: list[str] | None = None  # of a word that has begun
    is_quoted, opened_at, at = False, 0, 0
    read = 0
    while match := (None if is_quoted or pieces is not None else _QUOTED.match(line, at)) or _PIECE.match(line, at):
        at, read = match.end(), read + 1
        if read > MOST_PIECES:
            raise too_long()
        if match.lastgroup == "whole":  # nearly always; and far faster for a long one
            words.append(_unescaped(match["whole"], is_chrome=is_chrome))
            continue
        if match.lastgroup == "blank" and not is_quoted:
            words += [] if pieces is None else ["".join(pieces)]
            pieces = None
            continue
        pieces = [] if pieces is None else pieces
        if match.lastgroup != "quotes":
            pieces.append(match[0].replace("\\\\", "\\") if is_chrome else match[0])
            continue
        slashes, quotes = len(match["slashes"]), len(match["quotes"])
        pieces.append("\\" * (slashes // 2))
        if slashes % 2:
            pieces.append('"')
            quotes -= 1
        while quotes:
            if is_quoted and quotes > 1:
                pieces.append('"')
                quotes -= 2
            else:
                is_quoted, opened_at = not is_quoted, match.start()
                quotes -= 1
    if is_quoted:
        raise unclosed(line, opened_at)
    return words if pieces is None else [*words, "".join(pieces)]


def _unescaped(quoted: str, *, is_chrome: bool) -> str:
    if is_chrome:
        return _PAIR.sub(r"\1", quoted)
    if "\\\\" not in quoted:
        return quoted.replace('\\"', '"')
    return without_slashes(quoted + '"')[:-1]  # those at the end stand before the closing quote


def without_slashes(text: str) -> str:
    """`text` with half of the backslashes before each quote, as programs on Windows read it inside quotes."""
    return _SLASHES.sub(lambda slashes: "\\" * (len(slashes[1]) // 2) + '"', text)


def powershell(text: str) -> list[Command]:
    """The commands in a text for PowerShell. Raises PasteError."""
    commands: list[Command] = []
    words: list[list[str]] = []  # in pieces
    filled: set[int] = set()
    is_within = False  # a word has begun
    at = read = 0
    while at < len(text):
        match = _POWERSHELL.match(text, at)
        if match is None:
            raise unclosed(text, at)
        kind, at, read = str(match.lastgroup), match.end(), read + 1
        if read > MOST_PIECES:
            raise too_long()
        if kind == "blank":
            is_within = False
        elif kind == "end":
            commands.append(Command(["".join(word) for word in words], None, frozenset(filled)))
            words, filled, is_within = [], set(), False
        else:
            words += [] if is_within else [[]]
            is_within = True
            piece = match[kind]
            if kind in {"double", "rich", "plain"} and _FILLED.search(piece):
                filled.add(len(words) - 1)
            if kind == "single":
                piece = piece.replace("''", "'")
            elif kind in {"double", "rich"}:
                piece = _TICK.sub(lambda tick: '"' if tick[1] is None else _TICKED.get(tick[1], tick[1]), piece)
            words[-1].append(_TICKED.get(piece, piece) if kind == "escaped" else piece)
    return [*commands, Command(["".join(word) for word in words], None, frozenset(filled))]


def too_long() -> PasteError:
    """What to say of a command in more pieces than can be read in a moment."""
    return PasteError("This command is too long to be taken apart. Paste the JSON of its body alone.")


def unclosed(text: str, at: int) -> PasteError:
    """What to say of a quote at `at` that nothing closes."""
    line, column = LineIndex(text).at(at)
    return PasteError(
        f"A quote in line {line}, column {column} of this command is never closed. Copy the whole command."
    )
