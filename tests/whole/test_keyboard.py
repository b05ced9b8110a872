"""Without a mouse: an event from nothing, its error repaired, sent; panes, places, undo."""

from __future__ import annotations

from tests.whole.conftest import App

JSON = "The event as JSON"
EVENT = """{
  "eventName": "Refund Issued",
  "customer": {
    "email": "ann@shop.test"
  },
  "value": 12.50,
  "valueCurrency": "EUR",
  "data": {
    "Item Count": 3
  }
}"""


def test_an_event_is_made_repaired_and_sent_by_keyboard_alone(app: App) -> None:
    app.press("ctrl+n")
    app.sees("without a name yet")
    app.type("Refund Issued")
    app.press("Tab", "Tab", "Tab")  # past Unique ID and Timestamp: Tab goes where the eye goes
    app.focused("Value")
    app.type("12.50")
    app.press("Tab")
    app.type("eur")
    app.press("Down", "Return")  # of all currencies with these letters the one meant is the first
    app.press("Tab")
    app.focused("Email")
    app.type("ann@shop")
    app.tab_to("Add a property")
    app.type("Item Count")
    app.press("Tab")
    app.focused("Type Text")
    app.type("N")
    app.press("Tab")
    app.type("3")

    app.press("ctrl+Return")
    app.sees("Held back by 1 error")
    app.focused("Email")
    assert not app.query("SELECT id FROM history")
    app.press("F6", "F6")
    app.focused("Checks: Enter goes to the field, F repairs")
    app.press("Return")
    app.focused("Email")
    app.press("End")
    app.type(".test")
    app.sees("The event can be sent as it is.")

    app.press("ctrl+Return")
    app.sees("label: Queued (202)")
    assert app.sent(1) == [("queued", 202, EVENT.encode())]


def test_panes_places_and_undo_have_their_keys(app: App) -> None:
    for pane in (JSON, "Send to Sandbox", "Event name"):  # the checks have nothing to say, so they are passed over
        app.press("F6")
        app.focused(pane)
    for pane in ("Send to Sandbox", JSON):
        app.press("shift+F6")
        app.focused(pane)

    before = app.text_of(JSON)
    app.press("shift+F6")
    app.retype("Renamed")
    app.press("Tab", "ctrl+z")
    assert app.text_of(JSON) == before
    app.press("ctrl+shift+z")
    app.sees('"eventName": "Renamed"')

    for key, seen in (
        ("ctrl+3", "Compose an event and press Ctrl+Enter."),
        ("ctrl+5", "Nothing stored yet"),
        ("ctrl+6", "Appearance: Like the system"),
        ("ctrl+1", "label: Last response"),
    ):
        app.press(key)
        app.sees(seen)
