"""`event-composer send`: one event over the wire, as the window sends it, history included."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

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
from composer.cli.where import KEY_VARIABLE, Misused, NotBegun, Where, data_folder, hold_key, store_meant
from composer.delivery.budget import Budgets
from composer.delivery.client import Cancel
from composer.delivery.guard import Consent, Guard
from composer.delivery.outcome import OutcomeKind
from composer.delivery.sender import ConsentNeeded, KeyNeeded, NotSent, Sender, Sent, attempt_of
from composer.event import jsontext
from composer.event.documents import Event
from composer.event.findings import Finding, Severity
from composer.event.payload import Json
from composer.sandbox.process import SandboxError, SandboxProcess
from composer.storage.database import FILE_NAME, Database, StorageError
from composer.storage.drift import Drift
from composer.storage.history import History
from composer.storage.history.entry import accepted_before
from composer.storage.secrets import Secrets
from composer.storage.stores import Stores
from composer.storage.vocabulary import Vocabularies


def send(path: Path, file: str, where: Where, style: str, *, anyway: bool, consent: Consent) -> int:
    """Send the event at `path`, which a person calls `file`, print what came back as `style`; returns the exit code.

    With errors it is sent only `anyway`; to somebody on a live store who is no test person only with `consent`.
    """
    try:
        event = _only_event(path, file)
        findings = about_event(event)
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        report: dict[str, Json] = {"outcome": "held-back", "status": None, "sentence": "", "duration_ms": 0, "body": ""}
        if errors and not anyway:
            report["sentence"] = f"Held back: {counted(errors, 'error')}. Nothing was sent. See --send-anyway."
        else:
            report |= _report_of_sending(event, findings, where, consent, sent_anyway=errors > 0)
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


def _only_event(path: Path, file: str) -> Event:
    events = read(str(path), file).events
    if len(events) != 1:
        raise Misused(f"there is no event in {file}" if not events else f"{file} holds {len(events)} events")
    return events[0]


def _report_of_sending(
    event: Event, findings: list[Finding], where: Where, consent: Consent, *, sent_anyway: bool
) -> dict[str, Json]:
    try:
        sent = _deliver(event, findings, where, consent, sent_anyway=sent_anyway)
    except ConsentNeeded as error:
        return {"sentence": f"Held back: {error} See --yes-live."}
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


def _deliver(event: Event, findings: list[Finding], where: Where, consent: Consent, *, sent_anyway: bool) -> Sent:
    """Send the event. Raises Misused, ConsentNeeded and NotBegun."""
    sandbox = SandboxProcess()
    secrets = Secrets()
    try:
        with closing(Database(data_folder() / FILE_NAME)) as database:
            store = store_meant(where, Stores(database))
            hold_key(store, secrets, is_needed=where.store is None)
            if store.is_built_in:
                store = store.at(sandbox.start())
            text = jsontext.dumps(event.payload) if event.text is None else event.text
            words = Vocabularies(database).of(store.id)
            findings[:] = words.merged(event.payload, findings)  # they are printed
            history, cancel = History(database), Cancel()
            attempt = attempt_of(store, event.payload, text, findings, sent_anyway=sent_anyway)
            if attempt.unique_id and (known := history.accepted(store, attempt.unique_id)):
                day = datetime.fromtimestamp(known.begun_ms / 1000).astimezone().isoformat(" ", "seconds")
                findings.append(accepted_before(known, day))  # the attempt holds them, too
                complain(shown(findings[-1].message))
            with _interrupt_cancels(cancel):
                guard, budgets = Guard(database), Budgets(data_folder())
                return Sender(history, secrets, guard, budgets, Drift(database)).send(attempt, cancel, consent)
    except KeyNeeded as error:
        raise Misused(f"{error} Or set {KEY_VARIABLE}.") from None
    except ConsentNeeded:
        raise
    except (NotSent, StorageError, SandboxError) as error:
        raise NotBegun(str(error)) from None
    finally:
        sandbox.stop()


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
