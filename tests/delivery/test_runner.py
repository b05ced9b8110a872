"""A bulk run against a real sandbox: each row ends in a true state, whatever the server says."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from composer.delivery.client import TIMEOUTS
from composer.delivery.pacing import Pacer
from composer.delivery.retries import Patience
from composer.delivery.tally import Progress
from composer.sandbox import process
from composer.sandbox.server import Sandbox, Window
from composer.storage.database import StorageError
from composer.storage.runs.run import Run
from composer.storage.runs.states import Options, State, Status
from tests.sandbox.conftest import Running
from tests.support.bulk import (
    IMPATIENT,
    KEY,
    Sending,
    assert_true,
    at_fault,
    event,
    make_run,
    new_store,
    numbers_in,
    reasons,
    stored,
)
from tests.support.server import Script, Server, answer, raw, reset

Serve = Callable[..., Server]
AS_THEY_ARE = Options(fill_ids=False)
ANYWAY = Options(send_anyway=True)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    running = Running(Sandbox(window=Window(100_000)))
    yield running
    running.stop()


@pytest.fixture
def origin(running: Running) -> Iterator[str]:
    yield running.origin
    process.set_faults(running.origin, [])


@pytest.fixture
def store() -> str:
    return new_store()


def test_all_rows_are_queued_and_stored_once(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, map(event, range(1, 2351)))
    send = Sending(run, origin, store)
    end = send()
    assert (end.status, end.reason, end.counts[State.QUEUED]) == (Status.FINISHED, "", 2350)
    assert (end.requests, end.retries, end.limited) == (24, 0, 0)
    assert_true(run, origin, store)
    assert all(request.kind == "queued" and request.status == 202 for request in run.requests())


def test_a_missing_unique_id_is_filled_in_and_one_that_is_there_stays(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, [event(1), event(2, uniqueId="mine")])
    Sending(run, origin, store)()
    world = process.world(origin, store)
    assert {each["event"]["uniqueId"] for each in world["events"]} == {f"{run.id}-1", "mine"}


def test_a_run_with_nothing_to_send_is_finished(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, [at_fault(1)])
    end = Sending(run, origin, store)()
    assert (end.status, end.requests, end.counts[State.HELD_BACK]) == (Status.FINISHED, 0, 1)


def test_a_chunk_with_an_event_at_fault_costs_the_others_nothing(tmp_path: Path, origin: str, store: str) -> None:
    bad = {17, 40, 41, 250}
    run = make_run(tmp_path, (at_fault(n) if n in bad else event(n) for n in range(1, 301)), ANYWAY)
    end = Sending(run, origin, store)()
    assert end.status is Status.FINISHED
    assert set(numbers_in(run, State.REJECTED)) == bad
    assert end.counts[State.QUEUED] == 296
    assert_true(run, origin, store)
    for reason in reasons(run, sorted(bad)):
        assert reason.startswith("Bad Request: ")
        assert "not an email address" in reason


def test_a_run_that_is_all_rejected_pauses_and_can_go_on(tmp_path: Path, origin: str, store: str) -> None:
    # The requests with what is good go out before any single event does, however slowly what comes back is heard.
    run = make_run(tmp_path, (event(n) if 100 < n <= 300 else at_fault(n) for n in range(1, 351)), ANYWAY)
    end = Sending(run, origin, store, senders=1, timeouts=TIMEOUTS)()
    assert end.status is Status.PAUSED
    assert "The last 100 events were all rejected, one by one" in end.reason
    assert "not an email address" in end.reason
    assert 100 <= end.counts[State.REJECTED] < 150
    end = Sending(run, origin, store, senders=1, timeouts=TIMEOUTS)()
    assert (end.status, end.counts[State.REJECTED], end.counts[State.QUEUED]) == (Status.FINISHED, 150, 200)
    assert_true(run, origin, store)


def test_results_for_each_event_are_used(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "per-event-results"}])
    run = make_run(tmp_path, (at_fault(n) if n % 10 == 0 else event(n) for n in range(1, 201)), ANYWAY)
    end = Sending(run, origin, store)()
    assert end.requests == 2
    assert numbers_in(run, State.REJECTED) == list(range(10, 201, 10))
    assert_true(run, origin, store)
    assert reasons(run, [10]) == {"/customer/email: Email is not an email address."}


def test_a_202_with_garbage_is_queued_and_the_garbage_is_kept(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "garbage"}])
    run = make_run(tmp_path, map(event, range(1, 101)))
    assert Sending(run, origin, store)().counts[State.QUEUED] == 100
    (request,) = run.requests()
    assert b"\x00\xff" in run.request(request.id).body


@pytest.mark.parametrize(("status", "said"), [(401, "API secret"), (403, "API secret"), (404, "Check the store ID")])
def test_what_is_wrong_with_everything_pauses_the_run(
    tmp_path: Path, origin: str, store: str, status: int, said: str
) -> None:
    run = make_run(tmp_path, map(event, range(1, 1001)))
    process.set_faults(origin, [{"kind": "status", "status": status}])
    end = Sending(run, origin, store)()
    assert (end.status, end.counts[State.WAITING]) == (Status.PAUSED, 1000)
    assert said in end.reason
    process.set_faults(origin, [])
    assert Sending(run, origin, store)().counts[State.QUEUED] == 1000
    assert_true(run, origin, store)


@pytest.mark.parametrize("retry_after", [{}, {"retryAfter": 0}, {"retryAfter": 1}])
def test_429_waits_as_asked_and_sends_again(
    tmp_path: Path, origin: str, store: str, retry_after: dict[str, int]
) -> None:
    process.set_faults(origin, [{"kind": "rate-limit", "times": 3, **retry_after}])
    run = make_run(tmp_path, map(event, range(1, 1001)))
    begun = time.monotonic()
    end = Sending(run, origin, store, timeouts=TIMEOUTS)()  # an answer that is late is another story
    assert time.monotonic() - begun >= retry_after.get("retryAfter", 0)
    assert (end.status, end.counts[State.QUEUED], end.limited, end.retries) == (Status.FINISHED, 1000, 3, 3)
    assert_true(run, origin, store)


def test_429_without_an_end_pauses(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "rate-limit"}])
    run = make_run(tmp_path, map(event, range(1, 201)))
    end = Sending(run, origin, store)()
    assert (end.status, end.counts[State.WAITING]) == (Status.PAUSED, 200)
    assert end.reason.startswith("10 times in a row: Too many requests (429).")


def test_a_long_wait_is_told(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "rate-limit", "retryAfter": 600}])
    run = make_run(tmp_path, map(event, range(1, 201)))
    send = Sending(run, origin, store)
    with acting(send, lambda progress: "Waiting for" in progress.reason, send.runner.leave):
        end = send()
    told = next(each for each in send.reports if each.reason)
    assert told.reason.startswith("Waiting for 600 seconds. Too many requests (429).")
    assert told.seconds_left is not None
    assert told.seconds_left > 590
    assert (end.status, end.counts[State.WAITING]) == (Status.PAUSED, 200)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 500, "afterStoring": True},
        {"kind": "status", "status": 408},
        {"kind": "html"},
        {"kind": "reset"},
        {"kind": "reset", "afterStoring": True},
        {"kind": "hang", "afterStoring": True},
    ],
)
class TestWhatMayHaveArrived:
    def test_is_sent_again_with_a_unique_id(
        self, tmp_path: Path, origin: str, store: str, fault: dict[str, Any]
    ) -> None:
        process.set_faults(origin, [fault | {"times": 3}])
        run = make_run(tmp_path, map(event, range(1, 1001)))
        end = Sending(run, origin, store)()
        assert (end.status, end.counts[State.QUEUED], end.retries) == (Status.FINISHED, 1000, 3)
        assert_true(run, origin, store)

    def test_is_not_sent_again_without(self, tmp_path: Path, origin: str, store: str, fault: dict[str, Any]) -> None:
        process.set_faults(origin, [fault | {"times": 3}])
        run = make_run(tmp_path, map(event, range(1, 1001)), AS_THEY_ARE)
        end = Sending(run, origin, store)()
        assert (end.status, end.counts[State.NO_ANSWER], end.retries) == (Status.FINISHED, 300, 0)
        assert_true(run, origin, store)
        (reason,) = reasons(run, numbers_in(run, State.NO_ANSWER)[:1])
        assert "may " in reason or "probably not" in reason


def test_of_one_request_only_rows_with_an_id_are_sent_again(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "reset", "afterStoring": True, "times": 1}])
    events = (event(n, uniqueId=f"own-{n}") if n % 2 else event(n) for n in range(1, 101))
    run = make_run(tmp_path, events, AS_THEY_ARE)
    end = Sending(run, origin, store)()
    assert end.status is Status.FINISHED
    assert numbers_in(run, State.QUEUED) == list(range(1, 101, 2))
    assert numbers_in(run, State.NO_ANSWER) == list(range(2, 101, 2))
    assert set(stored(origin, store).values()) == {1}
    second, first = run.requests()
    assert (second.attempt_of, second.rows, first.rows) == (first.id, 50, 100)


def test_after_so_many_tries_there_is_no_answer_and_the_run_pauses(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "status", "status": 503, "afterStoring": True}])
    run = make_run(tmp_path, map(event, range(1, 151)))
    end = Sending(run, origin, store, patience=IMPATIENT._replace(tries=3))()
    assert end.status is Status.PAUSED
    assert end.reason.startswith("3 tries failed, the last one so: The server failed (503).")
    assert end.counts[State.NO_ANSWER] >= 50
    assert end.counts[State.NO_ANSWER] + end.counts[State.WAITING] == 150
    process.set_faults(origin, [])
    run.retry()
    end = Sending(run, origin, store)()
    assert end.counts[State.QUEUED] == 150
    assert_true(run, origin, store)


def test_a_server_that_is_not_there_leaves_all_waiting(tmp_path: Path, store: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port
        run = make_run(tmp_path, map(event, range(1, 301)), AS_THEY_ARE)
        end = Sending(run, f"http://127.0.0.1:{taken.getsockname()[1]}", store)()
    assert (end.status, end.counts[State.WAITING], end.counts[State.NO_ANSWER]) == (Status.PAUSED, 300, 0)
    assert end.reason.startswith("10 tries failed, the last one so: Could not connect: the server refused")


def test_a_server_that_comes_back_gets_the_rest(tmp_path: Path, store: str) -> None:
    first = Running(Sandbox(window=Window(100_000)))
    run = make_run(tmp_path, map(event, range(1, 301)), AS_THEY_ARE)
    first.stop()
    send = Sending(run, first.origin, store, patience=IMPATIENT._replace(tries=1000))
    again: list[Running] = []

    def start() -> None:
        from composer.sandbox.server import Server as SandboxServer

        server = Running.__new__(Running)
        listening = threading.Event()
        listener = socket.create_server(("127.0.0.1", first.port))
        server.server = SandboxServer(listener, lambda _: listening.set(), Sandbox(window=Window(100_000)))
        server.thread = threading.Thread(target=server.server.run)
        server.thread.start()
        assert listening.wait(20)
        again.append(server)

    with acting(send, lambda progress: progress.retries > 2, start):
        end = send()
    assert (end.status, end.counts[State.QUEUED]) == (Status.FINISHED, 300)
    assert_true(run, first.origin, store)
    again[0].stop()


class acting:  # noqa: N801 - reads as what it is
    """While a run is sent: `action` once when a report is as wanted, on a thread of its own."""

    def __init__(self, send: Sending, wanted: Callable[[Progress], bool], action: Callable[[], object]) -> None:
        self._send, self._wanted, self._action = send, wanted, action
        self._is_wanted = threading.Event()
        self._thread = threading.Thread(target=self._act)

    def __enter__(self) -> None:
        hear = self._send.runner._report

        def listen(progress: Progress) -> None:
            hear(progress)
            if self._wanted(progress):
                self._is_wanted.set()

        self._send.runner._report = listen
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_wanted.set()
        self._thread.join()

    def _act(self) -> None:
        self._is_wanted.wait(20)
        self._action()


def slowly(rows: int) -> Callable[[Progress], bool]:
    return lambda progress: progress.counts[State.QUEUED] >= rows


def test_pause_finishes_what_is_under_way_and_resume_goes_on(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "latency", "milliseconds": 100}])
    run = make_run(tmp_path, map(event, range(1, 3001)))
    send = Sending(run, origin, store, pacer=Pacer(60), timeouts=TIMEOUTS)

    def rest(progress: Progress) -> bool:
        return progress.status is Status.PAUSED and progress.counts[State.IN_FLIGHT] == 0

    with acting(send, slowly(500), send.runner.pause), acting(send, rest, send.runner.resume):
        end = send()
    paused = [each for each in send.reports if rest(each)]
    assert 500 <= paused[0].counts[State.QUEUED] < 3000
    assert {each.counts[State.QUEUED] for each in paused} == {paused[0].counts[State.QUEUED]}
    assert (end.status, end.counts[State.QUEUED], end.retries) == (Status.FINISHED, 3000, 0)
    assert end.requests == 30
    assert_true(run, origin, store)


def test_leave_returns_and_a_later_sitting_goes_on(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, map(event, range(1, 3001)))
    send = Sending(run, origin, store, pacer=Pacer(60), patience=IMPATIENT._replace(grace=20.0))
    with acting(send, slowly(500), send.runner.leave):
        end = send()
    assert end.status is Status.PAUSED
    assert end.counts[State.WAITING] + end.counts[State.QUEUED] == 3000
    assert end.counts[State.WAITING] > 0
    end = Sending(run, origin, store)()
    assert (end.status, end.counts[State.QUEUED], end.requests) == (Status.FINISHED, 3000, 30)
    assert_true(run, origin, store)


def test_stop_sends_nothing_more(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, map(event, range(1, 3001)))
    send = Sending(run, origin, store, pacer=Pacer(60), timeouts=TIMEOUTS)
    with acting(send, slowly(500), send.runner.stop):
        end = send()
    assert end.status is Status.STOPPED
    assert end.counts[State.STOPPED] + end.counts[State.QUEUED] == 3000
    assert end.counts[State.STOPPED] > 0
    assert_true(run, origin, store)


def test_stopped_before_it_began_nothing_is_sent(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, map(event, range(1, 301)))
    send = Sending(run, origin, store)
    send.runner.stop()
    end = send()
    assert (end.status, end.counts[State.STOPPED], end.requests) == (Status.STOPPED, 300, 0)
    assert stored(origin, store) == {}


def test_stop_after_pause(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, map(event, range(1, 3001)))
    send = Sending(run, origin, store, pacer=Pacer(60), timeouts=TIMEOUTS)
    paused = lambda progress: progress.status is Status.PAUSED  # noqa: E731
    with acting(send, slowly(500), send.runner.pause), acting(send, paused, send.runner.stop):
        end = send()
    assert end.status is Status.STOPPED
    assert_true(run, origin, store)


def test_what_hangs_when_it_is_stopped_has_no_answer_after_a_short_grace(
    tmp_path: Path, origin: str, store: str
) -> None:
    process.set_faults(origin, [{"kind": "hang", "afterStoring": True, "times": 1}, {"kind": "hang"}])
    run = make_run(tmp_path, map(event, range(1, 1001)))
    send = Sending(run, origin, store, timeouts=TIMEOUTS)
    begun = time.monotonic()
    with acting(send, lambda progress: progress.counts[State.IN_FLIGHT] == 1000, send.runner.stop):
        end = send()
    assert time.monotonic() - begun < 5
    assert (end.status, end.counts[State.NO_ANSWER], end.counts[State.STOPPED]) == (Status.STOPPED, 1000, 0)
    assert_true(run, origin, store)
    (reason,) = reasons(run, [1])
    assert "then it was cancelled" in reason


def test_what_was_to_be_sent_again_when_it_is_stopped_has_no_answer(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "reset", "afterStoring": True, "times": 2}])
    run = make_run(tmp_path, map(event, range(1, 1001)))
    send = Sending(run, origin, store, patience=Patience(first=60, most=60, grace=0.3))
    with acting(send, slowly(800), send.runner.stop):
        end = send()
    assert (end.counts[State.NO_ANSWER], end.counts[State.QUEUED]) == (200, 800)
    assert_true(run, origin, store)
    (reason,) = reasons(run, numbers_in(run, State.NO_ANSWER)[:1])
    assert "They may have arrived." in reason


def test_that_holds_also_when_it_was_left_and_tried_in_vain_before(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "reset", "afterStoring": True, "times": 2}, {"kind": "rate-limit"}])
    run = make_run(tmp_path, map(event, range(1, 301)))
    end = Sending(run, origin, store)()
    assert (end.status, end.counts[State.WAITING]) == (Status.PAUSED, 300)
    process.set_faults(origin, [{"kind": "status", "status": 401}])
    assert Sending(run, origin, store)().counts[State.WAITING] == 300
    send = Sending(run, origin, store)
    send.runner.stop()
    end = send()
    assert (end.counts[State.NO_ANSWER], end.counts[State.STOPPED]) == (200, 100)
    assert_true(run, origin, store)


def test_a_sitting_that_died_leaves_doubt_until_it_is_sent_again(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, map(event, range(1, 4)))
    with run.hold():
        run.begin([1, 2])
    send = Sending(run, origin, store)
    send.runner.stop()
    end = send()
    assert (end.counts[State.NO_ANSWER], end.counts[State.STOPPED]) == (2, 1)
    (reason,) = reasons(run, [1, 2])
    assert "may have arrived" in reason


def test_what_was_to_be_sent_again_when_it_is_left_waits(tmp_path: Path, origin: str, store: str) -> None:
    process.set_faults(origin, [{"kind": "reset", "afterStoring": True, "times": 2}])
    run = make_run(tmp_path, map(event, range(1, 1001)))
    send = Sending(run, origin, store, patience=Patience(first=60, most=60, grace=0.3))
    with acting(send, slowly(800), send.runner.leave):
        end = send()
    assert (end.counts[State.WAITING], end.counts[State.QUEUED]) == (200, 800)
    assert Sending(run, origin, store)().counts[State.QUEUED] == 1000
    assert_true(run, origin, store)


class FullDisk:
    """Lets so many calls through, and then the disk is full."""

    def __init__(self, method: Callable[..., Any], calls: int) -> None:
        self._method, self._calls = method, itertools.count(calls, -1)

    def __call__(self, *arguments: Any) -> Any:
        if next(self._calls) <= 0:
            raise StorageError("The disk is full: nothing more can be written.")
        return self._method(*arguments)


def test_what_cant_be_written_down_is_not_sent(
    tmp_path: Path, origin: str, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path, map(event, range(1, 1001)), AS_THEY_ARE)
    with monkeypatch.context() as patch:
        patch.setattr(run, "begin", FullDisk(run.begin, 4))
        end = Sending(run, origin, store)()
    assert (end.status, end.counts[State.QUEUED], end.counts[State.WAITING]) == (Status.PAUSED, 400, 600)
    assert end.reason == "Nothing more was sent. The disk is full: nothing more can be written."
    assert_true(run, origin, store)
    assert Sending(run, origin, store)().counts[State.QUEUED] == 1000
    assert_true(run, origin, store)


def test_answers_that_cant_be_written_down_pause_the_run(
    tmp_path: Path, origin: str, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path, map(event, range(1, 3001)))
    send = Sending(run, origin, store, pacer=Pacer(60), timeouts=TIMEOUTS)
    with run.hold(), monkeypatch.context() as patch:
        patch.setattr(run, "finish", FullDisk(run.finish, 1))
        end = send.runner.run()
    assert end.status is Status.PAUSED
    assert end.reason.startswith("What the server said could not be written down. The disk is full")
    assert run.counts()[State.IN_FLIGHT] > 0  # the file knows no better
    assert Sending(run, origin, store)().counts[State.QUEUED] == 3000
    assert_true(run, origin, store)


def test_the_rows_of_a_sitting_that_died_are_sent_again_only_with_an_id(
    tmp_path: Path, origin: str, store: str
) -> None:
    run = make_run(tmp_path, [event(1, uniqueId="own"), event(2)], AS_THEY_ARE)
    with run.hold():
        run.begin([1, 2])
    end = Sending(run, origin, store)()
    assert (numbers_in(run, State.QUEUED), numbers_in(run, State.NO_ANSWER)) == ([1], [2])
    assert end.status is Status.FINISHED


@pytest.mark.parametrize(
    ("script", "state", "said"),
    [
        (answer("200 OK", b"hello"), State.NO_ANSWER, "not in the contract (200)"),
        (answer("307 Over there", b"", "Location: http://127.0.0.1:1/"), State.WAITING, "The server redirects"),
        (answer("418 Teapot"), State.WAITING, "not in the contract (418)"),
        (answer("403 Forbidden", b"<html>"), State.WAITING, "firewall"),
    ],
)
def test_what_is_no_answer_of_redo_pauses_the_run(
    tmp_path: Path, serve: Serve, store: str, script: Script, state: State, said: str
) -> None:
    run = make_run(tmp_path, map(event, range(1, 101)), AS_THEY_ARE)
    end = Sending(run, serve(script).url, store)()
    assert (end.status, end.counts[state]) == (Status.PAUSED, 100)
    assert said in end.reason


def test_with_an_id_what_is_no_answer_of_redo_waits(tmp_path: Path, serve: Serve, store: str) -> None:
    run = make_run(tmp_path, map(event, range(1, 101)))
    end = Sending(run, serve(answer("200 OK")).url, store)()
    assert (end.status, end.counts[State.WAITING]) == (Status.PAUSED, 100)


def test_413_is_halved_and_the_rest_goes(tmp_path: Path, serve: Serve, store: str) -> None:
    """A server that takes three events at a time."""
    sizes: list[int] = []

    def three(connection: socket.socket) -> None:
        events = json.loads(server.requests[-1].partition(b"\r\n\r\n")[2])["events"]
        sizes.append(len(events))
        answer("413 Too Large" if len(events) > 3 else "202 Accepted")(connection)

    server = serve(three)
    run = make_run(tmp_path, map(event, range(1, 11)), AS_THEY_ARE)
    end = Sending(run, server.url, store, senders=1)()
    assert (end.status, end.counts[State.QUEUED]) == (Status.FINISHED, 10)
    assert sorted(sizes) == [2, 2, 3, 3, 5, 5, 10]


@pytest.mark.parametrize(("options", "is_kept"), [(Options(), True), (AS_THEY_ARE, False)])
def test_connections_are_kept_only_where_a_second_try_does_no_harm(
    tmp_path: Path, serve: Serve, store: str, options: Options, is_kept: bool
) -> None:
    server = serve(answer("202 Accepted"))
    Sending(make_run(tmp_path, [event(1)], options), server.url, store)()
    assert (b"\r\nconnection: close\r\n" not in server.requests[0].lower()) is is_kept


def test_a_key_that_is_echoed_is_nowhere_in_the_file(tmp_path: Path, serve: Serve, store: str) -> None:
    echo = answer("401 No", f'{{"detail": "Bearer {KEY} is unknown"}}'.encode(), f"X-Echo: {KEY}")
    run = make_run(tmp_path, [event(1)])
    end = Sending(run, serve(echo).url, store)()
    assert KEY not in repr(end)
    run.close()
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()


def test_reports_come_ten_times_a_second_at_most(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, map(event, range(1, 10_001)))
    send = Sending(run, origin, store, pacer=Pacer(100))
    end = send()
    assert 3 <= len(send.reports) <= 2 + 10 * (end.seconds + 0.2)
    middle = send.reports[len(send.reports) // 2]
    assert middle.status is Status.SENDING
    assert 20 < middle.rate < 120
    assert middle.seconds_left is not None
    assert 0 < middle.seconds_left < 5
    assert 0.9 < end.seconds < 5
    assert (end.seconds_left, send.reports[-1]) == (0.0, end)


def test_a_report_can_go_to_another_process(tmp_path: Path, origin: str, store: str) -> None:
    end = Sending(make_run(tmp_path, [event(1), at_fault(2)]), origin, store)()
    told = json.loads(json.dumps(end.as_json()))
    assert told["counts"]["QUEUED"] == told["counts"]["HELD_BACK"] == 1
    assert Progress.from_json(told) == end


def test_time_adds_up_over_sittings(tmp_path: Path, origin: str, store: str) -> None:
    run = make_run(tmp_path, map(event, range(1, 101)))
    run.change(seconds=100.0)
    assert 100 < Sending(run, origin, store)().seconds < 110


def test_our_own_mistakes_are_raised(tmp_path: Path, origin: str, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from composer.delivery import senders

    def mistake(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(senders.Line, "post", mistake)
    run = make_run(tmp_path, [event(1)])
    with pytest.raises(KeyError, match="a bug"):
        Sending(run, origin, store)()


def test_the_rows_of_a_run_are_not_read_into_memory_at_once(tmp_path: Path, origin: str, store: str) -> None:
    """Large events: what is read ahead is little, and each request is within the limits."""
    taken: list[int] = []

    class Watched(Run):
        def take(self, after: int, limit: int) -> Any:
            parcels = super().take(after, limit)
            taken.append(sum(len(parcel.body) for parcel in parcels))
            return parcels

    large = {"$extra": {str(part): "x" * 90_000 for part in range(10)}}
    run = make_run(tmp_path, (event(n, data={"Row": n} | large) for n in range(1, 61)))
    watched = Watched(run.path)
    end = Sending(watched, origin, store, timeouts=TIMEOUTS)()  # 5 MB take a busy machine longer than QUICK
    assert end.counts[State.QUEUED] == 60
    assert end.requests == 12  # of five events each
    assert max(taken) <= 20_000_000


def test_an_event_too_large_for_a_request_with_others_goes_alone(tmp_path: Path, origin: str, store: str) -> None:
    large = {"$extra": {str(part): "x" * 90_000 for part in range(55)}}
    small = {"$extra": {"part": "x" * 60_000}}
    run = make_run(tmp_path, (event(n, data={"Row": n} | (large if n == 2 else small)) for n in (1, 2, 3)))
    end = Sending(run, origin, store)()
    assert (end.counts[State.QUEUED], end.requests) == (3, 3)


def test_a_lost_connection_is_not_a_doubt_when_nothing_went_over_it(tmp_path: Path, serve: Serve, store: str) -> None:
    answers = iter([raw(b""), reset])

    def script(connection: socket.socket) -> None:
        next(answers, answer("202 Accepted"))(connection)

    run = make_run(tmp_path, map(event, range(1, 301)))
    end = Sending(run, serve(script).url, store)()
    assert (end.status, end.counts[State.QUEUED], end.retries) == (Status.FINISHED, 300, 2)
