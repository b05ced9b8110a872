"""The templates that come with the program: ready to be sent, with nothing to say against them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from composer.event.checks import check
from composer.event.variables import Context, asked, resolve
from composer.storage.templates import Template, TemplateError, Templates, starters

NAMES = [
    "Browse abandoned", "Cart abandoned", "Loyalty milestone", "Order placed", "Order shipped", "Review request",
    "Subscription renewed", "Welcome", "Win-back",
]  # fmt: skip
TITLE = re.compile(r"[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*")


@pytest.fixture(params=starters(), ids=lambda template: template.name)
def starter(request: pytest.FixtureRequest) -> Template:
    template: Template = request.param
    return template


def test_there_is_one_for_each_of_the_usual_flows() -> None:
    assert [template.name for template in starters()] == NAMES


def test_with_its_defaults_there_is_nothing_to_say_against_it(starter: Template) -> None:
    resolved = resolve(starter.event, Context(datetime.now(UTC), "seed", starter.variables))
    assert resolved.findings == []
    assert check(resolved.payload) == []
    other = resolve(starter.event, Context(datetime.now(UTC), "other", starter.variables))
    assert resolved.payload["uniqueId"] != other.payload["uniqueId"]


def test_it_asks_for_what_it_has_a_default_for(starter: Template) -> None:
    assert set(asked(starter.event)) == set(starter.variables)


def test_it_reads_like_the_published_examples(starter: Template) -> None:
    assert TITLE.fullmatch(starter.event_name)
    data = dict(starter.event["data"])
    extra = data.pop("$extra", {})
    assert 6 <= len(data) <= 15
    assert [key for key in [*data, *extra] if not TITLE.fullmatch(key)] == []
    assert starter.description.startswith("Starts the ")
    assert len(starter.tags) >= 3


def test_a_copy_of_it_can_be_changed_and_it_can_not(templates: Templates, starter: Template) -> None:
    with pytest.raises(TemplateError, match=r"comes with the program\. Save it under a name of your own\.$"):
        templates.save(starter)
    copy = templates.create(starter._replace(path=f"Shop/{starter.name}"))
    assert (copy.starter, copy.event) == (False, starter.event)
    assert templates.save(copy._replace(description="Ours")).description == "Ours"
