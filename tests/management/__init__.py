"""Tests of the first real use."""
