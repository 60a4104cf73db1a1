"""Mendpoint's one Django app: from an error message to a proved fix."""
