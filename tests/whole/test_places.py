"""The history and the sandbox show what was sent, and a sent event is the beginning of another."""

from __future__ import annotations

from tests.whole.conftest import App


def test_what_was_sent_is_in_history_and_sandbox_and_can_be_edited_as_new(app: App) -> None:
    app.press("ctrl+Return")
    app.sent(1)
    app.retype("Order Shipped")
    app.press("ctrl+Return")
    app.sent(2)

    app.press("ctrl+5")
    words = app.sees("1 profile · 2 events")
    assert "cell: Order Placed" in words
    assert "cell: Order Shipped" in words
    assert "Profile: stewart@example.com" in words
    app.focused("Events")
    app.press("Right")
    app.sees("cell: Stewart Thompson")

    app.press("ctrl+3")
    words = app.sees("2 entries")
    assert words.index("cell: Order Shipped") < words.index("cell: Order Placed")
    app.focused("Sent events, newest first")
    app.press("Down")
    app.sees('"eventName": "Order Placed"')
    app.tab_to("Edit as new")
    app.press("space")
    app.focused("Event name")
    assert app.text_of("Event name") == "Order Placed"
    assert app.text_of("The event as JSON").encode() == app.sent(2)[1][2]
