"""The history: every attempt to send an event, kept until a person says otherwise, and found again.

`entry` has the values, `log` writes attempts down, `searching` finds them, `history` keeps the index and forgets.
"""

from composer.storage.history.entry import NO_ANSWER, Answer, Attempt, Entry, FullEntry, Headers, RunKind
from composer.storage.history.history import History
from composer.storage.history.searching import Bar, Search, StoreUse

__all__ = [
    "NO_ANSWER",
    "Answer",
    "Attempt",
    "Bar",
    "Entry",
    "FullEntry",
    "Headers",
    "History",
    "RunKind",
    "Search",
    "StoreUse",
]
