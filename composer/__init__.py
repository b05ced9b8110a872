"""Event Composer: compose, check and send events for Redo's custom-events API."""

__version__ = "0.1.0"
