"""The test people in Settings: typed or pasted, saved as a whole, and never lost by looking elsewhere."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from composer.storage.database import Database, StorageError
from composer.storage.people import Person, TestPeople, read
from composer.storage.secrets import Secrets
from composer.storage.settings import Settings
from composer.storage.stores import VENDOR_URL, Kind, Store, Stores
from composer.storage.vocabulary import Vocabularies
from composer.ui.jobs import Jobs
from composer.ui.settings.people_card import PeopleCard
from composer.ui.settings.place import SettingsPlace
from composer.ui.settings.store_form import StoreForm
from composer.ui.settings.store_page import StorePage
from composer.ui.theme import Theme
from tests.support.hands import focused, press, to_front

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(database)


@pytest.fixture
def people(database: Database) -> TestPeople:
    return TestPeople(database)


@pytest.fixture
def live(stores: Stores) -> Store:
    return stores.add("Acme", Kind.LIVE, VENDOR_URL, "acme")


@pytest.fixture
def quiet(stores: Stores) -> Store:
    return stores.add("Quiet", Kind.TEST, VENDOR_URL, "quiet")


@pytest.fixture
def place(
    theme: Theme, jobs: Jobs, database: Database, stores: Stores, live: Store, quiet: Store, show: Any, qtbot: QtBot
) -> SettingsPlace:
    people, vocabularies = TestPeople(database), Vocabularies(database)
    place = show(SettingsPlace(theme, jobs, stores, Secrets(), Settings(database), people, vocabularies))
    qtbot.waitUntil(lambda: len(place.model.rows) == 3)
    to_front(place, qtbot)
    return place


def page_of(place: SettingsPlace, store: Store) -> StorePage:
    assert place.list.choose(store.id)
    page = place.pages.currentWidget()
    assert isinstance(page, StorePage)
    return page


def card_of(place: SettingsPlace, store: Store, qtbot: QtBot) -> PeopleCard:
    """The card of a store, shown and read."""
    card = page_of(place, store).people
    assert card is not None
    saved = [each.shown for each in place._people.of(store)]
    qtbot.waitUntil(lambda: [each.shown for each in card._known] == saved)
    return card


def names(place: SettingsPlace) -> list[str]:
    return [place.model.index(row, 0).data() for row in range(len(place.model.rows))]


def save(card: PeopleCard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(card.saved):
        qtbot.mouseClick(card.save, Qt.MouseButton.LeftButton)


def test_what_is_typed_is_saved_one_a_line(place: SettingsPlace, live: Store, people: TestPeople, qtbot: QtBot) -> None:
    changed = QSignalSpy(place.people_changed)
    card = card_of(place, live, qtbot)
    assert card.note.text() == "nobody yet"
    assert not card.save.isEnabled()
    qtbot.keyClicks(card.editor, "stewart@example.com")
    qtbot.keyClick(card.editor, Qt.Key.Key_Return)
    qtbot.keyClicks(card.editor, "+1 (206) 555-1234")
    assert card.note.text() == "not saved"
    assert names(place) == ["Sandbox", "Acme · not saved", "Quiet"]
    assert people.of(live) == []
    save(card, qtbot)
    assert [each.folded for each in people.of(live)] == ["stewart@example.com", "12065551234"]
    assert card.note.text() == "2 saved"
    assert names(place)[1] == "Acme"
    assert not card.save.isEnabled()
    assert changed.count() == 1


def test_the_line_that_names_nobody_is_told_and_gone_to(
    place: SettingsPlace, live: Store, people: TestPeople, qtbot: QtBot
) -> None:
    card = card_of(place, live, qtbot)
    card.editor.setPlainText("a@b.c\n\nstewart\nd@e.f")
    card.save.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: card.problem.text().startswith("Line 3: write an email"))
    assert focused() is card.editor
    assert card.editor.textCursor().selectedText() == "stewart"
    assert card.editor.property("state") == "error"
    assert people.of(live) == []
    qtbot.keyClicks(card.editor, "@shop.test")
    assert card.problem.text() == ""
    assert card.editor.property("state") == ""
    save(card, qtbot)
    assert [each.shown for each in people.of(live)] == ["a@b.c", "@shop.test", "d@e.f"]


def test_what_is_typed_waits_while_another_store_is_looked_at(
    place: SettingsPlace, live: Store, quiet: Store, people: TestPeople, qtbot: QtBot
) -> None:
    card = card_of(place, live, qtbot)
    qtbot.keyClicks(card.editor, "half")
    other = card_of(place, quiet, qtbot)
    qtbot.keyClicks(other.editor, "a@b.c")
    save(other, qtbot)
    assert card_of(place, live, qtbot) is card
    place.refresh()
    qtbot.wait(50)
    assert card.editor.toPlainText() == "half"
    assert [each.shown for each in people.of(quiet)] == ["a@b.c"]


def test_revert_brings_back_what_is_saved_and_undo_what_was_typed(
    place: SettingsPlace, live: Store, people: TestPeople, qtbot: QtBot
) -> None:
    people.keep(live, read("a@b.c"))
    card = card_of(place, live, qtbot)
    assert card.editor.toPlainText() == "a@b.c"
    card.editor.setFocus()
    qtbot.keyClicks(card.editor, "x")
    typed = card.editor.toPlainText()
    qtbot.mouseClick(card.revert, Qt.MouseButton.LeftButton)
    assert card.editor.toPlainText() == "a@b.c"
    assert not card.is_edited
    qtbot.keyClick(card.editor, Qt.Key.Key_Z, CONTROL)
    assert card.editor.toPlainText() == typed


def test_who_was_added_or_taken_off_elsewhere_meanwhile_stays_so(
    place: SettingsPlace, live: Store, people: TestPeople, qtbot: QtBot
) -> None:
    people.keep(live, read("a@b.c\nold@b.c"))
    card = card_of(place, live, qtbot)
    card.editor.appendPlainText("mine@b.c")
    people.keep(live, read("a@b.c\nasked@b.c"))  # by the question, and in another window
    save(card, qtbot)
    assert [each.shown for each in people.of(live)] == ["a@b.c", "mine@b.c", "asked@b.c"]
    assert card.editor.toPlainText() == "a@b.c\nmine@b.c\nasked@b.c"


def test_what_is_typed_while_it_is_saved_is_not_lost(
    place: SettingsPlace, live: Store, people: TestPeople, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, keep = threading.Event(), TestPeople.keep

    def slow(self: TestPeople, store: Store, given: list[Person]) -> None:
        go_on.wait(10)
        keep(self, store, given)

    monkeypatch.setattr(TestPeople, "keep", slow)
    card = card_of(place, live, qtbot)
    card.editor.setPlainText("a@b.c")
    with qtbot.waitSignal(card.saved):
        card.save_all()
        assert card.progress.text() == "Saving…"
        card.save_all()
        card.editor.appendPlainText("d@e.f")
        go_on.set()
    assert card.editor.toPlainText() == "a@b.c\nd@e.f"
    assert card.note.text() == "not saved"
    assert [each.shown for each in people.of(live)] == ["a@b.c"]


def test_a_disk_that_fails_is_told_and_nothing_typed_is_lost(
    place: SettingsPlace, live: Store, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(TestPeople, "keep", full)
    card = card_of(place, live, qtbot)
    card.editor.setPlainText("a@b.c")
    card.save_all()
    qtbot.waitUntil(lambda: card.problem.text() == "The disk is full.")
    assert card.save.isEnabled()
    assert card.editor.toPlainText() == "a@b.c"


def test_the_words_say_what_the_list_does_for_this_kind(
    place: SettingsPlace, stores: Stores, live: Store, quiet: Store, qtbot: QtBot
) -> None:
    sandbox = stores.all()[0]
    assert "you are asked" in card_of(place, live, qtbot).meaning.text()
    for store in (quiet, sandbox):
        assert "Nothing is asked" in card_of(place, store, qtbot).meaning.text()
        assert "is pointed out" in card_of(place, store, qtbot).meaning.text()
    stores.change(quiet, "Quiet", Kind.LIVE, VENDOR_URL, "quiet")
    place.refresh()
    qtbot.waitUntil(lambda: "you are asked" in card_of(place, quiet, qtbot).meaning.text())


def test_a_new_store_gets_its_list_when_it_is_saved(place: SettingsPlace, stores: Stores, qtbot: QtBot) -> None:
    place.add_store()
    page = place.pages.currentWidget()
    assert isinstance(page, StorePage)
    assert isinstance(page.form, StoreForm)
    assert page.people is None
    page.form.name.setText("New")
    page.form.store_id.setText("new")
    page.form.save_all()
    qtbot.waitUntil(lambda: page.people is not None and page.people.isVisible())
    store = stores.named("New")
    assert store is not None
    card = card_of(place, store, qtbot)
    card.editor.setPlainText("a@b.c")
    save(card, qtbot)
    assert [each.shown for each in place._people.of(store)] == ["a@b.c"]


def test_the_keyboard_alone_reaches_and_leaves_the_list(
    place: SettingsPlace, live: Store, people: TestPeople, qtbot: QtBot
) -> None:
    place.resize(700, 480)
    card = card_of(place, live, qtbot)
    place.list.setFocus()
    for _ in range(10):
        if focused() is card.editor:
            break
        place.next_pane(1)
    assert focused() is card.editor
    page = page_of(place, live)
    top = card.editor.mapTo(page.viewport(), card.editor.rect().topLeft()).y()
    assert 0 <= top < page.viewport().height()  # it was scrolled to
    qtbot.keyClicks(focused(), "a@b.c")
    press(qtbot, Qt.Key.Key_Tab)
    assert focused() is card.save
    with qtbot.waitSignal(card.saved):
        press(qtbot, Qt.Key.Key_Space)
    assert len(people.of(live)) == 1


def test_ten_thousand_people_are_shown_and_saved(
    place: SettingsPlace, live: Store, people: TestPeople, qtbot: QtBot
) -> None:
    card = card_of(place, live, qtbot)
    card.editor.setPlainText("\n".join(f"person.{number}@example.com" for number in range(10_000)))
    save(card, qtbot)
    assert card.note.text() == "10,000 saved"
    assert len(people.of(live)) == 10_000


def test_everything_that_takes_the_keyboard_has_a_name(place: SettingsPlace, live: Store, qtbot: QtBot) -> None:
    card = card_of(place, live, qtbot)
    assert card.editor.accessibleName() == "Test people, one a line"
    assert "One a line: an email" in card.editor.accessibleDescription()
    assert (card.save.text(), card.revert.text()) == ("Save people", "Revert")
