"""A run's page in tests: shown and read whole, and what can be read on it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from composer.delivery.tally import Progress
from composer.storage.runs.run import Run
from composer.storage.runs.states import Status
from composer.ui.bulk.run_page import RunPage
from tests.support.orders import order, send


def wrong(number: int, email: str = "bob@") -> list[Any]:
    cells = order(number)
    cells[1] = email
    return cells


def open_run(page: RunPage, run: Run, qtbot: QtBot, **how: Any) -> None:
    """Show a run and wait until all of it is read."""
    page.show_run(run, **how)
    qtbot.waitUntil(lambda: bool(page.model.numbers) and page.detail.shown is not None and page.name.text() != "")
    qtbot.waitUntil(lambda: page.model.known(page.model.numbers[0]) is not None)


def read(widget: QWidget) -> str:
    """All words that can be read on it now."""
    kinds = (QLabel, QAbstractButton)
    return "\n".join(
        each.text() for kind in kinds for each in widget.findChildren(kind) if each.isVisible() and each.text()
    )


def report(run: Run, **more: Any) -> Progress:
    counts, info = run.counts(), run.info
    plain = Progress(counts, info.rows, info.requests, 0, 0, 98.9, 7.0, 4.0, Status.SENDING, "")
    return plain._replace(**more)


def shown(page: RunPage) -> list[int]:
    return list(page.model.numbers)


def finished(make: Any) -> Run:
    run: Run = make(*map(order, range(1, 11)), wrong(11))
    send(run, reject=lambda number: number in (4, 6))
    run.change(status=Status.FINISHED, seconds=2.0)
    return run
