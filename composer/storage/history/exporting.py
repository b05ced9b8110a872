"""Entries of the history as a file: CSV for a spreadsheet, JSON Lines for a program, HAR 1.2 for tools about requests.

A CSV is UTF-8 with the mark at its start that Excel looks for, every cell in quotes. What a spreadsheet would take for
a formula has an apostrophe before it, see `sources.returned.guarded`; a text longer than a cell of Excel can hold is
cut, and says so. The request of a JSON line is the very text that was sent, without line ends. A HAR has no bulk runs:
what their requests held is not kept as it was sent, because rows may be edited since. No form has the Authorization
header.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Literal, NoReturn
from urllib.parse import quote

from composer import __version__
from composer.event.payload import Json
from composer.storage.database import StorageError
from composer.storage.history import Entry, FullEntry, Headers, History
from composer.storage.sources.returned import guarded

Form = Literal["csv", "jsonl", "har"]
OnEntries = Callable[[int, int], object]  # entries done, of how many

FORMS: dict[str, Form] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".har": "har"}  # by a file's ending
COLUMNS = (
    *("id", "time", "store", "store kind", "address", "event", "customer", "uniqueId", "outcome", "status"),
    *("duration ms", "sentence", "findings", "request", "answer"),
)
MAX_CELL = 32_767  # UTF-16 units, which is all that a cell of Excel holds
BATCH = 100  # entries between two reports

_JSON = "application/json"
_NO_KEY = "The Authorization header, which holds the API secret, is left out of every request."
_LINE_END = re.compile(r"[\r\n][ \t\r\n]*")


class ExportError(StorageError):
    """The file can't be written; the text is a sentence for people that names it and what to do."""


class _Stopped(Exception):  # noqa: N818 - it is no error
    """Ends the writing of a file that nobody wants any more."""


def nothing(_done: int, _of: int) -> None:
    """Nobody wants to know."""


def never() -> bool:
    """Nobody stops it."""
    return False


def form_of(path: Path) -> Form | None:
    """The form that the ending of a file's name says, or None."""
    return FORMS.get(path.suffix.lower())


def export(
    history: History,
    ids: Sequence[int],
    path: Path,
    form: Form,
    on_progress: OnEntries = nothing,
    stop: Callable[[], bool] = never,
) -> int:
    """Write the entries with these ids, in this order, to `path`; those that are gone are left out.

    The file is there when it is whole, in the place of any before. Returns how many entries it has; 0, having written
    nothing, when `stop` answered True. Raises ExportError, and StorageError when the history can't be read.
    """
    if not path.name:
        raise ExportError(f"{path} is a folder. Choose a name for the file in it, and try again.")
    part = path.with_name(f".{path.name}.part")
    try:
        if path.exists() and not path.is_file():
            raise ExportError(f"{path} is not an ordinary file. Choose another name, and try again.")
        with part.open("wb") as file:
            count = write(history, ids, file, form, on_progress, stop)
            file.flush()
            os.fsync(file.fileno())  # before it takes the place of another
        part.replace(path)
    except _Stopped:
        return 0
    except OSError as error:
        raise ExportError(
            f"{path} can't be written ({error.strerror}). Choose another folder, or make room, and try again."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return count


def write(
    history: History,
    ids: Sequence[int],
    file: BinaryIO,
    form: Form,
    on_progress: OnEntries = nothing,
    stop: Callable[[], bool] = never,
) -> int:
    """The same to an open file; returns how many entries were written. Raises OSError and StorageError."""
    file.write(_to_bytes(_HEADS[form]))
    count = runs = 0
    for done, each in enumerate(ids, 1):
        if stop():
            raise _Stopped
        full = history.entry(each)
        text = "" if full is None else written(full, form)
        if text:
            file.write(_to_bytes((",\n" if form == "har" and count else "") + text))
            count += 1
        elif full is not None:
            runs += 1
        if done % BATCH == 0 or done == len(ids):
            on_progress(done, len(ids))
    file.write(_to_bytes(_har_end(runs) if form == "har" else ""))
    return count


def written(full: FullEntry, form: Form) -> str:
    """One entry as it stands in a file, with its line end; empty for a bulk run in a HAR."""
    match form:
        case "csv":
            return _csv_line(_cells(full))
        case "jsonl":
            return f"{as_line(full)}\n"
        case "har":
            return "" if full.entry.run else _dumps(_har_entry(full))


def address(entry: Entry) -> str:
    """The URL that was called; of a bulk run that of its requests."""
    return f"{entry.base_url}/stores/{quote(entry.store_id, safe='')}/events{'/bulk' if entry.run else ''}"


def moment(ms: int) -> str:
    """Unix milliseconds as RFC 3339 in UTC: ``2026-11-25T17:31:22.042Z``."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"


def summary(entry: Entry) -> dict[str, Json]:
    """What the list tells of an entry, as JSON."""
    return {
        "id": entry.id,
        "time": moment(entry.begun_ms),
        "store": entry.store_name,
        "store_kind": str(entry.store_kind),
        "address": address(entry),
        "event": entry.event_name,
        "customer": entry.customer,
        "unique_id": entry.unique_id,
        "run": entry.run or None,
        "outcome": str(entry.kind),
        "status": entry.status,
        "duration_ms": entry.duration_ms,
        "sent_anyway": entry.sent_anyway,
    }


def as_line(full: FullEntry) -> str:
    """Everything about an entry as one line of JSON, without its line end.

    `summary` and: sentence, detail, findings as [{severity, code, path, message}], request (null for a bulk run; a text
    where what was sent is not JSON), answer as {headers: [[name, value]], body}, null when none came.
    """
    answer = full.answer
    findings = [
        {"severity": str(each.severity), "code": each.code, "path": each.path, "message": each.message}
        for each in full.findings
    ]
    told: dict[str, Json] = {"sentence": answer.sentence, "detail": answer.detail, "findings": findings}
    came: Json = None
    if answer.status is not None:
        came = {"headers": [list(pair) for pair in answer.headers], "body": answer.body.decode(errors="replace")}
    before, after = _dumps(summary(full.entry) | told), _dumps({"answer": came})
    # The request is put in as it is: reading and printing it again could change its numbers and lose repeated keys.
    return f'{before[:-1]}, "request": {_request(full)}, {after[1:]}'


def _request(full: FullEntry) -> str:
    if full.entry.run:
        return "null"
    text = full.body.decode(errors="replace")
    try:
        json.loads(text, parse_int=len, parse_float=len, parse_constant=_refuse)  # only whether it can be read matters
    except (ValueError, RecursionError):
        return _dumps(text)
    return _LINE_END.sub("", text)  # no text of JSON holds a line end, so they are nothing but blanks


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity, which Python reads and nobody else does


def _cells(full: FullEntry) -> list[str]:
    entry, answer = full.entry, full.answer
    findings = "; ".join(f"{each.severity} {each.code} {each.path}".rstrip() for each in full.findings)
    return [
        *(str(entry.id), moment(entry.begun_ms), entry.store_name, str(entry.store_kind), address(entry)),
        *(entry.event_name, entry.customer, entry.unique_id, str(entry.kind)),
        "" if entry.status is None else str(entry.status),
        "" if entry.duration_ms is None else str(entry.duration_ms),
        *(answer.sentence, findings, full.body.decode(errors="replace"), answer.body.decode(errors="replace")),
    ]


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([_fitting(guarded(cell)) for cell in cells])
    return line.getvalue()


def _fitting(text: str) -> str:
    """What fits into a cell. Excel would put the rest into the next row, where it is nothing that was sent."""
    if len(text) <= MAX_CELL // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= MAX_CELL * 2:
        return text
    note = f"… (cut: of {len(text):,} characters; JSON Lines has all)"
    return units[: (MAX_CELL - len(note)) * 2].decode("utf-16-le", "ignore") + note


def _har_entry(full: FullEntry) -> dict[str, Json]:
    entry, answer = full.entry, full.answer
    took = entry.duration_ms or 0
    body = full.body.decode(errors="replace")
    return {
        "startedDateTime": moment(entry.begun_ms),
        "time": took,
        "request": {
            "method": "POST",
            "url": address(entry),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Content-Type", "value": _JSON}],
            "queryString": [],
            "postData": {"mimeType": _JSON, "text": body},
            "headersSize": -1,
            "bodySize": len(full.body),
        },
        "response": {
            "status": answer.status or 0,
            "statusText": _phrase(answer.status),
            "httpVersion": "HTTP/1.1" if answer.status else "",
            "cookies": [],
            "headers": [{"name": name, "value": value} for name, value in answer.headers],
            "content": _har_content(answer.body, _header(answer.headers, "content-type")),
            "redirectURL": _header(answer.headers, "location"),
            "headersSize": -1,
            "bodySize": len(answer.body) if answer.status else -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},  # only the whole time is known
        "comment": answer.sentence,
    }


def _har_content(body: bytes, media_type: str) -> dict[str, Json]:
    told: dict[str, Json] = {"size": len(body), "mimeType": media_type}
    try:
        return told | {"text": body.decode()}
    except UnicodeDecodeError:
        return told | {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _har_end(runs: int) -> str:
    comment = _NO_KEY
    if runs:
        which = "1 bulk run is" if runs == 1 else f"{runs:,} bulk runs are"
        comment += f" {which} left out: a HAR holds single requests. Bulk exports the rows of a run."
    return f'\n], "comment": {_dumps(comment)}}}}}\n'


def _phrase(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""


def _header(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _to_bytes(text: str) -> bytes:
    """UTF-8; half surrogates, which have no form in it, become JSON escapes."""
    return text.encode("utf-8", "backslashreplace")


_HEADS: dict[Form, str] = {
    "csv": "\ufeff" + _csv_line(COLUMNS),
    "jsonl": "",
    "har": '{"log": {"version": "1.2", "creator": '
    + _dumps({"name": "Event Composer", "version": __version__})
    + ', "entries": [\n',
}
