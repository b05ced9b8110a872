"""What is typed finds what is meant: whole words before parts, whatever the case, the accents and the script."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.ui.finder.matching import (
    BEGINNING,
    ELSEWHERE,
    EXACT,
    INITIALS,
    INSIDE,
    SCATTERED,
    Item,
    mark,
    rank,
)


def item(words: str, detail: str = "") -> Item:
    return Item(f"id {words}", words, detail, "", lambda: None)


def found(text: str, *words: str, used: tuple[str, ...] = ()) -> list[str]:
    hits, count = rank(text, [item(each) for each in words], used)
    assert count == len(hits)
    return [hit.item.words for hit in hits]


def marked(text: str, words: str) -> str:
    """The words with their marked letters in brackets."""
    ((hit,), _) = rank(text, [item(words)])
    for begin, end in reversed(hit.marks):
        words = f"{words[:begin]}[{words[begin:end]}]{words[end:]}"
    return words


@pytest.mark.parametrize(
    ("text", "words", "fit"),
    [
        ("order placed", "Order Placed", EXACT),
        ("  ORDER   placed ", "Order Placed", EXACT),
        ("pl", "Order Placed", BEGINNING),
        ("placed order", "Order Placed", BEGINNING),
        ("name", "eventName", BEGINNING),
        ("name", "event_name", BEGINNING),
        ("shop.test", "ann@shop.test", BEGINNING),
        ("rder", "Order Placed", INSIDE),
        ("o laced", "Order Placed", INSIDE),
        ("ordpl", "Order Placed", INITIALS),
        ("gth", "Go to History", INITIALS),
        ("hstry", "Go to History", SCATTERED),
        ("eclair", "Éclair réservé", BEGINNING),
        ("ÉCLAIR", "eclair", EXACT),
        ("strasse", "Große Straße", BEGINNING),
        ("lodz", "Sklep w Łódź", BEGINNING),
        ("istanbul", "İstanbul", EXACT),
        ("σίσυφος", "ΣΊΣΥΦΟΣ", EXACT),
        ("заказ", "Новый Заказ", BEGINNING),
        ("הזמנה", "הזמנה חדשה", BEGINNING),
        ("שלום", "שָׁלוֹם", EXACT),
        ("订单", "新订单已下", INSIDE),
        ("ｏｒｄｅｒ", "Order Placed", BEGINNING),
        ("👍", "Thanks 👍", INSIDE),
    ],
)
def test_a_text_fits(text: str, words: str, fit: int) -> None:
    ((hit,), _) = rank(text, [item(words)])
    assert hit.fit == fit


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("order x", "Order Placed"),  # every term must be found
        ("dre", "Order Placed"),
        ("hs", "Go to History"),  # two letters scattered would be found in almost anything
        ("acme", "Add a customer email"),
        ("が", "か"),  # in Japanese that is another letter
        ("कि", "का"),
        ("plord", "Order Placed"),  # initials come in order
    ],
)
def test_a_text_does_not_fit(text: str, words: str) -> None:
    assert found(text, words) == []


def test_the_better_fit_comes_first_and_the_shorter_of_two_equals() -> None:
    words = ("Reorder", "Our deer", "Send anyway", "Order Placed", "Order", "Past Order", "Order Paid")
    assert found("order", *words) == ["Order", "Order Paid", "Order Placed", "Past Order", "Reorder"]


def test_what_was_used_comes_first_among_equals_but_not_before_the_exact_name() -> None:
    words = ("Send", "Send anyway", "Send later", "Resend")
    used = ("id Resend", "id Send later", "id Send anyway")  # the newest first
    assert found("send", *words, used=used) == ["Send", "Send later", "Send anyway", "Resend"]
    assert found("sen", *words, used=used) == ["Send later", "Send anyway", "Send", "Resend"]


def test_a_blank_text_finds_all_with_the_used_first() -> None:
    assert found("  ", "A", "B", "C", used=("id C", "id gone", "id B")) == ["C", "B", "A"]


def test_the_detail_is_looked_into_after_the_words() -> None:
    items = [item("Acme", "live · https://api.getredo.com"), item("Live orders", "test")]
    assert rank("ive", items)[1] == 1  # any letters stand somewhere in a detail; only the beginnings of words count
    hits, _ = rank("live", items)
    assert [(hit.item.words, hit.fit) for hit in hits] == [("Live orders", BEGINNING), ("Acme", ELSEWHERE)]
    assert hits[1].detail_marks == ((0, 4),)
    assert hits[1].marks == ()


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("pl", "Apple Placed", "Apple [Pl]aced"),  # the beginning of a word rather than the first place
        ("pla ord", "Order Placed", "[Ord]er [Pla]ced"),
        ("ordpl", "Order Placed", "[Ord]er [Pl]aced"),
        ("hstry", "History", "[H]i[st]o[ry]"),
        ("eclair", "Un Éclair", "Un [Éclair]"),
        ("eclair", "Un E\u0301clair", "Un [E\u0301clair]"),
        ("ss", "Straße", "Stra[ß]e"),
        ("new", "👍👍 New", "👍👍 [New]"),
        ("", "Order", "Order"),
    ],
)
def test_the_letters_that_say_so_are_marked(text: str, words: str, shown: str) -> None:
    assert marked(text, words) == shown


def test_what_others_found_keeps_its_order_and_is_marked_where_the_words_stand() -> None:
    hits = mark("alice 202", [item("Order — bob", "400"), item("Order — alice", "202 queued")])
    assert [(hit.item.words, hit.marks, hit.detail_marks) for hit in hits] == [
        ("Order — bob", (), ()),
        ("Order — alice", ((8, 13),), ((0, 3),)),
    ]


def test_the_best_are_kept_and_all_are_counted() -> None:
    hits, count = rank("order", [item(f"order {at}") for at in range(300)] + [item("Order")], most=8)
    assert (len(hits), count, hits[0].item.words) == (8, 301, "Order")


@given(st.text(), st.text())
def test_a_text_always_finds_itself(text: str, detail: str) -> None:
    hits, _ = rank(text, [item(text, detail)])
    assert [hit.item.words for hit in hits] == [text]


@given(
    st.text(alphabet="aAb éß\u0301_—İ가👍\x01\n"), st.lists(st.text(alphabet="aAb éß\u0301_—İ가👍\x01\n"), max_size=5)
)
def test_marks_stand_in_the_text_in_order(text: str, words: list[str]) -> None:
    hits, _ = rank(text, [item(each, each[::-1]) for each in words])
    for hit in hits:
        for marks, shown in ((hit.marks, hit.item.words), (hit.detail_marks, hit.item.detail)):
            edges = [edge for span in marks for edge in span]
            assert edges == sorted(set(edges))
            assert not edges or (edges[0] >= 0 and edges[-1] <= len(shown))


@pytest.mark.parametrize("text", ["e", "order", "ordpl 99", "zzz", "a" * 1000, "a " * 500])
def test_ten_thousand_items_take_a_moment(text: str) -> None:
    items = [item(f"Order placed {at}", "Shop") for at in range(9_990)] + [item("a a" * 3000)] * 10
    rank("warm", items)
    begun = time.thread_time()
    rank(text, items)
    assert time.thread_time() - begun < 0.5  # seconds; 0.02 on an idle machine
