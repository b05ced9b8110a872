"""The rows of a run, to find: how many there are of what, and which match what is asked for."""

# ruff: noqa: S608 - what is put into SQL are constants and numbers of ours; the rest is always a parameter

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from composer.event.findings import Finding, Severity
from composer.storage.runs import kinds, marks
from composer.storage.runs.file import RunFile
from composer.storage.runs.states import Group, State
from composer.storage.runs.wire import loaded

_AT_ONCE = 50_000  # row numbers of one query; a large answer holds the interpreter lock for long


class Unexpected(NamedTuple):
    """Rows with an answer that the checks had not led to expect: the first, and how many; `words` are the server's."""

    number: int
    rows: int
    is_queued: bool
    status: int
    words: str


class Rows(RunFile):
    """The half of a run that tells which rows there are."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._kinds_read: dict[int, kinds.Known] = {}

    def numbers(
        self, states: Collection[State] | None = None, severity: Severity | None = None, kind: int | None = None
    ) -> array[int] | range:
        """The numbers of the rows that match all that is given, ascending: in one of these states, with this as their
        worst finding, with a finding of this group. Raises StorageError.
        """
        if states is None and severity is None and kind is None:
            first, last, rows = self._database.read("SELECT min(number), max(number), count(*) FROM marks")[0]
            if not rows or last - first + 1 == rows:
                return range(first, last + 1) if rows else range(0)
        conditions, parameters = _conditions(states, severity)
        if kind is None:
            source = f"SELECT number FROM marks WHERE number > ?{conditions}"
        else:
            # CROSS JOIN: from the group's rows to their marks, not through all the marks.
            source = (
                f"SELECT number FROM found CROSS JOIN marks USING (number) WHERE kind = ? AND number > ?{conditions}"
            )
        return self._numbers(source, [] if kind is None else [kind], parameters)

    def sent_since(self, request: int) -> array[int]:
        """The numbers of the rows that were last in a request after this one, ascending. Raises StorageError."""
        return self._numbers("SELECT number FROM marks WHERE number > ? AND request > ?", [], [request])

    def unexpected(self, after: int) -> list[Unexpected]:
        """The rows that were rejected although nothing was wrong with them, or queued in spite of errors, by what was
        said of them. Only those whose last request came after the request `after`. Raises StorageError.
        """
        rejected = self._database.read(_REJECTED_ALTHOUGH_FINE, (after,))
        queued = self._database.read(_QUEUED_ALTHOUGH_WRONG, (after,))
        return [
            Unexpected(number, rows, is_queued, status, loaded(words))
            for is_queued, found in ((False, rejected), (True, queued))
            for number, rows, status, words in found
        ]

    def last_request(self) -> int:
        """The id of the newest request, 0 when there was none. Raises StorageError."""
        request: int | None = self._database.read("SELECT max(id) FROM requests")[0][0]
        return request or 0

    def last(self) -> int:
        """The number of the last row, 0 when there is none. Raises StorageError."""
        number: int | None = self._database.read("SELECT max(number) FROM marks")[0][0]
        return number or 0

    def severities(self) -> dict[Severity | None, int]:
        """How many rows have which worst finding; None stands for nothing to say. Raises StorageError."""
        found: dict[Severity | None, int] = {None: 0, Severity.WARNING: 0, Severity.ERROR: 0}
        for mark, rows in self._database.read("SELECT severity, count(*) FROM marks GROUP BY severity"):
            found[marks.severity(mark)] += rows
        return found

    def groups(self) -> list[Group]:
        """The findings by what they say, errors first, those of the most rows first. Raises StorageError."""
        counts = dict(self._database.read("SELECT id, rows FROM kinds WHERE rows > 0"))
        known = self._known(counts)
        found = []
        for kind, rows in counts.items():
            severity, code, path, message, fixes = known[kind]
            found.append(Group(kind, severity, code, path or "", message, tuple(label for label, _ in fixes), rows))
        return sorted(found, key=lambda group: (group.severity is Severity.WARNING, -group.rows, group.kind))

    def _numbers(self, source: str, first: list[int], rest: list[int]) -> array[int]:
        """Put together by SQLite, which does not hold the interpreter lock meanwhile, and taken over as a whole."""
        found: array[int] = array("Q")
        after = -1
        while True:
            parameters = [*first, after, *rest, _AT_ONCE]
            ((text,),) = self._database.read(
                f"SELECT group_concat(printf('%016x', number), '') FROM ({source} ORDER BY number LIMIT ?)",
                parameters,
            )
            part = array("Q", bytes.fromhex(text or ""))
            if sys.byteorder == "little":
                part.byteswap()
            found += part
            if len(part) < _AT_ONCE:
                return found
            after = part[-1]

    def _known(self, needed: Iterable[int]) -> dict[int, kinds.Known]:
        if not self._kinds_read.keys() >= set(needed):
            self._kinds_read = kinds.known_of(self._database.read(kinds.SELECT))
        return self._kinds_read

    def _told(self, said: str | None) -> list[Finding]:
        kept = [] if said is None else [each[0] for each in json.loads(said)]
        return kinds.told(self._known(kept), said)


_REJECTED_ALTHOUGH_FINE = f"""
    SELECT min(number), count(*) AS rows, status, coalesce(reasons.text, sentence, '') AS words
    FROM marks JOIN requests ON requests.id = request LEFT JOIN reasons USING (number)
    WHERE state = {State.REJECTED.value} AND severity < {marks.ERROR} AND request > ? AND status IS NOT NULL
    GROUP BY words, status ORDER BY 1
"""
# One group for each set of errors.
_QUEUED_ALTHOUGH_WRONG = f"""
    SELECT min(number), count(*) AS rows, 202, '' FROM (
        SELECT number, group_concat(kind) AS errors FROM (
            SELECT number, kind FROM found CROSS JOIN marks USING (number)
            WHERE kind IN (SELECT id FROM kinds WHERE severity = 'error')
            AND state = {State.QUEUED.value} AND request > ? ORDER BY number, kind
        ) GROUP BY number
    ) GROUP BY errors ORDER BY 1
"""


def _conditions(states: Collection[State] | None, severity: Severity | None) -> tuple[str, list[int]]:
    conditions, parameters = "", []
    if states is not None:
        conditions += f" AND state IN ({', '.join('?' * len(states))})"
        parameters += [state.value for state in states]
    if severity is not None:
        conditions += f" AND severity {'>=' if severity is Severity.ERROR else '='} ?"
        parameters.append(marks.ERROR if severity is Severity.ERROR else marks.WARNING)
    return conditions, parameters
