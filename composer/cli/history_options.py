"""What can be said behind `event-composer history`, and what its help says."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composer.cli.history import Wanted

MOST_LISTED = 10_000
MAX_ID = 2**63 - 1

HISTORY_HELP = """\
Looks through what was sent from this data folder, by the window and by send: every attempt, and each bulk run as one.
Exit code: 0 found or shown, 1 nothing found, 2 used wrongly or unreadable."""
LIST_HELP = """\
Lists what was sent, the newest first: all entries for which everything that is given holds.
Exit code: 0 something found, 1 nothing found, 2 used wrongly or unreadable."""
FOUND_BY = """\
Each of the WORDS is a part of an event's name, a customer, an ID or an error, or the beginning of a word of what was
sent or came back; the rows of bulk runs are looked through, too.

--outcome can be given several times. It is queued (bulk runs with all events queued, too), rejected, refused-key,
unknown-store, rate-limited, server-error, unexpected, could-not-connect, no-answer or cancelled; run-all-queued,
run-not-all, run-stopped, run-paused or run-under-way of a bulk run; or failed, which is all that was not taken, from
rejected to could-not-connect, and run-not-all.

DATE is a day (2026-11-25), a time (2026-11-25T14:30 or, in RFC 3339, 2026-11-25T14:30:00Z), or 7d for seven days ago,
without a zone in local time. --until a day goes to its end."""
LIST_DETAILS = f"""\
{FOUND_BY}

--format json prints {{"found", "entries": [{{"id", "time", "store", "store_kind", "address", "event", "customer",
"unique_id", "run", "outcome", "status", "duration_ms", "sent_anyway"}}]}}: how many there are, and the newest of them,
as many as --limit says. time is in RFC 3339 and UTC. status is null when no answer came, duration_ms while there is no
end, run for a single event. Of a bulk run, run is its id, event its file's name and customer how many events it has."""
SHOW_HELP = """\
Shows one entry whole: what was sent, without the key, what was found before, and what came back.
Exit code: 0 shown, 1 there is none with this ID, 2 used wrongly or unreadable."""
SHOW_DETAILS = """\
--format json prints the members that list prints of an entry, and "sentence", "detail" (the raw reason), "findings"
[{"severity", "code", "path", "message"}], "request" (what was sent, as it was sent; a text where that is not JSON, null
for a bulk run) and "answer" {"headers": [[name, value]], "body"}, null when none came."""
EXPORT_HELP = """\
Writes all that is found to a file, the newest first. A file that is there is replaced when the new one is whole.
Exit code: 0 written, 1 nothing found and nothing written, 2 used wrongly, unreadable, or it can't be written."""
EXPORT_DETAILS = f"""\
{FOUND_BY}

csv is for spreadsheets: what they would take for a formula has an apostrophe before it, and a text of more than 32,767
characters, which no cell holds, is cut and says so. jsonl has one object a line, the one that show --format json
prints. har is HAR 1.2; it has no bulk runs. The Authorization header is in none of them."""

Commands = argparse._SubParsersAction  # argparse has no public name for it
Make = Callable[["Commands[argparse.ArgumentParser]", str, str, str, str], argparse.ArgumentParser]


def add_history(
    commands: Commands[argparse.ArgumentParser], make: Make, add_format: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add the command to `commands`; `make` makes a command of them, `add_format` gives it --format."""
    history = make(commands, "history", "look through what was sent", HISTORY_HELP, "")
    parts = history.add_subparsers(dest="part", metavar="COMMAND", required=True)

    listed = make(parts, "list", "list what was sent", LIST_HELP, LIST_DETAILS)
    _add_filters(listed)
    listed.add_argument(
        "--limit", type=_limit, default=20, metavar="N", help=f"list so many, 1 to {MOST_LISTED:,} (20)"
    )
    add_format(listed)
    listed.set_defaults(run=_list)

    shown = make(parts, "show", "show one entry whole", SHOW_HELP, SHOW_DETAILS)
    shown.add_argument("id", type=_id, metavar="ID", help="the entry's number, as list prints it")
    add_format(shown)
    shown.set_defaults(run=_show)

    exported = make(parts, "export", "write what was sent to a file", EXPORT_HELP, EXPORT_DETAILS)
    exported.add_argument("file", metavar="FILE", help="a file, or - for standard output")
    _add_filters(exported)
    exported.add_argument(
        "--as", dest="form", choices=["csv", "jsonl", "har"], help="the form; the file's ending says it when left out"
    )
    exported.set_defaults(run=_export)


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORDS", help="what is looked for")
    parser.add_argument("--outcome", action="append", default=[], metavar="OUTCOME", help="what became of it")
    parser.add_argument("--store", default="", metavar="NAME", help="sent to this store")
    parser.add_argument("--event", default="", metavar="NAME", help="single events of exactly this name")
    parser.add_argument("--since", default="", metavar="DATE", help="sent then or later")
    parser.add_argument("--until", default="", metavar="DATE", help="sent before that, or on that day")


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_LISTED:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_LISTED:,}")
    return int(text)


def _id(text: str) -> int:
    if not text.isdecimal() or len(text) > 19 or int(text) > MAX_ID:
        raise argparse.ArgumentTypeError("an ID is a number, as history list prints it")
    return int(text)


def _wanted(options: argparse.Namespace) -> Wanted:
    from composer.cli.history import Wanted

    return Wanted(options.words, options.outcome, options.store, options.event, options.since, options.until)


def _list(options: argparse.Namespace) -> int:
    from composer.cli.history import list_entries

    return list_entries(_wanted(options), options.limit, options.format)


def _show(options: argparse.Namespace) -> int:
    from composer.cli.history import show

    return show(options.id, options.format)


def _export(options: argparse.Namespace) -> int:
    from composer.cli.history import give_out

    return give_out(options.file, options.form, _wanted(options))
