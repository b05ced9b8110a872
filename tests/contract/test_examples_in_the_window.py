"""Every published example through the real window: into the form, over the wire as it is shown, and back unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from pytestqt.qtbot import QtBot

from composer.app import App
from composer.event.fields import FIELDS
from composer.event.payload import MISSING, get
from composer.storage.secrets import Secret
from composer.storage.stores import Kind
from tests.support.hands import entry
from tests.support.server import Server, answer

# The bulk example adds its two events, each of which is one for the form.
NAMES = ("full_example", "medium_example", "minimal", "mixed_events 0", "mixed_events 1")
MORE = {"somethingElse": {"kept": [1, None, ""]}, "another": True}  # top-level fields that the contract does not name


@pytest.fixture
def app(tmp_path: Path, qtbot: QtBot) -> Iterator[App]:
    app = App(tmp_path / "event-composer")
    with qtbot.waitSignal(app.window.opened, timeout=20_000):
        app.window.show()
    qtbot.waitUntil(lambda: app.window.composition.is_judged, timeout=20_000)
    yield app
    assert app.close()
    app.theme.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def example(published: dict[str, Any], name: str) -> Any:
    """One published event, in the order its keys were published in."""
    found = {}
    for path in ("/stores/{storeId}/events", "/stores/{storeId}/events/bulk"):
        body = published["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        for key, each in body["examples"].items():
            events = each["value"].get("events") if path.endswith("bulk") else None
            found.update({f"{key} {at}": event for at, event in enumerate(events)} if events else {key: each["value"]})
    assert set(found) == set(NAMES), "the published examples are others than these tests know"
    return found[name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("more", [{}, MORE], ids=["as published", "with fields of one's own"])
def test_it_loads_shows_no_error_goes_as_shown_and_comes_back(
    published: dict[str, Any], name: str, more: Any, app: App, qtbot: QtBot, serve: Callable[..., Server]
) -> None:
    event = {**example(published, name), **more}
    text = json.dumps(event, indent=2, ensure_ascii=False)
    window = app.window
    window.compose.json.take(text)
    assert window.composition.errors == []
    assert window.compose.json.editor.text() == text

    typed_in = 0
    for field in FIELDS:  # each field shows its value, and a key typed and taken back leaves the event as it was
        value = get(event, field.path)
        if value is MISSING:
            continue
        box = entry(window, field.path)
        assert box.text() == (value if isinstance(value, str) else json.dumps(value))
        qtbot.keyClick(box, Qt.Key.Key_End)
        qtbot.keyClick(box, Qt.Key.Key_5)
        assert window.composition.payload != event
        qtbot.keyClick(box, Qt.Key.Key_Backspace)
        typed_in += 1
    assert typed_in >= 2
    assert window.compose.json.editor.text() == text, "order, unknown fields and $extra included"

    server = serve(answer("202 Accepted"))
    store = app.desk.stores.add("Recorder", Kind.TEST, server.url, "64e5a8a1c0ffee0000004ee7")
    app.desk.secrets.hold(store, Secret("a-secret-of-this-test"))
    app.desk.settings.put("store", store.id)
    window.show_stores()
    with qtbot.waitSignal(window.sending.finished, timeout=20_000) as sent:
        qtbot.mouseClick(window.compose.send_button, Qt.MouseButton.LeftButton)
    assert sent.args[0].outcome.status == 202
    ((_, _, body),) = [request.partition(b"\r\n\r\n") for request in server.requests]
    assert body == text.encode()

    window.begin_anew()
    assert window.composition.payload != event
    kept = app.desk.history.entry(sent.args[0].entry)
    assert kept is not None
    window.traffic.edit_as_new(kept.body.decode())
    assert window.compose.json.editor.text() == text
