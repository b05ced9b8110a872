"""Takes a key out of what a server sent back, however it is spelled there.

A server or a proxy may echo the request, escaped for JSON, HTML or an address; the history keeps what it said.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from urllib.parse import quote

from composer.storage.secrets import Secret

HIDDEN = "(key hidden)"
SHORTEST_HIDDEN = 8  # characters; a shorter "key" is not one, and hiding it would tear ordinary words apart

_ROUNDS = 6  # of escaping inside escaping
_LONGEST_ESCAPE = 24  # characters that one may be written with
_HEX = "[0-9a-fA-F]{2}"
_ESCAPE = re.compile(
    rf"\\+(?:u00(?P<u>{_HEX})|x(?P<x>{_HEX})|(?P<plain>[^\\%&]))?"  # of JSON and of programs; any depth
    rf"|%(?:25)*(?P<percent>{_HEX})"
    r"|&(?:amp;)*(?:(?P<entity>#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{0,31});)?"
    r"|(?P<utf8>[\xc2\xc3][\x80-\xbf])"  # a character of two bytes, read as two characters
)
_ZEROS = re.compile(r"\0+")  # UTF-16 and UTF-32, read as bytes
_JSON_TEXT = re.compile(r'(?s)"[^"\\]*+(?:\\.[^"\\]*+)*+"?')  # or the beginning of one: so no place is read twice


class Hider:
    """Hides one key. Escapes of JSON, of addresses and of HTML are seen through, whole or in part, in any nesting."""

    def __init__(self, secret: Secret) -> None:
        key = secret.reveal()
        self._spellings: list[str] = []
        self._bare = ""
        if len(key) < SHORTEST_HIDDEN:
            return
        bare = _bare(key)[0]
        self._bare = bare if len(bare) >= SHORTEST_HIDDEN else ""
        # What is left for a key that looks like escapes itself, or has some right before it.
        escaped = json.dumps(key)[1:-1]
        quoted = quote(key, safe="")
        spellings = {key, key.encode().decode("latin-1"), html.escape(key), escaped, escaped.replace("/", r"\/")}
        spellings |= {quoted, re.sub("%..", lambda code: code[0].lower(), quoted)}
        self._spellings = sorted(spellings, key=len, reverse=True)

    def text(self, text: str) -> str:
        """`text` with HIDDEN in the place of each key."""
        if self._bare:
            text = self._without_bare(text)
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        return text

    def body(self, data: bytes, *, whole: bool) -> bytes:
        """The same for the body of an answer. One that is not `whole` also loses a beginning of the key at its end."""
        encoding = _encoding(data)
        text = data.decode(encoding)
        if not whole:
            text = self._without_beginning(text)
        text = self.text(text)
        if encoding == "utf-8" and self._spellings:
            text = _JSON_TEXT.sub(self._json_text, text)
        return text.encode(encoding)

    def _without_bare(self, text: str) -> str:
        bare, at = _bare(text)
        parts, end = [], 0
        found = bare.find(self._bare)
        while found >= 0:
            after = found + len(self._bare)
            parts += [text[end : at[found]], HIDDEN]
            end = at[after]
            found = bare.find(self._bare, after)
        return "".join((*parts, text[end:]))

    def _json_text(self, match: re.Match[str]) -> str:
        """A text of JSON as it stands; where it says the key once it is read, as it is written without the key."""
        if "\\" not in match[0]:
            return match[0]
        try:
            said = json.loads(match[0], strict=False)
        except ValueError:
            return match[0]
        hidden = self.text(said)
        return match[0] if hidden == said else json.dumps(hidden)

    def _without_beginning(self, text: str) -> str:
        places = [len(text) - _shared(text, spelling) for spelling in self._spellings]
        if self._bare:
            tail = max(0, len(text) - _LONGEST_ESCAPE * (len(self._bare) + 1))
            for back in range(min(_LONGEST_ESCAPE, len(text) - tail)):  # the end may be the half of an escape
                bare, at = _bare(text[tail : len(text) - back])
                shared = _shared(bare, self._bare)
                if shared > (2 if back else 0):
                    places.append(tail + at[len(bare) - shared])
        return text[: min(places, default=len(text))]


def _shared(text: str, key: str) -> int:
    """How many characters at the end of `text` are a beginning of `key`."""
    return next((size for size in range(min(len(key), len(text)), 0, -1) if text.endswith(key[:size])), 0)


def _encoding(data: bytes) -> str:
    try:
        data.decode()
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _bare(text: str) -> tuple[str, Sequence[int]]:
    """`text` without any escapes, and for each of its characters, and its end, the place in `text` where it began.

    A plus sign becomes a blank, which it is in forms.
    """
    text, at = _read(_ZEROS, text, range(len(text) + 1))
    for _ in range(_ROUNDS):
        before = text
        text, at = _read(_ESCAPE, text, at)
        if text == before:
            break
    return text.replace("+", " "), at


def _read(escape: re.Pattern[str], text: str, at: Sequence[int]) -> tuple[str, Sequence[int]]:
    parts: list[str] = []
    places: list[int] = []
    end = 0
    for match in escape.finditer(text):
        start = match.start()
        character = _meant(match)
        parts += [text[end:start], character]
        places += at[end:start]
        places += [at[start]] * len(character)
        end = match.end()
    if not parts:
        return text, at
    places += at[end:]
    return "".join((*parts, text[end:])), places


def _meant(match: re.Match[str]) -> str:
    """The character that an escape stands for, which may be none."""
    kind = match.lastgroup
    if kind is None:
        return "&" if match[0].startswith("&") else ""
    said = match[kind]
    if kind == "plain":
        return said
    if kind == "utf8":
        return said.encode("latin-1").decode()
    if kind == "entity":
        character = html.unescape(f"&{said};")
        return character if len(character) == 1 else match[0]
    return chr(int(said, 16))
