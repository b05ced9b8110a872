"""The only bridge between worker threads and the window: work goes out, its result comes back on the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal

PATIENCE = 3000  # milliseconds


class Jobs(QObject):
    """Runs functions in threads. Closing waits for those under way and drops what they would still have said."""

    _returned = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(8)
        self._ordered = QThreadPool(self)
        self._ordered.setMaxThreadCount(1)
        self._open = True
        self._returned.connect(lambda deliver: deliver(), Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        in_order: bool = False,
    ) -> None:
        """Call `work` in a thread, then `done` with its result on the UI thread, or `failed` with its exception.

        Without `failed` an exception is raised on the UI thread. `in_order` work is done one after the other.
        """
        (self._ordered if in_order else self._pool).start(_Job(work, done, failed, self._deliver))

    def finish_ordered(self) -> None:
        """Wait for the work that is done in order: short writes to the disk."""
        self._ordered.waitForDone()

    def close(self) -> bool:
        """Deliver nothing any more and wait for the work under way; False when some of it, such as a keyring's
        question that nobody answers, does not end.
        """
        self._open = False
        self._ordered.waitForDone()
        return self._pool.waitForDone(PATIENCE)

    def _deliver(self, say: Callable[[], None]) -> None:
        if self._open:
            self._returned.emit(lambda: say() if self._open else None)


class _Job(QRunnable):
    def __init__(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
        deliver: Callable[[Callable[[], None]], None],
    ) -> None:
        super().__init__()
        self._work, self._done, self._failed, self._deliver = work, done, failed, deliver

    def run(self) -> None:
        try:
            result = self._work()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised on the UI thread
            failure = error
            self._deliver(lambda: self._fail(failure))
        else:
            if self._done is not None:
                done = self._done
                self._deliver(lambda: done(result))

    def _fail(self, error: Exception) -> None:
        if self._failed is None:
            raise error
        self._failed(error)


class Later(QTimer):
    """Calls `act` once, `milliseconds` after the last `start()`."""

    def __init__(self, milliseconds: int, act: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.setInterval(milliseconds)
        self.timeout.connect(act)
