"""Tests that every word of a page can be translated."""
