"""Which identifier finds the customer, and what the others are for.

Order of release 2.2.476 of the contract: ID, email, phone; an ID that is not found falls back to email, then phone.
"""

from __future__ import annotations

from typing import NamedTuple

from composer.event.payload import Json
from composer.event.walk import readable

_ORDER = (("id", "customer ID"), ("email", "email"), ("phoneNumber", "phone"))


class Identity(NamedTuple):
    """Who the event belongs to. `path` and `value` are the winner's, both empty when there is none; `headline` and
    `note` are the two halves of the line that says so.
    """

    path: str
    value: str
    headline: str
    note: str


def resolve(payload: Json) -> Identity:
    """The identifier that wins in this event. Blank ones, and those that are no text, count as absent."""
    customer = payload.get("customer") if isinstance(payload, dict) else None
    given = []
    if isinstance(customer, dict):
        given = [
            (name, label, customer[name])
            for name, label in _ORDER
            if isinstance(customer.get(name), str) and customer[name].strip()
        ]
    if not given:
        return Identity("", "", "Nobody yet", "give a customer ID, an email or a phone number")
    name, label, value = given[0]
    names = [each[0] for each in given]
    return Identity(f"/customer/{name}", readable(value, 80), f"Resolves by {label}", _note(names))


def _note(names: list[str]) -> str:
    winner, others = names[0], names[1:]
    if winner == "id":
        if not others:
            return "when Redo does not know it, there is nothing to fall back to"
        ways = " or ".join("email" if name == "email" else "phone" for name in others)
        return f"when Redo does not know it, by {ways}"
    if winner == "email":
        phone = "phone only enriches" if others else "when nobody has it, a new profile is made"
        return f"a customer ID would win; {phone}"
    return "a customer ID or an email would win; when nobody has it, a new profile is made"
