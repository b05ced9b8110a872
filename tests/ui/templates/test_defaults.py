"""Defaults as they are typed come back as the values they were."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from composer.event.payload import MISSING
from composer.ui.templates.defaults import DEFAULT, DefaultsModel, read, typed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(-1e9, 1e9) | st.text(min_size=1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@given(VALUES)
def test_every_default_comes_back_as_it_was(value: Any) -> None:
    back = read(typed(value))
    assert back == value
    assert isinstance(back, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ann@shop.test", "ann@shop.test"),
        ("Ann", "Ann"),
        ("12.50", 12.5),
        ('"12"', "12"),
        ("true", True),
        ('{"a": 1}', {"a": 1}),
        ("{{$uuid}}", "{{$uuid}}"),
        ("007", "007"),
        ("  ", MISSING),
        ("", MISSING),
    ],
)
def test_what_is_typed_means_what_one_would_think(text: str, value: Any) -> None:
    assert read(text) == value


def test_a_default_can_be_typed_and_taken_away(qapp: QApplication) -> None:
    model = DefaultsModel(["email", "total"], {"total": 5, "gone": "kept"})
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert [model.index(row, DEFAULT).data() for row in range(2)] == ["none", "5"]
    assert model.setData(model.index(0, DEFAULT), "ann@shop.test")
    assert model.setData(model.index(1, DEFAULT), "")
    assert model.defaults == {"email": "ann@shop.test", "gone": "kept"}  # what is not asked for now stays
    assert model.index(0, DEFAULT).data(Qt.ItemDataRole.AccessibleTextRole) == "Default of email: ann@shop.test"
    del tester
