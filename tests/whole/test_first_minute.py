"""The first minute: started for the first time, one key press, and a real 202 is there."""

from __future__ import annotations

import json

from composer.sandbox import SANDBOX_STORE_ID, process
from tests.support.xvfb import eventually
from tests.whole.conftest import App, is_running


def test_one_key_press_gets_a_202_for_the_very_bytes_that_are_shown(app: App) -> None:
    sandbox = app.sandbox_process()
    shown = app.text_of("The event as JSON")
    app.press("ctrl+Return")
    app.sees("label: Queued (202)")
    assert app.sent(1) == [("queued", 202, shown.encode())]

    world, event = process.world(app.sandbox_origin(), SANDBOX_STORE_ID), json.loads(shown)
    customer = event.pop("customer")
    stored = world["events"][0]["event"]
    assert len(world["events"]) == len(world["profiles"]) == 1
    assert stored == event | {"eventTimestamp": stored["eventTimestamp"]}  # Redo's clock, where the event has none
    assert customer.items() <= world["profiles"][0].items()

    app.quit()
    eventually(lambda: not is_running(sandbox), "the sandbox to end with the app")
