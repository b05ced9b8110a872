"""Attempts written into a history, as the window writes them."""

from __future__ import annotations

from typing import Any

from composer.delivery.outcome import Outcome, OutcomeKind, answered
from composer.event import jsontext
from composer.storage.database import Database
from composer.storage.history import Attempt, History
from composer.storage.stores import Kind, Store

STORE = Store(7, "Acme staging", Kind.TEST, "https://api.getredo.com/v2.2", "64e5a8a1c0ffee0000004ee7", "key")
SANDBOX = Store(1, "Sandbox", Kind.SANDBOX, "http://127.0.0.1:4010/v2.2", "5a4db0c50000000000000001", "sandbox")
QUEUED = answered(202, [("content-length", "0")], b"", duration_ms=134)
PROBLEM = answered(
    400,
    [("content-type", "application/problem+json"), ("x-request-id", "r-1")],
    b'{"title": "Invalid email", "detail": "customer.email is none"}',
    duration_ms=88,
)
SILENCE = Outcome(OutcomeKind.NO_ANSWER, "No answer.")
HOUR = 3_600_000  # milliseconds


def sent(history: History, name: str = "Order Placed", outcome: Outcome | None = QUEUED, **more: Any) -> int:
    """Write one attempt into the history and its index; `store`, `payload`, `body` and what an Attempt has."""
    payload = {"eventName": name, "customer": {"email": "ann@shop.test"}, **more.pop("payload", {})}
    body = more.pop("body", None) or jsontext.dumps(payload).encode()
    attempt = Attempt(more.pop("store", STORE), name, "ann@shop.test", more.pop("unique_id", ""), body, **more)
    entry = history.begin(attempt)
    if outcome is not None:
        history.finish(entry, outcome.as_answer())
        history.index_waiting(lambda: False)
    return entry


def move(database: Database, entry: int, begun_ms: int) -> None:
    """Have an entry be sent at another time."""
    with database.transaction() as connection:
        connection.execute("UPDATE history SET begun_ms = ? WHERE id = ?", (begun_ms, entry))
        connection.execute("UPDATE history_marks SET begun_ms = ? WHERE entry = ?", (begun_ms, entry))
