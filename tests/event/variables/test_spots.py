"""What stands where in a payload is found once for large parts, remembered for them alone, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from composer.event.limits import MAX_DEPTH
from composer.event.payload import Set, apply, get
from composer.event.variables import Context, resolve, spots, uses_variables
from composer.event.variables.spots import LARGE, Memory
from composer.event.variables.syntax import stands_in

CONTEXT = Context(datetime(2026, 11, 25, tzinfo=UTC), "seed", {"x": 1})


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """An empty memory, put back afterwards."""
    empty = Memory()
    monkeypatch.setattr(spots, "_memory", empty)
    return empty


class Looked(list[Any]):
    """A list that counts how often it was looked through."""

    times = 0

    def __iter__(self) -> Iterator[Any]:
        self.times += 1
        return super().__iter__()


def test_what_is_large_and_the_same_is_looked_through_once() -> None:
    large = Looked(["text"] * (LARGE + 1))
    event = {"eventName": "e", "data": {"$extra": {"list": large}}}
    assert not uses_variables(event)
    once = large.times
    for name in ("f", "{{x}}"):
        changed = apply(event, [Set("/eventName", name), Set("/data/a", name)])
        resolve(changed, CONTEXT)
        assert uses_variables(changed) == (name == "{{x}}")
    assert large.times == once


def test_what_stands_in_something_large_is_found_again_wherever_it_is() -> None:
    large = ["text"] * LARGE + ["{{x}}"]
    for payload, place in (({"a": large}, "/a"), ({"b": [large, large]}, "/b/1")):
        assert get(resolve(payload, CONTEXT).payload, place)[-1] == 1
    assert large[-1] == "{{x}}"


@pytest.mark.parametrize(("text", "becomes"), [("{{ }" * 100_000, None), ("{{ }" * 600 + "{{x}}", "{{ }" * 600 + "1")])
def test_a_long_text_is_looked_through_once(text: str, becomes: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(spots, "stands_in", lambda text: looked.append(text) or stands_in(text))
    for name in "abc":
        assert resolve({name: text}, CONTEXT).payload == {name: becomes or text}
    assert looked == [text]


def test_ids_used_again_are_never_mistaken() -> None:
    for turn in range(3000):
        payload = {"a": [0] * 100 + ["{{x}}"] * (turn % 2)}
        assert uses_variables(payload) == bool(turn % 2)


def test_memory_is_bounded_and_small_values_need_none(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    uses_variables({"a": ["{{x}}"] * 10})
    assert len(memory) == 0
    monkeypatch.setattr(spots, "REMEMBERED", 50 * (LARGE + 1))
    for _ in range(500):
        uses_variables(["text"] * (LARGE + 1))
    assert 50 <= len(memory) <= 100


def test_what_is_used_is_kept(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spots, "REMEMBERED", 50 * (LARGE + 1))
    used = Looked(["text"] * (LARGE + 1))
    uses_variables(used)
    once = used.times
    for _ in range(500):
        uses_variables(["text"] * (LARGE + 1))
        uses_variables(used)
    assert used.times == once


def test_threads_may_resolve_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spots, "REMEMBERED", 10 * LARGE)
    events = [{"n": number, "list": ["{{x}}", number] + ["text"] * LARGE} for number in range(400)] * 3
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda event: resolve(event, CONTEXT).payload, events))
    assert made == [event | {"list": [1, *event["list"][1:]]} for event in events]  # type: ignore[misc]


def test_a_key_pressed_beside_five_megabytes_costs_nearly_nothing() -> None:
    extra = {"items": [{f"key {k}": "some text" for k in range(100)} for _ in range(2500)]}
    event = {"eventName": "e", "data": {"$extra": extra}}
    resolve(event, CONTEXT)
    quickest = 1.0
    for turn in range(20):
        changed = apply(event, [Set("/eventName", f"e{turn}")])
        begun = time.thread_time()
        assert not uses_variables(changed)
        assert resolve(changed, CONTEXT).payload is changed
        quickest = min(quickest, time.thread_time() - begun)
    assert quickest < 0.001


def test_what_is_deeper_than_an_event_can_be_does_no_harm() -> None:
    deep: Any = "{{x}}"
    for _ in range(10_000):
        deep = [deep]
    assert resolve(deep, CONTEXT).payload is deep
    deep = "{{x}}"
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert uses_variables(deep)
