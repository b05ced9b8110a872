"""Templates are found by words that stand anywhere in what is said about them; the best come first."""

from __future__ import annotations

import pytest

from composer.storage.templates import Template, found

THOSE = [
    Template("Archive/Big order", {"eventName": "Order Placed"}),
    Template("Order placed", [], "For the receipt."),
    Template("Shop/Straße", {"eventName": "Checkout Started"}, "Before an order", ("Urgent", "EU")),
    Template("Welcome", {"eventName": 5}),
]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", ["Big order", "Order placed", "Straße", "Welcome"]),
        ("  ", ["Big order", "Order placed", "Straße", "Welcome"]),
        ("order", ["Order placed", "Big order", "Straße"]),
        ("ORDER  pl", ["Order placed", "Big order"]),
        ("placed order", ["Order placed", "Big order"]),
        ("archive", ["Big order"]),
        ("receipt", ["Order placed"]),
        ("urgent eu", ["Straße"]),
        ("STRASSE", ["Straße"]),
        ("started checkout shop", ["Straße"]),
        ("welcome 5", []),
    ],
)
def test_words_find_templates(words: str, names: list[str]) -> None:
    assert [template.name for template in found(THOSE, words)] == names
