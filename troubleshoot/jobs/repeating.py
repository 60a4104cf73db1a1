"""Repeats a small write while a block runs, from a thread with a database connection of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.db import DatabaseError, close_old_connections, connection

log = logging.getLogger(__name__)


class RepeatingWrite:
    """Calls `write` every so many seconds while the block runs, until it returns False.

    A database that does not answer is tried again the next time.
    """

    def __init__(self, name: str, write: Callable[[], bool], *, seconds: float, at_once: bool) -> None:
        self._name, self._write, self._seconds, self._at_once = name, write, seconds, at_once
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _repeat(self) -> None:
        try:
            if self._at_once and not self._written():
                return
            while not self._over.wait(self._seconds) and self._written():
                pass
        finally:
            connection.close()

    def _written(self) -> bool:
        try:
            close_old_connections()
            return self._write()
        except DatabaseError:
            log.warning("%s: the database does not answer now; trying again", self._name)
            connection.close()
            return True
