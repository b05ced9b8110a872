"""What is right: the published request, its findings, and JSON text. No Qt, no network, no disk."""
