"""Both themes can be read by everybody: each text on each of its grounds has a contrast of 4.5 to 1 (WCAG AA)."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from composer.paths import resource
from composer.ui.theme import DARK, LIGHT, Choice, Theme, Tokens

GROUNDS = ("panel", "field", "background")
WEAK = ("accent_weak", "good_weak", "caution_weak", "bad_weak")
PAIRS = [
    *((text, ground) for text in ("text", "muted", "accent", "good", "caution", "bad") for ground in GROUNDS),
    *((f"{tone}", f"{tone}_weak") for tone in ("accent", "good", "caution", "bad")),
    *(("text", ground) for ground in (*WEAK, "line")),
    *(("muted", ground) for ground in WEAK),  # the quiet words of a strip
    ("on_accent", "accent"),
    ("panel", "bad"),  # the Send button of a live store
]


def luminance(code: str) -> float:
    parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(tokens: Tokens, text: str, ground: str) -> None:
    measured = contrast(getattr(tokens, text), getattr(tokens, ground))
    assert measured >= 4.5, f"{text} on {ground}: {measured:.2f}"


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_the_edge_of_what_has_the_keyboard_can_be_seen(tokens: Tokens) -> None:
    assert min(contrast(tokens.accent, getattr(tokens, ground)) for ground in GROUNDS) >= 3
    assert contrast(tokens.strong_line, tokens.panel) >= 3


def test_the_stylesheet_names_known_tokens_only() -> None:
    named = set(re.findall(r"\$(\w+)", resource("theme.qss").read_text("utf-8").partition("*/")[2]))
    assert named <= set(Tokens._fields)


@pytest.fixture
def own_theme(qapp: QApplication, theme: Theme) -> Theme:
    yield theme
    theme.choose(Choice.LIGHT)


@pytest.mark.parametrize(("choice", "tokens"), [(Choice.LIGHT, LIGHT), (Choice.DARK, DARK)])
def test_a_theme_chosen_is_in_palette_stylesheet_and_icons(
    own_theme: Theme, qapp: QApplication, qtbot: QtBot, choice: Choice, tokens: Tokens
) -> None:
    with qtbot.waitSignal(own_theme.changed):
        own_theme.choose(choice)
    assert own_theme.is_dark is (choice is Choice.DARK)
    palette = qapp.palette()
    assert palette.color(QPalette.ColorRole.Window).name() == tokens.background
    assert palette.color(QPalette.ColorRole.Highlight).name() == tokens.accent
    assert palette.color(QPalette.ColorRole.Accent).name() == tokens.accent
    assert "$" not in qapp.styleSheet().partition("*/")[2]
    assert tokens.panel in qapp.styleSheet()
    icon = own_theme.icon("error", "bad").pixmap(16, 16).toImage()
    seen = {icon.pixelColor(x, y).name() for x in range(16) for y in range(16) if icon.pixelColor(x, y).alpha() == 255}
    assert tokens.bad in seen
