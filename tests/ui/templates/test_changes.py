"""What a person does to templates is on the disk, and nothing of it, or of what others wrote meanwhile, is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from composer.storage.settings import Settings
from composer.ui.templates import files
from composer.ui.templates.details import Details
from composer.ui.templates.rows import OWN, STARTERS
from composer.ui.templates.shelf import FAVOURITE_TEMPLATES
from tests.support.hands import focused, press
from tests.ui.templates.conftest import Put, Seat, event

Open = Callable[[], Seat]


def on_disk(folder: Path) -> list[str]:
    """The files below the folder."""
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.json"))


def content(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


def text(file: Path) -> str:
    """What is in a file; empty while it is not there."""
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return ""


def offered(seat: Seat, name: str) -> QAbstractButton:
    """The button of this name in the notice."""
    found: list[QAbstractButton] = []

    def is_offered() -> bool:
        buttons = seat.place.notice.findChildren(QAbstractButton)
        found[:] = [each for each in buttons if each.text() == name and each.isVisible()]
        return bool(found)

    seat.qtbot.waitUntil(is_offered)
    return found[0]


def details(seat: Seat) -> Details:
    """The open dialog."""
    found: list[Details] = []

    def is_open() -> bool:
        found[:] = [each for each in seat.place.findChildren(Details) if each.isVisible()]
        return bool(found)

    seat.qtbot.waitUntil(is_open)
    return found[0]


def edit(seat: Seat, path: str) -> Details:
    """Open the details of a template."""
    seat.go_to(path)
    seat.place.pages.preview.edit.click()
    return details(seat)


def retype(qtbot: QtBot, text: str) -> None:
    """Type a name in the list's entry and take it."""
    entry = focused()
    assert isinstance(entry, QLineEdit)
    entry.selectAll()
    qtbot.keyClicks(entry, text)
    qtbot.keyClick(entry, Qt.Key.Key_Return)


def test_an_event_is_saved_as_a_template_and_shown(open_place: Open, put: Put, folder: Path, qtbot: QtBot) -> None:
    put("Shop/Old")
    seat = open_place()
    seat.go_to("Shop/Old")
    seat.place.save_new(event("Order Placed", value="{{total}}"), {"total": 5}, "Order / Placed?")
    dialog = details(seat)
    assert (dialog.name.text(), dialog.folder.text()) == ("Order Placed", "Shop")
    dialog.name.setText("Mine")
    dialog.description.setPlainText("For tests.")
    dialog.tags.setText("qa, order,, qa")
    dialog.save.click()
    seat.wait_for("  Shop", "    Mine", "    Old")
    seat.wait_for_preview("Shop/Mine")
    assert content(folder / "Shop" / "Mine.json") == {
        "description": "For tests.",
        "tags": ["qa", "order"],
        "variables": {"total": 5},
        "event": event("Order Placed", value="{{total}}"),
    }


def test_a_name_that_is_taken_is_said_in_the_dialog_and_nothing_is_overwritten(
    open_place: Open, put: Put, folder: Path, qtbot: QtBot
) -> None:
    put("Order", event("First"))
    seat = open_place()
    seat.place.save_new(event("Second"), {}, "Order")
    dialog = details(seat)
    dialog.save.click()
    qtbot.waitUntil(lambda: dialog.name.accessibleDescription() != "")
    assert "Order" in dialog.name.accessibleDescription()
    dialog.name.setText("Other")
    assert dialog.name.accessibleDescription() == ""
    dialog.save.click()
    seat.wait_for("  Order", "  Other")
    assert content(folder / "Order.json")["event"]["eventName"] == "First"


def test_a_name_no_file_can_have_is_said_in_the_dialog(open_place: Open, qtbot: QtBot) -> None:
    seat = open_place()
    seat.place.save_new(event(), {}, "Why")
    dialog = details(seat)
    dialog.name.setText("Why?")
    dialog.save.click()
    qtbot.waitUntil(lambda: "?" in dialog.notice.sentence)
    dialog.name.setText("Because")
    dialog.save.click()
    seat.wait_for("  Because")


def test_details_are_saved_moved_and_stay_a_favourite(
    open_place: Open, put: Put, folder: Path, settings: Settings, qtbot: QtBot
) -> None:
    settings.put(FAVOURITE_TEMPLATES, ["Order"])
    put("Order", event(value="{{total}}"))
    seat = open_place()
    dialog = edit(seat, "Order")
    dialog.folder.setText(" Shop / Deep ")
    dialog.name.setText("Renamed")
    dialog.description.setPlainText("Better.")
    dialog.defaults.setData(dialog.defaults.index(0, 1), "12.5")
    dialog.save.click()
    seat.wait_for_preview("Shop/Deep/Renamed")
    assert on_disk(folder) == ["Shop/Deep/Renamed.json"]
    assert content(folder / "Shop/Deep/Renamed.json")["variables"] == {"total": 12.5}
    qtbot.waitUntil(lambda: settings.get(FAVOURITE_TEMPLATES) == ["Shop/Deep/Renamed"])


def test_when_only_the_new_name_is_taken_the_rest_is_saved_and_the_dialog_stays(
    open_place: Open, put: Put, folder: Path, qtbot: QtBot
) -> None:
    put("Order")
    put("Taken")
    seat = open_place()
    dialog = edit(seat, "Order")
    dialog.name.setText("Taken")
    dialog.description.setPlainText("Better.")
    dialog.save.click()
    qtbot.waitUntil(lambda: dialog.name.accessibleDescription() != "")
    dialog.name.setText("Free")
    dialog.description.setPlainText("Best.")
    dialog.save.click()
    seat.wait_for_preview("Free")
    assert content(folder / "Free.json")["description"] == "Best."
    assert on_disk(folder) == ["Free.json", "Taken.json"]


@pytest.mark.parametrize("whose", ["Keep mine", "Take theirs"])
def test_when_somebody_else_saved_it_too_either_can_be_taken_and_the_other_brought_back(
    open_place: Open, put: Put, folder: Path, qtbot: QtBot, whose: str
) -> None:
    put("Order", description="before")
    seat = open_place()
    dialog = edit(seat, "Order")
    dialog.description.setPlainText("mine")
    put("Order", description="theirs")
    dialog.save.click()
    button = offered(seat, whose)
    assert "Order" in seat.place.notice.sentence
    button.click()
    taken, other = ("mine", "theirs") if whose == "Keep mine" else ("theirs", "mine")
    qtbot.waitUntil(lambda: content(folder / "Order.json")["description"] == taken)
    qtbot.waitUntil(lambda: taken == seat.place.pages.preview.description.text())
    offered(seat, "Undo").click()
    qtbot.waitUntil(lambda: content(folder / "Order.json")["description"] == other)
    qtbot.waitUntil(lambda: other == seat.place.pages.preview.description.text())


def test_what_was_broken_meanwhile_can_be_brought_back_byte_for_byte(
    open_place: Open, put: Put, folder: Path, qtbot: QtBot
) -> None:
    file = put("Order")
    seat = open_place()
    dialog = edit(seat, "Order")
    dialog.description.setPlainText("mine")
    file.write_text("{ half")
    dialog.save.click()
    offered(seat, "Keep mine").click()
    qtbot.waitUntil(lambda: "mine" in text(file))
    offered(seat, "Undo").click()
    qtbot.waitUntil(lambda: text(file) == "{ half")


def test_a_fixed_unique_id_is_repaired_with_one_click_and_undone_with_another(
    open_place: Open, put: Put, folder: Path, qtbot: QtBot
) -> None:
    put("Order", event(uniqueId="order-1"))
    seat = open_place()
    seat.go_to("Order")
    fix = seat.place.pages.preview.fix
    assert fix.text() == "Make a new one each time"
    fix.click()
    qtbot.waitUntil(lambda: content(folder / "Order.json")["event"]["uniqueId"] == "{{$uuid}}")
    qtbot.waitUntil(lambda: not seat.place.pages.preview.findings.isVisible())
    offered(seat, "Undo").click()
    qtbot.waitUntil(lambda: content(folder / "Order.json")["event"]["uniqueId"] == "order-1")
    qtbot.waitUntil(fix.isVisible)


def test_f2_renames_a_template_and_its_favourite(
    open_place: Open, put: Put, folder: Path, settings: Settings, qtbot: QtBot
) -> None:
    settings.put(FAVOURITE_TEMPLATES, ["Shop/Order"])
    put("Shop/Order")
    seat = open_place()
    seat.go_to("Shop/Order")
    press(qtbot, Qt.Key.Key_F2)
    retype(qtbot, "Sale")
    seat.wait_for_preview("Shop/Sale")
    assert on_disk(folder) == ["Shop/Sale.json"]
    qtbot.waitUntil(lambda: settings.get(FAVOURITE_TEMPLATES) == ["Shop/Sale"])


def test_a_rename_that_can_t_be_is_said_and_undone_in_the_list(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Order")
    put("Taken")
    seat = open_place()
    seat.go_to("Order")
    seat.place.pages.preview.rename.click()
    retype(qtbot, "Taken")
    qtbot.waitUntil(lambda: "Taken" in seat.place.notice.sentence)
    assert seat.names() == [OWN, "  Order", "  Taken"]


def test_a_starter_can_t_be_renamed_or_deleted_but_copied(open_place: Open, folder: Path, qtbot: QtBot) -> None:
    seat = open_place()
    seat.place.list.choose(f"template/{STARTERS}/Welcome")
    seat.wait_for_preview("Welcome")
    preview = seat.place.pages.preview
    assert not any(each.isVisible() for each in (preview.rename, preview.remove, preview.edit))
    press(qtbot, Qt.Key.Key_F2)
    press(qtbot, Qt.Key.Key_Delete)
    assert focused() is seat.place.list
    preview.duplicate.click()
    seat.wait_for("  Welcome")
    qtbot.waitUntil(lambda: preview.template is not None and not preview.template.starter)
    assert preview.edit.isVisible()
    seat.place.list.choose(f"template/{STARTERS}/Welcome")
    qtbot.waitUntil(lambda: preview.template is not None and preview.template.starter)
    preview.duplicate.click()
    seat.wait_for("  Welcome", "  Welcome 2")
    assert on_disk(folder) == ["Welcome 2.json", "Welcome.json"]


def test_a_copy_is_made_beside_it_and_shown(open_place: Open, put: Put, folder: Path, qtbot: QtBot) -> None:
    put("Shop/Order", description="For tests.")
    seat = open_place()
    seat.go_to("Shop/Order")
    seat.place.pages.preview.duplicate.click()
    seat.wait_for_preview("Shop/Order copy")
    assert content(folder / "Shop/Order copy.json")["description"] == "For tests."


def test_delete_asks_nothing_and_undo_brings_back_every_byte(
    open_place: Open, put: Put, folder: Path, qtbot: QtBot
) -> None:
    first, second = put("Shop/One"), put("Two")
    first.write_text('{"eventName":  "As I wrote it", "customer": {}}')
    seat = open_place()
    seat.wait_for("  Shop", "    One", "  Two")
    before = first.read_bytes(), second.read_bytes()
    press(qtbot, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, Qt.Key.Key_Delete)
    seat.wait_for("  None yet")
    assert on_disk(folder) == []
    assert "3 are deleted" in seat.place.notice.sentence
    offered(seat, "Undo").click()
    seat.wait_for("  Shop", "    One", "  Two")
    assert (first.read_bytes(), second.read_bytes()) == before
    assert not seat.place.notice.isVisible()


def test_after_a_delete_the_next_one_is_chosen(open_place: Open, put: Put, qtbot: QtBot) -> None:
    for name in "ABC":
        put(name)
    seat = open_place()
    seat.go_to("B")
    press(qtbot, Qt.Key.Key_Delete)
    seat.wait_for("  A", "  C")
    seat.wait_for_preview("C")


def test_a_folder_that_holds_something_is_not_deleted(open_place: Open, put: Put, folder: Path, qtbot: QtBot) -> None:
    put("Shop/Order")
    seat = open_place()
    seat.go_to_folder("Shop")
    press(qtbot, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "still holds" in seat.place.notice.sentence)
    assert on_disk(folder) == ["Shop/Order.json"]


def test_when_one_of_several_can_t_be_deleted_none_is(open_place: Open, put: Put, folder: Path, qtbot: QtBot) -> None:
    put("Order")
    put("Shop/Order")
    seat = open_place()
    seat.go_to_folder("Shop")
    press(qtbot, Qt.Key.Key_Left)
    seat.wait_for("  Shop", "  Order")
    press(qtbot, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "still holds" in seat.place.notice.sentence)
    assert on_disk(folder) == ["Order.json", "Shop/Order.json"]


def test_a_new_folder_is_named_at_once_and_beside_the_chosen_one(
    open_place: Open, put: Put, folder: Path, qtbot: QtBot
) -> None:
    put("Shop/Order")
    seat = open_place()
    seat.go_to_folder("Shop")
    seat.place.new_folder.click()
    qtbot.waitUntil(lambda: isinstance(focused(), QLineEdit))
    retype(qtbot, "Apples")
    seat.wait_for("  Apples", "  Shop", "    Order")
    assert sorted(each.name for each in folder.iterdir()) == ["Apples", "Shop"]


def test_a_new_folder_opens_what_it_is_in(open_place: Open, put: Put, settings: Settings, qtbot: QtBot) -> None:
    settings.put(FAVOURITE_TEMPLATES, ["Shop/Order"])
    put("Shop/Order")
    seat = open_place()
    seat.go_to_folder("Shop")
    press(qtbot, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: seat.names()[2:] == [OWN, "  Shop"])
    seat.place.list.choose("template/Favourites/Shop/Order")
    seat.place.new_folder.click()
    qtbot.waitUntil(lambda: isinstance(focused(), QLineEdit))
    retype(qtbot, "Deep")
    qtbot.waitUntil(lambda: seat.names()[2:] == [OWN, "  Shop", "    Deep", "    Order"])


def test_a_folder_takes_its_favourites_along_when_it_is_renamed(
    open_place: Open, put: Put, settings: Settings, qtbot: QtBot
) -> None:
    settings.put(FAVOURITE_TEMPLATES, ["Shop/Deep/Order", "Shopping"])
    put("Shop/Deep/Order")
    put("Shopping")
    seat = open_place()
    seat.go_to_folder("Shop")
    press(qtbot, Qt.Key.Key_F2)
    retype(qtbot, "Store")
    qtbot.waitUntil(lambda: settings.get(FAVOURITE_TEMPLATES) == ["Store/Deep/Order", "Shopping"])
    qtbot.waitUntil(lambda: seat.names()[3:] == [OWN, "  Store", "    Deep", "      Order", "  Shopping"])


def test_files_are_imported_into_the_folder_one_is_in(
    open_place: Open, put: Put, folder: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Shop/Order")
    one = tmp_path / "One.json"
    one.write_text(json.dumps(event("From a file")))
    bad = tmp_path / "Bad.json"
    bad.write_text("{")
    seat = open_place()
    seat.go_to("Shop/Order")
    monkeypatch.setattr(files.QFileDialog, "getOpenFileNames", lambda *_: ([str(bad)], ""))
    seat.place.take_in.click()
    qtbot.waitUntil(lambda: "Bad.json" in seat.place.notice.sentence)
    monkeypatch.setattr(files.QFileDialog, "getOpenFileNames", lambda *_: ([str(one)], ""))
    seat.place.take_in.click()
    seat.wait_for_preview("Shop/One")
    assert "1 template is imported" in seat.place.notice.sentence


def test_what_is_selected_is_exported_and_folders_with_all_in_them(
    open_place: Open, put: Put, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Shop/One")
    put("Shop/Deep/Two")
    put("Three")
    out = tmp_path / "out"
    monkeypatch.setattr(files.QFileDialog, "getExistingDirectory", lambda *_: str(out))
    seat = open_place()
    seat.go_to_folder("Shop")
    seat.place.give_out.click()
    qtbot.waitUntil(lambda: "2 templates are exported" in seat.place.notice.sentence)
    assert on_disk(out) == ["One.json", "Two.json"]
    seat.place.list.choose(f"template/{STARTERS}/Welcome")
    assert not seat.place.give_out.isEnabled()


def test_a_dialog_given_up_changes_nothing(
    open_place: Open, put: Put, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Order")
    monkeypatch.setattr(files.QFileDialog, "getExistingDirectory", lambda *_: "")
    monkeypatch.setattr(files.QFileDialog, "getOpenFileNames", lambda *_: ([], ""))
    seat = open_place()
    seat.go_to("Order")
    with qtbot.assertNotEmitted(seat.place.folder_chosen):
        for each in (seat.place.take_in, seat.place.give_out, seat.place.folder):
            each.click()
    dialog = edit(seat, "Order")
    dialog.description.setPlainText("changed")
    dialog.reject()
    assert seat.place.notice.sentence == ""
    assert "description" not in content(folder / "Order.json")
    assert on_disk(folder) == ["Order.json"]
