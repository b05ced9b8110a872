"""The snippets are run: a real shell with cURL, a real Python, a real Node, against a real server on this machine."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer.event.jsontext import dumps
from composer.event.snippets import LONGEST_ARGUMENT, as_curl, as_javascript, as_python
from tests.support.server import Server, answer

KEY = "rk-0123456789-\"$HOME'`id`"
NASTY = [
    "it's", "''", '"', '""', "\\", "\\\\", "\\'", '\\"', "$HOME", "${HOME}", "$(id)", "$'x'", "`id`", "!", "!!", "%",
    "%s", "%PATH%", "{{x}}", "${{x}}", "#", "~", "*", "?", "@file", "&", "|", ";", "<<EOF", "EOF", "\n", "\r\n", "\t",
    "é", "😀", "\u2028", "\u2029", "\u0085", "\ufeff", "\x7f", "\ud800", "\x00", "'''", '"""', "end\\",
]  # fmt: skip

# Stands in for cURL where there is none: the shell's quoting is tested all the same.
RECORDER = """\
#!{python}
import sys, urllib.request
words = sys.argv[1:]
binary = words[-2] == "--data-binary"
body = sys.stdin.buffer.read() if binary else words[-1].encode("utf-8", "surrogateescape")
address = next(word for word in words if "://" in word)
headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "--header")
urllib.request.urlopen(urllib.request.Request(address, body, headers))
"""

Run = Callable[[str, str], tuple[str, bytes]]


@pytest.fixture
def server(serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return serve(answer("202 Accepted"))


def received(server: Server) -> tuple[str, bytes]:
    """The head and the body of the last request."""
    head, _, body = server.requests.pop().partition(b"\r\n\r\n")
    return head.decode("latin-1"), body


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    if not shutil.which("curl"):
        (tmp_path / "curl").write_text(RECORDER.format(python=sys.executable))
        (tmp_path / "curl").chmod(0o700)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def run(snippet: str) -> None:
        file = tmp_path / "event.sh"
        file.write_bytes(snippet.encode())
        subprocess.run(["sh", file], check=True, capture_output=True, timeout=30)

    return run


def run_python(snippet: str, folder: Path) -> None:
    file = folder / "event.py"
    file.write_bytes(snippet.encode())
    runpy.run_path(str(file))


def run_javascript(snippet: str, folder: Path) -> str | None:
    """Run it, or where there is no Node, say which body it would send by the language's rules."""
    if shutil.which("node"):
        file = folder / "event.mjs"
        file.write_bytes(snippet.encode())
        subprocess.run(["node", file], check=True, capture_output=True, timeout=30)
        return None
    lines = re.search(r'^const body = (\[.*\])\.join\("\\n"\);\n\nconst', snippet, re.DOTALL | re.MULTILINE)
    if lines:
        return "\n".join(json.loads(lines[1]))
    raw = re.search(r"^const body = String\.raw`([^`]*)`;\n\nconst", snippet, re.MULTILINE)
    assert raw
    assert "${" not in raw[1]
    return re.sub("\r\n?", "\n", raw[1])


@pytest.fixture
def sends(
    request: pytest.FixtureRequest, server: Server, shell: Callable[[str], None], tmp_path: Path
) -> Iterator[Callable[[str, str], tuple[str, bytes]]]:
    """Runs one of the three kinds of snippet for a body; gives the head and the body that arrived."""
    kind = request.param

    def send(path: str, body: str) -> tuple[str, bytes]:
        address = f"{server.url}{path}"
        if kind == "curl":
            shell(as_curl(address, body))
        elif kind == "python":
            run_python(as_python(address, body), tmp_path)
        else:
            told = run_javascript(as_javascript(address, body), tmp_path)
            if told is not None:
                return f"POST {path} HTTP/1.1\r\nauthorization: Bearer {KEY}", told.encode()
        return received(server)

    return send


KINDS = ["curl", "python", "javascript"]
PATH = "/v2.2/stores/64e5a8a1af49a89df37e4ee7/events"


@pytest.mark.parametrize("sends", KINDS, indirect=True)
def test_an_event_of_everything_nasty_arrives_byte_for_byte(sends: Run) -> None:
    body = dumps({"eventName": "Order Placed", "data": {each: each for each in NASTY}})
    assert sends(PATH, body)[1] == body.encode()


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("sends", ["curl", "python"], indirect=True)
def test_each_nasty_text_arrives_byte_for_byte(sends: Run, text: str) -> None:
    body = dumps({"eventName": text})
    assert sends(PATH, body)[1] == body.encode()
    unescaped = json.dumps({"a": text, text: ""}, ensure_ascii="\ud800" in text)
    assert sends(PATH, unescaped)[1] == unescaped.encode()


@pytest.mark.parametrize("body", ['"${process.env.HOME}"', '"`"', '"\\u0041 \\ud800"', "[\r\n]", '"$ {x} {{y}}"', "\\"])
@pytest.mark.parametrize("sends", ["javascript"], indirect=True)
def test_what_javascript_would_fill_in_or_change_arrives_byte_for_byte(sends: Run, body: str) -> None:
    assert sends(PATH, body)[1] == body.encode()


bodies = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("'\"\\$`!{}%@\n\r\t\u2028 #\x1b\ufeff"),
    max_size=40,
)


@pytest.mark.parametrize("sends", KINDS, indirect=True)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies)
def test_any_body_arrives_byte_for_byte(sends: Run, body: str) -> None:
    assert sends(PATH, body)[1] == body.encode()


@pytest.mark.parametrize("sends", KINDS, indirect=True)
@pytest.mark.parametrize("size", [LONGEST_ARGUMENT - 20, LONGEST_ARGUMENT, 1_000_000])
def test_a_long_body_arrives_although_no_argument_may_be_so_long(sends: Run, size: int) -> None:
    body = dumps({"eventName": "It's long", "data": {"text": "it's é\\" * (size // 7)}})
    assert sends(PATH, body)[1] == body.encode()


@pytest.mark.parametrize("sends", KINDS, indirect=True)
def test_the_call_is_the_one_of_the_contract(sends: Run) -> None:
    head, _ = sends(PATH, "{}")
    assert head.startswith(f"POST {PATH} HTTP/1.1\r\n")
    assert f"authorization: bearer {KEY}".lower() in head.lower()


@pytest.mark.parametrize("sends", ["curl", "python"], indirect=True)
def test_it_is_sent_as_json_and_to_any_address(sends: Run) -> None:
    head, body = sends("/a'b/{x}/[1-3]/$HOME/stores/1/events", "{}")
    assert "content-type: application/json\r\n" in head.lower() + "\r\n"
    assert re.match(r"POST /a('|%27)b/({x}|%7Bx%7D)/(\[1-3\]|%5B1-3%5D)/\$HOME/stores/1/events ", head)
    assert body == b"{}"


def test_a_snippet_is_written_to_be_read() -> None:
    body = '{\n  "eventName": "It\'s"\n}'
    assert as_curl("https://api.example.com/v2.2/stores/1/events", body) == (
        "curl --include --request POST \\\n"
        "  'https://api.example.com/v2.2/stores/1/events' \\\n"
        '  --header "Authorization: Bearer $REDO_API_SECRET" \\\n'
        "  --header 'Content-Type: application/json' \\\n"
        "  --data-raw '{\n  \"eventName\": \"It'\\''s\"\n}'\n"
    )
    assert f'body = r"""{body}"""\n' in as_python("https://x.test/events", body)
    assert f"const body = String.raw`{body}`;\n" in as_javascript("https://x.test/events", body)


@pytest.mark.parametrize("snippet", [as_curl, as_python, as_javascript])
def test_the_key_is_a_variable(snippet: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDO_API_SECRET", KEY)
    text = snippet("https://x.test/events", "{}")
    assert KEY not in text
    assert any(way in text for way in ('$REDO_API_SECRET"', 'environ["REDO_API_SECRET"]', "env.REDO_API_SECRET}"))
