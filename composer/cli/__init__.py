"""The same work without a window: check files of events, send one, run the sandbox, test the app itself.

Exit codes: 0 no errors, or queued; 1 errors, or held back, or not queued; 2 used wrongly, or unreadable.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from composer import __version__
from composer.cli.history_options import add_history
from composer.cli.texts import FAILED

MOST_TIMES = 1_000_000
INTERRUPTED = 130  # what a shell says of a program ended by Ctrl+C

VALIDATE_HELP = """\
Checks every event against the published contract, before anything is sent.
A file holds one event, an array of events, {"events": [...]} or JSON Lines, in UTF-8; - reads standard input.
Exit code: 0 no errors (warnings may be), 1 errors, 2 a file can't be read."""
VALIDATE_DETAILS = """\
Events are counted from 0; with several files the count goes on from one to the next. {"events": [...]} is one
bulk request, and is checked as one too: what is said about the request and not about one of its events names no
event, null in JSON. So does the error of a file without any event.

--format json prints {"events", "errors", "warnings", "findings": [{"event", "severity", "code", "path",
"message"}]}: three counts and the list; path is a JSON Pointer into the event. Files that can't be read are named
on standard error."""
UPGRADE_HELP = """\
Prints events of the older release 2.2.449 (event_name, email, properties, ...) in today's shape. What is of today's
shape already is printed as it is. A file is what validate reads; - is standard input. No file is changed.
Exit code: 0 everything was taken over, 1 something found no home, 2 a file can't be read."""
UPGRADE_DETAILS = """\
One file is printed in the shape it has: one event, an array, {"events": [...]} or JSON Lines. Several files are
printed one after the other as JSON Lines, one event a line. The output is JSON in UTF-8.

Properties that are objects or arrays go to data.$extra. What found no home, such as cart_context, is named on
standard error, with the file and the number of the event, counted from 0 as validate does."""
SEND_HELP = """\
Sends events and says what came back: one event, or all rows of a file. Errors hold a row back; warnings don't.
A file is JSON (an event, an array, {"events": [...]}), JSON Lines, CSV or XLSX; - is standard input.
Exit code: 0 all queued, 1 not all, 2 used wrongly or unreadable."""
SEND_DETAILS = """\
The API secret comes from the environment variable REDO_API_SECRET, for --store also from the system's keyring;
the variable goes first. A sandbox store needs none; the built-in one is started for the call and ended after it.

On a live store nobody but its test people, which are listed in the window's settings, is reached without --yes-live:
one event for somebody else is held back, and of many nothing is sent as long as one of them is for somebody else;
standard error says how many, and for whom. With --dry-run and a store it says so, too. A server given by its address
is taken for a live store, unless it is this computer or a store with this address is in the settings as another kind.

One event: a file with one JSON object goes over the wire byte for byte (without a byte order mark), and the attempt
is written to the history that the window shows. --format json prints {"outcome", "status", "sentence",
"duration_ms", "body", "findings"}. outcome is "queued", or "held-back" for errors and for want of --yes-live,
"not-sent" when it could not begin, else what went wrong: rejected, refused-key, unknown-store, rate-limited,
server-error, unexpected, could-not-connect, no-answer, cancelled. status is the HTTP status or null, body the text of
the server's answer, findings are as validate prints them.

Many events: the columns of a table go where the mapping says, which is the one given, the one saved in the window for
the same headers, or a guess. They are sent in bulk requests as fast as the store's limit allows. Every row is written
down before it is sent: after Ctrl+C, a crash or a pause, --resume goes on where it was, and nothing is sent twice.
--format json prints {"run", "events", "queued", "rejected", "not_sent", "no_answer", "requests", "retries",
"seconds"}. --dry-run checks every row and sends nothing; its exit code is 0 when all of them would be sent.

Variables such as {{total}} or {{$uuid}} get their values in each of many events, from the column of that name or from
--set; a row is held back while one has none. One event alone is a template, too, with --set or --times."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code. Raises SystemExit(2) when it is used wrongly."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # half surrogates, and terminals that are not UTF-8
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        # Only the options' names: what stands behind them could be a key given in the wrong place.
        names = [argument.partition("=")[0] for argument in unknown if argument.startswith("-")]
        parser.error(f"unknown: {' '.join(names)}" if names else "too many arguments")
    try:
        if options.open is not None and (options.self_test or options.command is not None):
            parser.error("--open goes alone: it opens the window")
        if options.self_test:
            from composer.app import self_test

            return self_test(options.screenshot)
        if options.screenshot:
            parser.error("--screenshot goes with --self-test")
        if options.open is not None:
            from composer.app import run

            return run(options.open)
        if options.command is None:
            parser.error("say what to do: validate, upgrade, send, history, sandbox, --open or --self-test")
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone; so may the rest
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="event-composer",
        description="Compose, check and send events for Redo's custom-events API. Without arguments the window opens.",
        epilog="EVENT_COMPOSER_HOME moves all data, settings and templates to another folder.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"Event Composer {__version__}")
    parser.add_argument(
        "--self-test",
        action="store_true",
        help="send the starter event from the window to its own sandbox, in a private data folder, and check it",
    )
    parser.add_argument(
        "--screenshot", type=Path, metavar="FILE", help="with --self-test: save a picture of the window"
    )
    parser.add_argument("--open", type=Path, metavar="FILE", help="open the window with the rows of this file in Bulk")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    validate = _command(commands, "validate", "check files of events", VALIDATE_HELP, VALIDATE_DETAILS)
    validate.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")
    _add_format(validate)
    validate.set_defaults(run=_validate)

    send = _command(commands, "send", "send one event, or all rows of a file", SEND_HELP, SEND_DETAILS)
    send.add_argument("file", nargs="?", metavar="FILE", help="a file with events or rows, or - for standard input")
    send.add_argument("--store", metavar="NAME", help="a store from the app's settings")
    send.add_argument("--base-url", metavar="URL", help="another server, with --store-id")
    send.add_argument("--store-id", metavar="ID", help="Redo's ID of the store, with --base-url")
    send.add_argument("--send-anyway", action="store_true", help="send in spite of errors, to see the server's answer")
    send.add_argument("--yes-live", action="store_true", help="on a live store, reach others than its test people")
    send.add_argument("--resume", metavar="RUN", help="go on with a run, by its id, or last for the newest; no FILE")
    send.add_argument("--dry-run", action="store_true", help="check every row and send nothing")
    send.add_argument("--mapping", metavar="FILE", help="which column goes where, as JSON")
    send.add_argument("--times", type=_times, default=1, metavar="N", help="send the one event of the file N times")
    send.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="the value of {{NAME}}: JSON, or else text"
    )
    send.add_argument("--no-unique-ids", action="store_true", help="do not fill in a uniqueId where a row has none")
    send.add_argument(
        "--delimiter", default="", metavar="CHAR", help="what stands between cells; found out when left out"
    )
    send.add_argument("--encoding", default="", metavar="NAME", help="of a text file; found out when left out")
    send.add_argument("--sheet", default="", metavar="NAME", help="of a workbook; the first with rows when left out")
    send.add_argument("--no-header", action="store_true", help="the first row is not the headers")
    _add_format(send)
    send.set_defaults(run=_send)

    upgrade = _command(commands, "upgrade", "bring old events into today's shape", UPGRADE_HELP, UPGRADE_DETAILS)
    upgrade.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")
    upgrade.set_defaults(run=_upgrade)

    add_history(commands, _command, _add_format)

    worker = commands.add_parser("worker")  # the window's own, so help does not name it
    worker.set_defaults(run=_worker)

    sandbox = _command(
        commands, "sandbox", "run the stand-in for Redo on this machine", "Runs until it is interrupted.", ""
    )
    sandbox.add_argument(
        "--port", type=_port, default=0, metavar="N", help="the port to listen on; any free one when left out"
    )
    sandbox.add_argument("--until-stdin-closes", action="store_true", help="end with the program that started it")
    sandbox.set_defaults(run=_sandbox)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, short: str, long: str, details: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=short,
        description=long,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=["text", "json"], default="text", help="how to print the answer (text)")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _validate(options: argparse.Namespace) -> int:
    from composer.cli.validate import validate

    return validate(options.files, options.format)


def _upgrade(options: argparse.Namespace) -> int:
    from composer.cli.upgrade import upgrade

    return upgrade(options.files)


def _times(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_TIMES:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_TIMES:,}")
    return int(text)


def _send(options: argparse.Namespace) -> int:
    from composer.cli import bulk
    from composer.cli.where import Where
    from composer.storage.sources import Reading

    reading = Reading(options.encoding, options.delimiter.replace("\\t", "\t"), options.sheet, not options.no_header)
    plan = bulk.Plan(
        options.mapping, reading, options.dry_run, options.send_anyway, not options.no_unique_ids, options.times,
        tuple(options.set),
    )  # fmt: skip
    where = Where(options.store, options.base_url, options.store_id)
    return bulk.send(options.file, options.resume, where, plan, options.format, yes_live=options.yes_live)


def _sandbox(options: argparse.Namespace) -> int:
    from composer.sandbox.server import serve

    return serve(options.port, options.until_stdin_closes)


def _worker(_: argparse.Namespace) -> int:
    from composer.delivery.worker import Worker

    return Worker(sys.stdin.buffer, sys.stdout.buffer).run()
