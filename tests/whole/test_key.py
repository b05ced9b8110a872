"""The API secret: in the keyring and in the header, and nowhere else; without a keyring only in memory."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
import secretstorage
from jeepney.io.blocking import open_dbus_connection

from composer.sandbox import process
from composer.sandbox.process import SandboxProcess
from tests.support.secret_service import SecretService, running
from tests.support.server import Script, Server, answer
from tests.support.xvfb import eventually
from tests.whole.conftest import App, Launcher, arguments_of, descendants

Launch = Callable[[str], Launcher]
Serve = Callable[[Script], Server]

PROBLEM = answer(
    "400 Bad Request",
    b'{"title": "Stocktaking", "detail": "The shop is closed today."}',
    "Content-Type: application/problem+json",
)
STORE_ID = "64b000000000000000000001"
ROWS = "Event\tEmail\nOrder Placed\tann@shop.test\nOrder Placed\tbob@shop.test"


@pytest.fixture
def keyring() -> Iterator[SecretService]:
    """A keyring that holds this test's keys alone."""
    with running() as service:
        yield service


@pytest.fixture
def secret() -> str:
    """A secret that is written in another way by URLs, base64 and JSON."""
    return f'redo/{secrets.token_hex(16)}+&"\\'


def test_a_key_is_found_nowhere_but_in_the_keyring_and_goes_with_its_store(
    keyring: SecretService, launch: Launch, serve: Serve, secret: str, tmp_path: Path
) -> None:
    server = serve(PROBLEM)
    app = launch(keyring.address).start()
    add_store(app, server.url, secret)
    eventually(lambda: keys_in(keyring.address) == [secret], "the key in the keyring")
    choose_store(app)
    app.sees("label: key in keyring")
    app.press("ctrl+Return")
    app.sees("The shop is closed today.")
    assert sum(request.startswith(b"POST") for request in server.requests) == 1
    for request in list(server.requests):  # looking the customer up takes the key, too
        assert request.count(f"Authorization: Bearer {secret}\r\n".encode()) == 1
        assert request.count(secret.encode()) == 1

    app.press("ctrl+3")
    app.sees("Authorization: Bearer")
    app.click("Copy as ▾")
    app.press("Down", "Down", "Down", "Down", "Return")  # the JSON of the request
    app.sees("menu: Copied")
    assert places_of(secret, [tmp_path, keyring.folder]) == []
    assert places_in_memory_of(secret, app) == []

    app.press("ctrl+6")
    app.tab_to("Stores")
    app.press("End")
    app.tab_to("Remove…")
    app.press("space")
    app.answer_dialog("Remove")
    eventually(lambda: keys_in(keyring.address) == [], "the key to leave the keyring")
    eventually(lambda: app.query("SELECT name FROM stores") == [("Sandbox",)], "the store to be gone")
    app.screen.focus(app.window)
    app.quit()
    assert places_of(secret, [tmp_path, keyring.folder]) == []


def test_a_bulk_run_has_the_key_of_its_store_where_nobody_can_read_it(
    keyring: SecretService, launch: Launch, outside: SandboxProcess, secret: str, tmp_path: Path
) -> None:
    app = launch(keyring.address).start()
    add_store(app, outside.base_url, secret)
    eventually(lambda: keys_in(keyring.address) == [secret], "the key in the keyring")
    choose_store(app)
    app.copied(ROWS)
    app.press("ctrl+2")
    app.sees("Drop a file here")
    app.press("ctrl+v")
    app.sees("cell: Goes to: Email, customer.email")
    app.press("ctrl+Return")
    app.sees("2 events ready to send")
    process.set_faults(outside.origin, [{"kind": "latency", "milliseconds": 6000, "times": 1}])
    app.press("ctrl+Return")
    eventually(lambda: process.faults(outside.origin)[0]["hit"], "the request to be under way")
    assert any(b"worker" in arguments_of(pid) for pid in descendants(app.program.pid))
    assert places_in_memory_of(secret, app) == []
    assert places_of(secret, [tmp_path, keyring.folder]) == []
    app.sees("2 queued")
    app.press("ctrl+3")
    app.sees("All queued")
    assert places_in_memory_of(secret, app) == []
    app.quit()
    assert places_of(secret, [tmp_path, keyring.folder]) == []
    assert process.world(outside.origin, STORE_ID)["counts"]["events"] == 2


def test_without_a_keyring_a_key_is_for_this_session_only(
    launch: Launch, serve: Serve, bare_bus: str, secret: str, tmp_path: Path
) -> None:
    server = serve(answer("202 Accepted"))
    app = launch(bare_bus).start()
    add_store(app, server.url, secret)
    app.sees("This system offers no keyring, so a key can't be stored. The key is not saved.")
    app.tab_to("Use for this session only")
    app.press("space")
    choose_store(app)
    app.sees("label: key for this session")
    app.press("ctrl+Return")
    app.sees("label: Queued (202)")
    assert server.requests[0].count(f"Authorization: Bearer {secret}\r\n".encode()) == 1
    app.quit()
    assert places_of(secret, [tmp_path]) == []


def add_store(app: App, url: str, secret: str) -> None:
    """Add the store "Acme" in Settings and press Enter behind its API secret, which can't be read on the screen."""
    app.press("ctrl+6")
    app.sees("Appearance: Like the system")
    app.tab_to("Add store")
    app.press("space")
    app.focused("Name")
    app.type("Acme")
    app.tab_to("Base URL")
    app.retype(url)
    app.tab_to("Store ID")
    app.type(STORE_ID)
    app.tab_to("API secret")
    app.type(secret)
    app.tab_to("Show the API secret being typed")
    assert secret not in app.words
    app.press("shift+Tab", "Return")
    app.sees("cell: Acme")


def choose_store(app: App) -> None:
    """Choose "Acme" in the menu of the store badge."""
    app.press("ctrl+1")
    app.focused("Event name")
    app.tab_to("Store: Sandbox, sandbox", "shift+Tab")
    app.press("space", "Up", "Up", "Return")  # from below: the settings, then the newest store
    app.sees("Store: Acme, test")


def keys_in(address: str) -> list[str]:
    """The secrets of this program in the keyring on the bus at `address`."""
    with closing(open_dbus_connection(address)) as connection:
        secrets_found = []
        for item in secretstorage.search_items(connection, {"service": "event-composer"}):
            with suppress(secretstorage.ItemNotFoundException):  # the app removed it since it was found
                secrets_found.append(item.get_secret().decode())
        return secrets_found


def forms_of(secret: str) -> list[bytes]:
    """The secret as it could have been written: plain, in UTF-16, URLs, JSON, hexadecimal, base64 at any offset."""
    raw = secret.encode()
    plain = [raw, quote(secret, safe="").encode(), quote(secret).encode(), raw.hex().encode()]
    plain += [secret.replace("\\", "\\\\").replace('"', '\\"').encode()]
    plain += [secret.encode("utf-16-le"), secret.encode("utf-16-be")]
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + raw)[4 if offset else 0 :]
        plain += [coded[: len(coded) // 4 * 4 - 4], coded[: len(coded) // 4 * 4 - 4].translate(URL_SAFE)]
    return plain


URL_SAFE = bytes.maketrans(b"+/", b"-_")


def places_of(secret: str, folders: Iterable[Path]) -> list[str]:
    """The files below `folders` in which the secret is, whatever its form."""
    forms = forms_of(secret)
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert any(file.name == "composer.db" for file in files)
    return [str(file) for file in files if any(form in file.read_bytes() for form in forms)]


def places_in_memory_of(secret: str, app: App) -> list[str]:
    """Where others could read the secret of the running app: command lines, environments, clipboard, screen."""
    forms = forms_of(secret)
    found = {"clipboard": app.clipboard().encode(), "screen": app.words.encode()}
    assert b"Order Placed" in found["clipboard"]
    for pid in (app.program.pid, *descendants(app.program.pid)):
        for name in ("cmdline", "environ"):
            found[f"{name} of {pid}"] = Path(f"/proc/{pid}/{name}").read_bytes()
    return [place for place, content in found.items() if any(form in content for form in forms)]
