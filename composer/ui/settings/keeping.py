"""For how long the history is kept: a card of Settings. Whoever keeps the history does the deleting."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from composer.storage.settings import Settings
from composer.ui.jobs import Jobs
from composer.ui.widgets.messages import Wrapped, ask
from composer.ui.widgets.pieces import GRID, Card, label

KEEP_DAYS, KEEP_MEGABYTES = "keep days", "keep megabytes"  # names in Settings; a number, or null for no limit

Limits = tuple[int | None, int | None]  # days and megabytes


class _Limit(QHBoxLayout):
    """A tick and a number."""

    edited = Signal()

    def __init__(self, words: str, unit: str, least: int, most: int, first: int) -> None:
        super().__init__()
        self._words, self._unit, self._first = words, unit, first
        self.tick = QCheckBox(words)
        self.number = QLineEdit(str(first))
        self.number.setValidator(QIntValidator(least, most, self.number))
        self.number.setFixedWidth(72)
        self.number.setAccessibleName(f"{words}, in {unit}")
        self.number.setEnabled(False)
        self.tick.toggled.connect(self.number.setEnabled)
        self.tick.clicked.connect(self.edited)
        self.number.editingFinished.connect(self.edited)  # not while typing: 3 is on the way to 30
        self.setSpacing(GRID)
        self.addWidget(self.tick)
        self.addWidget(self.number)
        self.addWidget(label(unit, "muted"))
        self.addStretch(1)

    @property
    def value(self) -> int | None:
        """The limit, None when there is none."""
        is_limit = self.tick.isChecked() and self.number.hasAcceptableInput()
        return int(self.number.text()) if is_limit else None

    def show_value(self, value: int | None) -> None:
        """Show a limit."""
        self.tick.setChecked(value is not None)
        self.number.setText(str(self._first if value is None else value))


class KeepingCard(Card):
    """Two limits, off at first: by age and by size. Before a stricter one is saved a question is asked.

    Signals: `changed(object, object)` days and megabytes, each an int or None, after they were saved; `failed(object)`
    an exception.
    """

    changed = Signal(object, object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("History", "", parent)
        self._jobs, self._settings = jobs, settings
        self._saved: Limits = (None, None)
        self._is_asking = False
        self.days = _Limit("Delete entries older than", "days", 1, 36_500, 365)
        self.megabytes = _Limit("Delete the oldest above", "MB", 10, 1_000_000, 1_000)
        self.meaning = Wrapped("", "small")
        for limit in (self.days, self.megabytes):
            limit.edited.connect(self._edited)
            limit.number.textEdited.connect(self._explain)
            self.body.addLayout(limit)
        self.body.addWidget(self.meaning)
        self.body.addStretch(1)
        self._explain()

    @property
    def limits(self) -> Limits:
        """Days and megabytes as they stand here; None where there is no limit."""
        return self.days.value, self.megabytes.value

    def refresh(self) -> None:
        """Read the limits; what is being typed stays."""
        settings = self._settings

        def work() -> Limits:
            days, megabytes = settings.get(KEEP_DAYS), settings.get(KEEP_MEGABYTES)
            return (
                days if isinstance(days, int) else None,
                megabytes if isinstance(megabytes, int) else None,
            )

        def done(limits: Limits) -> None:
            if not self._is_asking and not any(each.number.hasFocus() for each in (self.days, self.megabytes)):
                self._show(limits)

        self._jobs.run(work, done, self.failed.emit, in_order=True)

    def _show(self, limits: Limits) -> None:
        self._saved = limits
        self.days.show_value(limits[0])
        self.megabytes.show_value(limits[1])
        self._explain()

    def _edited(self) -> None:
        self._explain()
        limits = self.limits
        if self._is_asking or limits == self._saved:
            return
        if not _is_stricter(limits, self._saved):
            self._save(limits)
            return
        self._is_asking = True
        consequence = f"{_meaning(limits)} Deleted entries can't be brought back. Nothing changes in Redo."
        box = ask(
            self, "Delete old entries from now on?", consequence, "Delete old entries", lambda: self._save(limits)
        )
        box.finished.connect(self._answered)

    def _answered(self) -> None:
        self._is_asking = False
        self._show(self._saved)

    def _save(self, limits: Limits) -> None:
        before, self._saved = self._saved, limits

        def work() -> None:
            self._settings.put(KEEP_DAYS, limits[0])
            self._settings.put(KEEP_MEGABYTES, limits[1])

        def failed(error: Exception) -> None:
            self._show(before)
            self.failed.emit(error)

        self._jobs.run(work, lambda _: self.changed.emit(*limits), failed, in_order=True)

    def _explain(self) -> None:
        self.meaning.say(_meaning(self.limits))


def _meaning(limits: Limits) -> str:
    days, megabytes = limits
    said = []
    if days is not None:
        said.append(f"What was sent more than {days:,} day{'' if days == 1 else 's'} ago is deleted for good.")
    if megabytes is not None:
        said.append(f"While all take more than {megabytes:,} MB, the oldest are deleted for good.")
    return (
        " ".join([*said, "Bulk runs that are over go with their rows."])
        if said
        else "Entries are kept until you delete them."
    )


def _is_stricter(limits: Limits, before: Limits) -> bool:
    """Whether there is a limit that was not there, or that was higher."""
    pairs = zip(limits, before, strict=True)
    return any(now is not None and (then is None or now < then) for now, then in pairs)
