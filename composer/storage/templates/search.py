"""Templates found by words: as one types, so it looks at nothing but the templates themselves."""

from __future__ import annotations

from collections.abc import Iterable

from composer.storage.templates.names import folded
from composer.storage.templates.template import Template


def found(templates: Iterable[Template], words: str) -> list[Template]:
    """Those in which each blank-separated term of `words` stands: in path, description, tags or event name, whatever
    its capitals. First those whose name begins with the words, then those with all of them in the name.
    """
    terms = folded(words).split()
    if not terms:
        return list(templates)
    ranked: list[tuple[int, Template]] = []
    for template in templates:
        name = folded(template.name)
        rest = folded("\n".join((template.path, template.description, *template.tags, template.event_name)))
        if all(term in rest for term in terms):
            in_name = all(term in name for term in terms)
            ranked.append((0 if name.startswith(" ".join(terms)) else 1 if in_name else 2, template))
    ranked.sort(key=lambda each: each[0])
    return [template for _, template in ranked]
