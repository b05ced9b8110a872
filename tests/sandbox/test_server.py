"""The three calls as a client sees them, over real HTTP."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from composer.sandbox.server import Window

JANE = {"email": "jane@example.com"}
EVENT = {"eventName": "Order Placed", "customer": JANE}


def is_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["type"]) == (status, status, "about:blank")
    assert problem["title"]
    assert problem["detail"].endswith(".")
    return problem


def test_an_event_is_queued_with_202_and_no_body_and_then_stored(store: Any) -> None:
    answer = store.post(EVENT | {"data": {"Item Count": 3}})
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (202, b"", "0")
    assert "content-type" not in answer.headers
    (stored,) = store.world()["events"]
    assert stored["event"]["data"] == {"Item Count": 3}


def test_a_bulk_request_is_queued_with_202_and_no_body_and_then_stored(store: Any) -> None:
    answer = store.bulk([EVENT, EVENT | {"eventName": "Other"}])
    assert (answer.status_code, answer.content) == (202, b"")
    assert [each["event"]["eventName"] for each in store.world()["events"]] == ["Other", "Order Placed"]


def test_a_repeated_unique_id_gets_the_same_202_and_is_told_in_the_ledger(store: Any) -> None:
    for _ in range(2):
        assert store.post(EVENT | {"uniqueId": "u-1"}).status_code == 202
    assert store.bulk([EVENT | {"uniqueId": name} for name in ("u-2", "u-1", "u-2")]).status_code == 202
    world = store.world()
    assert (world["counts"]["events"], world["counts"]["ignored"]) == (2, 3)
    assert [entry["uniqueId"] for entry in world["ledger"]] == ["u-2", "u-1", "u-1"]
    assert {entry["note"] for entry in world["ledger"]} == {"ignored: this uniqueId was already accepted"}


def test_stores_know_nothing_of_each_other(store: Any, client: httpx.Client) -> None:
    store.post(EVENT | {"uniqueId": "u-1"})
    other = store.url.replace(store.id, "a" * 24)
    assert client.get(f"{other}/customers", params=JANE).status_code == 404
    assert client.post(f"{other}/events", json=EVENT | {"uniqueId": "u-1"}).status_code == 202
    assert client.get(f"{other}/customers", params=JANE).status_code == 200


def test_the_case_of_a_store_id_does_not_count(store: Any, client: httpx.Client) -> None:
    url = f"{store.running.origin}/v2.2/stores/"
    assert client.post(f"{url}{'ABCDEF' * 4}/events", json=EVENT).status_code == 202
    assert client.get(f"{url}{'abcdef' * 4}/customers", params=JANE).status_code == 200


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearerx"}, {"Authorization": "Basic eA=="}]
)
@pytest.mark.parametrize("call", ["events", "events/bulk", "customers?email=jane@example.com"])
def test_without_a_bearer_token_it_is_401(store: Any, header: dict[str, str], call: str) -> None:
    method = "GET" if "?" in call else "POST"
    answer = httpx.request(method, f"{store.url}/{call}", headers=header, trust_env=False)
    is_problem(answer, 401)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("store_id", ["1", "g" * 24, "a" * 23, "a" * 25, "%F0%9F%98%80"])
@pytest.mark.parametrize("call", ["events", "events/bulk", "customers?email=jane@example.com"])
def test_a_store_whose_id_is_not_24_hex_digits_is_404(
    store: Any, client: httpx.Client, store_id: str, call: str
) -> None:
    url = store.url.replace(store.id, store_id)
    answer = client.get(f"{url}/{call}") if "?" in call else client.post(f"{url}/{call}", json=EVENT)
    is_problem(answer, 404)
    assert answer.headers["content-type"] == ("application/problem+json" if "?" in call else "application/json")


@pytest.mark.parametrize(
    ("path", "method"),
    [("/", "GET"), ("/v2.2/stores", "GET"), ("/v2.2/stores/{}/events", "GET"), ("/v2.2/stores/{}/events/", "POST")],
)
def test_what_is_no_call_is_a_problem_too(store: Any, client: httpx.Client, path: str, method: str) -> None:
    answer = client.request(method, store.running.origin + path.format(store.id))
    is_problem(answer, 405 if path.endswith("events") else 404)


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({}, "/eventName"),
        ([], "object"),
        ({"eventName": "x", "customer": {}}, "/customer"),
        ({"eventName": "x", "customer": {"email": "nobody"}}, "/customer/email"),
        (EVENT | {"data": {"a/b": {}}}, "/data/a~1b"),
        (EVENT | {"value": True}, "/value"),
    ],
)
def test_an_event_at_fault_is_400_with_the_place_and_is_not_stored(store: Any, event: Any, named: str) -> None:
    answer = store.post(event)
    assert named in is_problem(answer, 400)["detail"]
    assert answer.headers["content-type"] == "application/json"
    assert store.world()["counts"] == {"profiles": 0, "events": 0, "ignored": 0}


def test_what_only_deserves_a_warning_is_stored(store: Any) -> None:
    event = EVENT | {"data": {"When": "04/02/2026", "Zero": 0, "Text": "25"}, "evenName": "x", "valueCurrency": "USD"}
    assert store.post(event).status_code == 202


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "not JSON"),
        (b"{", "Line 1, column"),
        (b'{"eventName": "x",\n "customer": nope}', "Line 2, column"),
        (b'{"eventName": "\xff"}', "not UTF-8"),
        (b'{"eventName": "x", "customer": {"email": "a@b.example"}, "value": NaN}', "/value"),
        (b'{"eventName": "x", "customer": {"email": "a@b.example"}, "value": -Infinity}', "/value"),
        (b"[" * 10_000 + b"]" * 10_000, "deep"),
        (b"[" * 10_000, "deep"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "deep"),
    ],
)
def test_a_body_that_is_no_json_is_400(store: Any, text: bytes, sentence: str) -> None:
    assert sentence in is_problem(store.post_text(text), 400)["detail"]


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" * 5000, "9007199254740993", "12.00"])
def test_any_json_number_is_taken(store: Any, number: str) -> None:
    text = f'{{"eventName": "x", "customer": {{"email": "a@b.example"}}, "value": {number}}}'
    assert store.post_text(text).status_code == 202
    answer = store.client.get(f"{store.running.origin}/sandbox/stores/{store.id}")
    assert (number if number != "12.00" else "12.0") in answer.text


def test_an_event_over_5_mb_is_400(store: Any) -> None:
    answer = store.post(EVENT | {"data": {"$extra": {str(n): "x" * 90_000 for n in range(56)}}})
    assert "at most 5,000,000" in is_problem(answer, 400)["detail"]


def test_an_event_just_under_5_mb_is_stored(store: Any) -> None:
    assert store.post(EVENT | {"data": {"$extra": {str(n): "x" * 90_000 for n in range(55)}}}).status_code == 202
    assert len(store.world()["events"]) == 1


@pytest.mark.parametrize("call", ["events", "events/bulk"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_6_mb_is_413(store: Any, call: str, chunked: bool) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(65):
            yield b" " * 100_000

    answer = store.client.post(f"{store.url}/{call}", content=parts() if chunked else b"".join(parts()))
    assert "6,000,000 bytes" in is_problem(answer, 413)["detail"]
    assert store.post(EVENT).status_code == 202


@pytest.mark.parametrize(
    "body", [None, [], {}, {"events": []}, {"events": {}}, {"events": [EVENT], "more": 1}, {"events": [EVENT] * 101}]
)
def test_a_bulk_request_without_its_shape_is_400(store: Any, body: Any) -> None:
    is_problem(store.client.post(f"{store.url}/events/bulk", json=body), 400)
    assert store.world()["counts"]["events"] == 0


def test_a_hundred_events_are_taken(store: Any) -> None:
    assert store.bulk([EVENT] * 100).status_code == 202
    assert store.world()["counts"]["events"] == 100


def test_one_event_at_fault_refuses_the_whole_bulk_request_and_is_named(store: Any) -> None:
    events = [EVENT] * 3 + [EVENT | {"customer": {"email": "nobody"}}, EVENT, 7]
    detail = is_problem(store.bulk(events), 400)["detail"]
    assert "/events/3/customer/email: " in detail
    assert "/events/5: " in detail
    assert "/events/2" not in detail
    assert store.world()["counts"]["events"] == 0


def test_of_many_errors_the_first_are_named_and_the_rest_counted(store: Any) -> None:
    detail = store.bulk([7] * 15).json()["detail"]
    assert "/events/9: " in detail
    assert "/events/10" not in detail
    assert "and 5 more" in detail


def test_the_look_up_gives_the_profile(store: Any) -> None:
    store.post(
        EVENT | {"customer": JANE | {"firstName": "Jane", "location": {"city": "Oslo"}, "customFields": {"n": 3}}}
    )
    answer = store.customer("jane@example.com")
    assert answer.status_code == 200
    profile = answer.json()
    assert len(profile.pop("id")) == 24
    assert profile.pop("createdAt") == profile.pop("updatedAt")
    assert profile == JANE | {"firstName": "Jane", "location": {"city": "Oslo"}, "customFields": {"n": 3}}


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("?email=", 400), ("?email=nobody", 400), ("?email=no@example.com", 404)]
)
def test_a_look_up_that_finds_nothing_says_why(store: Any, query: str, status: int) -> None:
    answer = store.client.get(f"{store.url}/customers{query}")
    is_problem(answer, status)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_emptied_store_has_forgotten_everything(store: Any) -> None:
    store.post(EVENT | {"uniqueId": "u-1"})
    url = f"{store.running.origin}/sandbox/stores/{store.id}"
    assert store.client.delete(url).status_code == 204
    assert store.world()["counts"] == {"profiles": 0, "events": 0, "ignored": 0}
    store.post(EVENT | {"uniqueId": "u-1"})
    assert store.world()["counts"] == {"profiles": 1, "events": 1, "ignored": 0}


def test_the_store_is_shown_in_pages(store: Any) -> None:
    store.bulk([EVENT | {"data": {"n": n + 1}} for n in range(100)])
    first = store.world(limit=60)
    rest = store.world(limit=60, before_event=first["olderEvents"])
    assert [each["event"]["data"]["n"] for each in first["events"] + rest["events"]] == list(range(100, 0, -1))
    assert rest["olderEvents"] is None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "beforeEvent=-1", "skipProfiles=1e3", "limit=" + "9" * 5000]
)
def test_a_page_that_is_no_page_is_400(store: Any, query: str) -> None:
    is_problem(store.client.get(f"{store.running.origin}/sandbox/stores/{store.id}?{query}"), 400)


def test_no_token_is_kept(store: Any, capfd: pytest.CaptureFixture[str]) -> None:
    store.post(EVENT)
    store.post({})
    assert "any-token-3f9c" not in json.dumps(store.world())
    assert "any-token-3f9c" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "path", ["/v2.2/stores/{}/customers?email=jane@example.com", "/sandbox/faults", "/sandbox/stores/{}"]
)
@pytest.mark.parametrize(
    "header",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Host": "192.168.0.7"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_web_pages_are_kept_out(store: Any, path: str, header: dict[str, str]) -> None:
    store.post(EVENT)
    url = store.running.origin + path.format(store.id)
    is_problem(store.client.get(url, headers=header), 403)
    for host in ("127.0.0.1", "localhost:1", "[::1]:80"):
        assert store.client.get(url, headers={"Host": host}).status_code == 200


def test_it_listens_on_loopback_only(store: Any) -> None:
    (listener,) = store.running.server.servers[0].sockets
    assert listener.getsockname()[0] == "127.0.0.1"


def test_a_client_that_leaves_while_sending_does_no_harm(store: Any, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection(("127.0.0.1", store.running.port)) as connection:
        head = f"POST /v2.2/stores/{store.id}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\n"
        connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    assert store.post(EVENT).status_code == 202
    assert store.world()["counts"]["events"] == 1
    assert caplog.records == []


def test_the_window_slides_and_never_lets_more_in() -> None:
    now = [0.0]
    window = Window(3, 1.0, lambda: now[0])
    let_in = []
    for step in range(4 * 64):
        now[0] = step / 64
        if not window.take("a"):
            let_in.append(now[0])
    assert len(let_in) == 12
    assert all(later - earlier >= 1.0 for earlier, later in zip(let_in, let_in[3:], strict=False))


def test_the_window_says_how_long_to_wait_and_keeps_stores_apart() -> None:
    now = [5.0]
    window = Window(2, 1.0, lambda: now[0])
    assert [window.take("a"), window.take("a")] == [0.0, 0.0]
    now[0] = 5.75
    assert window.take("a") == pytest.approx(0.25)
    assert window.take("b") == 0.0
    now[0] = 6.0
    assert window.take("a") == 0.0


def test_the_101st_request_of_a_second_is_429_whichever_call_it_is(store: Any) -> None:
    begin = time.monotonic()
    assert store.post(EVENT).status_code == 202
    calls = (lambda: store.bulk([EVENT]), lambda: store.post(EVENT), lambda: store.customer("jane@example.com"))
    answers = [calls[n % 3]() for n in range(160)]
    took = time.monotonic() - begin
    let_in = [answer for answer in answers if answer.status_code in (200, 202)]
    assert 99 <= len(let_in) <= 99 + 100 * int(took)
    refused = [answer for answer in answers if answer not in let_in]
    for answer in refused:
        is_problem(answer, 429)
        assert answer.headers["retry-after"] == "1"
        is_look_up = answer.request.method == "GET"
        assert answer.headers["content-type"] == ("application/problem+json" if is_look_up else "application/json")
    assert refused or took >= 1
    assert store.world()["counts"]["events"] == 1 + sum(answer.status_code == 202 for answer in let_in)
