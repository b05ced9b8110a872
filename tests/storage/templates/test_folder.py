"""The folder of templates: seen as it is on the disk at once, whatever lies in it, under names that any system has."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from composer.storage.templates import Template, TemplateError, TemplateExists, Templates, scan
from composer.storage.templates.files import put_new
from tests.storage.templates.conftest import EVENT


def paths(templates: Templates) -> list[str]:
    return [template.path for template in templates.all().templates]


def test_a_folder_that_is_not_there_is_empty_and_made_by_the_first_template(templates: Templates, folder: Path) -> None:
    assert templates.all() == ([], [], [])
    assert not folder.exists()
    made = templates.create(Template("Shop/EU/Größe 👟", EVENT))
    assert (made.name, made.folder, made.event_name) == ("Größe 👟", "Shop/EU", "Order Placed")
    assert templates.all() == ([made], [], ["Shop", "Shop/EU"])
    assert [file.name for file in (folder / "Shop" / "EU").iterdir()] == ["Größe 👟.json"]
    assert Templates(folder).get("Shop/EU/Größe 👟") == made


def test_changes_on_the_disk_are_seen_at_once(templates: Templates, folder: Path, order: Template) -> None:
    assert paths(templates) == ["Order placed"]
    file = folder / "Order placed.json"
    for number in range(20):  # of the same length, within one tick of the file system's clock
        file.write_text(f'{{"event": {number % 10}}}')
        assert templates.all().templates[0].event == number % 10
    file.rename(folder / "a.json")
    (folder / "New").mkdir()
    assert (paths(templates), templates.all().folders) == (["a"], ["New"])
    (folder / "a.json").unlink()
    assert paths(templates) == []


def test_a_change_within_the_tick_in_which_the_file_was_read_is_seen(
    templates: Templates, folder: Path, order: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time_ns() + 10**10  # however slow the machine
    stamp = (now, now, 10, 1)
    monkeypatch.setattr(scan, "scan", lambda _: scan.Scan({"Order placed": stamp}, {}, {}))
    for event in (1, 2):
        (folder / "Order placed.json").write_text(f'{{"event": {event}}}')
        assert templates.all().templates[0].event == event


def test_a_change_that_keeps_size_and_time_is_seen(
    templates: Templates, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "SAME_TICK", 0)
    folder.mkdir(parents=True)
    file = folder / "A.json"
    for event in (1, 2):
        file.write_text(f'{{"event": {event}}}')
        os.utime(file, ns=(10**18, 10**18))
        assert templates.all().templates[0].event == event


def test_the_state_differs_when_and_only_when_something_changed(
    templates: Templates, folder: Path, order: Template
) -> None:
    states = [templates.state()]
    assert templates.state() == states[0]
    for change in (
        lambda: templates.create(Template("Shop/B", 1)),
        (folder / "Empty").mkdir,
        lambda: (folder / "Order placed.json").write_text("{}"),
        lambda: templates.rename("Shop/B", "Shop/C"),
        lambda: templates.remove("Shop/C"),
    ):
        change()
        assert templates.state() not in states
        states.append(templates.state())


def test_only_what_changed_is_read_again(templates: Templates, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(parents=True)
    for number in range(10_000):
        (folder / f"{number}.json").write_text('{"event": {}}')
    monkeypatch.setattr(scan, "SAME_TICK", 0)
    first = templates.all()
    assert len(first.templates) == 10_000
    put_new(folder / "new.json", b'{"event": 1}')
    reading: list[Path] = []
    read_bytes = scan.read_bytes
    monkeypatch.setattr(scan, "read_bytes", lambda file: reading.append(file) or read_bytes(file))
    begun = time.process_time()
    second = templates.all()
    assert time.process_time() - begun < 0.5  # some 60 ms; much is left for a busy machine
    assert reading == [folder / "new.json"]
    assert len(second.templates) == 10_001
    assert second.templates[0] is first.templates[0]


def test_broken_files_are_told_and_the_rest_works(templates: Templates, folder: Path, order: Template) -> None:
    (folder / "Shop").mkdir()
    (folder / "Shop" / "Broken.json").write_text('{"event": {\n  "a" 1\n}}')
    (folder / "Link.json").symlink_to("nowhere.json")
    (folder / "dot..json").write_text("{}")
    (folder / "a:b").mkdir()
    (folder / "a:b" / "c.json").write_text('{"event": {}}')
    (folder / os.fsdecode(b"\xff.json")).write_text("{}")
    with (folder / "large.json").open("wb") as large:
        large.truncate(7_000_000)
    listing = templates.all()
    assert listing.templates == [order]
    assert dict(listing.broken) == {
        "?": "The name “\N{REPLACEMENT CHARACTER}” has a character that can't be shown, which not every system allows. "
        "Leave it out.",
        "a:b": "The name “a:b” has the character :, which not every system allows. Leave it out. "
        "Nothing in the folder is read.",
        "dot.": "The name “dot.” has a blank or dot at an end. Leave it out.",
        "large": f"{folder / 'large.json'} has 7.0 MB; a template has at most 6 MB. Make the event smaller.",
        "Link": "“Link.json” is a link to a file that is not there. Remove the link.",
        "Shop/Broken": "“Shop/Broken.json”, line 2, column 7: a colon is missing between the key and its value.",
    }
    with pytest.raises(TemplateError, match=r"^“Shop/Broken\.json”, line 2, column 7: "):
        templates.get("Shop/Broken")
    removed = templates.remove("Shop/Broken")
    assert not (folder / "Shop" / "Broken.json").exists()
    templates.restore(removed)
    assert (folder / "Shop" / "Broken.json").read_bytes() == removed.data


def test_what_is_no_template_is_passed_over(templates: Templates, folder: Path, order: Template) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "config.json").write_text("broken")
    (folder / ".hidden.json").write_text("broken")
    (folder / "README.md").write_text("# Ours")
    os.mkfifo(folder / "pipe.json")
    (folder / "round").symlink_to(".")
    deep = folder.joinpath(*"123456789")
    deep.mkdir(parents=True)
    (deep / "too deep.json").write_text('{"event": {}}')
    (deep.parent / "just so.json").write_text('{"event": {}}')
    assert paths(templates) == ["1/2/3/4/5/6/7/8/just so", "Order placed"]
    assert templates.all().broken == []
    assert "round" not in templates.all().folders
    with pytest.raises(TemplateError, match="At most 8 folders can be inside each other"):
        templates.create(Template("1/2/3/4/5/6/7/8/9/a", EVENT))


def test_linked_files_and_folders_are_followed(
    templates: Templates, folder: Path, tmp_path: Path, order: Template
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "Team").mkdir(parents=True)
    (folder / "Order placed.json").rename(elsewhere / "order.json")
    (folder / "Order placed.json").symlink_to("../../elsewhere/order.json")
    (folder / "Team").symlink_to(elsewhere / "Team")
    templates.create(Template("Team/A", EVENT))
    templates.save(order._replace(description="Changed"))
    templates.rename("Order placed", "Shop/EU/Order")
    assert paths(templates) == ["Shop/EU/Order", "Team/A"]
    assert (folder / "Shop" / "EU" / "Order.json").is_symlink()
    assert b'"Changed"' in (elsewhere / "order.json").read_bytes()
    assert (elsewhere / "Team" / "A.json").is_file()


# What is done with them


def test_a_template_is_renamed_moved_and_copied(templates: Templates, folder: Path, order: Template) -> None:
    data = (folder / "Order placed.json").read_bytes()
    moved = templates.rename("Order placed", "Shop/EU/Order")
    copies = [templates.duplicate("Shop/EU/Order").path for _ in range(3)]
    assert moved == order._replace(path="Shop/EU/Order")
    assert copies == ["Shop/EU/Order copy", "Shop/EU/Order copy 2", "Shop/EU/Order copy 3"]
    assert [file.read_bytes() for file in folder.rglob("*.json")] == [data] * 4
    templates.rename("Shop/EU/Order", "語" * 80)
    assert templates.duplicate("語" * 80).name == "語" * 78 + " copy"
    for what in (templates.get, templates.duplicate, templates.remove, lambda path: templates.rename(path, "x")):
        with pytest.raises(TemplateError, match=r"^“Order placed” is not there any more: it was renamed or removed\.$"):
            what("Order placed")


def test_folders_are_made_renamed_and_removed_when_empty(templates: Templates, folder: Path, order: Template) -> None:
    templates.make_folder("Shop/EU")
    templates.rename("Order placed", "Shop/EU/Order placed")
    templates.rename_folder("Shop", "Brand/Shop")
    templates.rename_folder("Brand/Shop/EU", "Europe")
    assert templates.all().folders == ["Brand", "Brand/Shop", "Europe"]
    assert paths(templates) == ["Europe/Order placed"]
    with pytest.raises(
        TemplateError, match=r"^“Europe” still holds “Order placed\.json”\. Move or remove that first\.$"
    ):
        templates.remove_folder("Europe")
    with pytest.raises(TemplateError, match="can't be moved into itself"):
        templates.rename_folder("Europe", "Europe/EU")
    with pytest.raises(TemplateExists, match="There is already a folder “europe”"):
        templates.rename_folder("Brand", "europe")
    with pytest.raises(TemplateError, match="too deep for the folders in “Brand”"):
        templates.rename_folder("Brand", "1/2/3/4/5/6/7/8")
    templates.remove_folder("Brand/Shop")
    assert templates.all().folders == ["Brand", "Europe"]


def test_what_was_removed_comes_back_unless_its_name_was_taken(
    templates: Templates, folder: Path, order: Template
) -> None:
    file = folder / "Order placed.json"
    file.chmod(0o640)
    removed = templates.remove("Order placed")
    assert paths(templates) == []
    templates.restore(removed)
    assert templates.get("Order placed") == order
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    removed = templates.remove("Order placed")
    other = templates.create(Template("order placed", 1))
    with pytest.raises(TemplateExists):
        templates.restore(removed)
    assert templates.all().templates == [other]


# A machine in trouble


def test_a_file_in_the_folders_place_is_told(templates: Templates, folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("")
    for attempt in (templates.all, templates.state, lambda: templates.create(Template("A", EVENT))):
        with pytest.raises(TemplateError) as error:
            attempt()
        assert str(folder) in str(error.value)
        assert "there is a file where a folder is needed. Move the file away, or" in str(error.value)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, r"^The disk is full: .+Order placed\.json can't be written\. .+Make room and try again\.$"),
        (errno.EROFS, r"Order placed\.json can't be written \(Read-only file system\)\. Check the permissions"),
        (errno.EIO, r"Order placed\.json can't be written \(Input/output error\)\. Check the folder"),
    ],
)
def test_a_disk_that_does_not_write_is_told_and_loses_nothing(
    templates: Templates, folder: Path, order: Template, monkeypatch: pytest.MonkeyPatch, code: int, sentence: str
) -> None:
    data = (folder / "Order placed.json").read_bytes()

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(TemplateError, match=sentence):
        templates.save(order._replace(description="x"))
    with pytest.raises(TemplateError, match="B\\.json can't be written"):
        templates.create(Template("B", EVENT))
    assert [file.name for file in folder.iterdir()] == ["Order placed.json"]
    assert (folder / "Order placed.json").read_bytes() == data


# Root may write anywhere, so the process steps down to nobody first.
WITHOUT_RIGHTS = """
import os, sys, pathlib
from composer.storage.templates import Template, TemplateError, Templates
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
templates = Templates(pathlib.Path(sys.argv[1]))
print(*templates.all().broken[0])
read = templates.get("Mine")
for attempt in (lambda: templates.save(read._replace(description="x")), lambda: templates.create(Template("B", 1)),
                lambda: templates.remove("Mine"), lambda: templates.rename("Mine", "Yours"),
                lambda: templates.save(templates.get("Open/Protected")._replace(description="x"))):
    try:
        attempt()
    except TemplateError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_folder_that_is_not_ours_is_told() -> None:
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "Mine.json").write_text('{"event": {}}')
        (folder / "Closed").mkdir(mode=0)
        (folder / "Open").mkdir()
        (folder / "Open").chmod(0o777)
        (folder / "Open" / "Protected.json").write_text('{"event": {}}')
        (folder / "Open" / "Protected.json").chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", WITHOUT_RIGHTS, str(folder)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)
    assert said[0].startswith(f"Closed {folder}/Closed can't be read (Permission denied). Check the permissions")
    whats = [
        ("Mine", "written"),
        ("B", "written"),
        ("Mine", "removed"),
        ("Mine", "renamed"),
        ("Open/Protected", "written"),
    ]
    for line, (name, done) in zip(said[1:], whats, strict=True):
        assert line.startswith(f"{folder}/{name}.json can't be {done} (Permission denied). Check the permissions")
