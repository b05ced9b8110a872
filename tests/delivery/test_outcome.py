"""What an answer means, in a word and in a sentence."""

from __future__ import annotations

import json

import pytest

from composer.delivery.outcome import MAX_RETRY_AFTER, OutcomeKind, answered, parse_retry_after
from composer.event.problem import Problem, problem_in

JSON = [("Content-Type", "application/json; charset=utf-8")]
PROBLEM = [("content-type", "application/problem+json")]
HTML = [("Content-Type", "text/html")]
DETAILS = b'{"title": "Bad Request", "detail": "eventName is missing", "status": 400}'


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (202, b"", "queued"),
        (200, b"", "unexpected"),
        (201, b"", "unexpected"),
        (204, b"", "unexpected"),
        (301, b"", "unexpected"),
        (308, b"", "unexpected"),
        (400, b"", "rejected"),
        (401, b"", "refused-key"),
        (403, DETAILS, "refused-key"),
        (404, b"", "unknown-store"),
        (405, b"", "unexpected"),
        (409, DETAILS, "rejected"),
        (413, b"", "rejected"),
        (418, b"{}", "unexpected"),
        (422, DETAILS, "rejected"),
        (429, b"", "rate-limited"),
        (500, DETAILS, "server-error"),
        (503, b"", "server-error"),
        (599, b"", "server-error"),
        (999, b"", "unexpected"),
    ],
)
def test_each_status_has_its_kind_and_its_sentence(status: int, body: bytes, kind: str) -> None:
    outcome = answered(status, JSON, body)
    assert outcome.kind == kind
    assert str(status) in outcome.sentence
    assert outcome.sentence.endswith(".")
    assert not outcome.kind.nothing_arrived
    assert "accepted" not in outcome.sentence.lower()
    assert ("eventName is missing" in outcome.sentence) == (body == DETAILS)


def test_queued_is_all_that_a_202_says() -> None:
    assert answered(202, [], b"").sentence.startswith("Queued (202). ")


@pytest.mark.parametrize(
    ("headers", "body", "problem"),
    [
        (JSON, DETAILS, Problem("Bad Request", "eventName is missing")),
        (PROBLEM, DETAILS, Problem("Bad Request", "eventName is missing")),
        (PROBLEM, b"{}", Problem()),
        (PROBLEM, b'{"title": "No."}', Problem("No.", "")),
        (PROBLEM, b'{"detail": "No"}', Problem("", "No")),
        (PROBLEM, b'{"title": 7, "detail": ["x"]}', Problem()),
        (JSON, b'{"events": []}', None),
        (JSON, b"[]", None),
        (JSON, b"", None),
        (JSON, b"{", None),
        (JSON, b"\xff\xfe\x00", None),
        (JSON, b"[" * 100_000, None),
        (JSON, b'{"status": ' + b"9" * 10_000 + b"}", None),
        (HTML, DETAILS, None),
        ([], DETAILS, None),
    ],
)
def test_problem_details_are_read_where_there_are_any(
    headers: list[tuple[str, str]], body: bytes, problem: Problem | None
) -> None:
    assert problem_in(headers, body) == problem
    assert answered(400, headers, body).kind == OutcomeKind.REJECTED


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("Bad Request.", "No name"), "Bad Request: No name"),
        (Problem("", "x"), "x"),
        (Problem("x", " "), "x"),
        (Problem(), ""),
    ],
)
def test_a_problem_reads_as_one_line(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_a_long_problem_does_not_fill_the_sentence() -> None:
    assert len(answered(400, JSON, json.dumps({"detail": "x" * 100_000}).encode()).sentence) < 1200


NOW = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 7 ", 7.0),
        ("86400", MAX_RETRY_AFTER),
        ("9" * 5000, MAX_RETRY_AFTER),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("Fri, 15 Jan 2100 07:00:00 GMT", MAX_RETRY_AFTER),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("²", None),
        ("Fri, 99 Jan 2027 08:00:30 GMT", None),
        (", , ,", None),
        ("\x00", None),
    ],
)
def test_retry_after_is_read_bounded_and_nonsense_ignored(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "said", "seconds"),
    [
        ("7", "Wait 7 seconds and", 7.0),
        ("1", "Wait 1 second and", 1.0),
        ("0", "It can be sent again now.", 0.0),
        ("soon", "Wait a moment", None),
        ("", "Wait a moment", None),
    ],
)
def test_a_429_says_how_long_to_wait(value: str, said: str, seconds: float | None) -> None:
    outcome = answered(429, [("Retry-After", value)], b"")
    assert said in outcome.sentence
    assert outcome.retry_after == seconds


def test_a_403_without_a_reason_may_be_a_firewalls() -> None:
    outcome = answered(403, HTML, b"<h1>Blocked</h1>")
    assert outcome.kind == OutcomeKind.REFUSED_KEY
    assert outcome.sentence.startswith("Forbidden (403).")
    assert "firewall" in outcome.sentence
    assert "customer_events_write" in outcome.sentence
    assert answered(403, JSON, DETAILS).sentence.startswith("The key was refused (403).")


def test_what_reading_brings_to_light_is_hidden_before_it_is_shortened() -> None:
    body = json.dumps({"title": "the secret", "detail": "x" * 970 + "the secret"}).encode()
    outcome = answered(400, JSON, body, hide=lambda text: text.replace("the secret", "?"))
    assert outcome.problem == Problem("?", "x" * 970 + "?")
    assert "the" not in outcome.sentence.partition(". The event")[0].partition("says")[2]


def test_an_answer_that_was_cut_says_so() -> None:
    assert "1,000,000 bytes; the rest was not read" in answered(400, JSON, b"x", cut=True).sentence
