"""Bench of the pages: ratios within one run, and the rows that it needs in bulk."""
