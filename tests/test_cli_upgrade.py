"""`upgrade` on the command line: every event comes out in today's shape, and what found no home is named."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from composer import cli

OLD = {"event_name": "Order Placed", "email": "ann@example.com", "properties": {"items": [1], "total": 5}}
UPGRADED = {
    "eventName": "Order Placed",
    "customer": {"email": "ann@example.com"},
    "data": {"total": 5, "$extra": {"items": [1]}},
}
NEW = {"eventName": "Order Placed", "customer": {"email": "ann@example.com"}}
CART = {"event_name": "x", "email": "a@b.test", "cart_context": {"existingCartId": "1"}}
WITHOUT_CART = {"eventName": "x", "customer": {"email": "a@b.test"}}
SENTENCE = "cart_context is left out: today's events have no cart."


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Cli:
    """Runs `upgrade` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._capsys, self._monkeypatch, self._folder = capsys, monkeypatch, folder

    def __call__(self, *files: str | Path, stdin: bytes = b"") -> Ran:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = cli.main(["upgrade", *map(str, files)])
        return Ran(code, *self._capsys.readouterr())

    def file(self, content: Any, name: str = "event.json") -> Path:
        """A file with these bytes, or with this value as JSON."""
        file = self._folder / name
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return file


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    return Cli(capsys, monkeypatch, tmp_path)


def lines(*events: Any) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (OLD, UPGRADED),
        ([OLD, NEW], [UPGRADED, NEW]),
        ([OLD], [UPGRADED]),
        ([], []),
        ({"events": [NEW, OLD], "more": 1}, {"events": [NEW, UPGRADED], "more": 1}),
        ({"events": []}, {"events": []}),
        ({"events": "x"}, {"events": "x"}),
    ],
)
def test_a_file_comes_out_in_the_shape_it_has(run: Cli, content: Any, expected: Any) -> None:
    ran = run(run.file(content))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == json.dumps(expected, indent=2) + "\n"


def test_json_lines_come_out_as_json_lines(run: Cli) -> None:
    ran = run("-", stdin=lines(OLD, NEW, OLD))
    assert (ran.code, ran.err) == (0, "")
    assert [json.loads(line) for line in ran.out.splitlines()] == [UPGRADED, NEW, UPGRADED]


def test_several_files_come_out_one_event_a_line(run: Cli) -> None:
    files = run.file(OLD), run.file([NEW, OLD], "array.json"), run.file({"events": [OLD]}, "bulk.json")
    ran = run(*files, "-", stdin=json.dumps(NEW, indent=2).encode())
    assert (ran.code, ran.err) == (0, "")
    assert [json.loads(line) for line in ran.out.splitlines()] == [UPGRADED, NEW, UPGRADED, UPGRADED, NEW]


@pytest.mark.parametrize(
    "text",
    ['{"eventName" : "é",\t"value": 12.00}', '{\r\n"eventName":"\\u00e9"}\n', '{"a": 1, "a": 2}', "7",
     '{"eventName": 1}\n{ "b":  2.50 }'],
)  # fmt: skip
def test_what_is_of_todays_shape_is_printed_unchanged(run: Cli, text: str) -> None:
    ran = run("-", stdin=text.encode())
    assert (ran.code, ran.out, ran.err) == (0, text.rstrip("\n") + "\n", "")


def test_numbers_are_printed_as_they_were_written(run: Cli) -> None:
    old = b'{"event_name": "x", "properties": {"a": 12.00, "b": 1e400, "c": -0}}'
    assert all(number in run("-", stdin=old).out for number in ("12.00", "1e400", "-0"))
    assert all(number in run("-", "-", stdin=old).out for number in ("12.00", "1e400", "-0"))


def test_what_finds_no_home_is_named_with_file_and_event(run: Cli) -> None:
    one, many = run.file(CART), run.file([NEW, CART], "many.json")
    ran = run(one, many)
    assert ran.code == 1
    assert ran.err.splitlines() == [f"{one}: event 0: {SENTENCE}", f"{many}: event 2: {SENTENCE}"]
    assert [json.loads(line) for line in ran.out.splitlines()] == [WITHOUT_CART, NEW, WITHOUT_CART]


def test_a_key_that_stands_twice_in_an_old_event_is_named(run: Cli) -> None:
    ran = run("-", stdin=b'{"event_name": "x", "event_name": "y"}')
    assert (ran.code, json.loads(ran.out)) == (1, {"eventName": "y"})
    assert ran.err.startswith("-: event 0: “event_name” stands here more than once.")


def test_an_unreadable_file_is_named_and_the_others_are_printed_all_the_same(run: Cli, tmp_path: Path) -> None:
    broken, missing = run.file(b'{\n"a": }', "broken.json"), tmp_path / "missing.json"
    ran = run(broken, run.file(CART), missing)
    assert ran.code == 2
    assert json.loads(ran.out) == WITHOUT_CART
    assert ran.err.splitlines()[0].startswith(f"{broken}:2:6: a value is expected here")
    assert ran.err.splitlines()[2].startswith(f"{missing}: can't be read: ")


@pytest.mark.parametrize("files", [["-"], ["-", "-"]])
def test_what_would_be_nested_too_deep_is_refused_with_a_sentence(run: Cli, files: list[str]) -> None:
    old = '{"event_name": "x", "properties": {"a": ' + "[" * 198 + "]" * 198 + "}}"
    ran = run(*files, stdin=old.encode())
    assert (ran.code, ran.out) == (2, "")
    assert "-: can't be upgraded: it would be nested deeper than 200 levels" in ran.err


def test_nothing_printed_can_steer_a_terminal(run: Cli) -> None:
    text = '{"eventName": "\x9b31m\u202e\x7f"}'
    out = run("-", stdin=text.encode()).out
    assert out.strip().isascii()
    assert json.loads(out) == json.loads(text)


def test_the_output_is_utf_8_whatever_the_system_speaks(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text('{"event_name": "é😀"}', "utf-8")
    for encoding in ("ascii", "cp1252"):
        done = subprocess.run(
            [sys.executable, "-m", "composer", "upgrade", old],
            capture_output=True, check=True, env={"PYTHONIOENCODING": encoding},
        )  # fmt: skip
        assert json.loads(done.stdout.decode()) == {"eventName": "é😀"}


def test_without_a_file_it_is_used_wrongly(run: Cli) -> None:
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 2
