"""One request in, one outcome out, whatever the network does; never a second request, never the key elsewhere."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from composer import __version__
from composer.delivery import client
from composer.delivery.client import TIMEOUTS, Cancel, Target, Timeouts, post_event
from composer.delivery.hiding import HIDDEN
from composer.delivery.outcome import MAX_BODY_BYTES, Outcome
from composer.storage.secrets import Secret
from composer.storage.stores import StoreError
from tests.support.server import Script, Server, answer, raw, read_request, reset, until_gone

KEY = "redo-secret-0123456789abcdef"
BODY = '{"eventName": "Größe 👋"}'.encode()
SHORT = Timeouts(connect=0.3, write=0.3, read=0.3, whole=0.6)
Serve = Callable[..., Server]


def post(base_url: str, timeouts: Timeouts = TIMEOUTS, cancel: Cancel | None = None, body: bytes = BODY) -> Outcome:
    outcome = post_event(Target(base_url, "shop"), Secret(KEY), body, cancel, timeouts)
    assert KEY not in repr(outcome)
    assert 0 <= outcome.duration_ms < 20_000
    return outcome


def test_the_request_is_what_the_contract_asks_for(serve: Serve) -> None:
    server = serve(answer("202 Accepted"))
    outcome = post_event(Target(f"{server.url}/v2.2/", "a:b@ü"), Secret(KEY), BODY)
    assert (outcome.kind, outcome.status, outcome.body) == ("queued", 202, b"")
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "POST /v2.2/stores/a%3Ab%40%C3%BC/events HTTP/1.1"
    assert body == BODY
    assert dict(header.lower().split(": ", 1) for header in headers) == {
        "host": f"127.0.0.1:{server.port}",
        "authorization": f"bearer {KEY}",
        "content-type": "application/json",
        "content-length": str(len(BODY)),
        "accept": "application/json, application/problem+json",
        "accept-encoding": "identity",
        "connection": "close",
        "user-agent": f"event-composer/{__version__}",
    }


def test_five_megabytes_arrive_byte_for_byte(serve: Serve) -> None:
    server = serve(answer("202 Accepted"))
    body = b'{"a": "' + b"x" * 5_000_000 + b'"}'
    assert post(server.url, body=body).kind == "queued"
    assert server.requests[0].endswith(b"\r\n\r\n" + body)


DETAILS = b'{"title": "Bad Request", "detail": "No name"}'


@pytest.mark.parametrize(
    ("script", "kind", "said"),
    [
        (answer("400 Bad Request", DETAILS, "Content-Type: application/json"), "rejected", "Bad Request: No name."),
        (answer("422 Unprocessable", DETAILS, "Content-Type: application/problem+json"), "rejected", "No name."),
        (answer("401 Unauthorized"), "refused-key", "API secret"),
        (answer("404 Not Found", b"<h1>Not Found</h1>", "Content-Type: text/html"), "unknown-store", "store ID"),
        (answer("429 Too Many Requests", b"", "Retry-After: 3"), "rate-limited", "Wait 3 seconds"),
        (answer("502 Bad Gateway", b"<h1>Bad Gateway</h1>", "Content-Type: text/html"), "server-error", "502"),
        (raw(b"HTTP/1.1 202 Accepted\r\n\r\nuntil the end"), "queued", "Queued (202)"),
        (raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 \r\nContent-Length: 0\r\n\r\n"), "queued", "Queued (202)"),
        (raw(b"HTTP/1.1 202 OK\r\nX: \xe9\xff\r\nContent-Length: 0\r\n\r\n"), "queued", "Queued (202)"),
    ],
)
def test_a_whole_answer_is_told_by_its_status(serve: Serve, script: Script, kind: str, said: str) -> None:
    outcome = post(serve(script).url)
    assert outcome.kind == kind
    assert said in outcome.sentence


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (reset, "the connection was lost"),
        (raw(b""), "the connection was lost"),
        (raw(b"\x00\xff\x00 garbage \r\n\r\n"), "something came back that is not HTTP"),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "something came back that is not HTTP"),
        (raw(b"HTTP/1.1 2"), "the connection was lost"),
        (raw(b"HTTP/1.1 202 OK\r\nContent-Length: 100\r\n\r\nten bytes."), "begun with status 202"),
        (raw(b"HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"), "begun with status 202"),
        (raw(b"HTTP/1.1 202 OK\r\nX: " + b"x" * 1_000_000), "No answer"),
        (until_gone, "the server was silent for too long"),
    ],
)
def test_what_was_sent_and_not_answered_may_have_arrived(serve: Serve, script: Script, said: str) -> None:
    server = serve(script)
    outcome = post(server.url, SHORT)
    assert outcome.kind == "no-answer"
    assert said in outcome.sentence
    assert "It may have arrived." in outcome.sentence
    assert not outcome.kind.nothing_arrived
    assert len(server.requests) == 1


def test_what_came_of_a_broken_answer_is_kept(serve: Serve) -> None:
    outcome = post(serve(raw(b"HTTP/1.1 400 No\r\nA: b\r\nContent-Length: 100\r\n\r\nten bytes.")).url)
    assert (outcome.kind, outcome.status, outcome.body) == ("no-answer", 400, b"ten bytes.")
    assert ("A", "b") in outcome.headers


def test_a_reset_while_sending_is_no_answer(serve: Serve) -> None:
    def read_some_and_reset(connection: socket.socket) -> None:
        connection.recv(1000)
        reset(connection)

    server = serve(read_some_and_reset, reads=False)
    assert post(server.url, body=b"x" * 5_000_000).kind == "no-answer"


def test_an_answer_given_while_sending_counts(serve: Serve) -> None:
    def early(connection: socket.socket) -> None:
        answer("413 Too Large")(connection)
        connection.shutdown(socket.SHUT_WR)
        until_gone(connection)

    assert post(serve(early, reads=False).url, body=b"x" * 5_000_000).kind == "rejected"


def dripping(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 202 OK\r\nContent-Length: 1000000\r\n\r\n")
    connection.settimeout(0.05)
    while True:
        connection.sendall(b"x")
        try:
            if not connection.recv(1):
                return
        except TimeoutError:
            continue


def test_a_slow_drip_ends_at_the_whole_timeout(serve: Serve) -> None:
    begun = time.monotonic()
    outcome = post(serve(dripping).url, Timeouts(read=30, whole=0.5))
    assert 0.5 <= time.monotonic() - begun < 2
    assert outcome.kind == "no-answer"
    assert "then there was no end after" in outcome.sentence
    assert outcome.body.startswith(b"xx")


def test_a_huge_answer_is_cut(serve: Serve) -> None:
    sent = 0

    def huge(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 400 No\r\nContent-Type: application/json\r\n\r\n")
        for _ in range(200):
            connection.sendall(b"x" * 100_000)
            sent += 100_000

    outcome = post(serve(huge).url)
    assert (outcome.kind, len(outcome.body), outcome.cut) == ("rejected", MAX_BODY_BYTES, True)
    assert "the rest was not read" in outcome.sentence
    assert sent < 20_000_000


def test_an_answer_of_just_the_limit_is_whole(serve: Serve) -> None:
    outcome = post(serve(answer("400 No", b"x" * MAX_BODY_BYTES)).url)
    assert (len(outcome.body), outcome.cut) == (MAX_BODY_BYTES, False)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(serve: Serve, status: str) -> None:
    other = serve(answer("202 Accepted"))
    first = serve(answer(status, b"", f"Location: {other.url}/elsewhere"))
    outcome = post(first.url)
    assert outcome.kind == "unexpected"
    assert f"redirects to {other.url}/elsewhere ({status[:3]})" in outcome.sentence
    assert not other.connected.is_set()
    assert len(first.requests) == 1


def test_a_key_that_is_echoed_is_hidden(serve: Serve) -> None:
    def echo(connection: socket.socket) -> None:
        body = f'{{"detail": "Bearer {KEY} is unknown"}}'.encode()
        answer("401 No", body, "Content-Type: application/json", f"X-Echo: {KEY}")(connection)

    outcome = post(serve(echo).url)
    assert KEY.encode() not in outcome.body
    assert HIDDEN in outcome.sentence
    assert ("X-Echo", HIDDEN) in outcome.headers


ODD_KEY = 'sk_live/ab+cd=="x'
ODD_SPELLINGS = [
    ODD_KEY,
    "sk_live%2Fab%2Bcd%3D%3D%22x",
    "sk_live%2fab+cd%3d=%22x",
    'sk_live\\/ab\\u002Bcd==\\"x',
    "sk_live\\u002fab+cd\\u003D\\u003d\\u0022x",
]


@pytest.mark.parametrize("spelling", ODD_SPELLINGS)
def test_a_key_that_is_escaped_in_the_answer_is_hidden(serve: Serve, spelling: str) -> None:
    body = f'{{"title": "No", "detail": "Bearer {spelling} is unknown"}}'.encode()
    headers = ("Content-Type: application/json", f"Location: https://shop.test/?key={spelling}")
    for status in ("400 No", "307 Over there"):
        server = serve(answer(status, body, *headers))
        outcome = post_event(Target(server.url, "shop"), Secret(ODD_KEY), BODY)
        assert f"{HIDDEN}" in outcome.sentence
        for said in (outcome.sentence, outcome.body.decode(), str(outcome.problem), str(outcome.headers)):
            assert "ab" not in said.replace("able", "")
            assert spelling not in said


@pytest.mark.parametrize("shown", range(1, len(KEY) + 3))
def test_a_key_at_the_cut_leaves_no_beginning(serve: Serve, shown: int) -> None:
    body = b"x" * (MAX_BODY_BYTES - shown) + KEY.encode() + b"y" * 100
    outcome = post(serve(answer("400 No", body)).url)
    assert outcome.cut
    assert b"red" not in outcome.body


@pytest.mark.parametrize("shown", [3, 10, len(KEY) - 1])
def test_an_answer_broken_off_in_the_key_leaves_no_beginning(serve: Serve, shown: int) -> None:
    script = raw(b"HTTP/1.1 400 No\r\nContent-Length: 100\r\n\r\nkey: " + KEY[:shown].encode())
    outcome = post(serve(script).url)
    assert (outcome.kind, outcome.body) == ("no-answer", b"key: ")


def test_a_refused_connection_sent_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port
        outcome = post(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert outcome.kind == "could-not-connect"
    assert outcome.kind.nothing_arrived
    assert outcome.sentence.startswith("Could not connect: the server refused the connection. Nothing was sent.")
    assert "ConnectError" in outcome.detail


def test_an_unknown_name_sent_nothing() -> None:
    outcome = post("https://nonexistent.invalid")
    assert outcome.kind == "could-not-connect"
    assert "the name of the server could not be found" in outcome.sentence


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this computer that it signed itself; its key lies beside it."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    try:
        subprocess.run([*command, *names, *files], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return folder / "cert.pem"


@pytest.fixture(scope="module")
def self_signed(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The certificate is one of those the environment names."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client.ssl_context.cache_clear()
    yield
    client.ssl_context.cache_clear()


def tls_url(server: Server) -> str:
    return f"https://localhost:{server.port}/v2.2"


def test_a_certificate_nobody_vouches_for_stops_before_the_key(serve: Serve, self_signed: ssl.SSLContext) -> None:
    server = serve(answer("202 Accepted"), self_signed)
    outcome = post(tls_url(server))
    assert outcome.kind == "could-not-connect"
    assert "the server's certificate can't be trusted" in outcome.sentence
    assert not server.asked.is_set()


@pytest.mark.usefixtures("trusted")
def test_a_certificate_the_environment_vouches_for_is_taken(serve: Serve, self_signed: ssl.SSLContext) -> None:
    server = serve(answer("202 Accepted"), self_signed)
    assert post(tls_url(server)).kind == "queued"
    assert post(f"https://127.0.0.1:{server.port}").kind == "could-not-connect"  # it is for another name
    assert len(server.requests) == 1


def test_plain_http_behind_an_https_address_stops_before_the_key(serve: Serve) -> None:
    server = serve(answer("202 Accepted"), reads=False)
    outcome = post(tls_url(server))
    assert outcome.kind == "could-not-connect"
    assert "no secure connection" in outcome.sentence


def test_a_server_silent_in_the_handshake_sent_nothing(serve: Serve) -> None:
    outcome = post(tls_url(serve(until_gone, reads=False)), SHORT)
    assert outcome.kind == "could-not-connect"


@pytest.mark.parametrize(
    "base_url", ["http://api.example.com/v2.2", "http://10.0.0.1", "https://a:b@api.example.com", "ftp://localhost", ""]
)
def test_no_key_goes_where_it_could_be_read(base_url: str) -> None:
    with pytest.raises(StoreError):
        post(base_url)


@pytest.mark.usefixtures("trusted")
def test_a_kept_connection_over_tls_ends_at_once_too(serve: Serve, self_signed: ssl.SSLContext) -> None:
    hanging = threading.Event()

    def answer_and_hang(connection: socket.socket) -> None:
        answer("202 Accepted")(connection)
        read_request(connection)
        hanging.set()
        until_gone(connection)

    server = serve(answer_and_hang, self_signed)
    line = client.Line(Target(tls_url(server), "shop"), Secret(KEY), "events/bulk")
    cancel = Cancel()
    presser = threading.Thread(target=lambda: hanging.wait(10) and cancel.cancel())
    presser.start()
    assert line.post(BODY).kind == "queued"
    begun = time.monotonic()
    outcome = line.post(BODY, cancel)
    assert time.monotonic() - begun < 0.5
    assert outcome.kind == "no-answer"
    assert "then it was cancelled" in outcome.sentence
    assert hanging.is_set()
    presser.join()
    line.close()
    assert len(server.requests) == 1  # and one more on the same connection


class TestCancel:
    def test_before_the_start_nothing_is_sent(self, serve: Serve) -> None:
        server = serve(answer("202 Accepted"))
        cancel = Cancel()
        cancel.cancel()
        outcome = post(server.url, cancel=cancel)
        assert (outcome.kind, outcome.sentence) == ("cancelled", "Cancelled. Nothing was sent.")
        assert not server.connected.is_set()

    def test_a_hanging_read_ends_at_once_and_may_have_arrived(self, serve: Serve) -> None:
        server = serve(until_gone)
        cancel = Cancel()
        outcome, seconds = self.cancelled_when(server.asked, server.url, cancel)
        assert outcome.kind == "no-answer"
        assert "then it was cancelled. It may have arrived." in outcome.sentence
        assert seconds < 0.5

    @pytest.mark.usefixtures("trusted")
    def test_a_hanging_read_over_tls_ends_at_once(self, serve: Serve, self_signed: ssl.SSLContext) -> None:
        server = serve(until_gone, self_signed)
        outcome, seconds = self.cancelled_when(server.asked, tls_url(server), Cancel())
        assert outcome.kind == "no-answer"
        assert seconds < 0.5

    def test_a_hanging_write_ends_at_once_and_may_have_arrived(self, serve: Serve) -> None:
        reading = threading.Event()

        def read_no_more(connection: socket.socket) -> None:
            connection.recv(1)
            reading.set()
            server.over.wait(20)

        server = serve(read_no_more, reads=False)
        outcome, seconds = self.cancelled_when(reading, server.url, Cancel(), b"x" * 50_000_000)
        assert outcome.kind == "no-answer"
        assert seconds < 0.5

    def test_a_dripping_answer_ends_at_once(self, serve: Serve) -> None:
        server = serve(dripping)
        outcome, seconds = self.cancelled_when(server.asked, server.url, Cancel())
        assert outcome.kind == "no-answer"
        assert seconds < 0.5

    def test_a_hanging_handshake_ends_at_once_and_sent_nothing(self, serve: Serve) -> None:
        got: list[bytes] = []

        def silent(connection: socket.socket) -> None:
            hello = connection.recv(65536)
            greeted.set()
            got.append(hello + connection.recv(65536))

        greeted = threading.Event()
        server = serve(silent, reads=False)
        outcome, seconds = self.cancelled_when(greeted, tls_url(server), Cancel())
        assert outcome.kind == "cancelled"
        assert seconds < 0.5

    @pytest.mark.parametrize(
        "shut", [client.Exchange._shut, lambda exchange: exchange._socket and exchange._socket.close()]
    )
    def test_a_slow_name_look_up_ends_at_once_and_sends_nothing_later(
        self, serve: Serve, monkeypatch: pytest.MonkeyPatch, shut: Callable[[client.Exchange], None]
    ) -> None:
        monkeypatch.setattr(client.Exchange, "_shut", shut)  # also when the connection can't be shut in time
        server = serve(answer("202 Accepted"))
        looking, go_on = threading.Event(), threading.Event()
        look_up = socket.getaddrinfo

        def slow(*args: object, **options: object) -> object:
            looking.set()
            go_on.wait(10)
            return look_up(*args, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "getaddrinfo", slow)
        outcome, seconds = self.cancelled_when(looking, server.url, Cancel())
        assert outcome.kind == "cancelled"
        assert seconds < 0.5
        go_on.set()
        assert server.asked.wait(10)
        assert server.requests == [b""]

    def test_after_the_end_it_changes_nothing(self, serve: Serve) -> None:
        cancel = Cancel()
        outcome = post(serve(answer("202 Accepted")).url, cancel=cancel)
        cancel.cancel()
        assert cancel.is_cancelled
        assert outcome.kind == "queued"

    def cancelled_when(
        self, moment: threading.Event, url: str, cancel: Cancel, body: bytes = BODY
    ) -> tuple[Outcome, float]:
        """The outcome, and the seconds from cancelling to it."""
        at: list[float] = []

        def press() -> None:
            moment.wait(10)
            at.append(time.monotonic())
            cancel.cancel()

        presser = threading.Thread(target=press)
        presser.start()
        outcome = post(url, TIMEOUTS, cancel, body)
        seconds = time.monotonic() - at[0]
        presser.join()
        return outcome, seconds


def test_loopback_never_goes_through_a_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(answer("502 Bad Gateway"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert post(serve(answer("202 Accepted")).url).kind == "queued"
    assert not proxy.connected.is_set()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (answer("407 Proxy Authentication Required"), "the proxy refused"),
        (reset, "the connection was lost"),
        (until_gone, "the proxy was silent for too long"),
    ],
)
def test_a_proxy_never_sees_the_key(serve: Serve, monkeypatch: pytest.MonkeyPatch, script: Script, said: str) -> None:
    proxy = serve(script)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    outcome = post("https://api.example.com", SHORT)
    assert outcome.kind == "could-not-connect"
    assert proxy.requests[0].startswith(b"CONNECT api.example.com:443 ")
    assert KEY.encode() not in proxy.requests[0]
    assert said in outcome.sentence
    assert outcome.sentence.endswith("Check the connection and this computer's proxy settings.")


def test_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{taken.getsockname()[1]}")
        outcome = post("https://api.example.com")
    assert outcome.kind == "could-not-connect"
    assert outcome.sentence.startswith("Could not connect: the proxy refused the connection. Nothing was sent.")
    assert "base URL" not in outcome.sentence


def test_a_server_behind_a_proxy_is_not_the_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def let_through_and_fail(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        until_gone(connection)

    monkeypatch.setenv("HTTPS_PROXY", serve(let_through_and_fail).url)
    outcome = post("https://api.example.com", SHORT)
    assert outcome.kind == "could-not-connect"
    assert "proxy" not in outcome.sentence
    assert outcome.sentence.endswith("Check the connection and the store's base URL.")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "nonsense://127.0.0.1", "http://127.0.0.1:port"])
def test_a_proxy_that_can_not_be_used_is_told(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    outcome = post("https://api.example.com")
    assert outcome.kind == "could-not-connect"
    assert "the proxy or the certificates that the environment names can't be used" in outcome.sentence


def test_certificates_that_are_not_there_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    client.ssl_context.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    try:
        outcome = post("https://api.example.com")
    finally:
        client.ssl_context.cache_clear()
    assert outcome.kind == "could-not-connect"
    assert "certificates that the environment names can't be used" in outcome.sentence
    assert "base URL" not in outcome.sentence


def test_every_certificate_is_checked_with_its_name() -> None:
    context = client.ssl_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert client.ssl_context() is context


def test_our_own_mistakes_are_raised(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistake(*_: object, **__: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(client, "answered", mistake)
    with pytest.raises(KeyError, match="a bug"):
        post(serve(answer("202 Accepted")).url)


def test_the_stated_timeouts() -> None:
    assert TIMEOUTS == (10, 30, 30, 60)
