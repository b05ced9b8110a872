"""Variables of rows on the wire: the very bytes that the run shows, the same again when an answer stays away."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from composer.delivery.tasks import work_for
from composer.event import jsontext
from composer.event.payload import Json
from composer.storage.runs import Run, Runs, State
from composer.storage.runs.importing import append
from tests.support.bulk import Sending
from tests.support.server import Server, answer, serve

__all__ = ["serve"]

STORE = "64e5a8a1c0ffee0000004ee7"
TEMPLATE = {
    "eventName": "Order {{order}}",
    "customer": {"email": "{{$email}}"},
    "value": "{{total}}",
    "valueCurrency": "USD",
    "uniqueId": "{{$uuid}}",
    "data": {"at": "{{$now}}", "n": "{{$random 1 999999}}", "literal": r"\{{x}}", "turn": "{{$counter}}"},
}
VALUES = {"order": "{{$now}}", "total": jsontext.parse("12.00").payload}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with closing(Runs(tmp_path).create("x", "", "events", None, {}, None, variables=VALUES)) as run:
        append(run, json.dumps(TEMPLATE), 3)
        yield run


def test_what_is_sent_is_what_is_shown_and_sent_again_it_is_the_same(run: Run, serve: Callable[..., Server]) -> None:
    answers = iter((lambda _: None, answer("202 Accepted", b"")))  # the first time there is none
    seen = [record.text for record in run.records([1, 2, 3])]

    def script(connection: socket.socket) -> None:
        next(answers)(connection)

    server = serve(script)
    end = Sending(run, server.url, STORE, senders=1)()
    assert end.counts[State.QUEUED] == 3
    first, second = (request.partition(b"\r\n\r\n")[2] for request in server.requests)
    assert first == second
    assert all(text.encode() in first for text in seen)
    assert [record.text for record in run.records([1, 2, 3])] == seen
    events = json.loads(first)["events"]
    assert [event["eventName"] for event in events] == ["Order {{$now}}"] * 3  # nothing is resolved twice
    assert (events[0]["data"]["literal"], b'"value":12.00,' in first) == ("{{x}}", True)
    assert [event["data"]["turn"] for event in events] == [1, 2, 3]
    assert len({event["uniqueId"] for event in events}) == 3


def appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: Json, **values: Json) -> list[Json]:
    monkeypatch.setenv("EVENT_COMPOSER_HOME", str(tmp_path))
    task = {"task": "append", "name": "x", "text": json.dumps(event), "times": 3, "variables": json.dumps(values)}
    done = work_for(task).run(lambda _: None)
    with closing(Runs(tmp_path).open(done["run"])) as run:
        return [record.event["uniqueId"].replace(run.id, "made") for record in run.records(run.numbers())]


@pytest.mark.parametrize(
    ("unique_id", "ids"),
    [
        ("fixed", ["made-1", "made-2", "made-3"]),
        ("{{order}}", ["made-1", "made-2", "made-3"]),  # each row has the same order
        ("{{order}}-{{$counter}}", ["7-1", "7-2", "7-3"]),
        ("{{missing}}", ["{{missing}}"] * 3),
    ],
)
def test_a_unique_id_that_would_be_the_same_in_each_row_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unique_id: str, ids: list[str]
) -> None:
    assert appended(tmp_path, monkeypatch, {**TEMPLATE, "uniqueId": unique_id}, order=7, total=1) == ids
