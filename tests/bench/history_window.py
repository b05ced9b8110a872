"""The real History place with the data folder given: what scrolling to the end and searching cost the UI thread.

`python -m tests.bench.history_window FOLDER`; prints one line.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.bench.bulk_window import Heartbeat
from tests.bench.taken import peak

PATIENCE = 60.0  # seconds
STEPS = 400  # of the scroll bar, from top to end and back


def main(folder: Path) -> None:
    """Open, look, scroll, search; print."""
    from PySide6.QtCore import QEventLoop

    from composer.app import App

    app = App(folder)
    app.window.show()

    def wait(until: object = None, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (callable(until) and until()):
            app.qt.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    wait(lambda: app.window._compose is not None and app.window.composition.is_judged)
    wait(seconds=1.0)
    empty = peak("self")
    heartbeat = Heartbeat()
    heartbeat.begin()
    heartbeat.doing = "opening"
    place = app.window.history
    table = place.pane.table
    wait(lambda: table.model().rowCount() == app.desk.history.count())
    opened = peak("self")
    bar = table.verticalScrollBar()
    heartbeat.doing = "scrolling"
    for step in [*range(STEPS + 1), *range(STEPS, -1, -1)]:
        bar.setValue(bar.maximum() * step // STEPS)
        wait(seconds=0.01)
    wait(seconds=0.5)
    scrolled = peak("self")
    rows = table.model().rowCount()
    for words in ("gold", "ord_4711", "order placed", "nobody-has-this", ""):
        heartbeat.doing = f"searching {words}"
        place.filters.words.setText(words)
        wait(seconds=1.0)
    gaps = heartbeat.end()
    print(
        f"{rows:,} rows, worst gap {gaps['worst']:.0f} ms, 99 % {gaps['tail']:.0f} ms, {gaps['late']} over 50 ms; "
        f"memory {empty:.0f} MB, opened {opened:.0f} MB, scrolled {scrolled:.0f} MB; worst {gaps['worst_ones'][:3]}"
    )
    app.close()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
