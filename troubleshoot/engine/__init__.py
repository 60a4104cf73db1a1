"""Pure rules: error codes, guides, facts, plans. No Django, no input or output."""
