"""Whom an event hits, who is asked about, what it did, what is remembered of it, and where the server disagreed: by
keyboard alone, against the real sandbox.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from composer.sandbox import SANDBOX_STORE_ID, process
from composer.sandbox.process import SandboxProcess
from composer.storage.database import Database
from composer.storage.stores import Kind, Stores
from tests.support.secret_service import SecretService
from tests.support.xvfb import eventually
from tests.whole.conftest import App, Launcher

KEEP = "import keyring, sys; keyring.set_password('event-composer', sys.argv[1], 'a-live-key')"
QUESTION = "Send to a live store"
ASKED = "Send this event to the live store “Acme”?"
ORDER = {
    "eventName": "Order Placed",
    "customer": {"email": "stewart@example.com"},
    "data": {"Total Spent": 5000},
}
ROWS = "Event\tEmail\nOrder Placed\tann@shop.test\nOrder Placed\tbob@shop.test\nOrder Placed\tcleo@real.example"


@pytest.fixture
def live(launcher: Launcher, outside: SandboxProcess, keyring_service: SecretService, tmp_path: Path) -> App:
    """The app on the live store "Acme", which is a sandbox that outlives it."""
    database = Database(tmp_path / "event-composer" / "composer.db")
    store = Stores(database).add("Acme", Kind.LIVE, outside.base_url, SANDBOX_STORE_ID)
    database.write("INSERT INTO settings (name, value) VALUES ('store', ?)", (str(store.id),))
    database.close()
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": keyring_service.address}
    subprocess.run([sys.executable, "-c", KEEP, store.key_id], env=environment, check=True, timeout=60)
    return launcher.start()


def arrived(sandbox: SandboxProcess) -> list[str]:
    """The emails of those whom events have reached, in order."""
    world = process.world(sandbox.origin, SANDBOX_STORE_ID)
    emails = {profile["id"]: profile["email"] for profile in world["profiles"]}
    return [emails[event["profileId"]] for event in reversed(world["events"])]


def compose(app: App, event: dict[str, object]) -> None:
    """Paste an event into the form."""
    app.copied(json.dumps(event))
    app.press("ctrl+1")
    app.focused("Event name")
    app.press("ctrl+v")
    app.sees("The event was taken from")


@contextmanager
def dialog(app: App, title: str) -> Iterator[None]:
    """The dialog of this title has the keyboard, as a window manager would give it; then the app's window again."""
    app.screen.focus(app.screen.window(title))
    yield
    app.screen.focus(app.window)


def test_whom_an_event_hits_is_known_before_it_is_sent_and_slips_are_pointed_out(app: App) -> None:
    app.sees("yet: sending will create this profile")
    app.press("ctrl+Return")
    app.sees("label: Queued (202)")
    app.sees("In Sandbox as Stewart Thompson")
    profile = process.world(app.sandbox_origin(), SANDBOX_STORE_ID)["profiles"][0]
    assert profile["id"] in app.words
    app.tab_to("Email")
    app.retype("stewrat@example.com")
    app.sees("is close to stewart@example.com")
    app.sees("yet: sending will create this profile")
    app.tab_to("Checks: Enter goes to the field, F repairs")
    app.press("Home", "f")
    eventually(lambda: app.text_of("Email") == "stewart@example.com", "the slip to be repaired")
    app.sees("In Sandbox as Stewart Thompson")


def test_a_failing_look_up_is_said_quietly_and_holds_nothing_back(app: App) -> None:
    app.sees("yet: sending will create this profile")
    for fault, said in (
        ({"kind": "status", "status": 403, "call": "customer"}, "customers_read"),
        ({"kind": "hang", "call": "customer"}, "checking whether this customer exists"),
    ):
        process.set_faults(app.sandbox_origin(), [fault])
        app.press("ctrl+1")
        app.tab_to("Email")
        app.retype(f"{fault['kind']}@example.com")
        app.sees(said)
        before = len(app.query("SELECT 1 FROM history WHERE kind = 'queued'"))
        app.press("ctrl+Return")
        app.sent(before + 1)
        app.press("shift+Tab", "shift+Tab", "shift+Tab")
    app.quit()


def test_a_live_store_asks_about_everybody_but_its_test_people(live: App, outside: SandboxProcess) -> None:
    app = live
    app.sees("Store: Acme, live")
    compose(app, ORDER)
    app.press("ctrl+Return")
    assert "stewart@example.com is not among the test people of “Acme”." in app.sees(ASKED)
    with dialog(app, QUESTION):
        app.press("Return")  # Cancel is the default
        eventually(lambda: ASKED not in app.words, "the question to be gone")
    assert arrived(outside) == []

    app.press("ctrl+Return")
    app.sees(ASKED)
    with dialog(app, QUESTION):
        app.tab_to("Add them to the test people of Acme")
        app.press("space")
        app.tab_to("Send to Acme")
        app.press("space")
        app.sees("label: Queued (202)")
    assert arrived(outside) == ["stewart@example.com"]
    eventually(lambda: app.query("SELECT shown FROM test_people") == [("stewart@example.com",)], "him on the list")
    app.press("ctrl+Return")  # a test person by now, and not the first one
    app.sent(2)
    assert ASKED not in app.words


def test_a_bulk_run_to_a_live_store_names_whom_it_hits_and_wants_its_name_typed(
    live: App, outside: SandboxProcess
) -> None:
    app = live
    app.press("ctrl+6")
    app.tab_to("Stores")
    app.press("Down")
    app.tab_to("Test people, one a line")
    app.type("@shop.test")
    app.tab_to("Save people")
    app.press("space")
    app.sees("1 saved")
    app.copied(ROWS)
    app.press("ctrl+2")
    app.sees("Drop a file here")
    app.press("ctrl+v")
    app.sees("cell: Goes to: Email, customer.email")
    app.press("ctrl+Return")
    app.sees("3 events ready to send")
    app.press("ctrl+Return")
    said = app.sees("type the name of the store: Acme")
    assert "1 of 3 rows" in said
    assert "cleo@real.example" in said
    with dialog(app, QUESTION):
        app.focused("Name of the store")
        app.type("acme")
        app.press("Return")
        assert arrived(outside) == []
        app.retype("Acme")
        app.press("Return")
        app.sees("3 queued")
    assert sorted(arrived(outside)) == ["ann@shop.test", "bob@shop.test", "cleo@real.example"]


def test_send_and_verify_shows_what_the_event_did_to_the_profile(app: App) -> None:
    app.press("ctrl+alt+Return")
    app.sees("This proves that the profile changed. It does not prove that a flow ran.")
    assert "Created: the profile did not exist before." in app.words
    app.sees("cell: Stewart")
    app.tab_to("First name")
    app.retype("Stu")
    app.press("ctrl+alt+Return")
    app.sees("label: 1 field changed")
    said = app.sees("cell: Stu")
    assert "cell: Stewart" in said  # before
    app.tab_to("Back to the JSON")
    app.press("Tab", "Right")
    app.sees("Indexed as dates")
    app.press("Escape")
    app.sees("The event as JSON")


def test_names_and_types_are_remembered_completed_and_compared(app: App) -> None:
    for count in range(1, 4):
        compose(app, ORDER)
        app.press("ctrl+Return")
        app.sent(count)
    compose(app, ORDER | {"eventName": "order_placed", "data": {"Total Spent": "a lot"}})
    app.sees("“Order Placed” was sent 3 times; this name differs only in case or separators.")
    app.tab_to("Checks: Enter goes to the field, F repairs")
    app.press("Home", "f")
    eventually(lambda: app.text_of("Event name") == "Order Placed", "the usual name")
    app.sees("“Total Spent” was a number in the last 3 events; this is text.")
    app.press("ctrl+n")
    app.focused("Event name")
    app.type("ord")
    app.press("Down", "Return")
    eventually(lambda: app.text_of("Event name") == "Order Placed", "the name to be completed")


def test_what_the_checks_and_the_server_say_differently_is_kept_as_a_report_without_values(app: App) -> None:
    compose(app, ORDER)
    process.set_faults(app.sandbox_origin(), [{"kind": "status", "status": 400, "call": "event"}])
    app.press("ctrl+Return")
    app.sees("label: Rejected (400)")
    app.press("ctrl+k")
    app.sees("Find anything")
    app.type("drift log")
    app.press("Return")
    app.sees("Copy report")
    with dialog(app, "Drift log"):
        app.tab_to("Copy report")
        app.press("space")
        app.sees("Copied")
        report = app.clipboard()
        app.press("Escape")
    assert "400" in report
    assert "Total Spent" in report
    assert "stewart" not in report
    assert "5000" not in report
