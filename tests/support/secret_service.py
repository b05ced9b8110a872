"""A real Secret Service of the tests' own: a private D-Bus with gnome-keyring on it, in a private home."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

PASSWORD = b"the tests' own keyring"
PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")

# No <servicedir>: nothing on the developer's system is started for a test, no prompt can appear.
_CONFIG = """
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


class SecretService(NamedTuple):
    """Where it is: the bus's address, and the folder in which gnome-keyring has its file."""

    address: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which a process finds it, and no other."""
        folder = str(self.folder)
        private = {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_RUNTIME_DIR": folder}
        return {**os.environ, **private, "DBUS_SESSION_BUS_ADDRESS": self.address}


@pytest.fixture(scope="session")
def bare_bus() -> Iterator[str]:
    """The address of a session bus with nothing on it."""
    _need(PROGRAMS[0])
    with tempfile.TemporaryDirectory() as folder, _bus(Path(folder)) as address:
        yield address


@pytest.fixture(scope="session")
def secret_service() -> Iterator[SecretService]:
    """A bus with an unlocked gnome-keyring, for all tests of the session that want one."""
    with running() as service:
        yield service


@pytest.fixture
def keyring_service(secret_service: SecretService, monkeypatch: pytest.MonkeyPatch) -> SecretService:
    """The unlocked Secret Service, on this test's session bus."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", secret_service.address)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    return secret_service


@contextmanager
def running() -> Iterator[SecretService]:
    """A bus with an unlocked gnome-keyring. Skips the test when the programs are not there."""
    for program in PROGRAMS:
        _need(program)
    with tempfile.TemporaryDirectory() as name, _bus(Path(name)) as address:
        service = SecretService(address, Path(name))
        daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            env=service.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert daemon.stdin is not None
            daemon.stdin.write(PASSWORD)
            daemon.stdin.close()
            _await_name(address)
            yield service
        finally:
            _end(daemon)


@contextmanager
def _bus(folder: Path) -> Iterator[str]:
    config = folder / "bus.conf"
    config.write_text(_CONFIG.format(folder=folder))
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address=1"],
        stdout=subprocess.PIPE,
    )
    try:
        assert daemon.stdout is not None
        daemon.stdout.readline()  # the address, printed when it listens
        yield f"unix:path={folder}/bus"
    finally:
        _end(daemon)


def _await_name(address: str) -> None:
    """Until the service is on the bus: it asks the bus itself, and is told of the change."""
    from jeepney import DBusAddress, MatchRule, message_bus, new_method_call
    from jeepney.io.blocking import Proxy, open_dbus_connection

    name = "org.freedesktop.secrets"
    with closing(open_dbus_connection(address)) as connection:
        rule = MatchRule(type="signal", interface="org.freedesktop.DBus", member="NameOwnerChanged")
        rule.add_arg_condition(0, name)
        Proxy(message_bus, connection).AddMatch(rule)
        with connection.filter(rule) as changes:
            if not Proxy(message_bus, connection).NameHasOwner(name)[0]:
                connection.recv_until_filtered(changes, timeout=10)
        call = new_method_call(DBusAddress("/org/freedesktop/secrets", name, "org.freedesktop.DBus.Peer"), "Ping")
        connection.send_and_get_reply(call, timeout=10)


def _need(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(10)
    if process.stdout is not None:
        process.stdout.close()
