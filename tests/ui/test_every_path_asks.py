"""Every way in which anything can be sent: on a live store nothing reaches the server before a person has said yes to
those who are no test people, and with the yes it does.

`WINDOW`, `COMMANDS` and `DELIVERY` list the ways; `REACHES` lists the modules that can reach the wire, and fails when
there is another one: a new way belongs into the lists.
"""

from __future__ import annotations

import ast
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from composer import paths
from composer.delivery.budget import Budgets
from composer.delivery.cancel import Cancel
from composer.delivery.guard import EVERYBODY, NOBODY, Consent, Guard
from composer.delivery.lookup import Lookups
from composer.delivery.sender import ConsentNeeded, Sender, attempt_of
from composer.delivery.sitting import Sitting
from composer.delivery.tasks import work_for
from composer.delivery.verifying import Verifier
from composer.storage.database import Database
from composer.storage.drift import Drift
from composer.storage.history import History
from composer.storage.people import TestPeople
from composer.storage.runs import Options, Run, Runs, State, Status
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Kind, Store, Stores
from composer.ui.bulk.many_question import ManyQuestion
from composer.ui.frame import COMPOSE
from composer.ui.live_question import LiveQuestion
from composer.ui.window import MainWindow
from tests.support import orders
from tests.support.bulk import make_run
from tests.support.hands import OpenWindow, press, to_front
from tests.support.sent import SILENCE, sent
from tests.test_cli import Cli

__all__ = ["run"]

from tests.test_cli import run

KEY = "rk-0123456789abcdef-known"
NAME, STORE_ID = "Acme", "64e5a8a1c0ffee0000004ee7"
OUTSIDER, TESTER = "bob@real.com", "tester@acme.test"
EVENT = {"eventName": "Order Placed", "customer": {"email": OUTSIDER}, "uniqueId": "ord_1"}
WRONG = EVENT | {"value": "a lot"}
PATIENCE = 30_000  # milliseconds
CONTROL, SHIFT, ALT = (getattr(Qt.KeyboardModifier, f"{name}Modifier") for name in ("Control", "Shift", "Alt"))
Key = Qt.Key


class Shop:
    """A server that keeps what was posted to it. It answers 202, or for once nothing; nobody is its customer."""

    def __init__(self) -> None:
        self.posted: list[bytes] = []
        self.is_silent_once = False
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                shop.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
                if shop.is_silent_once:
                    shop.is_silent_once = False
                    return
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self.server.server_port}/v2.2"


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    with shop.server:
        thread = threading.Thread(target=shop.server.serve_forever, args=[0.01])
        thread.start()
        yield shop
        shop.server.shutdown()
        thread.join()


# The window


class Front(NamedTuple):
    """The window on a live store, and what is behind it."""

    window: MainWindow
    store: Store
    history: History
    runs: Path
    shop: Shop
    qtbot: QtBot

    def click(self, button: QPushButton) -> None:
        self.qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=PATIENCE)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def compose(self, event: Any = EVENT) -> None:
        self.window.go_to(COMPOSE)
        self.window.compose.form.first_entry().setFocus()
        self.window.compose.json.take(json.dumps(event))
        self.qtbot.waitUntil(lambda: self.window.composition.is_settled, timeout=PATIENCE)

    def press(self, key: Key, modifier: Any) -> None:
        to_front(self.window, self.qtbot)
        self.qtbot.keyClick(self.window, key, modifier)

    def find(self, words: str) -> None:
        """Ctrl+K, what it is called, Enter."""
        to_front(self.window, self.qtbot)
        press(self.qtbot, Key.Key_K, CONTROL)
        finder = self.window._finder
        assert finder is not None
        self.qtbot.keyClicks(finder.line, words)

        def is_chosen() -> bool:
            chosen = finder.list.chosen
            return chosen is not None and chosen.hit is not None and chosen.hit.item.id == f"action {words}"

        self.qtbot.waitUntil(is_chosen, timeout=PATIENCE)
        self.qtbot.keyClick(finder.line, Key.Key_Return)

    def open_run(self, make: Callable[[Run], object] = lambda _run: None, count: int = 2) -> None:
        """A run of so many events for the outsider, as `make` leaves it, shown in Bulk."""
        run = a_run(self.runs, count)
        make(run)
        run.close()
        self.window.show_run(run.id)

    @property
    def page(self) -> Any:
        return self.window.bulk.run

    def question(self) -> QDialog:
        """The question that comes."""
        kinds = (LiveQuestion, ManyQuestion)

        def asked() -> list[QDialog]:
            return [each for kind in kinds for each in self.window.findChildren(kind) if each.isVisible()]

        self.qtbot.waitUntil(lambda: bool(asked()), timeout=PATIENCE)
        (question,) = asked()
        return question

    def say(self, yes: bool) -> None:
        question: Any = self.question()
        assert OUTSIDER in question.whom.text()
        if yes and isinstance(question, ManyQuestion):
            self.qtbot.keyClicks(question.entry, NAME)
        self.qtbot.mouseClick(question.go if yes else question.cancel, Qt.MouseButton.LeftButton)


def a_run(folder: Path, count: int) -> Run:
    return make_run(folder, (EVENT | {"uniqueId": f"o{number}"} for number in range(count)))


@pytest.fixture
def front(open_window: Callable[[], OpenWindow], shop: Shop, qtbot: QtBot) -> Front:
    window, desk, _ = open_window()
    store = desk.stores.add(NAME, Kind.LIVE, shop.base_url, STORE_ID)
    desk.people.add(store, [TESTER])
    desk.secrets.hold(store, Secret(KEY))
    window.show_stores()
    window.choose_store(store)
    return Front(window, store, desk.history, desk.folder, shop, qtbot)


def keys(key: Key, modifier: Any, event: Any = EVENT) -> Callable[[Front], None]:
    def act(front: Front) -> None:
        front.compose(event)
        front.press(key, modifier)

    return act


def button(find: Callable[[MainWindow], QPushButton], event: Any = EVENT) -> Callable[[Front], None]:
    def act(front: Front) -> None:
        front.compose(event)
        front.click(find(front.window))

    return act


def found(words: str, event: Any = EVENT) -> Callable[[Front], None]:
    def act(front: Front) -> None:
        front.compose(event)
        front.find(words)

    return act


def try_again(front: Front) -> None:
    """The first one goes with a yes, and gets no answer."""
    front.compose()
    response = front.window.compose.response
    if not front.shop.posted:
        front.shop.is_silent_once = True
        front.click(front.window.compose.send_button)
        front.say(yes=True)
        front.qtbot.waitUntil(response._again.isVisible, timeout=PATIENCE)
        front.shop.posted.clear()
    front.click(response._again)


def send_again(front: Front) -> None:
    entry = sent(front.history, outcome=SILENCE, store=front.store, payload=EVENT)
    front.window.show_entry(entry)
    front.click(front.window.history.detail.again)


def send_again_from_the_list(front: Front) -> None:
    entry = sent(front.history, outcome=SILENCE, store=front.store, payload=EVENT)
    front.window.history.pane.again_wanted.emit(entry)


def in_bulk(act: Callable[[Front], object], make: Callable[[Run], object] = lambda _run: None) -> Callable[..., None]:
    def do(front: Front) -> None:
        front.open_run(lambda run: (run.change(store=front.store), make(run)))
        act(front)

    return do


def resume_at_the_start(front: Front) -> None:
    run = a_run(front.runs, 3)
    orders.send(run, only=[1], store=front.store)
    run.change(status=Status.PAUSED)
    run.close()
    front.window.bulk.start.run_wanted.emit(run.id)


def after_a_restart(run: Run) -> None:
    """Sent in part, in flight in part, and then the program died."""
    store = run.info.store
    assert store is not None
    orders.begin(run, [1], store)


def all_in_flight(run: Run) -> None:
    """All that was left was in flight when the program died."""
    assert run.info.store is not None
    orders.begin(run, run.numbers(), run.info.store)


def rejected(run: Run) -> None:
    assert run.info.store is not None
    orders.send(run, reject=lambda _number: True, store=run.info.store)
    run.change(status=Status.FINISHED)


def stopped(run: Run) -> None:
    assert run.info.store is not None
    orders.send(run, only=[], store=run.info.store)
    run.stop_waiting()
    run.change(status=Status.STOPPED)


def unanswered(run: Run) -> None:
    after_a_restart(run)
    with run.hold():
        run.recover()
        run.stop_waiting()
    run.change(status=Status.FINISHED)


def paused(run: Run) -> None:
    assert run.info.store is not None
    orders.send(run, only=[1], store=run.info.store)
    run.change(status=Status.PAUSED)


def waits_again(run: Run) -> None:
    rejected(run)
    run.retry()


def retry_below_the_table(front: Front) -> None:
    from composer.ui.bulk.filters import REJECTED

    front.click(front.page.filters.chips[REJECTED])
    front.click(front.page.pane.retry)


def press_in_bulk(front: Front) -> None:
    front.qtbot.waitUntil(front.page.ready.send.isVisible, timeout=PATIENCE)
    front.press(Key.Key_Return, CONTROL)


def find_in_bulk(front: Front) -> None:
    front.qtbot.waitUntil(front.page.ready.send.isVisible, timeout=PATIENCE)
    front.find("Send")


WINDOW: dict[str, Callable[[Front], None]] = {
    "Send": button(lambda window: window.compose.foot.send),
    "Send anyway…": button(lambda window: window.compose.foot.anyway, WRONG),
    "Send and verify": button(lambda window: window.compose.foot.verify),
    "Ctrl+Enter": keys(Key.Key_Return, CONTROL),
    "Ctrl+Shift+Enter": keys(Key.Key_Return, CONTROL | SHIFT, WRONG),
    "Ctrl+Alt+Enter": keys(Key.Key_Return, CONTROL | ALT),
    "Ctrl+K, Send": found("Send"),
    "Ctrl+K, Send anyway": found("Send anyway", WRONG),
    "Ctrl+K, Send and verify": found("Send and verify"),
    "Try again": try_again,
    "History, Send again": send_again,
    "History, Send again in the list": send_again_from_the_list,
    "Bulk, Send": in_bulk(lambda front: front.click(front.page.ready.send)),
    "Bulk, Ctrl+Enter": in_bulk(press_in_bulk),
    "Bulk, Ctrl+K, Send": in_bulk(find_in_bulk),
    "Bulk, Resume": in_bulk(lambda front: front.click(front.page.progress.pause), paused),
    "Bulk, Resume after a restart": in_bulk(lambda front: front.click(front.page.progress.pause), after_a_restart),
    "Bulk, Resume what was in flight": in_bulk(lambda front: front.click(front.page.progress.pause), all_in_flight),
    "Bulk, Resume at the start": resume_at_the_start,
    "Bulk, Retry rejected": in_bulk(lambda front: front.click(front.page.result.rejected), rejected),
    "Bulk, Retry unanswered": in_bulk(lambda front: front.click(front.page.result.unanswered), unanswered),
    "Bulk, Send the others": in_bulk(lambda front: front.click(front.page.result.rest), stopped),
    "Bulk, Retry below the table": in_bulk(retry_below_the_table, rejected),
    "Bulk, Send what waits again": in_bulk(lambda front: front.click(front.page.result.send), waits_again),
}


@pytest.mark.parametrize("way", WINDOW)
def test_in_the_window_no_is_no_and_yes_sends(front: Front, qtbot: QtBot, way: str) -> None:
    WINDOW[way](front)
    front.say(yes=False)
    assert front.shop.posted == []
    WINDOW[way](front)
    assert front.shop.posted == []  # the no before is no yes, and the question is there anew
    front.say(yes=True)
    qtbot.waitUntil(lambda: len(front.shop.posted) == 1, timeout=PATIENCE)
    assert OUTSIDER.encode() in front.shop.posted[0]
    qtbot.waitUntil(lambda: not front.window.sending.is_under_way, timeout=PATIENCE)


def test_a_run_of_which_nothing_is_left_ends_without_a_question(front: Front, qtbot: QtBot) -> None:
    """All rows were in flight, without unique IDs, when the program died: nobody knows, so none is sent again."""
    run = make_run(front.runs, ({"eventName": "A", "customer": {"email": OUTSIDER}} for _ in range(2)))
    run.change(store=front.store, options=Options(fill_ids=False))
    all_in_flight(run)
    run.close()
    front.window.show_run(run.id)
    front.click(front.page.progress.pause)
    qtbot.waitUntil(lambda: run.info.status is Status.FINISHED, timeout=PATIENCE)
    assert run.counts()[State.NO_ANSWER] == 2
    assert front.shop.posted == []
    run.close()


def test_a_yes_is_for_the_rows_that_were_asked_about(front: Front, qtbot: QtBot) -> None:
    """Another window changes the run while the question is open."""
    front.open_run(lambda run: run.change(store=front.store))
    front.click(front.page.ready.send)
    asked = front.question()
    with closing(Runs(front.runs).open(front.page.run.id)) as run:
        run.edit(2, EVENT | {"customer": {"email": "somebody@else.com"}, "uniqueId": "o9"})
    assert asked.isVisible()
    front.say(yes=True)
    qtbot.waitUntil(lambda: "asked" in front.page.notice.sentence, timeout=PATIENCE)
    assert front.shop.posted == []
    front.click(front.page.ready.send)
    assert "somebody@else.com" in front.question().whom.text()  # type: ignore[attr-defined]
    front.say(yes=True)
    qtbot.waitUntil(lambda: len(front.shop.posted) == 1, timeout=PATIENCE)


def test_a_run_that_goes_on_asks_about_its_store_as_it_is_by_now(front: Front, qtbot: QtBot, shop: Shop) -> None:
    front.open_run(lambda run: (run.change(store=front.store), paused(run)), count=3)
    front.window.desk.stores.change(front.store, "Renamed", Kind.LIVE, shop.base_url, STORE_ID)
    front.click(front.page.progress.pause)
    assert "“Renamed”" in front.question().whom.text()  # type: ignore[attr-defined]
    front.question().reject()


def test_closing_the_window_is_no_yes(front: Front, qtbot: QtBot, shop: Shop) -> None:
    front.compose()
    front.click(front.window.compose.send_button)
    asked = front.question()
    front.window.close()
    assert not asked.isVisible()
    assert shop.posted == []
    assert front.history.count() == 0


def test_every_action_that_sends_is_in_the_list(front: Front) -> None:
    named = {action.text() for action in front.window.actions() if "send" in action.text().casefold()}
    assert named == {"Send", "Send anyway", "Send and verify"}


def test_a_run_that_is_resumed_while_it_is_paused_keeps_its_yes(front: Front, qtbot: QtBot) -> None:
    front.open_run(lambda run: run.change(store=front.store), count=20_000)
    page = front.page
    front.click(page.ready.send)
    front.say(yes=True)
    qtbot.waitUntil(lambda: len(front.shop.posted) > 2, timeout=PATIENCE)
    front.click(page.progress.pause)
    qtbot.waitUntil(lambda: page.progress.pause.text() == "Resume", timeout=PATIENCE)
    before = len(front.shop.posted)
    front.click(page.progress.pause)
    qtbot.waitUntil(lambda: len(front.shop.posted) > before, timeout=PATIENCE)
    front.click(page.progress.stop)
    qtbot.waitUntil(lambda: not front.window.bulk.dispatch.is_sending(page.run.id), timeout=PATIENCE)


# The command line

TIMES = ("--times", "2")
COMMANDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "one event": (EVENT, ()),
    "one event with errors": (WRONG, ("--send-anyway",)),
    "many events": ([EVENT, EVENT | {"uniqueId": "ord_2"}], ()),
    "one event many times": (EVENT, TIMES),
}


@pytest.fixture
def live(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Database, Store]]:
    """The live store as it is kept, for what has no window."""
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    with closing(Database(paths.data_folder() / "composer.db")) as database:
        store = Stores(database).add(NAME, Kind.LIVE, shop.base_url, STORE_ID)
        TestPeople(database).add(store, [TESTER])
        yield database, store


@pytest.mark.parametrize("by_address", [False, True], ids=["by name", "by address"])
@pytest.mark.parametrize("way", COMMANDS)
def test_the_command_line_needs_yes_live(
    run: Cli, live: tuple[Database, Store], shop: Shop, way: str, by_address: bool
) -> None:
    event, options = COMMANDS[way]
    where = ["--base-url", shop.base_url, "--store-id", STORE_ID] if by_address else ["--store", NAME]
    assert run("send", run.file(event), *where, *options).code == 1
    assert shop.posted == []
    assert run("send", run.file(event), *where, *options, "--yes-live").code == 0
    assert len(shop.posted) == 1


def test_the_command_line_needs_it_to_resume(run: Cli, live: tuple[Database, Store], shop: Shop) -> None:
    _, store = live
    with closing(a_run(paths.data_folder(), 3)) as begun:
        begun.change(store=store)
        paused(begun)
    assert run("send", "--resume", begun.id).code == 1
    assert run("send", "--resume", "last").code == 1
    assert shop.posted == []
    assert run("send", "--resume", "last", "--yes-live").code == 0
    assert len(shop.posted) == 1


# What all of these go through


def by_sender(database: Database, store: Store, consent: Consent) -> None:
    attempt = attempt_of(store, EVENT, json.dumps(EVENT), [], sent_anyway=False)
    a_sender(database, store).send(attempt, None, consent)


def by_verifier(database: Database, store: Store, consent: Consent) -> None:
    attempt = attempt_of(store, EVENT, json.dumps(EVENT), [], sent_anyway=False)
    lookups = Lookups(Secrets(), Budgets(paths.data_folder()))
    Verifier(a_sender(database, store), lookups).send(attempt, EVENT, Cancel(), consent)


def by_sitting(database: Database, store: Store, consent: Consent) -> None:
    with closing(a_run(paths.data_folder(), 2)) as run:
        Sitting(run, store, Secret(KEY), database, Budgets(paths.data_folder()), id, consent=consent).send()


def by_worker(database: Database, store: Store, consent: Consent) -> None:
    """Without a word of consent in the task there is none."""
    task = {"task": "send", "run": a_run(paths.data_folder(), 2).id, "store": list(store), "secret": KEY}
    agreed = {"consent": None} if consent == EVERYBODY else {}
    work_for(task | agreed).run(id)


def a_sender(database: Database, store: Store) -> Sender:
    secrets = Secrets()
    secrets.hold(store, Secret(KEY))
    return Sender(History(database), secrets, Guard(database), Budgets(paths.data_folder()), Drift(database))


DELIVERY = {"sender": by_sender, "verifier": by_verifier, "sitting": by_sitting, "worker": by_worker}


@pytest.mark.parametrize("way", DELIVERY)
@pytest.mark.parametrize("kind_as_given", [Kind.LIVE, Kind.TEST], ids=["live", "live since"])
def test_delivery_sends_nothing_without_consent(
    live: tuple[Database, Store], shop: Shop, way: str, kind_as_given: Kind
) -> None:
    database, store = live
    given = store._replace(kind=kind_as_given)
    for consent in (NOBODY, Consent(frozenset({TESTER}))):
        with suppress(ConsentNeeded):  # a run pauses instead
            DELIVERY[way](database, given, consent)
    assert shop.posted == []
    DELIVERY[way](database, given, EVERYBODY)
    assert len(shop.posted) == 1


# What can reach the wire at all

REACHES: dict[str, set[str]] = {
    "httpx": {"delivery/client", "delivery/connection", "delivery/exchange", "delivery/reasons", "sandbox/process"},
    "composer.delivery.connection.Connection": {"delivery/client", "delivery/exchange"},
    "composer.delivery.exchange.Exchange": {"delivery/client"},
    "composer.delivery.client.Line": {"delivery/runner", "delivery/senders"},
    "composer.delivery.client.post_event": {"delivery/sender"},
    "composer.delivery.senders.Senders": {"delivery/runner"},
    "composer.delivery.runner.Runner": {"delivery/sitting"},
    "composer.delivery.sitting.Sitting": {"delivery/tasks", "cli/bulk"},
    "composer.delivery.sender.Sender": {"delivery/verifying", "cli/send", "ui/desk", "ui/compose/sending"},
    "composer.delivery.verifying.Verifier": {"ui/compose/sending", "ui/compose/verified_words"},
    "composer.delivery.tasks": {"delivery/worker"},
}
OTHER_WIRES = ("urllib.request", "http.client", "requests", "aiohttp", "PySide6.QtNetwork", "httpx.")
SEND_TASKS = {"ui/bulk/dispatch"}  # who asks a worker to send
SENDS = {  # who calls `send` of what
    ("cli/__init__", "bulk"),
    ("cli/bulk", "sitting"),
    ("cli/send", "Sender"),
    ("delivery/runner", "_senders"),
    ("delivery/tasks", "sitting"),
    ("delivery/verifying", "_sender"),
    ("ui/actions", "window"),
    ("ui/bulk/place", "desk"),
    ("ui/bulk/run_desk", "_dispatch"),
    ("ui/bulk/run_desk", "self"),
    ("ui/compose/sending", "_sender"),
    ("ui/compose/sending", "_verifier"),
    ("ui/outbox", "_sending"),
    ("ui/places", "window"),
    ("ui/window", "outbox"),
}
POSTS = {"delivery/client", "delivery/senders"}  # who calls `post`

ROOT = Path(paths.__file__).parent


def modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(ROOT.rglob("*.py")):
        yield file.relative_to(ROOT).with_suffix("").as_posix(), ast.parse(file.read_text("utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """All that a module imports, at its top or later, by its whole name."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{each.name}" for each in node.names}
    return names


def test_nobody_else_can_reach_the_wire() -> None:
    reaches: dict[str, set[str]] = {name: set() for name in REACHES}
    wholes = {holder for name in REACHES if (holder := name.rpartition(".")[0]).startswith("composer.delivery.")}
    for module, tree in modules():
        names = imported(tree)
        assert not [name for name in names if name.startswith(OTHER_WIRES)], module
        assert not names & wholes, module  # import what is in it, so that it is seen here who has what
        for name in names & REACHES.keys():
            reaches[name].add(module)
    assert reaches == REACHES


def test_nobody_else_sends() -> None:
    assert {
        (module, last_name(node.func.value))
        for module, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "send"
    } == SENDS


def last_name(node: ast.expr) -> str:
    """``self._sender()`` → ``_sender``."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)


def test_nobody_else_posts_or_has_a_worker_send() -> None:
    posts, tasks = set(), set()
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "post":
                posts.add(module)
            if isinstance(node, ast.Dict) and ("task", "send") in _constants(node):
                tasks.add(module)
    assert (posts, tasks) == (POSTS, SEND_TASKS)


def _constants(node: ast.Dict) -> set[tuple[Any, Any]]:
    return {
        (key.value, value.value)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
    }
