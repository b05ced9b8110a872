"""What was sent is found again, templates are used and kept, what is pasted is composed: by keyboard alone."""

from __future__ import annotations

import json
from typing import Any

from tests.support.xvfb import eventually
from tests.whole.conftest import App

CURL = """curl https://api.example.com/v2.2/stores/abc/events -d '{"eventName": "Pasted", "uniqueId": "p-1",
"customer": {"email": "pat@shop.test"}, "data": {"Size": "extralarge"}}'"""
TEMPLATE = {
    "description": "A refund",
    "event": {
        "eventName": "Refund Issued",
        "customer": {"email": "{{email}}"},
        "uniqueId": "refund-{{$uuid}}",
        "value": "{{amount}}",
        "valueCurrency": "EUR",
    },
}


def bodies(app: App) -> list[Any]:
    return [json.loads(body) for (body,) in app.query("SELECT body FROM history_requests ORDER BY id")]


def test_a_template_is_found_filled_in_and_sent_twice(app: App) -> None:
    folder = app.folder / "templates" / "Money"
    folder.mkdir(parents=True)
    app.press("ctrl+4")
    app.sees("No templates of your own yet")
    (folder / "Refund.json").write_text(json.dumps(TEMPLATE))  # a change on the disk is seen at once
    app.sees("Refund")
    app.press("ctrl+k")
    app.sees("Find anything")
    app.type("refund")
    app.sees("Money")
    app.press("Return")
    app.sees("2 to fill in")
    app.press("ctrl+Return")
    app.sees("Held back by")
    app.tab_to("Value of email", "shift+Tab")
    app.type("rita@example.com")
    app.tab_to("Value of amount")
    app.type("12.50")
    app.sees("filled in")
    for count in (1, 2):
        app.press("ctrl+Return")
        app.sent(count)
    first, second = bodies(app)
    assert first["customer"] == second["customer"] == {"email": "rita@example.com"}
    assert first["value"] == 12.5
    assert first["uniqueId"] != second["uniqueId"]
    assert json.loads((folder / "Refund.json").read_text()) == TEMPLATE


def test_a_pasted_call_is_sent_found_by_a_word_and_sent_again(app: App) -> None:
    app.copied(CURL)
    app.focused("Event name")
    app.press("ctrl+v")
    app.sees("The event was taken from a cURL command.")
    app.press("ctrl+Return")
    app.sees("label: Queued (202)")
    app.sees("accepted this uniqueId on")
    app.press("ctrl+3")
    app.press("ctrl+f")
    app.type("pat@ extral")
    app.sees("pat@shop.test")
    app.press("ctrl+a")
    app.type("nothing like it")
    app.sees("Clear search and filters")
    app.press("ctrl+a")
    app.type("xtra")  # of a payload only beginnings of words are found
    app.sees("Clear search and filters")
    app.press("ctrl+a")
    app.type("at@shop")
    app.sees("pat@shop.test")
    app.tab_to("Send again")
    app.press("space")
    app.sees("a new uniqueId")
    eventually(lambda: len(app.sent(2)) == 2, "the second one")
    first, second = bodies(app)
    assert first.pop("uniqueId") == "p-1" != second.pop("uniqueId")
    assert first == second
