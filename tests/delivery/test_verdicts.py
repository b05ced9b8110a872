"""What an answer means for the events of a request; nothing is read into a body that does not plainly say it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from composer.delivery.outcome import answered
from composer.delivery.verdicts import Verdict, rejected_in, verdict, words

TWO = [
    {"index": 1, "status": "rejected", "errors": [{"path": "/value", "message": "No."}]},
    {"index": 0, "status": "accepted"},
]
DETAILS = (("Content-Type", "application/problem+json"),)


@pytest.mark.parametrize("body", [TWO, {"results": TWO}, {"requestId": "x", "events": TWO}])
def test_results_that_plainly_match_are_used(body: Any) -> None:
    assert rejected_in(json.dumps(body).encode(), 2) == {1: "/value: No."}


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"errors": ["One.", "Two."]}, "One. Two."),
        ({"errors": [{"detail": "Three."}]}, "Three."),
        ({"message": "Four."}, "Four."),
        ({"errors": 5}, "The server rejected this event and gave no reason."),
        ({"errors": [6, None]}, "The server rejected this event and gave no reason."),
    ],
)
def test_the_reason_is_in_the_words_of_the_server(result: dict[str, Any], reason: str) -> None:
    body = [{"index": 0, "status": "Rejected", **result}]
    assert rejected_in(json.dumps(body).encode(), 1) == {0: reason}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"queued",
        b'{"results": ' + b"[" * 100_000,
        b"\xff",
        json.dumps({"results": TWO, "others": []}).encode(),
        json.dumps(TWO[:1]).encode(),
        json.dumps([*TWO, {"index": 2, "status": "accepted"}]).encode(),
        json.dumps([TWO[0], TWO[0]]).encode(),
        json.dumps([TWO[0], {"index": 2, "status": "accepted"}]).encode(),
        json.dumps([TWO[0], {"index": True, "status": "accepted"}]).encode(),
        json.dumps([TWO[0], {"index": 0, "status": "perhaps"}]).encode(),
        json.dumps([TWO[0], {"index": 0}]).encode(),
        json.dumps([TWO[0], "accepted"]).encode(),
        json.dumps(7).encode(),
    ],
)
def test_nothing_is_read_into_anything_else(body: bytes) -> None:
    assert rejected_in(body, 2) == {}


@pytest.mark.parametrize(
    ("status", "plain", "with_details"),
    [
        (200, Verdict.DOUBT_AND_PAUSE, Verdict.DOUBT_AND_PAUSE),
        (202, Verdict.TAKEN, Verdict.TAKEN),
        (204, Verdict.DOUBT_AND_PAUSE, Verdict.DOUBT_AND_PAUSE),
        (302, Verdict.PAUSE, Verdict.PAUSE),
        (400, Verdict.REFUSED, Verdict.REFUSED),
        (401, Verdict.PAUSE, Verdict.PAUSE),
        (403, Verdict.PAUSE, Verdict.PAUSE),
        (404, Verdict.PAUSE, Verdict.PAUSE),
        (405, Verdict.PAUSE, Verdict.REFUSED),
        (408, Verdict.DOUBT, Verdict.DOUBT),
        (409, Verdict.PAUSE, Verdict.REFUSED),
        (413, Verdict.REFUSED, Verdict.REFUSED),
        (422, Verdict.REFUSED, Verdict.REFUSED),
        (429, Verdict.WAIT, Verdict.WAIT),
        (500, Verdict.DOUBT, Verdict.DOUBT),
        (503, Verdict.DOUBT, Verdict.DOUBT),
    ],
)
def test_what_is_done_after_each_status(status: int, plain: Verdict, with_details: Verdict) -> None:
    assert verdict(answered(status, (), b"")) is plain
    assert verdict(answered(status, DETAILS, b'{"detail": "No."}')) is with_details


def test_a_rejection_is_told_in_the_words_of_the_server() -> None:
    assert words(answered(400, DETAILS, b'{"title": "Bad", "detail": "No name."}')) == "Bad: No name."
    assert words(answered(413, (), b"<html>")).startswith("Rejected (413).")
