"""Loads what checks events, which takes a third of a second, once: whoever comes meanwhile waits.

Two threads that load the same modules at the same time may see them half made.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composer.ui.compose.composition import Check

_loading = threading.Lock()


def load_checks() -> Check:
    """The checks, ready for the first event."""
    with _loading:
        import composer.event.filling  # noqa: F401 - used when the first event is judged, in the window's thread
        from composer.event.checks import check

        check({}, 0)  # whatever is built on first use is built here
        return check
