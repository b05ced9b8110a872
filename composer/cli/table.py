"""A table for the terminal: no wider than that, whatever the width of its letters and the direction they run in."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Sequence

from composer.cli.texts import shown

_GAP = "  "
_LEAST = 6  # columns of the terminal that a cell keeps
_TO_THE_LEFT = frozenset({"R", "AL", "AN"})  # of Unicode's bidirectional classes
_TO_THE_RIGHT = "\u200e"  # the mark that ends such a cell, so that two of them do not change places


def lines(rows: Sequence[Sequence[str]], firm: int) -> list[str]:
    """The rows, of which the first has the headings, one a line. The widest columns behind the `firm` first ones are
    shortened until all fit. Where it is not for a terminal, and COLUMNS is not set, nothing is shortened.
    """
    encoding = sys.stdout.encoding or "utf-8"
    cells = [[_as_shown(cell, encoding) for cell in row] for row in rows]
    room = shutil.get_terminal_size((0, 0)).columns
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    if room:
        widths = widths[:firm] + _shortened(widths[firm:], room - sum(widths[:firm]) - len(_GAP) * (len(widths) - 1))
    dots = _as_shown("…", encoding)
    dots = dots if len(dots) == 1 else "~"
    return [_GAP.join(_cell(*pair, dots) for pair in zip(row, widths, strict=True)).rstrip() for row in cells]


def width(text: str) -> int:
    """How many columns of a terminal the text takes: two for each letter of East Asia, none for marks upon others."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(letter: str) -> int:
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1


def _as_shown(text: str, encoding: str) -> str:
    """On one line, and with escapes where the terminal has no such letter, which take room, too."""
    return shown(text).encode(encoding, "backslashreplace").decode(encoding)


def _shortened(widths: list[int], room: int) -> list[int]:
    while sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _cell(text: str, room: int, dots: str) -> str:
    if width(text) > room:
        kept, left = "", room - 1
        for letter in text:
            left -= _width(letter)
            if left < 0:
                break
            kept += letter
        text = kept + dots
    blanks = " " * (room - width(text))
    is_to_the_left = not text.isascii() and any(unicodedata.bidirectional(c) in _TO_THE_LEFT for c in text)
    return f"{text}{_TO_THE_RIGHT if is_to_the_left else ''}{blanks}"
