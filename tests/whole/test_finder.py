"""Ctrl+K in the app itself."""

from __future__ import annotations

from tests.whole.conftest import App


def test_anything_is_found_by_keyboard_alone(app: App) -> None:
    app.press("ctrl+Return")
    app.sees("label: Queued (202)")
    app.focused("Event name")
    app.press("ctrl+k")
    app.sees("Find anything")
    app.type("sett")
    app.sees("Go to Settings")
    app.press("Return")
    app.sees("Appearance: Like the system")
    app.press("ctrl+k")
    app.type("order placed stew")
    app.sees("Queued (202)")
    app.press("Return")
    app.sees("Edit as new")
    app.press("ctrl+k")
    app.press("Escape", "ctrl+1")
    app.focused("Event name")
    app.press("ctrl+k")
    app.type("new ev")
    app.sees("New event")
    app.press("Return")
    app.sees("without a name yet")
    app.focused("Event name")
