"""Starts and stops a sandbox in a process of its own, and looks inside a running one.

Cheap to import; whatever is heavy is loaded on use.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from composer.event.payload import Json
from composer.paths import program

if TYPE_CHECKING:
    import subprocess

_GREETING = "listening on "
_SECONDS_TO_STOP = 5.0
_SECONDS_TO_ANSWER = 10.0


class SandboxError(Exception):
    """The sandbox could not be started, or does not do what it was asked. The text is a plain sentence."""


class SandboxProcess:
    """One sandbox process. It ends with `stop`, and also when this process dies in whatever way.

    Not thread-safe: call it from one thread at a time.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.origin = ""  # http://127.0.0.1:PORT while it runs, for the functions below

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def base_url(self) -> str:
        """What a store's base URL is to be: ``http://127.0.0.1:PORT/v2.2``; empty when nothing was started."""
        return self.origin and f"{self.origin}/v2.2"

    def start(self, timeout: float = 20.0) -> str:
        """Start it, or let it run, and return the base URL of its API. Waits up to `timeout` seconds.

        Raises SandboxError when it does not come up; no process is left behind then.
        """
        import subprocess
        import tempfile

        if self.alive:
            return self.base_url
        self.stop()
        with tempfile.TemporaryFile() as complaints:
            try:
                command, folder = program()
                self._process = subprocess.Popen(
                    [*command, "sandbox", "--until-stdin-closes"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    cwd=folder,
                    start_new_session=True,  # Ctrl+C in the terminal is this process's to handle
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                raise SandboxError(f"The sandbox could not be started: {error.strerror or error}.") from None
            greeting = _first_line(self._process.stdout, timeout)
            if not greeting.startswith(_GREETING):
                self.stop()
                complaints.seek(0)
                said = complaints.read().decode(errors="replace").strip().splitlines()
                raise SandboxError(f"The sandbox could not be started: {said[-1] if said else 'it did not answer'}")
        self.origin = greeting.removeprefix(_GREETING)
        return self.base_url

    def stop(self) -> None:
        """End it and wait until it is gone. Nothing happens when it does not run."""
        import subprocess

        process, self._process, self.origin = self._process, None, ""
        if process is None:
            return
        with process:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(_SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                process.kill()


def world(
    origin: str, store_id: str, *, limit: int = 100, before_event: int | None = None, skip_profiles: int = 0
) -> dict[str, Json]:
    """What the sandbox at `origin` holds for a store: see `world.World.snapshot` for the shape. Raises SandboxError."""
    asked = {"limit": limit, "skipProfiles": skip_profiles}
    if before_event is not None:
        asked["beforeEvent"] = before_event
    held: dict[str, Json] = _ask("GET", f"{origin}/sandbox/stores/{store_id}", params=asked)
    return held


def empty(origin: str, store_id: str) -> None:
    """Forget all that the sandbox holds for a store. Raises SandboxError."""
    _ask("DELETE", f"{origin}/sandbox/stores/{store_id}")


def faults(origin: str) -> list[dict[str, Json]]:
    """The faults in force, each with the requests it `hit`. Raises SandboxError."""
    active: list[dict[str, Json]] = _ask("GET", f"{origin}/sandbox/faults")
    return active


def set_faults(origin: str, described: list[dict[str, Json]]) -> None:
    """Put these faults in force instead: objects with the fields of `faults.Fault`; an empty list clears.

    Raises SandboxError.
    """
    _ask("PUT", f"{origin}/sandbox/faults", json=described)


def _ask(method: str, url: str, **how: Any) -> Any:
    import ssl

    import httpx

    no_authorities = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain http: loading the system's would only cost time
    try:
        with httpx.Client(trust_env=False, verify=no_authorities, timeout=_SECONDS_TO_ANSWER) as client:
            answer = client.request(method, url, **how)
            if answer.is_success:
                return answer.json() if answer.content else None
            detail = answer.json().get("detail", "")
    except httpx.HTTPError as error:
        raise SandboxError(f"The sandbox does not answer: {error}.") from None
    except (ValueError, AttributeError):
        detail = ""
    raise SandboxError(detail or "The sandbox gave an answer that makes no sense.")


def _first_line(stream: IO[bytes] | None, timeout: float) -> str:
    """The first line without its end, or what there is of it when the stream ends or `timeout` seconds have passed."""
    import threading

    if stream is None:
        return ""
    lines: list[bytes] = []
    # a thread, because pipes can't be polled on Windows; it ends with the process at the latest
    reader = threading.Thread(target=lambda: lines.append(stream.readline()), daemon=True)
    reader.start()
    reader.join(timeout)
    return lines[0].decode(errors="replace").strip() if lines else ""
