"""The form of one store. Each store has its own, so what was typed in one waits there while another is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from composer.storage.database import StorageError
from composer.storage.secrets import KeyringUnavailable, KeyState, Place, Secret, Secrets
from composer.storage.stores import VENDOR_URL, Kind, Store, StoreError, Stores
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.widgets.field import Entry, FieldBox, FieldRow
from composer.ui.widgets.messages import Notice, Wrapped, ask
from composer.ui.widgets.picker import Picker
from composer.ui.widgets.pieces import GRID, Card, button, chip, label

KINDS = {
    Kind.TEST: ("Test", "caution", "Events go to Redo, for test people only."),
    Kind.LIVE: ("Live", "bad", "Events go to Redo and reach real customers."),
    Kind.SANDBOX: ("Sandbox", "accent", "A stand-in for Redo on this computer. It needs no key."),
}
KEY_IS = {
    Place.NOT_NEEDED: "not needed",
    Place.KEYRING: "kept in the keyring; type to replace it",
    Place.SESSION: "for this session only; type to replace it",
    Place.NONE: "none",
    Place.UNAVAILABLE: "the keyring can't be asked",
}


class FormEntry(Entry):
    """A line edit with an undo of its own: what is typed here is no part of the event."""

    def event(self, event: QEvent) -> bool:
        return QLineEdit.event(self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        QLineEdit.keyPressEvent(self, event)


class StoreForm(QWidget):
    """Edits `store`, or makes a new one when it is None. What asks the keyring runs in a thread.

    Signals: `edited()` what is typed differs now from what is saved, or no longer; `saved()` the store or its key was
    written; `removed()` the store is gone, or the new one is given up.
    """

    edited = Signal()
    saved = Signal()
    removed = Signal()

    def __init__(
        self,
        theme: Theme,
        jobs: Jobs,
        stores: Stores,
        secrets: Secrets,
        store: Store | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._stores, self._secrets = jobs, stores, secrets
        self.store = store
        self.is_edited = False
        self.name, self.base_url, self.store_id, self.key = FormEntry(), FormEntry(), FormEntry(), FormEntry()
        self.kind = Picker(theme)
        for kind, (words, _, _) in KINDS.items():
            self.kind.addItem(words, kind)
        self.kind_says = Wrapped("", "small")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.reveal = button("Show", self._flip_key)
        self.reveal.setAccessibleName("Show the API secret being typed")
        self.reveal.setCheckable(True)
        self.notice = Notice()
        self.save = button("Save", self.save_all, "primary")
        self.remove = button("Remove…", self._ask_to_remove)
        self.progress = label("", "small")
        self._arrange()
        self._show_saved()
        for entry in (self.name, self.base_url, self.store_id, self.key):
            entry.textChanged.connect(self._typed)
            entry.returnPressed.connect(self.save_all)
        self.kind.currentIndexChanged.connect(self._typed)
        self._typed()

    @property
    def chosen_kind(self) -> Kind:
        """The kind chosen in the form."""
        return Kind(self.kind.currentData())

    def read_key_state(self) -> None:
        """Find out in a thread where the key is, and say so in the key's field."""
        store = self.store
        if store is not None and self.save.isEnabled():
            self._jobs.run(lambda: self._secrets.state(store), self._show_key_state)

    def save_all(self) -> None:
        """Write the store, and the key when one was typed."""
        if not self.save.isEnabled():
            return
        self._clear_hints()
        secret = self._typed_secret()
        if isinstance(secret, str):
            self.key_row.hint(self.key_box, secret, True)
            self.key.setFocus()
            return
        store, values = self.store, (self.name.text(), self.chosen_kind, self.base_url.text(), self.store_id.text())

        def work() -> Store:
            return self._stores.change(store, *values) if store else self._stores.add(*values)

        def done(saved: Store) -> None:
            self._wait("")
            self.store = saved
            self._show_saved()
            self._typed()
            self.saved.emit()
            if secret is not None:
                self._keep(saved, secret)
            else:
                self.read_key_state()

        self._run("Saving…", work, done)

    def _keep(self, store: Store, secret: Secret) -> None:
        def refused(error: Exception) -> None:
            if not isinstance(error, KeyringUnavailable):
                raise error
            self._wait("")
            self._offer_session(f"{error} The key is not saved.")

        self._run(
            "Waiting for the keyring…",
            lambda: self._secrets.keep(store, secret),
            lambda _: self._key_is_safe(),
            refused,
        )

    def _offer_session(self, sentence: str) -> None:
        acts = [("Use for this session only", self._hold), ("Try again", self._try_again)]
        self.notice.say("caution", sentence, acts)

    def _try_again(self) -> None:
        if self.key.text():
            self.save_all()
        else:
            self.read_key_state()

    def _hold(self) -> None:
        secret = self._typed_secret()
        if isinstance(secret, Secret) and self.store is not None:
            self._secrets.hold(self.store, secret)
            self._key_is_safe()
        else:
            sentence = secret if isinstance(secret, str) else "Type the API secret first."
            self.key_row.hint(self.key_box, sentence, True)
            self.key.setFocus()

    def _key_is_safe(self) -> None:
        self._wait("")
        self.notice.hide()
        self.key.setText("")  # unlike clear(), this also empties the undo history
        self.reveal.setChecked(False)
        self._flip_key()
        self._typed()
        self.read_key_state()
        self.saved.emit()

    def _ask_to_remove(self) -> None:
        store = self.store
        if store is None:
            self.removed.emit()
            return
        consequence = "Its key is deleted too, also from the keyring. The history stays."
        ask(self, f"Remove the store “{store.name}”?", consequence, "Remove", lambda: self._remove(store))

    def _remove(self, store: Store) -> None:
        def work() -> None:
            self._stores.remove(store, self._secrets)

        def refused(error: Exception) -> None:
            if not isinstance(error, KeyringUnavailable):
                self._failed(error)
                return
            self._wait("")
            sentence = f"The store was not removed, because the keyring may still hold its key. {error}"
            self.notice.say("caution", sentence, [("Try again", lambda: self._remove(store))])

        self._run("Removing…", work, lambda _: self.removed.emit(), refused)

    def _run(
        self,
        wait: str,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self.notice.hide()
        self._wait(wait)
        self._jobs.run(work, done, failed or self._failed)

    def _wait(self, wait: str) -> None:
        self.progress.setText(wait)
        self.save.setEnabled(not wait)
        self.remove.setEnabled(not wait)
        self.key.setReadOnly(bool(wait))

    def _failed(self, error: Exception) -> None:
        self._wait("")
        if isinstance(error, StorageError):
            self.notice.say("bad", str(error))
            return
        if not isinstance(error, StoreError):
            raise error
        places = {
            "name": (self.name_row, self.name_box),
            "base_url": (self.url_row, self.url_box),
            "store_id": (self.id_row, self.id_box),
        }
        if error.field not in places:
            self.notice.say("bad", str(error))
            return
        row, box = places[error.field]
        row.hint(box, str(error), True)
        box.entry.setFocus()

    def _typed_secret(self) -> Secret | str | None:
        """The key typed, None when there is none, or the sentence that says why it can't be one."""
        if not self.key.text() or self.chosen_kind is Kind.SANDBOX:
            return None
        try:
            return Secret(self.key.text())
        except ValueError as error:
            return str(error)

    def _show_saved(self) -> None:
        store = self.store
        for entry, text in (
            (self.name, store.name if store else ""),
            (self.base_url, store.base_url if store else VENDOR_URL),
            (self.store_id, store.store_id if store else ""),
        ):
            entry.setText(text)
            entry.setCursorPosition(0)
        self.kind.setCurrentIndex(self.kind.findData(store.kind if store else Kind.TEST))
        self.key.setPlaceholderText("none" if store is None else "looking…")
        self.remove.setText("Remove…" if store else "Discard")

    def _show_key_state(self, state: KeyState) -> None:
        if not isValid(self):
            return  # the store was removed meanwhile
        self.key.setPlaceholderText(KEY_IS[state.place])
        if state.place is not Place.UNAVAILABLE:
            self.notice.hide()
        elif self.notice.isHidden():
            self._offer_session(state.sentence)

    def _typed(self) -> None:
        store = self.store
        saved = (store.name, store.kind, store.base_url, store.store_id) if store else ("", Kind.TEST, VENDOR_URL, "")
        typed = (self.name.text(), self.chosen_kind, self.base_url.text(), self.store_id.text())
        was_edited, self.is_edited = self.is_edited, store is None or typed != saved or bool(self.key.text())
        self.kind_says.say(KINDS[self.chosen_kind][2])
        self.key_row.setVisible(self.chosen_kind is not Kind.SANDBOX)
        self.reveal.setEnabled(bool(self.key.text()))
        self._clear_hints()
        if was_edited != self.is_edited:
            self.edited.emit()

    def _clear_hints(self) -> None:
        for row, box in (
            (self.name_row, self.name_box),
            (self.url_row, self.url_box),
            (self.id_row, self.id_box),
            (self.key_row, self.key_box),
        ):
            row.hint(box, "", False)

    def _flip_key(self) -> None:
        shown = self.reveal.isChecked()
        self.key.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.reveal.setText("Hide" if shown else "Show")

    def _arrange(self) -> None:
        self.name_box, self.url_box = FieldBox("Name", self.name), FieldBox("Base URL", self.base_url)
        self.id_box, self.key_box = FieldBox("Store ID", self.store_id), FieldBox("API secret", self.key)
        self.name_row, self.url_row = FieldRow([(self.name_box, 1)]), FieldRow([(self.url_box, 1)])
        self.id_row, self.key_row = FieldRow([(self.id_box, 1)]), FieldRow([(self.key_box, 1)])
        self.name.setPlaceholderText("for example Acme staging")
        self.base_url.setPlaceholderText(VENDOR_URL)
        self.store_id.setPlaceholderText("24 characters, from your store's settings in Redo")
        kind_title = label("Kind", "small")
        kind_title.setBuddy(self.kind)
        self.kind.setAccessibleName("Kind")
        kinds = QVBoxLayout()
        kinds.setSpacing(3)
        kinds.addWidget(kind_title)
        kinds.addWidget(self.kind)
        kinds.addWidget(self.kind_says)
        kinds.addStretch(1)
        first, foot = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(GRID + 4)
        first.addWidget(self.name_row, 3)
        first.addLayout(kinds, 2)
        foot.setSpacing(GRID)
        foot.addWidget(self.save)
        foot.addWidget(self.progress)
        foot.addStretch(1)
        foot.addWidget(self.remove)
        key_holder = QHBoxLayout()
        key_holder.setSpacing(GRID)
        key_holder.addWidget(self.key_row, 1)
        key_holder.addWidget(self.reveal, 0, Qt.AlignmentFlag.AlignVCenter)
        card = Card("Store")
        card.body.setSpacing(4)
        card.body.addSpacing(GRID)
        card.body.addLayout(first)
        for row in (self.url_row, self.id_row):
            card.body.addWidget(row)
        card.body.addLayout(key_holder)
        card.body.addWidget(self.notice)
        card.body.addSpacing(GRID)
        card.body.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch(1)


class SandboxPage(QWidget):
    """What stands in place of a form for the built-in sandbox."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = Card("Sandbox")
        words, tone, sentence = KINDS[Kind.SANDBOX]
        card.head.insertWidget(1, chip(words, tone))
        card.body.addWidget(Wrapped(sentence))
        always = "It is always there. Nothing sent to it leaves this computer."
        card.body.addWidget(Wrapped(always, "muted"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch(1)
