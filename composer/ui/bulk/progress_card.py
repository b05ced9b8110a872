"""While a run is sent: how far it is, how fast, how long still, and Pause and Stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from composer.storage.runs.states import NOT_SENT, RunInfo, State, Status
from composer.ui.bulk import words
from composer.ui.bulk.rate_chart import RateChart
from composer.ui.theme import Theme
from composer.ui.widgets.messages import Notice
from composer.ui.widgets.pieces import GRID, Card, Elided, button, label, restyle

if TYPE_CHECKING:
    from composer.delivery.tally import Progress

_STEPS = 10_000  # of the bar: a million rows move it visibly
_INTERRUPTED = "The run was interrupted. It goes on exactly where it was; nothing is sent twice."


class ProgressCard(Card):
    """Bar, numbers and chart.

    Signals: `pause_wanted()`, `resume_wanted()`, `stop_wanted()`.
    """

    pause_wanted = Signal()
    resume_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self._limit = words.LIMIT
        self._is_paused = False
        self._asked: str | None = None
        self._of = ""
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Sent so far")
        self._done = label("", "heading")
        self._rest = Elided()
        self._share = label("", "small")
        self.pause = button("Pause", self._pause_or_resume)
        self.stop = button("Stop", self._stop)
        for each in (self.pause, self.stop):
            each.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.chart = RateChart(theme)
        self.reason = Notice()
        self._arrange()

    def begin(self, limit: float) -> None:
        """Another run, or another sitting of one: the chart begins anew."""
        self._limit = limit
        self._ask(None)
        self.chart.clear(limit)

    def show_progress(self, progress: Progress) -> None:
        """Bring everything up to this report of the sitting under way."""
        self._count(progress.counts)
        is_sending = progress.status is Status.SENDING
        parts = [self._of, self._requests(progress.requests, progress.retries)]
        if is_sending:
            parts.append(f"{progress.rate:,.1f} requests/s of {self._limit:,.0f}")
            if progress.seconds_left is not None:
                parts.append(f"{words.duration(progress.seconds_left)} left")
            self.chart.feed(progress.seconds, progress.requests, progress.limited, progress.seconds_left)
        else:
            parts.append("paused")
        self._say(parts)
        self._show_state(is_paused=not is_sending, reason=progress.reason)

    def show_standing(self, info: RunInfo, counts: Mapping[State, int], *, is_starting: bool) -> None:
        """Show a run as its file tells: one that is paused or was interrupted, or one whose first report is to come."""
        self._count(counts)
        was_killed = info.status is Status.SENDING
        standing = "starting…" if is_starting else "interrupted" if was_killed else "paused"
        self._say([self._of, self._requests(info.requests, info.retries), standing])
        self._ask(None)
        reason = "" if is_starting else _INTERRUPTED if was_killed else info.reason
        self._show_state(is_paused=not is_starting, reason=reason)
        self.chart.setVisible(is_starting)

    def _arrange(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self._done)
        line.addWidget(self._rest, 1)
        track = QHBoxLayout()
        track.setSpacing(GRID)
        track.addWidget(self.bar, 1)
        track.addWidget(self._share)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addStretch(1)
        left.addLayout(track)
        left.addLayout(line)
        left.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addLayout(left, 1)
        top.addSpacing(GRID)
        top.addWidget(self.pause)
        top.addWidget(self.stop)
        self.body.addLayout(top)
        self.body.addWidget(self.reason)
        self.body.addWidget(self.chart)

    def _count(self, counts: Mapping[State, int]) -> None:
        done = words.total(counts, (State.QUEUED, State.REJECTED, State.NO_ANSWER))
        whole = words.total(counts, State) - words.total(counts, NOT_SENT)
        share = done / whole if whole else 1.0
        self.bar.setUpdatesEnabled(False)  # else it paints at once, in the middle of everything else
        self.bar.setValue(int(share * _STEPS))
        self.bar.setUpdatesEnabled(True)
        self._share.setText(f"{int(share * 100)} %")
        self._done.setText(f"{done:,}")
        self._of = f" of {whole:,}"

    def _requests(self, requests: int, retries: int) -> str:
        said = f"{requests:,} request{'' if requests == 1 else 's'}"
        return f"{said} ({retries:,} again)" if retries else said

    def _say(self, parts: list[str]) -> None:
        self._rest.setText(" · ".join(parts))
        self.bar.setAccessibleDescription(self._done.text() + self._rest.text())

    def _show_state(self, *, is_paused: bool, reason: str) -> None:
        if self._asked != "stop" and (is_paused or self._asked != "pause"):
            self._ask(None)
        self._is_paused = is_paused
        if self._asked is None:
            self.pause.setText("Resume" if is_paused else "Pause")
        restyle(self.pause, "look", "primary" if is_paused else "")
        self.chart.show()
        if not reason:
            self.reason.hide()
        elif self.reason.sentence != reason:
            self.reason.say("accent" if reason == _INTERRUPTED else "caution", reason)

    def _ask(self, word: str | None) -> None:
        """Pausing and stopping wait for the requests on their way; until then nothing else can be asked for."""
        self._asked = word
        self.pause.setEnabled(word is None)
        self.stop.setEnabled(word is None)
        self.stop.setText("Stopping…" if word == "stop" else "Stop")

    def _pause_or_resume(self) -> None:
        was_paused = self._is_paused
        self._ask("resume" if was_paused else "pause")
        self.pause.setText("Resuming…" if was_paused else "Pausing…")
        (self.resume_wanted if was_paused else self.pause_wanted).emit()

    def _stop(self) -> None:
        self._ask("stop")
        self.stop_wanted.emit()
