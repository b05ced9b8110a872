"""Ctrl+K: one line that finds actions, places, templates, stores and past events."""
