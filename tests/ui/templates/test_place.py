"""The Templates place shows what is on disk, finds it as one types, and hands it on; the keyboard is enough for all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QDesktopServices, QHelpEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from composer.storage.settings import Settings
from composer.storage.templates import Templates
from composer.ui.jobs import Jobs
from composer.ui.templates import files
from composer.ui.templates.place import PATIENCE, TemplatesPlace
from composer.ui.templates.rows import OWN, STARTERS
from composer.ui.templates.shelf import FAVOURITE_TEMPLATES
from composer.ui.templates.watching import FolderWatch
from composer.ui.theme import Theme
from tests.support.hands import focused, press, read
from tests.ui.conftest import Show
from tests.ui.templates.conftest import Put, Seat, event

Open = Callable[[], Seat]


def test_with_none_of_ones_own_it_says_how_to_make_one_and_shows_the_starters(open_place: Open) -> None:
    seat = open_place()
    assert seat.names() == [OWN, "  None yet"]
    assert "No templates of your own yet" in read(seat.place)
    assert [line.name for line in seat.place.model.lines if line.section == STARTERS][1:4] == [
        "Browse abandoned",
        "Cart abandoned",
        "Loyalty milestone",
    ]


def test_the_first_template_is_shown_with_all_that_is_known_of_it(open_place: Open, put: Put, qtbot: QtBot) -> None:
    payload = event(value="{{total}}", uniqueId="order-1")
    put("Shop/Order", payload, description="For tests.", tags=["qa", "order"], variables={"total": 12})
    seat = open_place()
    seat.wait_for("  Shop", "    Order")
    seat.wait_for_preview("Shop/Order")
    preview = seat.place.pages.preview
    said = read(preview)
    assert "Order\n" in said
    assert "Shop  ·  Order Placed" in said
    assert "For tests." in said
    assert preview.tags.accessibleName() == "Tags: qa, order"
    assert [str(preview.asks_model.index(0, column).data()) for column in (0, 1)] == ["total", "12"]
    assert '"value": "{{total}}"' in preview.event_text.text()
    assert preview.event_text.isReadOnly()
    assert "same uniqueId" in preview.findings_list.item(0).text()


def test_a_broken_file_says_line_and_column_and_is_read_when_it_is_mended(
    open_place: Open, put: Put, qtbot: QtBot
) -> None:
    file = put("Shop/Order")
    file.write_text('{\n  "event": nothing\n}')
    seat = open_place()
    seat.wait_for("  Shop", "    Order")
    seat.place.list.choose(f"broken/{OWN}/Shop/Order")
    said = read(seat.place.pages)
    assert "line 2, column 12" in said
    assert str(file.parent) in said
    put("Shop/Order")
    seat.go_to("Shop/Order")


def test_what_others_change_on_disk_is_seen_and_choice_and_view_stay(
    open_place: Open, put: Put, folder: Path, qtbot: QtBot
) -> None:
    for number in range(60):
        put(f"Template {number}")
    seat = open_place()
    seat.go_to("Template 30")
    shown = seat.place.list
    shown.scrollTo(shown.currentIndex(), shown.ScrollHint.PositionAtCenter)
    top = shown.rowAt(0)
    name = seat.place.model.lines[top].name
    put("A new one")
    (folder / "Template 0.json").unlink()
    qtbot.waitUntil(lambda: "  A new one" in seat.names() and "  Template 0" not in seat.names())
    put("Another new one")
    qtbot.waitUntil(lambda: "  Another new one" in seat.names())
    assert shown.line is not None
    assert shown.line.path == "Template 30"
    assert [line.path for line in shown.selected] == ["Template 30"]
    assert seat.place.model.lines[shown.rowAt(0)].name == name


def test_a_change_in_a_folder_below_is_seen(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Shop/Deep/One")
    seat = open_place()
    seat.wait_for("  Shop", "    Deep", "      One")
    for name in ("Two", "Three"):  # the second is surely not seen by the reading that began with the place
        put(f"Shop/Deep/{name}")
        qtbot.waitUntil(lambda name=name: f"      {name}" in seat.names())


def test_a_file_written_in_place_is_seen(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Order", event("Before"))
    seat = open_place()
    seat.wait_for_preview("Order")
    put("Order", event("Afterwards"))
    qtbot.waitUntil(lambda: "Afterwards" in seat.place.pages.preview.event_text.text())


def test_what_no_watcher_saw_is_seen_when_the_window_gets_the_focus(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Order", event("Before"))
    seat = open_place()
    seat.wait_for_preview("Order")
    for watch in seat.place.findChildren(FolderWatch):
        watch.blockSignals(True)
    put("Order", event("Afterwards"))
    QApplication.sendEvent(seat.place, QEvent(QEvent.Type.WindowActivate))
    qtbot.waitUntil(lambda: "Afterwards" in seat.place.pages.preview.event_text.text())


def test_it_finds_as_one_types_and_enter_uses_the_best(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Shop/A new order")
    put("Shop/Order placed", tags=["vip"])
    put("Cart", event("Cart Abandoned"), description="nothing of the sort")
    seat = open_place()
    seat.wait_for("  Shop", "    A new order", "    Order placed", "  Cart")
    press(qtbot, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert focused() is seat.place.search_box
    qtbot.keyClicks(seat.place.search_box, "order")
    seat.wait_for("  Shop", "    A new order", "    Order placed")
    seat.wait_for_preview("Shop/Order placed")
    press(qtbot, Qt.Key.Key_Up)
    seat.wait_for_preview("Shop/A new order")
    with qtbot.waitSignal(seat.place.use_wanted) as used:
        press(qtbot, Qt.Key.Key_Return)
    assert used.args[0].path == "Shop/A new order"
    press(qtbot, Qt.Key.Key_Escape)
    seat.wait_for("  Shop", "    A new order", "    Order placed", "  Cart")


def test_a_search_that_finds_nothing_says_so(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Order")
    seat = open_place()
    qtbot.keyClicks(seat.place.search_box, "xyzzy")
    qtbot.waitUntil(lambda: "Nothing found" in read(seat.place))
    qtbot.keyClick(seat.place.search_box, Qt.Key.Key_Escape)
    qtbot.waitUntil(seat.place.list.isVisible)


@pytest.mark.parametrize("way", ["Enter", "double click", "button"])
def test_a_template_is_used(open_place: Open, put: Put, qtbot: QtBot, way: str) -> None:
    put("Order", variables={"total": 5})
    seat = open_place()
    seat.go_to("Order")
    shown = seat.place.list
    with qtbot.waitSignal(seat.place.use_wanted) as used:
        if way == "Enter":
            press(qtbot, Qt.Key.Key_Return)
        elif way == "button":
            seat.place.pages.preview.use.click()
        else:
            spot = shown.visualRect(shown.currentIndex()).center()
            qtbot.mouseDClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    template = used.args[0]
    assert (template.path, template.event, template.variables) == ("Order", event(), {"total": 5})


def test_a_starter_can_be_used_in_bulk(open_place: Open, qtbot: QtBot) -> None:
    seat = open_place()
    seat.place.list.choose(f"template/{STARTERS}/Order placed")
    seat.wait_for_preview("Order placed")
    with qtbot.waitSignal(seat.place.bulk_wanted) as wanted:
        seat.place.pages.preview.bulk.click()
    assert wanted.args[0].starter


def test_left_and_right_close_and_open_folders(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Shop/Deep/One")
    seat = open_place()
    seat.go_to("Shop/Deep/One")
    press(qtbot, Qt.Key.Key_Left)  # to its folder
    press(qtbot, Qt.Key.Key_Left)  # which closes
    seat.wait_for("  Shop", "    Deep")
    press(qtbot, Qt.Key.Key_Left)
    press(qtbot, Qt.Key.Key_Left)
    seat.wait_for("  Shop")
    press(qtbot, Qt.Key.Key_Right)
    seat.wait_for("  Shop", "    Deep")
    press(qtbot, Qt.Key.Key_Right)
    press(qtbot, Qt.Key.Key_Return)
    seat.wait_for("  Shop", "    Deep", "      One")


def test_a_click_on_the_mark_of_a_folder_closes_it(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Shop/One")
    seat = open_place()
    seat.wait_for("  Shop", "    One")
    shown = seat.place.list
    place = shown.visualRect(seat.place.model.index(seat.place.model.row_of(f"folder/{OWN}/Shop"), 0))
    spot = place.topLeft()
    spot.setX(place.left() + 14)
    spot.setY(place.center().y())
    qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    seat.wait_for("  Shop")


def test_a_favourite_stands_first_and_is_one_the_next_time(
    open_place: Open, put: Put, settings: Settings, qtbot: QtBot
) -> None:
    put("Shop/Order")
    put("Cart")
    seat = open_place()
    seat.go_to("Shop/Order")
    star = seat.place.pages.preview.star
    star.click()
    qtbot.waitUntil(lambda: seat.names()[:2] == ["Favourites", "  Order"])
    qtbot.waitUntil(lambda: star.accessibleName() == "Favourite: on")
    qtbot.waitUntil(lambda: settings.get(FAVOURITE_TEMPLATES) == ["Shop/Order"])
    again = open_place()
    qtbot.waitUntil(lambda: again.names()[:2] == ["Favourites", "  Order"])
    again.go_to("Shop/Order")
    again.place.pages.preview.star.click()
    again.wait_for("  Shop", "    Order", "  Cart")


def test_show_template_opens_its_folder_and_ends_the_search(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Shop/Order")
    put("Cart")
    seat = open_place()
    seat.go_to_folder("Shop")
    press(qtbot, Qt.Key.Key_Left)
    seat.wait_for("  Shop", "  Cart")
    seat.place.search_box.setText("cart")
    seat.wait_for("  Cart")
    seat.place.show_template("Shop/Order")
    seat.wait_for_preview("Shop/Order")
    assert seat.names() == [OWN, "  Shop", "    Order", "  Cart"]
    assert seat.place.search_box.text() == ""


def test_it_goes_to_one_template_whatever_keys_are_held_down(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Cart")
    put("Order")
    seat = open_place()
    seat.go_to("Cart")
    qtbot.keyPress(seat.place.list, Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier)
    seat.place.show_template("Order")
    seat.wait_for_preview("Order")
    assert [line.path for line in seat.place.list.selected] == ["Order"]
    qtbot.keyRelease(seat.place.list, Qt.Key.Key_Control)


def test_the_folder_is_chosen_by_the_systems_dialog_and_can_be_another(
    open_place: Open, put: Put, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Order")
    seat = open_place()
    seat.wait_for("  Order")
    monkeypatch.setattr(files.QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "other"))
    with qtbot.waitSignal(seat.place.folder_chosen) as chosen:
        seat.place.folder.click()
    assert chosen.args == [str(tmp_path / "other")]
    with qtbot.waitSignal(seat.place.state_said, check_params_cb=lambda said: "other" in said):
        seat.place.open_folder(Templates(tmp_path / "other"))
    assert seat.names() == [OWN, "  None yet"]


def test_the_state_tells_how_many_there_are_and_where(open_place: Open, put: Put, folder: Path, qtbot: QtBot) -> None:
    put("Shop/Order")
    seat = open_place()
    with qtbot.waitSignal(seat.place.state_said) as said:
        seat.place.refresh()
    assert said.args == [f"1 template in 1 folder · {folder}"]


def test_a_folder_that_can_t_be_read_is_said_and_read_again_on_wish(
    open_place: Open, put: Put, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    seat = open_place()
    put("Order")
    seat.wait_for("  Order")
    folder.rename(tmp_path / "away")
    folder.write_text("in the way")
    seat.place.refresh()
    qtbot.waitUntil(lambda: str(folder) in seat.place.notice.sentence)
    assert seat.names() == [OWN, "  Order"]  # what was read stays
    folder.unlink()
    (tmp_path / "away").rename(folder)
    next(each for each in seat.place.notice.findChildren(QAbstractButton) if each.text() == "Try again").click()
    qtbot.waitUntil(lambda: not seat.place.notice.isVisible())


def test_the_folder_of_a_broken_file_can_be_opened(
    open_place: Open, put: Put, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put("Shop/Order")
    file.write_text("{")
    seat = open_place()
    seat.wait_for("  Shop", "    Order")
    seat.place.list.choose(f"broken/{OWN}/Shop/Order")
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url.toLocalFile())))
    next(each for each in seat.place.findChildren(QAbstractButton) if each.text() == "Open its folder").click()
    assert opened == [str(file.parent)]
    assert "No program was found" in seat.place.notice.sentence


@pytest.mark.parametrize(
    "name", ["A name so long that no list could ever show it, whatever its size is", "הזמנה " * 12]
)
def test_a_long_name_is_whole_in_its_tooltip(open_place: Open, put: Put, qtbot: QtBot, name: str) -> None:
    name = name.strip()
    put(name)
    seat = open_place()
    seat.go_to(name)
    shown = seat.place.list
    spot = shown.visualRect(shown.currentIndex()).center()
    QApplication.sendEvent(shown.viewport(), QHelpEvent(QEvent.Type.ToolTip, spot, shown.viewport().mapToGlobal(spot)))
    qtbot.waitUntil(lambda: name in QToolTip.text())
    QToolTip.hideText()


def test_the_model_keeps_qts_rules_through_every_change(open_place: Open, put: Put, folder: Path, qtbot: QtBot) -> None:
    put("Shop/Order")
    seat = open_place()
    tester = QAbstractItemModelTester(seat.place.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    put("Shop/Other")
    seat.wait_for("  Shop", "    Order", "    Other")
    seat.place.search_box.setText("other")
    seat.wait_for("  Shop", "    Other")
    seat.place.search_box.clear()
    (folder / "Shop" / "Order.json").unlink()
    seat.wait_for("  Shop", "    Other")
    del tester


def test_every_widget_that_takes_the_keyboard_has_a_name(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Order", event(value="{{total}}", uniqueId="1"), tags=["a"])
    seat = open_place()
    seat.go_to("Order")
    for widget in seat.place.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            assert widget.accessibleName() or text, widget


def test_it_is_painted_in_both_themes(open_place: Open, put: Put, theme: Theme, qtbot: QtBot) -> None:
    put("Shop/Order", event(uniqueId="1"), tags=["a", "b"], description="Words.")
    put("Shop/Bad").write_text("{")
    seat = open_place()
    seat.go_to("Shop/Order")
    seat.place.pages.preview.star.click()
    qtbot.waitUntil(lambda: seat.names()[0] == "Favourites")
    light = seat.place.grab().toImage()
    theme.choose(type(theme.choice).DARK)
    try:
        dark = seat.place.grab().toImage()
    finally:
        theme.choose(type(theme.choice).LIGHT)
    middle = light.rect().center()
    assert light.pixelColor(middle) != dark.pixelColor(middle)


def test_ten_thousand_templates_stay_quick(open_place: Open, folder: Path, qtbot: QtBot) -> None:
    text = '{"eventName": "Order Placed", "customer": {"email": "ann@shop.test"}}'
    for number in range(40):
        (folder / f"Folder {number}").mkdir(parents=True)
    for number in range(10_000):
        (folder / f"Folder {number % 40}" / f"Template {number}.json").write_text(text)
    seat = open_place()
    qtbot.waitUntil(lambda: seat.place.model.rowCount() > 10_000, timeout=20_000)
    seat.place.search_box.setText("template 9999")
    qtbot.waitUntil(lambda: "    Template 9999" in seat.names(), timeout=2_000)
    assert len(seat.place.findChildren(QWidget)) < 150  # none for each row


def test_a_long_wait_for_the_first_reading_is_said(
    theme: Theme, jobs: Jobs, folder: Path, put: Put, settings: Settings, show: Show[QWidget], qtbot: QtBot
) -> None:
    put("Order")
    slow, may_go_on = Templates(folder), Event()
    read_all = slow.all
    slow.all = lambda: may_go_on.wait(10) and read_all()  # type: ignore[method-assign]
    place = TemplatesPlace(theme, jobs, slow, settings)
    show(place)
    qtbot.waitUntil(lambda: "Reading the templates…" in read(place))
    may_go_on.set()
    qtbot.waitUntil(lambda: place.list.isVisible() and bool(place.model.lines))


def test_a_short_wait_is_not_said(open_place: Open, qtbot: QtBot) -> None:
    seat = open_place()
    with qtbot.assertNotEmitted(seat.place.folder_chosen, wait=PATIENCE + 100):
        pass
    assert seat.place.list.isVisible()


def test_a_name_is_typed_undisturbed_by_what_is_read_meanwhile(open_place: Open, put: Put, qtbot: QtBot) -> None:
    put("Order")
    seat = open_place()
    seat.go_to("Order")
    press(qtbot, Qt.Key.Key_F2)
    entry = focused()
    assert isinstance(entry, QLineEdit)
    qtbot.keyClicks(entry, "Sale")
    put("Another")
    qtbot.waitUntil(lambda: seat.place.count.text() == "2 templates")
    assert focused() is entry
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    seat.wait_for("  Another", "  Sale")
    seat.wait_for_preview("Sale")
