"""By which another thread ends the visits of this one: nobody listens any more from that moment on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Self

from troubleshoot.remote.dial import Line


class Ending:
    """A block whose visits another thread can end, at once; after that none begins any more.

    It holds for the thread that is in the block, however deep the visits are made there: whoever reads a computer on
    the way need not know of it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[Line] = []
        self._before: Token[Ending | None] | None = None
        self.wanted = False

    def __enter__(self) -> Self:
        self._before = _CURRENT.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            _CURRENT.reset(self._before)

    def come(self) -> None:
        """End them now. What a visit has changed or read by then, it says itself."""
        with self._lock:
            self.wanted = True
            lines = list(self._lines)
        for line in lines:
            line.end()

    @contextmanager
    def of(self, line: Line) -> Iterator[None]:
        """Let the conversation over this line be one that can be ended."""
        with self._lock:
            self._lines.append(line)
            wanted = self.wanted
        if wanted:
            line.end()
        try:
            yield
        finally:
            with self._lock:
                self._lines.remove(line)


_CURRENT: ContextVar[Ending | None] = ContextVar("ending", default=None)


def current_ending() -> Ending:
    """Return the ending of the block in which this thread is; one that never comes outside of any."""
    return _CURRENT.get() or Ending()
