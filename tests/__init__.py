"""The tests of Mendpoint."""
