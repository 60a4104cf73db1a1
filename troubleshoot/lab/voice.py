"""The marked lines in which the runner on a simulated host speaks, as those of the real one are."""

import json
from collections.abc import Callable
from typing import Any

Emit = Callable[[bytes], None]


class Voice:
    """Says marked lines. Whoever listens may have gone: from the first line that fails, nothing more is said."""

    def __init__(self, nonce: str, emit: Emit) -> None:
        self._nonce = nonce
        self._emit = emit
        self._unheard = False
        self._waiting: list[bytes] | None = None

    def say(self, kind: str, body: dict[str, Any]) -> None:
        """Say one line, unless it has to wait."""
        text = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
        line = f"#mendpoint {self._nonce} {kind} {text}\r\n".encode("ascii")
        if self._waiting is None:
            self._send(line)
        else:
            self._waiting.append(line)

    def wait(self) -> None:
        """Say nothing until `go_on`: a full pipe would hold up whoever speaks."""
        self._waiting = []

    def go_on(self) -> None:
        """Say what has waited, in its order."""
        lines, self._waiting = self._waiting or [], None
        for line in lines:
            self._send(line)

    def _send(self, line: bytes) -> None:
        if self._unheard:
            return
        try:
            self._emit(line)
        except OSError:
            self._unheard = True
