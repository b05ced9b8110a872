"""`event-composer send`: one event over the wire, as the window sends it, history included."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from composer import paths
from composer.cli.texts import (
    FAILED,
    OK,
    UNUSABLE,
    Unreadable,
    as_json,
    complain,
    counted,
    print_json,
    print_line,
    print_rows,
    read,
    shown,
)
from composer.cli.validate import about_event
from composer.delivery.client import Cancel
from composer.delivery.outcome import OutcomeKind
from composer.delivery.sender import KeyNeeded, NotSent, Sender, Sent, attempt_of
from composer.event import jsontext
from composer.event.documents import Event
from composer.event.findings import Finding, Severity
from composer.event.payload import Json
from composer.sandbox.process import SandboxError, SandboxProcess
from composer.storage.database import FILE_NAME, Database, StorageError
from composer.storage.history import History
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Kind, Store, StoreError, Stores, checked_base_url, checked_store_id, is_loopback

KEY_VARIABLE = "REDO_API_SECRET"  # the vendor's name for it


class Where(NamedTuple):
    """Where an event is to go: a store by its name, or a server and the store's ID there."""

    store: str | None
    base_url: str | None
    store_id: str | None


class Misused(Exception):  # noqa: N818 - reads as the state it is
    """The command can't be done as it was given; the text says why."""


class NotBegun(Exception):  # noqa: N818 - reads as the state it is
    """Nothing was sent, for a reason that lies on this machine; the text says which."""


def send(file: str, where: Where, style: str, *, anyway: bool) -> int:
    """Send the event in `file`, print what came back as `style` ("text" or "json"); returns the exit code.

    With errors it is sent only `anyway`.
    """
    try:
        event = _only_event(file, where)
        findings = about_event(event)
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        report: dict[str, Json] = {"outcome": "held-back", "status": None, "sentence": "", "duration_ms": 0, "body": ""}
        if errors and not anyway:
            report["sentence"] = f"Held back: {counted(errors, 'error')}. Nothing was sent. See --send-anyway."
        else:
            report |= _report_of_sending(event, findings, where, sent_anyway=errors > 0)
    except Unreadable as error:
        complain(str(error))
        return UNUSABLE
    except Misused as error:
        complain(f"event-composer: {shown(str(error))}")
        return UNUSABLE
    if style == "json":
        print_json(report | {"findings": [as_json(0, finding) for finding in findings]})
    else:
        print_rows((file, 0, finding) for finding in findings)
        print_line(shown(report["sentence"]))
    return OK if report["outcome"] == OutcomeKind.QUEUED else FAILED


def _only_event(file: str, where: Where) -> Event:
    by_address = (where.base_url is not None, where.store_id is not None)
    if by_address not in {(True, True), (False, False)} or (where.store is None) != all(by_address):
        raise Misused("say where to: --store NAME, or --base-url URL and --store-id ID")
    events = read(file).events
    if len(events) != 1:
        raise Misused(f"send takes one event, and {file} holds {len(events)}")
    return events[0]


def _report_of_sending(event: Event, findings: list[Finding], where: Where, *, sent_anyway: bool) -> dict[str, Json]:
    try:
        sent = _deliver(event, findings, where, sent_anyway=sent_anyway)
    except NotBegun as error:
        return {"outcome": "not-sent", "sentence": str(error)}
    if sent.remark:
        complain(sent.remark)
    outcome = sent.outcome
    return {
        "outcome": str(outcome.kind),
        "status": outcome.status,
        "sentence": outcome.sentence,
        "duration_ms": outcome.duration_ms,
        "body": outcome.body.decode(errors="replace"),
    }


def _deliver(event: Event, findings: list[Finding], where: Where, *, sent_anyway: bool) -> Sent:
    """Send the event. Raises Misused and NotBegun."""
    sandbox = SandboxProcess()
    secrets = Secrets()
    try:
        with closing(Database(_data_folder() / FILE_NAME)) as database:
            store = _store(where, Stores(database))
            _hold_key(store, secrets, is_needed=where.store is None)
            if store.is_built_in:
                store = store.at(sandbox.start())
            text = jsontext.dumps(event.payload) if event.text is None else event.text
            attempt = attempt_of(store, event.payload, text, findings, sent_anyway=sent_anyway)
            cancel = Cancel()
            with _interrupt_cancels(cancel):
                return Sender(History(database), secrets).send(attempt, cancel)
    except KeyNeeded as error:
        raise Misused(f"{error} Or set {KEY_VARIABLE}.") from None
    except (NotSent, StorageError, SandboxError) as error:
        raise NotBegun(str(error)) from None
    finally:
        sandbox.stop()


def _data_folder() -> Path:
    """Raises NotBegun."""
    try:
        return paths.data_folder()
    except OSError as error:
        raise NotBegun(
            f"The data folder {error.filename} can't be used: {error.strerror}. "
            "Check it, or choose another with EVENT_COMPOSER_HOME."
        ) from None


def _store(where: Where, stores: Stores) -> Store:
    """The store that is meant; one given by its address has no row. Raises Misused."""
    if where.store is not None:
        store = stores.named(where.store)
        if store is None:
            names = ", ".join(f"“{known.name}”" for known in stores.all())
            raise Misused(f"there is no store named “{where.store}”; there are: {names}")
        return store
    try:
        base_url, store_id = checked_base_url(where.base_url or ""), checked_store_id(where.store_id or "")
    except StoreError as error:
        raise Misused(str(error)) from None
    host = urlsplit(base_url).hostname or ""
    # Nothing more is known about the store, so the history shows it as one that reaches customers.
    return Store(0, host, Kind.TEST if is_loopback(host) else Kind.LIVE, base_url, store_id, "command line")


def _hold_key(store: Store, secrets: Secrets, *, is_needed: bool) -> None:
    """Take the key from the environment, if it is there. Raises Misused, without quoting it."""
    text = os.environ.get(KEY_VARIABLE, "")
    if text.strip():
        try:
            secrets.hold(store, Secret(text))
        except ValueError as error:
            raise Misused(f"{KEY_VARIABLE}: {error}") from None
    elif is_needed:
        raise Misused(f"the API secret is missing: set {KEY_VARIABLE}")


@contextmanager
def _interrupt_cancels(cancel: Cancel) -> Iterator[None]:
    """Ctrl+C cancels the request, so that the history hears of it; a second one ends the program at once."""

    def on_interrupt(*_: object) -> None:
        if cancel.is_cancelled:
            raise KeyboardInterrupt
        cancel.cancel()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
