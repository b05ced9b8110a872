"""A stand-in for Redo on this machine: the same three calls, a world of its own, faults on request."""

from composer.storage.migrations import SANDBOX_STORE_ID

__all__ = ["SANDBOX_STORE_ID"]
