"""A folder of templates that is not there yet, and one that is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.storage.templates import Template, Templates

EVENT = {"eventName": "Order Placed", "customer": {"email": "{{email}}"}, "data": {"Order Id": "{{$uuid}}"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shared" / "templates"


@pytest.fixture
def templates(folder: Path) -> Templates:
    return Templates(folder)


@pytest.fixture
def order(templates: Templates) -> Template:
    return templates.create(Template("Order placed", EVENT, "For the receipt.", ("order",), {"email": "a@shop.test"}))
