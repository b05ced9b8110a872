"""Loads what checks events, which takes a third of a second, once: whoever comes meanwhile waits.

Two threads that load the same modules at the same time may see them half made.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composer.ui.compose.judging import Check

_loading = threading.Lock()


def load_checks() -> Check:
    """The checks, ready for the first event."""
    with _loading:
        _spare_pydantic()
        import composer.event.filling  # noqa: F401 - used when the first event is judged, in the window's thread
        from composer.event.checks import check

        check({}, 0)  # whatever is built on first use is built here
        return check


def _spare_pydantic() -> None:
    """PySide asks every imported module once whether it uses PySide, but passes over one while another thread imports.
    Asked later, "pydantic.errors" begins to import what is half imported already, and the checks could not be loaded.
    """
    asked = getattr(sys.modules.get("shibokensupport.feature"), "pyside_feature_dict", None)
    if asked is not None:
        asked.setdefault("pydantic.errors", -1)  # it does not
