"""A stand-in for Redo on this machine: the same three calls, a world of its own, faults on request."""
