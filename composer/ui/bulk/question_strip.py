"""What can't be guessed is asked: one question after the other, its answers as buttons."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from composer.event.table.mapping import Question
from composer.ui.widgets.messages import Wrapped
from composer.ui.widgets.pieces import GRID, Strip, button, label


class QuestionStrip(QFrame):
    """Shows the first of the open questions; hidden when there is none.

    Signals: `answered(list, str)` the indexes of the columns this is the answer for, and its value.
    """

    answered = Signal(list, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self.setProperty("tone", "caution")
        self._questions: Sequence[Question] = ()
        self.sentence = Wrapped()
        self.count = label("", "muted")
        self.alike = QCheckBox()
        self.answers: list[QPushButton] = []
        below = QHBoxLayout()
        below.setSpacing(2 * GRID)
        below.addWidget(self.alike)
        below.addWidget(self.count)
        below.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(self.sentence)
        words.addLayout(below)
        words.addStretch(1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(GRID)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(GRID)
        row.addWidget(label(Strip.MARKS["caution"], "strong"))
        row.addLayout(words, 1)
        row.addLayout(self._buttons)
        self.hide()

    def show_questions(self, questions: Sequence[Question]) -> None:
        """Show the first of these."""
        if questions == self._questions:
            return
        focus = self.focusWidget()
        had_focus = focus is not None and focus.hasFocus()
        self._questions = questions
        for old in self.answers:
            self._buttons.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.answers = []
        if questions:
            self._ask(questions[0])
        self.setVisible(bool(questions))
        if had_focus and questions:
            self.focus_first()

    def focus_first(self) -> None:
        """Give the first answer the keyboard."""
        if self.answers:
            self.answers[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _ask(self, question: Question) -> None:
        self.sentence.say(question.sentence)
        self.setAccessibleName(question.sentence)
        for value, choice in question.choices:
            answer = button(choice.replace("&", "&&"), partial(self._answer, value))
            answer.setAccessibleName(f"{choice}. {question.sentence}")
            self._buttons.addWidget(answer)
            self.answers.append(answer)
        for before, after in zip([self.alike, *self.answers], self.answers, strict=False):
            self.setTabOrder(before, after)
        same, more = len(self._same()), len(self._questions) - 1
        self.alike.setText(f"Answer all {same:,} columns like this one")
        self.alike.setVisible(same > 1)
        self.count.setText(f"{more:,} more {'question' if more == 1 else 'questions'}")
        self.count.setVisible(more > 0)

    def _same(self) -> list[int]:
        """The columns that are asked the same thing as the first."""
        return [each.column for each in self._questions if each.choices == self._questions[0].choices]

    def _answer(self, value: str) -> None:
        is_for_all = self.alike.isChecked() and not self.alike.isHidden()
        self.answered.emit(self._same() if is_for_all else [self._questions[0].column], value)
