"""What became of a request, in words, and the tone of the chip that says so: the same in every place."""

from __future__ import annotations

WORDS = {  # by the kind of an outcome, as delivery names it
    "queued": ("Queued", "good"),
    "rejected": ("Rejected", "bad"),
    "refused-key": ("Key refused", "bad"),
    "unknown-store": ("Unknown store", "bad"),
    "rate-limited": ("Too many requests", "caution"),
    "server-error": ("Server error", "bad"),
    "unexpected": ("Unexpected answer", "caution"),
    "could-not-connect": ("Not connected", "bad"),
    "no-answer": ("No answer", "caution"),
    "cancelled": ("Cancelled", "plain"),
}


def in_words(kind: str, status: int | None) -> tuple[str, str]:
    """The words, such as ``Rejected (400)``, and the tone."""
    words, tone = WORDS[kind]
    return f"{words} ({status})" if status is not None and kind != "no-answer" else words, tone
