"""Command-line doors to the same use cases that the pages call."""
