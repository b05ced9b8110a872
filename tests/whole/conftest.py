"""The app itself, as a person has it in front of them: a real window, a real keyring, a data folder of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from composer.sandbox.process import SandboxProcess
from tests.support import accessibility
from tests.support.accessibility import Reader, Widget
from tests.support.secret_service import SecretService
from tests.support.xvfb import Screen, eventually

TITLE = "Event Composer"
ITEMS = ("cell", "list item", "page tab")  # roles
NOTHING = Widget("", "", "", False, 0, 0)
MOST_TABS = 80  # more than any place has stops

CLIPBOARD = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication([])
sys.stdout.write(app.clipboard().text())
"""

COPIED = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication([])
app.clipboard().setText(sys.argv[1])
app.exec()
"""


class App:
    """The running app: what can be seen of it, and the keyboard and mouse in front of it.

    `program` is its process, `window` its window in the top left corner of the screen, `log` the file it prints to.
    """

    def __init__(
        self, screen: Screen, reader: Reader, folder: Path, program: subprocess.Popen[bytes], log: Path
    ) -> None:
        self.screen, self.folder, self.program, self.log = screen, folder, program, log
        self.window = screen.window(TITLE)
        self._reader = reader

    @property
    def words(self) -> str:
        """All that can be read in its windows, a line for each widget: ``push button: Send to Sandbox``."""
        return self._reader.words()

    def sees(self, text: str, seconds: float = 20.0) -> str:
        """Wait until `text` can be read; returns all that can be read then."""
        try:
            return eventually(lambda: words if text in (words := self.words) else "", text, seconds)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; there is:\n{self.words}") from None

    def find(self, name: str, role: str = "") -> Widget:
        """The first widget of this name, as soon as it shows."""

        def look() -> Widget | None:
            fits = (each for each in self._reader.widgets() if each.name == name and role in ("", each.role))
            return next(fits, None)

        return eventually(look, f"{role or 'something'} called {name!r}")

    def text_of(self, name: str) -> str:
        """What the entry or text box of this name holds."""
        return self.find(name, "text").text

    @property
    def focus(self) -> str:
        """The name of what has the keyboard; empty while nothing has.

        A current item says so even while the keyboard is elsewhere; it counts when nothing else does, because then it
        is a cell with an editor.
        """
        named = [each for each in self._reader.widgets(focused=True) if each.name]
        return min(named, key=lambda each: each.role in ITEMS, default=NOTHING).name

    def focused(self, name: str) -> None:
        """Wait until the widget of this name has the keyboard."""
        try:
            eventually(lambda: self.focus == name, f"the keyboard to be at {name!r}", 10)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; it is at {self.focus!r}") from None

    def tab_to(self, name: str, key: str = "Tab") -> None:
        """Press Tab until the widget of this name has the keyboard."""
        passed = [self.focus]
        while passed[-1] != name:
            assert len(passed) < MOST_TABS, f"Tab does not lead to {name!r}, only to {passed}"
            self.press(key)
            passed.append(eventually(lambda: self.focus, "something to have the keyboard"))

    def press(self, *keys: str) -> None:
        """Press keys by X name."""
        self.screen.key(*keys)

    def type(self, text: str) -> None:
        """Type a text with key presses."""
        self.screen.type(text)

    def retype(self, text: str) -> None:
        """Type a text in place of the one in the entry that has the keyboard."""
        self.press("ctrl+a", "Delete")
        self.type(text)

    def click(self, name: str, role: str = "") -> None:
        """Click the middle of the widget of this name, wherever it is."""
        there = self.find(name, role)
        self.screen.click(self.window, there.x, there.y)

    def answer_dialog(self, button: str) -> None:
        """Give the newest window the keyboard, as a window manager would, and press its button of this name."""
        self.find(button, "push button")
        self.screen.focus(self.screen.windows(TITLE)[-1])
        self.tab_to(button)
        self.press("space")

    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the app's own database says now."""
        with closing(sqlite3.connect(f"file:{self.folder / 'composer.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, parameters).fetchall()

    @property
    def draft(self) -> str:
        """The draft as it is on the disk."""
        rows = self.query("SELECT text FROM drafts")
        return rows[0][0].decode() if rows else ""

    def sent(self, count: int) -> list[tuple[Any, ...]]:
        """The history's (kind, status, body), the newest first, as soon as `count` attempts have an answer."""
        rows = "SELECT kind, status, body FROM history JOIN history_requests USING (id) ORDER BY id DESC"
        return eventually(
            lambda: found if len(found := [row for row in self.query(rows) if row[0]]) == count else [],
            f"{count} answers in the history",
        )

    def sandbox_process(self) -> int:
        """The process id of the sandbox the app started."""
        return eventually(
            lambda: next((pid for pid in descendants(self.program.pid) if b"sandbox" in arguments_of(pid)), 0),
            "a sandbox process",
        )

    def sandbox_origin(self) -> str:
        """Where the window says that the sandbox is: ``http://127.0.0.1:PORT``."""
        return "http:" + self.sees("label: http://127.0.0.1:").partition("label: http:")[2].partition("/v2.2")[0]

    def clipboard(self) -> str:
        """The text on the screen's clipboard."""
        done = subprocess.run(
            [sys.executable, "-c", CLIPBOARD],
            env=self.screen.environment(),
            check=True,
            timeout=30,
            capture_output=True,
        )
        return done.stdout.decode()

    def copied(self, text: str) -> None:
        """Another program, a spreadsheet say, copies `text`; it is on the clipboard while the screen is open."""
        alone = {"DBUS_SESSION_BUS_ADDRESS": "disabled:"}  # else the screen reader would take it for the app
        self.screen.start("-c", COPIED, text, env=alone, log=self.log)
        eventually(lambda: self.clipboard() == text, "the text on the clipboard")

    def quit(self) -> None:
        """Close it as a person does; it must end well."""
        self.press("ctrl+q")
        assert self.program.wait(20) == 0, self.log.read_text()

    def kill(self) -> None:
        """End it as a power cut does."""
        self.program.kill()
        self.program.wait()


class Launcher:
    """Starts the app on one screen, one session bus and one data folder, as often as a test wants."""

    def __init__(self, screen: Screen, reader: Reader, address: str, folder: Path) -> None:
        self._screen, self._reader, self._folder = screen, reader, folder
        self._log = folder / "log"
        temporary = folder / "temporary"  # so that whatever is put there can be looked into
        temporary.mkdir()
        self._environment = {
            **accessibility.ENVIRONMENT,
            "DBUS_SESSION_BUS_ADDRESS": address,
            "TMPDIR": str(temporary),
        }

    def start(self, *arguments: str, width: int = 1280, height: int = 800) -> App:
        """Start it and wait for its window, which then has the keyboard and this size in pixels."""
        self._reader.forget()
        program = self._screen.start("-m", "composer", *arguments, env=self._environment, log=self._log)
        app = App(self._screen, self._reader, self._folder / "event-composer", program, self._log)
        self._screen.resize(app.window, width, height)
        self._screen.focus(app.window)
        app.find(TITLE)
        if not arguments:
            app.focused("Event name")
        return app


def descendants(pid: int) -> list[int]:
    """The ids of the running processes that `pid` started, and theirs."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # it ended meanwhile
        if state != "Z":
            parents[int(status.parent.name)] = int(parent)
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]


def arguments_of(pid: int) -> list[bytes]:
    """The command line of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def is_running(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return bool(arguments_of(pid))  # none in a process that has ended and was not waited for


@pytest.fixture
def launch(screen: Screen, tmp_path: Path) -> Iterator[Callable[[str], Launcher]]:
    """Makes the launcher for the session bus at an address."""
    readers: list[Reader] = []

    def launch(address: str) -> Launcher:
        readers.append(Reader(address))
        return Launcher(screen, readers[-1], address, tmp_path)

    yield launch
    screen.close()  # before the bus is left: Qt waits for its accessibility service
    for reader in readers:
        reader.close()


@pytest.fixture
def launcher(launch: Callable[[str], Launcher], keyring_service: SecretService) -> Launcher:
    """Ready to start the app with the unlocked keyring."""
    return launch(keyring_service.address)


@pytest.fixture
def app(launcher: Launcher) -> App:
    """The app, started for the first time."""
    return launcher.start()


@pytest.fixture
def outside() -> Iterator[SandboxProcess]:
    """A sandbox that does not end with the app."""
    sandbox = SandboxProcess()
    sandbox.start()
    yield sandbox
    sandbox.stop()
