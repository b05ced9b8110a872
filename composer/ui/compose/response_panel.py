"""The last answer: what happened, what it means for the event, what to do next."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from composer.ui.compose.sending import Phase, Sending
from composer.ui.outcomes import in_words
from composer.ui.widgets.flow import Flow
from composer.ui.widgets.pieces import GRID, Card, Elided, button, chip, label, restyle

if TYPE_CHECKING:
    from composer.delivery.sender import Sent
    from composer.ui.compose.verified_words import Seen

MAY_BE_TRIED_AGAIN = {"no-answer", "rate-limited", "server-error", "could-not-connect", "cancelled"}
_DRIFT = {
    "rejected": "The checks had found nothing: kept in the drift log.",
    "queued": "The checks called it an error: kept in the drift log.",
}


LINES = 3  # of what is said; the tooltip has the rest


class ResponsePanel(Card):
    """Shows the event under way, then its outcome.

    Signals: `entry_wanted(int)`: show this entry of the history; `again_wanted(int)`: send it once more as it was;
    `verified_wanted()`: show what it did; `drift_wanted(int)`: show this note of the drift log.
    """

    entry_wanted = Signal(int)
    again_wanted = Signal(int)
    verified_wanted = Signal()
    drift_wanted = Signal(int)

    def __init__(self, sending: Sending, parent: QWidget | None = None) -> None:
        super().__init__("Last response", "", parent)
        self._sending = sending
        self._entry: int | None = None
        self._note: int | None = None
        self._at = 0.0
        self._took = self._answer = ""
        self.status = chip("", "plain")
        self.verdict = chip("", "plain")
        self.head.insertWidget(1, self.status)
        self.head.removeWidget(self.note)
        self.note = Elided("", "small")  # the first to give way where there is little room
        self.head.addWidget(self.note)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self.head.addWidget(self._progress, 1)
        self.sentence = label("Nothing sent yet. Ctrl+Enter sends the event.", "muted")
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._show = button("Show in History", self._want_entry, "link")
        self._again = button("Try again", self._want_again, "link")
        self._again.setToolTip("Send the very same once more, with the same uniqueId")
        self._cancel = button("Cancel", sending.cancel, "link")
        self.did = button("What it did", self.verified_wanted.emit, "link")
        self.did.setToolTip("Show the profile before and after, field by field")
        self.drift = button("Drift log", self._want_drift, "link")
        self.drift.setToolTip("Show the report that was kept of this, without values, to be copied")
        self.body.addWidget(self.sentence)
        foot = QWidget()
        foot.setMinimumHeight(self._show.sizeHint().height())  # nothing jumps when something is there
        flow = Flow(foot)
        self._verified = QWidget()
        side_by_side = QHBoxLayout(self._verified)
        side_by_side.setContentsMargins(0, 0, 0, 0)
        side_by_side.setSpacing(GRID)
        side_by_side.addWidget(self.verdict)
        side_by_side.addWidget(self.did)
        for each in (self._verified, self._show, self.drift, self._again, self._cancel):
            flow.addWidget(each)
        self.body.addWidget(foot)
        self.body.setSpacing(4)
        for each in (self.status, self._progress, self._cancel, *self._links()):
            each.hide()
        self._clock = QTimer(self)
        self._clock.setInterval(200)
        self._clock.timeout.connect(self._tick)
        sending.started.connect(self._started)
        sending.finished.connect(self.show_sent)
        sending.failed.connect(self.show_failure)
        sending.key_needed.connect(self.show_failure)
        sending.verified.connect(self.show_seen)

    def showEvent(self, event: QShowEvent) -> None:
        """Room for whole lines, whatever is said: only now it is known how high they are."""
        super().showEvent(event)
        lines = "\n".join("Áy" for _ in range(LINES))
        self.sentence.setFixedHeight(self.sentence.fontMetrics().size(0, lines).height())

    def show_sent(self, sent: Sent) -> None:
        """Show the outcome of an attempt."""
        outcome = sent.outcome
        self._entry = sent.entry
        self._took = f"{outcome.duration_ms:,} ms"
        self._note = sent.drift
        drift = _DRIFT[outcome.kind.value] if sent.drift is not None else ""
        self._answer = " ".join(filter(None, (outcome.sentence, drift, sent.remark)))
        words, tone = in_words(outcome.kind.value, outcome.status)
        self._end(words, tone, self._answer)
        self.drift.setVisible(sent.drift is not None)
        self._again.setVisible(outcome.kind.value in MAY_BE_TRIED_AGAIN)
        if self._sending.is_under_way:  # the profile is waited for
            self._wait()

    def show_seen(self, seen: Seen) -> None:
        """Say beside the outcome what the event did; the page of it says it in full."""
        words, tone = seen.chip
        self.verdict.setText(words)
        restyle(self.verdict, "chip", tone)
        self._verified.show()
        self.verdict.setToolTip(seen.headline)
        self._end(self.status.text(), str(self.status.property("chip")), self._answer, f"{words}. {seen.headline}")

    def show_failure(self, sentence: str) -> None:
        """Show why nothing was sent."""
        self._entry = None
        self._took = ""
        self._end("Not sent", "bad", sentence)

    def _started(self) -> None:
        self.remark("")
        self.status.hide()
        self._put_away(self._cancel, *self._links())
        self._wait()

    def _put_away(self, *links: QWidget) -> None:
        """Hide them; the keyboard stays in the panel where it was on one of them."""
        focus = self.focusWidget()
        if focus is not None and focus.hasFocus() and any(each is focus or each.isAncestorOf(focus) for each in links):
            self.sentence.setFocus()
        for each in links:
            each.hide()

    def _links(self) -> tuple[QWidget, ...]:
        """What can be done about an answer."""
        return self._verified, self._show, self.drift, self._again

    def _wait(self) -> None:
        self._clock.setInterval(200)
        self._clock.start()
        self._tick()

    def _end(self, words: str, tone: str, sentence: str, verdict: str = "") -> None:
        self._at = time.monotonic()
        self.status.setText(words)
        restyle(self.status, "chip", tone)
        self.status.show()
        self.sentence.setText(sentence)
        self.sentence.setToolTip(sentence)
        self.setAccessibleName(" ".join(filter(None, (f"Last response: {words}. {sentence}", verdict))))
        if not self._sending.is_under_way:
            self._progress.hide()
            self._put_away(self._cancel)
        self._show.setVisible(self._entry is not None)
        self._clock.setInterval(10_000)
        self._clock.start()
        self._tick()

    def _tick(self) -> None:
        """Any wait over half a second shows itself; over two it can be cancelled, and at once where it is known to
        take its time.
        """
        if self._sending.is_under_way:
            seconds, phase = self._sending.seconds, self._sending.phase
            self._progress.setVisible(seconds > 0.5)
            self._cancel.setText("Stop waiting" if phase is Phase.WAITING else "Cancel")
            if phase is not Phase.SENDING or seconds > 2:
                self._cancel.show()
            self.sentence.setText(self._doing(seconds))
            return
        minutes = int((time.monotonic() - self._at) / 60)
        ago = "just now" if minutes < 1 else f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"
        self.remark(" · ".join(filter(None, (self._took, ago))))

    def _doing(self, seconds: float) -> str:
        """What goes on, and since when."""
        phase = self._sending.phase
        if phase is Phase.WAITING:
            from composer.delivery.verifying import PATIENCE  # loaded by now

            return f"{self.status.text()}. Reading the profile again… {min(seconds, PATIENCE):.0f} s of {PATIENCE:.0f}"
        doing = "Reading the profile; the event goes out after that…" if phase is Phase.READING else "Sending…"
        return f"{doing} {seconds:.0f} s" if seconds >= 1 else doing

    def _want_drift(self) -> None:
        if self._note is not None:
            self.drift_wanted.emit(self._note)

    def _want_again(self) -> None:
        if self._entry is not None:
            self.again_wanted.emit(self._entry)

    def _want_entry(self) -> None:
        if self._entry is not None:
            self.entry_wanted.emit(self._entry)
