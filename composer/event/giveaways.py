"""What gives somebody away in the words of a server, and texts as they are compared."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from urllib.parse import unquote

_FIRST_MARK = 0xE000  # of Unicode's private characters
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\"\\/]))")
_MAYBE_ESCAPED = re.compile(r"[\\%&]")
_MOST_ESCAPES = 10  # of escapes
_SECRETS = (
    re.compile(
        r"\b(authorization|token|secret|api[ _-]?key|pass(?:word|wd)|pwd)[\"']?\s*[:=]\s*[\"']?"
        r"(?:(?:bearer|basic)\s+)?[^\s\"'<>,;]{3,}",
        re.IGNORECASE,
    ),
    re.compile(r"\b(bearer|basic)\s+(?!auth|token)[\w.~+/=-]{8,}", re.IGNORECASE),
    re.compile(r"\b(token|secret|api[ _-]?key)\s+[\"']?(?=\S*\d)[\w.~+/=-]{6,}", re.IGNORECASE),
    re.compile(r"\b(sk|pk|rk|key|tok)_\w{4,}"),
)
_ENCODED = re.compile(r"(?<![\w+/-])[\w+/-]{8,}={0,2}(?![\w+/=-])", re.ASCII)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_STRANGE = (
    (re.compile(r"\b[a-z][a-z0-9+.-]{0,30}://[^\s\"'<>]+", re.IGNORECASE), "<URL>"),
    (re.compile(r"\?[^\s\"'<>?=]+=[^\s\"'<>]*"), "<query>"),
    (re.compile(r"[^\s@<>\"'`(),:;=]{1,64}@[^\s@<>\"'`(),:;]+"), "<email>"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "<UUID>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\b"), "<date>"),
    (re.compile(r"\b\d{1,4}([/.])\d{1,2}\1\d{2,4}\b"), "<date>"),
    (re.compile(rf"\b(?:{_MONTH}\.? \d{{1,2}}|\d{{1,2}}\.? {_MONTH})\b\.?,?(?: \d{{4}}\b)?", re.IGNORECASE), "<date>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<address>"),
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)[\w-]{20,}|\b[0-9a-f]{16,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"[+(]?\d(?:[\s().'_-]{0,2}\d){6,}"), "<phone or long number>"),
)


class Marks:
    """One character for each placeholder, so that nothing is looked for in the placeholders themselves."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._marks: dict[str, str] = {}

    def of(self, placeholder: str) -> str:
        """The character that stands for `placeholder`."""
        mark = self._marks.get(placeholder)
        if mark is None:
            mark = self._marks[placeholder] = chr(_FIRST_MARK + len(self.names))
            self.names[mark] = placeholder
        return mark

    def read(self, text: str) -> str:
        """`text` with the placeholders."""
        return "".join(self.names.get(c, c) for c in text)


def without_keys(said: str, marks: Marks) -> str:
    """`said` without keys, passwords and what is in Base64."""
    for secret in _SECRETS:
        said = secret.sub(lambda found: f"{found[1]} {marks.of('<secret>')}", said)
    return _ENCODED.sub(lambda found: marks.of("<encoded text>") if _is_encoded(found[0]) else found[0], said)


def without_strangers(said: str, marks: Marks) -> str:
    """`said` without what looks like an address, a number of somebody, a date."""
    for strange, placeholder in _STRANGE:
        said = strange.sub(marks.of(placeholder), said)
    return said


def plain(text: str) -> str:
    """`text` without escapes and invisible characters, so that a value is found however it was written."""
    if text.isascii() and not _MAYBE_ESCAPED.search(text):
        return text
    for _ in range(_MOST_ESCAPES):
        before = text
        text = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)) if not found[3] else found[3], text)
        text = html.unescape(unquote(text))
        if text == before:
            break
    return unicodedata.normalize("NFKC", _PRIVATE.sub(" ", text)).translate(_VISIBLE)


def folded(plain_text: str) -> str:
    """Plain text in small letters without accents, of the same length."""
    return plain_text.lower() if plain_text.isascii() else plain_text.translate(_FOLDED)


class _Visible(dict[int, str]):
    def __missing__(self, code: int) -> str:
        c = chr(code)
        self[code] = "" if unicodedata.category(c) == "Cf" else c
        return self[code]


class _Folded(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = unicodedata.normalize("NFKD", chr(code))[0].lower()[0]
        return self[code]


_VISIBLE, _FOLDED = _Visible(), _Folded()


def _is_encoded(text: str) -> bool:
    """Whether it is Base64 of what can be read. Ordinary words are not: their bytes are no characters."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        read = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    return read.isprintable()
