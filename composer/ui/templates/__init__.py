"""The Templates place."""
