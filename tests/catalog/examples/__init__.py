"""Content outside the built-in catalogue: the second subject, and what an author makes with the documents in hand."""
