"""Many requests over one connection: as certain about each as about a single one."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from composer.delivery.client import TIMEOUTS, Cancel, Line, Target, Timeouts
from composer.delivery.hiding import HIDDEN
from composer.delivery.outcome import MAX_BODY_BYTES
from composer.storage.secrets import Secret
from composer.storage.stores import StoreError
from tests.support.server import Script, Server, answer, raw, read_request, reset, until_gone

KEY = "redo-secret-0123456789abcdef"
BODY = b'{"events": []}'
SHORT = Timeouts(connect=0.3, write=0.3, read=0.3, whole=0.6)
Serve = Callable[..., Server]

ACCEPTED = answer("202 Accepted")


class Talk:
    """A script that has one answer after the other on a kept connection, and notes how many connections there were."""

    def __init__(self, *answers: Script) -> None:
        self._answers = list(answers)
        self.connections = 0
        self.requests: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        self.connections += 1
        while self._answers:
            self._answers.pop(0)(connection)
            if request := read_request(connection):
                self.requests.append(request)
            else:
                return


@contextmanager
def line_to(server: Server, timeouts: Timeouts = TIMEOUTS, *, keep: bool = True) -> Iterator[Line]:
    line = Line(Target(server.url, "shop"), Secret(KEY), "events/bulk", timeouts, keep=keep)
    yield line
    line.close()


def test_requests_go_over_one_connection(serve: Serve) -> None:
    talk = Talk(ACCEPTED, ACCEPTED, ACCEPTED)
    server = serve(talk)
    with line_to(server) as line:
        outcomes = [line.post(BODY) for _ in range(3)]
    assert [outcome.kind for outcome in outcomes] == ["queued"] * 3
    assert talk.connections == 1
    first, second = server.requests[0], talk.requests[0]
    assert first == second
    assert first.startswith(b"POST /stores/shop/events/bulk HTTP/1.1\r\n")
    assert b"\r\nconnection: close" not in first.lower()
    assert b"Bearer " + KEY.encode() in first


def test_what_is_not_kept_has_a_connection_for_each(serve: Serve) -> None:
    server = serve(ACCEPTED)
    with line_to(server, keep=False) as line:
        assert [line.post(BODY).kind for _ in range(3)] == ["queued"] * 3
    assert len(server.requests) == 3
    assert all(b"\r\nconnection: close\r\n" in request.lower() for request in server.requests)


def test_a_server_that_does_not_keep_it_gets_a_new_one(serve: Serve) -> None:
    server = serve(answer("202 Accepted", b"", "Connection: close"))
    with line_to(server) as line:
        assert [line.post(BODY).kind for _ in range(3)] == ["queued"] * 3
    assert len(server.requests) == 3


def test_a_connection_that_was_closed_meanwhile_is_replaced(serve: Serve) -> None:
    closed = threading.Event()

    def answer_and_close(connection: socket.socket) -> None:
        ACCEPTED(connection)
        connection.shutdown(socket.SHUT_WR)
        closed.set()

    server = serve(answer_and_close)
    with line_to(server) as line:
        assert line.post(BODY).kind == "queued"
        assert closed.wait(10)
        assert line.post(BODY).kind == "queued"
    assert len(server.requests) == 2


def test_one_that_breaks_at_the_first_byte_took_nothing_and_is_replaced(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's end was not seen before the write, and the write fails."""
    import httpcore

    monkeypatch.setattr(httpcore.HTTP11Connection, "has_expired", lambda _: False)
    server = serve(ACCEPTED)
    with line_to(server) as line:
        assert line.post(BODY).kind == "queued"
        assert line._connection is not None
        assert line._connection.socket is not None
        line._connection.socket.shutdown(socket.SHUT_WR)  # from here on a write is EPIPE, as after a reset
        written: list[bool] = []
        outcome = line.post(BODY, on_written=lambda: written.append(True))
    assert outcome.kind == "queued"
    assert written == [True]
    assert [request for request in server.requests if request] == [server.requests[0]] * 2


def test_one_that_breaks_after_that_may_have_taken_it(serve: Serve) -> None:
    def reset_now(connection: socket.socket) -> None:
        reset(connection)
        connection.close()

    with line_to(serve(Talk(ACCEPTED, reset_now))) as line:
        assert line.post(BODY).kind == "queued"
        outcome = line.post(BODY)
        assert outcome.kind == "no-answer"
        assert outcome.sentence.startswith("No answer: the events were sent, or a part of them, then ")
        assert "They may have arrived. Look in Redo before you send them again" in outcome.sentence


def test_after_a_broken_one_the_next_request_has_a_new_one(serve: Serve) -> None:
    talk = Talk(ACCEPTED, raw(b"HTTP/1.1 2"))
    server = serve(talk)
    with line_to(server, SHORT) as line:
        assert [line.post(BODY).kind for _ in range(2)] == ["queued", "no-answer"]
        talk._answers += [ACCEPTED, ACCEPTED]
        assert [line.post(BODY).kind for _ in range(2)] == ["queued", "queued"]
    assert talk.connections == 2


def test_a_silent_server_ends_at_the_timeout_also_on_a_kept_connection(serve: Serve) -> None:
    with line_to(serve(Talk(ACCEPTED, until_gone)), SHORT) as line:
        assert line.post(BODY).kind == "queued"
        begun = time.monotonic()
        assert "silent for too long" in line.post(BODY).sentence
        assert time.monotonic() - begun < 2


def test_cancel_ends_a_hanging_request_on_a_kept_connection_at_once(serve: Serve) -> None:
    hanging = threading.Event()

    def hang(connection: socket.socket) -> None:
        hanging.set()
        until_gone(connection)

    cancel = Cancel()
    at: list[float] = []

    def press() -> None:
        hanging.wait(10)
        at.append(time.monotonic())
        cancel.cancel()

    talk = Talk(ACCEPTED, hang)
    presser = threading.Thread(target=press)
    presser.start()
    with line_to(serve(talk)) as line:
        assert line.post(BODY).kind == "queued"
        outcome = line.post(BODY, cancel)
        assert time.monotonic() - at[0] < 0.5
        assert outcome.kind == "no-answer"
        assert "then it was cancelled" in outcome.sentence
        talk._answers.append(ACCEPTED)
        assert line.post(BODY).kind == "queued"  # and the next is none the worse
    presser.join()
    assert talk.connections == 2


def test_cancelled_before_it_began_nothing_is_sent(serve: Serve) -> None:
    server = serve(ACCEPTED)
    cancel = Cancel()
    cancel.cancel()
    with line_to(server) as line:
        assert line.post(BODY, cancel).sentence == "Cancelled. Nothing was sent."
        assert line.post(BODY).kind == "queued"
    assert len(server.requests) == 1


def test_it_tells_when_the_request_was_written(serve: Serve) -> None:
    written = threading.Event()
    told_before: list[bool] = []

    def note(connection: socket.socket) -> None:
        told_before.append(written.wait(10))
        ACCEPTED(connection)

    with line_to(serve(Talk(note, note))) as line:
        for _ in range(2):
            written.clear()
            line.post(BODY, on_written=written.set)
    assert told_before == [True, True]


def test_what_was_never_sent_was_never_written() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        line = Line(Target(f"http://127.0.0.1:{taken.getsockname()[1]}", "shop"), Secret(KEY), "events/bulk")
        written: list[bool] = []
        assert line.post(BODY, on_written=lambda: written.append(True)).kind == "could-not-connect"
    assert written == []


def test_a_huge_answer_is_cut_and_the_connection_is_not_used_again(serve: Serve) -> None:
    talk = Talk(answer("400 No", b"x" * (MAX_BODY_BYTES + 1)), ACCEPTED)
    with line_to(serve(talk)) as line:
        outcome = line.post(BODY)
        assert (outcome.kind, len(outcome.body), outcome.cut) == ("rejected", MAX_BODY_BYTES, True)
        assert line.post(BODY).kind == "queued"
    assert talk.connections == 2


def test_a_key_that_is_echoed_is_hidden_each_time(serve: Serve) -> None:
    echo = answer("401 No", f'{{"detail": "Bearer {KEY} is unknown"}}'.encode(), "Content-Type: application/json")
    with line_to(serve(Talk(echo, echo))) as line:
        for _ in range(2):
            outcome = line.post(BODY)
            assert KEY not in repr(outcome)
            assert HIDDEN in outcome.sentence
            assert "The events were not taken." in outcome.sentence


def test_a_redirect_is_not_followed(serve: Serve) -> None:
    other = serve(ACCEPTED)
    with line_to(serve(answer("307 Over there", b"", f"Location: {other.url}/elsewhere"))) as line:
        assert "The events were not taken. Check the base URL" in line.post(BODY).sentence
    assert not other.connected.is_set()


def test_no_key_goes_where_it_could_be_read() -> None:
    with pytest.raises(StoreError):
        Line(Target("http://api.example.com/v2.2", "shop"), Secret(KEY), "events/bulk")
