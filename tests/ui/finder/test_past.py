"""Past events are found by the history's own search and told in one line."""

from __future__ import annotations

from composer.delivery.outcome import OutcomeKind
from composer.storage.database import Database
from composer.storage.history import Answer, Attempt, History
from composer.storage.stores import Kind, Store
from composer.ui.finder.matching import LEFT_TO_RIGHT
from composer.ui.finder.past import past_events, past_item
from composer.ui.widgets import when

ACME = Store(7, "Acme staging", Kind.TEST, "https://acme.test/v2.2", "s1", "k")


def send(history: History, name: str, customer: str) -> int:
    entry = history.begin(Attempt(ACME, name, customer, "", b'{"eventName": "x"}'))
    history.finish(entry, Answer(OutcomeKind.QUEUED, "Queued.", status=202))
    return entry


def test_an_event_says_what_it_was_to_whom_and_what_became_of_it(database: Database) -> None:
    history, shown = History(database), list[int]()
    first = send(history, "Order Placed", "alice@example.com")
    send(history, "", "")
    nameless, named = (past_item(entry, shown.append) for entry in history.page())
    moment = when.short(history.page()[1].begun_ms)
    assert named.words.replace(LEFT_TO_RIGHT, "") == "Order Placed — alice@example.com"
    assert named.detail == f"Queued (202) · Acme staging · {moment}"
    assert nameless.words.replace(LEFT_TO_RIGHT, "") == "(no name) — (nobody)"
    assert named.id != nameless.id
    named.act()
    assert shown == [first]


def test_the_newest_that_have_all_the_words_are_found_and_none_while_nothing_is_typed(database: Database) -> None:
    history = History(database)
    for at in range(12):
        send(history, f"Order {at}", "alice@example.com")
        send(history, f"Order {at}", "bob@example.com")
    find = past_events(history, lambda _: None)
    assert find("  ") == []
    assert find("order nobody") == []
    words = [each.words.replace(LEFT_TO_RIGHT, "") for each in find("order alice@")]
    assert words == [f"Order {at} — alice@example.com" for at in range(11, 3, -1)]
