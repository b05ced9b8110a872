"""The threads that send: each has a connection of its own and takes what is ready when the pacer lets it go.

They know nothing of rows and disks; what becomes of each order is told to whoever gave it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import NamedTuple

from composer.delivery.cancel import Cancel
from composer.delivery.chunks import Chunk
from composer.delivery.client import Line
from composer.delivery.outcome import Outcome
from composer.delivery.pacing import Pacer

MOST = 40  # at once; holds 100 requests a second while each takes up to 0.4 seconds


class Order(NamedTuple):
    """A request that is written down and may be sent."""

    request: int
    chunk: Chunk


class Begun(NamedTuple):
    """The order is going out now."""

    order: Order


class Ended(NamedTuple):
    """What became of an order; no `outcome` when it never went out. `begun` is when it did, on the pacer's clock."""

    order: Order
    outcome: Outcome | None
    begun: float = 0.0


Told = Begun | Ended | BaseException


class Senders:
    """Sends orders. Threads are started as they are needed. For one thread, which calls and is told."""

    def __init__(self, line: Callable[[], Line], pacer: Pacer, tell: Callable[[Told], None], most: int = MOST) -> None:
        self._line, self._pacer, self._tell, self._most = line, pacer, tell, most
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._given = 0  # orders that have not ended, as far as the caller was told
        self._cancel = Cancel()
        self._is_halted = False

    def send(self, order: Order) -> None:
        """Send this as soon as the pace allows."""
        self._given += 1
        self._orders.put(order)
        if len(self._threads) < min(self._given, self._most):
            thread = threading.Thread(target=self._work, name=f"bulk-sender-{len(self._threads) + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def ended(self) -> None:
        """The caller has heard that an order ended."""
        self._given -= 1

    def halt(self) -> None:
        """Let nothing more go out: what has not gone comes back at once; what has is not touched."""
        self._is_halted = True
        self._pacer.wake()
        with suppress(Empty):  # every thread may be waiting for an answer
            while (order := self._orders.get_nowait()) is not None:
                self._tell(Ended(order, None))

    def go_on(self) -> None:
        """Send again."""
        self._is_halted = False

    def cancel(self) -> None:
        """End what is on its way, at once."""
        self._cancel.cancel()

    def close(self) -> None:
        """End the threads. What is on its way is cancelled."""
        self.halt()
        self.cancel()
        for _ in self._threads:
            self._orders.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        try:
            line = self._line()
            while (order := self._orders.get()) is not None:
                self._send(line, order)
            line.close()
        except BaseException as bug:  # noqa: BLE001 - raised again in the caller's thread
            self._tell(bug)

    def _send(self, line: Line, order: Order) -> None:
        ticket = self._pacer.wait(lambda: self._is_halted)
        if ticket is None:
            self._tell(Ended(order, None))
            return
        self._tell(Begun(order))
        begun = self._pacer.now()
        sent, answered = True, False
        try:
            outcome = line.post(order.chunk.body, self._cancel, ticket.written)
            sent, answered = not outcome.kind.nothing_arrived, outcome.status is not None
        finally:
            ticket.close(was_sent=sent, was_answered=answered)
        self._tell(Ended(order, outcome, begun))
