"""`event-composer send` with many events: every source is read, checked, sent and written down as in the window."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from composer.cli.progress import Bar
from composer.cli.texts import FAILED, OK, UNUSABLE, complain, counted, print_json, print_line, shown
from composer.cli.where import KEY_VARIABLE, Misused, NotBegun, Where, check_where, data_folder, hold_key, store_meant
from composer.delivery.budget import Budgets
from composer.delivery.guard import EVERYBODY, NOBODY, Consent, Guard
from composer.delivery.making import SAMPLE, create_run, proposed, repeatable
from composer.delivery.runner import Progress
from composer.delivery.sender import KeyNeeded, NotSent
from composer.delivery.sitting import Sitting, key_for, summary
from composer.delivery.whom import Whom, whom
from composer.event import jsontext
from composer.event.jsontext import JsonTextError
from composer.event.payload import Json
from composer.event.table.mapping import Mapping, MappingError, from_json
from composer.event.vocabulary import EMPTY, Vocabulary
from composer.sandbox.process import SandboxError, SandboxProcess
from composer.storage.database import FILE_NAME, Database, StorageError
from composer.storage.mappings import Mappings
from composer.storage.runs import NOT_SENT, Options, Run, RunError, Runs, State, Status
from composer.storage.runs.importing import append, import_rows
from composer.storage.secrets import Secrets
from composer.storage.sources import Reading, Source, SourceError, open_source
from composer.storage.stores import Store, Stores
from composer.storage.vocabulary import Vocabularies

LAST = "last"
_RUN_ID = re.compile(r"run-[0-9a-f]+")
_NAMED = 20  # rows that are named one by one
_TOLD = (State.HELD_BACK, State.REJECTED, State.NO_ANSWER)


class Plan(NamedTuple):
    """What is asked for besides where to: a file with a mapping, how the rows are read, what is done with them.

    `variables` are NAME=VALUE, whose VALUE is JSON where it can be read as such, else text.
    """

    mapping: str | None = None
    reading: Reading = Reading()
    dry_run: bool = False
    anyway: bool = False
    fill_ids: bool = True
    times: int = 1
    variables: tuple[str, ...] = ()


def send(file: str | None, resume: str | None, where: Where, plan: Plan, style: str, *, yes_live: bool) -> int:
    """Send what is in `file`, one event or many, or go on with the run `resume` (its id, or "last"). Prints the answer
    as `style` ("text" or "json") and returns the exit code. Only `yes_live` reaches people on a live store who are no
    test people.
    """
    consent = EVERYBODY if yes_live else NOBODY
    with _complaining():
        if resume is not None:
            if file is not None or plan != Plan():
                raise Misused("--resume goes without a file, and without what is said about its rows")
            return _resume(resume, where, style, consent)
        if file is None:
            raise Misused("say which file to send, or which run to --resume")
        if not plan.dry_run or any(where):
            check_where(where)
        with _on_disk(file) as path:
            if not _is_for_one(path, plan):
                return _send_many(path, file, where, plan, style, consent)
            from composer.cli.send import send as send_one

            return send_one(path, file, where, style, anyway=plan.anyway, consent=consent)
    return UNUSABLE


def _is_for_one(path: Path, plan: Plan) -> bool:
    """Whether it is about a single event: a file with one JSON value in it, and nothing that only many can have."""
    if plan.mapping or plan.dry_run or plan.times > 1 or not plan.fill_ids or plan.variables:
        return False
    try:
        return _is_one_event(open_source(path, plan.reading))
    except SourceError:
        return path.suffix.lower() in {"", ".json"}  # the way of one event says in which line it is broken


def _is_one_event(source: Source) -> bool:
    return source.headers is None and len(list(islice(source.rows(), 2))) < 2


def _send_many(path: Path, name: str, where: Where, plan: Plan, style: str, consent: Consent) -> int:
    """All rows of a file: checked, and sent unless the run is a dry one. What could not begin leaves no run behind."""
    if not plan.dry_run:
        with closing(Database(data_folder() / FILE_NAME)) as database:
            store = store_meant(where, Stores(database))  # before a long file is read
            hold_key(store, Secrets(), is_needed=not store.id)
    run = _imported(path, name, plan, _words(where))
    try:
        return _tried(run, where, style) if plan.dry_run else _sent(run, where, style, consent)
    finally:
        has_begun = run.info.store is not None
        run.close()
        if not has_begun:
            Runs(data_folder()).remove(run.id)


def _resume(run_id: str, where: Where, style: str, consent: Consent) -> int:
    """Go on with a run, the newest one for `last`; it knows its store."""
    if any(where):
        check_where(where)
    runs = Runs(data_folder())
    wanted = runs.latest() if run_id == LAST else run_id
    if wanted is None:
        raise Misused("there is no run to resume")
    if not _RUN_ID.fullmatch(wanted):  # it becomes the name of a file
        raise Misused(f"there is no run “{wanted}”; an id is run- and what follows it")
    with closing(runs.open(wanted)) as run:
        run.retry(states=(State.STOPPED, State.NO_ANSWER))
        return _sent(run, where, style, consent)


@contextmanager
def _complaining() -> Iterator[None]:
    """Say on standard error why it could not be done; what follows the block then returns the exit code."""
    try:
        yield
    except (Misused, SourceError, MappingError, RunError, NotBegun, NotSent, StorageError, SandboxError) as error:
        complain(f"event-composer: {shown(str(error))}")


@contextmanager
def _on_disk(file: str) -> Iterator[Path]:
    """The file, or what comes in on standard input as one."""
    if file != "-":
        yield Path(file)
        return
    with tempfile.NamedTemporaryFile(prefix="standard-input-") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Path(kept.name)


def _words(where: Where) -> Vocabulary:
    """The names that were sent to the store that is meant: none where it is given by its address, or not at all."""
    if where.store is None:
        return EMPTY
    with closing(Database(data_folder() / FILE_NAME)) as database:
        return Vocabularies(database).of(store_meant(where, Stores(database)).id)


def _imported(path: Path, name: str, plan: Plan, words: Vocabulary) -> Run:
    """A run of all rows of the file, held against these names. Raises what `_complaining` knows."""
    source = open_source(path, plan.reading)
    runs = Runs(data_folder())
    variables = _given(plan.variables)
    is_template = plan.times > 1 or bool(variables) or not _is_one_event(source)
    where_from = "" if name == "-" else str(path.resolve())
    mapping, given = _mapping(source, plan), variables if is_template else None
    run = create_run(runs, source, where_from, mapping, given, vocabulary=words)
    bar = Bar()
    try:
        run.change(options=Options(plan.fill_ids, plan.anyway))
        if plan.times > 1:
            append(run, repeatable(_only_event(source), variables), plan.times)
        else:
            import_rows(run, source, lambda rows, share: bar.show(share, f"{rows:,} rows checked"))
    except BaseException:
        run.close()
        runs.remove(run.id)
        raise
    finally:
        bar.clear()
    for note in source.notes:
        complain(f"{shown(name)}: {note}")
    return run


def _given(variables: Iterable[str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for each in variables:
        name, mark, text = each.partition("=")
        if not mark or not name.strip():
            raise Misused(f"--set takes NAME=VALUE, not “{each}”")
        try:
            found[name.strip()] = jsontext.parse(text).payload
        except JsonTextError:
            found[name.strip()] = text
    return found


def _only_event(source: Source) -> str:
    rows = list(islice(source.rows(), 2))
    if source.headers is not None or len(rows) > 1:
        raise Misused(f"--times repeats one event, and {source.name} holds more than one JSON object")
    return rows[0].text


def _mapping(source: Source, plan: Plan) -> Mapping | None:
    if source.headers is None:
        if plan.mapping:
            raise Misused("--mapping goes with a table; each row of this file is an event already")
        return None
    if plan.mapping:
        mapping = _mapping_in(plan.mapping)
        if len(mapping.columns) != len(source.headers):
            raise Misused(
                f"the mapping is for {counted(len(mapping.columns), 'column')}, and the file has {len(source.headers)}"
            )
        return mapping
    with closing(Database(data_folder() / FILE_NAME)) as database:
        mapping_found, _ = proposed(source, [row.cells for row in islice(source.rows(), SAMPLE)], Mappings(database))
    if mapping_found is not None and mapping_found.questions:
        raise Misused(
            f"{mapping_found.questions[0].sentence} Answer it in the window and save the mapping, or give one with "
            "--mapping."
        )
    return mapping_found


def _mapping_in(file: str) -> Mapping:
    try:
        return from_json(json.loads(Path(file).read_text("utf-8-sig")))
    except OSError as error:
        raise Misused(f"the mapping {file} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise Misused(f"the mapping {file} is not JSON: {error}") from None


def _tried(run: Run, where: Where, style: str) -> int:
    """Say what would be sent, and, where it is said to which store, what would need a yes."""
    if any(where):
        with closing(Database(data_folder() / FILE_NAME)) as database:
            store = store_meant(where, Stores(database))
            found = _outside(run, store, Guard(database))
        if found is not None:
            complain(shown(f"{found.sentence(store.name)} Sending it needs --yes-live."))
    return _tell(run, None, style)


def _outside(run: Run, store: Store, guard: Guard) -> Whom | None:
    """Whom the waiting rows would reach on a live store who is no test person; None for nobody."""
    if not guard.is_live(store):
        return None
    bar = Bar()
    try:
        found = whom(
            run,
            guard.watch(store),
            lambda done, of: bar.show(done / max(of, 1), f"{done:,} of {of:,} rows looked up for whom they hit"),
        )
    finally:
        bar.clear()
    return found if found.outside else None


def _sent(run: Run, where: Where, style: str, consent: Consent) -> int:
    """Send what waits in the run; nothing of it when somebody in it needs a consent that is not there."""
    sandbox, secrets, bar = SandboxProcess(), Secrets(), Bar()
    try:
        with closing(Database(data_folder() / FILE_NAME)) as database:
            guard = Guard(database)
            store = _store(run, where, Stores(database), guard)
            hold_key(store, secrets, is_needed=not store.id)
            key = key_for(store, secrets)
            if consent.recipients is not None and (found := _outside(run, store, guard)) is not None:
                complain(shown(f"event-composer: Nothing was sent. {found.sentence(store.name)} See --yes-live."))
                return FAILED
            if store.is_built_in:
                store = store.at(sandbox.start())

            def report(told: Progress) -> None:
                done = told.rows - told.counts[State.WAITING] - told.counts[State.IN_FLIGHT]
                left = f", {told.seconds_left:.0f} s left" if told.seconds_left is not None else ""
                said = told.reason or f"{told.rate:.1f} requests/s{left}"
                bar.show(done / max(told.rows, 1), f"{done:,} of {told.rows:,} · {said}")

            sitting = Sitting(run, store, key, database, Budgets(data_folder()), report, consent=consent)
            with _interrupt_leaves(sitting):
                end = sitting.send()
    except KeyNeeded as error:
        raise Misused(f"{error} Or set {KEY_VARIABLE}.") from None
    finally:
        bar.clear()
        sandbox.stop()
    return _tell(run, end, style)


def _store(run: Run, where: Where, stores: Stores, guard: Guard) -> Store:
    """The store that is meant, or that the run was begun for."""
    if where.store is not None or where.base_url is not None:
        return store_meant(where, stores)
    begun = run.info.store
    if begun is None:
        raise Misused(f"the run {run.id} was not sent to any store yet; say where to: --store NAME")
    return guard.as_kept(begun)


@contextmanager
def _interrupt_leaves(sitting: Sitting) -> Iterator[None]:
    """Ctrl+C pauses the run and ends; a second one ends the program at once."""
    pressed = False

    def on_interrupt(*_: object) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True
        sitting.say("leave")

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(run: Run, end: Progress | None, style: str) -> int:
    """Print what became of the rows; `end` is None after a dry run."""
    counts, info = run.counts(), run.info
    queued, not_sent = counts[State.QUEUED], sum(counts[state] for state in NOT_SENT)
    waiting = counts[State.WAITING] + counts[State.IN_FLIGHT]
    answer: dict[str, Json] = {
        "run": info.id,
        "events": info.rows,
        "queued": queued,
        "rejected": counts[State.REJECTED],
        "not_sent": not_sent + waiting,
        "no_answer": counts[State.NO_ANSWER],
        "requests": info.requests,
        "retries": info.retries,
        "seconds": round(info.seconds, 3),
    }
    if style == "json":
        print_json(answer)
    else:
        _print_rows(run)
        if end is None:
            print_line(f"Dry run: {counted(waiting, 'event')} would be sent, {not_sent:,} not. Nothing was sent.")
        else:
            took = f"{counted(info.requests, 'request')} in {info.seconds:.1f} s"
            print_line(shown(f"{summary(counts)} of {counted(info.rows, 'event')}; {took}."))
    if end is not None and end.reason:
        complain(shown(end.reason))
    if end is not None and (waiting or end.status is Status.PAUSED):
        complain(f"To go on: event-composer send --resume {info.id}")
    if end is None:
        return OK if waiting == info.rows else FAILED
    return OK if queued == info.rows else FAILED


def _print_rows(run: Run) -> None:
    """The rows that did not get through, the first of them one by one."""
    numbers = run.numbers(states=_TOLD)
    for record in run.records(numbers[:_NAMED]):
        words = {State.HELD_BACK: "not sent", State.REJECTED: "rejected"}.get(record.state, "no answer")
        print_line(shown(f"row {record.number}: {words}: {record.reason}"))
    if len(numbers) > _NAMED:
        print_line(f"and {len(numbers) - _NAMED:,} more rows")
