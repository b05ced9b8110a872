"""`event-composer upgrade`: events of release 2.2.449 in, the same in today's shape out."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

from composer.cli.texts import FAILED, OK, UNUSABLE, Unreadable, complain, print_line, read, shown
from composer.event import jsontext, legacy
from composer.event.documents import Document, Event
from composer.event.limits import MAX_DEPTH
from composer.event.payload import MISSING, Json
from composer.storage.runs.wire import text_of

# What could steer a terminal. Outside its texts JSON has none of these, inside an escape means the same.
_STEERING = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class _Upgraded(NamedTuple):
    payload: Json
    text: str | None  # its own, when it is of today's shape and stands alone
    remarks: list[str]


def upgrade(files: Sequence[str]) -> int:
    """Print the events of all `files` in today's shape, what found no home on standard error; returns the exit code.

    One file is printed in the shape it has, several as JSON Lines.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # it will be a file of JSON, on every system
    events = 0
    unreadable = homeless = False
    for name in files:
        try:
            document = read(name, name)
            upgraded = [_upgraded(event) for event in document.events]
            _print(document, upgraded, as_lines=len(files) > 1)
        except Unreadable as error:
            complain(str(error))
            unreadable = True
            continue
        except ValueError:  # the only one that printing has
            complain(f"{shown(name)}: can't be upgraded: it would be {jsontext.TOO_DEEP}")
            unreadable = True
            continue
        for number, one in enumerate(upgraded, start=events):
            for remark in one.remarks:
                complain(f"{shown(name)}: event {number}: {shown(remark)}")
        events += len(upgraded)
        homeless |= any(one.remarks for one in upgraded)
    if unreadable:
        return UNUSABLE
    return FAILED if homeless else OK


def _upgraded(event: Event) -> _Upgraded:
    if not legacy.is_legacy(event.payload):
        return _Upgraded(event.payload, event.text, [])
    upgraded = legacy.upgrade(event.payload)
    # An upgrade reads what it changes, and so keeps one of two equal keys.
    return _Upgraded(upgraded.payload, None, upgraded.homeless + [finding.message for finding in event.findings])


def _print(document: Document, upgraded: list[_Upgraded], *, as_lines: bool) -> None:
    """Print one file. Raises ValueError, before anything is printed, when something in it is nested too deep."""
    payloads = [one.payload for one in upgraded]
    is_list = document.request is MISSING and (not document.events or document.events[0].text is None)
    if as_lines or (len(payloads) > 1 and document.request is MISSING and not is_list):
        texts = [_on_one_line(one) for one in upgraded]
    elif is_list:
        texts = [jsontext.dumps(payloads)]
    elif document.request is not MISSING:
        whole = isinstance(document.request["events"], list)
        texts = [jsontext.dumps({**document.request, "events": payloads} if whole else document.request)]
    else:
        texts = [jsontext.dumps(one.payload) if one.text is None else one.text.rstrip("\r\n") for one in upgraded]
    for text in texts:
        print_line(_STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def _on_one_line(one: _Upgraded) -> str:
    """The event as a line of JSON Lines: no text of JSON holds a line end."""
    if one.text is not None and "\n" not in one.text.strip() and "\r" not in one.text.strip():
        return one.text.strip()
    if jsontext.depth(one.payload) > MAX_DEPTH:
        raise ValueError(jsontext.TOO_DEEP)
    return text_of(one.payload, exact=True)
