"""The last answer: what happened, what it means for the event, what to do next."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from composer.ui.compose.sending import Sending
from composer.ui.outcomes import in_words
from composer.ui.widgets.pieces import Card, button, chip, label, restyle

if TYPE_CHECKING:
    from composer.delivery.sender import Sent

MAY_BE_TRIED_AGAIN = {"no-answer", "rate-limited", "server-error", "could-not-connect", "cancelled"}


class ResponsePanel(Card):
    """Shows the event under way, then its outcome.

    Signals: `entry_wanted(int)`: show this entry of the history; `again_wanted(int)`: send it once more as it was.
    """

    entry_wanted = Signal(int)
    again_wanted = Signal(int)

    def __init__(self, sending: Sending, parent: QWidget | None = None) -> None:
        super().__init__("Last response", "", parent)
        self._sending = sending
        self._entry: int | None = None
        self._at = 0.0
        self._took = ""
        self.status = chip("", "plain")
        self.head.insertWidget(1, self.status)
        self.sentence = label("Nothing sent yet. Ctrl+Enter sends the event.", "muted")
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setFixedHeight(52)
        self.sentence.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._show = button("Show in History", self._want_entry, "link")
        self._again = button("Try again", self._want_again, "link")
        self._again.setToolTip("Send the very same once more, with the same uniqueId")
        self._cancel = button("Cancel", sending.cancel, "link")
        self.body.addWidget(self.sentence)
        foot = QHBoxLayout()
        foot.addWidget(self._show)
        foot.addWidget(self._again)
        foot.addWidget(self._cancel)
        foot.addWidget(self._progress, 1)
        foot.addStretch(0)
        self.body.addLayout(foot)
        self.body.setSpacing(4)
        for each in (self.status, self._progress, self._again, self._cancel):
            each.hide()
        room = self._show.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self._show.setSizePolicy(room)
        self._show.hide()
        self._clock = QTimer(self)
        self._clock.setInterval(200)
        self._clock.timeout.connect(self._tick)
        sending.started.connect(self._started)
        sending.finished.connect(self.show_sent)
        sending.failed.connect(self.show_failure)
        sending.key_needed.connect(self.show_failure)

    def show_sent(self, sent: Sent) -> None:
        """Show the outcome of an attempt."""
        outcome = sent.outcome
        self._entry = sent.entry
        self._took = f"{outcome.duration_ms:,} ms"
        words, tone = in_words(outcome.kind.value, outcome.status)
        self._end(words, tone, " ".join(filter(None, (outcome.sentence, sent.remark))))
        self._again.setVisible(outcome.kind.value in MAY_BE_TRIED_AGAIN)

    def show_failure(self, sentence: str) -> None:
        """Show why nothing was sent."""
        self._entry = None
        self._took = ""
        self._end("Not sent", "bad", sentence)

    def _started(self) -> None:
        self.status.hide()
        self.remark("")
        self.sentence.setText("Sending…")
        self._show.hide()
        self._again.hide()
        self._clock.setInterval(200)
        self._clock.start()

    def _end(self, words: str, tone: str, sentence: str) -> None:
        self._at = time.monotonic()
        self.status.setText(words)
        restyle(self.status, "chip", tone)
        self.status.show()
        self.sentence.setText(sentence)
        self.sentence.setToolTip(sentence)
        self.setAccessibleName(f"Last response: {words}. {sentence}")
        self._progress.hide()
        self._cancel.hide()
        self._show.setVisible(self._entry is not None)
        self._clock.setInterval(10_000)
        self._clock.start()
        self._tick()

    def _tick(self) -> None:
        """Any wait over half a second shows itself; over two it can be cancelled."""
        if self._sending.is_under_way:
            seconds = self._sending.seconds
            self._progress.setVisible(seconds > 0.5)
            self._cancel.setVisible(seconds > 2)
            self.sentence.setText(f"Sending… {seconds:.0f} s" if seconds >= 1 else "Sending…")
            return
        minutes = int((time.monotonic() - self._at) / 60)
        ago = "just now" if minutes < 1 else f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"
        self.remark(" · ".join(filter(None, (self._took, ago))))

    def _want_again(self) -> None:
        if self._entry is not None:
            self.again_wanted.emit(self._entry)

    def _want_entry(self) -> None:
        if self._entry is not None:
            self.entry_wanted.emit(self._entry)
