"""What the tests of the Templates place share: a folder of real files, and the place on it, shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from composer.storage.database import Database
from composer.storage.settings import Settings
from composer.storage.templates import Templates
from composer.ui.jobs import Jobs
from composer.ui.templates.place import TemplatesPlace
from composer.ui.templates.rows import OWN, Kind, key_of
from composer.ui.theme import Theme
from tests.support.hands import to_front
from tests.ui.conftest import Show

Put = Callable[..., Path]


def event(name: str = "Order Placed", **more: Any) -> dict[str, Any]:
    """An event that nothing is to be said about."""
    return {"eventName": name, "customer": {"email": "ann@shop.test"}, **more}


class Seat:
    """A person in front of the place."""

    def __init__(self, place: TemplatesPlace, qtbot: QtBot) -> None:
        self.place, self.qtbot = place, qtbot

    def names(self) -> list[str]:
        """The lines of the list from top to bottom, two blanks a step; without the starters."""
        lines = [line for line in self.place.model.lines if line.section != "Starters"]
        return ["  " * line.depth + line.name for line in lines]

    def wait_for(self, *names: str) -> None:
        """Wait until these are the lines of one's own."""
        self.qtbot.waitUntil(lambda: self.names() == [OWN, *names])

    def go_to(self, path: str) -> None:
        """Choose a template and wait for its preview."""
        self.qtbot.waitUntil(lambda: self.place.list.choose(key_of(path)))
        self.wait_for_preview(path)

    def wait_for_preview(self, path: str) -> None:
        """Wait until this template is shown at the right."""
        pages = self.place.pages

        def is_shown() -> bool:
            template = pages.preview.template
            return pages.currentWidget() is pages.preview and template is not None and template.path == path

        self.qtbot.waitUntil(is_shown)

    def go_to_folder(self, path: str) -> None:
        """Choose a folder."""
        self.qtbot.waitUntil(lambda: self.place.list.choose(f"{Kind.FOLDER}/{OWN}/{path}"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the templates are; not there yet."""
    return tmp_path / "templates"


@pytest.fixture
def put(folder: Path) -> Put:
    """Writes the file of a template as anybody could."""

    def put(path: str, payload: Any = None, **said: Any) -> Path:
        file = folder / f"{path}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        whole = {**said, "event": payload if payload is not None else event()}
        file.write_text(json.dumps(whole, indent=2, ensure_ascii=False), "utf-8")
        return file

    return put


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings(database)


@pytest.fixture
def open_place(
    theme: Theme, jobs: Jobs, folder: Path, settings: Settings, show: Show[QWidget], qtbot: QtBot
) -> Callable[[], Seat]:
    """Shows the place, with the keyboard in its list, after the test has put files there."""

    def open_place() -> Seat:
        place = TemplatesPlace(theme, jobs, Templates(folder), settings)
        show(place)
        to_front(place, qtbot)
        place.setFocus()
        qtbot.waitUntil(lambda: bool(place.model.lines))
        return Seat(place, qtbot)

    return open_place
