"""The sandbox as a process: it says where it listens, and it ends when it should."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from composer.sandbox import SANDBOX_STORE_ID, process
from composer.sandbox.process import SandboxError, SandboxProcess

ROOT = Path(process.__file__).parents[2]
EVENT = {"eventName": "Order Placed", "customer": {"email": "jane@example.com"}}


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
    yield sandbox
    sandbox.stop()


def started(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "composer", "sandbox", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )


def test_started_it_answers_and_stopped_it_is_gone(sandbox: SandboxProcess) -> None:
    base_url = sandbox.start()
    assert base_url == f"{sandbox.origin}/v2.2" == sandbox.base_url
    assert sandbox.alive
    assert sandbox.start() == base_url
    url = f"{base_url}/stores/{SANDBOX_STORE_ID}/events"
    headers = {"Authorization": "Bearer x"}
    assert httpx.post(url, json=EVENT, headers=headers, trust_env=False).status_code == 202
    assert process.world(sandbox.origin, SANDBOX_STORE_ID)["counts"]["events"] == 1
    process.empty(sandbox.origin, SANDBOX_STORE_ID)
    assert process.world(sandbox.origin, SANDBOX_STORE_ID)["counts"]["events"] == 0
    origin = sandbox.origin
    sandbox.stop()
    assert not sandbox.alive
    assert sandbox.base_url == ""
    sandbox.stop()
    with pytest.raises(SandboxError, match="does not answer"):
        process.world(origin, SANDBOX_STORE_ID)


def test_one_that_died_can_be_started_again(sandbox: SandboxProcess) -> None:
    first = sandbox.start()
    assert sandbox._process
    sandbox._process.kill()
    sandbox._process.wait(10)
    assert not sandbox.alive
    assert sandbox.start() != first
    assert sandbox.alive


@pytest.mark.parametrize(
    ("program", "timeout", "sentence"),
    [
        ("import sys; sys.exit('Out of luck.')", 20.0, "Out of luck."),
        ("print('hello')", 20.0, "did not answer"),
        ("import time; time.sleep(60)", 0.5, "did not answer"),
    ],
)
def test_one_that_does_not_come_up_is_told_and_leaves_no_process(
    sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch, program: str, timeout: float, sentence: str
) -> None:
    monkeypatch.setattr(process, "program", lambda: ([sys.executable, "-c", program], "."))
    monkeypatch.setattr(process, "_SECONDS_TO_STOP", 0.1)
    with pytest.raises(SandboxError, match=sentence):
        sandbox.start(timeout)
    assert not sandbox.alive
    assert sandbox.base_url == ""


def test_a_program_that_is_not_there_is_told(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "program", lambda: (["no-such-program-at-all"], "."))
    with pytest.raises(SandboxError, match="No such file"):
        sandbox.start()


def test_it_ends_when_its_parent_is_killed() -> None:
    program = """
import time
from composer.sandbox.process import SandboxProcess
sandbox = SandboxProcess()
sandbox.start()
print(sandbox.origin, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT, text=True) as parent:
        assert parent.stdout
        origin = parent.stdout.readline().strip()
        port = int(origin.rpartition(":")[2])
        process.set_faults(origin, [{"kind": "hang", "call": "any"}])
        # a request that hangs tells the moment at which the sandbox ends
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            path = f"/v2.2/stores/{SANDBOX_STORE_ID}/customers"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert process.faults(origin)
            parent.kill()
            assert connection.recv(1) == b""
    with pytest.raises(SandboxError, match="does not answer"):
        process.faults(origin)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    with started() as sandbox:
        assert sandbox.stdout
        assert sandbox.stderr
        assert sandbox.stdout.readline().startswith("listening on http://127.0.0.1:")
        sandbox.send_signal(number)
        assert (sandbox.wait(10), sandbox.stdout.read(), sandbox.stderr.read()) == (0, "", "")


def test_without_the_option_it_outlives_its_standard_input() -> None:
    with started() as sandbox:
        assert sandbox.stdin
        assert sandbox.stdout
        origin = sandbox.stdout.readline().removeprefix("listening on ").strip()
        sandbox.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            sandbox.wait(0.5)
        assert process.faults(origin) == []
        sandbox.terminate()


def test_the_port_asked_for_is_the_one_it_listens_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with started("--port", str(port)) as sandbox:
        assert sandbox.stdout
        assert sandbox.stdout.readline() == f"listening on http://127.0.0.1:{port}\n"
        sandbox.terminate()


def test_a_port_in_use_is_one_sentence_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started("--port", str(port)) as sandbox:
            out, err = sandbox.communicate(timeout=20)
    assert (sandbox.returncode, out) == (2, "")
    assert err == f"The sandbox can't listen on port {port}: Address already in use.\n"


def test_importing_it_is_cheap() -> None:
    heavy = {"httpx", "subprocess", "uvicorn", "starlette", "pydantic", "ssl", "dataclasses"}
    program = f"import sys, composer.sandbox.process; print(*{heavy} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


def test_a_proxy_of_the_environment_is_not_asked(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.start()
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert process.faults(sandbox.origin) == []
