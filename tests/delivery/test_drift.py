"""Events that were really sent, and on which the checks and the server did not agree: a note, and no value twice."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from composer.delivery.budget import Budgets
from composer.delivery.guard import Guard
from composer.delivery.sender import Sender, Sent, attempt_of
from composer.delivery.sitting import Sitting
from composer.event import jsontext
from composer.event.checks import check
from composer.event.findings import Severity
from composer.sandbox import SANDBOX_STORE_ID
from composer.sandbox.process import SandboxProcess, set_faults
from composer.storage.database import Database, StorageError
from composer.storage.drift import Drift
from composer.storage.history import History
from composer.storage.runs import Options, Runs
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Kind, Store
from tests.support.runs import added
from tests.support.server import Server, answer

GOOD = {
    "eventName": "Chair Sold",
    "customer": {"email": "jane.roe@private.test", "firstName": "Janette"},
    "data": {"Colour": "Chartreuse"},
}
BAD = {**GOOD, "valueCurrency": "Doubloon"}
VALUES = (b"jane.roe", b"private.test", b"Janette", b"Chartreuse", b"Doubloon")
Serve = Callable[..., Server]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    database = Database(folder / "composer.db")
    yield database
    database.close()


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
    sandbox.start()
    yield sandbox
    sandbox.stop()


def store_at(url: str) -> Store:
    return Store(1, "Sandbox", Kind.SANDBOX, url, SANDBOX_STORE_ID, "sandbox")


def rejects(sandbox: SandboxProcess) -> Store:
    """The sandbox's store, where each event is answered with 400 from now on."""
    url = sandbox.base_url
    set_faults(url.removesuffix("/v2.2"), [{"kind": "status", "status": 400, "call": "event"}])
    return store_at(url)


def send(database: Database, folder: Path, store: Store, payload: object) -> Sent:
    """Send it as Compose does, with what the checks say of it."""
    findings = check(payload)
    is_wrong = any(finding.severity is Severity.ERROR for finding in findings)
    sender = Sender(History(database), Secrets(), Guard(database), Budgets(folder), Drift(database))
    return sender.send(attempt_of(store, payload, jsontext.dumps(payload), findings, sent_anyway=is_wrong))


def test_what_the_checks_let_pass_and_the_server_rejects_is_noted(
    database: Database, folder: Path, sandbox: SandboxProcess
) -> None:
    sent = send(database, folder, rejects(sandbox), GOOD)
    assert (sent.outcome.status, sent.remark) == (400, "")
    assert sent.drift is not None
    note = Drift(database).get(sent.drift)
    assert note is not None
    assert note.headline == "Checks said fine, the server said 400"
    assert "sandbox store" in note.report
    assert "## What the server said (400)\nBad Request: " in note.report


def test_what_is_sent_anyway_and_queued_is_noted(database: Database, folder: Path, serve: Serve) -> None:
    sent = send(database, folder, store_at(serve(answer("202 Accepted")).url), BAD)
    assert sent.outcome.status == 202
    assert sent.drift is not None
    note = Drift(database).get(sent.drift)
    assert note is not None
    assert note.headline == "Checks said error, the server queued it (202)"
    assert "- error: bad-currency at /valueCurrency" in note.report


def test_where_they_agree_nothing_is_noted(database: Database, folder: Path, sandbox: SandboxProcess) -> None:
    store = store_at(sandbox.base_url)
    for payload, status in ((GOOD, 202), (BAD, 400)):
        sent = send(database, folder, store, payload)
        assert (sent.outcome.status, sent.drift) == (status, None)
    assert Drift(database).all() == []


def test_a_note_that_can_not_be_written_leaves_the_send_as_it_was(
    database: Database, folder: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(Drift, "note", full)
    sent = send(database, folder, store_at(serve(answer("400 No")).url), GOOD)
    assert (sent.outcome.kind, sent.drift) == ("rejected", None)
    assert "history" not in sent.remark
    assert sent.remark.endswith("The disk is full.")
    full_entry = History(database).entry(sent.entry)
    assert full_entry is not None
    assert full_entry.entry.kind == "rejected"


def test_with_its_entry_the_values_of_a_noted_event_are_gone_from_the_disk(
    database: Database, folder: Path, serve: Serve
) -> None:
    said = b'{"title": "No", "detail": "Janette (jane.roe%40private.test) has no Chartreuse, see ?q=Doubloon"}'
    rude = answer("400 No", said, "Content-Type: application/problem+json")
    history = History(database)
    noted = send(database, folder, store_at(serve(rude).url), GOOD)
    queued = send(database, folder, store_at(serve(answer("202 Accepted")).url), BAD)
    assert None not in (noted.drift, queued.drift)
    history.index_waiting(lambda: False)
    assert all(value in on_disk(folder) for value in VALUES)
    history.remove([noted.entry, queued.entry])
    history.erase_traces(lambda: False)
    assert len(Drift(database).all()) == 2
    left = on_disk(folder)
    assert not [value for value in VALUES if value.lower() in left.lower()]


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_sitting_notes_the_rows_of_its_run(database: Database, folder: Path, serve: Serve) -> None:
    runs = Runs(folder)
    run = runs.create("orders.jsonl", "", "events", None, {}, None, Options(send_anyway=True))
    run.add(map(added, itertools.count(1), [GOOD, GOOD, BAD]))
    run.added()
    rows = [
        {"index": at, "status": "rejected" if at < 2 else "queued", "error": "Janette is not wanted"} for at in range(3)
    ]
    server = serve(answer("202 Accepted", json.dumps({"events": rows}).encode(), "Content-Type: application/json"))
    Sitting(run, store_at(server.url), Secret("key"), database, Budgets(folder), lambda _: None).send()
    run.close()
    assert {(note.kind, note.events) for note in Drift(database).all()} == {("said-fine", 2), ("said-error", 1)}
    assert "<text, 7 characters> is not wanted" in "".join(note.report for note in Drift(database).all())
