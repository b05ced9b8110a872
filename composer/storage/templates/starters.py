"""The templates that come with the program, one for each of the usual flows."""

from __future__ import annotations

from composer.paths import resource
from composer.storage.templates.template import Template, read


def starters() -> list[Template]:
    """All of them by name. They are read-only: `Templates.create` makes a copy that can be changed."""
    files = sorted(resource("templates").glob("*.json"))
    return [read(file.read_bytes(), file.stem)._replace(starter=True, digest="") for file in files]
