"""The Sandbox place."""
