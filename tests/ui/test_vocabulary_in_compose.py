"""What was sent to a store before completes names in Compose, and warns where an event is not like it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from composer.event.payload import Set
from composer.event.vocabulary import Vocabulary
from composer.storage.stores import Kind
from composer.storage.templates import Template
from composer.storage.vocabulary import Vocabularies
from composer.ui.compose.composition import Composition
from composer.ui.compose.place import ComposePlace
from composer.ui.compose.properties import PropertyTable
from composer.ui.compose.property_model import KEY, KIND, REMARK, VALUE
from composer.ui.compose.row_editing import RowEditing
from composer.ui.compose.vocabulary import VocabularyReader
from composer.ui.compose.vocabulary_entries import complete_event_name
from composer.ui.desk import Desk
from composer.ui.jobs import Jobs
from composer.ui.theme import Theme
from composer.ui.widgets.suggestions import Suggestions
from tests.support.hands import OpenWindow, cell, click_cell, fill, focused, hints, press, type_in_focus
from tests.support.sent import SANDBOX, sent

CONTROL = Qt.KeyboardModifier.ControlModifier
BEFORE = {
    "customer": {"email": "ann@shop.test", "customFields": {"Plan": "gold", "Points": 3}},
    "data": {"Total Spent": 12.5, "Ordered At": "2026-11-03T14:03:09Z", "Is Gift": True, "Order Id": "A-1"},
}


def remember(desk: Desk) -> None:
    """Twelve orders and one refund were sent to the sandbox."""
    for _ in range(12):
        sent(desk.history, "Order Placed", store=SANDBOX, payload=BEFORE)
    sent(desk.history, "Order Refunded", store=SANDBOX, payload={"data": {"Reason": "torn"}})


@pytest.fixture
def reader(
    compose: ComposePlace, composition: Composition, desk: Desk, jobs: Jobs, theme: Theme, qtbot: QtBot
) -> VocabularyReader:
    remember(desk)
    reader = VocabularyReader(jobs, lambda: desk.vocabularies, desk.templates, composition)
    complete_event_name(theme, compose.form.first_entry(), composition)
    with qtbot.waitSignal(composition.judged):
        reader.show_store(desk.stores.all()[0])
    compose.json.take('{"eventName": "Order Placed", "customer": {"email": "ann@shop.test"}}')
    return reader


@pytest.fixture
def table(reader: VocabularyReader, compose: ComposePlace) -> PropertyTable:
    """The table of `data`, in sight."""
    table = next(each for each in compose.findChildren(PropertyTable) if each.accessibleName() == "Data")
    compose.form.ensureWidgetVisible(table)
    return table


def offered(holder: Any) -> dict[str, str]:
    """What is offered now, with what is said of it."""
    lists = [each.list for each in holder.findChildren(Suggestions) if each.list is not None]
    return {each.text: each.note for shown in lists for each in shown.found}


def codes(composition: Composition) -> list[str]:
    composition.judge_now()  # a slow machine does it in a thread
    return [each.code for each in composition.findings]


@pytest.mark.usefixtures("reader")
class TestTheNameOfTheEvent:
    def test_it_completes_by_keyboard_alone_and_taking_is_one_step_of_undo(
        self, compose: ComposePlace, composition: Composition, qtbot: QtBot
    ) -> None:
        fill(qtbot, compose.form.first_entry(), "ord")
        assert offered(compose) == {"Order Placed": "12 times · today", "Order Refunded": "once · today"}
        press(qtbot, Qt.Key.Key_Down)
        press(qtbot, Qt.Key.Key_Down)
        press(qtbot, Qt.Key.Key_Return)
        assert composition.get("/eventName") == "Order Refunded"
        assert compose.form.first_entry().text() == "Order Refunded"
        assert focused() is compose.form.first_entry()
        composition.undo()
        assert composition.get("/eventName") == "ord"

    def test_escape_leaves_what_was_typed(self, compose: ComposePlace, composition: Composition, qtbot: QtBot) -> None:
        fill(qtbot, compose.form.first_entry(), "ord")
        press(qtbot, Qt.Key.Key_Down)
        press(qtbot, Qt.Key.Key_Escape)
        assert offered(compose) == {}
        assert composition.get("/eventName") == "ord"

    def test_tab_with_nothing_chosen_goes_on_to_the_next_field(
        self, compose: ComposePlace, composition: Composition, qtbot: QtBot
    ) -> None:
        fill(qtbot, compose.form.first_entry(), "ord")
        press(qtbot, Qt.Key.Key_Tab)
        assert focused().objectName() == "/uniqueId"
        assert composition.get("/eventName") == "ord"

    def test_one_s_own_templates_complete_it_as_soon_as_they_are_written(
        self, reader: VocabularyReader, compose: ComposePlace, composition: Composition, desk: Desk, qtbot: QtBot
    ) -> None:
        desk.templates().create(Template("Mine", {"eventName": "Quiz Finished", "data": {"Score": 1}}))
        with qtbot.waitSignal(composition.judged):
            reader.follow_templates(desk.templates().all())
        fill(qtbot, compose.form.first_entry(), "qu")
        assert offered(compose) == {"Quiz Finished": "in a template"}


class TestTheNameOfAProperty:
    @pytest.mark.parametrize(
        ("typed", "name", "kind", "value"),
        [
            ("tot", "Total Spent", "Number", "42.5"),
            ("ordered", "Ordered At", "Date", "2026-12-01T00:00:00Z"),
            ("order i", "Order Id", "Text", "42"),
        ],
    )
    def test_a_new_one_begins_with_the_type_it_mostly_has(
        self,
        table: PropertyTable,
        composition: Composition,
        qtbot: QtBot,
        typed: str,
        name: str,
        kind: str,
        value: str,
    ) -> None:
        click_cell(qtbot, table, 0, KEY)
        type_in_focus(qtbot, typed)
        press(qtbot, Qt.Key.Key_Down)
        press(qtbot, Qt.Key.Key_Tab)
        assert composition.get("/data") == {name: ""}
        assert cell(table, 0, KIND).data() == kind
        assert (table.currentIndex().row(), table.currentIndex().column()) == (0, VALUE)
        assert "type-drift" not in codes(composition)  # it has no value yet
        editor = focused()
        assert isinstance(editor, QLineEdit)
        type_in_focus(qtbot, value)
        assert composition.get(f"/data/{name}") == (42.5 if kind == "Number" else value)
        composition.undo()
        composition.undo()
        assert "data" not in composition.payload

    def test_a_truth_is_chosen(self, table: PropertyTable, composition: Composition, qtbot: QtBot) -> None:
        click_cell(qtbot, table, 0, KEY)
        type_in_focus(qtbot, "gift")
        press(qtbot, Qt.Key.Key_Down)
        press(qtbot, Qt.Key.Key_Return)
        answers = focused()
        assert isinstance(answers, QComboBox)
        press(qtbot, Qt.Key.Key_Down)
        answers.activated.emit(answers.currentIndex())
        assert composition.get("/data/Is Gift") is True

    def test_those_that_are_there_are_not_offered(
        self, table: PropertyTable, compose: ComposePlace, composition: Composition, qtbot: QtBot
    ) -> None:
        composition.set("/data/Order Id", "A-2")
        click_cell(qtbot, table, 1, KEY)
        type_in_focus(qtbot, "order")
        assert list(offered(compose)) == ["Ordered At"]

    def test_a_click_names_a_row_and_keeps_its_value(
        self, table: PropertyTable, compose: ComposePlace, composition: Composition, qtbot: QtBot
    ) -> None:
        composition.set("/data/x", "A-2")
        click_cell(qtbot, table, 0, KEY)
        focused().selectAll()  # type: ignore[attr-defined]
        type_in_focus(qtbot, "order i")
        (shown,) = [each.list for each in compose.findChildren(Suggestions) if each.list is not None]
        spot = shown.visualRect(shown.model().index(0, 0)).center()
        qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert composition.get("/data") == {"Order Id": "A-2"}
        assert cell(table, 0, KIND).data() == "Text"

    def test_escape_closes_the_list_first_and_then_the_cell(
        self, table: PropertyTable, compose: ComposePlace, composition: Composition, qtbot: QtBot
    ) -> None:
        click_cell(qtbot, table, 0, KEY)
        type_in_focus(qtbot, "tot")
        editor = focused()
        press(qtbot, Qt.Key.Key_Escape)
        assert offered(compose) == {}
        assert focused() is editor
        press(qtbot, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: focused() is table)
        assert "data" not in composition.payload

    def test_down_in_a_named_row_goes_to_the_next_row(
        self, table: PropertyTable, compose: ComposePlace, composition: Composition, qtbot: QtBot
    ) -> None:
        composition.edit([*(Set(f"/data/{name}", "x") for name in ("Order", "Other"))])
        click_cell(qtbot, table, 0, KEY)
        press(qtbot, Qt.Key.Key_Down)
        assert offered(compose) == {}
        assert table.currentIndex().row() == 1

    @pytest.mark.usefixtures("reader")
    def test_custom_fields_have_names_of_their_own_and_other_fields_none(
        self, compose: ComposePlace, composition: Composition, qtbot: QtBot
    ) -> None:
        composition.set("/customer/customFields/x", "1")
        composition.set("/note", "1")
        compose.form.unfold()
        tables = {each.accessibleName(): each for each in compose.findChildren(PropertyTable)}
        for name, expected in (("Custom fields", ["Plan", "Points"]), ("Other fields", [])):
            compose.form.ensureWidgetVisible(tables[name])
            click_cell(qtbot, tables[name], 1, KEY)
            type_in_focus(qtbot, "p")
            assert sorted(offered(compose)) == expected
            press(qtbot, Qt.Key.Key_Escape)


class TestWhatIsUnlikeBefore:
    def test_another_type_is_said_in_the_row_and_in_checks_and_f_repairs_it(
        self, table: PropertyTable, compose: ComposePlace, composition: Composition, qtbot: QtBot
    ) -> None:
        composition.edit([Set("/data/Total Spent", "42.5")])
        composition.judge_now()
        said = "was a number in the last 12 events; this is text"
        assert said in cell(table, 0, REMARK).data()
        assert codes(composition) == ["type-drift"]  # and not also that it is a number as text
        checks = compose.checks.list
        checks.setFocus()
        checks.setCurrentIndex(checks.model().index(0, 0))
        assert said in checks.currentIndex().data()
        press(qtbot, Qt.Key.Key_F)
        assert composition.get("/data/Total Spent") == 42.5
        assert codes(composition) == []
        composition.undo()
        assert composition.get("/data/Total Spent") == "42.5"

    @pytest.mark.usefixtures("reader")
    def test_a_name_that_is_nearly_another_is_said_under_the_field_with_its_fix(
        self, compose: ComposePlace, composition: Composition
    ) -> None:
        composition.set("/eventName", "order_placed")
        composition.judge_now()
        (said,) = hints(compose)
        assert "differs only in case or separators" in said
        composition.fix(composition.warnings[0].fixes[0])
        assert composition.get("/eventName") == "Order Placed"
        composition.judge_now()
        assert hints(compose) == []

    @pytest.mark.usefixtures("reader")
    def test_a_row_of_a_run_is_compared_too(self, compose: ComposePlace, composition: Composition, desk: Desk) -> None:
        compose.restore_draft(desk.draft)
        row = {"eventName": "Order Placed", "customer": {"email": "a@shop.test"}, "data": {"total_spent": 1}}
        RowEditing(compose).begin("row 2", row, lambda _event: None)
        assert codes(composition) == ["unusual-name"]

    def test_a_vocabulary_that_comes_late_judges_once(
        self, composition: Composition, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        real = Vocabulary.merged
        monkeypatch.setattr(Vocabulary, "merged", lambda *given: asked.append("merged") or real(*given))
        composition.load('{"eventName": "A", "customer": {"email": "a@shop.test"}}')
        assert asked == []
        vocabulary = Vocabulary()
        composition.compare_with(vocabulary)
        composition.compare_with(vocabulary)
        assert asked == ["merged"]
        composition.set("/eventName", "AB")
        assert asked == ["merged"] * 2  # one pass a key

    def test_one_that_comes_while_a_slow_check_runs_is_asked_after_it(
        self, jobs: Jobs, desk: Desk, qtbot: QtBot
    ) -> None:
        remember(desk)
        go_on, large = threading.Event(), "x" * 200_000

        def check(payload: Any, _size: int | None) -> list[Any]:
            assert go_on.wait(20) or payload == {}
            return []

        composition = Composition(jobs)
        go_on.set()
        composition.judge_with(check)
        go_on.clear()
        composition.load(f'{{"eventName": "order_placed", "value": "{large}"}}')
        assert not composition.is_settled
        composition.compare_with(desk.vocabularies.of(SANDBOX.id))
        go_on.set()
        qtbot.waitUntil(lambda: composition.is_settled and codes(composition) == ["unusual-name"])


def test_nothing_is_read_before_the_checks_are_there(jobs: Jobs, desk: Desk, qtbot: QtBot) -> None:
    remember(desk)
    composition = Composition(jobs)
    asked: list[str] = []

    def vocabularies() -> Vocabularies:
        asked.append("checks are there" if composition.is_judged else "too early")
        return desk.vocabularies

    reader = VocabularyReader(jobs, vocabularies, desk.templates, composition)
    reader.show_store(desk.stores.all()[0])
    jobs.run(lambda: None, lambda _: composition.judge_with(lambda _event, _size: []))
    qtbot.waitUntil(lambda: bool(composition.vocabulary))
    assert asked == ["checks are there"]


class TestInTheWindow:
    @pytest.fixture
    def opened(self, open_window: Callable[[], OpenWindow], qtbot: QtBot) -> OpenWindow:
        opened = open_window()
        remember(opened.desk)
        opened.window.vocabulary.read_again()
        qtbot.waitUntil(lambda: bool(opened.window.composition.vocabulary))
        return opened

    def test_ctrl_enter_sends_with_the_list_open_and_what_was_sent_completes_next(
        self, opened: OpenWindow, qtbot: QtBot
    ) -> None:
        window = opened.window
        window.compose.json.take('{"eventName": "A", "customer": {"email": "ann@shop.test"}}')
        fill(qtbot, window.compose.form.first_entry(), "order")
        assert list(offered(window)) == ["Order Placed", "Order Refunded"]
        press(qtbot, Qt.Key.Key_Down)
        with qtbot.waitSignal(window.sending.finished, timeout=20_000):
            press(qtbot, Qt.Key.Key_Return, CONTROL)
        assert offered(window) == {}
        assert opened.desk.history.page()[0].event_name == "order"
        qtbot.waitUntil(lambda: "order" in [each.name for each in window.composition.vocabulary.event_names("order")])

    def test_another_store_knows_other_names(self, opened: OpenWindow, qtbot: QtBot) -> None:
        window = opened.window
        other = opened.desk.stores.add("Local", Kind.SANDBOX, "http://127.0.0.1:9/v2.2", "s1")
        sent(opened.desk.history, "Lesson Booked", store=other)
        window.show_stores()
        window.choose_store(other)
        assert window.composition.vocabulary is None  # never the other store's, not for a moment
        qtbot.waitUntil(lambda: bool(window.composition.vocabulary))
        fill(qtbot, window.compose.form.first_entry(), "o")
        assert list(offered(window)) == ["Lesson Booked"]

    def test_what_is_forgotten_is_known_no_more(self, opened: OpenWindow, qtbot: QtBot) -> None:
        window = opened.window
        opened.desk.vocabularies.forget(SANDBOX.id)
        window.vocabulary.read_again()
        qtbot.waitUntil(lambda: not window.composition.vocabulary)
        fill(qtbot, window.compose.form.first_entry(), "order_placed")
        assert offered(window) == {}
        assert "unusual-name" not in codes(window.composition)
