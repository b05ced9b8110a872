"""A history of a million: how fast it is written and found, what it costs the start and each key, and scrolling to its
end.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from composer.event.findings import Finding, Severity
from composer.storage.database import FILE_NAME, Database
from composer.storage.history import Attempt, History, Search
from composer.storage.history.log import _insert
from composer.storage.history.words import of_event
from composer.storage.stores import Kind, Store
from tests.bench import startup, vocabulary
from tests.bench.taken import taken_by

ENTRIES = 1_000_000
INDEXED = 50_000  # entries of the comparison with a floor
ROUNDS = 3
_STORES = [
    Store(number, name, kind, f"https://api{number}.example.com/v2.2", f"{number:024x}", f"key-{number}")
    for number, (name, kind) in enumerate(
        [("Acme", Kind.LIVE), ("Acme staging", Kind.TEST), ("Local", Kind.SANDBOX)], 2
    )
]
_NAMES = ("Order Placed", "Cart Abandoned", "Order Shipped", "Welcome", "Loyalty Milestone", "Review Requested")
_KINDS = (*["queued"] * 95, *["rejected"] * 3, "no-answer", "server-error")
_FINDING = Finding(Severity.WARNING, "not-stored", "/data/Discount", "0 counts as unset.")


def events(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Events as people send them, about 700 bytes each."""
    chance = random.Random(seed)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(4, 9))) for _ in range(20_000)]
    for number in range(count):
        first, last = chance.choice(words), chance.choice(words)
        yield {
            "eventName": chance.choice(_NAMES),
            "customer": {
                "email": f"{first}.{last}{number % 1000}@example.com",
                "phoneNumber": f"+1206555{number % 10000:04}",
                "firstName": first.title(),
                "lastName": last.title(),
                "customFields": {"Loyalty Tier": chance.choice(("Gold", "Silver", "Bronze"))},
            },
            "value": round(chance.uniform(5, 500), 2),
            "valueCurrency": "USD",
            "uniqueId": f"ord_{number}",
            "data": {
                "Order Id": f"ord_{number}",
                "Item Count": chance.randint(1, 9),
                "Category": chance.choice(words),
                "Coupon": chance.choice(words),
                "Product Url": f"https://shop.test/products/{chance.choice(words)}",
                "$extra": {"items": [{"sku": chance.choice(words), "price": 19.99, "quantity": 2}]},
            },
        }


def fill(path: Path, count: int) -> None:
    """A history of so many entries at `path`, three months long, and its index."""
    chance = random.Random(2)
    database = Database(path)
    history = History(database)
    body = json.dumps({"title": "Invalid customer", "detail": "customer.email must match format."}).encode()
    begin = time.time_ns() // 1_000_000 - 90 * 86_400_000
    made = enumerate(events(count))
    while True:
        with database.transaction(flush=False) as connection:
            for number, event in made:
                kind = chance.choice(_KINDS)
                text = json.dumps(event).encode()
                customer, unique_id = event["customer"]["email"], event["uniqueId"]
                store = chance.choice(_STORES)
                findings = (_FINDING,) if number % 10 == 0 else ()
                entry = _insert(connection, Attempt(store, event["eventName"], customer, unique_id, text, findings))
                status = {"queued": 202, "rejected": 400, "server-error": 500}.get(kind)
                moment = begin + number * 90 * 86_400_000 // count
                connection.execute(
                    "UPDATE history SET begun_ms = ?, finished_ms = ?, kind = ?, status = ?, duration_ms = 80 "
                    "WHERE id = ?",
                    (moment, moment + 80, kind, status, entry),
                )
                connection.execute("UPDATE history_marks SET begun_ms = ? WHERE doc = ?", (moment, entry))
                said = ("Queued (202).", b"") if kind == "queued" else (f"Not queued: {kind}.", body)
                connection.execute("INSERT INTO history_answers VALUES (?, ?, '', '[]', ?)", (entry, *said))
                if number % 10_000 == 9_999:
                    break
            else:
                break
    history.index_waiting(lambda: False)
    database.checkpoint()
    database.close()


def writing() -> None:
    """Rows of a bulk run into the index, beside the same texts into a table without one."""
    rates: dict[str, list[float]] = {"index": [], "plain table": []}
    batches = [
        [(number, event) for number, event in enumerate(chunk, at + 1)]
        for at in range(0, INDEXED, 500)
        for chunk in [list(events(500, at))]
    ]
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            database = Database(Path(folder) / FILE_NAME)
            history = History(database)
            entry = history.begin_run(_STORES[0], "run-1", "orders.csv", "events", INDEXED)
            began = time.perf_counter()
            for batch in batches:
                history.index_rows(entry, [(number, of_event(event)) for number, event in batch])
            rates["index"].append(INDEXED / (time.perf_counter() - began))
            database.close()
            plain = sqlite3.connect(Path(folder) / "plain.db", isolation_level=None)
            plain.execute("PRAGMA journal_mode = WAL")
            plain.execute("PRAGMA synchronous = FULL")
            plain.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, keys TEXT, words TEXT)")
            began = time.perf_counter()
            for batch in batches:
                plain.execute("BEGIN")
                plain.executemany(
                    "INSERT INTO texts VALUES (?, ?, ?)", [(number, *of_event(event)) for number, event in batch]
                )
                plain.execute("COMMIT")
            rates["plain table"].append(INDEXED / (time.perf_counter() - began))
            plain.close()
    index, floor = (statistics.median(rates[name]) for name in rates)
    print(
        f"Events made findable: {index:,.0f}/s, the same texts into a plain table {floor:,.0f}/s: {index / floor:.2f}"
    )


TYPED = (
    "alice@example.com",
    "ord_4711",
    "order placed gold",
    "must match format",
    "shop.test/products",
    "zzq",
    "+12065551234 silver",
)
SEARCHES = (
    *dict.fromkeys(Search(text[:length]) for text in TYPED for length in range(len(text) + 1)),  # search as you type
    Search("nobody-has-this"),
    Search(kinds=frozenset({"rejected"})),
    Search(kinds=frozenset({"no-answer"}), stores=frozenset({3})),
    Search(kinds=frozenset({"cancelled"})),
    Search(stores=frozenset({4})),
    Search(runs=True),
    Search(event="Welcome"),
    Search(event="Nothing Like It"),
    Search(since_ms=1, until_ms=2),
    Search("gold", kinds=frozenset({"rejected"})),
    Search("order", kinds=frozenset({"no-answer"}), stores=frozenset({2})),
    Search("welcome", event="Order Placed"),
    Search("silver", since_ms=1, until_ms=2),
)


def searching(path: Path) -> None:
    """The first page of each search, beside a plain search through the texts for one word."""
    database = Database(path)
    history = History(database)
    taken: list[tuple[float, Search]] = []
    for _ in range(ROUNDS):
        for search in SEARCHES:
            began = time.perf_counter()
            history.page(search)
            taken.append(((time.perf_counter() - began) * 1000, search))
    taken.sort(key=lambda pair: pair[0])
    middle, tail = taken[len(taken) // 2][0], taken[int(len(taken) * 0.95)][0]
    began = time.perf_counter()
    database.read("SELECT id FROM history_requests WHERE body LIKE '%nobody-has-this%' ORDER BY id DESC LIMIT 200")
    plain = (time.perf_counter() - began) * 1000
    slowest = {each: None for _, each in reversed(taken)}
    print(f"First page of {len(SEARCHES)} searches: median {middle:.1f} ms, 95 % {tail:.1f} ms (100), "
          f"slowest {taken[-1][0]:.1f} ms; a word nobody has, without an index: {plain:,.0f} ms")  # fmt: skip
    print(f"  slowest: {', '.join(repr(_named(each)) for each in list(slowest)[:4])}")
    for name, ask in (("all ids", lambda: history.ids(Search(), lambda: False)),
                      ("all ids of “order”", lambda: history.ids(Search("order"), lambda: False)),
                      ("activity", lambda: history.activity(None, None)),
                      ("event names", history.event_names)):  # fmt: skip
        began = time.perf_counter()
        ask()
        print(f"  {name}: {(time.perf_counter() - began) * 1000:.0f} ms, in a thread")
    database.close()


def _named(search: Search) -> str:
    given = {name: value for name, value in search._asdict().items() if value not in ("", frozenset(), None)}
    return " ".join(
        f"{name}={sorted(value) if isinstance(value, frozenset) else value}" for name, value in given.items()
    )


def report(entries: int = ENTRIES) -> None:
    """Print all of it."""
    print(f"Memory: a history of {entries:,} entries")
    writing()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, tempfile.TemporaryDirectory() as empty:
        path = Path(folder) / FILE_NAME
        began = time.perf_counter()
        fill(path, entries)
        size = path.stat().st_size / 1e6
        print(f"Filled in {time.perf_counter() - began:,.0f} s, {size:,.0f} MB with its index", flush=True)
        searching(path)
        vocabulary.report(path)
        startup.compare("with an empty history", Path(empty), f"with {entries:,} entries", Path(folder))
        # An installed program has its bytecode: the first time makes it.
        installed = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{empty}/bytecode"}
        command = [sys.executable, "-m", "tests.bench.history_window", folder]
        window = [taken_by(command, installed) for _ in range(2)][-1]
        print(f"Scrolling to the end and back: {window.said.strip()}")


if __name__ == "__main__":
    report(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
