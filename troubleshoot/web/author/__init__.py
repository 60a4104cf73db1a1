"""Pages about what is installed: guides as maps, error codes, remedies."""
