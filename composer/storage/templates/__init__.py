"""Templates: events with variables, a plain JSON file each, in a folder that people and git may change as well."""

from __future__ import annotations

from composer.storage.templates.folder import Removed, Templates
from composer.storage.templates.search import found
from composer.storage.templates.starters import starters
from composer.storage.templates.template import (
    Broken,
    Listing,
    Template,
    TemplateChanged,
    TemplateError,
    TemplateExists,
)

__all__ = [
    "Broken",
    "Listing",
    "Removed",
    "Template",
    "TemplateChanged",
    "TemplateError",
    "TemplateExists",
    "Templates",
    "found",
    "starters",
]
