"""Real run files for tests of the window: orders from a spreadsheet, and what a server made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from composer.event.table.cells import Cell
from composer.event.table.mapping import Column, Mapping, Type
from composer.storage.runs.folder import Runs
from composer.storage.runs.run import Run
from composer.storage.runs.states import Added, Finished, State, Status
from composer.storage.stores import Kind, Store

LIVE = Store(3, "Acme Store", Kind.LIVE, "https://api.getredo.com/v2.2", "64e5a8a1c0ffee0000004ee7", "acme")
TEST = Store(2, "Acme staging", Kind.TEST, "https://api.getredo.com/v2.2", "64e5a8a1c0ffee0000004ee8", "staging")
HEADERS = ("Event", "Email", "Phone", "Value", "Currency", "Unique ID", "Discount")
COLUMNS = (
    Column("Event", "/eventName"),
    Column("Email", "/customer/email"),
    Column("Phone", "/customer/phoneNumber"),
    Column("Value", "/value", Type.NUMBER, "point"),
    Column("Currency", "/valueCurrency"),
    Column("Unique ID", "/uniqueId"),
    Column("Discount", "/data/Discount", Type.NUMBER, "point"),
)
PROBLEM = b'{"title": "Invalid email", "status": 400, "detail": "customer.email is not a valid email address"}'
_BATCH = 2000


def order(number: int) -> list[Cell]:
    """A row without anything to say about it."""
    return ["Order Placed", f"ann{number}@example.com", "", 149.99, "USD", f"ord_{455 + number}", 5]


def make_orders(
    folder: Path, rows: Iterable[list[Cell]], name: str = "orders-march.csv", headers: tuple[str, ...] = HEADERS
) -> Run:
    """A table run, checked and ready; its first row is row 2, below the headers."""
    run = Runs(folder).create(name, f"orders/{name}", "table", headers, {}, Mapping(COLUMNS))
    read = run.reader().read
    with run.hold(sending=False):
        for batch in _batches(rows, 2):
            run.add([Added(number, json.dumps(cells), *read(cells)) for number, cells in batch])
    run.change(status=Status.READY)
    return run


def make_events(folder: Path, count: int) -> Run:
    """A run of so many short events, made fast: nothing is checked."""
    run = Runs(folder).create("events.jsonl", "", "events", None, {}, None)
    with run.hold(sending=False):
        events = ({"eventName": "Order Placed", "uniqueId": f"e{number}"} for number in range(1, count + 1))
        for batch in _batches(events, 1):
            run.add([Added(number, json.dumps(event), event, ()) for number, event in batch])
    run.change(status=Status.READY)
    return run


def send(
    run: Run,
    most: int | None = None,
    *,
    only: Iterable[int] | None = None,
    reject: Callable[[int], bool] = lambda _: False,
    store: Store = LIVE,
) -> None:
    """Have what waits queued, a hundred rows at a time: `most` rows at most, or `only` these. Those that `reject` picks
    get a 400 of their own.
    """
    run.change(store=store, status=Status.SENDING)
    after = sent = 0
    wanted = None if only is None else set(only)
    with run.hold(store):
        while (most is None or sent < most) and (parcels := run.take(after, 100)):
            after = parcels[-1].number
            numbers = [each.number for each in parcels if wanted is None or each.number in wanted]
            sent += len(numbers)
            if good := [number for number in numbers if not reject(number)]:
                run.finish([Finished(run.begin(good), "queued", State.QUEUED, "The server queued them.", 202)])
            for number in filter(reject, numbers):
                run.finish([_rejected(run.begin([number]))])


def begin(run: Run, numbers: Sequence[int], store: Store = LIVE) -> int:
    """Have these rows on their way in one request that gets no answer."""
    run.change(store=store, status=Status.SENDING)
    with run.hold(store):
        return run.begin(numbers)


def _rejected(request: int) -> Finished:
    return Finished(
        request,
        "rejected",
        State.REJECTED,
        "Rejected: Invalid email: customer.email is not a valid email address",
        400,
        [("content-type", "application/problem+json"), ("x-request-id", "8f1c")],
        PROBLEM,
        134,
    )


def _batches(rows: Iterable[Any], first: int) -> Iterator[list[tuple[int, Any]]]:
    numbered = enumerate(rows, first)
    while batch := list(islice(numbered, _BATCH)):
        yield batch
