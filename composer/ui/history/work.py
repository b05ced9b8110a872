"""What takes longer over many entries: written to a file, or deleted; with its progress, and Cancel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from composer.storage.history import History
from composer.ui.history.words import entries
from composer.ui.jobs import Jobs
from composer.ui.widgets.messages import ask
from composer.ui.widgets.work_card import WorkCard

_EVERY = 0.1  # seconds between two reports
_AT_ONCE = 200  # entries deleted before the next report
_FORMS = (
    ("CSV, opens in a spreadsheet (*.csv)", ".csv"),
    ("JSON Lines, one entry a line (*.jsonl)", ".jsonl"),
    ("HAR, for tools that read requests (*.har)", ".har"),
)

Stop = Callable[[], bool]
Tell = Callable[[int, int], object]  # done, of how many


class Work(QObject):
    """One such work at a time. Its card shows while it lasts.

    Signals: `removed()` entries are gone; `said(str)` a sentence about what was done; `failed(object)` an exception.
    """

    removed = Signal()
    said = Signal(str)
    failed = Signal(object)
    _told = Signal(int, int)

    def __init__(self, jobs: Jobs, history: History, place: QWidget) -> None:
        super().__init__(place)
        self._jobs, self._history, self._place = jobs, history, place
        self._sentence = ""
        self._stopped = False
        self.is_busy = False
        self.card = WorkCard()
        self.card.cancel_wanted.connect(self.stop)
        self._told.connect(self._show)

    def stop(self) -> None:
        """End what is under way as soon as it can be."""
        self._stopped = True

    def export(self, ids: Sequence[int]) -> None:
        """Ask for a file, and write these entries to it in their order."""
        if self.is_busy or not len(ids):
            return
        names = ";;".join(words for words, _ in _FORMS)
        name, chosen = QFileDialog.getSaveFileName(self._place, f"Export {entries(len(ids))}", "history.csv", names)
        if name:
            ending = next(ending for words, ending in _FORMS if words == chosen) if chosen else ".csv"
            path = Path(name)
            self.write(ids, path if path.suffix else path.with_suffix(ending), ending)

    def write(self, ids: Sequence[int], path: Path, ending: str) -> None:
        """Write these entries to a file: what its name's ending says, or else `ending`."""
        from composer.storage.history import exporting

        form = exporting.form_of(path) or exporting.FORMS[ending]

        def work(stop: Stop, tell: Tell) -> int:
            return exporting.export(self._history, ids, path, form, tell, stop)

        def done(count: int) -> None:
            left = len(ids) - count
            if self._stopped and not count:
                self.said.emit("The export was cancelled. No file was written.")
                return
            without = f" {entries(left)} left out: bulk runs have no place in a HAR." if left and form == "har" else ""
            self.said.emit(f"{entries(count)} {_were(count)} written to {path}.{without}")

        self._begin(f"Writing {path.name}", work, done)

    def ask_to_remove(self, ids: Sequence[int], what: str) -> None:
        """Ask whether these entries may go, which `what` names, and delete them."""
        if self.is_busy or not len(ids):
            return
        ask(
            self._place,
            f"Delete {what}?",
            "What was sent and what came back is deleted from this computer, and can't be brought back. It changes "
            "nothing in Redo. Bulk runs stay in Bulk.",
            f"Delete {entries(len(ids))}",
            lambda: self.remove(ids),
        )

    def remove(self, ids: Sequence[int]) -> None:
        """Delete these entries for good."""
        history = self._history

        def work(stop: Stop, tell: Tell) -> int:
            for at in range(0, len(ids), _AT_ONCE):
                if stop():
                    return at
                history.remove(ids[at : at + _AT_ONCE])
                tell(min(at + _AT_ONCE, len(ids)), len(ids))
            return len(ids)

        def done(count: int) -> None:
            self.removed.emit()
            if self._stopped and count < len(ids):
                self.said.emit(f"{entries(count)} {_were(count)} deleted, {len(ids) - count:,} were kept.")

        self._begin("Deleting", work, done, self.removed.emit)  # some may be gone

    def _begin(
        self,
        sentence: str,
        work: Callable[[Stop, Tell], int],
        done: Callable[[int], object],
        failed: Callable[[], object] | None = None,
    ) -> None:
        if self.is_busy:
            return
        self._sentence, self._stopped, self.is_busy = sentence, False, True
        told_at = time.monotonic() + _EVERY  # nothing is shown of what is done at once

        def tell(count: int, of: int) -> None:
            nonlocal told_at
            if time.monotonic() >= told_at:
                told_at = time.monotonic() + _EVERY
                self._told.emit(count, of)

        def end(count: int) -> None:
            self._end()
            done(count)

        def fail(error: Exception) -> None:
            self._end()
            if failed is not None:
                failed()
            self.failed.emit(error)

        self._jobs.run(lambda: work(lambda: self._stopped, tell), end, fail)

    def _show(self, done: int, of: int) -> None:
        if self.is_busy:
            self.card.say(f"{done:,} of {of:,} · {self._sentence}", done / max(of, 1))

    def _end(self) -> None:
        self.is_busy = False
        self.card.hide()


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
