"""Which identifier wins, and what the others are for."""

from __future__ import annotations

from typing import Any

import pytest

from composer.event.identity import resolve

ID, EMAIL, PHONE = "665f1a2b3c4d5e6f7a8b9c0d", "stewart@example.com", "+12065551234"


@pytest.mark.parametrize(
    ("customer", "path", "value", "headline", "note"),
    [
        ({"id": ID}, "/customer/id", ID, "Resolves by customer ID",
         "when Redo does not know it, there is nothing to fall back to"),
        ({"phoneNumber": PHONE, "id": ID}, "/customer/id", ID, "Resolves by customer ID",
         "when Redo does not know it, by phone"),
        ({"email": EMAIL, "phoneNumber": PHONE, "id": ID}, "/customer/id", ID, "Resolves by customer ID",
         "when Redo does not know it, by email or phone"),
        ({"email": EMAIL, "phoneNumber": PHONE}, "/customer/email", EMAIL, "Resolves by email",
         "a customer ID would win; phone only enriches"),
        ({"email": EMAIL, "id": "  "}, "/customer/email", EMAIL, "Resolves by email",
         "a customer ID would win; when nobody has it, a new profile is made"),
        ({"phoneNumber": PHONE, "email": ""}, "/customer/phoneNumber", PHONE, "Resolves by phone",
         "a customer ID or an email would win; when nobody has it, a new profile is made"),
        ({"phoneNumber": 5, "firstName": "Stewart"}, "", "", "Nobody yet",
         "give a customer ID, an email or a phone number"),
    ],
)  # fmt: skip
def test_the_winner_and_what_the_others_are_for(customer: Any, path: str, value: str, headline: str, note: str) -> None:
    assert resolve({"customer": customer}) == (path, value, headline, note)


@pytest.mark.parametrize("payload", [None, [], {}, {"customer": None}, {"customer": "bob"}])
def test_a_broken_payload_has_nobody(payload: Any) -> None:
    assert resolve(payload).path == ""


def test_a_long_value_is_shortened_to_one_line() -> None:
    assert len(resolve({"customer": {"email": "a\n" * 100_000}}).value) == 80
