"""What another release may have kept is no reason not to start."""

from __future__ import annotations

import pytest

from composer.app import _choice
from composer.ui.theme import Choice


@pytest.mark.parametrize(
    ("kept", "choice"), [("dark", Choice.DARK), (None, Choice.SYSTEM), ("pink", Choice.SYSTEM), ([3], Choice.SYSTEM)]
)
def test_a_theme_that_is_none_is_the_systems(kept: object, choice: Choice) -> None:
    assert _choice(kept) is choice
