"""Mapping: a person says with mouse or keyboard what becomes of each column, and sees at once what a row turns into."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from composer.event.payload import Json
from composer.event.table.cells import Cell
from composer.event.table.guess import guess
from composer.event.table.mapping import Column, Mapping, Type, from_json, to_json
from composer.ui.bulk.constant_model import FIELD, REMOVE, VALUE
from composer.ui.bulk.mapping_files import first_event
from composer.ui.bulk.mapping_model import RESULT, TARGET, TYPE, ZONE
from composer.ui.bulk.mapping_page import MappingPage
from composer.ui.theme import Choice, Theme
from tests.support.hands import focused, press, read, to_front, type_in_focus
from tests.ui.conftest import Show

HEADERS = ["Email", "Order Id", "Total", "Placed"]
ROWS: list[list[Cell]] = [
    ["ann@shop.test", "A-1", "149.99", "2026-04-02"],
    ["bob@", "A-2", "12.00", "2026-04-03"],
    ["cid@shop.test", "A-3", "7.25", ""],
]
CTRL = Qt.KeyboardModifier.ControlModifier


def preview(headers: Sequence[str] | None, rows: Sequence[Any], **more: Any) -> dict[str, Any]:
    """What the worker tells of a file."""
    return {
        "name": "orders.csv",
        "headers": headers,
        "reading": {"encoding": "utf-8", "delimiter": ",", "sheet": "", "has_header": True},
        "sheets": [],
        "rows": [[number, row] for number, row in enumerate(rows, start=2)],
        **more,
    }


def open_table(
    page: MappingPage, headers: Sequence[str] = HEADERS, rows: Sequence[Sequence[Cell]] = ROWS, base: Json = None
) -> None:
    page.show_preview(preview(headers, rows), guess(headers, rows)._replace(base=base or {}))
    page.setFocus()


@pytest.fixture
def page(theme: Theme, show: Show[QWidget], qtbot: QtBot) -> MappingPage:
    page = MappingPage(theme)
    show(page)
    to_front(page, qtbot)
    open_table(page)
    return page


def columns(page: MappingPage) -> dict[str, Column]:
    assert page.mapping is not None
    return {each.header: each for each in page.mapping.columns}


def event(page: MappingPage) -> Any:
    return json.loads(page.preview.editor.text())


def said(page: MappingPage) -> list[str]:
    """The findings under the preview."""
    return [page.preview.list.item(row).text() for row in range(page.preview.list.count())]


def hand(qtbot: QtBot, key: Qt.Key) -> None:
    """Press a key in the list that is open, or in what has the keyboard."""
    qtbot.keyClick(QApplication.activePopupWidget() or focused(), key)


def type_on(qtbot: QtBot, text: str) -> None:
    """Type into a chooser, letter by letter; its list may open meanwhile."""
    for letter in text:
        qtbot.keyClicks(QApplication.activePopupWidget() or focused(), letter)


def click(page: MappingPage, qtbot: QtBot, row: int, column: int) -> None:
    at = page.table.visualRect(page.model.index(row, column)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=at)


# The table of columns


def test_it_says_what_the_file_is_called_and_how_much_of_it_is_mapped(page: MappingPage) -> None:
    assert page.name.text() == "orders.csv"
    assert page.counts.text() == "4 columns, 4 mapped"
    assert page.import_button.text() == "Check 3 rows"


def test_of_a_long_file_all_rows_are_checked(page: MappingPage) -> None:
    open_table(page, ["Email"], [["ann@shop.test"]] * 200)
    assert page.counts.text() == "1 column, 1 mapped"
    assert page.import_button.text() == "Check all rows"


def test_a_column_is_sent_elsewhere_by_keyboard_alone(page: MappingPage, qtbot: QtBot) -> None:
    press(qtbot, Qt.Key.Key_Down)
    hand(qtbot, Qt.Key.Key_Return)
    type_on(qtbot, "unique")
    hand(qtbot, Qt.Key.Key_Down)
    hand(qtbot, Qt.Key.Key_Return)
    assert columns(page)["Order Id"].path == "/uniqueId"
    assert focused() is page.table
    qtbot.waitUntil(lambda: event(page).get("uniqueId") == "A-1")


def test_any_name_that_is_typed_becomes_a_data_property(page: MappingPage, qtbot: QtBot) -> None:
    press(qtbot, Qt.Key.Key_Down)
    type_on(qtbot, "Order")
    assert QApplication.activePopupWidget() is not None  # with what has these letters, too
    hand(qtbot, Qt.Key.Key_Return)
    assert columns(page)["Order Id"].path == "/data/Order"
    qtbot.waitUntil(lambda: event(page)["data"].get("Order") == "A-1")
    to_front(page, qtbot)  # the tests' platform does not give the keyboard back when a list closes
    type_on(qtbot, "Order number")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: columns(page)["Order Id"].path == "/data/Order number")


def test_what_was_gone_over_in_the_list_is_taken_by_enter_and_dropped_by_escape(
    page: MappingPage, qtbot: QtBot
) -> None:
    press(qtbot, Qt.Key.Key_Down)
    type_on(qtbot, "uniq")
    hand(qtbot, Qt.Key.Key_Down)
    hand(qtbot, Qt.Key.Key_Escape)  # closes the list, not the cell
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: columns(page)["Order Id"].path == "/uniqueId")
    to_front(page, qtbot)
    type_on(qtbot, "first")
    hand(qtbot, Qt.Key.Key_Escape)
    press(qtbot, Qt.Key.Key_Escape)
    assert page.table.state() is page.table.State.NoState
    assert columns(page)["Order Id"].path == "/uniqueId"


def test_delete_leaves_a_column_out(page: MappingPage, qtbot: QtBot) -> None:
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Delete)
    assert columns(page)["Order Id"].path == ""
    assert page.counts.text() == "4 columns, 3 mapped"
    qtbot.waitUntil(lambda: "Order Id" not in event(page).get("data", {}))


def test_a_type_is_chosen_with_the_keyboard_and_seen_at_once(page: MappingPage, qtbot: QtBot) -> None:
    assert columns(page)["Total"].type is Type.NUMBER
    page.table.setCurrentIndex(page.model.index(2, TYPE))
    hand(qtbot, Qt.Key.Key_Space)
    chooser = page.table.indexWidget(page.model.index(2, TYPE))
    assert isinstance(chooser, QComboBox)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Return):
        qtbot.keyClick(chooser.view(), key)
    assert columns(page)["Total"].type is Type.TEXT
    assert page.model.index(2, RESULT).data() == "“Total” is text, not a number."


def test_a_click_opens_the_list_of_a_cell(page: MappingPage, qtbot: QtBot) -> None:
    click(page, qtbot, 1, TARGET)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    entry = page.table.indexWidget(page.model.index(1, TARGET))
    assert isinstance(entry, QLineEdit)
    assert entry.accessibleName() == "Order Id goes to"
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    press(qtbot, Qt.Key.Key_Escape)
    assert columns(page)["Order Id"].path == "/data/Order Id"


def test_tab_goes_on_to_the_next_cell_that_can_be_changed_and_out_behind_the_last(
    page: MappingPage, qtbot: QtBot
) -> None:
    page.table.setCurrentIndex(page.model.index(2, TYPE))
    page.table.edit(page.table.currentIndex())
    places = []
    for _ in range(4):
        press(qtbot, Qt.Key.Key_Tab)
        index = page.table.currentIndex()
        places.append((index.row(), index.column()))
    assert places == [(3, TARGET), (3, TYPE), (3, ZONE), (3, ZONE)]
    assert focused() is page.preview.next


def test_tab_leaves_the_table_when_no_cell_is_being_changed(page: MappingPage, qtbot: QtBot) -> None:
    press(qtbot, Qt.Key.Key_Tab)
    assert not page.table.isAncestorOf(focused())


def test_a_time_zone_is_typed_and_one_that_is_none_is_refused(page: MappingPage, qtbot: QtBot) -> None:
    page.table.setCurrentIndex(page.model.index(3, ZONE))
    type_on(qtbot, "Atlantis")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Atlantis" in page.model.refused)
    assert columns(page)["Placed"].zone == "UTC"
    to_front(page, qtbot)
    type_on(qtbot, "new york")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: columns(page)["Placed"].zone == "America/New_York")
    qtbot.waitUntil(lambda: event(page)["data"]["Placed"] == "2026-04-02T00:00:00-04:00")


def test_time_zones_take_room_only_while_there_are_dates(page: MappingPage) -> None:
    assert not page.table.isColumnHidden(ZONE)
    page.model.send_to(3, "")
    assert page.table.isColumnHidden(ZONE)
    page.model.send_to(3, "/eventTimestamp")
    assert not page.table.isColumnHidden(ZONE)


def test_ctrl_enter_is_the_windows_in_a_cell_too(page: MappingPage, qtbot: QtBot) -> None:
    before = page.mapping
    press(qtbot, Qt.Key.Key_Return, CTRL)
    assert page.table.state() is page.table.State.NoState
    page.table.edit(page.model.index(0, TARGET))
    press(qtbot, Qt.Key.Key_Return, CTRL)
    assert page.mapping is before


def test_each_change_is_told_and_can_be_kept_as_a_file(page: MappingPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.mapping_changed) as changed:
        press(qtbot, Qt.Key.Key_Delete)
    assert changed.args[0] is page.mapping
    assert from_json(to_json(changed.args[0])) == page.mapping


# Questions


AMBIGUOUS: list[list[Cell]] = [["ann@shop.test", "04/02/2026", "05/02/2026", "1,234"]]


def test_what_is_ambiguous_is_asked_and_holds_the_rows_back(page: MappingPage, qtbot: QtBot) -> None:
    open_table(page, ["Email", "Placed"], [["ann@shop.test", "04/02/2026"]])
    assert "Is that 2 April or 4 February?" in read(page)
    assert page.reason.text() == "Answer the question above first"
    with qtbot.assertNotEmitted(page.import_wanted):
        page.start()
    assert focused() is page.questions.answers[0]  # so that the answer is one key away
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_Space)
    assert columns(page)["Placed"].format == "dmy"
    assert not page.questions.isVisible()
    assert focused() is page.table
    with qtbot.waitSignal(page.import_wanted) as wanted:
        page.start()
    assert wanted.args == [page.mapping]
    assert event(page)["data"]["Placed"] == "2026-02-04T00:00:00Z"


def test_the_row_is_seen_before_all_questions_are_answered(page: MappingPage) -> None:
    open_table(page, ["Email", "Placed"], [["ann@shop.test", "04/02/2026"]])
    assert event(page) == {"customer": {"email": "ann@shop.test"}, "data": {"Placed": "04/02/2026"}}


def test_columns_that_are_asked_the_same_are_answered_at_once(page: MappingPage, qtbot: QtBot) -> None:
    open_table(page, ["Email", "Placed", "Sent", "Total"], AMBIGUOUS)
    assert page.reason.text() == "Answer 3 questions first"
    assert page.questions.alike.text() == "Answer all 2 columns like this one"
    page.questions.alike.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    qtbot.mouseClick(page.questions.answers[0], Qt.MouseButton.LeftButton)
    assert [columns(page)[name].format for name in ("Placed", "Sent")] == ["mdy", "mdy"]
    assert "Is the mark for thousands, or for decimals?" in read(page)
    qtbot.mouseClick(page.questions.answers[0], Qt.MouseButton.LeftButton)
    assert not page.questions.isVisible()


def test_columns_at_the_same_place_hold_the_rows_back_until_one_goes(page: MappingPage, qtbot: QtBot) -> None:
    page.model.send_to(1, "/customer/email")
    qtbot.waitUntil(lambda: "go to the same place" in page.notice.sentence)
    assert not page.import_button.isEnabled()
    page.table.setCurrentIndex(page.model.index(1, TARGET))
    press(qtbot, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.notice.sentence == "")
    assert page.import_button.isEnabled()


def test_a_file_of_which_nothing_is_sent_is_not_checked(page: MappingPage) -> None:
    for row in range(4):
        page.model.send_to(row, "")
    assert page.reason.text() == "No column goes anywhere yet"
    page.take_base({"eventName": "A"})
    assert page.reason.text() == ""


# The preview


def test_the_event_of_each_row_is_seen_with_what_is_wrong_in_it(page: MappingPage, qtbot: QtBot) -> None:
    assert page.preview.title.text() == "Row 2"
    assert said(page) == ["The event needs a name."]
    qtbot.mouseClick(page.preview.next, Qt.MouseButton.LeftButton)
    assert page.preview.title.text() == "Row 3"
    assert event(page)["customer"] == {"email": "bob@"}
    assert "Email is not an email address." in said(page)
    qtbot.mouseClick(page.preview.next, Qt.MouseButton.LeftButton)
    assert not page.preview.next.isEnabled()
    qtbot.mouseClick(page.preview.previous, Qt.MouseButton.LeftButton)
    assert page.preview.title.text() == "Row 3"


def test_enter_on_what_is_missing_adds_it_for_every_row(page: MappingPage, qtbot: QtBot) -> None:
    page.preview.list.setFocus()
    page.preview.list.setCurrentRow(0)
    press(qtbot, Qt.Key.Key_Return)
    assert focused().accessibleName() == "Value of Event name"
    type_in_focus(qtbot, "Order Placed")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: event(page).get("eventName") == "Order Placed")
    assert said(page) == []
    assert page.preview.fine.isVisible()
    assert page.mapping is not None
    assert page.mapping.base == {"eventName": "Order Placed"}


def test_enter_on_what_is_wrong_goes_to_the_column_it_comes_from(page: MappingPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.preview.next, Qt.MouseButton.LeftButton)
    page.preview.list.setFocus()
    page.preview.list.setCurrentRow(said(page).index("Email is not an email address."))
    press(qtbot, Qt.Key.Key_Return)
    assert focused() is page.table
    assert page.table.currentIndex().row() == 0


def test_a_change_is_seen_within_a_frame_on_fifty_columns(page: MappingPage) -> None:
    headers = [f"Column {at}" for at in range(50)]
    open_table(page, headers, [[f"value {at}" for at in range(50)]] * 200)
    taken = []
    for row in range(20):
        begun = time.perf_counter()
        page.model.send_to(row, "")
        page._show_event()
        taken.append(time.perf_counter() - begun)
    assert sorted(taken)[10] < 0.016  # seconds


# The same in every row


def test_a_value_for_every_row_is_added_by_keyboard_alone(page: MappingPage, qtbot: QtBot) -> None:
    page.constant_table.setFocus()
    hand(qtbot, Qt.Key.Key_Return)
    type_on(qtbot, "curr")
    hand(qtbot, Qt.Key.Key_Down)
    hand(qtbot, Qt.Key.Key_Return)
    assert focused().accessibleName() == "Value of Currency"
    hand(qtbot, Qt.Key.Key_Escape)  # the list of currencies
    type_on(qtbot, "eur")
    hand(qtbot, Qt.Key.Key_Down)
    hand(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: event(page).get("valueCurrency") == "EUR")
    assert page.mapping is not None
    assert page.mapping.base == {"valueCurrency": "EUR"}


def test_a_property_of_any_name_is_added_for_every_row(page: MappingPage, qtbot: QtBot) -> None:
    page.constant_table.setFocus()
    type_on(qtbot, "Campaign")
    press(qtbot, Qt.Key.Key_Tab)
    type_in_focus(qtbot, "spring")
    press(qtbot, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: event(page)["data"].get("Campaign") == "spring")
    index = page.constant_table.currentIndex()
    assert (index.row(), index.column()) == (1, FIELD)  # ready for the next one


def test_a_constant_is_changed_and_removed(page: MappingPage, qtbot: QtBot) -> None:
    open_table(page, base={"eventName": "A", "data": {"Source": "web"}})
    table = page.constant_table

    def click_constant(row: int, column: int) -> None:
        at = table.visualRect(page.constants.index(row, column)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)

    click_constant(0, VALUE)
    type_in_focus(qtbot, "Order Placed")
    press(qtbot, Qt.Key.Key_Return)
    assert page.constants.base["eventName"] == "Order Placed"
    qtbot.waitUntil(table.hasFocus)
    click_constant(1, REMOVE)
    assert page.constants.base == {"eventName": "Order Placed"}
    table.setCurrentIndex(page.constants.index(0, FIELD))
    press(qtbot, Qt.Key.Key_Delete)
    assert page.mapping is not None
    assert page.mapping.base == {}


def test_a_rows_own_value_wins_and_the_list_says_so(page: MappingPage) -> None:
    open_table(page, base={"customer": {"email": "all@shop.test", "firstName": "Ann"}})
    assert event(page)["customer"] == {"email": "ann@shop.test", "firstName": "Ann"}
    words = page.constants.index(0, FIELD).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "The column “Email” takes its place" in words
    assert "column" not in page.constants.index(1, FIELD).data(Qt.ItemDataRole.AccessibleTextRole)


def test_the_composed_event_or_one_from_a_file_becomes_the_base(
    page: MappingPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts = {each.text(): each for each in page.base_button.menu().actions()}
    with qtbot.waitSignal(page.base_wanted):
        acts["The composed event"].trigger()
    page.take_base({"eventName": "Composed"})
    qtbot.waitUntil(lambda: event(page).get("eventName") == "Composed")
    file = tmp_path / "template.json"
    file.write_text('{"eventName": "From a file", "data": {"a": 1}}')
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    acts["From a JSON file…"].trigger()
    qtbot.waitUntil(lambda: event(page).get("eventName") == "From a file")
    file.write_text("{broken")
    acts["From a JSON file…"].trigger()
    assert "“template.json” is not JSON" in page.notice.sentence
    acts["From nothing"].trigger()
    assert page.mapping is not None
    assert page.mapping.base == {}


@pytest.mark.parametrize(
    ("text", "sentence"), [("[]", "There is no event"), ("[1]", "There is no event"), ("", "is not JSON")]
)
def test_a_file_without_an_event_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "template.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=sentence):
        first_event(file)
    with pytest.raises(ValueError, match="can't be read"):
        first_event(tmp_path / "gone.json")


# The file and the saved mappings


def test_how_the_file_is_read_can_be_changed(page: MappingPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.reading_changed) as changed:
        qtbot.mouseClick(page.reading.header, Qt.MouseButton.LeftButton)
    assert changed.args == [{"encoding": "utf-8", "delimiter": ",", "sheet": "", "has_header": False}]
    assert not page.reading.sheet.isVisible()
    page.reading.delimiter.setFocus()
    with qtbot.waitSignal(page.reading_changed) as changed:
        press(qtbot, Qt.Key.Key_Down)
    assert changed.args[0]["delimiter"] == ";"


def test_a_workbook_offers_its_sheets_instead_and_an_unusual_separator_is_shown(
    page: MappingPage, qtbot: QtBot
) -> None:
    reading = {"encoding": "", "delimiter": "", "sheet": "March", "has_header": True}
    told = preview(HEADERS, ROWS, reading=reading, sheets=["March", "April"])
    page.show_preview(told, guess(HEADERS, ROWS))
    assert not page.reading.encoding.isVisible()
    page.reading.sheet.setFocus()
    with qtbot.waitSignal(page.reading_changed) as changed:
        press(qtbot, Qt.Key.Key_Down)
    assert changed.args == [{**reading, "sheet": "April"}]
    page.show_preview(preview(HEADERS, ROWS, reading={**reading, "sheet": "", "delimiter": "^"}), guess(HEADERS, ROWS))
    assert page.reading.delimiter.currentText() == "^"


def test_while_it_is_read_again_nothing_can_be_changed_and_it_can_be_cancelled(page: MappingPage, qtbot: QtBot) -> None:
    page.show_wait("Reading the file again…")
    cancel = page.wait.cancel
    page.show_wait("Reading the file again… 12 rows")
    assert page.wait.cancel is cancel
    assert focused() is cancel
    assert not page.import_button.isEnabled()
    with qtbot.waitSignal(page.cancel_wanted):
        press(qtbot, Qt.Key.Key_Space)
    page.show_problem("“orders.csv” was deleted.")
    assert page.notice.sentence == "“orders.csv” was deleted."
    assert page.import_button.isEnabled()
    assert focused() is page.table


def test_notes_about_the_file_are_said(page: MappingPage) -> None:
    told = preview(HEADERS, ROWS, notes=["The first row was taken for the headers, and looks like data."])
    page.show_preview(told, guess(HEADERS, ROWS))
    assert "looks like data" in page.notice.sentence


def test_a_mapping_is_saved_under_a_name_and_replacing_one_is_said(page: MappingPage, qtbot: QtBot) -> None:
    page.show_saved(["March orders"])
    qtbot.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(QDialog)
    assert isinstance(dialog, QDialog)
    entry = dialog.findChild(QLineEdit)
    assert entry is not None
    qtbot.keyClicks(entry, "March orders")
    assert "“March orders” is replaced" in read(dialog)
    qtbot.keyClicks(entry, " 2")
    assert "replaced" not in read(dialog)
    with qtbot.waitSignal(page.save_wanted) as wanted:
        qtbot.keyClick(entry, Qt.Key.Key_Return)
    assert wanted.args == ["March orders 2"]


def test_a_saved_mapping_is_used_and_forgotten(page: MappingPage, qtbot: QtBot) -> None:
    assert not page.saved_button.isEnabled()
    page.show_saved(["R&D", "March orders"])
    menu = page.saved_button.menu()
    names = [each for each in menu.actions() if each.text()]
    with qtbot.waitSignal(page.saved_wanted) as wanted:
        names[0].trigger()
    assert wanted.args == ["R&D"]
    with qtbot.waitSignal(page.forget_wanted) as forgotten:
        names[-1].menu().actions()[1].trigger()
    assert forgotten.args == ["March orders"]


def test_a_mapping_that_was_found_again_is_named_until_it_is_changed(page: MappingPage, qtbot: QtBot) -> None:
    page.show_found("March orders")
    assert "Mapping “March orders” was found again for these columns" in read(page)
    press(qtbot, Qt.Key.Key_Delete)
    assert "March orders" not in read(page)
    mapping = guess(HEADERS, ROWS)
    page.show_mapping(mapping._replace(base={"eventName": "Saved"}), "March orders")
    assert "Saved mapping “March orders”" in read(page)
    qtbot.waitUntil(lambda: event(page).get("eventName") == "Saved")


def test_rows_that_are_events_already_are_shown_as_they_are(page: MappingPage, qtbot: QtBot) -> None:
    events = ['{"eventName": "A",  "customer": {"email": "bob@"}}', "{broken"]
    page.show_preview(preview(None, events), None)
    assert "There is nothing to map" in read(page)
    assert said(page) == ["Email is not an email address."]
    assert not page.reading.isVisible()
    qtbot.mouseClick(page.preview.next, Qt.MouseButton.LeftButton)
    assert page.preview.editor.text() == "{broken"
    assert page.preview.errors.text() == "1 error"
    with qtbot.waitSignal(page.import_wanted) as wanted:
        page.start()
    assert wanted.args == [None]


def test_back_goes_back(page: MappingPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.back_wanted):
        qtbot.mouseClick(page.back_button, Qt.MouseButton.LeftButton)


# How it looks and feels


def test_tab_goes_where_the_eye_goes_through_all_of_it(page: MappingPage, qtbot: QtBot) -> None:
    open_table(page, ["Email", "Placed"], [["ann@shop.test", "04/02/2026"], ["bob@", "05/02/2026"]])
    page.show_saved(["March orders"])
    page.reading.encoding.setFocus()
    stops: list[QWidget] = []
    while focused() not in stops:
        stops.append(focused())
        press(qtbot, Qt.Key.Key_Tab)
    assert stops == [
        page.reading.encoding,
        page.reading.delimiter,
        page.reading.header,
        *page.questions.answers,
        page.table,
        page.preview.next,
        page.preview.editor,
        page.preview.list,
        page.base_button,
        page.constant_table,
        page.saved_button,
        page.save_button,
        page.back_button,
    ]
    for each in stops:
        assert each.accessibleName() or (isinstance(each, QAbstractButton) and each.text())


@pytest.mark.parametrize("size", [(1104, 712), (1744, 992)])
def test_nothing_is_cut_off_or_pushed_out_with_long_names_and_every_strip(
    page: MappingPage, qtbot: QtBot, size: tuple[int, int]
) -> None:
    page.resize(*size)
    long = "A name that goes on and on, as exports of some shops have them "
    headers = [long * 3, "שם הלקוח", "Placed", "Sent"]
    told = preview(headers, [["x" * 400, "דנה", "04/02/2026", "05/02/2026"]], notes=[long * 2], name=f"{long * 3}.csv")
    page.show_preview(told, guess(headers, [["x" * 400, "דנה", "04/02/2026", "05/02/2026"]]))
    page.show_found(long)
    assert page.questions.isVisible()
    assert (page.width(), page.height()) == size
    assert page.minimumSizeHint().width() <= size[0]
    assert page.minimumSizeHint().height() <= size[1]
    for each in (page.import_button, page.back_button, page.save_button, *page.questions.answers, page.base_button):
        assert each.width() >= each.sizeHint().width()
        assert page.rect().contains(
            each.geometry().translated(each.parentWidget().mapTo(page, each.pos()) - each.pos())
        )


def test_it_is_painted_in_both_themes_with_every_kind_of_row(page: MappingPage, theme: Theme) -> None:
    open_table(page, ["Email", "Placed", "Total", "Left"], [["bob@", "04/02/2026", "n/a", "x"]])
    page.model.send_to(3, "")
    pictures = []
    for choice in (Choice.DARK, Choice.LIGHT):
        theme.choose(choice)
        pictures.append(page.grab().toImage())
    assert pictures[0] != pictures[1]


def test_ten_thousand_columns_can_be_scrolled_and_changed(page: MappingPage, qtbot: QtBot) -> None:
    headers = [f"Column {at}" for at in range(10_000)]
    mapping = Mapping(tuple(Column(each, f"/data/{each}") for each in headers))
    page.show_preview(preview(headers, [[f"value {at}" for at in range(10_000)]] * 20), mapping)
    assert page.counts.text() == "10,000 columns, 10,000 mapped"
    page.setFocus()
    press(qtbot, Qt.Key.Key_End, CTRL)
    assert page.table.currentIndex().row() == 9_999
    begun = time.perf_counter()
    press(qtbot, Qt.Key.Key_Delete)
    assert time.perf_counter() - begun < 0.5  # seconds; some 0.02 on a quiet machine
    assert page.counts.text() == "10,000 columns, 9,999 mapped"
    assert len(page.table.viewport().findChildren(QWidget)) < 5
