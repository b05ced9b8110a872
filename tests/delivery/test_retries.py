"""How long to wait, and that what many meet at once counts once."""

from __future__ import annotations

import pytest

from composer.delivery.retries import PATIENCE, Patience, Rounds


def test_waits_double_up_to_a_limit_and_differ() -> None:
    patience = Patience(first=0.5, most=30)
    for failures, longest in [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (1000, 30.0)]:
        waits = {patience.wait(failures) for _ in range(50)}
        assert longest / 2 <= min(waits) < max(waits) <= longest


def test_ten_tries_last_a_minute_at_least() -> None:
    assert PATIENCE.tries == 10
    assert sum(PATIENCE.wait(failures) for failures in range(1, PATIENCE.tries)) > 60


def test_what_many_meet_at_once_counts_once() -> None:
    rounds = Rounds(Patience(first=1, most=100))
    until = rounds.trouble(begun=0.0, now=10.0)
    assert 10.5 <= until <= 11.0
    assert rounds.trouble(begun=9.0, now=10.2) == until
    assert rounds.count == 1
    later = rounds.trouble(begun=until, now=12.0)
    assert 13.0 <= later <= 14.0
    assert rounds.count == 2
    rounds.over()
    assert rounds.count == 0


def test_a_server_that_asks_is_heard_each_time() -> None:
    rounds = Rounds(Patience(first=1, most=100))
    assert rounds.trouble(begun=0.0, now=10.0, wait=5.0) == 15.0
    assert rounds.trouble(begun=1.0, now=11.0, wait=2.0) == 15.0
    assert rounds.trouble(begun=1.0, now=12.0, wait=60.0) == pytest.approx(72.0)
    assert rounds.count == 1
