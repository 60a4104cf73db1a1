"""A secret that shows itself only to the one call that needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn


class Secret:
    """Something that can fetch a password at the moment of use; printed, logged or formatted it is `***`.

    The text itself is never kept here: `reveal` asks the source each time, and the caller drops the answer.
    """

    __slots__ = ("_source",)

    def __init__(self, source: Callable[[], str]) -> None:
        self._source = source

    def reveal(self) -> str:
        """Return the secret text, fetched now. Raises whatever the source raises."""
        return self._source()

    def __repr__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never pickled")
