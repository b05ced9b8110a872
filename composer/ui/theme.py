"""The look: a dozen colour tokens, and what is made of them: the palette, the stylesheet, the icons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from composer.paths import resource

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QIcon


class Tokens(NamedTuple):
    """The colours of one theme, as ``#rrggbb``. The weak ones are backgrounds for text of the strong one."""

    background: str
    panel: str
    field: str
    line: str
    strong_line: str
    text: str
    muted: str
    accent: str
    accent_weak: str
    on_accent: str
    good: str
    good_weak: str
    caution: str
    caution_weak: str
    bad: str
    bad_weak: str


LIGHT = Tokens(
    background="#f6f7f9",
    panel="#ffffff",
    field="#f6f7f9",
    line="#e3e6ea",
    strong_line="#868e99",
    text="#1c2128",
    muted="#5f6773",
    accent="#3b5bdb",
    accent_weak="#e7ecff",
    on_accent="#ffffff",
    good="#1f7a46",
    good_weak="#e3f5ea",
    caution="#8f5200",
    caution_weak="#fff2dc",
    bad="#c92a2a",
    bad_weak="#ffe9e9",
)
DARK = Tokens(
    background="#15181d",
    panel="#1d2127",
    field="#15181d",
    line="#2d333b",
    strong_line="#6b7480",
    text="#e6e9ee",
    muted="#98a1ad",
    accent="#748ffc",
    accent_weak="#262d49",
    on_accent="#10131a",
    good="#5bd28b",
    good_weak="#1c3327",
    caution="#f0b357",
    caution_weak="#3a2f1b",
    bad="#ff8787",
    bad_weak="#3d2326",
)

BASE_PIXELS = 13
SMALL_PIXELS = 12


class Choice(StrEnum):
    """What a person can choose in Settings."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """The theme in force.

    Signals: `changed()` after palette and stylesheet were set anew; widgets that paint themselves repaint.
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: Choice = Choice.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._icons: dict[tuple[str, str], QIcon] = {}
        self.tokens = LIGHT
        self.choice = choice
        font = app.font()
        font.setPixelSize(BASE_PIXELS)
        app.setFont(font)
        self._apply()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    def dress(self) -> None:
        """Put the stylesheet on. Widgets made before are spared being styled again at each change of parent, which
        was a third of the time to the first paint.
        """
        self._app.setProperty("dressed", True)
        self._apply()

    @contextmanager
    def undressed(self) -> Iterator[None]:
        """Take the stylesheet off while many widgets are made."""
        self._app.setProperty("dressed", False)
        self._app.setStyleSheet("")
        yield
        self.dress()

    def choose(self, choice: Choice) -> None:
        """Take a theme by hand, or follow the system."""
        self.choice = choice
        self._apply()
        self.changed.emit()

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are in force."""
        return self.tokens is DARK

    def color(self, token: str) -> QColor:
        """The colour of a token, by its name in `Tokens`."""
        return QColor(getattr(self.tokens, token))

    def icon(self, name: str, color: str = "muted") -> QIcon:
        """An icon of `resources/icons` in the colour of a token."""
        code = getattr(self.tokens, color)
        if (name, code) not in self._icons:
            from composer.ui.icons import icon  # no icon is in the first paint

            self._icons[name, code] = icon(name, code)
        return self._icons[name, code]

    def mono(self) -> QFont:
        """The fixed-width font of JSON and raw answers."""
        from PySide6.QtGui import QFontDatabase

        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(SMALL_PIXELS)
        return font

    def _follow_system(self) -> None:
        if self.choice is Choice.SYSTEM:
            self.choose(Choice.SYSTEM)

    def _apply(self) -> None:
        dark = self.choice is Choice.DARK or (
            self.choice is Choice.SYSTEM and QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        self.tokens = DARK if dark else LIGHT
        self._app.setPalette(_palette(self.tokens))
        if not self._app.property("dressed"):
            return
        sheet = resource("theme.qss").read_text("utf-8")
        for name in sorted(Tokens._fields, key=len, reverse=True):
            sheet = sheet.replace(f"${name}", getattr(self.tokens, name))
        check = resource(f"icons/check-{'dark' if dark else 'light'}.svg").as_posix()  # a stylesheet can't colour it
        self._app.setStyleSheet(sheet.replace("url(check.svg)", f'url("{check}")'))


def _palette(tokens: Tokens) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, color in {
        roles.Window: tokens.background,
        roles.WindowText: tokens.text,
        roles.Base: tokens.panel,
        roles.AlternateBase: tokens.background,
        roles.Text: tokens.text,
        roles.PlaceholderText: tokens.muted,
        roles.Button: tokens.panel,
        roles.ButtonText: tokens.text,
        roles.ToolTipBase: tokens.panel,
        roles.ToolTipText: tokens.text,
        roles.Highlight: tokens.accent,
        roles.Accent: tokens.accent,
        roles.HighlightedText: tokens.on_accent,
        roles.Link: tokens.accent,
        roles.LinkVisited: tokens.accent,
        roles.Light: tokens.panel,
        roles.Midlight: tokens.line,
        roles.Mid: tokens.line,
        roles.Dark: tokens.strong_line,
        roles.Shadow: tokens.strong_line,
        roles.BrightText: tokens.bad,
    }.items():
        palette.setColor(role, QColor(color))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.muted))
    return palette
