"""What is shown: the window and its places."""
