"""The checks are loaded in a thread, whatever other threads import meanwhile."""

from __future__ import annotations

import subprocess
import sys

# PySide's question to "pydantic.errors" fails when it comes late, and that it comes late is a matter of chance.
_ASKED = """
import sys
import PySide6.QtCore
feature = sys.modules["shibokensupport.feature"]
uses_pyside, asked = feature._mod_uses_pyside, []
feature._mod_uses_pyside = lambda module: asked.append(module.__name__) or uses_pyside(module)
from composer.ui.loading import load_checks
load_checks()
print(*asked)
"""


def test_pyside_never_asks_pydantic_for_what_it_would_have_to_import() -> None:
    asked = subprocess.run([sys.executable, "-c", _ASKED], capture_output=True, text=True, check=True).stdout.split()
    assert "pydantic" in asked
    assert "pydantic.errors" not in asked
