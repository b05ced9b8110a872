"""The sending side of a run: what to send next, written down before it is sent, and what became of it.

So whatever dies at whatever moment, a row is never taken for sent that was not, nor the other way round.
For the one who holds the run.
"""

# ruff: noqa: S608 - what is put into SQL are constants and numbers of ours; the rest is always a parameter

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

from composer.storage.history import NO_ANSWER
from composer.storage.runs import marks
from composer.storage.runs.file import dumped, in_chunks, reopen
from composer.storage.runs.many import Many
from composer.storage.runs.states import Finished, FullRequest, Parcel, Request, State
from composer.storage.runs.wire import Identity, loaded, made_id, stored, text_of, to_bytes, with_id
from composer.storage.stores import Store

_CANCELLED = "cancelled"  # as delivery names a request that was written down and then not made

_DIED = (
    "Event Composer ended before the answer came, or could not write it down. The events may have arrived. Rows with a "
    "unique ID are sent again, which does not double them; look in Redo for the others."
)
_MAY_HAVE_ARRIVED = (
    "Event Composer ended before the answer came. The event may have arrived, and without a unique ID sending it again "
    "could double it. Look in Redo."
)
_MAY_HAVE_ARRIVED_WITH_ID = (
    "Event Composer ended before the answer came. The event may have arrived. Look in Redo; with its unique ID it is "
    "safe to send it again."
)
_NOT_SENT = "Nothing of it was sent."
_AFTER_SENDING = frozenset({State.WAITING, State.QUEUED, State.REJECTED, State.NO_ANSWER})


class Sending(Many):
    """The half of a run that goes over the wire. Every method may raise StorageError."""

    _fills = True  # as the options were when the run was taken hold of: nobody may change them meanwhile

    @contextmanager
    def hold(self, store: Store | None = None, *, sending: bool = True) -> Iterator[None]:
        """Be the one who works on the run, until the end of the block or of the process.

        With `sending`, also the one who sends to `store`, or else to the store of the run, if it has one. Raises
        RunBusy or StorageError.
        """
        with super().hold(store, sending=sending):
            self._fills = self.info.options.fill_ids
            yield

    def recover(self) -> None:
        """Set right what a sitting left that died: what was in flight with a uniqueId waits again, as it can't be
        doubled; of the rest nobody knows whether it arrived.
        """
        with self._database.transaction() as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO reasons SELECT number, CASE WHEN {_HAS_ID} THEN ? ELSE ? END FROM marks "
                f"WHERE {_IN_FLIGHT}",
                (stored(_MAY_HAVE_ARRIVED_WITH_ID), stored(_MAY_HAVE_ARRIVED)),
            )
            connection.execute(
                f"UPDATE marks SET state = CASE WHEN {_HAS_ID} THEN ? ELSE ? END, doubt = 1 WHERE {_IN_FLIGHT}",
                (State.WAITING, State.NO_ANSWER),
            )
            open_still = [row for (row,) in connection.execute("SELECT id FROM requests WHERE kind IS NULL")]
            for request in open_still:
                _close(connection, Finished(request, NO_ANSWER, State.NO_ANSWER, _DIED))

    def take(self, after: int, limit: int) -> list[Parcel]:
        """The next `limit` waiting rows after the row `after`, as they go over the wire. They wait until `begin`."""
        info = self.info
        read = self._table_reader(info).payload if info.kind == "table" else None
        parcels = []
        for number, identity, source, edited, exact in self._database.read(_TAKE, (after, limit)):
            fills = identity == Identity.FILLED or (identity == Identity.ABSENT and self._fills)
            if edited is None and read is not None:
                event = read(json.loads(source), number)
                text = text_of({**event, "uniqueId": made_id(info.id, number)} if fills else event, exact)
            else:
                text = self._sent(info, number, source, edited, exact)
                if fills:
                    text = with_id(text, made_id(info.id, number))
            parcels.append(Parcel(number, fills or identity == Identity.OWN, to_bytes(text)))
        return parcels

    def stamp(self) -> str:
        """Tells whether the same events wait as before: with other rows, another edit, another mapping or other values
        for variables it is another one.
        """
        info, after = self.info, 0
        told = blake2b(repr((info.mapping, info.variables)).encode("utf-8", "backslashreplace"), digest_size=16)
        while rows := self._database.read(_STAMPED, (after,)):
            for row in rows:
                told.update(repr(row).encode("utf-8", "backslashreplace"))
            after = rows[-1][0]
        return told.hexdigest()

    def begin(self, numbers: Sequence[int], attempt_of: int | None = None) -> int:
        """Write down that these waiting rows are about to be sent in one request, which repeats `attempt_of` if given;
        it is on the disk when this returns. Returns the request's id.
        """
        listed = json.dumps(list(numbers))
        with self._database.transaction() as connection:
            request = connection.execute(
                "INSERT INTO requests (begun_ms, attempt_of, rows, numbers) VALUES (?, ?, ?, ?)",
                (time.time_ns() // 1_000_000, attempt_of or 0, len(numbers), _as_ranges(numbers)),
            ).lastrowid
            moved = connection.execute(_BEGIN, (request, self._fills, listed)).rowcount
            if moved != len(numbers):
                raise ValueError(f"of the rows {listed} only {moved} were waiting")
            connection.execute(
                "UPDATE run SET requests = requests + 1, retries = retries + ?", (attempt_of is not None,)
            )
        return request or 0

    def finish(self, batch: Iterable[Finished]) -> None:
        """Write down how requests ended, all of them or none. One that has ended already stays as it is."""
        with self._database.transaction() as connection:
            for ended in batch:
                numbers = _close(connection, ended)
                if numbers is None:
                    continue
                if ended.state is not State.WAITING:
                    connection.execute(f"DELETE FROM reasons WHERE {_AMONG}", (json.dumps(numbers),))
                for number, state, reason in ended.apart:
                    if _land(connection, ended.request, [number], state, reason) and reason:
                        connection.execute("INSERT OR REPLACE INTO reasons VALUES (?, ?)", (number, stored(reason)))
                _land(connection, ended.request, numbers, ended.state)
                if ended.status == 429:
                    connection.execute("UPDATE run SET limited = limited + 1")

    def release(self, numbers: Iterable[int]) -> None:
        """Rows that were begun and then not sent wait again."""
        with self._database.transaction() as connection:
            for chunk in in_chunks(numbers):
                requests = connection.execute(
                    f"SELECT DISTINCT request FROM marks WHERE {_IN_FLIGHT} AND {_AMONG}",
                    (chunk,),
                ).fetchall()
                connection.execute(
                    f"UPDATE marks SET state = ? WHERE {_IN_FLIGHT} AND {_AMONG}",
                    (State.WAITING, chunk),
                )
                for (request,) in requests:
                    _close_if_empty(connection, request)

    def stop_waiting(self) -> int:
        """What waits is not sent any more, until `retry`; returns how many rows that are.

        Of those that may have arrived and waited to be sent again nobody can say that they were not sent: they have no
        answer.
        """
        with self._database.transaction() as connection:
            return connection.execute(
                "UPDATE marks SET state = CASE WHEN doubt THEN ? ELSE ? END WHERE state = ?",
                (State.NO_ANSWER, State.STOPPED, State.WAITING),
            ).rowcount

    def retry(self, numbers: Iterable[int] | None = None, states: Collection[State] | None = None) -> int:
        """Rows that were rejected, stopped, or got no answer although they have a uniqueId, wait again, with the id
        they had; returns how many. `numbers` and `states` narrow them down. One with errors is held back, unless those
        are sent anyway; but never one that may have arrived.
        """
        wanted = ", ".join(str(state.value) for state in _AGAIN if states is None or state in states)
        with self._database.transaction() as connection:
            blocks = marks.severity_blocks(self._info_in(connection).options.send_anyway)
            condition = f"state IN ({wanted}) AND (NOT doubt OR ({_HAS_ID} AND NOT {blocks}))"
            states_after = (State.HELD_BACK, State.WAITING)
            moved = 0
            for chunk in [None] if numbers is None else in_chunks(numbers):
                among, which = ("", ()) if chunk is None else (f" AND {_AMONG}", (chunk,))
                rows = f"{condition}{among}"
                connection.execute(
                    f"DELETE FROM reasons WHERE number IN (SELECT number FROM marks WHERE {rows} AND NOT doubt)", which
                )
                moved += connection.execute(
                    f"UPDATE marks SET state = CASE WHEN {blocks} THEN ? ELSE ? END WHERE {rows}",
                    (*states_after, *which),
                ).rowcount
            if moved:
                reopen(connection)
        return moved

    def requests(self, before: int | None = None, limit: int = 200) -> list[Request]:
        """The newest `limit` requests, or the newest that came before the request `before`; the newest is the first."""
        rows = self._database.read(
            f"{_REQUESTS} WHERE id < ? ORDER BY id DESC LIMIT ?", (2**62 if before is None else before, limit)
        )
        return [_request(row) for row in rows]

    def ended(self, after: int, limit: int) -> list[Request]:
        """The first `limit` requests after the request `after`, up to one that is on its way still."""
        first_open = "coalesce((SELECT min(id) FROM requests WHERE kind IS NULL), id + 1)"
        rows = self._database.read(
            f"{_REQUESTS} WHERE id > ? AND id < {first_open} ORDER BY id LIMIT ?", (after, limit)
        )
        return [_request(row) for row in rows]

    def queued(self, request: int) -> list[int]:
        """The numbers of the rows that this request brought there, ascending. Raises KeyError as `request` does."""
        listed = json.dumps(self.request(request).numbers)
        rows = self._database.read(
            f"SELECT number FROM marks WHERE {_AMONG} AND state = {State.QUEUED.value} AND request = ? ORDER BY number",
            (listed, request),
        )
        return [number for (number,) in rows]

    def request(self, request: int) -> FullRequest:
        """One request with its rows and what came back. Raises KeyError when there is none with this id."""
        rows = self._database.read(f"{_FULL_REQUESTS} WHERE id = ?", (request,))
        if not rows:
            raise KeyError(request)
        numbers, detail, headers, body = rows[0][8:]
        pairs = [(name, value) for name, value in json.loads(headers or "[]")]
        return FullRequest(_request(rows[0][:8]), _from_ranges(numbers), loaded(detail or ""), pairs, body or b"")


_IN_FLIGHT = f"state = {State.IN_FLIGHT.value}"
_HAS_ID = f"identity IN ({Identity.OWN.value}, {Identity.FILLED.value})"
_AMONG = "number IN (SELECT value FROM json_each(?))"
_AGAIN = (State.REJECTED, State.STOPPED, State.NO_ANSWER)
_TAKE = f"""
    SELECT number, identity, source, edited, exact FROM marks CROSS JOIN texts USING (number)
    WHERE number > ? AND state = {State.WAITING.value} ORDER BY number LIMIT ?
"""
_STAMPED = f"""
    SELECT number, edited FROM marks CROSS JOIN texts USING (number)
    WHERE number > ? AND state = {State.WAITING.value} ORDER BY number LIMIT 2000
"""
_BEGIN = f"""
    UPDATE marks SET state = {State.IN_FLIGHT.value}, request = ?,
        identity = CASE WHEN identity = {Identity.ABSENT.value} AND ? THEN {Identity.FILLED.value} ELSE identity END
    WHERE state = {State.WAITING.value} AND {_AMONG}
"""
_LAND = f"""
    UPDATE marks SET state = ?1, doubt = CASE ?1
        WHEN {State.QUEUED.value} THEN 0 WHEN {State.REJECTED.value} THEN 0 WHEN {State.NO_ANSWER.value} THEN 1
        ELSE max(doubt, ?2) END
    WHERE {_IN_FLIGHT} AND request = ?3 AND number IN (SELECT value FROM json_each(?4))
"""
_STILL_IN_FLIGHT = f"SELECT 1 FROM marks WHERE {_IN_FLIGHT} AND request = ? AND {_AMONG}"
_UNCOUNT = """
    UPDATE run SET requests = requests - 1,
        retries = retries - (SELECT attempt_of > 0 FROM requests WHERE id = ?)
"""
_COLUMNS = "id, begun_ms, attempt_of, rows, kind, status, sentence, duration_ms"  # the fields of Request
_REQUESTS = f"SELECT {_COLUMNS} FROM requests"
_FULL_REQUESTS = f"SELECT {_COLUMNS}, numbers, detail, headers, body FROM requests LEFT JOIN answers USING (id)"


def _close(connection: sqlite3.Connection, ended: Finished) -> list[int] | None:
    """Write down how a request ended; returns the numbers of its rows, or None when it had ended, or is not there."""
    if ended.state not in _AFTER_SENDING:
        raise ValueError(f"no row is {ended.state!r} after it was sent")
    found = connection.execute(
        "SELECT numbers FROM requests WHERE id = ? AND kind IS NULL", (ended.request,)
    ).fetchone()
    if found is None:
        return None
    connection.execute(
        "UPDATE requests SET kind = ?, status = ?, sentence = ?, duration_ms = ? WHERE id = ?",
        (str(ended.kind), ended.status, stored(ended.sentence), ended.duration_ms, ended.request),
    )
    connection.execute(
        "INSERT INTO answers (id, detail, headers, body) VALUES (?, ?, ?, ?)",
        (ended.request, stored(ended.detail), dumped([list(pair) for pair in ended.headers]), ended.body),
    )
    return _from_ranges(found[0])


def _close_if_empty(connection: sqlite3.Connection, request: int) -> None:
    """A request of which no row is in flight any more was not made."""
    ((numbers,),) = connection.execute("SELECT numbers FROM requests WHERE id = ?", (request,))
    if connection.execute(_STILL_IN_FLIGHT, (request, json.dumps(_from_ranges(numbers)))).fetchone() is None:
        _close(connection, Finished(request, _CANCELLED, State.WAITING, _NOT_SENT))
        connection.execute(_UNCOUNT, (request,))


def _land(connection: sqlite3.Connection, request: int, numbers: list[int], state: State, reason: str = "") -> int:
    """Rows of a request that are still in flight get their state. One that waits again may have arrived if there is a
    reason, or if an attempt before this one may have brought it there.
    """
    if state not in _AFTER_SENDING:
        raise ValueError(f"no row is {state!r} after it was sent")
    return connection.execute(_LAND, (state, bool(reason), request, json.dumps(numbers))).rowcount


def _as_ranges(numbers: Iterable[int]) -> str:
    """[2, 3, 4, 9] → "2-4,9"."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and ranges[-1][1] + 1 == number:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def _from_ranges(text: str) -> list[int]:
    numbers: list[int] = []
    for part in text.split(",") if text else ():
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def _request(row: tuple[Any, ...]) -> Request:
    raw = Request(*row)
    return raw._replace(
        kind=raw.kind or "",
        sentence=loaded(row[6]) if row[6] is not None else "",
        duration_ms=raw.duration_ms or 0,
    )
