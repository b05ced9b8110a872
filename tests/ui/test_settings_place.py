"""Settings keep what was typed until it is saved, and never show a key again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from composer.paths import data_folder
from composer.storage.database import Database
from composer.storage.people import TestPeople
from composer.storage.secrets import Place, Secret, Secrets
from composer.storage.settings import Settings
from composer.storage.stores import VENDOR_URL, Kind, Store, Stores
from composer.storage.vocabulary import Vocabularies
from composer.ui.jobs import Jobs
from composer.ui.settings.place import THEME, SettingsPlace
from composer.ui.settings.store_form import SandboxPage, StoreForm
from composer.ui.settings.store_page import StorePage
from composer.ui.theme import Choice, Theme
from tests.support.secret_service import SecretService

KEY = "redo-secret-0123456789abcdef"
STORE_ID = "64e5a8a1c0ffee0000004ee7"


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(database)


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


def settings_place(theme: Theme, jobs: Jobs, database: Database, secrets: Secrets) -> SettingsPlace:
    people, vocabularies = TestPeople(database), Vocabularies(database)
    return SettingsPlace(theme, jobs, Stores(database), secrets, Settings(database), people, vocabularies)


@pytest.fixture
def place(
    theme: Theme, jobs: Jobs, stores: Stores, secrets: Secrets, database: Database, show: Any, qtbot: QtBot
) -> Iterator[SettingsPlace]:
    place = show(settings_place(theme, jobs, database, secrets))
    qtbot.waitUntil(lambda: bool(place.model.rows))
    yield place
    theme.choose(Choice.LIGHT)


def form_of(place: SettingsPlace, store: Store, qtbot: QtBot) -> StoreForm:
    """The form of a store, shown and with its key's state known."""
    place.open_key_of(store.id)
    qtbot.waitUntil(lambda: getattr(form_shown(place), "store", None) == store)
    qtbot.waitUntil(lambda: current(place).key.placeholderText() != "looking…")
    return current(place)


def current(place: SettingsPlace) -> StoreForm:
    form = form_shown(place)
    assert isinstance(form, StoreForm)
    return form


def form_shown(place: SettingsPlace) -> StoreForm | SandboxPage:
    page = place.pages.currentWidget()
    assert isinstance(page, StorePage)
    return page.form


def press(within: QWidget, name: str, qtbot: QtBot) -> None:
    (button,) = [each for each in within.findChildren(QPushButton) if each.text() == name and each.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def everything_said() -> str:
    """Every text any widget of the program holds, shown or not, with what Undo would bring back."""
    said = []
    for widget in QApplication.allWidgets():
        said += [widget.windowTitle(), widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLineEdit):
            said += [widget.text(), widget.placeholderText()]
            widget.setEchoMode(QLineEdit.EchoMode.Normal)  # a hidden text has no undo
            widget.undo()
            said.append(widget.text())
        elif isinstance(widget, QLabel | QPushButton):
            said.append(widget.text())
        elif isinstance(widget, QPlainTextEdit):
            said.append(widget.toPlainText())
        elif isinstance(widget, QComboBox):
            said.append(widget.currentText())
    return "\n".join(said)


def test_the_sandbox_is_explained_and_has_nothing_to_edit(place: SettingsPlace) -> None:
    page = form_shown(place)
    said = " ".join(each.text() for each in page.findChildren(QLabel))
    assert "A stand-in for Redo on this computer. It needs no key." in said
    assert not page.findChildren(QLineEdit)
    assert not page.findChildren(QPushButton)


def test_a_store_is_added_by_keyboard_alone(place: SettingsPlace, stores: Stores, qtbot: QtBot) -> None:
    changed = QSignalSpy(place.stores_changed)
    place.add.setFocus()
    qtbot.keyClick(place.add, Qt.Key.Key_Space)
    form = current(place)
    assert form.name.hasFocus()
    qtbot.keyClicks(form.name, "Acme staging")
    for _ in range(3):
        qtbot.keyClick(place.focusWidget(), Qt.Key.Key_Tab)
    assert form.store_id.hasFocus()
    qtbot.keyClicks(form.store_id, STORE_ID)
    qtbot.keyClick(form.store_id, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stores.named("Acme staging") is not None)
    qtbot.waitUntil(lambda: [line.name for line in place.model.rows] == ["Sandbox", "Acme staging"])
    added = stores.named("Acme staging")
    assert added is not None
    assert (added.kind, added.base_url, added.store_id) == (Kind.TEST, VENDOR_URL, STORE_ID)
    assert changed.count() >= 1
    qtbot.waitUntil(lambda: form_shown(place) is form)
    qtbot.waitUntil(lambda: not form.is_edited)
    assert place.list.currentIndex().data() == "Acme staging"


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("name", " ", "Give the store a name."),
        ("name", "sandbox", "There is already a store named"),
        ("base_url", "http://api.getredo.com/v2.2", "Use https"),
        ("base_url", "", "Enter the base URL"),
        ("store_id", "a/b", "A store ID has no blanks"),
        ("key", "two\x7fwords", "The API secret has a line end or another control character"),
    ],
)
def test_what_can_not_be_saved_is_said_under_its_field(
    place: SettingsPlace, stores: Stores, qtbot: QtBot, field: str, typed: str, says: str
) -> None:
    place.add_store()
    form = current(place)
    for entry, text in ((form.name, "Acme"), (form.store_id, STORE_ID)):
        entry.setText(text)
    entry: QLineEdit = getattr(form, field)
    entry.setText(typed)
    form.save_all()
    qtbot.waitUntil(lambda: entry.property("state") == "error")
    assert entry.accessibleDescription().startswith(says)
    assert entry.hasFocus()
    assert len(stores.all()) == 1
    entry.setText(typed + "x")
    assert entry.property("state") == ""


def test_edits_wait_while_another_store_is_looked_at(place: SettingsPlace, stores: Stores, qtbot: QtBot) -> None:
    one = stores.add("One", Kind.TEST, VENDOR_URL, STORE_ID)
    two = stores.add("Two", Kind.LIVE, VENDOR_URL, STORE_ID)
    form = form_of(place, one, qtbot)
    form.name.setText("One, renamed")
    form.key.setText("half a ke")
    assert place.list.currentIndex().data() == "One · not saved"
    assert form_of(place, two, qtbot) is not form
    place.refresh()
    assert form_of(place, one, qtbot) is form
    assert (form.name.text(), form.key.text()) == ("One, renamed", "half a ke")
    assert stores.get(one.id) == one


def test_a_saved_key_is_in_the_keyring_and_in_no_widget(
    place: SettingsPlace, stores: Stores, qtbot: QtBot, keyring_service: SecretService
) -> None:
    store = stores.add("Acme", Kind.LIVE, VENDOR_URL, STORE_ID)
    form = form_of(place, store, qtbot)
    assert form.key.placeholderText() == "none"
    form.key.setFocus()
    qtbot.keyClicks(form.key, KEY)
    assert form.key.echoMode() is QLineEdit.EchoMode.Password
    press(form, "Show", qtbot)
    assert form.key.displayText() == KEY
    assert KEY in everything_said()
    form.key.setText("")
    qtbot.keyClicks(form.key, KEY)
    with qtbot.waitSignal(place.stores_changed):
        press(form, "Save", qtbot)
    qtbot.waitUntil(lambda: form.key.placeholderText().startswith("kept in the keyring"))
    assert Secrets().find(store) == Secret(KEY)
    assert form.key.text() == ""
    assert form.key.echoMode() is QLineEdit.EchoMode.Password
    assert not form.is_edited
    assert KEY not in everything_said()
    Secrets().forget(store)


def test_without_a_keyring_the_key_can_be_used_for_this_session(
    place: SettingsPlace, stores: Stores, secrets: Secrets, qtbot: QtBot
) -> None:
    store = stores.add("Acme", Kind.TEST, VENDOR_URL, STORE_ID)
    form = form_of(place, store, qtbot)
    form.key.setText(KEY)
    form.save_all()
    qtbot.waitUntil(lambda: "The key is not saved." in form.notice.sentence)
    assert "keyring" in form.notice.sentence
    assert form.key.text() == KEY
    press(form.notice, "Use for this session only", qtbot)
    qtbot.waitUntil(lambda: form.key.placeholderText().startswith("for this session only"))
    assert secrets.find(store) == Secret(KEY)
    assert form.notice.sentence == ""
    assert KEY not in everything_said()


def test_try_again_keeps_the_key_once_the_keyring_is_there(
    place: SettingsPlace, stores: Stores, qtbot: QtBot, secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stores.add("Acme", Kind.TEST, VENDOR_URL, STORE_ID)
    form = form_of(place, store, qtbot)
    form.key.setText(KEY)
    form.save_all()
    qtbot.waitUntil(lambda: "The key is not saved." in form.notice.sentence)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", secret_service.address)
    press(form.notice, "Try again", qtbot)
    qtbot.waitUntil(lambda: form.key.placeholderText().startswith("kept in the keyring"))
    assert Secrets().state(store).place is Place.KEYRING
    assert KEY not in everything_said()
    Secrets().forget(store)


def test_session_only_without_a_key_asks_for_one(place: SettingsPlace, stores: Stores, qtbot: QtBot) -> None:
    form = form_of(place, stores.add("Acme", Kind.TEST, VENDOR_URL, STORE_ID), qtbot)
    qtbot.waitUntil(lambda: form.notice.sentence != "")
    press(form.notice, "Use for this session only", qtbot)
    assert form.key.accessibleDescription() == "Type the API secret first."


def test_removing_asks_first_and_takes_the_key_along(
    place: SettingsPlace, stores: Stores, qtbot: QtBot, keyring_service: SecretService
) -> None:
    store = stores.add("Acme", Kind.TEST, VENDOR_URL, STORE_ID)
    Secrets().keep(store, Secret(KEY))
    form = form_of(place, store, qtbot)
    press(form, "Remove…", qtbot)
    (question,) = form.findChildren(QMessageBox)
    assert "key is deleted too" in question.informativeText()
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not form.findChildren(QMessageBox))
    assert stores.get(store.id) == store
    press(form, "Remove…", qtbot)
    with qtbot.waitSignal(place.stores_changed):
        press(form.findChildren(QMessageBox)[0], "Remove", qtbot)
    assert stores.get(store.id) is None
    assert Secrets().find(store) is None
    assert [line.name for line in place.model.rows] == ["Sandbox"]
    assert place.list.currentIndex().data() == "Sandbox"


def test_a_new_store_can_be_given_up(place: SettingsPlace, stores: Stores, qtbot: QtBot) -> None:
    place.add_store()
    current(place).name.setText("Never")
    press(current(place), "Discard", qtbot)
    assert [line.name for line in place.model.rows] == ["Sandbox"]
    assert len(stores.all()) == 1


def test_a_sandbox_of_ones_own_has_no_room_for_a_key(place: SettingsPlace) -> None:
    place.add_store()
    form = current(place)
    assert form.key.isVisible()
    form.kind.setCurrentIndex(form.kind.findData(Kind.SANDBOX))
    assert not form.key.isVisible()
    assert "needs no key" in form.kind_says.text()


def test_undo_in_a_field_is_the_fields_own(place: SettingsPlace, qtbot: QtBot) -> None:
    place.add_store()
    name = current(place).name
    qtbot.keyClicks(name, "Acme")
    qtbot.keyClick(name, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert name.text() == ""


def test_the_theme_chosen_is_told_and_kept(
    place: SettingsPlace, theme: Theme, database: Database, qtbot: QtBot
) -> None:
    place.theme_chosen.connect(lambda choice: theme.choose(Choice(choice)))
    with qtbot.waitSignal(place.theme_chosen) as chosen:
        place.choices[Choice.DARK].click()
    assert chosen.args == ["dark"]
    assert theme.is_dark
    qtbot.waitUntil(lambda: Settings(database).get(THEME) == "dark")
    theme.choose(Choice.LIGHT)
    assert place.choices[Choice.LIGHT].isChecked()


class Opener(QObject):
    """Stands where the system's file manager would be."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


def test_the_data_folder_opens(place: SettingsPlace, qtbot: QtBot) -> None:
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")
    press(place, "Open data folder", qtbot)
    QDesktopServices.unsetUrlHandler("file")
    assert opener.opened == [str(data_folder())]


def test_every_widget_that_takes_the_keyboard_has_a_name(place: SettingsPlace) -> None:
    place.add_store()
    for widget in place.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert widget.accessibleName() or getattr(widget, "text", str)(), widget
