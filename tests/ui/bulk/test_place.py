"""Bulk as a whole: a real file, real worker processes, the real sandbox, and what a person sees of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from composer.sandbox import SANDBOX_STORE_ID, process
from composer.storage.people import read
from composer.storage.runs import State, Status
from composer.storage.stores import Kind
from composer.ui.bulk.many_question import ManyQuestion
from composer.ui.bulk.place import COMPOSED, BulkPlace
from composer.ui.desk import Desk
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from tests.support.hands import focused, to_front

PATIENCE = 30_000  # milliseconds
HEADERS = "Event,Email,Phone,Value,Currency,Order Id"


@pytest.fixture
def place(theme: Theme, jobs: Jobs, desk: Desk, show: Any, qtbot: QtBot) -> Iterator[BulkPlace]:
    place = BulkPlace(theme, jobs, desk)
    place.show_store(desk.stores.all()[0])
    show(place)
    yield place
    place.end()


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """300 rows; one has no email address, three a phone number that can be repaired."""
    file = tmp_path / "orders-march.csv"
    rows = [f"Order Placed,user{number}@shop.test,,{number}.50,USD,ord_{number}" for number in range(1, 301)]
    rows[1] = rows[1].replace("user2@shop.test", "bob@")
    for at in (10, 20, 30):
        rows[at] = rows[at].replace(",,", ",(206) 555-0100,")
    file.write_text("\n".join([HEADERS, *rows]))
    return file


def opened(place: BulkPlace, file: Path, qtbot: QtBot) -> None:
    """Take a file as far as its run."""
    place.open_file(str(file))
    qtbot.waitUntil(place.mapping.isVisible, timeout=PATIENCE)
    place.mapping.start()
    qtbot.waitUntil(place.run.isVisible, timeout=PATIENCE)
    qtbot.waitUntil(place.run.ready.isVisible, timeout=PATIENCE)


def ended(place: BulkPlace, qtbot: QtBot) -> None:
    with qtbot.waitSignal(place.dispatch.ended, timeout=PATIENCE):
        pass


def counts(place: BulkPlace) -> dict[State, int]:
    assert place.desk.run is not None
    return {state: rows for state, rows in place.desk.run.counts().items() if rows}


def test_from_a_file_to_a_result_for_each_row(place: BulkPlace, orders: Path, desk: Desk, qtbot: QtBot) -> None:
    opened(place, orders, qtbot)
    assert counts(place) == {State.WAITING: 296, State.HELD_BACK: 4}
    place.run.send_wanted.emit()
    ended(place, qtbot)
    assert counts(place) == {State.QUEUED: 296, State.HELD_BACK: 4}
    assert process.world(desk.sandbox.origin, SANDBOX_STORE_ID)["counts"]["events"] == 296
    qtbot.waitUntil(place.run.result.isVisible, timeout=PATIENCE)
    with qtbot.waitSignal(place.edit_as_new) as wanted:
        place.run.edit_wanted.emit(2, "the event of row 2")
    assert wanted.args == ["the event of row 2"]
    (entry,) = desk.history.page()
    assert (entry.event_name, entry.kind, entry.customer) == ("orders-march.csv", "run-not-all", "300 events")


def test_a_fix_is_made_in_all_rows_that_need_it(place: BulkPlace, orders: Path, qtbot: QtBot) -> None:
    opened(place, orders, qtbot)
    assert place.desk.run is not None
    phones = next(group for group in place.desk.run.groups() if group.path == "/customer/phoneNumber")
    place.run.fix_wanted.emit(phones.kind, 0)
    qtbot.waitUntil(lambda: counts(place) == {State.WAITING: 299, State.HELD_BACK: 1}, timeout=PATIENCE)


def test_a_row_is_edited_and_only_that_row_changes(place: BulkPlace, orders: Path, qtbot: QtBot) -> None:
    opened(place, orders, qtbot)
    assert place.desk.run is not None
    with qtbot.waitSignal(place.edit_wanted) as wanted:
        place.run.edit_wanted.emit(3, place.desk.run.record(3).text)
    name, event, save = wanted.args
    assert name == "row 3 of orders-march.csv"
    save({**event, "customer": {"email": "bob@shop.test"}})
    qtbot.waitUntil(lambda: counts(place) == {State.WAITING: 297, State.HELD_BACK: 3}, timeout=PATIENCE)
    assert place.desk.run.record(3).event["customer"] == {"email": "bob@shop.test"}


def test_rows_are_left_out_and_taken_in_again(place: BulkPlace, orders: Path, qtbot: QtBot) -> None:
    opened(place, orders, qtbot)
    place.run.exclude_wanted.emit([4, 5], True)
    qtbot.waitUntil(lambda: counts(place).get(State.EXCLUDED) == 2, timeout=PATIENCE)
    place.run.exclude_wanted.emit([4], False)
    qtbot.waitUntil(lambda: counts(place).get(State.EXCLUDED) == 1, timeout=PATIENCE)


def test_a_dry_run_says_what_would_happen_and_sends_nothing(place: BulkPlace, orders: Path, qtbot: QtBot) -> None:
    opened(place, orders, qtbot)
    place.run.dry_run_wanted.emit()
    qtbot.waitUntil(lambda: "Nothing was sent. 296 events would be" in place.run.notice.sentence, timeout=PATIENCE)
    assert place.desk.run is not None
    assert place.desk.run.info.requests == 0


def test_a_broken_file_is_said_and_another_can_be_opened(
    place: BulkPlace, orders: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    place.open_file(str(empty))
    qtbot.waitUntil(lambda: "empty.csv" in place.start.notice.sentence, timeout=PATIENCE)
    opened(place, orders, qtbot)


def test_json_lines_need_no_mapping_and_broken_lines_are_kept(place: BulkPlace, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "events.jsonl"
    good = json.dumps({"eventName": "Order Placed", "customer": {"email": "ann@shop.test"}})
    file.write_text(f"{good}\n{{broken\n{good}\n")
    opened(place, file, qtbot)
    assert counts(place) == {State.WAITING: 2, State.HELD_BACK: 1}


def test_composed_events_collect_in_one_run_each_with_an_id_of_its_own(place: BulkPlace, qtbot: QtBot) -> None:
    event = json.dumps({"eventName": "Welcome", "customer": {"email": "ann@shop.test"}, "uniqueId": "fixed"})
    place.add_event(event, 1)
    qtbot.waitUntil(place.run.isVisible, timeout=PATIENCE)
    first = place.desk.run
    place.add_event(event, 3)
    qtbot.waitUntil(lambda: place.desk.run is not first or counts(place) == {State.WAITING: 4}, timeout=PATIENCE)
    qtbot.waitUntil(lambda: counts(place) == {State.WAITING: 4}, timeout=PATIENCE)
    assert place.desk.run is not None
    assert place.desk.run.info.name == COMPOSED
    ids = {record.event["uniqueId"] for record in place.desk.run.records(place.desk.run.numbers())}
    assert len(ids) == 4
    assert "fixed" in ids


def test_a_mapping_that_was_saved_is_found_again_for_the_same_headers(
    place: BulkPlace, orders: Path, qtbot: QtBot
) -> None:
    place.open_file(str(orders))
    qtbot.waitUntil(place.mapping.isVisible, timeout=PATIENCE)
    place.mapping.take_base({"data": {"Channel": "web"}})
    place.mapping.save_wanted.emit("March orders")
    place.mapping.back_wanted.emit()
    place.open_file(str(orders))
    qtbot.waitUntil(lambda: "March orders" in place.mapping.found.text(), timeout=PATIENCE)
    assert place.mapping.mapping is not None
    assert place.mapping.mapping.base == {"data": {"Channel": "web"}}


def test_exported_rows_can_be_opened_again_as_they_are(
    place: BulkPlace, orders: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(place, orders, qtbot)
    out = tmp_path / "held back.csv"
    monkeypatch.setattr("composer.ui.bulk.run_desk.QFileDialog.getSaveFileName", lambda *_: (str(out), ""))
    from composer.ui.bulk.filters import HELD_BACK

    place.run.export_wanted.emit(HELD_BACK)
    qtbot.waitUntil(out.exists, timeout=PATIENCE)
    opened(place, out, qtbot)
    assert counts(place) == {State.HELD_BACK: 4}


def test_a_run_is_paused_when_the_window_closes_and_goes_on_in_the_next(
    theme: Theme, jobs: Jobs, desk: Desk, show: Any, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "many.csv"
    rows = (f"Order Placed,user{number}@shop.test,,1,USD,o{number}" for number in range(20_000))
    file.write_text("\n".join([HEADERS, *rows]))
    first = BulkPlace(theme, jobs, desk)
    first.show_store(desk.stores.all()[0])
    show(first)
    opened(first, file, qtbot)
    with qtbot.waitSignal(
        first.dispatch.progressed, timeout=PATIENCE, check_params_cb=lambda _, told: told.requests > 3
    ):
        first.run.send_wanted.emit()
    run = first.desk.run
    first.end()
    assert run is not None
    qtbot.waitUntil(lambda: not run.is_held(), timeout=PATIENCE)
    assert run.info.status is Status.PAUSED
    assert counts(first)[State.WAITING] > 0
    assert State.IN_FLIGHT not in counts(first)

    second = BulkPlace(theme, jobs, desk)
    second.show_store(desk.stores.all()[0])
    show(second)
    second.start.run_wanted.emit(run.id)
    ended(second, qtbot)
    assert counts(second) == {State.QUEUED: 20_000}
    world = process.world(desk.sandbox.origin, SANDBOX_STORE_ID)["counts"]
    assert (world["events"], world["ignored"]) == (20_000, 0)
    second.end()


def test_a_live_run_for_test_people_asks_and_a_missing_key_is_asked_for(
    place: BulkPlace, orders: Path, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = desk.stores.add("Acme", Kind.LIVE, "https://shop.invalid/v2.2", "64b000000000000000000001")
    desk.people.keep(acme, read("@shop.test"))
    place.show_store(acme)
    opened(place, orders, qtbot)
    asked: list[tuple[str, int]] = []
    answers = iter([False, True])

    def may(_: object, store: str, events: int) -> bool:
        asked.append((store, events))
        return next(answers)

    monkeypatch.setattr("composer.ui.questions.may_send_many_live", may)
    place.run.send_wanted.emit()
    qtbot.waitUntil(lambda: asked == [("Acme", 296)], timeout=PATIENCE)
    assert place.desk.run is not None
    assert not place.dispatch.is_sending(place.desk.run.id)
    with qtbot.waitSignal(place.key_needed, timeout=PATIENCE):
        place.run.send_wanted.emit()
    assert counts(place)[State.WAITING] == 296


def test_a_live_run_for_others_asks_for_the_name_of_the_store(
    place: BulkPlace, orders: Path, desk: Desk, qtbot: QtBot
) -> None:
    acme = desk.stores.add("Acme", Kind.LIVE, "https://shop.invalid/v2.2", "64b000000000000000000001")
    desk.people.keep(acme, read("user1@shop.test"))
    place.show_store(acme)
    opened(place, orders, qtbot)
    place.run.send_wanted.emit()
    place.run.send_wanted.emit()  # Ctrl+Enter twice looks, and asks, once
    qtbot.waitUntil(lambda: bool(place.findChildren(ManyQuestion)), timeout=PATIENCE)
    (question,) = place.findChildren(ManyQuestion)
    assert question.whom.text().startswith(
        "295 of 296 rows hit people who are not among the test people of “Acme”: user3@shop.test, user4@shop.test and "
        "293 more rows."
    )
    question.cancel.click()
    assert place.desk.run is not None
    assert not place.dispatch.is_sending(place.desk.run.id)
    qtbot.waitUntil(lambda: not place.findChildren(ManyQuestion))
    place.run.send_wanted.emit()
    qtbot.waitUntil(lambda: bool(place.findChildren(ManyQuestion)), timeout=PATIENCE)
    (question,) = place.findChildren(ManyQuestion)
    qtbot.keyClicks(question.entry, "Acme")
    with qtbot.waitSignal(place.key_needed, timeout=PATIENCE):  # so it was to be sent
        qtbot.keyClick(question.entry, Qt.Key.Key_Return)
    assert counts(place)[State.WAITING] == 296


def test_looking_whom_a_run_hits_can_be_cancelled(place: BulkPlace, desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "many.csv"
    rows = (f"Order Placed,user{number}@shop.test,,1,USD,o{number}" for number in range(20_000))
    file.write_text("\n".join([HEADERS, *rows]))
    place.show_store(desk.stores.add("Acme", Kind.LIVE, "https://shop.invalid/v2.2", "64b000000000000000000001"))
    opened(place, file, qtbot)
    place.run.send_wanted.emit()
    qtbot.waitUntil(lambda: place.run.work.isVisible() and place.run.work.bar.maximum() > 0, timeout=PATIENCE)
    place.run.work.cancel.click()
    qtbot.waitUntil(place.run.work.isHidden, timeout=PATIENCE)
    assert not place.findChildren(ManyQuestion)
    assert counts(place) == {State.WAITING: 20_000}


def test_ctrl_enter_in_bulk_sends_rows_and_never_the_composed_event(
    open_window: Any, orders: Path, qtbot: QtBot
) -> None:
    opened_window = open_window()
    window = opened_window.window
    bulk = window.bulk
    opened(bulk, orders, qtbot)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_Return, both)
    assert not window.sending.is_under_way
    with qtbot.waitSignal(bulk.dispatch.ended, timeout=PATIENCE):
        qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    names = {entry.event_name for entry in opened_window.desk.history.page()}
    assert names == {"orders-march.csv"}


def test_f6_goes_round_the_panes_of_the_page_that_is_seen(place: BulkPlace, orders: Path, qtbot: QtBot) -> None:
    to_front(place, qtbot)
    place.open_file(str(orders))
    qtbot.waitUntil(place.mapping.isVisible, timeout=PATIENCE)
    mapping = place.mapping
    mapping.table.setFocus()
    for pane in (mapping.constant_table, mapping.preview.editor, mapping.import_button, mapping.table):
        place.next_pane(1)
        assert focused() is pane
    mapping.start()
    qtbot.waitUntil(place.run.ready.isVisible, timeout=PATIENCE)
    place.run.table.setFocus()
    qtbot.waitUntil(place.run.groups.list.isVisible)
    for pane in (place.run.groups.list, place.run.ready.send):
        place.next_pane(-1)
        assert focused() is pane
