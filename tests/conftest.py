"""What holds for every test: its own home, nothing but loopback, and nothing left behind."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ["tests.support.secret_service", "tests.support.server", "tests.support.xvfb"]

_strangers: list[str] = []


def _watch_sockets(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook: names and addresses off this machine are refused, and remembered for the test's end."""
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in {"socket.connect", "socket.sendto"}:
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # else a Unix socket
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if not host or host in {"localhost", "::1"} or host.startswith("127."):
        return
    if host.endswith(".invalid"):  # reserved to be unknown: answered here, so that no resolver is asked
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    _strangers.append(host)
    raise RuntimeError(f"a test tried to reach {host}")


sys.addaudithook(_watch_sockets)


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This test's own home and data folder. The developer's session bus, with its keyring, is out of reach."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("EVENT_COMPOSER_HOME", str(tmp_path / "event-composer"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-session-bus")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "REDO_API_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(autouse=True)
def nothing_left_behind(
    request: pytest.FixtureRequest, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fails a test that reached off this machine, or leaves a window, a timer or a thread behind."""
    _strangers.clear()
    failed_before = request.session.testsfailed
    threads = set(threading.enumerate())
    windows = set(_windows())
    started = _watch_timers_and_threads(monkeypatch)
    yield
    if request.session.testsfailed > failed_before:
        return  # a broken test leaves things behind; what broke it is the news
    left = [f"reached {host}" for host in _strangers]
    left += [f"thread {thread.name}" for thread in _still_alive(threads)]
    if set(_windows()) - windows:
        gc.collect()
        left += [f"window {window!r}" for window in set(_windows()) - windows]
    left += [
        f"running {one!r}" for one in (reference() for reference in started) if one is not None and _is_running(one)
    ]
    if left:
        pytest.fail("left behind: " + ", ".join(left), pytrace=False)


def _still_alive(before: set[threading.Thread], seconds: float = 2.0) -> list[threading.Thread]:
    """The threads begun since, after they had their time to end."""
    deadline = time.monotonic() + seconds
    since = [thread for thread in threading.enumerate() if thread not in before]
    for thread in since:
        if not isinstance(thread, threading._DummyThread):  # Qt's own threads that ran Python once; no end to wait for
            thread.join(max(0.0, deadline - time.monotonic()))
    return [thread for thread in since if thread.is_alive() and not isinstance(thread, threading._DummyThread)]


def _windows() -> list[Any]:
    if not isinstance(QApplication.instance(), QApplication):
        return []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # Qt keeps the one label of its tool tips.
    return [window for window in QApplication.topLevelWidgets() if window.metaObject().className() != "QTipLabel"]


def _watch_timers_and_threads(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Any]]:
    """The QTimers and QThreads started from here on."""
    started: list[weakref.ref[Any]] = []

    def watched(start: Any) -> Any:
        def start_and_remember(self: Any, *args: Any) -> None:
            if not any(known() is self for known in started):
                started.append(weakref.ref(self))
            start(self, *args)

        return start_and_remember

    for kind in (QTimer, QThread):
        monkeypatch.setattr(kind, "start", watched(kind.start))
    return started


def _is_running(timer_or_thread: Any) -> bool:
    if not shiboken6.isValid(timer_or_thread):
        return False
    if isinstance(timer_or_thread, QTimer):
        return timer_or_thread.isActive()
    return timer_or_thread.isRunning() and not timer_or_thread.wait(2000)
