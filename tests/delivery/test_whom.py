"""Whom the waiting rows of a run hit is counted before any of them is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from composer.delivery.whom import Whom, whom
from composer.storage.runs import RunBusy, Runs, State
from tests.support.bulk import at_fault, event, make_run

ACME = "Acme"


def watch(body: bytes) -> list[str]:
    email: str = json.loads(body)["customer"]["email"]
    return [] if email.endswith("@test.com") else [email]


def to(*emails: str) -> list[object]:
    return [event(at, customer={"email": email}) for at, email in enumerate(emails, 1)]


def test_rows_are_counted_and_the_first_people_named(tmp_path: Path) -> None:
    run = make_run(tmp_path, to("a@real.com", "x@test.com", "b@real.com", "c@real.com", "a@real.com", "d@real.com"))
    found = whom(run, watch)
    assert found._replace(stamp="") == Whom(6, 5, ("a@real.com", "b@real.com"), 2)
    assert Whom.from_json(json.loads(json.dumps(found.as_json()))) == found
    assert found.sentence(ACME) == (
        "5 of 6 rows hit people who are not among the test people of “Acme”: a@real.com, b@real.com and 2 more rows."
    )


@pytest.mark.parametrize(
    ("emails", "says"),
    [
        (["a@real.com"], "1 of 1 row hits people who are not among the test people of “Acme”: a@real.com."),
        (
            ["a@real.com", "b@real.com", "a@real.com"],
            "3 of 3 rows hit people who are not among the test people of “Acme”: a@real.com and b@real.com.",
        ),
        (
            ["a@real.com", "b@real.com", "c@real.com"],
            (
                "3 of 3 rows hit people who are not among the test people of “Acme”: a@real.com, b@real.com and 1 more "
                "row."
            ),
        ),
    ],
)
def test_it_is_said_in_a_sentence(tmp_path: Path, emails: list[str], says: str) -> None:
    assert whom(make_run(tmp_path, to(*emails)), watch).sentence(ACME) == says


def test_only_what_would_be_sent_counts(tmp_path: Path) -> None:
    run = make_run(tmp_path, [*to("a@real.com", "b@real.com", "c@real.com"), at_fault(4)])
    run.exclude([2], True)
    with run.hold():
        run.begin([3])  # and then the program dies
    assert whom(run, watch)._replace(stamp="") == Whom(2, 2, ("a@real.com", "c@real.com"), 0)
    assert run.counts()[State.WAITING] == 2


def test_it_says_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    run = make_run(tmp_path, to(*["a@real.com"] * 250))
    told: list[tuple[int, int]] = []
    assert whom(run, watch, lambda done, of: told.append((done, of))).whole
    assert told == [(100, 250), (200, 250), (250, 250)]
    assert not whom(run, watch, stop=lambda: True).whole
    assert run.counts()[State.WAITING] == 250


def test_a_run_that_somebody_sends_is_left_alone(tmp_path: Path) -> None:
    run = make_run(tmp_path, to("a@real.com"))
    other = Runs(tmp_path).open(run.id)
    with other.hold(), pytest.raises(RunBusy):
        whom(run, watch)
    other.close()
