"""What a server says when it says no: problem details (RFC 7807), as far as it gives them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple


class Problem(NamedTuple):
    """Problem details; a missing member is empty."""

    title: str = ""
    detail: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.title.strip().rstrip("."), self.detail.strip()) if part)


def problem_in(headers: Sequence[tuple[str, str]], body: bytes) -> Problem | None:
    """The problem details in an answer, or None when its body is something else."""
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in {"application/json", "application/problem+json"}:
        return None
    try:
        members: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict):
        return None
    title, detail = (members.get(name) for name in ("title", "detail"))
    problem = Problem(title if isinstance(title, str) else "", detail if isinstance(detail, str) else "")
    return problem if str(problem) or media_type == "application/problem+json" else None
