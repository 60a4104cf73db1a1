"""Notices: written with the change that they tell of, and delivered through channels."""
