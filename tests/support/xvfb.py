"""A screen of its own for the real window: Xvfb, programs started on it, real key events, and pictures of it.

There is no window manager, so `focus` gives a window the keyboard by hand; dialogs need it too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import pytest

Found = TypeVar("Found")

GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication([])
sys.exit(not app.primaryScreen().grabWindow(0).save(sys.argv[1]))
"""


def eventually(look: Callable[[], Found], what: str, seconds: float = 20.0) -> Found:
    """The first truthy answer of `look`, asked every 50 ms; TimeoutError naming `what` when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.05)
    return found


class Screen:
    """One X display: programs run on it, xdotool types and clicks on it."""

    def __init__(self, display: str) -> None:
        self.display = display
        self._programs: list[subprocess.Popen[bytes]] = []

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """This process's environment, with this display as the only one, and `extra`."""
        mine = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        return mine | {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb", **(extra or {})}

    def start(self, *arguments: str, env: Mapping[str, str] | None = None, log: Path) -> subprocess.Popen[bytes]:
        """Start Python with `arguments` here, ``start("-m", "composer", log=…)``; it is ended with the test.

        What it prints goes to the file `log`.
        """
        with log.open("ab") as output:
            program = subprocess.Popen(
                [sys.executable, *arguments],
                env=self.environment(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._programs.append(program)
        return program

    def close(self) -> None:
        """End what was started here and still runs."""
        for program in self._programs:
            if program.poll() is None:
                program.terminate()
            try:
                program.wait(5)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
        self._programs.clear()

    def windows(self, title: str) -> list[str]:
        """The ids of the visible windows whose title matches the regular expression `title`, the newest last."""
        return self._xdotool("search", "--onlyvisible", "--name", title, check=False).split()

    def window(self, title: str, seconds: float = 20.0) -> str:
        """The id of the newest such window, as soon as there is one."""
        return eventually(lambda: self.windows(title), f"a window called {title!r}", seconds)[-1]

    def focus(self, window: str) -> None:
        """Give `window` the keyboard and wait until it has it."""
        self._xdotool("windowraise", window, "windowfocus", "--sync", window)

    def type(self, text: str) -> None:
        """Type `text` with key presses, 5 ms apart. ASCII only: for the rest xdotool changes the keyboard's map while
        it types, and a busy program reads some keys by the old one.
        """
        assert text.isascii(), text
        self._xdotool("type", "--delay", "5", "--", text)

    def key(self, *keys: str) -> None:
        """Press keys by X name, one after the other: ``key("ctrl+Return", "Tab")``."""
        self._xdotool("key", "--delay", "20", *keys)

    def click(self, window: str, x: int, y: int, button: int = 1) -> None:
        """Click `window` at x, y from its top left corner, in pixels."""
        self._xdotool("mousemove", "--window", window, str(x), str(y), "click", str(button))

    def resize(self, window: str, width: int, height: int) -> None:
        """Put `window` into the top left corner with this size in pixels."""
        self._xdotool("windowmove", window, "0", "0", "windowsize", "--sync", window, str(width), str(height))

    def picture(self, file: Path) -> Path:
        """Save the whole screen as a PNG."""
        subprocess.run([sys.executable, "-c", GRAB, str(file)], env=self.environment(), check=True, timeout=30)
        return file

    def _xdotool(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self.environment(), check=check, timeout=60, text=True, stdout=subprocess.PIPE
        )
        return done.stdout


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of an X display of 1920 by 1080 pixels that runs until the last test. Skips where it can't be had."""
    if missing := [tool for tool in ("Xvfb", "xdotool") if not shutil.which(tool)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    log = tmp_path_factory.mktemp("xvfb") / "log"
    read, write = os.pipe()
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[write],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()  # empty when the server ended instead
        assert number, log.read_text()
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def screen(display: str) -> Iterator[Screen]:
    """A display nothing runs on; what the test starts there is ended after it."""
    screen = Screen(display)
    yield screen
    screen.close()
