"""Rows from a file to a result for each, without a mouse; and a run that goes on after the app was killed."""

from __future__ import annotations

from pathlib import Path

from composer.sandbox import SANDBOX_STORE_ID, process
from composer.sandbox.process import SandboxProcess
from composer.storage.database import Database
from composer.storage.runs import Runs, State, Status
from composer.storage.stores import Kind, Stores
from tests.support.xvfb import eventually
from tests.whole.conftest import App, Launcher

HEADERS = "Event,Email,Order Id"
NAMES = ["ann", "bob", "cleo"]


def orders(folder: Path, count: int) -> Path:
    file = folder / "orders.csv"
    rows = [f"Order Placed,user{number}@shop.test,ord_{number}" for number in range(1, count + 1)]
    rows[0] = rows[0].replace("user1@shop.test", "ann@shop")
    file.write_text("\n".join([HEADERS, *rows]))
    return file


def test_a_file_is_checked_a_row_repaired_and_all_of_it_sent_by_keyboard(launcher: Launcher, tmp_path: Path) -> None:
    app = launcher.start("--open", str(orders(tmp_path, 250)))
    app.sees("label: orders.csv")
    app.press("ctrl+Return")  # check all rows
    app.sees("249 events ready to send")
    app.sees("cell: ann@shop")
    app.tab_to("Fix in Compose")
    app.press("space")
    app.sees("This is row 2 of orders.csv.")
    app.tab_to("Email")
    app.press("End")
    app.type(".test")
    app.sees("The event can be sent as it is.")
    app.tab_to("Save to the row")
    app.press("space")
    app.sees("250 events ready to send")
    app.press("ctrl+Return")
    app.sees("250 queued", 60)
    world = process.world(app.sandbox_origin(), SANDBOX_STORE_ID)
    assert world["counts"]["events"] == 250
    app.press("ctrl+3")
    app.sees("All queued")
    app.tab_to("Open in Bulk")
    app.press("space")
    app.sees("250 queued")


def test_rows_copied_from_a_spreadsheet_are_pasted_checked_and_sent_by_keyboard(app: App) -> None:
    app.copied("\n".join([HEADERS.replace(",", "\t"), *(f"Order Placed\t{name}@shop.test\t{name}" for name in NAMES)]))
    app.press("ctrl+2")
    app.sees("Drop a file here")
    app.press("ctrl+v")
    assert "cell: Goes to: Email, customer.email" in app.sees("cell: Column: Order Id, ann")
    app.press("ctrl+Return")
    app.sees("3 events ready to send")
    app.press("ctrl+Return")
    app.sees("3 queued")
    world = process.world(app.sandbox_origin(), SANDBOX_STORE_ID)
    assert sorted(each["event"]["data"]["Order Id"] for each in world["events"]) == NAMES
    assert world["counts"]["events"] == 3
    assert app.query("SELECT count(*) FROM history") == [(1,)]


def test_a_run_goes_on_where_it_was_after_the_app_was_killed(
    launcher: Launcher, outside: SandboxProcess, tmp_path: Path
) -> None:
    file = orders(tmp_path, 20_000)
    file.write_text(file.read_text().replace("ann@shop,", "ann@shop.test,"))
    folder = tmp_path / "event-composer"
    database = Database(folder / "composer.db")
    store = Stores(database).add("Outside", Kind.SANDBOX, outside.base_url, SANDBOX_STORE_ID)
    database.write("INSERT INTO settings (name, value) VALUES ('store', ?)", (str(store.id),))
    database.close()

    killed = launcher.start("--open", str(file))
    killed.sees("label: orders.csv")
    killed.press("ctrl+Return")
    runs = Runs(folder)  # not the screen: reading a table of 20,000 rows aloud takes minutes
    run = runs.open(eventually(runs.latest, "the run"))
    eventually(lambda: run.info.status is Status.READY and not run.is_held(), "all rows to be read")
    eventually(lambda: killed.press("ctrl+Return") or run.info.requests > 10, "some requests")
    killed.kill()
    eventually(lambda: not run.is_held(), "its process to end, too")
    assert run.counts()[State.QUEUED] < 20_000

    app = launcher.start()
    app.press("ctrl+2")
    app.sees("cell: Resume")
    app.tab_to("Earlier runs: Enter opens or resumes, Delete removes")
    app.press("Return")
    eventually(lambda: run.counts()[State.QUEUED] == 20_000, "all of it to be queued", 60)
    world = process.world(outside.origin, SANDBOX_STORE_ID)
    assert world["counts"]["events"] == 20_000
    run.close()
