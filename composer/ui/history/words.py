"""Counts and sizes of the history in words."""

from __future__ import annotations


def entries(count: int) -> str:
    """``1 entry``, ``214,880 entries``."""
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def size(count: int) -> str:
    """Bytes as ``128 MB``."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1_000)):,} KB"
    return f"{count / 1_000_000:,.0f} MB" if count < 10_000_000_000 else f"{count / 1_000_000_000:,.1f} GB"


def kept(days: int | None, megabytes: int | None) -> str:
    """For how long entries are kept, and up to how much."""
    limits = [f"for {days:,} day{'' if days == 1 else 's'}"] if days is not None else []
    limits += [f"up to {megabytes:,} MB"] if megabytes is not None else []
    return f"kept {' and '.join(limits)}" if limits else "kept until you delete them"
