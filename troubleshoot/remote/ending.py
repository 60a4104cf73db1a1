"""By which another thread ends a visit: nobody listens any more from that moment on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from troubleshoot.remote.dial import Line


class Ending:
    """Ends the visits that it was given to, at once, and lets none begin after that."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[Line] = []
        self.wanted = False

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
