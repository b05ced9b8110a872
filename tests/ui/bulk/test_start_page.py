"""Where Bulk begins: it teaches, takes files and rows in every way a person has them, and offers what is unfinished."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from composer.storage.runs.states import Options, RunInfo, State, Status
from composer.storage.stores import Kind, Store
from composer.ui.bulk.run_rows import ACT, NAME, QUEUED, STATE
from composer.ui.bulk.start_page import StartPage
from composer.ui.theme import Theme
from tests.support.hands import focused, press, read, to_front
from tests.ui.conftest import Show

ACME = Store(1, "Acme", Kind.TEST, "https://acme.invalid", "64e5a8a1", "key")


def run(name: str, status: Status, rows: int = 100, store: Store | None = ACME, reason: str = "") -> RunInfo:
    return RunInfo(
        *(f"run-{name}", name, "", 1_700_000_000_000, "table", (), {}, None, store, Options(), status, reason, 0),
        *(rows, 0, 0, 0, 0.0, ()),
    )


@pytest.fixture
def page(theme: Theme, show: Show[QWidget], qtbot: QtBot) -> StartPage:
    page = StartPage(theme)
    show(page)
    to_front(page, qtbot)
    page.setFocus()
    return page


def shown(page: StartPage, column: int) -> list[str]:
    return [str(page.model.index(row, column).data()) for row in range(page.model.rowCount())]


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drag(page: StartPage, data: QMimeData) -> bool:
    """Whether the page takes what is dragged over it."""
    event = QDragEnterEvent(
        QPoint(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(page, event)
    return event.isAccepted()


def drop(page: StartPage, data: QMimeData) -> None:
    assert drag(page, data)
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(page, event)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "orders.csv"
    file.write_text("Email\na@shop.test\n")
    return file


def test_with_nothing_there_it_says_which_files_and_that_nothing_is_sent_yet(page: StartPage) -> None:
    words = read(page)
    for word in ("CSV and Excel", "JSON and JSON Lines", "Ctrl+V", "Nothing is sent until you say so."):
        assert word in words
    assert "Earlier runs" not in words


def test_a_file_is_asked_for_by_enter_where_the_keyboard_is_first(page: StartPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.file_wanted):
        press(qtbot, Qt.Key.Key_Space)


def test_rows_copied_in_a_spreadsheet_are_taken_by_ctrl_v_wherever_the_keyboard_is(
    page: StartPage, qtbot: QtBot
) -> None:
    page.show_runs([run("a.csv", Status.READY)])
    QGuiApplication.clipboard().setText("Email\tValue\na@shop.test\t12\n")
    for place in (page.open_button, page.list):
        place.setFocus()
        with qtbot.waitSignal(page.pasted) as pasted:
            press(qtbot, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert pasted.args == ["Email\tValue\na@shop.test\t12\n"]


def test_a_file_copied_in_the_file_manager_is_opened_by_ctrl_v(page: StartPage, file: Path, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setMimeData(files(file))
    with qtbot.waitSignal(page.dropped) as dropped:
        press(qtbot, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert dropped.args == [str(file)]


def test_an_empty_clipboard_is_said(page: StartPage, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(page.paste_button, Qt.MouseButton.LeftButton)
    assert page.notice.sentence.startswith("There is no text on the clipboard.")


def test_a_file_dropped_anywhere_is_opened_and_the_page_shows_that_it_would_take_it(
    page: StartPage, file: Path, qtbot: QtBot
) -> None:
    assert drag(page, files(file))
    assert page.area.property("over") == "yes"
    with qtbot.waitSignal(page.dropped) as dropped:
        drop(page, files(file))
    assert dropped.args == [str(file)]
    assert not page.area.property("over")


def test_folders_and_addresses_are_not_taken(page: StartPage, tmp_path: Path) -> None:
    address = QMimeData()
    address.setUrls([QUrl("https://acme.invalid/orders.csv")])
    text = QMimeData()
    text.setText("Email")
    for data in (files(tmp_path), files(tmp_path / "gone.csv"), address, text):
        assert not drag(page, data)


def test_of_several_files_at_once_none_is_opened_silently(
    page: StartPage, file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("Email\n")
    with qtbot.assertNotEmitted(page.dropped):
        drop(page, files(file, other))
    assert "one at a time" in page.notice.sentence


def test_runs_that_wait_for_somebody_stand_first_and_say_resume(page: StartPage) -> None:
    page.show_runs(
        [run("done.csv", Status.FINISHED), run("new.csv", Status.READY), run("half.csv", Status.SENDING)],
        {"run-half.csv": {State.QUEUED: 60, State.WAITING: 40}, "run-done.csv": {State.QUEUED: 100}},
    )
    assert shown(page, NAME) == ["half.csv", "new.csv", "done.csv"]
    assert shown(page, ACT) == ["Resume", "Open", "Open"]
    assert shown(page, STATE) == ["Interrupted", "Not sent yet", "All queued"]
    assert shown(page, QUEUED)[0] == "60 of 100"
    assert "1 to resume" in read(page)


def test_a_run_says_in_words_how_it_ended(page: StartPage) -> None:
    page.show_runs(
        [
            run("a", Status.FINISHED),
            run("b", Status.STOPPED),
            run("c", Status.PAUSED),
            run("d", Status.BROKEN, store=None, reason="The file of this run is damaged."),
            run("e", Status.IMPORTING, store=None),
            run("f", Status.FINISHED),
        ],
        {"run-a": {State.QUEUED: 90, State.REJECTED: 10}},
    )
    said = dict(zip(shown(page, NAME), shown(page, STATE), strict=True))
    assert said == {
        "a": "10 not queued",
        "b": "Stopped",
        "c": "Paused",
        "d": "Can't be read",
        "e": "Reading interrupted",
        "f": "Finished",
    }
    broken = page.model.row_of("run-d")
    assert page.model.index(broken, STATE).data(Qt.ItemDataRole.ToolTipRole) == "The file of this run is damaged."
    assert page.model.index(broken, ACT).data() == ""


def test_a_run_that_is_worked_on_is_neither_resumed_nor_removed(page: StartPage, qtbot: QtBot) -> None:
    page.show_runs([run("a.csv", Status.SENDING)], busy={"run-a.csv"})
    assert (shown(page, STATE), shown(page, ACT)) == (["Under way"], ["Open"])
    assert not page.remove_button.isEnabled()
    page.list.setFocus()
    press(qtbot, Qt.Key.Key_Delete)
    assert not page.findChildren(QMessageBox)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_a_run_is_opened_with_the_keyboard(page: StartPage, qtbot: QtBot, key: Qt.Key) -> None:
    page.show_runs([run("a.csv", Status.READY), run("b.csv", Status.READY)])
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_Tab)
    assert focused() is page.list
    press(qtbot, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.run_wanted) as wanted:
        press(qtbot, key)
    assert wanted.args == ["run-b.csv"]


def test_a_run_is_opened_by_a_click_on_its_button_but_a_click_elsewhere_only_chooses_it(
    page: StartPage, qtbot: QtBot
) -> None:
    page.show_runs([run("a.csv", Status.READY), run("b.csv", Status.PAUSED)])

    def click(row: int, column: int) -> None:
        at = page.list.visualRect(page.model.index(row, column)).center()
        qtbot.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=at)

    with qtbot.assertNotEmitted(page.run_wanted):
        click(1, NAME)
    assert page.remove_button.accessibleName() == "Remove a.csv"
    with qtbot.waitSignal(page.run_wanted) as wanted:
        click(0, ACT)
    assert wanted.args == ["run-b.csv"]


def test_a_run_is_removed_only_after_a_question(page: StartPage, qtbot: QtBot) -> None:
    page.show_runs([run("a.csv", Status.PAUSED)])
    page.list.setFocus()
    press(qtbot, Qt.Key.Key_Delete)
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "What of it still waits is not sent." in box.informativeText()
    with qtbot.assertNotEmitted(page.remove_wanted):
        qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.mouseClick(page.remove_button, Qt.MouseButton.LeftButton)
    box = next(each for each in page.findChildren(QMessageBox) if each.isVisible())
    yes = next(each for each in box.buttons() if each.text() == "Remove")
    with qtbot.waitSignal(page.remove_wanted) as wanted:
        qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    assert wanted.args == ["run-a.csv"]


def test_the_chosen_run_stays_chosen_when_the_list_is_read_again(page: StartPage) -> None:
    runs = [run("a.csv", Status.READY), run("b.csv", Status.READY)]
    page.show_runs(runs)
    page.list.choose("run-b.csv")
    page.show_runs([run("c.csv", Status.READY), *runs])
    assert page.remove_button.accessibleName() == "Remove b.csv"


def test_while_a_file_is_looked_at_nothing_else_is_opened_and_it_can_be_cancelled(
    page: StartPage, file: Path, qtbot: QtBot
) -> None:
    page.show_wait("Looking at orders.csv…")
    page.show_wait("Looking at orders.csv… 12 rows")
    assert "12 rows" in page.wait.sentence
    assert not drag(page, files(file))
    QGuiApplication.clipboard().setText("x")
    with qtbot.assertNotEmitted(page.pasted):
        press(qtbot, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(page.cancel_wanted):
        press(qtbot, Qt.Key.Key_Space)
    page.show_problem("“orders.csv” is empty.")
    assert page.notice.sentence == "“orders.csv” is empty."
    assert not page.wait.sentence
    assert focused() is page.open_button


def test_everything_on_it_has_a_name(page: StartPage) -> None:
    page.show_runs([run("a.csv", Status.READY)])
    for each in page.findChildren(QWidget):
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible():
            assert each.accessibleName() or (isinstance(each, QAbstractButton) and each.text())
