"""The pure rules: codes, guides, facts, plans, and the reading of content."""
