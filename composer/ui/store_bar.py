"""Where it will go, always in sight: the store's badge in the colour of its kind, its address, its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from composer.storage.stores import Kind, Store
from composer.ui.theme import Theme
from composer.ui.widgets.pieces import Elided, button, chip, restyle

if TYPE_CHECKING:
    from composer.storage.secrets import KeyState

SHOWN_NAME = 28  # characters


class StoreBar(QWidget):
    """Badge, address and key state.

    Signals: `chosen(Store)` another store; `manage_wanted()` the settings of stores.
    """

    chosen = Signal(object)
    manage_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.store: Store | None = None
        self.stores: list[Store] = []
        self.key: KeyState | None = None  # where the store's key is; not known at once
        self._theme = theme
        self.badge = button("", None, "badge")
        self.badge.setMenu(QMenu(self.badge))
        self._address = Elided("", "muted")
        self._key = chip("", "plain")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(self.badge)
        line.addWidget(self._address)
        line.addWidget(self._key)
        line.addStretch(1)

    def show_store(self, store: Store, stores: list[Store]) -> None:
        """Show the store in force, and offer the others."""
        if self.store is None or self.store.id != store.id:
            self.key = None
        self.store, self.stores = store, stores
        name = store.name if len(store.name) <= SHOWN_NAME else store.name[: SHOWN_NAME - 1] + "…"
        kind = "" if store.is_built_in else f"{store.kind.value.upper()} · "
        self.badge.setText(f"● {kind}{name} ▾".replace("&", "&&"))
        self.badge.setToolTip("Where events are sent. Click to choose another store (Ctrl+L).")
        self.badge.setAccessibleName(f"Store: {store.name}, {store.kind.value}")
        restyle(self.badge, "kind", store.kind.value)
        self._key.setVisible(store.kind is Kind.SANDBOX)
        self._key.setText("no key needed")
        restyle(self._key, "chip", "good")
        self._fill_menu()

    def show_address(self, sandbox_url: str) -> None:
        """Show where the store is; the sandbox is where it runs."""
        if self.store is None:
            return
        base = self.store.base_url or sandbox_url or "starting…"
        store_id = self.store.store_id
        short = store_id if len(store_id) <= 14 else f"{store_id[:8]}…{store_id[-4:]}"
        self._address.setText(f"{base} · store {short}")

    def show_key(self, store: Store, state: KeyState) -> None:
        """Say where the key is, unless another store was chosen meanwhile."""
        if self.store is None or store.id != self.store.id:
            return
        self.key = state
        words, tone = {
            "keyring": ("key in keyring", "good"),
            "session": ("key for this session", "caution"),
            "not needed": ("no key needed", "good"),
            "none": ("no key", "bad"),
        }.get(state.place.value, ("keyring unavailable", "bad"))
        self._key.setText(words)
        self._key.setToolTip(state.sentence)
        restyle(self._key, "chip", tone)
        self._key.show()

    def _fill_menu(self) -> None:
        menu = self.badge.menu()
        menu.clear()
        group = QActionGroup(menu)
        for store in self.stores:
            words = store.name if store.is_built_in else f"{store.name}  ({store.kind.value})"
            action = menu.addAction(words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(self.store is not None and store.id == self.store.id)
            action.setActionGroup(group)
            action.triggered.connect(lambda _=False, store=store: self.chosen.emit(store))
        menu.addSeparator()
        menu.addAction("Stores and keys…").triggered.connect(self.manage_wanted)
