"""Content that an administrator may extend (codes, guides, actions, resources), and its loader."""
