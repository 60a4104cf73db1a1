"""A database that really commits, and checks that do not wait."""

from tests.fixtures.chain import _quick, north

__all__ = ["_quick", "north"]
