"""The Compose place."""
