"""How a table is read: its encoding, what separates its cells, which sheet, and whether the first row is the header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from composer.ui.theme import Theme
from composer.ui.widgets.picker import Picker
from composer.ui.widgets.pieces import GRID, label

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, big endian",
    "windows-1252": "Western (Windows-1252)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "euc_kr": "Korean (EUC-KR)",
}
DELIMITERS = {",": "Comma  ,", ";": "Semicolon  ;", "\t": "Tab", "|": "Bar  |", ":": "Colon  :", " ": "Blank"}
_MOST_WIDE = {"encoding": 170, "delimiter": 130, "sheet": 290}  # pixels; the name of a sheet has up to 31 characters


class ReadingBar(QWidget):
    """Shows what was found out about the file, for a person to correct.

    Signals: `changed(dict)` the whole reading with one thing in it changed.
    """

    changed = Signal(dict)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: dict[str, Any] = {}
        self.encoding = self._picker(theme, "Encoding", "encoding")
        self.delimiter = self._picker(theme, "Cells are separated by", "delimiter")
        self.sheet = self._picker(theme, "Sheet", "sheet")
        self.header = QCheckBox("First row is the header")
        self.header.clicked.connect(lambda is_header: self._change("has_header", is_header))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        self._titles = {}
        for name, picker in (("Encoding", self.encoding), ("Separator", self.delimiter), ("Sheet", self.sheet)):
            self._titles[picker] = label(name, "small")
            self._titles[picker].setBuddy(picker)
            line.addWidget(self._titles[picker])
            line.addWidget(picker)
        line.addSpacing(4)
        line.addWidget(self.header)

    def show_reading(self, reading: dict[str, Any], sheets: Sequence[str]) -> None:
        """Show how the file was read; what does not matter for its kind is not offered."""
        self._reading = dict(reading)
        self._fill(self.encoding, ENCODINGS, reading.get("encoding", ""))
        self._fill(self.delimiter, DELIMITERS, reading.get("delimiter", ""))
        self._fill(self.sheet, {sheet: sheet for sheet in sheets}, reading.get("sheet", "") if sheets else "")
        self.header.setChecked(bool(reading.get("has_header", True)))

    def _fill(self, picker: Picker, named: dict[str, str], value: str) -> None:
        picker.clear()
        for key, words in named.items():
            picker.addItem(words, key)
        if value and value not in named:
            picker.addItem(value, value)
        picker.setCurrentIndex(picker.findData(value))
        picker.view().setMinimumWidth(picker.view().sizeHintForColumn(0) + 3 * GRID)
        for each in (picker, self._titles[picker]):
            each.setVisible(bool(value))

    def _picker(self, theme: Theme, name: str, key: str) -> Picker:
        made = Picker(theme)
        made.setAccessibleName(name)
        made.setToolTip(name)
        made.setMaximumWidth(_MOST_WIDE[key])
        made.activated.connect(lambda at: self._change(key, made.itemData(at)))
        return made

    def _change(self, key: str, value: str | bool) -> None:
        if self._reading.get(key) != value:
            self._reading[key] = value
            self.changed.emit(dict(self._reading))
