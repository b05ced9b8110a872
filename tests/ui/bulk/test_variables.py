"""Variables in many rows: seen with their values before anything is read in, asked for, and sent as they were seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from composer.event import jsontext
from composer.event.payload import MISSING, Json
from composer.sandbox import SANDBOX_STORE_ID, process
from composer.storage.runs import Run, State
from composer.ui.bulk.exchange import Exchange
from composer.ui.bulk.place import BulkPlace
from composer.ui.compose.place import ComposePlace
from composer.ui.desk import Desk
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme

PATIENCE = 30_000  # milliseconds
TEMPLATE = {
    "eventName": "Order {{order}}",
    "customer": {"email": "{{Email}}"},
    "value": "{{total}}",
    "valueCurrency": "USD",
    "uniqueId": "{{$uuid}}",
    "data": {"turn": "{{$counter}}", "place": "{{$row}}"},
}


@pytest.fixture
def place(theme: Theme, jobs: Jobs, desk: Desk, show: Any) -> Iterator[BulkPlace]:
    place = BulkPlace(theme, jobs, desk)
    place.show_store(desk.stores.all()[0])
    show(place)
    yield place
    place.end()


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    file = tmp_path / "orders.csv"
    file.write_text("Order,Email,Total\nA1,ann@shop.test,12.50\n\nA2,bob@shop.test,7\nA3,cleo@shop.test,\n")
    return file


def looked_at(place: BulkPlace, file: Path, qtbot: QtBot) -> None:
    place.open_file(str(file))
    qtbot.waitUntil(place.mapping.isVisible, timeout=PATIENCE)


def read(place: BulkPlace, qtbot: QtBot) -> Run:
    place.mapping.start()
    qtbot.waitUntil(lambda: place.run.isVisible() and place.run.ready.isVisible(), timeout=PATIENCE)
    assert place.desk.run is not None
    return place.desk.run


def events(run: Run) -> list[Json]:
    return [record.event for record in run.records(run.numbers())]


def previewed(place: BulkPlace) -> Json:
    return json.loads(place.mapping.preview.editor.toPlainText())


def test_a_template_times_a_spreadsheet_is_sent_as_it_is_seen_before(
    place: BulkPlace, orders: Path, desk: Desk, qtbot: QtBot
) -> None:
    looked_at(place, orders, qtbot)
    place.mapping.take_base(TEMPLATE, {"total": 5, "order": 1})
    qtbot.waitUntil(place.mapping.first_rows.from_file.isVisible)
    said = place.mapping.first_rows.from_file.text()
    assert said == (
        "Variables with a value in each row: {{order}} from “Order”, {{Email}} from “Email”, "
        "{{total}} from “Total” (empty in 1 of the first 3 rows)."
    )
    seen = previewed(place)
    assert (seen["eventName"], seen["value"], seen["data"]) == ("Order A1", 12.5, {"turn": 1, "place": 2})
    place.mapping.preview.next.click()
    second = previewed(place)
    assert second["data"] == {"turn": 2, "place": 4}
    run = read(place, qtbot)
    assert events(run)[:2] == [seen, second]
    assert {group.code for group in run.groups()} == {"unknown-variable"}  # what came with the template is none for it
    place.run.send_wanted.emit()
    with qtbot.waitSignal(place.dispatch.ended, timeout=PATIENCE):
        pass
    there = process.world(desk.sandbox.origin, SANDBOX_STORE_ID)["events"]
    got = {each["event"]["uniqueId"]: each["event"] for each in there}
    names = ("eventName", "value", "data")
    assert {key: [event[name] for name in names] for key, event in got.items()} == {
        event["uniqueId"]: [event[name] for name in names] for event in (seen, second)
    }


def test_what_no_column_gives_is_asked_for_and_goes_into_the_run(place: BulkPlace, orders: Path, qtbot: QtBot) -> None:
    looked_at(place, orders, qtbot)
    place.mapping.take_base({**TEMPLATE, "value": 1, "data": {"note": "{{note}}"}}, {"note": "hello"})
    qtbot.waitUntil(place.mapping.variables.strip.isVisible)
    assert previewed(place)["data"]["note"] == "hello"
    place.mapping.variables.strip.filled.emit("note", 3)
    qtbot.waitUntil(lambda: previewed(place)["data"]["note"] == 3)
    run = read(place, qtbot)
    assert dict(run.info.variables or {}) == {"note": 3}
    assert [event["data"]["note"] for event in events(run)] == [3] * 3


def test_rows_that_wait_for_a_value_get_it_above_them(place: BulkPlace, orders: Path, qtbot: QtBot) -> None:
    looked_at(place, orders, qtbot)
    place.mapping.take_base({**TEMPLATE, "data": {"note": "{{note}}"}})
    run = read(place, qtbot)
    waiting = place.run.waiting
    qtbot.waitUntil(waiting.offer.isVisible, timeout=PATIENCE)
    assert waiting.offer.text() == "Fill in 2 variables…"
    assert not waiting.strip.isVisible()
    waiting.offer.click()
    assert waiting.strip.isVisible()
    assert not waiting.use.isEnabled()
    waiting.strip.filled.emit("note", "now")
    waiting.strip.filled.emit("total", 0)
    waiting.use.click()
    qtbot.waitUntil(lambda: run.counts()[State.WAITING] == 3, timeout=PATIENCE)
    assert [event["value"] for event in events(run)] == [12.5, 7, 0]  # only the empty cell takes it
    qtbot.waitUntil(lambda: not waiting.strip.isVisible(), timeout=PATIENCE)
    assert not waiting.offer.isVisible()


def test_events_of_a_file_are_templates_and_types_stay(place: BulkPlace, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join([json.dumps({**TEMPLATE, "customer": {"email": "{{$email}}"}})] * 2))
    looked_at(place, file, qtbot)
    place.mapping.variables.strip.filled.emit("total", jsontext.parse("12.00").payload)
    place.mapping.variables.strip.filled.emit("order", 7)
    qtbot.waitUntil(lambda: previewed(place)["eventName"] == "Order 7")
    seen = previewed(place)
    run = read(place, qtbot)
    assert events(run)[0] == seen
    assert [b'"value":12.00,' in parcel.body for parcel in run.take(0, 9)] == [True, True]
    assert len({event["uniqueId"] for event in events(run)}) == 2


def test_another_mapping_of_the_same_rows_keeps_their_values(place: BulkPlace, orders: Path, qtbot: QtBot) -> None:
    looked_at(place, orders, qtbot)
    place.mapping.take_base({**TEMPLATE, "value": "{{amount}}"}, {"amount": 3})
    run = read(place, qtbot)
    before = events(run)
    place.run.mapping_wanted.emit()
    qtbot.waitUntil(place.mapping.isVisible, timeout=PATIENCE)
    qtbot.waitUntil(lambda: place.mapping.preview.editor.toPlainText() != "")
    assert previewed(place) == before[0]
    place.mapping.variables.strip.filled.emit("amount", MISSING)
    place.mapping.start()
    qtbot.waitUntil(lambda: run.counts()[State.HELD_BACK] == 3, timeout=PATIENCE)


def test_composed_events_with_other_values_begin_another_run(place: BulkPlace, qtbot: QtBot) -> None:
    text = json.dumps({**TEMPLATE, "customer": {"email": "a@shop.test"}})
    place.add_event(text, 2, {"order": 1, "total": 2, "Email": "x"})
    qtbot.waitUntil(lambda: place.run.isVisible() and place.desk.run is not None, timeout=PATIENCE)
    first = place.desk.run
    assert first is not None
    place.add_event(text, 1, {"order": 1, "total": 2})
    qtbot.waitUntil(lambda: place.run.isVisible() and first.counts()[State.WAITING] == 3, timeout=PATIENCE)
    assert len({event["uniqueId"] for event in events(first)}) == 3  # a pattern is kept
    place.add_event(text, 1, {"order": 1, "total": 3})
    qtbot.waitUntil(lambda: place.desk.run is not None and place.desk.run.id != first.id, timeout=PATIENCE)
    assert place.desk.run is not None
    assert events(place.desk.run)[0]["value"] == 3


def test_a_row_is_edited_as_the_event_that_is_sent(
    compose: ComposePlace, place: BulkPlace, tmp_path: Path, qtbot: QtBot
) -> None:
    exchange = Exchange(compose, lambda: place, lambda: None)
    place.edit_wanted.connect(exchange.edit_row)
    held = {"eventName": r"\{{x}} {{y}} {{$now}}", "customer": {"email": "{{$email}}"}, "uniqueId": "{{$uuid}}"}
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in (held, held)))
    looked_at(place, file, qtbot)
    run = read(place, qtbot)
    assert run.recheck(None, variables={"y": "{{$row}}"})
    before = events(run)[0]
    place.run.edit_wanted.emit(1, "")
    assert "with values for its variables" in compose.row_strip.sentence
    qtbot.waitUntil(lambda: compose.composition.event == before, timeout=PATIENCE)
    compose.composition.set("/value", 5)
    exchange._editing._finish()
    qtbot.waitUntil(lambda: run.record(1).edited, timeout=PATIENCE)
    assert run.record(1).event == {**before, "value": 5}
    assert json.loads(run.take(0, 1)[0].body) == {**before, "value": 5}


def test_what_was_given_before_is_offered_again_and_a_default_can_be_kept(
    place: BulkPlace, orders: Path, desk: Desk, qtbot: QtBot
) -> None:
    base = {**TEMPLATE, "data": {"note": "{{note}}", "gift": "{{gift}}"}}
    looked_at(place, orders, qtbot)
    place.mapping.take_base(base)
    place.mapping.variables.strip.filled.emit("note", "last")
    place.mapping.variables.strip.default_wanted.emit("gift", True)
    place.mapping.back_wanted.emit()
    looked_at(place, orders, qtbot)
    assert place.mapping.variables.values == {}
    place.mapping.take_base(base)
    qtbot.waitUntil(lambda: place.mapping.variables.values == {"note": "last", "gift": True})
    qtbot.waitUntil(lambda: previewed(place)["data"] == {"note": "last", "gift": True})
    qtbot.waitUntil(lambda: "last" in str(desk.settings.get("variable-values")))
