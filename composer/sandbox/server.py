"""The sandbox over HTTP, on this machine only: Redo's three calls, and ``/sandbox/`` to look inside and set faults.

| call | answers |
| --- | --- |
| ``POST /v2.2/stores/{storeId}/events`` | 202 with no body; 400, 401, 404, 413, 429 as problem details |
| ``POST /v2.2/stores/{storeId}/events/bulk`` | the same; one event at fault refuses the whole request with 400 and is named (``/events/3/customer/email``), and nothing is stored. The fault ``per-event-results`` stores the valid events and answers 202 with ``{"results": [{"index", "status": "accepted"}, {"index", "status": "rejected", "errors": [{"path", "message"}]}]}`` |
| ``GET /v2.2/stores/{storeId}/customers?email=`` | 200 with the profile; 400, 401, 404, 429 |
| ``GET /sandbox/stores/{storeId}?limit=&beforeEvent=&skipProfiles=`` | what the store holds, see `World.snapshot` |
| ``DELETE /sandbox/stores/{storeId}`` | 204; the store is empty |
| ``GET``, ``PUT /sandbox/faults`` | the faults in force, see `faults.Fault` |

Any bearer token is let in and none is kept; a store is known when its ID is 24 hex digits. The three calls of a store
share 100 requests a second over a sliding window, which is stricter than anything that is published: who keeps to it
keeps to Redo's. Source of the calls: release 2.2.476 of the contract.
"""  # noqa: E501  (a table row is one line)

from __future__ import annotations

import asyncio
import gc
import math
import os
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from composer.event import model
from composer.event.limits import REQUESTS_PER_SECOND
from composer.event.payload import Json
from composer.sandbox.faults import Answers, Fault, Faults, Kind, answer, gone, is_loopback
from composer.sandbox.incoming import (
    body_of,
    errors_of,
    events_of,
    json_of,
    page_of,
    refuse_if_any,
    store_id_of,
)
from composer.sandbox.problems import PROBLEM_JSON, Refused, problem
from composer.sandbox.world import World, json_text

_SECONDS_TO_FINISH = 2  # for answers still on their way when the sandbox stops


class Window:
    """At most `most` requests in any `seconds`, for each store: a strict sliding window over those let in."""

    def __init__(
        self, most: int = REQUESTS_PER_SECOND, seconds: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._taken: dict[str, deque[float]] = {}

    def take(self, store_id: str) -> float:
        """Let one request in and return 0.0, or return the seconds until the next one can be."""
        now = self._clock()
        taken = self._taken.setdefault(store_id, deque(maxlen=self._most))
        if len(taken) == self._most and now - taken[0] < self._seconds:
            return taken[0] + self._seconds - now
        taken.append(now)
        return 0.0


class Sandbox:
    """Every store's world, the faults and the budget, and the calls on them. One event loop owns it all."""

    def __init__(self, clock: Callable[[], float] = time.time, window: Window | None = None) -> None:
        self._clock = clock
        self._worlds: dict[str, World] = {}
        self._window = window or Window()
        self._faults = Faults()

    def app(self) -> Starlette:
        """The ASGI application; `Server` runs it."""
        store = "/v2.2/stores/{store_id}"
        routes = [
            Route(f"{store}/events", self._call(Answers.EVENT, self._event), methods=["POST"]),
            Route(f"{store}/events/bulk", self._call(Answers.BULK, self._bulk), methods=["POST"]),
            Route(f"{store}/customers", self._call(Answers.CUSTOMER, self._customer), methods=["GET"]),
            Route("/sandbox/stores/{store_id}", self._look_inside, methods=["GET"]),
            Route("/sandbox/stores/{store_id}", self._empty, methods=["DELETE"]),
            Route("/sandbox/faults", self._read_faults, methods=["GET"]),
            Route("/sandbox/faults", self._set_faults, methods=["PUT"]),
        ]
        app = Starlette(
            routes=routes,
            middleware=[Middleware(_LocalOnly)],
            exception_handlers={Refused: _refused, HTTPException: _http_error, ClientDisconnect: _nobody_there},
        )
        app.router.redirect_slashes = False
        return app

    def _call(
        self, call: Answers, handle: Callable[[Request, bytes, Fault | None], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        """One of Redo's calls, with the faults around it."""

        async def endpoint(request: Request) -> Response:
            delay, fault = self._faults.draw(call)
            body = await body_of(request)
            wrong = answer(fault) if fault else None
            if fault and wrong and not fault.serves_first:
                response = wrong
            else:
                try:
                    response = handle(request, body, fault)
                except Refused as refused:
                    response = refused.answer
                else:
                    response = wrong or response
            if delay:
                with suppress(TimeoutError):
                    await asyncio.wait_for(gone(request.receive), delay)
            return response

        return endpoint

    def _event(self, request: Request, body: bytes, _: Fault | None) -> Response:
        store_id = self._admit(request, "application/json")
        self._spend(store_id)
        payload = json_of(body)
        refuse_if_any(errors_of(payload, len(body)))
        self._world(store_id).accept(payload)
        return Response(status_code=202)

    def _bulk(self, request: Request, body: bytes, fault: Fault | None) -> Response:
        store_id = self._admit(request, "application/json")
        self._spend(store_id)
        events = events_of(json_of(body))
        errors = [errors_of(event, len(body)) for event in events]
        if fault is None or fault.kind is not Kind.PER_EVENT_RESULTS:
            refuse_if_any([(f"/events/{at}{path}", says) for at, found in enumerate(errors) for path, says in found])
        world = self._world(store_id)
        results: list[Json] = []
        for index, (event, found) in enumerate(zip(events, errors, strict=True)):
            if found:
                named = [{"path": path, "message": says} for path, says in found]
                results.append({"index": index, "status": "rejected", "errors": named})
            else:
                world.accept(event)
                results.append({"index": index, "status": "accepted"})
        if fault and fault.kind is Kind.PER_EVENT_RESULTS:
            return _answer_json({"results": results}, 202)
        return Response(status_code=202)

    def _customer(self, request: Request, _: bytes, __: Fault | None) -> Response:
        store_id = self._admit(request)
        self._spend(store_id, PROBLEM_JSON)
        email = request.query_params.get("email", "")
        if not model.is_email(email):
            raise Refused(400, "The email parameter is missing." if not email else "The email is not an email address.")
        world = self._worlds.get(store_id)
        found = world.customer(email) if world else None
        if found is None:
            raise Refused(404, "No customer found for that email.")
        return _answer_json(found)

    def _admit(self, request: Request, media_type: str = PROBLEM_JSON) -> str:
        """The store's ID, when the caller brings a token and the store is known. Raises Refused."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused(401, "A bearer token is missing.", {"www-authenticate": "Bearer"})
        return store_id_of(request, media_type)

    def _spend(self, store_id: str, media_type: str = "application/json") -> None:
        wait = self._window.take(store_id)
        if wait:
            detail = f"Rate limit exceeded: {REQUESTS_PER_SECOND} requests per second per store."
            raise Refused(429, detail, {"retry-after": str(math.ceil(wait))}, media_type)

    def _world(self, store_id: str) -> World:
        return self._worlds.setdefault(store_id, World(self._clock))

    async def _look_inside(self, request: Request) -> Response:
        world = self._worlds.get(store_id_of(request)) or World(self._clock)
        return Response(world.snapshot(page_of(request)), media_type="application/json")

    async def _empty(self, request: Request) -> Response:
        self._worlds.pop(store_id_of(request), None)
        return Response(status_code=204)

    async def _read_faults(self, _: Request) -> Response:
        return _answer_json(self._faults.describe())

    async def _set_faults(self, request: Request) -> Response:
        described = json_of(await body_of(request))
        try:
            self._faults.replace(described)
        except ValueError as error:
            raise Refused(400, str(error)) from None
        return _answer_json(self._faults.describe())


class Server(uvicorn.Server):
    """The sandbox on a listening socket of this machine; `on_listening` is called with its origin.

    `listener` is closed in the end. Set `should_exit` from any thread to stop: requests without an answer by then,
    because they hang, wait or are still being sent, are cut off.
    """

    def __init__(
        self, listener: socket.socket, on_listening: Callable[[str], None], sandbox: Sandbox | None = None
    ) -> None:
        self._listener = listener
        self._on_listening = on_listening
        config = uvicorn.Config(
            (sandbox or Sandbox()).app(),
            http=_Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        )
        super().__init__(config)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until `should_exit`; `sockets` are added to the listener."""
        asyncio.run(self.serve([self._listener, *(sockets or ())]))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self._on_listening("http://{}:{}".format(*self._listener.getsockname()))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut off what has no answer yet, let the rest go out."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, _Protocol) and connection.cycle and not connection.cycle.response_complete:
                connection.transport.abort()
        await super().shutdown(sockets)


def serve(port: int = 0, until_stdin_closes: bool = False) -> int:
    """Serve until SIGINT or SIGTERM, or until standard input closes. Returns the exit code; for the main thread.

    Prints ``listening on http://127.0.0.1:PORT`` first, once it listens; port 0 takes any free one. A port that can't
    be used is said on standard error, and the code is 2.
    """
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None)  # its own text would repeat the address
        reason = os.strerror(number) if number else "a port is a number from 0 to 65535"
        sys.stderr.write(f"The sandbox can't listen on port {port}: {reason}.\n")
        return 2
    server = Server(listener, _announce)

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn raises the signal again when it has stopped: these handlers make that harmless, and the exit code 0
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    # A bulk request makes some thousand objects that live on: to look for garbage among them each time is a tenth of
    # the work, and during a long look requests wait, which then count in the wrong second.
    gc.set_threshold(50_000, 20, 100)
    if until_stdin_closes:
        threading.Thread(target=_when_stdin_closes, args=(stop,), daemon=True).start()
    server.run()
    return 0


def _announce(origin: str) -> None:
    sys.stdout.write(f"listening on {origin}\n")
    sys.stdout.flush()


def _when_stdin_closes(stop: Callable[[], None]) -> None:
    with suppress(OSError):
        while os.read(0, 4096):  # not sys.stdin: its lock would be held when the interpreter ends
            pass
    stop()


class _Protocol(H11Protocol):
    """Hands the connection's transport to the application, so that a fault can reset it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Without it the body of an answer waits until its head was acknowledged: 40 ms on a kept connection.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


class _LocalOnly:
    """Lets no web page in: neither one that bound its own name to this machine, nor one that posts across sites."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if not is_loopback(f"http://{headers.get('host', '')}/"):
            await problem(403, "The sandbox is for this machine only: the Host must be 127.0.0.1.")(
                scope, receive, send
            )
        elif "origin" in headers:
            await problem(403, "The sandbox does not serve web pages.")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _answer_json(value: Json, status: int = 200) -> Response:
    return Response(json_text(value), status, media_type="application/json")


async def _refused(_: Request, error: Exception) -> Response:
    return cast(Refused, error).answer


async def _http_error(_: Request, error: Exception) -> Response:
    found = cast(HTTPException, error)
    return problem(found.status_code, f"{found.detail}.", found.headers)


async def _nobody_there(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # goes nowhere: the client left while it was sending
