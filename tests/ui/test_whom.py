"""Whom an event hits is said while it is composed, and a look-up never gets into anybody's way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from composer.storage.history import Answer, Attempt
from composer.storage.people import read as people_in
from composer.storage.secrets import KeyState, Place, Secret
from composer.storage.stores import Kind, Store
from composer.ui.compose import whom
from composer.ui.compose.near_miss import NEAR_MISS
from composer.ui.compose.variables_strip import VariablesStrip
from composer.ui.frame import SETTINGS
from composer.ui.settings.place import SettingsPlace
from composer.ui.window import MainWindow
from tests.support.hands import OpenWindow, entry, fill, hints, press

ID, OTHER_ID = "67bd4f1a2e3c8d001a5f9b12", "665f1a2b3c4d5e6f7a8b9c0d"
STEWART = {"id": ID, "email": "stewart@example.com", "firstName": "Stewart", "lastName": "Thompson"}
NOBODY = (404, {"title": "Not found", "detail": "No customer found for that email."})
Open = Callable[[], OpenWindow]


class Shop:
    """A store's server on loopback: it knows what `answers` says of an email, and holds back those in `held`."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {"stewart@example.com": (200, STEWART)}
        self.held: set[str] = set()
        self.hold_events = threading.Event()
        self.release = threading.Event()
        self.asked: list[str] = []
        self.events: list[Any] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                (email,) = parse_qs(urlsplit(self.path).query)["email"]
                shop.asked.append(email)
                if email in shop.held:
                    shop.release.wait(30)
                self._answer(*shop.answers.get(email, NOBODY))

            def do_POST(self) -> None:
                shop.events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                if shop.hold_events.is_set():
                    shop.release.wait(30)
                self._answer(202, b"")

            def _answer(self, status: int, body: Any) -> None:
                page = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if isinstance(body, bytes) else "application/json")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def handle(self) -> None:
                with suppress(ConnectionError):  # whoever asked may be gone
                    super().handle()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="shop")
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v2.2"

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.close()


class Composed(NamedTuple):
    """A window on the store Acme, whose server is the shop; its event has no customer yet."""

    opened: OpenWindow
    window: MainWindow
    store: Store
    qtbot: QtBot

    @property
    def said(self) -> str:
        return self.window.compose.form.whom.line.words

    def type(self, email: str) -> None:
        fill(self.qtbot, entry(self.window, "/customer/email"), email)

    def take(self, **customer: Any) -> None:
        self.window.composition.load(json.dumps({"eventName": "Order Placed", "customer": customer}))

    def until_said(self, words: str) -> None:
        self.qtbot.waitUntil(lambda: words in self.said, timeout=10_000)

    @property
    def near_misses(self) -> list[str]:
        return [each.message for each in self.window.composition.warnings if each.code == NEAR_MISS]

    def rest(self, milliseconds: int = whom.CALM + 400) -> None:
        """Long enough for a question that should not be asked."""
        self.qtbot.wait(milliseconds)


@pytest.fixture
def compose_for(open_window: Open, shop: Shop, qtbot: QtBot) -> Callable[..., Composed]:
    def compose_for(*, key: bool = True, name: str = "Acme", people: str = "", recent: str = "") -> Composed:
        opened = open_window()
        store = opened.desk.stores.add(name, Kind.TEST, shop.url, "acme")
        if key:
            opened.desk.secrets.hold(store, Secret("sk_test"))
        if people:
            opened.desk.people.keep(store, people_in(people))
        if recent:
            made = opened.desk.history.begin(Attempt(store, "Order Placed", recent, "", b"{}"))
            opened.desk.history.finish(made, Answer("queued", "Queued (202)."))
        opened.window.show_stores()
        opened.window.choose_store(store)
        qtbot.waitUntil(lambda: opened.window.store_bar.key is not None)
        composed = Composed(opened, opened.window, store, qtbot)
        composed.take()
        return composed

    return compose_for


@pytest.fixture
def acme(compose_for: Callable[..., Composed]) -> Composed:
    return compose_for()


class TestWhatTheStoreSays:
    """Found, unknown, or why it can't be told."""

    def test_who_is_found_is_named(self, acme: Composed) -> None:
        acme.type("stewart@example.com")
        acme.until_said(f"In Acme as Stewart Thompson · {ID}")
        assert acme.window.compose.form.whom.line.mark == "✓"
        assert ID in acme.window.compose.form.whom.accessibleName()
        acme.window.compose.form.whom._copy.trigger()
        assert QGuiApplication.clipboard().text() == ID

    def test_who_has_no_name_is_told_by_the_id(self, acme: Composed, shop: Shop) -> None:
        shop.answers["x@example.com"] = (200, {"id": ID, "email": "x@example.com", "firstName": " ", "lastName": None})
        acme.type("x@example.com")
        acme.until_said(f"In Acme as {ID}")

    def test_another_id_in_the_event_is_a_caution(self, acme: Composed) -> None:
        acme.take(id=OTHER_ID, email="stewart@example.com")
        acme.until_said(f"The ID in the event is another one: in Acme this email is Stewart Thompson · {ID}")
        line = acme.window.compose.form.whom.line
        assert (line.look, line.mark) == ("caution", "!")
        acme.take(id=ID.upper(), email="stewart@example.com")
        acme.until_said("In Acme as Stewart Thompson")

    def test_who_is_unknown_will_be_created(self, acme: Composed) -> None:
        acme.type("nobody@example.com")
        acme.until_said("Not in Acme yet: sending will create this profile")

    def test_an_unknown_email_beside_an_id_promises_no_new_profile(self, acme: Composed) -> None:
        acme.take(id=ID, email="nobody@example.com")
        acme.until_said("Nobody in Acme has this email; the ID in the event goes first")

    def test_only_a_name_from_right_to_left_is_held_apart(self, acme: Composed, shop: Shop) -> None:
        shop.answers["dana@example.com"] = (200, {"id": ID, "email": "dana@example.com", "firstName": "דנה"})
        acme.take(email="dana@example.com")
        acme.until_said(f"In Acme as \N{FIRST STRONG ISOLATE}דנה\N{POP DIRECTIONAL ISOLATE} · {ID}")

    def test_behind_a_long_name_there_is_room_for_the_id(self, acme: Composed, shop: Shop) -> None:
        shop.answers["long@example.com"] = (200, {"id": ID, "email": "long@example.com", "firstName": "Max" * 30})
        acme.take(email="long@example.com")
        acme.until_said(f"In Acme as {'Max' * 13}… · {ID}")

    @pytest.mark.parametrize(
        ("status", "body", "words"),
        [
            (401, {"title": "Unauthorized"}, "The key was refused (401)"),
            (403, {"title": "Forbidden"}, "The key needs the scope customers_read"),
            (404, b"<html>Not here</html>", "Check the base URL"),
            (500, {"title": "Internal error"}, "The server failed (500)"),
        ],
    )
    def test_a_failure_is_said_quietly_and_holds_nothing_back(
        self, acme: Composed, shop: Shop, status: int, body: Any, words: str
    ) -> None:
        shop.answers["stewart@example.com"] = (status, body)
        acme.type("stewart@example.com")
        acme.until_said(words)
        assert acme.said.endswith(" Sending is not held back.")
        line = acme.window.compose.form.whom.line
        assert (line.look, line.mark) == ("muted", "")
        assert "sk_test" not in acme.said
        assert acme.window.composition.findings == []
        with acme.qtbot.waitSignal(acme.window.sending.finished, timeout=10_000):
            acme.window.send()
        assert len(shop.events) == 1

    def test_only_an_email_can_be_looked_up(self, acme: Composed, shop: Shop) -> None:
        acme.take(phoneNumber="+12065550100")
        acme.until_said("Only an email can be looked up")
        acme.take()
        acme.qtbot.waitUntil(lambda: acme.said == "")
        acme.take(id=ID)
        acme.until_said("Only an email can be looked up")
        acme.rest()
        assert shop.asked == []

    def test_a_profile_that_was_sent_to_the_sandbox_is_found_there(self, open_window: Open, qtbot: QtBot) -> None:
        opened = open_window()
        with qtbot.waitSignal(opened.jobs._returned, timeout=30_000):
            opened.window.start_sandbox()
        sandbox = Composed(opened, opened.window, opened.desk.stores.all()[0], qtbot)
        sandbox.take(email="new.customer@example.com", firstName="Newton", lastName="Customer")
        sandbox.until_said("Not in Sandbox yet: sending will create this profile")
        with qtbot.waitSignal(opened.window.sending.finished, timeout=30_000):
            opened.window.send()
        sandbox.until_said("In Sandbox as Newton Customer · ")

    def test_who_was_sent_to_and_is_not_there_yet_is_looked_up_again(
        self, acme: Composed, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(whom, "AGAIN", (200, 200))
        acme.type("new@example.com")
        acme.until_said("sending will create this profile")
        with acme.qtbot.waitSignal(acme.window.sending.finished, timeout=10_000):
            acme.window.send()
        acme.qtbot.waitUntil(lambda: len(shop.asked) == 3)  # while composing, after sending, and once more
        assert acme.said == "Not in Acme yet: what was sent may still be queued there"
        shop.answers["new@example.com"] = (200, {"id": ID, "email": "new@example.com"})
        acme.until_said(f"In Acme as {ID}")

    def test_that_something_is_on_its_way_is_said_only_of_whom_it_was_sent_to(self, acme: Composed, shop: Shop) -> None:
        shop.hold_events.set()
        acme.take(email="first@example.com")
        acme.until_said("sending will create this profile")
        acme.window.send()
        acme.qtbot.waitUntil(lambda: len(shop.events) == 1)
        acme.take(email="second@example.com")
        acme.until_said("sending will create this profile")
        with acme.qtbot.waitSignal(acme.window.sending.finished, timeout=10_000):
            shop.hold_events.clear()
            shop.release.set()
        acme.qtbot.waitUntil(lambda: shop.asked.count("second@example.com") == 2)
        acme.rest()
        assert acme.said == "Not in Acme yet: sending will create this profile"
        acme.take(email="first@example.com")
        acme.until_said("Not in Acme yet: what was sent may still be queued there")


class TestWhenItIsAsked:
    """Once, after a pause, and only where it may."""

    def test_rapid_typing_makes_one_request(self, acme: Composed, shop: Shop) -> None:
        acme.type("stewart@example.com")
        acme.until_said("Stewart Thompson")
        assert shop.asked == ["stewart@example.com"]

    def test_half_an_address_makes_none(self, acme: Composed, shop: Shop) -> None:
        acme.type("stewart@example")
        acme.rest()
        assert shop.asked == []
        assert acme.said == ""

    def test_an_answer_is_remembered_and_a_failure_not_for_long(
        self, acme: Composed, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(whom, "FRESH_FAILURE", 0.0)
        shop.answers["broken@example.com"] = (500, {})
        for _ in range(2):
            acme.take(email="stewart@example.com")
            acme.until_said("Stewart Thompson")
            acme.take(email="nobody@example.com")
            acme.until_said("Not in Acme yet")
            acme.take(email="broken@example.com")
            acme.until_said("The server failed")
        assert sorted(shop.asked) == ["broken@example.com"] * 2 + ["nobody@example.com", "stewart@example.com"]

    def test_after_something_was_sent_it_is_asked_again(self, acme: Composed, shop: Shop) -> None:
        acme.take(email="nobody@example.com")
        acme.until_said("Not in Acme yet")
        acme.take(email="stewart@example.com")
        acme.until_said("Stewart Thompson")
        shop.answers["stewart@example.com"] = (200, {**STEWART, "firstName": "Stew"})
        shop.answers["nobody@example.com"] = (200, {"id": OTHER_ID, "email": "nobody@example.com"})
        with acme.qtbot.waitSignal(acme.window.sending.finished, timeout=10_000):
            acme.window.send()
        acme.until_said("Stew Thompson")
        acme.take(email="nobody@example.com")  # whom another window may have sent to
        acme.until_said(f"In Acme as {OTHER_ID}")

    def test_without_a_key_nobody_is_asked(self, compose_for: Callable[..., Composed], shop: Shop) -> None:
        keyless = compose_for(key=False)
        keyless.type("stewart@example.com")
        keyless.rest()
        assert keyless.said == "The keyring gives no key for Acme, so nobody is looked up"
        looked = keyless.window.outbox.whom
        looked.show_key(keyless.store, KeyState(Place.NONE, "There is no key."))
        assert keyless.said == "No key for Acme, so nobody is looked up"
        keyless.rest()
        assert shop.asked == []

    def test_nobody_is_asked_before_the_key_is_known_to_be_at_hand(
        self, acme: Composed, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = acme.opened.desk.stores.add("Other", Kind.TEST, shop.url, "other")
        acme.opened.desk.secrets.hold(other, Secret("sk_other"))
        unlocked = threading.Event()

        def state(_store: Store) -> KeyState:
            unlocked.wait(20)
            return KeyState(Place.KEYRING, "The key is in the system's keyring.")

        monkeypatch.setattr(acme.opened.desk.secrets, "state", state)
        acme.window.choose_store(other)
        acme.type("stewart@example.com")
        acme.rest()
        assert shop.asked == []
        unlocked.set()
        acme.until_said("In Other as Stewart Thompson")

    def test_a_key_that_is_entered_later_is_used_at_once(self, compose_for: Callable[..., Composed]) -> None:
        keyless = compose_for(key=False)
        keyless.type("stewart@example.com")
        keyless.until_said("so nobody is looked up")
        keyless.opened.desk.secrets.hold(keyless.store, Secret("sk_test"))
        keyless.window.show_stores()  # as Settings does
        keyless.until_said("Stewart Thompson")

    def test_a_store_that_was_a_sandbox_needs_a_key_from_then_on(self, acme: Composed, shop: Shop) -> None:
        looked, line = acme.window.outbox.whom, acme.window.compose.form.whom
        looked.show_key(acme.store, KeyState(Place.NONE, "There is no key."))
        looked.show_store(acme.store._replace(kind=Kind.SANDBOX))
        acme.type("stewart@example.com")
        acme.until_said("Stewart Thompson")
        looked.show_store(acme.store)
        assert line.line.words == "No key for Acme, so nobody is looked up"
        acme.take(email="nobody@example.com")
        acme.rest()
        assert shop.asked == ["stewart@example.com"]

    def test_switched_off_nobody_is_asked_until_it_is_on_again(self, acme: Composed, shop: Shop) -> None:
        line = acme.window.compose.form.whom
        acme.qtbot.mouseClick(line.switch, Qt.MouseButton.LeftButton, pos=line.switch.rect().center())
        assert acme.said == "Look-up is off"
        acme.type("stewart@example.com")
        acme.rest()
        assert shop.asked == []
        settings = acme.window.go_to(SETTINGS)
        assert isinstance(settings, SettingsPlace)
        acme.qtbot.waitUntil(lambda: not settings.looking.switch.isChecked())
        settings.looking.switch.click()
        acme.until_said("Stewart Thompson")
        assert line.switch.isChecked()

    def test_the_switch_stays_as_it_was_left(self, open_window: Open, qtbot: QtBot) -> None:
        first = open_window()
        qtbot.waitUntil(first.window.compose.form.whom.switch.isEnabled)
        first.window.compose.form.whom.switch.click()
        first.close()
        second = open_window().window
        qtbot.waitUntil(lambda: second.compose.form.whom.line.words == "Look-up is off")
        assert not second.compose.form.whom.switch.isChecked()


class TestWhileItHangs:
    """A server that does not answer is in nobody's way."""

    def test_an_older_answer_never_wins(self, acme: Composed, shop: Shop) -> None:
        shop.held.add("old@example.com")
        shop.answers["old@example.com"] = (200, {"id": OTHER_ID, "email": "old@example.com"})
        acme.take(email="old@example.com")
        acme.qtbot.waitUntil(lambda: shop.asked == ["old@example.com"])
        acme.take(email="stewart@example.com")
        acme.until_said("Stewart Thompson")
        shop.release.set()
        acme.rest()
        assert acme.said == f"In Acme as Stewart Thompson · {ID}"

    def test_an_answer_that_was_on_its_way_to_the_window_does_not_win_either(self, acme: Composed, shop: Shop) -> None:
        shop.held.add("old@example.com")
        shop.answers["old@example.com"] = (200, {"id": OTHER_ID, "email": "old@example.com"})
        acme.take(email="old@example.com")
        acme.qtbot.waitUntil(lambda: shop.asked == ["old@example.com"])
        shop.release.set()
        assert acme.opened.jobs._pool.waitForDone(10_000)  # it is there, and the window has not seen it
        seen: list[str] = []
        acme.take(email="stewart@example.com")
        acme.window.outbox.whom.told.connect(lambda: seen.append(acme.said))
        acme.until_said("Stewart Thompson")
        assert not [each for each in seen if OTHER_ID in each]

    def test_typing_and_sending_go_on(self, acme: Composed, shop: Shop) -> None:
        shop.held.add("slow@example.com")
        acme.take(email="slow@example.com")
        acme.qtbot.waitUntil(lambda: shop.asked == ["slow@example.com"])
        acme.until_said("checking whether this customer exists…")
        entry(acme.window, "/eventName").setFocus()
        worked, waited = 0.0, 0.0
        for key in (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_Backspace) * 10:
            began, began_work = time.perf_counter(), time.thread_time()
            press(acme.qtbot, key)
            worked = max(worked, time.thread_time() - began_work)
            waited = max(waited, time.perf_counter() - began)
        assert worked < 0.05
        assert waited < 1  # other programs may take their time, too; the look-up would take eight seconds
        began = time.perf_counter()
        with acme.qtbot.waitSignal(acme.window.sending.finished, timeout=10_000):
            acme.window.send()
        assert time.perf_counter() - began < 2
        assert len(shop.events) == 1

    def test_however_many_hang_in_a_keyring_they_hold_one_thread(
        self, acme: Composed, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secrets = acme.opened.desk.secrets
        asked, unlocked = threading.Semaphore(0), threading.Event()

        def find(_store: Store) -> Secret:
            asked.release()
            unlocked.wait(30)
            return Secret("sk_test")

        monkeypatch.setattr(secrets, "find", find)
        try:
            acme.take(email="person0@example.com")
            assert acme.qtbot.waitUntil(lambda: asked.acquire(blocking=False), timeout=10_000) is None
            for number in range(1, 9):
                acme.take(email=f"person{number}@example.com")
                acme.window.outbox.whom.look_again(None)
            acme.rest()
            assert not asked.acquire(blocking=False)
            assert acme.opened.jobs._pool.activeThreadCount() == 1
        finally:
            unlocked.set()
        acme.until_said("sending will create this profile")
        assert shop.asked == ["person8@example.com"]

    def test_the_window_closes_at_once(self, acme: Composed, shop: Shop) -> None:
        shop.held.add("slow@example.com")
        acme.take(email="slow@example.com")
        acme.qtbot.waitUntil(lambda: shop.asked == ["slow@example.com"])
        began = time.perf_counter()
        acme.opened.close()
        assert time.perf_counter() - began < 1

    def test_once_it_closes_nobody_is_asked_any_more(self, acme: Composed, shop: Shop) -> None:
        acme.take(email="stewart@example.com")
        acme.until_said("Stewart Thompson")
        acme.window.outbox.whom.end()
        acme.window.outbox.whom.look_again((acme.store, "stewart@example.com"))
        acme.take(email="nobody@example.com")
        acme.rest()
        assert shop.asked == ["stewart@example.com"]


class TestNearMisses:
    """An address a slip away from a known one is pointed out, with or without a server."""

    def test_a_slip_of_a_test_person_has_a_fix_that_can_be_undone(self, compose_for: Callable[..., Composed]) -> None:
        acme = compose_for(people="stewart@example.com\n@shop.test\n+12065550100")
        acme.type("stewrat@example.com")
        said = "“stewrat@example.com” is close to stewart@example.com, a test person of Acme."
        acme.qtbot.waitUntil(lambda: acme.near_misses == [said])
        assert [each for each in hints(acme.window) if each.startswith(said)]
        (finding,) = acme.window.composition.warnings
        acme.window.composition.fix(finding.fixes[0])
        assert acme.window.composition.get("/customer/email") == "stewart@example.com"
        assert acme.near_misses == []
        acme.window.composition.undo()
        acme.qtbot.waitUntil(lambda: acme.near_misses == [said])

    def test_a_slip_of_an_address_that_was_used_before(self, compose_for: Callable[..., Composed]) -> None:
        acme = compose_for(key=False, recent="stewart@gmail.com")
        acme.window.compose.form.whom.switch.click()
        acme.type("stewart@gmial.com")
        said = "“stewart@gmial.com” is close to stewart@gmail.com, used with Acme before."
        acme.qtbot.waitUntil(lambda: acme.near_misses == [said])

    def test_nothing_is_said_of_a_domain_whose_people_are_all_test_people(
        self, compose_for: Callable[..., Composed], shop: Shop
    ) -> None:
        acme = compose_for(people="@Example.com\nstewart@example.com")
        acme.type("stewrat@example.com")
        acme.rest()
        assert shop.asked == ["stewrat@example.com"]
        assert acme.near_misses == []

    def test_test_people_come_before_who_was_used_before(self, compose_for: Callable[..., Composed]) -> None:
        acme = compose_for(people="stewart@example.com", recent="stewarx@example.com")
        acme.type("stewarz@example.com")
        acme.qtbot.waitUntil(lambda: ["a test person" in each for each in acme.near_misses] == [True])

    def test_who_was_sent_to_a_moment_ago_is_known(self, acme: Composed) -> None:
        acme.take(email="stewart.thompson@shop.test")
        with acme.qtbot.waitSignal(acme.window.sending.finished, timeout=10_000):
            acme.window.send()
        acme.type("stewart.thomspon@shop.test")
        acme.qtbot.waitUntil(lambda: len(acme.near_misses) == 1)

    @pytest.mark.parametrize("email", ["stewart@example.com", "STEWARRT@example.com", "thompson@example.com"])
    def test_nothing_is_said_of_a_known_address_or_of_somebody_else(
        self, compose_for: Callable[..., Composed], shop: Shop, email: str
    ) -> None:
        acme = compose_for(people="stewart@example.com", recent="stewarrt@example.com")
        acme.type(email)
        acme.rest()
        assert shop.asked == [email]
        assert acme.near_misses == []

    def test_nothing_is_said_of_an_address_that_the_store_has(
        self, compose_for: Callable[..., Composed], shop: Shop
    ) -> None:
        acme = compose_for(people="stewart@example.com")
        shop.answers["stewrat@example.com"] = (200, {**STEWART, "firstName": "Stew"})
        seen: list[str] = []
        acme.window.composition.judged.connect(lambda: seen.extend(acme.near_misses))
        acme.type("stewrat@example.com")
        acme.until_said("In Acme as Stew Thompson")
        acme.rest()
        assert seen == []

    def test_a_slip_that_comes_out_of_a_variable_has_no_fix(self, compose_for: Callable[..., Composed]) -> None:
        acme = compose_for(people="stewart@example.com")
        acme.take(email="{{who}}@example.com")
        acme.qtbot.waitUntil(lambda: acme.window.compose.filling.names == ["who"])
        acme.rest()
        acme.window.compose.findChild(VariablesStrip).filled.emit("who", "stewrat")
        acme.qtbot.waitUntil(lambda: len(acme.near_misses) == 1)
        assert [each.fixes for each in acme.window.composition.warnings] == [()]

    def test_each_store_has_its_own(self, compose_for: Callable[..., Composed], shop: Shop) -> None:
        acme = compose_for(people="stewart@example.com")
        acme.type("stewrat@example.com")
        acme.qtbot.waitUntil(lambda: len(acme.near_misses) == 1)
        other = acme.opened.desk.stores.add("Other", Kind.TEST, shop.url, "other")
        acme.window.choose_store(other)
        acme.qtbot.waitUntil(lambda: acme.near_misses == [])
        acme.rest()
        assert acme.near_misses == []
