"""The JSON beside the form: the same event as text, both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from composer.event import jsontext
from composer.event.draft import Prepared, prepare
from composer.event.findings import Finding, Severity
from composer.event.jsontext import JsonTextError
from composer.event.limits import MAX_PAYLOAD_BYTES
from composer.ui.compose.composition import Composition
from composer.ui.compose.sent_view import SentView
from composer.ui.jobs import Jobs, Later
from composer.ui.theme import Theme
from composer.ui.widgets.json_editor import JsonEditor, Mark
from composer.ui.widgets.pieces import Elided, button, label, restyle

UNDERLINED = 200  # findings; each costs at every key typed in the text
LONG = 50_000  # characters; where to underline is found in a thread
CALM = 250  # milliseconds after the last change before the wavy lines are drawn anew


class JsonPanel(QWidget):
    """The editor with its size line. What is shown is, byte for byte, what is sent; where variables stand in it, "As
    sent" shows what they become.

    Signals: `refused(str)` a sentence about a text that was not taken; `reading(bool)` a long text is being read in a
    thread, or no longer: until then the event is still the one before.
    """

    refused = Signal(str)
    reading = Signal(bool)

    def __init__(self, theme: Theme, jobs: Jobs, composition: Composition) -> None:
        super().__init__()
        self._composition = composition
        self._jobs = jobs
        self.editor = JsonEditor(theme)
        self.editor.setAccessibleName("The event as JSON")
        self._size = Elided("", "small")
        self.sent = SentView(theme, jobs, composition)
        self.as_sent = button("As sent", None, "quiet")
        self.as_sent.setCheckable(True)
        self.as_sent.setToolTip("Show the event with the values of its variables, as it is sent")
        self.as_sent.toggled.connect(self._turn)
        self._copy = button("Copy", self.copy, "quiet")
        self._copy.setToolTip("Copy the whole JSON, as it is sent")
        head = QHBoxLayout()
        head.setContentsMargins(2, 0, 2, 0)
        head.addWidget(label("JSON", "heading"))
        head.addStretch(1)
        head.addWidget(self._size)
        head.addWidget(self.as_sent)
        head.addWidget(self._copy)
        self._head = head
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        self._shown = QStackedWidget()
        self._shown.addWidget(self.editor)
        self._shown.addWidget(self.sent)
        column.addWidget(self._shown, 1)
        self._underline = Later(CALM, self._show_marks, self)
        self.editor.typed.connect(composition.type_text)
        self.editor.pasted.connect(self._pasted)
        composition.changed.connect(self.show_payload)
        composition.judged.connect(self._underline.start)
        composition.judged.connect(self._offer_sent)
        composition.changed.connect(self._offer_sent)
        self.show_payload()
        self._offer_sent()

    def offer(self, widget: QWidget) -> None:
        """Put something more beside Copy."""
        self._head.addWidget(widget)

    def show_payload(self) -> None:
        """Bring text and size up to the composition."""
        view = self._composition.view
        self.editor.show_text(view.text)
        self._size.setText(f"{readable_size(view.size)} of {MAX_PAYLOAD_BYTES // 1_000_000} MB")
        restyle(self._size, "look", "problem" if view.size > MAX_PAYLOAD_BYTES else "small")
        error = self._composition.error
        if error is None and self.editor.property("state") == "error":
            self.editor.show_marks(())  # the tint of a broken line goes at once, the wavy lines may wait
        restyle(self.editor, "state", "error" if error else "")
        if error is not None:
            self._underline.stop()
            self.editor.show_marks((), error.line)
        else:
            self._underline.start()

    def copy(self) -> None:
        """Put the whole text on the clipboard."""
        self._composition.judge_now()
        QGuiApplication.clipboard().setText(self._composition.sent())

    def take(self, text: str) -> None:
        """Take a whole text. A long one is read in a thread; one that is long and broken is refused with its line and
        column: it could hardly be repaired here.
        """
        if len(text) <= JsonEditor.LONG_PASTE:
            self._composition.load(text)
        else:
            self._read(text, self._composition.load_prepared, lambda error: self._refuse_long(text, error))

    def restore(self, text: str, restored: Callable[[], None]) -> None:
        """Take the text of a draft as the beginning, however long and broken, then call `restored`."""

        def begin(prepared: Prepared | None) -> None:
            if prepared is None:
                self._composition.load(text)
            else:
                self._composition.load_prepared(prepared)
            self._composition.forget_past()
            restored()

        if len(text) <= JsonEditor.LONG_PASTE:
            begin(None)
        else:
            self._read(text, begin, lambda _error: begin(None))

    def _read(self, text: str, done: Callable[[Prepared], None], failed: Callable[[Exception], None]) -> None:
        def read() -> Prepared:
            prepared = prepare(text)
            self._composition.judge_ahead(prepared.payload)
            return prepared

        def end(tell: Callable[[Any], None]) -> Callable[[Any], None]:
            def told(what: object) -> None:
                self.reading.emit(False)
                tell(what)

            return told

        self.reading.emit(True)
        self._jobs.run(read, end(done), end(failed))

    def go_to(self, pointer: str) -> None:
        """Select the value at `pointer`, or go to where the text is broken, with the keyboard."""
        self.as_sent.setChecked(False)
        self.point_at(pointer)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def point_at(self, pointer: str) -> None:
        """Select the value at `pointer`, or where the text is broken; the keyboard stays where it is."""
        error = self._composition.error
        text = self._composition.view.text
        if error is not None:
            starts = [0, *(at + 1 for at, mark in enumerate(text) if mark == "\n")]
            at = min(len(text), starts[min(error.line, len(starts)) - 1] + error.column - 1)
            self.editor.select(at, at)
        elif pointer in (found := jsontext.spans(text, [pointer])):
            self.editor.select(*found[pointer])

    def _offer_sent(self) -> None:
        """Without variables there is only one text; broken text is to be repaired."""
        is_known = self._composition.is_settled or not self._composition.is_judged
        if not is_known and self._composition.error is None:
            return  # what its variables become is being looked for
        is_other = self._composition.uses_variables and self._composition.error is None
        self.as_sent.setVisible(is_other)
        if not is_other:
            self.as_sent.setChecked(False)

    def _turn(self, is_sent: bool) -> None:
        self._shown.setCurrentIndex(1 if is_sent else 0)
        self.sent.refresh()

    def _pasted(self, view: str) -> None:
        self.take(self._composition.whole(view))

    def _refuse_long(self, text: str, error: Exception) -> None:
        if not isinstance(error, JsonTextError):
            raise error
        self.refused.emit(
            f"With this, the text ({readable_size(len(text))}) would not be JSON; it was not taken. {error}"
        )

    def _show_marks(self) -> None:
        if self._composition.error is not None:
            return
        text = self._composition.view.text
        worst: dict[str, Finding] = {}
        for finding in self._composition.listed[:UNDERLINED]:
            if finding.path:
                worst.setdefault(finding.path, finding)
        if len(text) < LONG:
            self._underline_found(text, worst, jsontext.spans(text, worst))
        else:
            self._jobs.run(lambda: jsontext.spans(text, worst), lambda found: self._underline_found(text, worst, found))

    def _underline_found(self, text: str, worst: dict[str, Finding], found: dict[str, tuple[int, int]]) -> None:
        if text != self._composition.view.text:
            return  # it changed meanwhile, and will be looked at again
        self.editor.show_marks(
            [
                Mark(start, end, worst[path].severity is Severity.ERROR, worst[path].message)
                for path, (start, end) in found.items()
                if "\n" not in text[start:end]
            ]
        )


def readable_size(size: int) -> str:
    """Bytes in words: 812 bytes, 1.1 KB, 4.9 MB; thousands, as the contract's limits are held."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:,.1f} KB" if size < 1_000_000 else f"{size / 1_000_000:,.1f} MB"
