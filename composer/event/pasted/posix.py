"""The words of a command as bash and its like would hand them to a program, $'…' and here documents included.

Nothing is run, opened or filled in: variables stay as they are written.
"""

from __future__ import annotations

import re
from itertools import pairwise

from composer.event.pasted.words import MOST_PIECES, Command, too_long, unclosed

_TOKEN = re.compile(
    r"""(?P<blank>(?:[ \t\r]|\\\r?\n|\\\Z)++)
    |(?P<pipe>\|&?(?!\|))
    |(?P<end>\n|;|&&|\|\||&|[()])
    |'(?P<single>[^']*+)'
    |\$'(?P<ansi>(?:[^'\\]++|\\.)*+)'
    |\$?"(?P<double>(?:[^"\\]++|\\.)*+)"
    |\\(?P<escaped>.)
    |<<(?P<tabs>-?)(?!<)[ \t]*(?P<here>'[^'\n]+'|"[^"\n]+"|[\w.-]+)
    |(?P<redirect><<<|>>|>&|<&|<<|[<>])
    |(?P<comment>(?<![^\s;|&()])\#[^\n]*)
    |(?P<plain>[^\s'"\\$;&|()<>\#]++|[$\#]|[^\S \t\r\n])""",
    re.VERBOSE | re.DOTALL,
)
_IN_DOUBLE = re.compile(r'\\(?:\r?\n|([$`"\\]))')
_FILLED = re.compile(r"(?<!\\)(?:\\\\)*(?:\$[A-Za-z_{(]|`)")
_ANSI = re.compile(
    r"(?P<bytes>(?:\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3})++)|(?P<units>(?:\\u[0-9a-fA-F]{1,4})++)|\\U(?P<U>[0-9a-fA-F]{1,8})"
    r"|\\(?P<letter>.)",
    re.DOTALL,
)
_BYTE = re.compile(r"\\x([0-9a-fA-F]{1,2})|\\([0-7]{1,3})")
_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class _Begun:
    """A command while it is read."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.filled: set[int] = set()
        self.stdin: str | None = None
        self.is_piped = False  # into the next one
        self._pieces: list[str] | None = None
        self._is_filled = False
        self._meant_for = ""  # the redirection that the next word belongs to

    def add(self, piece: str, *, is_filled: bool) -> None:
        self._pieces = [] if self._pieces is None else self._pieces
        self._pieces.append(piece)
        self._is_filled |= is_filled

    def end_word(self) -> None:
        if self._pieces is None:
            return
        word = "".join(self._pieces)
        if self._meant_for == "<<<":
            self.stdin = word + "\n"
        elif not self._meant_for:
            if self._is_filled:
                self.filled.add(len(self.words))
            self.words.append(word)
        self._pieces, self._is_filled, self._meant_for = None, False, ""

    def redirect(self, mark: str) -> None:
        self.end_word()
        self._meant_for = mark

    def output(self) -> str | None:
        """What it writes, where that is known without running it."""
        if self.words[:1] == ["cat"] and len(self.words) == 1:
            return self.stdin
        if self.words[:2] == ["printf", "%s"] and len(self.words) == 3:
            return self.words[2]
        if self.words[:1] == ["echo"] and len(self.words) == 2:
            return self.words[1] + "\n"
        return None


def posix(text: str) -> list[Command]:
    """The commands in a text for a POSIX shell or bash. Raises PasteError."""
    begun = [_Begun()]
    here: list[tuple[_Begun, str, bool]] = []  # documents that begin after this line
    at = read = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise unclosed(text, at)
        kind, at, read = str(match.lastgroup), match.end(), read + 1
        if read > MOST_PIECES:
            raise too_long()
        current = begun[-1]
        if kind in {"end", "pipe"}:
            current.end_word()
            current.is_piped = kind == "pipe"
            if current.words:  # a pipe goes on in the next line
                begun.append(_Begun())
            if match[0] == "\n":
                for command, mark, without_tabs in here:
                    command.stdin, at = _document(text, at, mark, without_tabs=without_tabs)
                here = []
        elif kind == "blank":
            current.end_word()
        elif kind == "redirect":
            current.redirect(match[0])
        elif kind == "here":
            current.end_word()
            here.append((current, match["here"].strip("'\""), bool(match["tabs"])))
        elif kind != "comment":
            piece = match[kind]
            is_filled = (kind == "double" and _FILLED.search(piece) is not None) or piece == "$"
            current.add(_read(kind, piece), is_filled=is_filled)
    begun[-1].end_word()
    for command, after in pairwise(begun):
        if command.is_piped and after.stdin is None:
            after.stdin = command.output()
    return [Command(each.words, each.stdin, frozenset(each.filled)) for each in begun]


def _document(text: str, start: int, mark: str, *, without_tabs: bool) -> tuple[str, int]:
    """The here document that begins at `start`, and where it ends; without its mark it goes on to the end."""
    tabs = "\t*+" if without_tabs else ""
    end = re.compile(rf"^{tabs}{re.escape(mark)}\r?(?:\n|\Z)", re.MULTILINE).search(text, start)
    document = text[start:] if end is None else text[start : end.start()]
    if without_tabs:
        document = re.sub(r"^\t+", "", document, flags=re.MULTILINE)
    return document, len(text) if end is None else end.end()


def _read(kind: str, piece: str) -> str:
    if kind == "double":
        return _IN_DOUBLE.sub(lambda match: match[1] or "", piece)
    return _ANSI.sub(_ansi, piece) if kind == "ansi" else piece


def _ansi(match: re.Match[str]) -> str:
    r"""What one escape of $'…' stands for; ``\xc3\xa9`` are the bytes of one character, as are two halves in ``\u``."""
    if match["bytes"]:
        data = bytes(int(x, 16) if x else int(octal, 8) & 0xFF for x, octal in _BYTE.findall(match[0]))
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if match["units"]:
        units = [int(unit, 16) for unit in match[0].split("\\u")[1:]]
        return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le", "surrogatepass")
    if match["U"]:
        code = int(match["U"], 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _LETTERS.get(match["letter"], match["letter"] if match["letter"] in "\\'\"?" else match[0])
