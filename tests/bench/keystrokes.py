"""From a key press to the JSON and the checks, against a bare line edit and against setting the whole text anew."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

KEYS = 200


def report() -> None:
    """Print the 95th percentile of each, in milliseconds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

    from composer.app import App

    print(f"Key press to JSON and checks, {KEYS} keys          median      95 %       worst")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        app = App(Path(folder))
        app.window.show()
        _until(app.qt, lambda: app.window.composition.is_judged)
        bare = QLineEdit()
        bare.show()
        _row("floor: a bare line edit", _type(app.qt, bare))
        bare.close()
        for name, payload in PAYLOADS.items():
            entry = _load(app, payload)
            _row(name, _type(app.qt, entry))
            whole = QPlainTextEdit()
            whole.show()
            _row("    peer: setting its text anew", _set_anew(app.qt, whole, app.window.composition.wire()))
            whole.close()
        app.close()
    QApplication.processEvents()


def _payload(data: dict[str, Any]) -> dict[str, Any]:
    fields = {f"Field {number}": f"value {number}" for number in range(8)}
    customer = {"email": "stewart@example.com", "firstName": "Stewart", "customFields": fields}
    return {"eventName": "Order Placed", "customer": customer, "value": 1, "valueCurrency": "USD", "data": data}


PAYLOADS = {
    "30 fields": _payload({f"Property {number}": f"text {number}" for number in range(16)}),
    "400 properties": _payload({f"Property {number}": f"text {number}" for number in range(400)}),
    "400 properties, a warning on each": _payload({f"Property {number}": str(number) for number in range(1, 401)}),
    "5 MB: 400 texts of 12 KB": _payload({f"Property {number}": "x" * 12_000 for number in range(400)}),
    "5 MB: 150,000 values in $extra": _payload(
        {"$extra": {f"Entry {number}": {"a": number, "b": [1, 2, 3], "c": "some text"} for number in range(30_000)}}
    ),
}


def _load(app: Any, payload: dict[str, Any]) -> Any:
    window = app.window
    window.compose.json.take(json.dumps(payload))
    _until(app.qt, lambda: window.composition.payload == payload)
    entry = window.compose.form.first_entry()
    entry.setFocus()
    app.qt.processEvents()
    return entry


def _type(qt: Any, entry: Any) -> list[float]:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    def press() -> None:
        QTest.keyClick(entry, Qt.Key.Key_A)
        qt.processEvents()

    entry.setText("Order")
    return _timed(press, KEYS)


def _set_anew(qt: Any, edit: Any, text: str) -> list[float]:
    def replace() -> None:
        edit.setPlainText(text)
        qt.processEvents()

    return _timed(replace, 5 if len(text) > 100_000 else 40)


def _timed(act: Callable[[], None], times: int) -> list[float]:
    for _ in range(min(times, 10)):
        act()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _until(qt: Any, is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        qt.processEvents()
        if time.monotonic() > end:
            raise TimeoutError


def _row(name: str, milliseconds: list[float]) -> None:
    ordered = sorted(milliseconds)
    tail = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"  {name:<40} {statistics.median(ordered):8.2f}  {tail:8.2f}  {ordered[-1]:8.2f} ms")
