"""What variables were given before: offered in the right order, kept with its type, and never a key."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from composer.event import jsontext
from composer.event.payload import MISSING, Json
from composer.storage.database import Database
from composer.storage.settings import Settings
from composer.ui.compose.variable_values import LONGEST_VALUE, MOST_NAMES, VariableValues, why_not_kept

ACME, OTHER = 2, 3


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings(database)


def opened(settings: Settings) -> VariableValues:
    """The values as a window has them that was just opened."""
    values = VariableValues(settings)
    values.load()
    return values


def kept(settings: Settings, name: str, value: Json) -> Json:
    """What a later start offers after `value` was sent."""
    values = opened(settings)
    values.remember(ACME, {name: value})
    values.save()
    return opened(settings).value_for(ACME, name)


def test_the_default_of_the_store_goes_before_the_last_value_and_that_before_the_template(settings: Settings) -> None:
    values = opened(settings)
    assert values.value_for(ACME, "total") is MISSING
    values.remember(OTHER, {"total": "elsewhere"})
    assert values.value_for(ACME, "total") == "elsewhere"
    assert values.value_for(ACME, "total", "template") == "template"
    values.remember(ACME, {"total": "last"})
    assert values.value_for(ACME, "total", "template") == "last"
    values.set_default(ACME, "total", "default")
    assert values.value_for(ACME, "total", "template") == values.default_of(ACME, "total") == "default"
    assert values.defaults(ACME) == {"total": "default"}
    assert values.defaults(OTHER) == {}
    values.drop_default(ACME, "total")
    assert values.value_for(ACME, "total", "template") == "last"


def test_an_empty_text_and_null_are_values(settings: Settings) -> None:
    values = opened(settings)
    values.set_default(ACME, "note", "")
    values.remember(ACME, {"note": "x", "coupon": None})
    assert values.value_for(ACME, "note") == ""
    assert values.value_for(ACME, "coupon", "template") is None


@pytest.mark.parametrize("text", ['"12"', "12", "12.00", "true", "null", '{"a": [1, 2.50, "x"]}', '""', r'"\ud800"'])
def test_a_value_keeps_its_type_and_its_literal(settings: Settings, text: str) -> None:
    value = jsontext.parse(text).payload
    again = kept(settings, "total", value)
    assert type(again) is type(value)
    assert jsontext.dumps(again) == jsontext.dumps(value)


@pytest.mark.parametrize(
    "name",
    [
        "secret",
        "API_KEY",
        "apiKey",
        "api key",
        "Access Token",
        "tokens",
        "user.password",
        "key",
        "signing-key",
        "x auth",
    ],
)
def test_what_is_named_like_a_key_is_never_written(settings: Settings, database: Database, name: str) -> None:
    values = opened(settings)
    values.remember(ACME, {name: "sk_live_1234", "total": 1})
    values.set_default(ACME, name, "sk_live_1234")
    values.save()
    assert values.value_for(ACME, name) is MISSING
    assert "sk_live" not in str(database.read("SELECT value FROM settings"))
    assert why_not_kept(name, "x")


@pytest.mark.parametrize("name", ["total", "keyboard", "monkey", "author", "Artikel Nr.", "名前", "order 2"])
def test_other_names_are_kept(settings: Settings, name: str) -> None:
    assert kept(settings, name, 5) == 5


@pytest.mark.parametrize(
    "value", ["x" * (LONGEST_VALUE + 1), ["x"] * 6_000, [["x" * 6_000], "x" * 6_000], {"k" * 10_001: 1}]
)
def test_a_long_value_is_not_kept_nor_is_the_one_before_it(settings: Settings, value: Any) -> None:
    assert kept(settings, "note", "x" * LONGEST_VALUE) == "x" * LONGEST_VALUE
    assert kept(settings, "note", value) is MISSING
    assert "10,000 characters" in why_not_kept("note", value)


def test_the_names_given_longest_ago_make_way(settings: Settings) -> None:
    values = opened(settings)
    values.remember(ACME, {f"name {number}": number for number in range(MOST_NAMES)})
    values.remember(ACME, {"name 0": "again"})
    values.remember(ACME, {"one more": 1})
    values.save()
    values = opened(settings)
    assert values.value_for(ACME, "name 0") == "again"
    assert values.value_for(ACME, "one more") == 1
    assert values.value_for(ACME, "name 1") is MISSING


def test_two_windows_keep_what_the_other_one_wrote(settings: Settings) -> None:
    one, other = opened(settings), opened(settings)
    one.remember(ACME, {"total": 1})
    one.set_default(ACME, "city", "Oslo")
    other.remember(ACME, {"note": "x"})
    one.save()
    other.save()
    one.drop_default(ACME, "city")
    one.save()
    assert one.value_for(ACME, "note") == "x"
    assert other.value_for(ACME, "total") == 1
    again = opened(settings)
    assert (again.value_for(ACME, "total"), again.value_for(ACME, "note")) == (1, "x")
    assert again.default_of(ACME, "city") is MISSING


def test_what_is_given_before_it_was_loaded_is_not_lost(settings: Settings) -> None:
    kept(settings, "total", 1)
    values = VariableValues(settings)
    values.remember(ACME, {"total": 2})
    values.load()
    assert values.value_for(ACME, "total") == 2


def test_what_could_not_be_written_is_written_the_next_time(tmp_path: Path) -> None:
    database = Database(tmp_path / "composer.db")
    settings = Settings(database)
    values = opened(settings)
    values.remember(ACME, {"total": 1})
    database.write("CREATE TRIGGER refuses BEFORE INSERT ON settings BEGIN SELECT RAISE(ABORT, 'no room'); END")
    with pytest.raises(sqlite3.IntegrityError, match="no room"):
        values.save()
    database.write("DROP TRIGGER refuses")
    values.save()
    assert opened(settings).value_for(ACME, "total") == 1
    database.close()


def test_what_is_kept_in_another_form_costs_only_itself(settings: Settings) -> None:
    settings.put("variable-values", {"last": [1, [1, "bad", "{"], [1, "good", "12.50"], [1, 2]], "defaults": 3})
    values = opened(settings)
    assert values.value_for(1, "good") == 12.5
    assert values.value_for(1, "bad") is MISSING
    values.remember(1, {"new": "x"})
    values.save()
    again = opened(settings)
    assert (again.value_for(1, "good"), again.value_for(1, "new")) == (12.5, "x")
