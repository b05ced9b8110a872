"""The draft as the window sees it: checked at each change, slow checks in a thread, keystrokes grouped for undo."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from composer.event.findings import Finding, Severity
from composer.event.payload import MISSING, Json, Set
from composer.ui.compose.composition import SLOW, Composition, shown
from composer.ui.jobs import Jobs


def test_nothing_is_found_until_the_checks_are_there_and_then_at_once(jobs: Jobs, qtbot: QtBot) -> None:
    from composer.event.checks import check

    composition = Composition(jobs)
    composition.load("{}")
    assert composition.findings == []
    assert not composition.is_judged
    with qtbot.waitSignal(composition.judged):
        composition.judge_with(check)
    assert composition.is_judged
    assert {each.code for each in composition.findings} == {"missing-event-name", "missing-customer"}


def test_findings_are_up_to_date_when_a_change_is_told(composition: Composition) -> None:
    seen: list[int] = []
    composition.changed.connect(lambda: seen.append(len(composition.findings)))
    composition.set("/eventName", "A")
    composition.set("/customer/email", "a@shop.test")
    assert seen == [1, 0]


def test_errors_come_before_warnings(composition: Composition) -> None:
    composition.load('{"eventName": "A", "data": {"z": 0}, "customer": {"email": "ann"}}')
    assert [each.severity for each in composition.findings] == [Severity.ERROR, Severity.WARNING]


@pytest.mark.parametrize("path", ["/customer/location/city", "/customer/customFields/a", "/data/a"])
def test_an_object_the_form_made_goes_with_its_last_value(composition: Composition, path: str) -> None:
    composition.load('{"customer": {}}')
    composition.set(path, "x")
    composition.set(path, MISSING)
    assert composition.payload == {"customer": {}}
    composition.undo()
    assert composition.payload == {"customer": {}}  # typed and cleared in one go is one step


def test_an_empty_object_that_was_there_stays(composition: Composition) -> None:
    composition.load('{"data": {}, "customer": {"location": {}, "x": 1}}')
    composition.set("/customer/x", MISSING)
    assert composition.payload == {"data": {}, "customer": {"location": {}}}


def test_keys_in_one_place_are_one_step_and_in_two_places_two(composition: Composition) -> None:
    composition.forget_past()
    for text in ("a", "ab", "abc"):
        composition.set("/eventName", text)
    for text in ("x", "xy"):
        composition.set("/uniqueId", text)
    composition.undo()
    assert composition.payload == {"eventName": "abc"}
    composition.undo()
    assert composition.payload == {}
    assert not composition.can_undo
    composition.redo()
    composition.redo()
    assert composition.payload == {"eventName": "abc", "uniqueId": "xy"}
    assert not composition.can_redo


def test_a_change_that_changes_nothing_is_not_told(composition: Composition, qtbot: QtBot) -> None:
    composition.load('{"a": 1}')
    with qtbot.assertNotEmitted(composition.changed):
        composition.set("/b", MISSING)
        composition.edit([])


def test_a_slow_check_goes_to_a_thread_and_only_the_last_state_counts(jobs: Jobs, qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []
    go = threading.Event()

    def check(payload: Any, _size: int | None) -> list[Finding]:
        threads.append(threading.current_thread())
        if threading.current_thread() is not threading.main_thread():
            go.wait(10)
        end = time.thread_time() + SLOW * 2  # slow enough to be felt
        while time.thread_time() < end:
            pass
        return [Finding(Severity.ERROR, "code", "/n", str(payload.get("n")))]

    composition = Composition(jobs)
    composition.load('{"n": 0}')
    composition.judge_with(check)
    composition.set("/n", 1)
    composition.set("/n", 2)
    composition.set("/n", 3)
    assert composition.findings[0].message == "0"
    go.set()
    qtbot.waitUntil(lambda: composition.findings[0].message == "3")
    assert threads[0] is threading.main_thread()
    assert threading.main_thread() not in threads[1:3]


def test_a_fix_is_one_step(composition: Composition) -> None:
    composition.load('{"eventName": "A", "customer": {"email": "a@shop.test"}, "data": {"n": "25"}}')
    (finding,) = composition.findings
    composition.fix(finding.fixes[0])
    assert composition.get("/data/n") == 25
    composition.undo()
    assert composition.get("/data/n") == "25"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (MISSING, ""),
        ("a\nb", "a\nb"),
        (None, "null"),
        (True, "true"),
        (12.5, "12.5"),
        ({"a": [1, "two  blanks"]}, '{ "a": [ 1, "two  blanks" ] }'),
        ([], "[]"),
        ({"a": " lead and trail "}, '{ "a": " lead and trail " }'),
    ],
)
def test_values_are_shown_on_one_line_with_every_character(value: Any, words: str) -> None:
    assert shown(value) == words


def test_edits_are_one_step(composition: Composition) -> None:
    composition.edit([Set("/a", 1), Set("/b", 2)])
    composition.undo()
    assert composition.payload == {}


def test_a_part_that_breaks_while_a_slow_check_runs_is_not_forgotten(jobs: Jobs, qtbot: QtBot) -> None:
    composition = Composition(jobs)
    go = threading.Event()

    def slow(_payload: Json, _size: int | None) -> list[Finding]:
        end = time.thread_time() + 2 * SLOW
        while time.thread_time() < end:
            pass
        go.wait(10)
        return []

    go.set()
    composition.judge_with(slow)  # slow from now on, so the next one goes to a thread
    go.clear()
    composition.load('{"eventName": "A"}')
    composition.break_part("/data/$extra", "Line 1, column 2: broken.")
    go.set()
    qtbot.waitUntil(lambda: composition.is_settled, timeout=20_000)
    assert [each.code for each in composition.errors] == ["broken-json"]


def test_a_large_event_is_looked_through_in_a_thread_from_the_first(qtbot: QtBot, jobs: Jobs) -> None:
    from composer.event.checks import check

    threads: list[bool] = []

    def look(payload: Json, size: int | None) -> list[Finding]:
        threads.append(threading.current_thread() is threading.main_thread())
        return check(payload, size)

    composition = Composition(jobs)
    composition.judge_with(look)
    threads.clear()
    small = composition.wire()
    composition.load(json.dumps({"eventName": "A", "data": {f"p{at}": "x" * 1000 for at in range(200)}}))
    qtbot.waitUntil(lambda: composition.is_settled)
    composition.load(small)
    composition.undo()
    qtbot.waitUntil(lambda: composition.is_settled)
    assert threads == [False, True, False]
