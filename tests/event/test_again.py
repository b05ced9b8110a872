"""What was sent goes out once more as another event: only its uniqueId is new."""

from __future__ import annotations

import json

import pytest

from composer.event.again import again


def test_only_the_unique_id_is_new() -> None:
    text = '{"eventName":"A",  "uniqueId" : "ord_1" ,\n"data": {"uniqueId": "ord_1", "n": 1.50}}'
    once, twice = again(text), again(text)
    assert once.unique_id != twice.unique_id
    assert once.text == text.replace('"ord_1"', f'"{once.unique_id}"', 1)
    assert once.payload == json.loads(once.text)


@pytest.mark.parametrize("text", ['{"eventName": "A"}', '{"uniqueId": 5}', "[]", "", "not JSON", '{"uniqueId": "a"'])
def test_what_has_no_unique_id_stays_as_it_is(text: str) -> None:
    assert again(text)[::2] == (text, "")
