"""Others change the same folder: nothing they did is overwritten before a person said so."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from composer.storage.templates import Template, TemplateChanged, TemplateExists, Templates
from composer.storage.templates import folder as module
from tests.storage.templates.conftest import EVENT


def test_a_file_that_others_changed_is_not_overwritten(templates: Templates, folder: Path, order: Template) -> None:
    theirs = Templates(folder).save(order._replace(description="Theirs"))
    mine = order._replace(description="Mine")
    with pytest.raises(
        TemplateChanged, match=r"^“Order placed” was changed on the disk since it was opened\."
    ) as error:
        templates.save(mine)
    assert error.value.theirs == theirs == templates.get("Order placed")
    saved = templates.save(mine, overwrite=True)
    assert saved == templates.get("Order placed")
    assert saved.description == "Mine"
    assert templates.save(saved._replace(description="Again")).description == "Again"


def test_a_file_that_changes_while_ours_is_written_is_not_overwritten(
    templates: Templates, folder: Path, order: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "Order placed.json"
    flush = os.fsync

    def meanwhile(number: int) -> None:
        flush(number)
        file.write_text('{"event": "theirs"}')

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(TemplateChanged) as error:
        templates.save(order._replace(description="Mine"))
    assert error.value.theirs is not None
    assert error.value.theirs.event == "theirs"
    assert [each.name for each in folder.iterdir()] == ["Order placed.json"]


def test_a_file_that_others_broke_is_not_overwritten(templates: Templates, folder: Path, order: Template) -> None:
    (folder / "Order placed.json").write_text("<<<<<<< HEAD\n")
    with pytest.raises(TemplateChanged, match=r"and is broken now\. “Order placed\.json”, line 1, column 1") as error:
        templates.save(order._replace(description="Mine"))
    assert error.value.theirs is None
    assert templates.save(order, overwrite=True) == order


def test_a_file_that_others_removed_is_not_brought_back_silently(
    templates: Templates, folder: Path, order: Template
) -> None:
    (folder / "Order placed.json").unlink()
    folder.rmdir()
    with pytest.raises(TemplateChanged, match=r"was renamed or removed on the disk .+ It can be written anew") as error:
        templates.save(order)
    assert error.value.theirs is None
    assert not folder.exists()
    assert templates.save(order, overwrite=True) == order


def test_a_change_that_others_made_as_well_is_no_conflict(templates: Templates, folder: Path, order: Template) -> None:
    changed = order._replace(tags=("new",))
    assert Templates(folder).save(changed) == templates.save(changed)


def test_one_never_saved_does_not_take_the_place_of_another(templates: Templates, order: Template) -> None:
    with pytest.raises(TemplateChanged):
        templates.save(Template("Order placed", 1))
    with pytest.raises(TemplateExists):
        templates.create(Template("Order placed", 1))
    assert templates.get("Order placed") == order


@pytest.mark.parametrize("links", [True, False])
def test_of_many_who_create_at_once_one_wins(folder: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    if not links:

        def no_links(*_: object) -> None:
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", no_links)
    # All have seen that the name is free before anyone writes.
    start = threading.Barrier(8)
    flush = os.fsync

    def together(number: int) -> None:
        flush(number)
        if not stat.S_ISDIR(os.fstat(number).st_mode):
            start.wait(10)

    monkeypatch.setattr(os, "fsync", together)
    won: list[int] = []
    lost: list[int] = []

    def create(number: int) -> None:
        try:
            Templates(folder).create(Template("A", number))
        except TemplateExists:
            lost.append(number)
        else:
            won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)
    assert Templates(folder).get("A").event == won[0]
    assert [file.name for file in folder.iterdir()] == ["A.json"]


def test_a_name_that_others_take_at_the_last_moment_is_left_to_them(
    templates: Templates, folder: Path, order: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = module.files.move_new

    def too_late(source: Path, target: Path) -> None:
        target.write_text('{"event": "theirs"}')
        move(source, target)

    monkeypatch.setattr(module.files, "move_new", too_late)
    with pytest.raises(TemplateExists):
        templates.rename("Order placed", "New")
    assert templates.get("New").event == "theirs"
    assert templates.get("Order placed") == order


def test_whoever_reads_meanwhile_sees_all_or_nothing(templates: Templates, folder: Path) -> None:
    template = templates.create(Template("A", {**EVENT, "data": {"x": "x" * 300_000}}))
    other = Templates(folder)
    stop = threading.Event()
    seen: list[int] = []

    def look() -> None:
        while not stop.is_set():
            listing = other.all()
            seen.append(len(listing.templates) - len(listing.broken))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for number in range(30):
            template = templates.save(template._replace(description=str(number)))
    finally:
        stop.set()
        thread.join()
    assert set(seen) == {1}


def test_a_file_keeps_its_permissions(templates: Templates, folder: Path, order: Template) -> None:
    file = folder / "Order placed.json"
    file.chmod(0o640)
    templates.save(order._replace(description="New"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
