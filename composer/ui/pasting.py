"""Paste anywhere: a cURL command, an event, a HAR entry or an event of an older release fills the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from composer.ui.widgets.json_editor import JsonEditor

if TYPE_CHECKING:
    from composer.event.pasted import Pasted
    from composer.ui.window import MainWindow

SHORT = 100_000  # characters; a longer text is read in a thread
_BEGINNINGS = ("{", "[", "curl", "fetch", "import", "const", "await", "$", "#")


class Pasting(QObject):
    """Looks at what is pasted with the keyboard, wherever that is in the window, but for Bulk, which takes rows.

    What is an ordinary text is pasted as ever.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._watched: QWidget | None = None
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)
            self._follow_focus(None, application.focusWidget())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            is_paste = event.matches(QKeySequence.StandardKey.Paste) and not self._window.is_in_bulk
            return is_paste and self.take(self._window.composition.whole(QGuiApplication.clipboard().text()))
        return super().eventFilter(watched, event)

    def take(self, text: str) -> bool:
        """Compose the event in a text; False when there is none, or none to be seen at once."""
        window = self._window
        if not window.composition.is_judged:
            return False  # the checks are being loaded, and what reads a text with them
        from composer.event.pasted import PasteError, read

        if not window.is_ready or not text.lstrip()[:6].lower().startswith(_BEGINNINGS):
            return False
        if len(text) > SHORT:
            if isinstance(self._watched, JsonEditor) and not self._watched.isReadOnly():
                return False  # which reads long texts itself
            window.jobs.run(lambda: read(text), self._compose_if_any, self._refuse)
            return True
        try:
            pasted = read(text)
        except PasteError as error:
            if isinstance(self._watched, JsonEditor) and not self._watched.isReadOnly():
                return False  # where broken JSON can be repaired
            window.notice.say("caution", str(error))
            return True
        if pasted is None:
            return False
        self._compose(pasted)
        return True

    def _compose_if_any(self, pasted: Pasted | None) -> None:
        if pasted is None:
            self._window.notice.say(
                "caution", "What was pasted is no event that the composer knows. Nothing was changed."
            )
        else:
            self._compose(pasted)

    def _compose(self, pasted: Pasted) -> None:
        if not pasted.before:
            self._put(pasted)
            return
        from composer.ui.compose.upgrade_dialog import UpgradeDialog

        dialog = UpgradeDialog(self._window.theme, pasted, self._window)
        dialog.accepted.connect(lambda: self._put(pasted))
        dialog.open()

    def _put(self, pasted: Pasted) -> None:
        window = self._window
        window.compose.json.take(pasted.text)
        window.compose_next()
        said = " ".join((f"The event was taken from {pasted.what}.", *pasted.remarks))
        store = next((each for each in window.store_bar.stores if each.store_id == pasted.store_id), None)
        if store is not None and store != window.store_bar.store:
            name, act = f"Send to {store.name}", lambda: window.choose_store(store)
            window.notice.say("accent", f"{said} It was for {store.name}.", name, act)
            return
        origin = window.composition.origin

        def take_back() -> None:
            while window.composition.origin == origin and window.composition.can_undo:
                window.composition.undo()

        window.notice.say("accent", said, "Undo", take_back)

    def _refuse(self, error: Exception) -> None:
        from composer.event.pasted import PasteError

        if not isinstance(error, PasteError):
            raise error
        self._window.notice.say("caution", str(error))

    def _follow_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        inside = now is not None and now.window() is self._window
        self._watched = now if inside else None
        if self._watched is not None:
            self._watched.installEventFilter(self)
