"""Names and types are learnt from what a server queued: once, in order, and forgotten for good."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from composer.event.vocabulary import CUSTOM_FIELDS, DATA, Use
from composer.storage.database import Database
from composer.storage.history import Answer, Attempt, History
from composer.storage.history.index import UNDER_WAY_AT_MOST
from composer.storage.stores import Kind, Store, Stores
from composer.storage.vocabulary import Vocabularies

VALUE = "stewart-and-nobody-else"


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


@pytest.fixture
def vocabularies(database: Database) -> Vocabularies:
    return Vocabularies(database)


@pytest.fixture
def store(database: Database) -> Store:
    return Stores(database).add("Acme", Kind.TEST, "https://api.example.com/v2.2", "5a4db0c50000000000000001")


@pytest.fixture
def other(database: Database) -> Store:
    return Stores(database).add("Other", Kind.TEST, "https://api.example.com/v2.2", "5a4db0c50000000000000002")


def order(**data: Any) -> dict[str, Any]:
    return {"eventName": "Order Placed", "customer": {"email": "ann@shop.test"}, "data": data}


def begun(history: History, store: Store, event: Any) -> int:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return history.begin(Attempt(store, "", "", "", body))


def sent(history: History, store: Store, event: Any, kind: str = "queued") -> int:
    entry = begun(history, store, event)
    history.finish(entry, Answer(kind, ""))
    return entry


def never() -> bool:
    return False


def use(vocabularies: Vocabularies, store: Store, name: str, holder: str = DATA) -> Use | None:
    found = vocabularies.of(store.id).properties(holder, "Order Placed", name)
    return next((each for each in found if each.name == name), None)


def test_names_uses_and_types_of_what_was_queued(
    history: History, vocabularies: Vocabularies, store: Store, other: Store
) -> None:
    for total in (1, 2.5, 3):
        sent(history, store, {**order(Total=total, Note=None), "customer": {"customFields": {"Tier": "Gold"}}})
    sent(history, other, {**order(), "eventName": "Elsewhere"})
    vocabularies.learn(never)
    words = vocabularies.of(store.id)
    assert [(each.name, each.uses) for each in words.event_names("")] == [("Order Placed", 3)]
    total, note = use(vocabularies, store, "Total"), use(vocabularies, store, "Note")
    assert total is not None
    assert total[1:2] + total[3:] == (3, "number", 3)
    assert note is not None
    assert note[1:2] + note[3:] == (3, "", 0)
    tier = use(vocabularies, store, "Tier", CUSTOM_FIELDS)
    assert tier is not None
    assert tier.uses == 3
    assert abs(total.last_ms - time.time() * 1000) < 60_000
    assert vocabularies.size(store.id) == 4
    assert [each.name for each in vocabularies.of(other.id).event_names("")] == ["Elsewhere"]


@pytest.mark.parametrize("kind", ["rejected", "no-answer", "cancelled", "server-error"])
def test_only_what_a_server_queued_teaches(
    history: History, vocabularies: Vocabularies, store: Store, kind: str
) -> None:
    sent(history, store, order(Total=1), kind)
    sent(history, store, b"{no JSON")
    sent(history, store, b"[" * 100_000)
    sent(history, store, order(Last=1))
    vocabularies.learn(never)
    assert use(vocabularies, store, "Total") is None
    assert use(vocabularies, store, "Last") is not None


def test_a_streak_goes_on_from_one_look_to_the_next_and_ends_with_another_type(
    history: History, vocabularies: Vocabularies, store: Store
) -> None:
    def streak() -> tuple[str, int]:
        vocabularies.learn(never)
        found = use(vocabularies, store, "Total")
        assert found is not None
        return found.type, found.streak

    sent(history, store, order(Total=1))
    sent(history, store, order(Total=2))
    assert streak() == ("number", 2)
    sent(history, store, order(Total=None))
    assert streak() == ("number", 2)  # null has no type
    sent(history, store, order(Total=3))
    assert streak() == ("number", 3)
    sent(history, store, order(Total="a"))
    sent(history, store, order(Total=4))
    assert streak() == ("number", 1)  # the ones before are not in a row with it
    for total in ("a", 4, "b", "c"):
        sent(history, store, order(Total=total))
    assert streak() == ("text", 2)
    sent(history, store, order(Total="2026-04-02T12:00:00Z"))
    assert streak() == ("date", 1)


def test_nothing_counts_twice(history: History, vocabularies: Vocabularies, store: Store, path: Path) -> None:
    for _ in range(5):
        sent(history, store, order(Total=1))
    vocabularies.learn(never)
    vocabularies.learn(never)
    again = Database(path)
    Vocabularies(again).learn(never)
    again.close()
    found = use(vocabularies, store, "Total")
    assert found is not None
    assert found.uses == 5


def test_what_is_under_way_is_waited_for_with_all_that_came_after_it(
    history: History, vocabularies: Vocabularies, store: Store
) -> None:
    first = begun(history, store, order(First=1))
    sent(history, store, order(Second=1))
    vocabularies.learn(never)
    assert vocabularies.size(store.id) == 0
    history.finish(first, Answer("queued", ""))
    vocabularies.learn(never)
    assert use(vocabularies, store, "First") is not None
    assert use(vocabularies, store, "Second") is not None


@pytest.mark.parametrize("away", [-UNDER_WAY_AT_MOST - 1, 3_600_000], ids=["long ago", "before the clock was set back"])
def test_an_attempt_whose_program_died_holds_nothing_up(
    history: History, vocabularies: Vocabularies, store: Store, database: Database, away: int
) -> None:
    died = begun(history, store, order(First=1))
    database.write("UPDATE history SET begun_ms = begun_ms + ? WHERE id = ?", (away, died))
    sent(history, store, order(Second=1))
    vocabularies.learn(never)
    assert use(vocabularies, store, "First") is None
    assert use(vocabularies, store, "Second") is not None


def test_it_goes_on_where_it_was_stopped(history: History, vocabularies: Vocabularies, store: Store) -> None:
    for _ in range(1200):
        sent(history, store, order(Total=1))
    asked = iter([False, True])
    vocabularies.learn(lambda: next(asked))
    assert vocabularies.is_behind()
    found = vocabularies.of(store.id).event_names("")  # which itself looks at a hundred more
    assert [each.uses for each in found] == [600]
    vocabularies.learn(never)
    assert not vocabularies.is_behind()
    assert [each.uses for each in vocabularies.of(store.id).event_names("")] == [1200]


def test_what_was_just_sent_is_known_at_once(history: History, vocabularies: Vocabularies, store: Store) -> None:
    sent(history, store, order(Total=1))
    assert use(vocabularies, store, "Total") is not None


def test_two_processes_learn_each_entry_once(
    history: History, vocabularies: Vocabularies, store: Store, path: Path
) -> None:
    for _ in range(3000):
        sent(history, store, order(Total=1))
    code = (
        "import sys; from pathlib import Path; from composer.storage.database import Database; "
        "from composer.storage.vocabulary import Vocabularies; learner = Vocabularies(Database(Path(sys.argv[1]))); "
        "print(flush=True); sys.stdin.readline(); learner.learn(lambda: False)"
    )
    command = [sys.executable, "-c", code, str(path)]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
    for other in others:
        assert other.stdout is not None
        other.stdout.readline()
    for other in others:
        assert other.stdin is not None
        other.stdin.close()
    vocabularies.learn(never)
    for other in others:
        with other:
            assert other.wait(60) == 0
    vocabularies.learn(never)  # one of them may have ended while another was at it
    found = use(vocabularies, store, "Total")
    assert found is not None
    assert (found.uses, found.streak) == (3000, 3000)


@pytest.mark.parametrize("meanwhile", ["learn", "forget"])
def test_what_another_did_meanwhile_is_not_undone(
    history: History, store: Store, database: Database, path: Path, meanwhile: str
) -> None:
    sent(history, store, order(Total=1))
    other = Vocabularies(Database(path))
    left = [lambda: other.learn(never) if meanwhile == "learn" else other.forget(store.id)]

    class Slow(Vocabularies):
        def _bodies(self, entries: Any) -> dict[int, bytes]:
            found = super()._bodies(entries)
            if left:
                left.pop()()
            return found

    Slow(database).learn(never)
    assert [each.uses for each in other.of(store.id).event_names("")] == ([1] if meanwhile == "learn" else [])
    other._database.close()


def test_what_is_forgotten_is_not_learnt_again(
    history: History, vocabularies: Vocabularies, store: Store, other: Store
) -> None:
    sent(history, store, order(Total=1))
    sent(history, other, order(Total=1))
    vocabularies.learn(never)
    sent(history, store, order(Waiting=1))
    vocabularies.forget(store.id)
    vocabularies.learn(never)
    assert vocabularies.size(store.id) == 0
    assert use(vocabularies, other, "Total") is not None
    sent(history, store, order(Later=1))
    vocabularies.learn(never)
    assert use(vocabularies, store, "Later") is not None
    assert vocabularies.size(store.id) == 2


def test_what_is_forgotten_leaves_no_word_in_the_file(
    history: History, vocabularies: Vocabularies, store: Store, database: Database, path: Path
) -> None:
    entries = [
        sent(history, store, order(**{f"Secret Plan {part} {at}": 1 for at in range(300)})) for part in range(20)
    ]
    vocabularies.learn(never)
    history.remove(entries)
    history.erase_traces(never)
    assert b"Secret Plan" in path.read_bytes()  # in the vocabulary, which is a memory of its own
    vocabularies.forget(store.id)
    assert [each.name for each in path.parent.iterdir() if b"Secret Plan" in each.read_bytes()] == []


def test_names_by_chance_do_not_fill_the_disk(
    history: History, vocabularies: Vocabularies, store: Store, database: Database
) -> None:
    for part in range(90):
        entry = sent(history, store, order(**{f"Key {part} {at}": 1 for at in range(250)}))
        database.write("UPDATE history SET begun_ms = ? WHERE id = ?", (1_000 + part, entry))
    vocabularies.learn(never)
    assert 20_000 <= vocabularies.size(store.id) <= 20_250
    assert use(vocabularies, store, "Key 89 0") is not None
    assert use(vocabularies, store, "Key 0 0") is None
    assert [each.uses for each in vocabularies.of(store.id).event_names("Order Placed")] == [90]


def test_forgetting_what_was_sent_leaves_the_vocabulary(
    history: History, vocabularies: Vocabularies, store: Store
) -> None:
    entry = sent(history, store, order(Total=1))
    vocabularies.learn(never)
    history.remove([entry])
    assert use(vocabularies, store, "Total") is not None


def test_a_store_that_is_removed_takes_its_names_along(
    history: History, vocabularies: Vocabularies, store: Store, database: Database
) -> None:
    sent(history, store, order(Total=1))
    vocabularies.learn(never)
    database.write("DELETE FROM stores WHERE id = ?", (store.id,))
    assert vocabularies.size(store.id) == 0
    sent(history, store, order(Total=1))
    vocabularies.learn(never)
    assert vocabularies.size(store.id) == 0


def test_values_are_never_kept(history: History, vocabularies: Vocabularies, store: Store, database: Database) -> None:
    sent(history, store, {**order(Note=VALUE), "customer": {"email": f"{VALUE}@shop.test"}, "uniqueId": VALUE})
    vocabularies.learn(never)
    assert VALUE not in json.dumps(database.read("SELECT * FROM vocabulary"))


def test_names_in_templates_are_known_without_uses(vocabularies: Vocabularies, store: Store) -> None:
    template = {**order(Total="{{total}}"), "data": {"Total": "{{total}}", "{{name}}": 1}}
    words = vocabularies.of(store.id, [template])
    assert words.event_names("ord") == [Use("Order Placed", 0, 0)]
    assert words.properties(DATA, "Order Placed", "") == [Use("Total", 0, 0)]
    assert words.findings({**template, "eventName": "order_placed"}) == []


@pytest.fixture(autouse=True)
def _closed(database: Database) -> Iterator[None]:
    yield
    database.close()
