"""Names that every system can keep as a file's, in any script; capitals make no difference to whether one is taken."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from composer.storage.templates import Template, TemplateError, TemplateExists, Templates
from composer.storage.templates.names import MAX_BYTES, tidy
from tests.storage.templates.conftest import EVENT


def paths(templates: Templates) -> list[str]:
    return [template.path for template in templates.all().templates]


BAD = [
    "", " ", "a/", "/a", "a//b", "..", "../a", "a/../b", ".", ".hidden", "a.", " a", "a ", "a\u3000", "a\n", "a\x00b",
    "a\\b", "a:b", "C:", "a<b", "a>b", 'a"b', "a|b", "a?b", "a*b", "CON", "nul", "com1", "Lpt9.x", "prn/a", "a\ud800",
    "x" * 101, "語" * 90, "a\u2028b", "folder.json/a",
]  # fmt: skip
GOOD = [
    "a",
    "x" * 100,
    "語" * 80,
    "Größe",
    "ملف",
    "हिन्दी",
    "👩‍👩‍👧",
    "a.b",
    "Order.json",
    "Console",
    "a'b & c, d (1) – ‘e’",
]


@pytest.mark.parametrize("name", BAD)
def test_a_name_that_not_every_system_can_keep_is_refused(templates: Templates, order: Template, name: str) -> None:
    before = templates.state()
    for attempt in (
        lambda: templates.create(Template(name, EVENT)),
        lambda: templates.rename("Order placed", name),
        lambda: templates.save(order._replace(path=name), overwrite=True),
        lambda: templates.make_folder(name),
    ):
        with pytest.raises(TemplateError, match=r"^[A-Z“].+\.$"):
            attempt()
    assert templates.state() == before


@pytest.mark.parametrize("name", GOOD)
def test_any_other_name_is_taken_in_any_script(templates: Templates, folder: Path, order: Template, name: str) -> None:
    assert templates.rename("Order placed", name).path == name
    assert paths(Templates(folder)) == [name]


@pytest.mark.parametrize("text", [*BAD, *GOOD, "x" * 500, "語" * 500, "Order: placed/shipped", "😀" * 99])
def test_any_text_is_tidied_to_a_name(templates: Templates, text: str) -> None:
    name = tidy(text, "Event")
    assert templates.create(Template(name, EVENT)).name == name
    assert len(name.encode()) <= MAX_BYTES
    assert tidy(name, "Event") == name


def test_capitals_make_no_difference_to_whether_a_name_is_taken(templates: Templates, order: Template) -> None:
    templates.create(Template("Shop/Straße", EVENT))
    for path in ("order PLACED", "Shop/STRASSE", "shop/straße", "shop/STRASSE"):
        with pytest.raises(TemplateExists, match=r"^There is already a template “.+”\. Choose another name\.$"):
            templates.create(Template(path, EVENT))
    with pytest.raises(TemplateExists):
        templates.rename("Shop/Straße", "ORDER placed")
    with pytest.raises(TemplateExists):
        templates.make_folder("SHOP")
    assert templates.create(Template("SHOP/Other", EVENT)).path == "Shop/Other"
    assert templates.rename("Order placed", "ORDER placed").path == "ORDER placed"
    templates.rename_folder("Shop", "SHOP")
    assert paths(templates) == ["ORDER placed", "SHOP/Other", "SHOP/Straße"]


def test_two_files_that_differ_in_capitals_alone_are_both_kept(templates: Templates, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "a.json").write_text('{"event": 1}')
    (folder / "A.json").write_text('{"event": 2}')
    if len(list(folder.iterdir())) < 2:
        pytest.skip("capitals make no difference to this file system")
    with pytest.raises(TemplateExists):
        templates.rename("a", "A")
    assert {template.event for template in templates.all().templates} == {1, 2}


def test_capitals_can_be_changed_where_both_names_are_one_file(
    templates: Templates, folder: Path, order: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    def there_already(*_: object) -> None:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    monkeypatch.setattr(os, "link", there_already)
    assert templates.rename("Order placed", "ORDER placed").path == "ORDER placed"
    assert [file.name for file in folder.iterdir()] == ["ORDER placed.json"]
