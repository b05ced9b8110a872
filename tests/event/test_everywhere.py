"""What is found inside a large object is remembered for that object alone, and not for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from composer.event import everywhere as module
from composer.event.everywhere import LARGE, REMEMBERED, everywhere
from composer.event.limits import MAX_STRING_BYTES
from composer.event.payload import Number, Set, apply

SIZE = LARGE + 100


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    """An empty memory, put back afterwards."""
    memory: dict[Any, Any] = {}
    monkeypatch.setattr(module, "_found_inside", memory)
    return memory


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The values that were walked through."""
    walked: list[Any] = []
    members = module.members

    def watched(value: Any) -> Any:
        walked.append(value)
        return members(value)

    monkeypatch.setattr(module, "members", watched)
    return walked


def event(*numbers: Any) -> dict[str, Any]:
    return {"eventName": "e", "data": {"$extra": {"filler": list(range(SIZE)), "numbers": list(numbers)}}}


def paths(payload: Any) -> list[tuple[str, str]]:
    return sorted((finding.code, finding.path) for finding in everywhere(payload))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * (MAX_STRING_BYTES + 1), "string-too-long"),
        ("é" * (MAX_STRING_BYTES // 2 + 1), "string-too-long"),
        ("x" * MAX_STRING_BYTES, None),
        ("é" * (MAX_STRING_BYTES // 2), None),
        ("\ud800", "lone-surrogate"),
        (float("nan"), "wrong-type"),
        (float("-inf"), "wrong-type"),
        (Number("1e400"), "precision-loss"),
        (2**53 + 1, "precision-loss"),
        (Number("12.00"), None),
        (True, None),
        ("😀", None),
    ],
)
@pytest.mark.parametrize("place", ["/new", "/data/new", "/customer/location/new", "/data/$extra/numbers/0", "/list/0"])
def test_a_rule_holds_wherever_the_value_stands(value: Any, code: str | None, place: str) -> None:
    payload = apply({"list": [1], **event(1)}, [Set(place, value)])
    assert paths(payload) == ([(code, place)] if code else [])


def test_a_half_surrogate_in_a_key_is_found_too() -> None:
    assert [code for code, _ in paths({"data": {"\udc00": 1}})] == ["lone-surrogate"]


def test_what_is_large_and_the_same_is_walked_once(walks: list[Any]) -> None:
    first = event(float("nan"))
    found = paths(first)
    assert found == [("wrong-type", "/data/$extra/numbers/0")]
    assert len(walks) == 1
    for name in ("f", "g"):
        assert paths(apply(first, [Set("/eventName", name), Set("/data/x", name)])) == found
    assert len(walks) == 1


def test_another_object_of_the_same_shape_has_findings_of_its_own(walks: list[Any]) -> None:
    assert paths(event(float("nan"))) == [("wrong-type", "/data/$extra/numbers/0")]
    assert paths(event(1)) == []
    changed = apply(event(float("nan")), [Set("/data/$extra/numbers/0", 2)])
    assert paths(changed) == []
    assert len(walks) == 3


def test_the_same_object_elsewhere_is_found_elsewhere() -> None:
    large = event(float("nan"))["data"]["$extra"]
    assert paths({"data": {"$extra": large, "copy": large}}) == [
        ("wrong-type", "/data/$extra/numbers/0"),
        ("wrong-type", "/data/copy/numbers/0"),
    ]


def test_ids_used_again_are_never_mistaken() -> None:
    for turn in range(3 * REMEMBERED):
        assert paths(event(*[float("nan")] * (turn % 3))) == [
            ("wrong-type", f"/data/$extra/numbers/{index}") for index in range(turn % 3)
        ]


def test_memory_is_bounded_and_small_objects_need_none(forgotten: dict[Any, Any]) -> None:
    assert paths({"data": {"$extra": {"small": float("nan")}}}) == [("wrong-type", "/data/$extra/small")]
    assert forgotten == {}
    for _ in range(REMEMBERED + 10):
        paths(event())
    assert len(forgotten) == REMEMBERED


def test_threads_may_check_at_the_same_time(forgotten: dict[Any, Any]) -> None:
    events = [event(float("nan")) for _ in range(4 * REMEMBERED)]
    with ThreadPoolExecutor(4) as pool:
        assert set(map(tuple, pool.map(paths, events))) == {(("wrong-type", "/data/$extra/numbers/0"),)}
    assert len(forgotten) == REMEMBERED


@pytest.mark.parametrize(
    ("payload", "found"),
    [(None, []), (5, []), ("text", []), ([], []), ({}, []), ([float("nan")], [("wrong-type", "/0")])],
)
def test_any_payload_can_be_looked_through(payload: Any, found: list[tuple[str, str]]) -> None:
    assert paths(payload) == found
