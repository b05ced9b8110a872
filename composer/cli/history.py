"""`event-composer history`: what was sent from this data folder, looked through, shown, and given out as a file."""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from composer.cli import table
from composer.cli.progress import Bar
from composer.cli.texts import FAILED, OK, UNUSABLE, complain, print_json, print_line, shown
from composer.cli.where import Misused, NotBegun, data_folder
from composer.delivery.hiding import HIDDEN
from composer.delivery.outcome import OutcomeKind
from composer.storage.database import FILE_NAME, Database, StorageError
from composer.storage.history import Entry, FullEntry, History, RunKind, Search
from composer.storage.history.exporting import Form, address, as_line, export, form_of, never, summary, write
from composer.storage.history.log import storable
from composer.storage.runs import Runs
from composer.storage.runs.indexing import index_runs
from composer.storage.stores import Stores

FAILURES = "failed"
OUTCOMES = (*OutcomeKind, FAILURES, *RunKind)

_ALSO: dict[str, set[str]] = {  # what a word finds besides what is called so
    OutcomeKind.QUEUED: {RunKind.ALL_QUEUED},
    FAILURES: {*OutcomeKind, RunKind.NOT_ALL} - {OutcomeKind.QUEUED, OutcomeKind.NO_ANSWER, OutcomeKind.CANCELLED},
}
_BY_ADDRESS = 0  # the row of every store that was given by its address
_HEADINGS = ("ID", "TIME", "OUTCOME", "STORE", "EVENT", "CUSTOMER", "UNIQUE ID")
_FIRM = 3  # of these columns are never shortened
_AT_ONCE = 1000  # entries of one query
_AGO = re.compile(r"([0-9]{1,5})d")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINE_END = re.compile("\r\n|\n|\r")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Wanted(NamedTuple):
    """Which entries are meant: those for which all that is given holds. Dates are as they were typed."""

    words: Sequence[str] = ()
    outcomes: Sequence[str] = ()  # of OUTCOMES
    store: str = ""
    event: str = ""
    since: str = ""
    until: str = ""


def list_entries(wanted: Wanted, most: int, style: str) -> int:
    """Print the newest `most` entries that are meant, as `style` ("text" or "json"); returns the exit code."""
    with _complaining(), _opened() as database:
        ids = _ids(database, wanted)
        entries = History(database).entries(ids[:most]) if database else []
        if style == "json":
            print_json({"found": len(ids), "entries": [summary(entry) for entry in entries]})
        elif entries:
            for line in table.lines([_HEADINGS, *map(_cells, entries)], _FIRM):
                print_line(line)
            more = len(ids) > most
            print_line(f"{most:,} of {_entries(len(ids))}; --limit N shows more" if more else _entries(len(ids)))
        return _found(database, len(ids))
    return UNUSABLE


def show(number: int, style: str) -> int:
    """Print everything about the entry with this id, as `style`; returns the exit code."""
    with _complaining(), _opened() as database:
        full = History(database).entry(number) if database else None
        if full is None:
            complain(f"event-composer: there is no entry {number}; event-composer history list names those there are")
            return FAILED
        if style == "json":
            print_line(_in_ascii(as_line(full)))
        else:
            _print_entry(full)
        return OK
    return UNUSABLE


def give_out(file: str, form: Form | None, wanted: Wanted) -> int:
    """Write all entries that are meant to `file`, - for standard output; returns the exit code. Where `form` is None
    the ending of the file's name says it.
    """
    with _complaining(), _opened() as database:
        form = form or form_of(Path(file))
        if form is None:
            raise Misused("say in which form: a FILE that ends with .csv, .jsonl or .har, or --as")
        ids = _ids(database, wanted)
        if database and ids:
            _give_out(History(database), ids, file, form)
        return _found(database, len(ids))
    return UNUSABLE


def moment(text: str, *, is_end: bool) -> int:
    """A date as it is typed, in Unix milliseconds: a day, a time, or ``7d`` for seven days ago; without a zone in local
    time. A day is its beginning; as an end the beginning of the next. Raises Misused.
    """
    try:
        if ago := _AGO.fullmatch(text):
            return _ms(datetime.now() - timedelta(days=int(ago[1])))
        day_after = timedelta(days=1 if is_end and _DAY.fullmatch(text) else 0)
        return _ms(datetime.fromisoformat(text) + day_after)
    except (ValueError, OverflowError, OSError):
        raise Misused(f"“{text}” is no date; write 2026-11-25, 2026-11-25T14:30:00Z or 7d") from None


def _ms(date: datetime) -> int:
    return round(date.timestamp() * 1000)


@contextmanager
def _complaining() -> Iterator[None]:
    """Say on standard error why it could not be done; what follows the block then returns the exit code."""
    try:
        yield
    except (Misused, NotBegun, StorageError) as error:
        complain(f"event-composer: {shown(str(error))}")


@contextmanager
def _opened() -> Iterator[Database | None]:
    """The data file; None where there is none, and none is made. Raises NotBegun and StorageError."""
    path = data_folder() / FILE_NAME
    if not path.exists():
        yield None
        return
    with closing(Database(path)) as database:
        yield database


def _ids(database: Database | None, wanted: Wanted) -> Sequence[int]:
    """The ids of the entries that are meant, newest first. Raises Misused and StorageError."""
    kinds = _kinds(wanted.outcomes)
    since = moment(wanted.since, is_end=False) if wanted.since else None
    until = moment(wanted.until, is_end=True) if wanted.until else None
    if database is None:
        return array("Q")
    history = History(database)
    stores = _store_rows(database, wanted.store) if wanted.store else frozenset()
    search = Search(" ".join(wanted.words), kinds, stores, None, wanted.event, since, until)
    if search.words:
        with suppress(StorageError):  # where nothing can be written, what is in the index is found still
            history.index_waiting(never)
            index_runs(history, Runs(data_folder()), never)
    ids = history.ids(search, never) or array("Q")
    return _named(history, ids, wanted.store) if _BY_ADDRESS in stores else ids


def _kinds(outcomes: Sequence[str]) -> frozenset[str]:
    """Everything that is called so in the history. Raises Misused."""
    kinds: set[str] = set()
    for outcome in outcomes:
        if outcome not in OUTCOMES:
            raise Misused(f"there is no outcome “{outcome}”; there are: {', '.join(OUTCOMES)}")
        kinds |= {outcome, *_ALSO.get(outcome, ())}
    return frozenset(kinds)


def _store_rows(database: Database, name: str) -> frozenset[int]:
    """The rows of the stores that have this name, or had it when they were sent to. Raises Misused."""
    used = History(database).stores()
    now = Stores(database).named(storable(name))
    rows = {each.store_row for each in used if _folded(each.name) == _folded(name) or each.store_row == _BY_ADDRESS}
    if now is not None:
        rows.add(now.id)
    if not rows:
        names = ", ".join(f"“{each.name}”" for each in used)
        raise Misused(f"nothing was sent to a store named “{name}”; the stores of the history are: {names or 'none'}")
    return frozenset(rows)


def _named(history: History, ids: Sequence[int], store: str) -> Sequence[int]:
    """The ids without those that went by its address to a store of another name."""
    kept, each = array("Q"), iter(ids)
    while some := list(islice(each, _AT_ONCE)):
        kept.extend(
            entry.id
            for entry in history.entries(some)
            if entry.store_row != _BY_ADDRESS or _folded(entry.store_name) == _folded(store)
        )
    return kept


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def _found(database: Database | None, count: int) -> int:
    """The exit code; where nothing was found, say so."""
    if count:
        return OK
    if database is None or not History(database).count():
        complain(f"Nothing was sent yet from this data folder: {shown(str(data_folder()))}")
    else:
        complain("Nothing in the history fits.")
    return FAILED


def _give_out(history: History, ids: Sequence[int], file: str, form: Form) -> None:
    if file == "-":
        try:
            write(history, ids, sys.stdout.buffer, form)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is not written yet can't be, either
            raise Misused(f"standard output can't be written ({error.strerror})") from None
        return
    bar = Bar()
    try:
        count = export(history, ids, Path(file), form, lambda done, of: bar.show(done / of, f"{done:,} of {of:,}"))
    finally:
        bar.clear()
    print_line(f"{_entries(count)} written to {shown(file)}")
    if count < len(ids):
        complain(f"{_entries(len(ids) - count)} left out: a HAR has no bulk runs")


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


def _local(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000):%Y-%m-%d %H:%M:%S}"


def _outcome(entry: Entry) -> str:
    return f"{entry.kind} ({entry.status})" if entry.status is not None else str(entry.kind)


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        *(str(entry.id), _local(entry.begun_ms), _outcome(entry), entry.store_name),
        *(entry.event_name, entry.customer, entry.unique_id),
    )


def _print_entry(full: FullEntry) -> None:
    entry, answer = full.entry, full.answer
    print_line(f"{entry.id}: {_outcome(entry)}: {shown(entry.event_name)}")
    print_line(shown(answer.sentence))
    if answer.detail:
        print_line(shown(answer.detail))
    print_line("")
    took = f", {entry.duration_ms:,} ms" if entry.duration_ms is not None else ""
    print_line(f"Time: {_local(entry.begun_ms)}{took}")
    print_line(f"Store: {shown(entry.store_name)} ({entry.store_kind})")
    if entry.run:
        print_line(f"Run: {shown(entry.run)}, {shown(entry.customer)}")
        return
    for name, value in (("Customer", entry.customer), ("Unique ID", entry.unique_id)):
        if value:
            print_line(f"{name}: {shown(value)}")
    for finding in full.findings:
        path = f" {shown(finding.path)}" if finding.path else ""
        print_line(f"{finding.severity} {finding.code}{path}: {shown(finding.message)}")
    if entry.sent_anyway:
        print_line("It was sent in spite of the errors.")
    print_line("")
    print_line(f"POST {shown(address(entry))}")
    print_line(f"Authorization: Bearer {HIDDEN}")
    print_line("Content-Type: application/json")
    _print_body(full.body)
    if answer.status is not None:
        print_line("")
        print_line(str(answer.status))
        for name, value in answer.headers:
            print_line(shown(f"{name}: {value}"))
        _print_body(answer.body)


def _print_body(body: bytes) -> None:
    text = body.decode(errors="replace").rstrip("\r\n")
    if text:
        print_line("")
        for line in _LINE_END.split(text):
            print_line(shown(line))


def _in_ascii(line: str) -> str:
    """A line of JSON for any terminal. What is not ASCII in it stands in texts, and can be escaped there."""
    return _NOT_ASCII.sub(lambda letter: json.dumps(letter[0])[1:-1], line)
