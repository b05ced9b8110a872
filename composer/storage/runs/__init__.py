"""Bulk runs: one SQLite file each, with every row, what is to say about it, where it stands and what was sent."""

from __future__ import annotations

from composer.storage.runs.folder import Runs
from composer.storage.runs.run import Run
from composer.storage.runs.states import (
    NOT_SENT,
    Added,
    Finished,
    FullRequest,
    Group,
    Options,
    Parcel,
    Record,
    Request,
    RunBusy,
    RunError,
    RunInfo,
    State,
    Status,
)

__all__ = [
    "NOT_SENT",
    "Added",
    "Finished",
    "FullRequest",
    "Group",
    "Options",
    "Parcel",
    "Record",
    "Request",
    "Run",
    "RunBusy",
    "RunError",
    "RunInfo",
    "Runs",
    "State",
    "Status",
]
