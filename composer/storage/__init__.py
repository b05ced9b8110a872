"""What is remembered: the database on disk, and the keys in the system's keyring."""
