"""On a live store nobody but its test people is reached from the command line without `--yes-live`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from composer import paths
from composer.cli.where import Where, store_meant
from composer.sandbox import SANDBOX_STORE_ID, process
from composer.sandbox.process import SandboxProcess
from composer.storage.database import FILE_NAME, Database
from composer.storage.people import TestPeople
from composer.storage.runs import Runs, State
from composer.storage.stores import Kind, Stores
from tests.test_cli import KEY, Cli, history

__all__ = ["run", "sandbox"]

from tests.test_cli import run, sandbox

ACME = ["--store", "Acme"]


@pytest.fixture(autouse=True)
def acme(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A live store called Acme, where ann@shop.test is a test person; and its address."""
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    with closing(Database(paths.data_folder() / FILE_NAME)) as database:
        store = Stores(database).add("Acme", Kind.LIVE, sandbox.base_url, SANDBOX_STORE_ID)
        TestPeople(database).add(store, ["ann@shop.test"])
    yield ["--base-url", sandbox.base_url, "--store-id", SANDBOX_STORE_ID]
    process.set_faults(sandbox.origin, [])
    process.empty(sandbox.origin, SANDBOX_STORE_ID)


def stored(sandbox: SandboxProcess) -> int:
    held: int = process.world(sandbox.origin, SANDBOX_STORE_ID)["counts"]["events"]
    return held


def to(*people: str) -> list[dict[str, object]]:
    return [{"eventName": "Order Placed", "customer": {"email": f"{name}@shop.test"}} for name in people]


def test_one_event_for_somebody_else_is_held_back(run: Cli, sandbox: SandboxProcess) -> None:
    file = run.file(to("bob")[0])
    ran = run("send", file, *ACME, "--format", "json")
    assert (ran.code, ran.json["outcome"], ran.json["status"]) == (1, "held-back", None)
    assert list(ran.json) == ["outcome", "status", "sentence", "duration_ms", "body", "findings"]
    assert "bob@shop.test is not among its test people" in ran.json["sentence"]
    assert ran.json["sentence"].endswith("See --yes-live.")
    assert (stored(sandbox), history()) == (0, [])
    assert run("send", file, *ACME, "--yes-live").code == 0
    assert stored(sandbox) == 1


def test_test_people_need_no_flag(run: Cli, sandbox: SandboxProcess) -> None:
    assert run("send", run.file(to("ann")[0]), *ACME).code == 0
    assert run("send", run.file(to("ann", "ann")), *ACME).code == 0
    assert stored(sandbox) == 3


def test_many_go_all_or_none(run: Cli, sandbox: SandboxProcess) -> None:
    file = run.file(to("ann", "bob", "cleo", "dan", "ann"))
    ran = run("send", file, *ACME)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "event-composer: Nothing was sent. 3 of 5 rows hit people who are not among the test people of “Acme”: "
        "bob@shop.test, cleo@shop.test and 1 more row. See --yes-live.\n"
    )
    assert (stored(sandbox), history(), Runs(paths.data_folder()).all()) == (0, [], [])
    assert run("send", file, *ACME, "--yes-live").code == 0
    assert stored(sandbox) == 5


def test_one_event_many_times_is_held_back_too(run: Cli, sandbox: SandboxProcess) -> None:
    file = run.file(to("bob")[0])
    assert run("send", file, *ACME, "--times", "3").code == 1
    assert stored(sandbox) == 0
    assert run("send", file, *ACME, "--times", "3", "--yes-live").code == 0
    assert stored(sandbox) == 3


def test_a_run_that_is_resumed_needs_it_again_and_stays(run: Cli, sandbox: SandboxProcess) -> None:
    process.set_faults(sandbox.origin, [{"kind": "status", "status": 401}])
    assert run("send", run.file(to("ann", "bob")), *ACME, "--yes-live").code == 1
    process.set_faults(sandbox.origin, [])
    ran = run("send", "--resume", "last")
    assert (ran.code, ran.out) == (1, "")
    assert "1 of 2 rows hits people who are not among the test people of “Acme”: bob@shop.test." in ran.err
    assert stored(sandbox) == 0
    (info,) = Runs(paths.data_folder()).all()
    with closing(Runs(paths.data_folder()).open(info.id)) as kept:
        assert kept.counts()[State.WAITING] == 2
    assert run("send", "--resume", "last", "--yes-live").code == 0
    assert stored(sandbox) == 2


def test_a_dry_run_tells_how_many_would_need_it(run: Cli, sandbox: SandboxProcess) -> None:
    file = run.file(to("ann", "bob"))
    ran = run("send", file, *ACME, "--dry-run")
    assert (ran.code, ran.out) == (0, "Dry run: 2 events would be sent, 0 not. Nothing was sent.\n")
    assert "1 of 2 rows hits people" in ran.err
    assert ran.err.endswith("Sending it needs --yes-live.\n")
    assert run("send", file, "--dry-run").err == ""
    assert run("send", run.file(to("ann")), *ACME, "--dry-run").err == ""
    assert stored(sandbox) == 0


def test_naming_the_address_instead_of_the_store_passes_nothing(
    run: Cli, acme: list[str], sandbox: SandboxProcess
) -> None:
    assert run("send", run.file(to("bob")[0]), *acme).code == 1
    assert run("send", run.file(to("bob", "bob")), *acme).code == 1
    assert stored(sandbox) == 0
    assert run("send", run.file(to("ann")[0]), *acme).code == 0
    assert stored(sandbox) == 1


def test_a_store_that_is_not_live_needs_no_flag(run: Cli, acme: list[str], sandbox: SandboxProcess) -> None:
    other = [*acme[:-1], "00000000000000000000feed"]
    assert run("send", run.file(to("bob")[0]), *other).code == 0
    assert run("send", run.file(to("bob", "bob")), *other).code == 0


@pytest.mark.parametrize(
    ("url", "kept", "kind"),
    [
        ("http://127.0.0.1:9/v2.2", [], Kind.TEST),
        ("http://127.0.0.1:9/v2.2", [Kind.LIVE], Kind.LIVE),
        ("https://shop.invalid/v2.2", [], Kind.LIVE),
        ("https://shop.invalid/v2.2", [Kind.TEST], Kind.TEST),
        ("https://shop.invalid/v2.2", [Kind.TEST, Kind.LIVE], Kind.LIVE),
    ],
)
def test_an_address_is_of_the_kind_it_is_kept_as(url: str, kept: list[Kind], kind: Kind, tmp_path: Path) -> None:
    with closing(Database(tmp_path / "other.db")) as database:
        stores = Stores(database)
        for each in kept:
            stores.add(f"Kept as {each}", each, url, "a")
        assert store_meant(Where(None, url, "a"), stores).kind is kind


@pytest.mark.parametrize(
    ("url", "store_id", "kind"),
    [
        ("https://shop.invalid/v2.2", "abc", Kind.TEST),
        ("HTTPS://Shop.Invalid:443/v2.2/", "ABC", Kind.TEST),
        ("https://shop.invalid./v2.2", "abc", Kind.TEST),
        ("https://shop.invalid/other", "abc", Kind.LIVE),  # behind a gateway this may be another store
        ("https://shop.invalid:444/v2.2", "abc", Kind.LIVE),
        ("https://shop.invalid/v2.2", "abcd", Kind.LIVE),
        ("http://localhost:9/v2.2", "abc", Kind.LIVE),
        ("http://localhost:9/v2.1", "abc", Kind.LIVE),
        ("http://localhost:8/v2.2", "abc", Kind.TEST),
    ],
)
def test_an_address_in_another_spelling_is_the_same(url: str, store_id: str, kind: Kind, tmp_path: Path) -> None:
    with closing(Database(tmp_path / "other.db")) as database:
        stores = Stores(database)
        stores.add("Quiet", Kind.TEST, "https://shop.invalid/v2.2", "abc")
        stores.add("Tunnel", Kind.LIVE, "http://127.0.0.1:9/v2.2", "abc")
        assert store_meant(Where(None, url, store_id), stores).kind is kind


def test_the_key_is_not_in_what_is_said(run: Cli) -> None:
    for events in (to("bob")[0], to("bob", "bob")):
        ran = run("send", run.file(events), *ACME)
        assert KEY not in ran.out + ran.err
    assert json.loads(run("send", run.file(to("bob")[0]), *ACME, "--format", "json").out)["body"] == ""
