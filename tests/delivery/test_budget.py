"""One budget for all who send to a store: whoever they are, and whatever becomes of them or of the disk."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

import pytest

from composer.delivery import budget as budgets
from composer.delivery.budget import AHEAD, YIELDING, Budget, Budgets
from composer.delivery.cancel import Cancel
from composer.delivery.lookup import Looked, Lookups
from composer.delivery.pacing import Pacer
from composer.event.limits import REQUESTS_PER_SECOND
from composer.sandbox.process import SandboxProcess
from composer.storage.secrets import Secrets
from composer.storage.stores import Kind, Store
from tests.support.bulk import new_store


def store(base_url: str = "https://api.example.com/v2.2", store_id: str = "shop", name: str = "Shop") -> Store:
    return Store(3, name, Kind.LIVE, base_url, store_id, "key-3")


@pytest.fixture
def mine(tmp_path: Path) -> Budget:
    return Budgets(tmp_path / "data").of(store())


@pytest.fixture
def theirs(tmp_path: Path) -> Budget:
    """The same store's, as another process has it."""
    return Budgets(tmp_path / "data").of(store())


def others(budget: Budget, now: float | None = None) -> list[float]:
    """What `budget` knows of the others."""
    seen: list[float] = []

    def look(moments: list[float]) -> float:
        seen.extend(sorted(moments))
        return float("inf")

    budget.take(time.monotonic() if now is None else now, look)  # type: ignore[arg-type]
    return seen


def most_in_a_second(moments: list[float]) -> int:
    moments = sorted(moments)
    return max(bisect_right(moments, begin + 1 - 1e-9) - at for at, begin in enumerate(moments))


def test_everybody_sees_what_the_others_sent_and_nobody_takes_their_own_for_it(mine: Budget, theirs: Budget) -> None:
    before = time.monotonic()
    theirs.spend()
    theirs.spend()
    assert len(others(mine)) == 2
    assert before <= others(mine)[0] <= time.monotonic()
    assert others(theirs) == []


def test_a_store_is_the_place_that_requests_go_to(tmp_path: Path, mine: Budget) -> None:
    mine.spend()
    same = Budgets(tmp_path / "data").of(store("https://API.example.com/v2.2/", name="Another name"))
    other = Budgets(tmp_path / "data").of(store(store_id="other"))
    assert (len(others(same)), others(other)) == (1, [])


def test_what_was_taken_is_noted_and_what_is_due_later_is_not(mine: Budget, theirs: Budget) -> None:
    now = time.monotonic()
    assert mine.take(now, lambda _: now + 1) == now + 1
    assert others(theirs) == []
    assert mine.take(now, lambda _: now - 1) == now - 1
    assert others(theirs) == [now]
    mine.move(now, now + 0.2)
    assert others(theirs) == [now + 0.2]
    mine.move(now + 0.2, None)
    assert others(theirs) == []


def test_two_processes_really_share_it(tmp_path: Path, mine: Budget) -> None:
    code = (
        "import sys; from pathlib import Path; from composer.delivery.budget import Budget; "
        "budget = Budget(Path(sys.argv[1])); [budget.spend() for _ in range(40)]"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(mine._path)]) for _ in range(2)]
    seen = 0
    while any(process.poll() is None for process in running):
        seen = max(seen, len(others(mine)))
    assert [process.returncode for process in running] == [0, 0]
    assert max(seen, len(others(mine))) == 80  # none of them wrote over another


def test_the_lock_of_a_process_that_was_killed_is_free(mine: Budget, theirs: Budget) -> None:
    code = (
        "import sys, time; from pathlib import Path; from composer.delivery import budget; "
        "handle = budget._locked(Path(sys.argv[1])); print(handle, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(mine._path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip().isdigit()
        begun = time.monotonic()
        mine.spend()  # which nobody keeps from it, though it can't be noted
        assert time.monotonic() - begun < 1
        assert others(theirs) == []
        holder.kill()
    mine.spend()
    assert len(others(theirs)) == 1


def test_threads_share_it(tmp_path: Path, mine: Budget) -> None:
    def spend() -> None:
        own = Budgets(tmp_path / "data").of(store())
        for _ in range(10):
            own.spend()

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(others(mine)) == 80


class TestReservations:
    def test_it_is_known_a_little_ahead(self, mine: Budget, theirs: Budget) -> None:
        begun = time.monotonic()
        at = mine.ask()
        assert at is not None
        assert begun + AHEAD <= at <= time.monotonic()
        assert others(theirs) == [at]

    def test_however_many_ask_there_are_never_more_than_the_limit_in_a_second(self, tmp_path: Path) -> None:
        got: list[float | None] = []
        ask = Budgets(tmp_path).of(store()).ask
        threads = [threading.Thread(target=lambda: got.append(ask(seconds=4))) for _ in range(130)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        moments = [at for at in got if at is not None]
        assert len(moments) == 130
        assert most_in_a_second(moments) == YIELDING

    def test_without_room_in_time_it_says_so_at_once(self, mine: Budget, theirs: Budget) -> None:
        for number in range(REQUESTS_PER_SECOND):
            theirs.move(0.0, time.monotonic() + number / 1000)
        begun = time.monotonic()
        assert mine.ask(seconds=0.5) is None
        assert time.monotonic() - begun < 0.3
        assert len(others(mine)) == REQUESTS_PER_SECOND  # it left nothing behind

    def test_cancelled_it_gives_its_room_back(self, mine: Budget, theirs: Budget) -> None:
        cancel = Cancel()
        cancel.cancel()
        assert mine.ask(cancel) is None
        assert others(theirs) == []

    def test_cancel_ends_the_waiting(self, mine: Budget, theirs: Budget) -> None:
        for _ in range(REQUESTS_PER_SECOND):
            theirs.spend()
        cancel = Cancel()
        presser = threading.Timer(0.1, cancel.cancel)
        presser.start()
        begun = time.monotonic()
        assert mine.ask(cancel) is None
        assert time.monotonic() - begun < 0.9
        presser.join()


@pytest.mark.parametrize("ahead", [10.0, 3600.0, 1e300, float("inf"), float("nan")])
def test_moments_of_before_a_restart_count_nothing(mine: Budget, theirs: Budget, ahead: float) -> None:
    """The clock began anew with the computer: what is in the file is far in the future."""
    for _ in range(REQUESTS_PER_SECOND):
        theirs.move(0.0, time.monotonic() + ahead)
    assert others(mine) == []
    assert mine.ask() is not None
    assert len(others(theirs)) == 1


@pytest.mark.parametrize("content", [b"", b"x", b"\xff" * 5000, os.urandom(1600), b"\0" * 33])
def test_a_file_that_is_anything_else_is_made_use_of_all_the_same(mine: Budget, theirs: Budget, content: bytes) -> None:
    mine.spend()
    mine._path.write_bytes(content)
    mine.spend()
    assert len(others(theirs)) == 1


class TestDisk:
    def test_the_files_are_for_their_owner_alone(self, tmp_path: Path, mine: Budget) -> None:
        mine.spend()
        (file,) = (tmp_path / "data" / "budgets").iterdir()
        modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "data", file.parent, file)]
        assert modes == [0o700, 0o700, 0o600]
        assert file.stat().st_size <= 16 * REQUESTS_PER_SECOND
        assert b"shop" not in file.name.encode() + file.read_bytes()

    @pytest.fixture(params=["no folder", "no file", "full"])
    def broken(self, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Budget:
        broken = Budgets(tmp_path / "data").of(store())
        if request.param == "no folder":
            (tmp_path / "data").write_text("a file in the place of the folder")
        elif request.param == "no file":
            broken._path.mkdir(parents=True)
        else:
            broken._path.parent.mkdir(parents=True)
            broken._path.symlink_to("/dev/full")  # reads as nothing, and every write is ENOSPC
            monkeypatch.setattr(budgets.os, "read", lambda *_: b"")
        return broken

    def test_a_budget_that_can_not_be_kept_keeps_nobody_from_sending(self, broken: Budget) -> None:
        broken.spend()
        assert broken.ask() is not None
        assert others(broken) == []
        pacer = Pacer(1000, budget=broken)
        for _ in range(5):
            ticket = pacer.wait(lambda: False)
            assert ticket is not None
            ticket.close(was_sent=True)

    def test_what_nobody_has_used_for_a_day_is_cleared_away(self, tmp_path: Path, mine: Budget) -> None:
        mine.spend()
        old = mine._path
        os.utime(old, (time.time() - 90_000,) * 2)
        Budgets(tmp_path / "data").of(store(store_id="other")).spend()
        assert not old.exists()
        mine.spend()
        assert len(list(old.parent.iterdir())) == 2

    def test_no_handle_is_left_open(self, mine: Budget) -> None:
        mine.spend()
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(20):
            mine.spend()
            mine.ask(seconds=0.0)
            others(mine)
        assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
    sandbox.start()
    yield sandbox
    sandbox.stop()


_FULL_PACE = """
import sys, threading, time
from pathlib import Path
from composer.delivery.budget import Budget
from composer.delivery.client import Line, Target
from composer.delivery.pacing import Pacer
from composer.storage.secrets import SANDBOX_SECRET

url, store_id, path, seconds = sys.argv[1:]
body = b'{"events": [{"eventName": "x", "customer": {"email": "jane@example.com"}}]}'
pacer = Pacer(budget=Budget(Path(path)))
kinds, until = [], time.monotonic() + float(seconds)

def send():
    line = Line(Target(url, store_id), SANDBOX_SECRET, "events/bulk")
    while time.monotonic() < until:
        ticket = pacer.wait(lambda: False)
        outcome = line.post(body, None, ticket.written)
        ticket.close(was_sent=True, was_answered=True)
        kinds.append(outcome.kind.value)
    line.close()

threads = [threading.Thread(target=send) for _ in range(6)]
for thread in threads:
    thread.start()
print("begun", flush=True)
for thread in threads:
    thread.join()
print(*kinds)
"""


def test_look_ups_get_through_beside_a_run_at_full_pace_and_nobody_is_refused(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    place = store(sandbox.base_url, new_store())._replace(kind=Kind.SANDBOX)
    lookups = Lookups(Secrets(), Budgets(tmp_path))
    path = str(Budgets(tmp_path).of(place)._path)
    command = [sys.executable, "-c", _FULL_PACE, place.base_url, place.store_id, path, "5"]
    looked: list[Looked] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"

        def look() -> None:
            until = time.monotonic() + 4.5
            while time.monotonic() < until:
                looked.append(lookups.find(place, "jane@example.com"))

        threads = [threading.Thread(target=look) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kinds = run.stdout.read().split()
    assert set(kinds) == {"queued"}
    assert {each.kind for each in looked} <= {"found", "unknown"}
    assert len(looked) > 30
    assert len(looked) + len(kinds) > 200
