"""Past events as the finder shows them, found by the history's own search."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from composer.ui.finder.matching import LEFT_TO_RIGHT, Item
from composer.ui.history.rows import status
from composer.ui.widgets import when

if TYPE_CHECKING:
    from composer.storage.history import Entry, History

MOST = 8  # entries; whoever wants more of them looks in History


def past_item(entry: Entry, show: Callable[[int], object]) -> Item:
    """The item of an entry: “Order Placed — alice@example.com”, “Queued (202) · Acme staging · 12:04:11”."""
    name = f"{entry.event_name or '(no name)'} — {LEFT_TO_RIGHT}{entry.customer or '(nobody)'}"
    detail = f"{status(entry)[0]} · {entry.store_name} · {when.short(entry.begun_ms)}"
    return Item(f"past {entry.id}", name, detail, "", partial(show, entry.id))


def past_events(history: History, show: Callable[[int], object]) -> Callable[[str], list[Item]]:
    """What `Finder.add_source` asks for past events, in a thread: the newest that have all the words.

    `show` is called with the id of the entry that was chosen. Raises StorageError when it is asked.
    """

    def find(text: str) -> list[Item]:
        if not text.strip():
            return []
        from composer.storage.history import Search

        return [past_item(entry, show) for entry in history.page(Search(words=text), limit=MOST)]

    return find
