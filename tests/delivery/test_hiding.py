"""A key that a server sends back is in no outcome and in no file, however it is spelled."""

from __future__ import annotations

import html
import json
import re
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from composer.delivery.budget import Budgets
from composer.delivery.guard import Guard
from composer.delivery.hiding import HIDDEN, Hider
from composer.delivery.outcome import MAX_BODY_BYTES, Outcome
from composer.delivery.sender import Sender
from composer.storage.database import FILE_NAME, Database
from composer.storage.drift import Drift
from composer.storage.history import Attempt, History
from composer.storage.secrets import Secret, Secrets
from composer.storage.stores import Kind, Store
from tests.support.server import Server, answer

ODD = "ab9/+=\"\\%&<>'_-.:~#é"
KEYS = st.text(ODD, min_size=12, max_size=30).map(lambda text: f"k{text}y")
ESCAPES: list[Any] = [
    lambda c: c,
    lambda c: quote(c, safe="", encoding="utf-8"),
    lambda c: quote(c, safe="", encoding="latin-1").lower(),
    lambda c: f"%{ord(c):02X}" if c.isascii() else quote(c),
    lambda c: json.dumps(c)[1:-1],
    lambda c: f"\\u{ord(c):04x}",
    lambda c: f"\\u{ord(c):04X}",
    lambda c: f"&#{ord(c)};",
    lambda c: f"&#x{ord(c):X};",
    html.escape,
    lambda c: quote(quote(c, safe=""), safe=""),
    lambda c: json.dumps(json.dumps(c)[1:-1])[1:-1],
]


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str]:
    """A key and one of its spellings: one escape for all of it, or another for each character."""
    key = draw(KEYS)
    whole = draw(st.booleans())
    escapes = [draw(st.sampled_from(ESCAPES))] * len(key) if whole else draw(
        st.lists(st.sampled_from(ESCAPES), min_size=len(key), max_size=len(key))
    )  # fmt: skip
    return key, "".join(escape(c) for escape, c in zip(escapes, key, strict=True))


@settings(max_examples=500, deadline=None)
@given(spelled(), st.sampled_from(["", "Bearer ", "?key=", "\\n"]), st.sampled_from(["", " is unknown", "\\", '"']))
def test_no_spelling_is_left(pair: tuple[str, str], before: str, after: str) -> None:
    key, spelling = pair
    hidden = Hider(Secret(key)).text(f"{before}{spelling}{after}")
    assert HIDDEN in hidden
    assert spelling not in hidden
    assert key not in hidden


@settings(max_examples=300, deadline=None)
@given(spelled(), st.binary(max_size=10), st.sampled_from(["utf-8", "latin-1", "utf-16-le", "utf-16-be"]))
def test_no_spelling_is_left_in_bytes(pair: tuple[str, str], noise: bytes, encoding: str) -> None:
    key, spelling = pair
    body = b"key: " + spelling.encode(encoding) + b" " + noise
    hidden = Hider(Secret(key)).body(body, whole=True)
    assert HIDDEN.encode() in hidden
    assert spelling.encode(encoding) not in hidden
    assert key.encode(encoding) not in hidden


@pytest.mark.parametrize(
    "spell",
    [
        lambda key: key,
        json.dumps,
        lambda key: json.dumps(key).replace("/", r"\/"),
        html.escape,
        lambda key: quote(key, safe=""),
        lambda key: re.sub("%..", lambda code: code[0].lower(), quote(key, safe="")),
        quote_plus,
        unquote_plus,
        lambda key: repr(key.encode("latin-1")),
    ],
)
@pytest.mark.parametrize(
    "key", ["%2B%2B%2B%2B", r"\\\\\\\\\\", "sk%41b%2Fc+ d/e", r"\u0041/bcdefgh", "&amp;&lt;&#43;x", 'sk_live/ab+cd=="x']
)
def test_a_key_that_looks_like_escapes_is_hidden_too(key: str, spell: Any) -> None:
    hidden = Hider(Secret(key)).text(f"<{spell(key)}>")
    if spell is not unquote_plus:
        assert HIDDEN in hidden
        assert key not in hidden
        assert spell(key).strip("\"'") not in hidden


def test_what_json_says_once_it_is_read_is_hidden() -> None:
    hider = Hider(Secret("u0041/bcdefgh"))
    body = rb'{"a": 12.00, "a": "C:\\u0041\u002Fbcdefgh", "b": "\u00e9\n"}'
    hidden = hider.body(body, whole=True)
    assert hidden == b'{"a": 12.00, "a": "C:\\\\(key hidden)", "b": "\\u00e9\\n"}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        r'{"a": "\u00e9\n\/\\ \ud83d", "b": 12.00}',
        "100% & more &amp; \\x &#128; é Ã© \0",
        "<p>%zz%</p>",
        "%25 + 1",
    ],
)
def test_what_holds_no_key_stays_as_it_is(text: str) -> None:
    hider = Hider(Secret("sk_live/ab+cd"))
    assert hider.text(text) == text
    assert hider.body(text.encode(), whole=True) == text.encode()


def test_a_short_key_tears_no_words_apart() -> None:
    assert Hider(Secret("event")).text("the event") == "the event"
    assert Hider(Secret("event")).body(b"the event", whole=False) == b"the event"


@settings(max_examples=300, deadline=None)
@given(spelled(), st.integers(0, 10_000))
@example(("k/+ab9ab9ab9ab9y", r"k\/\u002Bab9ab9ab9ab9y"), 6)
def test_a_body_that_is_cut_ends_before_the_key(pair: tuple[str, str], place: int) -> None:
    key, spelling = pair
    cut = spelling[: place % len(spelling)]
    hidden = Hider(Secret(key)).body(f"12345 {cut}".encode(), whole=False)
    assert len(hidden) <= 6 + 36  # at the most the escapes of the first two characters, and the half of a third


@pytest.mark.parametrize(
    "unit", [b"\\", b"%25", b"%41", b"&amp;", b"&#0", b"\\u0041", b'"\\', b"\0", b"\xc3\xa9", b"k%2", b"&", b"\\&"]
)
def test_a_hostile_answer_costs_seconds_at_the_most(unit: bytes) -> None:
    begun = time.process_time()
    Hider(Secret('k/ab+cd=="xyzkkkk')).body(unit * (MAX_BODY_BYTES // len(unit)), whole=False)
    assert time.process_time() - begun < 10


def everything(outcome: Outcome) -> str:
    said = [
        outcome.sentence,
        outcome.detail,
        str(outcome.problem),
        outcome.body.decode("latin-1"),
        outcome.body.decode(),
    ]
    return "\n".join((*said, *(f"{name}: {value}" for name, value in outcome.headers)))


def texts_of(database: Path) -> str:
    return "".join(file.read_bytes().decode("latin-1") for file in database.parent.rglob("*") if file.is_file())


@settings(max_examples=25, deadline=None)
@given(pair=spelled())
@example(pair=('sk_live/ab+cd=="x', 'sk_live\\/ab\\u002Bcd==\\"x'))
def test_no_spelling_reaches_the_outcome_or_the_history(
    pair: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    key, spelling = pair
    ascii_spelling = spelling.encode("latin-1").decode("latin-1")
    body = json.dumps({"title": f"No {key}", "detail": f"Bearer {spelling}"}) + f" {spelling}"
    whole = json.dumps({"title": f"No {key}", "detail": "x" * 980 + key, "raw": spelling})
    path = tmp_path_factory.mktemp("data") / FILE_NAME
    with closing(Database(path)) as database:
        for status, text in (("400 No", whole), ("401 No", body), ("307 There", whole)):
            script = answer(
                status,
                text.encode(),
                "Content-Type: application/json",
                f"Location: /?{ascii_spelling}",
                f"X-Echo: {key}",
            )
            server = Server(script)
            try:
                store = Store(2, "Shop", Kind.TEST, server.url, "shop", "key-id")
                secrets = Secrets()
                secrets.hold(store, Secret(key))
                guard, budgets, drift = Guard(database), Budgets(path.parent), Drift(database)
                sender = Sender(History(database), secrets, guard, budgets, drift)
                sent = sender.send(Attempt(store, "Order", "a@b.test", "", b"{}"))
            finally:
                server.close()
            assert sent.outcome.kind in {"rejected", "refused-key", "unexpected"}
            said = everything(sent.outcome)
            for each in (key, spelling, json.dumps(key)[1:-1], json.dumps(spelling)[1:-1]):
                assert each not in said
        kept = texts_of(path)
    for each in (key, spelling, json.dumps(key)[1:-1], json.dumps(spelling)[1:-1]):
        assert each not in kept
        assert each.encode().decode("latin-1") not in kept
