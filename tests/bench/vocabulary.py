"""The names of a long history: how fast they are learnt, and what they cost at each key."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from composer.event import checks
from composer.event.payload import Set, apply
from composer.event.vocabulary import DATA, NAME, Known, Use, Vocabulary
from composer.storage.database import FILE_NAME, Database
from composer.storage.vocabulary import Vocabularies
from tests.bench import keystrokes

STORE = 2  # to which a third of the entries of `memory.fill` went
NAMES = 20_000
TYPED = ("order placed", "Loyalty Tier", "product_url", "zzq", "tion", "Total spent per year")
WORDS = ("order pl", "an", "re", "s", "t", "ev", "cart", "o")  # the beginnings of names
ROUNDS = 20
PAYLOADS = {name: keystrokes.PAYLOADS[name] for name in ("30 fields", "400 properties")}


def report(path: Path) -> None:
    """Learn from the history at `path`; print what that takes, and what a key costs with its names and with more."""
    learnt = _learn(path)
    for name, vocabulary in (
        ("the names of this history", _of_payloads(learnt)),
        (f"{NAMES:,} names", _of_payloads(_many(learnt))),
    ):
        print(f"With {name}: {sum(1 for _ in vocabulary.known()):,}         floor      median      95 %       worst")
        _completing(vocabulary)
        _checking(vocabulary)
    _typing(vocabulary)


def _learn(path: Path) -> Vocabulary:
    with sqlite3.connect(path) as connection:
        for row in (2, 3, 4):
            connection.execute(
                "INSERT OR IGNORE INTO stores VALUES (?, ?, ?, ?, 'test', '', '')", (row, *[f"s{row}"] * 3)
            )
        ((entries,),) = connection.execute("SELECT count(*) FROM history")
    connection.close()
    database = Database(path)
    vocabularies = Vocabularies(database)
    began = time.perf_counter()
    vocabularies.learn(lambda: False)
    pace = entries / (time.perf_counter() - began)
    began, read = time.perf_counter(), 0
    for (body,) in database.read("SELECT body FROM history_requests LIMIT 50000"):
        read += len(json.loads(body))
    floor = min(entries, 50_000) / (time.perf_counter() - began)
    print(f"Learnt from {entries:,} entries: {pace:,.0f}/s; their JSON, only read {floor:,.0f}/s: {pace / floor:.2f}")
    began = time.perf_counter()
    vocabulary = vocabularies.of(STORE)
    print(f"  read for a store: {(time.perf_counter() - began) * 1000:.0f} ms, in a thread")
    database.close()
    return vocabulary


def _of_payloads(vocabulary: Vocabulary) -> Vocabulary:
    """With the names of the events that are typed here, each of its type."""
    known = [Known("Order Placed", DATA, Use(f"Property {number}", 50, 1, "text", 50)) for number in range(400)]
    return Vocabulary([*known, *vocabulary.known()])


def _many(vocabulary: Vocabulary) -> Vocabulary:
    chance = random.Random(3)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9))) for _ in range(3000)]
    known = list(vocabulary.known())
    while len(known) < NAMES:
        event = " ".join(chance.choices(words, k=2)).title()
        known.append(Known(event, NAME, Use(event, chance.randint(1, 500), 1)))
        for _ in range(100):
            name = " ".join(chance.choices(words, k=chance.randint(1, 3))).title()
            known.append(Known(event, DATA, Use(name, chance.randint(1, 500), 1, "text", 9)))
    return Vocabulary(known)


def _completing(vocabulary: Vocabulary) -> None:
    names = dict.fromkeys(use.name for _, _, use in vocabulary.known())
    typed = [text[:length] for text in TYPED for length in range(len(text) + 1)] * ROUNDS
    floor = _taken([lambda text=text: names.get(text) for text in typed])  # type: ignore[misc]
    for what, ask in (
        ("event names", vocabulary.event_names),
        ("properties", lambda text: vocabulary.properties(DATA, "Order Placed", text)),
    ):
        taken = _taken([lambda text=text, ask=ask: ask(text) for text in typed])  # type: ignore[misc]
        _row(f"complete {what}, a dict look-up", taken, floor)


def _checking(vocabulary: Vocabulary) -> None:
    for name, payload in PAYLOADS.items():
        # A key in a value, and one in the name of the event: what was remembered of the last key does not help.
        for what, where in (("value", "/data/Property 3"), ("event name", "/eventName")):
            events = [apply(payload, [Set(where, f"Order Place{number}")]) for number in range(300)]
            found = [checks.check(event) for event in events]
            floor = _taken([lambda event=event: checks.check(event) for event in events])  # type: ignore[misc]
            taken = _taken([
                lambda event=event, said=said: vocabulary.merged(event, said)  # type: ignore[misc]
                for event, said in zip(events, found, strict=True)
            ])  # fmt: skip
            _row(f"{name}: a key in the {what}, all checks", taken, floor)


def _typing(vocabulary: Vocabulary) -> None:
    """The whole key press in the window, with the vocabulary and without."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from composer.app import App

    print(f"Key press in the window, {keystrokes.KEYS} keys             median      95 %       worst")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        app = App(Path(folder))
        app.window.show()
        keystrokes._until(app.qt, lambda: app.window.composition.is_judged)
        for name, payload in PAYLOADS.items():
            entry = keystrokes._load(app, payload)
            for with_what, known in (("without", None), ("with a vocabulary", vocabulary)):
                app.window.composition.compare_with(known)
                keystrokes._row(f"{name}, {with_what}", _naming(app.qt, entry))
        app.close()
    QApplication.processEvents()


def _naming(qt: Any, entry: Any) -> list[float]:
    """Keys of names that begin as known ones do, so that there is a list to paint at nearly each of them."""
    from PySide6.QtTest import QTest

    keys = cycle([(at, letter) for word in WORDS for at, letter in enumerate(word)])

    def press() -> None:
        at, letter = next(keys)
        if at == 0:
            entry.setText("")
        QTest.keyClick(entry, letter)
        qt.processEvents()

    entry.setFocus()
    return keystrokes._timed(press, keystrokes.KEYS)


def _taken(acts: list[Callable[[], Any]]) -> list[float]:
    taken = []
    for act in acts:
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def _row(name: str, taken: list[float], floor: list[float]) -> None:
    tail, of_floor = (each[int(len(each) * 0.95)] for each in (taken, floor))
    print(f"  {name:<52} {of_floor:8.4f}  {taken[len(taken) // 2]:8.3f}  {tail:8.3f}  {taken[-1]:8.3f} ms"
          f"   ratio {tail / of_floor:,.2f}")  # fmt: skip


if __name__ == "__main__":
    from tests.bench import memory

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        memory.fill(Path(name) / FILE_NAME, int(sys.argv[1]) if len(sys.argv) > 1 else memory.ENTRIES)
        report(Path(name) / FILE_NAME)
