"""Faults on request: what the sandbox does wrong, how often, and how each wrong answer looks on the wire.

Not thread-safe: the server's event loop owns them. Nothing here is in the contract; the faults are those of networks,
proxies and tired servers.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import sys
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from composer.event.payload import Json
from composer.sandbox.problems import problem

LOOPBACK = ("127.0.0.1", "localhost", "::1")
HTML_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
GARBAGE = b'{"accepted": tru\x00\xff\xfe\x80'
_LINGER_ZERO = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Kind(StrEnum):
    """What goes wrong with a call under ``/v2.2``: any call, but for the last two."""

    LATENCY = "latency"  # the request is served at once, its answer comes late; adds to other faults
    RATE_LIMIT = "rate-limit"  # 429, with Retry-After when `retryAfter` is given
    STATUS = "status"  # a problem with `status`, 500 or 503 for example
    RESET = "reset"  # a real TCP reset
    HANG = "hang"  # no answer until the client goes away or the sandbox stops
    HTML = "html"  # 502 with a proxy's HTML page
    REDIRECT = "redirect"  # 307 to `location`
    GARBAGE = "garbage"  # single and bulk: the events are stored, the 202 has a body that is no text
    PER_EVENT_RESULTS = "per-event-results"  # bulk: the valid events are stored, the 202 has a JSON body


class Fault(NamedTuple):
    """One fault. Hits `times` requests (None: until cleared), each with `probability`, drawn from `seed`.

    `call` names the calls it hits, see CALLS. Look-ups go out by themselves while somebody types: what is meant for the
    next event is not used up by them.
    """

    kind: Kind
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    milliseconds: int = 0  # of a latency
    retryAfter: int | None = None  # noqa: N815  (as in JSON); seconds, of a rate limit
    status: int = 503  # of a status
    location: str = ""  # of a redirect, a loopback URL
    afterStoring: bool = False  # noqa: N815  (as in JSON); the call is served, its answer is lost
    call: str = "send"

    @property
    def serves_first(self) -> bool:
        """Whether the call is served and the fault then spoils a good answer; a refusal is answered as it is."""
        return self.afterStoring or self.kind in (Kind.GARBAGE, Kind.PER_EVENT_RESULTS)


class Answers(StrEnum):
    """What a call answers when it goes well; it decides which faults can hit."""

    CUSTOMER = "customer"
    EVENT = "event"
    BULK = "bulk"


CALLS = {
    "send": (Answers.EVENT, Answers.BULK),
    "any": tuple(Answers),
    "event": (Answers.EVENT,),
    "bulk": (Answers.BULK,),
    "customer": (Answers.CUSTOMER,),
}


class Hit(NamedTuple):
    """What happens to one request: seconds its answer is late, and the fault that hits it, if any."""

    delay: float
    fault: Fault | None


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self._active: list[_Active] = []

    def replace(self, described: Json) -> None:
        """Put these in force instead: a list of objects with the fields of Fault; an empty list clears.

        Raises ValueError with a plain sentence, and then changes nothing.
        """
        if not isinstance(described, list):
            raise ValueError("The faults must be a list of objects.")  # noqa: TRY004  (bad input, not a bad call)
        self._active = [_Active(_fault(each)) for each in described]

    def describe(self) -> list[Json]:
        """The faults in force as they were given, defaults filled in, each with the requests it `hit`."""
        return [active.fault._asdict() | {"hit": active.hit} for active in self._active]

    def draw(self, call: Answers) -> Hit:
        """Decide about one request. Latencies add up; of the others the first that hits counts, and only that one."""
        delay, found = 0.0, None
        for active in self._active:
            is_latency = active.fault.kind is Kind.LATENCY
            if (found and not is_latency) or not _can_hit(active.fault, call) or not active.draw():
                continue
            if is_latency:
                delay += active.fault.milliseconds / 1000
            else:
                found = active.fault
        return Hit(delay, found)


class _Active:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.hit = 0
        self._random = random.Random(fault.seed)  # noqa: S311  (to repeat a run, not to keep a secret)

    def draw(self) -> bool:
        used_up = self.fault.times is not None and self.hit >= self.fault.times
        hits = not used_up and self._random.random() < self.fault.probability
        self.hit += hits
        return hits


def answer(fault: Fault) -> Response | None:
    """The wrong answer, or None for a fault that only changes how the call is served."""
    match fault.kind:
        case Kind.RATE_LIMIT:
            headers = {} if fault.retryAfter is None else {"retry-after": str(fault.retryAfter)}
            return problem(429, "Rate limit exceeded (a fault set in the sandbox).", headers, "application/json")
        case Kind.STATUS:
            return problem(fault.status, "A fault set in the sandbox.")
        case Kind.RESET:
            return Reset()
        case Kind.HANG:
            return Hang()
        case Kind.HTML:
            return Response(HTML_PAGE, 502, media_type="text/html")
        case Kind.REDIRECT:
            return Response(status_code=307, headers={"location": fault.location})
        case Kind.GARBAGE:
            return Response(GARBAGE, 202, media_type="application/json")
        case _:
            return None


class Reset(Response):
    """Ends the connection with a TCP reset in place of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Instead of sending, abort."""
        transport: asyncio.Transport = scope["state"]["transport"]
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
        await gone(receive)


class Hang(Response):
    """Never answers: waits until the client is gone, or the sandbox stops and cuts it off."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Instead of sending, wait."""
        await gone(receive)


async def gone(receive: Receive) -> None:
    """Wait until the client is gone. The request must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _can_hit(fault: Fault, call: Answers) -> bool:
    if call not in CALLS[fault.call]:
        return False
    if fault.kind is Kind.PER_EVENT_RESULTS:
        return call is Answers.BULK
    return fault.kind is not Kind.GARBAGE or call is not Answers.CUSTOMER


_WHOLE = {"times": (1, 1_000_000), "milliseconds": (0, 600_000), "retryAfter": (0, 86_400), "status": (400, 599)}


def _fault(described: Json) -> Fault:
    if not isinstance(described, dict):
        raise ValueError("Each fault must be an object.")  # noqa: TRY004  (bad input, not a bad call)
    given = {name: value for name, value in described.items() if name != "hit"}  # so that what was read can be put
    unknown = given.keys() - set(Fault._fields)
    if unknown:
        raise ValueError(f"A fault has no field {min(unknown)!r}.")
    if given.get("kind") not in list(Kind):
        raise ValueError(f"A fault's kind must be one of {', '.join(Kind)}.")
    fault = Fault(**given | {"kind": Kind(given["kind"])})
    for name, (least, most) in _WHOLE.items():
        value = getattr(fault, name)
        if value is None and Fault._field_defaults[name] is None:
            continue
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"{name} must be a whole number from {least} to {most}.")
    if type(fault.probability) not in (int, float) or not 0 <= fault.probability <= 1:
        raise ValueError("probability must be a number from 0 to 1.")
    if type(fault.seed) is not int or type(fault.afterStoring) is not bool:
        raise ValueError("seed must be a whole number, afterStoring true or false.")
    if not isinstance(fault.call, str) or fault.call not in CALLS:
        raise ValueError(f"call must be one of {', '.join(CALLS)}.")
    if fault.kind is Kind.REDIRECT and not is_loopback(fault.location):
        raise ValueError("location must be an http URL on this machine, such as http://127.0.0.1:8000/.")
    return fault


def is_loopback(url: Json) -> bool:
    """Whether `url` is an http URL of this machine, printable and without blanks."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in LOOPBACK
