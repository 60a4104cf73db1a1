"""From facts to causes, and where a guide stands."""
