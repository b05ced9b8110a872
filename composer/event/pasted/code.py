"""A call in a program: fetch as browsers copy it, and the Python and JavaScript that the composer itself writes."""

from __future__ import annotations

import json
import re

from composer.event.pasted.taken import Pasted, PasteError, taken
from composer.event.payload import Json

_FETCH = re.compile(r"\s*+(?:(?:const|let|var)\s++\w++\s*+=\s*+)?(?:await\s++)?fetch\(\s*+")
_PYTHON = re.compile(r"\s*+import os\s++import httpx\s")
_JAVASCRIPT = re.compile(r"\s*+(?://[^\n]*+\s++)*+const body = ")
_BODY = re.compile(
    r"^(?:const )?body = (?:"
    r'r"""(?P<double>.*?)"""'
    r"|r'''(?P<single>.*?)'''"
    r"|String\.raw`(?P<raw>[^`]*+)`"
    r'|(?:"\\n"\.join\()?(?=(?P<lines>\[)))',
    re.MULTILINE | re.DOTALL,
)
_ADDRESS = re.compile(r'^(?:response = httpx\.post\(|const response = await fetch\()\s*+(?=")', re.MULTILINE)
_decoder = json.JSONDecoder()


def read(text: str) -> Pasted | None:
    """The event that a program in `text` sends; None when it is none of these. Raises PasteError."""
    fetch = _FETCH.match(text)
    if fetch is not None:
        return _fetched(text, fetch.end())
    if _PYTHON.match(text):
        return _ours(text, "a Python snippet")
    return _ours(text, "a JavaScript snippet") if _JAVASCRIPT.match(text) else None


def _fetched(text: str, at: int) -> Pasted | None:
    """A call whose arguments are JSON: the address and the options."""
    url, at = _json(text, at)
    comma = re.compile(r"\s*+,\s*+(?=\{)").match(text, at)
    if not isinstance(url, str) or comma is None:
        return None
    options, at = _json(text, comma.end())
    if not isinstance(options, dict):
        raise PasteError(
            "The options of this fetch call can't be read: they are no JSON. Copy it from the browser's network "
            "list as fetch, or paste its body alone."
        )
    body = options.get("body")
    if not isinstance(body, str) or not body:
        raise PasteError("This fetch call sends no body, so there is no event in it. Copy one that was a POST.")
    return taken(body, "a fetch call", url)


def _ours(text: str, what: str) -> Pasted | None:
    match = _BODY.search(text)
    address = _ADDRESS.search(text, match.end()) if match else None
    if match is None or address is None:
        return None
    if match["lines"]:
        lines, _ = _json(text, match.start("lines"))
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise PasteError(f"The body of this {what.partition(' ')[2]} can't be read. Paste its JSON alone.")
        body = "\n".join(lines)
    else:
        body = next(piece for piece in match.group("double", "single", "raw") if piece is not None)
    url, _ = _json(text, address.end())
    return taken(body, what, url if isinstance(url, str) else "")


def _json(text: str, at: int) -> tuple[Json, int]:
    """The JSON value that begins at `at`, and where it ends; None where there is none."""
    try:
        value, end = _decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, at
    return value, end
