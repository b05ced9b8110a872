"""What is said about the rows: each finding is of a kind (its code and path), and a kind knows its rows.

So a row keeps a few numbers, and all rows of a kind are found without reading their texts.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from composer.event.findings import Finding, Fix, Severity
from composer.event.payload import Move
from composer.storage.runs.wire import loaded, stored

MAX_KINDS = 2000  # beyond, the findings of one code are one kind, wherever they stand

Shape = list[list[str]]  # of a fix: what its edits are and where, without their values


class Known(NamedTuple):
    """A kind. `path` is None when it stands for many. `fixes` are (label, shape) of its first finding."""

    severity: Severity
    code: str
    path: str | None
    message: str
    fixes: list[tuple[str, Shape]]


class Kinds:
    """The kinds in one file, and what is still to be written about their rows. Used inside one transaction at a time:
    `begin` with its connection, `flush` before it ends.
    """

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._ids: dict[tuple[Severity, str, str | None], int] = {}
        self._found: list[tuple[int, int]] = []
        self._more: Counter[int] = Counter()

    def begin(self, connection: sqlite3.Connection) -> None:
        """Read what is there now: others may have written, and a transaction of ours may have been rolled back."""
        self._known = known_of(connection.execute(SELECT))
        self._ids = {known[:3]: kind for kind, known in self._known.items()}
        self._found, self._more = [], Counter()

    def __getitem__(self, kind: int) -> Known:
        return self._known[kind]

    def note(self, connection: sqlite3.Connection, number: int, findings: Sequence[Finding]) -> str | None:
        """Note the findings of a row that has none noted; returns what the row keeps of them."""
        if not findings:
            return None
        said: list[list[Any]] = []
        kinds = set()
        for finding in findings:
            kind = self._ids.get(finding[:3]) or self._new(connection, finding)
            kinds.add(kind)
            said.append(_as_kept(kind, self._known[kind], finding))
        self._found += [(kind, number) for kind in kinds]
        self._more.update(kinds)
        return json.dumps(said)

    def forget(self, connection: sqlite3.Connection, number: int, said: str | None) -> None:
        """Take away what was noted of a row."""
        if said is None:
            return
        kinds = {kept[0] for kept in json.loads(said)}
        connection.executemany("DELETE FROM found WHERE kind = ? AND number = ?", [(kind, number) for kind in kinds])
        self._more.subtract(kinds)

    def also(self, connection: sqlite3.Connection, number: int, said: str | None, finding: Finding) -> str | None:
        """Note one more finding, of a kind the row has none of yet; `said` is what it keeps."""
        more = self.note(connection, number, [finding])
        return more if said is None or more is None else f"{said[:-1]}, {more[1:]}"

    def flush(self, connection: sqlite3.Connection) -> None:
        """Write what was noted."""
        connection.executemany("INSERT INTO found (kind, number) VALUES (?, ?)", self._found)
        connection.executemany(
            "UPDATE kinds SET rows = rows + ? WHERE id = ?", [(more, kind) for kind, more in self._more.items() if more]
        )
        self._found, self._more = [], Counter()

    def told(self, said: str | None) -> list[Finding]:
        """The findings, without fixes, that a row keeps."""
        return told(self._known, said)

    def _new(self, connection: sqlite3.Connection, finding: Finding) -> int:
        path = finding.path if len(self._known) < MAX_KINDS else None
        kind = self._ids.get((finding.severity, finding.code, path))
        if kind is None:
            shapes = [(fix.label, shape_of(fix, finding.path)) for fix in finding.fixes]
            kept_path = None if path is None else stored(path)
            kind = connection.execute(
                "INSERT INTO kinds (severity, code, path, message, fixes) VALUES (?, ?, ?, ?, ?)",
                (finding.severity, finding.code, kept_path, stored(finding.message), json.dumps(shapes)),
            ).lastrowid
            kind = kind or 0  # an INSERT always has one
            self._known[kind] = Known(finding.severity, finding.code, path, finding.message, shapes)
            self._ids[finding.severity, finding.code, path] = kind
        return kind


SELECT = "SELECT id, severity, code, path, message, fixes FROM kinds"


def known_of(rows: Iterable[tuple[Any, ...]]) -> dict[int, Known]:
    """The kinds that SELECT finds."""
    return {
        kind: Known(
            Severity(severity), code, None if path is None else loaded(path), loaded(message), json.loads(fixes)
        )
        for kind, severity, code, path, message, fixes in rows
    }


def told(known: Mapping[int, Known], said: str | None) -> list[Finding]:
    """The findings, without fixes, that a row keeps. Raises KeyError for a kind that is not among the known ones."""
    return [] if said is None else [_told(known[kept[0]], *kept[1:]) for kept in json.loads(said)]


def shape_of(fix: Fix, path: str) -> Shape:
    """What the edits of a fix of a finding at `path` are and where they are made, whatever the values."""
    return [
        [
            type(edit).__name__,
            *("=" if pointer == path else pointer for pointer in (edit[:2] if isinstance(edit, Move) else edit[:1])),
        ]
        for edit in fix.edits
    ]


def fix_like(known: Known, fix: int, finding: Finding) -> Fix | None:
    """The one of a finding's fixes that does to its row what the fix number `fix` of its kind does: the same words, or
    the same edits with values of its own. Of several such (a date read both ways) the one in the same place.
    """
    label, shape = known.fixes[fix]
    shapes = [shape_of(each, finding.path) for each in finding.fixes]
    same = [
        each
        for each, other in zip(finding.fixes, shapes, strict=True)
        if each.label == label and (other == shape or known.path is None)
    ]
    if same:
        return same[0]
    like = [each for each, other in zip(finding.fixes, shapes, strict=True) if other == shape]
    place = sum(1 for _, other in known.fixes[:fix] if other == shape)
    return like[min(place, len(like) - 1)] if like else None


def _as_kept(kind: int, known: Known, finding: Finding) -> list[Any]:
    if known.path is None:
        return [kind, finding.message, finding.path]
    return [kind] if finding.message == known.message else [kind, finding.message]


def _told(known: Known, message: str | None = None, path: str | None = None) -> Finding:
    return Finding(known.severity, known.code, known.path or path or "", known.message if message is None else message)
