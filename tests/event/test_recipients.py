"""Whom an event may reach, read from the very bytes: one too many rather than one too few."""

from __future__ import annotations

import json

import pytest

from composer.event.recipients import Recipient, Way, outside_words, recipients

ID, EMAIL, PHONE = "665f1a2b3c4d5e6f7a8b9c0d", "stewart@example.com", "+12065551234"
BY_ID, BY_EMAIL, BY_PHONE = Recipient(Way.ID, ID), Recipient(Way.EMAIL, EMAIL), Recipient(Way.PHONE, PHONE)


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ({"customer": {"id": ID, "email": EMAIL, "phoneNumber": PHONE}}, [BY_ID, BY_EMAIL, BY_PHONE]),
        ({"customer": {"email": f"\t {EMAIL} \n"}}, [BY_EMAIL]),
        ({"customer": {"email": EMAIL, "id": "  ", "phoneNumber": None}}, [BY_EMAIL]),
        ({"customer": {"id": 12, "email": EMAIL}}, [Recipient(Way.ID, "12"), BY_EMAIL]),
        ({"customer": {"phoneNumber": 12065551234}}, [Recipient(Way.PHONE, "12065551234")]),
        ({"customer": {"email": ["é@a.b", True]}}, [Recipient(Way.EMAIL, '["é@a.b", true]')]),
        ({"customer": {"email": {"address": EMAIL}}}, [Recipient(Way.EMAIL, f'{{"address": "{EMAIL}"}}')]),
        # what another reader might take for ours
        ({"customer": {"email": "a@b.c", "Email": EMAIL}}, [Recipient(Way.EMAIL, "a@b.c"), BY_EMAIL]),
        ({"customer": {"phone_number": PHONE, "Phone": "+1"}}, [BY_PHONE, Recipient(Way.PHONE, "+1")]),
        ({"customer": {"customer_id": ID, "ID": "x"}}, [BY_ID, Recipient(Way.ID, "x")]),
        ({"customer": {"ｅmail": EMAIL}}, [BY_EMAIL]),
        ({"Customer": {"email": EMAIL}}, [BY_EMAIL]),
        ({"customer": EMAIL}, [Recipient(Way.ID, EMAIL)]),
        ({"customer": [{"email": EMAIL}]}, [Recipient(Way.ID, f'[{{"email": "{EMAIL}"}}]')]),
        # the older release, alone and beside today's shape
        ({"event_name": "A", "email": EMAIL, "phone": PHONE}, [BY_EMAIL, BY_PHONE]),
        ({"email": EMAIL, "customer": {"id": ID}}, [BY_EMAIL, BY_ID]),
        ({"customer_id": ID, "phoneNumber": PHONE, "customer.email": EMAIL}, [BY_ID, BY_PHONE, BY_EMAIL]),
        # the event's own ID and what only looks like somebody
        ({"id": "evt", "customer": {"email": EMAIL}, "data": {"email": "x@y.z"}}, [BY_EMAIL]),
        ({"customer": {"email": EMAIL, "customFields": {"phone": "+1"}, "location": {"id": 1}}}, [BY_EMAIL]),
    ],
)
def test_every_identifier_counts(event: object, found: list[Recipient]) -> None:
    text = json.dumps(event, ensure_ascii=False)
    assert recipients(text.encode()) == found
    assert recipients(text) == found
    assert recipients(json.dumps(event)) == found


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"customer": {"email": "a@b.c", "email": "d@e.f"}}', ["a@b.c", "d@e.f"]),
        ('{"customer": {"email": "d@e.f"}, "customer": {"email": "a@b.c"}}', ["d@e.f", "a@b.c"]),
        ('{"customer": {"email": "a@b.c"}, "customer": null}', ["a@b.c"]),
        ('{"customer": {"email": "a@b.c"}, "customer": 7}', ["a@b.c", "7"]),
        ('{"customer": {"\\u0065mail": "a\\u0040b.c"}}', ["a@b.c"]),
        ('{"customer": {"id": 1.50, "id": 1e400, "id": NaN}}', ["1.50", "1e400", "NaN"]),
        ('{"customer": {"id": ' + "9" * 5000 + "}}", ["9" * 5000]),
        ('\ufeff {"customer": {"email": "a@b.c"}}', ["a@b.c"]),
        ('{"customer": {"email": "\\ud800@b.c"}}', ["\ud800@b.c"]),
    ],
)  # fmt: skip
def test_repeated_keys_and_odd_spellings_hide_nobody(text: str, values: list[str]) -> None:
    found = recipients(text.encode("utf-8", "surrogatepass"))
    assert found is not None
    assert [each.value for each in found] == values


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"customer": {"email": "a@b.c"',
        b'{"customer": {"email": "a@b.c"}} and more',
        b"[]",
        b'[{"customer": {"email": "a@b.c"}}]',
        b"null",
        b"{}",
        b'{"customer": {}}',
        b'{"customer": null}',
        b'{"customer": {"email": " "}}',
        b'{"customer": {"firstName": "Stewart"}}',
        b'{"customer": {"email": "\xff"}}',
        '{"customer": {"email": "a@b.c"}}'.encode("utf-16"),
        b'{"customer": {"email": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    ],
)
def test_where_nobody_can_be_read_it_can_not_be_told(body: bytes) -> None:
    assert recipients(body) is None


def test_at_most_five_are_named() -> None:
    assert outside_words(["a@b.c"]) == "a@b.c"
    assert outside_words(["a@b.c", "+1"]) == "a@b.c and +1"
    assert outside_words(list("abcde")) == "a, b, c, d and e"
    assert outside_words([*"abcde", *"x" * 1200]) == "a, b, c, d, e and 1,200 more"


def test_what_is_named_is_short_and_can_be_shown() -> None:
    assert outside_words(["a\n\u202eb"]) == "a\ufffd\ufffdb"
    assert len(outside_words(["x" * 1000])) == 60
