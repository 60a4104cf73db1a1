"""What a program on a simulated host finds around it: its streams, its environment, its way to end."""

import codecs
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from troubleshoot.lab.state import HostState, own_name

Emit = Callable[[bytes], None]
# Runs the portal's bootstrap: (state, standard input, emit output, cancelled) -> exit code.
Runner = Callable[[HostState, bytes, Emit, threading.Event], int]


@dataclass
class Process:
    """What a command line finds around it; ``read`` waits for the end of standard input."""

    state: HostState
    read: Callable[[], bytes]
    write: Callable[[str, bytes], None]  # ("stdout" or "stderr", octets)
    cancelled: threading.Event
    user: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    directory: str = ""
    codepage: int = 437
    powershell_start: float = 0  # seconds

    def say(self, text: str, stream: str = "stdout") -> None:
        """Write text in the code page of the console; what it cannot show becomes a question mark."""
        self.write(stream, text.encode(codec(self.codepage) or "ascii", "replace"))

    def name(self) -> str:
        """Return the name by which Windows calls the host."""
        with self.state.lock:
            return own_name(self.state.document)


class Exit(Exception):
    """The program ends itself with this exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def codec(codepage: int) -> str | None:
    """Return the codec of a Windows code page; None when it is not known."""
    name = "utf-8" if codepage == 65001 else f"cp{codepage}"
    try:
        codecs.lookup(name)
    except LookupError:
        return None
    return name


def unquote(line: str) -> str:
    """Take one pair of quotes off a line that is quoted as a whole."""
    text = line.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' and text.count('"') == 2 else line
