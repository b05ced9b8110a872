"""What was typed and chosen comes back exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.event.payload import Json
from composer.storage.database import Database
from composer.storage.drafts import Drafts
from composer.storage.settings import Settings


@pytest.mark.parametrize("text", ["", '{"eventName": ', "👋 שלום\x00\r\n\u2028", "\ud83d alone", "x" * 5_000_000])
def test_a_draft_comes_back_as_it_was(database: Database, path: Path, text: str) -> None:
    assert Drafts(database).load("compose") is None
    Drafts(database).save("compose", "an older one")
    Drafts(database).save("compose", text)
    Drafts(database).save("other", "another")
    database.close()
    again = Database(path)
    assert Drafts(again).load("compose") == text
    again.close()


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "dark", "\ud83d", [1, [2]], {"x": 10, "maximised": False}])
def test_a_setting_comes_back_as_it_was(database: Database, value: Json) -> None:
    settings = Settings(database)
    assert settings.get("name", "none yet") == "none yet"
    settings.put("name", "older")
    settings.put("name", value)
    assert settings.get("name", "none yet") == value
