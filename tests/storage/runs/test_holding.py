"""Who works on a run: one process at a time, however it ends; and no two send to one store."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from composer.storage.runs import Options, Run, RunBusy, Runs, State, Status
from composer.storage.runs.holding import store_lock
from composer.storage.stores import Kind
from tests.support.runs import ACME, OTHER, event, states

Make = Callable[..., Run]

HOLDER = """
import sys, pathlib
from composer.storage.runs.run import Run
from tests.support.runs import ACME
run = Run(pathlib.Path(sys.argv[1]))
with run.hold(ACME if sys.argv[2] == "acme" else None):
    print("held", flush=True)
    sys.stdin.readline()
print("free", flush=True)
"""

ASKER = """
import sys, pathlib
from composer.storage.runs.run import Run
print(Run(pathlib.Path(sys.argv[1])).is_held())
"""


@contextmanager
def held_by_another_process(run: Run, store: str = "") -> Iterator[subprocess.Popen[str]]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(run.path), store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        yield holder
    finally:
        holder.communicate("\n", timeout=30)


def test_two_processes_can_not_work_on_one_run(runs: Runs, of_events: Make) -> None:
    run = of_events(event(1))
    assert not run.is_held()
    with held_by_another_process(run):
        assert run.is_held()
        with pytest.raises(RunBusy, match=r"^Another window or process works on “orders.jsonl” at the moment. Wait"):
            run.hold().__enter__()
        assert run.counts()[State.WAITING] == 1  # reading goes on
    assert not run.is_held()
    with run.hold():
        assert run.is_held()
        assert runs.open(run.id).is_held()
    assert not run.is_held()


def test_asking_does_not_free_what_is_held(runs: Runs, of_events: Make) -> None:
    """The system frees a file's locks when a process closes any handle on it; SQLite knows, and so do we."""
    run = of_events(event(1))
    with run.hold(ACME):
        for _ in range(3):
            assert runs.open(run.id).is_held()
            with pytest.raises(RunBusy):
                runs.open(run.id).hold().__enter__()
        asked = subprocess.run([sys.executable, "-c", ASKER, str(run.path)], capture_output=True, text=True, check=True)
        assert asked.stdout == "True\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_process_that_is_killed_holds_nothing(of_events: Make) -> None:
    run = of_events(event(1))
    with held_by_another_process(run, "acme") as holder:
        assert run.is_held()
        holder.send_signal(signal.SIGKILL)
        holder.wait(30)
        with run.hold(ACME):
            assert run.is_held()


def test_two_runs_can_not_send_to_one_store(of_events: Make) -> None:
    first, second = of_events(event(1)), of_events(event(1))
    second.change(store=ACME)
    with held_by_another_process(first, "acme"):
        with pytest.raises(RunBusy, match=r"^Another run sends to “Acme” at the moment. Two at once would go over"):
            second.hold().__enter__()
        assert not second.is_held()
        with second.hold(OTHER):
            pass
        with second.hold(sending=False):  # to be edited
            pass
    with second.hold():
        pass


def test_a_store_is_where_events_go_not_what_it_is_called(tmp_path: Path) -> None:
    same = ACME._replace(
        id=9, name="Acme again", key_id="another", base_url="HTTPS://api.example.com/v2.2/", kind=Kind.LIVE
    )
    assert store_lock(tmp_path, same) == store_lock(tmp_path, ACME)
    assert store_lock(tmp_path, OTHER) != store_lock(tmp_path, ACME)
    assert store_lock(tmp_path, ACME._replace(base_url="https://other.example.com")) != store_lock(tmp_path, ACME)


def test_many_who_want_it_at_once_get_it_one_after_the_other(runs: Runs, of_events: Make) -> None:
    run = of_events(event(1))
    inside, most = [], []

    def work() -> None:
        mine = runs.open(run.id)
        for _ in range(20):
            try:
                with mine.hold():
                    inside.append(1)
                    most.append(len(inside))
                    mine.counts()
                    inside.pop()
            except RunBusy:
                pass
        mine.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}


def test_what_a_sender_may_have_in_hand_can_not_be_changed(of_events: Make) -> None:
    run = of_events(event(1), event(2, value="x"), event(3))
    with held_by_another_process(run):
        run.change(status=Status.SENDING)
        with pytest.raises(RunBusy):
            run.edit(1, event(9))
        for refused in (
            lambda: run.exclude([3], excluded=True),
            lambda: run.change(options=Options(send_anyway=True)),
            lambda: run.fix_all(1),
            lambda: run.recheck(None),
        ):
            with pytest.raises(RunBusy):
                refused()
        run.edit(2, event(2, value=5))  # held back, so in nobody's hands
        assert states(run) == [State.WAITING] * 3
        run.change(status=Status.READY)
        with pytest.raises(RunBusy):  # somebody reads all rows anew, and a window must not wait for that
            run.edit(2, event(2))
    run.edit(1, event(9))
    assert run.record(1).event["customer"]["email"] == "jane9@example.com"
