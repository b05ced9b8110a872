"""Rows for runs, and two stores to send them to."""

from __future__ import annotations

import json
from typing import Any

from composer.storage.runs import Added, Run, State
from composer.storage.runs.reading import read_text
from composer.storage.stores import Kind, Store

ACME = Store(7, "Acme", Kind.TEST, "https://api.example.com/v2.2", "5a4db0c50000000000000001", "key-of-acme")
OTHER = Store(8, "Other", Kind.TEST, "https://api.example.com/v2.2", "5a4db0c50000000000000002", "key-of-other")


def event(number: int, **more: Any) -> dict[str, Any]:
    """An event without a uniqueId, about which there is nothing to say."""
    return {"eventName": "Order Placed", "customer": {"email": f"jane{number}@example.com"}} | more


def added(number: int, payload: Any) -> Added:
    """A row with this event, or with this text for one."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return Added(number, text, *read_text(text))


def states(run: Run) -> list[State]:
    """Of all rows, in their order."""
    return [record.state for record in run.records(run.numbers())]
