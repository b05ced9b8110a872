"""The test people of each store: who may be reached on a live store without a question."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from composer.event.near_misses import MAIL_PROVIDERS
from composer.event.recipients import Recipient
from composer.storage.database import Database
from composer.storage.stores import Store, StoreError

PersonKind = Literal["email", "phone", "id", "domain"]
Folded = tuple[PersonKind, str]

# One address and nothing else: where a text holds two, nobody knows which one a server takes.
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@[^\s@,;:<>()\[\]\"\\]+")
_DOMAIN = re.compile(r"@[\w-]+(\.[\w-]+)*|[\w-]+(\.[\w-]+)*\.\w*[^\W\d_][\w-]*")
_PHONE = re.compile(r"\+[0-9]+")
_PHONE_MARKS = re.compile(r"[\s().\[\]\-\u2010-\u2015]")
_ID = re.compile(r"[0-9a-fA-F]{24}")


class Person(NamedTuple):
    """A person, or everybody in a domain. `shown` is as it was typed, `folded` is what is compared: an email, a domain
    or an ID in small letters, the digits of a phone number.
    """

    kind: PersonKind
    shown: str
    folded: str


class PeopleError(ValueError):
    """A line that names nobody. `line` counts from 1; `sentence` says what to do, the text says both."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line:,}: {sentence}")
        self.line = line
        self.sentence = sentence


def read(text: str) -> list[Person]:
    """The people in `text`, one a line, each once: an email, a domain, a phone number or an ID. Raises PeopleError."""
    people: dict[Folded, Person] = {}
    for line, typed in enumerate(text.splitlines(), 1):
        if shown := " ".join(typed.split()):
            person = _person(shown) or _domain(shown)
            if person is None:
                raise PeopleError(line, _advice(shown))
            if person.kind == "domain" and person.folded in MAIL_PROVIDERS:
                raise PeopleError(
                    line, f"anybody may have an address at {person.folded}. Write the addresses you mean."
                )
            people.setdefault((person.kind, person.folded), person)
    return list(people.values())


def addable(values: Iterable[str]) -> list[Person]:
    """Those of `values`, identifiers of events, that can be test people. Never a domain: that would be many more."""
    return [person for value in values if (person := _person(value))]


def outside(values: Iterable[str], known: Callable[[Folded], bool]) -> list[str]:
    """Those of `values`, identifiers of events, that are no test people, each once; `known` says who is one."""
    return [value for value in dict.fromkeys(values) if not any(known(each) for each in _folded(value))]


class TestPeople:
    """The table of test people. Every method may raise StorageError."""

    __test__ = False  # pytest would take it for a test

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, store: Store) -> list[Person]:
        """The test people of `store`, in the order in which they were typed."""
        query = "SELECT kind, shown, folded FROM test_people WHERE store = ? ORDER BY place"
        return [Person(*row) for row in self._database.read(query, (store.id,))]

    def keep(self, store: Store, people: Sequence[Person]) -> None:
        """Have these, and no others, all or nothing. Raises StoreError when the store is gone."""
        self._put(store, people, instead=True)

    def add(self, store: Store, values: Iterable[str]) -> None:
        """Have these identifiers of events, too, those that can be test people. Raises StoreError as `keep`."""
        self._put(store, addable(values), instead=False)

    def outside(self, store: Store, recipients: Iterable[Recipient]) -> list[str]:
        """The identifiers of `recipients` that are no test people of `store`, each once."""
        values = list(dict.fromkeys(each.value for each in recipients))
        asked = json.dumps([each for value in values for each in _folded(value)])
        found = set(
            self._database.read(
                "SELECT kind, folded FROM json_each(?) AS asked CROSS JOIN test_people ON store = ? "
                "AND kind = json_extract(asked.value, '$[0]') AND folded = json_extract(asked.value, '$[1]')",
                (asked, store.id),
            )
        )
        return outside(values, found.__contains__)

    def _put(self, store: Store, people: Sequence[Person], *, instead: bool) -> None:
        with self._database.transaction() as connection:
            if not connection.execute("SELECT 1 FROM stores WHERE id = ?", (store.id,)).fetchone():
                raise StoreError("name", f"The store “{store.name}” is not there any more.")
            if instead:
                connection.execute("DELETE FROM test_people WHERE store = ?", (store.id,))
            query = "SELECT coalesce(max(place), 0) + 1 FROM test_people WHERE store = ?"
            first = connection.execute(query, (store.id,)).fetchone()[0]
            connection.executemany(
                "INSERT OR IGNORE INTO test_people (store, place, kind, shown, folded) VALUES (?, ?, ?, ?, ?)",
                [(store.id, place, *person) for place, person in enumerate(people, first)],
            )


def _person(text: str) -> Person | None:
    """The one person that `text` is the email, the phone number or the ID of."""
    if not text.isprintable():
        return None
    # Nor where it holds two once somebody makes its letters plain, as ＠.
    if _EMAIL.fullmatch(text) and (text.isascii() or _EMAIL.fullmatch(unicodedata.normalize("NFKC", text))):
        return Person("email", text, _small(text))
    if _ID.fullmatch(text):
        return Person("id", text, text.lower())
    if _PHONE.fullmatch(bare := _PHONE_MARKS.sub("", text)):
        return Person("phone", text, bare[1:])
    return None


def _domain(text: str) -> Person | None:
    return Person("domain", text, _small(text.removeprefix("@"))) if _DOMAIN.fullmatch(text) else None


def _folded(value: str) -> list[Folded]:
    """Under what an identifier of an event can be found among the test people."""
    person = _person(value)
    if person is None:
        return []
    if person.kind == "email":
        return [(person.kind, person.folded), ("domain", person.folded.rpartition("@")[2])]
    return [(person.kind, person.folded)]


def _small(text: str) -> str:
    """Small letters, not case folding, which takes ß for ss: these are two people."""
    return unicodedata.normalize("NFC", text.lower())


def _advice(text: str) -> str:
    if not text.isprintable():
        return "it has a character that can't be shown. Type it again."
    if any(mark in text for mark in ",;"):
        return "write one person a line, without commas."
    if text.count("@") > 1 or ("@" in text and any(mark in text for mark in ' <>()"')):
        return "write the address alone, such as stewart@example.com."
    if text.startswith("*"):
        return "a domain is written as it is, such as @example.com. Its subdomains need lines of their own."
    if text.startswith("+") or not text.strip("0123456789 ().-"):
        return "a phone number is + with the country's code and digits, such as +12065551234."
    return "write an email, a domain such as @example.com, a phone number with +, or an ID of 24 hex digits."
