"""Each fault as a client meets it on the wire, and how often it comes."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any

import httpx
import pytest

from composer.sandbox import process
from composer.sandbox.faults import Answers, Faults

EVENT = {"eventName": "Order Placed", "customer": {"email": "jane@example.com"}}
BAD = {"eventName": "Order Placed", "customer": {}}


def stored(store: Any) -> int:
    count: int = store.world()["counts"]["events"]
    return count


@pytest.mark.parametrize(("given", "header"), [({"retryAfter": 7}, "7"), ({"retryAfter": 0}, "0"), ({}, None)])
def test_429_with_and_without_retry_after(store: Any, given: dict[str, Any], header: str | None) -> None:
    store.set_faults({"kind": "rate-limit", **given})
    answer = store.post(EVENT)
    assert (answer.status_code, answer.headers.get("retry-after")) == (429, header)
    assert answer.json()["title"] == "Too Many Requests"
    assert stored(store) == 0


@pytest.mark.parametrize("status", [500, 503, 401, 599])
def test_a_status_with_problem_details(store: Any, status: int) -> None:
    store.set_faults({"kind": "status", "status": status, "call": "any"})
    for answer in (store.post(EVENT), store.bulk([EVENT]), store.customer("jane@example.com")):
        assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert stored(store) == 0


def test_an_error_after_storing(store: Any) -> None:
    store.set_faults({"kind": "status", "status": 500, "afterStoring": True})
    assert store.post(EVENT).status_code == 500
    assert stored(store) == 1


def test_an_html_error_page(store: Any) -> None:
    store.set_faults({"kind": "html"})
    answer = store.post(EVENT)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert answer.text.startswith("<html>")
    assert stored(store) == 0


def test_garbage_in_place_of_the_empty_body(store: Any) -> None:
    store.set_faults({"kind": "garbage", "call": "any"})
    for answer in (store.post(EVENT), store.bulk([EVENT])):
        assert answer.status_code == 202
        with pytest.raises(UnicodeDecodeError):
            answer.content.decode()
    assert stored(store) == 2
    assert store.post(BAD).status_code == 400
    assert store.customer("jane@example.com").status_code == 200


def test_a_redirect_to_another_address_of_this_machine(store: Any) -> None:
    store.set_faults({"kind": "redirect", "location": "http://localhost:9/elsewhere"})
    answer = store.post(EVENT)
    assert (answer.status_code, answer.headers["location"]) == (307, "http://localhost:9/elsewhere")
    assert stored(store) == 0


def test_per_event_results_store_the_valid_events_and_name_the_others(store: Any) -> None:
    store.set_faults({"kind": "per-event-results", "times": 1})
    assert store.post(EVENT).content == b""
    answer = store.bulk([EVENT, BAD, EVENT])
    assert answer.status_code == 202
    first, second, third = answer.json()["results"]
    assert (first, third) == ({"index": 0, "status": "accepted"}, {"index": 2, "status": "accepted"})
    assert (second["index"], second["status"]) == (1, "rejected")
    assert second["errors"][0]["path"] == "/customer"
    assert second["errors"][0]["message"].endswith(".")
    assert stored(store) == 3
    assert store.bulk([EVENT, BAD]).status_code == 400


@pytest.mark.parametrize(("after_storing", "count"), [(False, 0), (True, 1)])
def test_a_reset_is_a_real_one_before_or_after_storing(store: Any, after_storing: bool, count: int) -> None:
    store.set_faults({"kind": "reset", "afterStoring": after_storing})
    request = store.client.build_request("POST", f"{store.url}/events", json=EVENT)
    with socket.create_connection(("127.0.0.1", store.running.port), timeout=10) as connection:
        connection.sendall(raw(request))
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    assert stored(store) == count


@pytest.mark.parametrize(("after_storing", "count"), [(False, 0), (True, 1)])
def test_a_hang_lasts_until_the_client_goes_away(
    store: Any, after_storing: bool, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    store.set_faults({"kind": "hang", "afterStoring": after_storing, "times": 1})
    with pytest.raises(httpx.ReadTimeout):
        store.post(EVENT, timeout=0.3)
    assert stored(store) == count
    assert store.post(EVENT).status_code == 202
    assert caplog.records == []


def test_a_refusal_is_answered_even_when_the_answer_was_to_be_lost(store: Any) -> None:
    store.set_faults({"kind": "reset", "afterStoring": True})
    assert store.post(BAD).status_code == 400


def test_late_answers_to_requests_served_at_once(store: Any) -> None:
    store.set_faults({"kind": "latency", "milliseconds": 200}, {"kind": "latency", "milliseconds": 150})
    begin = time.monotonic()
    assert store.post(EVENT).status_code == 202
    assert time.monotonic() - begin >= 0.35
    store.set_faults({"kind": "latency", "milliseconds": 60_000})
    with pytest.raises(httpx.ReadTimeout):
        store.post(EVENT, timeout=0.2)
    assert stored(store) == 2


def test_a_late_fault_comes_late(store: Any) -> None:
    store.set_faults({"kind": "latency", "milliseconds": 200}, {"kind": "html"})
    begin = time.monotonic()
    assert store.post(EVENT).status_code == 502
    assert time.monotonic() - begin >= 0.2


@pytest.mark.parametrize(
    ("call", "hit"),
    [
        ("send", (True, True, False)),
        ("any", (True, True, True)),
        ("event", (True, False, False)),
        ("bulk", (False, True, False)),
        ("customer", (False, False, True)),
    ],
)
def test_a_fault_hits_the_calls_it_is_aimed_at(store: Any, call: str, hit: tuple[bool, ...]) -> None:
    store.post(EVENT)
    store.set_faults({"kind": "status", "status": 403, "call": call})
    answers = (store.post(EVENT), store.bulk([EVENT]), store.customer("jane@example.com"))
    assert tuple(answer.status_code == 403 for answer in answers) == hit


def test_a_look_up_does_not_use_up_what_is_meant_for_the_next_event(store: Any) -> None:
    store.set_faults({"kind": "reset", "times": 1})
    assert store.customer("jane@example.com").status_code == 404
    with pytest.raises(httpx.TransportError):
        store.post(EVENT)


@pytest.mark.parametrize(
    "fault", [{"kind": "latency", "milliseconds": 60_000}, {"kind": "hang"}, {"kind": "reset"}, {"kind": "html"}]
)
def test_a_look_up_can_be_hit_by_what_hits_networks(store: Any, fault: dict[str, Any]) -> None:
    store.set_faults(fault | {"call": "customer"})
    with contextlib.suppress(httpx.TransportError):
        answer = store.client.get(f"{store.url}/customers", params={"email": "jane@example.com"}, timeout=0.3)
        assert answer.status_code == 502
    assert [each["hit"] for each in process.faults(store.running.origin)] == [1]
    assert store.post(EVENT).status_code == 202


def test_a_fault_for_the_next_requests_then_all_is_well(store: Any) -> None:
    store.set_faults({"kind": "status", "times": 2}, {"kind": "html", "times": 1})
    assert [store.post(EVENT).status_code for _ in range(5)] == [503, 503, 502, 202, 202]
    assert [fault["hit"] for fault in process.faults(store.running.origin)] == [2, 1]


def test_cleared_faults_are_gone(store: Any) -> None:
    store.set_faults({"kind": "status"})
    assert store.post(EVENT).status_code == 503
    store.set_faults()
    assert process.faults(store.running.origin) == []
    assert store.post(EVENT).status_code == 202


def test_the_calls_of_the_sandbox_itself_are_never_hit(store: Any) -> None:
    store.set_faults({"kind": "reset"})
    assert stored(store) == 0


def test_what_was_read_can_be_put_back(store: Any) -> None:
    store.set_faults({"kind": "redirect", "location": "http://127.0.0.1/", "times": 3, "probability": 0.5, "seed": 4})
    active = process.faults(store.running.origin)
    store.set_faults(*active)
    assert process.faults(store.running.origin) == active


def drawn(fault: dict[str, Any], times: int) -> list[bool]:
    faults = Faults()
    faults.replace([fault])
    return [faults.draw(Answers.EVENT).fault is not None for _ in range(times)]


def test_a_probability_is_repeatable_by_its_seed() -> None:
    once = drawn({"kind": "html", "probability": 0.3, "seed": 7}, 1000)
    assert once == drawn({"kind": "html", "probability": 0.3, "seed": 7}, 1000)
    assert once != drawn({"kind": "html", "probability": 0.3, "seed": 8}, 1000)
    assert 200 < sum(once) < 400


@pytest.mark.parametrize(("probability", "hits"), [(0, 0), (1, 50), (0.0, 0), (1.0, 50)])
def test_never_and_always(probability: float, hits: int) -> None:
    assert sum(drawn({"kind": "html", "probability": probability}, 50)) == hits


def test_times_counts_the_requests_hit_not_the_draws() -> None:
    assert sum(drawn({"kind": "html", "probability": 0.2, "times": 5}, 500)) == 5


@pytest.mark.parametrize(
    ("described", "sentence"),
    [
        ({}, "list of objects"),
        ([7], "must be an object"),
        ([{}], "kind must be one of latency, "),
        ([{"kind": "lightning"}], "kind must be one of"),
        ([{"kind": ["html"]}], "kind must be one of"),
        ([{"kind": "html", "colour": 1}], "no field 'colour'"),
        ([{"kind": "html", "times": 0}], "times must be a whole number"),
        ([{"kind": "html", "times": True}], "times must be a whole number"),
        ([{"kind": "html", "times": "3"}], "times must be a whole number"),
        ([{"kind": "latency", "milliseconds": -1}], "milliseconds must be"),
        ([{"kind": "latency", "milliseconds": None}], "milliseconds must be"),
        ([{"kind": "status", "status": 200}], "status must be"),
        ([{"kind": "rate-limit", "retryAfter": 1.5}], "retryAfter must be"),
        ([{"kind": "html", "probability": 1.5}], "probability must be"),
        ([{"kind": "html", "probability": True}], "probability must be"),
        ([{"kind": "html", "seed": "x"}], "seed must be"),
        ([{"kind": "html", "afterStoring": 1}], "afterStoring true or false"),
        ([{"kind": "html", "call": "lookup"}], "call must be one of send, any, event"),
        ([{"kind": "html", "call": ["event"]}], "call must be one of"),
        ([{"kind": "redirect"}], "location must be"),
        ([{"kind": "redirect", "location": "http://example.com/"}], "location must be"),
        ([{"kind": "redirect", "location": "https://127.0.0.1/"}], "location must be"),
        ([{"kind": "redirect", "location": "http://127.0.0.1/\r\nx: y"}], "location must be"),
        ([{"kind": "redirect", "location": "http://[::1"}], "location must be"),
        ([{"kind": "redirect", "location": 7}], "location must be"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_and_changes_nothing(store: Any, described: Any, sentence: str) -> None:
    store.set_faults({"kind": "html"})
    with pytest.raises(process.SandboxError, match=sentence):
        process.set_faults(store.running.origin, described)
    assert [fault["kind"] for fault in process.faults(store.running.origin)] == ["html"]


@pytest.mark.parametrize("fault", [{"kind": "hang"}, {"kind": "latency", "milliseconds": 600_000}, None])
def test_requests_without_an_answer_do_not_hold_up_the_end(
    fault: dict[str, Any] | None, running_apart: Any, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    running = running_apart
    process.set_faults(running.origin, [fault] if fault else [])
    request = client.build_request("POST", f"{running.origin}/v2.2/stores/{'a' * 24}/events", json=EVENT)
    sent = raw(request)
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(sent if fault else sent[:-5])
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        begin = time.monotonic()
        running.stop()
        assert time.monotonic() - begin < 1.5
        connection.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(100) == b""
    assert caplog.records == []


def raw(request: httpx.Request) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"POST {request.url.path} HTTP/1.1\r\n{head}\r\n".encode() + request.read()
