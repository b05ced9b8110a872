"""One event as something to run elsewhere: a cURL command, a Python or a JavaScript program.

The body arrives byte for byte. The API secret is never in it: each reads the variable REDO_API_SECRET.
"""

from __future__ import annotations

import re

from composer.event.jsontext import quote

LONGEST_ARGUMENT = 100_000  # bytes; Linux starts no program with a single argument of more than 131,071

# What source text would change (\r becomes a new line) or can't hold. JSON itself has it only between its tokens.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


def as_curl(address: str, body: str) -> str:
    """A command for a POSIX shell that posts `body`, JSON text that can be UTF-8, to the URL `address`."""
    lines = [
        "curl --include --request POST" + (" --globoff" if set(address) & set("[]{}") else ""),
        _shell(address),
        '--header "Authorization: Bearer $REDO_API_SECRET"',
        "--header 'Content-Type: application/json'",
    ]
    if len(body.encode()) <= LONGEST_ARGUMENT:
        return " \\\n  ".join((*lines, f"--data-raw {_shell(body)}\n"))
    # printf is part of the shell, so its arguments may be of any length.
    return f"printf '%s' {_shell(body)} |\n  " + " \\\n  ".join((*lines, "--data-binary @-\n"))


def as_python(address: str, body: str) -> str:
    """A Python program that posts `body`, JSON text that can be UTF-8, to the URL `address` with httpx."""
    return f"""\
import os

import httpx

body = {_python(body)}

response = httpx.post(
    {quote(address)},
    content=body.encode(),
    headers={{
        "Authorization": "Bearer " + os.environ["REDO_API_SECRET"],
        "Content-Type": "application/json",
    }},
)
print(response.status_code, response.text)
"""


def as_javascript(address: str, body: str) -> str:
    """A JavaScript module that posts `body`, JSON text that can be UTF-8, to the URL `address` with fetch."""
    return f"""\
// For Node 18 or newer, saved as a file that ends in .mjs
const body = {_javascript(body)};

const response = await fetch({quote(address)}, {{
  method: "POST",
  headers: {{
    "Authorization": `Bearer ${{process.env.REDO_API_SECRET}}`,
    "Content-Type": "application/json",
  }},
  body,
}});
console.log(response.status, await response.text());
"""


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _python(body: str) -> str:
    for quotes in ('"""', "'''"):
        if not (quotes in body or body.endswith((quotes[0], "\\")) or _CONTROL.search(body)):
            return f"r{quotes}{body}{quotes}"
    return f'"\\n".join({_lines(body, "    ")})'


def _javascript(body: str) -> str:
    if "`" in body or "${" in body or body.endswith("\\") or _CONTROL.search(body):
        return f'{_lines(body, "  ")}.join("\\n")'
    return f"String.raw`{body}`"


def _lines(body: str, indent: str) -> str:
    """A list of the lines, which reads the same as JSON, in Python and in JavaScript."""
    return "[\n" + ",\n".join(indent + quote(line) for line in body.split("\n")) + "\n]"
